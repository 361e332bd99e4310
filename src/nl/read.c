// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read attributes: devices, selectors, fields, rules and bindings.
 *
 * Process context. The command's policy has validated types, lengths and ranges. All
 * other errors in them are reported here.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <net/netlink.h>

#include "compat.h"
#include "nl/read.h"

static int refuse(struct netlink_ext_ack *extack, struct nlattr *attr,
		  const char *why)
{
	extack->_msg = why;
	extack->bad_attr = attr;
	return -EINVAL;
}

/**
 * arpp_nl_missing() - refuse a request because an attribute is missing
 * @extack: set to @why, and to what is missing
 * @nest: where it is missing; NULL: in the request itself
 * @type: its type
 * @why: the message
 *
 * Return: -EINVAL.
 */
int arpp_nl_missing(struct netlink_ext_ack *extack, struct nlattr *nest, int type,
		    const char *why)
{
	NL_SET_ERR_ATTR_MISS(extack, nest, type);
	return refuse(extack, nest, why);
}

/**
 * arpp_nl_read_selector() - read a selector
 * @tb: attributes by type
 * @type: which of them is its name; an error if it is missing
 * @nest: where they are; NULL: in the request itself
 * @key: filled in
 * @extack: set on error
 *
 * Return: 0 or -EINVAL.
 */
int arpp_nl_read_selector(struct nlattr **tb, int type, struct nlattr *nest,
			  struct arpp_selector_key *key, struct netlink_ext_ack *extack)
{
	struct nlattr *attr = tb[type];
	const char *why;

	if (!attr)
		return arpp_nl_missing(extack, nest, type,
				       "selector missing: all, default, a device name or a glob");
	if (arpp_selector_parse(key, nla_data(attr), &why))
		return refuse(extack, attr, why);
	return 0;
}

/**
 * arpp_nl_read_change() - read a change of fields
 * @nest: nest of enum arp_policy_field, the values to set, or NULL
 * @unset: mask of the fields to unset
 * @fields: the fields in @nest are set in it
 * @extack: set on error
 *
 * Return: 0, or -EINVAL if there is nothing to change, or a field is not supported.
 */
int arpp_nl_read_change(struct nlattr *nest, u32 unset, struct arpp_fields *fields,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	const char *why;
	int rem;

	if (!unset && (!nest || !nla_len(nest)))
		return refuse(extack, nest,
			      "fields missing: give at least one field to set or unset");
	if (!nest)
		return 0;
	nla_for_each_nested(attr, nest, rem) {
		if (unset & BIT(nla_type(attr)))
			return refuse(extack, attr,
				      "a field cannot be set and unset at once");
		why = arpp_field_unsupported(nla_type(attr));
		if (why)
			return refuse(extack, attr, why);
		arpp_field_set(fields, nla_type(attr), nla_get_u32(attr));
	}
	return 0;
}

/**
 * arpp_nl_read_unset() - read the fields to unset
 * @first: the attributes, which the command's policy has validated
 * @len: their length
 * @type: the type of those that name a field
 *
 * Return: their mask.
 */
u32 arpp_nl_read_unset(const struct nlattr *first, int len, int type)
{
	const struct nlattr *attr;
	u32 unset = 0;
	int rem;

	nla_for_each_attr(attr, first, len, rem)
		if (nla_type(attr) == type)
			unset |= BIT(nla_get_u32(attr));
	return unset;
}

/* Read the selector of rules and bindings: not "default", which has neither. */
static int read_selects(struct nlattr *attr, struct arpp_selector_key *key,
			struct netlink_ext_ack *extack)
{
	const char *why;

	if (arpp_selector_parse(key, nla_data(attr), &why))
		return refuse(extack, attr, why);
	if (key->kind == ARPP_SELECTOR_DEFAULT)
		return refuse(extack, attr,
			      "default selects no rule and no binding: use all, a glob or a name");
	return 0;
}

/* Read the selector of a rule or binding; "all" if there is none. */
static int read_key(struct nlattr *attr, struct arpp_selector_key *key,
		    struct netlink_ext_ack *extack)
{
	if (attr)
		return read_selects(attr, key, extack);
	/* The rest of the name is not cleared, which would take 60 instructions. */
	key->kind = ARPP_SELECTOR_ALL;
	key->literals = 0;
	memcpy(key->name, "all", sizeof("all"));
	return 0;
}

/* Index attributes by type in @tb, which is empty; the command's policy has validated them. */
static void by_type(struct nlattr *nest, struct nlattr **tb, int max)
{
	struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) <= max)
			tb[nla_type(attr)] = attr;
}

/* Read a lladdr, which must be a unicast address. */
static int read_lladdr(struct nlattr *attr, struct arpp_rule *rule,
		       struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	rule->has_lladdr = true;
	memcpy(rule->lladdr, nla_data(attr), ETH_ALEN);
	if (!is_valid_ether_addr(rule->lladdr))
		return refuse(extack, attr,
			      "lladdr is not a unicast address: all zeroes, or a group address");
	return 0;
}

/* Read the prefix of an entry. */
static int read_prefix(struct nlattr **tb, struct nlattr *nest,
		       struct arpp_nl_entry *e, struct netlink_ext_ack *extack)
{
	struct nlattr *address = tb[ARP_POLICY_ENTRY_ADDRESS];
	struct nlattr *length = tb[ARP_POLICY_ENTRY_LENGTH];
	__be32 addr;
	u32 len = 32;

	if (!address)
		return arpp_nl_missing(extack, nest, ARP_POLICY_ENTRY_ADDRESS,
				       "entry has no address");
	addr = nla_get_be32(address);
	if (length)
		len = nla_get_u32(length);
	if ((u64)ntohl(addr) << len & U32_MAX)
		return refuse(extack, address,
			      "prefix has bits set beyond its length: clear them, or use length 32 for a single address");
	if (e->table == ARPP_TABLE_BINDING && len &&
	    (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	     ipv4_is_zeronet(addr)))
		return refuse(extack, address,
			      "address is not a unicast address: 0.0.0.0, multicast or broadcast");
	e->rule.node.prefix = ntohl(addr);
	e->rule.node.len = len;
	return 0;
}

/* Read what only rules have. */
static int read_rule(struct nlattr **tb, struct nlattr *nest, bool whole,
		     struct arpp_nl_entry *e, struct netlink_ext_ack *extack)
{
	struct nlattr *action = tb[ARP_POLICY_ENTRY_ACTION];
	struct nlattr *lladdr = tb[ARP_POLICY_ENTRY_LLADDR];
	struct nlattr *routed = tb[ARP_POLICY_ENTRY_ROUTED];
	struct arpp_rule *rule = &e->rule;

	if (tb[ARP_POLICY_ENTRY_ANY] || tb[ARP_POLICY_ENTRY_DYNAMIC])
		return refuse(extack, tb[ARP_POLICY_ENTRY_ANY] ?:
			      tb[ARP_POLICY_ENTRY_DYNAMIC],
			      "any and dynamic apply to bindings only");
	rule->routed = nla_get_flag(routed);
	if (action)
		rule->action = nla_get_u32(action);
	else if (whole)
		return arpp_nl_missing(extack, nest, ARP_POLICY_ENTRY_ACTION,
				       "rule has no action");
	if (e->table == ARPP_TABLE_SENDER &&
	    (rule->action == ARP_POLICY_ACTION_HIDE ||
	     rule->action == ARP_POLICY_ACTION_PROXY))
		return refuse(extack, action,
			      "a sender rule (from) must be pass or drop");
	if (whole && rule->action != ARP_POLICY_ACTION_PROXY && (lladdr || routed))
		return refuse(extack, lladdr ?: routed,
			      "lladdr and routed apply to proxy rules only");
	return 0;
}

/* Read what only bindings have. */
static int read_binding(struct nlattr **tb, struct nlattr *nest, bool whole,
			struct arpp_nl_entry *e, struct netlink_ext_ack *extack)
{
	struct nlattr *any = tb[ARP_POLICY_ENTRY_ANY];

	if (tb[ARP_POLICY_ENTRY_ACTION] || tb[ARP_POLICY_ENTRY_ROUTED])
		return refuse(extack, tb[ARP_POLICY_ENTRY_ACTION] ?:
			      tb[ARP_POLICY_ENTRY_ROUTED],
			      "action and routed apply to rules only");
	if (any && tb[ARP_POLICY_ENTRY_LLADDR])
		return refuse(extack, any, "a binding has a lladdr or any, not both");
	if (whole && !any && !tb[ARP_POLICY_ENTRY_LLADDR])
		return arpp_nl_missing(extack, nest, ARP_POLICY_ENTRY_LLADDR,
				       "binding has no lladdr: give one, or any");
	e->rule.any = nla_get_flag(any);
	e->rule.dynamic = nla_get_flag(tb[ARP_POLICY_ENTRY_DYNAMIC]);
	return 0;
}

/**
 * arpp_nl_read_entry() - read a rule or a binding, and its selector
 * @nest: nest of enum arp_policy_entry; NULL is an error
 * @whole: the entry must be complete; else it only identifies one
 * @e: filled in
 * @extack: set on error
 *
 * Return: 0 or -EINVAL.
 */
int arpp_nl_read_entry(struct nlattr *nest, bool whole, struct arpp_nl_entry *e,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARP_POLICY_ENTRY_MAX + 1] = {};
	int err;

	e->rule = (struct arpp_rule){};
	if (!nest)
		return arpp_nl_missing(extack, NULL, ARP_POLICY_A_ENTRY, "entry missing");
	by_type(nest, tb, ARP_POLICY_ENTRY_MAX);
	if (!tb[ARP_POLICY_ENTRY_TABLE])
		return arpp_nl_missing(extack, nest, ARP_POLICY_ENTRY_TABLE,
				       "entry has no table");
	e->table = nla_get_u32(tb[ARP_POLICY_ENTRY_TABLE]);
	err = read_key(tb[ARP_POLICY_ENTRY_SELECTOR], &e->key, extack);
	if (!err)
		err = read_prefix(tb, nest, e, extack);
	if (!err)
		err = e->table == ARPP_TABLE_BINDING ?
		      read_binding(tb, nest, whole, e, extack) :
		      read_rule(tb, nest, whole, e, extack);
	return err ? err : read_lladdr(tb[ARP_POLICY_ENTRY_LLADDR], &e->rule, extack);
}

/**
 * arpp_nl_read_filter() - read which entries a command is about
 * @tb: the attributes of the request
 * @filter: filled in
 * @extack: set on error
 *
 * Return: 0, or -EINVAL if a filter is not valid.
 */
int arpp_nl_read_filter(struct nlattr **tb, struct arpp_netns_filter *filter,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tables = tb[ARP_POLICY_A_TABLES];
	struct nlattr *selector = tb[ARP_POLICY_A_SELECTOR];

	*filter = (struct arpp_netns_filter){
		.tables = ARPP_TABLES_ALL,
		.dynamic = nla_get_flag(tb[ARP_POLICY_A_DYNAMIC]),
		.one = selector,
	};
	if (tables)
		filter->tables = nla_get_u32(tables);
	if (!filter->tables)
		return refuse(extack, tables, "tables is empty: name at least one");
	if (filter->dynamic && tables &&
	    filter->tables != BIT(ARP_POLICY_TABLE_BINDING))
		return refuse(extack, tables, "only bindings are dynamic");
	if (filter->dynamic)
		filter->tables = BIT(ARP_POLICY_TABLE_BINDING);
	return selector ? read_selects(selector, &filter->key, extack) : 0;
}

/**
 * arpp_nl_read_dev_error() - report why fields could not be changed
 * @err: the result of arpp_netns_change() or a similar function; may be 0 or 1
 * @attr: the attribute to name, or NULL
 * @extack: set if there is a message for @err
 *
 * Return: @err.
 */
int arpp_nl_read_dev_error(int err, struct nlattr *attr,
			   struct netlink_ext_ack *extack)
{
	if (err == -ENOENT)
		refuse(extack, attr, "none of these fields is set on this selector");
	if (err == -ENOSPC)
		refuse(extack, attr,
		       "a network namespace holds at most 65536 selectors, 256 of them globs");
	return err;
}

/**
 * arpp_nl_read_error() - report why a rule or binding could not be changed
 * @err: the result of arpp_netns_insert() or a similar function; may be 0
 * @table: the kind of entry
 * @attr: its attribute
 * @extack: set if there is a message for @err
 *
 * Return: the error code for the reply.
 */
int arpp_nl_read_error(int err, enum arpp_table table, struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	bool binding = table == ARPP_TABLE_BINDING;
	const char *why;

	switch (err) {
	case -EEXIST:
		why = binding ?
		      "there is a binding for this address on this selector: replace it instead" :
		      "there is a rule for this prefix on this selector: replace it instead";
		break;
	case -ENOENT:
		why = binding ?
		      "there is no binding for this address on this selector" :
		      "there is no rule for this prefix on this selector";
		break;
	case -ESRCH:
		err = -ENOENT;
		why = "the existing entry does not match exactly: list it first";
		break;
	case -ENFILE:
		err = -ENOSPC;
		why = binding ?
		      "this network namespace holds as many bindings as parameter max_bindings allows"
		      : "this network namespace holds as many rules as parameter max_rules allows";
		break;
	case -EDQUOT:
		err = -ENOSPC;
		why = "dynamic bindings may take three quarters of parameter max_bindings at most";
		break;
	case -ENOSPC:
		why = "a network namespace holds at most 65536 selectors, 256 of them globs";
		break;
	case -EMLINK:
		err = -ENOSPC;
		why = "at most 32 globs can have rules or bindings: use all or a device's name";
		break;
	default:
		return err;
	}
	refuse(extack, attr, why);
	return err;
}

/**
 * arpp_nl_dump_all() - check that a dump request has no attributes
 * @cb: the dump
 *
 * Context: .dumpit, because old kernels have no extack in .start.
 * Return: 0, or -EINVAL with extack set.
 */
int arpp_nl_dump_all(struct netlink_callback *cb)
{
	if (!nlmsg_attrlen(cb->nlh, GENL_HDRLEN))
		return 0;
	NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes: it always lists everything");
	return -EINVAL;
}

/**
 * arpp_nl_netdev() - read the device that a command names
 * @info: the command, with IFINDEX or IFNAME
 * @required: the command must name one
 *
 * Context: RTNL held.
 * Return: the device, NULL if none is named, or an ERR_PTR() with extack set.
 */
struct net_device *arpp_nl_netdev(struct genl_info *info, bool required)
{
	struct nlattr *ifindex = info->attrs[ARP_POLICY_A_IFINDEX];
	struct nlattr *ifname = info->attrs[ARP_POLICY_A_IFNAME];
	struct net *net = genl_info_net(info);
	struct net_device *dev;

	if (ifindex && ifname) {
		NL_SET_ERR_MSG_ATTR(info->extack, ifname,
				    "give the device's index or its name, not both");
		return ERR_PTR(-EINVAL);
	}
	if (!ifindex && !ifname) {
		if (!required)
			return NULL;
		return ERR_PTR(arpp_nl_missing(info->extack, NULL, ARP_POLICY_A_IFINDEX,
					       "device missing: give its index or its name"));
	}
	dev = ifindex ? __dev_get_by_index(net, nla_get_u32(ifindex)) :
			__dev_get_by_name(net, nla_data(ifname));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, ifindex ?: ifname,
				    "no such device in this network namespace");
		return ERR_PTR(-ENODEV);
	}
	return dev;
}
