/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that no other device may speak of.
 *
 * RCU read side.
 */
#ifndef _ARPP_HIDDEN_H
#define _ARPP_HIDDEN_H

#include "device.h"

bool arpp_lives_on(const struct net_device *dev, __be32 addr);
const struct net_device *arpp_hidden_by(const struct arpp_policy *policy,
					const struct net_device *dev,
					__be32 addr);

/* Must a device keep silent about an address? */
static inline bool arpp_hidden(const struct arpp_policy *policy,
			       const struct net_device *dev, __be32 addr)
{
	return !hlist_empty(&policy->hidden) && arpp_hidden_by(policy, dev, addr);
}

#endif /* _ARPP_HIDDEN_H */
