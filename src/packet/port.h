/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decide on a packet that a bridge receives on a port.
 *
 * RCU read side, BH disabled. Knows neither skb nor netlink.
 */
#ifndef _ARPP_PORT_H
#define _ARPP_PORT_H

#include "packet/segment.h"
#include "packet/verdict.h"

bool arpp_port_sender(const struct arpp_policy *policy, const struct arpp_device *d,
		      struct arpp_packet *p, struct arpp_verdict *v);
bool arpp_port_target(const struct arpp_policy *policy, const struct arpp_device *d,
		      struct arpp_packet *p, struct arpp_verdict *v);
bool arpp_port_suppress(const struct arpp_policy *policy, const struct arpp_device *d,
			struct arpp_packet *p, struct arpp_verdict *v);

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
		if ((d->strict || arpp_rules(d, ARPP_TABLE_SENDER)) &&
		    arpp_port_sender(policy, d, p, v))
			return;
		if (arpp_rules(d, ARPP_TABLE_TARGET) && !p->other &&
		    arpp_port_target(policy, d, p, v))
			return;
	}
	if (d->suppress)
		arpp_port_suppress(policy, d, p, v);
}

#endif /* _ARPP_PORT_H */
