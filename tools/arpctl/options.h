// SPDX-License-Identifier: GPL-2.0-only
/* Options of the tool. */
#ifndef ARPCTL_OPTIONS_H
#define ARPCTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

struct ctx;

/*
 * Takes the options out of the words, wherever they are before "--"; the other words
 * stay, from argv[1] on. *done is set if an option printed all that was asked for.
 */
int options_parse(struct ctx *ctx, int *argc, char **argv, bool *done);

void options_help(FILE *file);

/* Calls each with every option that begins with the word. */
void options_each(const char *word,
		  void (*each)(void *data, const char *option), void *data);

#endif /* ARPCTL_OPTIONS_H */
