// SPDX-License-Identifier: GPL-2.0-only
/*
 * Create and destroy the state of a netns; follow its devices and addresses.
 *
 * Process context. RTNL before nn->lock; RTNL orders changes with the notifiers.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/netns/generic.h>
#include <net/switchdev.h>

#include "netns.h"
#include "netns_bridge.h"
#include "netns_change.h"
#include "netns_notify.h"
#include "netns_publish.h"
#include "packet/rate.h"
#include "policy/host.h"

static unsigned int netns_id;
static const struct arpp_netns_setup *netns_setup;

/**
 * arpp_netns_get() - get the state of a netns
 * @net: the netns
 *
 * Return: never NULL between arpp_netns_init() and arpp_netns_clean().
 */
struct arpp_netns *arpp_netns_get(const struct net *net)
{
	return net_generic(net, netns_id);
}

/*
 * A device is registered, renamed or unregistered. A device that moves to another netns
 * is unregistered here and registered there. RTNL is held.
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
		err = arpp_netns_refresh(nn, dev);
		if (!err && netif_is_bridge_master(dev))
			err = arpp_netns_bridge_comes(nn);
		mutex_unlock(&nn->lock);
		break;
	case NETDEV_PRE_UP:
		/*
		 * For a device from another netns, the kernel ignores the error
		 * of NETDEV_REGISTER. It is down then, so try again.
		 */
		mutex_lock(&nn->lock);
		policy = arpp_netns_policy(nn);
		if (policy && !arpp_device_find(policy, dev))
			err = arpp_netns_refresh(nn, dev);
		if (!err && netif_is_bridge_master(dev))
			err = arpp_netns_bridge_comes(nn);
		mutex_unlock(&nn->lock);
		break;
	case NETDEV_UNREGISTER:
		/*
		 * The unregistration waits for the last readers of the device's
		 * policy before it frees the device.
		 */
		mutex_lock(&nn->lock);
		policy = arpp_netns_policy(nn);
		if (policy)
			arpp_policy_del(policy, dev);
		if (netif_is_bridge_master(dev))
			arpp_netns_bridge_goes(nn);
		mutex_unlock(&nn->lock);
		arpp_delay_purge(&nn->delay, dev);
		break;
	}
	/* Refuse the device rather than let it have no policy. */
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
	arpp_netns_notify_device(nn, dev, event);
	return NOTIFY_DONE;
}

static struct notifier_block host_netdev_notifier = {
	.notifier_call = host_netdev_event,
};

/*
 * The bridge has changed the state of a port. It says so to drivers of switches, for every
 * port. Not handled here, so a driver's answer counts.
 */
static int port_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct switchdev_notifier_port_attr_info *info = ptr;
	const struct net_device *dev = switchdev_notifier_info_to_dev(ptr);

	if (event == SWITCHDEV_PORT_ATTR_SET &&
	    info->attr->id == SWITCHDEV_ATTR_ID_PORT_STP_STATE)
		arpp_netns_bridge_state(arpp_netns_get(dev_net(dev)), dev,
					info->attr->u.stp_state);
	return NOTIFY_DONE;
}

static struct notifier_block port_notifier = {
	.notifier_call = port_event,
};

static int early_netdev_event(struct notifier_block *nb, unsigned long event,
			      void *info)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(info);

	arpp_netns_notify_early(arpp_netns_get(dev_net(dev)), dev, event);
	return NOTIFY_DONE;
}

/* Before inetdev's notifier, which has priority 0; the one above is after it. */
static struct notifier_block early_netdev_notifier = {
	.notifier_call = early_netdev_event,
	.priority = INT_MAX,
};

static struct arpp_netns *netns_of(const struct in_ifaddr *ifa)
{
	return arpp_netns_get(dev_net(ifa->ifa_dev->dev));
}

static void host_addr_add(const struct in_ifaddr *ifa)
{
	struct arpp_netns *nn = netns_of(ifa);

	if (!READ_ONCE(nn->host))
		return;
	mutex_lock(&nn->lock);
	if (nn->host && arpp_host_add(nn->host, ifa))
		nn->notify.fresh = ifa;
	mutex_unlock(&nn->lock);
}

static void host_addr_del(const struct in_ifaddr *ifa)
{
	struct arpp_netns *nn = netns_of(ifa);

	if (!READ_ONCE(nn->host))
		return;
	mutex_lock(&nn->lock);
	if (nn->host)
		arpp_host_del(nn->host, ifa);
	mutex_unlock(&nn->lock);
}

/* An address is being added, and cannot be answered for yet. */
static int early_addr_event(struct notifier_block *nb, unsigned long event,
			    void *ifa)
{
	if (event == NETDEV_UP)
		host_addr_add(ifa);
	return NOTIFY_DONE;
}

/* An address can be answered for from now on, or not any more. */
static int late_addr_event(struct notifier_block *nb, unsigned long event,
			   void *ifa)
{
	if (event == NETDEV_UP)
		arpp_netns_notify_addr(netns_of(ifa), ifa);
	else if (event == NETDEV_DOWN)
		host_addr_del(ifa);
	return NOTIFY_DONE;
}

/*
 * These run before and after fib_inetaddr_event(), which has priority 0: an address
 * is recorded for as long as the host can answer for it.
 */
static struct notifier_block early_addr_notifier = {
	.notifier_call = early_addr_event,
	.priority = 1,
};

static struct notifier_block late_addr_notifier = {
	.notifier_call = late_addr_event,
	.priority = -1,
};

static void host_notifiers_clean(void)
{
	unregister_switchdev_blocking_notifier(&port_notifier);
	unregister_inetaddr_notifier(&late_addr_notifier);
	unregister_inetaddr_notifier(&early_addr_notifier);
	unregister_netdevice_notifier(&early_netdev_notifier);
	unregister_netdevice_notifier(&host_netdev_notifier);
}

static int host_notifiers_init(void)
{
	int err = register_netdevice_notifier(&host_netdev_notifier);

	if (err)
		return err;
	err = register_netdevice_notifier(&early_netdev_notifier);
	if (err)
		goto err_host;
	err = register_switchdev_blocking_notifier(&port_notifier);
	if (err)
		goto err_early;
	register_inetaddr_notifier(&early_addr_notifier);
	register_inetaddr_notifier(&late_addr_notifier);
	return 0;

err_early:
	unregister_netdevice_notifier(&early_netdev_notifier);
err_host:
	unregister_netdevice_notifier(&host_netdev_notifier);
	return err;
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
	nn->max_rules = netns_setup->max_rules;
	nn->max_bindings = netns_setup->max_bindings;
	nn->generation = 1;
	nn->changes = 1;
	arpp_delay_init(&nn->delay, netns_setup->due);
	arpp_defence_init(&nn->defence);
	arpp_netns_notify_open(nn);
	for (i = 0; i < ARPP_HOOKS; i++) {
		nn->hooks[i] = netns_setup->hooks[i];
		nn->hooks[i].priv = nn;
	}
	for (i = 0; i < ARPP_BRIDGE_HOOKS; i++) {
		nn->bridge_hooks[i] = netns_setup->bridge_hooks[i];
		nn->bridge_hooks[i].priv = nn;
	}
	return 0;
}

static void __net_exit state_exit(struct net *net)
{
	struct arpp_netns *nn = arpp_netns_get(net);

	arpp_delay_clean(&nn->delay);
	arpp_netns_notify_close(nn);
	/* The hooks were removed a grace period ago, so no packet uses them. */
	arpp_sources_free(nn->sources);
	arpp_snoop_clean(&nn->snoop);
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

/* No .exit follows a failed .init: undo a partial policy here. */
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
 * arpp_netns_init() - set up all namespaces and register the notifiers
 * @setup: the initial policy and limits; used until arpp_netns_clean()
 *
 * The order matters: a notifier may run as soon as it is registered, and needs the
 * state of its netns. A policy may only be published while the notifiers keep it up to
 * date.
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
	err = arpp_netns_notify_init();
	if (err)
		goto err_host;
	err = register_pernet_subsys(&state_ops);
	if (err)
		goto err_notify;
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
err_notify:
	arpp_netns_notify_clean();
err_host:
	arpp_host_clean();
err_rule:
	arpp_tables_clean();
	return err;
}

/**
 * arpp_netns_clean() - undo arpp_netns_init(), in reverse order
 *
 * No more changes may come in. Afterwards no packet and no callback runs our code.
 */
void arpp_netns_clean(void)
{
	unregister_pernet_subsys(&policy_ops);
	/* The hooks are unregistered, but a packet may still be in one. */
	synchronize_net();
	host_notifiers_clean();
	unregister_netdevice_notifier(&netdev_notifier);
	unregister_pernet_subsys(&state_ops);
	/* Policies are freed by callbacks in this module's text, tables by work. */
	rcu_barrier();
	arpp_netns_notify_clean();
	arpp_host_clean();
	arpp_tables_clean();
}
