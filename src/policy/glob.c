// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shell globs: compiled once, then matched in constant time per character.
 *
 * Process context to compile; matching is pure and runs in any context.
 *
 * Theory of operation
 * -------------------
 * A glob is a sequence of tokens that match one character each (a literal, ?, or a
 * class), with stars between them. It is matched by the bit-parallel simulation
 * of its automaton (Shift-And: Baeza-Yates and Gonnet 1992, with the extension
 * for gaps of Navarro and Raffinot). State i means: the first i tokens matched.
 * A set of states is one integer with bit i for state i. Each character takes
 * state i to i + 1 if token i matches it, and keeps state i if a star stands
 * before token i:
 *
 *	glob	c a l i * [ 0 - 3 ]	tokens 0 c, 1 a, 2 l, 3 i, 4 [0-3]
 *	loop	bit 4			a star stands before token 4
 *	accept	bit 5			all tokens matched
 *	step['0']	bit 4		token 4 matches it
 *
 *	name "cali70":	0 -c> 1 -a> 2 -l> 3 -i> 4 -7> 4 -0> 4 and 5: accepted
 *
 * So a name of 15 characters costs 15 steps of five instructions for any glob.
 * glob_match() backtracks to the last star and is quadratic: 8 us per device for
 * "*[...]" with a long class, for each glob of the netns and under RTNL.
 *
 * A device name has at most 15 characters, so a glob with more tokens matches
 * none: 16 states are enough.
 *
 * The language is that of glob_match(), with one exception. In many kernels
 * glob_match() lets a negated class match the end of the name and reads on
 * behind it. Here no token matches the end of the name.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/if.h>
#include <linux/string.h>

#include "policy/glob.h"

#define GLOB_TOKENS	(IFNAMSIZ - 1)

/* The ] that ends the class at @class, or NULL. A ] at its start is a member. */
static const char *class_end(const char *class)
{
	const char *member = class + 1 + (class[1] == '!');

	return *member ? strchr(member + 1, ']') : NULL;
}

/**
 * arpp_glob_literals() - check a glob, and count its literal characters
 * @glob: the glob
 *
 * Return: the number of literal characters, or -1 for a bracket that is
 *	not closed or a backslash at the end.
 */
int arpp_glob_literals(const char *glob)
{
	int n = 0;

	for (; *glob; glob++) {
		switch (*glob) {
		case '*':
		case '?':
			break;
		case '[':
			glob = class_end(glob);
			if (!glob)
				return -1;
			break;
		case '\\':
			if (!glob[1])
				return -1;
			glob++;
			fallthrough;
		default:
			n++;
		}
	}
	return n;
}

/* Token @bit is the class from @class to its ] at @end. */
static void compile_class(struct arpp_glob *g, u16 bit, const char *class,
			  const char *end)
{
	const u8 *at = (const u8 *)class + 1;
	unsigned int c, first, last;
	bool negated = *at == '!';

	for (at += negated; at < (const u8 *)end; at++) {
		first = *at;
		last = first;
		/* A - before the ] is a member itself. */
		if (at[1] == '-' && at[2] != ']') {
			last = at[2];
			at += 2;
		}
		for (c = first; c <= last; c++)
			g->step[c] |= bit;
	}
	for (c = 1; negated && c < ARRAY_SIZE(g->step); c++)
		g->step[c] ^= bit;
}

static void compile_any(struct arpp_glob *g, u16 bit)
{
	unsigned int c;

	for (c = 1; c < ARRAY_SIZE(g->step); c++)
		g->step[c] |= bit;
}

/**
 * arpp_glob_compile() - compile a glob
 * @g: filled in
 * @glob: one that arpp_glob_literals() accepts
 */
void arpp_glob_compile(struct arpp_glob *g, const char *glob)
{
	unsigned int tokens = 0;
	const char *end;

	BUILD_BUG_ON(GLOB_TOKENS >= 8 * sizeof(g->accept));
	memset(g, 0, sizeof(*g));
	for (; *glob; glob++) {
		u16 bit = BIT(tokens);

		if (*glob == '*') {
			g->loop |= bit;
			continue;
		}
		if (tokens++ == GLOB_TOKENS) {
			/* More tokens than a name has characters: matches none. */
			memset(g, 0, sizeof(*g));
			return;
		}
		if (*glob == '?') {
			compile_any(g, bit);
		} else if (*glob == '[') {
			end = class_end(glob);
			compile_class(g, bit, glob, end);
			glob = end;
		} else {
			glob += *glob == '\\';
			g->step[(u8)*glob] |= bit;
		}
	}
	g->accept = BIT(tokens);
}

/**
 * arpp_glob_match() - does a glob match a device name?
 * @glob: the compiled glob
 * @name: the name, at most IFNAMSIZ - 1 characters
 *
 * Return: whether it does.
 */
bool arpp_glob_match(const struct arpp_glob *glob, const char *name)
{
	u32 at = 1;

	for (; *name && at; name++)
		at = (at & glob->step[(u8)*name]) << 1 | (at & glob->loop);
	return at & glob->accept;
}
