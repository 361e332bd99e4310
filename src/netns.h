/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Create and destroy the state of a netns; follow its devices and addresses.
 */
#ifndef _ARPP_NETNS_H
#define _ARPP_NETNS_H

#include "netns_state.h"

/**
 * struct arpp_netns_setup - initial policy and limits of a netns
 * @hooks: ARPP_HOOKS hooks, without .priv
 * @bridge_hooks: ARPP_BRIDGE_HOOKS hooks of bridge ports, without .priv
 * @due: see struct arpp_delay
 * @max_rules: the maximum number of rules
 * @max_bindings: the maximum number of bindings
 * @initial: sets the initial policy of a new netns; returns 0 or -errno
 */
struct arpp_netns_setup {
	const struct nf_hook_ops *hooks;
	const struct nf_hook_ops *bridge_hooks;
	void (*due)(struct arpp_delay *delay, struct sk_buff *skb);
	unsigned int max_rules;
	unsigned int max_bindings;
	int (*initial)(struct arpp_netns *nn);
};

struct arpp_netns *arpp_netns_get(const struct net *net);
int arpp_netns_init(const struct arpp_netns_setup *setup);
void arpp_netns_clean(void);

#endif /* _ARPP_NETNS_H */
