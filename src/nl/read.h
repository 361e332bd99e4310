/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read attributes: devices, selectors, fields, rules and bindings.
 *
 * Process context.
 */
#ifndef _ARPP_NL_READ_H
#define _ARPP_NL_READ_H

#include <net/genetlink.h>

#include "netns_plan.h"
#include "policy/tables.h"

/**
 * struct arpp_nl_entry - a rule or a binding in a message
 * @key: its selector
 * @table: the kind of entry
 * @rule: the rule or binding
 */
struct arpp_nl_entry {
	struct arpp_selector_key key;
	enum arpp_table table;
	struct arpp_rule rule;
};

int arpp_nl_missing(struct netlink_ext_ack *extack, struct nlattr *nest, int type,
		    const char *why);
int arpp_nl_read_selector(struct nlattr **tb, int type, struct nlattr *nest,
			  struct arpp_selector_key *key, struct netlink_ext_ack *extack);
int arpp_nl_read_change(struct nlattr *nest, u32 unset, struct arpp_fields *fields,
			struct netlink_ext_ack *extack);
u32 arpp_nl_read_unset(const struct nlattr *first, int len, int type);
int arpp_nl_read_entry(struct nlattr *nest, bool whole, struct arpp_nl_entry *e,
		       struct netlink_ext_ack *extack);
int arpp_nl_read_filter(struct nlattr **tb, struct arpp_netns_filter *filter,
			struct netlink_ext_ack *extack);
int arpp_nl_read_dev_error(int err, struct nlattr *attr,
			   struct netlink_ext_ack *extack);
int arpp_nl_read_error(int err, enum arpp_table table, struct nlattr *attr,
		       struct netlink_ext_ack *extack);
int arpp_nl_dump_all(struct netlink_callback *cb);
struct net_device *arpp_nl_netdev(struct genl_info *info, bool required);

#endif /* _ARPP_NL_READ_H */
