// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests for own addresses: mirrors the sysctls arp_ignore and arp_filter.
 *
 * RCU read side, any context.
 */
#include <linux/rtnetlink.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "packet/ignore.h"

/**
 * arpp_ignore_blocks_addr() - arpp_ignore_blocks() for levels that depend on addresses
 * @level: as for arpp_ignore_blocks()
 * @in_dev: as for arpp_ignore_blocks()
 * @sip: as for arpp_ignore_blocks()
 * @tip: as for arpp_ignore_blocks()
 *
 * Return: whether the request must not be answered.
 */
bool arpp_ignore_blocks_addr(int level, struct in_device *in_dev, __be32 sip,
			     __be32 tip)
{
	struct net *net = dev_net(in_dev->dev);
	const struct in_ifaddr *first;

	switch (level) {
	case 1:
		/* Usually it is the first one: 85 instructions less than the search. */
		first = rcu_dereference(in_dev->ifa_list);
		if (first && first->ifa_local == tip && inet_ifa_match(tip, first))
			return false;
		return !inet_confirm_addr(net, in_dev, 0, tip, RT_SCOPE_HOST);
	case 2:
		return !inet_confirm_addr(net, in_dev, sip, tip, RT_SCOPE_HOST);
	case 3:
		return !inet_confirm_addr(net, NULL, 0, tip, RT_SCOPE_LINK);
	default:
		return false;
	}
}

/**
 * arpp_filter_blocks() - would the answer be routed out by another device?
 * @dev: the receiving device
 * @sip: the sender
 * @tip: a local address
 * @elsewhere: set to whether it would: not so if there is just no route
 *
 * Mirrors arp_filter(), which counts @elsewhere as TcpExtArpFilter.
 *
 * Return: whether the request must not be answered.
 */
bool arpp_filter_blocks(const struct net_device *dev, __be32 sip, __be32 tip,
			bool *elsewhere)
{
	struct flowi4 fl4 = {
		.flowi4_oif = l3mdev_master_ifindex_rcu(dev),
		.daddr = sip,
		.saddr = tip,
	};
	struct rtable *rt = ip_route_output_key(dev_net(dev), &fl4);

	*elsewhere = false;
	if (IS_ERR(rt))
		return true;
	*elsewhere = rt->dst.dev != dev;
	ip_rt_put(rt);
	return *elsewhere;
}
