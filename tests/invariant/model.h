/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host may do under a policy, derived only from the contract: which addresses
 * are its own, which are hidden where, which packets must stay unanswered.
 *
 * Does not use the module's code or its decisions. Where the contract leaves the
 * decision to the kernel, or depends on what is not modelled, the answer is "unsure".
 */
#ifndef INVARIANT_MODEL_H
#define INVARIANT_MODEL_H

#include "policy.h"

struct view {
	const struct host *h;
	struct config *c;
	const struct policy *p;
};

enum fate {
	LEFT,		/* policy leaves the decision to the kernel */
	SILENT,		/* not answered */
	ANSWERED,	/* answered, with the MAC of the returned rule */
	UNSURE,
};

/* The VRF of a device, or NOBODY. */
int domain_of(const struct host *h, int dev);
/* Does the device use ARP? */
bool does_arp(const struct host *h, int dev);
/* Is the address configured on the device? */
bool lives_on(const struct host *h, int dev, uint32_t addr);
/* Is it a valid host address, not the network or broadcast address of a subnet? */
bool is_plain(const struct host *h, uint32_t addr);
/* Is it local in the device's L3 domain? */
bool is_ours(const struct host *h, int dev, uint32_t addr);
bool is_audit(const struct view *v, int dev);
/* Does the device have a packet rate limit? */
bool is_limited(const struct view *v, int dev);
/* Does the device receive the question? */
bool hears(const struct host *h, int dev, const struct question *q);
/* Does policy drop it before it could be learnt from? */
bool is_dropped(const struct view *v, int dev, const struct question *q, int i);
enum fate judge(const struct view *v, int dev, const struct question *q, int i,
		const struct target **rule);
/* What is wrong with an ARP packet sent by the device; NULL: nothing. */
const char *forbidden(const struct view *v, int dev, const struct arp *f);

#endif /* INVARIANT_MODEL_H */
