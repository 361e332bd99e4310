/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Longest-prefix match: the table that rules are looked up in.
 *
 * Readers: RCU. Writers: one lock of the table's owner, see arpp_lpm_share().
 * The table only points to what it holds; a struct arpp_lpm_node is embedded
 * in the owner's object, which the owner frees, after a grace period where
 * readers may have seen it.
 */
#ifndef _ARPP_LPM_H
#define _ARPP_LPM_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct arpp_lpm_node - a prefix in a table; constant while it is there
 * @prefix: the address, host byte order; no bits set beyond @len
 * @len: how many leading bits of it count, 0 to 32
 */
struct arpp_lpm_node {
	u32 prefix;
	u8 len;
};

/**
 * struct arpp_lpm - a table; all zeroes is an empty one that is not shared
 * @root: entry, see lpm.c
 * @lock: what writers hold once readers may see the table, else NULL
 * @count: how many prefixes are in it; under the writers' lock
 * @gen: counts updates, so that a lookup notices that it spans two of them
 */
struct arpp_lpm {
	void __rcu *root;
	struct mutex *lock;	/* the owner's; covers all updates */
	u32 count;
	u32 gen;
};

struct arpp_lpm_node *arpp_lpm_lookup(const struct arpp_lpm *t, u32 addr);
void arpp_lpm_share(struct arpp_lpm *t, struct mutex *lock);
void arpp_lpm_clean(struct arpp_lpm *t,
		    void (*release)(struct arpp_lpm_node *node));
int arpp_lpm_insert(struct arpp_lpm *t, struct arpp_lpm_node *node, gfp_t gfp);
struct arpp_lpm_node *arpp_lpm_replace(struct arpp_lpm *t,
				       struct arpp_lpm_node *node);
struct arpp_lpm_node *arpp_lpm_remove(struct arpp_lpm *t, u32 prefix, u8 len);
struct arpp_lpm_node *arpp_lpm_find(const struct arpp_lpm *t, u32 prefix,
				    u8 len);
struct arpp_lpm_node *arpp_lpm_next(const struct arpp_lpm *t, u32 prefix,
				    int len);

#endif /* _ARPP_LPM_H */
