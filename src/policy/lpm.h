/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Longest-prefix match: the table of rules and bindings.
 *
 * Readers: RCU. Writers: one lock of the table's owner, see arpp_lpm_set_lock().
 * The value of a prefix is a number that is stored in the table itself. So a lookup
 * returns a copy, and only the table has to be freed.
 */
#ifndef _ARPP_LPM_H
#define _ARPP_LPM_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/* A lookup returns the length of the prefix and, from this bit on, its value. */
#define ARPP_LPM_VALUE	11
#define ARPP_LPM_VALUES	(1ULL << (64 - ARPP_LPM_VALUE))
/* A value below this fits into 64 bits with an address, which takes less memory. */
#define ARPP_LPM_SMALL	(1ULL << (32 - ARPP_LPM_VALUE))

/**
 * struct arpp_lpm_node - a prefix
 * @prefix: the address, host byte order; no bits set beyond @len
 * @len: how many leading bits of it count, 0 to 32
 */
struct arpp_lpm_node {
	u32 prefix;
	u8 len;
};

/**
 * struct arpp_lpm - a table; all zeroes is an empty table without readers
 * @root: entry, see lpm.c
 * @lock: the lock of writers once there may be readers, else NULL
 * @base: the table that this one is a fork of, else NULL
 * @settled: a grace period: its end is the end of @settling
 * @count: the number of prefixes; under @lock
 * @gen: counts updates, so that a lookup notices that it spans two of them
 * @forked: there is a fork, so it must not change
 * @taken: its branches belong to the fork that took its place
 * @settling: this was the fork, and the last readers may still be in that table
 */
struct arpp_lpm {
	atomic64_t root;
	struct mutex *lock;	/* the owner's; covers all updates */
	struct arpp_lpm *base;
	unsigned long settled;
	u32 count;
	u32 gen;
	bool forked;
	bool taken;
	bool settling;
};

/* How many branches there are on the way to a prefix at most. */
#define ARPP_LPM_DEPTH	6

struct lpm_branch;
struct lpm_wide;

/**
 * struct arpp_lpm_trail - where a walk through a trie stands
 * @path: the branches from the top down, with the prefix that each begins with, and the
 *	first key that is left of it
 * @depth: how many there are
 * @found: what the next prefix has, as arpp_lpm_lookup() returns it; 0: none is left
 * @node: the next prefix
 */
struct arpp_lpm_trail {
	struct arpp_lpm_cursor {
		const struct lpm_branch *b;
		struct arpp_lpm_node has;
		unsigned int from;
	} path[ARPP_LPM_DEPTH];
	unsigned int depth;
	u64 found;
	struct arpp_lpm_node node;
};

/**
 * struct arpp_lpm_iter - a walk through a table that does not change
 * @t: the table
 * @prefix: where it began; prefixes up to this one are left out
 * @len: the length of that, or -1
 * @last: the trail whose next prefix was returned last, so it has to move; or NULL
 * @wide: the root of a large table
 * @slot: the next trie of that
 * @shorter: its trie of short prefixes
 * @longer: its other tries, one after the other; all of a table that is not large
 */
struct arpp_lpm_iter {
	const struct arpp_lpm *t;
	u32 prefix;
	int len;
	struct arpp_lpm_trail *last;
	const struct lpm_wide *wide;
	unsigned int slot;
	struct arpp_lpm_trail shorter, longer;
};

/* The prefix length of a lookup's result. */
static inline u8 arpp_lpm_len(u64 found)
{
	return found >> 2 & 63;
}

/* The value of a lookup's result. */
static inline u64 arpp_lpm_value(u64 found)
{
	return found >> ARPP_LPM_VALUE;
}

/* Is the table empty, as readers see it? */
static inline bool arpp_lpm_empty(const struct arpp_lpm *t)
{
	return !atomic64_read(&t->root);
}

u64 arpp_lpm_lookup(const struct arpp_lpm *t, u32 addr);
void arpp_lpm_set_lock(struct arpp_lpm *t, struct mutex *lock);
void arpp_lpm_clean(struct arpp_lpm *t);
int arpp_lpm_insert(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		    u64 value, gfp_t gfp);
int arpp_lpm_replace(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		     u64 value, gfp_t gfp);
u64 arpp_lpm_remove(struct arpp_lpm *t, u32 prefix, u8 len);
int arpp_lpm_delete(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		    gfp_t gfp);
u64 arpp_lpm_find(const struct arpp_lpm *t, u32 prefix, u8 len);
void arpp_lpm_iter_begin(struct arpp_lpm_iter *it, const struct arpp_lpm *t,
			 u32 prefix, int len);
u64 arpp_lpm_iter_next(struct arpp_lpm_iter *it, struct arpp_lpm_node *node);
int arpp_lpm_fork(struct arpp_lpm *fork, struct arpp_lpm *t);
void arpp_lpm_join(struct arpp_lpm *t, struct arpp_lpm *fork);
void arpp_lpm_take(struct arpp_lpm *fork, struct arpp_lpm *t);
void arpp_lpm_drop(struct arpp_lpm *fork);

#endif /* _ARPP_LPM_H */
