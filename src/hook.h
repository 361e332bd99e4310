/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NF_ARP_IN, NF_ARP_OUT and NF_BR_PRE_ROUTING.
 */
#ifndef _ARPP_HOOK_H
#define _ARPP_HOOK_H

#include "netns.h"

extern const struct nf_hook_ops arpp_hooks[ARPP_HOOKS];
extern const struct nf_hook_ops arpp_bridge_hooks[ARPP_BRIDGE_HOOKS];

void arpp_hook_due(struct arpp_delay *delay, struct sk_buff *skb);

#endif /* _ARPP_HOOK_H */
