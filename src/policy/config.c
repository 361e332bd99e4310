// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration of a netns, or one under construction.
 *
 * Process context. The netns's mutex covers the configuration of a netns. One under
 * construction belongs to its creator; it has no readers, so updates need no grace
 * period.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "policy/config.h"

/**
 * arpp_config_init() - initialise an empty configuration
 * @config: filled in
 */
void arpp_config_init(struct arpp_config *config)
{
	*config = (struct arpp_config){ .selectors.root = RB_ROOT };
}

/**
 * arpp_config_set() - set fields of a selector in a policy under construction
 * @config: the policy
 * @key: the selector
 * @fields: the fields to set, at least one; others are kept
 *
 * Return: 0, -ENOMEM, or -ENOSPC for too many selectors.
 */
int arpp_config_set(struct arpp_config *config,
		    const struct arpp_selector_key *key,
		    const struct arpp_fields *fields)
{
	struct arpp_selector *sel = arpp_selector_add(&config->selectors, key);
	struct arpp_fields now;

	if (IS_ERR(sel))
		return PTR_ERR(sel);
	now = sel->fields;
	arpp_field_change(&now, fields, 0);
	arpp_selector_set(&config->selectors, sel, &now);
	return 0;
}

/**
 * arpp_config_insert() - add a rule or a binding to a policy under construction
 * @config: the policy
 * @key: the selector
 * @table: the kind of entry
 * @rule: the rule or binding
 *
 * Return: 0, -EEXIST, -ENOMEM, -ENOSPC for too many selectors, or -EMLINK for
 *	too many globs with rules or bindings.
 */
int arpp_config_insert(struct arpp_config *config,
		       const struct arpp_selector_key *key,
		       enum arpp_table table, const struct arpp_rule *rule)
{
	struct arpp_selector *sel = arpp_selector_add(&config->selectors, key);
	int err;

	if (IS_ERR(sel))
		return PTR_ERR(sel);
	if (!sel->tables) {
		if (!arpp_selector_takes_tables(&config->selectors, sel))
			return -EMLINK;
		arpp_selector_set_tables(&config->selectors, sel,
					 arpp_tables_alloc(key, NULL));
		if (!sel->tables)
			return -ENOMEM;
	}
	err = arpp_lpm_insert(sel->tables->lpm[table], &rule->node,
			      arpp_rule_value(rule), GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	config->count[table]++;
	config->dynamic += rule->dynamic;
	return 0;
}

/* Add the dynamic bindings of a selector, whose tables do not change meanwhile. */
static int keep_selector(struct arpp_config *config,
			 const struct arpp_selector *sel, struct mutex *lock)
{
	const struct arpp_lpm *lpm = sel->tables->lpm[ARPP_TABLE_BINDING];
	struct arpp_lpm_node node;
	struct arpp_lpm_iter it;
	struct arpp_rule rule;
	unsigned int n = 0;
	int err = 0;
	u64 found;

	mutex_lock(lock);
	arpp_lpm_iter_begin(&it, lpm, 0, -1);
	while (!err && (found = arpp_lpm_iter_next(&it, &node))) {
		if (arpp_binding_is_dynamic(found)) {
			rule = arpp_rule_of(found, ARPP_TABLE_BINDING,
					    node.prefix);
			err = arpp_config_insert(config, &sel->key,
						 ARPP_TABLE_BINDING, &rule);
		}
		/* A static binding has its place. */
		if (err == -EEXIST)
			err = 0;
		if (++n % 256)
			continue;
		mutex_unlock(lock);
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
		mutex_lock(lock);
	}
	mutex_unlock(lock);
	return err;
}

/**
 * arpp_config_keep_dynamic() - add the dynamic bindings of another configuration
 * @config: a policy under construction; on failure, some were added
 * @from: the other one
 * @lock: its lock, taken for short times
 *
 * Context: process; the caller keeps @from from changing.
 * Return: 0, -ENOMEM, -EINTR, or as arpp_config_insert() for too many.
 */
int arpp_config_keep_dynamic(struct arpp_config *config,
			     const struct arpp_config *from, struct mutex *lock)
{
	const struct arpp_selector *sel;
	int err = 0;

	if (!from->dynamic)
		return 0;
	arpp_for_each_selector(sel, &from->selectors) {
		if (sel->tables && !err)
			err = keep_selector(config, sel, lock);
		cond_resched();
	}
	return err;
}

/**
 * arpp_config_share() - set or clear the lock of all tables
 * @config: the configuration
 * @lock: the lock that writers hold from now on; NULL if there are no readers
 */
void arpp_config_share(struct arpp_config *config, struct mutex *lock)
{
	struct arpp_selector *sel;
	int i;

	arpp_for_each_selector(sel, &config->selectors) {
		for (i = 0; sel->tables && i < ARPP_TABLES; i++)
			arpp_lpm_set_lock(sel->tables->lpm[i], lock);
		cond_resched();
	}
}

/**
 * arpp_config_free() - free a configuration
 * @config: the configuration, without readers; empty afterwards
 */
void arpp_config_free(struct arpp_config *config)
{
	struct arpp_selector *sel;

	arpp_for_each_selector(sel, &config->selectors) {
		arpp_tables_free(sel->tables);
		cond_resched();
	}
	arpp_selector_flush(&config->selectors);
	arpp_config_init(config);
}

/**
 * arpp_config_free_rcu() - free a configuration after a grace period
 * @config: the configuration, no longer published; empty afterwards
 */
void arpp_config_free_rcu(struct arpp_config *config)
{
	struct arpp_selector *sel;

	arpp_for_each_selector(sel, &config->selectors) {
		arpp_tables_free_rcu(sel->tables);
		cond_resched();
	}
	arpp_selector_flush(&config->selectors);
	arpp_config_init(config);
}
