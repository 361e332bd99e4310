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
enum arp_policy_reason arpp_inspect(const struct arpp_device *d,
				    const struct arpp_packet *p,
				    struct arpp_match *match);
bool arpp_inspect_conflict(const struct arpp_policy *policy,
			   const struct arpp_device *d,
			   const struct arpp_packet *p);

#endif /* _ARPP_INSPECT_H */
