// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snoop DHCP: for as long as a socket is open.
 *
 * Process context. Kernels do not tell who joins a group, or not in which netns, so there
 * is a command for it.
 */
#include <net/genetlink.h>
#include <net/sock.h>

#include "netns.h"
#include "netns_bridge.h"
#include "nl/commands.h"

int arpp_nl_snoop(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	int err;

	if (!IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE)) {
		NL_SET_ERR_MSG(info->extack,
			       "this kernel has no hooks for bridge ports (CONFIG_NETFILTER_FAMILY_BRIDGE)");
		return -EOPNOTSUPP;
	}
	err = arpp_netns_snoop_begin(nn, NETLINK_CB(skb).sk, info->snd_portid);
	if (err == -EBUSY)
		NL_SET_ERR_MSG(info->extack, "too many sockets snoop DHCP here");
	return err;
}

/* May the socket with this port id be one that snoops? Most are not; no lock. */
static bool may_snoop(const struct arpp_netns *nn, u32 portid)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(nn->snoopers); i++)
		if (READ_ONCE(nn->snoopers[i].portid) == portid)
			return true;
	return false;
}

/* A socket was closed. It is marked dead by now, and no command of it is running. */
static int socket_event(struct notifier_block *nb, unsigned long event, void *info)
{
	const struct netlink_notify *n = info;
	struct arpp_netns *nn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	nn = arpp_netns_get(n->net);
	if (READ_ONCE(nn->n_snoopers) && may_snoop(nn, n->portid))
		arpp_netns_snoop_end(nn, false);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/* Needed when the module is unloaded: a netns that is removed has no sockets any more. */
static void __net_exit forget_all(struct net *net)
{
	arpp_netns_snoop_end(arpp_netns_get(net), true);
}

static struct pernet_operations snoop_ops = {
	.exit = forget_all,
};

/**
 * arpp_nl_snoop_init() - register for the end of sockets and namespaces
 *
 * Called before the family is registered.
 *
 * Return: 0 or -errno.
 */
int arpp_nl_snoop_init(void)
{
	int err = register_pernet_subsys(&snoop_ops);

	if (err)
		return err;
	err = netlink_register_notifier(&socket_notifier);
	if (err)
		unregister_pernet_subsys(&snoop_ops);
	return err;
}

/**
 * arpp_nl_snoop_clean() - end snooping everywhere
 *
 * Called after the family is unregistered, so that no more commands arrive.
 */
void arpp_nl_snoop_clean(void)
{
	netlink_unregister_notifier(&socket_notifier);
	unregister_pernet_subsys(&snoop_ops);
}
