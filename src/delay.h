/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxied answers that wait for their time.
 *
 * A queue and one timer per netns; its lock covers both. Answers are complete
 * when they are queued: whatever changes meanwhile, no decision is made again.
 */
#ifndef _ARPP_DELAY_H
#define _ARPP_DELAY_H

#include <linux/skbuff.h>
#include <linux/timer.h>

struct arpp_stats;

/**
 * struct arpp_delay - the queue of a netns
 * @queue: of answers, in no order; its lock also covers @closed
 * @timer: runs when the first of them is due
 * @closed: nothing is queued any more
 */
struct arpp_delay {
	struct sk_buff_head queue;
	struct timer_list timer;
	bool closed;
};

void arpp_delay_init(struct arpp_delay *delay);
void arpp_delay_clean(struct arpp_delay *delay);
void arpp_delay_add(struct arpp_delay *delay, struct sk_buff *answer,
		    struct arpp_stats *stats, u32 ms);
void arpp_delay_purge(struct arpp_delay *delay, const struct net_device *dev);

#endif /* _ARPP_DELAY_H */
