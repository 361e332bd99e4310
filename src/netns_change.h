/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Change the configuration of a netns.
 */
#ifndef _ARPP_NETNS_CHANGE_H
#define _ARPP_NETNS_CHANGE_H

#include "netns_state.h"

/**
 * struct arpp_netns_change - a change of a selector's fields
 * @key: the selector
 * @set: fields to set
 * @unset: mask of the fields to unset
 * @now: result: all fields of the selector
 * @generation: result: the generation after this change
 */
struct arpp_netns_change {
	struct arpp_selector_key key;
	struct arpp_fields set;
	u32 unset;
	struct arpp_fields now;
	u32 generation;
};

int arpp_netns_change(struct arpp_netns *nn, struct arpp_netns_change *change);
bool arpp_netns_flush(struct arpp_netns *nn, u32 *generation);
int arpp_netns_insert(struct arpp_netns *nn, const struct arpp_selector_key *key,
		      enum arpp_table table, const struct arpp_rule *rule,
		      bool replace, u32 *generation);
int arpp_netns_remove(struct arpp_netns *nn, const struct arpp_selector_key *key,
		      enum arpp_table table, struct arpp_rule *like,
		      u32 *generation);
int arpp_netns_room(const struct arpp_netns *nn, const unsigned int *count,
		    unsigned int dynamic, enum arpp_table table,
		    const struct arpp_rule *rule);
int arpp_netns_replace(struct arpp_lpm *lpm, enum arpp_table table,
		       const struct arpp_rule *rule, u64 found,
		       unsigned int *dynamic);
bool arpp_netns_agrees(const struct arpp_rule *rule, const struct arpp_rule *like);
int arpp_netns_commit(struct arpp_netns *nn, struct arpp_config *config,
		      u32 expected, u32 *generation);

#endif /* _ARPP_NETNS_CHANGE_H */
