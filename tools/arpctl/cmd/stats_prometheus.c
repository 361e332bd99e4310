// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats prometheus: counters and gauges in Prometheus' text exposition format, 0.0.4.
 *
 * A series that is zero is left out: with 500 devices and 22 reasons, nearly all are. So
 * increase(...) misses the first value of a series; the alerts in contrib allow for that.
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

static void number(FILE *file, const char *metric, const char *type,
		   const char *help, uint64_t n)
{
	const char *seconds = strstr(metric, "_seconds");

	begin(file, metric, type, help);
	if (seconds)
		fprintf(file, "# UNIT " PREFIX "%s seconds\n", metric);
	fprintf(file, PREFIX "%s %" PRIu64 "\n", metric, n);
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
	label(file, "device", dev);
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
		if (stats.in)
			sample(file, "packets_total", stats.dev, "direction", "in",
			       stats.in);
		if (stats.out)
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
	      "Verdicts on ARP packets, by reason.");
	nl_for_each(msg, reply) {
		stats_parse(msg, &stats);
		for (i = 0; i <= ARP_POLICY_REASON_MAX; i++)
			if (reason_name(i) && stats.reasons[i])
				sample(file, "verdicts_total", stats.dev,
				       "reason", reason_name(i),
				       stats.reasons[i]);
	}
}

/* Counts, limits and times of the policy as a whole. */
static const struct {
	unsigned int attr;
	const char *metric;
	const char *type;
	const char *help;
} infos[] = {
	{ ARP_POLICY_INFO_GENERATION, "generation", "gauge",
	  "Number of the last change of the policy." },
	{ ARP_POLICY_INFO_RESTORED, "last_restore_timestamp_seconds", "gauge",
	  "When the policy was last replaced as a whole, in seconds since 1970." },
	{ ARP_POLICY_INFO_SELECTORS, "selectors", "gauge",
	  "Selectors that have fields, rules or bindings." },
	{ ARP_POLICY_INFO_SELECTORS_MAX, "selectors_limit", "gauge",
	  "How many selectors there may be." },
	{ ARP_POLICY_INFO_RULES, "rules", "gauge", "Rules." },
	{ ARP_POLICY_INFO_RULES_MAX, "rules_limit", "gauge",
	  "How many rules there may be." },
	{ ARP_POLICY_INFO_BINDINGS, "bindings", "gauge",
	  "Bindings, with the dynamic ones." },
	{ ARP_POLICY_INFO_BINDINGS_MAX, "bindings_limit", "gauge",
	  "How many bindings there may be." },
	{ ARP_POLICY_INFO_DYNAMIC, "dynamic_bindings", "gauge", "Dynamic bindings." },
	{ ARP_POLICY_INFO_DYNAMIC_MAX, "dynamic_bindings_limit", "gauge",
	  "How many dynamic bindings there may be." },
	{ ARP_POLICY_INFO_EVENTS_LOST, "events_lost_total", "counter",
	  "Events that listeners missed." },
};

/* DHCP messages that bind snoop was not given, and why. */
static const struct {
	unsigned int attr;
	const char *reason;
} dhcp_lost[] = {
	{ ARP_POLICY_INFO_DHCP_LOST_PORT, "port" },
	{ ARP_POLICY_INFO_DHCP_LOST_UNTRUSTED, "untrusted" },
	{ ARP_POLICY_INFO_DHCP_LOST_TRUSTED, "trusted" },
	{ ARP_POLICY_INFO_DHCP_LOST_LISTENER, "listener" },
};

static void print_dhcp_lost(FILE *file, const struct nlattr *const *tb)
{
	bool begun = false;
	size_t i;

	for (i = 0; i < sizeof(dhcp_lost) / sizeof(dhcp_lost[0]); i++) {
		if (!nl_uint(tb[dhcp_lost[i].attr]))
			continue;
		if (!begun)
			begin(file, "dhcp_lost_total", "counter",
			      "DHCP messages on bridge ports that listeners missed, by the limit exceeded.");
		begun = true;
		fputs(PREFIX "dhcp_lost_total{", file);
		label(file, "reason", dhcp_lost[i].reason);
		fprintf(file, "} %" PRIu64 "\n", nl_uint(tb[dhcp_lost[i].attr]));
	}
}

static void print_info(FILE *file, const struct nl_reply *reply)
{
	const struct nlattr *tb[ARP_POLICY_INFO_MAX + 1];
	const struct nlmsghdr *msg;
	size_t i;

	nl_for_each(msg, reply) {
		nl_parse(msg, tb, ARP_POLICY_INFO_MAX);
		begin(file, "info", "gauge", "The module " MODULE ".");
		fputs(PREFIX "info{", file);
		label(file, "version", nl_str(tb[ARP_POLICY_INFO_VERSION]));
		fputs("} 1\n", file);
		for (i = 0; i < sizeof(infos) / sizeof(infos[0]); i++)
			if (tb[infos[i].attr])
				number(file, infos[i].metric, infos[i].type,
				       infos[i].help, nl_uint(tb[infos[i].attr]));
		print_dhcp_lost(file, tb);
	}
}

/* Reads what to print, before anything is printed. */
static int read_all(struct nl *nl, struct nl_reply *info, struct nl_reply *stats)
{
	int status;

	nl_request(nl, ARP_POLICY_CMD_INFO_GET, 0);
	status = nl_call(nl, info);
	return status ? status :
	       nl_dump(nl, ARP_POLICY_CMD_STATS_GET, 0, NULL, stats);
}

int stats_prometheus(struct ctx *ctx)
{
	struct nl_reply info = { 0 }, stats = { 0 };
	FILE *file = ctx->out.file;
	/* A scrape every few seconds must not load the module. */
	bool up = module_loaded();
	int status;

	status = netns_enter(&ctx->nl.netns);
	if (!status && up)
		status = read_all(&ctx->nl, &info, &stats);
	if (!status)
		number(file, "up", "gauge", "Whether the module " MODULE " is loaded.",
		       up);
	if (!status && up) {
		print_info(file, &info);
		print_packets(file, &stats);
		print_verdicts(file, &stats);
	}
	nl_reply_free(&info);
	nl_reply_free(&stats);
	return status;
}
