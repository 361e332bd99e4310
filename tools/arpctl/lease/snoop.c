// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases, derived from the DHCP messages that a bridge receives.
 *
 * Two tables. A client that has asked is known by its MAC, VLAN and port, with its latest
 * transactions. An ACK with one of these makes a lease, known by its address and VLAN.
 *
 * Who may do what:
 *   - Only a server on a trusted port gives, and takes back by a NAK.
 *   - Only the client, on the port that its lease is bound to, gives back: its frame has
 *     its MAC as source.
 *   - While a MAC has a lease, messages with it on another port open nothing. An ACK of
 *     this lease renews it where it is, unless it was asked for on other ports only: so a
 *     client that was plugged in elsewhere is bound there when its lease is over.
 *   - Transaction ids are seen by all when a client broadcasts. So a transaction is of the
 *     port where it was seen first. A port that joins in one of another port with the same
 *     MAC gives itself away, and loses what it has asked.
 *   - Of several ports with transactions of their own for one MAC, only the one that began
 *     first gets a lease. Whoever is first cannot be told from the client.
 *   - A lease moves to another port or client only when it is over or its port has gone,
 *     whatever the server says: a server believes a forged RELEASE.
 *
 * A port has a bounded share of the table of clients: a flood displaces the oldest clients
 * of its own port only.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lease/snoop.h"

#define SECOND		1000ULL
#define SLOTS		4096U		/* a power of two */

/*
 * Clients that wait, of one port and of all. The kernel hands over 250 messages a second of
 * a port: in a flood, a client has 16 seconds to get its ACK.
 */
#define PORT_CLIENTS_MAX 4096U
#define CLIENTS_MAX	32768U

/* How long a client's port counts after it was last heard there. */
#define CLIENT_TIME	(60U * SECOND)

/* Longer leases are cut to ten years. */
#define LEASE_MAX	(10U * 365U * 24U * 3600U)

/* Transactions of a client that are remembered. */
#define XIDS		4

/* No order: see struct snoop_client. */
#define FOREIGN		UINT64_MAX

/**
 * struct snoop_request - a transaction of a client
 * @xid: its number
 * @wanted: the address that the client asked for, or 0
 * @may_end: an ACK or NAK may follow
 */
struct snoop_request {
	uint32_t xid;
	uint32_t wanted;
	bool may_end;
};

/**
 * struct snoop_client - a client that has asked on a port
 * @lladdr: its MAC
 * @vlan: the VLAN
 * @port: the port
 * @order: when it asked first: smaller is earlier; FOREIGN: while it had a lease elsewhere
 * @until: how long that counts, in ms of CLOCK_BOOTTIME; each message prolongs it
 * @requests: its latest transactions
 * @n_requests: how many there were
 * @next: in the same slot of the hash table
 * @older: of the same port, the next one that was heard earlier
 * @newer: and later
 */
struct snoop_client {
	uint8_t lladdr[LLADDR_LEN];
	uint32_t vlan;
	struct snoop_port *port;
	uint64_t order;
	uint64_t until;
	struct snoop_request requests[XIDS];
	unsigned int n_requests;
	struct snoop_client *next;
	struct snoop_client *older;
	struct snoop_client *newer;
};

/**
 * struct snoop_port - a port with clients that have asked
 * @name: its name
 * @n: how many
 * @oldest: the client that was not heard for longest
 * @newest: the one that was heard last
 * @next: in the list of ports; the kernel allows 1024 for a bridge
 */
struct snoop_port {
	char name[IF_NAMESIZE];
	size_t n;
	struct snoop_client *oldest;
	struct snoop_client *newest;
	struct snoop_port *next;
};

/**
 * struct snoop_known - a port that was looked up
 * @name: its name
 * @turn: when; the result of an earlier turn is not used
 * @exists: the result
 */
struct snoop_known {
	char name[IF_NAMESIZE];
	uint64_t turn;
	bool exists;
};

/* How many results are kept, a power of two: a lookup takes system calls. */
#define KNOWN		256U

bool snoop_init(struct snoop *snoop)
{
	memset(snoop, 0, sizeof(*snoop));
	snoop->leases = calloc(SLOTS, sizeof(*snoop->leases));
	snoop->by_lladdr = calloc(SLOTS, sizeof(*snoop->by_lladdr));
	snoop->clients = calloc(SLOTS, sizeof(*snoop->clients));
	snoop->known = calloc(KNOWN, sizeof(*snoop->known));
	snoop->turn = 1;
	if (getrandom(&snoop->secret, sizeof(snoop->secret), 0) < 0)
		snoop->secret = (uintptr_t)snoop->clients;
	snoop->secret |= 1;
	return snoop->leases && snoop->by_lladdr && snoop->clients && snoop->known;
}

/* Multiplicative hashing. */
static size_t slot_of(uint64_t key, uint32_t vlan, uint64_t factor)
{
	return (size_t)((key ^ (uint64_t)vlan << 48) * factor >> 52) & (SLOTS - 1);
}

/* The leases of an address in several VLANs are in one slot. */
static size_t lease_slot(uint32_t address)
{
	return slot_of(address, 0, 0x9e3779b97f4a7c15ULL);
}

/* A client chooses its MAC, so the factor is secret: nobody can fill one slot alone. */
static size_t lladdr_slot(const struct snoop *snoop, const uint8_t lladdr[LLADDR_LEN],
			  uint32_t vlan)
{
	uint64_t key = 0;

	memcpy(&key, lladdr, LLADDR_LEN);
	return slot_of(key, vlan, snoop->secret);
}

static bool same_lladdr(const uint8_t a[LLADDR_LEN], const uint8_t b[LLADDR_LEN])
{
	return !memcmp(a, b, LLADDR_LEN);
}

static struct snoop_lease **find_lease(const struct snoop *snoop, uint32_t address,
				       uint32_t vlan)
{
	struct snoop_lease **at = &snoop->leases[lease_slot(address)];

	while (*at && ((*at)->address != address || (*at)->vlan != vlan))
		at = &(*at)->next;
	return at;
}

static struct snoop_client *clients_of(const struct snoop *snoop,
				       const uint8_t lladdr[LLADDR_LEN], uint32_t vlan)
{
	return snoop->clients[lladdr_slot(snoop, lladdr, vlan)];
}

static bool is_client(const struct snoop_client *client,
		      const uint8_t lladdr[LLADDR_LEN], uint32_t vlan)
{
	return client->vlan == vlan && same_lladdr(client->lladdr, lladdr);
}

/* In the list of its port, which is sorted by when a client was heard. */
static void unlist_client(struct snoop_client *client)
{
	struct snoop_port *port = client->port;

	if (client->older)
		client->older->newer = client->newer;
	else
		port->oldest = client->newer;
	if (client->newer)
		client->newer->older = client->older;
	else
		port->newest = client->older;
	port->n--;
}

static void list_client(struct snoop_client *client)
{
	struct snoop_port *port = client->port;

	client->older = port->newest;
	client->newer = NULL;
	if (port->newest)
		port->newest->newer = client;
	else
		port->oldest = client;
	port->newest = client;
	port->n++;
}

static void del_client(struct snoop *snoop, struct snoop_client *client)
{
	struct snoop_client **at;

	at = &snoop->clients[lladdr_slot(snoop, client->lladdr, client->vlan)];
	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	unlist_client(client);
	free(client);
	snoop->n_clients--;
}

static struct snoop_lease **lladdr_head(struct snoop *snoop,
					const struct snoop_lease *lease)
{
	return &snoop->by_lladdr[lladdr_slot(snoop, lease->lladdr, lease->vlan)];
}

/* A lease is filled, or will change. */
static void index_lease(struct snoop *snoop, struct snoop_lease *lease)
{
	struct snoop_lease **head = lladdr_head(snoop, lease);

	lease->next_of_lladdr = *head;
	*head = lease;
}

static void unindex_lease(struct snoop *snoop, const struct snoop_lease *lease)
{
	struct snoop_lease **at = lladdr_head(snoop, lease);

	while (*at != lease)
		at = &(*at)->next_of_lladdr;
	*at = lease->next_of_lladdr;
}

static void del_lease(struct snoop *snoop, struct snoop_lease **at)
{
	struct snoop_lease *lease = *at;

	unindex_lease(snoop, lease);
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

void snoop_look_again(struct snoop *snoop)
{
	snoop->turn++;
}

/* FNV-1a. */
static struct snoop_known *known_slot(const struct snoop *snoop, const char *port)
{
	uint32_t hash = 2166136261U;

	for (; *port; port++)
		hash = (hash ^ (uint8_t)*port) * 16777619U;
	return &snoop->known[hash & (KNOWN - 1)];
}

static bool port_exists(const struct snoop *snoop, const char *port)
{
	struct snoop_known *known = known_slot(snoop, port);

	if (known->turn == snoop->turn && !strcmp(known->name, port))
		return known->exists;
	known->exists = !snoop->port_exists || snoop->port_exists(snoop->data, port);
	known->turn = snoop->turn;
	snprintf(known->name, sizeof(known->name), "%s", port);
	return known->exists;
}

/* Whether a lease is bound: nobody else can have it, and it cannot move. */
static bool is_bound(const struct snoop *snoop, const struct snoop_lease *lease,
		     const struct snoop_time *now)
{
	return !is_over(lease, now) && port_exists(snoop, lease->port);
}

/*
 * The lease that ties this MAC to another port, or NULL. With several, one on this port
 * counts.
 */
static const struct snoop_lease *find_elsewhere(const struct snoop *snoop,
						const uint8_t lladdr[LLADDR_LEN],
						uint32_t vlan, const char *port,
						const struct snoop_time *now)
{
	const struct snoop_lease *lease, *found = NULL;

	lease = snoop->by_lladdr[lladdr_slot(snoop, lladdr, vlan)];
	for (; lease; lease = lease->next_of_lladdr) {
		if (lease->vlan != vlan || !same_lladdr(lease->lladdr, lladdr) ||
		    !is_bound(snoop, lease, now))
			continue;
		if (!strcmp(lease->port, port))
			return NULL;
		found = lease;
	}
	return found;
}

/* Clients */

static void expire_clients(struct snoop *snoop, uint64_t now)
{
	struct snoop_port **at = &snoop->ports, *port;
	struct snoop_client *client, *newer;

	while (*at) {
		port = *at;
		for (client = port->oldest; client && client->until <= now; client = newer) {
			newer = client->newer;
			del_client(snoop, client);
		}
		if (port->n) {
			at = &port->next;
			continue;
		}
		*at = port->next;
		free(port);
	}
}

static struct snoop_port *get_port(struct snoop *snoop, const char name[IF_NAMESIZE])
{
	struct snoop_port *port;

	for (port = snoop->ports; port; port = port->next)
		if (!strcmp(port->name, name))
			return port;
	port = calloc(1, sizeof(*port));
	if (!port)
		return NULL;
	copy_name(port->name, name);
	port->next = snoop->ports;
	snoop->ports = port;
	return port;
}

/* Makes room for a client of this port, which may be the first. */
static void make_room(struct snoop *snoop, struct snoop_port *port)
{
	struct snoop_port *most = snoop->ports;

	if (port->n >= PORT_CLIENTS_MAX)
		del_client(snoop, port->oldest);
	if (snoop->n_clients < CLIENTS_MAX)
		return;
	for (port = most->next; port; port = port->next)
		if (port->n > most->n)
			most = port;
	del_client(snoop, most->oldest);
}

static struct snoop_client *add_client(struct snoop *snoop, const struct snoop_frame *frame)
{
	struct snoop_port *port = get_port(snoop, frame->port);
	struct snoop_client *client = port ? calloc(1, sizeof(*client)) : NULL, **slot;

	if (!client)
		return NULL;
	make_room(snoop, port);
	memcpy(client->lladdr, frame->lladdr, LLADDR_LEN);
	client->vlan = frame->vlan;
	client->port = port;
	client->order = FOREIGN;
	slot = &snoop->clients[lladdr_slot(snoop, frame->lladdr, frame->vlan)];
	client->next = *slot;
	*slot = client;
	list_client(client);
	snoop->n_clients++;
	return client;
}

/* The client, added if necessary; NULL without memory. It counts from now. */
static struct snoop_client *get_client(struct snoop *snoop,
				       const struct snoop_frame *frame, uint64_t now)
{
	struct snoop_client *client = clients_of(snoop, frame->lladdr, frame->vlan);

	while (client && (!is_client(client, frame->lladdr, frame->vlan) ||
			  strcmp(client->port->name, frame->port) != 0))
		client = client->next;
	if (!client)
		client = add_client(snoop, frame);
	if (!client)
		return NULL;
	client->until = now + CLIENT_TIME;
	unlist_client(client);
	list_client(client);
	return client;
}

/* A transaction of this client, or NULL. */
static struct snoop_request *find_request(struct snoop_client *client, uint32_t xid)
{
	unsigned int i, n = client->n_requests < XIDS ? client->n_requests : XIDS;

	for (i = 0; i < n; i++)
		if (client->requests[i].xid == xid)
			return &client->requests[i];
	return NULL;
}

static void add_request(struct snoop_client *client, const struct dhcp *dhcp)
{
	struct snoop_request *request = find_request(client, dhcp->xid);

	if (!request) {
		request = &client->requests[client->n_requests++ % XIDS];
		*request = (struct snoop_request){ .xid = dhcp->xid };
	}
	if (dhcp->type != DHCP_REQUEST && !dhcp->rapid)
		return;
	request->wanted = dhcp->wanted ? dhcp->wanted : dhcp->ciaddr;
	request->may_end = true;
}

static bool has_asked(const struct snoop *snoop, struct snoop_client *client,
		      const struct dhcp *dhcp, uint32_t vlan)
{
	return is_client(client, dhcp->chaddr, vlan) && find_request(client, dhcp->xid) &&
	       port_exists(snoop, client->port->name);
}

/* The client whose transaction this is, or NULL. */
static struct snoop_client *find_asker(const struct snoop *snoop, const struct dhcp *dhcp,
				       uint32_t vlan)
{
	struct snoop_client *client = clients_of(snoop, dhcp->chaddr, vlan), *found = NULL;

	for (; client; client = client->next)
		if ((!found || client->order < found->order) &&
		    has_asked(snoop, client, dhcp, vlan))
			found = client;
	return found;
}

/* Whether a client with the same MAC began earlier on another port. */
static bool is_late(const struct snoop *snoop, const struct snoop_client *client)
{
	const struct snoop_client *other;

	other = clients_of(snoop, client->lladdr, client->vlan);
	for (; other; other = other->next)
		if (other->order < client->order &&
		    is_client(other, client->lladdr, client->vlan) &&
		    port_exists(snoop, other->port->name))
			return true;
	return false;
}

/* It is served: from now on its lease says where it is. */
static void del_clients(struct snoop *snoop, const uint8_t lladdr[LLADDR_LEN],
			uint32_t vlan)
{
	struct snoop_client *client = clients_of(snoop, lladdr, vlan), *next;

	for (; client; client = next) {
		next = client->next;
		if (is_client(client, lladdr, vlan))
			del_client(snoop, client);
	}
}

static void show(struct snoop *snoop, const struct snoop_lease *lease)
{
	snoop->lease = *lease;
	snoop->lease.next = NULL;
	snoop->lease.next_of_lladdr = NULL;
}

/*
 * A client asks: DISCOVER shows the port before anyone else can know the transaction;
 * an ACK follows a REQUEST, or a DISCOVER with rapid commit.
 */
static enum snoop_result take_request(struct snoop *snoop,
				      const struct snoop_frame *frame,
				      const struct snoop_time *now)
{
	const struct snoop_lease *elsewhere;
	const struct snoop_client *asker;
	struct snoop_client *client;

	elsewhere = find_elsewhere(snoop, frame->lladdr, frame->vlan, frame->port, now);
	client = get_client(snoop, frame, now->boot);
	if (!client)
		return SNOOP_FULL;
	if (elsewhere) {
		add_request(client, &snoop->dhcp);
		show(snoop, elsewhere);
		return SNOOP_FOREIGN;
	}
	asker = find_asker(snoop, &snoop->dhcp, frame->vlan);
	if (asker && asker != client && asker->order != FOREIGN) {
		del_client(snoop, client);
		return SNOOP_CONTESTED;
	}
	if (client->order == FOREIGN)
		client->order = snoop->n_asked++;
	add_request(client, &snoop->dhcp);
	return is_late(snoop, client) ? SNOOP_CONTESTED : SNOOP_NOTHING;
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
		unindex_lease(snoop, lease);
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
	index_lease(snoop, lease);
	show(snoop, lease);
	return SNOOP_BOUND;
}

/* Whether this lease is to be renewed on another port, and not on its own. */
static bool asked_elsewhere(const struct snoop *snoop, const struct snoop_lease *lease)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	struct snoop_client *client = clients_of(snoop, dhcp->chaddr, lease->vlan);
	bool elsewhere = false;

	for (; client; client = client->next) {
		if (!has_asked(snoop, client, dhcp, lease->vlan))
			continue;
		if (!strcmp(client->port->name, lease->port))
			return false;
		elsewhere = true;
	}
	return elsewhere;
}

/*
 * The port on which the client that gets this ACK has asked, or NULL: a client elsewhere,
 * or one that does not count.
 */
static const char *find_acked(const struct snoop *snoop, uint32_t vlan,
			      const struct snoop_time *now)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	struct snoop_client *client = find_asker(snoop, dhcp, vlan);
	const char *port = client ? client->port->name : NULL;

	if (!client || !find_request(client, dhcp->xid)->may_end ||
	    is_late(snoop, client) ||
	    find_elsewhere(snoop, dhcp->chaddr, vlan, port, now))
		return NULL;
	return port;
}

static enum snoop_result take_ack(struct snoop *snoop, const struct snoop_frame *frame,
				  const struct snoop_time *now)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	struct snoop_lease **at = find_lease(snoop, dhcp->yiaddr, frame->vlan);
	const struct snoop_lease *live = *at && is_bound(snoop, *at, now) ? *at : NULL;
	const struct snoop_lease *own = live && same_lladdr(live->lladdr, dhcp->chaddr) ?
					live : NULL;
	const char *asked;
	char port[IF_NAMESIZE];

	/* An answer to an INFORM has no address, and one from before DHCP no time. */
	if (!address_is_unicast(dhcp->yiaddr) || !dhcp->has_lease || !dhcp->lease)
		return SNOOP_NOTHING;
	/* The request of a renewal may not have been handed over. */
	asked = own ? own->port : find_acked(snoop, frame->vlan, now);
	if (!asked)
		return SNOOP_NOTHING;
	if (live)
		show(snoop, live);
	if (own && asked_elsewhere(snoop, own))
		return SNOOP_FOREIGN;
	copy_name(port, asked);
	del_clients(snoop, dhcp->chaddr, frame->vlan);
	return live && !own ? SNOOP_TAKEN : grant(snoop, at, frame, port, now);
}

/* The client may not use the address that it asked for. */
static enum snoop_result take_nak(struct snoop *snoop, const struct snoop_frame *frame)
{
	const struct dhcp *dhcp = &snoop->dhcp;
	const struct snoop_request *request;
	struct snoop_client *client;
	struct snoop_lease **at;

	client = find_asker(snoop, dhcp, frame->vlan);
	request = client ? find_request(client, dhcp->xid) : NULL;
	if (!request || !request->may_end)
		return SNOOP_NOTHING;
	at = find_lease(snoop, request->wanted, frame->vlan);
	if (!*at || !same_lladdr((*at)->lladdr, dhcp->chaddr) ||
	    strcmp((*at)->port, client->port->name) != 0)
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
	expire_clients(snoop, now->boot);
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

const struct snoop_lease *snoop_find_other(const struct snoop *snoop,
					   const struct snoop_lease *gone)
{
	const struct snoop_lease *lease = snoop->leases[lease_slot(gone->address)];

	while (lease && (lease->address != gone->address || lease->vlan == gone->vlan ||
			 strcmp(lease->port, gone->port) != 0))
		lease = lease->next;
	return lease;
}

bool snoop_add(struct snoop *snoop, const struct snoop_lease *lease)
{
	struct snoop_lease **at = find_lease(snoop, lease->address, lease->vlan);
	struct snoop_lease *new = *at;

	if (new)
		del_lease(snoop, at);
	new = malloc(sizeof(*new));
	if (!new)
		return false;
	*new = *lease;
	new->next = *at;
	*at = new;
	index_lease(snoop, new);
	snoop->n_leases++;
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

	expire_clients(snoop, UINT64_MAX);
	for (i = 0; i < SLOTS; i++) {
		while (snoop->leases && (lease = snoop->leases[i])) {
			snoop->leases[i] = lease->next;
			free(lease);
		}
	}
	free(snoop->clients);
	free(snoop->leases);
	free(snoop->by_lladdr);
	free(snoop->known);
}
