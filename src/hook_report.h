/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Report a verdict: count, trace and notify.
 *
 * Softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_HOOK_REPORT_H
#define _ARPP_HOOK_REPORT_H

#include "netns.h"
#include "packet/event.h"
#include "packet/trace.h"

static const struct arpp_verdict hook_malformed = {
	.action = ARPP_DROP,
	.reason = ARP_POLICY_REASON_MALFORMED,
};

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

#endif /* _ARPP_HOOK_REPORT_H */
