// SPDX-License-Identifier: GPL-2.0-only
/* check: policy without the effect that it seems to have. */

#include <linux/arp_policy.h>
#include <stdio.h>
#include <string.h>

#include "base/selector.h"
#include "check/finding.h"
#include "wire/fields.h"

static bool selects_any(const struct check *c, const char *selector)
{
	size_t i;

	switch (selector_kind(selector)) {
	case SELECTOR_NAME:
		return check_link(c, selector);
	case SELECTOR_GLOB:
		for (i = 0; i < c->host.n_links; i++)
			if (selector_matches(selector, c->host.links[i].name))
				return true;
		return false;
	default:
		return true;
	}
}

static void cure_entries(struct check *c, const char *object,
			 const char *selector)
{
	char word[SHELL_WORD];

	check_cure(c, "%s %s flush dev %s", c->arpctl, object,
		   selector_word(selector, word));
}

static void why_unmatched(const struct check *c, const char *selector,
			  char why[128])
{
	const char *dev = altnames_find(&c->altnames, selector);

	if (dev)
		snprintf(why, 128,
			 "it is an alternative name of %s, and selectors match only names",
			 dev);
	else
		snprintf(why, 128, "currently no device matches");
}

void find_unmatched(struct check *c)
{
	const struct policy_name *s = c->policy.names;
	const struct policy_name *end = s + c->policy.n_names;
	char word[SHELL_WORD], why[128];

	for (; s < end; s++) {
		if (selects_any(c, s->text))
			continue;
		why_unmatched(c, s->text, why);
		if (s->dev) {
			check_add(c, SEVERITY_NOTE, s->text,
				  "its fields have no effect: %s", why);
			check_cure(c, "%s dev unset %s", c->arpctl,
				   selector_word(s->text, word));
		}
		if (s->rules) {
			check_add(c, SEVERITY_NOTE, s->text,
				  "its rules (%u) have no effect: %s",
				  s->rules, why);
			cure_entries(c, "rule", s->text);
		}
		if (s->bindings) {
			check_add(c, SEVERITY_NOTE, s->text,
				  "its bindings (%u) have no effect: %s",
				  s->bindings, why);
			cure_entries(c, "bind", s->text);
		}
	}
}

/* Why a device receives no ARP; NULL if it does. */
static const char *why_no_arp(const struct host *host,
			      const struct host_link *link, char buf[64])
{
	const struct host_link *master = host_link(host, link->master);

	if (link->flags & IFF_LOOPBACK)
		return "a loopback device receives no ARP";
	if (link->flags & IFF_NOARP)
		return "ARP is disabled on the device (NOARP)";
	if (!link->ipv4)
		return "IPv4 is not enabled on the device";
	if (!link->port)
		return NULL;
	if (master && !strcmp(master->kind, "openvswitch"))
		return "Open vSwitch takes what arrives there before arp_policy sees it";
	snprintf(buf, 64, "packets received on this port go to %s",
		 master ? master->name : "its master");
	return buf;
}

/* Is it a port that answers requests, with or without trust off? */
static bool is_suppressing(const struct check *c, const struct host_link *link)
{
	return check_field_or(c, link, ARP_POLICY_FIELD_SUPPRESS, 0) &&
	       !check_field_or(c, link, ARP_POLICY_FIELD_TRUST, 0);
}

/* Does a field have an effect on a device that receives no ARP itself? */
static bool has_effect(const struct check *c, const struct host_link *link,
		       enum arp_policy_field field)
{
	uint32_t value;

	switch (field) {
	case ARP_POLICY_FIELD_HIDDEN:
		/* It has: on what other devices receive. */
		return true;
	case ARP_POLICY_FIELD_TRUST:
	case ARP_POLICY_FIELD_SUPPRESS:
		/* The effective policy has these only on a bridge port. */
		return effective_field(check_device(c, link->ifindex), field,
				       &value);
	case ARP_POLICY_FIELD_MODE:
		return check_is_untrusted(c, link) || is_suppressing(c, link);
	case ARP_POLICY_FIELD_IGNORE:
	case ARP_POLICY_FIELD_ANNOUNCE:
	case ARP_POLICY_FIELD_FILTER:
	case ARP_POLICY_FIELD_PROXY:
	case ARP_POLICY_FIELD_PROXY_DELAY:
	case ARP_POLICY_FIELD_LEARN:
	case ARP_POLICY_FIELD_NOTIFY:
		return false;
	default:
		return check_is_untrusted(c, link);
	}
}

/* The fields set on the device's name that have no effect there. */
static void idle_fields(const struct check *c, const struct policy_name *own,
			const struct host_link *link, const char *separator,
			char *buf, size_t size)
{
	const struct policy_dev *dev;
	const struct field *f;
	size_t len = 0;

	buf[0] = '\0';
	if (!own->dev)
		return;
	dev = &c->policy.devs[own->dev - 1];
	for (f = fields; f->name; f++) {
		if (!field_is_set(&dev->values, f) ||
		    has_effect(c, link, f->attr) || len >= size)
			continue;
		len += (size_t)snprintf(buf + len, size - len, "%s%s",
					len ? separator : "", f->name);
	}
}

/* Globs, default and all also apply to other devices. */
void find_no_arp(struct check *c)
{
	const struct policy_name *own;
	const struct host_link *link;
	char names[256], buf[64], dev[SHELL_WORD], selector[DEV_SELECTOR];
	const char *why;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		why = why_no_arp(&c->host, link, buf);
		dev_selector(link->name, selector);
		own = policy_name(&c->policy, selector);
		if (!why || !own)
			continue;
		idle_fields(c, own, link, ", ", names, sizeof(names));
		if (*names) {
			check_add(c, SEVERITY_NOTE, link->name,
				  "%s: no effect, because %s", names, why);
			idle_fields(c, own, link, " ", names, sizeof(names));
			check_cure(c, "%s dev unset %s %s", c->arpctl,
				   dev_word(link->name, dev), names);
		}
		if (check_is_untrusted(c, link))
			continue;
		if (own->rules) {
			check_add(c, SEVERITY_NOTE, link->name,
				  "rules (%u): no effect, because %s",
				  own->rules, why);
			cure_entries(c, "rule", selector);
		}
		/* suppress does not answer on a port for what is bound to that port. */
		if (own->bindings && !is_suppressing(c, link)) {
			check_add(c, SEVERITY_NOTE, link->name,
				  "bindings (%u): no effect, because %s",
				  own->bindings, why);
			cure_entries(c, "bind", selector);
		}
	}
}

void find_binding(struct check *c)
{
	char address[ADDRESS_TEXT], bound[LLADDR_TEXT], known[LLADDR_TEXT];
	const struct entry *binding;
	const struct host_neighbour *n;
	const struct host_link *link;
	char dev[SHELL_WORD];
	uint32_t inspect;
	size_t i;

	for (i = 0; i < c->host.n_neighbours; i++) {
		n = &c->host.neighbours[i];
		link = host_link(&c->host, n->ifindex);
		if (!link || n->lladdr_len != LLADDR_LEN)
			continue;
		binding = policy_match(&c->policy, ARP_POLICY_TABLE_BINDING, link->name,
				       (struct prefix){ n->address, 32 });
		if (!binding || binding->any ||
		    !memcmp(binding->lladdr, n->lladdr, LLADDR_LEN))
			continue;
		inspect = check_field_or(c, link, ARP_POLICY_FIELD_INSPECT,
					 ARP_POLICY_INSPECT_OFF);
		address_text(n->address, address);
		lladdr_text(binding->lladdr, LLADDR_LEN, bound);
		lladdr_text(n->lladdr, LLADDR_LEN, known);
		check_add(c, inspect ? SEVERITY_WARNING : SEVERITY_NOTE,
			  link->name, "%s is bound to %s, but the neighbour table has %s",
			  address, bound, known);
		check_cure(c, "%sip neigh del %s dev %s", c->within, address,
			   shell_word(link->name, dev));
	}
}
