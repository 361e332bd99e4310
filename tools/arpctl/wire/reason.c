// SPDX-License-Identifier: GPL-2.0-only
/* The names of verdicts and reasons. */

#include <linux/arp_policy.h>
#include <stddef.h>

#include "wire/reason.h"

static const char *const names[ARP_POLICY_REASON_MAX + 1] = {
	[ARP_POLICY_REASON_PASS] = "pass",
	[ARP_POLICY_REASON_ANSWERED] = "answered",
	[ARP_POLICY_REASON_PROXIED] = "proxied",
	[ARP_POLICY_REASON_MALFORMED] = "malformed",
	[ARP_POLICY_REASON_RATE_LIMIT] = "rate-limit",
	[ARP_POLICY_REASON_SOURCE_RATE] = "source-rate",
	[ARP_POLICY_REASON_BAD_SRC_MAC] = "bad-src-mac",
	[ARP_POLICY_REASON_BAD_DST_MAC] = "bad-dst-mac",
	[ARP_POLICY_REASON_BAD_IP] = "bad-ip",
	[ARP_POLICY_REASON_RULE_DROP] = "rule-drop",
	[ARP_POLICY_REASON_SPOOFED] = "spoofed",
	[ARP_POLICY_REASON_UNBOUND] = "unbound",
	[ARP_POLICY_REASON_CONFLICT] = "conflict",
	[ARP_POLICY_REASON_GRATUITOUS] = "gratuitous",
	[ARP_POLICY_REASON_UNSOLICITED] = "unsolicited",
	[ARP_POLICY_REASON_HIDDEN] = "hidden",
	[ARP_POLICY_REASON_IGNORED] = "ignored",
	[ARP_POLICY_REASON_FILTERED] = "filtered",
	[ARP_POLICY_REASON_ANNOUNCE_REWRITTEN] = "announce-rewritten",
	[ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED] = "announce-suppressed",
	[ARP_POLICY_REASON_SUPPRESSED] = "suppressed",
	[ARP_POLICY_REASON_ENCAPSULATED] = "encapsulated",
};

static const char *const verdicts[] = {
	[ARP_POLICY_VERDICT_ACCEPT] = "accept",
	[ARP_POLICY_VERDICT_DROP] = "drop",
	[ARP_POLICY_VERDICT_REPLY] = "reply",
	[ARP_POLICY_VERDICT_REWRITE] = "rewrite",
};

const char *reason_name(unsigned int reason)
{
	return reason <= ARP_POLICY_REASON_MAX ? names[reason] : NULL;
}

const char *verdict_name(unsigned int verdict)
{
	if (verdict >= sizeof(verdicts) / sizeof(verdicts[0]))
		return NULL;
	return verdicts[verdict];
}
