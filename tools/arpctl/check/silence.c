// SPDX-License-Identifier: GPL-2.0-only
/* check: addresses of this host for which neighbours get no answer. */

#include <linux/arp_policy.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "check/ask.h"
#include "host/route.h"
#include "wire/fields.h"

/* A rate limit for all ARP on a device is too low below this. */
#define LOW_RATE	5

/* How often another neighbour is tried if a rule drops what the first one sends. */
#define ASKERS	4

/* Addresses of one device that the same cause silences. */
struct silent {
	uint32_t address;	/* the first of them */
	size_t n;
	struct prefix subnet;
	struct asker asker;
	struct answer answer;
};

/* Types of devices that never do ARP. */
static bool never_does_arp(const struct host_link *link)
{
	static const char *const kinds[] = {
		"dummy", "ifb", "ipvlan", "ipvtap", "macvtap", "nlmon", "vrf",
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(link->kind, kinds[i]))
			return true;
	return link->type != ARPHRD_ETHER ||
	       link->flags & (IFF_LOOPBACK | IFF_POINTOPOINT);
}

/*
 * Both ends of a veth pair are here, without other neighbours: find_veth_local() checks
 * those.
 */
static bool is_alone(const struct host *host, const struct host_link *link)
{
	const struct host_link *peer = link->peer ? host_link(host, link->peer) : NULL;

	return peer && !peer->port;
}

static bool may_be_asked(const struct host *host, const struct host_link *link)
{
	return !is_alone(host, link) && link->ipv4 && !link->port && link->flags & IFF_UP &&
	       link->flags & IFF_RUNNING && !never_does_arp(link);
}

/* The subnet of another device on the segment that has an address of 32 bits. */
struct wider {
	const struct host *host;
	const struct host_link *link;
	struct prefix subnet;
};

static bool is_wider(void *data, const struct host_subnet *subnet)
{
	struct wider *w = data;
	const struct host_link *other = host_link(w->host, subnet->ifindex);

	if (!other || other->segment != w->link->segment ||
	    other->vrf != w->link->vrf)
		return true;
	w->subnet = subnet->prefix;
	return false;
}

/*
 * Finds the subnet whose neighbours ask for an address. Return: false if it is not known.
 */
static bool asked_from(const struct check *c, const struct host_link *link,
		       const struct host_address *a, struct prefix *subnet)
{
	struct wider wider = { &c->host, link, { 0 } };

	*subnet = prefix_masked((struct prefix){ a->address, a->length });
	if (a->length < 32)
		return true;
	if (link->n_peers) {
		subnet->address = c->host.peers[link->peers].address;
		return true;
	}
	host_each_net(&c->host, a->address, is_wider, &wider);
	*subnet = wider.subnet;
	return subnet->length;
}

/* A rule for a single address is intended. */
static bool is_intended(const struct answer *a)
{
	return a->by_rule && a->rule.prefix.length == 32;
}

/* Whether a rule drops some of the subnet's neighbours, but not all. */
static bool drops_some(const struct answer *a, struct prefix subnet)
{
	return a->by_rule && a->rule.table == ARP_POLICY_TABLE_SENDER &&
	       a->rule.prefix.length > subnet.length;
}

/* Return: false if the address is answered for, or if that is not known. */
static bool is_silent(struct check *c, const struct host_link *link,
		      struct silent *s)
{
	struct prefix after = { 0 };
	int i;

	for (i = 0; i < ASKERS; i++) {
		if (!check_asker(c, link, s->subnet, s->address, after,
				 &s->asker) ||
		    !check_ask(c, link, s->address, &s->asker, &s->answer) ||
		    s->answer.answered)
			return false;
		if (!drops_some(&s->answer, s->subnet))
			return !is_intended(&s->answer);
		after = s->answer.rule.prefix;
	}
	return false;
}

static bool same_cause(const struct answer *a, const struct answer *b)
{
	return a->reason == b->reason && a->block == b->block &&
	       a->by_rule == b->by_rule && a->field == b->field &&
	       (!a->by_rule ||
		(a->rule.table == b->rule.table &&
		 a->rule.prefix.address == b->rule.prefix.address &&
		 a->rule.prefix.length == b->rule.prefix.length &&
		 !strcmp(a->selector, b->selector)));
}

/* "sysctl all.arp_ignore=8" */
static const char *sysctl_text(const struct check *c, const struct host_link *link,
			       const char *name, unsigned int conf,
			       char buf[64])
{
	snprintf(buf, 64, "sysctl %s.%s=%u",
		 check_all_decides(c, link, conf) ? "all" : link->name, name,
		 host_conf(&c->host, link, conf));
	return buf;
}

/* The device that the route back to a neighbour leaves by. */
static const char *way_back(const struct check *c, const struct host_link *link,
			    uint32_t from, uint32_t to)
{
	const struct host_link *other = NULL;
	struct route route;

	if (!route_out(from, to, link->vrf, &route))
		other = host_link(&c->host, route.ifindex);
	return other ? other->name : "no device";
}

/* What is received in a VRF is looked up in the tables of the host itself. */
static void why_foreign(const struct check *c, const struct host_link *link,
			char *buf, size_t size)
{
	const struct host_link *vrf = host_link(&c->host, link->vrf);

	snprintf(buf, size, "what is received in VRF %s is not looked up in its table: there is no rule l3mdev",
		 vrf ? vrf->name : "");
}

static bool is_foreign(const struct host_link *link, uint32_t block)
{
	return link->vrf && (block == ARP_POLICY_BLOCK_FORWARDING ||
			     block == ARP_POLICY_BLOCK_PROXY_ARP ||
			     block == ARP_POLICY_BLOCK_NO_ROUTE);
}

static void why_blocked(const struct check *c, const struct host_link *link,
			const struct silent *s, char *buf, size_t size)
{
	char sysctl[64], asker[ADDRESS_TEXT];

	address_text(s->asker.address, asker);
	if (is_foreign(link, s->answer.block)) {
		why_foreign(c, link, buf, size);
		return;
	}
	switch (s->answer.block) {
	case ARP_POLICY_BLOCK_NOARP:
		snprintf(buf, size, "ARP is disabled on the device (NOARP)");
		break;
	case ARP_POLICY_BLOCK_ARP_IGNORE:
		sysctl_text(c, link, "arp_ignore", IPV4_DEVCONF_ARP_IGNORE,
			    sysctl);
		snprintf(buf, size, "%s%s", sysctl,
			 host_conf(&c->host, link, IPV4_DEVCONF_ARP_IGNORE) == 2 ?
			 ", and the asker is not in the address's own subnet" : "");
		break;
	case ARP_POLICY_BLOCK_ARP_FILTER:
		snprintf(buf, size, "%s, and the route back to %s leaves by %s",
			 sysctl_text(c, link, "arp_filter",
				     IPV4_DEVCONF_ARPFILTER, sysctl),
			 asker, way_back(c, link, s->address, s->asker.address));
		break;
	case ARP_POLICY_BLOCK_RP_FILTER:
		snprintf(buf, size, "%s, and the route back to %s leaves by %s",
			 sysctl_text(c, link, "rp_filter",
				     IPV4_DEVCONF_RP_FILTER, sysctl),
			 asker, way_back(c, link, 0, s->asker.address));
		break;
	case ARP_POLICY_BLOCK_FORWARDING:
	case ARP_POLICY_BLOCK_PROXY_ARP:
		snprintf(buf, size, "what arrives there is not routed to this host's own address");
		break;
	case ARP_POLICY_BLOCK_NO_ROUTE:
		snprintf(buf, size, "the kernel finds no route for what %s sends there",
			 asker);
		break;
	default:
		snprintf(buf, size, "the kernel does not accept what %s sends there",
			 asker);
	}
}

static void rule_text(const struct answer *a, char *buf, size_t size)
{
	char prefix[PREFIX_TEXT];

	prefix_text(a->rule.prefix, prefix);
	snprintf(buf, size, "%s %s%s dev %s", action_name(a->rule.action), prefix,
		 a->rule.table == ARP_POLICY_TABLE_SENDER ? " from" : "",
		 a->selector);
}

static void why_silent(const struct check *c, const struct host_link *link,
		       const struct silent *s, char *buf, size_t size)
{
	const struct field *f = field_by_attr(s->answer.field);
	char rule[160], asker[ADDRESS_TEXT];

	if (s->answer.by_rule) {
		rule_text(&s->answer, rule, sizeof(rule));
		snprintf(buf, size, "the rule \"%s\" covers %s", rule,
			 s->answer.rule.table == ARP_POLICY_TABLE_SENDER ?
			 "the whole subnet" : "it");
	} else if (s->answer.reason == ARP_POLICY_REASON_UNBOUND) {
		address_text(s->asker.address, asker);
		snprintf(buf, size, "inspect strict, and no binding for any neighbour such as %s",
			 asker);
	} else if (f && s->answer.block == 0) {
		snprintf(buf, size, "%s of %s", f->name, s->answer.selector);
	} else {
		why_blocked(c, link, s, buf, size);
	}
}

/* The rule is kept; what it must not cover becomes an exception. */
static void cure_rule(struct check *c, const struct host_link *link,
		      const struct silent *s)
{
	char prefix[PREFIX_TEXT], dev[SHELL_WORD];
	bool sender = s->answer.rule.table == ARP_POLICY_TABLE_SENDER;

	if (sender || s->n > 1)
		prefix_text(s->subnet, prefix);
	else
		address_text(s->address, prefix);
	check_cure(c, "%s rule replace pass %s%s dev %s", c->arpctl, prefix,
		   sender ? " from" : "", dev_word(link->name, dev));
}

/* Whether another device has a subnet with the address: it would answer as well. */
struct rivals {
	const struct host *host;
	const struct host_link *link;
	bool found;
};

static bool is_rival(void *data, const struct host_subnet *subnet)
{
	struct rivals *r = data;
	const struct host_link *other = host_link(r->host, subnet->ifindex);

	r->found = other && other != r->link && host_does_arp(other) &&
		   other->vrf == r->link->vrf;
	return !r->found;
}

static void cure_filter(struct check *c, const struct host_link *link,
			const struct silent *s)
{
	struct rivals rivals = { &c->host, link, false };
	char dev[SHELL_WORD];

	host_each_net(&c->host, s->address, is_rival, &rivals);
	/* These fields prevent what the filter was meant to prevent. */
	if (rivals.found)
		check_cure(c, "%s dev set %s filter off ignore device announce best",
			   c->arpctl, dev_word(link->name, dev));
	else if (check_all_decides(c, link, IPV4_DEVCONF_ARPFILTER))
		check_cure(c, "%s dev set %s filter off", c->arpctl,
			   dev_word(link->name, dev));
	else
		check_cure_conf(c, link->name, "arp_filter", 0, NULL, 0);
}

static void cure_block(struct check *c, const struct host_link *link,
		       const struct silent *s)
{
	char dev[SHELL_WORD], asker[ADDRESS_TEXT], address[ADDRESS_TEXT];

	if (is_foreign(link, s->answer.block)) {
		check_cure(c, "%sip rule add pref 1000 l3mdev", c->within);
		return;
	}
	switch (s->answer.block) {
	case ARP_POLICY_BLOCK_NOARP:
		check_cure(c, "%sip link set dev %s arp on", c->within,
			   shell_word(link->name, dev));
		break;
	case ARP_POLICY_BLOCK_ARP_IGNORE:
		if (check_all_decides(c, link, IPV4_DEVCONF_ARP_IGNORE))
			check_cure(c, "%s dev set %s ignore device", c->arpctl,
				   dev_word(link->name, dev));
		else
			check_cure_conf(c, link->name, "arp_ignore", 1, NULL, 0);
		break;
	case ARP_POLICY_BLOCK_ARP_FILTER:
		cure_filter(c, link, s);
		break;
	case ARP_POLICY_BLOCK_RP_FILTER:
		/*
		 * The kernel uses the greater value of the device and of all; 2 is loose.
		 */
		check_cure_conf(c, link->name, "rp_filter", 2, NULL, 0);
		break;
	default:
		address_text(s->asker.address, asker);
		address_text(s->address, address);
		check_cure(c, "%sip route get %s from %s iif %s", c->within,
			   address, asker, shell_word(link->name, dev));
	}
}

static void cure_silence(struct check *c, const struct host_link *link,
			 const struct silent *s)
{
	if (s->answer.by_rule)
		cure_rule(c, link, s);
	else if (s->answer.reason == ARP_POLICY_REASON_UNBOUND)
		check_cure_field(c, link, ARP_POLICY_FIELD_INSPECT, "enforce");
	else if (!s->answer.block && s->answer.field == ARP_POLICY_FIELD_IGNORE)
		check_cure_field(c, link, ARP_POLICY_FIELD_IGNORE, "device");
	else if (!s->answer.block && s->answer.field == ARP_POLICY_FIELD_FILTER)
		cure_filter(c, link, s);
	else
		cure_block(c, link, s);
}

static void report_silence(struct check *c, const struct host_link *link,
			   const struct silent *s)
{
	char address[ADDRESS_TEXT], more[32], why[384];

	/* find_strict() reports it once for the device. */
	if (s->answer.reason == ARP_POLICY_REASON_UNBOUND &&
	    !check_is_bound(c, link))
		return;
	address_text(s->address, address);
	snprintf(more, sizeof(more), " and %zu more", s->n - 1);
	why_silent(c, link, s, why, sizeof(why));
	check_add(c, SEVERITY_ERROR, link->name, "does not answer for %s%s: %s",
		  address, s->n > 1 ? more : "", why);
	cure_silence(c, link, s);
}

/* What the answer depends on: of addresses that agree in all of this, one is checked. */
struct question {
	struct prefix subnet;
	uint8_t scope;
	const struct entry *rule;
};

static bool same_question(const struct question *a, const struct question *b)
{
	return a->subnet.address == b->subnet.address &&
	       a->subnet.length == b->subnet.length && a->scope == b->scope &&
	       a->rule == b->rule;
}

/*
 * Counts the address with others of the same cause, or adds it. Return: false without
 * memory.
 */
static bool add_silent(struct silent **list, size_t *n, const struct silent *s,
		       struct silent **added)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (same_cause(&(*list)[i].answer, &s->answer)) {
			(*list)[i].n++;
			*added = &(*list)[i];
			return true;
		}
	*added = LIST_ADD(*list, *n);
	if (*added)
		**added = *s;
	return *added;
}

static void silence_of(struct check *c, const struct host_link *link)
{
	const struct host_address *a = c->host.own + link->own;
	const struct host_address *end = a + link->n_own;
	struct question last = { 0 }, question;
	struct silent *list = NULL, *cause = NULL, s;
	size_t n = 0;

	for (; a < end && !c->failed; a++) {
		if (a->scope == RT_SCOPE_HOST ||
		    !asked_from(c, link, a, &question.subnet))
			continue;
		question.scope = a->scope;
		question.rule = policy_match(&c->policy, ARP_POLICY_TABLE_TARGET,
					     link->name,
					     (struct prefix){ a->address, 32 });
		if (same_question(&question, &last)) {
			if (cause)
				cause->n++;
			continue;
		}
		last = question;
		cause = NULL;
		memset(&s, 0, sizeof(s));
		s.address = a->address;
		s.n = 1;
		s.subnet = question.subnet;
		if (is_silent(c, link, &s))
			c->failed |= !add_silent(&list, &n, &s, &cause);
	}
	for (; n; n--)
		report_silence(c, link, &list[n - 1]);
	free(list);
}

void find_silence(struct check *c)
{
	size_t i;

	for (i = 0; i < c->host.n_links; i++)
		if (may_be_asked(&c->host, &c->host.links[i]))
			silence_of(c, &c->host.links[i]);
}

/* Is policy applied to what the device receives, by itself or as an untrusted port? */
static bool is_judged(const struct check *c, const struct host_link *link)
{
	return link->port ? check_is_untrusted(c, link) : host_does_arp(link);
}

/* Without any binding, strict drops every packet that has a sender. */
void find_strict(struct check *c)
{
	const struct host_link *link;
	const struct effective *d;
	uint32_t inspect;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		d = check_device(c, link->ifindex);
		if (!effective_field(d, ARP_POLICY_FIELD_INSPECT, &inspect) ||
		    inspect != ARP_POLICY_INSPECT_STRICT || check_is_audited(c, link) ||
		    !is_judged(c, link) || check_is_bound(c, link))
			continue;
		check_add(c, SEVERITY_ERROR, link->name,
			  "drops every sender: inspect strict of %s, and no binding applies here",
			  d->origin[ARP_POLICY_FIELD_INSPECT]);
		check_cure_field(c, link, ARP_POLICY_FIELD_INSPECT, "enforce");
	}
}

void find_rate(struct check *c)
{
	const struct host_link *link;
	const struct effective *d;
	uint32_t rate;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		d = check_device(c, link->ifindex);
		if (!effective_field(d, ARP_POLICY_FIELD_RATE, &rate) || !rate ||
		    rate >= LOW_RATE || check_is_audited(c, link) ||
		    !is_judged(c, link))
			continue;
		check_add(c, SEVERITY_WARNING, link->name,
			  "takes %u ARP packet%s a second from all senders together: rate of %s",
			  rate, rate == 1 ? "" : "s",
			  d->origin[ARP_POLICY_FIELD_RATE]);
		check_cure_field(c, link, ARP_POLICY_FIELD_RATE, "100");
	}
}

/* The kernel receives on the master what neighbours send to a port. */
void find_port_address(struct check *c)
{
	const struct host_link *link, *master;
	const struct host_address *a;
	char address[ADDRESS_TEXT], dev[SHELL_WORD], to[SHELL_WORD];
	size_t i, j;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		master = host_link(&c->host, link->master);
		if (!link->port || !master || !(link->flags & IFF_UP))
			continue;
		for (j = 0; j < link->n_own; j++) {
			a = &c->host.own[link->own + j];
			/* find_duplicate() reports those. */
			if (host_addr_on_dev(&c->host, master, a->address))
				continue;
			address_text(a->address, address);
			check_add(c, SEVERITY_WARNING, link->name,
				  "%s is on a port of %s, which receives what is sent to it, and answers for it only if its own settings allow that",
				  address, master->name);
			shell_word(link->name, dev);
			if (strcmp(master->kind, "bridge") != 0 &&
			    strcmp(master->kind, "bond") != 0)
				check_cure(c, "%sip addr del %s/%u dev %s",
					   c->within, address, a->length, dev);
			else
				check_cure(c, "%sip addr del %s/%u dev %s && %sip addr add %s/%u dev %s",
					   c->within, address, a->length, dev,
					   c->within, address, a->length,
					   shell_word(master->name, to));
		}
	}
}
