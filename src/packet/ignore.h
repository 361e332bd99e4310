/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests for own addresses: mirrors the sysctls arp_ignore and arp_filter.
 *
 * RCU read side.
 */
#ifndef _ARPP_IGNORE_H
#define _ARPP_IGNORE_H

#include <linux/inetdevice.h>

#include "policy/device.h"

bool arpp_ignore_blocks_addr(int level, struct in_device *in_dev, __be32 sip,
			     __be32 tip);
bool arpp_filter_blocks(const struct net_device *dev, __be32 sip, __be32 tip,
			bool *elsewhere);

/**
 * arpp_ignore_blocks() - does a level of ignore forbid the answer?
 * @level: as the sysctl arp_ignore
 * @in_dev: of the receiving device
 * @sip: the sender; 0 for a probe
 * @tip: a local address
 *
 * Mirrors arp_ignore(): unknown levels forbid nothing.
 *
 * Return: whether the request must not be answered.
 */
static inline bool arpp_ignore_blocks(int level, struct in_device *in_dev,
				      __be32 sip, __be32 tip)
{
	return level && (level == ARPP_SYSCTL_IGNORE_NEVER ||
			 arpp_ignore_blocks_addr(level, in_dev, sip, tip));
}

/* Does a level of ignore forbid to answer for an address that the device does not have? */
static inline bool arpp_ignore_wants_own(int level)
{
	return level == 1 || level == 2;
}

/* The level that holds on a device, by the field or by the sysctl. @d may be NULL. */
static inline int arpp_ignore_level(const struct arpp_device *d,
				    struct in_device *in_dev)
{
	return d && arpp_managed(d, ARP_POLICY_FIELD_IGNORE) ?
	       d->ignore : IN_DEV_ARP_IGNORE(in_dev);
}

#endif /* _ARPP_IGNORE_H */
