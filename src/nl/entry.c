// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules and bindings over netlink: get, add, replace, delete, flush.
 *
 * Process context.
 */
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "netns_change.h"
#include "netns_plan.h"
#include "nl/commands.h"
#include "nl/msg.h"
#include "nl/read.h"
#include "packet/event.h"

/* Fill a message with an entry. */
static int fill_entry(struct sk_buff *msg, const struct arpp_nl_to *to,
		      u32 generation, enum arpp_table table,
		      const struct arpp_rule *rule, const char *selector)
{
	void *hdr = arpp_nl_put_header(msg, to);

	if (!hdr)
		return -EMSGSIZE;
	if (arpp_event_put_entry(msg, ARP_POLICY_A_ENTRY, table, rule, selector) ||
	    nla_put_u32(msg, ARP_POLICY_A_GENERATION, generation)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* Find an entry by its key; nn->lock held. */
static int find(const struct arpp_netns *nn, struct arpp_nl_entry *e)
{
	const struct arpp_selector *sel =
		arpp_selector_find(&nn->config.selectors, &e->key);
	const struct arpp_lpm_node *node = &e->rule.node;
	struct arpp_rule rule;
	u64 found = 0;

	if (sel && sel->tables)
		found = arpp_lpm_find(sel->tables->lpm[e->table], node->prefix,
				      node->len);
	if (!found)
		return -ENOENT;
	rule = arpp_rule_of(found, e->table, node->prefix);
	if (!arpp_netns_agrees(&rule, &e->rule))
		return -ESRCH;
	e->rule = rule;
	return 0;
}

int arpp_nl_entry_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_ENTRY_GET);
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_nl_entry e;
	struct sk_buff *msg;
	int err;

	if (info->attrs[ARP_POLICY_A_SELECTOR] ||
	    info->attrs[ARP_POLICY_A_TABLES] ||
	    info->attrs[ARP_POLICY_A_DYNAMIC]) {
		NL_SET_ERR_MSG(info->extack,
			       "selector, tables and dynamic filter a dump: one entry is found by its key");
		return -EINVAL;
	}
	err = arpp_nl_read_entry(info->attrs[ARP_POLICY_A_ENTRY], false, &e,
				 info->extack);
	if (err)
		return err;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&nn->lock);
	err = find(nn, &e);
	if (!err)
		err = fill_entry(msg, &to, nn->generation, e.table, &e.rule,
				 e.key.name);
	mutex_unlock(&nn->lock);
	err = arpp_nl_read_error(err, e.table, info->attrs[ARP_POLICY_A_ENTRY],
				 info->extack);
	return arpp_nl_reply(info, msg, err);
}

/* Fill the messages about a change of an entry, and end the command. */
static int end(struct arpp_nl_change *c, int err, struct arpp_nl_entry *e,
	       u32 generation)
{
	int i;

	if (err < 0)
		err = arpp_nl_read_error(err, e->table,
					 c->info->attrs[ARP_POLICY_A_ENTRY],
					 c->info->extack);
	for (i = 0; err >= 0 && i < ARPP_NL_MESSAGES; i++)
		c->failed |= fill_entry(c->msg[i], &c->to[i], generation,
					e->table, &e->rule, e->key.name);
	return arpp_nl_end(c, err);
}

int arpp_nl_entry_add(struct sk_buff *skb, struct genl_info *info)
{
	bool replace = nla_get_flag(info->attrs[ARP_POLICY_A_REPLACE]);
	struct arpp_nl_entry e;
	struct arpp_nl_change c;
	u32 generation;
	int err;

	err = arpp_nl_read_entry(info->attrs[ARP_POLICY_A_ENTRY], true, &e,
				 info->extack);
	if (!err)
		err = arpp_nl_begin(&c, info, ARP_POLICY_CMD_ENTRY_ADD_NTF);
	if (err)
		return err;
	err = arpp_netns_insert(c.nn, &e.key, e.table, &e.rule, replace,
				&generation);
	return end(&c, err, &e, generation);
}

int arpp_nl_entry_del(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_nl_entry e;
	struct arpp_nl_change c;
	u32 generation;
	int err;

	err = arpp_nl_read_entry(info->attrs[ARP_POLICY_A_ENTRY], false, &e,
				 info->extack);
	if (!err)
		err = arpp_nl_begin(&c, info, ARP_POLICY_CMD_ENTRY_DEL_NTF);
	if (err)
		return err;
	err = arpp_netns_remove(c.nn, &e.key, e.table, &e.rule, &generation);
	return end(&c, err ? err : 1, &e, generation);
}

/* Fill a message with what was flushed, in the attributes of the request. */
static int fill_flush(struct sk_buff *msg, const struct arpp_nl_to *to,
		      struct nlattr **tb, u32 generation)
{
	void *hdr = arpp_nl_put_header(msg, to);
	struct nlattr *selector = tb[ARP_POLICY_A_SELECTOR];
	struct nlattr *tables = tb[ARP_POLICY_A_TABLES];

	if (!hdr ||
	    (selector && nla_put_string(msg, ARP_POLICY_A_SELECTOR,
					nla_data(selector))) ||
	    (tables && nla_put_u32(msg, ARP_POLICY_A_TABLES,
				   nla_get_u32(tables))) ||
	    (tb[ARP_POLICY_A_DYNAMIC] && nla_put_flag(msg,
						      ARP_POLICY_A_DYNAMIC)) ||
	    nla_put_u32(msg, ARP_POLICY_A_GENERATION, generation))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

int arpp_nl_flush(struct sk_buff *skb, struct genl_info *info)
{
	bool some = info->attrs[ARP_POLICY_A_TABLES];
	struct arpp_netns_filter filter;
	struct arpp_nl_change c;
	u32 generation;
	int err, i;

	if (!some && (info->attrs[ARP_POLICY_A_SELECTOR] ||
		      info->attrs[ARP_POLICY_A_DYNAMIC]))
		return arpp_nl_missing(info->extack, NULL, ARP_POLICY_A_TABLES,
				       "tables missing: name those to flush, or nothing to flush all");
	err = arpp_nl_read_filter(info->attrs, &filter, info->extack);
	if (!err)
		err = arpp_nl_begin(&c, info, ARP_POLICY_CMD_FLUSH_NTF);
	if (err)
		return err;
	err = some ? arpp_netns_clear(c.nn, &filter, &generation) :
		     arpp_netns_flush(c.nn, &generation);
	for (i = 0; err >= 0 && i < ARPP_NL_MESSAGES; i++)
		c.failed |= fill_flush(c.msg[i], &c.to[i], info->attrs,
				       generation);
	return arpp_nl_end(&c, err);
}

/**
 * struct nl_place - the position of a dump: the last entry sent
 * @key: its selector
 * @table: the kind of entry
 * @prefix: its prefix
 * @len: the length of that; -1: before the first entry of @table
 * @begun: @key is set
 * @skipped: how much was left out since the lock was taken
 * @filter: what to dump
 * @refused: the error message of a filter that is not valid
 *
 * It stays valid when that entry is removed. Too large for cb->args.
 */
struct nl_place {
	struct arpp_selector_key key;
	enum arpp_table table;
	u32 prefix;
	int len;
	bool begun;
	unsigned int skipped;
	struct arpp_netns_filter filter;
	const char *refused;
};

int arpp_nl_entry_start(struct netlink_callback *cb)
{
	struct nlattr **tb = arpp_nl_dump_attrs(cb);
	struct netlink_ext_ack extack = {};
	struct nl_place *place;

	place = kzalloc(sizeof(*place), GFP_KERNEL_ACCOUNT);
	if (!place)
		return -ENOMEM;
	/* An error is reported in .dumpit: old kernels have no extack here. */
	if (tb[ARP_POLICY_A_ENTRY])
		place->refused = "a dump takes no entry: selector, tables and dynamic filter it";
	else if (arpp_nl_read_filter(tb, &place->filter, &extack))
		place->refused = extack._msg;
	place->key = place->filter.key;
	place->begun = place->filter.one;
	place->len = -1;
	cb->args[0] = (long)place;
	return 0;
}

int arpp_nl_entry_done(struct netlink_callback *cb)
{
	kfree((void *)cb->args[0]);
	return 0;
}

/* How many entries and selectors a dump may leave out before it releases the lock. */
#define SKIP_MAX	1024

/*
 * Dump the remaining entries of a selector. Returns 0, -EMSGSIZE if the message is full,
 * or -EAGAIN if many were left out: others may wait for the lock.
 */
static int dump_selector(struct sk_buff *skb, const struct arpp_nl_to *to,
			 struct nl_place *place, u32 generation,
			 const struct arpp_selector *sel)
{
	struct arpp_lpm_node node;
	struct arpp_lpm_iter it;
	struct arpp_rule rule;
	u64 found;

	for (; place->table < ARPP_TABLES;
	     place->table++, place->prefix = 0, place->len = -1) {
		if (!(place->filter.tables & BIT(place->table)))
			continue;
		arpp_lpm_iter_begin(&it, sel->tables->lpm[place->table],
				    place->prefix, place->len);
		while ((found = arpp_lpm_iter_next(&it, &node))) {
			rule = arpp_rule_of(found, place->table, node.prefix);
			if (place->filter.dynamic && !rule.dynamic)
				place->skipped++;
			else if (fill_entry(skb, to, generation, place->table,
					    &rule, sel->key.name))
				return -EMSGSIZE;
			place->prefix = node.prefix;
			place->len = node.len;
			if (place->skipped >= SKIP_MAX)
				return -EAGAIN;
		}
	}
	return 0;
}

/* Move the position before the first entry of a selector. */
static void place_begin(struct nl_place *place, const struct arpp_selector *sel)
{
	place->key = sel->key;
	place->begun = true;
	place->table = 0;
	place->prefix = 0;
	place->len = -1;
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
	if (sel || place->filter.one || place->table == ARPP_TABLES)
		return sel;
	sel = arpp_selector_next(set, place->begun ? &place->key : NULL);
	if (sel)
		place_begin(place, sel);
	return sel;
}

/* Dump from the position on; as dump_selector(). */
static int dump_some(struct sk_buff *skb, const struct arpp_nl_to *to,
		     struct nl_place *place, const struct arpp_netns *nn)
{
	const struct arpp_selector *sel = resume(place, &nn->config.selectors);
	int err = 0;

	while (sel) {
		if (sel->tables)
			err = dump_selector(skb, to, place, nn->generation, sel);
		if (err)
			return err;
		sel = place->filter.one ? NULL : arpp_selector_after(sel);
		if (sel)
			place_begin(place, sel);
		else
			place->table = ARPP_TABLES;
		if (sel && ++place->skipped >= SKIP_MAX)
			return -EAGAIN;
	}
	return 0;
}

int arpp_nl_entry_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct arpp_nl_to to =
		arpp_nl_to_dump(cb, ARP_POLICY_CMD_ENTRY_GET);
	struct arpp_netns *nn = arpp_netns_get(sock_net(skb->sk));
	struct nl_place *place = (void *)cb->args[0];
	int err;

	if (place->refused) {
		cb->extack->_msg = place->refused;
		return -EINVAL;
	}
	do {
		mutex_lock(&nn->lock);
		cb->seq = nn->changes;
		place->skipped = 0;
		err = dump_some(skb, &to, place, nn);
		mutex_unlock(&nn->lock);
		cond_resched();
	} while (err == -EAGAIN);
	return skb->len;
}
