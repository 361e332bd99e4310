// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue of requests whose proxied answer is delayed, similar to pneigh_enqueue().
 *
 * Filled in softirq, drained by a timer, purged from process context.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <net/dst.h>

#include "compat.h"
#include "packet/delay.h"
#include "policy/stats.h"

/* The maximum per device, like proxy_qlen. */
#define DELAY_QLEN	64
/*
 * The maximum per netns: the queue is walked when the timer runs, and under RTNL when
 * a device is removed.
 */
#define DELAY_QLEN_NETNS	1024

struct delay_cb {
	unsigned long due;		/* jiffies */
	struct arpp_stats *stats;	/* a reference */
};

static struct delay_cb *delay_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct delay_cb) > sizeof(skb->cb));
	return (struct delay_cb *)skb->cb;
}

/* Move a request out of the queue. RCU protects its device. */
static void delay_dequeue(struct arpp_delay *delay, struct sk_buff *skb,
			  struct sk_buff_head *to)
{
	struct arpp_stats *stats = delay_cb(skb)->stats;

	lockdep_assert_held(&delay->queue.lock);
	__skb_unlink(skb, &delay->queue);
	__skb_queue_tail(to, skb);
	atomic_dec(&stats->delayed);
	arpp_stats_put(stats);
}

static void delay_timer(struct timer_list *timer)
{
	struct arpp_delay *delay = timer_container_of(delay, timer, timer);
	unsigned long now = jiffies, next = now;
	struct sk_buff_head due;
	struct sk_buff *skb, *n;

	__skb_queue_head_init(&due);

	/*
	 * The requests of an unregistered device are purged before the device's last
	 * grace period begins. Requests taken out before that are answered within
	 * this read section.
	 */
	rcu_read_lock();
	spin_lock(&delay->queue.lock);
	skb_queue_walk_safe(&delay->queue, skb, n) {
		unsigned long at = delay_cb(skb)->due;

		if (time_before_eq(at, now))
			delay_dequeue(delay, skb, &due);
		else if (next == now || time_before(at, next))
			next = at;
	}
	/* The remaining requests are due later. */
	if (next != now && !delay->closed)
		mod_timer(&delay->timer, next);
	spin_unlock(&delay->queue.lock);

	while ((skb = __skb_dequeue(&due)) != NULL) {
		memset(skb->cb, 0, sizeof(skb->cb));
		delay->due(delay, skb);
	}
	rcu_read_unlock();
}

/**
 * arpp_delay_init() - initialise an empty queue
 * @delay: the queue
 * @due: called for each request that is due
 */
void arpp_delay_init(struct arpp_delay *delay,
		     void (*due)(struct arpp_delay *delay, struct sk_buff *skb))
{
	skb_queue_head_init(&delay->queue);
	timer_setup(&delay->timer, delay_timer, 0);
	delay->due = due;
	delay->closed = false;
}

/**
 * arpp_delay_clean() - close the queue, stop its timer and drop its requests
 * @delay: the queue
 *
 * The requests are not counted, as for arpp_delay_purge().
 */
void arpp_delay_clean(struct arpp_delay *delay)
{
	spin_lock_bh(&delay->queue.lock);
	delay->closed = true;
	spin_unlock_bh(&delay->queue.lock);
	timer_delete_sync(&delay->timer);
	arpp_delay_purge(delay, NULL);
}

/* May be called without the lock, for a hint. */
static bool is_full(const struct arpp_delay *delay, const struct arpp_stats *stats)
{
	return atomic_read(&stats->delayed) >= DELAY_QLEN ||
	       skb_queue_len_lockless(&delay->queue) >= DELAY_QLEN_NETNS;
}

/**
 * arpp_delay_add() - answer a request later
 * @delay: the queue of the netns
 * @skb: the request, as the hook received it; consumed
 * @stats: counters of its device; also used to limit the queued requests
 * @ms: the maximum delay; the actual one is random
 *
 * The request keeps its tunnel metadata, which the answer needs. It is orphaned, so
 * it does not hold up the sending socket in another netns.
 *
 * In a flood the queue is full: then the lock is not taken, which all CPUs share.
 *
 * Context: softirq or BH disabled, RCU read side.
 * Return: false if it was dropped because the queue is full.
 */
bool arpp_delay_add(struct arpp_delay *delay, struct sk_buff *skb,
		    struct arpp_stats *stats, u32 ms)
{
	u32 wait = reciprocal_scale(get_random_u32(), msecs_to_jiffies(ms));
	struct delay_cb *cb = delay_cb(skb);

	if (is_full(delay, stats)) {
		kfree_skb(skb);
		return false;
	}
	skb_orphan(skb);
	skb_dst_force(skb);
	cb->due = jiffies + wait;
	spin_lock_bh(&delay->queue.lock);
	if (delay->closed || is_full(delay, stats)) {
		spin_unlock_bh(&delay->queue.lock);
		kfree_skb(skb);
		return false;
	}
	cb->stats = arpp_stats_get(stats);
	atomic_inc(&stats->delayed);
	__skb_queue_tail(&delay->queue, skb);
	if (!timer_pending(&delay->timer) ||
	    time_before(cb->due, delay->timer.expires))
		mod_timer(&delay->timer, cb->due);
	spin_unlock_bh(&delay->queue.lock);
	return true;
}

/**
 * arpp_delay_purge() - drop the queued requests of a device
 * @delay: the queue
 * @dev: the device, or NULL for all of them
 *
 * The requests are not counted, because their counters are gone: the device leaves the
 * netns, or the netns has no policy any more.
 */
void arpp_delay_purge(struct arpp_delay *delay, const struct net_device *dev)
{
	struct sk_buff_head gone;
	struct sk_buff *skb, *n;

	__skb_queue_head_init(&gone);
	spin_lock_bh(&delay->queue.lock);
	skb_queue_walk_safe(&delay->queue, skb, n)
		if (!dev || skb->dev == dev)
			delay_dequeue(delay, skb, &gone);
	spin_unlock_bh(&delay->queue.lock);
	__skb_queue_purge(&gone);
}
