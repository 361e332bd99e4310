/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doing what a verdict says, where the kernel's own code would have done it.
 *
 * Softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_ACT_H
#define _ARPP_ACT_H

#include "delay.h"
#include "verdict.h"

void arpp_act_reply(struct arpp_delay *delay, const struct arpp_device *d,
		    struct arpp_packet *p, const struct arpp_verdict *v);
void arpp_act_learn(struct arpp_packet *p);

#endif /* _ARPP_ACT_H */
