// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: commands, attribute policies, multicast groups; what happens
 * when one of its sockets is closed.
 *
 * Process context. Commands run in parallel; the netns's mutex orders them.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "netns.h"
#include "netns_bridge.h"
#include "nl/commands.h"
#include "nl/family.h"
#include "nl/msg.h"
#include "nl/policy.h"
#include "packet/event.h"

/* Without a policy, a command without attributes would accept any. */
static const struct nla_policy no_policy[2];

#define ARPP_NL_POLICY(p) .policy = (p), .maxattr = ARRAY_SIZE(p) - 1

static const struct genl_ops ops[] = {
	{
		.cmd = ARP_POLICY_CMD_INFO_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_info_get,
		ARPP_NL_POLICY(no_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_DEV_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_dev_get,
		.start = arpp_nl_dev_start,
		.dumpit = arpp_nl_dev_dump,
		.done = arpp_nl_dev_done,
		ARPP_NL_POLICY(dev_get_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_DEV_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_dev_set,
		ARPP_NL_POLICY(dev_set_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_DEV_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_dev_del,
		ARPP_NL_POLICY(dev_del_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_EFFECTIVE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_effective_get,
		.dumpit = arpp_nl_effective_dump,
		ARPP_NL_POLICY(effective_get_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_ENTRY_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_entry_get,
		.start = arpp_nl_entry_start,
		.dumpit = arpp_nl_entry_dump,
		.done = arpp_nl_entry_done,
		ARPP_NL_POLICY(entry_get_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_ENTRY_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_entry_add,
		ARPP_NL_POLICY(entry_add_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_ENTRY_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_entry_del,
		ARPP_NL_POLICY(entry_del_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_flush,
		ARPP_NL_POLICY(flush_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_TRANSACTION_BEGIN,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_transaction_begin,
		ARPP_NL_POLICY(transaction_begin_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_TRANSACTION_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_transaction_add,
		ARPP_NL_POLICY(transaction_add_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_TRANSACTION_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_transaction_get,
		ARPP_NL_POLICY(no_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_TRANSACTION_COMMIT,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_transaction_commit,
		ARPP_NL_POLICY(no_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_TRANSACTION_ABORT,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_transaction_abort,
		ARPP_NL_POLICY(no_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_STATS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_stats_get,
		.dumpit = arpp_nl_stats_dump,
		ARPP_NL_POLICY(stats_get_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_STATS_RESET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_stats_reset,
		ARPP_NL_POLICY(stats_reset_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_ANNOUNCE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_announce,
		ARPP_NL_POLICY(announce_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_EXPLAIN,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_explain,
		ARPP_NL_POLICY(explain_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_SNOOP,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_snoop,
		ARPP_NL_POLICY(no_policy),
	},
};

static const struct genl_multicast_group mcgrps[] = {
	[ARPP_MCGRP_CONFIG] = {
		.name = ARP_POLICY_MCGRP_CONFIG,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[ARPP_MCGRP_VERDICT] = {
		.name = ARP_POLICY_MCGRP_VERDICT,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[ARPP_MCGRP_DHCP] = {
		.name = ARP_POLICY_MCGRP_DHCP,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

static struct genl_family family __ro_after_init = {
	.name = ARP_POLICY_FAMILY_NAME,
	.version = ARP_POLICY_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = mcgrps,
	.n_mcgrps = ARRAY_SIZE(mcgrps),
};

/*
 * A socket was closed: end what it has begun. No command of it is running. It is marked dead,
 * and its port id may belong to another socket, because netlink_release() removes it from
 * the table and orphans it before it notifies. Each socket that has sent a command causes
 * this notification, because it was bound then.
 */
static int socket_event(struct notifier_block *nb, unsigned long event, void *info)
{
	const struct netlink_notify *n = info;
	struct arpp_netns *nn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	nn = arpp_netns_get(n->net);
	arpp_nl_transaction_end(nn, false);
	arpp_nl_snoop_closed(nn, n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/* Needed when the module is unloaded: a netns that is removed has no sockets any more. */
static void __net_exit end_all(struct net *net)
{
	struct arpp_netns *nn = arpp_netns_get(net);

	arpp_netns_snoop_end(nn, true);
	arpp_nl_transaction_end(nn, true);
}

static struct pernet_operations socket_ops = {
	.exit = end_all,
};

/**
 * arpp_family_init() - register the family
 *
 * Registers the notifier first, so that no transaction and no snooping outlives its socket.
 *
 * Return: 0 or -errno.
 */
int __init arpp_family_init(void)
{
	int err = register_pernet_subsys(&socket_ops);

	if (err)
		return err;
	err = netlink_register_notifier(&socket_notifier);
	if (err)
		goto err_pernet;
	arpp_nl_msg_init(&family);
	err = genl_register_family(&family);
	if (err)
		goto err_notifier;
	arpp_event_open(&family);
	return 0;

err_notifier:
	netlink_unregister_notifier(&socket_notifier);
err_pernet:
	unregister_pernet_subsys(&socket_ops);
	return err;
}

/**
 * arpp_family_clean() - unregister the family, and end what its sockets have begun
 *
 * Waits for running commands; dumps hold a reference to the module. First waits for
 * packets that may still send an event.
 */
void arpp_family_clean(void)
{
	arpp_event_close();
	synchronize_net();
	genl_unregister_family(&family);
	netlink_unregister_notifier(&socket_notifier);
	unregister_pernet_subsys(&socket_ops);
}
