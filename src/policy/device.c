// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of resolved per-device policies, and rule lookup across selectors.
 *
 * Lookups: softirq, RCU read side. All else: process context, the netns's mutex held.
 */
#include <linux/inetdevice.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "policy/device.h"

/**
 * arpp_policy_alloc() - make an empty table
 * @devices: the approximate number of devices
 *
 * Return: the table, or NULL.
 */
struct arpp_policy *arpp_policy_alloc(unsigned int devices)
{
	/* At most half of the buckets are used, so that chains stay short. */
	unsigned int buckets = roundup_pow_of_two(max(2 * devices, 64U));
	struct arpp_policy *policy;

	policy = kvzalloc(struct_size(policy, bucket, buckets),
			  GFP_KERNEL_ACCOUNT);
	if (!policy)
		return NULL;
	policy->key = get_random_u32() | 1;
	policy->shift = 32 - ilog2(buckets);
	policy->mask = buckets - 1;
	return policy;
}

static void device_free(struct arpp_device *d)
{
	arpp_stats_put(d->stats);
	kfree(d);
}

static void device_free_rcu(struct rcu_head *rcu)
{
	device_free(container_of(rcu, struct arpp_device, rcu));
}

/**
 * arpp_policy_free() - free a table and its devices' policies
 * @policy: the table, without readers; or NULL
 */
void arpp_policy_free(struct arpp_policy *policy)
{
	struct hlist_node *next;
	struct arpp_device *d;
	unsigned int i;

	if (!policy)
		return;
	for (i = 0; i <= policy->mask; i++) {
		hlist_for_each_entry_safe(d, next, &policy->bucket[i], node)
			device_free(d);
		cond_resched();
	}
	kvfree(policy);
}

static void policy_free_work(struct work_struct *work)
{
	arpp_policy_free(container_of(to_rcu_work(work), struct arpp_policy,
				      free));
}

/**
 * arpp_policy_free_rcu() - free a table after a grace period
 * @policy: the table, no longer published; or NULL
 */
void arpp_policy_free_rcu(struct arpp_policy *policy)
{
	if (!policy)
		return;
	/* Freeing a policy of many devices takes long: not in an RCU callback. */
	INIT_RCU_WORK(&policy->free, policy_free_work);
	queue_rcu_work(arpp_free_wq, &policy->free);
}

/* What is done on a bridge port with these fields. */
static enum arpp_port port_of(const struct arpp_fields *fields)
{
	const u32 *val = fields->val;

	if (arpp_field_is_set(fields, ARP_POLICY_FIELD_TRUST))
		return val[ARP_POLICY_FIELD_TRUST] ? ARPP_PORT_IGNORED :
						     ARPP_PORT_JUDGED;
	return val[ARP_POLICY_FIELD_SUPPRESS] ? ARPP_PORT_ANSWERED :
						ARPP_PORT_IGNORED;
}

/* Copy a device's fields to where the packet path reads them. */
static void flatten(struct arpp_device *d, const struct arpp_fields *fields)
{
	const u32 *val = fields->val;

	d->set = fields->set;
	d->ignore = val[ARP_POLICY_FIELD_IGNORE] == ARP_POLICY_IGNORE_NEVER ?
		    ARPP_SYSCTL_IGNORE_NEVER : val[ARP_POLICY_FIELD_IGNORE];
	d->announce = val[ARP_POLICY_FIELD_ANNOUNCE];
	d->filter = val[ARP_POLICY_FIELD_FILTER];
	d->hidden = val[ARP_POLICY_FIELD_HIDDEN];
	d->proxy = val[ARP_POLICY_FIELD_PROXY];
	d->proxy_delay = val[ARP_POLICY_FIELD_PROXY_DELAY];
	d->garp = val[ARP_POLICY_FIELD_GARP];
	d->learn = val[ARP_POLICY_FIELD_LEARN];
	d->inspect = val[ARP_POLICY_FIELD_INSPECT];
	d->validate = val[ARP_POLICY_FIELD_VALIDATE];
	d->rate = val[ARP_POLICY_FIELD_RATE];
	d->burst = val[ARP_POLICY_FIELD_BURST] ?: d->rate;
	d->source_rate = val[ARP_POLICY_FIELD_SOURCE_RATE];
	d->defend = val[ARP_POLICY_FIELD_DEFEND];
	d->notify = val[ARP_POLICY_FIELD_NOTIFY];
	d->port = port_of(fields);
	d->suppress = val[ARP_POLICY_FIELD_SUPPRESS];
	d->audit = val[ARP_POLICY_FIELD_MODE] == ARP_POLICY_MODE_AUDIT;
	d->strict = (d->rate || d->source_rate || d->validate ?
		     ARPP_STRICT_SOURCE : 0) |
		    (d->garp || d->learn || d->defend ? ARPP_STRICT_SENDER : 0) |
		    (d->inspect ? ARPP_STRICT_INSPECT : 0);
}

static bool notifies_changes(const struct arpp_device *d)
{
	return d && d->notify == ARP_POLICY_NOTIFY_CHANGE;
}

/* Replace @old by @d in @policy. Without @old, add @d; without @d, delete @old. */
static void exchange(struct arpp_policy *policy, struct arpp_device *old,
		     struct arpp_device *d)
{
	struct hlist_head *bucket;

	if (d && d->hidden && old && old->hidden) {
		hlist_replace_rcu(&old->hidden_node, &d->hidden_node);
	} else if (d && d->hidden) {
		WRITE_ONCE(policy->n_hidden, policy->n_hidden + 1);
		hlist_add_head_rcu(&d->hidden_node, &policy->hidden);
	} else if (old && old->hidden) {
		WRITE_ONCE(policy->n_hidden, policy->n_hidden - 1);
		hlist_del_rcu(&old->hidden_node);
	}

	if (d && old) {
		hlist_replace_rcu(&old->node, &d->node);
	} else if (d) {
		bucket = &policy->bucket[arpp_policy_bucket(policy, d->dev)];
		hlist_add_head_rcu(&d->node, bucket);
		policy->count++;
	} else if (old) {
		hlist_del_rcu(&old->node);
		policy->count--;
	}
	WRITE_ONCE(policy->n_notify, policy->n_notify + notifies_changes(d) -
				     notifies_changes(old));
	if (old)
		call_rcu(&old->rcu, device_free_rcu);
}

/*
 * A change of rate or burst starts with a full bucket. A change of source-rate does so
 * for every source: the device gets a new number, which is part of the source's id. A
 * number is reused only after 65,535 others. Packets that still see @was use the old
 * buckets.
 */
static void choose_meters(struct arpp_device *d, const struct arpp_device *was,
			  u16 *source_users)
{
	d->meter = was ? was->meter : 0;
	if (was && (was->rate != d->rate || was->burst != d->burst)) {
		d->meter ^= 1;
		atomic64_set(&d->stats->meter[d->meter], 0);
	}
	if (was && was->source_rate == d->source_rate)
		d->source_user = was->source_user;
	else if (d->source_rate)
		d->source_user = ++*source_users;
}

/**
 * arpp_policy_add() - add or update a device's policy in a table
 * @policy: the table; may have readers
 * @dev: the device
 * @selectors: the selectors of its netns
 * @from: the table with the device's present counters, or NULL
 *
 * A reader sees the device's old policy or its new one. A device gets no policy if no
 * field, rule or binding applies to it and no device hides addresses.
 *
 * Return: 0, or -ENOMEM if nothing was changed.
 */
int arpp_policy_add(struct arpp_policy *policy, struct net_device *dev,
		    const struct arpp_selectors *selectors,
		    const struct arpp_policy *from)
{
	const struct arpp_device *was = from ? arpp_device_find(from, dev) : NULL;
	struct arpp_device *old = arpp_device_find(policy, dev), *d;
	struct arpp_resolved r;

	/* The members that every packet needs share one cache line of 64 bytes. */
	BUILD_BUG_ON(IS_ENABLED(CONFIG_64BIT) &&
		     (offsetof(struct arpp_device, node) != 64 ||
		      offsetof(struct arpp_device, tables[1]) > 128));
	arpp_selector_resolve(selectors, dev->name, &r);
	if (!r.fields.set && !r.n_tables && !policy->any_hidden) {
		exchange(policy, old, NULL);
		return 0;
	}

	d = kzalloc(max(sizeof(*d), offsetof(struct arpp_device, tables[r.n_tables])),
		    GFP_KERNEL_ACCOUNT);
	if (!d)
		return -ENOMEM;
	d->stats = was ? arpp_stats_get(was->stats) : arpp_stats_alloc();
	if (!d->stats) {
		kfree(d);
		return -ENOMEM;
	}
	d->dev = dev;
	d->counts = d->stats->cpu;
	flatten(d, &r.fields);
	choose_meters(d, was, policy->source_users);
	d->n_tables = r.n_tables;
	memcpy(d->tables, r.tables, r.n_tables * sizeof(*r.tables));
	exchange(policy, old, d);
	return 0;
}

/**
 * arpp_policy_del() - remove a device's policy from a table
 * @policy: the table; may have readers
 * @dev: the device; it need not be in the table
 */
void arpp_policy_del(struct arpp_policy *policy, struct net_device *dev)
{
	exchange(policy, arpp_device_find(policy, dev), NULL);
}

/**
 * arpp_rule_match_any() - find the rule or binding that applies to an address
 * @d: the device's policy
 * @table: the kind of entry
 * @addr: the address
 * @match: set to the result
 *
 * The longest prefix wins. Between equal prefixes the more specific selector wins; its
 * tables come first.
 *
 * Context: RCU read side.
 * Return: whether there is one.
 */
bool arpp_rule_match_any(const struct arpp_device *d, enum arpp_table table,
			 __be32 addr, struct arpp_match *match)
{
	u64 best = 0, rule;
	unsigned int i;

	for (i = 0; i < d->n_tables; i++) {
		const struct arpp_lpm *lpm = d->tables[i]->lpm[table];

		if (arpp_lpm_empty(lpm))
			continue;
		rule = arpp_lpm_lookup(lpm, ntohl(addr));
		if (!rule || (best && arpp_lpm_len(best) >= arpp_lpm_len(rule)))
			continue;
		best = rule;
		match->tables = d->tables[i];
	}
	match->rule = best;
	match->table = table;
	match->addr = addr;
	return best;
}

/**
 * arpp_binding_find_any() - arpp_binding_find() in several tables
 * @d: the device's policy
 * @addr: the address
 *
 * Context: RCU read side.
 * Return: the result of the lookup, or 0 if there is none.
 */
u64 arpp_binding_find_any(const struct arpp_device *d, __be32 addr)
{
	struct arpp_match match;

	arpp_rule_match_any(d, ARPP_TABLE_BINDING, addr, &match);
	return match.rule;
}

/**
 * arpp_rule_hides_any() - arpp_rule_hides() on a device that may have rules
 * @d: the device's policy
 * @addr: the address
 * @by: set to the rule if so
 *
 * Context: RCU read side.
 * Return: whether a rule hides the address.
 */
bool arpp_rule_hides_any(const struct arpp_device *d, __be32 addr,
			 struct arpp_match *by)
{
	struct arpp_match match;

	if (!arpp_rule_match(d, ARPP_TABLE_TARGET, addr, &match) ||
	    arpp_rule_action(match.rule) != ARP_POLICY_ACTION_HIDE)
		return false;
	*by = match;
	return true;
}

/* The tables of selector "all", or NULL; they come last. */
static const struct arpp_tables *tables_of_all(const struct arpp_device *d)
{
	const struct arpp_tables *last = d->n_tables ? d->tables[d->n_tables - 1] : NULL;

	return last && last->key.kind == ARPP_SELECTOR_ALL ? last : NULL;
}

/* Does a rule for targets hold on bridge ports without naming them? */
static bool holds_on_ports(u64 rule)
{
	return arpp_rule_action(rule) != ARP_POLICY_ACTION_HIDE &&
	       arpp_rule_action(rule) != ARP_POLICY_ACTION_PROXY;
}

/* The longest rule of "all" that holds on ports and is longer than @than. */
static u64 longest_of_all(const struct arpp_tables *all, u32 addr, int than)
{
	const struct arpp_lpm *lpm = all->lpm[ARPP_TABLE_TARGET];
	u64 longest = arpp_lpm_lookup(lpm, addr), rule;
	int len;

	for (len = arpp_lpm_len(longest); longest && len > than; len--) {
		rule = arpp_lpm_find(lpm, len ? addr & ~0U << (32 - len) : 0, len);
		if (rule && holds_on_ports(rule))
			return rule;
	}
	return 0;
}

/* With rules of "all" that do not hold on the port: find the one that does. */
static noinline bool match_port_again(const struct arpp_device *d, __be32 addr,
				      struct arpp_match *match)
{
	const struct arpp_tables *all = tables_of_all(d);
	u64 best = 0, rule;
	unsigned int i;

	for (i = 0; i < d->n_tables && d->tables[i] != all; i++) {
		rule = arpp_lpm_lookup(d->tables[i]->lpm[ARPP_TABLE_TARGET],
				       ntohl(addr));
		if (!rule || (best && arpp_lpm_len(best) >= arpp_lpm_len(rule)))
			continue;
		best = rule;
		match->tables = d->tables[i];
	}
	rule = longest_of_all(all, ntohl(addr), best ? arpp_lpm_len(best) : -1);
	if (rule) {
		best = rule;
		match->tables = all;
	}
	match->rule = best;
	return best;
}

/**
 * arpp_rule_match_port() - find the rule for a target on a bridge port
 * @d: the port's policy
 * @addr: the target
 * @match: set to the result
 *
 * Rules that hide or proxy hold on a port only if their selector is its name or a glob,
 * because they are about the host's own devices otherwise.
 *
 * Context: RCU read side.
 * Return: whether there is one.
 */
bool arpp_rule_match_port(const struct arpp_device *d, __be32 addr,
			  struct arpp_match *match)
{
	if (!arpp_rule_match(d, ARPP_TABLE_TARGET, addr, match))
		return false;
	if (likely(match->tables->key.kind != ARPP_SELECTOR_ALL ||
		   holds_on_ports(match->rule)))
		return true;
	return match_port_again(d, addr, match);
}

/**
 * arpp_binding_of_all() - find the binding of an address among those of "all"
 * @d: the policy of any device
 * @addr: the address
 * @match: set to the result
 *
 * Context: RCU read side.
 * Return: whether there is one.
 */
bool arpp_binding_of_all(const struct arpp_device *d, __be32 addr,
			 struct arpp_match *match)
{
	match->tables = tables_of_all(d);
	if (!match->tables)
		return false;
	match->table = ARPP_TABLE_BINDING;
	match->addr = addr;
	match->rule = arpp_lpm_lookup(match->tables->lpm[ARPP_TABLE_BINDING], ntohl(addr));
	return match->rule;
}
