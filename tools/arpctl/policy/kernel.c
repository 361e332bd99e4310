// SPDX-License-Identifier: GPL-2.0-only
/* A policy from the kernel, and to it. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/print.h"
#include "policy/policy.h"
#include "wire/nl.h"
#include "wire/nl_events.h"
#include "wire/transaction.h"

/* The longest time between a change and its notification, in ms. */
#define EVENT_PATIENCE 2000

/* The generation of the policy, which also an empty policy has. */
static int get_generation(struct nl *nl, uint32_t *generation)
{
	const struct nlattr *tb[ARP_POLICY_INFO_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	int status;

	nl_request(nl, ARP_POLICY_CMD_INFO_GET, 0);
	status = nl_call(nl, &reply);
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_INFO_MAX);
		*generation = (uint32_t)nl_uint(tb[ARP_POLICY_INFO_GENERATION]);
	}
	nl_reply_free(&reply);
	return status;
}

/* Whether a generation is later than another one; generations wrap around. */
static bool is_after(uint32_t generation, uint32_t other)
{
	return (int32_t)(generation - other) > 0;
}

const struct policy_query policy_saved = {
	.devs = true, .no_dynamic = true, .entries.tables = TABLES_ALL,
};

/* A policy that is being read: dumps, then the changes made meanwhile. */
struct getter {
	const struct policy_query *query;
	struct policy *policy;
	struct nl_events events;
	uint32_t before, after;		/* generations before and after the dumps */
	bool whole;			/* a consistent snapshot */
};

/* Adds an object, or replaces the one that the policy has. */
static int set_dev(struct getter *g, const struct nlattr *const *tb)
{
	const char *selector = nl_str(tb[ARP_POLICY_A_SELECTOR]);
	struct policy_dev *dev;
	bool there;

	if (!g->query->devs)
		return STATUS_OK;
	dev = policy_dev(g->policy, selector, &there);
	if (!dev)
		return STATUS_FAILED;
	field_read_all(&dev->values, tb[ARP_POLICY_A_FIELDS]);
	return STATUS_OK;
}

/* Whether the result has such entries. */
static bool wanted(const struct getter *g, const struct entry *entry)
{
	return entry_fits(&g->query->entries, entry) &&
	       !(entry->dynamic && g->query->no_dynamic);
}

static int set_entry(struct getter *g, const struct entry *entry)
{
	const char *selector;
	struct entry *found;
	bool there;

	found = policy_entry(g->policy, entry, &there);
	if (!found)
		return STATUS_FAILED;
	if (there) {
		selector = found->selector;
		*found = *entry;
		found->selector = selector;
	}
	return STATUS_OK;
}

/* An entry was added, replaced or deleted. */
static int change_entry(struct getter *g, const struct nlattr *nest, bool gone)
{
	struct entry entry;

	entry_read(&entry, nest);
	/* An entry that is not wanted may have replaced one that is. */
	entry.gone = gone || !wanted(g, &entry);
	return set_entry(g, &entry);
}

/* Add one object of a dump. */
static int take_dev(void *data, const struct nlmsghdr *msg)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	return set_dev(data, tb);
}

static int take_entry(void *data, const struct nlmsghdr *msg)
{
	struct getter *g = data;
	struct entry entry;

	entry_read(&entry, nl_find(msg, ARP_POLICY_A_ENTRY));
	return wanted(g, &entry) ? set_entry(g, &entry) : STATUS_OK;
}

/* Objects are taken as they arrive: a copy of 100,000 entries has ten megabytes. */
static int dump_devs(struct nl *nl, struct getter *g)
{
	struct nl_reply reply = { .take = take_dev, .take_data = g };

	nl_request(nl, ARP_POLICY_CMD_DEV_GET, NLM_F_DUMP);
	return nl_call_once(nl, &reply);
}

static int dump_entries(struct nl *nl, struct getter *g)
{
	struct nl_reply reply = { .take = take_entry, .take_data = g };
	int status;

	nl_request(nl, ARP_POLICY_CMD_ENTRY_GET, NLM_F_DUMP);
	status = entry_put_filter(nl, &g->query->entries);
	return status ? status : nl_call_once(nl, &reply);
}

static int dump_all(struct nl *nl, struct getter *g)
{
	int status = STATUS_OK;

	if (g->query->devs)
		status = dump_devs(nl, g);
	if (!status && g->query->entries.tables)
		status = dump_entries(nl, g);
	return status;
}

/* Entries were deleted; without a table, the whole policy. */
static void forget(struct getter *g, const struct nlattr *const *tb)
{
	const struct entry_filter filter = {
		.selector = tb[ARP_POLICY_A_SELECTOR] ?
			    nl_str(tb[ARP_POLICY_A_SELECTOR]) : NULL,
		.tables = tb[ARP_POLICY_A_TABLES] ?
			  (uint32_t)nl_uint(tb[ARP_POLICY_A_TABLES]) : TABLES_ALL,
		.dynamic = tb[ARP_POLICY_A_DYNAMIC],
	};
	struct policy *policy = g->policy;
	size_t i;

	for (i = 0; i < policy->n_entries; i++)
		if (entry_fits(&filter, &policy->entries[i]))
			policy->entries[i].gone = true;
	for (i = 0; !tb[ARP_POLICY_A_TABLES] && i < policy->n_devs; i++)
		policy->devs[i].values.set = 0;
}

/*
 * Applies a change that was made since the dumps began. Applying one that is already
 * in a dump does no harm, since all later changes follow.
 */
static int take_change(struct getter *g, const struct nlmsghdr *msg,
		       const struct nlattr *const *tb)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(msg);

	switch (genl->cmd) {
	case ARP_POLICY_CMD_ENTRY_ADD_NTF:
		return change_entry(g, tb[ARP_POLICY_A_ENTRY], false);
	case ARP_POLICY_CMD_ENTRY_DEL_NTF:
		return change_entry(g, tb[ARP_POLICY_A_ENTRY], true);
	case ARP_POLICY_CMD_DEV_NTF:
		return set_dev(g, tb);
	case ARP_POLICY_CMD_FLUSH_NTF:
		forget(g, tb);
		return STATUS_OK;
	default:
		/* A transaction, or an unknown event: anything may have changed. */
		g->whole = false;
		return STATUS_OK;
	}
}

static uint32_t generation_of(const struct nlmsghdr *msg)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	return (uint32_t)nl_uint(tb[ARP_POLICY_A_GENERATION]);
}

/* Whether all changes up to generation "after" have been notified. */
static bool has_all_changes(const struct getter *g)
{
	const struct nlmsghdr *msg;

	if (g->after == g->before)
		return true;
	nl_for_each(msg, &g->events.list)
		if (!is_after(g->after, generation_of(msg)))
			return true;
	return false;
}

/* Waits for them: a change is notified shortly after it is made. */
static void gather_changes(struct getter *g)
{
	size_t had;

	nl_events_take(&g->events, 0);
	while (!g->events.lost && !has_all_changes(g)) {
		had = g->events.list.len;
		nl_events_take(&g->events, EVENT_PATIENCE);
		if (g->events.list.len == had)
			break;
	}
	g->whole = !g->events.lost && has_all_changes(g);
}

/* The dumps contain no change later than generation "after". */
static int take_changes(struct getter *g)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	const struct nlmsghdr *msg;
	uint32_t generation;
	int status;

	nl_for_each(msg, &g->events.list) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		generation = (uint32_t)nl_uint(tb[ARP_POLICY_A_GENERATION]);
		if (is_after(generation, g->after))
			break;
		/* Older than the dumps, which contain the result of a restore. */
		if (!is_after(generation, g->before))
			continue;
		status = take_change(g, msg, tb);
		if (status)
			return status;
	}
	return STATUS_OK;
}

static int try_get(struct nl *nl, struct getter *g)
{
	int status;

	policy_free(g->policy);
	nl_events_reset(&g->events);
	status = get_generation(nl, &g->before);
	if (!status)
		status = dump_all(nl, g);
	if (!status)
		status = get_generation(nl, &g->after);
	if (status)
		return status;
	gather_changes(g);
	if (g->events.failed)
		return STATUS_FAILED;
	return take_changes(g);
}

/* *whole is set to whether the result is a consistent snapshot. */
static int get(struct nl *nl, struct policy *policy,
	       const struct policy_query *query, bool *whole)
{
	struct getter g = { .query = query, .policy = policy };
	int tries, status;

	/* Before the dumps begin, so that no change is missed. */
	status = nl_connected(nl);
	if (!status)
		status = nl_events_open(&g.events, nl->config);
	nl->events = status ? NULL : &g.events;
	for (tries = 0; !status && !g.whole && tries < NL_TRIES; tries++)
		status = try_get(nl, &g);
	nl->events = NULL;
	nl_events_close(&g.events);
	policy->generation = g.after;
	*whole = g.whole;
	return status;
}

int policy_get(struct nl *nl, struct policy *policy,
	       const struct policy_query *query)
{
	bool whole;
	int status = get(nl, policy, query, &whole);

	return status || whole ? status : nl_busy();
}

int policy_list(struct nl *nl, struct policy *policy,
		const struct policy_query *query)
{
	bool whole;
	int status = get(nl, policy, query, &whole);

	if (status)
		return status;
	policy_sort(policy);
	if (!whole)
		nl_mixed();
	return STATUS_OK;
}

/* The policy that is sent, as changes: the devs first, then the entries. */
struct sender {
	const struct policy *policy;
	const char *file;
};

/* The line of the refused field, else of the first one. */
static void where(void *data, size_t change, unsigned int field,
		  struct place *place)
{
	const struct sender *s = data;
	size_t n = s->policy->n_devs;
	const struct policy_dev *dev;

	place->file = s->file;
	if (change >= n) {
		place->line = s->policy->entries[change - n].line;
		return;
	}
	dev = &s->policy->devs[change];
	place->line = field ? dev->line[field] : policy_dev_line(dev);
}

static int send_all(struct transaction *t, const struct policy *policy)
{
	size_t total = policy->n_devs + policy->n_entries, i;
	struct change change = { .op = ARP_POLICY_OP_DEV_SET };
	int status = STATUS_OK;

	progress("restoring", 0, 0);
	for (i = 0; !status && i < policy->n_devs; i++) {
		change.selector = policy->devs[i].selector;
		change.values = policy->devs[i].values;
		status = transaction_add(t, &change);
	}
	change.op = ARP_POLICY_OP_ENTRY_ADD;
	for (i = 0; !status && i < policy->n_entries; i++) {
		change.entry = policy->entries[i];
		status = transaction_add(t, &change);
		if (!(i & 4095))
			progress("restoring", policy->n_devs + i, total);
	}
	progress("restoring", total, total);
	return status;
}

int policy_put(struct nl *nl, const struct policy *policy, const char *file,
	       const uint32_t *generation)
{
	struct sender s = { .policy = policy, .file = file };
	struct transaction t = {
		.nl = nl, .kind = ARP_POLICY_TRANSACTION_REPLACE,
		.generation = generation, .where = where, .data = &s,
	};

	return transaction_end(&t, send_all(&t, policy));
}

int policy_change(struct nl *nl, const struct args *args, enum arp_policy_op op)
{
	struct change change;
	const char *sets;
	int status;

	status = change_parse(args, op, &change);
	if (status)
		return status;
	sets = change_sets(&change);
	status = sets ? policy_check_selector(nl, sets) : STATUS_OK;
	if (!status)
		status = change_send(nl, &change);
	if (!status && sets && !place_known())
		policy_note_selector(sets);
	return status;
}
