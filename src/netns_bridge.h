/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hook of bridge ports in a netns, and its hold on bridge.ko.
 */
#ifndef _ARPP_NETNS_BRIDGE_H
#define _ARPP_NETNS_BRIDGE_H

#include "netns_state.h"

int arpp_netns_bridge_hook(struct arpp_netns *nn);
void arpp_netns_bridge_unhook(struct arpp_netns *nn);
int arpp_netns_bridge_comes(struct arpp_netns *nn);
void arpp_netns_bridge_goes(struct arpp_netns *nn);

void arpp_netns_bridge_port(struct arpp_policy *policy, struct net_device *dev);
void arpp_netns_bridge_state(struct arpp_netns *nn, const struct net_device *dev,
			     u8 state);

int arpp_netns_snoop_begin(struct arpp_netns *nn, struct sock *sk, u32 portid);
void arpp_netns_snoop_end(struct arpp_netns *nn, bool all);

/* Does a selector set trust or suppress, or a socket snoop? nn->lock held. */
static inline bool arpp_netns_has_ports(const struct arpp_netns *nn)
{
	return nn->config.selectors.ports || nn->n_snoopers;
}

#endif /* _ARPP_NETNS_BRIDGE_H */
