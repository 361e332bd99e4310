// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar in a usage string, and the words that fit it.
 *
 * Words in capitals are of a kind (SELECTOR, DEV, FIELD ...), others stand for
 * themselves; what is in brackets may be left out, comes after what may
 * not, in any order, and with "..." at its end any number of times.
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
	uint8_t group;		/* 0: must be there, else number of its [] */
};

struct grammar {
	struct token tokens[MAX_TOKENS + 1];	/* a nameless one ends it */
	int n;
	uint8_t heads[MAX_TOKENS];	/* those that begin a [] */
	int n_heads;
	int at;			/* where the words so far have led */
	uint32_t used;		/* groups, as bits */
};

void grammar_init(struct grammar *g, const char *usage);

/* Back to where no word has been taken. */
void grammar_restart(struct grammar *g);

/* The word that must come now, NULL if the command may end here. */
const struct token *grammar_must(const struct grammar *g);

/* Whether token i may come now. */
bool grammar_may(const struct grammar *g, int i);

/* Whether the word stands for itself somewhere in the grammar. */
bool grammar_has(const struct grammar *g, const char *word);

/* Whether token i has this name, and "dev" precedes it, or does not. */
bool grammar_is(const struct grammar *g, int i, const char *name, bool dev);

/* Goes on by one word. Return: its token, -1 if it does not fit. */
int grammar_take(struct grammar *g, const char *word);

#endif /* ARPCTL_GRAMMAR_H */
