// SPDX-License-Identifier: GPL-2.0-only
/*
 * Announce an address on request, by one gratuitous ARP.
 *
 * Process context, RTNL held while it is sent.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/genetlink.h>

#include "netns.h"
#include "nl/commands.h"
#include "nl/read.h"
#include "packet/act.h"
#include "packet/announce.h"
#include "packet/hidden.h"

/* Why an address should not be announced on a device, or NULL. */
static const char *objection(const struct arpp_netns *nn,
			     const struct net_device *dev, __be32 addr)
{
	const struct arpp_policy *policy;
	const struct arpp_device *d;
	const char *why = NULL;
	struct arpp_match by;

	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	d = policy ? arpp_device_find(policy, dev) : NULL;
	if (!arpp_local(policy, dev, addr))
		why = "address is not ours: add it first, or use force";
	else if (d && arpp_announce_hidden(policy, d, addr, &by))
		why = "address is hidden on this device: make it visible first, or use force";
	else if (d && arpp_announce_foreign(policy, d, addr))
		why = "address is not this device's own and announce is strict there: use force";
	rcu_read_unlock();
	return why;
}

static int announce(struct genl_info *info, struct net_device *dev)
{
	struct nlattr *attr = info->attrs[ARP_POLICY_A_ADDRESS];
	bool force = nla_get_flag(info->attrs[ARP_POLICY_A_FORCE]);
	const char *why = NULL;
	__be32 addr;

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "address missing");
		return -EINVAL;
	}
	addr = nla_get_be32(attr);
	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	    ipv4_is_zeronet(addr) || ipv4_is_loopback(addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "address cannot be announced: 0.0.0.0, loopback, multicast or broadcast");
		return -EINVAL;
	}
	if (dev->flags & IFF_NOARP || !netif_running(dev)) {
		NL_SET_ERR_MSG(info->extack,
			       "device is down or does no ARP");
		return -ENETDOWN;
	}
	if (!force)
		why = objection(arpp_netns_get(dev_net(dev)), dev, addr);
	if (why) {
		NL_SET_BAD_ATTR(info->extack, attr);
		info->extack->_msg = why;
		return -EADDRNOTAVAIL;
	}
	return arpp_act_announce(dev, addr, force);
}

int arpp_nl_announce(struct sk_buff *skb, struct genl_info *info)
{
	struct net_device *dev;
	int err;

	rtnl_lock();
	dev = arpp_nl_netdev(info, true);
	err = IS_ERR(dev) ? PTR_ERR(dev) : announce(info, dev);
	rtnl_unlock();
	return err;
}
