// SPDX-License-Identifier: GPL-2.0-only
/* A device and a sender that are plausible for an ARP packet about an address. */

#include <arpa/inet.h>

#include "host/host.h"
#include "wire/dump.h"

static const struct host_link *arp_link(const struct host *host, uint32_t ifindex)
{
	const struct host_link *link = host_link(host, ifindex);

	return link && host_does_arp(link) ? link : NULL;
}

static const struct host_link *owner(const struct host *host, uint32_t address)
{
	const struct host_address *a, *end = host->addresses + host->n_addresses;
	const struct host_link *link = NULL;

	for (a = host->addresses; !link && a < end; a++)
		if (a->address == address)
			link = arp_link(host, a->ifindex);
	return link;
}

static const struct host_link *by_subnet(const struct host *host, uint32_t target)
{
	const struct host_subnet *s, *end = host->subnets + host->n_subnets;
	const struct host_link *link, *best = NULL;
	uint8_t length = 0;

	for (s = host->subnets; s < end; s++) {
		link = arp_link(host, s->ifindex);
		if (!link || s->prefix.length <= length || !prefix_has(s->prefix, target))
			continue;
		length = s->prefix.length;
		best = link;
	}
	return best;
}

const struct host_link *host_choose_dev(const struct host *host, uint32_t target)
{
	const struct host_link *link = owner(host, target);

	if (!link)
		link = arp_link(host, route_index(target));
	/* An address of this host on another device, such as lo. */
	if (!link)
		link = by_subnet(host, target);
	return link ? link : arp_link(host, host->default_dev);
}

/* The device's subnet with the target in it, else its first one. */
static const struct host_subnet *subnet_of(const struct host *host,
					   const struct host_link *link,
					   uint32_t target)
{
	const struct host_subnet *s, *end = host->subnets + host->n_subnets;
	const struct host_subnet *first = NULL;

	for (s = host->subnets; s < end; s++) {
		if (s->ifindex != link->ifindex)
			continue;
		if (prefix_has(s->prefix, target))
			return s;
		if (!first)
			first = s;
	}
	return first;
}

static bool lowest_in(const struct host *host, struct prefix prefix,
		      uint32_t target, uint32_t *sender)
{
	uint32_t first = ntohl(prefix.address), n, i;

	/* The network and the broadcast address are no hosts, except in a /31. */
	n = prefix.length > 30 ? 2 : (uint32_t)((1ULL << (32 - prefix.length)) - 2);
	if (prefix.length <= 30)
		first++;
	for (i = 0; i < n; i++) {
		*sender = htonl(first + i);
		if (*sender != target && !host_has(host, *sender))
			return true;
	}
	return false;
}

static bool lowest_neighbour(const struct host *host, const struct host_link *link,
			     uint32_t target, uint32_t *sender)
{
	const struct host_neighbour *n, *end = host->neighbours + host->n_neighbours;
	bool found = false;

	for (n = host->neighbours; n < end; n++) {
		if (n->ifindex != link->ifindex || n->address == target ||
		    (found && ntohl(n->address) >= ntohl(*sender)))
			continue;
		*sender = n->address;
		found = true;
	}
	return found;
}

bool host_choose_sender(const struct host *host, const struct host_link *link,
			uint32_t target, uint32_t *sender)
{
	const struct host_subnet *subnet = subnet_of(host, link, target);

	return (subnet && lowest_in(host, subnet->prefix, target, sender)) ||
	       lowest_neighbour(host, link, target, sender);
}

const struct host_link *host_segment(const struct host *host,
				     const struct host_link *port, uint32_t vlan)
{
	const struct host_link *link, *end = host->links + host->n_links;

	for (link = host->links; vlan && link < end; link++)
		if (link->lower == port->master && link->vlan == vlan)
			return link;
	link = host_link(host, port->master);
	return link ? link : port;
}
