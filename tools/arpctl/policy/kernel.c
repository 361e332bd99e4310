// SPDX-License-Identifier: GPL-2.0-only
/* A policy from the kernel, and to it. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/print.h"
#include "base/words.h"
#include "policy/policy.h"
#include "wire/entry.h"
#include "wire/nl.h"
#include "wire/nl_events.h"

/* Every namespace has this device, under any name. */
#define LOOPBACK_IFINDEX 1

/* The longest time between a change and its notification, in ms. */
#define EVENT_PATIENCE 2000

/* The generation of the policy, which also an empty policy has. */
static int get_generation(struct nl *nl, uint32_t *generation)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct nlmsghdr *nlh;
	int status;

	nlh = nl_request(nl, ARP_POLICY_CMD_EFFECTIVE_GET, 0);
	mnl_attr_put_u32(nlh, ARP_POLICY_A_IFINDEX, LOOPBACK_IFINDEX);
	status = nl_call(nl, &reply);
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		*generation = (uint32_t)nl_uint(tb[ARP_POLICY_A_GENERATION]);
	}
	nl_reply_free(&reply);
	return status;
}

/* Whether a generation is later than another one; generations wrap around. */
static bool is_after(uint32_t generation, uint32_t other)
{
	return (int32_t)(generation - other) > 0;
}

/* The parts of a policy to read. */
struct policy_query {
	unsigned int what;		/* POLICY_* */
	const char *selector;		/* only its rules and bindings; NULL: all */
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

	if (!(g->query->what & POLICY_DEVS))
		return STATUS_OK;
	dev = policy_dev(g->policy, selector, &there);
	if (!dev)
		return STATUS_FAILED;
	field_read_all(&dev->values, tb[ARP_POLICY_A_FIELDS]);
	return STATUS_OK;
}

static int set_entry(struct getter *g, const struct entry *entry)
{
	const char *only = g->query->selector, *selector;
	struct entry *found;
	bool there;

	if (only && strcmp(only, entry->selector) != 0)
		return STATUS_OK;
	found = policy_entry(g->policy, entry, &there);
	if (!found)
		return STATUS_FAILED;
	selector = found->selector;
	*found = *entry;
	found->selector = selector;
	return STATUS_OK;
}

static int set_rule(struct getter *g, const struct nlattr *const *tb, bool gone)
{
	struct entry rule;

	if (!(g->query->what & POLICY_RULES))
		return STATUS_OK;
	rule_read(&rule, tb[ARP_POLICY_A_RULE]);
	rule.gone = gone;
	return set_entry(g, &rule);
}

static int set_binding(struct getter *g, const struct nlattr *const *tb,
		       bool gone)
{
	struct entry binding;

	if (!(g->query->what & POLICY_BINDINGS))
		return STATUS_OK;
	bind_read(&binding, tb[ARP_POLICY_A_BINDING]);
	binding.gone = gone;
	return set_entry(g, &binding);
}

/* Adds one object of a dump. */
static int take_object(struct getter *g, const struct nlmsghdr *msg,
		       unsigned int what)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	if (what == POLICY_DEVS)
		return set_dev(g, tb);
	return what == POLICY_RULES ? set_rule(g, tb, false) :
				      set_binding(g, tb, false);
}

static int dump_one(struct nl *nl, struct getter *g, uint8_t cmd,
		    unsigned int what)
{
	const char *selector = g->query->selector;
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	int status = STATUS_OK;

	nl_request(nl, cmd, NLM_F_DUMP);
	if (selector && what != POLICY_DEVS)
		status = nl_put_str(nl, ARP_POLICY_A_SELECTOR, selector);
	if (!status)
		status = nl_call_once(nl, &reply);
	nl_for_each(msg, &reply)
		if (!status)
			status = take_object(g, msg, what);
	nl_reply_free(&reply);
	return status;
}

static int dump_all(struct nl *nl, struct getter *g)
{
	static const struct {
		uint8_t cmd;
		unsigned int what;
	} dumps[] = {
		{ ARP_POLICY_CMD_DEV_GET, POLICY_DEVS },
		{ ARP_POLICY_CMD_RULE_GET, POLICY_RULES },
		{ ARP_POLICY_CMD_BIND_GET, POLICY_BINDINGS },
	};
	int status = STATUS_OK;
	size_t i;

	for (i = 0; !status && i < sizeof(dumps) / sizeof(dumps[0]); i++)
		if (g->query->what & dumps[i].what)
			status = dump_one(nl, g, dumps[i].cmd, dumps[i].what);
	return status;
}

/* All rules or bindings were deleted; if a selector is named, only its own. */
static void forget_entries(struct getter *g, bool bindings,
			   const char *selector)
{
	struct entry *e = g->policy->entries;
	const struct entry *end = e + g->policy->n_entries;

	for (; e < end; e++)
		if ((e->table == ENTRY_BINDING) == bindings &&
		    (!*selector || !strcmp(e->selector, selector)))
			e->gone = true;
}

static void forget_all(struct getter *g)
{
	size_t i;

	for (i = 0; i < g->policy->n_devs; i++)
		g->policy->devs[i].values.set = 0;
	forget_entries(g, false, "");
	forget_entries(g, true, "");
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
	case ARP_POLICY_CMD_RULE_NTF:
		return set_rule(g, tb, false);
	case ARP_POLICY_CMD_RULE_DEL_NTF:
		return set_rule(g, tb, true);
	case ARP_POLICY_CMD_RULE_FLUSH_NTF:
		forget_entries(g, false, nl_str(tb[ARP_POLICY_A_SELECTOR]));
		return STATUS_OK;
	case ARP_POLICY_CMD_BIND_NTF:
		return set_binding(g, tb, false);
	case ARP_POLICY_CMD_BIND_DEL_NTF:
		return set_binding(g, tb, true);
	case ARP_POLICY_CMD_BIND_FLUSH_NTF:
		forget_entries(g, true, nl_str(tb[ARP_POLICY_A_SELECTOR]));
		return STATUS_OK;
	case ARP_POLICY_CMD_DEV_NTF:
		return set_dev(g, tb);
	case ARP_POLICY_CMD_FLUSH_NTF:
		forget_all(g);
		return STATUS_OK;
	default:
		/* A restore, or an unknown event: anything may have changed. */
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
	*whole = g.whole;
	return status;
}

int policy_get(struct nl *nl, struct policy *policy)
{
	static const struct policy_query all = {
		.what = POLICY_DEVS | POLICY_RULES | POLICY_BINDINGS,
	};
	bool whole;
	int status = get(nl, policy, &all, &whole);

	return status || whole ? status : nl_busy();
}

int policy_list(struct nl *nl, struct policy *policy, unsigned int what,
		const char *selector)
{
	const struct policy_query query = { .what = what, .selector = selector };
	bool whole;
	int status = get(nl, policy, &query, &whole);

	if (status)
		return status;
	policy_sort(policy);
	if (!whole)
		nl_mixed();
	return STATUS_OK;
}

/* A restore in progress; numbers count the devs first, then the entries. */
struct sender {
	const struct policy *policy;
	size_t first, next;	/* of the last message, and of the next */
	struct place place;	/* the line of the refused object */
	bool blamed;
};

/* The most that one object takes in a message. */
#define ROOM (WORD_MAX + 512)

static size_t total(const struct policy *policy)
{
	return policy->n_devs + policy->n_entries;
}

static void put_dev(struct nlmsghdr *nlh, const struct policy_dev *dev)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARP_POLICY_ENTRY_DEV);

	mnl_attr_put_strz(nlh, ARP_POLICY_DEV_SELECTOR, dev->selector);
	field_put_all(nlh, ARP_POLICY_DEV_FIELDS, &dev->values);
	mnl_attr_nest_end(nlh, nest);
}

static void put_next(struct nlmsghdr *nlh, const struct policy *policy, size_t i)
{
	const struct entry *e;

	if (i < policy->n_devs) {
		put_dev(nlh, &policy->devs[i]);
		return;
	}
	e = &policy->entries[i - policy->n_devs];
	entry_put(nlh, e->table == ENTRY_BINDING ? ARP_POLICY_ENTRY_BINDING :
						   ARP_POLICY_ENTRY_RULE, e);
}

/* Sends as many as one message holds. */
static int send_some(struct nl *nl, struct sender *s)
{
	struct nlmsghdr *nlh = nl_request(nl, ARP_POLICY_CMD_RESTORE_ADD, 0);
	struct nlattr *nest;
	int status;

	s->first = s->next;
	nest = mnl_attr_nest_start(nlh, ARP_POLICY_A_ENTRIES);
	while (s->next < total(s->policy) && nl_room(nl) > ROOM)
		put_next(nlh, s->policy, s->next++);
	mnl_attr_nest_end(nlh, nest);
	status = nl_call(nl, NULL);
	if (s->blamed)
		place_leave(&s->place);
	return status;
}

/* The line of the field at the offset, else of the first field. */
static uint32_t field_line(const struct nlmsghdr *req,
			   const struct nlattr *entry, uint32_t offset,
			   const struct policy_dev *dev)
{
	const char *target = (const char *)req + offset;
	const struct nlattr *attr, *nested;

	mnl_attr_for_each_nested(attr, entry) {
		if (mnl_attr_get_type(attr) != ARP_POLICY_DEV_FIELDS)
			continue;
		mnl_attr_for_each_nested(nested, attr)
			if ((const char *)nested == target)
				return dev->line[mnl_attr_get_type(nested)];
	}
	return policy_dev_line(dev);
}

/* The line of the refused object: a message has them in order. */
static uint32_t refused_line(const struct sender *s, const struct nlmsghdr *req,
			     uint32_t offset)
{
	const char *target = (const char *)req + offset;
	size_t i = s->first, n = s->policy->n_devs;
	const struct nlattr *entries, *attr;

	mnl_attr_for_each(entries, req, GENL_HDRLEN) {
		if (mnl_attr_get_type(entries) != ARP_POLICY_A_ENTRIES)
			continue;
		mnl_attr_for_each_nested(attr, entries) {
			if (target >= (const char *)attr &&
			    target < (const char *)mnl_attr_next(attr))
				return i < n ?
				       field_line(req, attr, offset,
						  &s->policy->devs[i]) :
				       s->policy->entries[i - n].line;
			i++;
		}
	}
	return 0;
}

static void blame(void *data, const struct nlmsghdr *req, uint32_t offset)
{
	struct sender *s = data;

	s->place.line = refused_line(s, req, offset);
	s->blamed = s->place.line;
	if (s->blamed)
		place_enter(&s->place);
}

static int send_all(struct nl *nl, struct sender *s)
{
	size_t all = total(s->policy);
	int status;

	nl_request(nl, ARP_POLICY_CMD_RESTORE_BEGIN, 0);
	status = nl_call(nl, NULL);
	if (status)
		return status;
	progress("restoring", 0, 0);
	while (!status && s->next < all) {
		status = send_some(nl, s);
		progress("restoring", s->next, all);
	}
	if (!status) {
		nl_request(nl, ARP_POLICY_CMD_RESTORE_COMMIT, 0);
		status = nl_call(nl, NULL);
	}
	if (status) {
		/* The kernel may have dropped it when it refused it. */
		nl_request(nl, ARP_POLICY_CMD_RESTORE_ABORT, 0);
		(void)nl_call_or(nl, ENOENT);
	}
	return status;
}

int policy_put(struct nl *nl, const struct policy *policy, const char *file)
{
	struct sender s = { .policy = policy, .place.file = file };
	int status;

	nl->refused = blame;
	nl->refused_data = &s;
	status = send_all(nl, &s);
	nl->refused = NULL;
	nl->refused_data = NULL;
	return status;
}
