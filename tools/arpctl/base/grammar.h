// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar in a usage string, and the words that fit it.
 *
 * Words in capitals are kinds (SELECTOR, DEV, FIELD ...), others are literal. Those at
 * the start have fixed places. A literal after them begins a clause, which goes on to
 * the next literal or bracket: "from SENDER". Clauses come in any order; those in
 * brackets are optional, and with "..." at the end of the brackets can be repeated.
 *
 * A word that is not an address never takes the place of an address. So clauses can
 * precede it, and "[ACTION] PREFIX" has an optional word in front.
 */
#ifndef ARPCTL_GRAMMAR_H
#define ARPCTL_GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MAX_TOKENS 32

struct token {
	char name[24];
	bool kind;		/* in capitals */
	bool head;		/* begins a clause */
	bool address;		/* the place of an address */
	bool repeat;		/* its [] ends with "..." */
	uint8_t group;		/* 0: has a fixed place; else the number of its clause */
};

struct grammar {
	struct token tokens[MAX_TOKENS + 1];	/* ends with a nameless one */
	int n;
	uint8_t heads[MAX_TOKENS];	/* those that begin a clause */
	int n_heads;
	uint8_t places[MAX_TOKENS];	/* those that have a fixed place */
	int n_places;
	uint32_t required;	/* clauses without brackets, as bits */
	int filled;		/* how many places have their word */
	int at;			/* the token after the last word, if within a clause */
	uint32_t used;		/* clauses, as bits */
	bool open;		/* any word, or any number, would have fit the last token */
};

/* Whether the token is literally this word. */
static inline bool token_is(const struct token *t, const char *word)
{
	return !t->kind && t->name[0] == word[0] && !strcmp(t->name, word);
}

void grammar_init(struct grammar *g, const char *usage);

/* Starts again, with no word taken. */
void grammar_restart(struct grammar *g);

/* The next word that is required; NULL if the command may end here. */
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

/*
 * Whether a word is taken for token i if the words before it are taken as those of the
 * last command were, in which the token was a literal or open.
 */
static inline bool grammar_again(const struct grammar *g, int i, const char *word)
{
	const struct token *t = &g->tokens[i];

	if (!t->kind)
		return token_is(t, word);
	return !t->address || (*word >= '0' && *word <= '9');
}

#endif /* ARPCTL_GRAMMAR_H */
