// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules and bindings: the tables of a selector.
 *
 * Process context. Lookups across the selectors of a device are in device.c.
 */
#include <linux/slab.h>

#include "policy/tables.h"

/* Freeing a large table takes long, so not in an RCU callback. */
struct workqueue_struct *arpp_free_wq;

/* Allocate the tables of @which; on failure those that were allocated stay. */
static int alloc_some(struct arpp_tables *tables, unsigned int which,
		      struct mutex *lock)
{
	int i;

	for (i = 0; i < ARPP_TABLES; i++) {
		if (!(which & BIT(i)))
			continue;
		tables->lpm[i] = kzalloc(sizeof(*tables->lpm[i]), GFP_KERNEL_ACCOUNT);
		if (!tables->lpm[i])
			return -ENOMEM;
		arpp_lpm_set_lock(tables->lpm[i], lock);
	}
	return 0;
}

/**
 * arpp_tables_alloc() - make empty tables
 * @key: their selector
 * @lock: the lock that writers will hold
 *
 * Return: the tables, or NULL.
 */
struct arpp_tables *arpp_tables_alloc(const struct arpp_selector_key *key,
				      struct mutex *lock)
{
	struct arpp_tables *tables = kzalloc(sizeof(*tables), GFP_KERNEL_ACCOUNT);

	/* A rule must fit into a value; without a lladdr, into a small one. */
	BUILD_BUG_ON(ARPP_RULE_BITS + 8 * ETH_ALEN > 64 - ARPP_LPM_VALUE);
	BUILD_BUG_ON(BIT(ARPP_RULE_BITS) > ARPP_LPM_SMALL);
	BUILD_BUG_ON(ARP_POLICY_ACTION_PROXY > ARPP_RULE_ACTION);
	if (!tables)
		return NULL;
	tables->key = *key;
	if (!alloc_some(tables, ARPP_TABLES_ALL, lock))
		return tables;
	arpp_tables_free(tables);
	return NULL;
}

/**
 * arpp_tables_make() - make the future tables of a selector
 * @sel: the selector
 * @lpm: its future tables that differ from the present ones, by enum arpp_table; else
 *	NULL
 * @lock: the lock that writers will hold
 *
 * The new set shares the tables that do not differ. Once it is in use, the caller sets
 * .lent of the old set to these, and .lent of the new set to none.
 *
 * Return: the tables, or NULL if out of memory.
 */
struct arpp_tables *arpp_tables_make(const struct arpp_selector *sel,
				     struct arpp_lpm *const *lpm,
				     struct mutex *lock)
{
	struct arpp_tables *made = kzalloc(sizeof(*made), GFP_KERNEL_ACCOUNT);
	unsigned int missing = 0;
	int i;

	if (!made)
		return NULL;
	made->key = sel->key;
	for (i = 0; i < ARPP_TABLES; i++) {
		made->lpm[i] = lpm[i] ?: sel->tables ? sel->tables->lpm[i] : NULL;
		if (!made->lpm[i])
			missing |= BIT(i);
	}
	if (!alloc_some(made, missing, lock))
		return made;
	arpp_tables_unmake(made, sel, lpm);
	return NULL;
}

/**
 * arpp_tables_unmake() - undo arpp_tables_make(); nothing was published
 * @made: its result, or NULL
 * @sel: as for arpp_tables_make()
 * @lpm: as for arpp_tables_make(); not freed
 */
void arpp_tables_unmake(struct arpp_tables *made, const struct arpp_selector *sel,
			struct arpp_lpm *const *lpm)
{
	int i;

	for (i = 0; made && i < ARPP_TABLES; i++)
		if (lpm[i] || sel->tables)
			made->lent |= BIT(i);
	arpp_tables_free(made);
}

/**
 * arpp_tables_free() - free tables, except those that were lent
 * @tables: the tables, without readers; or NULL
 */
void arpp_tables_free(struct arpp_tables *tables)
{
	int i;

	for (i = 0; tables && i < ARPP_TABLES; i++) {
		if (tables->lent & BIT(i) || !tables->lpm[i])
			continue;
		/* No other user is left, so no lock is needed. */
		arpp_lpm_set_lock(tables->lpm[i], NULL);
		arpp_lpm_clean(tables->lpm[i]);
		kfree(tables->lpm[i]);
	}
	kfree(tables);
}

static void free_work(struct work_struct *work)
{
	arpp_tables_free(container_of(to_rcu_work(work), struct arpp_tables,
				      free));
}

/**
 * arpp_tables_free_rcu() - free tables after a grace period
 * @tables: the tables, in no device's policy any more; or NULL
 */
void arpp_tables_free_rcu(struct arpp_tables *tables)
{
	if (!tables)
		return;
	INIT_RCU_WORK(&tables->free, free_work);
	queue_rcu_work(arpp_free_wq, &tables->free);
}

/**
 * arpp_tables_init() - allocate the workqueue that frees tables and policies
 *
 * Return: 0 or -ENOMEM.
 */
int arpp_tables_init(void)
{
	arpp_free_wq = alloc_workqueue("arp_policy", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return arpp_free_wq ? 0 : -ENOMEM;
}

/**
 * arpp_tables_clean() - wait until all tables and policies are freed
 *
 * After the last grace period: rcu_barrier() has been called.
 */
void arpp_tables_clean(void)
{
	destroy_workqueue(arpp_free_wq);
}
