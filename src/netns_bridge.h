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

/* Does a selector set trust or suppress? nn->lock held. */
static inline bool arpp_netns_has_ports(const struct arpp_netns *nn)
{
	return nn->config.selectors.ports;
}

#endif /* _ARPP_NETNS_BRIDGE_H */
