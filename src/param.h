/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Module parameters: what a netns starts with.
 */
#ifndef _ARPP_PARAM_H
#define _ARPP_PARAM_H

struct arpp_netns;

int arpp_param_check(void);
int arpp_param_apply(struct arpp_netns *nn);

#endif /* _ARPP_PARAM_H */
