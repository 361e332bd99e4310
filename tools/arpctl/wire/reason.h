// SPDX-License-Identifier: GPL-2.0-only
/* The vocabulary of verdicts and reasons: a packet's fate, and why. */
#ifndef ARPCTL_REASON_H
#define ARPCTL_REASON_H

/* The names of enum arp_policy_reason and enum arp_policy_verdict, NULL if
 * this tool knows none.
 */
const char *reason_name(unsigned int reason);
const char *verdict_name(unsigned int verdict);

#endif /* ARPCTL_REASON_H */
