/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decide on a packet that a bridge receives on a port.
 *
 * RCU read side, BH disabled. Knows neither skb nor netlink.
 */
#ifndef _ARPP_PORT_H
#define _ARPP_PORT_H

#include <linux/if_bridge.h>

#include "packet/inspect.h"
#include "packet/segment.h"
#include "packet/verdict.h"

/*
 * Is a bridge port in the state in which the bridge learns from frames and then drops
 * them? @d may be NULL.
 */
static inline bool arpp_port_is_learning(const struct arpp_device *d)
{
	return d && unlikely(READ_ONCE(d->stats->stp_state) == BR_STATE_LEARNING);
}

enum arp_policy_reason arpp_port_inspect_segment(const struct arpp_policy *policy,
						 const struct arpp_device *d,
						 const struct arpp_packet *p);
bool arpp_port_sender(const struct arpp_policy *policy, const struct arpp_device *d,
		      struct arpp_packet *p, struct arpp_verdict *v);
bool arpp_port_target(const struct arpp_policy *policy, const struct arpp_device *d,
		      struct arpp_packet *p, struct arpp_verdict *v);
void arpp_port_suppress(const struct arpp_policy *policy, const struct arpp_device *d,
			struct arpp_packet *p, struct arpp_verdict *v);

/*
 * As arpp_inspect(), with the bindings of the port first; true if the sender is refused.
 * No step before this one notes a reason, so there is none to remove.
 */
static __always_inline bool arpp_port_inspect(const struct arpp_policy *policy,
					      const struct arpp_device *d,
					      const struct arpp_packet *p,
					      struct arpp_verdict *v)
{
	enum arp_policy_reason reason = 0;
	u64 binding;

	if (!p->sip)
		return false;
	binding = arpp_binding_find(d, p->sip);
	if (unlikely(!binding))
		reason = arpp_port_inspect_segment(policy, d, p);
	else if (!arpp_inspect_binding(binding, p->sha))
		reason = ARP_POLICY_REASON_SPOOFED;
	if (likely(!reason))
		return false;
	if (d->inspect == ARP_POLICY_INSPECT_AUDIT) {
		v->noted = reason;
		return false;
	}
	return arpp_decide(v, ARPP_DROP, reason, ARP_POLICY_FIELD_INSPECT);
}

/*
 * Is the sender refused? Inline if only inspect is in use: saves 40 instructions. A packet
 * that is @inspected has passed all checks of senders.
 */
static __always_inline bool arpp_port_refuses(const struct arpp_policy *policy,
					      const struct arpp_device *d,
					      struct arpp_packet *p,
					      struct arpp_verdict *v)
{
	if (p->inspected)
		return false;
	if (unlikely(d->strict & ~ARPP_STRICT_INSPECT || arpp_rules(d, ARPP_TABLE_SENDER)))
		return arpp_port_sender(policy, d, p, v);
	return d->inspect && arpp_port_inspect(policy, d, p, v);
}

/**
 * arpp_port_verdict() - decide on a packet that a bridge receives on a port
 * @policy: of the netns
 * @d: the port's policy; not ARPP_PORT_IGNORED
 * @p: the packet, with its segment
 * @v: filled in: the verdict
 */
static __always_inline void arpp_port_verdict(const struct arpp_policy *policy,
					      const struct arpp_device *d,
					      struct arpp_packet *p,
					      struct arpp_verdict *v)
{
	arpp_verdict_pass(v);
	if (likely(d->port == ARPP_PORT_JUDGED)) {
		if (arpp_port_refuses(policy, d, p, v))
			return;
		if (arpp_rules(d, ARPP_TABLE_TARGET) && !p->other &&
		    arpp_port_target(policy, d, p, v))
			return;
	}
	if (d->suppress)
		arpp_port_suppress(policy, d, p, v);
}

#endif /* _ARPP_PORT_H */
