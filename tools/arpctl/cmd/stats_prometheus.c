// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats prometheus: counters in Prometheus' text exposition format, 0.0.4.
 *
 * Every reason is printed, even if its counter is zero: rates are wrong for series that
 * appear with the first packet.
 */

#include <inttypes.h>
#include <linux/arp_policy.h>
#include <string.h>

#include "cmd/stats_prometheus.h"
#include "command.h"
#include "wire/module.h"
#include "wire/netns.h"
#include "wire/reason.h"
#include "wire/stats.h"

#define PREFIX MODULE "_"

static void begin(FILE *file, const char *metric, const char *type,
		  const char *help)
{
	fprintf(file, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", metric,
		help, metric, type);
}

/*
 * A label's value is UTF-8 in which three characters are escaped. A device name can
 * have any bytes: invalid UTF-8, and what a terminal would interpret, is printed as
 * "\xff", which keeps different names apart.
 */
static void label(FILE *file, const char *name, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	size_t len;

	fprintf(file, "%s=\"", name);
	for (; *s; s += len) {
		len = safe_len(s);
		if (*s == '\n') {
			fputs("\\n", file);
			len = 1;
		} else if (!len) {
			fprintf(file, "\\\\x%02x", *s);
			len = 1;
		} else {
			if (*s == '"' || *s == '\\')
				fputc('\\', file);
			fwrite(s, 1, len, file);
		}
	}
	fputc('"', file);
}

static void sample(FILE *file, const char *metric, const char *dev,
		   const char *name, const char *value, uint64_t n)
{
	fprintf(file, PREFIX "%s{", metric);
	label(file, "dev", dev);
	fputc(',', file);
	label(file, name, value);
	fprintf(file, "} %" PRIu64 "\n", n);
}

static void print_packets(FILE *file, const struct nl_reply *reply)
{
	const struct nlmsghdr *msg;
	struct stats stats;

	begin(file, "packets_total", "counter",
	      "ARP packets seen on a device that policy reaches.");
	nl_for_each(msg, reply) {
		stats_parse(msg, &stats);
		sample(file, "packets_total", stats.dev, "direction", "in",
		       stats.in);
		sample(file, "packets_total", stats.dev, "direction", "out",
		       stats.out);
	}
}

static void print_verdicts(FILE *file, const struct nl_reply *reply)
{
	const struct nlmsghdr *msg;
	struct stats stats;
	unsigned int i;

	begin(file, "verdicts_total", "counter",
	      "What became of ARP packets, by the reason for it.");
	nl_for_each(msg, reply) {
		stats_parse(msg, &stats);
		for (i = 0; i <= ARP_POLICY_REASON_MAX; i++)
			if (reason_name(i))
				sample(file, "verdicts_total", stats.dev,
				       "reason", reason_name(i),
				       stats.reasons[i]);
	}
}

int stats_prometheus(struct ctx *ctx)
{
	struct nl_reply reply = { 0 };
	FILE *file = ctx->out.file;
	/* A scrape every few seconds must not load the module. */
	bool up = module_loaded();
	char version[64];
	int status;

	status = netns_enter(&ctx->nl.netns);
	if (!status && up)
		status = nl_dump(&ctx->nl, ARP_POLICY_CMD_STATS_GET, 0, NULL,
				 &reply);
	if (!status) {
		begin(file, "up", "gauge",
		      "Whether the module " MODULE " is loaded.");
		fprintf(file, PREFIX "up %d\n", up);
	}
	if (!status && up) {
		module_version(version, sizeof(version));
		begin(file, "info", "gauge", "The module " MODULE ".");
		fputs(PREFIX "info{", file);
		label(file, "version", version);
		fputs("} 1\n", file);
		print_packets(file, &reply);
		print_verdicts(file, &reply);
	}
	nl_reply_free(&reply);
	return status;
}
