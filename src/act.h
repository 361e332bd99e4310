/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doing what a verdict says, where the kernel's own code would have done it.
 *
 * Softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_ACT_H
#define _ARPP_ACT_H

#include <linux/atomic.h>
#include <linux/bits.h>

#include "delay.h"
#include "verdict.h"

/* A set is a cache line. */
#define ARPP_DEFENCE_BITS	5
#define ARPP_DEFENCE_SETS	BIT(ARPP_DEFENCE_BITS)
#define ARPP_DEFENCE_WAYS	8

/**
 * struct arpp_defence - which addresses of a netns were defended lately
 * @seed: makes it hard to choose addresses that meet in one set
 * @slot: the address in the upper half, when it was defended in the lower one;
 *	0: free
 */
struct arpp_defence {
	u32 seed;
	atomic64_t slot[ARPP_DEFENCE_SETS][ARPP_DEFENCE_WAYS];
};

void arpp_defence_init(struct arpp_defence *defence);
void arpp_act_defend(struct arpp_defence *defence, const struct arpp_packet *p);
void arpp_act_reply(struct arpp_delay *delay, const struct arpp_device *d,
		    struct arpp_packet *p, const struct arpp_verdict *v);
void arpp_act_learn(struct arpp_packet *p);
bool arpp_act_reuse_skb(struct arpp_packet *p, const u8 *lladdr);

#endif /* _ARPP_ACT_H */
