// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of commands: a command's usage string is also its grammar. */
#ifndef ARPCTL_ARGS_H
#define ARPCTL_ARGS_H

#include <stdint.h>
#include <stdio.h>

#include "base/grammar.h"

#define MAX_ARGS 128
#define MAX_ALIKE 16

/* The words of a command, typed or read from a file. */
struct args {
	const char *object;		/* "dev" */
	const char *command;		/* "set", "" if the object has no other */
	const char *usage;
	char title[32];			/* "dev set" */
	int argc;
	char **argv;
	char *split[MAX_ARGS];		/* argv, if FIELD=VALUE was split */
	bool pairs;			/* the grammar has FIELD VALUE */
	int options_end;		/* of the first word after "--" */
	struct grammar grammar;
	const char *words[MAX_TOKENS];	/* by token, the first that fits it */
	uint32_t taken;			/* the tokens that have one, as bits */
	int prefix, mac;		/* the tokens PREFIX and MAC; -1: none */
	uint32_t initials;		/* their first letters, as bits: a filter */
	uint8_t alike[MAX_ALIKE];	/* the tokens of the last command's words */
	int n_alike;			/* how many; 0: unknown, or they depend on the words */
};

/* Prepares to take the words of such commands, one after the other. */
void args_init(struct args *args, const char *object, const char *command,
	       const char *usage);

/*
 * Removes the first "--" from the words. It ends the options: a word after it is a
 * name even if it begins with "-" or is "help". Return: the number of words before
 * it.
 */
int args_end_options(int *argc, char **argv);

/* Whether the words fit the command's grammar, FIELD=VALUE as two of them. */
int args_take(struct args *args, int argc, char **argv);

/* The first word that was typed, NULL if there is none. */
static inline const char *args_first(const struct args *args)
{
	return args->argc ? args->argv[0] : NULL;
}

/* The first letter of a token, as a bit. */
static inline uint32_t args_initial(const char *name)
{
	return 1U << (*name & 31);
}

/* The first word that was taken for this word of the usage; NULL if none was. */
const char *args_find(const struct args *args, const char *name);

/*
 * The same for a token by its number. Looking for a name takes 50 instructions, and each
 * line of a file has a prefix and perhaps a MAC.
 */
static inline const char *args_word(const struct args *args, int token)
{
	return token >= 0 && args->taken & 1U << token ? args->words[token] : NULL;
}

/* As args_find(); for most names it is known by the first letter that there is none. */
static inline const char *args_get(const struct args *args, const char *name)
{
	return args->initials & args_initial(name) ? args_find(args, name) : NULL;
}

/* Calls each with every word that was taken for this one, until one fails. */
int args_each(const struct args *args, const char *name,
	      int (*each)(void *data, const char *word), void *data);

/* As args_get() for words in brackets, which are usually absent. */
static inline const char *args_option(const struct args *args, const char *name)
{
	return args->grammar.used ? args_get(args, name) : NULL;
}

/*
 * Words into values, each with a usage error that names the command. If the word of a
 * number is NULL, the value stays; UINT32_MAX is no maximum.
 */
int args_address(const struct args *args, const char *word, uint32_t *address);
int args_lladdr(const struct args *args, const char *word, uint8_t *lladdr);
int args_any_lladdr(const struct args *args, const char *word,
		    uint8_t lladdr[], int *len);
int args_number(const struct args *args, const char *what, const char *word,
		uint32_t min, uint32_t max, uint32_t *value);

/* Why a word is not an address or prefix, after "; "; or "". */
const char *no_address(const char *word);

/* Whether the selector, or NULL, may have rules and bindings. */
int args_selects(const struct args *args, const char *selector);

/* Prints "arpctl dev set SELECTOR ..." after the lead. */
void args_usage(FILE *file, const char *lead, const char *object,
		const char *command, const char *usage);

#endif /* ARPCTL_ARGS_H */
