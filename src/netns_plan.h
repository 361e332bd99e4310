/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Change several selectors of a netns in one step.
 */
#ifndef _ARPP_NETNS_PLAN_H
#define _ARPP_NETNS_PLAN_H

#include "netns_state.h"
#include "policy/ops.h"

/* None of the changes of a list. */
#define ARPP_OP_NONE	U32_MAX

/**
 * struct arpp_netns_filter - what to remove
 * @tables: mask of enum arpp_table
 * @dynamic: only dynamic bindings
 * @one: only of the selector @key
 * @key: the selector
 */
struct arpp_netns_filter {
	unsigned int tables;
	bool dynamic;
	bool one;
	struct arpp_selector_key key;
};

int arpp_netns_clear(struct arpp_netns *nn,
		     const struct arpp_netns_filter *filter, u32 *generation);
int arpp_netns_transact(struct arpp_netns *nn, const struct arpp_ops *ops,
			u32 expected, u32 *failed, u32 *generation);

#endif /* _ARPP_NETNS_PLAN_H */
