// SPDX-License-Identifier: GPL-2.0-only
/* Options, which go before the object. */
#ifndef ARPCTL_OPTIONS_H
#define ARPCTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

struct ctx;

/*
 * Takes what options there are; optind is behind them then. Sets *done where
 * an option was all that was asked for.
 */
int options_parse(struct ctx *ctx, int argc, char **argv, bool *done);

void options_help(FILE *file);

/* Prints what the word may become. */
void options_complete(const char *word);

#endif /* ARPCTL_OPTIONS_H */
