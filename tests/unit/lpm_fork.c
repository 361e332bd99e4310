// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests forks of src/policy/lpm.c. Random transactions, which are joined, taken or dropped,
 * are compared with a list, also if memory runs out, and during a lookup.
 *
 *   lpm_fork [SEED]
 *
 * Prints what was tested. Exit status: 0 if all results are correct.
 */
#include <stdarg.h>
#include <stdio.h>
#include <ucontext.h>

#include "policy/lpm.h"
#include "lpm_random.h"

#define MOST	600	/* prefixes in a list */
#define ASKED	200	/* addresses to compare two states by */
#ifndef LARGE
#define LARGE	1000000	/* the size of a large table */
#endif
#ifndef ROUNDS
#define ROUNDS	300	/* transactions on each of sixteen tables */
#endif
#ifndef WINDOWS
#define WINDOWS	10000	/* lookups that a join interrupts */
#endif
#define LENGTHS	33
#define CHANGES	10	/* updates of a fork whose cost is measured */

struct rule {
	struct arpp_lpm_node node;
	u64 value;
};

struct list {
	struct rule rule[MOST];
	unsigned int rules;
};

/* All that can be read from a table: its prefixes, and the results for some addresses. */
struct state {
	struct list list;
	u64 found[ASKED];
};

static struct mutex lock;
static unsigned long seed, updates, transactions, refused, windows;
static u32 asked[ASKED];
static unsigned int joins, takes, drops, widened;

static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("wrong: ");
	vprintf(format, args);
	printf(" (seed %lu, %lu updates, %lu transactions)\n", seed, updates,
	       transactions);
	va_end(args);
	exit(1);
}

/* Half of the values do not fit into 64 bits with an address. */
static u64 random_value(void)
{
	u64 value = rnd() % ARPP_LPM_SMALL;

	return rnd() % 2 ? value : value | (1ULL + rnd()) << 21;
}

/* Nested ones, neighbours, or any. */
static struct arpp_lpm_node random_node(void)
{
	struct arpp_lpm_node node = { .len = rnd() % LENGTHS };
	u32 addr = rnd();

	switch (rnd() % 4) {
	case 0:
		addr = 0x5a5a5a5a ^ (addr & 1U << rnd() % 32);
		break;
	case 1:
		addr = 0x0a000000 | (addr & 0xffff);
		node.len = 20 + rnd() % 13;
		break;
	case 2:
		addr = 0x0a0000c0 | (addr & 0x103f);
		node.len = 24 + rnd() % 9;
		break;
	}
	node.prefix = addr & mask_of(node.len);
	return node;
}

static int list_find(const struct list *list, const struct arpp_lpm_node *node)
{
	unsigned int i;

	for (i = 0; i < list->rules; i++)
		if (list->rule[i].node.prefix == node->prefix &&
		    list->rule[i].node.len == node->len)
			return i;
	return -1;
}

static u64 found_of(const struct rule *rule)
{
	return rule ? rule->value << ARPP_LPM_VALUE | rule->node.len : 0;
}

static u64 list_lookup(const struct list *list, u32 addr)
{
	const struct rule *best = NULL, *rule;

	for (rule = list->rule; rule < list->rule + list->rules; rule++)
		if ((addr & mask_of(rule->node.len)) == rule->node.prefix &&
		    (!best || rule->node.len > best->node.len))
			best = rule;
	return found_of(best);
}

static u64 lookup(const struct arpp_lpm *t, u32 addr)
{
	u64 found;

	rcu_read_lock();
	found = arpp_lpm_lookup(t, addr);
	rcu_read_unlock();
	return plain(found);
}

static void read_table(const struct arpp_lpm *t, struct state *state)
{
	struct arpp_lpm_node node = { 0 };
	struct rule *rule;
	unsigned int i;
	int len = -1;
	u64 found;

	memset(state, 0, sizeof(*state));
	rcu_read_lock();
	for (;;) {
		found = lpm_next(t, node.prefix, len, &node);
		if (!found)
			break;
		if (state->list.rules == MOST)
			fail("a walk does not end");
		rule = &state->list.rule[state->list.rules++];
		rule->node.prefix = node.prefix;
		rule->node.len = node.len;
		rule->value = arpp_lpm_value(found);
		len = node.len;
	}
	rcu_read_unlock();
	for (i = 0; i < ASKED; i++)
		state->found[i] = lookup(t, asked[i]);
}

static void draw_addresses(const struct list *list)
{
	const struct arpp_lpm_node *node;
	unsigned int i;

	for (i = 0; i < ASKED; i++) {
		asked[i] = rnd();
		if (!list->rules || i % 8 == 0)
			continue;
		node = &list->rule[rnd() % list->rules].node;
		asked[i] = (node->prefix | (asked[i] & ~mask_of(node->len))) +
			   rnd() % 3 - 1;
	}
}

static void compare(const struct arpp_lpm *t, const struct list *list)
{
	static struct state now;
	const struct rule *rule;
	unsigned int i;
	int at;

	read_table(t, &now);
	if (now.list.rules != list->rules || t->count != list->rules)
		fail("%u prefixes, and %u counted, instead of %u", now.list.rules,
		     t->count, list->rules);
	for (rule = now.list.rule; rule < now.list.rule + now.list.rules; rule++) {
		at = list_find(list, &rule->node);
		if (at < 0 || list->rule[at].value != rule->value)
			fail("%08x/%u is not in the list", rule->node.prefix,
			     rule->node.len);
		if (plain(arpp_lpm_find(t, rule->node.prefix, rule->node.len)) !=
		    found_of(rule))
			fail("find %08x/%u", rule->node.prefix, rule->node.len);
	}
	for (i = 0; i < ASKED; i++)
		if (now.found[i] != list_lookup(list, asked[i]))
			fail("wrong lookup of %08x", asked[i]);
}

/* One random update of a table and its list; without memory, of neither. */
static void update(struct arpp_lpm *t, struct list *list, unsigned int grow)
{
	struct rule rule = { .node = random_node(), .value = random_value() };
	bool add = list->rules < MOST / 2 && rnd() % 100 < grow;
	int at, err, right = 0;

	updates++;
	if (!add && list->rules && rnd() % 8)
		rule.node = list->rule[rnd() % list->rules].node;
	at = list_find(list, &rule.node);
	if (add) {
		err = arpp_lpm_insert(t, &rule.node, rule.value, GFP_KERNEL);
		right = at < 0 ? 0 : -EEXIST;
	} else if (rnd() % 4 == 0) {
		err = arpp_lpm_replace(t, &rule.node, rule.value, GFP_KERNEL);
		right = at < 0 ? -ENOENT : 0;
		add = true;
	} else {
		err = arpp_lpm_delete(t, &rule.node, GFP_KERNEL);
		right = at < 0 ? -ENOENT : 0;
	}
	if (err == -ENOMEM && !right && kshim_failed)
		refused++;
	else if (err != right)
		fail("an update returns %d instead of %d", err, right);
	if (err)
		return;
	if (add)
		list->rule[at < 0 ? (int)list->rules++ : at] = rule;
	else
		list->rule[at] = list->rule[--list->rules];
}

static bool is_wide(const struct arpp_lpm *t)
{
	return (atomic64_read(&t->root) & 3) == 3;
}

/* The memory of a table and nothing else, once a grace period has passed. */
static void check_memory(size_t blocks, const char *what)
{
	if (kshim_blocks != blocks)
		fail("%s: %zu blocks instead of %zu", what, kshim_blocks, blocks);
	kshim_grace();
}

/* What readers see while the root is stored: the table before or after the join. */
static const struct arpp_lpm *watched_table;
static const struct state *watched_before;
static const struct list *watched_after;

static void watch_join(void)
{
	bool all_before = true, all_after = true;
	unsigned int i;
	u64 found;

	for (i = 0; i < ASKED; i++) {
		found = lookup(watched_table, asked[i]);
		all_before &= found == watched_before->found[i];
		all_after &= found == list_lookup(watched_after, asked[i]);
	}
	if (!all_before && !all_after)
		fail("a reader saw a part of a transaction");
}

static void (*on_publish)(void);
static void (*on_read)(void);
static unsigned long reads;

void kshim_on_publish(void)
{
	void (*hook)(void) = on_publish;

	if (!hook)
		return;
	on_publish = NULL;
	hook();
	on_publish = hook;
}

void kshim_on_read(void)
{
	reads++;
	if (on_read)
		on_read();
}

void kshim_on_set(u64 value)
{
	(void)value;
}

static void join(struct arpp_lpm *t, struct arpp_lpm *fork,
		 const struct state *before, const struct list *list)
{
	joins++;
	watched_table = t;
	watched_before = before;
	watched_after = list;
	on_publish = watch_join;
	arpp_lpm_join(t, fork);
	on_publish = NULL;
	compare(t, list);
	/* Readers may still use the old table: it must be complete. */
	if (fork->count != before->list.rules)
		fail("a joined fork has another count than the table had");
	arpp_lpm_drop(fork);
}

/* Replaces the table by its fork. Returns the fork. */
static struct arpp_lpm *take(struct arpp_lpm *t, struct arpp_lpm *fork,
			     const struct state *before, const struct list *list)
{
	static struct state after;
	size_t blocks;

	takes++;
	arpp_lpm_take(fork, t);
	compare(fork, list);
	if (t->lock) {	/* It may have readers. */
		read_table(t, &after);
		if (memcmp(before, &after, sizeof(after)))
			fail("a replaced table has changed");
	}
	kshim_grace();
	blocks = kshim_blocks;
	arpp_lpm_set_lock(t, NULL);
	arpp_lpm_clean(t);
	if (kshim_blocks != blocks)
		fail("a replaced table had %zu blocks",
		     blocks - kshim_blocks);
	kfree(t);
	return fork;
}

/* Drops the fork: the table must not change. */
static void drop(struct arpp_lpm *t, struct arpp_lpm *fork,
		 const struct state *before)
{
	static struct state after;

	drops++;
	if (rnd() % 2)
		arpp_lpm_drop(fork);
	else
		arpp_lpm_clean(fork);
	if (fork->count || !arpp_lpm_empty(fork))
		fail("a dropped fork is not empty");
	read_table(t, &after);
	if (memcmp(before, &after, sizeof(after)))
		fail("a dropped fork has changed the table");
}

static struct arpp_lpm *new_table(void)
{
	struct arpp_lpm *t;

	do
		t = kzalloc(sizeof(*t), GFP_KERNEL);
	while (!t);
	return t;
}

static void fail_some(bool failing)
{
	kshim_fail_in = failing && rnd() % 3 == 0 ? 1 + rnd() % 12 : 0;
	kshim_fail_all = failing && rnd() % 12 == 0;
}

/* Fork, update, and join, take or drop. Returns the table. */
static struct arpp_lpm *transaction(struct arpp_lpm *t, struct list *list,
				    unsigned int grow, bool failing)
{
	struct arpp_lpm *fork = new_table();
	unsigned int i, n = rnd() % 4 ? rnd() % 12 : rnd() % 200;
	static struct state before, meanwhile;
	static struct list next;
	size_t blocks = kshim_blocks;

	transactions++;
	next = *list;
	draw_addresses(list);
	read_table(t, &before);
	fail_some(failing);
	while (arpp_lpm_fork(fork, t)) {
		check_memory(blocks, "a failed fork");
		fail_some(failing);
	}
	for (i = 0; i < n; i++) {
		fail_some(failing);
		update(fork, &next, grow);
		if (rnd() % 16 == 0)
			compare(fork, &next);
	}
	kshim_fail_in = 0;
	kshim_fail_all = false;
	compare(fork, &next);
	widened += is_wide(fork) && !is_wide(t) && before.list.rules;
	read_table(t, &meanwhile);
	if (memcmp(&before, &meanwhile, sizeof(before)))
		fail("a fork has changed the table");
	switch (rnd() % 3) {
	case 0:
		*list = next;
		join(t, fork, &before, list);
		break;
	case 1:
		*list = next;
		return take(t, fork, &before, list);
	default:
		drop(t, fork, &before);
		check_memory(blocks, "after a drop");
	}
	kfree(fork);
	return t;
}

/* Nothing may be shared or marked any more: the table frees exactly its blocks. */
static void finish(struct arpp_lpm *t)
{
	arpp_lpm_set_lock(t, NULL);
	arpp_lpm_clean(t);
	kfree(t);
	kshim_grace();
	if (kshim_blocks || kshim_bytes)
		fail("leak: %zu blocks", kshim_blocks);
}

static void churn(unsigned int rounds, bool shared, bool failing)
{
	struct arpp_lpm *t = new_table();
	static struct list list;
	unsigned int i, k, grow;

	kshim_failed = 0;
	list.rules = 0;
	if (shared) {
		arpp_lpm_set_lock(t, &lock);
		mutex_lock(&lock);
	}
	for (i = 0; i < rounds; i++) {
		grow = i % 40 < 20 ? 75 : i % 40 < 30 ? 50 : 10;
		t = transaction(t, &list, grow, failing);
		/* Updates without a fork in between. */
		for (k = rnd() % 8; k > 4; k--) {
			fail_some(failing);
			update(t, &list, grow);
			fail_some(false);
		}
		compare(t, &list);
		if (rnd() % 2)
			kshim_grace();
	}
	if (shared)
		mutex_unlock(&lock);
	finish(t);
}

/* The N-th allocation of a transaction fails, for each N. */
static void each_failure(unsigned int rules)
{
	struct arpp_lpm t = { 0 }, fork;
	struct list list = { 0 }, next;
	unsigned int n, i;
	struct state before;
	u64 from;

	while (list.rules < rules)
		update(&t, &list, 100);
	draw_addresses(&list);
	read_table(&t, &before);
	from = random_state;
	for (n = 1, kshim_failed = 1; kshim_failed; n++) {
		size_t blocks = kshim_blocks;

		random_state = from;
		kshim_failed = 0;
		kshim_fail_in = n;
		next = list;
		if (!arpp_lpm_fork(&fork, &t)) {
			for (i = 0; i < 40; i++)
				update(&fork, &next, 40);
			compare(&fork, &next);
		} else {
			fork = (struct arpp_lpm){ 0 };
		}
		kshim_fail_in = 0;
		drop(&t, &fork, &before);
		check_memory(blocks, "after a failure");
	}
	if (n < 10)
		fail("only %u allocations", n);
	arpp_lpm_clean(&t);
	if (kshim_blocks)
		fail("leak: %zu blocks", kshim_blocks);
}

/*
 * A lookup that is interrupted before its N-th read by a join and a drop, which stop before
 * their M-th store and go on when the lookup is done.
 */
static ucontext_t reader, writer;
static struct arpp_lpm table, joined;
static unsigned int at_read, at_store;
static bool stopped;

static void stop_writer(void)
{
	if (!at_store || --at_store)
		return;
	stopped = true;
	swapcontext(&writer, &reader);
}

static void write_join(void)
{
	on_publish = stop_writer;
	arpp_lpm_join(&table, &joined);
	on_publish = NULL;
	arpp_lpm_drop(&joined);
}

static void interrupt(void)
{
	if (!at_read || --at_read)
		return;
	swapcontext(&reader, &writer);
}

static void start_writer(void)
{
	static char stack[1 << 18];

	getcontext(&writer);
	writer.uc_stack.ss_sp = stack;
	writer.uc_stack.ss_size = sizeof(stack);
	writer.uc_link = &reader;
	makecontext(&writer, write_join, 0);
	stopped = false;
}

static void one_window(const struct list *list, const struct list *next, u32 addr)
{
	u64 found;

	start_writer();
	on_read = interrupt;
	found = lookup(&table, addr);
	on_read = NULL;
	if (at_read) {
		at_read = 0;
		swapcontext(&reader, &writer);
	}
	if (stopped)
		swapcontext(&reader, &writer);
	if (found != list_lookup(list, addr) && found != list_lookup(next, addr))
		fail("lookup of %08x saw a part of a join", addr);
	windows++;
	kshim_grace();
}

/* Replace the value of a prefix, or add it, or remove it if @value is 0. */
static void set(struct arpp_lpm *t, struct list *list, u32 prefix, u8 len, u64 value)
{
	struct rule rule = { .node = { .prefix = prefix, .len = len }, .value = value };
	int at = list_find(list, &rule.node), err;

	if (!value)
		err = at < 0 ? 0 : arpp_lpm_delete(t, &rule.node, GFP_KERNEL);
	else if (at < 0)
		err = arpp_lpm_insert(t, &rule.node, value, GFP_KERNEL);
	else
		err = arpp_lpm_replace(t, &rule.node, value, GFP_KERNEL);
	if (err)
		fail("%08x/%u: %d", prefix, len, err);
	if (value)
		list->rule[at < 0 ? (int)list->rules++ : at] = rule;
	else if (at >= 0)
		list->rule[at] = list->rule[--list->rules];
}

/* A shorter prefix changes, and a longer one comes or goes with it. */
static void set_both(struct arpp_lpm *t, struct list *list, unsigned int round)
{
	set(t, list, 0x77000000, 8, round + 1);
	set(t, list, 0x77770000, 16 + round / 2 % 17, round % 2 ? round + 1 : 0);
}

static void window(struct list *list, unsigned int round)
{
	static struct list next;
	unsigned int i, n = rnd() % 20;
	u32 addr = 0x77770000;

	next = *list;
	draw_addresses(list);
	if (arpp_lpm_fork(&joined, &table))
		fail("no memory");
	for (i = 0; i < n; i++)
		update(&joined, &next, list->rules < MOST / 4 ? 70 : 45);
	if (round % 4 < 2)
		set_both(&joined, &next, round);
	else
		addr = rnd() % 2 ? 0x5a5a5a5a : asked[0];
	at_read = 1 + rnd() % 8;
	at_store = rnd() % 3;
	one_window(list, &next, addr);
	*list = next;
	compare(&table, list);
}

static void lookups_during_joins(unsigned int rounds)
{
	static struct list list;

	kshim_failed = 0;
	arpp_lpm_set_lock(&table, &lock);
	mutex_lock(&lock);
	while (rounds--)
		window(&list, rounds);
	arpp_lpm_clean(&table);
	mutex_unlock(&lock);
	if (kshim_blocks)
		fail("leak: %zu blocks", kshim_blocks);
	kshim_grace();
}

/*
 * Readers may still use a table that was replaced. The next update without a fork waits for
 * them, one with a fork does not.
 */
static void test_waiting(void)
{
	struct arpp_lpm *t = new_table(), *fork = new_table(), more;
	unsigned long since = kshim_synchronized;
	struct list list = { 0 };

	arpp_lpm_set_lock(t, &lock);
	mutex_lock(&lock);
	while (list.rules < 50)
		update(t, &list, 100);
	if (arpp_lpm_fork(fork, t))
		fail("no memory");
	update(fork, &list, 100);
	arpp_lpm_take(fork, t);
	if (arpp_lpm_fork(&more, fork))
		fail("no memory");
	update(&more, &list, 100);
	arpp_lpm_join(fork, &more);
	arpp_lpm_drop(&more);
	if (kshim_synchronized != since)
		fail("a fork waits for readers");
	update(fork, &list, 100);
	if (kshim_synchronized != since + 1)
		fail("an update does not wait for the readers of an old table");
	update(fork, &list, 100);
	if (kshim_synchronized != since + 1)
		fail("a second update waits for readers");
	mutex_unlock(&lock);
	arpp_lpm_set_lock(t, NULL);
	arpp_lpm_clean(t);
	kfree(t);
	finish(fork);
}

/* Ten updates in a fork of a large table: allocations, and slots that are read. */
static void cost_of(struct arpp_lpm *t, bool joined)
{
	unsigned long allocated = kshim_allocated;
	struct arpp_lpm_node node, gone;
	struct arpp_lpm fork;
	unsigned int i, err;

	reads = 0;
	err = arpp_lpm_fork(&fork, t);
	for (i = 0; i < CHANGES && !err; i++) {
		node = (struct arpp_lpm_node){ .prefix = rnd(), .len = 32 };
		err = arpp_lpm_insert(&fork, &node, random_value(), GFP_KERNEL);
		if (!lpm_next(&fork, rnd() / 2, -1, &gone) ||
		    arpp_lpm_delete(&fork, &gone, GFP_KERNEL))
			fail("delete from a large table");
	}
	if (err)
		fail("insert into a large table");
	if (joined)
		arpp_lpm_join(t, &fork);
	arpp_lpm_drop(&fork);
	allocated = kshim_allocated - allocated;
	printf("%u updates of %u prefixes: %lu allocations, %lu reads\n",
	       2 * CHANGES, t->count, allocated, reads);
	/* The root; at most six branches on the way, and two new ones. */
	if (allocated > 2 + 2 * CHANGES * 8)
		fail("a fork of a large table takes too much memory");
	/* All slots of the root, in both, and of the branches on the way. */
	if (reads > 4 * 4096 + 2 * CHANGES * 6 * 128)
		fail("a fork of a large table takes too long");
}

static void large(void)
{
	struct arpp_lpm t = { 0 };
	struct arpp_lpm_node node;
	size_t blocks;

	while (t.count < LARGE) {
		node.len = 8 + rnd() % 25;
		node.prefix = rnd() & mask_of(node.len);
		arpp_lpm_insert(&t, &node, 1 + rnd() % 1000, GFP_KERNEL);
	}
	blocks = kshim_blocks;
	cost_of(&t, false);
	check_memory(blocks, "after a fork of a large table");
	cost_of(&t, true);
	cost_of(&t, false);
	arpp_lpm_clean(&t);
	if (kshim_blocks)
		fail("leak: %zu blocks", kshim_blocks);
}

int main(int argc, char **argv)
{
	unsigned int i;

	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 20240229;
	random_state = seed;
	printf("seed %lu\n", seed);
	for (i = 0; i < 4; i++) {
		churn(ROUNDS, false, false);
		churn(ROUNDS, true, false);
		churn(ROUNDS, false, true);
		churn(ROUNDS, true, true);
	}
	for (i = 0; i < MOST / 4; i += 7)
		each_failure(i);
	lookups_during_joins(WINDOWS);
	test_waiting();
	large();
	if (!joins || !takes || !drops || !refused)
		fail("too few cases were tested");
#ifdef LPM_WIDE_FROM
	if (!widened)
		fail("no table has become large in a fork");
#endif
	printf("%lu updates, %lu without memory, %u joins, %u takes, %u drops\n",
	       updates, refused, joins, takes, drops);
	printf("%u forks widened, %lu lookups during a join\n", widened, windows);
	return 0;
}
