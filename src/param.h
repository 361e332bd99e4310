/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Module parameters: the initial policy and the limits of a netns.
 */
#ifndef _ARPP_PARAM_H
#define _ARPP_PARAM_H

struct arpp_netns;
struct arpp_netns_setup;

int arpp_param_check(struct arpp_netns_setup *setup);
int arpp_param_apply(struct arpp_netns *nn);

#endif /* _ARPP_PARAM_H */
