// SPDX-License-Identifier: GPL-2.0-only
/* Counters of a device: out of a message, and printed. */
#ifndef ARPCTL_STATS_H
#define ARPCTL_STATS_H

#include <linux/arp_policy.h>
#include <linux/netlink.h>
#include <stdint.h>

struct printer;

struct stats {
	uint32_t ifindex;
	const char *dev;	/* points into the message */
	uint64_t in;
	uint64_t out;
	uint64_t reasons[ARP_POLICY_REASON_MAX + 1];
};

void stats_parse(const struct nlmsghdr *msg, struct stats *stats);

/* Prints them; with rates if the counters of ms ago are known. */
void stats_print(struct printer *out, const struct stats *now,
		 const struct stats *before, uint64_t ms);

#endif /* ARPCTL_STATS_H */
