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
 * A slot, like the root, holds an entry: a leaf, which is a prefix with its
 * value, or a pointer to a branch. Two low bits tell which. A leaf may hang from
 * any branch that it begins like, and a branch may skip over bits that all below
 * it have in common; then what it skips is kept in front of it.
 *
 * An entry has 64 bits. With a small value there is room for all of the prefix.
 * Else there is for the last bits of it, and it must hang where the way there
 * tells the others: if need be from a branch of its own, with one slot. All other
 * branches have at least two, except where memory was short.
 *
 * A large table has an array of such tries in front, by the first twelve bits
 * of the address, and one trie for the prefixes that have fewer. That saves two
 * branches a lookup.
 *
 * Branches are never changed where readers can see them, only slots are. An
 * update makes what is new and publishes it by one store.
 * Removal without memory for it is the exception, see lpm_squeeze(). In a table
 * that no reader has, a branch grows in place while there is room behind it.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/prefetch.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "policy/lpm.h"

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
#define LPM_WIDE_FROM	4096			/* prefixes: 8 bytes for each */
#endif
/* In a table that readers see: more would hold the writers' lock too long. */
#define LPM_WIDE_TO	(4 * LPM_WIDE_FROM)

/* Tags of entries. */
#define LPM_BRANCH	0ULL
#define LPM_LEAF	1ULL			/* its prefix is in it */
#define LPM_SKIP	2ULL			/* a branch behind a struct lpm_skip */
#define LPM_NEAR	3ULL			/* a leaf; the way is its prefix; not as root */
#define LPM_WIDE	3ULL			/* a struct lpm_wide; only as root */
#define LPM_TAGS	3ULL

/*
 * A leaf, from the lowest bit: the tag, nine bits about its prefix, its value.
 * LPM_LEAF has the length there, and the address in the upper half. LPM_NEAR has
 * a one and then the bits that its slot does not stand for, eight at most; or the
 * length, at an internal position, which stands for all of them. What a lookup
 * returns has the length there and the value behind it.
 */
#define LPM_VALUE	ARPP_LPM_VALUE
#define LPM_SMALL	(1ULL << (32 - LPM_VALUE))	/* values below fit beside an address */
#define LPM_NEAR_BITS	8
#define LPM_ABOUT(e)	((unsigned int)(e) >> 2 & 0x1ff)

#define LPM_INSIDE	64			/* "off" of an internal position */

/**
 * struct lpm_branch - a node of the trie
 * @ext: which external positions are in use, position less LPM_EXT
 * @in: which internal positions are in use; always leaves
 * @slot: their entries, from the highest position down; atomic where a
 *	processor has fewer bits, else no more than a pointer
 */
struct lpm_branch {
	u64 ext;
	u64 in;
	atomic64_t slot[];
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
 * @slot: by the first LPM_WIDE_BITS of an address, entries or 0; on its own as
 *	it is a round number of pages
 * @few: the entry of all prefixes that have fewer bits, or 0
 */
struct lpm_wide {
	atomic64_t *slot;
	atomic64_t few;
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
		      LPM_POSITIONS * sizeof(atomic64_t)) / sizeof(u64)] __aligned(8);

/**
 * struct lpm_walk - the way to a prefix
 * @step: the slots on it; of each, how many bits it stands for, or LPM_INSIDE;
 *	and of the branch there, unless it is the last, with how many it begins
 * @depth: which is the last one
 * @e: the entry there, or 0 in an empty table
 * @has: what @e begins with
 * @common: how many bits of that are on the way
 */
struct lpm_walk {
	struct lpm_step {
		atomic64_t *slot;
		unsigned int off;
		unsigned int len;
	} step[LPM_DEPTH + 1];
	unsigned int depth;
	u64 e;
	struct arpp_lpm_node has;
	unsigned int common;
};

/* The highest bit set. __fls() takes a long, which may have only 32 bits. */
static __always_inline unsigned int lpm_fls(u64 bits)
{
	if (BITS_PER_LONG == 64)
		return __fls(bits);
	return fls64(bits) - 1;
}

static u64 entry_tag(u64 e)
{
	return e & LPM_TAGS;
}

/* A root that is wide has this bit too, and is told first. */
static bool entry_is_leaf(u64 e)
{
	return e & LPM_LEAF;
}

static void *entry_untag(u64 e)
{
	return (void *)(unsigned long)(e & ~LPM_TAGS);
}

static u64 entry_make(const void *p, u64 tag)
{
	return (unsigned long)p | tag;
}

static struct lpm_skip *entry_skip(u64 e)
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

/* What a position stands for, in a branch that begins with @has. */
static u32 lpm_way(const struct arpp_lpm_node *has, unsigned int pos)
{
	unsigned int more = fls(pos) - 1;

	return has->prefix |
	       (u32)((u64)(pos - (1U << more)) << (32 - has->len - more));
}

/* How many bits that is, in a branch at @off. */
static unsigned int lpm_pos_off(unsigned int pos, unsigned int off)
{
	return pos < LPM_EXT ? LPM_INSIDE : off + LPM_STRIDE;
}

/* The entry of a leaf in a slot that stands for @off bits; 0 if it has no room. */
static u64 leaf_make(const struct arpp_lpm_node *node, u64 value,
		     unsigned int off)
{
	unsigned int rest = node->len - off;
	u64 about;

	if (value < LPM_SMALL)
		return (u64)node->prefix << 32 | value << LPM_VALUE |
		       (u64)node->len << 2 | LPM_LEAF;
	if (off == LPM_INSIDE)
		about = node->len;
	else if (rest <= LPM_NEAR_BITS)
		about = 1ULL << rest |
			(u64)node->prefix << 32 << off >> 1 >> (63 - rest);
	else
		return 0;
	return value << LPM_VALUE | about << 2 | LPM_NEAR;
}

/* What a lookup returns for a leaf of length @len. */
static u64 leaf_found(u64 e, unsigned int len)
{
	if (entry_tag(e) == LPM_LEAF)
		return (u32)e;
	return e >> LPM_VALUE << LPM_VALUE | (u64)len << 2 | LPM_LEAF;
}

static u64 leaf_value(u64 e)
{
	return arpp_lpm_value(leaf_found(e, 0));
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
		       unsigned int pos, u64 e)
{
	unsigned int slots = branch_slots(from), rank = branch_rank(from, pos);

	memmove(to->slot + rank + 1, from->slot + rank,
		(slots - rank) * sizeof(*to->slot));
	memmove(to->slot, from->slot, rank * sizeof(*to->slot));
	atomic64_set(&to->slot[rank], e);
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
static size_t branch_room(unsigned int slots, u64 tag)
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

/* The entry of a new branch for prefix @has, in a slot that stands for @off; or 0. */
static u64 branch_alloc(const struct arpp_lpm_node *has, unsigned int off,
			unsigned int slots, gfp_t gfp)
{
	u64 tag = has->len == off ? LPM_BRANCH : LPM_SKIP;
	struct lpm_branch *b;
	struct lpm_skip *skip;

	skip = kmalloc(branch_room(slots, tag), gfp);
	if (!skip)
		return 0;
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

/* The memory of a branch. */
static void *branch_block(u64 e)
{
	return entry_tag(e) == LPM_SKIP ? entry_skip(e) : entry_untag(e);
}

static void branch_free(const struct arpp_lpm *t, u64 e)
{
	lpm_free(t, branch_block(e));
}

/* Does a branch that no reader sees have room for one more? */
static bool branch_grows(const struct arpp_lpm *t, u64 e, unsigned int slots)
{
	return !t->lock && branch_room(slots + 1, entry_tag(e)) ==
			   branch_room(slots, entry_tag(e));
}

static u64 lpm_deref(const struct arpp_lpm *t, const atomic64_t *slot)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held() && t->lock &&
			 !lockdep_is_held(t->lock), "table read unprotected");
	return atomic64_read(slot);
}

static void lpm_assert_writer(const struct arpp_lpm *t)
{
	if (t->lock)
		lockdep_assert_held(t->lock);
}

/*
 * Store an entry with release order. On 32 bits, atomic64_set_release() does not
 * build before Linux 5.17.
 */
static void slot_set_release(atomic64_t *slot, u64 e)
{
	if (IS_ENABLED(CONFIG_64BIT)) {
		atomic64_set_release(slot, e);
	} else {
		smp_mb(); /* readers of @e see what it points to */
		atomic64_set(slot, e);
	}
}

/* Every update that readers may see is one call of this. */
static void lpm_publish(struct arpp_lpm *t, atomic64_t *slot, u64 e)
{
	/* Pairs with the dependency on what is read: a branch is seen as it is. */
	slot_set_release(slot, e);
	/* Pairs with arpp_lpm_search(): before what the next update stores. */
	smp_store_release(&t->gen, t->gen + 1);
}

/* What lpm_descend() begins with. */
#define LPM_KEY(addr)	((u64)(addr) << 32 | 1)

static bool lpm_covers(u32 prefix, unsigned int len, u32 addr)
{
	return !((u64)(addr ^ prefix) << len >> 32);
}

/*
 * Look up in a trie, from entry @e on; @key is the bits of @addr yet to go, and
 * a one shifted by as many as went. Inline for the sake of registers: this is all
 * that a packet waits for.
 */
static __always_inline u64 lpm_descend(u64 e, u32 addr, u64 key)
{
	const atomic64_t *best = NULL;
	const struct lpm_branch *b;
	unsigned long next, rank;
	struct lpm_skip *skip;
	unsigned int rest;
	u64 bits;

	for (;;) {
		if (entry_tag(e)) {
			if (entry_tag(e) == LPM_LEAF) {
				if (lpm_covers(e >> 32, LPM_ABOUT(e), addr))
					return (u32)e;
				break;
			}
			if (entry_is_leaf(e)) {
				rest = __fls(LPM_ABOUT(e));
				if ((1U << rest | key >> 1 >> (63 - rest)) ==
				    LPM_ABOUT(e))
					return leaf_found(e, __ffs64(key) + rest);
				break;
			}
			skip = entry_skip(e);
			if (!lpm_covers(skip->prefix, skip->off, addr))
				break;
			key = LPM_KEY(addr) << skip->off;
			e = entry_make(entry_untag(e), LPM_BRANCH);
		}
		b = (struct lpm_branch *)(unsigned long)e;
		/* Its slots may be there; both lines come at once then. */
		prefetch((const char *)b + L1_CACHE_BYTES);
		next = key >> (64 - LPM_STRIDE);
		key <<= LPM_STRIDE;
		bits = b->in & lpm_cover[next];
		if (bits) {
			/* The highest position is the longest prefix. */
			rank = hweight64(b->in >> lpm_fls(bits));
			best = &b->slot[hweight64(b->ext) + rank - 1];
			/* To be read last; in a large table it is far away. */
			prefetch(best);
		}
		bits = b->ext >> next;
		if (!(bits & 1))
			break;
		e = atomic64_read(&b->slot[hweight64(bits) - 1]);
	}
	if (!best)
		return 0;
	e = atomic64_read(best);
	/* The length is where it is to be. */
	return entry_tag(e) == LPM_LEAF ? (u32)e : e;
}

/*
 * The rest of a lookup that began at count @gen: with the trie of @few, and all
 * over again as long as updates come between.
 */
static noinline u64 lpm_lookup_slow(const struct arpp_lpm *t, u32 addr, u32 gen,
				    u64 few)
{
	struct lpm_wide *wide;
	u64 e, found;

	for (;;) {
		found = few ? lpm_descend(few, addr, LPM_KEY(addr)) : 0;
found:
		/* As in arpp_lpm_lookup(). */
		smp_rmb();
		if (likely(READ_ONCE(t->gen) == gen))
			return found;
		/* Likewise. */
		gen = smp_load_acquire(&t->gen);
		few = atomic64_read(&t->root);
		if (entry_tag(few) != LPM_WIDE)
			continue;
		wide = entry_untag(few);
		few = atomic64_read(&wide->few);
		e = atomic64_read(&wide->slot[addr >> (32 - LPM_WIDE_BITS)]);
		if (!e)
			continue;
		found = lpm_descend(e, addr, LPM_KEY(addr) << LPM_WIDE_BITS);
		if (found)
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
 * Return: the longest prefix that covers @addr, for arpp_lpm_len() and
 * arpp_lpm_value(), or 0.
 */
u64 arpp_lpm_lookup(const struct arpp_lpm *t, u32 addr)
{
	struct lpm_wide *wide;
	u64 e, found, key = LPM_KEY(addr);
	u32 gen;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "lookup outside of RCU");
	/* Pairs with lpm_publish(): what is counted here is seen. */
	gen = smp_load_acquire(&t->gen);
	e = atomic64_read(&t->root);
	/* Most tables are empty or one prefix. */
	if (!e)
		return 0;
	if (entry_tag(e) == LPM_LEAF)
		return lpm_covers(e >> 32, LPM_ABOUT(e), addr) ? (u32)e : 0;
	if (entry_tag(e) == LPM_WIDE) {
		wide = entry_untag(e);
		e = atomic64_read(&wide->slot[addr >> (32 - LPM_WIDE_BITS)]);
		key <<= LPM_WIDE_BITS;
		if (!e)
			goto few;
	}
	found = lpm_descend(e, addr, key);
	if (!found) {
		e = atomic64_read(&t->root);
		if (entry_tag(e) == LPM_WIDE) {
			wide = entry_untag(e);
few:
			e = atomic64_read(&wide->few);
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
		return lpm_lookup_slow(t, addr, gen, 0);
	return found;
}

/* What an entry begins with, given the way to its slot. */
static struct arpp_lpm_node entry_prefix(u64 e, u32 way, unsigned int off)
{
	struct arpp_lpm_node has = {};
	unsigned int about = LPM_ABOUT(e), rest;

	switch (entry_tag(e)) {
	case LPM_LEAF:
		has.prefix = e >> 32;
		has.len = about;
		break;
	case LPM_NEAR:
		if (off == LPM_INSIDE) {
			has.prefix = lpm_bits(way, about);
			has.len = about;
			break;
		}
		rest = fls(about) - 1;
		has.len = off + rest;
		has.prefix = lpm_bits(way, off) |
			     (u32)((u64)(about - (1U << rest)) << (32 - has.len));
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
	struct lpm_step *step = w->step;
	struct lpm_branch *b;
	struct lpm_wide *wide;
	unsigned int pos;

	step->slot = (atomic64_t *)&t->root;
	step->off = 0;
	w->e = lpm_deref(t, step->slot);
	if (entry_tag(w->e) == LPM_WIDE) {
		wide = entry_untag(w->e);
		step->slot = &wide->few;
		if (to->len >= LPM_WIDE_BITS) {
			step->slot = &wide->slot[to->prefix >> (32 - LPM_WIDE_BITS)];
			step->off = LPM_WIDE_BITS;
		}
		w->e = lpm_deref(t, step->slot);
	}
	while (w->e) {
		w->has = entry_prefix(w->e, to->prefix, step->off);
		w->common = min3((unsigned int)w->has.len,
				 (unsigned int)to->len,
				 32U - fls(w->has.prefix ^ to->prefix));
		if (entry_is_leaf(w->e) || w->common < w->has.len)
			break;
		b = entry_untag(w->e);
		pos = lpm_pos(to, w->has.len);
		if (!branch_has(b, pos))
			break;
		step->len = w->has.len;
		step++;
		step->slot = &b->slot[branch_rank(b, pos)];
		step->off = lpm_pos_off(pos, w->has.len);
		w->e = lpm_deref(t, step->slot);
	}
	w->depth = step - w->step;
}

/* The very prefix, as a lookup returns it, if that is where the walk ended. */
static u64 lpm_walk_found(const struct lpm_walk *w,
			  const struct arpp_lpm_node *to)
{
	if (entry_is_leaf(w->e) && w->has.len == to->len &&
	    w->has.prefix == to->prefix)
		return leaf_found(w->e, to->len);
	return 0;
}

/* The branch that a step leads to, if that has one slot; else 0. */
static u64 lpm_lone(const struct arpp_lpm *t, const struct lpm_step *step)
{
	u64 e = lpm_deref(t, step->slot);

	return branch_slots(entry_untag(e)) == 1 ? e : 0;
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

/*
 * The entry of a prefix alone in a slot that stands for @off bits, or 0 without
 * memory: a leaf, or a branch for it, as high up as it can hang from.
 */
static u64 lpm_hang(const struct arpp_lpm *t, const struct lpm_step *at,
		    const struct arpp_lpm_node *node, u64 value, gfp_t gfp)
{
	const unsigned int most = LPM_STRIDE + LPM_NEAR_BITS;
	u64 e = leaf_make(node, value, at->off);
	struct arpp_lpm_node has;
	struct lpm_branch *b;
	unsigned int pos;

	if (e && !(entry_tag(e) == LPM_WIDE && at->slot == &t->root))
		return e;
	has.len = node->len > most ? roundup(node->len - most, LPM_STRIDE) : 0;
	has.prefix = lpm_bits(node->prefix, has.len);
	e = branch_alloc(&has, at->off, 1, gfp);
	if (!e)
		return 0;
	b = entry_untag(e);
	pos = lpm_pos(node, has.len);
	branch_add(b, b, pos, leaf_make(node, value, lpm_pos_off(pos, has.len)));
	return e;
}

static int lpm_insert(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		      u64 value, gfp_t gfp)
{
	struct lpm_step at = {}, *step;
	struct arpp_lpm_node fork;
	unsigned int slots, pos;
	u64 e, leaf, old, lone;
	struct lpm_branch *b;
	struct lpm_walk w;

	lpm_walk(t, node, &w);
	if (lpm_walk_found(&w, node))
		return -EEXIST;
	step = &w.step[w.depth];
	if (!w.e) {
		e = lpm_hang(t, step, node, value, gfp);
		if (!e)
			return -ENOMEM;
		lpm_publish(t, step->slot, e);
		t->count++;
		return 0;
	}

	fork = w.has;
	if (entry_is_leaf(w.e) || w.common < w.has.len)
		fork.len = rounddown(w.common, LPM_STRIDE);
	pos = lpm_pos(node, fork.len);
	at.off = lpm_pos_off(pos, fork.len);
	leaf = lpm_hang(t, &at, node, value, gfp);
	if (!leaf)
		return -ENOMEM;
	if (fork.len == w.has.len && !entry_is_leaf(w.e)) {
		/* It belongs into this branch. */
		b = entry_untag(w.e);
		slots = branch_slots(b);
		e = w.e;
		if (!branch_grows(t, e, slots))
			e = branch_alloc(&fork, step->off, slots + 1, gfp);
		if (!e)
			goto err_free;
		branch_add(entry_untag(e), b, pos, leaf);
		if (e != w.e) {
			lpm_publish(t, step->slot, e);
			branch_free(t, w.e);
		}
	} else {
		/*
		 * It leaves the way to this entry: a branch for the two, also
		 * in the place of one that the other has alone.
		 */
		lone = w.depth ? lpm_lone(t, step - 1) : 0;
		if (lone)
			step--;
		fork.prefix = lpm_bits(node->prefix, fork.len);
		e = branch_alloc(&fork, step->off, 2, gfp);
		if (!e)
			goto err_free;
		b = entry_untag(e);
		branch_add(b, b, pos, leaf);
		pos = lpm_pos(&w.has, fork.len);
		old = w.e;
		if (entry_is_leaf(old))
			old = leaf_make(&w.has, leaf_value(old),
					lpm_pos_off(pos, fork.len));
		branch_add(b, b, pos, old);
		lpm_publish(t, step->slot, e);
		if (lone)
			branch_free(t, lone);
	}
	t->count++;
	return 0;

err_free:
	if (!entry_is_leaf(leaf))
		kfree(branch_block(leaf));
	return -ENOMEM;
}

/* Free what an entry leads to. */
static void lpm_free_trie(const struct arpp_lpm *t, u64 e)
{
	struct {
		u64 e;
		unsigned int slots;
	} path[LPM_DEPTH], *p;
	struct lpm_branch *b;
	unsigned int depth = 0;

	while (e) {
		if (!entry_is_leaf(e)) {
			b = entry_untag(e);
			path[depth].e = e;
			/* Internal ones are leaves. */
			path[depth++].slots = hweight64(b->ext);
		}
		for (e = 0; depth && !e;) {
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

static void lpm_free_root(const struct arpp_lpm *t, u64 root)
{
	struct lpm_wide *wide;
	unsigned int i;

	if (entry_tag(root) != LPM_WIDE) {
		lpm_free_trie(t, root);
		return;
	}
	wide = entry_untag(root);
	for (i = 0; i < LPM_WIDE_SLOTS; i++) {
		lpm_free_trie(t, lpm_deref(t, &wide->slot[i]));
		cond_resched();
	}
	lpm_free_trie(t, lpm_deref(t, &wide->few));
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
	struct arpp_lpm_node node;
	struct lpm_wide *wide;
	u64 found, old;

	gfp |= __GFP_NOWARN;
	wide = kzalloc(sizeof(*wide), gfp);
	if (!wide)
		return;
	wide->slot = kcalloc(LPM_WIDE_SLOTS, sizeof(*wide->slot), gfp);
	if (!wide->slot) {
		kfree(wide);
		return;
	}
	atomic64_set(&fresh.root, entry_make(wide, LPM_WIDE));
	for (found = arpp_lpm_next(t, 0, -1, &node); found;
	     found = arpp_lpm_next(t, node.prefix, node.len, &node)) {
		if (lpm_insert(&fresh, &node, arpp_lpm_value(found), gfp)) {
			lpm_free_root(&fresh, entry_make(wide, LPM_WIDE));
			return;
		}
		cond_resched();
	}
	old = lpm_deref(t, &t->root);
	lpm_publish(t, &t->root, entry_make(wide, LPM_WIDE));
	lpm_free_trie(t, old);
}

/**
 * arpp_lpm_insert() - add a prefix
 * @t: the table
 * @node: the prefix
 * @value: what it is to say, below ARPP_LPM_VALUES
 * @gfp: how to allocate
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: 0, -EEXIST if the prefix is there, -EINVAL if it is none, or
 * -ENOMEM; in case of an error the table is as before.
 */
int arpp_lpm_insert(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		    u64 value, gfp_t gfp)
{
	int err;

	lpm_assert_writer(t);
	if (node->len > 32 || node->prefix != lpm_bits(node->prefix, node->len) ||
	    value >= ARPP_LPM_VALUES)
		return -EINVAL;
	err = lpm_insert(t, node, value, gfp);
	/* At each power of two, as it might not have succeeded before. */
	if (!err && t->count >= LPM_WIDE_FROM && !(t->count & (t->count - 1)) &&
	    (!t->lock || t->count <= LPM_WIDE_TO) &&
	    entry_tag(lpm_deref(t, &t->root)) != LPM_WIDE)
		lpm_widen(t, gfp);
	return err;
}

/**
 * arpp_lpm_replace() - change what a prefix that is there says
 * @t: the table
 * @node: the prefix
 * @value: what it is to say, below ARPP_LPM_VALUES
 * @gfp: how to allocate
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: 0, -ENOENT if the prefix is not there, -EINVAL or -ENOMEM; in case of
 * an error the table is as before.
 */
int arpp_lpm_replace(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		     u64 value, gfp_t gfp)
{
	struct lpm_step *step;
	struct lpm_walk w;
	u64 e, lone = 0;

	lpm_assert_writer(t);
	if (value >= ARPP_LPM_VALUES)
		return -EINVAL;
	lpm_walk(t, node, &w);
	if (!lpm_walk_found(&w, node))
		return -ENOENT;
	step = &w.step[w.depth];
	/* A small value needs no branch of its own. */
	if (value < LPM_SMALL && w.depth)
		lone = lpm_lone(t, step - 1);
	if (lone)
		step--;
	e = lpm_hang(t, step, node, value, gfp);
	if (!e)
		return -ENOMEM;
	lpm_publish(t, step->slot, e);
	if (lone)
		branch_free(t, lone);
	return 0;
}

/*
 * Take position @pos out of the branch @e at @slot without any memory. Readers
 * get a stand-in while the branch itself is rewritten.
 */
static void lpm_squeeze(struct arpp_lpm *t, atomic64_t *slot, u64 e,
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

#define LPM_GFP_REMOVE	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/*
 * A copy of the branch @e, which skips nothing, for a slot that stands for
 * @off bits where it does; @has is what it begins with.
 */
static u64 lpm_lift(u64 e, const struct arpp_lpm_node *has, unsigned int off)
{
	struct lpm_branch *b = entry_untag(e);
	unsigned int slots = branch_slots(b);

	e = branch_alloc(has, off, slots, LPM_GFP_REMOVE);
	if (e)
		memcpy(entry_untag(e), b, struct_size(b, slot, slots));
	return e;
}

/* The entry of the branch at @step, which begins with @has, without @pos; or 0. */
static u64 lpm_without(const struct arpp_lpm *t, const struct lpm_step *step,
		       struct arpp_lpm_node has, unsigned int pos, u64 *lifted)
{
	struct lpm_branch *b = entry_untag(lpm_deref(t, step->slot));
	unsigned int slots = branch_slots(b), off;
	u64 e, ext = b->ext, in = b->in;

	if (slots > 2) {
		e = branch_alloc(&has, step->off, slots - 1, LPM_GFP_REMOVE);
		if (e)
			branch_del(entry_untag(e), b, pos);
		return e;
	}
	/* The other entry takes the branch's place. */
	e = lpm_deref(t, &b->slot[!branch_rank(b, pos)]);
	if (entry_tag(e) == LPM_SKIP)
		return e;
	if (pos >= LPM_EXT)
		ext &= ~BIT_ULL(pos - LPM_EXT);
	else
		in &= ~BIT_ULL(pos);
	pos = ext ? LPM_EXT + __ffs64(ext) : __ffs64(in);
	off = lpm_pos_off(pos, has.len);
	has.prefix = lpm_way(&has, pos);
	if (entry_is_leaf(e)) {
		has = entry_prefix(e, has.prefix, off);
		return lpm_hang(t, step, &has, leaf_value(e), LPM_GFP_REMOVE);
	}
	has.len = off;
	*lifted = e;
	return lpm_lift(e, &has, step->off);
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
 * Return: what was there, as arpp_lpm_lookup() does, or 0.
 */
u64 arpp_lpm_remove(struct arpp_lpm *t, u32 prefix, u8 len)
{
	struct arpp_lpm_node to = { .prefix = prefix, .len = len }, has;
	u64 found, old, e, lifted = 0, lone[LPM_DEPTH];
	unsigned int depth, lones = 0;
	struct lpm_step *up;
	struct lpm_walk w;

	lpm_assert_writer(t);
	lpm_walk(t, &to, &w);
	found = lpm_walk_found(&w, &to);
	if (!found)
		return 0;
	t->count--;
	/* A branch that it has alone goes with it. */
	for (depth = w.depth; depth; depth--) {
		e = lpm_lone(t, &w.step[depth - 1]);
		if (!e)
			break;
		lone[lones++] = e;
	}
	if (!depth) {
		lpm_publish(t, w.step[0].slot, 0);
		goto out;
	}

	up = &w.step[depth - 1];
	old = lpm_deref(t, up->slot);
	has.len = up->len;
	has.prefix = lpm_bits(prefix, has.len);
	e = lpm_without(t, up, has, lpm_pos(&to, has.len), &lifted);
	if (e) {
		lpm_publish(t, up->slot, e);
		branch_free(t, old);
		if (lifted)
			branch_free(t, lifted);
	} else {
		lpm_squeeze(t, up->slot, old, lpm_pos(&to, has.len));
	}
out:
	while (lones)
		branch_free(t, lone[--lones]);
	return found;
}

/**
 * arpp_lpm_find() - find the very prefix
 * @t: the table
 * @prefix: the prefix, host byte order
 * @len: its length
 *
 * Context: RCU read side, or the writers' lock.
 * Return: what is there, as arpp_lpm_lookup() does, or 0.
 */
u64 arpp_lpm_find(const struct arpp_lpm *t, u32 prefix, u8 len)
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
static u64 lpm_next(const struct arpp_lpm *t, const atomic64_t *slot, u32 way,
		    unsigned int off, u32 prefix, int len,
		    struct arpp_lpm_node *node)
{
	struct {
		struct lpm_branch *b;
		struct arpp_lpm_node has;
		unsigned int from;
	} path[LPM_DEPTH], *p;
	unsigned int depth = 0, next, pos;
	u32 here;
	u64 e;

	e = lpm_deref(t, slot);
	for (;;) {
		if (entry_is_leaf(e)) {
			*node = entry_prefix(e, way, off);
			if (node->prefix > prefix ||
			    (node->prefix == prefix && node->len > len))
				return leaf_found(e, node->len);
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
				return 0;
			p = &path[depth - 1];
			next = branch_next(p->b, p->from);
			if (next < LPM_ORDER_END)
				break;
		}
		p->from = next + 1;
		pos = (LPM_EXT | next >> LPM_ORDER_BITS) >>
		      (LPM_STRIDE - (next & ((1U << LPM_ORDER_BITS) - 1)));
		way = lpm_way(&p->has, pos);
		off = lpm_pos_off(pos, p->has.len);
		e = lpm_deref(t, &p->b->slot[branch_rank(p->b, pos)]);
	}
}

/**
 * arpp_lpm_next() - walk through a table, by address, shorter prefixes first
 * @t: the table
 * @prefix: where the walk stands, host byte order; need not be there any more
 * @len: its length, or -1 to begin with @prefix itself
 * @node: set to what comes after @prefix/@len
 *
 * Context: RCU read side, or the writers' lock.
 * Return: what that is, as arpp_lpm_lookup() does, or 0 at the end.
 */
u64 arpp_lpm_next(const struct arpp_lpm *t, u32 prefix, int len,
		  struct arpp_lpm_node *node)
{
	u64 root = lpm_deref(t, &t->root), few, found = 0;
	const unsigned int rest = 32 - LPM_WIDE_BITS;
	struct arpp_lpm_node first;
	struct lpm_wide *wide;
	unsigned int i;

	if (entry_tag(root) != LPM_WIDE)
		return lpm_next(t, &t->root, 0, 0, prefix, len, node);
	wide = entry_untag(root);
	few = lpm_next(t, &wide->few, 0, 0, prefix, len, &first);
	for (i = prefix >> rest; i < LPM_WIDE_SLOTS && !found; i++)
		found = lpm_next(t, &wide->slot[i], i << rest, LPM_WIDE_BITS,
				 prefix, len, node);
	if (!few || (found && node->prefix < first.prefix))
		return found;
	*node = first;
	return few;
}

/**
 * arpp_lpm_clean() - empty a table
 * @t: the table
 *
 * Context: process context, the writers' lock held if the table is shared.
 */
void arpp_lpm_clean(struct arpp_lpm *t)
{
	u64 root;

	lpm_assert_writer(t);
	root = lpm_deref(t, &t->root);
	lpm_publish(t, &t->root, 0);
	t->count = 0;
	lpm_free_root(t, root);
}
