// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy of one netns: create, publish by one RCU pointer, drain.
 *
 * Process context. RTNL before nn->lock; RTNL keeps the devices of the netns in
 * place while their policies are made, and orders changes with the notifiers.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "compat.h"
#include "netns.h"
#include "packet/rate.h"
#include "policy/host.h"

static unsigned int netns_id;
static const struct arpp_netns_setup *netns_setup;

/**
 * arpp_netns_get() - what belongs to a netns
 * @net: the netns
 *
 * Return: never NULL between arpp_netns_init() and arpp_netns_clean().
 */
struct arpp_netns *arpp_netns_get(const struct net *net)
{
	return net_generic(net, netns_id);
}

static struct arpp_policy *policy_of(const struct arpp_netns *nn)
{
	return rcu_dereference_protected(nn->policy,
					 lockdep_is_held(&nn->lock));
}

/* Make one published, take the one before out of use. */
static void publish(struct arpp_netns *nn, struct arpp_policy *policy)
{
	struct arpp_policy *old = policy_of(nn);

	rcu_assign_pointer(nn->policy, policy);
	arpp_policy_free_rcu(old);
}

/* No published policy uses the old table of addresses and MACs any more. */
static void use_host(struct arpp_netns *nn, struct arpp_host *host)
{
	if (host == nn->host)
		return;
	arpp_host_free_rcu(nn->host);
	WRITE_ONCE(nn->host, host);
}

/*
 * The table of addresses and MACs for a new policy: the existing one, or a new one
 * if the existing one is partial and memory is available again.
 */
static struct arpp_host *host_for(struct arpp_netns *nn)
{
	struct arpp_host *host;

	if (nn->host && !arpp_host_stale(nn->host))
		return nn->host;
	host = arpp_host_alloc(nn->net);
	if (host || !nn->host)
		return host;
	arpp_host_postpone(nn->host);
	return nn->host;
}

/* Nothing is configured any more: as if the module were not loaded. */
static void withdraw(struct arpp_netns *nn)
{
	if (nn->hooked)
		nf_unregister_net_hooks(nn->net, nn->hooks, ARPP_HOOKS);
	nn->hooked = false;
	publish(nn, NULL);
	use_host(nn, NULL);
	arpp_delay_purge(&nn->delay, NULL);
}

/*
 * Build every device's policy anew, and publish them all at once. This is the
 * longest operation under RTNL: with 1000 devices and 256 globs about 30 million
 * instructions. If its process is killed, it stops early and changes nothing.
 */
static int rebuild(struct arpp_netns *nn)
{
	const struct arpp_policy *from = policy_of(nn);
	struct arpp_policy *policy;
	unsigned int devices = 0;
	struct arpp_host *host;
	struct net_device *dev;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);

	for_each_netdev(nn->net, dev)
		devices++;
	policy = arpp_policy_alloc(devices);
	if (!policy)
		return -ENOMEM;
	policy->host = host_for(nn);
	if (!policy->host) {
		err = -ENOMEM;
		goto err_free;
	}
	policy->any_hidden = nn->config.selectors.hidden;
	policy->sources = nn->sources;
	policy->source_users = &nn->source_users;
	for_each_netdev(nn->net, dev) {
		cond_resched();
		err = -EINTR;
		if (fatal_signal_pending(current))
			goto err_free;
		err = arpp_policy_add(policy, dev, &nn->config.selectors, from);
		if (err)
			goto err_free;
	}
	if (!nn->hooked) {
		err = nf_register_net_hooks(nn->net, nn->hooks, ARPP_HOOKS);
		if (err)
			goto err_free;
		nn->hooked = true;
	}
	host = policy->host;
	publish(nn, policy);
	use_host(nn, host);
	return 0;

err_free:
	if (policy->host != nn->host)
		arpp_host_free_rcu(policy->host);
	arpp_policy_free(policy);
	return err;
}

/* Make one device's policy anew, in the published table. */
static int refresh(struct arpp_netns *nn, struct net_device *dev)
{
	struct arpp_policy *policy = policy_of(nn);

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);

	if (!policy)
		return 0;
	/* A bucket for each device, so that none stands behind another. */
	if (policy->count > policy->mask && !rebuild(nn))
		return 0;
	return arpp_policy_add(policy, dev, &nn->config.selectors, policy);
}

/* The selector that is being changed may have nothing left to say. */
static bool says_nothing(const struct arpp_netns *nn,
			 const struct arpp_selector *changed)
{
	return nn->config.selectors.count == 1 && !changed->fields.set &&
	       !changed->tables;
}

/* Bring what packets see in line with the selectors, after one changed. */
static int apply(struct arpp_netns *nn, const struct arpp_selector *changed)
{
	const struct arpp_policy *policy = policy_of(nn);
	struct net_device *dev;

	if (says_nothing(nn, changed)) {
		withdraw(nn);
		return 0;
	}
	if (!policy || policy->any_hidden != !!nn->config.selectors.hidden ||
	    policy->sources != nn->sources ||
	    changed->key.kind != ARPP_SELECTOR_NAME)
		return rebuild(nn);
	dev = __dev_get_by_name(nn->net, changed->key.name);
	/* That also finds alternative names, which select nothing. */
	if (!dev || strcmp(dev->name, changed->key.name))
		return 0;
	return refresh(nn, dev);
}

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
	err = apply(nn, sel);
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
 * arpp_netns_full() - is one more rule, or binding, one too many?
 * @config: what there is
 * @table: which of the two
 *
 * Return: whether it is.
 */
bool arpp_netns_full(const struct arpp_config *config, enum arpp_table table)
{
	const unsigned int *count = config->count;

	if (table == ARPP_TABLE_BINDING)
		return count[table] >= netns_setup->max_bindings;
	return count[ARPP_TABLE_TARGET] + count[ARPP_TABLE_SENDER] >=
	       netns_setup->max_rules;
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
	err = apply(nn, sel);
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
	u64 value = arpp_rule_value(rule), found;
	struct arpp_selector *sel;
	struct arpp_lpm *lpm;
	bool rtnl;
	int err;

	rtnl = lock_for_rules(nn, key, 1);
	sel = arpp_selector_find(&nn->config.selectors, key);
	lpm = sel && sel->tables ? sel->tables->lpm[table] : NULL;
	found = lpm ? arpp_lpm_find(lpm, rule->node.prefix, rule->node.len) : 0;
	if (found && !replace) {
		err = -EEXIST;
	} else if (found && arpp_lpm_value(found) == value) {
		err = 0;
		goto unlock;
	} else if (found) {
		err = arpp_lpm_replace(lpm, &rule->node, value,
				       GFP_KERNEL_ACCOUNT);
	} else if (arpp_netns_full(&nn->config, table)) {
		err = -ENFILE;
	} else {
		err = lpm ? arpp_lpm_insert(lpm, &rule->node, value,
					    GFP_KERNEL_ACCOUNT) :
			    insert_first(nn, key, table, rule);
		if (!err)
			nn->config.count[table]++;
	}
	if (!err) {
		*generation = changed(nn);
		err = 1;
	}
unlock:
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
	err = apply(nn, sel);
	if (err) {
		arpp_selector_set_tables(&nn->config.selectors, sel, tables);
		return err;
	}
	arpp_tables_free_rcu(tables);
	arpp_selector_prune(&nn->config.selectors, sel);
	return 0;
}

/**
 * arpp_netns_remove() - remove a rule or a binding
 * @nn: the netns
 * @key: the selector that it is for
 * @table: what it is
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
	struct arpp_tables *tables;
	struct arpp_selector *sel;
	struct arpp_rule rule;
	u64 found = 0;
	bool rtnl;
	int err;

	rtnl = lock_for_rules(nn, key, 2);
	sel = arpp_selector_find(&nn->config.selectors, key);
	tables = sel ? sel->tables : NULL;
	if (tables)
		found = arpp_lpm_find(tables->lpm[table], like->node.prefix,
				      like->node.len);
	err = -ENOENT;
	if (!found)
		goto unlock;
	rule = arpp_rule_of(found, like->node.prefix);
	err = -ESRCH;
	if (!agrees(&rule, like))
		goto unlock;
	err = 0;
	if (arpp_tables_count(tables, ARPP_RULES | ARPP_BINDINGS) > 1)
		arpp_lpm_remove(tables->lpm[table], like->node.prefix, like->node.len);
	else
		err = remove_last(nn, sel);
	if (err)
		goto unlock;
	*like = rule;
	nn->config.count[table]--;
	*generation = changed(nn);
unlock:
	unlock_for_rules(nn, rtnl);
	return err;
}

/* The tables that are not in a mask. */
static unsigned int all_but(unsigned int which)
{
	return (ARPP_RULES | ARPP_BINDINGS) & ~which;
}

/* Remove one selector's rules or bindings: 1 if there were any, 0 or -errno. */
static int clear_locked(struct arpp_netns *nn, unsigned int which,
			const struct arpp_selector_key *key)
{
	unsigned int keep = all_but(which);
	struct arpp_tables *old, *new = NULL;
	struct arpp_selector *sel;
	int i, err;

	sel = arpp_selector_find(&nn->config.selectors, key);
	old = sel ? sel->tables : NULL;
	if (!arpp_tables_count(old, which))
		return 0;
	if (arpp_tables_count(old, keep)) {
		new = arpp_tables_split(old, keep);
		if (!new)
			return -ENOMEM;
	}
	arpp_selector_set_tables(&nn->config.selectors, sel, new);
	err = apply(nn, sel);
	if (err) {
		/* The kept tables belong to the old set. */
		arpp_selector_set_tables(&nn->config.selectors, sel, old);
		if (new)
			new->lent = keep;
		arpp_tables_free(new);
		return err;
	}
	for (i = 0; i < ARPP_TABLES; i++)
		if (which & BIT(i))
			nn->config.count[i] -= old->lpm[i]->count;
	/* Now they belong to the new set. */
	old->lent = new ? keep : 0;
	arpp_tables_free_rcu(old);
	arpp_selector_prune(&nn->config.selectors, sel);
	return 1;
}

static int clear_selector(struct arpp_netns *nn, unsigned int which,
			  const struct arpp_selector_key *key, u32 *generation)
{
	int err;

	rtnl_lock();
	mutex_lock(&nn->lock);
	err = clear_locked(nn, which, key);
	if (err > 0)
		*generation = changed(nn);
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/*
 * Prepare in sel->next what each selector will have after some tables are cleared:
 * its present tables, new ones with the tables to keep, or none. Nothing is
 * published yet. Returns whether anything is to be cleared, or -errno; @left is set
 * to the number of selectors that will still have tables.
 */
static int plan_clear(struct arpp_netns *nn, unsigned int which,
		      unsigned int *left)
{
	unsigned int keep = all_but(which);
	struct arpp_selector *sel;
	int any = 0;

	*left = 0;
	arpp_for_each_selector(sel, &nn->config.selectors) {
		sel->next = sel->tables;
		cond_resched();
		if (arpp_tables_count(sel->tables, which)) {
			if (any >= 0)
				any = fatal_signal_pending(current) ? -EINTR : 1;
			sel->next = NULL;
			if (any > 0 && arpp_tables_count(sel->tables, keep)) {
				sel->next = arpp_tables_split(sel->tables, keep);
				if (!sel->next)
					any = -ENOMEM;
			}
		}
		*left += sel->fields.set || sel->next;
	}
	return any;
}

static void swap_tables(struct arpp_netns *nn)
{
	struct arpp_selectors *set = &nn->config.selectors;
	struct arpp_tables *was;
	struct arpp_selector *sel;

	lockdep_assert_held(&nn->lock);
	arpp_for_each_selector(sel, set) {
		was = sel->tables;
		arpp_selector_set_tables(set, sel, sel->next);
		sel->next = was;
	}
}

/* Publish the tables that the selectors have now. */
static int publish_clear(struct arpp_netns *nn, unsigned int which,
			 unsigned int left, u32 *generation)
{
	int i, err = 0;

	rtnl_lock();
	mutex_lock(&nn->lock);
	swap_tables(nn);
	if (left)
		err = rebuild(nn);
	else
		withdraw(nn);
	if (err) {
		swap_tables(nn);
	} else {
		for (i = 0; i < ARPP_TABLES; i++)
			if (which & BIT(i))
				nn->config.count[i] = 0;
		*generation = changed(nn);
	}
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/*
 * Free the old or new tables that are not in use, and drop selectors without any.
 * The lock protects dumps. It is released now and then, because a notifier may wait
 * for it under RTNL.
 */
static void end_clear(struct arpp_netns *nn, unsigned int keep)
{
	struct arpp_selector *sel, *after;
	unsigned int n = 0;

	mutex_lock(&nn->lock);
	for (sel = arpp_selector_next(&nn->config.selectors, NULL); sel;
	     sel = after) {
		after = arpp_selector_after(sel);
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

static int clear_all(struct arpp_netns *nn, unsigned int which, u32 *generation)
{
	unsigned int left;
	int any = plan_clear(nn, which, &left), err = 0;

	if (any > 0)
		err = publish_clear(nn, which, left, generation);
	end_clear(nn, all_but(which));
	return err ? err : any;
}

/**
 * arpp_netns_clear() - remove rules or bindings
 * @nn: the netns
 * @which: ARPP_RULES or ARPP_BINDINGS
 * @key: the selector to remove them from; NULL: every selector
 * @generation: set to the number of this change
 *
 * A packet sees all of them or none. Only devices that the selector may match get a
 * new policy. If all selectors are cleared, the work per selector is done before and
 * after, not under RTNL.
 *
 * Context: process, without RTNL; nn->command held, so that the selectors stay.
 * Return: 1 if there were any, 0 if not, or -ENOMEM or -EINTR, which change
 *	nothing.
 */
int arpp_netns_clear(struct arpp_netns *nn, unsigned int which,
		     const struct arpp_selector_key *key, u32 *generation)
{
	return key ? clear_selector(nn, which, key, generation) :
		     clear_all(nn, which, generation);
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
		err = rebuild(nn);
	else
		withdraw(nn);
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
	withdraw(nn);
	was = nn->config;
	arpp_config_init(&nn->config);
	if (any)
		changed(nn);
	*generation = nn->generation;
	mutex_unlock(&nn->lock);
	arpp_config_free_rcu(&was);
	return any;
}

/*
 * Devices appear, are renamed, and vanish; one that moves to another netns
 * vanishes here and appears there. All under RTNL.
 */
static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct arpp_netns *nn = arpp_netns_get(dev_net(dev));
	struct arpp_policy *policy;
	int err = 0;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
		mutex_lock(&nn->lock);
		err = refresh(nn, dev);
		mutex_unlock(&nn->lock);
		break;
	case NETDEV_PRE_UP:
		/*
		 * A device that comes from another netns stays here even when
		 * we say that there was no memory; but it is down.
		 */
		mutex_lock(&nn->lock);
		policy = policy_of(nn);
		if (policy && !arpp_device_find(policy, dev))
			err = refresh(nn, dev);
		mutex_unlock(&nn->lock);
		break;
	case NETDEV_UNREGISTER:
		/*
		 * The last readers of the device's policy are waited for by
		 * whoever unregisters it, before it is freed.
		 */
		mutex_lock(&nn->lock);
		policy = policy_of(nn);
		if (policy)
			arpp_policy_del(policy, dev);
		mutex_unlock(&nn->lock);
		arpp_delay_purge(&nn->delay, dev);
		break;
	}
	/* Better no device than one without its policy. */
	return notifier_from_errno(err);
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

/*
 * The VRF or MAC of a device has changed. A device that moves to another VRF is
 * recorded there after fib_netdev_event() has removed its addresses from the old
 * VRF's routing table, and before it adds them to the new one's (NETDEV_UP).
 */
static int host_netdev_event(struct notifier_block *nb, unsigned long event,
			     void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct arpp_netns *nn = arpp_netns_get(dev_net(dev));

	/* RTNL is held: no policy can appear now, but it may be removed. */
	if (!READ_ONCE(nn->host))
		return NOTIFY_DONE;
	mutex_lock(&nn->lock);
	switch (nn->host ? event : 0) {
	case NETDEV_REGISTER:
	case NETDEV_PRE_UP:
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEUPPER:
		arpp_host_sync(nn->host, dev);
		break;
	case NETDEV_UNREGISTER:
		arpp_host_forget(nn->host, dev);
		break;
	}
	mutex_unlock(&nn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block host_netdev_notifier = {
	.notifier_call = host_netdev_event,
};

/* An address was added or removed. */
static int host_addr_event(const struct in_ifaddr *ifa,
			   void (*notify)(struct arpp_host *host,
					  const struct in_ifaddr *ifa))
{
	struct arpp_netns *nn = arpp_netns_get(dev_net(ifa->ifa_dev->dev));

	if (!READ_ONCE(nn->host))
		return NOTIFY_DONE;
	mutex_lock(&nn->lock);
	if (nn->host)
		notify(nn->host, ifa);
	mutex_unlock(&nn->lock);
	return NOTIFY_DONE;
}

static int host_addr_comes(struct notifier_block *nb, unsigned long event,
			   void *ifa)
{
	return event == NETDEV_UP ? host_addr_event(ifa, arpp_host_add) :
				    NOTIFY_DONE;
}

static int host_addr_goes(struct notifier_block *nb, unsigned long event,
			  void *ifa)
{
	return event == NETDEV_DOWN ? host_addr_event(ifa, arpp_host_del) :
				      NOTIFY_DONE;
}

/*
 * These run before and after fib_inetaddr_event(), which has priority 0: an address
 * is recorded as long as it can be answered for.
 */
static struct notifier_block host_comes_notifier = {
	.notifier_call = host_addr_comes,
	.priority = 1,
};

static struct notifier_block host_goes_notifier = {
	.notifier_call = host_addr_goes,
	.priority = -1,
};

static void host_notifiers_clean(void)
{
	unregister_inetaddr_notifier(&host_goes_notifier);
	unregister_inetaddr_notifier(&host_comes_notifier);
	unregister_netdevice_notifier(&host_netdev_notifier);
}

static int host_notifiers_init(void)
{
	int err = register_netdevice_notifier(&host_netdev_notifier);

	if (err)
		return err;
	register_inetaddr_notifier(&host_comes_notifier);
	register_inetaddr_notifier(&host_goes_notifier);
	return 0;
}

static int __net_init state_init(struct net *net)
{
	struct arpp_netns *nn = arpp_netns_get(net);
	int i;

	nn->net = net;
	mutex_init(&nn->command);
	mutex_init(&nn->lock);
	mutex_init(&nn->making);
	spin_lock_init(&nn->made_lock);
	INIT_LIST_HEAD(&nn->made);
	arpp_config_init(&nn->config);
	nn->generation = 1;
	arpp_delay_init(&nn->delay, netns_setup->due);
	arpp_defence_init(&nn->defence);
	for (i = 0; i < ARPP_HOOKS; i++) {
		nn->hooks[i] = netns_setup->hooks[i];
		nn->hooks[i].priv = nn;
	}
	return 0;
}

static void __net_exit state_exit(struct net *net)
{
	struct arpp_netns *nn = arpp_netns_get(net);

	arpp_delay_clean(&nn->delay);
	/* No packet has come in since the hooks went, a grace period ago. */
	arpp_sources_free(nn->sources);
}

static struct pernet_operations state_ops = {
	.init = state_init,
	.exit = state_exit,
	.id = &netns_id,
	.size = sizeof(struct arpp_netns),
};

static void policy_exit(struct net *net)
{
	u32 generation;

	arpp_netns_flush(arpp_netns_get(net), &generation);
}

/* Whoever fails to init is not asked to exit, and may have set a part of it. */
static int __net_init policy_init(struct net *net)
{
	int err = netns_setup->initial(arpp_netns_get(net));

	if (err)
		policy_exit(net);
	return err;
}

static struct pernet_operations policy_ops = {
	.init = policy_init,
	.exit = policy_exit,
};

/**
 * arpp_netns_init() - watch namespaces and devices
 * @setup: what each netns starts with; used until arpp_netns_clean()
 *
 * In this order: the notifier may run as soon as it is registered and needs
 * the state of its netns; a policy may only be published while the notifier
 * keeps its devices true.
 *
 * Return: 0 or -errno.
 */
int arpp_netns_init(const struct arpp_netns_setup *setup)
{
	int err;

	netns_setup = setup;
	err = arpp_tables_init();
	if (err)
		return err;
	err = arpp_host_init();
	if (err)
		goto err_rule;
	err = register_pernet_subsys(&state_ops);
	if (err)
		goto err_host;
	err = register_netdevice_notifier(&netdev_notifier);
	if (err)
		goto err_state;
	err = host_notifiers_init();
	if (err)
		goto err_notifier;
	err = register_pernet_subsys(&policy_ops);
	if (err)
		goto err_host_notifiers;
	return 0;

err_host_notifiers:
	host_notifiers_clean();
err_notifier:
	synchronize_net();
	unregister_netdevice_notifier(&netdev_notifier);
err_state:
	unregister_pernet_subsys(&state_ops);
	rcu_barrier();
err_host:
	arpp_host_clean();
err_rule:
	arpp_tables_clean();
	return err;
}

/**
 * arpp_netns_clean() - undo arpp_netns_init(), in the exact opposite order
 *
 * No configuration may come in any more. Afterwards no packet and no callback
 * is in our code.
 */
void arpp_netns_clean(void)
{
	unregister_pernet_subsys(&policy_ops);
	/* Hooks are off; a packet may still be in one. */
	synchronize_net();
	host_notifiers_clean();
	unregister_netdevice_notifier(&netdev_notifier);
	unregister_pernet_subsys(&state_ops);
	/* Policies are freed by callbacks in this module's text, tables by work. */
	rcu_barrier();
	arpp_host_clean();
	arpp_tables_clean();
}
