// SPDX-License-Identifier: GPL-2.0-only
/* stats: counters of a device as they came from the kernel, and printing them. */
#ifndef ARPCTL_STATS_H
#define ARPCTL_STATS_H

#include <linux/arp_policy.h>
#include <linux/netlink.h>
#include <stdint.h>

struct ctx;
struct printer;

struct stats {
	uint32_t ifindex;
	const char *dev;	/* lives as long as the message */
	uint64_t in;
	uint64_t out;
	uint64_t reasons[ARP_POLICY_REASON_MAX + 1];
};

void stats_parse(const struct nlmsghdr *msg, struct stats *stats);

/* Prints them; where it is known what they were ms ago, with rates. */
void stats_print(struct printer *out, const struct stats *now,
		 const struct stats *before, uint64_t ms);

/* Prints the counters of a device, NULL: of all, once a second until ^C. */
int stats_watch(struct ctx *ctx, const char *dev);

int stats_prometheus(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_STATS_H */
