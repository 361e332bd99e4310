// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar in a usage string, and the words that fit it.
 *
 * Words in capitals are kinds (SELECTOR, DEV, FIELD ...), others are literal. Words in
 * brackets are optional; they follow the required ones, in any order. With "..." at
 * the end of the brackets they can be repeated.
 */
#ifndef ARPCTL_GRAMMAR_H
#define ARPCTL_GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_TOKENS 32

struct token {
	char name[24];
	bool kind;		/* in capitals */
	bool head;		/* begins a [] */
	bool repeat;		/* its [] ends with "..." */
	uint8_t group;		/* 0: required; else the number of its [] */
};

struct grammar {
	struct token tokens[MAX_TOKENS + 1];	/* ends with a nameless one */
	int n;
	uint8_t heads[MAX_TOKENS];	/* those that begin a [] */
	int n_heads;
	int at;			/* the token after the last word */
	uint32_t used;		/* groups, as bits */
};

void grammar_init(struct grammar *g, const char *usage);

/* Starts again, with no word taken. */
void grammar_restart(struct grammar *g);

/* The word that is required next, NULL if the command may end here. */
const struct token *grammar_must(const struct grammar *g);

/* Whether token i may come now. */
bool grammar_may(const struct grammar *g, int i);

/* Whether the grammar has this word as a literal. */
bool grammar_has(const struct grammar *g, const char *word);

/*
 * Whether token i has this name and follows the word "after"; if that is "", whether
 * it does not follow "dev".
 */
bool grammar_is(const struct grammar *g, int i, const char *name,
		const char *after);

/* Takes one word. Return: its token, -1 if it does not fit. */
int grammar_take(struct grammar *g, const char *word);

#endif /* ARPCTL_GRAMMAR_H */
