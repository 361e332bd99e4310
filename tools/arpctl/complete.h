// SPDX-License-Identifier: GPL-2.0-only
/* The shell's completion. */
#ifndef ARPCTL_COMPLETE_H
#define ARPCTL_COMPLETE_H

struct ctx;

/*
 * The hidden command: prints, one a line, what the last of the words after
 * "arpctl" may become.
 */
int complete(struct ctx *ctx, int argc, char **argv);

/* Prints the candidate if the word is the beginning of it. */
void complete_word(const char *word, const char *candidate);

/* Files that the last of the words may become. */
void complete_file(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_COMPLETE_H */
