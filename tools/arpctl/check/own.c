// SPDX-License-Identifier: GPL-2.0-only
/* check: own addresses that are answered on the wrong devices, or not at all. */

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "check/finding.h"

/* Does a device answer for an address of another device? */
enum answers {
	ANSWERS_NOT,
	ANSWERS_AUDITED,	/* it does, as its mode is audit */
	ANSWERS,
};

static struct prefix subnet_of(const struct host_address *a)
{
	return prefix_masked((struct prefix){ a->address, a->length });
}

static bool same_prefix(struct prefix a, struct prefix b)
{
	return a.address == b.address && a.length == b.length;
}

/* Whether each address is on-link for the other. */
static bool same_subnet(const struct host_address *a,
			const struct host_address *b)
{
	uint8_t longer = a->length > b->length ? a->length : b->length;
	struct prefix x = { a->address, longer }, y = { b->address, longer };

	return longer < 32 && same_prefix(prefix_masked(x), prefix_masked(y));
}

/* Loopback or link-local: not shared with other hosts on the segment. */
static bool is_private(uint32_t address)
{
	return ntohl(address) >> 24 == IN_LOOPBACKNET ||
	       ntohl(address) >> 16 == 0xa9fe;
}

/* Whether ignore lets a device answer for an address that it does not have. */
static bool level_answers(uint32_t level, uint8_t scope)
{
	switch (level) {
	case ARP_POLICY_IGNORE_DEVICE:
	case ARP_POLICY_IGNORE_SUBNET:
	case IGNORE_NEVER:
		return false;
	case ARP_POLICY_IGNORE_GLOBAL:
		return scope <= RT_SCOPE_LINK;
	default:
		return true;
	}
}

/* What policy decides. Return: false if it leaves that to the sysctls. */
static bool policy_answers(const struct check *c, const struct host_link *link,
			   const struct host_address *address, bool *yes)
{
	const struct effective *d = check_device(c, link->ifindex);
	const struct effective *home;
	const struct entry *rule;
	uint32_t value;

	rule = policy_match(&c->policy, ARP_POLICY_TABLE_TARGET, link->name,
			    (struct prefix){ address->address, 32 });
	home = check_device(c, address->ifindex);
	*yes = false;
	/* An answer by a rule is intended. */
	if (rule && rule->action != ARP_POLICY_ACTION_PASS)
		return true;
	if (effective_field(home, ARP_POLICY_FIELD_HIDDEN, &value) && value)
		return true;
	if (!effective_field(d, ARP_POLICY_FIELD_IGNORE, &value))
		return false;
	*yes = level_answers(value, address->scope);
	return true;
}

static bool audited(const struct effective *device)
{
	uint32_t mode;

	return effective_field(device, ARP_POLICY_FIELD_MODE, &mode) &&
	       mode == ARP_POLICY_MODE_AUDIT;
}

/* Decided by ignore, hidden and the rules, or else by the sysctls. */
static enum answers answers(const struct check *c, const struct host_link *link,
			    const struct host_address *address)
{
	bool managed, yes, sysctl;

	if (host_lives_on(&c->host, link, address->address))
		return ANSWERS_NOT;
	sysctl = level_answers(host_conf(&c->host, link, IPV4_DEVCONF_ARP_IGNORE),
			       address->scope);
	managed = policy_answers(c, link, address, &yes);
	if (!managed)
		return sysctl ? ANSWERS : ANSWERS_NOT;
	if (!audited(check_device(c, link->ifindex)))
		return yes ? ANSWERS : ANSWERS_NOT;
	if (!sysctl)
		return ANSWERS_NOT;
	return yes ? ANSWERS : ANSWERS_AUDITED;
}

/* Policy is only audited there: enforce it. */
static void cure_audit(struct check *c, const struct host_link *link)
{
	const struct effective *d = check_device(c, link->ifindex);
	char dev[SHELL_WORD];

	/* A device cannot opt out of what is set for all. */
	if (d && !strcmp(d->origin[ARP_POLICY_FIELD_MODE], "all"))
		check_cure(c, "%s dev unset all mode", c->arpctl);
	else
		check_cure(c, "%s dev set %s mode enforce", c->arpctl,
			   dev_word(link->name, dev));
}

/* The same address on two devices, both with a subnet. */
void find_duplicate(struct check *c)
{
	const struct host_address *end = c->host.addresses + c->host.n_addresses;
	const struct host_link *one, *other, *swap;
	const struct host_address *a, *b, *gone;
	char address[ADDRESS_TEXT], dev[SHELL_WORD];

	for (a = c->host.addresses; a < end; a++) {
		for (b = a + 1; b < end && b->address == a->address; b++) {
			/* A /32 is borrowed, as by unnumbered devices. */
			if (a->length == 32 || b->length == 32)
				continue;
			one = host_link(&c->host, a->ifindex);
			other = host_link(&c->host, b->ifindex);
			if (!one || !other || one == other ||
			    one->vrf != other->vrf ||
			    !(one->flags & other->flags & IFF_UP))
				continue;
			gone = b;
			/* A port's address is useless; its master's is not. */
			if (one->port && !other->port) {
				gone = a;
				swap = one;
				one = other;
				other = swap;
			}
			address_text(gone->address, address);
			check_add(c, SEVERITY_ERROR, other->name,
				  "%s is also configured on %s: which device answers and sends ARP for it is unpredictable",
				  address, one->name);
			check_cure(c, "%sip addr del %s/%u dev %s", c->within,
				   address, gone->length,
				   shell_word(other->name, dev));
		}
	}
}

static bool same_lladdr(const struct host_link *a, const struct host_link *b)
{
	return a->lladdr_len == b->lladdr_len &&
	       !memcmp(a->lladdr, b->lladdr, a->lladdr_len);
}

/* Devices that should not answer for each other's addresses. */
static bool are_rivals(const struct host_link *a, const struct host_link *b)
{
	return a != b && host_does_arp(b) && a->vrf == b->vrf &&
	       a->peer != b->ifindex && !same_lladdr(a, b);
}

/* Whether the device answers only if the route back to the sender uses it. */
static bool filters(const struct check *c, const struct host_link *link)
{
	const struct effective *d = check_device(c, link->ifindex);
	uint32_t value;

	if (effective_field(d, ARP_POLICY_FIELD_FILTER, &value) && !audited(d))
		return value;
	return host_conf(&c->host, link, IPV4_DEVCONF_ARPFILTER);
}

/* An address of another device, in a subnet of this one, that it answers for. */
static const struct host_address *stolen(const struct check *c,
					 const struct host_link *link,
					 enum answers *how)
{
	const struct host_address *end = c->host.addresses + c->host.n_addresses;
	const struct host_address *own, *b;
	const struct host_link *home;

	for (own = c->host.addresses; own < end; own++) {
		if (own->ifindex != link->ifindex || own->length == 32)
			continue;
		for (b = c->host.addresses; b < end; b++) {
			if (b->ifindex == link->ifindex || !same_subnet(own, b))
				continue;
			home = host_link(&c->host, b->ifindex);
			if (!home || !are_rivals(link, home))
				continue;
			*how = answers(c, link, b);
			if (*how != ANSWERS_NOT)
				return b;
		}
	}
	return NULL;
}

void find_flux(struct check *c)
{
	const struct effective *d;
	const struct host_address *a;
	const struct host_link *link;
	char address[ADDRESS_TEXT], prefix[PREFIX_TEXT], dev[SHELL_WORD];
	enum answers how;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		if (!host_does_arp(link) || filters(c, link))
			continue;
		a = stolen(c, link, &how);
		if (!a)
			continue;
		address_text(a->address, address);
		prefix_text(subnet_of(a), prefix);
		check_add(c, SEVERITY_WARNING, link->name,
			  "also answers for %s of %s: both devices are in subnet %s", address,
			  host_link(&c->host, a->ifindex)->name, prefix);
		d = check_device(c, link->ifindex);
		if (how == ANSWERS_AUDITED)
			cure_audit(c, link);
		else
			check_cure(c, "%s dev set %s ignore device announce best%s",
				   c->arpctl, dev_word(link->name, dev),
				   audited(d) ? " mode enforce" : "");
	}
}

/* Devices that cannot answer for their own addresses. */
static bool keeps_addresses(const struct host_link *link)
{
	return link->flags & IFF_LOOPBACK ||
	       (link->flags & IFF_NOARP && !(link->flags & IFF_POINTOPOINT));
}

static bool has_subnet_of(const struct host *host, const struct host_link *link,
			  uint32_t address)
{
	const struct host_subnet *s;
	size_t i;

	for (i = 0; i < host->n_subnets; i++) {
		s = &host->subnets[i];
		if (s->ifindex == link->ifindex &&
		    same_prefix(s->prefix, prefix_masked((struct prefix){
					address, s->prefix.length })))
			return true;
	}
	return false;
}

/*
 * A device that answers for an address that may be a VIP of a load balancer: the
 * address is in a subnet of the device, or kube-proxy added it.
 */
static const struct host_link *leak(const struct check *c,
				    const struct host_link *home,
				    const struct host_address *a,
				    enum answers *how)
{
	bool anywhere = strstr(home->name, "ipvs");
	const struct host_link *link;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		if (!host_does_arp(link) || link->vrf != home->vrf)
			continue;
		if (!anywhere && !has_subnet_of(&c->host, link, a->address))
			continue;
		*how = answers(c, link, a);
		if (*how != ANSWERS_NOT)
			return link;
	}
	return NULL;
}

/* The first leak of the device's addresses, and how many there are. */
static const struct host_link *first_leak(const struct check *c,
					  const struct host_link *home,
					  const struct host_address **address,
					  enum answers *how, size_t *n)
{
	const struct host_link *link, *first = NULL;
	const struct host_address *a;
	enum answers this;
	size_t i;

	*n = 0;
	for (i = 0; i < c->host.n_addresses; i++) {
		a = &c->host.addresses[i];
		if (a->ifindex != home->ifindex || is_private(a->address))
			continue;
		link = leak(c, home, a, &this);
		if (link && !(*n)++) {
			first = link;
			*address = a;
			*how = this;
		}
	}
	return first;
}

void find_vip(struct check *c)
{
	const struct host_link *home, *link;
	char address[ADDRESS_TEXT], dev[SHELL_WORD], more[32];
	const struct host_address *a;
	enum answers how;
	size_t i, n;

	for (i = 0; i < c->host.n_links; i++) {
		home = &c->host.links[i];
		if (!keeps_addresses(home))
			continue;
		link = first_leak(c, home, &a, &how, &n);
		if (!link)
			continue;
		address_text(a->address, address);
		snprintf(more, sizeof(more), " and %zu more", n - 1);
		check_add(c, SEVERITY_WARNING, home->name,
			  "%s answers for %s%s; behind a load balancer, only the balancer should",
			  link->name, address, n > 1 ? more : "");
		if (how == ANSWERS_AUDITED)
			cure_audit(c, link);
		else
			check_cure(c, "%s dev set %s hidden on", c->arpctl,
				   dev_word(home->name, dev));
	}
}

/* An address of the link in a subnet of the other one. */
static const struct host_address *shared(const struct host *host,
					 const struct host_link *link,
					 const struct host_link *other)
{
	const struct host_address *end = host->addresses + host->n_addresses;
	const struct host_address *a, *b;

	for (a = host->addresses; a < end; a++) {
		if (a->ifindex != link->ifindex)
			continue;
		for (b = host->addresses; b < end; b++)
			if (b->ifindex == other->ifindex && same_subnet(a, b))
				return a;
	}
	return NULL;
}

/* With both ends here, the sender of one looks spoofed to the other. */
void find_veth_local(struct check *c)
{
	const struct host_link *link, *peer;
	char address[ADDRESS_TEXT];
	const struct host_address *a;
	bool local, strict;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		peer = link->peer ? host_link(&c->host, link->peer) : NULL;
		if (!peer || !host_does_arp(link) || !host_does_arp(peer) ||
		    peer->vrf != link->vrf)
			continue;
		a = shared(&c->host, peer, link);
		local = host_conf(&c->host, link, IPV4_DEVCONF_ACCEPT_LOCAL);
		strict = host_conf(&c->host, link, IPV4_DEVCONF_RP_FILTER) == 1;
		if (!a || (local && !strict))
			continue;
		address_text(a->address, address);
		check_add(c, SEVERITY_WARNING, link->name,
			  "does not answer its peer %s: the sender %s is a local address, and %s",
			  peer->name, address,
			  local ? "rp_filter=1" : "accept_local=0");
		check_cure_conf(c, link->name, "accept_local", 1,
				strict ? "rp_filter" : NULL, 2);
	}
}
