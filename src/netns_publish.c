// SPDX-License-Identifier: GPL-2.0-only
/*
 * Publish the policy of a netns: build the table of its devices, publish it by one RCU
 * pointer, withdraw it.
 *
 * Process context, nn->lock held. RTNL keeps the devices of the netns in place while
 * their policies are made.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>

#include "netns_bridge.h"
#include "netns_notify.h"
#include "netns_publish.h"
#include "packet/rate.h"
#include "policy/host.h"

/* Publish a policy and free the old one. */
static void policy_publish(struct arpp_netns *nn, struct arpp_policy *policy)
{
	struct arpp_policy *old = arpp_netns_policy(nn);

	rcu_assign_pointer(nn->policy, policy);
	arpp_policy_free_rcu(old);
}

/* Replace the table of addresses and MACs; no published policy uses the old one. */
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
	if (nn->host) {
		if (!arpp_host_stale(nn->host))
			return nn->host;
		/* Now: the rebuild may still fail, and free the new table. */
		arpp_host_postpone(nn->host);
	}
	return arpp_host_alloc(nn->net) ?: nn->host;
}

/**
 * arpp_netns_prepare() - prepare for a policy that meters sources or announces addresses
 * @nn: the netns
 * @metered: some selector sets source-rate
 * @notified: some selector sets notify to up or change
 *
 * The first source-rate allocates the sources, the first notify the queue of
 * announcements. They live as long as the netns.
 *
 * Context: process, nn->lock held.
 * Return: 0 or -ENOMEM.
 */
int arpp_netns_prepare(struct arpp_netns *nn, bool metered, bool notified)
{
	if (metered && !nn->sources) {
		nn->sources = arpp_sources_alloc();
		if (!nn->sources)
			return -ENOMEM;
	}
	return notified ? arpp_pacer_prepare(&nn->notify.pacer) : 0;
}

/**
 * arpp_netns_withdraw() - withdraw the published policy
 * @nn: the netns
 *
 * Packets are then processed as if the module were not loaded.
 *
 * Context: process, nn->lock held.
 */
void arpp_netns_withdraw(struct arpp_netns *nn)
{
	if (nn->hooked)
		nf_unregister_net_hooks(nn->net, nn->hooks, ARPP_HOOKS);
	nn->hooked = false;
	if (!nn->n_snoopers)
		arpp_netns_bridge_unhook(nn);
	policy_publish(nn, NULL);
	use_host(nn, NULL);
	arpp_delay_purge(&nn->delay, NULL);
	arpp_netns_notify_purge(nn);
}

/*
 * Add a device's policy, and what it knows of the device. @from: where its counters are,
 * or NULL. RTNL and nn->lock held.
 */
static int add_device(struct arpp_netns *nn, struct arpp_policy *policy,
		      struct net_device *dev, const struct arpp_policy *from)
{
	int err = arpp_policy_add(policy, dev, &nn->config.selectors, from);

	if (err)
		return err;
	arpp_netns_notify_link(policy, dev);
	arpp_netns_bridge_port(policy, dev);
	return 0;
}

/**
 * arpp_netns_rebuild() - rebuild every device's policy, and publish all at once
 * @nn: the netns
 *
 * This is the longest operation under RTNL: with 1000 devices and 256 globs about 30
 * million instructions. If its process is killed, it stops early.
 *
 * Context: process, RTNL and nn->lock held.
 * Return: 0, or -ENOMEM or -EINTR if nothing was changed.
 */
int arpp_netns_rebuild(struct arpp_netns *nn)
{
	const struct arpp_policy *from = arpp_netns_policy(nn);
	struct arpp_policy *policy;
	unsigned int devices = 0;
	struct arpp_host *host;
	struct net_device *dev;
	int err, bridge;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);

	bridge = arpp_netns_bridge_hook(nn);
	if (bridge < 0)
		return bridge;
	for_each_netdev(nn->net, dev)
		devices++;
	err = -ENOMEM;
	policy = arpp_policy_alloc(devices);
	if (!policy)
		goto err_bridge;
	policy->host = host_for(nn);
	if (!policy->host)
		goto err_free;
	policy->any_hidden = nn->config.selectors.hidden;
	policy->sources = nn->sources;
	policy->source_users = &nn->source_users;
	for_each_netdev(nn->net, dev) {
		cond_resched();
		err = -EINTR;
		if (fatal_signal_pending(current))
			goto err_free;
		err = add_device(nn, policy, dev, from);
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
	policy_publish(nn, policy);
	use_host(nn, host);
	if (!arpp_netns_has_ports(nn))
		arpp_netns_bridge_unhook(nn);
	return 0;

err_free:
	if (policy->host != nn->host)
		arpp_host_free_rcu(policy->host);
	arpp_policy_free(policy);
err_bridge:
	if (bridge)
		arpp_netns_bridge_unhook(nn);
	return err;
}

/**
 * arpp_netns_refresh() - rebuild one device's policy, in the published table
 * @nn: the netns
 * @dev: the device
 *
 * Context: process, RTNL and nn->lock held.
 * Return: 0, or -ENOMEM if nothing was changed.
 */
int arpp_netns_refresh(struct arpp_netns *nn, struct net_device *dev)
{
	struct arpp_policy *policy = arpp_netns_policy(nn);

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);

	if (!policy)
		return 0;
	/* Keep at least one bucket per device, so that chains stay short. */
	if (policy->count > policy->mask && !arpp_netns_rebuild(nn))
		return 0;
	return add_device(nn, policy, dev, policy);
}

/*
 * Refresh the device of a selector that is a name. The hook of bridge ports may be
 * registered or unregistered with it.
 */
static int refresh_name(struct arpp_netns *nn, const char *name)
{
	struct net_device *dev = __dev_get_by_name(nn->net, name);
	int bridge = arpp_netns_bridge_hook(nn), err = 0;

	if (bridge < 0)
		return bridge;
	/* The lookup also finds alternative names, which selectors do not match. */
	if (dev && !strcmp(dev->name, name))
		err = arpp_netns_refresh(nn, dev);
	if (err ? bridge : !arpp_netns_has_ports(nn))
		arpp_netns_bridge_unhook(nn);
	return err;
}

/* Is the changed selector, now empty, the only one? */
static bool is_last_selector(const struct arpp_netns *nn,
			     const struct arpp_selector *changed)
{
	return nn->config.selectors.count == 1 && arpp_selector_is_empty(changed);
}

/**
 * arpp_netns_apply() - publish the selectors after one of them changed
 * @nn: the netns
 * @changed: the selector
 *
 * Context: process, RTNL and nn->lock held.
 * Return: 0, or -ENOMEM or -EINTR if nothing was changed.
 */
int arpp_netns_apply(struct arpp_netns *nn, const struct arpp_selector *changed)
{
	const struct arpp_policy *policy = arpp_netns_policy(nn);

	if (is_last_selector(nn, changed)) {
		arpp_netns_withdraw(nn);
		return 0;
	}
	if (!policy || policy->any_hidden != !!nn->config.selectors.hidden ||
	    policy->sources != nn->sources ||
	    changed->key.kind != ARPP_SELECTOR_NAME)
		return arpp_netns_rebuild(nn);
	return refresh_name(nn, changed->key.name);
}
