/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random whole policies, and what they come to for a device, worked out here
 * and not asked of the module.
 *
 * Plain data. Each piece can be left out ("gone"), for shrinking.
 */
#ifndef INVARIANT_POLICY_H
#define INVARIANT_POLICY_H

#include <linux/arp_policy.h>

#include "../differential/common.h"
#include "../differential/scenario.h"

#define FIELDS		(ARP_POLICY_FIELD_MAX + 1)
#define SETTINGS	6
#define TARGETS		10
#define BINDINGS	6
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
	uint32_t addr;
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
/* The one of this selector; made if there is none, in the last one's place if need be. */
struct setting *policy_setting(struct policy *p, const char *selector);
/* Has answers to some of @q wait: a proxy rule, and a delay. */
void make_waits(struct policy *p, const struct question *q, int delay,
		struct rng *r);
/* Of @q's senders and targets, and the host's own: an address to have rules about. */
uint32_t some_subject(const struct host *h, const struct question *q,
		      struct rng *r);

/* One step from a policy to another. */
struct change {
	enum { WHOLE, FLUSH, SET, UNSET, ADD, DEL } kind;
	int at;			/* index into what it is about */
};

/* @to is filled in, and how to come there from @from. */
void make_change(struct change *c, const struct policy *from, struct policy *to,
		 const struct host *h, const struct question *q, int delay,
		 struct rng *r);

/* Sends it; @nl: a socket of generic netlink in the host. Return: 0 or an errno. */
int put_policy(struct netlink *nl, const struct policy *p);
/* The step, and the same one back. */
int put_change(struct netlink *nl, const struct change *c,
	       const struct policy *from, const struct policy *to, bool back);

/* What holds for a device of this name: -1 where nothing sets it. */
int policy_field(const struct policy *p, const char *dev, int field);
/* NULL: none */
const struct target *policy_rule(const struct policy *p, const char *dev,
				 uint32_t addr, bool from);
const struct binding *policy_binding(const struct policy *p, const char *dev,
				     uint32_t addr);
/* Does anything of it hold on the device? */
bool policy_reaches(const struct policy *p, const char *dev);
bool policy_empty(const struct policy *p);

void print_the_policy(FILE *f, const struct policy *p);
void print_change(FILE *f, const struct change *c, const struct policy *from,
		  const struct policy *to);

#endif /* INVARIANT_POLICY_H */
