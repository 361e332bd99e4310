/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leases, derived from the DHCP messages that a bridge receives: who has which address,
 * and on which port.
 *
 * A pure data structure: fed with messages and the time, it says what to bind.
 */
#ifndef ARPCTL_LEASE_SNOOP_H
#define ARPCTL_LEASE_SNOOP_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/dhcp.h"

/* A lease without end. */
#define SNOOP_FOREVER UINT64_MAX

/**
 * struct snoop_time - a time in ms
 * @real: CLOCK_REALTIME: that of a lease can be stored
 * @boot: CLOCK_BOOTTIME: nobody can set it
 */
struct snoop_time {
	uint64_t real;
	uint64_t boot;
};

/**
 * struct snoop_frame - where and how a message entered the bridge
 * @port: the port
 * @segment: the host's device on the segment, or ""
 * @vlan: the VLAN, or 0
 * @trusted: the port is trusted
 * @to_client: it is addressed to a client
 * @lladdr: the source of the frame
 */
struct snoop_frame {
	char port[IF_NAMESIZE];
	char segment[IF_NAMESIZE];
	uint32_t vlan;
	bool trusted;
	bool to_client;
	uint8_t lladdr[LLADDR_LEN];
};

/**
 * struct snoop_lease - a lease
 * @address: the address
 * @vlan: the VLAN
 * @lladdr: the client
 * @port: the client's port
 * @segment: the host's device on the segment, or ""
 * @expiry: until when, in ms of CLOCK_REALTIME, or SNOOP_FOREVER
 * @boot: the same of CLOCK_BOOTTIME; 0: unknown, because it is from an earlier run
 * @next: in the same slot of the hash table
 * @next_of_lladdr: in the same slot of that by MAC
 */
struct snoop_lease {
	uint32_t address;
	uint32_t vlan;
	uint8_t lladdr[LLADDR_LEN];
	char port[IF_NAMESIZE];
	char segment[IF_NAMESIZE];
	uint64_t expiry;
	uint64_t boot;
	struct snoop_lease *next;
	struct snoop_lease *next_of_lladdr;
};

/* What a message has done, or why it has done nothing. */
enum snoop_result {
	SNOOP_NOTHING,		/* nothing that concerns bindings */
	SNOOP_BOUND,		/* a lease was made, renewed or moved */
	SNOOP_UNBOUND,		/* a lease ended */
	/* To be reported: */
	SNOOP_MALFORMED,	/* no DHCP for Ethernet, or not well-formed */
	SNOOP_ROGUE,		/* a server on a port that is not trusted */
	SNOOP_FORGED,		/* a client in the name of another MAC */
	SNOOP_CONTESTED,	/* a client's MAC on two ports at once */
	SNOOP_FOREIGN,		/* with the MAC of a client whose lease is of another port */
	SNOOP_TAKEN,		/* a leased address was leased to another client */
	SNOOP_FULL,		/* out of memory */
	SNOOP_RESULTS
};

struct snoop_client;
struct snoop_known;
struct snoop_port;

/**
 * struct snoop - the leases of a bridge, and the clients that wait for one
 * @leases: hash table, by address and VLAN
 * @n_leases: their number
 * @by_lladdr: the same leases by MAC and VLAN
 * @clients: hash table, by MAC and VLAN
 * @n_clients: their number
 * @n_asked: how many there were
 * @ports: the ports that they are on
 * @secret: odd; decides the slots of MACs
 * @known: the ports that were looked up lately
 * @turn: how often snoop_look_again() was called
 * @port_exists: whether the bridge still has such a port
 * @data: for it
 * @lease: set by snoop_take(): the lease that it is about, if any; valid until the next
 *	call. After SNOOP_UNBOUND, what it was
 * @was: the same as it was before SNOOP_BOUND; an empty port: there was none
 * @dhcp: set by snoop_take(): the message
 */
struct snoop {
	struct snoop_lease **leases;
	size_t n_leases;
	struct snoop_lease **by_lladdr;
	struct snoop_client **clients;
	size_t n_clients;
	uint64_t n_asked;
	struct snoop_port *ports;
	uint64_t secret;
	struct snoop_known *known;
	uint64_t turn;
	bool (*port_exists)(void *data, const char *port);
	void *data;
	struct snoop_lease lease;
	struct snoop_lease was;
	struct dhcp dhcp;
};

/* Return: false without memory. */
bool snoop_init(struct snoop *snoop);
void snoop_free(struct snoop *snoop);

/* Ports may have come or gone: from now on they are looked up again, each one once. */
void snoop_look_again(struct snoop *snoop);

/* Takes a message, the payload of UDP. */
enum snoop_result snoop_take(struct snoop *snoop, const struct snoop_frame *frame,
			     const void *message, size_t len,
			     const struct snoop_time *now);

/*
 * A lease of the same address on the same port in another VLAN, or NULL: a port's bindings
 * do not distinguish VLANs.
 */
const struct snoop_lease *snoop_find_other(const struct snoop *snoop,
					   const struct snoop_lease *gone);

/* Adds a lease of an earlier run. Return: false without memory. */
bool snoop_add(struct snoop *snoop, const struct snoop_lease *lease);

/* Forgets what is over; each is called with every lease before it is. */
void snoop_expire(struct snoop *snoop, const struct snoop_time *now,
		  void (*each)(void *data, const struct snoop_lease *lease), void *data);

/* The clock was set: leases made in this run end when they would have ended. */
void snoop_set_clock(struct snoop *snoop, const struct snoop_time *now);

/* Calls each with every lease, until one returns false. */
bool snoop_each(const struct snoop *snoop,
		bool (*each)(void *data, const struct snoop_lease *lease), void *data);

#endif /* ARPCTL_LEASE_SNOOP_H */
