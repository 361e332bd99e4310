/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle's random hosts, their configuration, and the questions to them; made
 * from a seed, and printed as commands.
 *
 * Plain data. Each item can be left out ("gone"), for shrinking.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

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

struct device {
	bool gone;
	enum kind kind;
	char name[IF_NAMESIZE];
	uint8_t mac[ETH_ALEN];
	int lower;		/* of a VLAN or macvlan: its lower device, else NOBODY */
	int master;		/* the VRF, or NOBODY */
	int vid;		/* VLAN ID, or 0 */
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

struct host {
	int devices, addresses, routes, rules, proxies;
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

/* Rows: all, then the devices. */
#define ROWS	(1 + DEVICES)

/* A field that changes nothing, so that packets come before policy that has no objection. */
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

struct config {
	int stock[ROWS][KEYS];	/* the sysctls of the stock kernel */
	int decoy[ROWS][KEYS];	/* the sysctls that policy overrides */
	unsigned int managed;	/* 1 << key: set by policy */
	enum form form;
	bool strange;		/* over garbage in less specific selectors */
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
enum to { TO_ALL, TO_HOST, TO_OTHER };

#define QUESTIONS	24

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
};

void make_questions(struct question *q, const struct host *h,
		    const struct config *c, struct rng *r);

/* Printing */

void print_host(FILE *f, const struct host *h);
void print_sysctls(FILE *f, const struct host *h, int conf[ROWS][KEYS]);
void print_question(FILE *f, const struct host *h, const struct question *q);

#endif /* SCENARIO_H */
