/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Own addresses and hidden addresses, by L3 domain.
 *
 * RCU read side.
 */
#ifndef _ARPP_HIDDEN_H
#define _ARPP_HIDDEN_H

#include <linux/in.h>
#include <net/ip_fib.h>

#include "policy/device.h"
#include "policy/host.h"

bool arpp_ours(const struct arpp_policy *policy, const struct net_device *dev,
	       __be32 addr);
bool arpp_local(const struct arpp_policy *policy, const struct net_device *dev,
		__be32 addr);
bool arpp_local_somewhere(const struct arpp_policy *policy, const struct net_device *dev,
			  __be32 addr);
bool arpp_hidden_found(const struct arpp_policy *policy,
		       const struct net_device *dev, __be32 addr,
		       const struct arpp_host_addr *in);
bool arpp_hidden_by_any(const struct arpp_policy *policy,
			const struct net_device *dev, __be32 addr);
const struct net_device *arpp_hidden_by(const struct arpp_policy *policy,
					const struct net_device *dev,
					__be32 addr);

/* May an address be local although no device has it? */
static inline bool arpp_may_be_local(const struct arpp_policy *policy,
				     const struct net_device *dev, __be32 addr)
{
	const struct net *net = dev_net(dev);

	return fib4_has_custom_rules(net) || net->ipv4.fib_has_custom_local_routes ||
	       netif_is_l3_slave(dev) || ipv4_is_loopback(addr) ||
	       arpp_host_has_local_prefix(policy->host) || arpp_host_partial(policy->host);
}

/**
 * arpp_local_quickly() - arpp_local(), without a route lookup if possible
 * @policy: the policy of the device's netns
 * @dev: a device of the domain
 * @addr: the address
 *
 * If no routing rule and no local route was added by hand, and no loopback device has a
 * prefix, the local addresses are those that are on a device that is up. Saves 300
 * instructions. Inline for an address that no device has: saves 14 more.
 *
 * Return: whether the address is local to this host.
 */
static inline bool arpp_local_quickly(const struct arpp_policy *policy,
				      const struct net_device *dev, __be32 addr)
{
	if (!arpp_host_may_have(policy->host, addr) &&
	    !arpp_may_be_local(policy, dev, addr))
		return false;
	return arpp_local_somewhere(policy, dev, addr);
}

/* Is an address configured on a device? See arpp_host_addr_on_dev(). */
static inline bool arpp_addr_on_dev(const struct arpp_policy *policy,
				    const struct net_device *dev, __be32 addr)
{
	return arpp_host_addr_on_dev(policy->host, dev, addr);
}

/* Is a device hidden, with all its addresses? */
static inline bool arpp_hides(const struct arpp_policy *policy,
			      const struct net_device *dev)
{
	const struct arpp_device *d = arpp_device_find(policy, dev);

	/* With any_hidden, every device has a policy. Without one, fail closed. */
	return d ? d->hidden : policy->any_hidden;
}

/* Is an own address hidden on a device? */
static inline bool arpp_hidden(const struct arpp_policy *policy,
			       const struct net_device *dev, __be32 addr)
{
	return policy->any_hidden &&
	       arpp_hidden_by_any(policy, dev, addr);
}

/* The same, also by a rule. @d: the device's policy, or NULL. */
static inline bool arpp_hidden_at_all(const struct arpp_policy *policy,
				      const struct arpp_device *d,
				      const struct net_device *dev, __be32 addr)
{
	struct arpp_match by;

	return (d && arpp_rule_hides(d, addr, &by)) || arpp_hidden(policy, dev, addr);
}

#endif /* _ARPP_HIDDEN_H */
