// SPDX-License-Identifier: GPL-2.0-only
/*
 * Longest-prefix match: a path-compressed tree bitmap with a stride of six bits
 * (W. Eatherton, G. Varghese, Z. Dittia: Tree Bitmap, ACM CCR 34(2), 2004).
 *
 * Readers: RCU. Writers: the table's lock, process context.
 *
 * Theory of operation
 * ===================
 *
 * A branch at @off, a multiple of six, stands for the prefixes that begin with its
 * own first @off bits, and decides on the next six. It has 127 positions, numbered
 * like the nodes of a binary heap:
 *
 *                        1                   the prefix of @off bits itself
 *                2               3           one bit more:   0, 1
 *            4       5       6       7       two bits more: 00, 01, 10, 11
 *           ...                     ...
 *      64, 65, ...                  ... 127  all six bits: external positions
 *
 * So a position shifted right by one is that of the prefix with one bit less. 1 to 63
 * are internal: a prefix that ends within the six bits. 64 to 127 are external: a
 * prefix that has all of them, or a branch for several such prefixes. Two bitmaps show
 * which positions are in use. Only these have a slot, in an array with the highest
 * position first, so the index of a slot is found by counting bits.
 *
 * Path compression: a branch that would have one slot is left out. The next branch
 * then has a struct lpm_skip in front, with the bits to compare.
 *
 * Each slot, and the root, holds an entry of 64 bits; 0 is none:
 *
 *      63                        32 31           11 10         2 1 0
 *     +----------------------------+---------------+------------+---+
 *     |          address           | value         | length     | 1 |  LPM_LEAF
 *     +----------------------------+---------------+------------+---+
 *     |          value                             | 1, suffix  | 3 |  LPM_SUFFIX
 *     +--------------------------------------------+------------+---+
 *     |          pointer to a branch                            | 0 |  LPM_BRANCH
 *     |          pointer to a branch, struct lpm_skip before it | 2 |  LPM_SKIP
 *     |          pointer to a struct lpm_wide; only as root     | 3 |  LPM_WIDE
 *     +---------------------------------------------------------+---+
 *
 * Only branches are allocated: a prefix with its value is an entry. A small value (a
 * rule) leaves room for the whole prefix, so the leaf can be in any slot on its path.
 * A large value (a binding) leaves room for the last eight bits of the prefix; the path
 * to the slot gives the others. Such a leaf may need a branch of its own, with one
 * slot. Otherwise, a branch has one slot only if memory was short.
 *
 * Add 10.0.0.0/8. The table needs no memory:
 *
 *     root: 10.0.0.0/8
 *
 * Add 10.1.2.0/24. The two have 8 bits in common. Rounded down to the stride, this
 * makes a branch at 6. After the bits 000010, the /8 goes on with 10, which is position
 * 4 + 2, and the /24 with 100000, which is position 64 + 32:
 *
 *     root: branch at 6, skips 000010
 *             slot[0]  96: 10.1.2.0/24
 *             slot[1]   6: 10.0.0.0/8
 *
 * Add 10.1.2.3/32. In position 96 there is 10.1.2.0/24, with 24 bits in common. In a
 * branch at 24, the /24 ends (position 1), and the /32 goes on with 000000 (64):
 *
 *     root: branch at 6, skips 000010
 *             slot[0]  96: branch at 24, skips 10.1.2
 *                            slot[0]  64: 10.1.2.3/32
 *                            slot[1]   1: 10.1.2.0/24
 *             slot[1]   6: 10.0.0.0/8
 *
 * Look up 10.1.2.9. In the branch at 6, the bits 100000 are covered by positions 48,
 * 24, 12, 6, 3 and 1; lpm_cover[] has them as a mask. 6 is in use: remember its slot.
 * 96 is in use: descend. In the branch at 24, compare what it skips: equal. The bits
 * 000010 are covered by 1, which is in use: remember its slot instead. 66 is not in
 * use: stop. The answer is what was remembered last, 10.1.2.0/24.
 *
 * A writer that adds 10.1.2.4/32, position 65 in the branch at 24:
 *
 *     writer                                        readers see
 *     1. copies that branch, with a third slot      the old table
 *     2. stores the entry of the copy in slot[0]    the old table or the new one
 *        of the branch at 6, with release order
 *     3. increments the table's counter (@gen)      the new table
 *     4. frees the old branch after a grace period  the old table, if they came
 *                                                   before 2 and are still in it
 *
 * Every update is one such store; nothing else changes in branches that readers can
 * reach. So a reader sees one update entirely or not at all. It could see the second
 * of two updates without the first: a /8 is added in a slot that it has passed, then
 * the /24 in that /8 is removed from a slot that it comes to. Both would be missed. So
 * it compares the counter before and after, and starts again if it has changed.
 *
 * Removal is the reverse: a copy with one slot less takes the place of the branch, or
 * the only entry that is left does. A removal must not fail; without memory it changes
 * the branch in place, see lpm_del_in_place(). In a table that no reader can reach, an
 * insertion changes branches in place too, while there is room behind them.
 *
 * A table of 4,096 prefixes or more has an array of 4,096 tries (struct lpm_wide),
 * indexed by the first twelve bits, and one trie for shorter prefixes. This saves two
 * branches a lookup.
 *
 * Forks
 * -----
 *
 * A transaction updates a fork: a second root that shares all branches with the table.
 * Before an update changes a branch in the fork, all branches from the root down to it
 * are copied (lpm_own_path()). The fork has no readers, so it changes its copies in place.
 * A mark in both the copy and the original (LPM_OWN) says that they are not shared. So
 * these are at the top of each trie, and what is below a shared branch is shared.
 *
 * Add 10.1.2.4/32 to a fork of the table above, with 192.168.0.0/16 in it; * has the mark:
 *
 *     table's root                                 fork's root
 *         |                                            |
 *     *branch at 0 --- shared: 192.168.0.0/16 --- *branch at 0
 *         |                                            |
 *     *branch at 6 ----- shared: 10.0.0.0/8 ----- *branch at 6
 *         |                                            |
 *     *branch at 24                               *branch at 24, with 10.1.2.4/32
 *
 * No list of the copies is needed: following the marks from a root finds them. Two steps
 * publish a fork, and both take as long as the updates, whatever the size of the table:
 *
 *     1. arpp_lpm_join() stores the fork's root in the table, and the table's old root
 *        in the fork. To readers this is one update. Or the fork takes the place of the
 *        table in something larger that is published as a whole.
 *     2. What has lost its readers frees its own branches after a grace period, and the
 *        marks in the other are cleared: arpp_lpm_drop() in the first case,
 *        arpp_lpm_take() in the second. Dropping a fork that was not published is the same
 *        without a grace period.
 *
 * One update of a table changes one prefix, so a lookup in a large table may read the root
 * twice: the new one has the same shorter prefixes, or the same longer ones. With a join
 * both differ. The counter does not show this before it is incremented, so the new root
 * has the number that it will have then (lpm_root_since()).
 *
 * If a fork took the place of a table, readers of the old one do not see the counter of
 * the new one. Until they are gone, an update of the new one outside of a fork could show
 * them a later update without the transaction. It waits for them (lpm_settle()).
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

#include "compat.h"
#include "policy/lpm.h"

#define LPM_STRIDE	6
#define LPM_EXTERNAL	64			/* the first external position */
#define LPM_POSITIONS	128
#define LPM_DEPTH	ARPP_LPM_DEPTH		/* branches at 0, 6, 12, 18, 24, 30 */

#define LPM_WIDE_BITS	12			/* a multiple of the stride */
#define LPM_WIDE_SLOTS	4096
#ifndef LPM_WIDE_FROM				/* tests set a smaller one */
#define LPM_WIDE_FROM	4096			/* prefixes: 8 bytes for each */
#endif
/* In a table that readers see, and in a fork: more would take the writers too long. */
#define LPM_WIDE_TO	(4 * LPM_WIDE_FROM)

/* What a slot holds. */
typedef u64 __bitwise lpm_entry_t;

#define LPM_NONE	((__force lpm_entry_t)0ULL)

/* Tags of entries. */
#define LPM_BRANCH	0ULL
#define LPM_LEAF	1ULL			/* has its whole prefix */
#define LPM_SKIP	2ULL			/* a branch behind a struct lpm_skip */
#define LPM_SUFFIX	3ULL			/* a leaf with the end of its prefix; not as root */
#define LPM_WIDE	3ULL			/* a struct lpm_wide; only as root */
#define LPM_TAGS	3ULL
#define LPM_TAG_BITS	2

/*
 * A leaf has LPM_INFO_BITS about its prefix behind the tag. In LPM_LEAF, this is the
 * length; the upper half is the address. In LPM_SUFFIX, this is a one and then the bits
 * that its slot does not stand for, at most LPM_SUFFIX_BITS; at an internal position,
 * which stands for all of them, it is the length. The result of a lookup has the
 * length there, and the value behind it.
 */
#define LPM_INFO_BITS	9
#define LPM_SUFFIX_BITS	8
#define LPM_VALUE	ARPP_LPM_VALUE
#define LPM_SMALL	ARPP_LPM_SMALL

#define LPM_INTERNAL	64			/* "off" of an internal position */
#define LPM_OWN		1ULL			/* in .internal: not a position, see lpm_branch */

/**
 * struct lpm_branch - a node of the trie
 * @external: which external positions are in use, position less LPM_EXTERNAL
 * @internal: which internal positions are in use; always leaves. Positions begin at 1.
 *	Bit 0, LPM_OWN, is set if a table and its fork do not share this branch. Readers
 *	do not look at it, so it may change under them.
 * @slot: their entries, from the highest position down; atomic because 32-bit
 *	processors would load and store half of one
 */
struct lpm_branch {
	u64 external;
	u64 internal;
	atomic64_t slot[];
};

/**
 * struct lpm_skip - in front of a branch whose parent is more than a stride above
 * @prefix: what the branch begins with
 * @off: how many bits of it
 */
struct lpm_skip {
	u32 prefix;
	u32 off;
};

/**
 * struct lpm_wide - the root of a large table
 * @slot: entries, by the first LPM_WIDE_BITS of an address; allocated on its own, as
 *	its size is a power of two
 * @shorter: the trie of all prefixes that have fewer bits
 * @since: the table's counter of updates once this is its root
 */
struct lpm_wide {
	atomic64_t *slot;
	atomic64_t shorter;
	u32 since;
};

/*
 * For each value of the next six bits, the internal positions that cover it: 64 | bits,
 * shifted right by one to six. Computing it takes 13 instructions for each branch on the
 * way, loading it one.
 */
static const u64 lpm_cover[LPM_EXTERNAL] = {
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
 * Room for the largest branch: readers get one of these while the branch itself is
 * changed in place, see lpm_del_in_place(). The lock is taken inside that of a table.
 */
static DEFINE_MUTEX(lpm_spare_lock);	/* lpm_spare, and its turn */
static u64 lpm_spare[2][(sizeof(struct lpm_skip) + sizeof(struct lpm_branch) +
			 LPM_POSITIONS * sizeof(atomic64_t)) / sizeof(u64)] __aligned(8);

/**
 * struct lpm_walk - the way to a prefix
 * @step: the slots on it: @off is the number of bits that the slot stands for, or
 *	LPM_INTERNAL; @len is that of the branch in it, unless it is the last slot
 * @depth: index of the last one
 * @e: the entry there, or none in an empty table
 * @has: the prefix of @e
 * @common: how many bits the two have in common
 */
struct lpm_walk {
	struct lpm_step {
		atomic64_t *slot;
		unsigned int off;
		unsigned int len;
	} step[LPM_DEPTH + 1];
	unsigned int depth;
	lpm_entry_t e;
	struct arpp_lpm_node has;
	unsigned int common;
};

static __always_inline void lpm_check_widths(void)
{
	/* What a lookup returns: tag, length, value. */
	BUILD_BUG_ON(LPM_TAG_BITS + LPM_INFO_BITS != ARPP_LPM_VALUE);
	/* The length, or the suffix and the one before it. */
	BUILD_BUG_ON(32 >> LPM_INFO_BITS || LPM_SUFFIX_BITS >= LPM_INFO_BITS);
	/* A small value, below an address. */
	BUILD_BUG_ON((LPM_SMALL - 1) << LPM_VALUE >> 32);
	/* A pointer, above the tag: also one that is behind a struct lpm_skip. */
	BUILD_BUG_ON(sizeof(void *) > sizeof(lpm_entry_t) ||
		     sizeof(atomic64_t) != sizeof(lpm_entry_t));
	BUILD_BUG_ON(LPM_TAGS >> LPM_TAG_BITS ||
		     sizeof(struct lpm_skip) % (LPM_TAGS + 1) ||
		     sizeof(struct lpm_skip) % __alignof__(struct lpm_branch));
	/* The positions of a stride, each bit of a bitmap; the bits of an address. */
	BUILD_BUG_ON(LPM_EXTERNAL != 1 << LPM_STRIDE ||
		     LPM_POSITIONS != 2 * LPM_EXTERNAL ||
		     sizeof(((struct lpm_branch *)0)->external) * 8 != LPM_EXTERNAL);
	BUILD_BUG_ON(LPM_DEPTH * LPM_STRIDE < 32 || LPM_WIDE_BITS % LPM_STRIDE ||
		     LPM_WIDE_SLOTS != 1 << LPM_WIDE_BITS);
}

/* The highest bit set. __fls() takes a long, which may have only 32 bits. */
static __always_inline unsigned int lpm_fls(u64 bits)
{
	if (BITS_PER_LONG == 64)
		return __fls(bits);
	return fls64(bits) - 1;
}

static u64 entry_tag(lpm_entry_t e)
{
	return (__force u64)e & LPM_TAGS;
}

/* LPM_WIDE has this bit too: where it may be, check for it first. */
static bool entry_is_leaf(lpm_entry_t e)
{
	return (__force u64)e & LPM_LEAF;
}

/* See LPM_INFO_BITS. */
static unsigned int entry_info(lpm_entry_t e)
{
	return (unsigned int)(__force u64)e >> LPM_TAG_BITS &
	       (BIT(LPM_INFO_BITS) - 1);
}

/* The address of LPM_LEAF. */
static u32 entry_addr(lpm_entry_t e)
{
	return (__force u64)e >> 32;
}

static void *entry_untag(lpm_entry_t e)
{
	return (void *)(unsigned long)((__force u64)e & ~LPM_TAGS);
}

static lpm_entry_t entry_make(const void *p, u64 tag)
{
	return (__force lpm_entry_t)((unsigned long)p | tag);
}

static struct lpm_skip *entry_skip(lpm_entry_t e)
{
	return (struct lpm_skip *)entry_untag(e) - 1;
}

static lpm_entry_t slot_read(const atomic64_t *slot)
{
	return (__force lpm_entry_t)atomic64_read(slot);
}

static void slot_set(atomic64_t *slot, lpm_entry_t e)
{
	atomic64_set(slot, (__force u64)e);
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

	return (LPM_EXTERNAL | lpm_next_bits(node->prefix, off)) >>
	       (LPM_STRIDE - more);
}

/* The address bits that a position stands for, in a branch that begins with @has. */
static u32 lpm_pos_bits(const struct arpp_lpm_node *has, unsigned int pos)
{
	unsigned int more = fls(pos) - 1;

	return has->prefix |
	       (u32)((u64)(pos - (1U << more)) << (32 - has->len - more));
}

/* How many bits that is, in a branch at @off. */
static unsigned int lpm_pos_off(unsigned int pos, unsigned int off)
{
	return pos < LPM_EXTERNAL ? LPM_INTERNAL : off + LPM_STRIDE;
}

/* A leaf for a slot that stands for @off bits; none if it does not fit there. */
static __always_inline lpm_entry_t leaf_make(const struct arpp_lpm_node *node,
					     u64 value, unsigned int off)
{
	unsigned int rest = node->len - off;
	u64 info;

	if (value < LPM_SMALL)
		return (__force lpm_entry_t)((u64)node->prefix << 32 |
					     value << LPM_VALUE |
					     (u64)node->len << LPM_TAG_BITS |
					     LPM_LEAF);
	if (off == LPM_INTERNAL)
		info = node->len;
	else if (rest <= LPM_SUFFIX_BITS)
		info = 1ULL << rest |
		       (u64)node->prefix << 32 << off >> 1 >> (63 - rest);
	else
		return LPM_NONE;
	return (__force lpm_entry_t)(value << LPM_VALUE | info << LPM_TAG_BITS |
				     LPM_SUFFIX);
}

/* What a lookup returns for LPM_LEAF. */
static u64 leaf_found_whole(lpm_entry_t e)
{
	return (u32)(__force u64)e;
}

/* What a lookup returns for a leaf of length @len. */
static u64 leaf_found(lpm_entry_t e, unsigned int len)
{
	if (entry_tag(e) == LPM_LEAF)
		return leaf_found_whole(e);
	return (__force u64)e >> LPM_VALUE << LPM_VALUE |
	       (u64)len << LPM_TAG_BITS | LPM_LEAF;
}

static u64 leaf_value(lpm_entry_t e)
{
	return arpp_lpm_value(leaf_found(e, 0));
}

static __always_inline unsigned int branch_slots(const struct lpm_branch *b)
{
	return hweight64(b->external) + hweight64(b->internal & ~LPM_OWN);
}

static bool branch_has(const struct lpm_branch *b, unsigned int pos)
{
	return pos < LPM_EXTERNAL ? b->internal >> pos & 1 :
				    b->external >> (pos - LPM_EXTERNAL) & 1;
}

/* The index of the slot that a position has, or would have. */
static __always_inline unsigned int branch_rank(const struct lpm_branch *b,
						unsigned int pos)
{
	if (pos >= LPM_EXTERNAL)
		return hweight64(b->external >> (pos - LPM_EXTERNAL) >> 1);
	return hweight64(b->external) + hweight64(b->internal >> pos >> 1);
}

/* Toggle whether a position is in use. */
static void branch_flip(struct lpm_branch *b, unsigned int pos)
{
	if (pos < LPM_EXTERNAL)
		b->internal ^= BIT_ULL(pos);
	else
		b->external ^= BIT_ULL(pos - LPM_EXTERNAL);
}

/* The mark of new branches. */
static u64 lpm_own(const struct arpp_lpm *t)
{
	return t->base ? LPM_OWN : 0;
}

/* Is a branch not shared between a table and its fork? */
static bool branch_is_own(const struct lpm_branch *b)
{
	return b->internal & LPM_OWN;
}

static void branch_set_own(struct lpm_branch *b, u64 own)
{
	WRITE_ONCE(b->internal, (b->internal & ~LPM_OWN) | own);
}

/* Make @to a copy of @from, or change @from itself, with @e at position @pos. */
static void branch_add(struct lpm_branch *to, const struct lpm_branch *from,
		       unsigned int pos, lpm_entry_t e)
{
	unsigned int slots = branch_slots(from), rank = branch_rank(from, pos);

	memmove(to->slot + rank + 1, from->slot + rank,
		(slots - rank) * sizeof(*to->slot));
	if (to != from)
		memcpy(to->slot, from->slot, rank * sizeof(*to->slot));
	slot_set(&to->slot[rank], e);
	to->external = from->external;
	to->internal = from->internal;
	branch_flip(to, pos);
}

/*
 * Fill a new branch with two entries. Two times branch_add() would take 80 instructions
 * more, for two of five bindings.
 */
static void branch_fill(struct lpm_branch *b, unsigned int pos, lpm_entry_t e,
			unsigned int pos2, lpm_entry_t e2)
{
	slot_set(&b->slot[pos < pos2], e);
	slot_set(&b->slot[pos2 < pos], e2);
	branch_flip(b, pos);
	branch_flip(b, pos2);
}

/* Make @to a copy of @from, or change @from itself, without position @pos. */
static void branch_del(struct lpm_branch *to, const struct lpm_branch *from,
		       unsigned int pos)
{
	unsigned int slots = branch_slots(from), rank = branch_rank(from, pos);

	memmove(to->slot, from->slot, rank * sizeof(*to->slot));
	memmove(to->slot + rank, from->slot + rank + 1,
		(slots - rank - 1) * sizeof(*to->slot));
	to->external = from->external;
	to->internal = from->internal;
	branch_flip(to, pos);
}

/* The size of a branch with what is in front of it. */
static size_t branch_size(unsigned int slots, u64 tag)
{
	struct lpm_branch *b;
	size_t size = struct_size(b, slot, slots);

	return tag == LPM_SKIP ? size + sizeof(struct lpm_skip) : size;
}

/* The same, rounded up to what kmalloc() takes for it anyway. */
static size_t branch_room(unsigned int slots, u64 tag)
{
	size_t size = branch_size(slots, tag);

	/* Its sizes are powers of two, and these. */
	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	return roundup_pow_of_two(size);
}

/* A new branch without slots for prefix @has, in a slot that stands for @off bits. */
static lpm_entry_t branch_alloc(const struct arpp_lpm *t,
				const struct arpp_lpm_node *has,
				unsigned int off, unsigned int slots, gfp_t gfp)
{
	u64 tag = has->len == off ? LPM_BRANCH : LPM_SKIP;
	struct lpm_branch *b;
	struct lpm_skip *skip;

	skip = kmalloc(branch_room(slots, tag), gfp);
	if (!skip)
		return LPM_NONE;
	if (tag == LPM_SKIP) {
		skip->prefix = has->prefix;
		skip->off = has->len;
		b = (struct lpm_branch *)(skip + 1);
	} else {
		b = (struct lpm_branch *)skip;
	}
	b->external = 0;
	b->internal = lpm_own(t);
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
static void *branch_block(lpm_entry_t e)
{
	return entry_tag(e) == LPM_SKIP ? entry_skip(e) : entry_untag(e);
}

/* Free a branch, or leave one that is shared to the table that @t is a fork of. */
static void branch_free(const struct arpp_lpm *t, lpm_entry_t e)
{
	if (t->base && !branch_is_own(entry_untag(e)))
		branch_set_own(entry_untag(e), LPM_OWN);
	else
		lpm_free(t, branch_block(e));
}

/* A copy of a branch that is shared, for a fork. */
static lpm_entry_t branch_copy(lpm_entry_t e, gfp_t gfp)
{
	unsigned int slots = branch_slots(entry_untag(e));
	u64 tag = entry_tag(e);
	struct lpm_skip *skip;
	struct lpm_branch *b;

	skip = kmalloc(branch_room(slots, tag), gfp);
	if (!skip)
		return LPM_NONE;
	memcpy(skip, branch_block(e), branch_size(slots, tag));
	b = (struct lpm_branch *)(tag == LPM_SKIP ? skip + 1 : skip);
	branch_set_own(b, LPM_OWN);
	return entry_make(b, tag);
}

/* Free what lpm_place() made and nobody has seen. */
static void lpm_unplace(lpm_entry_t e)
{
	if (!entry_is_leaf(e))
		kfree(branch_block(e));
}

/*
 * Has a branch that no reader sees room for one slot more? Sizes are multiples of a slot's,
 * so it has if branch_room() rounds its size up. These sizes are not rounded up.
 */
static bool branch_grows(const struct arpp_lpm *t, lpm_entry_t e,
			 unsigned int slots)
{
	size_t size = branch_size(slots, entry_tag(e));

	return !t->lock && !is_power_of_2(size) && size != 96 && size != 192;
}

static lpm_entry_t lpm_deref(const struct arpp_lpm *t, const atomic64_t *slot)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held() && t->lock &&
			 !lockdep_is_held(t->lock), "table read unprotected");
	return slot_read(slot);
}

/*
 * Readers may still be in the table whose place @t has taken. They must not see an update
 * of a branch that both share, because they do not see the ones that came before it.
 */
static noinline void lpm_settle(struct arpp_lpm *t)
{
	cond_synchronize_rcu(t->settled);
	t->settling = false;
}

/* Before an update. */
static void lpm_begin(struct arpp_lpm *t)
{
	WARN_ON_ONCE(t->forked);
	if (!t->lock)
		return;
	lockdep_assert_held(t->lock);
	if (unlikely(t->settling))
		lpm_settle(t);
}

/* Every update that readers may see is one call of this. */
static void lpm_publish(struct arpp_lpm *t, atomic64_t *slot, lpm_entry_t e)
{
	/* Pairs with the address dependency of readers: they see the branch complete. */
	arpp_atomic64_set_release(slot, (__force u64)e);
	/* Pairs with arpp_lpm_lookup(): counted before the next update is stored. */
	smp_store_release(&t->gen, t->gen + 1);
}

/* The first @key of lpm_descend(). */
#define LPM_KEY(addr)	((u64)(addr) << 32 | 1)

static bool lpm_covers(u32 prefix, unsigned int len, u32 addr)
{
	return !((u64)(addr ^ prefix) << len >> 32);
}

/*
 * Look up in a trie, from entry @e on, which is not none. @key is what is left of
 * @addr, and a one below it, shifted with it: its place tells how many bits are gone.
 * Inline, so that all of a lookup is in registers: this is what a packet waits for.
 */
static __always_inline u64 lpm_descend(lpm_entry_t e, u32 addr, u64 key)
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
				if (lpm_covers(entry_addr(e), entry_info(e), addr))
					return leaf_found_whole(e);
				break;
			}
			if (entry_is_leaf(e)) {
				rest = __fls(entry_info(e));
				if ((1U << rest | key >> 1 >> (63 - rest)) ==
				    entry_info(e))
					return leaf_found(e, __ffs64(key) + rest);
				break;
			}
			skip = entry_skip(e);
			if (!lpm_covers(skip->prefix, skip->off, addr))
				break;
			key = LPM_KEY(addr) << skip->off;
			e = entry_make(entry_untag(e), LPM_BRANCH);
		}
		b = (struct lpm_branch *)(unsigned long)(__force u64)e;
		/* The slot may be in the next line: have both loaded at once. */
		prefetch((const char *)b + L1_CACHE_BYTES);
		next = key >> (64 - LPM_STRIDE);
		key <<= LPM_STRIDE;
		bits = b->internal & lpm_cover[next];
		if (bits) {
			/* The highest position is the longest prefix. */
			rank = hweight64(b->internal >> lpm_fls(bits));
			best = &b->slot[hweight64(b->external) + rank - 1];
			/* Read last; in a large table it is not in the cache. */
			prefetch(best);
		}
		bits = b->external >> next;
		if (!(bits & 1))
			break;
		e = slot_read(&b->slot[hweight64(bits) - 1]);
	}
	if (!best)
		return 0;
	e = slot_read(best);
	/* At an internal position, either leaf has its length where a result has it. */
	return entry_tag(e) == LPM_LEAF ? leaf_found_whole(e) : (__force u64)e;
}

/* Look up from root @e on; in a large table, only prefixes of 12 bits or more. */
static __always_inline u64 lpm_search(lpm_entry_t e, u32 addr)
{
	const struct lpm_wide *wide;
	u64 key = LPM_KEY(addr);

	if (entry_tag(e) == LPM_WIDE) {
		wide = entry_untag(e);
		e = slot_read(&wide->slot[addr >> (32 - LPM_WIDE_BITS)]);
		key <<= LPM_WIDE_BITS;
	}
	return e ? lpm_descend(e, addr, key) : 0;
}

/* Look up the prefixes that lpm_search() left out, if any. */
static __always_inline u64 lpm_search_shorter(lpm_entry_t e, u32 addr)
{
	const struct lpm_wide *wide = entry_untag(e);

	if (entry_tag(e) != LPM_WIDE)
		return 0;
	e = slot_read(&wide->shorter);
	return e ? lpm_descend(e, addr, LPM_KEY(addr)) : 0;
}

/*
 * Was no update completed since the counter was @gen? Read after the table. One update on
 * the way of a lookup is seen or not. Of two, a lookup could see the second only: it
 * would miss a wide prefix that was added before a narrow one was removed.
 */
static __always_inline bool lpm_unchanged(const struct arpp_lpm *t, u32 gen)
{
	/* Pairs with lpm_publish(): an update that was seen is counted. */
	smp_rmb();
	return likely(READ_ONCE(t->gen) == gen);
}

/* Look up, and repeat it while an update comes between. */
static noinline u64 lpm_lookup_again(const struct arpp_lpm *t, u32 addr)
{
	lpm_entry_t e;
	u64 found;
	u32 gen;

	do {
		/* As in arpp_lpm_lookup(). */
		gen = smp_load_acquire(&t->gen);
		e = slot_read(&t->root);
		found = lpm_search(e, addr) ?: lpm_search_shorter(e, addr);
	} while (!lpm_unchanged(t, gen));
	return found;
}

/* Was a large table's root published when the counter was @gen? */
static bool lpm_root_since(lpm_entry_t e, u32 gen)
{
	const struct lpm_wide *wide = entry_untag(e);

	return entry_tag(e) != LPM_WIDE || (s32)(gen - wide->since) >= 0;
}

/*
 * The rest of a lookup in a large table. The root is read again, because keeping it would
 * cost every lookup a register. So the table may have been emptied since, or a fork may
 * have joined it, which is not counted yet.
 */
static noinline u64 lpm_lookup_shorter(const struct arpp_lpm *t, u32 addr,
				       u32 gen)
{
	lpm_entry_t e = slot_read(&t->root);
	u64 found = lpm_search_shorter(e, addr);

	if (lpm_root_since(e, gen) && lpm_unchanged(t, gen))
		return found;
	return lpm_lookup_again(t, addr);
}

/**
 * arpp_lpm_lookup() - find the longest prefix that covers an address
 * @t: the table
 * @addr: the address, host byte order
 *
 * Sees each update entirely or not at all, and several in their order. The parts that few
 * lookups need are tail calls. So a lookup in a table of one prefix saves no registers:
 * six instructions less.
 *
 * Context: RCU read side; any.
 * Return: the longest prefix that covers @addr, for arpp_lpm_len() and
 * arpp_lpm_value(), or 0.
 */
u64 arpp_lpm_lookup(const struct arpp_lpm *t, u32 addr)
{
	lpm_entry_t e;
	u64 found;
	u32 gen;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "lookup outside of RCU");
	/* Pairs with lpm_publish(): updates counted here are seen below. */
	gen = smp_load_acquire(&t->gen);
	e = slot_read(&t->root);
	/* Most tables are empty or have one prefix. */
	if (!e)
		return 0;
	if (entry_tag(e) == LPM_LEAF)
		return lpm_covers(entry_addr(e), entry_info(e), addr) ?
		       leaf_found_whole(e) : 0;
	found = lpm_search(e, addr);
	if (!found && entry_tag(slot_read(&t->root)) == LPM_WIDE)
		return lpm_lookup_shorter(t, addr, gen);
	return lpm_unchanged(t, gen) ? found : lpm_lookup_again(t, addr);
}

/* The prefix of an entry in a slot that stands for the first @off bits of @addr. */
static struct arpp_lpm_node entry_prefix(lpm_entry_t e, u32 addr,
					 unsigned int off)
{
	struct arpp_lpm_node has = {};
	unsigned int info = entry_info(e), rest;

	switch (entry_tag(e)) {
	case LPM_LEAF:
		has.prefix = entry_addr(e);
		has.len = info;
		break;
	case LPM_SUFFIX:
		if (off == LPM_INTERNAL) {
			has.prefix = lpm_bits(addr, info);
			has.len = info;
			break;
		}
		rest = fls(info) - 1;
		has.len = off + rest;
		has.prefix = lpm_bits(addr, off) |
			     (u32)((u64)(info - (1U << rest)) << (32 - has.len));
		break;
	case LPM_SKIP:
		has.prefix = entry_skip(e)->prefix;
		has.len = entry_skip(e)->off;
		break;
	default:
		has.prefix = lpm_bits(addr, off);
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
		step->slot = &wide->shorter;
		if (to->len >= LPM_WIDE_BITS) {
			step->slot = &wide->slot[to->prefix >> (32 - LPM_WIDE_BITS)];
			step->off = LPM_WIDE_BITS;
		}
		w->e = lpm_deref(t, step->slot);
	}
	while (w->e) {
		/* What a branch stands for without a skip is how the walk came to it. */
		if (entry_tag(w->e) == LPM_BRANCH) {
			w->has.prefix = lpm_bits(to->prefix, step->off);
			w->has.len = step->off;
			w->common = step->off;
		} else {
			w->has = entry_prefix(w->e, to->prefix, step->off);
			w->common = min3((unsigned int)w->has.len,
					 (unsigned int)to->len,
					 32U - fls(w->has.prefix ^ to->prefix));
			if (entry_is_leaf(w->e) || w->common < w->has.len)
				break;
		}
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

/* The exact prefix, as a lookup returns it, if the walk ended there. */
static u64 lpm_walk_found(const struct lpm_walk *w,
			  const struct arpp_lpm_node *to)
{
	if (entry_is_leaf(w->e) && w->has.len == to->len &&
	    w->has.prefix == to->prefix)
		return leaf_found(w->e, to->len);
	return 0;
}

/* The branch that a step leads to, if it has a single slot; else none. */
static lpm_entry_t lpm_single(const struct arpp_lpm *t,
			      const struct lpm_step *step)
{
	lpm_entry_t e = lpm_deref(t, step->slot);

	return branch_slots(entry_untag(e)) == 1 ? e : LPM_NONE;
}

/*
 * Give a fork copies of the branches on a walk that it shares, so that an update may
 * change them. If memory runs out, some are copied, and the fork has the same prefixes as
 * before.
 */
static int lpm_own_path(struct arpp_lpm *t, struct lpm_walk *w, gfp_t gfp)
{
	struct lpm_branch *from, *to;
	unsigned int i, n;
	lpm_entry_t e, copy;

	if (!w->e)
		return 0;
	/* The last entry is changed only if the prefix is added to it. */
	n = w->depth + (w->common == w->has.len);
	for (i = 0; i < n; i++) {
		e = slot_read(w->step[i].slot);
		from = entry_untag(e);
		if (entry_is_leaf(e) || branch_is_own(from))
			continue;
		copy = branch_copy(e, gfp);
		if (!copy)
			return -ENOMEM;
		to = entry_untag(copy);
		slot_set(w->step[i].slot, copy);
		branch_free(t, e);
		if (i < w->depth)
			w->step[i + 1].slot = to->slot +
					      (w->step[i + 1].slot - from->slot);
		else
			w->e = copy;
	}
	return 0;
}

/**
 * arpp_lpm_set_lock() - set who may use the table from now on
 * @t: the table
 * @lock: readers may find the table, and writers hold this lock; or NULL:
 *	no reader can reach it (any more, after a grace period), and updates
 *	are cheaper
 *
 * Context: no reader yet, or no longer.
 */
void arpp_lpm_set_lock(struct arpp_lpm *t, struct mutex *lock)
{
	t->lock = lock;
}

/*
 * An entry for a prefix, for a slot without one: a leaf, or a branch with it alone, as
 * high up as that is possible. None without memory.
 */
static lpm_entry_t lpm_place(const struct arpp_lpm *t,
			     const struct lpm_step *at,
			     const struct arpp_lpm_node *node, u64 value,
			     gfp_t gfp)
{
	const unsigned int most = LPM_STRIDE + LPM_SUFFIX_BITS;
	lpm_entry_t e = leaf_make(node, value, at->off);
	struct arpp_lpm_node has;
	struct lpm_branch *b;
	unsigned int pos;

	/* As root, the tag of LPM_SUFFIX is that of LPM_WIDE. */
	if (e && !(entry_tag(e) == LPM_SUFFIX && at->slot == &t->root))
		return e;
	has.len = node->len > most ? roundup(node->len - most, LPM_STRIDE) : 0;
	has.prefix = lpm_bits(node->prefix, has.len);
	e = branch_alloc(t, &has, at->off, 1, gfp);
	if (!e)
		return LPM_NONE;
	b = entry_untag(e);
	pos = lpm_pos(node, has.len);
	branch_add(b, b, pos, leaf_make(node, value, lpm_pos_off(pos, has.len)));
	return e;
}

/* The same for a position of a branch at @off. */
static lpm_entry_t lpm_place_at(const struct arpp_lpm *t, unsigned int pos,
				unsigned int off,
				const struct arpp_lpm_node *node, u64 value,
				gfp_t gfp)
{
	struct lpm_step at = { .off = lpm_pos_off(pos, off) };

	return lpm_place(t, &at, node, value, gfp);
}

/* Add a prefix to an empty trie. */
static int insert_first(struct arpp_lpm *t, const struct lpm_walk *w,
			const struct arpp_lpm_node *node, u64 value, gfp_t gfp)
{
	lpm_entry_t e = lpm_place(t, w->step, node, value, gfp);

	if (!e)
		return -ENOMEM;
	lpm_publish(t, w->step->slot, e);
	return 0;
}

/* Add a prefix to the branch where the walk ended. */
static int insert_into(struct arpp_lpm *t, const struct lpm_walk *w,
		       const struct arpp_lpm_node *node, u64 value, gfp_t gfp)
{
	const struct lpm_step *step = &w->step[w->depth];
	struct lpm_branch *b = entry_untag(w->e);
	unsigned int slots = branch_slots(b);
	unsigned int pos = lpm_pos(node, w->has.len);
	lpm_entry_t leaf, e;

	leaf = lpm_place_at(t, pos, w->has.len, node, value, gfp);
	if (!leaf)
		return -ENOMEM;
	if (branch_grows(t, w->e, slots)) {
		branch_add(b, b, pos, leaf);
		return 0;
	}
	e = branch_alloc(t, &w->has, step->off, slots + 1, gfp);
	if (!e) {
		lpm_unplace(leaf);
		return -ENOMEM;
	}
	branch_add(entry_untag(e), b, pos, leaf);
	lpm_publish(t, step->slot, e);
	branch_free(t, w->e);
	return 0;
}

/*
 * Add a prefix that differs from the entry where the walk ended: make a branch for both.
 * If the entry had a branch of its own, the new branch replaces that.
 */
static int insert_fork(struct arpp_lpm *t, const struct lpm_walk *w,
		       const struct arpp_lpm_node *node, u64 value, gfp_t gfp)
{
	lpm_entry_t single = w->depth ? lpm_single(t, &w->step[w->depth - 1]) :
					LPM_NONE;
	const struct lpm_step *step = &w->step[w->depth - !!single];
	lpm_entry_t leaf, e, old = w->e;
	unsigned int pos, old_pos;
	struct arpp_lpm_node fork;

	fork.len = rounddown(w->common, LPM_STRIDE);
	fork.prefix = lpm_bits(node->prefix, fork.len);
	pos = lpm_pos(node, fork.len);
	leaf = lpm_place_at(t, pos, fork.len, node, value, gfp);
	if (!leaf)
		return -ENOMEM;
	e = branch_alloc(t, &fork, step->off, 2, gfp);
	if (!e) {
		lpm_unplace(leaf);
		return -ENOMEM;
	}
	old_pos = lpm_pos(&w->has, fork.len);
	if (entry_is_leaf(old))
		old = leaf_make(&w->has, leaf_value(old),
				lpm_pos_off(old_pos, fork.len));
	branch_fill(entry_untag(e), pos, leaf, old_pos, old);
	lpm_publish(t, step->slot, e);
	if (single)
		branch_free(t, single);
	return 0;
}

static int lpm_insert(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		      u64 value, gfp_t gfp)
{
	struct lpm_walk w;
	int err;

	lpm_walk(t, node, &w);
	if (lpm_walk_found(&w, node))
		return -EEXIST;
	if (t->base && lpm_own_path(t, &w, gfp))
		return -ENOMEM;
	if (!w.e)
		err = insert_first(t, &w, node, value, gfp);
	else if (!entry_is_leaf(w.e) && w.common == w.has.len)
		err = insert_into(t, &w, node, value, gfp);
	else
		err = insert_fork(t, &w, node, value, gfp);
	if (!err)
		t->count++;
	return err;
}

static struct lpm_wide *lpm_alloc_wide(gfp_t gfp)
{
	struct lpm_wide *wide = kzalloc(sizeof(*wide), gfp);

	if (!wide)
		return NULL;
	wide->slot = kcalloc(LPM_WIDE_SLOTS, sizeof(*wide->slot), gfp);
	if (wide->slot)
		return wide;
	kfree(wide);
	return NULL;
}

static void lpm_free_wide(const struct arpp_lpm *t, struct lpm_wide *wide)
{
	lpm_free(t, wide->slot);
	lpm_free(t, wide);
}

/* What lpm_end_trie() and lpm_end_root() do. */
enum lpm_end {
	LPM_END_ALL,		/* free all branches */
	LPM_END_OWN,		/* free those that are not shared */
	LPM_END_SHARING,	/* clear the marks of these: nothing is shared any more */
};

static bool branch_ends(lpm_entry_t e, enum lpm_end how)
{
	return !entry_is_leaf(e) &&
	       (how == LPM_END_ALL || branch_is_own(entry_untag(e)));
}

static void branch_end(const struct arpp_lpm *t, lpm_entry_t e, enum lpm_end how)
{
	if (how == LPM_END_SHARING)
		branch_set_own(entry_untag(e), 0);
	else
		branch_free(t, e);
}

/*
 * End all branches of a trie, or only those that are not shared. Below a shared branch,
 * all are shared.
 */
static void lpm_end_trie(const struct arpp_lpm *t, lpm_entry_t e, enum lpm_end how)
{
	struct {
		lpm_entry_t e;
		unsigned int slots;
	} path[LPM_DEPTH], *p;
	struct lpm_branch *b;
	unsigned int depth = 0;

	while (e) {
		if (branch_ends(e, how)) {
			b = entry_untag(e);
			path[depth].e = e;
			/* Internal ones are leaves. */
			path[depth++].slots = hweight64(b->external);
		}
		for (e = LPM_NONE; depth && !e;) {
			p = &path[depth - 1];
			if (p->slots) {
				b = entry_untag(p->e);
				e = slot_read(&b->slot[--p->slots]);
			} else {
				branch_end(t, p->e, how);
				depth--;
			}
		}
	}
}

/* End the branches that are in use from a large root on, except those of @other too. */
static void lpm_end_wide(const struct arpp_lpm *t, const struct lpm_wide *wide,
			 enum lpm_end how, const struct lpm_wide *other)
{
	unsigned int i;
	lpm_entry_t e;

	for (i = 0; i < LPM_WIDE_SLOTS; i++) {
		e = slot_read(&wide->slot[i]);
		if (!e || (other && e == slot_read(&other->slot[i])))
			continue;
		lpm_end_trie(t, e, how);
		cond_resched();
	}
	lpm_end_trie(t, slot_read(&wide->shorter), how);
}

/* The same from any root on; @other: the root of the table that it shares branches with. */
static void lpm_end_root(const struct arpp_lpm *t, lpm_entry_t root,
			 enum lpm_end how, lpm_entry_t other)
{
	struct lpm_wide *wide = entry_untag(root);

	if (entry_tag(root) != LPM_WIDE) {
		lpm_end_trie(t, root, how);
		return;
	}
	lpm_end_wide(t, wide, how,
		     entry_tag(other) == LPM_WIDE ? entry_untag(other) : NULL);
	if (how != LPM_END_SHARING)
		lpm_free_wide(t, wide);
}

/*
 * Rebuild a table that has become large, with struct lpm_wide in front. If there is no
 * memory, it stays as it is. It becomes small again only when it is cleaned.
 */
static void lpm_widen(struct arpp_lpm *t, gfp_t gfp)
{
	struct arpp_lpm fresh = { .base = t->base };
	struct lpm_wide *wide = lpm_alloc_wide(gfp | __GFP_NOWARN);
	lpm_entry_t root = entry_make(wide, LPM_WIDE), old;
	struct arpp_lpm_node node;
	struct arpp_lpm_iter it;
	u64 found;

	if (!wide)
		return;
	wide->since = t->gen;
	slot_set(&fresh.root, root);
	arpp_lpm_iter_begin(&it, t, 0, -1);
	while ((found = arpp_lpm_iter_next(&it, &node))) {
		if (lpm_insert(&fresh, &node, arpp_lpm_value(found),
			       gfp | __GFP_NOWARN)) {
			lpm_end_root(&fresh, root, LPM_END_ALL, LPM_NONE);
			return;
		}
		cond_resched();
	}
	old = lpm_deref(t, &t->root);
	lpm_publish(t, &t->root, root);
	lpm_end_trie(t, old, LPM_END_ALL);
}

/*
 * Is a table to become large? Tried at each power of two, because it may have failed
 * before.
 */
static bool lpm_widens(const struct arpp_lpm *t)
{
	return t->count >= LPM_WIDE_FROM && !(t->count & (t->count - 1)) &&
	       ((!t->lock && !t->base) || t->count <= LPM_WIDE_TO) &&
	       entry_tag(lpm_deref(t, &t->root)) != LPM_WIDE;
}

/**
 * arpp_lpm_insert() - add a prefix
 * @t: the table
 * @node: the prefix
 * @value: its value, below ARPP_LPM_VALUES
 * @gfp: how to allocate
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: 0, -EEXIST if the prefix is there, -EINVAL if prefix or value is out of
 * range, or -ENOMEM; in case of an error the table is as before.
 */
int arpp_lpm_insert(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		    u64 value, gfp_t gfp)
{
	int err;

	lpm_check_widths();
	lpm_begin(t);
	if (node->len > 32 || node->prefix != lpm_bits(node->prefix, node->len) ||
	    value >= ARPP_LPM_VALUES)
		return -EINVAL;
	err = lpm_insert(t, node, value, gfp);
	if (!err && lpm_widens(t))
		lpm_widen(t, gfp);
	return err;
}

/**
 * arpp_lpm_replace() - change the value of a prefix
 * @t: the table
 * @node: the prefix
 * @value: its new value, below ARPP_LPM_VALUES
 * @gfp: how to allocate
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: 0, -ENOENT if the prefix is not there, -EINVAL or -ENOMEM; in case of
 * an error the table is as before.
 */
int arpp_lpm_replace(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		     u64 value, gfp_t gfp)
{
	lpm_entry_t e, single = LPM_NONE;
	struct lpm_step *step;
	struct lpm_walk w;

	lpm_begin(t);
	if (value >= ARPP_LPM_VALUES)
		return -EINVAL;
	lpm_walk(t, node, &w);
	if (!lpm_walk_found(&w, node))
		return -ENOENT;
	if (t->base && lpm_own_path(t, &w, gfp))
		return -ENOMEM;
	step = &w.step[w.depth];
	/* A small value needs no branch of its own. */
	if (value < LPM_SMALL && w.depth)
		single = lpm_single(t, step - 1);
	if (single)
		step--;
	e = lpm_place(t, step, node, value, gfp);
	if (!e)
		return -ENOMEM;
	lpm_publish(t, step->slot, e);
	if (single)
		branch_free(t, single);
	return 0;
}

/*
 * Take position @pos out of the branch @e at @slot without memory: readers get a spare
 * branch while the branch itself is changed.
 *
 * One grace period passes under the writers' lock. It cannot be left to call_rcu():
 * the change needs the lock, and the next update may need the same branch. Readers may
 * still be in the spare branch on return. That is why there are two in turn: before
 * one is used again, the grace period of the other has passed.
 */
static void lpm_del_in_place(struct arpp_lpm *t, atomic64_t *slot,
			     lpm_entry_t e, unsigned int pos)
{
	static unsigned int turn;
	struct lpm_branch *b = entry_untag(e), *spare;
	struct lpm_skip *skip;

	if (!t->lock) {
		branch_del(b, b, pos);
		return;
	}
	mutex_lock(&lpm_spare_lock);
	skip = (struct lpm_skip *)lpm_spare[turn++ % ARRAY_SIZE(lpm_spare)];
	spare = (struct lpm_branch *)(skip + 1);
	if (entry_tag(e) == LPM_SKIP)
		*skip = *entry_skip(e);
	branch_del(spare, b, pos);
	lpm_publish(t, slot, entry_make(spare, entry_tag(e)));
	synchronize_rcu();
	branch_del(b, b, pos);
	lpm_publish(t, slot, e);
	mutex_unlock(&lpm_spare_lock);
}

#define LPM_GFP_REMOVE	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/*
 * The entry at position @pos of the branch at @step, which begins with @has, for the
 * slot of that branch; or none without memory. @copied: set to a branch to be freed.
 */
static lpm_entry_t lpm_reparent(const struct arpp_lpm *t,
				const struct lpm_step *step,
				const struct arpp_lpm_node *has,
				unsigned int pos, lpm_entry_t *copied)
{
	struct lpm_branch *b = entry_untag(lpm_deref(t, step->slot));
	lpm_entry_t e = lpm_deref(t, &b->slot[branch_rank(b, pos)]);
	struct arpp_lpm_node child;
	unsigned int slots;
	lpm_entry_t copy;

	if (entry_tag(e) == LPM_SKIP)
		return e;
	child = entry_prefix(e, lpm_pos_bits(has, pos),
			     lpm_pos_off(pos, has->len));
	if (entry_is_leaf(e))
		return lpm_place(t, step, &child, leaf_value(e), LPM_GFP_REMOVE);
	/* The branch skipped nothing before, and does now. */
	b = entry_untag(e);
	slots = branch_slots(b);
	copy = branch_alloc(t, &child, step->off, slots, LPM_GFP_REMOVE);
	if (copy) {
		memcpy(entry_untag(copy), b, struct_size(b, slot, slots));
		branch_set_own(entry_untag(copy), lpm_own(t));
		*copied = e;
	}
	return copy;
}

/* Of a branch with two positions in use, the one that is not @pos. */
static unsigned int branch_other(const struct lpm_branch *b, unsigned int pos)
{
	struct lpm_branch other = {
		.external = b->external, .internal = b->internal & ~LPM_OWN,
	};

	branch_flip(&other, pos);
	return other.external ? LPM_EXTERNAL + __ffs64(other.external) :
				__ffs64(other.internal);
}

/* Take @pos out of the branch at @step, which begins with @has. */
static void lpm_del(struct arpp_lpm *t, const struct lpm_step *step,
		    const struct arpp_lpm_node *has, unsigned int pos)
{
	lpm_entry_t old = lpm_deref(t, step->slot), e, copied = LPM_NONE;
	struct lpm_branch *b = entry_untag(old);
	unsigned int slots = branch_slots(b);

	if (slots == 2) {
		e = lpm_reparent(t, step, has, branch_other(b, pos), &copied);
	} else {
		e = branch_alloc(t, has, step->off, slots - 1,
				 LPM_GFP_REMOVE);
		if (e)
			branch_del(entry_untag(e), b, pos);
	}
	if (!e) {
		lpm_del_in_place(t, step->slot, old, pos);
		return;
	}
	lpm_publish(t, step->slot, e);
	branch_free(t, old);
	if (copied)
		branch_free(t, copied);
}

/* Remove the prefix that a walk has found. */
static void lpm_remove(struct arpp_lpm *t, const struct lpm_walk *w,
		       const struct arpp_lpm_node *node)
{
	lpm_entry_t single[LPM_DEPTH], e;
	unsigned int depth, singles = 0;
	struct arpp_lpm_node has;

	t->count--;
	/* A branch that it has alone is removed with it. */
	for (depth = w->depth; depth; depth--) {
		e = lpm_single(t, &w->step[depth - 1]);
		if (!e)
			break;
		single[singles++] = e;
	}
	if (depth) {
		has.len = w->step[depth - 1].len;
		has.prefix = lpm_bits(node->prefix, has.len);
		lpm_del(t, &w->step[depth - 1], &has, lpm_pos(node, has.len));
	} else {
		lpm_publish(t, w->step[0].slot, LPM_NONE);
	}
	while (singles)
		branch_free(t, single[--singles]);
}

/**
 * arpp_lpm_remove() - remove a prefix; not from a fork
 * @t: the table
 * @prefix: the prefix, host byte order
 * @len: its length
 *
 * Does not fail for lack of memory: then it changes the branch in place, and
 * takes a grace period.
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: what was there, as arpp_lpm_lookup() does, or 0.
 */
u64 arpp_lpm_remove(struct arpp_lpm *t, u32 prefix, u8 len)
{
	struct arpp_lpm_node node = { .prefix = prefix, .len = len };
	struct lpm_walk w;
	u64 found;

	lpm_begin(t);
	if (WARN_ON_ONCE(t->base))
		return 0;
	lpm_walk(t, &node, &w);
	found = lpm_walk_found(&w, &node);
	if (found)
		lpm_remove(t, &w, &node);
	return found;
}

/**
 * arpp_lpm_delete() - remove a prefix, from a fork or another table
 * @t: the table
 * @node: the prefix
 * @gfp: how to allocate what a fork needs for this
 *
 * Context: process context, the writers' lock held if the table is shared.
 * Return: 0, -ENOENT if the prefix is not there; -ENOMEM only in a fork, which then
 * has the same prefixes as before.
 */
int arpp_lpm_delete(struct arpp_lpm *t, const struct arpp_lpm_node *node,
		    gfp_t gfp)
{
	struct lpm_walk w;

	lpm_begin(t);
	lpm_walk(t, node, &w);
	if (!lpm_walk_found(&w, node))
		return -ENOENT;
	if (t->base && lpm_own_path(t, &w, gfp))
		return -ENOMEM;
	lpm_remove(t, &w, node);
	return 0;
}

/**
 * arpp_lpm_find() - find the exact prefix
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
 * A key to sort the positions of a branch by address, shorter prefixes first: the six
 * bits, then how many of them count.
 */
#define LPM_ORDER_BITS	3
#define LPM_ORDER_END	(LPM_EXTERNAL << LPM_ORDER_BITS)

/* The first key in use from @from on, or LPM_ORDER_END. */
static unsigned int branch_next(const struct lpm_branch *b, unsigned int from)
{
	unsigned int best = LPM_ORDER_END, more, shift, first;
	u64 bits;

	/* Most branches have external positions only. */
	more = b->internal & ~LPM_OWN ? 0 : LPM_STRIDE;
	for (; more <= LPM_STRIDE; more++) {
		bits = more == LPM_STRIDE ? b->external :
		       b->internal >> (1U << more) & (BIT_ULL(1U << more) - 1);
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

/* The position of a key. */
static unsigned int lpm_order_pos(unsigned int key)
{
	unsigned int more = key & (BIT(LPM_ORDER_BITS) - 1);

	return (LPM_EXTERNAL | key >> LPM_ORDER_BITS) >> (LPM_STRIDE - more);
}

/* Is a prefix behind @prefix/@len, in the order of an iterator? */
static bool lpm_is_after(const struct arpp_lpm_node *node, u32 prefix, int len)
{
	return node->prefix > prefix ||
	       (node->prefix == prefix && node->len > len);
}

/* Begin with branch @e, which begins with @has; is any of it behind the iterator's start? */
static bool cursor_begin(struct arpp_lpm_cursor *c, const struct arpp_lpm_iter *it,
			 lpm_entry_t e, struct arpp_lpm_node has)
{
	u32 here = lpm_bits(it->prefix, has.len);

	c->b = entry_untag(e);
	c->has = has;
	c->from = 0;
	if (has.prefix == here) {
		/* Of the prefixes that begin so, shorter ones come before. */
		c->from = clamp(it->len + 1 - has.len, 0, LPM_STRIDE);
		c->from |= lpm_next_bits(it->prefix, has.len) << LPM_ORDER_BITS;
	}
	return has.prefix >= here;
}

/*
 * Move a trail to its next prefix, which is below entry @e, in a slot that stands for the
 * first @off bits of @addr, or else below the branches where the trail stands.
 */
static void trail_next(const struct arpp_lpm_iter *it, struct arpp_lpm_trail *trail,
		       lpm_entry_t e, u32 addr, unsigned int off)
{
	unsigned int key, pos, depth = trail->depth;
	struct arpp_lpm_cursor *c;

	trail->found = 0;
	for (;;) {
		if (entry_is_leaf(e)) {
			trail->node = entry_prefix(e, addr, off);
			if (lpm_is_after(&trail->node, it->prefix, it->len)) {
				trail->found = leaf_found(e, trail->node.len);
				break;
			}
		} else if (e && cursor_begin(&trail->path[depth], it, e,
					     entry_prefix(e, addr, off))) {
			depth++;
		}
		/* Go on in the lowest branch that has something left. */
		for (key = LPM_ORDER_END; depth; depth--) {
			c = &trail->path[depth - 1];
			key = branch_next(c->b, c->from);
			if (key < LPM_ORDER_END)
				break;
		}
		if (!depth)
			break;
		c->from = key + 1;
		pos = lpm_order_pos(key);
		addr = lpm_pos_bits(&c->has, pos);
		off = lpm_pos_off(pos, c->has.len);
		e = lpm_deref(it->t, &c->b->slot[branch_rank(c->b, pos)]);
	}
	trail->depth = depth;
}

/* Move the longer prefixes of a large table on to the next trie that has one. */
static void iter_next_trie(struct arpp_lpm_iter *it)
{
	unsigned int i;

	while (!it->longer.found && it->slot < LPM_WIDE_SLOTS) {
		i = it->slot++;
		trail_next(it, &it->longer, lpm_deref(it->t, &it->wide->slot[i]),
			   i << (32 - LPM_WIDE_BITS), LPM_WIDE_BITS);
	}
}

/**
 * arpp_lpm_iter_begin() - begin to walk through a table
 * @it: filled in
 * @t: the table, which must not change while the iterator is used
 * @prefix: where to begin, host byte order; need not be in the table
 * @len: its length; begin behind it, or with @prefix itself if @len is -1
 *
 * Context: RCU read side, or the writers' lock.
 */
void arpp_lpm_iter_begin(struct arpp_lpm_iter *it, const struct arpp_lpm *t,
			 u32 prefix, int len)
{
	lpm_entry_t root = lpm_deref(t, &t->root);

	it->t = t;
	it->prefix = prefix;
	it->len = len;
	it->last = NULL;
	it->slot = LPM_WIDE_SLOTS;
	it->shorter.depth = 0;
	it->shorter.found = 0;
	it->longer.depth = 0;
	it->longer.found = 0;
	if (entry_tag(root) != LPM_WIDE) {
		trail_next(it, &it->longer, root, 0, 0);
		return;
	}
	it->wide = entry_untag(root);
	it->slot = prefix >> (32 - LPM_WIDE_BITS);
	trail_next(it, &it->shorter, lpm_deref(t, &it->wide->shorter), 0, 0);
	iter_next_trie(it);
}

/**
 * arpp_lpm_iter_next() - walk through a table, by address, shorter prefixes first
 * @it: the iterator
 * @node: set to the next prefix
 *
 * Context: as arpp_lpm_iter_begin(). The lock may be released between two calls, if
 * something else keeps the table from changing.
 * Return: what that prefix has, as arpp_lpm_lookup() does, or 0 at the end.
 */
u64 arpp_lpm_iter_next(struct arpp_lpm_iter *it, struct arpp_lpm_node *node)
{
	struct arpp_lpm_trail *shorter = &it->shorter, *longer = &it->longer;

	if (it->last) {
		trail_next(it, it->last, LPM_NONE, 0, 0);
		iter_next_trie(it);
	}
	it->last = shorter->found && (!longer->found ||
				      shorter->node.prefix <= longer->node.prefix) ?
		   shorter : longer;
	*node = it->last->node;
	return it->last->found;
}

/* A copy of a large root that shares all tries; none without memory. */
static lpm_entry_t lpm_copy_wide(const struct lpm_wide *from, u32 since)
{
	struct lpm_wide *wide = lpm_alloc_wide(GFP_KERNEL_ACCOUNT);

	if (!wide)
		return LPM_NONE;
	memcpy(wide->slot, from->slot, LPM_WIDE_SLOTS * sizeof(*wide->slot));
	slot_set(&wide->shorter, slot_read(&from->shorter));
	wide->since = since;
	return entry_make(wide, LPM_WIDE);
}

/**
 * arpp_lpm_fork() - begin a set of updates beside a table
 * @fork: the fork; what was in it is overwritten
 * @t: the table, which itself may not be a fork
 *
 * The fork has the prefixes of the table and shares its branches. It has no readers. Use
 * arpp_lpm_insert(), arpp_lpm_replace() and arpp_lpm_delete() on it, then
 *
 * - arpp_lpm_join() and arpp_lpm_drop() to update the table, or
 * - arpp_lpm_take() after it was published in the table's place, or
 * - arpp_lpm_drop() to forget it.
 *
 * Until then, the table must not change and must not have a second fork.
 *
 * Context: process context, in which nobody changes the table.
 * Return: 0 or -ENOMEM.
 */
int arpp_lpm_fork(struct arpp_lpm *fork, struct arpp_lpm *t)
{
	lpm_entry_t root = slot_read(&t->root);

	WARN_ON_ONCE(t->forked || t->base);
	*fork = (struct arpp_lpm){ .count = t->count, .gen = t->gen };
	if (!root)	/* Nothing to share. */
		return 0;
	if (entry_tag(root) == LPM_WIDE)
		root = lpm_copy_wide(entry_untag(root), t->gen);
	if (!root)
		return -ENOMEM;
	slot_set(&fork->root, root);
	fork->base = t;
	t->forked = true;
	return 0;
}

/* Separate a table and its fork: @gone frees what it does not share with @stays. */
static void lpm_part(const struct arpp_lpm *stays, const struct arpp_lpm *gone)
{
	lpm_entry_t kept = slot_read(&stays->root), old = slot_read(&gone->root);

	lpm_end_root(stays, kept, LPM_END_SHARING, old);
	lpm_end_root(gone, old, LPM_END_OWN, kept);
}

/**
 * arpp_lpm_join() - publish the updates of a fork
 * @t: the table
 * @fork: its fork; has the table's old contents until arpp_lpm_drop(), which must follow
 *
 * Readers see all updates or none. Takes the time of one store.
 *
 * Context: the writers' lock held if the table is shared.
 */
void arpp_lpm_join(struct arpp_lpm *t, struct arpp_lpm *fork)
{
	lpm_entry_t old = slot_read(&t->root), root = slot_read(&fork->root);
	u32 count = t->count;

	if (WARN_ON_ONCE(old && fork->base != t))
		return;
	if (t->lock)
		lockdep_assert_held(t->lock);
	if (entry_tag(root) == LPM_WIDE)
		((struct lpm_wide *)entry_untag(root))->since = t->gen + 1;
	t->count = fork->count;
	lpm_publish(t, &t->root, root);
	slot_set(&fork->root, old);
	fork->count = count;
	/* What it has now may have readers, so it is freed after a grace period. */
	fork->lock = old ? t->lock : NULL;
}

/**
 * arpp_lpm_take() - give a fork the branches of the table that it replaced
 * @fork: the fork; readers may have come to it
 * @t: the table; no new reader finds it, but earlier ones may still be in it
 *
 * Afterwards the fork is a table of its own, with the lock of the old one. The old one
 * can still be read until the end of a grace period, and is then to be cleaned. What they
 * do not share is freed after a grace period too.
 *
 * Context: process context, in which nobody changes either table.
 */
void arpp_lpm_take(struct arpp_lpm *fork, struct arpp_lpm *t)
{
	fork->lock = t->lock;
	if (!fork->base)	/* The table was empty. */
		return;
	fork->base = NULL;
	fork->settling = t->lock;
	fork->settled = get_state_synchronize_rcu();
	t->forked = false;
	t->taken = true;
	lpm_part(fork, t);
}

/**
 * arpp_lpm_drop() - free a fork
 * @fork: the fork; empty afterwards
 *
 * It takes its updates with it, or what they have replaced if it has joined the table.
 *
 * Context: process context, in which nobody changes the table.
 */
void arpp_lpm_drop(struct arpp_lpm *fork)
{
	struct arpp_lpm *t = fork->base;

	fork->base = NULL;
	if (t) {
		lpm_part(t, fork);
		t->forked = false;
	} else {
		lpm_end_root(fork, slot_read(&fork->root), LPM_END_ALL, LPM_NONE);
	}
	*fork = (struct arpp_lpm){};
}

/**
 * arpp_lpm_clean() - empty a table, or drop a fork
 * @t: the table
 *
 * Context: process context, the writers' lock held if the table is shared.
 */
void arpp_lpm_clean(struct arpp_lpm *t)
{
	lpm_entry_t root;

	if (t->base) {
		arpp_lpm_drop(t);
		return;
	}
	lpm_begin(t);
	root = lpm_deref(t, &t->root);
	lpm_publish(t, &t->root, LPM_NONE);
	t->count = 0;
	if (!t->taken)
		lpm_end_root(t, root, LPM_END_ALL, LPM_NONE);
	t->taken = false;
}
