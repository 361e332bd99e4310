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

#include "nl/read.h"

static int refuse(struct netlink_ext_ack *extack, struct nlattr *attr,
		  const char *why)
{
	extack->_msg = why;
	extack->bad_attr = attr;
	return -EINVAL;
}

/**
 * arpp_nl_read_selector() - read a selector
 * @attr: its name; NULL is an error
 * @key: filled in
 * @extack: set on error
 *
 * Return: 0 or -EINVAL.
 */
int arpp_nl_read_selector(struct nlattr *attr, struct arpp_selector_key *key,
			  struct netlink_ext_ack *extack)
{
	const char *why;

	if (!attr)
		return refuse(extack, NULL,
			      "selector missing: all, default, a device name or a glob");
	if (arpp_selector_parse(key, nla_data(attr), &why))
		return refuse(extack, attr, why);
	return 0;
}

/**
 * arpp_nl_read_fields() - read the values of fields
 * @nest: nest of enum arp_policy_field; NULL is an error
 * @fields: the fields in @nest are set in it
 * @extack: set on error
 *
 * Return: 0 or -EINVAL.
 */
int arpp_nl_read_fields(struct nlattr *nest, struct arpp_fields *fields,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem;
	u32 val;

	if (!nest || !nla_len(nest))
		return refuse(extack, nest,
			      "fields missing: give at least one field to set");
	nla_for_each_nested(attr, nest, rem) {
		val = nla_len(attr) == sizeof(u32) ? nla_get_u32(attr) :
						     nla_get_u8(attr);
		if (nla_type(attr) == ARP_POLICY_FIELD_IGNORE && val > 3 &&
		    val < 8)
			return refuse(extack, attr,
				      "ignore takes 0, 1, 2, 3 or 8: 4 to 7 are reserved");
		arpp_field_set(fields, nla_type(attr), val);
	}
	return 0;
}

/**
 * arpp_nl_read_selects() - read the selector of rules and bindings
 * @attr: its name
 * @key: filled in
 * @extack: set on error
 *
 * Return: 0, or -EINVAL, also for "default", which has neither rules nor bindings.
 */
int arpp_nl_read_selects(struct nlattr *attr, struct arpp_selector_key *key,
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

/*
 * Read the selector of a rule or binding; "all" if there is none. The caller has
 * zeroed @key; it is large, so it is not cleared again.
 */
static int read_key(struct nlattr *attr, struct arpp_selector_key *key,
		    struct netlink_ext_ack *extack)
{
	if (attr)
		return arpp_nl_read_selects(attr, key, extack);
	key->kind = ARPP_SELECTOR_ALL;
	memcpy(key->name, "all", sizeof("all"));
	return 0;
}

/* Index attributes by type; the command's policy has validated them. */
static void by_type(struct nlattr *nest, struct nlattr **tb, int max)
{
	struct nlattr *attr;
	int rem;

	memset(tb, 0, (max + 1) * sizeof(*tb));
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
	nla_memcpy(rule->lladdr, attr, ETH_ALEN);
	if (!is_valid_ether_addr(rule->lladdr))
		return refuse(extack, attr,
			      "lladdr is not a unicast address: all zeroes, or a group address");
	return 0;
}

/**
 * arpp_nl_read_rule() - read a rule and its selector
 * @nest: nest of enum arp_policy_rule; NULL is an error
 * @whole: the rule must be complete; else it only identifies one
 * @e: filled in; the caller has zeroed it
 * @extack: set on error
 *
 * Return: 0 or -EINVAL.
 */
int arpp_nl_read_rule(struct nlattr *nest, bool whole, struct arpp_nl_entry *e,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARP_POLICY_RULE_MAX + 1], *action;
	struct arpp_rule *rule = &e->rule;
	u32 prefix;
	u8 len;
	int err;

	if (!nest)
		return refuse(extack, NULL, "rule missing");
	by_type(nest, tb, ARP_POLICY_RULE_MAX);
	err = read_key(tb[ARP_POLICY_RULE_SELECTOR], &e->key, extack);
	if (err)
		return err;
	if (!tb[ARP_POLICY_RULE_PREFIX] || !tb[ARP_POLICY_RULE_LENGTH])
		return refuse(extack, nest,
			      "rule has no prefix or no prefix length");
	prefix = ntohl(nla_get_be32(tb[ARP_POLICY_RULE_PREFIX]));
	len = nla_get_u8(tb[ARP_POLICY_RULE_LENGTH]);
	if ((u64)prefix << len & U32_MAX)
		return refuse(extack, tb[ARP_POLICY_RULE_PREFIX],
			      "prefix has bits set beyond its length: clear them, or use length 32 for a single address");
	rule->node.prefix = prefix;
	rule->node.len = len;
	e->table = nla_get_flag(tb[ARP_POLICY_RULE_FROM]) ? ARPP_TABLE_SENDER :
							    ARPP_TABLE_TARGET;
	rule->routed = nla_get_flag(tb[ARP_POLICY_RULE_ROUTED]);
	action = tb[ARP_POLICY_RULE_ACTION];
	if (action)
		rule->action = nla_get_u8(action);
	else if (whole)
		return refuse(extack, nest, "rule has no action");
	if (e->table == ARPP_TABLE_SENDER &&
	    (rule->action == ARP_POLICY_ACTION_HIDE ||
	     rule->action == ARP_POLICY_ACTION_PROXY))
		return refuse(extack, action,
			      "a sender rule (from) must be pass or drop");
	if (whole && rule->action != ARP_POLICY_ACTION_PROXY &&
	    (tb[ARP_POLICY_RULE_LLADDR] || rule->routed))
		return refuse(extack, tb[ARP_POLICY_RULE_LLADDR] ?:
			      tb[ARP_POLICY_RULE_ROUTED],
			      "lladdr and routed apply to proxy rules only");
	return read_lladdr(tb[ARP_POLICY_RULE_LLADDR], rule, extack);
}

/**
 * arpp_nl_read_binding() - read a binding and its selector
 * @nest: nest of enum arp_policy_binding; NULL is an error
 * @whole: the binding must be complete; else it only identifies one
 * @e: filled in; the caller has zeroed it
 * @extack: set on error
 *
 * Return: 0 or -EINVAL.
 */
int arpp_nl_read_binding(struct nlattr *nest, bool whole,
			 struct arpp_nl_entry *e,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARP_POLICY_BINDING_MAX + 1], *address;
	__be32 addr;
	int err;

	if (!nest)
		return refuse(extack, NULL, "binding missing");
	by_type(nest, tb, ARP_POLICY_BINDING_MAX);
	err = read_key(tb[ARP_POLICY_BINDING_SELECTOR], &e->key, extack);
	if (err)
		return err;
	address = tb[ARP_POLICY_BINDING_ADDRESS];
	if (!address)
		return refuse(extack, nest, "binding has no address");
	addr = nla_get_be32(address);
	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	    ipv4_is_zeronet(addr))
		return refuse(extack, address,
			      "address is not a unicast address: 0.0.0.0, multicast or broadcast");
	e->rule.node.prefix = ntohl(addr);
	e->rule.node.len = 32;
	e->table = ARPP_TABLE_BINDING;
	if (whole && !tb[ARP_POLICY_BINDING_LLADDR])
		return refuse(extack, nest, "binding has no lladdr");
	return read_lladdr(tb[ARP_POLICY_BINDING_LLADDR], &e->rule, extack);
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
		NL_SET_ERR_MSG(info->extack,
			       "device missing: give its index or its name");
		return ERR_PTR(-EINVAL);
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
