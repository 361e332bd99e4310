/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Validate senders: validate, inspect, defend.
 *
 * RCU read side, BH disabled.
 */
#ifndef _ARPP_INSPECT_H
#define _ARPP_INSPECT_H

#include "packet/packet.h"
#include "policy/device.h"

enum arp_policy_reason arpp_validate(const struct arpp_device *d,
				     struct arpp_packet *p);
/**
 * arpp_inspect_mac() - check a sender's MAC against the binding of its address
 * @binding: the result of the lookup
 * @p: the packet
 *
 * Return: whether the binding allows it.
 */
static inline bool arpp_inspect_mac(u64 binding, const struct arpp_packet *p)
{
	if (!arpp_binding_has_lladdr(binding))
		return true;
	return p->dev->addr_len == ETH_ALEN &&
	       arpp_lladdr_number(p->sha) == arpp_rule_lladdr(binding);
}

enum arp_policy_reason arpp_inspect(const struct arpp_device *d,
				    const struct arpp_packet *p,
				    struct arpp_match *match);
bool arpp_inspect_conflict(const struct arpp_policy *policy,
			   const struct arpp_device *d,
			   const struct net_device *dev,
			   const struct arpp_packet *p);

#endif /* _ARPP_INSPECT_H */
