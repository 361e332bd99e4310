/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Report a verdict: count, trace and notify.
 *
 * Softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_HOOK_REPORT_H
#define _ARPP_HOOK_REPORT_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "netns.h"
#include "packet/event.h"
#include "packet/trace.h"

static const struct arpp_verdict hook_malformed = {
	.action = ARPP_DROP,
	.reason = ARP_POLICY_REASON_MALFORMED,
};

/* Nothing was sent, for a reason other than policy; what was noted is still reported. */
static inline void hook_unanswered(struct arpp_verdict *v)
{
	v->action = ARPP_DROP;
	v->reason = ARP_POLICY_REASON_PASS;
	v->field = 0;
	v->by.rule = 0;
}

void arpp_hook_notify(struct arpp_netns *nn, const struct arpp_device *d,
		      struct arpp_segment *segment, bool out,
		      const struct arpp_packet *p, const struct arpp_verdict *v);

/* @segment: of a packet on a bridge port, else NULL. @p: not read if it was not parsed. */
static __always_inline void hook_report(struct arpp_netns *nn,
					const struct arpp_device *d,
					struct arpp_segment *segment, bool out,
					const struct arpp_packet *p,
					const struct arpp_verdict *v)
{
	arpp_stats_count(d->counts, out ? ARPP_COUNT_OUT : ARPP_COUNT_IN,
			 v->reason);
	if (unlikely(v->noted))
		arpp_stats_note(d->counts, v->noted);
	trace_verdict(d, segment, out, p, v);
	if (v->reason == ARP_POLICY_REASON_PASS && likely(!v->noted))
		return;
	if (unlikely(arpp_event_verdict_wanted(&nn->events, nn->net)))
		arpp_hook_notify(nn, d, segment, out, p, v);
}

/*
 * Free a packet that the kernel would consume: into the cache of the CPU, from which
 * drivers allocate. Saves 30 instructions.
 */
static __always_inline unsigned int hook_consume(struct sk_buff *skb)
{
	napi_consume_skb(skb, 1);
	return NF_STOLEN;
}

/*
 * Drop a packet, and free it in the same way. If drops are traced, netfilter frees it and
 * says why. The file that uses this has included trace/events/skb.h before it creates
 * tracepoints.
 */
static __always_inline unsigned int hook_drop(struct sk_buff *skb)
{
	return trace_kfree_skb_enabled() ? NF_DROP : hook_consume(skb);
}

#endif /* _ARPP_HOOK_REPORT_H */
