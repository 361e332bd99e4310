/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling listeners of decisions, over netlink.
 *
 * From the packet path: softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_EVENT_H
#define _ARPP_EVENT_H

#include <net/genetlink.h>

#include "packet/verdict.h"

enum arpp_mcgrp {
	ARPP_MCGRP_CONFIG,
	ARPP_MCGRP_VERDICT,
};

/**
 * struct arpp_events - what bounds the events of a netns
 * @meter: see arpp_rate_exceeded()
 * @lost: events left out since the last one that a listener received
 * @quiet: no event is generated before this time (64-bit jiffies), because nobody
 *	in the netns received the last one
 */
struct arpp_events {
	atomic64_t meter;
	atomic_t lost;
	atomic64_t quiet;
};

/**
 * struct arpp_event - a decision to tell of
 * @dev: the device
 * @out: the packet was about to leave
 * @audit: it is not carried out
 * @p: the packet as it came; NULL if it was malformed
 * @v: the decision
 * @lost: events left out before this one
 */
struct arpp_event {
	const struct net_device *dev;
	bool out;
	bool audit;
	const struct arpp_packet *p;
	const struct arpp_verdict *v;
	u32 lost;
};

int arpp_event_put(struct sk_buff *msg, const struct arpp_event *e);
int arpp_event_put_rule(struct sk_buff *msg, int attr,
			const struct arpp_rule *rule, const char *selector,
			bool from);
void arpp_event_open(const struct genl_family *family);
void arpp_event_close(void);
void arpp_event_verdict(struct arpp_events *events,
			const struct arpp_device *d, bool out,
			const struct arpp_packet *p,
			const struct arpp_verdict *v);

/* The family while it is registered: before and after, its groups have no number. */
extern const struct genl_family *arpp_event_family;

/**
 * arpp_event_wanted() - does anybody listen?
 * @net: where
 *
 * The kernel can tell whether there is a listener in any netns, but not in which:
 * see arpp_event_verdict().
 *
 * Return: whether a decision may have to be notified.
 */
static inline bool arpp_event_wanted(struct net *net)
{
	const struct genl_family *family = READ_ONCE(arpp_event_family);

	return family && genl_has_listeners(family, net, ARPP_MCGRP_VERDICT);
}

#endif /* _ARPP_EVENT_H */
