/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sender address of requests: mirrors the sysctl arp_announce; hidden addresses.
 *
 * RCU read side, BH disabled.
 */
#ifndef _ARPP_ANNOUNCE_H
#define _ARPP_ANNOUNCE_H

#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>

#include "packet/hidden.h"
#include "packet/packet.h"
#include "policy/device.h"

bool arpp_announce_foreign(const struct arpp_policy *policy,
			   const struct arpp_device *d, __be32 addr);
bool arpp_announce_sender_any(const struct arpp_device *d,
			      const struct arpp_packet *p, __be32 *sender);
__be32 arpp_announce_stock(const struct arpp_packet *p, __be32 queued_sip);
__be32 arpp_announce_visible(const struct arpp_policy *policy,
			     const struct arpp_device *d, __be32 target);

/**
 * arpp_announce_best() - choose the sender as the sysctl arp_announce=2 does
 * @dev: the outgoing device
 * @target: the address asked for
 *
 * Usually that is the first address of the device. Inline for it: saves 60 instructions.
 *
 * Context: RCU read side.
 * Return: the address, or 0 if there is none.
 */
static inline __be32 arpp_announce_best(const struct net_device *dev, __be32 target)
{
	struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa = in_dev ? rcu_dereference(in_dev->ifa_list) : NULL;

	if (likely(ifa && !(ifa->ifa_flags & IFA_F_SECONDARY) &&
		   ifa->ifa_scope <= RT_SCOPE_LINK && inet_ifa_match(target, ifa)))
		return ifa->ifa_local;
	return inet_select_addr(dev, target, RT_SCOPE_LINK);
}

/**
 * arpp_announce_sender() - choose the sender according to the announce field
 * @d: the outgoing device, its announce managed
 * @p: the request, made by arp_solicit()
 * @sender: set to the address, or to 0 if there is none
 *
 * The level "best" is inline: the sysctl has no stricter level, so it need not be read.
 *
 * Return: false if the sender cannot be determined because the queued packet is
 *	gone.
 */
static inline bool arpp_announce_sender(const struct arpp_device *d,
					const struct arpp_packet *p, __be32 *sender)
{
	if (d->announce != ARP_POLICY_ANNOUNCE_BEST)
		return arpp_announce_sender_any(d, p, sender);
	*sender = arpp_announce_best(p->dev, p->tip);
	return true;
}

/**
 * arpp_announce_hidden() - must an address not be announced on a device?
 * @policy: of the netns
 * @d: the device's policy
 * @addr: the address
 * @by: set to the rule that hides it, if it is one
 *
 * Return: whether it is hidden there.
 */
static inline bool arpp_announce_hidden(const struct arpp_policy *policy,
					const struct arpp_device *d, __be32 addr,
					struct arpp_match *by)
{
	return arpp_rule_hides(d, addr, by) || arpp_hidden(policy, d->dev, addr);
}

#endif /* _ARPP_ANNOUNCE_H */
