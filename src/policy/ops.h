/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes of a policy, in memory until they are carried out.
 *
 * A list belongs to its creator. All of it is accounted to the process.
 */
#ifndef _ARPP_OPS_H
#define _ARPP_OPS_H

#include <linux/list.h>

#include "policy/tables.h"

/**
 * struct arpp_op_dev - a change of a selector's fields
 * @key: the selector
 * @set: fields to set
 * @unset: mask of the fields to unset
 */
struct arpp_op_dev {
	struct arpp_selector_key key;
	struct arpp_fields set;
	u32 unset;
};

/**
 * struct arpp_op - one change
 * @kind: enum arp_policy_op
 * @table: the kind of entry, unless @dev
 * @rule: the entry, unless @dev
 * @key: the selector of the entry
 * @dev: the change of fields, or NULL
 */
struct arpp_op {
	u8 kind;
	u8 table;
	struct arpp_rule rule;
	const struct arpp_selector_key *key;
	const struct arpp_op_dev *dev;
};

/**
 * struct arpp_ops - a list of changes, in their order
 * @chunks: of struct arpp_op_chunk
 * @keys: of struct arpp_op_key: selectors; successive changes share one
 * @count: the number of changes
 */
struct arpp_ops {
	struct list_head chunks;
	struct list_head keys;
	unsigned int count;
};

/**
 * struct arpp_op_chunk - a part of a list of changes
 * @node: in arpp_ops.chunks
 * @count: the number of changes in it
 * @op: the changes
 */
struct arpp_op_chunk {
	struct list_head node;
	unsigned int count;
	struct arpp_op op[];
};

void arpp_ops_init(struct arpp_ops *ops);
int arpp_ops_add_dev(struct arpp_ops *ops, enum arp_policy_op kind,
		     const struct arpp_op_dev *dev);
int arpp_ops_add_entry(struct arpp_ops *ops, enum arp_policy_op kind,
		       const struct arpp_selector_key *key,
		       enum arpp_table table, const struct arpp_rule *rule);
const struct arpp_op *arpp_ops_at(const struct arpp_ops *ops, unsigned int n);
void arpp_ops_free(struct arpp_ops *ops);

#endif /* _ARPP_OPS_H */
