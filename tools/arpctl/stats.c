// SPDX-License-Identifier: GPL-2.0-only
/* stats: packets seen on each device, and what became of them. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>

#include "arpctl.h"
#include "reason.h"

static void print_stats(struct printer *out, const struct nlmsghdr *msg)
{
	const struct nlattr *reasons[ARP_POLICY_REASON_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	const char *name;
	unsigned int i;

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_REASONS], reasons, ARP_POLICY_REASON_MAX);

	pr_open(out, NULL, '{');
	pr_num(out, "ifindex", STYLE_PLAIN, 0,
	       nl_uint(tb[ARP_POLICY_A_IFINDEX]), NULL);
	pr_text(out, ": ");
	pr_str(out, "dev", STYLE_NAME, 0, nl_str(tb[ARP_POLICY_A_IFNAME]));
	pr_text(out, "  in ");
	pr_num(out, "in", STYLE_VALUE, 0, nl_uint(tb[ARP_POLICY_A_IN]), NULL);
	pr_text(out, "  out ");
	pr_num(out, "out", STYLE_VALUE, 0, nl_uint(tb[ARP_POLICY_A_OUT]), NULL);
	pr_open(out, "reasons", '{');
	for (i = 0; i <= ARP_POLICY_REASON_MAX; i++) {
		name = reason_name(i);
		if (!reasons[i] || !name)
			continue;
		pr_text(out, "\n    %-19s ", name);
		pr_num(out, name, STYLE_VALUE, -10, nl_uint(reasons[i]), NULL);
	}
	pr_close(out, '}');
	pr_text(out, "\n");
	pr_close(out, '}');
}

static int stats_show(struct ctx *ctx, int argc, char **argv)
{
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	int status;

	status = nl_get(ctx, ARP_POLICY_CMD_STATS_GET, ARP_POLICY_A_IFNAME,
			argc ? argv[0] : NULL, &reply);
	if (!status) {
		pr_open(&ctx->out, NULL, '[');
		nl_for_each(msg, &reply)
			print_stats(&ctx->out, msg);
		pr_close(&ctx->out, ']');
	}
	nl_reply_free(&reply);
	return status;
}

static int stats_reset(struct ctx *ctx, int argc, char **argv)
{
	int status = STATUS_OK;

	nl_request(&ctx->nl, ARP_POLICY_CMD_STATS_RESET, 0);
	if (argc)
		status = nl_put_str(&ctx->nl, ARP_POLICY_A_IFNAME, argv[0]);
	return status ? status : nl_call(ctx, NULL);
}

static const struct command commands[] = {
	{ "show", "[DEV]", "packets seen, and what became of them",
	  stats_show },
	{ "reset", "[DEV]", "start counting afresh, on DEV or everywhere",
	  stats_reset },
	{ 0 }
};

const struct object stats_object = {
	"stats", "counters of devices", commands
};
