// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares src/lpm.c with a list that is searched from end to end.
 *
 *   lpm_model [SEED]
 *
 * Prints what it did; the exit status tells whether all of it was right.
 */
#include <stdio.h>
#include <stdarg.h>

#include "lpm.h"

#define MOST	40000

struct rule {
	struct arpp_lpm_node node;
	struct rule *next;	/* of the dead ones */
};

/* The model: prefixes in no order. */
static struct {
	u32 prefix;
	u32 mask;
	struct rule *rule;
} model[MOST];
static unsigned int rules;

static struct arpp_lpm table;
static struct mutex lock;
static struct rule *dead;
static unsigned long queries, updates, seed, moments;
static u64 state;

static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("not so: ");
	vprintf(format, args);
	printf(" (seed %lu, %lu updates, %lu queries, %u rules)\n", seed,
	       updates, queries, rules);
	va_end(args);
	exit(1);
}

static u32 rnd(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state ^ state >> 29) >> 32;
}

static u32 mask_of(unsigned int len)
{
	return len ? ~0U << (32 - len) : 0;
}

/* Where prefixes come from: all over, or more or less close together. */
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

/* An address in a rule, next to one, or anywhere. */
static u32 random_address(void)
{
	unsigned int i;

	if (!rules || rnd() % 8 == 0)
		return rnd();
	i = rnd() % rules;
	switch (rnd() % 6) {
	case 0:
		return model[i].prefix;
	case 1:
		return model[i].prefix | ~model[i].mask;
	case 2:
		return model[i].prefix - 1;
	case 3:
		return (model[i].prefix | ~model[i].mask) + 1;
	default:
		return model[i].prefix | (rnd() & ~model[i].mask);
	}
}

static struct arpp_lpm_node *model_lookup(u32 addr)
{
	struct rule *best = NULL;
	u32 mask = 0;
	unsigned int i;

	for (i = 0; i < rules; i++) {
		if ((addr & model[i].mask) == model[i].prefix &&
		    (!best || model[i].mask > mask)) {
			best = model[i].rule;
			mask = model[i].mask;
		}
	}
	return best ? &best->node : NULL;
}

static int model_find(u32 prefix, u8 len)
{
	unsigned int i;

	for (i = 0; i < rules; i++)
		if (model[i].prefix == prefix && model[i].mask == mask_of(len))
			return i;
	return -1;
}

static struct arpp_lpm_node *lookup(u32 addr)
{
	struct arpp_lpm_node *node;

	queries++;
	rcu_read_lock();
	node = arpp_lpm_lookup(&table, addr);
	rcu_read_unlock();
	return node;
}

/*
 * What a reader sees around each store of an update: the addresses asked for,
 * and the right answers before and after.
 */
#define WATCHED	24
static bool watching, seen_after;
static u32 watched[WATCHED];
static struct arpp_lpm_node *before[WATCHED], *after[WATCHED];
static unsigned long waited[4];	/* grace periods, before and after stores */
static unsigned int stores;	/* both ends of each */

void kshim_on_publish(void)
{
	struct arpp_lpm_node *node;
	bool all_before = true, all_after = true;
	unsigned int i;

	if (!watching)
		return;
	watching = false;
	waited[stores++ % 4] = kshim_synchronized;
	for (i = 0; i < WATCHED; i++) {
		node = lookup(watched[i]);
		all_before &= node == before[i];
		all_after &= node == after[i];
	}
	if (!all_after && (seen_after || !all_before))
		fail("a reader saw half an update");
	if (all_after && !all_before)
		seen_after = true;
	moments++;
	watching = true;
}

/* An update in the midst of a lookup: before so many of its reads, if any. */
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

static void bury(struct rule *rule)
{
	rule->next = dead;
	dead = rule;
}

/* A grace period. */
static void funeral(void)
{
	struct rule *rule;

	kshim_grace();
	while ((rule = dead)) {
		dead = rule->next;
		free(rule);
	}
}

static void insert(u32 prefix, u8 len)
{
	struct rule *rule = malloc(sizeof(*rule));

	rule->node.prefix = prefix;
	rule->node.len = len;
	if (arpp_lpm_insert(&table, &rule->node, GFP_KERNEL))
		fail("insert %08x/%u", prefix, len);
	model[rules].prefix = prefix;
	model[rules].mask = mask_of(len);
	model[rules++].rule = rule;
}

static void remove_at(unsigned int i)
{
	struct arpp_lpm_node *node = &model[i].rule->node;

	if (arpp_lpm_remove(&table, node->prefix, node->len) != node)
		fail("remove gave another");
	bury(model[i].rule);
	model[i] = model[--rules];
}

/* One update of table and model; @shown: readers are watched meanwhile. */
static void update(enum kind kind, unsigned int grow, bool shown)
{
	struct rule *rule = malloc(sizeof(*rule)), *old = NULL;
	struct arpp_lpm_node *node;
	unsigned int what = rnd() % 100, i;
	int at, err;

	updates++;
	rule->node.prefix = random_prefix(kind, &rule->node.len);
	if (rules && what >= grow && rnd() % 8) {
		/* Mostly something that is there. */
		i = rnd() % rules;
		rule->node = model[i].rule->node;
	}
	at = model_find(rule->node.prefix, rule->node.len);
	if (shown) {
		watched[0] = rule->node.prefix;
		watched[1] = rule->node.prefix | ~mask_of(rule->node.len);
		for (i = 2; i < WATCHED; i++)
			watched[i] = i & 1 ? random_address() : rule->node.prefix |
				(rnd() & ~mask_of(rule->node.len));
		watch();
	}

	/* The model first, to know what has to come. */
	if (what < grow) {
		if (at < 0 && rules < MOST) {
			model[rules].prefix = rule->node.prefix;
			model[rules].mask = mask_of(rule->node.len);
			model[rules++].rule = rule;
		} else if (at < 0) {
			free(rule);
			return;
		}
	} else if (what % 4 == 0) {
		if (at >= 0) {
			old = model[at].rule;
			model[at].rule = rule;
		}
	} else if (at >= 0) {
		old = model[at].rule;
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
		err = arpp_lpm_insert(&table, &rule->node, GFP_KERNEL);
		watching = false;
		if (err == -ENOMEM && at < 0 && kshim_failed) {
			rules--;
			if (shown)
				memcpy(after, before, sizeof(after));
		} else if (err != (at < 0 ? 0 : -EEXIST)) {
			fail("insert: %d", err);
		}
		if (err)
			free(rule);
	} else if (what % 4 == 0) {
		node = arpp_lpm_replace(&table, &rule->node);
		watching = false;
		if (node != (old ? &old->node : NULL))
			fail("replace gave another");
		bury(old ? old : rule);
	} else {
		node = arpp_lpm_remove(&table, rule->node.prefix, rule->node.len);
		watching = false;
		if (node != (old ? &old->node : NULL))
			fail("remove gave another");
		/* A stand-in is there, and free again, for a grace period. */
		if (shown && stores == 4 && (waited[2] == waited[1] ||
					     kshim_synchronized == waited[3]))
			fail("a branch was changed under readers");
		bury(rule);
		if (old)
			bury(old);
	}
	if (table.count != rules)
		fail("count is %u", table.count);
	if (!shown)
		return;
	for (i = 0; i < WATCHED; i++) {
		if (lookup(watched[i]) != after[i])
			fail("%08x after an update", watched[i]);
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
			fail("lookup of %08x", addr);
	}
}

static int by_address(const void *va, const void *vb)
{
	const struct arpp_lpm_node *a = *(void **)va, *b = *(void **)vb;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return a->len - b->len;
}

/* The walk, as a whole and from anywhere; and finding each. */
static void walk(void)
{
	static struct arpp_lpm_node *sorted[MOST];
	struct arpp_lpm_node *node, from, *key = &from;
	unsigned int i, n;

	for (i = 0; i < rules; i++)
		sorted[i] = &model[i].rule->node;
	qsort(sorted, rules, sizeof(*sorted), by_address);
	rcu_read_lock();
	node = arpp_lpm_next(&table, 0, -1);
	for (i = 0; i < rules; i++) {
		if (node != sorted[i])
			fail("step %u of a walk", i);
		if (arpp_lpm_find(&table, node->prefix, node->len) != node)
			fail("find %08x/%u", node->prefix, node->len);
		node = arpp_lpm_next(&table, node->prefix, node->len);
	}
	if (node)
		fail("a walk goes on");
	for (n = 0; n < 64; n++) {
		from.prefix = random_address();
		from.len = rnd() % 33;
		if (rnd() % 2)
			from.prefix &= mask_of(from.len);
		for (i = 0; i < rules && by_address(&sorted[i], &key) <= 0; i++)
			;
		if (arpp_lpm_next(&table, from.prefix, from.len) !=
		    (i < rules ? sorted[i] : NULL))
			fail("next of %08x/%u", from.prefix, from.len);
		for (i = 0; i < rules && sorted[i]->prefix < from.prefix; i++)
			;
		if (arpp_lpm_next(&table, from.prefix, -1) !=
		    (i < rules ? sorted[i] : NULL))
			fail("first from %08x", from.prefix);
		node = arpp_lpm_find(&table, from.prefix, from.len);
		if (!!node != (model_find(from.prefix, from.len) >= 0))
			fail("find %08x/%u", from.prefix, from.len);
	}
	rcu_read_unlock();
}

static unsigned int released;

static void release(struct arpp_lpm_node *node)
{
	(void)node;
	released++;
}

/* Is the table as if it were built anew? */
static void compare_fresh(void)
{
	struct arpp_lpm fresh = { 0 };
	size_t blocks = kshim_blocks;
	unsigned int i;

	for (i = 0; i < rules; i++)
		if (arpp_lpm_insert(&fresh, &model[i].rule->node, GFP_KERNEL))
			fail("insert into a fresh table");
	if (kshim_blocks != 2 * blocks)
		fail("%zu branches, %zu in a fresh table", blocks,
		     kshim_blocks - blocks);
	released = 0;
	arpp_lpm_clean(&fresh, release);
	if (released != rules || kshim_blocks != blocks)
		fail("clean: %u released, %zu blocks left", released,
		     kshim_blocks - blocks);
}

static void forget(bool wide)
{
	if (rnd() % 2) {
		/* One by one: nothing may be left but an empty wide root. */
		while (rules)
			remove_at(rnd() % rules);
		if (!kshim_failed && kshim_blocks > (wide ? 2 : 0))
			fail("%zu blocks in an empty table", kshim_blocks);
		if (arpp_lpm_next(&table, 0, -1))
			fail("something in an empty table");
	}
	released = 0;
	arpp_lpm_clean(&table, release);
	if (released != rules)
		fail("%u of %u released", released, rules);
	while (rules)
		bury(model[--rules].rule);
	if (table.root || table.count)
		fail("a clean table is not empty");
	if (kshim_blocks || kshim_bytes)
		fail("leak: %zu blocks", kshim_blocks);
	funeral();
}

/* Grow, churn, shrink, with questions all along. */
static void churn(enum kind kind, unsigned int steps, bool shared, bool failing)
{
	unsigned int i, grow = 80;

	kshim_failed = 0;
	arpp_lpm_share(&table, shared ? &lock : NULL);
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
			funeral();
			walk();
			if (!failing && table.count < 40)
				ask(100);
		}
	}
	/* A table that was large stays wide; a failure leaves a branch more. */
	if (!failing && kshim_blocks && ((unsigned long)table.root & 3) != 3)
		compare_fresh();
	walk();
	forget(true);
	if (shared)
		mutex_unlock(&lock);
}

/*
 * Updates amid one lookup, random ones or an exchange of what applies for
 * something wider: the answer was right at some time.
 */
static enum kind torn_kind;
static u32 torn_addr;
static struct arpp_lpm_node *torn_right[4];
static unsigned int torn_rights;

static void torn_updates(void)
{
	struct arpp_lpm_node *best = model_lookup(torn_addr);
	unsigned int n = 1 + rnd() % 3, len = rnd() % 33;

	if (best && len < best->len && rnd() % 4 &&
	    model_find(torn_addr & mask_of(len), len) < 0) {
		insert(torn_addr & mask_of(len), len);
		torn_right[torn_rights++] = model_lookup(torn_addr);
		remove_at(model_find(best->prefix, best->len));
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
	struct arpp_lpm_node *node;
	unsigned int i, k;

	kshim_failed = 0;
	torn_kind = kind;
	arpp_lpm_share(&table, &lock);
	mutex_lock(&lock);
	for (i = 0; i < steps; i++) {
		update(kind, rules < 20 + i % 100 ? 80 : 40, false);
		funeral();
		torn_addr = kind == NESTED ? 0x5a5a5a5a : random_address();
		torn_right[0] = model_lookup(torn_addr);
		torn_rights = 1;
		interrupt = torn_updates;
		interrupt_at = 1 + rnd() % 8;
		node = lookup(torn_addr);
		interrupt_at = 0;
		for (k = 0; k < torn_rights && torn_right[k] != node; k++)
			;
		if (k == torn_rights)
			fail("%08x was never so", torn_addr);
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
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (arpp_lpm_insert(&table, &bad[i], GFP_KERNEL) != -EINVAL)
			fail("%08x/%u taken", bad[i].prefix, bad[i].len);
	if (lookup(0) || arpp_lpm_next(&table, 0, -1) ||
	    arpp_lpm_find(&table, 0, 0) || arpp_lpm_remove(&table, 0, 0) ||
	    arpp_lpm_replace(&table, &all))
		fail("something in an empty table");
	kshim_fail_all = true;
	if (arpp_lpm_insert(&table, &all, GFP_KERNEL) || kshim_blocks)
		fail("a single prefix takes memory");
	if (lookup(0) != &all || lookup(~0U) != &all)
		fail("0/0 does not cover all");
	if (arpp_lpm_insert(&table, &host, GFP_KERNEL) != -ENOMEM)
		fail("a second prefix takes no memory");
	kshim_fail_all = false;
	if (arpp_lpm_insert(&table, &host, GFP_KERNEL) ||
	    lookup(~0U) != &host || lookup(~1U) != &all)
		fail("255.255.255.255/32");
	arpp_lpm_clean(&table, release);
}

/* So large that it is wide at its natural size. */
static void large(void)
{
	unsigned int i;
	u32 prefix;
	u8 len;

	arpp_lpm_share(&table, NULL);
	while (rules < MOST - 1) {
		prefix = random_prefix(rules % 2 ? UNIFORM : CLUSTERS, &len);
		if (!arpp_lpm_find(&table, prefix, len))
			insert(prefix, len);
	}
	if (((unsigned long)table.root & 3) != 3)
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
	state = seed;
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
		fail("too little was tried");
	printf("%lu queries, %lu updates, %lu moments of an update, %lu grace periods waited for\n",
	       queries, updates, moments, kshim_synchronized);
	return 0;
}
