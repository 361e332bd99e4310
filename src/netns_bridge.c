// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook of bridge ports in a netns, and its hold on bridge.ko.
 *
 * Process context, RTNL and nn->lock held, except to unhook: nn->lock is enough.
 *
 * bridge.ko may be loaded after the policy: its functions are taken when the first bridge
 * of the netns is created. They are released with the last bridge or with the policy,
 * after a grace period.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>

#include "netns_bridge.h"

static struct arpp_bridge *bridge_of(const struct arpp_netns *nn)
{
	return rcu_dereference_protected(nn->bridge, lockdep_is_held(&nn->lock));
}

static bool has_bridge(struct net *net)
{
	struct net_device *dev;

	for_each_netdev(net, dev)
		if (netif_is_bridge_master(dev))
			return true;
	return false;
}

static void release(struct arpp_netns *nn)
{
	struct arpp_bridge *bridge = bridge_of(nn);

	rcu_assign_pointer(nn->bridge, NULL);
	arpp_bridge_put_rcu(bridge);
}

/**
 * arpp_netns_bridge_comes() - a bridge was created in the netns, or is set up
 * @nn: the netns
 *
 * If bridge.ko is still being initialised, the second call succeeds. Before that the
 * bridge receives nothing.
 *
 * Context: RTNL and nn->lock held.
 * Return: 0 or -ENOMEM.
 */
int arpp_netns_bridge_comes(struct arpp_netns *nn)
{
	struct arpp_bridge *bridge;

	ASSERT_RTNL();
	if (!nn->bridge_hooked || bridge_of(nn))
		return 0;
	bridge = arpp_bridge_get();
	if (IS_ERR(bridge))
		return PTR_ERR(bridge);
	rcu_assign_pointer(nn->bridge, bridge);
	return 0;
}

/**
 * arpp_netns_bridge_goes() - a bridge was removed from the netns
 * @nn: the netns
 *
 * Context: RTNL and nn->lock held.
 */
void arpp_netns_bridge_goes(struct arpp_netns *nn)
{
	ASSERT_RTNL();
	if (bridge_of(nn) && !has_bridge(nn->net))
		release(nn);
}

/**
 * arpp_netns_bridge_hook() - register the hook of bridge ports if a selector needs it
 * @nn: the netns
 *
 * Context: RTNL and nn->lock held.
 * Return: 1 if it was registered now, 0 if there is nothing to do, or -errno.
 */
int arpp_netns_bridge_hook(struct arpp_netns *nn)
{
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&nn->lock);
	if (nn->bridge_hooked || !arpp_netns_has_ports(nn))
		return 0;
	nn->bridge_hooked = true;
	err = has_bridge(nn->net) ? arpp_netns_bridge_comes(nn) : 0;
	if (!err)
		err = nf_register_net_hook(nn->net, &nn->bridge_hook);
	if (!err)
		return 1;
	nn->bridge_hooked = false;
	release(nn);
	return err;
}

/**
 * arpp_netns_bridge_unhook() - unregister the hook of bridge ports
 * @nn: the netns
 *
 * Context: nn->lock held.
 */
void arpp_netns_bridge_unhook(struct arpp_netns *nn)
{
	lockdep_assert_held(&nn->lock);
	if (!nn->bridge_hooked)
		return;
	nf_unregister_net_hook(nn->net, &nn->bridge_hook);
	nn->bridge_hooked = false;
	release(nn);
}
