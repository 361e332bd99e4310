// SPDX-License-Identifier: GPL-2.0-only
/* Why the kernel refuses a request, in its own words. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/print.h"
#include "wire/fields.h"
#include "wire/nl_msg.h"
#include "wire/nl_refusal.h"

/* The names of a nest's attributes in error messages. */
struct nest {
	const char *const *names;	/* NULL: those of the fields */
	const struct nest *const *nests;
	unsigned int max;
};

static const char *const query_names[ARP_POLICY_QUERY_MAX + 1] = {
	[ARP_POLICY_QUERY_TARGET] = "target",
	[ARP_POLICY_QUERY_SENDER] = "sender",
	[ARP_POLICY_QUERY_LLADDR] = "lladdr",
	[ARP_POLICY_QUERY_UNICAST] = "unicast",
};

static const char *const entry_names[ARP_POLICY_ENTRY_MAX + 1] = {
	[ARP_POLICY_ENTRY_TABLE] = "table",
	[ARP_POLICY_ENTRY_SELECTOR] = "selector",
	[ARP_POLICY_ENTRY_ADDRESS] = "prefix",
	[ARP_POLICY_ENTRY_LENGTH] = "prefix",
	[ARP_POLICY_ENTRY_ACTION] = "action",
	[ARP_POLICY_ENTRY_LLADDR] = "lladdr",
	[ARP_POLICY_ENTRY_ANY] = "lladdr any",
	[ARP_POLICY_ENTRY_ROUTED] = "routed",
	[ARP_POLICY_ENTRY_DYNAMIC] = "dynamic",
};

static const char *const dev_names[ARP_POLICY_DEV_MAX + 1] = {
	[ARP_POLICY_DEV_SELECTOR] = "selector",
	[ARP_POLICY_DEV_FIELDS] = "fields",
	[ARP_POLICY_DEV_UNSET] = "fields",
};

static const char *const attr_names[ARP_POLICY_A_MAX + 1] = {
	[ARP_POLICY_A_SELECTOR] = "selector",
	[ARP_POLICY_A_FIELDS] = "fields",
	[ARP_POLICY_A_UNSET] = "fields",
	[ARP_POLICY_A_IFINDEX] = "ifindex",
	[ARP_POLICY_A_IFNAME] = "device",
	[ARP_POLICY_A_ADDRESS] = "address",
	[ARP_POLICY_A_FORCE] = "force",
	[ARP_POLICY_A_LLADDR] = "lladdr",
	[ARP_POLICY_A_REPLACE] = "replace",
	[ARP_POLICY_A_DYNAMIC] = "dynamic",
};

static const struct nest fields_nest = { NULL, NULL, ARP_POLICY_FIELD_MAX };
static const struct nest query_nest = {
	query_names, NULL, ARP_POLICY_QUERY_MAX
};

static const struct nest entry_nest = { entry_names, NULL, ARP_POLICY_ENTRY_MAX };

static const struct nest *const dev_nests[ARP_POLICY_DEV_MAX + 1] = {
	[ARP_POLICY_DEV_FIELDS] = &fields_nest,
};

static const struct nest dev_nest = { dev_names, dev_nests, ARP_POLICY_DEV_MAX };

static const struct nest *const op_nests[ARP_POLICY_OP_MAX + 1] = {
	[ARP_POLICY_OP_DEV_SET] = &dev_nest,
	[ARP_POLICY_OP_DEV_DEL] = &dev_nest,
	[ARP_POLICY_OP_ENTRY_ADD] = &entry_nest,
	[ARP_POLICY_OP_ENTRY_REPLACE] = &entry_nest,
	[ARP_POLICY_OP_ENTRY_DEL] = &entry_nest,
};

static const char *const op_names[ARP_POLICY_OP_MAX + 1] = { NULL };

static const struct nest op_nest = { op_names, op_nests, ARP_POLICY_OP_MAX };

static const struct nest *const attr_nests[ARP_POLICY_A_MAX + 1] = {
	[ARP_POLICY_A_FIELDS] = &fields_nest,
	[ARP_POLICY_A_QUERY] = &query_nest,
	[ARP_POLICY_A_ENTRY] = &entry_nest,
	[ARP_POLICY_A_OP] = &op_nest,
};

static const struct nest message = { attr_names, attr_nests, ARP_POLICY_A_MAX };

static const char *attr_name(const struct nest *nest, unsigned int type)
{
	const struct field *field;

	if (type > nest->max)
		return NULL;
	if (nest->names)
		return nest->names[type];
	field = field_by_attr(type);
	return field ? field->name : NULL;
}

/* Names an attribute, with its value if that is a name. */
static void describe(const struct nest *nest, const struct nlattr *attr,
		     char *buf, size_t size)
{
	const char *name = attr_name(nest, mnl_attr_get_type(attr));

	if (name && (!strcmp(name, "selector") || !strcmp(name, "device")))
		snprintf(buf, size, "%s \"%.64s\"", name, nl_str(attr));
	else if (name)
		snprintf(buf, size, "%s", name);
}

/* Describes the attribute that is target, if it is this one or within it. */
static bool look(const struct nest *nest, const struct nlattr *attr,
		 const void *target, char *buf, size_t size)
{
	const struct nest *inner = NULL;
	const struct nlattr *nested;

	if (attr == target) {
		describe(nest, attr, buf, size);
		return true;
	}
	if (nest->nests && mnl_attr_get_type(attr) <= nest->max)
		inner = nest->nests[mnl_attr_get_type(attr)];
	if (!inner)
		return false;
	mnl_attr_for_each_nested(nested, attr)
		if (look(inner, nested, target, buf, size))
			return true;
	return false;
}

/*
 * Names the attribute of the request that was refused, by its offset; without an
 * offset, the first attribute, which is the object of the command.
 */
static void subject(const struct nlmsghdr *req, uint32_t offset, char *buf,
		    size_t size)
{
	const char *target = (const char *)req + offset;
	const struct nlattr *attr;

	buf[0] = '\0';
	mnl_attr_for_each(attr, req, GENL_HDRLEN)
		if (look(&message, attr, offset ? target : (const char *)attr,
			 buf, size))
			return;
}

/* The values that the attribute's netlink policy accepts. */
static void accepted(const struct nlattr *policy, char *buf, size_t size)
{
	const struct nlattr *tb[NL_POLICY_TYPE_ATTR_MAX + 1];

	nl_parse_nest(policy, tb, NL_POLICY_TYPE_ATTR_MAX);
	buf[0] = '\0';
	if (tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U])
		snprintf(buf, size, "%llu to %llu",
			 (unsigned long long)
			 nl_uint(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]),
			 (unsigned long long)
			 nl_uint(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]));
	else if (tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH])
		snprintf(buf, size, "1 to %llu characters",
			 (unsigned long long)
			 nl_uint(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]));
}

void nl_refusal_read(struct nl_refusal *refusal, const struct nlmsghdr *msg)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	const struct nlattr *attr;
	size_t at = sizeof(int);
	int err = 0;

	if (mnl_nlmsg_get_payload_len(msg) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(msg), sizeof(err));
	if (msg->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *e = mnl_nlmsg_get_payload(msg);

		at = sizeof(*e);
		if (!(msg->nlmsg_flags & NLM_F_CAPPED))
			at += mnl_nlmsg_get_payload_len(&e->msg);
	}
	if (msg->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_for_each(attr, msg, (unsigned int)at)
			if (mnl_attr_get_type(attr) <= NLMSGERR_ATTR_MAX)
				tb[mnl_attr_get_type(attr)] = attr;
	refusal->err = -err;
	refusal->text = nl_str(tb[NLMSGERR_ATTR_MSG]);
	refusal->offset = (uint32_t)nl_uint(tb[NLMSGERR_ATTR_OFFS]);
	refusal->policy = tb[NLMSGERR_ATTR_POLICY];
}

void nl_refusal_text(const struct nl_refusal *refusal, const struct nlmsghdr *req,
		     char buf[REFUSAL_TEXT])
{
	char what[128], range[64], about[256] = "";
	const char *text = refusal->text;

	subject(req, refusal->offset, what, sizeof(what));
	accepted(refusal->policy, range, sizeof(range));
	if (*what && !strstr(text, what))
		list_add(about, sizeof(about), what);
	if (*range)
		list_add(about, sizeof(about), range);
	snprintf(buf, REFUSAL_TEXT, "%s%s%s%s",
		 *text ? text : strerror(refusal->err), *about ? " (" : "", about,
		 *about ? ")" : "");
}

int nl_refusal_print(const struct nl_refusal *refusal,
		     const struct nlmsghdr *req)
{
	char text[REFUSAL_TEXT];

	nl_refusal_text(refusal, req, text);
	return failure("%s", text);
}

bool nl_ignore_refusal(void *data, const struct nlmsghdr *req,
		       const struct nl_refusal *refusal)
{
	(void)data;
	(void)req;
	(void)refusal;
	return false;
}

int nl_not_permitted(void)
{
	return failure("%s: CAP_NET_ADMIN is needed in the user namespace that owns this network namespace",
		       strerror(EPERM));
}
