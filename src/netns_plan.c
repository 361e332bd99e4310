// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change several selectors of a netns in one step: transactions, and flushing entries.
 *
 * Process context, nn->command held, so that nothing else changes the configuration.
 *
 * A change has three parts. First, each selector that it touches gets a plan: its future
 * fields, and a fork of each table that is to change. Readers do not see these. This part
 * may be long; it holds nn->lock for short times only. Then the plans are published:
 * a single table by one store, otherwise by a new policy of the devices, under RTNL. If
 * that fails, the plans are dropped. Last, what is not in use any more is freed.
 */
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "netns_change.h"
#include "netns_notify.h"
#include "netns_plan.h"
#include "netns_publish.h"

/**
 * struct arpp_plan - what is to change for a selector
 * @node: in arpp_plans.list
 * @sel: the selector; its .plan points back
 * @fields: its future fields; once these are in use, the old ones
 * @tables: its future tables; once these are in use, the old ones
 * @lpm: the future tables that differ from the present ones, by enum arpp_table
 * @forked: mask of the tables in @lpm that share branches with the present ones
 * @changed: mask of the tables that change
 */
struct arpp_plan {
	struct list_head node;
	struct arpp_selector *sel;
	struct arpp_fields fields;
	struct arpp_tables *tables;
	struct arpp_lpm *lpm[ARPP_TABLES];
	unsigned int forked;
	unsigned int changed;
};

/**
 * struct arpp_plans - a change of a netns
 * @nn: the netns
 * @list: of struct arpp_plan
 * @count: as in struct arpp_config, after the change
 * @dynamic: likewise
 * @globs: how many more globs have entries after the change
 * @any: something changes
 * @counted: something changes that counts as a change of the policy: more than
 *	dynamic bindings
 */
struct arpp_plans {
	struct arpp_netns *nn;
	struct list_head list;
	unsigned int count[ARPP_TABLES];
	unsigned int dynamic;
	int globs;
	bool any;
	bool counted;
};

static void plans_init(struct arpp_plans *p, struct arpp_netns *nn)
{
	*p = (struct arpp_plans){ .nn = nn, .dynamic = nn->config.dynamic };
	INIT_LIST_HEAD(&p->list);
	memcpy(p->count, nn->config.count, sizeof(p->count));
}

/* The plan of a selector: the present state, if it has none yet. */
static struct arpp_plan *plan_of(struct arpp_plans *p, struct arpp_selector *sel)
{
	struct arpp_plan *plan = sel->plan;

	lockdep_assert_held(&p->nn->lock);
	if (plan)
		return plan;
	plan = kzalloc(sizeof(*plan), GFP_KERNEL_ACCOUNT);
	if (!plan) {
		arpp_selector_prune(&p->nn->config.selectors, sel);
		return ERR_PTR(-ENOMEM);
	}
	plan->sel = sel;
	plan->fields = sel->fields;
	sel->plan = plan;
	list_add_tail(&plan->node, &p->list);
	return plan;
}

/* The plan of the selector with a key. If it is not there, @add it, or fail. */
static struct arpp_plan *plan_for(struct arpp_plans *p,
				  const struct arpp_selector_key *key, bool add)
{
	struct arpp_selectors *set = &p->nn->config.selectors;
	struct arpp_selector *sel = add ? arpp_selector_add(set, key) :
					  arpp_selector_find(set, key);

	if (!sel)
		return ERR_PTR(-ENOENT);
	return IS_ERR(sel) ? ERR_CAST(sel) : plan_of(p, sel);
}

/* The present table of a selector, or NULL. */
static struct arpp_lpm *present(const struct arpp_plan *plan, enum arpp_table table)
{
	return plan->sel->tables ? plan->sel->tables->lpm[table] : NULL;
}

/* A table that may be changed: a fork of the present one, or an empty one. */
static struct arpp_lpm *plan_table(struct arpp_plan *plan, enum arpp_table table)
{
	struct arpp_lpm *from = present(plan, table), *lpm = plan->lpm[table];
	int err = 0;

	if (lpm)
		return lpm;
	lpm = kzalloc(sizeof(*lpm), GFP_KERNEL_ACCOUNT);
	if (!lpm)
		return ERR_PTR(-ENOMEM);
	if (from)
		err = arpp_lpm_fork(lpm, from);
	if (err) {
		kfree(lpm);
		return ERR_PTR(err);
	}
	if (from)
		plan->forked |= BIT(table);
	plan->lpm[table] = lpm;
	return lpm;
}

/* Count a change of a table. */
static void plan_changes(struct arpp_plans *p, struct arpp_plan *plan,
			 enum arpp_table table, bool counted)
{
	plan->changed |= BIT(table);
	p->any = true;
	p->counted |= counted;
}

static int plan_dev(struct arpp_plans *p, const struct arpp_op *op)
{
	const struct arpp_op_dev *dev = op->dev;
	struct arpp_plan *plan = plan_for(p, &dev->key, !dev->unset);
	struct arpp_fields was;
	int err;

	if (IS_ERR(plan))
		return PTR_ERR(plan);
	was = plan->fields;
	err = arpp_field_change(&plan->fields, &dev->set, dev->unset);
	if (!err && !arpp_field_equal(&was, &plan->fields)) {
		p->any = true;
		p->counted = true;
	}
	return err;
}

/* The number of entries that a selector will have. */
static unsigned int future_entries(const struct arpp_plan *plan)
{
	const struct arpp_lpm *lpm;
	unsigned int count = 0;
	int table;

	for (table = 0; table < ARPP_TABLES; table++) {
		lpm = plan->changed & BIT(table) ? plan->lpm[table] :
						   present(plan, table);
		count += lpm ? lpm->count : 0;
	}
	return count;
}

/* Is the selector a glob that will have no entries? Globs with entries are limited. */
static bool is_idle_glob(const struct arpp_plan *plan)
{
	return plan->sel->key.kind == ARPP_SELECTOR_GLOB && !future_entries(plan);
}

static int plan_insert(struct arpp_plans *p, struct arpp_plan *plan,
		       const struct arpp_op *op, struct arpp_lpm *lpm)
{
	int globs = p->nn->config.selectors.entry_globs + p->globs;
	const struct arpp_rule *rule = &op->rule;
	bool glob = is_idle_glob(plan);
	int err = arpp_netns_room(p->nn, p->count, p->dynamic, op->table, rule);

	if (!err && glob && globs >= ARP_POLICY_ENTRY_GLOBS_MAX)
		err = -EMLINK;
	if (!err)
		err = arpp_lpm_insert(lpm, &rule->node, arpp_rule_value(rule),
				      GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	p->globs += glob;
	p->count[op->table]++;
	p->dynamic += rule->dynamic;
	plan_changes(p, plan, op->table, !rule->dynamic);
	return 0;
}

static int plan_replace(struct arpp_plans *p, struct arpp_plan *plan,
			const struct arpp_op *op, struct arpp_lpm *lpm, u64 found)
{
	int err = arpp_netns_replace(lpm, op->table, &op->rule, found, &p->dynamic);

	if (err <= 0)
		return err;
	plan_changes(p, plan, op->table, !op->rule.dynamic);
	return 0;
}

static int plan_remove(struct arpp_plans *p, struct arpp_plan *plan,
		       const struct arpp_op *op, struct arpp_lpm *lpm, u64 found)
{
	const struct arpp_rule *like = &op->rule;
	struct arpp_rule was = arpp_rule_of(found, op->table, like->node.prefix);
	int err;

	if (!found)
		return -ENOENT;
	if (!arpp_netns_agrees(&was, like))
		return -ESRCH;
	err = arpp_lpm_delete(lpm, &like->node, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	p->count[op->table]--;
	p->dynamic -= was.dynamic;
	plan_changes(p, plan, op->table, !was.dynamic);
	p->globs -= is_idle_glob(plan);
	return 0;
}

static int plan_entry(struct arpp_plans *p, const struct arpp_op *op)
{
	const struct arpp_rule *rule = &op->rule;
	struct arpp_plan *plan = plan_for(p, op->key,
					  op->kind != ARP_POLICY_OP_ENTRY_DEL);
	struct arpp_lpm *lpm;
	u64 found;

	if (IS_ERR(plan))
		return PTR_ERR(plan);
	lpm = plan_table(plan, op->table);
	if (IS_ERR(lpm))
		return PTR_ERR(lpm);
	found = arpp_lpm_find(lpm, rule->node.prefix, rule->node.len);
	if (op->kind == ARP_POLICY_OP_ENTRY_DEL)
		return plan_remove(p, plan, op, lpm, found);
	if (!found)
		return plan_insert(p, plan, op, lpm);
	return op->kind == ARP_POLICY_OP_ENTRY_REPLACE ?
	       plan_replace(p, plan, op, lpm, found) : -EEXIST;
}

/* Plan the changes of a list. On failure, *@failed is the one that was refused. */
static int plan_ops(struct arpp_plans *p, const struct arpp_ops *ops, u32 *failed)
{
	const struct arpp_op_chunk *chunk;
	unsigned int i, n = 0;
	int err = 0;

	list_for_each_entry(chunk, &ops->chunks, node) {
		mutex_lock(&p->nn->lock);
		for (i = 0; !err && i < chunk->count; i++, n++)
			err = chunk->op[i].dev ? plan_dev(p, &chunk->op[i]) :
						 plan_entry(p, &chunk->op[i]);
		mutex_unlock(&p->nn->lock);
		if (err) {
			*failed = n - 1;
			return err;
		}
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/*
 * In a long loop: release the lock now and then, a notifier may wait for it. Iterators
 * stay valid, because nn->command keeps the tables from changing.
 */
static void relax(struct arpp_netns *nn, unsigned int n)
{
	if (n % 256)
		return;
	mutex_unlock(&nn->lock);
	cond_resched();
	mutex_lock(&nn->lock);
}

/* How many of the bindings of a table are dynamic. */
static unsigned int count_dynamic(struct arpp_netns *nn, const struct arpp_lpm *lpm)
{
	unsigned int dynamic = 0, n = 0;
	struct arpp_lpm_node node;
	struct arpp_lpm_iter it;
	u64 found;

	arpp_lpm_iter_begin(&it, lpm, 0, -1);
	while ((found = arpp_lpm_iter_next(&it, &node))) {
		dynamic += arpp_binding_is_dynamic(found);
		relax(nn, ++n);
	}
	return dynamic;
}

/* Fill an empty table with the bindings that are not dynamic. */
static int copy_static(struct arpp_netns *nn, struct arpp_lpm *to,
		       const struct arpp_lpm *from)
{
	struct arpp_lpm_node node;
	struct arpp_lpm_iter it;
	unsigned int n = 0;
	int err = 0;
	u64 found;

	arpp_lpm_iter_begin(&it, from, 0, -1);
	while (!err && (found = arpp_lpm_iter_next(&it, &node))) {
		if (!arpp_binding_is_dynamic(found))
			err = arpp_lpm_insert(to, &node, arpp_lpm_value(found),
					      GFP_KERNEL_ACCOUNT);
		relax(nn, ++n);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return err;
}

/* Plan to empty a table of a selector, or to remove its dynamic bindings. */
static int plan_clear_table(struct arpp_plans *p, struct arpp_selector *sel,
			    enum arpp_table table, bool dynamic)
{
	struct arpp_lpm *from = sel->tables->lpm[table], *lpm;
	unsigned int gone = 0;
	struct arpp_plan *plan;
	int err = 0;

	if (table == ARPP_TABLE_BINDING && p->dynamic)
		gone = count_dynamic(p->nn, from);
	if (!from->count || (dynamic && !gone))
		return 0;
	plan = plan_of(p, sel);
	lpm = IS_ERR(plan) ? NULL : kzalloc(sizeof(*lpm), GFP_KERNEL_ACCOUNT);
	if (!lpm)
		return -ENOMEM;
	plan->lpm[table] = lpm;
	if (dynamic)
		err = copy_static(p->nn, lpm, from);
	p->count[table] -= from->count - lpm->count;
	p->dynamic -= gone;
	plan_changes(p, plan, table, from->count - lpm->count > gone);
	return err;
}

static int plan_clear(struct arpp_plans *p, const struct arpp_netns_filter *filter)
{
	struct arpp_selectors *set = &p->nn->config.selectors;
	struct arpp_selector *sel;
	int table, err = 0;

	sel = filter->one ? arpp_selector_find(set, &filter->key) :
			    arpp_selector_next(set, NULL);
	while (sel && !err) {
		mutex_lock(&p->nn->lock);
		for (table = 0; sel->tables && table < ARPP_TABLES; table++)
			if (!err && filter->tables & BIT(table))
				err = plan_clear_table(p, sel, table,
						       filter->dynamic);
		mutex_unlock(&p->nn->lock);
		sel = filter->one ? NULL : arpp_selector_after(sel);
		cond_resched();
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
	}
	return err;
}

/* Does a plan change the fields? */
static bool sets_fields(const struct arpp_plan *plan)
{
	return !arpp_field_equal(&plan->fields, &plan->sel->fields);
}

/* Free a table that is not published, or what a published one has replaced. */
static void drop_table(struct arpp_plan *plan, enum arpp_table table)
{
	if (!plan->lpm[table])
		return;
	arpp_lpm_clean(plan->lpm[table]);
	kfree(plan->lpm[table]);
	plan->lpm[table] = NULL;
	plan->forked &= ~BIT(table);
}

static void plan_free(struct arpp_plans *p, struct arpp_plan *plan)
{
	list_del(&plan->node);
	plan->sel->plan = NULL;
	arpp_selector_prune(&p->nn->config.selectors, plan->sel);
	kfree(plan);
}

/* Drop the plans that change nothing, and tables that turned out to be equal. */
static void settle(struct arpp_plans *p)
{
	struct arpp_plan *plan, *next;
	unsigned int n = 0;
	int table;

	mutex_lock(&p->nn->lock);
	list_for_each_entry_safe(plan, next, &p->list, node) {
		for (table = 0; table < ARPP_TABLES; table++)
			if (!(plan->changed & BIT(table)))
				drop_table(plan, table);
		if (!plan->changed && !sets_fields(plan))
			plan_free(p, plan);
		if (++n % 64)
			continue;
		mutex_unlock(&p->nn->lock);
		cond_resched();
		mutex_lock(&p->nn->lock);
	}
	mutex_unlock(&p->nn->lock);
}

/*
 * Can one store publish the change? It can if only one table changes, of a selector that
 * had entries and keeps some.
 */
static bool is_one_store(const struct arpp_plans *p)
{
	const struct arpp_plan *plan;

	if (!list_is_singular(&p->list))
		return false;
	plan = list_first_entry(&p->list, struct arpp_plan, node);
	return !sets_fields(plan) && is_power_of_2(plan->changed) &&
	       plan->forked == plan->changed && future_entries(plan);
}

static void count_change(struct arpp_plans *p, u32 *generation)
{
	swap(p->nn->config.dynamic, p->dynamic);
	*generation = arpp_netns_changed(p->nn, p->counted);
}

static void publish_table(struct arpp_plans *p, u32 *generation)
{
	struct arpp_plan *plan =
		list_first_entry(&p->list, struct arpp_plan, node);
	enum arpp_table table = __ffs(plan->changed);
	struct arpp_netns *nn = p->nn;

	mutex_lock(&nn->lock);
	arpp_lpm_join(present(plan, table), plan->lpm[table]);
	nn->config.count[table] = p->count[table];
	count_change(p, generation);
	mutex_unlock(&nn->lock);
	/* After the join, the fork has what was replaced. */
	drop_table(plan, table);
}

/* Make the set of tables of each selector whose tables change. */
static int make_tables(struct arpp_plans *p)
{
	struct arpp_plan *plan;

	list_for_each_entry(plan, &p->list, node) {
		cond_resched();
		if (!plan->changed) {
			plan->tables = plan->sel->tables;
			continue;
		}
		if (!future_entries(plan))
			continue;
		plan->tables = arpp_tables_make(plan->sel, plan->lpm,
						&p->nn->lock);
		if (!plan->tables)
			return -ENOMEM;
	}
	return 0;
}

/* Swap the present and the future fields and tables; called again to undo it. */
static void swap_plans(struct arpp_plans *p)
{
	struct arpp_config *config = &p->nn->config;
	struct arpp_fields fields;
	struct arpp_tables *tables;
	struct arpp_plan *plan;
	int table;

	list_for_each_entry(plan, &p->list, node) {
		fields = plan->sel->fields;
		arpp_selector_set(&config->selectors, plan->sel, &plan->fields);
		plan->fields = fields;
		tables = plan->sel->tables;
		arpp_selector_set_tables(&config->selectors, plan->sel, plan->tables);
		plan->tables = tables;
	}
	for (table = 0; table < ARPP_TABLES; table++)
		swap(config->count[table], p->count[table]);
}

/* Publish what the selectors have now. */
static int publish_swapped(struct arpp_plans *p)
{
	struct arpp_netns *nn = p->nn;
	unsigned int left = nn->config.selectors.count;
	struct arpp_plan *plan;
	int err;

	err = arpp_netns_prepare(nn, nn->config.selectors.metered,
				 nn->config.selectors.notified);
	if (err)
		return err;
	if (list_is_singular(&p->list)) {
		plan = list_first_entry(&p->list, struct arpp_plan, node);
		return arpp_netns_apply(nn, plan->sel);
	}
	list_for_each_entry(plan, &p->list, node)
		left -= arpp_selector_is_empty(plan->sel);
	if (left)
		return arpp_netns_rebuild(nn);
	arpp_netns_withdraw(nn);
	return 0;
}

/* Publish the plans by a new policy of the devices. */
static int publish_plans(struct arpp_plans *p, u32 *generation)
{
	struct arpp_netns *nn = p->nn;
	int err = make_tables(p);

	if (err)
		return err;
	rtnl_lock();
	mutex_lock(&nn->lock);
	swap_plans(p);
	err = publish_swapped(p);
	if (err)
		swap_plans(p);
	else
		count_change(p, generation);
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/* The plan was published: free what is not in use any more. */
static void plan_done(struct arpp_plans *p, struct arpp_plan *plan)
{
	struct arpp_tables *now = plan->sel->tables, *was = plan->tables;
	int table;

	for (table = 0; table < ARPP_TABLES; table++) {
		if (!now) {
			drop_table(plan, table);
			continue;
		}
		if (plan->forked & BIT(table))
			arpp_lpm_take(now->lpm[table], was->lpm[table]);
		else if (plan->lpm[table])
			arpp_lpm_set_lock(plan->lpm[table], &p->nn->lock);
	}
	if (!was || was == now)
		return;
	if (now) {
		now->lent = 0;
		was->lent = ARPP_TABLES_ALL & ~plan->changed;
	}
	arpp_tables_free_rcu(was);
}

/* The plan was not published: drop it. */
static void plan_undo(struct arpp_plan *plan)
{
	int table;

	if (plan->tables != plan->sel->tables)
		arpp_tables_unmake(plan->tables, plan->sel, plan->lpm);
	for (table = 0; table < ARPP_TABLES; table++)
		drop_table(plan, table);
}

/* Free the plans, and remove empty selectors. The lock protects dumps. */
static void end(struct arpp_plans *p, bool published)
{
	struct arpp_plan *plan, *next;

	list_for_each_entry_safe(plan, next, &p->list, node) {
		if (published)
			plan_done(p, plan);
		else
			plan_undo(plan);
		mutex_lock(&p->nn->lock);
		plan_free(p, plan);
		mutex_unlock(&p->nn->lock);
		cond_resched();
	}
}

/*
 * Publish the plans, or drop them if @err is set. Returns 1, 0 if nothing changes, or
 * -errno.
 */
static int publish(struct arpp_plans *p, int err, u32 *generation)
{
	*generation = p->nn->generation;
	if (!err && p->any)
		settle(p);
	/* The changes may have cancelled each other out. */
	p->any &= !list_empty(&p->list);
	if (!err && p->any) {
		if (is_one_store(p))
			publish_table(p, generation);
		else
			err = publish_plans(p, generation);
	}
	end(p, !err && p->any);
	return err ? err : p->any;
}

/* Before entries are removed: do some of them hide addresses? */
static struct arpp_notify_was *before_clear(struct arpp_netns *nn,
					    const struct arpp_netns_filter *filter)
{
	const struct arpp_notify_scope scope = { .hidden = true };

	return filter->tables & BIT(ARPP_TABLE_TARGET) ?
	       arpp_netns_notify_before(nn, &scope) : NULL;
}

/**
 * arpp_netns_clear() - remove rules or bindings
 * @nn: the netns
 * @filter: which ones
 * @generation: set to the number of this change
 *
 * A packet sees all of them or none.
 *
 * Context: process, without RTNL; nn->command held.
 * Return: 1 if there were any, 0 if not, or -ENOMEM or -EINTR if nothing was changed.
 */
int arpp_netns_clear(struct arpp_netns *nn,
		     const struct arpp_netns_filter *filter, u32 *generation)
{
	struct arpp_notify_was *was = before_clear(nn, filter);
	struct arpp_plans p;
	int err;

	plans_init(&p, nn);
	err = publish(&p, plan_clear(&p, filter), generation);
	arpp_netns_notify_after(nn, was, err > 0);
	return err;
}

/*
 * Before changes are carried out: which addresses are not answered for? Bindings do not
 * matter.
 */
static struct arpp_notify_was *before_ops(struct arpp_netns *nn,
					  const struct arpp_ops *ops)
{
	struct arpp_notify_scope scope = {};
	const struct arpp_op_chunk *chunk;
	const struct arpp_op *op;
	bool any = false;
	unsigned int i;

	list_for_each_entry(chunk, &ops->chunks, node) {
		for (i = 0; i < chunk->count; i++) {
			op = &chunk->op[i];
			any |= op->dev || op->table == ARPP_TABLE_TARGET;
			scope.every |= op->dev &&
				       op->dev->set.val[ARP_POLICY_FIELD_NOTIFY] ==
				       ARP_POLICY_NOTIFY_CHANGE;
		}
		cond_resched();
	}
	return any ? arpp_netns_notify_before(nn, &scope) : NULL;
}

/**
 * arpp_netns_transact() - carry out a list of changes
 * @nn: the netns
 * @ops: the changes; each sees the result of those before it
 * @expected: the required generation of the present policy; 0: any
 * @failed: set to the change that was refused, or to ARPP_OP_NONE
 * @generation: set to the number of this change
 *
 * A packet sees the old policy or the new one. The cost depends on the number of changes,
 * not on that of the entries that are there. A limit that is exceeded on the way is an
 * error, even if a later change would remove something.
 *
 * Context: process, without RTNL; nn->command held.
 * Return: 1 if something changed, 0 if not, or -errno if nothing was changed: -EBUSY if
 *	the policy has another generation, -EINTR, and as for arpp_netns_change(),
 *	arpp_netns_insert() and arpp_netns_remove().
 */
int arpp_netns_transact(struct arpp_netns *nn, const struct arpp_ops *ops,
			u32 expected, u32 *failed, u32 *generation)
{
	struct arpp_notify_was *was;
	struct arpp_plans p;
	int err;

	*failed = ARPP_OP_NONE;
	*generation = nn->generation;
	if (expected && expected != nn->generation)
		return -EBUSY;
	was = before_ops(nn, ops);
	plans_init(&p, nn);
	err = publish(&p, plan_ops(&p, ops, failed), generation);
	arpp_netns_notify_after(nn, was, err > 0);
	return err;
}
