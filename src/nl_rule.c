// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules and bindings over netlink: get, add, replace, delete, flush.
 *
 * Process context. A binding is a rule for one address that only has a lladdr,
 * so both are read, kept and dumped by the same code.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "netlink.h"
#include "netns.h"

/* Where the two differ on the wire. */
struct nl_kind {
	u8 get, ntf, del_ntf, flush_ntf;
	u8 attr;
	unsigned int which;
	const char *exists, *missing, *full;
};

static const struct nl_kind rules = {
	.get = ARP_POLICY_CMD_RULE_GET,
	.ntf = ARP_POLICY_CMD_RULE_NTF,
	.del_ntf = ARP_POLICY_CMD_RULE_DEL_NTF,
	.flush_ntf = ARP_POLICY_CMD_RULE_FLUSH_NTF,
	.attr = ARP_POLICY_A_RULE,
	.which = ARPP_RULES,
	.exists = "there is a rule for this prefix on this selector: replace it instead",
	.missing = "there is no rule for this prefix on this selector",
	.full = "this network namespace holds as many rules as parameter max_rules allows",
};

static const struct nl_kind bindings = {
	.get = ARP_POLICY_CMD_BIND_GET,
	.ntf = ARP_POLICY_CMD_BIND_NTF,
	.del_ntf = ARP_POLICY_CMD_BIND_DEL_NTF,
	.flush_ntf = ARP_POLICY_CMD_BIND_FLUSH_NTF,
	.attr = ARP_POLICY_A_BINDING,
	.which = ARPP_BINDINGS,
	.exists = "there is a binding for this address on this selector: replace it instead",
	.missing = "there is no binding for this address on this selector",
	.full = "this network namespace holds as many bindings as parameter max_bindings allows",
};

/* One message about one of them, or, without one, about all. */
static int fill(struct sk_buff *msg, const struct arpp_nl_to *to,
		const struct nl_kind *kind, u32 generation,
		const struct arpp_rule *rule, const char *selector,
		enum arpp_table table)
{
	void *hdr = arpp_nl_put_header(msg, to);
	struct nlattr *nest;
	int err = 0;

	if (!hdr)
		return -EMSGSIZE;
	if (rule && table != ARPP_TABLE_BINDING) {
		err = arpp_event_put_rule(msg, kind->attr, rule, selector,
					  table == ARPP_TABLE_SENDER);
	} else if (rule) {
		nest = nla_nest_start(msg, kind->attr);
		err = !nest ||
		      nla_put_string(msg, ARP_POLICY_BINDING_SELECTOR, selector) ||
		      nla_put_be32(msg, ARP_POLICY_BINDING_ADDRESS,
				   htonl(rule->node.prefix)) ||
		      nla_put(msg, ARP_POLICY_BINDING_LLADDR, ETH_ALEN,
			      rule->lladdr);
		if (!err)
			nla_nest_end(msg, nest);
	}
	if (err || nla_put_u32(msg, ARP_POLICY_A_GENERATION, generation)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int refuse(struct genl_info *info, struct nlattr *attr, const char *why)
{
	info->extack->_msg = why;
	info->extack->bad_attr = attr;
	return -EINVAL;
}

/* The selector that a rule or binding is for; "all" when none is named. */
static int read_key(struct genl_info *info, struct nlattr *attr,
		    struct arpp_selector_key *key)
{
	const char *why;

	if (arpp_selector_parse(key, attr ? nla_data(attr) : "all", &why))
		return refuse(info, attr, why);
	if (key->kind == ARPP_SELECTOR_DEFAULT)
		return refuse(info, attr,
			      "default selects no rule and no binding: use all, a glob or a name");
	return 0;
}

static void read_lladdr(struct arpp_rule *rule, struct nlattr *attr)
{
	if (!attr)
		return;
	rule->has_lladdr = true;
	nla_memcpy(rule->lladdr, attr, ETH_ALEN);
}

/* A lladdr that a host can have, and answer with. */
static int check_lladdr(struct genl_info *info, const struct arpp_rule *rule,
			struct nlattr *attr)
{
	if (rule->has_lladdr && !is_valid_ether_addr(rule->lladdr))
		return refuse(info, attr,
			      "lladdr is no single host's: all zeroes, or a group address");
	return 0;
}

static int read_rule(struct genl_info *info, bool whole,
		     struct arpp_selector_key *key, enum arpp_table *table,
		     struct arpp_rule *rule)
{
	struct nlattr *tb[ARP_POLICY_RULE_MAX + 1], *action;
	u32 prefix;
	u8 len;
	int err;

	if (!info->attrs[ARP_POLICY_A_RULE])
		return refuse(info, NULL, "rule missing");
	/* The command's policy has checked what is in there. */
	err = nla_parse_nested(tb, ARP_POLICY_RULE_MAX,
			       info->attrs[ARP_POLICY_A_RULE],
			       arpp_nl_rule_policy, info->extack);
	if (err)
		return err;
	err = read_key(info, tb[ARP_POLICY_RULE_SELECTOR], key);
	if (err)
		return err;
	if (!tb[ARP_POLICY_RULE_PREFIX] || !tb[ARP_POLICY_RULE_LENGTH])
		return refuse(info, NULL, "rule has no prefix, or no length of it");
	prefix = ntohl(nla_get_be32(tb[ARP_POLICY_RULE_PREFIX]));
	len = nla_get_u8(tb[ARP_POLICY_RULE_LENGTH]);
	if ((u64)prefix << len & U32_MAX)
		return refuse(info, tb[ARP_POLICY_RULE_PREFIX],
			      "prefix has bits set beyond its length: clear them, or give length 32 for the one address");
	rule->node.prefix = prefix;
	rule->node.len = len;
	*table = nla_get_flag(tb[ARP_POLICY_RULE_FROM]) ? ARPP_TABLE_SENDER :
							  ARPP_TABLE_TARGET;
	read_lladdr(rule, tb[ARP_POLICY_RULE_LLADDR]);
	rule->routed = nla_get_flag(tb[ARP_POLICY_RULE_ROUTED]);
	action = tb[ARP_POLICY_RULE_ACTION];
	if (action)
		rule->action = nla_get_u8(action);
	else if (whole)
		return refuse(info, NULL, "rule has no action");
	if (*table == ARPP_TABLE_SENDER &&
	    (rule->action == ARP_POLICY_ACTION_HIDE ||
	     rule->action == ARP_POLICY_ACTION_PROXY))
		return refuse(info, tb[ARP_POLICY_RULE_ACTION],
			      "a rule for senders (from) is pass or drop");
	if (whole && rule->action != ARP_POLICY_ACTION_PROXY &&
	    (rule->has_lladdr || rule->routed))
		return refuse(info, tb[ARP_POLICY_RULE_LLADDR] ?:
			      tb[ARP_POLICY_RULE_ROUTED],
			      "lladdr and routed are for proxy rules");
	return check_lladdr(info, rule, tb[ARP_POLICY_RULE_LLADDR]);
}

static int read_binding(struct genl_info *info, bool whole,
			struct arpp_selector_key *key, enum arpp_table *table,
			struct arpp_rule *rule)
{
	struct nlattr *tb[ARP_POLICY_BINDING_MAX + 1], *address;
	__be32 addr;
	int err;

	if (!info->attrs[ARP_POLICY_A_BINDING])
		return refuse(info, NULL, "binding missing");
	err = nla_parse_nested(tb, ARP_POLICY_BINDING_MAX,
			       info->attrs[ARP_POLICY_A_BINDING],
			       arpp_nl_binding_policy, info->extack);
	if (err)
		return err;
	err = read_key(info, tb[ARP_POLICY_BINDING_SELECTOR], key);
	if (err)
		return err;
	address = tb[ARP_POLICY_BINDING_ADDRESS];
	if (!address)
		return refuse(info, NULL, "binding has no address");
	addr = nla_get_be32(address);
	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	    ipv4_is_zeronet(addr))
		return refuse(info, address,
			      "address is no single host's: 0.0.0.0, multicast or broadcast");
	rule->node.prefix = ntohl(addr);
	rule->node.len = 32;
	*table = ARPP_TABLE_BINDING;
	read_lladdr(rule, tb[ARP_POLICY_BINDING_LLADDR]);
	if (whole && !rule->has_lladdr)
		return refuse(info, NULL, "binding has no lladdr");
	return check_lladdr(info, rule, tb[ARP_POLICY_BINDING_LLADDR]);
}

static int read_one(struct genl_info *info, const struct nl_kind *kind,
		    bool whole, struct arpp_selector_key *key,
		    enum arpp_table *table, struct arpp_rule *rule)
{
	return kind == &rules ? read_rule(info, whole, key, table, rule) :
				read_binding(info, whole, key, table, rule);
}

/* The kernel's words for what went wrong with a change. */
static int explain(struct genl_info *info, const struct nl_kind *kind, int err)
{
	struct nlattr *attr = info->attrs[kind->attr];

	switch (err) {
	case -EEXIST:
		NL_SET_BAD_ATTR(info->extack, attr);
		info->extack->_msg = kind->exists;
		break;
	case -ENOENT:
		NL_SET_BAD_ATTR(info->extack, attr);
		info->extack->_msg = kind->missing;
		break;
	case -ESRCH:
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "what is there for it says something else: see it listed");
		return -ENOENT;
	case -ENFILE:
		NL_SET_BAD_ATTR(info->extack, attr);
		info->extack->_msg = kind->full;
		return -ENOSPC;
	case -ENOSPC:
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "this network namespace holds 65536 selectors, 1024 of them globs, at most");
		break;
	}
	return err;
}

static int add(struct genl_info *info, const struct nl_kind *kind)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	bool replace = nla_get_flag(info->attrs[ARP_POLICY_A_REPLACE]);
	const struct arpp_nl_to to = { .cmd = kind->ntf };
	struct arpp_selector_key key;
	enum arpp_table table;
	struct arpp_rule *rule;
	struct sk_buff *msg;
	u32 generation;
	int err;

	rule = kzalloc(sizeof(*rule), GFP_KERNEL_ACCOUNT);
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	err = -ENOMEM;
	if (!rule || !msg)
		goto free;
	err = read_one(info, kind, true, &key, &table, rule);
	if (err)
		goto free;

	mutex_lock(&nn->command);
	err = arpp_netns_insert(nn, &key, table, rule, replace, &generation);
	/* Nobody else removes it while we hold the command. */
	if (!err && !fill(msg, &to, kind, generation, rule, key.name, table))
		arpp_nl_notify(msg, genl_info_net(info));
	else
		nlmsg_free(msg);
	mutex_unlock(&nn->command);
	if (!err)
		return 0;
	msg = NULL;
	err = explain(info, kind, err);
free:
	nlmsg_free(msg);
	kfree(rule);
	return err;
}

static int del(struct genl_info *info, const struct nl_kind *kind)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct arpp_nl_to to = { .cmd = kind->del_ntf };
	struct arpp_rule rule = {};
	struct arpp_selector_key key;
	enum arpp_table table;
	struct sk_buff *msg;
	u32 generation;
	int err;

	err = read_one(info, kind, false, &key, &table, &rule);
	if (err)
		return err;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&nn->command);
	err = arpp_netns_remove(nn, &key, table, &rule, &generation);
	if (!err && !fill(msg, &to, kind, generation, &rule, key.name, table))
		arpp_nl_notify(msg, genl_info_net(info));
	else
		nlmsg_free(msg);
	mutex_unlock(&nn->command);
	return explain(info, kind, err);
}

static int flush(struct genl_info *info, const struct nl_kind *kind)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct arpp_nl_to to = { .cmd = kind->flush_ntf };
	struct sk_buff *msg;
	u32 generation;
	int err;

	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&nn->command);
	err = arpp_netns_clear(nn, kind->which, &generation);
	if (err > 0 && !fill(msg, &to, kind, generation, NULL, NULL, 0))
		arpp_nl_notify(msg, genl_info_net(info));
	else
		nlmsg_free(msg);
	mutex_unlock(&nn->command);
	return err < 0 ? err : 0;
}

int arpp_nl_rule_add(struct sk_buff *skb, struct genl_info *info)
{
	return add(info, &rules);
}

int arpp_nl_rule_del(struct sk_buff *skb, struct genl_info *info)
{
	return del(info, &rules);
}

int arpp_nl_rule_flush(struct sk_buff *skb, struct genl_info *info)
{
	return flush(info, &rules);
}

int arpp_nl_bind_add(struct sk_buff *skb, struct genl_info *info)
{
	return add(info, &bindings);
}

int arpp_nl_bind_del(struct sk_buff *skb, struct genl_info *info)
{
	return del(info, &bindings);
}

int arpp_nl_bind_flush(struct sk_buff *skb, struct genl_info *info)
{
	return flush(info, &bindings);
}

/*
 * Where a dump stands: the last one sent. That place stays good when it goes.
 * Too large for cb->args.
 */
struct nl_place {
	struct arpp_selector_key key;
	enum arpp_table table;
	u32 prefix;
	int len;		/* -1: before the first of this table */
	const char *refused;	/* why key is that of none */
	bool begun;		/* key is that of a selector */
	bool one;		/* no other selector is wanted */
};

int arpp_nl_rule_start(struct netlink_callback *cb)
{
	struct nlattr *selector = arpp_nl_dump_attrs(cb)[ARP_POLICY_A_SELECTOR];
	struct nl_place *place;

	place = kzalloc(sizeof(*place), GFP_KERNEL);
	if (!place)
		return -ENOMEM;
	if (selector) {
		/* Refused in .dumpit: old kernels have no extack to fill in here. */
		arpp_selector_parse(&place->key, nla_data(selector),
				    &place->refused);
		place->begun = true;
		place->one = true;
		place->len = -1;
	}
	cb->args[0] = (long)place;
	return 0;
}

int arpp_nl_rule_done(struct netlink_callback *cb)
{
	kfree((void *)cb->args[0]);
	return 0;
}

/* The rest of a selector's; -EMSGSIZE when the message is full. */
static int dump_selector(struct sk_buff *skb, const struct arpp_nl_to *to,
			 const struct nl_kind *kind, struct nl_place *place,
			 u32 generation, const struct arpp_selector *sel)
{
	struct arpp_lpm_node *node;
	struct arpp_rule *rule;

	for (; place->table < ARPP_TABLES; place->table++, place->len = -1) {
		if (!(kind->which & BIT(place->table)))
			continue;
		for (;;) {
			node = arpp_lpm_next(&sel->tables->lpm[place->table],
					     place->prefix, place->len);
			if (!node)
				break;
			rule = arpp_rule_of(node);
			if (fill(skb, to, kind, generation, rule, sel->key.name,
				 place->table))
				return -EMSGSIZE;
			place->prefix = rule->node.prefix;
			place->len = rule->node.len;
		}
	}
	return 0;
}

static int dump(struct sk_buff *skb, struct netlink_callback *cb,
		const struct nl_kind *kind)
{
	const struct arpp_nl_to to = arpp_nl_to_dump(cb, kind->get);
	struct arpp_netns *nn = arpp_netns_get(sock_net(skb->sk));
	struct nl_place *place = (void *)cb->args[0];
	const struct arpp_selector *sel;

	if (place->refused) {
		cb->extack->_msg = place->refused;
		return -EINVAL;
	}
	mutex_lock(&nn->lock);
	cb->seq = nn->generation;
	for (;;) {
		sel = place->begun ?
		      arpp_selector_find(&nn->selectors, &place->key) : NULL;
		if (sel && sel->tables &&
		    dump_selector(skb, &to, kind, place, nn->generation, sel))
			break;
		if (place->one) {
			place->table = ARPP_TABLES;
			break;
		}
		sel = arpp_selector_next(&nn->selectors,
					 place->begun ? &place->key : NULL);
		if (!sel)
			break;
		*place = (struct nl_place){
			.key = sel->key, .begun = true, .len = -1,
		};
	}
	mutex_unlock(&nn->lock);
	return skb->len;
}

int arpp_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, &rules);
}

int arpp_nl_bind_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, &bindings);
}
