// SPDX-License-Identifier: GPL-2.0-only
/* A policy from the kernel, and to it. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <string.h>

#include "arpctl.h"
#include "bind.h"
#include "policy.h"
#include "rule.h"

/* Every namespace has this device, whatever it is called. */
#define LOOPBACK_IFINDEX 1

/* The number of the policy that is there, also if there is nothing in it. */
static int get_generation(struct ctx *ctx, uint32_t *generation)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct nlmsghdr *nlh;
	int status;

	nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_EFFECTIVE_GET, 0);
	mnl_attr_put_u32(nlh, ARP_POLICY_A_IFINDEX, LOOPBACK_IFINDEX);
	status = nl_call(ctx, &reply);
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		*generation = (uint32_t)nl_uint(tb[ARP_POLICY_A_GENERATION]);
	}
	nl_reply_free(&reply);
	return status;
}

static int add_dev(struct policy *policy, const struct nlattr *const *tb)
{
	struct policy_dev *dev;
	bool there;

	dev = policy_dev(policy, nl_str(tb[ARP_POLICY_A_SELECTOR]), &there);
	if (!dev)
		return STATUS_FAILED;
	field_read_all(&dev->values, tb[ARP_POLICY_A_FIELDS]);
	return STATUS_OK;
}

static int add_rule(struct policy *policy, const struct nlattr *const *tb)
{
	struct entry rule;
	bool there;

	rule_read(&rule, tb[ARP_POLICY_A_RULE]);
	return policy_entry(policy, &rule, &there) ? STATUS_OK : STATUS_FAILED;
}

static int add_binding(struct policy *policy, const struct nlattr *const *tb)
{
	struct entry binding;
	bool there;

	bind_read(&binding, tb[ARP_POLICY_A_BINDING]);
	return policy_entry(policy, &binding, &there) ? STATUS_OK :
							STATUS_FAILED;
}

static const struct {
	uint8_t cmd;
	int (*add)(struct policy *policy, const struct nlattr *const *tb);
} dumps[] = {
	{ ARP_POLICY_CMD_DEV_GET, add_dev },
	{ ARP_POLICY_CMD_RULE_GET, add_rule },
	{ ARP_POLICY_CMD_BIND_GET, add_binding },
};

#define N_DUMPS (sizeof(dumps) / sizeof(dumps[0]))

static int get_all(struct ctx *ctx, struct policy *policy)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	int status = STATUS_OK;
	size_t i;

	for (i = 0; !status && i < N_DUMPS; i++) {
		status = nl_dump(ctx, dumps[i].cmd, 0, NULL, &reply);
		nl_for_each(msg, &reply) {
			if (status)
				break;
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			status = dumps[i].add(policy, tb);
		}
		nl_reply_free(&reply);
	}
	return status;
}

int policy_get(struct ctx *ctx, struct policy *policy)
{
	uint32_t before, after;
	int tries, status;

	for (tries = 0; tries < NL_TRIES; tries++) {
		before = after = 0;
		status = get_generation(ctx, &before);
		if (!status)
			status = get_all(ctx, policy);
		if (!status)
			status = get_generation(ctx, &after);
		if (status || before == after)
			return status;
		policy_free(policy);
	}
	return nl_busy();
}

/* A restore under way; the devs are counted first, behind them the entries. */
struct sender {
	const struct policy *policy;
	size_t first, next;	/* in the last message, and in the next */
	struct place place;	/* where what was refused is from */
	bool blamed;
};

/* The most that one of them takes in a message. */
#define ROOM (NL_STR_MAX + 512)

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
	if (e->table == ENTRY_BINDING)
		bind_put(nlh, ARP_POLICY_ENTRY_BINDING, e);
	else
		rule_put(nlh, ARP_POLICY_ENTRY_RULE, e);
}

/* As many as one message holds. */
static int send_some(struct ctx *ctx, struct sender *s)
{
	struct nlmsghdr *nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_RESTORE_ADD, 0);
	struct nlattr *nest;
	int status;

	s->first = s->next;
	nest = mnl_attr_nest_start(nlh, ARP_POLICY_A_ENTRIES);
	while (s->next < total(s->policy) && nl_room(&ctx->nl) > ROOM)
		put_next(nlh, s->policy, s->next++);
	mnl_attr_nest_end(nlh, nest);
	status = nl_call(ctx, NULL);
	if (s->blamed)
		place_leave(&s->place);
	return status;
}

/* The line that a device's fields are from; of several, the first. */
static uint32_t dev_line(const struct policy_dev *dev)
{
	uint32_t line = 0;
	const struct field *f;

	for (f = fields; f->name; f++)
		if (field_is_set(&dev->values, f) &&
		    (!line || dev->line[f->attr] < line))
			line = dev->line[f->attr];
	return line;
}

/* The line of the field that is at the offset, else the first of them. */
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
	return dev_line(dev);
}

/* The line of what is refused: a message has its entries in order. */
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

static int send_all(struct ctx *ctx, struct sender *s)
{
	size_t all = total(s->policy);
	int status;

	nl_request(&ctx->nl, ARP_POLICY_CMD_RESTORE_BEGIN, 0);
	status = nl_call(ctx, NULL);
	if (status)
		return status;
	progress("restoring", 0, 0);
	while (!status && s->next < all) {
		status = send_some(ctx, s);
		progress("restoring", s->next, all);
	}
	if (!status) {
		nl_request(&ctx->nl, ARP_POLICY_CMD_RESTORE_COMMIT, 0);
		status = nl_call(ctx, NULL);
	}
	if (status) {
		/* It may have forgotten by itself what it refused. */
		nl_request(&ctx->nl, ARP_POLICY_CMD_RESTORE_ABORT, 0);
		(void)nl_call_or(ctx, ENOENT);
	}
	return status;
}

int policy_put(struct ctx *ctx, const struct policy *policy, const char *file)
{
	struct sender s = { .policy = policy, .place.file = file };
	int status;

	ctx->nl.refused = blame;
	ctx->nl.refused_data = &s;
	status = send_all(ctx, &s);
	ctx->nl.refused = NULL;
	return status;
}
