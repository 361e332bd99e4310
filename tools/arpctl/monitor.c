// SPDX-License-Identifier: GPL-2.0-only
/* monitor: events as they happen, until interrupted. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <string.h>
#include <time.h>

#include "arpctl.h"
#include "fields.h"

/* RFC 3339 with microseconds, local time and its offset. */
static void now(char *buf, size_t size)
{
	struct timespec ts;
	struct tm tm;
	char day[32], zone[8];
	unsigned int us;

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	us = (unsigned int)(ts.tv_nsec / 1000) % 1000000;
	snprintf(buf, size, "%s.%06u%.3s:%.2s", day, us, zone, zone + 3);
}

static void print_event(struct printer *out, const char *event)
{
	char time[64];

	now(time, sizeof(time));
	pr_open(out, NULL, '{');
	pr_str(out, "time", STYLE_FAINT, 0, time);
	pr_text(out, "  ");
	pr_str(out, "event", STYLE_PLAIN, 0, event);
}

static void print_generation(struct printer *out, const struct nlattr *attr)
{
	if (out->json)
		pr_num(out, "generation", STYLE_PLAIN, 0, nl_uint(attr), NULL);
}

static int config_event(struct ctx *ctx, const struct nlmsghdr *msg)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1] = { NULL };
	const struct genlmsghdr *genl = NULL;
	struct printer *out = &ctx->out;

	if (msg) {
		genl = mnl_nlmsg_get_payload(msg);
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
	}
	if (!genl) {
		print_event(out, "lost");
		pr_text(out, "  events came faster than they were read");
	} else if (genl->cmd == ARP_POLICY_CMD_DEV_NTF) {
		print_event(out, "dev");
		pr_text(out, " ");
		pr_str(out, "selector", STYLE_NAME, 0,
		       nl_str(tb[ARP_POLICY_A_SELECTOR]));
		field_print_all(out, tb[ARP_POLICY_A_FIELDS]);
		if (!tb[ARP_POLICY_A_FIELDS])
			pr_text(out, "  unset");
		print_generation(out, tb[ARP_POLICY_A_GENERATION]);
	} else if (genl->cmd == ARP_POLICY_CMD_FLUSH_NTF) {
		print_event(out, "flush");
		print_generation(out, tb[ARP_POLICY_A_GENERATION]);
	} else {
		return STATUS_OK;
	}
	pr_text(out, "\n");
	pr_close(out, '}');
	return pr_finish(out);
}

static int monitor(struct ctx *ctx, int argc, char **argv)
{
	static const char *const groups[] = { ARP_POLICY_MCGRP_CONFIG, NULL };

	(void)argc;
	(void)argv;
	ctx->out.pretty = false;	/* one object a line */
	return nl_listen(ctx, groups, config_event);
}

static const struct command commands[] = {
	{ "config", "", "changes of the policy", monitor },
	{ "", "", "all events", monitor },
	{ 0 }
};

const struct object monitor_object = {
	"monitor", "events as they happen, until interrupted", commands
};
