// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy of one netns: create, publish by one RCU pointer, drain.
 *
 * Process context. RTNL before nn->lock; RTNL keeps the devices of the netns in
 * place while their policies are made, and orders changes with the notifier.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "netns.h"

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

/* Nothing is configured any more: as if the module were not loaded. */
static void withdraw(struct arpp_netns *nn)
{
	if (nn->hooked)
		nf_unregister_net_hooks(nn->net, nn->hooks, ARPP_HOOKS);
	nn->hooked = false;
	publish(nn, NULL);
	arpp_delay_purge(&nn->delay, NULL);
}

/* Make every device's policy anew, and publish them all at once. */
static int rebuild(struct arpp_netns *nn)
{
	bool any_hidden = nn->selectors.hidden;
	const struct arpp_policy *from = policy_of(nn);
	struct arpp_policy *policy;
	struct arpp_fields fields;
	unsigned int devices = 0;
	struct net_device *dev;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);

	for_each_netdev(nn->net, dev)
		devices++;
	policy = arpp_policy_alloc(devices, any_hidden);
	if (!policy)
		return -ENOMEM;
	for_each_netdev(nn->net, dev) {
		cond_resched();
		arpp_selector_resolve(&nn->selectors, dev->name, &fields, NULL);
		if (!arpp_policy_reaches(&fields, any_hidden))
			continue;
		err = arpp_policy_add(policy, dev, &fields, from);
		if (err)
			goto err_free;
	}
	if (!nn->hooked) {
		err = nf_register_net_hooks(nn->net, nn->hooks, ARPP_HOOKS);
		if (err)
			goto err_free;
		nn->hooked = true;
	}
	publish(nn, policy);
	return 0;

err_free:
	arpp_policy_free(policy);
	return err;
}

/* Make one device's policy anew, in the published table. */
static int refresh(struct arpp_netns *nn, struct net_device *dev)
{
	struct arpp_policy *policy = policy_of(nn);
	struct arpp_fields fields;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);

	if (!policy)
		return 0;
	nn->table_seq++;
	arpp_selector_resolve(&nn->selectors, dev->name, &fields, NULL);
	if (!arpp_policy_reaches(&fields, policy->any_hidden)) {
		arpp_policy_del(policy, dev);
		return 0;
	}
	/* More than two devices a bucket: time for more buckets, if there is room. */
	if (policy->count > 2 * policy->mask && !rebuild(nn))
		return 0;
	return arpp_policy_add(policy, dev, &fields, policy);
}

/* Bring what packets see in line with the selectors, after @key changed. */
static int apply(struct arpp_netns *nn, const struct arpp_selector_key *key)
{
	const struct arpp_policy *policy = policy_of(nn);
	struct net_device *dev;

	if (!nn->selectors.count) {
		withdraw(nn);
		return 0;
	}
	if (!policy || policy->any_hidden != !!nn->selectors.hidden ||
	    key->kind != ARPP_SELECTOR_NAME)
		return rebuild(nn);
	dev = __dev_get_by_name(nn->net, key->name);
	/* That also finds alternative names, which select nothing. */
	if (!dev || strcmp(dev->name, key->name))
		return 0;
	return refresh(nn, dev);
}

/**
 * arpp_netns_change() - set and unset fields of a selector
 * @nn: the netns
 * @change: what to do; tells what came of it
 *
 * Packets see the change at once and whole; on failure they, and what is
 * configured, stay as they were.
 *
 * Context: process, without RTNL.
 * Return: 1 when something changed, 0 when all was so already, or -errno:
 *	-ENOMEM, -ENOSPC for too many selectors.
 */
int arpp_netns_change(struct arpp_netns *nn, struct arpp_netns_change *change)
{
	struct arpp_fields *now = &change->now;
	const struct arpp_selector *sel;
	struct arpp_fields was = {};
	enum arp_policy_field f;
	int err;

	rtnl_lock();
	mutex_lock(&nn->lock);
	sel = arpp_selector_find(&nn->selectors, &change->key);
	if (sel)
		was = sel->fields;
	*now = was;
	arpp_for_each_field(f) {
		if (change->unset & BIT(f))
			arpp_field_unset(now, f);
		if (arpp_field_is_set(&change->set, f))
			arpp_field_set(now, f, change->set.val[f]);
	}
	err = 0;
	if (arpp_field_equal(&was, now))
		goto unlock;

	err = arpp_selector_set(&nn->selectors, &change->key, now);
	if (err)
		goto unlock;
	err = apply(nn, &change->key);
	if (err) {
		arpp_selector_set(&nn->selectors, &change->key, &was);
	} else {
		change->generation = ++nn->generation;
		nn->table_seq++;
		err = 1;
	}
	arpp_selector_prune(&nn->selectors, &change->key);
unlock:
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/**
 * arpp_netns_flush() - forget everything
 * @nn: the netns
 * @generation: set to the number of this change
 *
 * Needs no memory and cannot fail.
 *
 * Return: whether there was anything.
 */
bool arpp_netns_flush(struct arpp_netns *nn, u32 *generation)
{
	bool any;

	mutex_lock(&nn->lock);
	any = nn->selectors.count;
	arpp_selector_flush(&nn->selectors);
	withdraw(nn);
	nn->generation += any;
	nn->table_seq += any;
	*generation = nn->generation;
	mutex_unlock(&nn->lock);
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
	case NETDEV_UNREGISTER:
		/*
		 * The last readers of the device's policy are waited for by
		 * whoever unregisters it, before it is freed.
		 */
		mutex_lock(&nn->lock);
		policy = policy_of(nn);
		if (policy) {
			arpp_policy_del(policy, dev);
			nn->table_seq++;
		}
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

static int __net_init state_init(struct net *net)
{
	struct arpp_netns *nn = arpp_netns_get(net);
	int i;

	nn->net = net;
	mutex_init(&nn->command);
	mutex_init(&nn->lock);
	nn->selectors.root = RB_ROOT;
	nn->generation = 1;
	arpp_delay_init(&nn->delay);
	for (i = 0; i < ARPP_HOOKS; i++) {
		nn->hooks[i] = netns_setup->hooks[i];
		nn->hooks[i].priv = nn;
	}
	return 0;
}

static void __net_exit state_exit(struct net *net)
{
	arpp_delay_clean(&arpp_netns_get(net)->delay);
}

static struct pernet_operations state_ops = {
	.init = state_init,
	.exit = state_exit,
	.id = &netns_id,
	.size = sizeof(struct arpp_netns),
};

static int __net_init policy_init(struct net *net)
{
	return netns_setup->initial(arpp_netns_get(net));
}

static void __net_exit policy_exit(struct net *net)
{
	u32 generation;

	arpp_netns_flush(arpp_netns_get(net), &generation);
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
	err = register_pernet_subsys(&state_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&netdev_notifier);
	if (err)
		goto err_state;
	err = register_pernet_subsys(&policy_ops);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	synchronize_net();
	unregister_netdevice_notifier(&netdev_notifier);
err_state:
	unregister_pernet_subsys(&state_ops);
	rcu_barrier();
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
	unregister_netdevice_notifier(&netdev_notifier);
	unregister_pernet_subsys(&state_ops);
	/* Policies are freed by callbacks in this module's text. */
	rcu_barrier();
}
