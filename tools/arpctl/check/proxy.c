// SPDX-License-Identifier: GPL-2.0-only
/* check: proxy ARP that does not answer, or answers too much. */

#include <linux/arp_policy.h>

#include "base/selector.h"
#include "check/finding.h"

/* The field or sysctl that makes the device a proxy; NULL if it is none. */
static const char *proxied_by(const struct check *c,
			      const struct host_link *link)
{
	const struct effective *d = check_device(c, link->ifindex);
	uint32_t value;

	if (effective_field(d, ARP_POLICY_FIELD_PROXY, &value))
		return value ? "proxy" : NULL;
	if (host_conf(&c->host, link, IPV4_DEVCONF_PROXY_ARP))
		return "proxy_arp";
	if (host_conf(&c->host, link, IPV4_DEVCONF_PROXY_ARP_PVLAN))
		return "proxy_arp_pvlan";
	return NULL;
}

static bool has_routed_rule(const struct check *c, const struct host_link *link)
{
	const struct entry *e = c->policy.entries;
	const struct entry *end = e + c->policy.n_entries;

	/* Rules for targets come first. */
	for (; e < end && e->table == ARP_POLICY_TABLE_TARGET; e++)
		if (e->action == ARP_POLICY_ACTION_PROXY && e->routed &&
		    selector_matches(e->selector, link->name))
			return true;
	return false;
}

void find_proxy_forwarding(struct check *c)
{
	const struct host_link *link;
	const char *by;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		if (!host_does_arp(link) ||
		    link->conf[IPV4_DEVCONF_FORWARDING])
			continue;
		by = proxied_by(c, link);
		if (!by && has_routed_rule(c, link))
			by = "a routed proxy rule";
		if (!by)
			continue;
		check_add(c, SEVERITY_ERROR, link->name,
			  "%s has no effect: forwarding is off",
			  by);
		/* Setting all sets each device, but only if the value changes. */
		if (c->host.all[IPV4_DEVCONF_FORWARDING])
			check_cure_conf(c, link->name, "forwarding", 1, NULL, 0);
		else
			check_cure(c, "%ssysctl -w net.ipv4.ip_forward=1",
				   c->within);
	}
}

/* A rule for a part of a subnet is intended. */
void find_proxy_onlink(struct check *c)
{
	char prefix[PREFIX_TEXT], covered[PREFIX_TEXT], dev[SHELL_WORD];
	const struct entry *rule;
	const struct host_subnet *s;
	const struct host_link *link;
	size_t i;

	for (i = 0; i < c->host.n_subnets; i++) {
		s = &c->host.subnets[i];
		link = host_link(&c->host, s->ifindex);
		if (!link || !host_does_arp(link))
			continue;
		rule = policy_match(&c->policy, ARP_POLICY_TABLE_TARGET, link->name, s->prefix);
		if (!rule || rule->action != ARP_POLICY_ACTION_PROXY ||
		    rule->routed)
			continue;
		prefix_text(rule->prefix, prefix);
		prefix_text(s->prefix, covered);
		check_add(c, SEVERITY_WARNING, link->name,
			  "answers on behalf of every neighbour in %s: the rule \"proxy %s dev %s\" covers the whole subnet",
			  covered, prefix, rule->selector);
		/* More specific than the rule, or a replacement for it. */
		check_cure(c, "%s rule replace pass %s dev %s", c->arpctl,
			   covered, dev_word(link->name, dev));
	}
}
