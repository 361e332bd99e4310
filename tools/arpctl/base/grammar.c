// SPDX-License-Identifier: GPL-2.0-only
/* The grammar in a usage string, and the words that fit it. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/grammar.h"

/* Marks the whole group as repeatable. */
static void repeat(struct grammar *g, uint8_t group)
{
	int i;

	for (i = 0; group && i < g->n; i++)
		if (g->tokens[i].group == group)
			g->tokens[i].repeat = true;
}

static bool is_address(const char *kind)
{
	return !strcmp(kind, "PREFIX") || !strcmp(kind, "TARGET") ||
	       !strcmp(kind, "ADDRESS");
}

static void add(struct grammar *g, const char *name, size_t len, uint8_t group)
{
	struct token *t = &g->tokens[g->n];

	snprintf(t->name, sizeof(t->name), "%.*s", (int)len, name);
	t->kind = isupper((unsigned char)*name);
	t->group = group;
	t->address = !group && is_address(t->name);
	t->head = group && (!g->n || t[-1].group != group);
	if (t->head)
		g->heads[g->n_heads++] = (uint8_t)g->n;
	if (!group)
		g->places[g->n_places++] = (uint8_t)g->n;
	g->n++;
}

void grammar_init(struct grammar *g, const char *usage)
{
	uint8_t group = 0, groups = 0;
	bool bracket = false;
	size_t len;

	memset(g, 0, sizeof(*g));
	for (; *usage && g->n < MAX_TOKENS; usage += len) {
		len = strcspn(usage, " []");
		if (len == 3 && !strncmp(usage, "...", len)) {
			repeat(g, group);
		} else if (len) {
			if (!bracket && g->n_places && !isupper((unsigned char)*usage)) {
				group = ++groups;
				g->required |= 1U << group;
			}
			add(g, usage, len, group);
		} else {
			bracket = *usage == '[' || (bracket && *usage != ']');
			if (*usage == '[')
				group = ++groups;
			else if (*usage == ']')
				group = 0;
			len = 1;
		}
	}
}

void grammar_restart(struct grammar *g)
{
	g->filled = 0;
	g->at = 0;
	g->used = 0;
}

/* The word that has to come now: of a clause that has begun, or of a place. */
static const struct token *must_now(const struct grammar *g)
{
	const struct token *t = &g->tokens[g->at];

	if (g->at && t->group && !t->head)
		return t;
	return g->filled < g->n_places ? &g->tokens[g->places[g->filled]] : NULL;
}

/* The clauses without brackets that are still missing. */
static uint32_t missing(const struct grammar *g)
{
	return g->required & ~g->used;
}

const struct token *grammar_must(const struct grammar *g)
{
	const struct token *t = must_now(g);
	int i;

	for (i = 0; !t && missing(g) && i < g->n_heads; i++)
		if (missing(g) & 1U << g->tokens[g->heads[i]].group)
			t = &g->tokens[g->heads[i]];
	return t;
}

/* Whether a clause that begins with the token may come now, if any may. */
static bool may_begin(const struct grammar *g, const struct token *t)
{
	return t->head && (t->repeat || !(g->used & 1U << t->group));
}

bool grammar_may(const struct grammar *g, int i)
{
	const struct token *t = &g->tokens[i], *must = must_now(g);

	if (must)
		return t == must || (must->address && t->kind && may_begin(g, t));
	if (missing(g))
		return t->head && missing(g) & 1U << t->group;
	return may_begin(g, t);
}

bool grammar_has(const struct grammar *g, const char *word)
{
	int i;

	for (i = 0; i < g->n; i++)
		if (token_is(&g->tokens[i], word))
			return true;
	return false;
}

bool grammar_is(const struct grammar *g, int i, const char *name,
		const char *after)
{
	const char *before = i ? g->tokens[i - 1].name : "";

	if (strcmp(g->tokens[i].name, name) != 0)
		return false;
	return *after ? !strcmp(before, after) : strcmp(before, "dev") != 0;
}

/* Finds the clause that begins with the word; a literal precedes a kind. */
static int find_head(const struct grammar *g, const char *word)
{
	int i, token, found = -1;

	for (i = 0; i < g->n_heads; i++) {
		token = g->heads[i];
		if (!may_begin(g, &g->tokens[token]))
			continue;
		if (token_is(&g->tokens[token], word))
			return token;
		if (g->tokens[token].kind && found < 0)
			found = token;
	}
	return found;
}

/* The token of a word for which this one has to come now. */
static int find_must(const struct grammar *g, const struct token *must,
		     const char *word)
{
	int found = -1;

	if (must->address && !isdigit((unsigned char)*word))
		found = find_head(g, word);
	if (found < 0 && (must->kind || token_is(must, word)))
		found = (int)(must - g->tokens);
	return found;
}

int grammar_take(struct grammar *g, const char *word)
{
	const struct token *must = must_now(g);
	int found = must ? find_must(g, must, word) : find_head(g, word);

	if (found < 0)
		return found;
	g->open = must == &g->tokens[found] && must->kind &&
		  (!must->address || isdigit((unsigned char)*word));
	if (g->tokens[found].group) {
		g->used |= 1U << g->tokens[found].group;
		g->at = found + 1;
	} else {
		g->filled++;
		g->at = 0;
	}
	return found;
}
