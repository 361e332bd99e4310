/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family: commands, policies, what the files of nl/ share.
 */
#ifndef _ARPP_NL_FAMILY_H
#define _ARPP_NL_FAMILY_H

#include <net/genetlink.h>
#include <linux/arp_policy.h>

#include "packet/event.h"
#include "policy/selector.h"
#include "policy/tables.h"

int arpp_netlink_init(void);
void arpp_netlink_clean(void);

/**
 * struct arpp_nl_to - whom a message is for
 * @portid: the socket, 0 for a group
 * @seq: of the request that it answers
 * @cmd: what it is
 * @cb: the dump that it is part of, or NULL
 */
struct arpp_nl_to {
	u32 portid;
	u32 seq;
	u8 cmd;
	struct netlink_callback *cb;
};

/**
 * struct arpp_nl_entry - a rule or a binding as it was sent
 * @key: the selector that it is for
 * @table: what it is
 * @rule: it
 */
struct arpp_nl_entry {
	struct arpp_selector_key key;
	enum arpp_table table;
	struct arpp_rule rule;
};

/* read.c */
int arpp_nl_read_selector(struct nlattr *attr, struct arpp_selector_key *key,
			  struct netlink_ext_ack *extack);
int arpp_nl_read_selects(struct nlattr *attr, struct arpp_selector_key *key,
			 struct netlink_ext_ack *extack);
int arpp_nl_read_fields(struct nlattr *nest, struct arpp_fields *fields,
			struct netlink_ext_ack *extack);
int arpp_nl_read_rule(struct nlattr *nest, bool whole, struct arpp_nl_entry *e,
		      struct netlink_ext_ack *extack);
int arpp_nl_read_binding(struct nlattr *nest, bool whole,
			 struct arpp_nl_entry *e,
			 struct netlink_ext_ack *extack);
int arpp_nl_read_error(int err, enum arpp_table table, struct nlattr *attr,
		       struct netlink_ext_ack *extack);

/* dev.c */
int arpp_nl_dev_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_dev_start(struct netlink_callback *cb);
int arpp_nl_dev_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_dev_done(struct netlink_callback *cb);
int arpp_nl_dev_set(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_dev_unset(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_effective_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_effective_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_flush(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_fill_whole(struct sk_buff *msg, const struct arpp_nl_to *to,
		       u32 generation);

/* rule.c */
int arpp_nl_rule_start(struct netlink_callback *cb);
int arpp_nl_rule_done(struct netlink_callback *cb);
int arpp_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_rule_add(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_rule_del(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_rule_flush(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_bind_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_bind_add(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_bind_del(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_bind_flush(struct sk_buff *skb, struct genl_info *info);

/* announce.c */
int arpp_nl_announce(struct sk_buff *skb, struct genl_info *info);

/* explain.c */
int arpp_nl_explain(struct sk_buff *skb, struct genl_info *info);

/* restore.c */
int arpp_nl_restore_begin(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_restore_add(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_restore_commit(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_restore_abort(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_restore_init(void);
void arpp_nl_restore_clean(void);

/* stats.c */
int arpp_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_stats_reset(struct sk_buff *skb, struct genl_info *info);

void arpp_nl_notify(struct sk_buff *msg, struct net *net);
struct arpp_nl_to arpp_nl_to_sender(const struct genl_info *info, u8 cmd);
struct arpp_nl_to arpp_nl_to_dump(struct netlink_callback *cb, u8 cmd);
void *arpp_nl_put_header(struct sk_buff *msg, const struct arpp_nl_to *to);
int arpp_nl_dump_all(struct netlink_callback *cb);
int arpp_nl_reply(struct genl_info *info, struct sk_buff *msg, int err);
struct net_device *arpp_nl_netdev(struct genl_info *info, bool required);

#endif /* _ARPP_NL_FAMILY_H */
