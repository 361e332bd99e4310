// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of commands: a command's usage string is also its grammar.
 *
 * Words in capitals are of a kind (SELECTOR, DEV, FIELD ...), others stand for
 * themselves; what is in brackets may be left out, comes after what may
 * not, in any order, and with "..." at its end any number of times.
 */
#ifndef ARPCTL_ARGS_H
#define ARPCTL_ARGS_H

#include <stdint.h>
#include <stdio.h>

struct command;
struct ctx;
struct object;

/* Whether the words fit the command's grammar. */
int args_check(const struct object *object, const struct command *command,
	       int argc, char **argv);

/* Prints what each kind of word in the usage string may be. */
void args_help(FILE *file, const char *usage);

/*
 * The first of the words, which fit the grammar of the command that is run,
 * that stands for this word of its usage, or is it; NULL if none does.
 */
const char *args_get(const struct ctx *ctx, int argc, char **argv,
		     const char *name);

/*
 * Words into values, each with a usage error that names the object, and the
 * command that is run. A NULL number is left alone.
 */
int args_address(const struct ctx *ctx, const char *object, const char *word,
		 uint32_t *address);
int args_lladdr(const struct ctx *ctx, const char *object, const char *word,
		uint8_t *lladdr);
int args_number(const struct ctx *ctx, const char *object, const char *what,
		const char *word, uint32_t min, uint32_t *value);

/* Whether the selector, or NULL, may have rules and bindings. */
int args_selects(const struct ctx *ctx, const char *object,
		 const char *selector);

/* Prints, one a line, what the last word of the command may become. */
void args_complete(struct ctx *ctx, int argc, char **argv);

/* Prints the candidate if the word is the beginning of it. */
void complete_word(const char *word, const char *candidate);

/* "arpctl dev set SELECTOR ...". */
void args_usage(FILE *file, const char *lead, const struct object *object,
		const struct command *command);

#endif /* ARPCTL_ARGS_H */
