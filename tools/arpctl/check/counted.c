// SPDX-License-Identifier: GPL-2.0-only
/* check: counters, and programs whose ARP is not subject to policy. */

#include <errno.h>
#include <inttypes.h>
#include <linux/arp_policy.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <string.h>

#include "check/finding.h"
#include "host/packet.h"
#include "wire/nl.h"
#include "wire/reason.h"
#include "wire/stats.h"

/* The counters that are reported. A finding has the name of its reason. */
static const struct {
	enum arp_policy_reason reason;
	enum severity severity;
	const char *what;
} counters[] = {
	{ ARP_POLICY_REASON_CONFLICT, SEVERITY_WARNING,
	  "claimed an address of this host: another host uses it as well" },
	{ ARP_POLICY_REASON_SPOOFED, SEVERITY_NOTE,
	  "named a sender whose binding has another MAC" },
	{ ARP_POLICY_REASON_ENCAPSULATED, SEVERITY_NOTE,
	  "came in an encapsulation that other filters do not see through" },
	{ ARP_POLICY_REASON_RATE_LIMIT, SEVERITY_NOTE,
	  "were over the rate of the device" },
	{ ARP_POLICY_REASON_SOURCE_RATE, SEVERITY_NOTE,
	  "were over the source-rate of their sender" },
};

static void find_counters_of(struct check *c, const struct stats *stats)
{
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		n = stats->reasons[counters[i].reason];
		if (!n)
			continue;
		c->id = reason_name(counters[i].reason);
		check_add(c, counters[i].severity, stats->dev,
			  "since the last \"stats reset\", %" PRIu64 " packet%s %s; \"monitor verdict\" shows the next",
			  n, n == 1 ? "" : "s", counters[i].what);
		check_cure(c, "%s stats reset", c->arpctl);
	}
}

void find_counted(struct check *c)
{
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct stats stats;

	if (c->nl && !nl_dump(c->nl, ARP_POLICY_CMD_STATS_GET, 0, NULL, &reply))
		nl_for_each(msg, &reply) {
			stats_parse(msg, &stats);
			find_counters_of(c, &stats);
		}
	nl_reply_free(&reply);
}

void find_events_lost(struct check *c)
{
	const struct nlattr *tb[ARP_POLICY_INFO_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	uint64_t n = 0;

	if (!c->nl)
		return;
	nl_request(c->nl, ARP_POLICY_CMD_INFO_GET, 0);
	if (!nl_call(c->nl, &reply))
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_INFO_MAX);
			n = nl_uint(tb[ARP_POLICY_INFO_EVENTS_LOST]);
		}
	nl_reply_free(&reply);
	if (!n)
		return;
	check_add(c, SEVERITY_NOTE, NULL,
		  "since the last \"stats reset\", %" PRIu64 " event%s lost: more than %d in a second, or a listener that reads too slowly",
		  n, n == 1 ? " was" : "s were", ARP_POLICY_EVENTS_PER_SECOND);
	check_cure(c, "%s stats reset", c->arpctl);
}

/* Without policy, such a program works as it is meant to. */
static bool has_policy(const struct check *c, uint32_t ifindex)
{
	const struct effective *d = check_device(c, ifindex);

	if (c->policy.n_entries)
		return true;
	return ifindex ? d && d->values.set : c->policy.n_devs;
}

/* A program may have a socket for each of many devices. */
static bool same_program(const struct packet_socket *a,
			 const struct packet_socket *b)
{
	return a->type == b->type && !strcmp(a->program, b->program);
}

void find_raw_arp(struct check *c)
{
	struct packet_sockets sockets = { 0 };
	const struct packet_socket *s;
	const struct host_link *link;
	size_t i, j;

	if (!c->policy.n_entries && !c->policy.n_devs)
		return;
	c->failed |= packets_read(&sockets) == ENOMEM;
	for (i = 0; i < sockets.n && !c->failed; i++) {
		s = &sockets.list[i];
		for (j = 0; j < i && !same_program(s, &sockets.list[j]); j++)
			;
		if (j < i || !has_policy(c, s->ifindex))
			continue;
		link = host_link(&c->host, s->ifindex);
		check_add(c, SEVERITY_NOTE, link ? link->name : NULL,
			  "%s %s by itself, with a packet socket: policy does not apply to that",
			  *s->program ? s->program : "a program",
			  s->type == ETH_P_ARP ? "receives and may send ARP" :
						 "may send ARP");
		check_cure(c, "%sss -0np", c->within);
	}
	packets_free(&sockets);
}
