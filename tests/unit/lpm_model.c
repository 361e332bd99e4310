// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares src/policy/lpm.c with a linear search.
 *
 *   lpm_model [SEED]
 *
 * Prints what was tested. Exit status: 0 if all results are correct.
 */
#include <stdio.h>
#include <stdarg.h>

#include "policy/lpm.h"
#include "lpm_random.h"

#define MOST	40000

/* The model: unsorted prefixes. */
static struct rule {
	struct arpp_lpm_node node;
	u32 mask;
	u64 value;
} model[MOST];
static unsigned int rules;

static struct arpp_lpm table;
static struct mutex lock;
static unsigned long queries, updates, seed, moments;

static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("wrong: ");
	vprintf(format, args);
	printf(" (seed %lu, %lu updates, %lu queries, %u rules)\n", seed,
	       updates, queries, rules);
	va_end(args);
	exit(1);
}

/*
 * A value for a prefix; its length is added in lookup results. Small values are stored
 * differently from large ones. Values never repeat.
 */
static u64 random_value(void)
{
	static u64 small, large;

	if (rnd() % 2)
		return ++small % (1U << 21);
	large += 1ULL << 40 | 77;
	return (large | 1ULL << (21 + rnd() % 32)) & (ARPP_LPM_VALUES - 1);
}

/* The entry that a lookup in the table returns. */
static u64 found_of(const struct rule *rule)
{
	return rule ? rule->value << ARPP_LPM_VALUE | rule->node.len : 0;
}

/* Distributions of prefixes: uniform, or more or less clustered. */
enum kind { UNIFORM, CLUSTERS, DENSE, NESTED, EDGES, HOSTS, MIXED };

static u32 random_prefix(enum kind kind, u8 *len)
{
	static const u32 bases[] = {
		0x0a000000, 0x0a010000, 0xac100000, 0xc0a80000, 0xc0a80100,
		0x64400000, 0x00000000, 0xffff0000,
	};
	static const u32 edges[] = {
		0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xfc000000,
		0x03ffffff, 0x000fffff, 0x00100000,
	};
	u32 addr = rnd();

	*len = rnd() % 33;
	switch (kind) {
	case UNIFORM:
		break;
	case CLUSTERS:
		addr = bases[rnd() % 8] | (addr & 0xffff);
		*len = 12 + rnd() % 21;
		break;
	case DENSE:
		addr = 0x0a0000c0 | (addr & 0x103f);
		*len = 18 + rnd() % 15;
		break;
	case NESTED:
		addr = 0x5a5a5a5a ^ (addr & 1U << rnd() % 32);
		break;
	case EDGES:
		addr = edges[addr % 10];
		break;
	case HOSTS:
		addr = 0x0a000000 | (addr & 0xfff3);
		*len = 32;
		break;
	case MIXED:
		return random_prefix(rnd() % MIXED, len);
	}
	return addr & mask_of(*len);
}

/* An address in a rule, next to one, or at random. */
static u32 random_address(void)
{
	unsigned int i;

	if (!rules || rnd() % 8 == 0)
		return rnd();
	i = rnd() % rules;
	switch (rnd() % 6) {
	case 0:
		return model[i].node.prefix;
	case 1:
		return model[i].node.prefix | ~model[i].mask;
	case 2:
		return model[i].node.prefix - 1;
	case 3:
		return (model[i].node.prefix | ~model[i].mask) + 1;
	default:
		return model[i].node.prefix | (rnd() & ~model[i].mask);
	}
}

static const struct rule *model_best(u32 addr)
{
	const struct rule *best = NULL;
	u32 mask = 0;
	unsigned int i;

	for (i = 0; i < rules; i++) {
		if ((addr & model[i].mask) == model[i].node.prefix &&
		    (!best || model[i].mask > mask)) {
			best = &model[i];
			mask = model[i].mask;
		}
	}
	return best;
}

static u64 model_lookup(u32 addr)
{
	return found_of(model_best(addr));
}

static int model_find(u32 prefix, u8 len)
{
	unsigned int i;

	for (i = 0; i < rules; i++)
		if (model[i].node.prefix == prefix && model[i].mask == mask_of(len))
			return i;
	return -1;
}

static void model_add(const struct arpp_lpm_node *node, u64 value)
{
	model[rules].node = *node;
	model[rules].mask = mask_of(node->len);
	model[rules++].value = value;
}

static u64 lookup(u32 addr)
{
	u64 found;

	queries++;
	rcu_read_lock();
	found = arpp_lpm_lookup(&table, addr);
	rcu_read_unlock();
	return plain(found);
}

/*
 * The reader's view around each store of an update: the addresses to look up, and the
 * correct results before and after the update.
 */
#define WATCHED	24
static bool watching, seen_after;
static u32 watched[WATCHED];
static u64 before[WATCHED], after[WATCHED];
static unsigned long waited[4];	/* grace periods, before and after stores */
static unsigned int stores;	/* each store counts twice */

void kshim_on_publish(void)
{
	bool all_before = true, all_after = true;
	unsigned int i;
	u64 found;

	if (!watching)
		return;
	watching = false;
	waited[stores++ % 4] = kshim_synchronized;
	for (i = 0; i < WATCHED; i++) {
		found = lookup(watched[i]);
		all_before &= found == before[i];
		all_after &= found == after[i];
	}
	if (!all_after && (seen_after || !all_before))
		fail("a reader saw a partial update");
	if (all_after && !all_before)
		seen_after = true;
	moments++;
	watching = true;
}

/* The first values that the update has set slots to. */
static u64 set_to[2];
static unsigned int sets;

void kshim_on_set(u64 value)
{
	if (sets < 2)
		set_to[sets] = value;
	sets++;
}

/*
 * Remove a prefix. Without memory, readers get a spare branch for one grace period. They
 * may use it until the end of the next one, which must be over before that spare branch
 * is used again.
 */
static u64 checked_remove(u32 prefix, u8 len)
{
	static struct {
		u64 entry;
		unsigned long since;	/* grace periods until the end of its use */
	} used[2];
	unsigned long since = kshim_synchronized;
	unsigned int i;
	u64 found;

	sets = 0;
	found = arpp_lpm_remove(&table, prefix, len);
	if (kshim_synchronized == since)
		return found;
	if (kshim_synchronized != since + 1 || sets != 2 || set_to[0] == set_to[1])
		fail("a removal without memory took %lu grace periods and %u stores",
		     kshim_synchronized - since, sets);
	for (i = 0; i < 2; i++)
		if (used[i].entry && !((used[i].entry ^ set_to[0]) & ~3ULL) &&
		    used[i].since == since)
			fail("a spare branch was reused while readers may use it");
	used[1] = used[0];
	used[0].entry = set_to[0];
	used[0].since = kshim_synchronized;
	return found;
}

/* Run an update during a lookup, before its N-th read; 0: none. */
static unsigned int interrupt_at;
static void (*interrupt)(void);

void kshim_on_read(void)
{
	void (*now)(void) = interrupt;

	if (!interrupt_at || --interrupt_at)
		return;
	interrupt = NULL;
	now();
}

static void watch(void)
{
	unsigned int i;

	for (i = 0; i < WATCHED; i++)
		before[i] = model_lookup(watched[i]);
}

static void insert(const struct arpp_lpm_node *node)
{
	u64 value = random_value();

	if (arpp_lpm_insert(&table, node, value, GFP_KERNEL))
		fail("insert %08x/%u", node->prefix, node->len);
	model_add(node, value);
}

static void remove_at(unsigned int i)
{
	struct rule rule = model[i];

	model[i] = model[--rules];
	if (plain(checked_remove(rule.node.prefix, rule.node.len)) !=
	    found_of(&rule))
		fail("remove returned a wrong entry");
}

/* Update table and model; @shown: check the readers' view meanwhile. */
static void update(enum kind kind, unsigned int grow, bool shown)
{
	unsigned int what = rnd() % 100, i;
	u64 value = random_value(), found;
	struct arpp_lpm_node node;
	struct rule old = {};
	int at, err;

	updates++;
	node.prefix = random_prefix(kind, &node.len);
	/* Mostly an existing prefix. */
	if (rules && what >= grow && rnd() % 8)
		node = model[rnd() % rules].node;
	at = model_find(node.prefix, node.len);
	if (at < 0 && what < grow && rules == MOST)
		return;
	if (shown) {
		watched[0] = node.prefix;
		watched[1] = node.prefix | ~mask_of(node.len);
		for (i = 2; i < WATCHED; i++)
			watched[i] = i & 1 ? random_address() : node.prefix |
				(rnd() & ~mask_of(node.len));
		watch();
	}

	/* Update the model first, to know the expected result. */
	if (at >= 0)
		old = model[at];
	if (what < grow) {
		if (at < 0)
			model_add(&node, value);
	} else if (at >= 0) {
		if (what % 4 == 0)
			model[at].value = value;
		else
			model[at] = model[--rules];
	}
	if (shown) {
		for (i = 0; i < WATCHED; i++)
			after[i] = model_lookup(watched[i]);
		seen_after = false;
		stores = 0;
		watching = true;
	}

	if (what < grow) {
		err = arpp_lpm_insert(&table, &node, value, GFP_KERNEL);
		watching = false;
		if (err == -ENOMEM && at < 0 && kshim_failed) {
			rules--;
			if (shown)
				memcpy(after, before, sizeof(after));
		} else if (err != (at < 0 ? 0 : -EEXIST)) {
			fail("insert: %d", err);
		}
	} else if (what % 4 == 0) {
		err = arpp_lpm_replace(&table, &node, value, GFP_KERNEL);
		watching = false;
		if (err == -ENOMEM && at >= 0 && kshim_failed) {
			model[at] = old;
			if (shown)
				memcpy(after, before, sizeof(after));
		} else if (err != (at < 0 ? -ENOENT : 0)) {
			fail("replace: %d", err);
		}
	} else {
		found = checked_remove(node.prefix, node.len);
		watching = false;
		if (plain(found) != (at < 0 ? 0 : found_of(&old)))
			fail("remove returned a wrong entry");
		/* A spare branch is used for a grace period. */
		if (shown && stores == 4 && waited[2] == waited[1])
			fail("a branch was changed while readers may use it");
	}
	if (table.count != rules)
		fail("wrong count: %u", table.count);
	if (!shown)
		return;
	for (i = 0; i < WATCHED; i++) {
		if (lookup(watched[i]) != after[i])
			fail("wrong lookup of %08x after an update", watched[i]);
		if (before[i] != after[i] && !seen_after)
			fail("an update was not published");
	}
}

static void ask(unsigned int n)
{
	u32 addr;

	while (n--) {
		addr = random_address();
		if (lookup(addr) != model_lookup(addr))
			fail("wrong lookup of %08x", addr);
	}
}

static int by_address(const void *va, const void *vb)
{
	const struct rule *a = va, *b = vb;

	if (a->node.prefix != b->node.prefix)
		return a->node.prefix < b->node.prefix ? -1 : 1;
	return a->node.len - b->node.len;
}

/* Is @to the next step of a walk from this prefix? */
static bool steps_to(u32 prefix, int len, const struct rule *to)
{
	struct arpp_lpm_node node = { 0 };
	u64 found = lpm_next(&table, prefix, len, &node);

	if (plain(found) != found_of(to))
		return false;
	return !to || (node.prefix == to->node.prefix && node.len == to->node.len);
}

/* Does an iterator give these, from @len behind @prefix on, and then end? */
static void iterate(u32 prefix, int len, const struct rule *to, unsigned int n)
{
	struct arpp_lpm_iter it;
	struct arpp_lpm_node node;
	unsigned int i;

	arpp_lpm_iter_begin(&it, &table, prefix, len);
	for (i = 0; i < n; i++)
		if (plain(arpp_lpm_iter_next(&it, &node)) != found_of(&to[i]) ||
		    node.prefix != to[i].node.prefix || node.len != to[i].node.len)
			fail("step %u of an iterator from %08x/%d", i, prefix, len);
	if (arpp_lpm_iter_next(&it, &node) || arpp_lpm_iter_next(&it, &node))
		fail("an iterator from %08x/%d does not end", prefix, len);
}

/* Walk the whole table, and from random prefixes; find each prefix. */
static void walk(void)
{
	static struct rule sorted[MOST];
	struct rule from = { 0 };
	struct arpp_lpm_node *at = &from.node;
	unsigned int i, n;
	int len = -1;

	memcpy(sorted, model, sizeof(*sorted) * rules);
	qsort(sorted, rules, sizeof(*sorted), by_address);
	rcu_read_lock();
	for (i = 0; i < rules; i++) {
		if (!steps_to(at->prefix, len, &sorted[i]))
			fail("step %u of a walk", i);
		*at = sorted[i].node;
		len = at->len;
		if (plain(arpp_lpm_find(&table, at->prefix, at->len)) !=
		    found_of(&sorted[i]))
			fail("find %08x/%u", at->prefix, at->len);
	}
	if (!steps_to(at->prefix, len, NULL))
		fail("a walk does not end");
	iterate(0, -1, sorted, rules);
	for (n = 0; n < 64; n++) {
		at->prefix = random_address();
		at->len = rnd() % 33;
		if (rnd() % 2)
			at->prefix &= mask_of(at->len);
		for (i = 0; i < rules && by_address(&sorted[i], &from) <= 0; i++)
			;
		if (!steps_to(at->prefix, at->len, i < rules ? &sorted[i] : NULL))
			fail("wrong successor of %08x/%u", at->prefix, at->len);
		if (n % 16 == 0)
			iterate(at->prefix, at->len, sorted + i, rules - i);
		for (i = 0; i < rules && sorted[i].node.prefix < at->prefix; i++)
			;
		if (!steps_to(at->prefix, -1, i < rules ? &sorted[i] : NULL))
			fail("wrong first prefix from %08x", at->prefix);
		if (!!arpp_lpm_find(&table, at->prefix, at->len) !=
		    (model_find(at->prefix, at->len) >= 0))
			fail("find %08x/%u", at->prefix, at->len);
	}
	rcu_read_unlock();
}

/* Is the table the same as a newly built one? */
static void compare_fresh(void)
{
	struct arpp_lpm fresh = { 0 };
	size_t blocks = kshim_blocks;
	unsigned int i;

	for (i = 0; i < rules; i++)
		if (arpp_lpm_insert(&fresh, &model[i].node, model[i].value,
				    GFP_KERNEL))
			fail("insert into a fresh table");
	if (kshim_blocks != 2 * blocks)
		fail("%zu branches, %zu in a fresh table", blocks,
		     kshim_blocks - blocks);
	arpp_lpm_clean(&fresh);
	if (kshim_blocks != blocks)
		fail("clean: %zu blocks left", kshim_blocks - blocks);
}

static void forget(bool wide)
{
	if (rnd() % 2) {
		/* Remove all prefixes one by one: only an empty wide root may be left. */
		while (rules)
			remove_at(rnd() % rules);
		if (!kshim_failed && kshim_blocks > (wide ? 2 : 0))
			fail("%zu blocks in an empty table", kshim_blocks);
		if (!steps_to(0, -1, NULL))
			fail("an empty table has an entry");
	}
	arpp_lpm_clean(&table);
	rules = 0;
	if (!arpp_lpm_empty(&table) || table.count)
		fail("a clean table is not empty");
	if (kshim_blocks || kshim_bytes)
		fail("leak: %zu blocks", kshim_blocks);
	kshim_grace();
}

static bool is_wide(void)
{
	return (atomic64_read(&table.root) & 3) == 3;
}

/* Grow, churn and shrink, with lookups throughout. */
static void churn(enum kind kind, unsigned int steps, bool shared, bool failing)
{
	unsigned int i, grow = 80;

	kshim_failed = 0;
	arpp_lpm_set_lock(&table, shared ? &lock : NULL);
	if (shared)
		mutex_lock(&lock);
	for (i = 0; i < steps; i++) {
		if (i == steps / 2)
			grow = 50;
		if (i == steps * 3 / 4)
			grow = 15;
		if (failing && rnd() % 3 == 0)
			kshim_fail_in = 1 + rnd() % (rnd() % 4 ? 3 : 80);
		kshim_fail_all = failing && rnd() % 8 == 0;
		update(kind, grow, shared && rnd() % 2);
		kshim_fail_in = 0;
		kshim_fail_all = false;
		ask(3);
		if (i % 512 == 0) {
			kshim_grace();
			walk();
			if (!failing && table.count < 40)
				ask(100);
		}
	}
	/* A table that was large stays wide; a failure leaves an extra branch. */
	if (!failing && kshim_blocks && !is_wide())
		compare_fresh();
	walk();
	forget(true);
	if (shared)
		mutex_unlock(&lock);
}

/*
 * Updates during a lookup, at random or replacing the matching prefix by a shorter one:
 * the result must have been correct at some time during the lookup.
 */
static enum kind torn_kind;
static u32 torn_addr;
static u64 torn_right[4];
static unsigned int torn_rights;

static void torn_updates(void)
{
	const struct rule *best = model_best(torn_addr);
	unsigned int n = 1 + rnd() % 3, len = rnd() % 33;
	struct arpp_lpm_node wider = {
		.prefix = torn_addr & mask_of(len), .len = len,
	};

	if (best && len < best->node.len && rnd() % 4 &&
	    model_find(wider.prefix, len) < 0) {
		insert(&wider);
		torn_right[torn_rights++] = model_lookup(torn_addr);
		remove_at(best - model);
		torn_right[torn_rights++] = model_lookup(torn_addr);
		return;
	}
	while (n--) {
		update(torn_kind, 50, false);
		torn_right[torn_rights++] = model_lookup(torn_addr);
	}
}

static void torn(enum kind kind, unsigned int steps)
{
	unsigned int i, k;
	u64 found;

	kshim_failed = 0;
	torn_kind = kind;
	arpp_lpm_set_lock(&table, &lock);
	mutex_lock(&lock);
	for (i = 0; i < steps; i++) {
		update(kind, rules < 20 + i % 100 ? 80 : 40, false);
		kshim_grace();
		torn_addr = kind == NESTED ? 0x5a5a5a5a : random_address();
		torn_right[0] = model_lookup(torn_addr);
		torn_rights = 1;
		interrupt = torn_updates;
		interrupt_at = 1 + rnd() % 8;
		found = lookup(torn_addr);
		interrupt_at = 0;
		for (k = 0; k < torn_rights && torn_right[k] != found; k++)
			;
		if (k == torn_rights)
			fail("lookup of %08x returned what never applied", torn_addr);
	}
	forget(true);
	mutex_unlock(&lock);
}

static void refusals(void)
{
	struct arpp_lpm_node bad[] = {
		{ .prefix = 0, .len = 33 }, { .prefix = 1, .len = 31 },
		{ .prefix = 0x80000000, .len = 0 }, { .prefix = 0, .len = 255 },
	};
	struct arpp_lpm_node all = { 0 }, host = { .prefix = ~0U, .len = 32 };
	const u64 most = ARPP_LPM_VALUES - 1;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (arpp_lpm_insert(&table, &bad[i], 0, GFP_KERNEL) != -EINVAL)
			fail("%08x/%u taken", bad[i].prefix, bad[i].len);
	if (arpp_lpm_insert(&table, &all, most + 1, GFP_KERNEL) != -EINVAL ||
	    arpp_lpm_replace(&table, &all, most + 1, GFP_KERNEL) != -EINVAL)
		fail("a value that does not fit was accepted");
	if (lookup(0) || !steps_to(0, -1, NULL) || arpp_lpm_find(&table, 0, 0) ||
	    arpp_lpm_remove(&table, 0, 0) ||
	    arpp_lpm_replace(&table, &all, 1, GFP_KERNEL) != -ENOENT)
		fail("an empty table has an entry");
	kshim_fail_all = true;
	if (arpp_lpm_insert(&table, &all, 5, GFP_KERNEL) || kshim_blocks)
		fail("a single prefix takes memory");
	if (lookup(0) != 5 << ARPP_LPM_VALUE || lookup(~0U) != lookup(0))
		fail("0/0 does not cover all addresses");
	if (arpp_lpm_insert(&table, &host, 6, GFP_KERNEL) != -ENOMEM)
		fail("a second prefix takes no memory");
	if (arpp_lpm_replace(&table, &all, most, GFP_KERNEL) != -ENOMEM ||
	    lookup(0) != 5 << ARPP_LPM_VALUE)
		fail("a large value takes no memory");
	kshim_fail_all = false;
	if (arpp_lpm_insert(&table, &host, most, GFP_KERNEL) ||
	    lookup(~0U) != (most << ARPP_LPM_VALUE | 32) ||
	    lookup(~1U) != 5 << ARPP_LPM_VALUE)
		fail("255.255.255.255/32");
	arpp_lpm_clean(&table);
}

/* So large that it becomes wide by its size. */
static void large(void)
{
	struct arpp_lpm_node node;
	unsigned int i;

	arpp_lpm_set_lock(&table, NULL);
	while (rules < MOST - 1) {
		node.prefix = random_prefix(rules % 2 ? UNIFORM : CLUSTERS,
					    &node.len);
		if (!arpp_lpm_find(&table, node.prefix, node.len))
			insert(&node);
	}
	if (!is_wide())
		fail("a large table is not wide");
	ask(10000);
	for (i = 0; i < 500; i++)
		update(UNIFORM, 50, false);
	ask(5000);
	walk();
	printf("%u prefixes in %zu bytes\n", rules, kshim_bytes);
	forget(true);
}

int main(int argc, char **argv)
{
	enum kind kind;

	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 20240229;
	random_state = seed;
	printf("seed %lu\n", seed);
	refusals();
	for (kind = UNIFORM; kind <= MIXED; kind++) {
		churn(kind, 200, false, false);
		churn(kind, 200, true, true);
		churn(kind, 6000, false, false);
		churn(kind, 6000, true, false);
		churn(kind, 2000, false, true);
		churn(kind, 4000, true, true);
		torn(kind, 8000);
	}
	kshim_failed = 0;
	large();
	if (queries < 1000000 || !kshim_synchronized)
		fail("too few cases were tested");
	printf("%lu queries, %lu updates, %lu intermediate states, %lu grace periods\n",
	       queries, updates, moments, kshim_synchronized);
	return 0;
}
