// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snoop DHCP: for as long as a socket is open.
 *
 * Process context. Kernels do not report who joins a group, or not in which netns, so there
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

/**
 * arpp_nl_snoop_closed() - a socket was closed: end its snooping
 * @nn: the netns
 * @portid: its port id
 *
 * Context: process; the socket is marked dead.
 */
void arpp_nl_snoop_closed(struct arpp_netns *nn, u32 portid)
{
	if (READ_ONCE(nn->n_snoopers) && may_snoop(nn, portid))
		arpp_netns_snoop_end(nn, false);
}
