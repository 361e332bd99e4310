// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which devices of the host are on the same Ethernet segment: a union-find over devices,
 * in which "segment" is the ifindex of a device further up the tree.
 */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "host/host.h"
#include "host/segment.h"

static struct host_link *link_of(struct host *host, uint32_t ifindex)
{
	return (struct host_link *)host_link(host, ifindex);
}

/* The root of the tree. The path to it is halved on the way. */
static struct host_link *root(struct host *host, struct host_link *link)
{
	struct host_link *up;

	while (link->segment != link->ifindex) {
		up = link_of(host, link->segment);
		link->segment = up->segment;
		link = up;
	}
	return link;
}

static void join(struct host *host, struct host_link *link, uint32_t ifindex)
{
	struct host_link *other = ifindex ? link_of(host, ifindex) : NULL;

	if (!other)
		return;
	link = root(host, link);
	other = root(host, other);
	/* The lowest number is the root, whatever the order. */
	if (link->ifindex < other->ifindex)
		other->segment = link->ifindex;
	else
		link->segment = other->ifindex;
}

static bool shares_lower(const struct host_link *link)
{
	return !strcmp(link->kind, "macvlan") || !strcmp(link->kind, "macvtap") ||
	       !strcmp(link->kind, "ipvlan") || !strcmp(link->kind, "ipvtap");
}

/* The segments that follow from the devices themselves. */
static void join_stacked(struct host *host)
{
	const struct host_link *master;
	struct host_link *link;
	size_t i;

	for (i = 0; i < host->n_links; i++) {
		link = &host->links[i];
		if (shares_lower(link))
			join(host, link, link->lower);
		join(host, link, link->peer);
		master = host_link(host, link->master);
		/* With filtering, its ports may be in different VLANs. */
		if (link->bridged && master && !master->vlan_filtering)
			join(host, link, link->master);
	}
}

struct vlan {
	uint32_t below, ifindex;
	uint16_t vid;
};

static int vlan_cmp(const void *a, const void *b)
{
	const struct vlan *x = a, *y = b;

	if (x->below != y->below)
		return x->below < y->below ? -1 : 1;
	if (x->vid != y->vid)
		return x->vid < y->vid ? -1 : 1;
	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/* The same VLAN on two devices of one segment is one segment. */
static bool join_vlans(struct host *host)
{
	struct vlan *list = NULL, *vlan;
	struct host_link *link, *lower;
	size_t i, n = 0;

	for (i = 0; i < host->n_links; i++) {
		link = &host->links[i];
		lower = link->vlan ? link_of(host, link->lower) : NULL;
		if (!lower)
			continue;
		vlan = LIST_ADD(list, n);
		if (!vlan) {
			free(list);
			return false;
		}
		vlan->below = root(host, lower)->ifindex;
		vlan->vid = link->vlan;
		vlan->ifindex = link->ifindex;
	}
	LIST_SORT(list, n, vlan_cmp);
	for (i = 1; i < n; i++)
		if (list[i].below == list[i - 1].below &&
		    list[i].vid == list[i - 1].vid)
			join(host, link_of(host, list[i].ifindex),
			     list[i - 1].ifindex);
	free(list);
	return true;
}

static int neighbour_cmp(const void *a, const void *b)
{
	const struct host_neighbour *x = *(const struct host_neighbour *const *)a;
	const struct host_neighbour *y = *(const struct host_neighbour *const *)b;

	if (x->address != y->address)
		return ntohl(x->address) < ntohl(y->address) ? -1 : 1;
	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static bool same_host(const struct host_neighbour *a,
		      const struct host_neighbour *b)
{
	return a->lladdr_len == b->lladdr_len && a->lladdr_len &&
	       !memcmp(a->lladdr, b->lladdr, a->lladdr_len);
}

/*
 * Two entries prove that their devices share a segment if they are of one host, whose
 * address is on-link for one of the devices only: the other has heard it, too. The MAC
 * alone proves nothing: a router may use the same one in many VLANs.
 */
static bool proves(const struct host *host, const struct host_neighbour *a,
		   const struct host_neighbour *b)
{
	const struct host_link *x = host_link(host, a->ifindex);
	const struct host_link *y = host_link(host, b->ifindex);

	return x && y && x->vrf == y->vrf && x->n_subnets && y->n_subnets &&
	       same_host(a, b) &&
	       host_reaches(host, x, a->address) !=
	       host_reaches(host, y, a->address);
}

static bool join_heard(struct host *host)
{
	const struct host_neighbour **list;
	size_t i, n = host->n_neighbours;

	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return false;
	for (i = 0; i < n; i++)
		list[i] = &host->neighbours[i];
	LIST_SORT(list, n, neighbour_cmp);
	for (i = 1; i < n; i++)
		if (list[i]->address == list[i - 1]->address &&
		    proves(host, list[i], list[i - 1]))
			join(host, link_of(host, list[i]->ifindex),
			     list[i - 1]->ifindex);
	free(list);
	return true;
}

bool segments_find(struct host *host)
{
	bool done;
	size_t i;

	for (i = 0; i < host->n_links; i++)
		host->links[i].segment = host->links[i].ifindex;
	join_stacked(host);
	/* What is on a VLAN may be a bridge's port, so twice. */
	done = join_heard(host) && join_vlans(host) && join_vlans(host);
	for (i = 0; i < host->n_links; i++)
		host->links[i].segment = root(host, &host->links[i])->ifindex;
	return done;
}
