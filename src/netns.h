/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy of one netns: create, publish by one RCU pointer, drain.
 *
 * A packet reads .policy under RCU and nothing else. What was configured is
 * under .lock; whoever must walk devices takes RTNL first, never the other way
 * round. struct arpp_netns lives as long as its netns.
 */
#ifndef _ARPP_NETNS_H
#define _ARPP_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>

#include "packet/act.h"
#include "packet/delay.h"
#include "packet/event.h"
#include "policy/config.h"
#include "policy/device.h"

#define ARPP_HOOKS	2

/**
 * struct arpp_netns - all that belongs to a netns
 * @policy: what packets read; NULL while nothing is configured
 * @net: the netns
 * @command: serialises commands that change something, so that the changes are
 *	notified in the order in which they were made; taken before RTNL
 * @lock: covers everything below, and writers of @policy
 * @config: the configuration
 * @generation: counts changes of the configuration
 * @hooks: this netns's own copy, as each carries a pointer back here
 * @hooked: @hooks are registered
 * @host: the addresses and MACs of the netns, while there is a @policy
 * @sources: the meters of source-rate, once some selector has set it
 * @source_users: the last number that a device got for its sources; a device whose
 *	source-rate changes gets a new one
 * @delay: requests whose answer is delayed; has a lock of its own
 * @defence: recently defended addresses; lock-free
 * @events: limits the rate of events; lock-free
 * @making: serialises commands that work on policies under construction; taken
 *	before @command
 * @made_lock: covers @made; taken last
 * @made: the policies under construction, struct arpp_restore
 */
struct arpp_netns {
	struct arpp_policy __rcu *policy;
	struct net *net;
	struct mutex command;
	struct mutex lock;
	struct arpp_config config;
	u32 generation;
	struct nf_hook_ops hooks[ARPP_HOOKS];
	bool hooked;
	struct arpp_host *host;
	struct arpp_sources *sources;
	u16 source_users;
	struct arpp_delay delay;
	struct arpp_defence defence;
	struct arpp_events events;
	struct mutex making;
	spinlock_t made_lock;
	struct list_head made;
};

/**
 * struct arpp_netns_change - what a selector shall become
 * @key: which selector
 * @set: fields to set
 * @unset: mask of the fields to unset
 * @now: afterwards: all that is set on it
 * @generation: afterwards: the number of this change
 */
struct arpp_netns_change {
	struct arpp_selector_key key;
	struct arpp_fields set;
	u32 unset;
	struct arpp_fields now;
	u32 generation;
};

struct arpp_netns *arpp_netns_get(const struct net *net);
int arpp_netns_change(struct arpp_netns *nn, struct arpp_netns_change *change);
bool arpp_netns_flush(struct arpp_netns *nn, u32 *generation);
int arpp_netns_insert(struct arpp_netns *nn, const struct arpp_selector_key *key,
		      enum arpp_table table, const struct arpp_rule *rule,
		      bool replace, u32 *generation);
int arpp_netns_remove(struct arpp_netns *nn, const struct arpp_selector_key *key,
		      enum arpp_table table, struct arpp_rule *like,
		      u32 *generation);
int arpp_netns_clear(struct arpp_netns *nn, unsigned int which,
		     const struct arpp_selector_key *key, u32 *generation);
bool arpp_netns_full(const struct arpp_config *config, enum arpp_table table);
int arpp_netns_commit(struct arpp_netns *nn, struct arpp_config *config,
		      u32 expected, u32 *generation);

/**
 * struct arpp_netns_setup - initial policy and limits of a netns
 * @hooks: ARPP_HOOKS of them, their .priv not set
 * @due: see struct arpp_delay
 * @max_rules: the maximum number of rules
 * @max_bindings: the maximum number of bindings
 * @initial: policy of @net from its first moment on; returns 0 or -errno
 */
struct arpp_netns_setup {
	const struct nf_hook_ops *hooks;
	void (*due)(struct arpp_delay *delay, struct sk_buff *skb);
	unsigned int max_rules;
	unsigned int max_bindings;
	int (*initial)(struct arpp_netns *nn);
};

int arpp_netns_init(const struct arpp_netns_setup *setup);
void arpp_netns_clean(void);

#endif /* _ARPP_NETNS_H */
