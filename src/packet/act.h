/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carry out a verdict: answer, learn, announce, defend.
 *
 * Softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_ACT_H
#define _ARPP_ACT_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/percpu.h>

#include "packet/delay.h"
#include "packet/verdict.h"
#include "packet/wrap.h"

/* The outcome of answering a request. */
enum arpp_answer {
	ARPP_ANSWER_READY,	/* the packet's skb is the answer, to be sent */
	ARPP_ANSWER_DELAYED,	/* queued; decided again when due */
	ARPP_ANSWER_FAILED,	/* no memory, or a table or queue is full */
};

/* A set fills one cache line. */
#define ARPP_DEFENCE_BITS	5
#define ARPP_DEFENCE_SETS	BIT(ARPP_DEFENCE_BITS)
#define ARPP_DEFENCE_WAYS	8

/**
 * struct arpp_defence - which addresses of a netns were recently defended
 * @seed: so that addresses cannot be chosen to fall into one set
 * @slot: upper half: the address; lower half: when it was defended; 0: free
 */
struct arpp_defence {
	u32 seed;
	atomic64_t slot[ARPP_DEFENCE_SETS][ARPP_DEFENCE_WAYS];
};

/*
 * The announcement that a CPU is sending for us, until our hook has seen it: the
 * address of its skb, and ARPP_ANNOUNCING_FORCE if policy does not apply to it. The
 * skb is recognised by its address, so the mark cannot leak or be forged. One word:
 * on PREEMPT_RT two senders may take turns on a CPU, and then a mark may get lost,
 * but never be taken for that of another packet.
 */
#define ARPP_ANNOUNCING_FORCE	1UL
DECLARE_PER_CPU(unsigned long, arpp_announcing);

/**
 * arpp_act_maker() - determine what made an outgoing packet
 * @p: the packet
 * @bh: whether it was sent with BH disabled
 *
 * All of our own packets are announcements, so only those are compared with them.
 *
 * Context: BH disabled. Called once for each packet.
 * Return: enum arpp_maker.
 */
static inline enum arpp_maker arpp_act_maker(const struct arpp_packet *p, bool bh)
{
	unsigned long mark;

	if (likely(p->sip != p->tip))
		return bh ? ARPP_MAKER_NEIGH : ARPP_MAKER_PROCESS;
	mark = this_cpu_read(arpp_announcing);
	if (likely((mark & ~ARPP_ANNOUNCING_FORCE) != (unsigned long)p->skb))
		return bh ? ARPP_MAKER_NEIGH : ARPP_MAKER_PROCESS;
	this_cpu_write(arpp_announcing, 0);
	return mark & ARPP_ANNOUNCING_FORCE ? ARPP_MAKER_FORCED : ARPP_MAKER_OWN;
}

int arpp_act_announce(struct net_device *dev, __be32 addr, const u8 *lladdr, bool force);
void arpp_defence_init(struct arpp_defence *defence);
void arpp_act_defend(struct arpp_defence *defence, struct net_device *dev, __be32 addr);
enum arpp_answer arpp_act_reply(struct arpp_delay *delay,
				const struct arpp_device *d,
				struct arpp_packet *p,
				const struct arpp_verdict *v);
struct sk_buff *arpp_act_reply_port(struct arpp_packet *p, u64 lladdr,
				    const struct arpp_tag *tag);
void arpp_act_learn(struct arpp_packet *p);
bool arpp_act_reuse_skb(struct arpp_packet *p, const u8 *lladdr);

/**
 * arpp_act_learn_stock() - what the kernel would do with a packet that nobody answers
 * @p: a request for another host, or a reply
 *
 * arp_process() then does what arpp_act_learn() does. Most senders of requests have no
 * neighbour entry, or one with the same MAC: nothing would change.
 */
static inline void arpp_act_learn_stock(struct arpp_packet *p)
{
	if (p->sip && (!p->request || arpp_packet_would_update_neigh(p)))
		arpp_act_learn(p);
}

#endif /* _ARPP_ACT_H */
