/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which own addresses are answered for: the kernel's arp_ignore and arp_filter.
 *
 * RCU read side.
 */
#ifndef _ARPP_IGNORE_H
#define _ARPP_IGNORE_H

#include <linux/inetdevice.h>

bool arpp_ignore_blocks(int level, struct in_device *in_dev, __be32 sip,
			__be32 tip);
bool arpp_filter_blocks(const struct net_device *dev, __be32 sip, __be32 tip,
			bool *elsewhere);

#endif /* _ARPP_IGNORE_H */
