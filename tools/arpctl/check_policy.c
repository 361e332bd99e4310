// SPDX-License-Identifier: GPL-2.0-only
/* The policy as check looks at it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "check_policy.h"
#include "list.h"
#include "module.h"
#include "selector.h"

static bool read_device(struct check_policy *policy, const struct nlmsghdr *msg)
{
	const struct nlattr *origins[ARP_POLICY_FIELD_MAX + 1];
	const struct nlattr *values[ARP_POLICY_FIELD_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct policy_device *device;
	unsigned int f;

	device = LIST_ADD(policy->devices, policy->n_devices);
	if (!device)
		return false;
	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_FIELDS], values, ARP_POLICY_FIELD_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_ORIGINS], origins, ARP_POLICY_FIELD_MAX);
	device->ifindex = (uint32_t)nl_uint(tb[ARP_POLICY_A_IFINDEX]);
	for (f = 1; f <= ARP_POLICY_FIELD_MAX; f++) {
		device->set |= (values[f] ? 1U : 0U) << f;
		device->value[f] = (uint32_t)nl_uint(values[f]);
		device->origin[f] = nl_str(origins[f]);
	}
	return true;
}

/* Where a selector's entries are counted; they are adjacent in each list. */
static struct policy_selector *read_selector(struct check_policy *policy,
					     const char *name)
{
	struct policy_selector *selector;

	if (policy->n_selectors) {
		selector = &policy->selectors[policy->n_selectors - 1];
		if (!strcmp(selector->name, name))
			return selector;
	}
	selector = LIST_ADD(policy->selectors, policy->n_selectors);
	if (selector)
		selector->name = name;
	return selector;
}

static bool read_fields(struct check_policy *policy,
			const struct policy_dev *dev)
{
	struct policy_selector *selector = read_selector(policy, dev->selector);

	if (selector)
		selector->fields++;
	return selector;
}

static struct policy_entry *add_entry(struct policy_entries *entries,
				      const struct entry *from)
{
	struct policy_entry *entry = LIST_ADD(entries->list, entries->n);

	if (entry) {
		*entry = (struct policy_entry){
			.prefix = from->prefix,
			.selector = from->selector,
			.order = entries->n,
			.action = from->action,
			.routed = from->routed,
			.lladdr = from->lladdr,
		};
	}
	return entry;
}

static bool read_entry(struct check_policy *policy, const struct entry *entry)
{
	struct policy_selector *selector = read_selector(policy, entry->selector);

	if (!selector)
		return false;
	if (entry->table != ENTRY_BINDING)
		selector->rules++;
	else
		selector->bindings++;
	if (entry->table == ENTRY_SENDER)
		return true;
	return add_entry(entry->table == ENTRY_BINDING ? &policy->bindings :
							 &policy->targets,
			 entry);
}

static int by_ifindex(const void *a, const void *b)
{
	const struct policy_device *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int by_name(const void *a, const void *b)
{
	const struct policy_selector *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int prefix_cmp(struct prefix a, struct prefix b)
{
	if (a.address != b.address)
		return a.address < b.address ? -1 : 1;
	return a.length - b.length;
}

static int by_prefix(const void *a, const void *b)
{
	const struct policy_entry *x = a, *y = b;
	int cmp = prefix_cmp(x->prefix, y->prefix);

	return cmp ? cmp : (x->order > y->order) - (x->order < y->order);
}

static void sort(void *list, size_t n, size_t size,
		 int (*cmp)(const void *a, const void *b))
{
	if (n)
		qsort(list, n, size, cmp);
}

/* Sorts all, and makes one of the counts that a selector has. */
static void settle(struct check_policy *policy)
{
	struct policy_selector *to = policy->selectors, *from;
	const struct policy_selector *end = to + policy->n_selectors;

	sort(policy->devices, policy->n_devices, sizeof(*policy->devices),
	     by_ifindex);
	sort(policy->targets.list, policy->targets.n,
	     sizeof(*policy->targets.list), by_prefix);
	sort(policy->bindings.list, policy->bindings.n,
	     sizeof(*policy->bindings.list), by_prefix);
	sort(policy->selectors, policy->n_selectors,
	     sizeof(*policy->selectors), by_name);
	if (!policy->n_selectors)
		return;
	for (from = to + 1; from < end; from++) {
		if (strcmp(to->name, from->name) != 0) {
			*++to = *from;
			continue;
		}
		to->fields += from->fields;
		to->rules += from->rules;
		to->bindings += from->bindings;
	}
	policy->n_selectors = (size_t)(to + 1 - policy->selectors);
}

/* In the order of listings, so that the entries of a selector are adjacent. */
static bool read_whole(struct check_policy *policy)
{
	const struct policy *whole = &policy->whole;
	const struct nlmsghdr *msg;
	bool ok = true;
	size_t i;

	nl_for_each(msg, &policy->effective)
		ok = ok && read_device(policy, msg);
	for (i = 0; ok && i < whole->n_devs; i++)
		ok = read_fields(policy, &whole->devs[i]);
	for (i = 0; ok && i < whole->n_entries; i++)
		ok = read_entry(policy, &whole->entries[i]);
	return ok;
}

int check_policy_read(struct ctx *ctx, struct check_policy *policy)
{
	int status;

	/* Without the module there is no policy; looking must not load it. */
	if (!module_loaded())
		return STATUS_OK;
	status = policy_get(&ctx->nl, &policy->whole);
	/* No event tells what applies to devices: this may be of a moment later. */
	if (!status)
		status = nl_dump(&ctx->nl, ARP_POLICY_CMD_EFFECTIVE_GET, 0, NULL,
				 &policy->effective);
	if (status)
		return status;
	policy_sort(&policy->whole);
	if (!read_whole(policy))
		return failure("%s", strerror(ENOMEM));
	settle(policy);
	return STATUS_OK;
}

void check_policy_free(struct check_policy *policy)
{
	nl_reply_free(&policy->effective);
	policy_free(&policy->whole);
	free(policy->devices);
	free(policy->selectors);
	free(policy->targets.list);
	free(policy->bindings.list);
	*policy = (struct check_policy){ 0 };
}

const struct policy_device *policy_device(const struct check_policy *policy,
					  uint32_t ifindex)
{
	const struct policy_device key = { .ifindex = ifindex };

	if (!policy->n_devices)
		return NULL;
	return bsearch(&key, policy->devices, policy->n_devices, sizeof(key),
		       by_ifindex);
}

const struct policy_selector *policy_selector(const struct check_policy *policy,
					      const char *name)
{
	const struct policy_selector key = { .name = name };

	if (!policy->n_selectors)
		return NULL;
	return bsearch(&key, policy->selectors, policy->n_selectors,
		       sizeof(key), by_name);
}

bool policy_field(const struct policy_device *device,
		  enum arp_policy_field field, uint32_t *value)
{
	if (!device || !(device->set & 1U << field))
		return false;
	*value = device->value[field];
	return true;
}

/* The first entry that does not sort before the prefix. */
static size_t find_prefix(const struct policy_entries *entries,
			  struct prefix prefix)
{
	size_t low = 0, high = entries->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (prefix_cmp(entries->list[middle].prefix, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The entry of just this prefix: the device's own, else a glob's, else all's. */
static const struct policy_entry *
match_exactly(const struct policy_entries *entries, const char *dev,
	      struct prefix prefix)
{
	const struct policy_entry *e, *glob = NULL, *all = NULL;
	size_t i = find_prefix(entries, prefix);

	for (; i < entries->n; i++) {
		e = &entries->list[i];
		if (prefix_cmp(e->prefix, prefix) != 0)
			break;
		if (!strcmp(e->selector, dev))
			return e;
		if (!strcmp(e->selector, "all"))
			all = e;
		else if (!glob && selector_matches(e->selector, dev))
			glob = e;
	}
	return glob ? glob : all;
}

const struct policy_entry *policy_match(const struct policy_entries *entries,
					const char *dev, struct prefix prefix)
{
	const struct policy_entry *entry = NULL;
	int length = prefix.length;

	for (; !entry && length >= 0; length--) {
		prefix.length = (uint8_t)length;
		prefix = prefix_masked(prefix);
		entry = match_exactly(entries, dev, prefix);
	}
	return entry;
}
