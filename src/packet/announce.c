// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sender address of requests: mirrors the sysctl arp_announce; hidden addresses.
 *
 * RCU read side, BH disabled.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "packet/announce.h"
#include "packet/hidden.h"

/* Mirrors inet_addr_onlink(), which is not exported. */
static bool onlink(struct in_device *in_dev, __be32 a, __be32 b)
{
	const struct in_ifaddr *ifa;

	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (inet_ifa_match(a, ifa) && inet_ifa_match(b, ifa))
			return true;
	return false;
}

static bool local(const struct net_device *dev, __be32 addr)
{
	return inet_addr_type_dev_table(dev_net(dev), dev, addr) == RTN_LOCAL;
}

/*
 * A user can give devices any number of addresses, and the search for a sender
 * runs with softirqs disabled. So it stops after this many addresses or devices.
 * inet_select_addr() also walks the device's own addresses; this many take it
 * 0.1 ms.
 */
#define ANNOUNCE_ADDRS		4096
#define ANNOUNCE_DEVICES	1024

/*
 * The device's own address for a target: one in the target's subnet, else the
 * first primary one, like the first part of inet_select_addr(). Addresses that a
 * rule hides are skipped. At most @left addresses are visited; @left is reduced.
 */
static __be32 own_addr(const struct arpp_device *d, __be32 target,
		       unsigned int *left)
{
	struct in_device *in_dev = __in_dev_get_rcu(d->dev);
	unsigned char localnet_scope = RT_SCOPE_HOST;
	const struct in_ifaddr *ifa;
	struct arpp_match by;
	__be32 addr = 0;

	if (!in_dev)
		return 0;
	if (IN_DEV_ROUTE_LOCALNET(in_dev))
		localnet_scope = RT_SCOPE_LINK;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (!*left)
			break;
		--*left;
		if (ifa->ifa_flags & IFA_F_SECONDARY ||
		    min(ifa->ifa_scope, localnet_scope) > RT_SCOPE_LINK ||
		    arpp_rule_hides(d, ifa->ifa_local, &by))
			continue;
		if (inet_ifa_match(target, ifa))
			return ifa->ifa_local;
		if (!addr)
			addr = ifa->ifa_local;
	}
	return addr;
}

/*
 * The first primary address of @from that @d may borrow. At most @left addresses
 * are visited. Addresses of a hidden device are not borrowed.
 */
static __be32 borrowed_addr(const struct arpp_policy *policy,
			    const struct arpp_device *d,
			    const struct net_device *from, unsigned int *left)
{
	struct in_device *in_dev = __in_dev_get_rcu(from);
	const struct in_ifaddr *ifa;
	struct arpp_match by;

	if (!in_dev || arpp_hides(policy, from))
		return 0;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (!*left)
			break;
		--*left;
		if (ifa->ifa_flags & IFA_F_SECONDARY ||
		    ifa->ifa_scope >= RT_SCOPE_LINK)
			continue;
		if (!arpp_announce_hidden(policy, d, ifa->ifa_local, &by))
			return ifa->ifa_local;
	}
	return 0;
}

/**
 * arpp_announce_foreign() - does strict forbid an address as sender on a device?
 * @policy: of the netns
 * @d: the device's policy
 * @addr: the address
 *
 * Return: true if announce is strict and the address is not the device's own.
 */
bool arpp_announce_foreign(const struct arpp_policy *policy,
			   const struct arpp_device *d, __be32 addr)
{
	return arpp_managed(d, ARP_POLICY_FIELD_ANNOUNCE) &&
	       d->announce == ARP_POLICY_ANNOUNCE_STRICT &&
	       !arpp_addr_on_dev(policy, d->dev, addr);
}

/* Mirrors arp_solicit(): unknown levels are like 0. */
static __be32 by_level(int level, const struct arpp_packet *p, __be32 queued_sip)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);

	switch (level) {
	case ARP_POLICY_ANNOUNCE_BEST:
		break;
	case ARP_POLICY_ANNOUNCE_SUBNET:
		if (queued_sip && local(p->dev, queued_sip) && in_dev &&
		    onlink(in_dev, p->tip, queued_sip))
			return queued_sip;
		break;
	default:
		if (queued_sip && local(p->dev, queued_sip))
			return queued_sip;
	}
	return arpp_announce_best(p->dev, p->tip);
}

/* The level that arp_solicit() has used. */
static int sysctl_level(const struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);
	int level = in_dev ? IN_DEV_ARP_ANNOUNCE(in_dev) : 0;

	return level == ARP_POLICY_ANNOUNCE_SUBNET ||
	       level == ARP_POLICY_ANNOUNCE_BEST ? level :
						   ARP_POLICY_ANNOUNCE_ANY;
}

/*
 * The sender at a level looser than the sysctl's. This needs the packet in the
 * neighbour's queue.
 */
static bool by_solicitation(int level, const struct arpp_packet *p, __be32 *sender)
{
	struct arpp_solicitation solicitation = arpp_packet_solicitation(p);

	if (!solicitation.found || solicitation.lost) {
		/* An address that is not the best one came from the packet. */
		if (sysctl_level(p) != ARP_POLICY_ANNOUNCE_SUBNET ||
		    p->sip == by_level(ARP_POLICY_ANNOUNCE_BEST, p, 0))
			return false;
		solicitation.sip = p->sip;
	}
	*sender = by_level(level, p, solicitation.sip);
	return true;
}

/**
 * arpp_announce_sender_any() - arpp_announce_sender() for all levels
 * @d: the outgoing device, its announce managed
 * @p: the request, made by arp_solicit()
 * @sender: set to the address, or to 0 if there is none
 *
 * Mirrors arp_solicit() for levels 0 to 2. strict chooses like level 2 on a host
 * without other devices, among the device's first 4096 addresses. A level no
 * looser than the sysctl's only needs the sender that the sysctl chose, so it
 * works even if the neighbour entry is gone.
 *
 * Return: false if the sender cannot be determined because the queued packet is
 *	gone.
 */
bool arpp_announce_sender_any(const struct arpp_device *d,
			      const struct arpp_packet *p, __be32 *sender)
{
	unsigned int left = ANNOUNCE_ADDRS;

	if (d->announce == ARP_POLICY_ANNOUNCE_STRICT) {
		*sender = own_addr(d, p->tip, &left);
		return true;
	}
	if (d->announce < sysctl_level(p))
		return by_solicitation(d->announce, p, sender);
	*sender = by_level(d->announce, p, p->sip);
	return true;
}

/**
 * arpp_announce_stock() - the sender that the kernel chooses by the sysctl
 * @p: the request
 * @queued_sip: source address of the packet that waits for the answer, or 0
 *
 * Return: the address; 0 when there is none.
 */
__be32 arpp_announce_stock(const struct arpp_packet *p, __be32 queued_sip)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);

	return in_dev ? by_level(IN_DEV_ARP_ANNOUNCE(in_dev), p, queued_sip) : 0;
}

/**
 * arpp_announce_visible() - the best sender that is not hidden
 * @policy: of the netns
 * @d: the outgoing device's policy
 * @target: the target of the request
 *
 * Mirrors inet_select_addr(), but skips hidden addresses. A device without an
 * address borrows one, as in the stock kernel. At most 4096 addresses and 1024
 * devices are searched.
 *
 * Return: the address; 0 if none was found.
 */
__be32 arpp_announce_visible(const struct arpp_policy *policy,
			     const struct arpp_device *d, __be32 target)
{
	unsigned int left = ANNOUNCE_ADDRS, devices = ANNOUNCE_DEVICES;
	struct net *net = dev_net(d->dev);
	struct net_device *from;
	__be32 addr;
	int master;

	addr = own_addr(d, target, &left);
	if (addr)
		return addr;
	master = l3mdev_master_ifindex_rcu(d->dev);
	if (master) {
		from = dev_get_by_index_rcu(net, master);
		addr = from ? borrowed_addr(policy, d, from, &left) : 0;
		if (addr)
			return addr;
	}
	for_each_netdev_rcu(net, from) {
		if (!left || !devices--)
			break;
		if (l3mdev_master_ifindex_rcu(from) != master)
			continue;
		addr = borrowed_addr(policy, d, from, &left);
		if (addr)
			return addr;
	}
	return 0;
}
