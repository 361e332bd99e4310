/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle's random hosts, their configuration, and the questions to them; made
 * from a seed, and printed as commands.
 *
 * Plain data. Each item can be left out ("gone"), for shrinking.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <linux/arp_policy.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct rng {
	uint64_t state;
};

/* A number below @n. */
unsigned int rnd(struct rng *r, unsigned int n);
bool chance(struct rng *r, unsigned int percent);
/* A random index; the weights add up to 100. */
int pick(struct rng *r, const unsigned int *weights);
#define PICK(r, ...)	pick(r, (const unsigned int[]){ __VA_ARGS__ })
/* A number derived from all of these. */
struct rng rng_of(uint64_t seed, uint64_t host, uint64_t config);

/* The host */

enum kind { LO, VETH, BRIDGE, VLAN, MACVLAN, DUMMY, VRF };

#define DEVICES		8
#define ADDRESSES	48
#define ROUTES		8
#define RULES		3
#define PROXIES		3
#define VRF_TABLE	100
#define OTHER_TABLE	200
#define NOBODY		(-1)
/* Some hosts have a bridge with several ports: see ports.h. */
#define PORTED		1	/* the bridge's device */
#define PORTS		4
#define CABLES		(DEVICES + PORTS)

struct device {
	bool gone;
	enum kind kind;
	char name[IF_NAMESIZE];
	uint8_t mac[ETH_ALEN];
	int lower;		/* of a VLAN or macvlan: its lower device, else NOBODY */
	int master;		/* the VRF, or NOBODY */
	int vid;		/* VLAN ID, or 0 */
	uint16_t proto;		/* of a VLAN: its tag, or 0 for 802.1Q */
	int table;		/* of a VRF, or 0 */
	bool noarp;
	bool shared;		/* its cable is on the common segment */
	bool locks;		/* neighbours are always too young to be overridden,
				 			 * otherwise they never are
				 */
};

struct address {
	bool gone, refused;
	int dev;
	uint32_t local, peer;	/* peer: 0 for none */
	uint8_t len, scope;
	bool broadcast;
};

struct route {
	bool gone, refused;
	uint8_t type;		/* RTN_* */
	uint32_t dst, via, src;	/* 0 for none */
	uint8_t len;
	int dev;		/* or NOBODY */
	int table;
};

struct rule {
	bool gone, refused;
	uint32_t from, to;
	uint8_t from_len, to_len;	/* 0 for none */
	int iif;			/* or NOBODY */
};

/* ip neigh add proxy */
struct proxy {
	bool gone, refused;
	uint32_t addr;
	int dev;
};

/* A port of the bridge PORTED; VLANs are 1 to 15. */
struct port {
	bool gone, isolated, locked, deaf;	/* deaf: it does not learn */
	uint16_t pvid;				/* 0: none */
	uint16_t vids;				/* 1 << VLAN ID: member */
};

struct host {
	int devices, addresses, routes, rules, proxies;
	int ports;		/* of the bridge PORTED; 0: an ordinary host */
	bool filtering;		/* it filters VLANs */
	uint16_t proto;		/* its VLANs' tag */
	struct port port[PORTS];
	struct device device[DEVICES];
	struct address address[ADDRESSES];
	struct route route[ROUTES];
	struct rule rule[RULES];
	struct proxy proxy[PROXIES];
	bool may_hide;		/* hidden is equivalent to arp_ignore=1 here */
};

void make_host(struct host *h, struct rng *r);
/* Does the device exist, with all its lower devices? */
bool there(const struct host *h, int dev);
/* The device with this MAC, or NOBODY. */
int device_of(const struct host *h, const uint8_t *mac);
/* The device whose cable leads to this one, or NOBODY. */
int cable_of(const struct host *h, int dev);

/* Configuration */

enum key {
	/* The sysctls for which policy has fields; up to PROXY_DELAY. */
	ARP_IGNORE, ARP_ANNOUNCE, ARP_FILTER, PROXY_ARP, PROXY_ARP_PVLAN,
	DROP_GRATUITOUS_ARP, PROXY_DELAY,
	FORWARDING, RP_FILTER, ACCEPT_LOCAL, ROUTE_LOCALNET, MEDIUM_ID,
	ARP_ACCEPT,
	KEYS
};

#define MANAGEABLE	(PROXY_DELAY + 1)

struct key_kind {
	const char *name;
	int id;			/* IPV4_DEVCONF_*, or 0: neighbour table */
	bool all;		/* net.ipv4.conf.all is taken into account */
	bool max;		/* the maximum of all and device, else either */
};

extern struct key_kind keys[KEYS];
/* Kernels before 5.11 do not always take "all" into account. */
void read_release(void);
/* Kernels before 5.18 have no locked ports, and old ones do not report the VLANs of a port. */
extern bool tells_ports;

/* Rows: all, then the devices. */
#define ROWS	(1 + DEVICES)

/* A field that changes no result: packets are checked by policy and accepted. */
enum bystander {
	NO_BYSTANDER,
	MODE_ENFORCE, LEARN_ANY, DEFEND_OFF,
	INSPECT_ENFORCE,	/* without bindings */
	HIGH_RATES,
	HIDDEN_NOWHERE,		/* of a device that does not exist */
	BYSTANDERS
};

enum form {
	STRUCTURE,		/* "all" and each device, as the sysctls */
	EFFECTIVE,		/* the effective values of each device, by its name */
	GLOBS,			/* likewise, by a glob that matches only this device */
	FORMS
};

/* What policy does with frames that a port receives. */
enum port_way {
	PORT_BARE,	/* no policy */
	PORT_TRUSTED,	/* trust on */
	PORT_ANSWERS,	/* only suppress */
	PORT_JUDGED,	/* trust off */
	PORT_AUDITED,	/* trust off or suppress, mode audit */
};

#define PORT_FIELDS	(ARP_POLICY_FIELD_MAX + 1)
#define ENTRIES		24

/* A rule or a binding. */
struct entry {
	bool gone;
	uint8_t table, action, len;
	char selector[IF_NAMESIZE];
	uint32_t prefix;
	bool has_mac;		/* else a binding is for any MAC */
	uint8_t mac[ETH_ALEN];
};

struct config {
	enum port_way way[PORTS];
	int port[PORTS][PORT_FIELDS];	/* -1: not set */
	int entries;
	struct entry entry[ENTRIES];
	int stock[ROWS][KEYS];	/* the sysctls of the stock kernel */
	int decoy[ROWS][KEYS];	/* the sysctls that policy overrides */
	unsigned int managed;	/* 1 << key: set by policy */
	enum form form;
	bool strange;		/* less specific selectors have garbage, which it overrides */
	bool restored;		/* in one transaction */
	enum bystander bystander;
	bool hide;		/* policy is "hidden" everywhere; see may_hide */
};

#define COMBINATIONS	240	/* of managed keys, and "all" or device */

/* @combination: a different one for each of the first COMBINATIONS configurations */
void make_config(struct config *c, const struct host *h, struct rng *r,
		 unsigned int combination);
/* The effective value for a device. */
int effective(int conf[ROWS][KEYS], int dev, enum key key);

/* Questions */

/* In the order in which they are sent. */
enum what { SEND, FORWARD, ASK };
enum to { TO_ALL, TO_HOST, TO_OTHER, TO_PEER };

#define QUESTIONS	24

/* What precedes the ARP packet in a frame. */
struct wrapping {
	int tags;
	uint16_t proto[2], tci[2];
	bool snap;
	uint8_t cut;		/* bytes that are missing at the end */
};

struct question {
	bool gone;
	enum what what;
	int dev;		/* ASK, FORWARD: receiving device; SEND: bound to, or NOBODY */
	uint32_t sender, target;
	/* ASK */
	uint16_t op, hrd;
	enum to to;
	int tha;		/* 0 zero, 1 the host's, 2 the asker's */
	uint16_t known;		/* the state of an existing entry for the sender, or 0 */
	bool known_same;	/* with the same MAC */
	bool other_source;	/* the frame's source is not the sender's MAC */
	/* ASK on a port of the bridge PORTED */
	bool wrapped;		/* as .wrap says; else in @dev's VLAN on port 0 */
	int port;
	struct wrapping wrap;
	int peer;		/* TO_PEER: to the asker of that question */
};

void make_questions(struct question *q, const struct host *h,
		    const struct config *c, struct rng *r);
/* The cable on which a question is asked. */
int cable_in(const struct host *h, const struct question *q);

/* Printing */

void print_host(FILE *f, const struct host *h);
void print_sysctls(FILE *f, const struct host *h, int conf[ROWS][KEYS]);
void print_question(FILE *f, const struct host *h, const struct question *q);

#endif /* SCENARIO_H */
