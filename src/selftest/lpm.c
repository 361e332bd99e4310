// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compare the prefix table with a list that is searched linearly.
 *
 * Process context. The table has no other users, but is updated as if it had readers.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "policy/lpm.h"
#include "selftest/selftest.h"

#define MOST		20000	/* enough for the large form of a table */
#define SMALL		200
#define ROUNDS		40
#define STEPS		1300	/* updates in a round, each followed by lookups */
#define QUESTIONS	20
#define FORKED		200	/* updates between two transactions */
#define CHANGES		20	/* updates in a transaction, at most */

struct rule {
	struct arpp_lpm_node node;
	u64 value;
};

struct test {
	struct arpp_lpm *table;
	struct mutex lock;	/* the table's */
	struct rnd_state rnd;
	struct rule *rules;	/* the model */
	struct rule saved[SMALL];	/* the model before a transaction */
	unsigned int count, queries, updates, forks;
	bool forked;		/* @table is a fork */
};

static u32 draw(struct test *t, u32 below)
{
	return prandom_u32_state(&t->rnd) % below;
}

static u32 mask_of(u8 len)
{
	return len ? ~0U << (32 - len) : 0;
}

static bool covers(const struct rule *rule, u32 addr)
{
	return !((addr ^ rule->node.prefix) & mask_of(rule->node.len));
}

/* The expected result of a lookup that finds this rule, or none. */
static u64 found_of(const struct rule *rule)
{
	return rule ? rule->value << ARPP_LPM_VALUE | rule->node.len : 0;
}

static bool agrees(u64 found, const struct rule *rule)
{
	return rule ? found_of(rule) == (arpp_lpm_value(found) << ARPP_LPM_VALUE |
					 arpp_lpm_len(found)) : !found;
}

static const struct rule *model_lookup(const struct test *t, u32 addr)
{
	const struct rule *best = NULL;
	unsigned int i;

	for (i = 0; i < t->count; i++)
		if (covers(&t->rules[i], addr) &&
		    (!best || t->rules[i].node.len > best->node.len))
			best = &t->rules[i];
	return best;
}

static int model_find(const struct test *t, u32 prefix, u8 len)
{
	unsigned int i;

	for (i = 0; i < t->count; i++)
		if (t->rules[i].node.prefix == prefix &&
		    t->rules[i].node.len == len)
			return i;
	return -1;
}

/* An address in a rule, next to it, or anywhere. */
static u32 some_address(struct test *t)
{
	const struct rule *rule;
	u32 addr = prandom_u32_state(&t->rnd);

	if (!t->count || !draw(t, 8))
		return addr;
	rule = &t->rules[draw(t, t->count)];
	addr = rule->node.prefix | (addr & ~mask_of(rule->node.len));
	return addr + draw(t, 3) - 1;
}

/* A prefix of a few ranges, so that prefixes nest; or anywhere. */
static void some_prefix(struct test *t, struct arpp_lpm_node *node)
{
	u32 addr = prandom_u32_state(&t->rnd);

	node->len = draw(t, 33);
	if (draw(t, 4))
		addr = 0x0a000000 | (addr & 0x0003f0ff);
	node->prefix = addr & mask_of(node->len);
}

/* Half of the values do not fit into 64 bits with an address. */
static u64 some_value(struct test *t)
{
	u64 value = prandom_u32_state(&t->rnd) >> 11;

	if (draw(t, 2))
		value |= (u64)prandom_u32_state(&t->rnd) << 21;
	return value;
}

static int ask_for(struct test *t, u32 addr)
{
	u64 found;

	rcu_read_lock();
	found = arpp_lpm_lookup(t->table, addr);
	rcu_read_unlock();
	t->queries++;
	if (agrees(found, model_lookup(t, addr)))
		return 0;
	pr_err("arp_policy: selftest: wrong answer for %pI4h\n", &addr);
	return -EINVAL;
}

static int ask(struct test *t, unsigned int n)
{
	int err = 0;

	while (n-- && !err)
		err = ask_for(t, some_address(t));
	return err;
}

static int remove(struct test *t, int at)
{
	struct rule rule = t->rules[at];
	int err = 0;

	if (t->forked)
		err = arpp_lpm_delete(t->table, &rule.node, GFP_KERNEL);
	else if (!agrees(arpp_lpm_remove(t->table, rule.node.prefix,
					 rule.node.len), &rule))
		err = -EINVAL;
	if (err)
		return err;
	t->rules[at] = t->rules[--t->count];
	return 0;
}

/* @grow: percentage of updates that add */
static int update(struct test *t, unsigned int grow, unsigned int most)
{
	struct rule rule;
	int at, err;

	t->updates++;
	if (t->count && (t->count >= most || draw(t, 100) >= grow))
		return remove(t, draw(t, t->count));
	some_prefix(t, &rule.node);
	rule.value = some_value(t);
	at = model_find(t, rule.node.prefix, rule.node.len);
	err = arpp_lpm_insert(t->table, &rule.node, rule.value, GFP_KERNEL);
	if (!err && at < 0) {
		t->rules[t->count++] = rule;
		return 0;
	}
	if (err != -EEXIST || at < 0)
		return err ?: -EINVAL;
	err = arpp_lpm_replace(t->table, &rule.node, rule.value, GFP_KERNEL);
	if (!err)
		t->rules[at] = rule;
	return err;
}

/*
 * Insert nested prefixes of every length, then remove them from the longest on. Called
 * with a value that fits into 64 bits with an address, and with one that does not.
 */
static int nested(struct test *t, u64 value)
{
	const u32 addr = 0x5aaa55aa;
	struct rule rule;
	int len, err;

	for (len = 0; len <= 32; len++) {
		rule.node.len = len;
		rule.node.prefix = addr & mask_of(len);
		rule.value = value + len;
		err = arpp_lpm_insert(t->table, &rule.node, rule.value, GFP_KERNEL);
		if (err)
			return err;
		t->rules[t->count++] = rule;
		t->updates++;
	}
	for (len = 32; len >= 0; len--) {
		err = ask(t, 2 * QUESTIONS) ?: ask_for(t, addr) ?: remove(t, len);
		if (err)
			return err;
		t->updates++;
	}
	return 0;
}

/* A fork has the place of the table: an update waits for readers, then this can be freed. */
static int take(struct test *t, struct arpp_lpm *table)
{
	int err;

	arpp_lpm_take(t->table, table);
	err = update(t, 50, SMALL);
	synchronize_rcu();
	arpp_lpm_set_lock(table, NULL);
	arpp_lpm_clean(table);
	kfree(table);
	return err;
}

/* The model is that of the table again. */
static void drop(struct test *t, unsigned int count)
{
	t->count = count;
	memcpy(t->rules, t->saved, count * sizeof(*t->rules));
}

/* Join a fork, let it have the place of the table, or drop it. */
static int end_fork(struct test *t, struct arpp_lpm *table, unsigned int count)
{
	struct arpp_lpm *fork = t->table;
	unsigned int how = draw(t, 3);

	if (!how)
		return take(t, table);
	t->table = table;
	if (how == 1)
		arpp_lpm_join(table, fork);
	else
		drop(t, count);
	arpp_lpm_drop(fork);
	kfree(fork);
	return 0;
}

static int transaction(struct test *t)
{
	struct arpp_lpm *fork = kmalloc(sizeof(*fork), GFP_KERNEL);
	struct arpp_lpm *table = t->table;
	unsigned int n, count = t->count;
	int err;

	if (!fork)
		return -ENOMEM;
	err = arpp_lpm_fork(fork, table);
	if (err) {
		kfree(fork);
		return err;
	}
	t->forks++;
	memcpy(t->saved, t->rules, count * sizeof(*t->rules));
	t->table = fork;
	t->forked = true;
	for (n = draw(t, CHANGES); n && !err; n--)
		err = update(t, 50, SMALL) ?: ask(t, QUESTIONS);
	t->forked = false;
	return end_fork(t, table, count) ?: err ?: ask(t, QUESTIONS);
}

static int churn(struct test *t)
{
	unsigned int round, step;
	int err;

	for (round = 0; round < ROUNDS; round++) {
		for (step = 0; step < STEPS; step++) {
			err = update(t, step < STEPS / 2 ? 75 : 40, SMALL);
			if (!err)
				err = ask(t, QUESTIONS);
			if (!err && step % FORKED == FORKED - 1)
				err = transaction(t);
			if (err)
				return err;
		}
		cond_resched();
	}
	return 0;
}

/* The large form of a table, in a fork that is joined. */
static int large_fork(struct test *t)
{
	struct arpp_lpm fork, *table = t->table;
	unsigned int n;
	int err = arpp_lpm_fork(&fork, table);

	if (err)
		return err;
	t->table = &fork;
	t->forked = true;
	for (n = 0; n < CHANGES && !err; n++)
		err = remove(t, draw(t, t->count)) ?: ask(t, QUESTIONS);
	t->forked = false;
	t->table = table;
	arpp_lpm_join(table, &fork);
	arpp_lpm_drop(&fork);
	return err ?: ask(t, 5 * QUESTIONS);
}

/* Grow the table and shrink it again, with few lookups: a long list is slow. */
static int large(struct test *t)
{
	int err = 0;

	while (!err && t->count < MOST) {
		struct rule rule = { .node.len = 28, .value = some_value(t) };

		rule.node.prefix = prandom_u32_state(&t->rnd) & mask_of(28);
		err = arpp_lpm_insert(t->table, &rule.node, rule.value, GFP_KERNEL);
		t->updates++;
		if (!err)
			t->rules[t->count++] = rule;
		if (err == -EEXIST)
			err = 0;
		if (!err && t->count % 1000 == 0)
			err = ask(t, 100);
		cond_resched();
	}
	if (!err)
		err = large_fork(t);
	while (!err && t->count) {
		err = remove(t, draw(t, t->count));
		t->updates++;
		if (!err && t->count % 1000 == 0)
			err = ask(t, 100);
		cond_resched();
	}
	return err;
}

/**
 * arpp_selftest_lpm() - do a million lookups in a prefix table under updates
 *
 * Return: 0 if all results agree with the list.
 */
int arpp_selftest_lpm(void)
{
	struct test *t = kzalloc(sizeof(*t), GFP_KERNEL);
	int err = -ENOMEM;

	if (!t)
		return err;
	t->rules = vmalloc(array_size(MOST, sizeof(*t->rules)));
	t->table = kzalloc(sizeof(*t->table), GFP_KERNEL);
	if (!t->rules || !t->table)
		goto out;
	mutex_init(&t->lock);
	prandom_seed_state(&t->rnd, 20240229);
	arpp_lpm_set_lock(t->table, &t->lock);
	mutex_lock(&t->lock);
	err = nested(t, 1) ?: nested(t, 1ULL << 40) ?: churn(t) ?: large(t);
	arpp_lpm_clean(t->table);
	mutex_unlock(&t->lock);
	if (err)
		pr_err("arp_policy: selftest: the prefix table failed after %u queries, %u updates, %u forks: %d\n",
		       t->queries, t->updates, t->forks, err);
	else
		pr_info("arp_policy: selftest: prefix table: %u queries, %u updates\n",
			t->queries, t->updates);
out:
	kfree(t->table);
	vfree(t->rules);
	kfree(t);
	return err;
}
