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
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <net/sock.h>

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

/*
 * The state of a port, from what the bridge puts into RTM_NEWLINK: only some kernels have a
 * function for it. BR_STATE_DISABLED without memory.
 */
static u8 ask_state(struct net_device *port)
{
	const struct net_device *master = netdev_master_upper_dev_get(port);
	const struct rtnl_link_ops *ops = master ? master->rtnl_link_ops : NULL;
	u8 state = BR_STATE_DISABLED;
	const struct nlattr *attr;
	struct sk_buff *skb;

	if (!ops || !ops->fill_slave_info)
		return state;
	skb = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return state;
	ops->fill_slave_info(skb, master, port);
	attr = nla_find((struct nlattr *)skb->data, skb->len, IFLA_BRPORT_STATE);
	if (attr)
		state = nla_get_u8(attr);
	kfree_skb(skb);
	return state;
}

/**
 * arpp_netns_bridge_port() - find out the state of a port that may be answered on
 * @policy: the policy of the netns
 * @dev: a device, whose policy is new or has changed
 *
 * Later changes come by arpp_netns_bridge_state().
 *
 * Context: RTNL and nn->lock held.
 */
void arpp_netns_bridge_port(struct arpp_policy *policy, struct net_device *dev)
{
	const struct arpp_device *d;

	ASSERT_RTNL();
	if (!netif_is_bridge_port(dev))
		return;
	d = arpp_device_find(policy, dev);
	if (d && d->port != ARPP_PORT_IGNORED && d->stats->stp_state == BR_STATE_DISABLED)
		WRITE_ONCE(d->stats->stp_state, ask_state(dev));
}

/**
 * arpp_netns_bridge_state() - the state of a port has changed
 * @nn: the netns
 * @dev: the port
 * @state: BR_STATE_*
 *
 * Context: process.
 */
void arpp_netns_bridge_state(struct arpp_netns *nn, const struct net_device *dev,
			     u8 state)
{
	const struct arpp_policy *policy;
	const struct arpp_device *d;

	mutex_lock(&nn->lock);
	policy = arpp_netns_policy(nn);
	d = policy ? arpp_device_find(policy, dev) : NULL;
	if (d)
		WRITE_ONCE(d->stats->stp_state, state);
	mutex_unlock(&nn->lock);
}

/* The hook to register. */
static struct nf_hook_ops *hook_wanted(struct arpp_netns *nn)
{
	return &nn->bridge_hooks[nn->n_snoopers ? ARPP_BRIDGE_SNOOP :
						  ARPP_BRIDGE_JUDGE];
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
	nn->bridge_hooked = hook_wanted(nn);
	err = has_bridge(nn->net) ? arpp_netns_bridge_comes(nn) : 0;
	if (!err)
		err = nf_register_net_hook(nn->net, nn->bridge_hooked);
	if (!err)
		return 1;
	nn->bridge_hooked = NULL;
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
	nf_unregister_net_hook(nn->net, nn->bridge_hooked);
	nn->bridge_hooked = NULL;
	release(nn);
}

/*
 * Exchange the registered hook for the one wanted now. Ports are never without one: for
 * a moment both are registered, and an ARP packet may be judged and counted twice.
 */
static int exchange_hooks(struct arpp_netns *nn)
{
	struct nf_hook_ops *wanted = hook_wanted(nn);
	int err;

	if (nn->bridge_hooked == wanted)
		return 0;
	err = nf_register_net_hook(nn->net, wanted);
	if (err)
		return err;
	nf_unregister_net_hook(nn->net, nn->bridge_hooked);
	nn->bridge_hooked = wanted;
	return 0;
}

static bool snoops(const struct arpp_netns *nn, const struct sock *sk)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(nn->snoopers); i++)
		if (nn->snoopers[i].sk == sk)
			return true;
	return false;
}

static void add_snooper(struct arpp_netns *nn, struct sock *sk, u32 portid)
{
	int i = 0;

	while (nn->snoopers[i].sk)
		i++;
	sock_hold(sk);
	nn->snoopers[i].sk = sk;
	WRITE_ONCE(nn->snoopers[i].portid, portid);
	WRITE_ONCE(nn->n_snoopers, nn->n_snoopers + 1);
}

static void del_snooper(struct arpp_netns *nn, struct arpp_snooper *snooper)
{
	sock_put(snooper->sk);
	snooper->sk = NULL;
	WRITE_ONCE(snooper->portid, 0);
	WRITE_ONCE(nn->n_snoopers, nn->n_snoopers - 1);
}

/*
 * Remove sockets. With the last one, replace the hook by one that does not snoop, or
 * unregister it. If there is no memory for that, frames pay for this hook until the
 * policy changes.
 */
static void end_snoopers(struct arpp_netns *nn, const struct sock *sk, bool all)
{
	struct arpp_snooper *snooper = nn->snoopers;
	int i;

	for (i = 0; i < ARRAY_SIZE(nn->snoopers); i++, snooper++)
		if (snooper->sk && (all || snooper->sk == sk ||
				    sock_flag(snooper->sk, SOCK_DEAD)))
			del_snooper(nn, snooper);
	if (!nn->bridge_hooked)
		return;
	if (arpp_netns_has_ports(nn))
		exchange_hooks(nn);
	else
		arpp_netns_bridge_unhook(nn);
}

/* Register the hook that snoops, in place of the present one if there is one. */
static int hook_snooper(struct arpp_netns *nn)
{
	int err = arpp_netns_bridge_hook(nn);

	return err < 0 ? err : exchange_hooks(nn);
}

/**
 * arpp_netns_snoop_begin() - a socket begins to snoop DHCP
 * @nn: the netns
 * @sk: the socket, which sends a command
 * @portid: its port id
 *
 * Context: process, without RTNL.
 * Return: 0, also if the socket snoops already; -EBUSY if too many sockets do, or another
 * -errno.
 */
int arpp_netns_snoop_begin(struct arpp_netns *nn, struct sock *sk, u32 portid)
{
	int err = 0;

	rtnl_lock();
	mutex_lock(&nn->lock);
	if (snoops(nn, sk))
		goto unlock;
	err = -EBUSY;
	if (nn->n_snoopers == ARRAY_SIZE(nn->snoopers))
		goto unlock;
	err = arpp_snoop_prepare(&nn->snoop);
	if (err)
		goto unlock;
	add_snooper(nn, sk, portid);
	err = hook_snooper(nn);
	if (err)
		end_snoopers(nn, sk, false);
unlock:
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return err;
}

/**
 * arpp_netns_snoop_end() - sockets that snoop are closed
 * @nn: the netns
 * @all: end for all sockets, not only for those that are closed
 *
 * Context: process, with or without RTNL.
 */
void arpp_netns_snoop_end(struct arpp_netns *nn, bool all)
{
	mutex_lock(&nn->lock);
	end_snoopers(nn, NULL, all);
	mutex_unlock(&nn->lock);
}
