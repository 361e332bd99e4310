/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The field notify: which addresses a device announces.
 *
 * RCU read side, any context.
 */
#ifndef _ARPP_NOTIFY_H
#define _ARPP_NOTIFY_H

#include <net/sch_generic.h>

#include "policy/device.h"

/*
 * Does the host speak ARP on a device? If not (lo, dummy, most tunnels), its addresses are
 * announced on others.
 */
static inline bool arpp_notify_speaks(const struct net_device *dev)
{
	return !(dev->flags & (IFF_NOARP | IFF_LOOPBACK)) && dev->header_ops;
}

/* Could a device send now? RTNL or RCU read side. */
static inline bool arpp_notify_link(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev) && !netif_dormant(dev) &&
	       !qdisc_tx_is_noop(dev);
}

bool arpp_notify_hides(const struct arpp_policy *policy, const struct net_device *dev,
		       __be32 addr);
bool arpp_notify_answers(const struct arpp_policy *policy, const struct net_device *dev,
			 __be32 addr);
bool arpp_notify_held(const struct arpp_policy *policy, const struct net_device *than,
		      __be32 addr);
bool arpp_notify_repeats(const struct arpp_policy *policy, const struct arpp_device *d,
			 __be32 addr);
bool arpp_notify_announces(const struct arpp_policy *policy, const struct arpp_device *d,
			   __be32 addr);

#endif /* _ARPP_NOTIFY_H */
