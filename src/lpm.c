// SPDX-License-Identifier: GPL-2.0-only
/*
 * Longest-prefix match: a trie that takes six bits of the address at a time.
 *
 * Readers: RCU. Writers: the table's lock, process context.
 *
 * A branch stands for the prefixes that begin with its own first @off bits,
 * @off being a multiple of six. It has a position for each way in which they
 * can go on: 1 to 63 for those that end within the next six bits (1 for the
 * branch's own prefix, 2 and 3 for one bit more, 4 to 7 for two and so on), 64
 * to 127 for those that have all six. So the position of a shorter prefix is
 * that of a longer one shifted right. Only positions in use have a slot.
 *
 * A slot, like the root, holds an entry: a leaf, which is the owner's node, or
 * a branch. Two low bits of the pointer tell which. A branch has at least two
 * slots, except where memory was short. Thus a leaf may hang from any branch
 * that it begins like, and a branch may skip over bits that all below it have
 * in common; then what it skips is kept in front of it.
 *
 * A large table has an array of such tries in front, by the first twelve bits
 * of the address, and one trie for the prefixes that have fewer. That saves two
 * branches a lookup.
 *
 * Leaves and branches are never changed where readers can see them, only
 * pointers are. An update makes one new branch and publishes it by one store.
 * Removal without memory for it is the exception, see lpm_squeeze(). In a table
 * that no reader has, a branch grows in place while there is room behind it.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/prefetch.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lpm.h"

#ifndef kfree_rcu_mightsleep
#define kfree_rcu_mightsleep(ptr)	kvfree_rcu(ptr)
#endif

#define LPM_STRIDE	6
#define LPM_EXT		64			/* the first external position */
#define LPM_POSITIONS	128
#define LPM_DEPTH	6			/* branches at 0, 6, 12, 18, 24, 30 */

#define LPM_WIDE_BITS	12			/* a multiple of the stride */
#define LPM_WIDE_SLOTS	4096
#ifndef LPM_WIDE_FROM				/* tests have a small one */
#define LPM_WIDE_FROM	16384			/* prefixes: 2 bytes for each */
#endif

/* Tags of entries. */
#define LPM_BRANCH	0UL
#define LPM_LEAF	1UL
#define LPM_SKIP	2UL			/* a branch behind a struct lpm_skip */
#define LPM_WIDE	3UL			/* a struct lpm_wide; only as root */
#define LPM_TAGS	3UL

/**
 * struct lpm_branch - a node of the trie
 * @ext: which external positions are in use, position less LPM_EXT
 * @in: which internal positions are in use; always leaves
 * @slot: their entries, from the highest position down
 */
struct lpm_branch {
	u64 ext;
	u64 in;
	void __rcu *slot[];
};

/**
 * struct lpm_skip - in front of a branch that bits were skipped before
 * @prefix: what the branch begins with
 * @off: how many bits of it
 */
struct lpm_skip {
	u32 prefix;
	u32 off;
};

/**
 * struct lpm_wide - the root of a large table
 * @slot: by the first LPM_WIDE_BITS of an address, entries or NULL; on its own
 *	as it is a round number of pages
 * @few: the entry of all prefixes that have fewer bits, or NULL
 */
struct lpm_wide {
	void __rcu **slot;
	void __rcu *few;
};

/*
 * For each way the next six bits can go, the internal positions that cover it:
 * 64 | bits, shifted right by one to six. Making it up is 13 instructions for
 * each branch on the way, this is one.
 */
static const u64 lpm_cover[LPM_EXT] = {
	0x0000000100010116, 0x0000000100010116, 0x0000000200010116,
	0x0000000200010116, 0x0000000400020116, 0x0000000400020116,
	0x0000000800020116, 0x0000000800020116, 0x0000001000040216,
	0x0000001000040216, 0x0000002000040216, 0x0000002000040216,
	0x0000004000080216, 0x0000004000080216, 0x0000008000080216,
	0x0000008000080216, 0x0000010000100426, 0x0000010000100426,
	0x0000020000100426, 0x0000020000100426, 0x0000040000200426,
	0x0000040000200426, 0x0000080000200426, 0x0000080000200426,
	0x0000100000400826, 0x0000100000400826, 0x0000200000400826,
	0x0000200000400826, 0x0000400000800826, 0x0000400000800826,
	0x0000800000800826, 0x0000800000800826, 0x000100000100104a,
	0x000100000100104a, 0x000200000100104a, 0x000200000100104a,
	0x000400000200104a, 0x000400000200104a, 0x000800000200104a,
	0x000800000200104a, 0x001000000400204a, 0x001000000400204a,
	0x002000000400204a, 0x002000000400204a, 0x004000000800204a,
	0x004000000800204a, 0x008000000800204a, 0x008000000800204a,
	0x010000001000408a, 0x010000001000408a, 0x020000001000408a,
	0x020000001000408a, 0x040000002000408a, 0x040000002000408a,
	0x080000002000408a, 0x080000002000408a, 0x100000004000808a,
	0x100000004000808a, 0x200000004000808a, 0x200000004000808a,
	0x400000008000808a, 0x400000008000808a, 0x800000008000808a,
	0x800000008000808a,
};

/*
 * Room for the largest branch, to stand in while one without memory for its
 * smaller copy is changed in place. The lock is taken inside that of a table.
 */
static DEFINE_MUTEX(lpm_spare_lock);
static u64 lpm_spare[(sizeof(struct lpm_skip) + sizeof(struct lpm_branch) +
		      LPM_POSITIONS * sizeof(void *)) / sizeof(u64)];

/**
 * struct lpm_walk - where the way to a prefix ends
 * @slot: the last slot on it
 * @e: the entry there, or NULL in an empty table
 * @off: how many bits the slot stands for
 * @has: what @e begins with
 * @common: how many bits of that are on the way
 * @up: the slot of the branch that @slot is in, or NULL if that is the root
 * @up_off: how many bits @up stands for
 */
struct lpm_walk {
	void __rcu **slot;
	void *e;
	unsigned int off;
	struct arpp_lpm_node has;
	unsigned int common;
	void __rcu **up;
	unsigned int up_off;
};

static unsigned long entry_tag(const void *e)
{
	return (unsigned long)e & LPM_TAGS;
}

static void *entry_untag(const void *e)
{
	return (void *)((unsigned long)e & ~LPM_TAGS);
}

static void *entry_make(const void *p, unsigned long tag)
{
	return (void *)((unsigned long)p | tag);
}

static struct lpm_skip *entry_skip(const void *e)
{
	return (struct lpm_skip *)entry_untag(e) - 1;
}

/* The first @len bits of @addr. */
static u32 lpm_bits(u32 addr, unsigned int len)
{
	return addr & (u32)(~0ULL << (32 - len));
}

/* The six bits of @addr from @off on; 0 for those beyond its end. */
static unsigned int lpm_next_bits(u32 addr, unsigned int off)
{
	return (u64)addr << 32 << off >> (64 - LPM_STRIDE);
}

/* The position of a prefix in a branch at @off. */
static unsigned int lpm_pos(const struct arpp_lpm_node *node, unsigned int off)
{
	unsigned int more = min_t(unsigned int, node->len - off, LPM_STRIDE);

	return (LPM_EXT | lpm_next_bits(node->prefix, off)) >>
	       (LPM_STRIDE - more);
}

static unsigned int branch_slots(const struct lpm_branch *b)
{
	return hweight64(b->ext) + hweight64(b->in);
}

static bool branch_has(const struct lpm_branch *b, unsigned int pos)
{
	return pos < LPM_EXT ? b->in >> pos & 1 : b->ext >> (pos - LPM_EXT) & 1;
}

/* Which slot a position has, or would have. */
static unsigned int branch_rank(const struct lpm_branch *b, unsigned int pos)
{
	if (pos >= LPM_EXT)
		return hweight64(b->ext >> (pos - LPM_EXT) >> 1);
	return hweight64(b->ext) + hweight64(b->in >> pos >> 1);
}

/* Make @to a copy of @from, which it may be, with @e at position @pos. */
static void branch_add(struct lpm_branch *to, const struct lpm_branch *from,
		       unsigned int pos, void *e)
{
	unsigned int slots = branch_slots(from), rank = branch_rank(from, pos);

	memmove(to->slot + rank + 1, from->slot + rank,
		(slots - rank) * sizeof(*to->slot));
	memmove(to->slot, from->slot, rank * sizeof(*to->slot));
	RCU_INIT_POINTER(to->slot[rank], e);
	to->ext = from->ext;
	to->in = from->in;
	if (pos < LPM_EXT)
		to->in |= BIT_ULL(pos);
	else
		to->ext |= BIT_ULL(pos - LPM_EXT);
}

/* Make @to a copy of @from, which it may be, without position @pos. */
static void branch_del(struct lpm_branch *to, const struct lpm_branch *from,
		       unsigned int pos)
{
	unsigned int slots = branch_slots(from), rank = branch_rank(from, pos);

	memmove(to->slot, from->slot, rank * sizeof(*to->slot));
	memmove(to->slot + rank, from->slot + rank + 1,
		(slots - rank - 1) * sizeof(*to->slot));
	to->ext = from->ext;
	to->in = from->in;
	if (pos < LPM_EXT)
		to->in &= ~BIT_ULL(pos);
	else
		to->ext &= ~BIT_ULL(pos - LPM_EXT);
}

/* As much as kmalloc() takes for a branch anyway. */
static size_t branch_room(unsigned int slots, unsigned long tag)
{
	struct lpm_branch *b;
	size_t size = struct_size(b, slot, slots);

	if (tag == LPM_SKIP)
		size += sizeof(struct lpm_skip);
	/* Its sizes are powers of two, and these. */
	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	return roundup_pow_of_two(size);
}

/* The entry of a new branch for prefix @has, in a slot that stands for @off. */
static void *branch_alloc(const struct arpp_lpm_node *has, unsigned int off,
			  unsigned int slots, gfp_t gfp)
{
	unsigned long tag = has->len == off ? LPM_BRANCH : LPM_SKIP;
	struct lpm_branch *b;
	struct lpm_skip *skip;

	skip = kmalloc(branch_room(slots, tag), gfp);
	if (!skip)
		return NULL;
	if (tag) {
		skip->prefix = has->prefix;
		skip->off = has->len;
	}
	b = tag ? (struct lpm_branch *)(skip + 1) : (struct lpm_branch *)skip;
	b->ext = 0;
	b->in = 0;
	return entry_make(b, tag);
}

static void lpm_free(const struct arpp_lpm *t, void *p)
{
	if (t->lock)
		kfree_rcu_mightsleep(p);
	else
		kfree(p);
}

static void branch_free(const struct arpp_lpm *t, void *e)
{
	lpm_free(t, entry_tag(e) == LPM_SKIP ? entry_skip(e) : e);
}

/* Does a branch that no reader sees have room for one more? */
static bool branch_grows(const struct arpp_lpm *t, const void *e,
			 unsigned int slots)
{
	return !t->lock && branch_room(slots + 1, entry_tag(e)) ==
			   branch_room(slots, entry_tag(e));
}

static void *lpm_deref(const struct arpp_lpm *t, void __rcu **slot)
{
	return rcu_dereference_check(*slot, !t->lock ||
				     lockdep_is_held(t->lock));
}

static void lpm_assert_writer(const struct arpp_lpm *t)
{
	if (t->lock)
		lockdep_assert_held(t->lock);
}

/* Every update that readers may see is one call of this. */
static void lpm_publish(struct arpp_lpm *t, void __rcu **slot, void *e)
{
	rcu_assign_pointer(*slot, e);
	/* Pairs with arpp_lpm_search(): before what the next update stores. */
	smp_store_release(&t->gen, t->gen + 1);
}

static bool lpm_covers(u32 prefix, unsigned int len, u32 addr)
{
	return !((u64)(addr ^ prefix) << len >> 32);
}

/*
 * Look up in a trie, from entry @e on; @key is the bits of @addr yet to go.
 * Inline for the sake of registers: this is all that a packet waits for.
 */
static __always_inline struct arpp_lpm_node *lpm_descend(void *e, u32 addr,
							 u64 key)
{
	void __rcu *const *best = NULL;
	const struct lpm_branch *b;
	struct arpp_lpm_node *node;
	unsigned long next, rank;
	struct lpm_skip *skip;
	u64 bits;

	for (;;) {
		if (entry_tag(e)) {
			if (entry_tag(e) & LPM_LEAF) {
				node = entry_untag(e);
				if (lpm_covers(node->prefix, node->len, addr))
					return node;
				break;
			}
			skip = entry_skip(e);
			if (!lpm_covers(skip->prefix, skip->off, addr))
				break;
			key = (u64)addr << 32 << skip->off;
			e = entry_untag(e);
		}
		b = e;
		next = key >> (64 - LPM_STRIDE);
		key <<= LPM_STRIDE;
		bits = b->in & lpm_cover[next];
		if (bits) {
			/* The highest position is the longest prefix. */
			rank = hweight64(b->in >> __fls(bits));
			best = &b->slot[hweight64(b->ext) + rank - 1];
			/* To be read last; in a large table it is far away. */
			prefetch(best);
		}
		bits = b->ext >> next;
		if (!(bits & 1))
			break;
		e = rcu_dereference(b->slot[hweight64(bits) - 1]);
	}
	return best ? entry_untag(rcu_dereference(*best)) : NULL;
}

/*
 * The rest of a lookup that began at count @gen: with the trie of @few, and all
 * over again as long as updates come between.
 */
static noinline struct arpp_lpm_node *
lpm_lookup_slow(const struct arpp_lpm *t, u32 addr, u32 gen, void *few)
{
	const u64 key = (u64)addr << 32;
	struct arpp_lpm_node *node;
	struct lpm_wide *wide;
	void *e;

	for (;;) {
		node = few ? lpm_descend(few, addr, key) : NULL;
found:
		/* As in arpp_lpm_lookup(). */
		smp_rmb();
		if (likely(READ_ONCE(t->gen) == gen))
			return node;
		/* Likewise. */
		gen = smp_load_acquire(&t->gen);
		few = rcu_dereference(t->root);
		if (entry_tag(few) != LPM_WIDE)
			continue;
		wide = entry_untag(few);
		few = rcu_dereference(wide->few);
		e = rcu_dereference(wide->slot[addr >> (32 - LPM_WIDE_BITS)]);
		if (!e)
			continue;
		node = lpm_descend(e, addr, key << LPM_WIDE_BITS);
		if (node)
			goto found;
	}
}

/**
 * arpp_lpm_lookup() - find what applies to an address
 * @t: the table
 * @addr: the address, host byte order
 *
 * Sees each update entirely or not at all, and several in their order.
 *
 * Context: RCU read side; any.
 * Return: the longest prefix that covers @addr, or NULL.
 */
struct arpp_lpm_node *arpp_lpm_lookup(const struct arpp_lpm *t, u32 addr)
{
	struct arpp_lpm_node *node;
	struct lpm_wide *wide;
	u64 key = (u64)addr << 32;
	void *e;
	u32 gen;

	/* Pairs with lpm_publish(): what is counted here is seen. */
	gen = smp_load_acquire(&t->gen);
	e = rcu_dereference(t->root);
	/* Most tables are empty or one prefix. */
	if (!e)
		return NULL;
	if (entry_tag(e) == LPM_LEAF) {
		node = entry_untag(e);
		return lpm_covers(node->prefix, node->len, addr) ? node : NULL;
	}
	if (entry_tag(e) == LPM_WIDE) {
		wide = entry_untag(e);
		e = rcu_dereference(wide->slot[addr >> (32 - LPM_WIDE_BITS)]);
		key <<= LPM_WIDE_BITS;
		if (!e)
			goto few;
	}
	node = lpm_descend(e, addr, key);
	if (!node) {
		e = rcu_dereference(t->root);
		if (entry_tag(e) == LPM_WIDE) {
			wide = entry_untag(e);
few:
			e = rcu_dereference(wide->few);
			return lpm_lookup_slow(t, addr, gen, e);
		}
	}

	/*
	 * One update on the way is seen or not. Of two, the second could be
	 * seen without the first: a wide prefix missed that came before a
	 * narrow one went. Hence again if one was completed meanwhile, by a
	 * count that is read after the table.
	 */
	smp_rmb();
	if (unlikely(READ_ONCE(t->gen) != gen))
		return lpm_lookup_slow(t, addr, gen, NULL);
	return node;
}

/* What an entry begins with, given the way to its slot. */
static struct arpp_lpm_node entry_prefix(const void *e, u32 way,
					 unsigned int off)
{
	struct arpp_lpm_node has = {};

	switch (entry_tag(e)) {
	case LPM_LEAF:
		has = *(struct arpp_lpm_node *)entry_untag(e);
		break;
	case LPM_SKIP:
		has.prefix = entry_skip(e)->prefix;
		has.len = entry_skip(e)->off;
		break;
	default:
		has.prefix = lpm_bits(way, off);
		has.len = off;
	}
	return has;
}

static void lpm_walk(const struct arpp_lpm *t, const struct arpp_lpm_node *to,
		     struct lpm_walk *w)
{
	struct lpm_branch *b;
	struct lpm_wide *wide;
	unsigned int pos;

	w->slot = (void __rcu **)&t->root;
	w->off = 0;
	w->up = NULL;
	w->up_off = 0;
	w->e = lpm_deref(t, w->slot);
	if (entry_tag(w->e) == LPM_WIDE) {
		wide = entry_untag(w->e);
		w->slot = &wide->few;
		if (to->len >= LPM_WIDE_BITS) {
			w->slot = &wide->slot[to->prefix >> (32 - LPM_WIDE_BITS)];
			w->off = LPM_WIDE_BITS;
		}
		w->e = lpm_deref(t, w->slot);
	}
	while (w->e) {
		w->has = entry_prefix(w->e, to->prefix, w->off);
		w->common = min3((unsigned int)w->has.len,
				 (unsigned int)to->len,
				 32U - fls(w->has.prefix ^ to->prefix));
		if (entry_tag(w->e) == LPM_LEAF || w->common < w->has.len)
			return;
		b = entry_untag(w->e);
		pos = lpm_pos(to, w->has.len);
		if (!branch_has(b, pos))
			return;
		w->up = w->slot;
		w->up_off = w->off;
		w->slot = &b->slot[branch_rank(b, pos)];
		w->off = w->has.len + LPM_STRIDE;
		w->e = lpm_deref(t, w->slot);
	}
}

/* The very prefix, if that is where the walk ended. */
static struct arpp_lpm_node *lpm_walk_found(const struct lpm_walk *w,
					    const struct arpp_lpm_node *to)
{
	if (entry_tag(w->e) == LPM_LEAF && w->has.len == to->len &&
	    w->has.prefix == to->prefix)
		return entry_untag(w->e);
	return NULL;
}

/**
 * arpp_lpm_share() - say who may use the table from now on
 * @t: the table
 * @lock: readers may find the table, and writers hold this lock; or NULL:
 *	no reader can reach it (any more, after a grace period), and updates
 *	are cheaper
 *
 * Context: no reader yet, or no longer.
 */
void arpp_lpm_share(struct arpp_lpm *t, struct mutex *lock)
{
	t->lock = lock;
}

static int lpm_insert(struct arpp_lpm *t, struct arpp_lpm_node *node, gfp_t gfp)
{
	void *e, *leaf = entry_make(node, LPM_LEAF);
	struct arpp_lpm_node fork;
	struct lpm_branch *b;
	unsigned int slots;
	struct lpm_walk w;

	lpm_walk(t, node, &w);
	if (lpm_walk_found(&w, node))
		return -EEXIST;
	if (!w.e) {
		lpm_publish(t, w.slot, leaf);
	} else if (entry_tag(w.e) != LPM_LEAF && w.common == w.has.len) {
		/* It belongs into this branch. */
		b = entry_untag(w.e);
		slots = branch_slots(b);
		e = w.e;
		if (!branch_grows(t, e, slots))
			e = branch_alloc(&w.has, w.off, slots + 1, gfp);
		if (!e)
			return -ENOMEM;
		branch_add(entry_untag(e), b, lpm_pos(node, w.has.len), leaf);
		if (e != w.e) {
			lpm_publish(t, w.slot, e);
			branch_free(t, w.e);
		}
	} else {
		/* It leaves the way to this entry: a branch for the two. */
		fork.len = rounddown(w.common, LPM_STRIDE);
		fork.prefix = lpm_bits(node->prefix, fork.len);
		e = branch_alloc(&fork, w.off, 2, gfp);
		if (!e)
			return -ENOMEM;
		b = entry_untag(e);
		branch_add(b, b, lpm_pos(&w.has, fork.len), w.e);
		branch_add(b, b, lpm_pos(node, fork.len), leaf);
		lpm_publish(t, w.slot, e);
	}
	t->count++;
	return 0;
}

/* Free what an entry leads to, except for what nobody wants to @release. */
static void lpm_free_trie(const struct arpp_lpm *t, void *e,
			  void (*release)(struct arpp_lpm_node *node))
{
	struct {
		void *e;
		unsigned int slots;
	} path[LPM_DEPTH], *p;
	struct lpm_branch *b;
	unsigned int depth = 0;

	while (e) {
		if (entry_tag(e) == LPM_LEAF) {
			if (release)
				release(entry_untag(e));
		} else {
			path[depth].e = e;
			path[depth++].slots = branch_slots(entry_untag(e));
		}
		for (e = NULL; depth && !e;) {
			p = &path[depth - 1];
			if (p->slots) {
				b = entry_untag(p->e);
				e = lpm_deref(t, &b->slot[--p->slots]);
			} else {
				branch_free(t, p->e);
				depth--;
			}
		}
	}
}

static void lpm_free_root(const struct arpp_lpm *t, void *root,
			  void (*release)(struct arpp_lpm_node *node))
{
	struct lpm_wide *wide;
	unsigned int i;

	if (entry_tag(root) != LPM_WIDE) {
		lpm_free_trie(t, root, release);
		return;
	}
	wide = entry_untag(root);
	for (i = 0; i < LPM_WIDE_SLOTS; i++) {
		lpm_free_trie(t, lpm_deref(t, &wide->slot[i]), release);
		cond_resched();
	}
	lpm_free_trie(t, lpm_deref(t, &wide->few), release);
	lpm_free(t, wide->slot);
	lpm_free(t, wide);
}

/*
 * Rebuild a table that has become large with struct lpm_wide in front. There
 * is no need to succeed, and no way back until the table is cleaned.
 */
static void lpm_widen(struct arpp_lpm *t, gfp_t gfp)
{
	struct arpp_lpm fresh = {};
	struct arpp_lpm_node *node;
	struct lpm_wide *wide;
	void *old;

	gfp |= __GFP_NOWARN;
	wide = kzalloc(sizeof(*wide), gfp);
	if (!wide)
		return;
	wide->slot = kcalloc(LPM_WIDE_SLOTS, sizeof(*wide->slot), gfp);
	if (!wide->slot) {
		kfree(wide);
		return;
	}
	RCU_INIT_POINTER(fresh.root, entry_make(wide, LPM_WIDE));
	for (node = arpp_lpm_next(t, 0, -1); node;
	     node = arpp_lpm_next(t, node->prefix, node->len)) {
		if (lpm_insert(&fresh, node, gfp)) {
			lpm_free_root(&fresh, entry_make(wide, LPM_WIDE), NULL);
			return;
		}
		cond_resched();
	}
	old = lpm_deref(t, &t->root);
	lpm_publish(t, &t->root, entry_make(wide, LPM_WIDE));
	lpm_free_trie(t, old, NULL);
}

/**
 * arpp_lpm_insert() - add a prefix
 * @t: the table
 * @node: the prefix; stays the caller's, who keeps it until it is removed
 * @gfp: how to allocate
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: 0, -EEXIST if the prefix is there, -EINVAL if it is none, or
 * -ENOMEM; in case of an error the table is as before.
 */
int arpp_lpm_insert(struct arpp_lpm *t, struct arpp_lpm_node *node, gfp_t gfp)
{
	int err;

	lpm_assert_writer(t);
	if (node->len > 32 || node->prefix != lpm_bits(node->prefix, node->len))
		return -EINVAL;
	err = lpm_insert(t, node, gfp);
	/* At each power of two, as it might not have succeeded before. */
	if (!err && t->count >= LPM_WIDE_FROM && !(t->count & (t->count - 1)) &&
	    entry_tag(lpm_deref(t, &t->root)) != LPM_WIDE)
		lpm_widen(t, gfp);
	return err;
}

/**
 * arpp_lpm_replace() - exchange the object of a prefix that is there
 * @t: the table
 * @node: the new one
 *
 * Context: the writers' lock held if the table is shared.
 * Return: the old one, which readers may still see, or NULL if the prefix is
 * not there.
 */
struct arpp_lpm_node *arpp_lpm_replace(struct arpp_lpm *t,
				       struct arpp_lpm_node *node)
{
	struct arpp_lpm_node *old;
	struct lpm_walk w;

	lpm_assert_writer(t);
	lpm_walk(t, node, &w);
	old = lpm_walk_found(&w, node);
	if (old)
		lpm_publish(t, w.slot, entry_make(node, LPM_LEAF));
	return old;
}

/*
 * Take position @pos out of the branch @e at @slot without any memory. Readers
 * get a stand-in while the branch itself is rewritten.
 */
static void lpm_squeeze(struct arpp_lpm *t, void __rcu **slot, void *e,
			unsigned int pos)
{
	struct lpm_skip *skip = (struct lpm_skip *)lpm_spare;
	struct lpm_branch *b = entry_untag(e), *spare = (void *)(skip + 1);

	if (!t->lock) {
		branch_del(b, b, pos);
		return;
	}
	mutex_lock(&lpm_spare_lock);
	if (entry_tag(e) == LPM_SKIP)
		*skip = *entry_skip(e);
	branch_del(spare, b, pos);
	lpm_publish(t, slot, entry_make(spare, entry_tag(e)));
	synchronize_rcu();
	branch_del(b, b, pos);
	lpm_publish(t, slot, e);
	synchronize_rcu();
	mutex_unlock(&lpm_spare_lock);
}

/*
 * A copy of the branch @e, which skips nothing, for a slot that stands for
 * @off bits where it does; @has is what it begins with.
 */
static void *lpm_lift(void *e, const struct arpp_lpm_node *has,
		      unsigned int off)
{
	struct lpm_branch *b = entry_untag(e);
	unsigned int slots = branch_slots(b);

	e = branch_alloc(has, off, slots, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (e)
		memcpy(entry_untag(e), b, struct_size(b, slot, slots));
	return e;
}

/**
 * arpp_lpm_remove() - take a prefix out
 * @t: the table
 * @prefix: the prefix, host byte order
 * @len: its length
 *
 * Does not fail for lack of memory: then it changes the branch in place, and
 * takes two grace periods.
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: what was there, which readers may still see, or NULL.
 */
struct arpp_lpm_node *arpp_lpm_remove(struct arpp_lpm *t, u32 prefix, u8 len)
{
	struct arpp_lpm_node to = { .prefix = prefix, .len = len }, *node, has;
	void *old, *e, *other = NULL;
	unsigned int pos, slots;
	struct lpm_branch *b;
	struct lpm_walk w;

	lpm_assert_writer(t);
	lpm_walk(t, &to, &w);
	node = lpm_walk_found(&w, &to);
	if (!node)
		return NULL;
	t->count--;
	if (!w.up) {
		lpm_publish(t, w.slot, NULL);
		return node;
	}

	old = lpm_deref(t, w.up);
	b = entry_untag(old);
	slots = branch_slots(b);
	has.len = w.off - LPM_STRIDE;
	has.prefix = lpm_bits(prefix, has.len);
	pos = lpm_pos(&to, has.len);
	if (slots == 2) {
		/* The other entry takes the branch's place. */
		e = lpm_deref(t, &b->slot[!branch_rank(b, pos)]);
		if (entry_tag(e) == LPM_BRANCH) {
			u64 ext = b->ext;

			if (pos >= LPM_EXT)
				ext &= ~BIT_ULL(pos - LPM_EXT);
			has.prefix |= (u32)__ffs64(ext) << (32 - w.off);
			has.len = w.off;
			other = e;
			e = lpm_lift(other, &has, w.up_off);
		}
	} else {
		e = branch_alloc(&has, w.up_off, slots - 1,
				 GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (e)
			branch_del(entry_untag(e), b, pos);
	}
	if (!e) {
		lpm_squeeze(t, w.up, old, pos);
		return node;
	}
	lpm_publish(t, w.up, e);
	branch_free(t, old);
	if (other)
		branch_free(t, other);
	return node;
}

/**
 * arpp_lpm_find() - find the very prefix
 * @t: the table
 * @prefix: the prefix, host byte order
 * @len: its length
 *
 * Context: RCU read side, or the writers' lock.
 * Return: what is there, or NULL.
 */
struct arpp_lpm_node *arpp_lpm_find(const struct arpp_lpm *t, u32 prefix,
				    u8 len)
{
	struct arpp_lpm_node to = { .prefix = prefix, .len = len };
	struct lpm_walk w;

	lpm_walk(t, &to, &w);
	return lpm_walk_found(&w, &to);
}

/*
 * The positions of a branch by address, shorter prefixes first: six bits, then
 * how many of them count.
 */
#define LPM_ORDER_BITS	3
#define LPM_ORDER_END	(LPM_EXT << LPM_ORDER_BITS)

/* The first one in use from @from on, or LPM_ORDER_END. */
static unsigned int branch_next(const struct lpm_branch *b, unsigned int from)
{
	unsigned int best = LPM_ORDER_END, more, shift, first;
	u64 bits;

	for (more = 0; more <= LPM_STRIDE; more++) {
		bits = more == LPM_STRIDE ? b->ext :
		       b->in >> (1U << more) & (BIT_ULL(1U << more) - 1);
		if (!bits)
			continue;
		shift = LPM_ORDER_BITS + LPM_STRIDE - more;
		first = (from + (1U << shift) - 1 - more) >> shift;
		if (first >> more || !(bits >> first))
			continue;
		first += __ffs64(bits >> first);
		best = min(best, (first << shift) + more);
	}
	return best;
}

/* arpp_lpm_next() in the trie of one slot, which stands for @off bits @way. */
static struct arpp_lpm_node *lpm_next(const struct arpp_lpm *t,
				      void __rcu **slot, u32 way,
				      unsigned int off, u32 prefix, int len)
{
	struct {
		struct lpm_branch *b;
		struct arpp_lpm_node has;
		unsigned int from;
	} path[LPM_DEPTH], *p;
	struct arpp_lpm_node *node;
	unsigned int depth = 0, next;
	u32 here;
	void *e;

	e = lpm_deref(t, slot);
	for (;;) {
		if (entry_tag(e) == LPM_LEAF) {
			node = entry_untag(e);
			if (node->prefix > prefix ||
			    (node->prefix == prefix && node->len > len))
				return node;
		} else if (e) {
			p = &path[depth];
			p->b = entry_untag(e);
			p->has = entry_prefix(e, way, off);
			p->from = 0;
			here = lpm_bits(prefix, p->has.len);
			if (p->has.prefix == here) {
				/* Of what begins so, shorter ones come before. */
				p->from = clamp(len + 1 - p->has.len, 0, LPM_STRIDE);
				p->from |= lpm_next_bits(prefix, p->has.len)
					   << LPM_ORDER_BITS;
			}
			if (p->has.prefix >= here)
				depth++;
		}
		/* On with the lowest branch that has something left. */
		for (;; depth--) {
			if (!depth)
				return NULL;
			p = &path[depth - 1];
			next = branch_next(p->b, p->from);
			if (next < LPM_ORDER_END)
				break;
		}
		p->from = next + 1;
		off = next & ((1U << LPM_ORDER_BITS) - 1);
		next >>= LPM_ORDER_BITS;
		way = p->has.prefix |
		      (u64)next << (64 - LPM_STRIDE) >> (32 + p->has.len);
		next = (LPM_EXT | next) >> (LPM_STRIDE - off);
		off = p->has.len + LPM_STRIDE;
		e = lpm_deref(t, &p->b->slot[branch_rank(p->b, next)]);
	}
}

/**
 * arpp_lpm_next() - walk through a table, by address, shorter prefixes first
 * @t: the table
 * @prefix: where the walk stands, host byte order; need not be there any more
 * @len: its length, or -1 to begin with @prefix itself
 *
 * Context: RCU read side, or the writers' lock.
 * Return: what comes after @prefix/@len, or NULL at the end.
 */
struct arpp_lpm_node *arpp_lpm_next(const struct arpp_lpm *t, u32 prefix,
				    int len)
{
	void __rcu **root = (void __rcu **)&t->root;
	struct arpp_lpm_node *few, *node = NULL;
	const unsigned int rest = 32 - LPM_WIDE_BITS;
	struct lpm_wide *wide;
	unsigned int i;

	if (entry_tag(lpm_deref(t, root)) != LPM_WIDE)
		return lpm_next(t, root, 0, 0, prefix, len);
	wide = entry_untag(lpm_deref(t, root));
	few = lpm_next(t, &wide->few, 0, 0, prefix, len);
	for (i = prefix >> rest; i < LPM_WIDE_SLOTS && !node; i++)
		node = lpm_next(t, &wide->slot[i], i << rest, LPM_WIDE_BITS,
				prefix, len);
	if (!node || (few && few->prefix <= node->prefix))
		return few;
	return node;
}

/**
 * arpp_lpm_clean() - empty a table
 * @t: the table
 * @release: frees what a prefix is embedded in; by RCU if the table is shared
 *
 * Context: process context, the writers' lock held if the table is shared.
 */
void arpp_lpm_clean(struct arpp_lpm *t,
		    void (*release)(struct arpp_lpm_node *node))
{
	void *root;

	lpm_assert_writer(t);
	root = lpm_deref(t, &t->root);
	lpm_publish(t, &t->root, NULL);
	t->count = 0;
	lpm_free_root(t, root, release);
}
