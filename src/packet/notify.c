// SPDX-License-Identifier: GPL-2.0-only
/*
 * The field notify: which addresses a device announces.
 *
 * RCU read side, any context. The hook has the last word on each announcement: it
 * suppresses those of hidden addresses.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>

#include "packet/announce.h"
#include "packet/hidden.h"
#include "packet/ignore.h"
#include "packet/notify.h"

/* Hundreds of devices with one address are common, as in hidden.c. */
#define NOTIFY_WALK	256

/**
 * arpp_notify_hides() - is an own address hidden on a device?
 * @policy: of the netns
 * @dev: the device
 * @addr: the address
 *
 * Return: whether a rule or the field hidden hides it there.
 */
bool arpp_notify_hides(const struct arpp_policy *policy, const struct net_device *dev,
		       __be32 addr)
{
	return arpp_hidden_at_all(policy, arpp_device_find(policy, dev), dev, addr);
}

/* Does a rule keep us from answering for our own address with the device's MAC? */
static bool rule_refuses(const struct arpp_device *d, __be32 addr)
{
	struct arpp_match match;
	struct arpp_rule rule;

	if (!arpp_rule_match(d, ARPP_TABLE_TARGET, addr, &match))
		return false;
	rule = arpp_match_rule(&match);
	return rule.action == ARP_POLICY_ACTION_DROP ||
	       rule.action == ARP_POLICY_ACTION_HIDE ||
	       (rule.action == ARP_POLICY_ACTION_PROXY && rule.has_lladdr);
}

/**
 * arpp_notify_answers() - would a device answer for an own address, as far as policy goes?
 * @policy: of the netns
 * @dev: a device that speaks ARP, of the address's L3 domain
 * @addr: the address
 *
 * The state of devices and routes is left aside.
 *
 * Return: false if it is hidden, if a rule drops its requests, or if ignore forbids it.
 */
bool arpp_notify_answers(const struct arpp_policy *policy, const struct net_device *dev,
			 __be32 addr)
{
	const struct arpp_device *d = arpp_device_find(policy, dev);
	struct in_device *in_dev = __in_dev_get_rcu(dev);

	return in_dev && !arpp_hidden_at_all(policy, d, dev, addr) &&
	       !(d && rule_refuses(d, addr)) &&
	       !arpp_ignore_blocks(arpp_ignore_level(d, in_dev), in_dev, 0, addr);
}

/*
 * Is an address on a device that speaks ARP itself, and not on this one? Then it must not
 * be announced here: both would claim it. Also true if it is on too many devices.
 */
static bool is_elsewhere(const struct arpp_policy *policy, const struct net_device *dev,
			 __be32 addr)
{
	const struct arpp_host_addr *in =
		arpp_host_addr(policy->host, arpp_host_domain(dev), addr);
	const struct arpp_host_addr_dev *addr_dev;
	unsigned int left = NOTIFY_WALK;

	if (arpp_host_addr_dev(policy->host, dev, addr))
		return false;
	if (!in)
		return true;
	for (addr_dev = arpp_host_first(in); addr_dev; addr_dev = arpp_host_next(addr_dev))
		if (arpp_notify_speaks(addr_dev->dev) || !left--)
			return true;
	return false;
}

/**
 * arpp_notify_held() - is an address also on another device that is up?
 * @policy: of the netns
 * @than: a device that has the address
 * @addr: the address
 *
 * Return: whether it is, among the first 256 devices that have it. If so, the host
 *	answered for it before @than had it.
 */
bool arpp_notify_held(const struct arpp_policy *policy, const struct net_device *than,
		      __be32 addr)
{
	const struct arpp_host_addr *in =
		arpp_host_addr(policy->host, arpp_host_domain(than), addr);
	const struct arpp_host_addr_dev *addr_dev = in ? arpp_host_first(in) : NULL;
	unsigned int left = NOTIFY_WALK;

	for (; addr_dev && left--; addr_dev = arpp_host_next(addr_dev))
		if (addr_dev->dev != than && netif_running(addr_dev->dev))
			return true;
	return false;
}

/* The host does not receive on such a device: its master does. */
static bool is_port(const struct net_device *dev)
{
	return netif_is_bridge_port(dev) || netif_is_ovs_port(dev) ||
	       netif_is_lag_port(dev);
}

static bool announceable(__be32 addr)
{
	return !ipv4_is_loopback(addr) && !ipv4_is_multicast(addr) &&
	       !ipv4_is_lbcast(addr) && !ipv4_is_zeronet(addr);
}

/**
 * arpp_notify_repeats() - does a device announce an address as the sysctl arp_notify does?
 * @policy: of the netns
 * @d: the device's policy
 * @addr: the address
 *
 * Return: whether notify is up or more, and the address is the device's own.
 */
bool arpp_notify_repeats(const struct arpp_policy *policy, const struct arpp_device *d,
			 __be32 addr)
{
	return d->notify && !d->audit && !(d->dev->flags & IFF_NOARP) &&
	       netif_running(d->dev) && arpp_addr_on_dev(policy, d->dev, addr);
}

/**
 * arpp_notify_announces() - does a device announce an address that it begins to answer for?
 * @policy: of the netns
 * @d: the device's policy
 * @addr: the address
 *
 * Return: whether notify is change, the device answers for the address, and it is on no
 *	other device that speaks ARP itself.
 */
bool arpp_notify_announces(const struct arpp_policy *policy, const struct arpp_device *d,
			   __be32 addr)
{
	const struct net_device *dev = d->dev;

	return d->notify == ARP_POLICY_NOTIFY_CHANGE && !d->audit &&
	       arpp_notify_speaks(dev) && arpp_notify_link(dev) && !is_port(dev) &&
	       announceable(addr) && !is_elsewhere(policy, dev, addr) &&
	       arpp_notify_answers(policy, dev, addr) &&
	       !arpp_announce_foreign(policy, d, addr) &&
	       arpp_local(policy, dev, addr);
}
