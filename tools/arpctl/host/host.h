// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host as far as ARP depends on it: devices, addresses, subnets, neighbours.
 *
 * A snapshot of the network namespace, read over rtnetlink and from /proc/sys.
 * Addresses are in network byte order.
 */
#ifndef ARPCTL_HOST_H
#define ARPCTL_HOST_H

#include <linux/ip.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

#define HOST_LLADDR	32
#define HOST_CONF	(IPV4_DEVCONF_MAX + 1)

struct host_link {
	char name[IFNAMSIZ];
	char kind[16];		/* veth, dummy ...; "" for a network card */
	uint32_t ifindex;
	uint32_t master;	/* ifindex of its master, or 0 */
	uint32_t lower;		/* the device below it, if in this netns */
	uint32_t peer;		/* the other end of a veth pair, if in this netns */
	uint32_t vrf;		/* ifindex of the VRF that it is in, or 0 */
	uint32_t segment;	/* see segment.h */
	unsigned int flags;	/* IFF_* */
	uint16_t type;		/* ARPHRD_* */
	uint16_t vlan;		/* of a VLAN device: its VID */
	bool port;		/* its master receives all its packets */
	bool ipv4;
	bool offloaded;		/* a port of a switch in hardware */
	bool call_arptables;	/* of a bridge: nf_call_arptables */
	bool vlan_filtering;	/* of a bridge */
	bool bridged;		/* a port of a bridge; the rest is about that port */
	bool can_lock;		/* the kernel has "locked" */
	bool locked;
	bool neigh_suppress;
	size_t lladdr_len;
	uint8_t lladdr[HOST_LLADDR];
	uint32_t conf[HOST_CONF];	/* net.ipv4.conf.NAME, IPV4_DEVCONF_* */
	uint32_t proxy_delay;		/* net.ipv4.neigh.NAME.proxy_delay, in ms */
	/* Its elements in the lists by device: index of the first, and number. */
	size_t own, n_own, subnets, n_subnets, peers, n_peers, known, n_known;
};

struct host_address {
	uint32_t ifindex;
	uint32_t address;
	uint8_t length;
	uint8_t scope;		/* RT_SCOPE_* */
};

/* A subnet that a device reaches without a gateway: of an address, or a route. */
struct host_subnet {
	uint32_t ifindex;
	struct prefix prefix;	/* shorter than 32 */
};

/* A single address that a device reaches without a gateway, by a route. */
struct host_peer {
	uint32_t ifindex;
	uint32_t address;
};

struct host_neighbour {
	uint32_t ifindex;
	uint32_t address;
	size_t lladdr_len;
	uint8_t lladdr[HOST_LLADDR];
};

struct host {
	struct host_link *links;	/* by ifindex */
	struct host_address *addresses;		/* by address, ifindex */
	struct host_address *own;		/* the same by ifindex, address */
	struct host_subnet *subnets;		/* by ifindex, prefix; each once */
	struct host_subnet *nets;		/* the same by prefix, ifindex */
	struct host_peer *peers;		/* by ifindex, address */
	struct host_peer *proxies;		/* "ip neigh add proxy"; likewise */
	struct host_neighbour *neighbours;	/* by ifindex, address; lladdr known */
	size_t n_links, n_addresses, n_subnets, n_peers, n_proxies, n_neighbours;
	uint32_t lengths;			/* of subnets, as bits */
	uint32_t default_dev;		/* ifindex of the default route's device, or 0 */
	uint32_t default_metric;
	uint32_t all[HOST_CONF];	/* net.ipv4.conf.all */
	/* The neighbour table of all namespaces, which share its limits. */
	uint32_t entries, kept, gc_thresh2, gc_thresh3;
};

/* The caller frees it also after a failure. host_read_links() reads only the devices. */
int host_read(struct host *host);
int host_read_links(struct host *host);
void host_free(struct host *host);

const struct host_link *host_link(const struct host *host, uint32_t ifindex);

/* The greater of a device's sysctl and that of all, which the kernel mostly uses. */
uint32_t host_conf(const struct host *host, const struct host_link *link,
		   unsigned int conf);

/* Whether the device receives ARP requests and can answer them. */
bool host_does_arp(const struct host_link *link);

/* Whether the address is configured on the device. */
bool host_addr_on_dev(const struct host *host, const struct host_link *link,
		      uint32_t address);

/*
 * choose.c: the device that receives ARP for an address: the one that has it, else the
 * one by route; NULL: none. And a sender that may ask for it there: the lowest address of
 * the device's subnet that is neither ours nor the target; if there is no subnet, that of
 * a neighbour.
 */
const struct host_link *host_choose_dev(const struct host *host, uint32_t target);
bool host_choose_sender(const struct host *host, const struct host_link *link,
			uint32_t target, uint32_t *sender);

/* Where the host receives what a port receives with this VID (0: untagged). */
const struct host_link *host_segment(const struct host *host,
				     const struct host_link *port, uint32_t vlan);

/* Whether the address is configured on any device. */
bool host_has(const struct host *host, uint32_t address);

/* The index of the first address in the list that is not before this one. */
size_t host_from(const struct host *host, uint32_t address);

/*
 * Calls each for every subnet that has the address, the longest first, until one
 * returns false.
 */
void host_each_net(const struct host *host, uint32_t address,
		   bool (*each)(void *data, const struct host_subnet *subnet),
		   void *data);

/* Whether the device has a subnet with the address. */
bool host_reaches(const struct host *host, const struct host_link *link,
		  uint32_t address);

/* Whether "ip neigh add proxy" makes the device answer for the address. */
bool host_has_proxy(const struct host *host, const struct host_link *link,
		    uint32_t address);

/* A number in a file of /proc/sys; false if there is none. */
bool host_sysctl(const char *path, uint32_t *value);

#endif /* ARPCTL_HOST_H */
