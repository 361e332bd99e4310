/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notify netlink listeners of verdicts.
 *
 * Called from the packet path: softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_EVENT_H
#define _ARPP_EVENT_H

#include <linux/jiffies.h>
#include <net/genetlink.h>

#include "packet/segment.h"
#include "packet/verdict.h"

enum arpp_mcgrp {
	ARPP_MCGRP_CONFIG,
	ARPP_MCGRP_VERDICT,
	ARPP_MCGRP_DHCP,
};

/**
 * struct arpp_events - the limits of the events of a netns
 * @meter: see arpp_rate_exceeded()
 * @lost: the number of events dropped since the last one that a listener received
 * @all_lost: the number of events dropped since all counters were reset
 * @quiet: no event is generated before this time (64-bit jiffies), because nobody
 *	in the netns received the last one
 * @unheard: the tick in which there was no listener to verdicts in any netns
 */
struct arpp_events {
	atomic64_t meter;
	atomic_t lost;
	atomic64_t all_lost;
	atomic64_t quiet;
	unsigned long unheard;
};

/**
 * struct arpp_event - a verdict to report
 * @dev: the device
 * @out: the packet is outgoing
 * @audit: the verdict is not carried out
 * @segment: of a packet on a bridge port, else NULL
 * @p: the packet before the verdict was carried out; NULL if it was not parsed
 * @v: the verdict
 * @lost: the number of events dropped before this one
 */
struct arpp_event {
	const struct net_device *dev;
	bool out;
	bool audit;
	struct arpp_segment *segment;
	const struct arpp_packet *p;
	const struct arpp_verdict *v;
	u32 lost;
};

int arpp_event_put(struct sk_buff *msg, const struct arpp_event *e);
int arpp_event_put_entry(struct sk_buff *msg, int attr, enum arpp_table table,
			 const struct arpp_rule *rule, const char *selector);
void arpp_event_open(const struct genl_family *family);
void arpp_event_close(void);
void arpp_event_lost(struct arpp_events *events, u32 lost);
void arpp_event_send(struct arpp_events *events, const struct genl_family *family,
		     struct net *net, struct sk_buff *msg, enum arpp_mcgrp group,
		     u32 lost);
void arpp_event_verdict(struct arpp_events *events, struct arpp_event *e);

/* The family while it is registered, else NULL: its groups have no id then. */
extern const struct genl_family *arpp_event_family;

/**
 * arpp_event_wanted() - may there be a listener?
 * @net: the netns
 * @group: the group
 *
 * The kernel only knows whether there is a listener in any netns, not in which one: see
 * arpp_event_verdict().
 *
 * Return: whether an event may have to be reported.
 */
static inline bool arpp_event_wanted(struct net *net, enum arpp_mcgrp group)
{
	const struct genl_family *family = READ_ONCE(arpp_event_family);

	return family && genl_has_listeners(family, net, group);
}

/**
 * arpp_event_verdict_wanted() - arpp_event_wanted() for verdicts
 * @events: the state of the netns
 * @net: the netns
 *
 * If nobody listens, this is asked once in a tick: that saves 45 instructions of each
 * dropped packet. So a new listener may miss the events of the rest of the tick.
 *
 * Return: whether an event may have to be reported.
 */
static __always_inline bool arpp_event_verdict_wanted(struct arpp_events *events,
						      struct net *net)
{
	unsigned long tick = jiffies;

	if (likely(READ_ONCE(events->unheard) == tick))
		return false;
	if (arpp_event_wanted(net, ARPP_MCGRP_VERDICT))
		return true;
	WRITE_ONCE(events->unheard, tick);
	return false;
}

#endif /* _ARPP_EVENT_H */
