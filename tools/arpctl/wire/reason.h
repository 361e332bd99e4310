// SPDX-License-Identifier: GPL-2.0-only
/* The names of verdicts and reasons. */
#ifndef ARPCTL_REASON_H
#define ARPCTL_REASON_H

/* Of enum arp_policy_reason and enum arp_policy_verdict; NULL if unknown. */
const char *reason_name(unsigned int reason);
const char *verdict_name(unsigned int verdict);

#endif /* ARPCTL_REASON_H */
