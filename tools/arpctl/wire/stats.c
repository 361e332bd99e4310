// SPDX-License-Identifier: GPL-2.0-only
/* Counters of a device: out of a message, and printed. */

#include <inttypes.h>
#include <linux/arp_policy.h>

#include "base/print.h"
#include "wire/nl_msg.h"
#include "wire/reason.h"
#include "wire/stats.h"

void stats_parse(const struct nlmsghdr *msg, struct stats *stats)
{
	const struct nlattr *reasons[ARP_POLICY_REASON_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	unsigned int i;

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_REASONS], reasons, ARP_POLICY_REASON_MAX);
	stats->ifindex = (uint32_t)nl_uint(tb[ARP_POLICY_A_IFINDEX]);
	stats->dev = nl_str(tb[ARP_POLICY_A_IFNAME]);
	stats->in = nl_uint(tb[ARP_POLICY_A_IN]);
	stats->out = nl_uint(tb[ARP_POLICY_A_OUT]);
	for (i = 0; i <= ARP_POLICY_REASON_MAX; i++)
		stats->reasons[i] = nl_uint(reasons[i]);
}

/* Packets per second. A counter that fell was reset meanwhile. */
static uint64_t rate(uint64_t now, uint64_t before, uint64_t ms)
{
	uint64_t more = now < before ? now : now - before;

	return ms ? (more * 1000 + ms / 2) / ms : 0;
}

static void print_reasons(struct printer *out, const struct stats *now,
			  const struct stats *before, uint64_t ms)
{
	const char *name;
	unsigned int i;

	pr_open(out, "reasons", '{');
	for (i = 0; i <= ARP_POLICY_REASON_MAX; i++) {
		name = reason_name(i);
		if (!now->reasons[i] || !name)
			continue;
		pr_text(out, "\n    %-19s ", name);
		pr_num(out, name, STYLE_VALUE, -10, now->reasons[i], NULL);
		if (before)
			pr_text(out, " %8" PRIu64 "/s",
				rate(now->reasons[i], before->reasons[i], ms));
	}
	pr_close(out, '}');
}

/* Text has the rates beside the counters, JSON in an object of their own. */
static void print_rates(struct printer *out, const struct stats *now,
			const struct stats *before, uint64_t ms)
{
	struct stats rates = { 0 };
	unsigned int i;

	if (!out->json)
		return;
	for (i = 0; i <= ARP_POLICY_REASON_MAX; i++)
		rates.reasons[i] = rate(now->reasons[i], before->reasons[i], ms);
	pr_open(out, "rates", '{');
	pr_num(out, "in", STYLE_PLAIN, 0, rate(now->in, before->in, ms), NULL);
	pr_num(out, "out", STYLE_PLAIN, 0, rate(now->out, before->out, ms),
	       NULL);
	print_reasons(out, &rates, NULL, 0);
	pr_close(out, '}');
}

void stats_print(struct printer *out, const struct stats *now,
		 const struct stats *before, uint64_t ms)
{
	pr_open(out, NULL, '{');
	pr_num(out, "ifindex", STYLE_PLAIN, 0, now->ifindex, NULL);
	pr_text(out, ": ");
	pr_str(out, "dev", STYLE_NAME, 0, now->dev);
	pr_text(out, "  in ");
	pr_num(out, "in", STYLE_VALUE, 0, now->in, NULL);
	if (before)
		pr_text(out, " (%" PRIu64 "/s)", rate(now->in, before->in, ms));
	pr_text(out, "  out ");
	pr_num(out, "out", STYLE_VALUE, 0, now->out, NULL);
	if (before)
		pr_text(out, " (%" PRIu64 "/s)",
			rate(now->out, before->out, ms));
	print_reasons(out, now, before, ms);
	if (before)
		print_rates(out, now, before, ms);
	pr_text(out, "\n");
	pr_close(out, '}');
}
