// SPDX-License-Identifier: GPL-2.0-only
/* One change of the policy: out of a command's arguments, and into a message. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "base/args.h"
#include "base/print.h"
#include "wire/change.h"
#include "wire/nl.h"
#include "wire/nl_refusal.h"

static int parse_unset(const struct args *args, struct change *change)
{
	int status = fields_parse_unset(args, &change->unset);

	if (change->unset)
		change->op = ARP_POLICY_OP_DEV_SET;
	return status;
}

int change_parse(const struct args *args, enum arp_policy_op op,
		 struct change *change)
{
	change->op = op;
	change->selector = args->argv[0];
	change->values.set = 0;
	change->unset = 0;
	switch (op) {
	case ARP_POLICY_OP_DEV_SET:
		return fields_parse(args, &change->values);
	case ARP_POLICY_OP_DEV_DEL:
		return parse_unset(args, change);
	default:
		return entry_parse(args, &change->entry);
	}
}

const char *change_sets(const struct change *change)
{
	switch (change->op) {
	case ARP_POLICY_OP_DEV_SET:
		return change->values.set ? change->selector : NULL;
	case ARP_POLICY_OP_ENTRY_ADD:
	case ARP_POLICY_OP_ENTRY_REPLACE:
		return change->entry.selector;
	default:
		return NULL;
	}
}

/* The attributes have the same numbers in a command and in a transaction. */
_Static_assert((int)ARP_POLICY_DEV_SELECTOR == (int)ARP_POLICY_A_SELECTOR &&
	       (int)ARP_POLICY_DEV_FIELDS == (int)ARP_POLICY_A_FIELDS &&
	       (int)ARP_POLICY_DEV_UNSET == (int)ARP_POLICY_A_UNSET, "");

static void put_dev(struct nlmsghdr *nlh, const struct change *change)
{
	mnl_attr_put_strz(nlh, ARP_POLICY_DEV_SELECTOR, change->selector);
	if (change->values.set)
		field_put_all(nlh, ARP_POLICY_DEV_FIELDS, &change->values);
	field_put_unset(nlh, ARP_POLICY_DEV_UNSET, change->unset);
}

static bool is_dev(const struct change *change)
{
	return change->op == ARP_POLICY_OP_DEV_SET ||
	       change->op == ARP_POLICY_OP_DEV_DEL;
}

void change_put(struct nlmsghdr *nlh, const struct change *change)
{
	struct nlattr *op = nl_nest_begin(nlh, ARP_POLICY_A_OP), *dev;

	if (is_dev(change)) {
		dev = nl_nest_begin(nlh, change->op);
		put_dev(nlh, change);
		nl_nest_end(nlh, dev);
	} else {
		entry_put(nlh, (uint16_t)change->op, &change->entry);
	}
	nl_nest_end(nlh, op);
}

/* Names the fields that were to be unset, unlike the kernel. */
static bool unset_refused(void *data, const struct nlmsghdr *req,
			  const struct nl_refusal *refusal)
{
	const struct change *change = data;
	const struct field *f;
	char list[256] = "";

	(void)req;
	if (refusal->err != ENOENT)
		return true;
	for (f = fields; f->name; f++)
		if (change->unset & 1U << f->attr)
			list_add(list, sizeof(list), f->name);
	if (!*list)
		failure("nothing is set on %s", change->selector);
	else if (strchr(list, ','))
		failure("none of %s is set on %s", list, change->selector);
	else
		failure("%s is not set on %s", list, change->selector);
	return false;
}

int change_send(struct nl *nl, const struct change *change)
{
	static const uint8_t cmds[ARP_POLICY_OP_MAX + 1] = {
		[ARP_POLICY_OP_DEV_SET] = ARP_POLICY_CMD_DEV_SET,
		[ARP_POLICY_OP_DEV_DEL] = ARP_POLICY_CMD_DEV_DEL,
		[ARP_POLICY_OP_ENTRY_ADD] = ARP_POLICY_CMD_ENTRY_ADD,
		[ARP_POLICY_OP_ENTRY_REPLACE] = ARP_POLICY_CMD_ENTRY_ADD,
		[ARP_POLICY_OP_ENTRY_DEL] = ARP_POLICY_CMD_ENTRY_DEL,
	};
	struct nlmsghdr *nlh = nl_request(nl, cmds[change->op], 0);
	int status;

	if (is_dev(change))
		put_dev(nlh, change);
	else
		entry_put(nlh, ARP_POLICY_A_ENTRY, &change->entry);
	if (change->op == ARP_POLICY_OP_ENTRY_REPLACE)
		mnl_attr_put(nlh, ARP_POLICY_A_REPLACE, 0, NULL);
	if (is_dev(change) && !change->values.set) {
		nl->refused = unset_refused;
		nl->refused_data = (void *)(uintptr_t)change;
	}
	status = nl_call(nl, NULL);
	nl->refused = NULL;
	return status;
}
