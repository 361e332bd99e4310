// SPDX-License-Identifier: GPL-2.0-only
/* Help for the tool, an object or a command. */
#ifndef ARPCTL_HELP_H
#define ARPCTL_HELP_H

#include <stdio.h>

struct ctx;

/* Prints the objects, on one page. */
void help_page(FILE *file);

/* Prints the help for an object, a command, or without words for the whole tool. */
int help(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_HELP_H */
