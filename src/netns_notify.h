/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carry out the field notify: gratuitous ARP when something changes.
 */
#ifndef _ARPP_NETNS_NOTIFY_H
#define _ARPP_NETNS_NOTIFY_H

#include <linux/inetdevice.h>

#include "netns_state.h"

/**
 * struct arpp_notify_scope - what a change of the configuration may affect
 * @prefix: the addresses
 * @len: its length
 * @hidden: only addresses that are hidden now matter, not those that are not answered for
 *	another reason
 * @every: devices may get notify change by it
 * @next: the same, namely by these selectors; or NULL
 */
struct arpp_notify_scope {
	u32 prefix;
	u8 len;
	bool hidden;
	bool every;
	const struct arpp_selectors *next;
};

struct arpp_notify_was *
arpp_netns_notify_before(struct arpp_netns *nn, const struct arpp_notify_scope *scope);
void arpp_netns_notify_after(struct arpp_netns *nn, struct arpp_notify_was *was,
			     bool changed);
bool arpp_netns_notify_wanted(struct arpp_netns *nn);
void arpp_netns_notify_early(struct arpp_netns *nn, const struct net_device *dev,
			     unsigned long event);
void arpp_netns_notify_device(struct arpp_netns *nn, const struct net_device *dev,
			      unsigned long event);
void arpp_netns_notify_addr(struct arpp_netns *nn, const struct in_ifaddr *ifa);
void arpp_netns_notify_link(const struct arpp_policy *policy, const struct net_device *dev);
void arpp_netns_notify_purge(struct arpp_netns *nn);
void arpp_netns_notify_open(struct arpp_netns *nn);
void arpp_netns_notify_close(struct arpp_netns *nn);
int arpp_netns_notify_init(void);
void arpp_netns_notify_clean(void);

#endif /* _ARPP_NETNS_NOTIFY_H */
