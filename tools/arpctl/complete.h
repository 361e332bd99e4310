// SPDX-License-Identifier: GPL-2.0-only
/* Completion for shells. */
#ifndef ARPCTL_COMPLETE_H
#define ARPCTL_COMPLETE_H

struct ctx;

/*
 * The hidden command: prints what the last of the words after "arpctl" may become, one
 * candidate per line.
 */
int complete(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_COMPLETE_H */
