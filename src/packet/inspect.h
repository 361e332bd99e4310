/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Validate senders: validate, inspect, defend.
 *
 * RCU read side, BH disabled.
 */
#ifndef _ARPP_INSPECT_H
#define _ARPP_INSPECT_H

#include <linux/etherdevice.h>
#include <linux/in.h>

#include "packet/packet.h"
#include "policy/device.h"

/* Addresses that nobody can have. */
static inline bool arpp_forbidden(__be32 addr)
{
	return ipv4_is_multicast(addr) || ipv4_is_lbcast(addr);
}

/**
 * arpp_validate() - check the payload against the frame, and for forbidden addresses
 * @d: the receiving device's policy
 * @p: the packet
 *
 * 0.0.0.0 is allowed as the sender of a probe, and so as the target of its answer
 * (RFC 5227, RFC 2131), and nowhere else.
 *
 * Return: the reason to drop the packet, or 0.
 */
static inline enum arp_policy_reason arpp_validate(const struct arpp_device *d,
						   struct arpp_packet *p)
{
	bool ethernet = arpp_packet_frame(p), reply = !p->request && !p->other;

	if (d->validate & ARP_POLICY_VALIDATE_SRC_MAC && ethernet &&
	    (!ether_addr_equal(p->sha, p->eth.h_source) ||
	     !is_valid_ether_addr(p->sha)))
		return ARP_POLICY_REASON_BAD_SRC_MAC;
	if (d->validate & ARP_POLICY_VALIDATE_DST_MAC && ethernet &&
	    reply && !ether_addr_equal(p->tha, p->eth.h_dest))
		return ARP_POLICY_REASON_BAD_DST_MAC;
	if (d->validate & ARP_POLICY_VALIDATE_IP &&
	    (arpp_forbidden(p->sip) || (!p->sip && !p->request) ||
	     (reply && arpp_forbidden(p->tip))))
		return ARP_POLICY_REASON_BAD_IP;
	return 0;
}

/**
 * arpp_inspect_binding() - check an Ethernet sender's MAC against the binding of its address
 * @binding: the result of the lookup
 * @sha: the MAC; it may be unaligned
 *
 * Return: whether the binding allows it.
 */
static inline bool arpp_inspect_binding(u64 binding, const u8 *sha)
{
	return !arpp_binding_has_lladdr(binding) ||
	       arpp_lladdr_number(sha) == arpp_rule_lladdr(binding);
}

/**
 * arpp_inspect_mac() - arpp_inspect_binding() for a packet on any kind of device
 * @binding: the result of the lookup
 * @p: the packet
 *
 * Return: whether the binding allows it.
 */
static inline bool arpp_inspect_mac(u64 binding, const struct arpp_packet *p)
{
	return p->dev->addr_len == ETH_ALEN ? arpp_inspect_binding(binding, p->sha) :
					      !arpp_binding_has_lladdr(binding);
}

/**
 * arpp_inspect() - check the sender's address and MAC against the bindings
 * @d: the receiving device's policy, which inspects
 * @p: the packet
 *
 * Return: the reason to refuse the sender, or 0. A probe has no sender to inspect.
 */
static inline enum arp_policy_reason arpp_inspect(const struct arpp_device *d,
						  const struct arpp_packet *p)
{
	u64 binding;

	if (!p->sip)
		return 0;
	binding = arpp_binding_find(d, p->sip);
	if (!binding)
		return d->inspect == ARP_POLICY_INSPECT_STRICT ?
		       ARP_POLICY_REASON_UNBOUND : 0;
	return arpp_inspect_mac(binding, p) ? 0 : ARP_POLICY_REASON_SPOOFED;
}

bool arpp_inspect_conflict(const struct arpp_policy *policy,
			   const struct arpp_device *d,
			   const struct net_device *dev,
			   const struct arpp_packet *p);

#endif /* _ARPP_INSPECT_H */
