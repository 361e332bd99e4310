// SPDX-License-Identifier: GPL-2.0-only
/* check: whether a neighbour's request would be answered, and if not, why. */
#ifndef ARPCTL_CHECK_ASK_H
#define ARPCTL_CHECK_ASK_H

#include "check/finding.h"

struct answer {
	bool answered;
	uint32_t reason;	/* enum arp_policy_reason, 0: policy left it alone */
	uint32_t field;		/* enum arp_policy_field that decided, or 0 */
	uint32_t block;		/* enum arp_policy_block, or 0 */
	bool by_rule;
	struct entry rule;	/* without its selector */
	char selector[ARP_POLICY_SELECTOR_MAX + 1];	/* of the field or rule */
};

/* A neighbour that may ask; its lladdr may be unknown. */
struct asker {
	uint32_t address;
	const uint8_t *lladdr;
};

/*
 * Finds a plausible neighbour of the device in a subnet, other than the target: a bound
 * one if inspect requires that, else a known one, else the lowest free address. after: if
 * its length is not 0, only one beyond this prefix.
 */
bool check_asker(const struct check *c, const struct host_link *link,
		 struct prefix subnet, uint32_t target, struct prefix after,
		 struct asker *asker);

/*
 * Asks explain, or without the module the kernel's routes and sysctls. Return: false if
 * that is not known.
 */
bool check_ask(struct check *c, const struct host_link *link, uint32_t target,
	       const struct asker *asker, struct answer *answer);

/* Whether a binding applies to the device. */
bool check_is_bound(const struct check *c, const struct host_link *link);

#endif /* ARPCTL_CHECK_ASK_H */
