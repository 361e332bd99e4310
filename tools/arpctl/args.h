// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of commands: a command's usage string is also its grammar.
 */
#ifndef ARPCTL_ARGS_H
#define ARPCTL_ARGS_H

#include <stdint.h>
#include <stdio.h>

#include "grammar.h"

struct command;
struct ctx;
struct object;

/* The words of a command, typed or read from a file. */
struct args {
	const struct object *object;
	const struct command *command;
	char title[32];			/* "dev set" */
	int argc;
	char **argv;
	int options_end;		/* index of the first word after "--" */
	struct grammar grammar;
	const char *words[MAX_TOKENS];	/* by token, the first that fits it */
	uint32_t taken;			/* the tokens that have one, as bits */
	uint32_t initials;		/* their first letters, as bits: a filter */
};

/* For commands of this kind, one after the other. */
void args_init(struct args *args, const struct object *object,
	       const struct command *command);

/*
 * Removes the first "--" from the words. It ends the options: a word after it is a
 * name even if it begins with "-" or is "help". Return: the number of words before
 * it.
 */
int args_end_options(int *argc, char **argv);

/* Whether the words fit the command's grammar. */
int args_take(struct args *args, int argc, char **argv);

/* Prints what each kind of word in the usage string may be. */
void args_help(FILE *file, const char *usage);

/*
 * The first of the words that stands for this word of the usage, or is it;
 * NULL if none does.
 */
const char *args_get(const struct args *args, const char *name);

/* The same for what stands in brackets, of which mostly nothing is there. */
const char *args_option(const struct args *args, const char *name);

/*
 * Words into values, each with a usage error that names the command. A NULL
 * number is left alone.
 */
int args_address(const struct args *args, const char *word, uint32_t *address);
int args_lladdr(const struct args *args, const char *word, uint8_t *lladdr);
int args_any_lladdr(const struct args *args, const char *word,
		    uint8_t lladdr[], int *len);
int args_number(const struct args *args, const char *what, const char *word,
		uint32_t min, uint32_t *value);

/* Whether the selector, or NULL, may have rules and bindings. */
int args_selects(const struct args *args, const char *selector);

/* Prints, one a line, what the last word of the command may become. */
void args_complete(struct ctx *ctx, int argc, char **argv);

/* "arpctl dev set SELECTOR ...". */
void args_usage(FILE *file, const char *lead, const struct object *object,
		const struct command *command);

#endif /* ARPCTL_ARGS_H */
