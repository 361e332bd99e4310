// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules and bindings over netlink: get, add, replace, delete, flush.
 *
 * Process context. A binding is a rule for one address with only a lladdr, so the same
 * code reads, stores and dumps both.
 */
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "netns_change.h"
#include "nl/commands.h"
#include "nl/msg.h"
#include "nl/read.h"
#include "packet/event.h"

/* The differences between rules and bindings in messages. */
struct nl_kind {
	u8 get, ntf, del_ntf, flush_ntf;
	u8 attr;
	unsigned int which;
};

static const struct nl_kind rules = {
	.get = ARP_POLICY_CMD_RULE_GET,
	.ntf = ARP_POLICY_CMD_RULE_NTF,
	.del_ntf = ARP_POLICY_CMD_RULE_DEL_NTF,
	.flush_ntf = ARP_POLICY_CMD_RULE_FLUSH_NTF,
	.attr = ARP_POLICY_A_RULE,
	.which = ARPP_RULES,
};

static const struct nl_kind bindings = {
	.get = ARP_POLICY_CMD_BIND_GET,
	.ntf = ARP_POLICY_CMD_BIND_NTF,
	.del_ntf = ARP_POLICY_CMD_BIND_DEL_NTF,
	.flush_ntf = ARP_POLICY_CMD_BIND_FLUSH_NTF,
	.attr = ARP_POLICY_A_BINDING,
	.which = ARPP_BINDINGS,
};

/*
 * Fill a message about one rule or binding; without @rule, about all of a selector;
 * also without @selector, about all in the netns.
 */
static int fill_entry(struct sk_buff *msg, const struct arpp_nl_to *to,
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
	} else if (selector) {
		err = nla_put_string(msg, ARP_POLICY_A_SELECTOR, selector);
	}
	if (err || nla_put_u32(msg, ARP_POLICY_A_GENERATION, generation)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int read_one(struct genl_info *info, const struct nl_kind *kind,
		    bool whole, struct arpp_nl_entry *e)
{
	return kind == &rules ?
	       arpp_nl_read_rule(info->attrs[ARP_POLICY_A_RULE], whole, e,
				 info->extack) :
	       arpp_nl_read_binding(info->attrs[ARP_POLICY_A_BINDING], whole, e,
				    info->extack);
}

static int entry_add(struct genl_info *info, const struct nl_kind *kind)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	bool replace = nla_get_flag(info->attrs[ARP_POLICY_A_REPLACE]);
	const struct arpp_nl_to to = { .cmd = kind->ntf };
	struct arpp_nl_entry e = {};
	struct sk_buff *msg;
	u32 generation;
	int err;

	err = read_one(info, kind, true, &e);
	if (err)
		return err;
	msg = arpp_nl_begin(nn);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	err = arpp_netns_insert(nn, &e.key, e.table, &e.rule, replace,
				&generation);
	arpp_nl_end(nn, msg, err > 0 && !fill_entry(msg, &to, kind, generation, &e.rule,
						    e.key.name, e.table));
	return err > 0 ? 0 : arpp_nl_read_error(err, e.table,
						info->attrs[kind->attr],
						info->extack);
}

static int entry_del(struct genl_info *info, const struct nl_kind *kind)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct arpp_nl_to to = { .cmd = kind->del_ntf };
	struct arpp_nl_entry e = {};
	struct sk_buff *msg;
	u32 generation;
	int err;

	err = read_one(info, kind, false, &e);
	if (err)
		return err;
	msg = arpp_nl_begin(nn);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	err = arpp_netns_remove(nn, &e.key, e.table, &e.rule, &generation);
	arpp_nl_end(nn, msg, !err && !fill_entry(msg, &to, kind, generation, &e.rule,
						 e.key.name, e.table));
	return arpp_nl_read_error(err, e.table, info->attrs[kind->attr],
				  info->extack);
}

static int entry_flush(struct genl_info *info, const struct nl_kind *kind)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct arpp_nl_to to = { .cmd = kind->flush_ntf };
	struct nlattr *one = info->attrs[ARP_POLICY_A_SELECTOR];
	struct arpp_selector_key key;
	struct sk_buff *msg;
	u32 generation;
	int err;

	if (one) {
		err = arpp_nl_read_selects(one, &key, info->extack);
		if (err)
			return err;
	}
	msg = arpp_nl_begin(nn);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	err = arpp_netns_clear(nn, kind->which, one ? &key : NULL, &generation);
	arpp_nl_end(nn, msg, err > 0 && !fill_entry(msg, &to, kind, generation, NULL,
						    one ? key.name : NULL, 0));
	return err < 0 ? err : 0;
}

int arpp_nl_rule_add(struct sk_buff *skb, struct genl_info *info)
{
	return entry_add(info, &rules);
}

int arpp_nl_rule_del(struct sk_buff *skb, struct genl_info *info)
{
	return entry_del(info, &rules);
}

int arpp_nl_rule_flush(struct sk_buff *skb, struct genl_info *info)
{
	return entry_flush(info, &rules);
}

int arpp_nl_bind_add(struct sk_buff *skb, struct genl_info *info)
{
	return entry_add(info, &bindings);
}

int arpp_nl_bind_del(struct sk_buff *skb, struct genl_info *info)
{
	return entry_del(info, &bindings);
}

int arpp_nl_bind_flush(struct sk_buff *skb, struct genl_info *info)
{
	return entry_flush(info, &bindings);
}

/*
 * The position of a dump: the last entry sent. It stays valid when that entry is
 * removed. Too large for cb->args.
 */
struct nl_place {
	struct arpp_selector_key key;
	enum arpp_table table;
	u32 prefix;
	int len;		/* -1: before the first entry of this table */
	const char *refused;	/* error message if key is invalid */
	bool begun;		/* key is set */
	bool one;		/* dump this selector only */
};

int arpp_nl_rule_start(struct netlink_callback *cb)
{
	struct nlattr *selector = arpp_nl_dump_attrs(cb)[ARP_POLICY_A_SELECTOR];
	struct nl_place *place;

	place = kzalloc(sizeof(*place), GFP_KERNEL);
	if (!place)
		return -ENOMEM;
	if (selector) {
		/* An error is reported in .dumpit: old kernels have no extack here. */
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

/* Dump the remaining entries of a selector; -EMSGSIZE if the message is full. */
static int dump_selector(struct sk_buff *skb, const struct arpp_nl_to *to,
			 const struct nl_kind *kind, struct nl_place *place,
			 u32 generation, const struct arpp_selector *sel)
{
	struct arpp_lpm_node node;
	struct arpp_rule rule;
	u64 found;

	for (; place->table < ARPP_TABLES;
	     place->table++, place->prefix = 0, place->len = -1) {
		if (!(kind->which & BIT(place->table)))
			continue;
		for (;;) {
			found = arpp_lpm_next(sel->tables->lpm[place->table],
					      place->prefix, place->len, &node);
			if (!found)
				break;
			rule = arpp_rule_of(found, node.prefix);
			if (fill_entry(skb, to, kind, generation, &rule, sel->key.name,
				       place->table))
				return -EMSGSIZE;
			place->prefix = node.prefix;
			place->len = node.len;
		}
	}
	return 0;
}

/* Move the position before the first entry of a selector. */
static void place_begin(struct nl_place *place, const struct arpp_selector *sel)
{
	*place = (struct nl_place){ .key = sel->key, .begun = true, .len = -1 };
}

/*
 * The selector to continue a dump at: the last one or, if it is gone, the next one. This
 * is looked up once per message; from there the dump follows the order.
 */
static const struct arpp_selector *resume(struct nl_place *place,
					  const struct arpp_selectors *set)
{
	const struct arpp_selector *sel = NULL;

	if (place->begun)
		sel = arpp_selector_find(set, &place->key);
	if (sel || place->one || place->table == ARPP_TABLES)
		return sel;
	sel = arpp_selector_next(set, place->begun ? &place->key : NULL);
	if (sel)
		place_begin(place, sel);
	return sel;
}

static int entry_dump(struct sk_buff *skb, struct netlink_callback *cb,
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
	sel = resume(place, &nn->config.selectors);
	while (sel) {
		if (sel->tables && dump_selector(skb, &to, kind, place,
						 nn->generation, sel))
			break;
		sel = place->one ? NULL : arpp_selector_after(sel);
		if (sel)
			place_begin(place, sel);
		else
			place->table = ARPP_TABLES;
	}
	mutex_unlock(&nn->lock);
	return skb->len;
}

int arpp_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return entry_dump(skb, cb, &rules);
}

int arpp_nl_bind_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return entry_dump(skb, cb, &bindings);
}
