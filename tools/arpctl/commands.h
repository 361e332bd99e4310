// SPDX-License-Identifier: GPL-2.0-only
/* The table of commands, and finding them by their words. */
#ifndef ARPCTL_COMMANDS_H
#define ARPCTL_COMMANDS_H

#include "command.h"

extern const struct object *const objects[];	/* ends with NULL */

/* NULL if there is none with that name; commands also by synonyms such as list. */
const struct object *object_find(const char *name);
const struct command *command_find(const struct object *object,
				   const char *name);

/*
 * The command in the words after an object, and how many words name it: 1, or 0 for an
 * object that is itself a command.
 */
const struct command *command_pick(const struct object *object, int argc,
				   char **argv, int *taken);

/* Usage errors about the first word, which name a near miss or list what there is. */
int unknown_object(int argc, char **argv);
int unknown_command(const struct object *object, int argc, char **argv);

#endif /* ARPCTL_COMMANDS_H */
