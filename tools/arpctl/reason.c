// SPDX-License-Identifier: GPL-2.0-only
/* The vocabulary of reasons, one word for each enum arp_policy_reason. */

#include <linux/arp_policy.h>
#include <stddef.h>

#include "reason.h"

static const char *const names[ARP_POLICY_REASON_MAX + 1] = {
	[ARP_POLICY_REASON_PASS] = "pass",
	[ARP_POLICY_REASON_ANSWERED] = "answered",
	[ARP_POLICY_REASON_PROXIED] = "proxied",
	[ARP_POLICY_REASON_MALFORMED] = "malformed",
	[ARP_POLICY_REASON_HIDDEN] = "hidden",
	[ARP_POLICY_REASON_IGNORED] = "ignored",
	[ARP_POLICY_REASON_FILTERED] = "filtered",
	[ARP_POLICY_REASON_ANNOUNCE_REWRITTEN] = "announce-rewritten",
	[ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED] = "announce-suppressed",
};

const char *reason_name(unsigned int reason)
{
	return reason <= ARP_POLICY_REASON_MAX ? names[reason] : NULL;
}
