/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sender address of requests: mirrors the sysctl arp_announce; hidden addresses.
 *
 * RCU read side, BH disabled.
 */
#ifndef _ARPP_ANNOUNCE_H
#define _ARPP_ANNOUNCE_H

#include "packet/packet.h"
#include "policy/device.h"

bool arpp_announce_foreign(const struct arpp_policy *policy,
			   const struct arpp_device *d, __be32 addr);
bool arpp_announce_sender(const struct arpp_device *d,
			  const struct arpp_packet *p, __be32 *sender);
__be32 arpp_announce_stock(const struct arpp_packet *p, __be32 queued_sip);
__be32 arpp_announce_visible(const struct arpp_policy *policy,
			     const struct arpp_device *d, __be32 target);
bool arpp_announce_hidden(const struct arpp_policy *policy,
			  const struct arpp_device *d, __be32 addr,
			  struct arpp_match *by);

#endif /* _ARPP_ANNOUNCE_H */
