// SPDX-License-Identifier: GPL-2.0-only
/* Selectors that are only alternative names of devices, which select nothing. */

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/print.h"
#include "base/selector.h"
#include "host/altname.h"
#include "policy/policy.h"
#include "wire/dump.h"
#include "wire/netns.h"
#include "wire/nl.h"

int policy_check_selector(struct nl *nl, const char *selector)
{
	static char checked[IF_NAMESIZE];
	char dev[IF_NAMESIZE];
	uint32_t index;
	int status;

	/* Consecutive commands usually have the same selector. */
	if (selector_kind(selector) != SELECTOR_NAME ||
	    !strcmp(selector, checked))
		return STATUS_OK;
	status = netns_enter(&nl->netns);
	if (status)
		return status;
	index = link_index(selector);
	if (!index || !if_indextoname(index, dev) || !strcmp(dev, selector)) {
		snprintf(checked, sizeof(checked), "%s", selector);
		return STATUS_OK;
	}
	return failure("\"%s\" is an alternative name of \"%s\"; selectors match only the name: use \"%s\"",
		       selector, dev, dev);
}

/* Warns of a selector in this line; once each, as equal ones are adjacent. */
static void check_one(const struct altnames *names, struct place *place,
		      const char *selector, uint32_t line)
{
	const char *dev = NULL;

	if (selector_kind(selector) == SELECTOR_NAME)
		dev = altnames_find(names, selector);
	if (!dev)
		return;
	place->line = line;
	place_enter(place);
	warning("\"%s\" is an alternative name of \"%s\", and selects nothing: selectors match only the name",
		selector, dev);
	place_leave(place);
}

int policy_check_altnames(struct nl *nl, const struct policy *policy,
			  const char *file)
{
	struct place place = { .file = file };
	const char *last = NULL;
	struct altnames names = { 0 };
	const struct entry *e;
	size_t i;
	int status;

	status = netns_enter(&nl->netns);
	if (status)
		return status;
	/* It is only needed for a warning. */
	(void)altnames_read(&names);
	for (i = 0; names.n && i < policy->n_devs; i++)
		check_one(&names, &place, policy->devs[i].selector,
			  policy_dev_line(&policy->devs[i]));
	for (i = 0; names.n && i < policy->n_entries; i++) {
		e = &policy->entries[i];
		if (e->selector != last)
			check_one(&names, &place, e->selector, e->line);
		last = e->selector;
	}
	altnames_free(&names);
	return STATUS_OK;
}

void policy_note_selector(const char *selector)
{
	struct if_nameindex *devs = if_nameindex(), *dev = devs;

	if (!devs)
		return;
	while (dev->if_name && !selector_matches(selector, dev->if_name))
		dev++;
	if (!dev->if_name)
		terminal_note("no device matches \"%s\" now", selector);
	if_freenameindex(devs);
}
