// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of commands: a command's usage string is also its grammar.
 *
 * Words in capitals are of a kind (SELECTOR, DEV, FIELD, VALUE), others stand
 * for themselves; what is in brackets may be left out, comes after what may
 * not, in any order, and with "..." at its end any number of times.
 */
#ifndef ARPCTL_ARGS_H
#define ARPCTL_ARGS_H

#include <stdio.h>

struct command;
struct ctx;
struct object;

/* Whether the words fit the command's grammar. */
int args_check(const struct object *object, const struct command *command,
	       int argc, char **argv);

/* Prints what each kind of word in the usage string may be. */
void args_help(FILE *file, const char *usage);

/* Prints, one a line, what the last word may become. */
void args_complete(struct ctx *ctx, const char *usage, int argc, char **argv);

/* Prints the candidate if the word is the beginning of it. */
void complete_word(const char *word, const char *candidate);

/* "arpctl dev set SELECTOR ...". */
void args_usage(FILE *file, const char *lead, const struct object *object,
		const struct command *command);

#endif /* ARPCTL_ARGS_H */
