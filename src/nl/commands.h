/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of the family, by the file that implements them.
 */
#ifndef _ARPP_NL_COMMANDS_H
#define _ARPP_NL_COMMANDS_H

#include <net/genetlink.h>

struct arpp_netns;

/* dev.c */
int arpp_nl_dev_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_dev_start(struct netlink_callback *cb);
int arpp_nl_dev_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_dev_done(struct netlink_callback *cb);
int arpp_nl_dev_set(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_dev_del(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_effective_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_effective_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* entry.c */
int arpp_nl_entry_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_entry_start(struct netlink_callback *cb);
int arpp_nl_entry_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_entry_done(struct netlink_callback *cb);
int arpp_nl_entry_add(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_entry_del(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_flush(struct sk_buff *skb, struct genl_info *info);

/* announce.c */
int arpp_nl_announce(struct sk_buff *skb, struct genl_info *info);

/* explain.c */
int arpp_nl_explain(struct sk_buff *skb, struct genl_info *info);

/* info.c */
int arpp_nl_info_get(struct sk_buff *skb, struct genl_info *info);

/* transaction.c */
int arpp_nl_transaction_begin(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_transaction_add(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_transaction_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_transaction_commit(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_transaction_abort(struct sk_buff *skb, struct genl_info *info);
void arpp_nl_transaction_end(struct arpp_netns *nn, bool all);

/* snoop.c */
int arpp_nl_snoop(struct sk_buff *skb, struct genl_info *info);
void arpp_nl_snoop_closed(struct arpp_netns *nn, u32 portid);

/* stats.c */
int arpp_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int arpp_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arpp_nl_stats_reset(struct sk_buff *skb, struct genl_info *info);

#endif /* _ARPP_NL_COMMANDS_H */
