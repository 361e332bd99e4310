// SPDX-License-Identifier: GPL-2.0-only
/* check: own addresses that are answered on the wrong devices, or not at all. */

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "check/ask.h"

/* The maximum number of addresses of other devices that are tried on a device. */
#define MOST_TRIED	64

/* Does a device answer for an address of another device? */
enum answers {
	ANSWERS_NOT,
	ANSWERS_AUDITED,	/* it does, because its mode is audit */
	ANSWERS,
};

static struct prefix subnet_of(const struct host_address *a)
{
	return prefix_masked((struct prefix){ a->address, a->length });
}

/* Whether each address is on-link for the other. */
static bool same_subnet(const struct host_address *a,
			const struct host_address *b)
{
	uint8_t longer = a->length > b->length ? a->length : b->length;
	struct prefix prefix = { a->address, longer };

	return longer < 32 && prefix_has(prefix_masked(prefix), b->address);
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
	const struct effective *addr_dev;
	const struct entry *rule;
	uint32_t value;

	rule = policy_match(&c->policy, ARP_POLICY_TABLE_TARGET, link->name,
			    (struct prefix){ address->address, 32 });
	addr_dev = check_device(c, address->ifindex);
	*yes = false;
	/* An answer by a rule is intended. */
	if (rule && rule->action != ARP_POLICY_ACTION_PASS)
		return true;
	if (effective_field(addr_dev, ARP_POLICY_FIELD_HIDDEN, &value) && value)
		return true;
	if (!effective_field(d, ARP_POLICY_FIELD_IGNORE, &value))
		return false;
	*yes = level_answers(value, address->scope);
	return true;
}

/* Decided by ignore, hidden and the rules, or else by the sysctls. */
static enum answers answers(const struct check *c, const struct host_link *link,
			    const struct host_address *address)
{
	bool managed, yes, sysctl;

	if (host_addr_on_dev(&c->host, link, address->address))
		return ANSWERS_NOT;
	sysctl = level_answers(host_conf(&c->host, link, IPV4_DEVCONF_ARP_IGNORE),
			       address->scope);
	managed = policy_answers(c, link, address, &yes);
	if (!managed)
		return sysctl ? ANSWERS : ANSWERS_NOT;
	if (!check_is_audited(c, link))
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

/* Another device, up and in the same VRF, has the address with a subnet as well. */
static bool are_twins(const struct check *c, const struct host_address *a,
		      const struct host_address *b)
{
	const struct host_link *one = host_link(&c->host, a->ifindex);
	const struct host_link *other = host_link(&c->host, b->ifindex);

	/* A /32 is borrowed, as by unnumbered devices. */
	return a->length < 32 && b->length < 32 && one && other &&
	       one != other && one->vrf == other->vrf &&
	       one->flags & other->flags & IFF_UP;
}

static void report_twins(struct check *c, const struct host_address *a,
			 const struct host_address *b)
{
	const struct host_link *one = host_link(&c->host, a->ifindex);
	const struct host_link *other = host_link(&c->host, b->ifindex), *swap;
	char address[ADDRESS_TEXT], dev[SHELL_WORD];
	const struct host_address *gone = b;

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
	check_cure(c, "%sip addr del %s/%u dev %s", c->within, address,
		   gone->length, shell_word(other->name, dev));
}

/* Each address is compared with the first of its twins only. */
void find_duplicate(struct check *c)
{
	const struct host_address *end = c->host.addresses + c->host.n_addresses;
	const struct host_address *first, *a, *b;

	for (first = c->host.addresses; first < end; first = b) {
		for (b = first; b < end && b->address == first->address; b++)
			for (a = first; a < b && b->length < 32; a++)
				if (are_twins(c, a, b)) {
					report_twins(c, a, b);
					break;
				}
	}
}

static bool same_lladdr(const struct host_link *a, const struct host_link *b)
{
	return a->lladdr_len == b->lladdr_len &&
	       !memcmp(a->lladdr, b->lladdr, a->lladdr_len);
}

/* A VLAN has the address of the card below it, but neighbours of its own. */
static bool is_vlan_of(const struct host_link *vlan, const struct host_link *card)
{
	return vlan->vlan && vlan->lower == card->ifindex;
}

/* Devices that should not answer for each other's addresses. */
static bool are_rivals(const struct host_link *a, const struct host_link *b)
{
	return a != b && host_does_arp(b) && a->vrf == b->vrf &&
	       a->peer != b->ifindex &&
	       (!same_lladdr(a, b) || is_vlan_of(b, a));
}

/*
 * A /32 of a VLAN device, which neighbours of the card below it take for one in their
 * subnet.
 */
static bool is_borrowed(const struct check *c, const struct host_link *card,
			const struct host_address *a)
{
	const struct host_link *vlan = host_link(&c->host, a->ifindex);

	return a->length == 32 && vlan && is_vlan_of(vlan, card);
}

/* Whether the device answers only if the route back to the sender uses it. */
static bool filters(const struct check *c, const struct host_link *link)
{
	const struct effective *d = check_device(c, link->ifindex);
	uint32_t value;

	if (effective_field(d, ARP_POLICY_FIELD_FILTER, &value) &&
	    !check_is_audited(c, link))
		return value;
	return host_conf(&c->host, link, IPV4_DEVCONF_ARPFILTER);
}

/* Whether it answers for no other device's address, whatever that is. */
static bool is_careful(const struct check *c, const struct host_link *link)
{
	uint32_t level = host_conf(&c->host, link, IPV4_DEVCONF_ARP_IGNORE);

	if (!check_is_audited(c, link))
		level = check_field_or(c, link, ARP_POLICY_FIELD_IGNORE, level);
	return !level_answers(level, RT_SCOPE_UNIVERSE);
}

/* An address of another device that one answers for as well. */
struct theft {
	const struct host_address *address;
	const struct host_link *addr_dev;
	bool segment;		/* known from the segment, not from the subnet */
	enum answers how;
	int tried;
};

/* Would a neighbour really be answered? Filters on the route back are checked here. */
static bool is_confirmed(struct check *c, const struct host_link *link,
			 const struct host_address *a)
{
	struct prefix subnet = subnet_of(a), none = { 0 };
	struct answer answer;
	struct asker asker;

	if (a->length == 32 && link->n_subnets)
		subnet = c->host.subnets[link->subnets].prefix;
	return !check_asker(c, link, subnet, a->address, none, &asker) ||
	       !check_ask(c, link, a->address, &asker, &answer) ||
	       answer.answered;
}

/* Return: true ends the search. */
static bool try_theft(struct check *c, const struct host_link *link,
		      const struct host_address *a, struct theft *theft)
{
	theft->address = NULL;
	if (++theft->tried > MOST_TRIED)
		return true;
	theft->addr_dev = host_link(&c->host, a->ifindex);
	if (!theft->addr_dev || !are_rivals(link, theft->addr_dev))
		return false;
	theft->how = answers(c, link, a);
	if (theft->how == ANSWERS_NOT ||
	    (theft->how == ANSWERS && !is_confirmed(c, link, a)))
		return false;
	theft->address = a;
	return true;
}

/* In a subnet of this device. */
static bool steals_in_subnet(struct check *c, const struct host_link *link,
			     struct theft *theft)
{
	const struct host_address *end = c->host.addresses + c->host.n_addresses;
	const struct host_address *own = c->host.own + link->own;
	const struct host_address *last = own + link->n_own, *b;
	struct prefix subnet;

	for (; own < last; own++) {
		subnet = subnet_of(own);
		if (own->length == 32)
			continue;
		b = c->host.addresses + host_from(&c->host, subnet.address);
		for (; b < end; b++) {
			if (!prefix_has(subnet, b->address))
				break;
			if (b->ifindex != link->ifindex &&
			    (same_subnet(own, b) || is_borrowed(c, link, b)) &&
			    try_theft(c, link, b, theft))
				return theft->address;
		}
	}
	return false;
}

/* Devices by segment. */
struct segments {
	const struct host_link **list;
	size_t n;
};

static int by_segment(const void *a, const void *b)
{
	const struct host_link *x = *(const struct host_link *const *)a;
	const struct host_link *y = *(const struct host_link *const *)b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static size_t first_of_segment(const struct segments *s, uint32_t segment)
{
	const struct host_link key = { .segment = segment }, *first = &key;

	return LIST_FROM(s->list, s->n, &first, by_segment);
}

/* On the same segment, in whatever subnet. */
static bool steals_on_segment(struct check *c, const struct segments *s,
			      const struct host_link *link, struct theft *theft)
{
	size_t i = first_of_segment(s, link->segment), j;
	const struct host_link *other;

	theft->segment = true;
	for (; i < s->n && s->list[i]->segment == link->segment; i++) {
		other = s->list[i];
		if (other == link)
			continue;
		if (!other->n_own && ++theft->tried > MOST_TRIED)
			return false;
		for (j = 0; j < other->n_own; j++)
			if (try_theft(c, link, &c->host.own[other->own + j],
				      theft))
				return theft->address;
	}
	return false;
}

static void report_theft(struct check *c, const struct host_link *link,
			 const struct theft *theft)
{
	char address[ADDRESS_TEXT], prefix[PREFIX_TEXT], dev[SHELL_WORD];

	address_text(theft->address->address, address);
	prefix_text(subnet_of(theft->address), prefix);
	if (is_borrowed(c, link, theft->address))
		check_add(c, SEVERITY_WARNING, link->name,
			  "also answers for %s of %s, whose neighbours are in a VLAN: the address is in a subnet of this device",
			  address, theft->addr_dev->name);
	else if (theft->segment)
		check_add(c, SEVERITY_WARNING, link->name,
			  "also answers for %s of %s: both devices are on one segment",
			  address, theft->addr_dev->name);
	else
		check_add(c, SEVERITY_WARNING, link->name,
			  "also answers for %s of %s: both devices are in subnet %s%s",
			  address, theft->addr_dev->name, prefix,
			  filters(c, link) ?
			  ", and the filter does not stop the one with the route back" : "");
	if (theft->how == ANSWERS_AUDITED)
		cure_audit(c, link);
	else
		check_cure(c, "%s dev set %s ignore device announce best%s",
			   c->arpctl, dev_word(link->name, dev),
			   check_is_audited(c, link) ? " mode enforce" : "");
}

void find_flux(struct check *c)
{
	const struct host_link *link;
	struct segments segments = { 0 };
	struct theft theft;
	size_t i;

	segments.list = calloc(c->host.n_links + 1, sizeof(*segments.list));
	c->failed |= !segments.list;
	for (i = 0; i < c->host.n_links && segments.list; i++)
		if (host_does_arp(&c->host.links[i]))
			segments.list[segments.n++] = &c->host.links[i];
	LIST_SORT(segments.list, segments.n, by_segment);
	for (i = 0; i < c->host.n_links && !c->failed; i++) {
		link = &c->host.links[i];
		memset(&theft, 0, sizeof(theft));
		if (host_does_arp(link) && !is_careful(c, link) &&
		    (steals_in_subnet(c, link, &theft) ||
		     steals_on_segment(c, &segments, link, &theft)))
			report_theft(c, link, &theft);
	}
	free(segments.list);
}

/* Devices that cannot answer for their own addresses. */
static bool keeps_addresses(const struct host_link *link)
{
	return link->flags & IFF_LOOPBACK ||
	       (link->flags & IFF_NOARP && !(link->flags & IFF_POINTOPOINT));
}

/* Looks for a device that answers for an address that may be a VIP. */
struct leak {
	const struct check *c;
	const struct host_link *addr_dev;
	const struct host_address *address;
	const struct host_link *link;
	enum answers how;
};

static bool leaks(struct leak *l, const struct host_link *link)
{
	if (!link || !host_does_arp(link) || link->vrf != l->addr_dev->vrf)
		return false;
	l->how = answers(l->c, link, l->address);
	if (l->how != ANSWERS_NOT)
		l->link = link;
	return l->link;
}

static bool no_leak(void *data, const struct host_subnet *subnet)
{
	struct leak *l = data;

	return !leaks(l, host_link(&l->c->host, subnet->ifindex));
}

/* The devices that can answer for an address of another device. */
struct loose {
	const struct host_link **list;
	size_t n;
};

/*
 * A device that answers for an address that may be a VIP of a load balancer: the
 * address is in a subnet of the device, or kube-proxy added it.
 */
static const struct host_link *leak(const struct check *c,
				    const struct loose *loose,
				    const struct host_link *addr_dev,
				    const struct host_address *a,
				    enum answers *how)
{
	struct leak l = { .c = c, .addr_dev = addr_dev, .address = a };
	size_t i;

	if (!strstr(addr_dev->name, "ipvs"))
		host_each_net(&c->host, a->address, no_leak, &l);
	else
		for (i = 0; i < loose->n && !leaks(&l, loose->list[i]); i++)
			;
	*how = l.how;
	return l.link;
}

/* The first leak of the device's addresses, and how many there are. */
static const struct host_link *first_leak(const struct check *c,
					  const struct loose *loose,
					  const struct host_link *addr_dev,
					  const struct host_address **address,
					  enum answers *how, size_t *n)
{
	const struct host_link *link, *first = NULL;
	const struct host_address *a;
	enum answers this;
	size_t i;

	*n = 0;
	for (i = 0; i < addr_dev->n_own; i++) {
		a = &c->host.own[addr_dev->own + i];
		if (is_private(a->address))
			continue;
		link = leak(c, loose, addr_dev, a, &this);
		if (link && !(*n)++) {
			first = link;
			*address = a;
			*how = this;
		}
	}
	return first;
}

/* Hidden addresses are answered for only by devices that are audited. */
static bool may_leak(const struct check *c, const struct host_link *link,
		     bool hidden)
{
	return host_does_arp(link) && (check_is_audited(c, link) || !hidden) &&
	       !is_careful(c, link);
}

static void find_loose(const struct check *c, const struct host_link *addr_dev,
		       struct loose *loose)
{
	bool hidden = check_field_or(c, addr_dev, ARP_POLICY_FIELD_HIDDEN, 0);
	size_t i;

	loose->n = 0;
	for (i = 0; i < c->host.n_links; i++)
		if (may_leak(c, &c->host.links[i], hidden))
			loose->list[loose->n++] = &c->host.links[i];
}

void find_vip(struct check *c)
{
	const struct host_link *addr_dev, *link;
	struct loose loose = { 0 };
	char address[ADDRESS_TEXT], dev[SHELL_WORD], more[32];
	const struct host_address *a;
	enum answers how;
	size_t i, n;

	loose.list = calloc(c->host.n_links + 1, sizeof(*loose.list));
	c->failed |= !loose.list;
	for (i = 0; i < c->host.n_links && loose.list; i++) {
		addr_dev = &c->host.links[i];
		if (!keeps_addresses(addr_dev) || !addr_dev->n_own)
			continue;
		find_loose(c, addr_dev, &loose);
		link = first_leak(c, &loose, addr_dev, &a, &how, &n);
		if (!link)
			continue;
		address_text(a->address, address);
		snprintf(more, sizeof(more), " and %zu more", n - 1);
		check_add(c, SEVERITY_WARNING, addr_dev->name,
			  "%s answers for %s%s; behind a load balancer, only the balancer should",
			  link->name, address, n > 1 ? more : "");
		if (how == ANSWERS_AUDITED)
			cure_audit(c, link);
		else
			check_cure(c, "%s dev set %s hidden on", c->arpctl,
				   dev_word(addr_dev->name, dev));
	}
	free(loose.list);
}

/* An address of the link in a subnet of the other one. */
static const struct host_address *shared(const struct host *host,
					 const struct host_link *link,
					 const struct host_link *other)
{
	const struct host_address *a = host->own + link->own;
	const struct host_address *end = a + link->n_own;
	const struct host_address *b = host->own + other->own;
	size_t i;

	for (; a < end; a++) {
		if (a->length == 32 || !host_reaches(host, other, a->address))
			continue;
		for (i = 0; i < other->n_own; i++)
			if (same_subnet(a, &b[i]))
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
