/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a netns.
 *
 * Packets read .policy under RCU. The configuration is under .lock; code that also
 * needs RTNL takes it before .lock. struct arpp_netns lives as long as its netns.
 */
#ifndef _ARPP_NETNS_STATE_H
#define _ARPP_NETNS_STATE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>

#include "packet/act.h"
#include "packet/delay.h"
#include "packet/event.h"
#include "packet/pacer.h"
#include "packet/segment.h"
#include "packet/snoop.h"
#include "policy/config.h"
#include "policy/device.h"

#define ARPP_HOOKS	2

/* The hooks of bridge ports. Frames pay for snooping only while a socket snoops. */
enum arpp_bridge_kind {
	ARPP_BRIDGE_JUDGE,
	ARPP_BRIDGE_SNOOP,	/* judges, and snoops DHCP */
	ARPP_BRIDGE_HOOKS
};

/**
 * struct arpp_snooper - a socket that snoops DHCP
 * @sk: the socket, with a reference; NULL: none
 * @portid: its port id
 */
struct arpp_snooper {
	struct sock *sk;
	u32 portid;
};

struct arpp_notify_was;
struct in_ifaddr;

/**
 * struct arpp_notify - what the field notify has to do
 * @lock: covers everything below unless noted
 * @work: finds out what is to be announced
 * @todo: occasions for @work
 * @n_todo: their number
 * @was: addresses that were not answered for before a change, for @work; or NULL
 * @missed: occasions that were dropped, to be counted by @work
 * @fresh: an address that is being added, and that its device did not have; under RTNL
 * @closed: nothing more is accepted
 * @pacer: sends the announcements; has its own lock
 */
struct arpp_notify {
	spinlock_t lock;
	struct work_struct work;
	struct list_head todo;
	unsigned int n_todo;
	struct arpp_notify_was *was;
	unsigned int missed;
	const struct in_ifaddr *fresh;
	bool closed;
	struct arpp_pacer pacer;
};

/**
 * struct arpp_netns - the state of a netns
 * @policy: the published policy; NULL while nothing is configured
 * @net: the netns
 * @command: serialises commands that change the configuration, so that changes are
 *	notified in the order in which they were made; taken before RTNL
 * @lock: covers everything below unless noted, and writers of @policy
 * @config: the configuration
 * @generation: counts changes of the configuration, except of dynamic bindings
 * @changes: counts these as well, so that dumps notice them
 * @restored: when the policy was last replaced as a whole, in seconds since 1970; 0:
 *	never; read without the lock
 * @hooks: a copy for this netns, because .priv points back here
 * @hooked: @hooks are registered
 * @bridge_hooks: the hooks of bridge ports, likewise, by enum arpp_bridge_kind
 * @bridge_hooked: the one of @bridge_hooks that is registered, or NULL
 * @bridge: the functions of bridge.ko, while @bridge_hooked and the netns has a bridge;
 *	read under RCU
 * @snoopers: the sockets that snoop DHCP
 * @n_snoopers: their number
 * @host: the addresses and MACs of the netns, while there is a @policy
 * @sources: the meters of source-rate, allocated when a selector first sets it
 * @source_users: the last number given to a device for its sources; a device whose
 *	source-rate changes gets a new one
 * @delay: requests whose answer is delayed; has its own lock
 * @defence: recently defended addresses; lock-free
 * @events: limits the rate of events; lock-free
 * @snoop: limits the rate of DHCP messages; lock-free
 * @notify: gratuitous ARP when something changes; has its own locks
 * @making: serialises commands that work on transactions; taken before @command
 * @made_lock: covers @made and @n_made; taken last
 * @made: the transactions in progress, struct arpp_transaction
 * @n_made: their number
 * @max_rules: the maximum number of rules, constant
 * @max_bindings: the maximum number of bindings, constant
 */
struct arpp_netns {
	struct arpp_policy __rcu *policy;
	struct net *net;
	struct mutex command;
	struct mutex lock;
	struct arpp_config config;
	u32 generation;
	u32 changes;
	atomic64_t restored;
	struct nf_hook_ops hooks[ARPP_HOOKS];
	bool hooked;
	struct nf_hook_ops bridge_hooks[ARPP_BRIDGE_HOOKS];
	struct nf_hook_ops *bridge_hooked;
	struct arpp_bridge __rcu *bridge;
	struct arpp_snooper snoopers[ARP_POLICY_SNOOPERS_MAX];
	unsigned int n_snoopers;
	struct arpp_host *host;
	struct arpp_sources *sources;
	u16 source_users;
	struct arpp_delay delay;
	struct arpp_defence defence;
	struct arpp_events events;
	struct arpp_snoop snoop;
	struct arpp_notify notify;
	struct mutex making;
	spinlock_t made_lock;
	struct list_head made;
	unsigned int n_made;
	unsigned int max_rules;
	unsigned int max_bindings;
};

/* How many dynamic bindings there may be: they must not crowd out the static ones. */
static inline unsigned int arpp_netns_max_dynamic(const struct arpp_netns *nn)
{
	return nn->max_bindings - nn->max_bindings / 4;
}

/**
 * arpp_netns_changed() - count a change of the configuration
 * @nn: the netns
 * @counted: more than dynamic bindings changed
 *
 * Context: nn->lock held.
 * Return: the generation after the change.
 */
static inline u32 arpp_netns_changed(struct arpp_netns *nn, bool counted)
{
	/* Never 0: in a request, that is any generation. */
	WRITE_ONCE(nn->generation, nn->generation + counted ?: 1);
	nn->changes++;
	return nn->generation;
}

/* The published policy; nn->lock held. */
static inline struct arpp_policy *arpp_netns_policy(const struct arpp_netns *nn)
{
	return rcu_dereference_protected(nn->policy,
					 lockdep_is_held(&nn->lock));
}

#endif /* _ARPP_NETNS_STATE_H */
