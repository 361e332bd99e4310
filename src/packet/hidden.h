/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Own addresses and hidden addresses, by L3 domain.
 *
 * RCU read side.
 */
#ifndef _ARPP_HIDDEN_H
#define _ARPP_HIDDEN_H

#include "policy/device.h"
#include "policy/host.h"

bool arpp_ours(const struct arpp_policy *policy, const struct net_device *dev,
	       __be32 addr);
bool arpp_local(const struct arpp_policy *policy, const struct net_device *dev,
		__be32 addr);
bool arpp_local_quickly(const struct arpp_policy *policy, const struct net_device *dev,
			__be32 addr);
bool arpp_hidden_found(const struct arpp_policy *policy,
		       const struct net_device *dev, __be32 addr,
		       const struct arpp_host_addr *in);
bool arpp_hidden_by_any(const struct arpp_policy *policy,
			const struct net_device *dev, __be32 addr);
const struct net_device *arpp_hidden_by(const struct arpp_policy *policy,
					const struct net_device *dev,
					__be32 addr);

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
