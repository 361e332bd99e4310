// SPDX-License-Identifier: GPL-2.0-only
/* Near misses: the word that a mistyped one was probably meant to be. */

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/near.h"

#define WORD 32		/* longer words are not compared */

/* Words of other tools, of the sysctls, and synonyms. */
static const struct {
	const char *typed;
	const char *meant;
} others[] = {
	{ "arp_ignore", "ignore" },
	{ "arp_announce", "announce" },
	{ "arp_filter", "filter" },
	{ "arp_notify", "notify" },
	{ "proxy_arp", "proxy" },
	{ "proxy_arp_pvlan", "proxy" },
	{ "proxy_delay", "proxy-delay" },
	{ "drop_gratuitous_arp", "garp" },
	{ "mac", "lladdr" },
	{ "interface", "dev" },
	{ "iface", "dev" },
	{ "device", "dev" },
	{ "link", "dev" },
	{ "src", "from" },
	{ "source", "from" },
	{ "sender", "from" },
	{ "binding", "bind" },
	{ "bindings", "bind" },
	{ "status", "stats" },
	{ "counters", "stats" },
	{ "load", "restore" },
	{ "deny", "drop" },
	{ "block", "drop" },
	{ "reject", "drop" },
	{ "allow", "pass" },
	{ "accept", "pass" },
	{ "permit", "pass" },
};

static bool is_synonym(const char *typed, const char *meant)
{
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i].typed, typed) &&
		    !strcmp(others[i].meant, meant))
			return true;
	return false;
}

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * The number of characters to insert, delete, replace, or swap with their neighbour
 * (optimal string alignment). row[i][j] is that for the first i characters of a and the
 * first j of b.
 */
static unsigned int edits(const char *a, size_t len_a, const char *b, size_t len_b)
{
	unsigned int row[WORD + 1][WORD + 1];
	size_t i, j;

	for (i = 0; i <= len_a; i++)
		row[i][0] = (unsigned int)i;
	for (j = 0; j <= len_b; j++)
		row[0][j] = (unsigned int)j;
	for (i = 1; i <= len_a; i++) {
		for (j = 1; j <= len_b; j++) {
			row[i][j] = min(min(row[i - 1][j], row[i][j - 1]) + 1,
					row[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[i][j] = min(row[i][j], row[i - 2][j - 2] + 1);
		}
	}
	return row[len_a][len_b];
}

void near_init(struct near *near, const char *typed)
{
	/* Short words are near everything. */
	*near = (struct near){ .typed = typed, .distance = strlen(typed) > 4 ? 3 : 2 };
}

void near_try(struct near *near, const char *candidate)
{
	size_t typed = strlen(near->typed), len = strlen(candidate);
	unsigned int distance = WORD;

	if (is_synonym(near->typed, candidate) || !strcasecmp(near->typed, candidate))
		distance = 0;
	else if (typed > 1 && typed < len && !strncmp(near->typed, candidate, typed))
		distance = 1;
	else if (typed > 1 && typed <= WORD && len <= WORD)
		distance = edits(near->typed, typed, candidate, len);
	if (distance >= near->distance)
		return;
	near->best = candidate;
	near->distance = distance;
}
