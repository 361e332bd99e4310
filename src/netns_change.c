// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change the configuration of a netns: fields, rules, bindings, the whole policy.
 *
 * Process context. RTNL before nn->lock; a change that replaces no device's policy
 * takes only nn->lock. netns_publish.c publishes the result.
 */
#include <linux/ktime.h>
#include <linux/rtnetlink.h>

#include "netns_change.h"
#include "netns_notify.h"
#include "netns_publish.h"

/* Set and unset fields; as arpp_netns_change(). */
static int change_fields(struct arpp_netns *nn, struct arpp_netns_change *change)
{
	struct arpp_fields *now = &change->now, was;
	struct arpp_selector *sel;
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
	change->generation = nn->generation;
	err = arpp_field_change(now, &change->set, change->unset);
	if (err || arpp_field_equal(&was, now))
		goto prune;

	err = arpp_netns_prepare(nn, now->val[ARP_POLICY_FIELD_SOURCE_RATE],
				 now->val[ARP_POLICY_FIELD_NOTIFY]);
	if (err)
		goto prune;
	arpp_selector_set(&nn->config.selectors, sel, now);
	err = arpp_netns_apply(nn, sel);
	if (err) {
		arpp_selector_set(&nn->config.selectors, sel, &was);
	} else {
		change->generation = arpp_netns_changed(nn, true);
		err = 1;
	}
prune:
	arpp_selector_prune(&nn->config.selectors, sel);
unlock:
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/* Before fields change: are addresses hidden that will not be? */
static struct arpp_notify_was *before_fields(struct arpp_netns *nn,
					     const struct arpp_netns_change *change)
{
	const struct arpp_notify_scope scope = {
		.hidden = true,
		.every = change->set.val[ARP_POLICY_FIELD_NOTIFY] ==
			 ARP_POLICY_NOTIFY_CHANGE,
	};

	return (change->set.set | change->unset) & BIT(ARP_POLICY_FIELD_HIDDEN) ?
	       arpp_netns_notify_before(nn, &scope) : NULL;
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
	struct arpp_notify_was *was = before_fields(nn, change);
	int err = change_fields(nn, change);

	arpp_netns_notify_after(nn, was, err > 0);
	return err;
}

/*
 * Take nn->lock, and RTNL unless the selector has at least @enough rules and bindings:
 * device policies change only when it gets its first or loses its last. Returns whether
 * RTNL was taken.
 */
static bool lock_for_rules(struct arpp_netns *nn,
			   const struct arpp_selector_key *key,
			   unsigned int enough)
{
	const struct arpp_selector *sel;

	mutex_lock(&nn->lock);
	sel = arpp_selector_find(&nn->config.selectors, key);
	if (sel && arpp_tables_count(sel->tables) >= enough)
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

/* Does an entry hide addresses? */
static bool hides(struct arpp_netns *nn, const struct arpp_selector_key *key,
		  const struct arpp_lpm_node *node)
{
	const struct arpp_selector *sel;
	u64 found = 0;

	mutex_lock(&nn->lock);
	sel = arpp_selector_find(&nn->config.selectors, key);
	if (sel && sel->tables)
		found = arpp_lpm_find(sel->tables->lpm[ARPP_TABLE_TARGET],
				      node->prefix, node->len);
	mutex_unlock(&nn->lock);
	return found && arpp_rule_action(found) == ARP_POLICY_ACTION_HIDE;
}

/* Before an entry is replaced or removed: does it hide addresses? */
static struct arpp_notify_was *before_entry(struct arpp_netns *nn,
					    const struct arpp_selector_key *key,
					    enum arpp_table table,
					    const struct arpp_lpm_node *node)
{
	const struct arpp_notify_scope scope = {
		.prefix = node->prefix,
		.len = node->len,
		.hidden = true,
	};

	if (table != ARPP_TABLE_TARGET || !arpp_netns_notify_wanted(nn) ||
	    !hides(nn, key, node))
		return NULL;
	return arpp_netns_notify_before(nn, &scope);
}

/**
 * arpp_netns_room() - is there room for one more rule or binding?
 * @nn: the netns, for its limits
 * @count: the number of entries of each enum arpp_table
 * @dynamic: the number of dynamic bindings
 * @table: the kind of entry
 * @rule: the rule or binding
 *
 * Return: 0, -ENFILE if the limit of rules or bindings is reached, or -EDQUOT for that of
 *	dynamic bindings.
 */
int arpp_netns_room(const struct arpp_netns *nn, const unsigned int *count,
		    unsigned int dynamic, enum arpp_table table,
		    const struct arpp_rule *rule)
{
	if (table != ARPP_TABLE_BINDING)
		return count[ARPP_TABLE_TARGET] + count[ARPP_TABLE_SENDER] <
		       nn->max_rules ? 0 : -ENFILE;
	if (count[table] >= nn->max_bindings)
		return -ENFILE;
	return rule->dynamic && dynamic >= arpp_netns_max_dynamic(nn) ?
	       -EDQUOT : 0;
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

/**
 * arpp_netns_replace() - replace a rule or a binding in its table
 * @lpm: the table
 * @table: the kind of entry
 * @rule: the rule or binding
 * @found: the present one, as a lookup returns it
 * @dynamic: the number of dynamic bindings; updated
 *
 * A static binding wins: a dynamic one does not replace it.
 *
 * Return: 1, 0 if they are equal, or -EEXIST or -ENOMEM if nothing was changed.
 */
int arpp_netns_replace(struct arpp_lpm *lpm, enum arpp_table table,
		       const struct arpp_rule *rule, u64 found,
		       unsigned int *dynamic)
{
	struct arpp_rule was = arpp_rule_of(found, table, rule->node.prefix);
	u64 value = arpp_rule_value(rule);
	int err;

	if (rule->dynamic && !was.dynamic)
		return -EEXIST;
	if (arpp_lpm_value(found) == value)
		return 0;
	err = arpp_lpm_replace(lpm, &rule->node, value, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	*dynamic += rule->dynamic - was.dynamic;
	return 1;
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
		return replace ? arpp_netns_replace(lpm, table, rule, found,
						    &nn->config.dynamic) :
				 -EEXIST;
	err = arpp_netns_room(nn, nn->config.count, nn->config.dynamic, table, rule);
	if (err)
		return err;
	if (lpm)
		err = arpp_lpm_insert(lpm, &rule->node, arpp_rule_value(rule),
				      GFP_KERNEL_ACCOUNT);
	else
		err = insert_first(nn, key, table, rule);
	if (err)
		return err;
	nn->config.count[table]++;
	nn->config.dynamic += rule->dynamic;
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
 *	or bindings, -ENFILE for too many rules or bindings, -EDQUOT for too many dynamic
 *	bindings, -ENOMEM or -EINTR.
 */
int arpp_netns_insert(struct arpp_netns *nn, const struct arpp_selector_key *key,
		      enum arpp_table table, const struct arpp_rule *rule,
		      bool replace, u32 *generation)
{
	struct arpp_notify_was *was =
		replace ? before_entry(nn, key, table, &rule->node) : NULL;
	bool rtnl = lock_for_rules(nn, key, 1);
	int err = insert_locked(nn, key, table, rule, replace);

	*generation = err > 0 ? arpp_netns_changed(nn, !rule->dynamic) :
				nn->generation;
	unlock_for_rules(nn, rtnl);
	arpp_netns_notify_after(nn, was, err > 0);
	return err;
}

/**
 * arpp_netns_agrees() - does a rule match what is to be removed?
 * @rule: the rule or binding
 * @like: what it must have
 *
 * Return: whether it does.
 */
bool arpp_netns_agrees(const struct arpp_rule *rule, const struct arpp_rule *like)
{
	if (like->action && like->action != rule->action)
		return false;
	if (like->has_lladdr &&
	    (!rule->has_lladdr || memcmp(like->lladdr, rule->lladdr, ETH_ALEN)))
		return false;
	if (like->any && rule->has_lladdr)
		return false;
	return (!like->routed || rule->routed) && (!like->dynamic || rule->dynamic);
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
	rule = arpp_rule_of(found, table, like->node.prefix);
	if (!arpp_netns_agrees(&rule, like))
		return -ESRCH;
	if (arpp_tables_count(sel->tables) > 1)
		arpp_lpm_remove(lpm, like->node.prefix, like->node.len);
	else
		err = remove_last(nn, sel);
	if (err)
		return err;
	nn->config.count[table]--;
	nn->config.dynamic -= rule.dynamic;
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
	struct arpp_notify_was *was = before_entry(nn, key, table, &like->node);
	bool rtnl = lock_for_rules(nn, key, 2);
	int err = remove_locked(nn, key, table, like);

	if (!err)
		*generation = arpp_netns_changed(nn, !like->dynamic);
	unlock_for_rules(nn, rtnl);
	arpp_netns_notify_after(nn, was, !err);
	return err;
}

/* Before the whole policy is replaced: which addresses are not answered for? */
static struct arpp_notify_was *before_commit(struct arpp_netns *nn,
					     const struct arpp_config *config)
{
	const struct arpp_notify_scope scope = { .next = &config->selectors };

	return config->selectors.notified ? arpp_netns_notify_before(nn, &scope) : NULL;
}

/**
 * arpp_netns_commit() - replace the whole policy
 * @nn: the netns
 * @config: the new policy; on success empty afterwards, after a failure it can only be
 *	freed
 * @expected: the required generation of the present policy; 0: any
 * @generation: set to the number of this change
 *
 * A packet sees the old policy or the new one. Counters of devices and dynamic bindings
 * are kept, unless a static binding has the place of a dynamic one. RTNL is held only for
 * the exchange, not while selectors and rules are walked. On failure nothing changes.
 *
 * Context: process, without RTNL; nn->command held.
 * Return: 0, or -EBUSY if the policy has another generation, -ENOMEM or -EINTR; with
 *	dynamic bindings, also as arpp_netns_insert() for too many.
 */
int arpp_netns_commit(struct arpp_netns *nn, struct arpp_config *config,
		      u32 expected, u32 *generation)
{
	struct arpp_notify_was *was;
	int err;

	if (expected && expected != nn->generation)
		return -EBUSY;
	err = arpp_config_keep_dynamic(config, &nn->config, &nn->lock);
	if (err)
		return err;
	if (config->count[ARPP_TABLE_BINDING] > nn->max_bindings)
		return -ENFILE;
	was = before_commit(nn, config);
	arpp_config_share(config, &nn->lock);
	rtnl_lock();
	mutex_lock(&nn->lock);
	err = arpp_netns_prepare(nn, config->selectors.metered,
				 config->selectors.notified);
	if (err)
		goto unlock;
	swap(nn->config, *config);
	if (nn->config.selectors.count)
		err = arpp_netns_rebuild(nn);
	else
		arpp_netns_withdraw(nn);
	if (err) {
		swap(nn->config, *config);
	} else {
		*generation = arpp_netns_changed(nn, true);
		atomic64_set(&nn->restored, ktime_get_real_seconds());
	}
unlock:
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	arpp_netns_notify_after(nn, was, !err);
	if (err)
		arpp_config_share(config, NULL);
	else
		arpp_config_free_rcu(config);
	return err;
}

/* Is anything configured apart from dynamic bindings? */
static bool has_static(const struct arpp_netns *nn)
{
	const struct arpp_config *config = &nn->config;
	const struct arpp_selector *sel;

	if (arpp_config_rules(config) ||
	    config->count[ARPP_TABLE_BINDING] > config->dynamic)
		return true;
	arpp_for_each_selector(sel, &config->selectors) {
		if (sel->fields.set)
			return true;
		cond_resched();
	}
	return false;
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
	bool counted = has_static(nn), any;
	struct arpp_config was;

	mutex_lock(&nn->lock);
	any = nn->config.selectors.count;
	arpp_netns_withdraw(nn);
	was = nn->config;
	arpp_config_init(&nn->config);
	if (any)
		arpp_netns_changed(nn, counted);
	*generation = nn->generation;
	mutex_unlock(&nn->lock);
	arpp_config_free_rcu(&was);
	return any;
}
