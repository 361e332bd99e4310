/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random policies, and the effective policy of a device, computed here and not
 * requested from the module.
 *
 * Plain data. Each item can be left out ("gone"), for shrinking.
 */
#ifndef INVARIANT_POLICY_H
#define INVARIANT_POLICY_H

#include <linux/arp_policy.h>

#include "../differential/common.h"
#include "../differential/scenario.h"

#define FIELDS		(ARP_POLICY_FIELD_MAX + 1)
#define SETTINGS	6
#define TARGETS		10
#define BINDINGS	12
#define SELECTOR	20

/* Fields of a selector; -1: not set. */
struct setting {
	bool gone;
	char selector[SELECTOR];
	int field[FIELDS];
};

/* A rule. */
struct target {
	bool gone;
	char selector[SELECTOR];
	uint32_t prefix;
	uint8_t len, action;
	bool from, has_mac, routed;
	uint8_t mac[ETH_ALEN];
};

struct binding {
	bool gone;
	char selector[SELECTOR];
	uint32_t addr;		/* of a prefix */
	uint8_t len;
	bool any;		/* for any MAC */
	uint8_t mac[ETH_ALEN];
};

struct policy {
	int settings, targets, bindings;
	struct setting setting[SETTINGS];
	struct target target[TARGETS];
	struct binding binding[BINDINGS];
};

/* @delay: the longest proxy-delay in ms, or 0 */
void make_policy(struct policy *p, const struct host *h,
		 const struct question *q, int delay, struct rng *r);
/*
 * The setting of this selector. A missing one is added; if there is no room, it
 * replaces the last one.
 */
struct setting *policy_setting(struct policy *p, const char *selector);
/*
 * The target of @q, which enters by a port, gets an owner: the asker of question @owner.
 * suppress answers, unless the owner is tied to the port.
 */
void make_owner(struct policy *p, const struct question *q, int owner, struct rng *r);
/* Adds a proxy rule and a delay, so that answers to some of @q are delayed. */
void make_waits(struct policy *p, const struct question *q, int delay,
		struct rng *r);

/* One step from a policy to another. */
struct change {
	enum { WHOLE, FLUSH, SET, UNSET, ADD, DEL } kind;
	int at;			/* index of the object that changes */
};

/* Make a random change from @from; @to is the result. */
void make_change(struct change *c, const struct policy *from, struct policy *to,
		 const struct host *h, const struct question *q, int delay,
		 struct rng *r);

/* Send the policy; @nl: a generic netlink socket in the host. Return: 0 or an errno. */
int put_policy(struct netlink *nl, const struct policy *p);
/* Apply the change, and revert it. */
int put_change(struct netlink *nl, const struct change *c,
	       const struct policy *from, const struct policy *to, bool back);

/* The effective values for a device of this name; -1: not set. */
int policy_field(const struct policy *p, const char *dev, int field);
/* NULL: none */
const struct target *policy_rule(const struct policy *p, const char *dev,
				 uint32_t addr, bool from);
const struct binding *policy_binding(const struct policy *p, const char *dev,
				     uint32_t addr);
/* The rule for a target on a bridge port. */
const struct target *policy_port_rule(const struct policy *p, const char *port,
				      uint32_t addr);
/* The binding of an address among those without "dev". */
const struct binding *policy_common_binding(const struct policy *p, uint32_t addr);
/* Does a binding that names the port cover the address? */
bool policy_ties(const struct policy *p, const char *port, uint32_t addr);
/* Does the policy decide anything on the device itself? */
bool policy_decides(const struct policy *p, const char *dev);

void print_the_policy(FILE *f, const struct policy *p);
void print_change(FILE *f, const struct change *c, const struct policy *from,
		  const struct policy *to);

#endif /* INVARIANT_POLICY_H */
