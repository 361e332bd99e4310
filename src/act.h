/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doing what a verdict says, where the kernel's own code would have done it.
 *
 * Softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_ACT_H
#define _ARPP_ACT_H

#include <linux/spinlock.h>

#include "delay.h"
#include "verdict.h"

/* As many addresses as may be defended within one interval. */
#define ARPP_DEFENDED	64

/**
 * struct arpp_defence - which addresses of a netns were defended lately
 * @lock: covers @last
 * @last: addresses in L3 domains, and when they were
 */
struct arpp_defence {
	spinlock_t lock;	/* never waited for, see arpp_act_defend() */
	struct arpp_defended {
		__be32 addr;		/* 0: free */
		u32 domain;		/* see arpp_host_domain() */
		unsigned long when;	/* jiffies */
	} last[ARPP_DEFENDED];
};

void arpp_defence_init(struct arpp_defence *defence);
void arpp_act_defend(struct arpp_defence *defence, const struct arpp_packet *p);
void arpp_act_reply(struct arpp_delay *delay, const struct arpp_device *d,
		    struct arpp_packet *p, const struct arpp_verdict *v);
void arpp_act_learn(struct arpp_packet *p);

#endif /* _ARPP_ACT_H */
