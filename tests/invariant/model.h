/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host may do under a policy, by the contract alone: which addresses are
 * its own, which are hidden where, which packets must stay unanswered.
 *
 * Knows neither the module's code nor its decisions. Where the contract leaves
 * it to the kernel or to what is not modelled here, the answer is "unsure".
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
	LEFT,		/* policy leaves it to the kernel */
	SILENT,		/* not answered */
	ANSWERED,	/* answered, with the MAC of the rule that is returned */
	UNSURE,
};

/* The VRF of a device, or NOBODY. */
int domain_of(const struct host *h, int dev);
/* Does it do ARP? */
bool does_arp(const struct host *h, int dev);
/* Is it configured on the device? */
bool lives_on(const struct host *h, int dev, uint32_t addr);
/* Can a host have it, and neither be all or none of a subnet? */
bool is_plain(const struct host *h, uint32_t addr);
/* Is it the host's own in the device's L3 domain? */
bool is_ours(const struct host *h, int dev, uint32_t addr);
bool is_hidden(const struct view *v, int dev, uint32_t addr);
bool is_strict(const struct view *v, int dev);
bool is_audit(const struct view *v, int dev);
/* Has it a limit on packets? */
bool is_limited(const struct view *v, int dev);
/* Does the device hear the question? */
bool hears(const struct host *h, int dev, const struct question *q);
/* Does policy drop it before anything could be learnt from it? */
bool is_dropped(const struct view *v, int dev, const struct question *q, int i);
enum fate judge(const struct view *v, int dev, const struct question *q, int i,
		const struct target **rule);
/* What is wrong with an ARP packet that the device sends; NULL: nothing. */
const char *forbidden(const struct view *v, int dev, const struct arp *f);

#endif /* INVARIANT_MODEL_H */
