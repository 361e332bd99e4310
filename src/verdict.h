/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one decision function per direction: (policy, packet) -> verdict, reason.
 *
 * RCU read side, BH disabled. Knows neither skb nor netlink, changes nothing.
 */
#ifndef _ARPP_VERDICT_H
#define _ARPP_VERDICT_H

#include "device.h"
#include "packet.h"

enum arpp_action {
	ARPP_ACCEPT,		/* leave the packet to the kernel */
	ARPP_DROP,
	ARPP_DROP_LEARN,	/* not answered, but its sender may be learnt */
	ARPP_REPLY,		/* answer in the kernel's place */
	ARPP_REWRITE,		/* send with another sender address */
	ARPP_DEFEND,		/* drop, and claim our address back */
};

/**
 * struct arpp_verdict - what becomes of a packet, and why
 * @action: what to do
 * @reason: why
 * @noted: one more reason to count and tell, or 0: inspect only reports
 * @field: which field decided, or 0
 * @elsewhere: of filter: another device has the route, which the kernel counts
 * @by: which rule decided, if any
 * @delay: of ARPP_REPLY: at most so many ms late, by chance
 * @sender: of ARPP_REWRITE: the sender address
 */
struct arpp_verdict {
	enum arpp_action action : 8;
	enum arp_policy_reason reason : 8;
	enum arp_policy_reason noted : 8;
	enum arp_policy_field field : 8;
	bool elsewhere;
	u32 delay;
	__be32 sender;
	struct arpp_match by;
};

void arpp_verdict_in(const struct arpp_policy *policy,
		     const struct arpp_device *d, struct arpp_packet *p,
		     struct arpp_verdict *v);
void arpp_verdict_out(const struct arpp_policy *policy,
		      const struct arpp_device *d, const struct arpp_packet *p,
		      struct arpp_verdict *v);

#endif /* _ARPP_VERDICT_H */
