// SPDX-License-Identifier: GPL-2.0-only
/* The vocabulary of reasons: why a packet met its fate. */
#ifndef ARPCTL_REASON_H
#define ARPCTL_REASON_H

/* The name of an enum arp_policy_reason, NULL if this tool knows none. */
const char *reason_name(unsigned int reason);

#endif /* ARPCTL_REASON_H */
