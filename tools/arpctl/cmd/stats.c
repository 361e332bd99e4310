// SPDX-License-Identifier: GPL-2.0-only
/* stats: packets on each device, and the decisions on them. */

#include <linux/arp_policy.h>

#include "cmd/stats_prometheus.h"
#include "cmd/stats_watch.h"
#include "command.h"
#include "wire/stats.h"

#define WATCH "--watch"

static int stats_show(struct ctx *ctx)
{
	const char *dev = args_get(ctx->args, "DEV");
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct stats stats;
	int status;

	if (args_get(ctx->args, WATCH))
		return stats_watch(ctx, dev);

	status = nl_get(&ctx->nl, ARP_POLICY_CMD_STATS_GET,
			ARP_POLICY_A_IFNAME, dev, &reply);
	if (!status) {
		pr_open(&ctx->out, NULL, '[');
		nl_for_each(msg, &reply) {
			stats_parse(msg, &stats);
			stats_print(&ctx->out, &stats, NULL, 0);
		}
		pr_close(&ctx->out, ']');
	}
	nl_reply_free(&reply);
	return status;
}

static int stats_reset(struct ctx *ctx)
{
	return nl_do(&ctx->nl, ARP_POLICY_CMD_STATS_RESET, ARP_POLICY_A_IFNAME,
		     args_first(ctx->args));
}

static const struct command commands[] = {
	{ "show", "[DEV] [" WATCH "]", "packets seen, and the reasons of their verdicts",
	  stats_show },
	{ "reset", "[DEV]", "reset the counters of DEV, or of all devices",
	  stats_reset },
	{ "prometheus", "", "all counters, in Prometheus' text format",
	  stats_prometheus },
	{ 0 }
};

const struct object stats_object = {
	"stats", "counters of devices", commands
};
