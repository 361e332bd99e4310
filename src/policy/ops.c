// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a policy, in memory until they are carried out.
 *
 * Process context; a list belongs to its creator.
 */
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "policy/ops.h"

#define CHUNK_BYTES	4096
#define CHUNK_OPS	((CHUNK_BYTES - sizeof(struct arpp_op_chunk)) / \
			 sizeof(struct arpp_op))

/**
 * struct arpp_op_key - a selector that changes name
 * @node: in arpp_ops.keys
 * @key: the selector
 */
struct arpp_op_key {
	struct list_head node;
	struct arpp_selector_key key;
};

/**
 * arpp_ops_init() - initialise an empty list
 * @ops: the list
 */
void arpp_ops_init(struct arpp_ops *ops)
{
	INIT_LIST_HEAD(&ops->chunks);
	INIT_LIST_HEAD(&ops->keys);
	ops->count = 0;
}

/* The next free change, zeroed. It counts only when the caller increments the counts. */
static struct arpp_op *next_op(struct arpp_ops *ops, struct arpp_op_chunk **chunk)
{
	struct arpp_op_chunk *last = NULL;

	if (ops->count == U32_MAX)
		return NULL;
	if (!list_empty(&ops->chunks))
		last = list_last_entry(&ops->chunks, struct arpp_op_chunk, node);
	if (!last || last->count == CHUNK_OPS) {
		last = kzalloc(CHUNK_BYTES, GFP_KERNEL_ACCOUNT);
		if (!last)
			return NULL;
		list_add_tail(&last->node, &ops->chunks);
	}
	*chunk = last;
	return &last->op[last->count];
}

static void added(struct arpp_ops *ops, struct arpp_op_chunk *chunk)
{
	chunk->count++;
	ops->count++;
}

/**
 * arpp_ops_add_dev() - add a change of a selector's fields
 * @ops: the list
 * @kind: what to do
 * @dev: the change, which is copied
 *
 * Return: 0 or -ENOMEM.
 */
int arpp_ops_add_dev(struct arpp_ops *ops, enum arp_policy_op kind,
		     const struct arpp_op_dev *dev)
{
	struct arpp_op_chunk *chunk;
	struct arpp_op *op = next_op(ops, &chunk);

	if (!op)
		return -ENOMEM;
	op->dev = kmemdup(dev, sizeof(*dev), GFP_KERNEL_ACCOUNT);
	if (!op->dev)
		return -ENOMEM;
	op->kind = kind;
	added(ops, chunk);
	return 0;
}

/* A copy of a selector, or the last one if that is equal. */
static const struct arpp_selector_key *
share_key(struct arpp_ops *ops, const struct arpp_selector_key *key)
{
	struct arpp_op_key *last = NULL;

	if (!list_empty(&ops->keys))
		last = list_last_entry(&ops->keys, struct arpp_op_key, node);
	if (last && last->key.kind == key->kind &&
	    !strcmp(last->key.name, key->name))
		return &last->key;
	last = kmalloc(sizeof(*last), GFP_KERNEL_ACCOUNT);
	if (!last)
		return NULL;
	last->key = *key;
	list_add_tail(&last->node, &ops->keys);
	return &last->key;
}

/**
 * arpp_ops_add_entry() - add a change of an entry
 * @ops: the list
 * @kind: what to do
 * @key: its selector, which is copied
 * @table: the kind of entry
 * @rule: the rule or binding
 *
 * Return: 0 or -ENOMEM.
 */
int arpp_ops_add_entry(struct arpp_ops *ops, enum arp_policy_op kind,
		       const struct arpp_selector_key *key,
		       enum arpp_table table, const struct arpp_rule *rule)
{
	struct arpp_op_chunk *chunk;
	struct arpp_op *op = next_op(ops, &chunk);

	if (!op)
		return -ENOMEM;
	op->key = share_key(ops, key);
	if (!op->key)
		return -ENOMEM;
	op->kind = kind;
	op->table = table;
	op->rule = *rule;
	added(ops, chunk);
	return 0;
}

/**
 * arpp_ops_at() - find a change by its number
 * @ops: the list
 * @n: the number, from 0
 *
 * Return: the change, or NULL if there are fewer.
 */
const struct arpp_op *arpp_ops_at(const struct arpp_ops *ops, unsigned int n)
{
	const struct arpp_op_chunk *chunk;

	list_for_each_entry(chunk, &ops->chunks, node) {
		if (n < chunk->count)
			return &chunk->op[n];
		n -= chunk->count;
	}
	return NULL;
}

static void free_chunk(struct arpp_op_chunk *chunk)
{
	unsigned int i;

	for (i = 0; i < chunk->count; i++)
		kfree(chunk->op[i].dev);
	kfree(chunk);
}

/**
 * arpp_ops_free() - free a list; empty afterwards
 * @ops: the list
 */
void arpp_ops_free(struct arpp_ops *ops)
{
	struct arpp_op_chunk *chunk, *next_chunk;
	struct arpp_op_key *key, *next_key;

	list_for_each_entry_safe(chunk, next_chunk, &ops->chunks, node) {
		free_chunk(chunk);
		cond_resched();
	}
	list_for_each_entry_safe(key, next_key, &ops->keys, node) {
		kfree(key);
		cond_resched();
	}
	arpp_ops_init(ops);
}
