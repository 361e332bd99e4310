// SPDX-License-Identifier: GPL-2.0-only
/*
 * Validate senders: against the frame, the bindings, and our own addresses.
 *
 * RCU read side, BH disabled.
 */
#include <linux/etherdevice.h>
#include <linux/inetdevice.h>

#include "packet/hidden.h"
#include "packet/ignore.h"
#include "packet/inspect.h"

static bool forbidden(__be32 addr)
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
enum arp_policy_reason arpp_validate(const struct arpp_device *d,
				     struct arpp_packet *p)
{
	bool ethernet = arpp_packet_frame(p), reply = !p->request && !p->other;

	if (d->validate & ARP_POLICY_VALIDATE_SRC_MAC && ethernet &&
	    (!ether_addr_equal(p->sha, p->eth_src) ||
	     !is_valid_ether_addr(p->sha)))
		return ARP_POLICY_REASON_BAD_SRC_MAC;
	if (d->validate & ARP_POLICY_VALIDATE_DST_MAC && ethernet &&
	    reply && !ether_addr_equal(p->tha, p->eth_dst))
		return ARP_POLICY_REASON_BAD_DST_MAC;
	if (d->validate & ARP_POLICY_VALIDATE_IP &&
	    (forbidden(p->sip) || (!p->sip && !p->request) ||
	     (reply && forbidden(p->tip))))
		return ARP_POLICY_REASON_BAD_IP;
	return 0;
}

/**
 * arpp_inspect() - check the sender's address and MAC against the bindings
 * @d: the receiving device's policy, which inspects
 * @p: the packet
 * @match: scratch space; has no rule before and after
 *
 * Return: the reason to refuse the sender, or 0. A probe has no sender to inspect.
 */
enum arp_policy_reason arpp_inspect(const struct arpp_device *d,
				    const struct arpp_packet *p,
				    struct arpp_match *match)
{
	u64 binding;

	if (!p->sip)
		return 0;
	if (!arpp_rule_match(d, ARPP_TABLE_BINDING, p->sip, match))
		return d->inspect == ARP_POLICY_INSPECT_STRICT ?
		       ARP_POLICY_REASON_UNBOUND : 0;
	binding = match->rule;
	match->rule = 0;
	return arpp_inspect_mac(binding, p) ? 0 : ARP_POLICY_REASON_SPOOFED;
}

/**
 * arpp_inspect_conflict() - does another host claim an address of ours?
 * @policy: of the netns
 * @d: the policy of @dev, or NULL
 * @dev: the device that the address would be defended on
 * @p: the packet
 *
 * An address is ours if a device of the same L3 domain has it and we would answer for
 * it on this one. An address that is hidden here is not (an LVS real server hides
 * the address of its director), and neither is one that we only proxy.
 *
 * Return: whether there is a conflict.
 */
bool arpp_inspect_conflict(const struct arpp_policy *policy,
			   const struct arpp_device *d,
			   const struct net_device *dev,
			   const struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(dev);
	struct arpp_match by;
	int ignore;

	if (!p->sip || !in_dev || !arpp_ours(policy, dev, p->sip))
		return false;
	if (arpp_hidden(policy, dev, p->sip) ||
	    (d && arpp_rule_hides(d, p->sip, &by)))
		return false;
	ignore = d && arpp_managed(d, ARP_POLICY_FIELD_IGNORE) ?
		 d->ignore : IN_DEV_ARP_IGNORE(in_dev);
	if (arpp_ignore_blocks(ignore, in_dev, p->sip, p->sip))
		return false;
	return !arpp_host_has_lladdr(policy->host, dev, p->sha);
}
