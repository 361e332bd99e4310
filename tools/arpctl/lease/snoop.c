// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases, derived from the DHCP messages that a bridge receives.
 *
 * Two tables. A client that has asked is known by its MAC and VLAN, with the port that
 * it asked on and its latest transactions. An ACK with one of these makes a lease, known
 * by its address and VLAN.
 *
 * Who may do what:
 *   - Only a server on a trusted port gives, and takes back by a NAK.
 *   - Only the client, on the port that its lease is bound to, gives back: its frame has
 *     its MAC as source.
 *   - Transaction ids are seen by all when a client broadcasts. So it is the first port
 *     on which a client asks that counts: another one that joins in later, with the
 *     client's MAC and transaction, gets nothing.
 *   - A lease moves to another port or client only when it is over or its port has gone,
 *     whatever the server says: a server believes a forged RELEASE.
 */

#include <stdlib.h>
#include <string.h>

#include "lease/snoop.h"

#define SECOND		1000ULL
#define SLOTS		4096U		/* a power of two */

/* Clients that wait; the kernel hands over a thousand messages a second at most. */
#define CLIENTS_MAX	32768U

/* How long a client's port counts after it was last heard there. */
#define CLIENT_TIME	(60U * SECOND)

/* Longer leases are cut to ten years. */
#define LEASE_MAX	(10U * 365U * 24U * 3600U)

/* Transactions of a client that are remembered. */
#define XIDS		4

/**
 * struct snoop_client - a client that has asked
 * @lladdr: its MAC
 * @vlan: the VLAN
 * @port: the port on which it asked first
 * @until: how long that counts, in ms of CLOCK_BOOTTIME; each message there prolongs it
 * @xids: its latest transactions in which it may get an ACK
 * @wanted: the address that it asked for in them, or 0
 * @n_xids: how many there were
 * @next: in the same slot of the hash table
 */
struct snoop_client {
	uint8_t lladdr[LLADDR_LEN];
	uint32_t vlan;
	char port[IF_NAMESIZE];
	uint64_t until;
	uint32_t xids[XIDS];
	uint32_t wanted[XIDS];
	unsigned int n_xids;
	struct snoop_client *next;
};

bool snoop_init(struct snoop *snoop)
{
	memset(snoop, 0, sizeof(*snoop));
	snoop->leases = calloc(SLOTS, sizeof(*snoop->leases));
	snoop->clients = calloc(SLOTS, sizeof(*snoop->clients));
	return snoop->leases && snoop->clients;
}

/* Multiplicative hashing. A client chooses its MAC, but few have room in the table. */
static size_t slot_of(uint64_t key, uint32_t vlan)
{
	return (size_t)((key ^ (uint64_t)vlan << 48) * 0x9e3779b97f4a7c15ULL >> 52) &
	       (SLOTS - 1);
}

static size_t lease_slot(uint32_t address, uint32_t vlan)
{
	return slot_of(address, vlan);
}

static size_t client_slot(const uint8_t lladdr[LLADDR_LEN], uint32_t vlan)
{
	uint64_t key = 0;

	memcpy(&key, lladdr, LLADDR_LEN);
	return slot_of(key, vlan);
}

static bool same_lladdr(const uint8_t a[LLADDR_LEN], const uint8_t b[LLADDR_LEN])
{
	return !memcmp(a, b, LLADDR_LEN);
}

static struct snoop_lease **find_lease(const struct snoop *snoop, uint32_t address,
				       uint32_t vlan)
{
	struct snoop_lease **at = &snoop->leases[lease_slot(address, vlan)];

	while (*at && ((*at)->address != address || (*at)->vlan != vlan))
		at = &(*at)->next;
	return at;
}

static struct snoop_client **find_client(const struct snoop *snoop,
					 const uint8_t lladdr[LLADDR_LEN], uint32_t vlan)
{
	struct snoop_client **at = &snoop->clients[client_slot(lladdr, vlan)];

	while (*at && ((*at)->vlan != vlan || !same_lladdr((*at)->lladdr, lladdr)))
		at = &(*at)->next;
	return at;
}

static void del_client(struct snoop *snoop, struct snoop_client **at)
{
	struct snoop_client *client = *at;

	*at = client->next;
	free(client);
	snoop->n_clients--;
}

static void del_lease(struct snoop *snoop, struct snoop_lease **at)
{
	struct snoop_lease *lease = *at;

	*at = lease->next;
	free(lease);
	snoop->n_leases--;
}

static void copy_name(char to[IF_NAMESIZE], const char from[IF_NAMESIZE])
{
	memmove(to, from, IF_NAMESIZE);
}

static bool is_over(const struct snoop_lease *lease, const struct snoop_time *now)
{
	return lease->expiry <= now->real;
}

static bool port_exists(const struct snoop *snoop, const char *port)
{
	return !snoop->port_exists || snoop->port_exists(snoop->data, port);
}

/* Whether a lease is bound: nobody else can have it, and it cannot move. */
static bool is_bound(const struct snoop *snoop, const struct snoop_lease *lease,
		     const struct snoop_time *now)
{
	return !is_over(lease, now) && port_exists(snoop, lease->port);
}

/* Clients */

static void expire_clients(struct snoop *snoop, uint64_t now)
{
	struct snoop_client **at;
	size_t i;

	for (i = 0; i < SLOTS; i++) {
		at = &snoop->clients[i];
		while (*at) {
			if ((*at)->until <= now)
				del_client(snoop, at);
			else
				at = &(*at)->next;
		}
	}
}

/* The client, added if necessary; NULL without room. */
static struct snoop_client *get_client(struct snoop *snoop,
				       const struct snoop_frame *frame, uint64_t now)
{
	struct snoop_client **at = find_client(snoop, frame->lladdr, frame->vlan);
	struct snoop_client *client = *at;

	if (client && client->until > now)
		return client;
	if (client)
		del_client(snoop, at);
	if (snoop->n_clients >= CLIENTS_MAX)
		expire_clients(snoop, now);
	if (snoop->n_clients >= CLIENTS_MAX)
		return NULL;
	client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	memcpy(client->lladdr, frame->lladdr, LLADDR_LEN);
	client->vlan = frame->vlan;
	copy_name(client->port, frame->port);
	at = &snoop->clients[client_slot(frame->lladdr, frame->vlan)];
	client->next = *at;
	*at = client;
	snoop->n_clients++;
	return client;
}

/* The address that a transaction of this client is about, NULL: not one of its. */
static const uint32_t *find_xid(const struct snoop_client *client, uint32_t xid)
{
	unsigned int i, n = client->n_xids < XIDS ? client->n_xids : XIDS;

	for (i = 0; i < n; i++)
		if (client->xids[i] == xid)
			return &client->wanted[i];
	return NULL;
}

static void add_xid(struct snoop_client *client, const struct dhcp *dhcp)
{
	uint32_t *wanted = (uint32_t *)find_xid(client, dhcp->xid);
	unsigned int i = client->n_xids % XIDS;

	if (!wanted) {
		client->n_xids++;
		client->xids[i] = dhcp->xid;
		wanted = &client->wanted[i];
	}
	*wanted = dhcp->wanted ? dhcp->wanted : dhcp->ciaddr;
}

static void show(struct snoop *snoop, const struct snoop_lease *lease)
{
	snoop->lease = *lease;
	snoop->lease.next = NULL;
}

/*
 * A client asks: DISCOVER shows the port before anyone else can know the transaction;
 * an ACK follows a REQUEST, or a DISCOVER with rapid commit.
 */
static enum snoop_result take_request(struct snoop *snoop,
				      const struct snoop_frame *frame,
				      const struct snoop_time *now)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	uint32_t wanted = dhcp->wanted ? dhcp->wanted : dhcp->ciaddr;
	struct snoop_lease *lease = *find_lease(snoop, wanted, frame->vlan);
	struct snoop_client *client;

	if (lease && same_lladdr(lease->lladdr, frame->lladdr)) {
		show(snoop, lease);
		if (strcmp(lease->port, frame->port) != 0 && is_bound(snoop, lease, now))
			return SNOOP_FOREIGN;
	}
	client = get_client(snoop, frame, now->boot);
	if (!client)
		return SNOOP_FULL;
	if (strcmp(client->port, frame->port) != 0) {
		if (port_exists(snoop, client->port))
			return SNOOP_CONTESTED;
		copy_name(client->port, frame->port);
	}
	client->until = now->boot + CLIENT_TIME;
	if (dhcp->type == DHCP_REQUEST || dhcp->rapid)
		add_xid(client, dhcp);
	return SNOOP_NOTHING;
}

/* A client gives an address back, or found another host that uses it. */
static enum snoop_result take_end(struct snoop *snoop, const struct snoop_frame *frame,
				  uint32_t address)
{
	struct snoop_lease **at = find_lease(snoop, address, frame->vlan);

	if (!*at)
		return SNOOP_NOTHING;
	show(snoop, *at);
	if (!same_lladdr((*at)->lladdr, frame->lladdr) ||
	    strcmp((*at)->port, frame->port) != 0)
		return SNOOP_FOREIGN;
	del_lease(snoop, at);
	return SNOOP_UNBOUND;
}

static enum snoop_result take_client(struct snoop *snoop,
				     const struct snoop_frame *frame,
				     const struct snoop_time *now)
{
	const struct dhcp *dhcp = &snoop->dhcp;

	/* Of a relay agent: its clients are elsewhere. */
	if (dhcp->giaddr)
		return SNOOP_NOTHING;
	if (!same_lladdr(dhcp->chaddr, frame->lladdr))
		return SNOOP_FORGED;
	switch (dhcp->type) {
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
		return take_request(snoop, frame, now);
	case DHCP_RELEASE:
		return take_end(snoop, frame, dhcp->ciaddr);
	case DHCP_DECLINE:
		return take_end(snoop, frame, dhcp->wanted);
	default:
		return SNOOP_NOTHING;
	}
}

/* Servers */

static uint64_t add_time(uint64_t now, uint32_t seconds)
{
	if (seconds == DHCP_FOREVER)
		return SNOOP_FOREVER;
	return now + (uint64_t)(seconds < LEASE_MAX ? seconds : LEASE_MAX) * SECOND;
}

static void set_expiry(struct snoop_lease *lease, uint32_t seconds,
		       const struct snoop_time *now)
{
	lease->expiry = add_time(now->real, seconds);
	lease->boot = add_time(now->boot, seconds);
}

/* The lease is made, or changed: at is where it is or will be. */
static enum snoop_result grant(struct snoop *snoop, struct snoop_lease **at,
			       const struct snoop_frame *frame,
			       const char port[IF_NAMESIZE], const struct snoop_time *now)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	struct snoop_lease *lease = *at;

	memset(&snoop->was, 0, sizeof(snoop->was));
	if (lease) {
		snoop->was = *lease;
	} else {
		lease = calloc(1, sizeof(*lease));
		if (!lease)
			return SNOOP_FULL;
		*at = lease;
		snoop->n_leases++;
	}
	lease->address = dhcp->yiaddr;
	lease->vlan = frame->vlan;
	memcpy(lease->lladdr, dhcp->chaddr, LLADDR_LEN);
	copy_name(lease->port, port);
	copy_name(lease->segment, frame->segment);
	set_expiry(lease, dhcp->lease, now);
	show(snoop, lease);
	return SNOOP_BOUND;
}

static enum snoop_result take_ack(struct snoop *snoop, const struct snoop_frame *frame,
				  const struct snoop_time *now)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	struct snoop_client **client = find_client(snoop, dhcp->chaddr, frame->vlan);
	struct snoop_lease **at = find_lease(snoop, dhcp->yiaddr, frame->vlan);
	const struct snoop_lease *live = *at && is_bound(snoop, *at, now) ? *at : NULL;
	bool own = live && same_lladdr(live->lladdr, dhcp->chaddr);
	char port[IF_NAMESIZE];

	/* An answer to an INFORM has no address, and one from before DHCP no time. */
	if (!dhcp->yiaddr || !dhcp->has_lease || !dhcp->lease)
		return SNOOP_NOTHING;
	if (*client && find_xid(*client, dhcp->xid)) {
		copy_name(port, (*client)->port);
		/* It is served: from now on its lease says where it is. */
		del_client(snoop, client);
	} else if (own) {
		/* Its request was not handed over. */
		copy_name(port, live->port);
	} else {
		/* Of a client elsewhere. */
		return SNOOP_NOTHING;
	}
	if (live)
		show(snoop, live);
	if (live && !own)
		return SNOOP_TAKEN;
	if (live && strcmp(live->port, port) != 0)
		return SNOOP_FOREIGN;
	return grant(snoop, at, frame, port, now);
}

/* The client may not use the address that it asked for. */
static enum snoop_result take_nak(struct snoop *snoop, const struct snoop_frame *frame)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	struct snoop_client **client = find_client(snoop, dhcp->chaddr, frame->vlan);
	const uint32_t *wanted = *client ? find_xid(*client, dhcp->xid) : NULL;
	struct snoop_lease **at;
	bool own;

	if (!wanted)
		return SNOOP_NOTHING;
	at = find_lease(snoop, *wanted, frame->vlan);
	own = *at && same_lladdr((*at)->lladdr, dhcp->chaddr) &&
	      !strcmp((*at)->port, (*client)->port);
	if (!own)
		return SNOOP_NOTHING;
	show(snoop, *at);
	del_lease(snoop, at);
	return SNOOP_UNBOUND;
}

static enum snoop_result take_server(struct snoop *snoop,
				     const struct snoop_frame *frame,
				     const struct snoop_time *now)
{
	switch (snoop->dhcp.type) {
	case DHCP_ACK:
		return take_ack(snoop, frame, now);
	case DHCP_NAK:
		return take_nak(snoop, frame);
	default:
		return SNOOP_NOTHING;
	}
}

enum snoop_result snoop_take(struct snoop *snoop, const struct snoop_frame *frame,
			     const void *message, size_t len,
			     const struct snoop_time *now)
{
	memset(&snoop->lease, 0, sizeof(snoop->lease));
	if (!dhcp_parse(&snoop->dhcp, message, len))
		return SNOOP_MALFORMED;
	if (snoop->dhcp.reply)
		return !frame->trusted ? SNOOP_ROGUE :
		       frame->to_client ? take_server(snoop, frame, now) :
					  SNOOP_NOTHING;
	if (frame->trusted || frame->to_client)
		return SNOOP_NOTHING;
	return take_client(snoop, frame, now);
}

/* Leases as such */

bool snoop_add(struct snoop *snoop, const struct snoop_lease *lease)
{
	struct snoop_lease **at = find_lease(snoop, lease->address, lease->vlan);
	struct snoop_lease *new = *at;

	if (!new) {
		new = calloc(1, sizeof(*new));
		if (!new)
			return false;
		*at = new;
		snoop->n_leases++;
	}
	*new = *lease;
	new->next = NULL;
	return true;
}

void snoop_expire(struct snoop *snoop, const struct snoop_time *now,
		  void (*each)(void *data, const struct snoop_lease *lease), void *data)
{
	struct snoop_lease **at;
	size_t i;

	expire_clients(snoop, now->boot);
	for (i = 0; i < SLOTS; i++) {
		at = &snoop->leases[i];
		while (*at) {
			if (!is_over(*at, now)) {
				at = &(*at)->next;
				continue;
			}
			each(data, *at);
			del_lease(snoop, at);
		}
	}
}

void snoop_set_clock(struct snoop *snoop, const struct snoop_time *now)
{
	struct snoop_lease *lease;
	size_t i;

	for (i = 0; i < SLOTS; i++)
		for (lease = snoop->leases[i]; lease; lease = lease->next)
			if (lease->boot && lease->boot != SNOOP_FOREVER)
				lease->expiry = now->real + (lease->boot > now->boot ?
							     lease->boot - now->boot : 0);
}

bool snoop_each(const struct snoop *snoop,
		bool (*each)(void *data, const struct snoop_lease *lease), void *data)
{
	const struct snoop_lease *lease;
	size_t i;

	for (i = 0; i < SLOTS; i++)
		for (lease = snoop->leases[i]; lease; lease = lease->next)
			if (!each(data, lease))
				return false;
	return true;
}

void snoop_free(struct snoop *snoop)
{
	struct snoop_lease *lease;
	size_t i;

	for (i = 0; i < SLOTS; i++) {
		while (snoop->clients && snoop->clients[i])
			del_client(snoop, &snoop->clients[i]);
		while (snoop->leases && (lease = snoop->leases[i])) {
			snoop->leases[i] = lease->next;
			free(lease);
		}
	}
	free(snoop->clients);
	free(snoop->leases);
}
