/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The resolved policy of each device: all configuration that the packet path reads.
 *
 * Readers: RCU. Writers: the netns's mutex, with RTNL where devices are walked.
 * A struct arpp_device in a table is never changed, only replaced.
 */
#ifndef _ARPP_DEVICE_H
#define _ARPP_DEVICE_H

#include <linux/netdevice.h>
#include <linux/rculist.h>

#include "policy/field.h"
#include "policy/stats.h"
#include "policy/tables.h"

struct arpp_host;
struct arpp_sources;

/* struct arpp_device.strict: the fields in use that check senders */
#define ARPP_STRICT_SOURCE	1	/* rate, source-rate or validate */
#define ARPP_STRICT_SENDER	2	/* garp, learn or defend */
#define ARPP_STRICT_INSPECT	4	/* inspect */

/* What is done with frames that a bridge receives on the device. */
enum arpp_port {
	ARPP_PORT_IGNORED,	/* nothing: "trust on", or neither trust nor suppress */
	ARPP_PORT_ANSWERED,	/* only suppress is carried out: trust is unset */
	ARPP_PORT_JUDGED,	/* everything: "trust off" */
};

/**
 * struct arpp_device - the policy of one device
 * @rcu: to free it
 * @hidden_node: in struct arpp_policy.hidden, if @hidden
 * @stats: its counters and meters
 * @proxy_delay: ms
 * @rate: packets per second, 0: no limit
 * @burst: packets, at least 1
 * @source_rate: packets per second from one source, 0: no limit
 * @source_user: for @source_rate: the device's part of a source's id
 * @meter: index of the meter in @stats->meter that @rate and @burst use
 * @notify: enum arp_policy_notify
 * @pad: aligns @node to a cache line
 * @node: in its bucket of struct arpp_policy
 * @dev: the device. This struct is in a table only while the device is registered
 *	in the netns, so no reference is held
 * @counts: @stats->cpu
 * @set: mask of the fields that are managed, BIT(enum arp_policy_field)
 * @n_tables: the number of @tables
 * @strict: ARPP_STRICT_*, or-ed: what senders have to be checked for
 * @audit: report only
 * @validate: enum arp_policy_validate, or-ed
 * @ignore: as the sysctl arp_ignore
 * @announce: enum arp_policy_announce
 * @filter: 0 or 1
 * @hidden: 0 or 1
 * @proxy: enum arp_policy_proxy, or-ed
 * @garp: enum arp_policy_garp
 * @learn: enum arp_policy_learn
 * @inspect: enum arp_policy_inspect
 * @defend: 0 or 1
 * @port: enum arpp_port
 * @suppress: enum arp_policy_suppress, or-ed
 * @tables: its rules and bindings, the most specific selector's first
 *
 * Every packet needs the members from @node to the first of @tables. They share
 * one cache line, because the allocator aligns an object of twice that size.
 */
struct arpp_device {
	struct rcu_head rcu;
	struct hlist_node hidden_node;
	struct arpp_stats *stats;
	u32 proxy_delay;
	u32 rate;
	u32 burst;
	u32 source_rate;
	u16 source_user;
	u8 meter;
	u8 notify;
	u8 pad[4];

	struct hlist_node node;
	struct net_device *dev;
	struct arpp_stats_cpu __percpu *counts;
	u32 set;
	u16 n_tables;
	u8 strict;
	u8 audit;
	u8 validate;
	u8 ignore;
	u8 announce;
	u8 filter;
	u8 hidden;
	u8 proxy;
	u8 garp;
	u8 learn;
	u8 inspect;
	u8 defend;
	u8 port;
	u8 suppress;
	struct arpp_tables *tables[];
};

/**
 * struct arpp_policy - the policy of a netns, as one packet sees it
 * @host: the addresses and MACs of the netns; updated while this is published
 * @hidden: the devices whose addresses are hidden
 * @n_hidden: the number of devices in @hidden
 * @n_notify: the number of devices with notify change
 * @sources: the meters of source-rate; NULL if no device uses it
 * @source_users: the last number given to a device, see struct arpp_netns
 * @key: odd and secret, see arpp_policy_bucket()
 * @shift: 32 minus the binary logarithm of the number of buckets
 * @mask: the number of buckets minus one
 * @count: the number of devices
 * @any_hidden: some selector hides addresses, so every device has a policy
 * @free: to free it
 * @bucket: of struct arpp_device, by arpp_policy_bucket()
 */
struct arpp_policy {
	struct arpp_host *host;
	struct hlist_head hidden;
	unsigned int n_hidden;
	unsigned int n_notify;
	struct arpp_sources *sources;
	u16 *source_users;
	u32 key;
	u32 shift;
	unsigned int mask;
	unsigned int count;
	bool any_hidden;
	struct rcu_work free;
	struct hlist_head bucket[];
};

static inline bool arpp_managed(const struct arpp_device *d,
				enum arp_policy_field f)
{
	return d->set & BIT(f);
}

/*
 * The bucket of a device: the top bits of its index multiplied by a secret odd
 * number (multiply-shift hashing: Dietzfelbinger et al. 1997). Users choose the
 * indexes of devices, but cannot make them collide in a bucket. Nothing that users
 * see may depend on the order of the buckets.
 */
static inline u32 arpp_policy_bucket(const struct arpp_policy *policy,
				     const struct net_device *dev)
{
	return (u32)dev->ifindex * policy->key >> policy->shift;
}

/**
 * arpp_device_find() - find the policy of a device
 * @policy: the policy of the device's netns
 * @dev: the device
 *
 * Context: RCU read side, or the netns's mutex held.
 * Return: its policy, or NULL if none applies to it.
 */
static inline struct arpp_device *
arpp_device_find(const struct arpp_policy *policy, const struct net_device *dev)
{
	const struct hlist_head *in =
		&policy->bucket[arpp_policy_bucket(policy, dev)];
	struct hlist_node *at;

	/* hlist_for_each_entry_rcu() would test each node for NULL twice. */
	for (at = rcu_dereference_raw(in->first); at;
	     at = rcu_dereference_raw(at->next))
		if (hlist_entry(at, struct arpp_device, node)->dev == dev)
			return hlist_entry(at, struct arpp_device, node);
	return NULL;
}

/* Is a bridge port trusted, "trust on"? @d may be NULL. */
static inline bool arpp_device_trusted(const struct arpp_device *d)
{
	return d && arpp_managed(d, ARP_POLICY_FIELD_TRUST) &&
	       d->port == ARPP_PORT_IGNORED;
}

bool arpp_rule_match_any(const struct arpp_device *d, enum arpp_table table,
			 __be32 addr, struct arpp_match *match);
u64 arpp_binding_find_any(const struct arpp_device *d, __be32 addr);
bool arpp_rule_hides_any(const struct arpp_device *d, __be32 addr,
			 struct arpp_match *by);
bool arpp_rule_match_port(const struct arpp_device *d, __be32 addr,
			  struct arpp_match *match);
bool arpp_binding_of_all(const struct arpp_device *d, __be32 addr,
			 struct arpp_match *match);

/*
 * May a device have rules or bindings of a kind? Exact for the tables of one selector,
 * the usual case; true for several.
 */
static inline bool arpp_rules(const struct arpp_device *d, enum arpp_table table)
{
	return d->n_tables &&
	       (unlikely(d->n_tables > 1) ||
		!arpp_lpm_empty(d->tables[0]->lpm[table]));
}

/**
 * arpp_rule_hides() - does a rule hide an address on a device?
 * @d: the device's policy
 * @addr: the address
 * @by: set to the rule if so
 *
 * Context: RCU read side.
 * Return: whether it does.
 */
static inline bool arpp_rule_hides(const struct arpp_device *d, __be32 addr,
				   struct arpp_match *by)
{
	return arpp_rules(d, ARPP_TABLE_TARGET) && arpp_rule_hides_any(d, addr, by);
}

/**
 * arpp_rule_match() - find the rule or binding that applies to an address
 * @d: the device's policy
 * @table: the kind of entry
 * @addr: the address
 * @match: set to the result
 *
 * Inline, because most devices have no rules, or those of one selector.
 *
 * Context: RCU read side.
 * Return: whether there is one.
 */
static inline bool arpp_rule_match(const struct arpp_device *d,
				   enum arpp_table table, __be32 addr,
				   struct arpp_match *match)
{
	if (!d->n_tables)
		return false;
	if (unlikely(d->n_tables > 1))
		return arpp_rule_match_any(d, table, addr, match);
	match->tables = d->tables[0];
	match->table = table;
	match->addr = addr;
	match->rule = arpp_lpm_lookup(match->tables->lpm[table], ntohl(addr));
	return match->rule;
}

/**
 * arpp_binding_find() - find the binding that applies to an address
 * @d: the device's policy
 * @addr: the address
 *
 * As arpp_rule_match(), for callers that do not need the selector. Without a match on the
 * stack, the caller needs no stack protector: 20 instructions less.
 *
 * Context: RCU read side.
 * Return: the result of the lookup, or 0 if there is none.
 */
static inline u64 arpp_binding_find(const struct arpp_device *d, __be32 addr)
{
	if (!d->n_tables)
		return 0;
	if (likely(d->n_tables == 1))
		return arpp_lpm_lookup(d->tables[0]->lpm[ARPP_TABLE_BINDING],
				       ntohl(addr));
	return arpp_binding_find_any(d, addr);
}

/**
 * arpp_binding_ties() - does a binding tie an address to a port?
 * @d: the port's policy
 * @addr: the address
 *
 * Context: RCU read side.
 * Return: whether a binding whose selector is the port's name covers the address.
 */
static inline bool arpp_binding_ties(const struct arpp_device *d, __be32 addr)
{
	return d->n_tables && d->tables[0]->key.kind == ARPP_SELECTOR_NAME &&
	       arpp_lpm_lookup(d->tables[0]->lpm[ARPP_TABLE_BINDING], ntohl(addr));
}

struct arpp_policy *arpp_policy_alloc(unsigned int devices);
void arpp_policy_free(struct arpp_policy *policy);
void arpp_policy_free_rcu(struct arpp_policy *policy);
int arpp_policy_add(struct arpp_policy *policy, struct net_device *dev,
		    const struct arpp_selectors *selectors,
		    const struct arpp_policy *from);
void arpp_policy_del(struct arpp_policy *policy, struct net_device *dev);

#endif /* _ARPP_DEVICE_H */
