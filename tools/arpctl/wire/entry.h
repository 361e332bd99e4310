// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule, or a binding, which is a rule for one address with nothing but a lladdr.
 *
 * rule.c and bind.c have them in words and on the wire.
 */
#ifndef ARPCTL_ENTRY_H
#define ARPCTL_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/parse.h"

/* In the order of listings. */
enum entry_table {
	ENTRY_TARGET,		/* a rule for targets */
	ENTRY_SENDER,		/* a rule for senders */
	ENTRY_BINDING,
};

struct entry {
	const char *selector;
	struct prefix prefix;	/* of a binding, with length 32 */
	uint8_t table;
	uint8_t action;		/* of a rule, enum arp_policy_action */
	bool routed;
	bool has_lladdr;
	bool gone;		/* deleted; policy_sort() removes it */
	uint8_t lladdr[LLADDR_LEN];
	uint32_t line;		/* of its file, from 1; 0: none */
};

#endif /* ARPCTL_ENTRY_H */
