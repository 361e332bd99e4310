/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shrinks a case that fails: removes all that can be removed while it still fails.
 *
 * Included once by a program that defines struct trial, with .host and .question.
 */
#ifndef SHRINK_H
#define SHRINK_H

#include "scenario.h"

/* Defined by the program. */
static bool still_fails(struct trial *t);
static void shrink_policy(struct trial *t);

static struct trial best;	/* the smallest one so far that fails */

/* Keeps the last changes if the case still fails, otherwise reverts them. */
static bool attempt(struct trial *t)
{
	if (!still_fails(t)) {
		*t = best;
		return false;
	}
	best = *t;
	return true;
}

#define TRY(t, what, value) \
	do { \
		if ((what) != (value)) { \
			(what) = (value); \
			attempt(t); \
		} \
	} while (0)

#define DROP_EACH(t, list, n) \
	do { \
		int each_; \
		for (each_ = 0; each_ < (n); each_++) \
			TRY(t, (list)[each_].gone, true); \
	} while (0)

static void shrink_host(struct trial *t)
{
	struct host *h = &t->host;
	int i;

	for (i = h->devices - 1; i > 0; i--)
		TRY(t, h->device[i].gone, true);
	for (i = 1; i < h->ports; i++)
		TRY(t, h->port[i].gone, true);
	DROP_EACH(t, h->address, h->addresses);
	DROP_EACH(t, h->route, h->routes);
	DROP_EACH(t, h->rule, h->rules);
	DROP_EACH(t, h->proxy, h->proxies);
}

static void shrink(struct trial *t)
{
	int turn, i, alone;

	best = *t;
	for (alone = 0; alone < QUESTIONS; alone++) {
		if (t->question[alone].gone)
			continue;
		for (i = 0; i < QUESTIONS; i++)
			t->question[i].gone = i != alone;
		if (attempt(t))
			break;
	}
	for (turn = 0; turn < 2; turn++) {
		DROP_EACH(t, t->question, QUESTIONS);
		shrink_host(t);
		shrink_policy(t);
	}
	*t = best;
}

#endif /* SHRINK_H */
