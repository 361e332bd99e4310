// SPDX-License-Identifier: GPL-2.0-only
/* Commands: finding them by their words, running them, their help. */
#ifndef ARPCTL_COMMANDS_H
#define ARPCTL_COMMANDS_H

#include <stdio.h>

struct command;
struct ctx;
struct object;

extern const struct object *const objects[];	/* ends with NULL */

/* NULL if there is none of that name. */
const struct object *object_find(const char *name);
const struct command *command_find(const struct object *object,
				   const char *name);

/*
 * The command that the words after an object name, and how many words that
 * took. An object that does something by itself takes its arguments at once.
 */
const struct command *command_pick(const struct object *object, int argc,
				   char **argv, int *taken);

/* Runs what the words say, of which there is one at least. */
int command_run(struct ctx *ctx, int argc, char **argv);

/* Prints all that there is. */
void commands_help(FILE *file);

#endif /* ARPCTL_COMMANDS_H */
