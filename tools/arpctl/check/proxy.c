// SPDX-License-Identifier: GPL-2.0-only
/* check: proxy ARP that does not answer, or answers too much. */

#include <linux/arp_policy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/selector.h"
#include "check/ask.h"

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

/* The selectors of routed proxy rules, each once. */
struct routed {
	const char **list;
	size_t n;
};

static int by_pointer(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;

	return (x > y) - (x < y);
}

static bool find_routed(const struct check *c, struct routed *routed)
{
	const struct entry *e = c->policy.entries;
	const struct entry *end = e + c->policy.n_entries;
	size_t i, n = 0;

	routed->list = calloc(c->policy.n_entries + 1, sizeof(*routed->list));
	if (!routed->list)
		return false;
	/* Rules for targets come first. Equal selectors have equal pointers. */
	for (; e < end && e->table == ARP_POLICY_TABLE_TARGET; e++)
		if (e->action == ARP_POLICY_ACTION_PROXY && e->routed)
			routed->list[routed->n++] = e->selector;
	LIST_SORT(routed->list, routed->n, by_pointer);
	for (i = 0; i < routed->n; i++)
		if (!n || routed->list[n - 1] != routed->list[i])
			routed->list[n++] = routed->list[i];
	routed->n = n;
	return true;
}

static bool has_routed_rule(const struct routed *routed,
			    const struct host_link *link)
{
	size_t i;

	for (i = 0; i < routed->n; i++)
		if (selector_matches(routed->list[i], link->name))
			return true;
	return false;
}

void find_proxy_forwarding(struct check *c)
{
	struct routed routed = { 0 };
	const struct host_link *link;
	const char *by;
	size_t i;

	c->failed |= !find_routed(c, &routed);
	for (i = 0; i < c->host.n_links && !c->failed; i++) {
		link = &c->host.links[i];
		if (!host_does_arp(link) ||
		    link->conf[IPV4_DEVCONF_FORWARDING])
			continue;
		by = proxied_by(c, link);
		if (!by && has_routed_rule(&routed, link))
			by = "a routed proxy rule";
		if (!by)
			continue;
		check_add(c, SEVERITY_ERROR, link->name,
			  "%s has no effect: forwarding is off",
			  by);
		/* The host need not become a router on its other devices. */
		check_cure_conf(c, link->name, "forwarding", 1, NULL, 0);
	}
	free(routed.list);
}

static bool is_pvlan(const struct check *c, const struct host_link *link)
{
	uint32_t value;

	if (effective_field(check_device(c, link->ifindex),
			    ARP_POLICY_FIELD_PROXY, &value))
		return value & ARP_POLICY_PROXY_PVLAN;
	return host_conf(&c->host, link, IPV4_DEVCONF_PROXY_ARP_PVLAN);
}

/*
 * Would the device answer one neighbour's request for another? It would if the route to
 * their subnet leaves by another device.
 */
static bool answers_onlink(struct check *c, const struct host_link *link,
			   struct prefix subnet)
{
	struct prefix none = { 0 };
	struct answer answer;
	struct asker one, other;

	return check_asker(c, link, subnet, 0, none, &one) &&
	       check_asker(c, link, subnet, one.address, none, &other) &&
	       one.address != other.address &&
	       check_ask(c, link, one.address, &other, &answer) &&
	       answer.answered && !answer.by_rule;
}

static void cure_proxy(struct check *c, const struct host_link *link)
{
	const struct effective *d = check_device(c, link->ifindex);
	char dev[SHELL_WORD];
	uint32_t value;

	if (effective_field(d, ARP_POLICY_FIELD_PROXY, &value) ||
	    c->host.all[IPV4_DEVCONF_PROXY_ARP])
		check_cure(c, "%s dev set %s proxy off", c->arpctl,
			   dev_word(link->name, dev));
	else
		check_cure_conf(c, link->name, "proxy_arp", 0, NULL, 0);
}

void find_proxy_rogue(struct check *c)
{
	const struct host_subnet *s, *end;
	const struct host_link *link;
	char covered[PREFIX_TEXT];
	const char *by;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		by = host_does_arp(link) ? proxied_by(c, link) : NULL;
		if (!by || is_pvlan(c, link))
			continue;
		s = c->host.subnets + link->subnets;
		for (end = s + link->n_subnets; s < end; s++) {
			if (!answers_onlink(c, link, s->prefix))
				continue;
			prefix_text(s->prefix, covered);
			check_add(c, SEVERITY_ERROR, link->name,
				  "answers on behalf of every neighbour in %s: %s, and the route to them leaves by another device",
				  covered, by);
			cure_proxy(c, link);
			break;
		}
	}
}

/* Addresses in a subnet of one device that are routed to another one. */
struct strays {
	struct check *c;
	const struct host_link *link;	/* where they are routed to */
	uint32_t address;
	const struct host_link *on;	/* whose subnet they are in; NULL: in none */
	struct asker asker;
	struct answer answer;
};

static bool find_stray(void *data, const struct host_subnet *subnet)
{
	struct strays *s = data;
	const struct host_link *on = host_link(&s->c->host, subnet->ifindex);
	struct prefix none = { 0 };

	if (!on || !host_does_arp(on) || on->vrf != s->link->vrf ||
	    on->segment == s->link->segment)
		return true;
	if (!check_asker(s->c, on, subnet->prefix, s->address, none, &s->asker) ||
	    !check_ask(s->c, on, s->address, &s->asker, &s->answer) ||
	    s->answer.answered)
		return true;
	if (s->answer.block != ARP_POLICY_BLOCK_FORWARDING &&
	    s->answer.block != ARP_POLICY_BLOCK_PROXY_ARP)
		return true;
	s->on = on;
	return false;
}

static void report_strays(struct check *c, const struct strays *s, size_t more)
{
	char address[ADDRESS_TEXT], dev[SHELL_WORD], others[32] = "";
	char forward[CONF_TEXT] = "";
	bool off = s->answer.block == ARP_POLICY_BLOCK_FORWARDING;

	address_text(s->address, address);
	if (more)
		snprintf(others, sizeof(others), " and %zu more", more);
	check_add(c, SEVERITY_WARNING, s->on->name,
		  "does not answer on behalf of %s%s: routed to %s, but in the subnet of this device, whose neighbours ask here",
		  address, others, s->link->name);
	dev_word(s->on->name, dev);
	if (off)
		check_conf_text(c, s->on->name, "forwarding", 1, forward);
	if (more)
		check_cure(c, "%s%s%s dev set %s proxy route", forward,
			   off ? " && " : "", c->arpctl, dev);
	else
		check_cure(c, "%s%s%s rule add proxy %s dev %s", forward,
			   off ? " && " : "", c->arpctl, address, dev);
}

/* Routes to single hosts, as to peers of WireGuard or to containers. */
void find_proxy_missing(struct check *c)
{
	const struct host_peer *p, *end;
	const struct host_link *link;
	struct strays first, s;
	size_t i, more;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		if (!(link->flags & IFF_UP))
			continue;
		memset(&first, 0, sizeof(first));
		more = 0;
		p = c->host.peers + link->peers;
		for (end = p + link->n_peers; p < end; p++) {
			s = (struct strays){
				.c = c, .link = link, .address = p->address,
			};
			if (!host_has(&c->host, p->address))
				host_each_net(&c->host, p->address, find_stray, &s);
			if (s.on && !first.on)
				first = s;
			else if (s.on == first.on && s.on)
				more++;
		}
		if (first.on)
			report_strays(c, &first, more);
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
