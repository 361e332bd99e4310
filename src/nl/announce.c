// SPDX-License-Identifier: GPL-2.0-only
/*
 * Announce an address on request, by one gratuitous ARP.
 *
 * Process context, RTNL held while it is sent.
 */
#include <linux/etherdevice.h>
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

/* Can a device send ARP? Returns 0 or -errno. */
static int check_device(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (dev->flags & (IFF_NOARP | IFF_LOOPBACK)) {
		NL_SET_ERR_MSG(extack,
			       "device speaks no ARP: announce the address on the device that its neighbours are on");
		return -EOPNOTSUPP;
	}
	if (!netif_running(dev)) {
		NL_SET_ERR_MSG(extack, "device is down");
		return -ENETDOWN;
	}
	return 0;
}

/* The MAC to announce, or NULL with *@err. */
static const u8 *announced_lladdr(struct genl_info *info, const struct net_device *dev,
				  int *err)
{
	const struct nlattr *attr = info->attrs[ARP_POLICY_A_LLADDR];

	*err = 0;
	if (!attr)
		return dev->dev_addr;
	if (dev->addr_len != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "lladdr has another length than those of the device");
		*err = -EINVAL;
	} else if (!is_valid_ether_addr(nla_data(attr))) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "lladdr is not a unicast address: all zeroes, or a group address");
		*err = -EINVAL;
	}
	return nla_data(attr);
}

static int announce(struct genl_info *info, struct net_device *dev)
{
	struct nlattr *attr = info->attrs[ARP_POLICY_A_ADDRESS];
	bool force = nla_get_flag(info->attrs[ARP_POLICY_A_FORCE]);
	const char *why = NULL;
	const u8 *lladdr;
	__be32 addr;
	int err;

	if (!attr)
		return arpp_nl_missing(info->extack, NULL, ARP_POLICY_A_ADDRESS,
				       "address missing");
	addr = nla_get_be32(attr);
	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
	    ipv4_is_zeronet(addr) || ipv4_is_loopback(addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "address cannot be announced: 0.0.0.0, loopback, multicast or broadcast");
		return -EINVAL;
	}
	err = check_device(dev, info->extack);
	if (err)
		return err;
	lladdr = announced_lladdr(info, dev, &err);
	if (err)
		return err;
	if (!force)
		why = objection(arpp_netns_get(dev_net(dev)), dev, addr);
	if (why) {
		NL_SET_BAD_ATTR(info->extack, attr);
		info->extack->_msg = why;
		return -EADDRNOTAVAIL;
	}
	return arpp_act_announce(dev, addr, lladdr, force);
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
