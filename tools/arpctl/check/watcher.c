// SPDX-License-Identifier: GPL-2.0-only
/* check: dynamic bindings whose program has ended. */

#include <string.h>

#include "base/print.h"
#include "check/finding.h"
#include "lease/owner.h"

static size_t count_bindings(const struct check *c, const struct owner *owner)
{
	const struct entry *e = c->policy.entries, *end = e + c->policy.n_entries;
	size_t n = 0;

	for (; e < end; e++)
		n += e->dynamic && owner_has(owner, e->selector);
	return n;
}

/* Without bindings, nothing gets out of date. */
static int look(void *data, const struct owner *owner)
{
	const char *selector = owner->selectors[0];
	char word[SHELL_WORD];
	struct check *c = data;
	size_t n = owner->running ? 0 : count_bindings(c, owner);

	if (!n)
		return STATUS_OK;
	check_add(c, SEVERITY_WARNING, selector,
		  "%zu dynamic binding%s no longer follow%s the leases: process %ld has ended",
		  n, n > 1 ? "s" : "", n > 1 ? "" : "s", (long)owner->pid);
	if (owner->restart)
		check_cure(c, "%s", owner->restart);
	else
		check_cure(c, "%s bind flush dynamic dev %s", c->arpctl,
			   selector_word(selector, word));
	return STATUS_OK;
}

void find_watcher(struct check *c)
{
	(void)owner_each(look, c);
}
