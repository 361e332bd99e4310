/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of the family, by the file that implements them.
 */
#ifndef _ARPP_NL_COMMANDS_H
#define _ARPP_NL_COMMANDS_H

#include <net/genetlink.h>

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

#endif /* _ARPP_NL_COMMANDS_H */
