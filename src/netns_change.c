// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change the configuration of a netns: fields, rules, bindings, all of it.
 *
 * Process context. RTNL before nn->lock; a change that concerns no device takes
 * nn->lock alone. What packets see is in netns_publish.c.
 */
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>

#include "netns_change.h"
#include "netns_publish.h"
#include "packet/rate.h"

/* A change was made; nn->lock held. */
static u32 changed(struct arpp_netns *nn)
{
	return ++nn->generation;
}

/* The first source-rate makes room for sources, kept while the netns lives. */
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
 * @change: what to do; filled in with the result
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
 * Devices need only be looked at when a selector gets its first rule or binding
 * or loses its last: a million others shall not each take RTNL.
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
 * arpp_netns_full() - check whether no rule, or binding, may be added
 * @nn: the netns, for its limits
 * @config: its configuration, or one under construction
 * @table: the kind of entry
 *
 * Return: whether the limit is reached.
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

/* Make an entry say something else: 1, 0 if it says so already, or -errno. */
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
 * Packets see the whole change at once, and do not wait.
 *
 * Context: process, without RTNL.
 * Return: 1 if something changed, 0 if a replace had nothing to change, or
 *	-errno, which changes nothing: -EEXIST, -ENOSPC for too many selectors,
 *	-EMLINK for too many globs with rules or bindings, -ENFILE for too many
 *	rules or bindings, -ENOMEM or -EINTR.
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

/* Does a rule say what is asked to be removed? */
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
 * @like: its prefix, and what else must agree; set to what was there
 * @generation: set to the number of this change
 *
 * Context: process, without RTNL.
 * Return: 0, or -errno, which changes nothing: -ENOENT when there is none, -ESRCH when it
 *	says something else; for a selector's last one also -ENOMEM or -EINTR.
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

/* The selectors of a command: the one that it names, or each of them. */
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

/* Prepare in sel->next what one selector will have: 1 if less, 0 or -ENOMEM. */
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
 * Prepare in sel->next what each selector will have after some tables are cleared:
 * its present tables, new ones with the tables to keep, or none. Nothing is
 * published yet. Returns whether anything is to be cleared, or -errno.
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

/* Exchange the tables of a selector and those that were planned. */
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

/* The same for each selector; returns whether any is left with something. */
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

/* Publish the tables that were planned. */
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
 * Free the old or new tables that are not in use, and drop selectors without any.
 * The lock protects dumps. It is released now and then, because a notifier may wait
 * for it under RTNL.
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
 * Return: 1 if there were any, 0 if not, or -ENOMEM or -EINTR, which change
 *	nothing.
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
 * arpp_netns_commit() - replace the whole policy by another one
 * @nn: the netns
 * @config: the new policy; on success empty afterwards, else unchanged
 * @expected: the generation that the present policy must have; 0: any
 * @generation: set to the number of this change
 *
 * A packet sees the old policy or the new one. Counters of devices are kept. RTNL is
 * held only for the exchange, not while selectors and rules are walked.
 *
 * Context: process, without RTNL; nn->command held.
 * Return: 0, or -EBUSY if the policy has another generation, -ENOMEM or -EINTR,
 *	which change nothing.
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
 * Return: whether there was anything.
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
