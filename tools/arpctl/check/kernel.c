// SPDX-License-Identifier: GPL-2.0-only
/* check: what decides about ARP besides policy. */

#include <ctype.h>
#include <linux/arp_policy.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <stdio.h>
#include <string.h>

#include "check/finding.h"

static const struct {
	const char *name;
	unsigned int conf;
} lo_sysctls[] = {
	{ "arp_ignore", IPV4_DEVCONF_ARP_IGNORE },
	{ "arp_announce", IPV4_DEVCONF_ARP_ANNOUNCE },
};

/* Whether the sysctl is set for a device that receives ARP. */
static bool set_elsewhere(const struct host *host, unsigned int conf)
{
	size_t i;

	if (host->all[conf])
		return true;
	for (i = 0; i < host->n_links; i++)
		if (host_does_arp(&host->links[i]) && host->links[i].conf[conf])
			return true;
	return false;
}

/* On lo alone, these sysctls have no effect. */
void find_lo_sysctl(struct check *c)
{
	const struct host_link *lo;
	char dev[SHELL_WORD];
	size_t i, j;

	for (i = 0; i < c->host.n_links; i++) {
		lo = &c->host.links[i];
		/* Its purpose is then achieved by policy. */
		if (!(lo->flags & IFF_LOOPBACK) ||
		    check_field_or(c, lo, ARP_POLICY_FIELD_HIDDEN, 0))
			continue;
		for (j = 0; j < sizeof(lo_sysctls) / sizeof(lo_sysctls[0]); j++) {
			if (!lo->conf[lo_sysctls[j].conf] ||
			    set_elsewhere(&c->host, lo_sysctls[j].conf))
				continue;
			check_add(c, SEVERITY_WARNING, lo->name,
				  "%s=%u has no effect on a loopback device, and it is 0 for all and for every other device",
				  lo_sysctls[j].name,
				  lo->conf[lo_sysctls[j].conf]);
			check_cure(c, "%s dev set %s hidden on", c->arpctl,
				   dev_word(lo->name, dev));
		}
	}
}

/* The limits are shared by all namespaces; only the initial one can set them. */
void find_neighbours(struct check *c)
{
	uint32_t n = c->host.entries - c->host.kept, thresh2 = 1;
	enum severity severity = SEVERITY_WARNING;
	uint32_t limit = c->host.gc_thresh2;
	const char *name = "gc_thresh2", *then = "entries are evicted early";

	if (c->host.entries < c->host.kept || !c->host.gc_thresh3)
		return;
	if (n >= c->host.gc_thresh3 - c->host.gc_thresh3 / 10) {
		severity = SEVERITY_ERROR;
		limit = c->host.gc_thresh3;
		name = "gc_thresh3";
		then = "new entries are refused";
	} else if (n < limit - limit / 10) {
		return;
	}
	while (thresh2 < 2 * n && thresh2 < UINT32_MAX / 4)
		thresh2 *= 2;
	check_add(c, severity, NULL,
		  "the neighbour table has %u entries: at %u (%s), %s",
		  n, limit, name, then);
	check_cure(c, "sysctl -w net.ipv4.neigh.default.gc_thresh2=%u net.ipv4.neigh.default.gc_thresh3=%u",
		   thresh2, 2 * thresh2);
}

/* Chains of nftables' arp family do not see what a bridge forwards. */
void find_bridge_nf(struct check *c)
{
	const struct host_link *link;
	const struct chain *chain, *forward = NULL;
	uint32_t all = 0;
	char dev[SHELL_WORD];
	size_t i;

	for (i = 0; i < c->firewall.n; i++) {
		chain = &c->firewall.list[i];
		if (chain->legacy && chain->hook == NF_ARP_FORWARD)
			forward = chain;
	}
	if (!forward ||
	    !host_sysctl("net/bridge/bridge-nf-call-arptables", &all))
		return;
	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		if (strcmp(link->kind, "bridge") != 0 ||
		    !(all || link->call_arptables))
			continue;
		check_add(c, SEVERITY_NOTE, link->name,
			  "bridged ARP passes the arptables chain FORWARD, which may drop it, but not behind a VLAN tag");
		if (link->call_arptables)
			check_cure(c, "%sip link set dev %s type bridge nf_call_arptables 0",
				   c->within, shell_word(link->name, dev));
		else
			check_cure(c, "%ssysctl -w net.bridge.bridge-nf-call-arptables=0",
				   c->within);
	}
}

/* Whether nft reads it as a name only; nft has no quoting for names. */
static bool is_nft_name(const char *name)
{
	return isalpha((unsigned char)*name) &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")];
}

static void cure_chain(struct check *c, const struct chain *chain)
{
	char script[4 * CHAIN_NAME + 64], word[QUOTED(sizeof(script))];

	if (!chain->legacy &&
	    !(is_nft_name(chain->table) && is_nft_name(chain->name))) {
		check_cure(c, "%snft list ruleset arp", c->within);
		return;
	}
	if (!chain->legacy)
		snprintf(script, sizeof(script),
			 "flush chain arp %s %s; delete chain arp %s %s",
			 chain->table, chain->name, chain->table, chain->name);
	else
		snprintf(script, sizeof(script), "%s", chain->table);
	shell_quote(script, word);
	if (!chain->legacy)
		check_cure(c, "%snft %s", c->within, word);
	else if (chain->rules)
		check_cure(c, "%sarptables-legacy -t %s -F %s", c->within, word,
			   chain->name);
	else
		check_cure(c, "%sarptables-legacy -t %s -P %s ACCEPT",
			   c->within, word, chain->name);
}

void find_firewall(struct check *c)
{
	const struct chain *chain = c->firewall.list;
	const struct chain *end = chain + c->firewall.n;

	for (; chain < end; chain++) {
		/* Only bridges use it; see find_bridge_nf(). */
		if (chain->hook == NF_ARP_FORWARD)
			continue;
		check_add(c, SEVERITY_NOTE, NULL,
			  "%s chain %s in table %s may drop %s",
			  chain->legacy ? "arptables" : "nftables",
			  chain->name, chain->table,
			  chain->hook == NF_ARP_OUT ?
			  "sent packets after arp_policy has seen them" :
			  "received packets before arp_policy sees them");
		cure_chain(c, chain);
	}
}
