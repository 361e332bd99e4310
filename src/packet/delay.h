/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queue of requests whose proxied answer is delayed.
 *
 * A queue and one timer per netns; the queue's lock covers both. The queue holds the
 * request, not the answer: when it is due, it is decided again.
 */
#ifndef _ARPP_DELAY_H
#define _ARPP_DELAY_H

#include <linux/skbuff.h>
#include <linux/timer.h>

struct arpp_stats;

/**
 * struct arpp_delay - the queue of a netns
 * @queue: the requests, in no order; its lock also covers @closed
 * @timer: expires when the first of them is due
 * @due: called for each request that is due, in softirq, RCU read side; the skb is as
 *	the hook received it, and is consumed
 * @closed: no more requests are accepted
 */
struct arpp_delay {
	struct sk_buff_head queue;
	struct timer_list timer;
	void (*due)(struct arpp_delay *delay, struct sk_buff *skb);
	bool closed;
};

void arpp_delay_init(struct arpp_delay *delay,
		     void (*due)(struct arpp_delay *delay, struct sk_buff *skb));
void arpp_delay_clean(struct arpp_delay *delay);
bool arpp_delay_add(struct arpp_delay *delay, struct sk_buff *skb,
		    struct arpp_stats *stats, u32 ms);
void arpp_delay_purge(struct arpp_delay *delay, const struct net_device *dev);

#endif /* _ARPP_DELAY_H */
