/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Publish the policy of a netns to packets.
 */
#ifndef _ARPP_NETNS_PUBLISH_H
#define _ARPP_NETNS_PUBLISH_H

#include "netns_state.h"

int arpp_netns_prepare(struct arpp_netns *nn, bool metered, bool notified);
int arpp_netns_rebuild(struct arpp_netns *nn);
int arpp_netns_refresh(struct arpp_netns *nn, struct net_device *dev);
int arpp_netns_apply(struct arpp_netns *nn, const struct arpp_selector *changed);
void arpp_netns_withdraw(struct arpp_netns *nn);

#endif /* _ARPP_NETNS_PUBLISH_H */
