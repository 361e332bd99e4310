// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change the configuration of a netns: fields, rules, bindings, the whole policy.
 *
 * Process context. RTNL before nn->lock; a change that replaces no device's policy
 * takes only nn->lock. netns_publish.c publishes the result.
 */
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>

#include "netns_change.h"
#include "netns_publish.h"
#include "packet/rate.h"

/* Count a change and return its number; nn->lock held. */
static u32 changed(struct arpp_netns *nn)
{
	return ++nn->generation;
}

/* The first source-rate allocates the sources, which live as long as the netns. */
static int prepare(struct arpp_netns *nn, bool metered)
{
	if (!metered || nn->sources)
		return 0;
	nn->sources = arpp_sources_alloc();
	return nn->sources ? 0 : -ENOMEM;
}

/**
 * arpp_netns_change() - set and unset fields of a selector
 * @nn: the netns
 * @change: the change; filled in with the result
 *
 * Packets see the change immediately and as a whole. On failure nothing changes.
 *
 * Context: process, without RTNL.
 * Return: 1 if something changed, 0 if nothing had to be changed, or -errno:
 *	-ENOENT if none of the fields to unset was set, -ENOMEM, -EINTR, or
 *	-ENOSPC for too many selectors.
 */
int arpp_netns_change(struct arpp_netns *nn, struct arpp_netns_change *change)
{
	struct arpp_fields *now = &change->now, was;
	struct arpp_selector *sel;
	enum arp_policy_field f;
	int err;

	rtnl_lock();
	mutex_lock(&nn->lock);
	sel = arpp_selector_add(&nn->config.selectors, &change->key);
	if (IS_ERR(sel)) {
		err = PTR_ERR(sel);
		goto unlock;
	}
	was = sel->fields;
	*now = was;
	err = -ENOENT;
	if (change->unset && !(was.set & change->unset))
		goto prune;
	arpp_for_each_field(f) {
		if (change->unset & BIT(f))
			arpp_field_unset(now, f);
		if (arpp_field_is_set(&change->set, f))
			arpp_field_set(now, f, change->set.val[f]);
	}
	err = 0;
	if (arpp_field_equal(&was, now))
		goto prune;

	err = prepare(nn, now->val[ARP_POLICY_FIELD_SOURCE_RATE]);
	if (err)
		goto prune;
	arpp_selector_set(&nn->config.selectors, sel, now);
	err = arpp_netns_apply(nn, sel);
	if (err) {
		arpp_selector_set(&nn->config.selectors, sel, &was);
	} else {
		change->generation = changed(nn);
		err = 1;
	}
prune:
	arpp_selector_prune(&nn->config.selectors, sel);
unlock:
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/*
 * Device policies change only when a selector gets its first rule or binding or loses
 * its last. All other changes do not take RTNL.
 */
static bool lock_for_rules(struct arpp_netns *nn,
			   const struct arpp_selector_key *key,
			   unsigned int enough)
{
	const struct arpp_selector *sel;

	mutex_lock(&nn->lock);
	sel = arpp_selector_find(&nn->config.selectors, key);
	if (sel && arpp_tables_count(sel->tables, ARPP_RULES | ARPP_BINDINGS) >=
	    enough)
		return false;
	mutex_unlock(&nn->lock);
	rtnl_lock();
	mutex_lock(&nn->lock);
	return true;
}

static void unlock_for_rules(struct arpp_netns *nn, bool rtnl)
{
	mutex_unlock(&nn->lock);
	if (rtnl)
		rtnl_unlock();
}

/**
 * arpp_netns_full() - is the limit of rules or bindings reached?
 * @nn: the netns, for its limits
 * @config: its configuration, or one under construction
 * @table: the kind of entry
 *
 * Return: whether it is.
 */
bool arpp_netns_full(const struct arpp_netns *nn,
		     const struct arpp_config *config, enum arpp_table table)
{
	const unsigned int *count = config->count;

	if (table == ARPP_TABLE_BINDING)
		return count[table] >= nn->max_bindings;
	return count[ARPP_TABLE_TARGET] + count[ARPP_TABLE_SENDER] >=
	       nn->max_rules;
}

/* Give a selector its first rule or binding. */
static int insert_first(struct arpp_netns *nn,
			const struct arpp_selector_key *key,
			enum arpp_table table, const struct arpp_rule *rule)
{
	struct arpp_selector *sel = arpp_selector_add(&nn->config.selectors, key);
	struct arpp_tables *tables;
	int err;

	if (IS_ERR(sel))
		return PTR_ERR(sel);
	err = -EMLINK;
	if (!arpp_selector_takes_tables(&nn->config.selectors, sel))
		goto prune;
	err = -ENOMEM;
	tables = arpp_tables_alloc(key, &nn->lock);
	if (!tables)
		goto prune;
	err = arpp_lpm_insert(tables->lpm[table], &rule->node,
			      arpp_rule_value(rule), GFP_KERNEL_ACCOUNT);
	if (err)
		goto free;
	arpp_selector_set_tables(&nn->config.selectors, sel, tables);
	err = arpp_netns_apply(nn, sel);
	if (!err)
		return 0;
	arpp_selector_set_tables(&nn->config.selectors, sel, NULL);
free:
	arpp_tables_free(tables);
prune:
	arpp_selector_prune(&nn->config.selectors, sel);
	return err;
}

/* Replace an entry: 1, 0 if it is the same already, or -errno. */
static int replace_entry(struct arpp_lpm *lpm, const struct arpp_rule *rule,
			 u64 found)
{
	u64 value = arpp_rule_value(rule);
	int err;

	if (arpp_lpm_value(found) == value)
		return 0;
	err = arpp_lpm_replace(lpm, &rule->node, value, GFP_KERNEL_ACCOUNT);
	return err ? err : 1;
}

/* Add or replace an entry: 1, 0 if nothing had to be changed, or -errno. */
static int insert_locked(struct arpp_netns *nn,
			 const struct arpp_selector_key *key,
			 enum arpp_table table, const struct arpp_rule *rule,
			 bool replace)
{
	struct arpp_selector *sel = arpp_selector_find(&nn->config.selectors, key);
	struct arpp_lpm *lpm = sel && sel->tables ? sel->tables->lpm[table] : NULL;
	u64 found = 0;
	int err;

	if (lpm)
		found = arpp_lpm_find(lpm, rule->node.prefix, rule->node.len);
	if (found)
		return replace ? replace_entry(lpm, rule, found) : -EEXIST;
	if (arpp_netns_full(nn, &nn->config, table))
		return -ENFILE;
	if (lpm)
		err = arpp_lpm_insert(lpm, &rule->node, arpp_rule_value(rule),
				      GFP_KERNEL_ACCOUNT);
	else
		err = insert_first(nn, key, table, rule);
	if (err)
		return err;
	nn->config.count[table]++;
	return 1;
}

/**
 * arpp_netns_insert() - add or replace a rule or a binding
 * @nn: the netns
 * @key: the selector that it is for
 * @table: the kind of entry
 * @rule: the rule or binding
 * @replace: replace an existing one
 * @generation: set to the number of this change
 *
 * Packets see the whole change at once, and do not wait. On failure nothing changes.
 *
 * Context: process, without RTNL.
 * Return: 1 if something changed, 0 if a replace had nothing to change, or -errno:
 *	-EEXIST, -ENOSPC for too many selectors, -EMLINK for too many globs with rules
 *	or bindings, -ENFILE for too many rules or bindings, -ENOMEM or -EINTR.
 */
int arpp_netns_insert(struct arpp_netns *nn, const struct arpp_selector_key *key,
		      enum arpp_table table, const struct arpp_rule *rule,
		      bool replace, u32 *generation)
{
	bool rtnl = lock_for_rules(nn, key, 1);
	int err = insert_locked(nn, key, table, rule, replace);

	if (err > 0)
		*generation = changed(nn);
	unlock_for_rules(nn, rtnl);
	return err;
}

/* Does a rule match what is to be removed? */
static bool agrees(const struct arpp_rule *rule, const struct arpp_rule *like)
{
	if (like->action && like->action != rule->action)
		return false;
	if (like->has_lladdr &&
	    (!rule->has_lladdr || memcmp(like->lladdr, rule->lladdr, ETH_ALEN)))
		return false;
	return !like->routed || rule->routed;
}

/* Remove the last rule or binding of a selector, with its tables. */
static int remove_last(struct arpp_netns *nn, struct arpp_selector *sel)
{
	struct arpp_tables *tables = sel->tables;
	int err;

	arpp_selector_set_tables(&nn->config.selectors, sel, NULL);
	err = arpp_netns_apply(nn, sel);
	if (err) {
		arpp_selector_set_tables(&nn->config.selectors, sel, tables);
		return err;
	}
	arpp_tables_free_rcu(tables);
	arpp_selector_prune(&nn->config.selectors, sel);
	return 0;
}

static int remove_locked(struct arpp_netns *nn,
			 const struct arpp_selector_key *key,
			 enum arpp_table table, struct arpp_rule *like)
{
	struct arpp_selector *sel = arpp_selector_find(&nn->config.selectors, key);
	struct arpp_lpm *lpm = sel && sel->tables ? sel->tables->lpm[table] : NULL;
	struct arpp_rule rule;
	u64 found = 0;
	int err = 0;

	if (lpm)
		found = arpp_lpm_find(lpm, like->node.prefix, like->node.len);
	if (!found)
		return -ENOENT;
	rule = arpp_rule_of(found, like->node.prefix);
	if (!agrees(&rule, like))
		return -ESRCH;
	if (arpp_tables_count(sel->tables, ARPP_RULES | ARPP_BINDINGS) > 1)
		arpp_lpm_remove(lpm, like->node.prefix, like->node.len);
	else
		err = remove_last(nn, sel);
	if (err)
		return err;
	nn->config.count[table]--;
	*like = rule;
	return 0;
}

/**
 * arpp_netns_remove() - remove a rule or a binding
 * @nn: the netns
 * @key: the selector that it is for
 * @table: the kind of entry
 * @like: its prefix, and what else must match; set to the removed entry
 * @generation: set to the number of this change
 *
 * On failure nothing changes.
 *
 * Context: process, without RTNL.
 * Return: 0, or -errno: -ENOENT if there is none, -ESRCH if it does not match; for the
 *	last entry of a selector also -ENOMEM or -EINTR.
 */
int arpp_netns_remove(struct arpp_netns *nn, const struct arpp_selector_key *key,
		      enum arpp_table table, struct arpp_rule *like,
		      u32 *generation)
{
	bool rtnl = lock_for_rules(nn, key, 2);
	int err = remove_locked(nn, key, table, like);

	if (!err)
		*generation = changed(nn);
	unlock_for_rules(nn, rtnl);
	return err;
}

/* The first of a command's selectors: the named one, or all of them without a key. */
static struct arpp_selector *clear_first(struct arpp_netns *nn,
					 const struct arpp_selector_key *key)
{
	return key ? arpp_selector_find(&nn->config.selectors, key) :
		     arpp_selector_next(&nn->config.selectors, NULL);
}

static struct arpp_selector *clear_next(const struct arpp_selector *sel,
					const struct arpp_selector_key *key)
{
	return key ? NULL : arpp_selector_after(sel);
}

/* The tables that are not in a mask. */
static unsigned int all_but(unsigned int which)
{
	return (ARPP_RULES | ARPP_BINDINGS) & ~which;
}

/* Plan the new tables of a selector in sel->next: 1 if they differ, 0 or -ENOMEM. */
static int plan_tables(struct arpp_selector *sel, unsigned int which)
{
	unsigned int keep = all_but(which);

	sel->next = sel->tables;
	if (!arpp_tables_count(sel->tables, which))
		return 0;
	sel->next = NULL;
	if (!arpp_tables_count(sel->tables, keep))
		return 1;
	sel->next = arpp_tables_split(sel->tables, keep);
	return sel->next ? 1 : -ENOMEM;
}

/*
 * Plan in sel->next the tables of each selector after a clear: its present tables, a new
 * set with the tables to keep, or none. Nothing is published yet. Returns whether
 * anything is to be cleared, or -errno.
 */
static int plan_clear(struct arpp_netns *nn, unsigned int which,
		      const struct arpp_selector_key *key)
{
	struct arpp_selector *sel;
	int any = 0, err;

	for (sel = clear_first(nn, key); sel; sel = clear_next(sel, key)) {
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
		err = plan_tables(sel, which);
		if (err < 0)
			return err;
		any |= err;
	}
	return any;
}

/* Swap the tables of a selector with the planned ones. */
static void swap_tables(struct arpp_config *config, struct arpp_selector *sel)
{
	struct arpp_tables *was = sel->tables;
	int i;

	if (was == sel->next)
		return;
	arpp_selector_set_tables(&config->selectors, sel, sel->next);
	sel->next = was;
	for (i = 0; i < ARPP_TABLES; i++)
		config->count[i] += arpp_tables_count(sel->tables, BIT(i)) -
				    arpp_tables_count(was, BIT(i));
}

/* Swap the tables of all selectors; returns whether one is not empty. */
static bool swap_all(struct arpp_netns *nn, const struct arpp_selector_key *key)
{
	struct arpp_selector *sel;
	bool any = false;

	lockdep_assert_held(&nn->lock);
	for (sel = clear_first(nn, key); sel; sel = clear_next(sel, key)) {
		swap_tables(&nn->config, sel);
		any |= sel->fields.set || sel->tables;
	}
	return any;
}

/* Publish the planned tables. */
static int publish_clear(struct arpp_netns *nn,
			 const struct arpp_selector_key *key, u32 *generation)
{
	int err = 0;
	bool any;

	rtnl_lock();
	mutex_lock(&nn->lock);
	any = swap_all(nn, key);
	if (key)
		err = arpp_netns_apply(nn, clear_first(nn, key));
	else if (any)
		err = arpp_netns_rebuild(nn);
	else
		arpp_netns_withdraw(nn);
	if (err)
		swap_all(nn, key);
	else
		*generation = changed(nn);
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/*
 * Free the tables that are not in use, old or planned, and remove empty selectors. The
 * lock protects dumps. It is released now and then, because a notifier may wait for it
 * under RTNL.
 */
static void end_clear(struct arpp_netns *nn, unsigned int keep,
		      const struct arpp_selector_key *key)
{
	struct arpp_selector *sel, *after;
	unsigned int n = 0;

	mutex_lock(&nn->lock);
	for (sel = clear_first(nn, key); sel; sel = after) {
		after = clear_next(sel, key);
		if (sel->next && sel->next != sel->tables) {
			/* Kept tables are in both sets, and belong to sel->tables. */
			sel->next->lent = sel->tables ? keep : 0;
			arpp_tables_free_rcu(sel->next);
		}
		sel->next = NULL;
		arpp_selector_prune(&nn->config.selectors, sel);
		if (++n % 64)
			continue;
		mutex_unlock(&nn->lock);
		cond_resched();
		mutex_lock(&nn->lock);
	}
	mutex_unlock(&nn->lock);
}

/**
 * arpp_netns_clear() - remove rules or bindings
 * @nn: the netns
 * @which: ARPP_RULES or ARPP_BINDINGS
 * @key: the selector to remove them from; NULL: every selector
 * @generation: set to the number of this change
 *
 * A packet sees all of them or none. Only devices that the selector may match get a
 * new policy. The work per selector is done before and after, not under RTNL.
 *
 * Context: process, without RTNL; nn->command held, so that the selectors stay.
 * Return: 1 if there were any, 0 if not, or -ENOMEM or -EINTR if nothing was changed.
 */
int arpp_netns_clear(struct arpp_netns *nn, unsigned int which,
		     const struct arpp_selector_key *key, u32 *generation)
{
	int any = plan_clear(nn, which, key), err = 0;

	if (any > 0)
		err = publish_clear(nn, key, generation);
	end_clear(nn, all_but(which), key);
	return err ? err : any;
}

/**
 * arpp_netns_commit() - replace the whole policy
 * @nn: the netns
 * @config: the new policy; on success empty afterwards, else unchanged
 * @expected: the required generation of the present policy; 0: any
 * @generation: set to the number of this change
 *
 * A packet sees the old policy or the new one. Counters of devices are kept. RTNL is
 * held only for the exchange, not while selectors and rules are walked. On failure
 * nothing changes.
 *
 * Context: process, without RTNL; nn->command held.
 * Return: 0, or -EBUSY if the policy has another generation, -ENOMEM or -EINTR.
 */
int arpp_netns_commit(struct arpp_netns *nn, struct arpp_config *config,
		      u32 expected, u32 *generation)
{
	int err;

	arpp_config_share(config, &nn->lock);
	rtnl_lock();
	mutex_lock(&nn->lock);
	err = -EBUSY;
	if (expected && expected != nn->generation)
		goto unlock;
	err = prepare(nn, config->selectors.metered);
	if (err)
		goto unlock;
	swap(nn->config, *config);
	if (nn->config.selectors.count)
		err = arpp_netns_rebuild(nn);
	else
		arpp_netns_withdraw(nn);
	if (err)
		swap(nn->config, *config);
	else
		*generation = changed(nn);
unlock:
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	if (err)
		arpp_config_share(config, NULL);
	else
		arpp_config_free_rcu(config);
	return err;
}

/**
 * arpp_netns_flush() - remove the whole policy
 * @nn: the netns
 * @generation: set to the number of this change
 *
 * Needs no memory and cannot fail.
 *
 * Context: process; nn->command held while the family is registered.
 * Return: whether there was a policy.
 */
bool arpp_netns_flush(struct arpp_netns *nn, u32 *generation)
{
	struct arpp_config was;
	bool any;

	mutex_lock(&nn->lock);
	any = nn->config.selectors.count;
	arpp_netns_withdraw(nn);
	was = nn->config;
	arpp_config_init(&nn->config);
	if (any)
		changed(nn);
	*generation = nn->generation;
	mutex_unlock(&nn->lock);
	arpp_config_free_rcu(&was);
	return any;
}
