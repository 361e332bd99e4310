// SPDX-License-Identifier: GPL-2.0-only
/* Random hosts, configurations and questions; see scenario.h. */
#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

#include "common.h"
#include "ports.h"
#include "scenario.h"

/* SplitMix64. */
static uint64_t next(struct rng *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned int rnd(struct rng *r, unsigned int n)
{
	return (next(r) >> 32) * n >> 32;
}

bool chance(struct rng *r, unsigned int percent)
{
	return rnd(r, 100) < percent;
}

struct rng rng_of(uint64_t seed, uint64_t host, uint64_t config)
{
	struct rng r = { seed };

	r.state = next(&r) ^ host;
	r.state = next(&r) ^ config;
	next(&r);
	return r;
}

int pick(struct rng *r, const unsigned int *weights)
{
	unsigned int n = rnd(r, 100);
	int i;

	for (i = 0; n >= weights[i]; i++)
		n -= weights[i];
	return i;
}

static uint32_t addr(int a, int b, int c, int d)
{
	return htonl((uint32_t)a << 24 | b << 16 | c << 8 | d);
}

static uint32_t cut(uint32_t address, int len)
{
	return len ? address & htonl(~UINT32_C(0) << (32 - len)) : 0;
}

/* The host */

bool there(const struct host *h, int dev)
{
	if (dev == NOBODY)
		return true;
	return !h->device[dev].gone && there(h, h->device[dev].lower);
}

int device_of(const struct host *h, const uint8_t *mac)
{
	int i;

	for (i = 1; i < h->devices; i++)
		if (there(h, i) && !memcmp(mac, h->device[i].mac, ETH_ALEN))
			return i;
	return NOBODY;
}

int cable_of(const struct host *h, int dev)
{
	switch (h->device[dev].kind) {
	case VETH:
	case BRIDGE:
		return dev;
	case VLAN:
	case MACVLAN:
		return cable_of(h, h->device[dev].lower);
	default:
		return NOBODY;
	}
}

int cable_in(const struct host *h, const struct question *q)
{
	return q->port ? DEVICES + q->port : cable_of(h, q->dev);
}

static int find_kind(const struct host *h, struct rng *r, enum kind kind)
{
	int found[DEVICES], n = 0, i;

	for (i = 0; i < h->devices; i++)
		if (h->device[i].kind == kind)
			found[n++] = i;
	return n ? found[rnd(r, n)] : NOBODY;
}

static void make_device(struct host *h, struct rng *r)
{
	static const enum kind kinds[] = {
		VETH, VLAN, MACVLAN, BRIDGE, DUMMY, VRF
	};
	int i = h->devices++, member;
	struct device *d = &h->device[i];

	*d = (struct device){
		.kind = kinds[PICK(r, 35, 15, 15, 12, 13, 10)],
		.mac = { 2, 0, 0, 0, 0, i },
		.lower = NOBODY, .master = NOBODY,
		.noarp = chance(r, 3), .locks = chance(r, 60),
	};
	/* At least one device must receive the questions. */
	if (i == 1 && d->kind != BRIDGE)
		d->kind = VETH;
	for (member = 0; d->kind == VRF && member < i; member++)
		if (h->device[member].kind == VRF)
			d->kind = VETH;
	if (d->kind == VLAN || d->kind == MACVLAN)
		d->lower = find_kind(h, r, VETH);
	if (d->lower == NOBODY && (d->kind == VLAN || d->kind == MACVLAN))
		d->kind = DUMMY;
	switch (d->kind) {
	case VLAN:
		d->vid = 4 + i;
		sprintf(d->name, "eth%d.%d", d->lower, d->vid);
		break;
	case VRF:
		strcpy(d->name, "red");
		d->table = VRF_TABLE;
		d->noarp = false;
		member = find_kind(h, r, VETH);
		if (member != NOBODY)
			h->device[member].master = i;
		break;
	default:
		sprintf(d->name, "%s%d", d->kind == VETH ? "eth" :
			d->kind == BRIDGE ? "br" :
			d->kind == MACVLAN ? "mac" : "dum", i);
	}
}

/* Few subnets, so that devices share them. */
static uint32_t subnet(struct rng *r)
{
	return addr(10, rnd(r, 4), rnd(r, 2), 0);
}

static const struct address *some_address(const struct host *h, struct rng *r)
{
	return h->addresses ? &h->address[rnd(r, h->addresses)] : NULL;
}

static void make_address(struct host *h, struct rng *r, int dev, uint32_t home)
{
	static const uint8_t lengths[] = { 24, 25, 16, 30, 32 };
	const struct address *other = some_address(h, r);
	struct address *a = &h->address[h->addresses++];
	uint32_t base = chance(r, 75) ? home : subnet(r);

	*a = (struct address){
		.dev = dev, .len = 32, .broadcast = chance(r, 50),
	};
	switch (PICK(r, 60, 12, 10, 10, 8)) {
	case 0:
		a->local = base | htonl(1 + rnd(r, 9));
		a->len = lengths[PICK(r, 68, 10, 10, 6, 6)];
		break;
	case 1:
		a->local = addr(10, 8, 8, 1 + rnd(r, 6));
		break;
	case 2:
		a->local = base | htonl(0x800 + 1 + rnd(r, 4));
		a->peer = base | htonl(0x800 + 5 + rnd(r, 4));
		a->len = chance(r, 70) ? 32 : 24;
		break;
	case 3:
		/* Configure one address twice. */
		a->local = other ? other->local : addr(10, 8, 8, 1);
		a->len = other && chance(r, 50) ? other->len : 32;
		break;
	default:
		a->local = addr(169, 254, 1, 1 + rnd(r, 6));
		a->len = 16;
	}
	a->scope = (const uint8_t[]){ RT_SCOPE_UNIVERSE, RT_SCOPE_LINK,
		RT_SCOPE_HOST }[PICK(r, 75, 12, 13)];
	if (h->device[dev].kind == LO && chance(r, 50))
		a->scope = RT_SCOPE_HOST;
}

static void make_route(struct host *h, struct rng *r)
{
	const struct address *a = some_address(h, r), *own = some_address(h, r);
	struct route *o = &h->route[h->routes++];
	uint32_t base = subnet(r);
	int i;

	*o = (struct route){ .type = RTN_UNICAST, .len = 24, .dev = NOBODY };
	switch (PICK(r, 30, 10, 20, 26, 14)) {
	case 0:
	case 1:
		/* Through a gateway: a whole subnet, one of its hosts, or all. */
		for (i = 0; a && a->len == 32 && i < 8; i++)
			a = some_address(h, r);
		o->via = (a ? cut(a->local, 24) : base) | htonl(60);
		o->dev = a ? a->dev : 1;
		o->dst = addr(10, 60 + rnd(r, 4), 0, 0);
		if (chance(r, 30)) {
			o->dst = base | htonl(70 + rnd(r, 4));
			o->len = 32;
		} else if (chance(r, 30)) {
			o->dst = 0;
			o->len = 0;
		}
		break;
	case 2:
		o->dev = 1 + rnd(r, h->devices - 1);
		o->dst = chance(r, 50) ? addr(10, 20 + rnd(r, 4), 0, 0) : base;
		if (chance(r, 30)) {
			o->dst |= htonl(64);
			o->len = 26;
		}
		break;
	case 3:
		o->type = (const uint8_t[]){ RTN_UNREACHABLE, RTN_BLACKHOLE,
			RTN_PROHIBIT, RTN_THROW }[PICK(r, 30, 30, 25, 15)];
		o->dst = addr(10, 50 + rnd(r, 4), 0, 0);
		if (chance(r, 40)) {
			o->dst = base | htonl(64);
			o->len = 26;
		}
		break;
	default:
		/* AnyIP: a whole subnet of local addresses */
		o->type = RTN_LOCAL;
		o->dst = addr(10, 99, 0, 0);
		if (chance(r, 40)) {
			o->dst = base | htonl(50 + rnd(r, 20));
			o->len = 32;
		}
		o->dev = chance(r, 75) ? 0 : rnd(r, h->devices);
	}
	if (own && o->type == RTN_UNICAST && chance(r, 25))
		o->src = own->local;
	o->table = o->type == RTN_LOCAL && chance(r, 75) ? RT_TABLE_LOCAL :
		   chance(r, 25) ? OTHER_TABLE : RT_TABLE_MAIN;
	if (o->dev != NOBODY && o->table == RT_TABLE_MAIN &&
	    (h->device[o->dev].master != NOBODY || h->device[o->dev].kind == VRF))
		o->table = VRF_TABLE;
}

static void make_rule(struct host *h, struct rng *r)
{
	const struct address *own = some_address(h, r);
	struct rule *u = &h->rule[h->rules++];

	*u = (struct rule){ .iif = NOBODY };
	switch (PICK(r, 40, 20, 20, 20)) {
	case 0:
		u->from = own ? own->local : addr(10, 0, 0, 1);
		u->from_len = 32;
		break;
	case 1:
		u->from = subnet(r);
		u->from_len = 24;
		break;
	case 2:
		u->to = subnet(r);
		u->to_len = 24;
		break;
	default:
		u->iif = rnd(r, h->devices);
	}
}

void make_host(struct host *h, struct rng *r)
{
	int i, n;

	memset(h, 0, sizeof(*h));
	h->devices = 1;
	h->device[0] = (struct device){
		.kind = LO, .name = "lo", .lower = NOBODY, .master = NOBODY,
	};
	for (n = 1 + rnd(r, 5); n; n--)
		make_device(h, r);
	for (i = 0; i < h->devices; i++) {
		uint32_t home = subnet(r);
		enum kind kind = h->device[i].kind;

		n = kind == LO || kind == VRF || kind == DUMMY ? rnd(r, 4) :
		    chance(r, 10) ? 0 : 1 + rnd(r, 6);
		while (n--)
			make_address(h, r, i, home);
	}
	for (n = rnd(r, 6); n; n--)
		make_route(h, r);
	for (n = chance(r, 50) ? 0 : 1 + rnd(r, 2); n; n--)
		make_rule(h, r);
	for (n = chance(r, 70) ? 0 : 1 + rnd(r, 2); n; n--)
		h->proxy[h->proxies++] = (struct proxy){
			.addr = subnet(r) | htonl(50 + rnd(r, 20)),
			.dev = 1 + rnd(r, h->devices - 1),
		};

	/*
	 * arp_ignore=1 answers for no local address whose subnet is a peer's, nor for one
	 * that a route makes local to a device.
	 */
	h->may_hide = true;
	for (i = 0; i < h->addresses; i++)
		h->may_hide &= !h->address[i].peer;
	for (i = 0; i < h->routes; i++)
		h->may_hide &= h->route[i].type != RTN_LOCAL ||
			(h->route[i].table == RT_TABLE_LOCAL && !h->route[i].dev);
}

/* Configuration */

struct key_kind keys[KEYS] = {
	[ARP_IGNORE] = { "arp_ignore", IPV4_DEVCONF_ARP_IGNORE, true, true },
	[ARP_ANNOUNCE] = { "arp_announce", IPV4_DEVCONF_ARP_ANNOUNCE, true, true },
	[ARP_FILTER] = { "arp_filter", IPV4_DEVCONF_ARPFILTER, true, false },
	[PROXY_ARP] = { "proxy_arp", IPV4_DEVCONF_PROXY_ARP, true, false },
	[PROXY_ARP_PVLAN] = { "proxy_arp_pvlan", IPV4_DEVCONF_PROXY_ARP_PVLAN,
			      true, false },
	[DROP_GRATUITOUS_ARP] = { "drop_gratuitous_arp",
				  IPV4_DEVCONF_DROP_GRATUITOUS_ARP, true, false },
	[PROXY_DELAY] = { "proxy_delay", 0, false, false },
	[FORWARDING] = { "forwarding", IPV4_DEVCONF_FORWARDING, false, false },
	[RP_FILTER] = { "rp_filter", IPV4_DEVCONF_RP_FILTER, true, true },
	[ACCEPT_LOCAL] = { "accept_local", IPV4_DEVCONF_ACCEPT_LOCAL, true, false },
	[ROUTE_LOCALNET] = { "route_localnet", IPV4_DEVCONF_ROUTE_LOCALNET,
			     true, false },
	[MEDIUM_ID] = { "medium_id", IPV4_DEVCONF_MEDIUM_ID, false, false },
	[ARP_ACCEPT] = { "arp_accept", IPV4_DEVCONF_ARP_ACCEPT, true, true },
};

/* Newer kernels refuse undefined values by netlink. */
static bool refuses_strange;
bool tells_ports;

void read_release(void)
{
	int version = 0, patchlevel = 0;
	struct utsname u;

	uname(&u);
	sscanf(u.release, "%d.%d", &version, &patchlevel);
	if (version < 5 || (version == 5 && patchlevel < 11))
		keys[PROXY_ARP_PVLAN].all = false;
	refuses_strange = version >= 7;
	tells_ports = version > 5 || (version == 5 && patchlevel >= 18);
}

/* A valid value, or with @strange an undefined one. */
static int value_of(struct rng *r, enum key key, bool strange)
{
	static const int ignore[] = { 0, 1, 2, 3, 8 };

	strange = strange && !refuses_strange;
	switch (key) {
	case ARP_IGNORE:
		if (strange && chance(r, 30))
			return 4 + rnd(r, 7);
		return ignore[rnd(r, 5)];
	case ARP_ANNOUNCE:
		return strange && chance(r, 20) ? 3 : rnd(r, 3);
	case PROXY_DELAY:
		return 0;
	case RP_FILTER:
		return PICK(r, 70, 12, 18);
	case MEDIUM_ID:
		return (const int[]){ 0, -1, 1, 2 }[PICK(r, 60, 10, 15, 15)];
	case ARP_ACCEPT:
		return PICK(r, 60, 30, 10);
	case FORWARDING:
		return chance(r, 70);
	case ACCEPT_LOCAL:
	case ROUTE_LOCALNET:
	case DROP_GRATUITOUS_ARP:
		return chance(r, 20);
	default:
		return rnd(r, 2);
	}
}

int effective(int conf[ROWS][KEYS], int dev, enum key key)
{
	int own = conf[1 + dev][key], all = conf[0][key];

	if (!keys[key].all)
		return own;
	return keys[key].max ? (own > all ? own : all) : own | all;
}

/* Sysctls that policy overrides: the defaults, the strictest, or random ones. */
static void make_decoy(struct config *c, const struct host *h, struct rng *r)
{
	static const int strict[MANAGEABLE] = {
		[ARP_IGNORE] = 8, [ARP_ANNOUNCE] = 2, [ARP_FILTER] = 1,
		[DROP_GRATUITOUS_ARP] = 1, [PROXY_DELAY] = 800,
	};
	int mode = PICK(r, 35, 25, 40), row, key;
	/* Neither value of the proxy sysctls is the stricter: choose one. */
	int proxy = rnd(r, 2);

	memcpy(c->decoy, c->stock, sizeof(c->decoy));
	for (key = 0; key < MANAGEABLE; key++) {
		if (!(c->managed & 1 << key))
			continue;
		for (row = 0; row <= h->devices; row++) {
			int *at = &c->decoy[row][key];

			if (row == 0 && !keys[key].all)
				continue;
			if (mode == 0)
				*at = 0;
			else if (mode == 1)
				*at = key == PROXY_ARP || key == PROXY_ARP_PVLAN ?
				      proxy : strict[key];
			else if (key == PROXY_DELAY)
				*at = chance(r, 50) ? 800 : 0;
			else
				*at = value_of(r, key, true);
		}
	}
}

void make_config(struct config *c, const struct host *h, struct rng *r,
		 unsigned int combination)
{
	static const int ignore[] = { 0, 1, 2, 3, 8 };
	unsigned int k = combination * 77 % COMBINATIONS;
	int base[KEYS] = { 0 }, row, key;
	/* arpctl has no words for undefined values. */
	bool strange = chance(r, 8), on_all;

	base[ARP_IGNORE] = ignore[k % 5], k /= 5;
	base[ARP_ANNOUNCE] = k % 3, k /= 3;
	base[ARP_FILTER] = k % 2, k /= 2;
	base[PROXY_ARP] = k % 2, k /= 2;
	base[PROXY_ARP_PVLAN] = k % 2, k /= 2;
	on_all = k;

	memset(c, 0, sizeof(*c));
	for (key = 0; key < KEYS; key++) {
		bool combined = key <= PROXY_ARP_PVLAN;

		for (row = 0; row <= h->devices; row++) {
			int *at = &c->stock[row][key];

			if (row == 0 && !keys[key].all)
				continue;
			if (!combined)
				*at = row || chance(r, 20) ? value_of(r, key, false) : 0;
			else if (row == 0)
				*at = on_all ? base[key] : 0;
			else if (!on_all && (row == 2 || chance(r, 40)))
				*at = base[key];
			else if (chance(r, on_all ? 30 : 70))
				*at = value_of(r, key, strange);
		}
	}
	c->bystander = chance(r, 50) ? (int)rnd(r, BYSTANDERS) : NO_BYSTANDER;
	c->managed = (1 << MANAGEABLE) - 1;
	/* Some fields, one, or none at all. */
	switch (PICK(r, 60, 16, 12, 12)) {
	case 1:
		c->managed &= rnd(r, 1 << MANAGEABLE);
		break;
	case 2:
		c->managed = 1 << rnd(r, MANAGEABLE);
		break;
	case 3:
		c->managed = 0;
		if (c->bystander == NO_BYSTANDER)
			c->bystander = 1 + rnd(r, BYSTANDERS - 1);
	}
	/* Two sysctls belong to one field. */
	if (c->managed & (1 << PROXY_ARP | 1 << PROXY_ARP_PVLAN))
		c->managed |= 1 << PROXY_ARP | 1 << PROXY_ARP_PVLAN;
	c->form = strange ? 1 + rnd(r, FORMS - 1) : rnd(r, FORMS);
	c->strange = chance(r, 50);
	c->restored = chance(r, 50);
	if (h->may_hide && chance(r, 10)) {
		c->hide = true;
		c->managed |= 1 << ARP_IGNORE;
		for (row = 0; row <= h->devices; row++)
			c->stock[row][ARP_IGNORE] = row == 0;
	}
	make_decoy(c, h, r);
}

/* Questions */

static uint32_t own_address(const struct host *h, struct rng *r)
{
	const struct address *a = some_address(h, r);

	return a ? a->local : addr(10, 8, 8, 1);
}

/* A device that can receive. */
static int random_receiver(const struct host *h, struct rng *r)
{
	int found[DEVICES], n = 0, i;

	for (i = 0; i < h->devices; i++)
		if (cable_of(h, i) != NOBODY)
			found[n++] = i;
	return found[rnd(r, n)];
}

/* A host in one of the device's subnets, if it has any. */
static uint32_t neighbour_of(const struct host *h, struct rng *r, int dev)
{
	const struct address *a;
	int i;

	for (i = 0; i < 8; i++) {
		a = some_address(h, r);
		if (!a || a->dev != dev || a->len == 32)
			continue;
		if (a->len > 26)
			return cut(a->local, a->len) | htonl(rnd(r, 4));
		return cut(a->local, 24) | htonl(50 + rnd(r, 25));
	}
	return subnet(r) | htonl(50 + rnd(r, 25));
}

/* A destination of one of the host's routes, or an address next to it. */
static uint32_t routed(const struct host *h, struct rng *r)
{
	const struct route *o;

	if (!h->routes || chance(r, 20))
		return addr(10, 20 + rnd(r, 45), 0, 1 + rnd(r, 3));
	o = &h->route[rnd(r, h->routes)];
	if (o->len == 32 || chance(r, 10))
		return o->via && chance(r, 30) ? o->via : o->dst;
	return o->dst | htonl(1 + rnd(r, 40));
}

static uint32_t odd(const struct host *h, struct rng *r)
{
	const struct address *a = some_address(h, r);
	uint32_t local = a ? a->local : subnet(r);
	int len = a ? a->len : 24;
	const uint32_t all[] = {
		0, addr(127, 0, 0, 1), addr(127, 0, 0, 5), addr(224, 0, 0, 1),
		addr(239, 1, 2, 3), addr(240, 0, 0, 5), addr(255, 255, 255, 255),
		cut(local, len), a && a->peer ? a->peer : cut(local, 24),
		addr(0, 0, 0, 9), cut(local, len) | ~cut(~0, len),
	};

	return all[rnd(r, sizeof(all) / sizeof(*all))];
}

static uint32_t foreign(struct rng *r)
{
	return chance(r, 50) ? addr(203, 0, 113, 1 + rnd(r, 9)) :
			       addr(172, 16, 5, 1 + rnd(r, 9));
}

/* One of this device's addresses, if it has any. */
static uint32_t address_on(const struct host *h, struct rng *r, int dev)
{
	const struct address *a;
	int i;

	for (i = 0; i < 12; i++) {
		a = some_address(h, r);
		if (a && a->dev == dev)
			return a->local;
	}
	return own_address(h, r);
}

static uint32_t some_target(const struct host *h, struct rng *r, int dev)
{
	switch (PICK(r, 30, 28, 20, 10, 4, 8)) {
	case 0:
		return address_on(h, r, dev);
	case 1:
		return own_address(h, r);
	case 2:
		return neighbour_of(h, r, chance(r, 25) ? dev :
				    (int)rnd(r, h->devices));
	case 3:
		return routed(h, r);
	case 4:
		return foreign(r);
	default:
		return odd(h, r);
	}
}

static void make_ask(struct question *q, const struct host *h, struct rng *r)
{
	q->dev = random_receiver(h, r);
	q->target = some_target(h, r, q->dev);
	if (h->proxies && chance(r, 10))
		q->target = h->proxy[rnd(r, h->proxies)].addr;
	switch (PICK(r, 12, 52, 10, 8, 5, 6, 7)) {
	case 0:
		q->sender = 0;
		break;
	case 1:
		q->sender = neighbour_of(h, r, q->dev);
		break;
	case 2:
		q->sender = neighbour_of(h, r, rnd(r, h->devices));
		break;
	case 3:
		q->sender = own_address(h, r);
		break;
	case 4:
		q->sender = routed(h, r);
		break;
	case 5:
		q->sender = q->target;
		break;
	default:
		q->sender = chance(r, 50) ? odd(h, r) : foreign(r);
	}
	q->op = chance(r, 80) ? 1 : chance(r, 97) ? 2 : 3 + rnd(r, 8);
	q->hrd = chance(r, 96) ? 1 : chance(r, 50) ? 6 : 7;
	q->to = PICK(r, 72, 25, 3);
	q->tha = PICK(r, 70, 15, 15);
	if (q->op == 2) {
		q->to = PICK(r, 30, 67, 3);
		q->tha = PICK(r, 10, 55, 35);
	}
	if (chance(r, 30)) {
		q->known = (const uint16_t[]){ NUD_STALE, NUD_REACHABLE,
			NUD_PERMANENT, NUD_NOARP }[PICK(r, 50, 34, 8, 8)];
		q->known_same = chance(r, 40);
	}
	q->other_source = chance(r, 4);
}

static void make_send(struct question *q, const struct host *h, struct rng *r)
{
	q->dev = chance(r, 30) ? (int)rnd(r, h->devices) : NOBODY;
	if (q->dev == NOBODY && h->devices > 2 && chance(r, 10) &&
	    h->device[1].master != NOBODY)
		q->dev = h->device[1].master;
	switch (PICK(r, 25, 60, 5, 10)) {
	case 0:
		q->sender = 0;
		break;
	case 1:
		q->sender = own_address(h, r);
		break;
	case 2:
		q->sender = routed(h, r);
		break;
	default:
		q->sender = foreign(r);
	}
	q->target = PICK(r, 75, 25) ? routed(h, r) :
		    neighbour_of(h, r, q->dev != NOBODY ? q->dev :
				 (int)rnd(r, h->devices));
	if (chance(r, 4))
		q->target = odd(h, r);
}

void make_questions(struct question *q, const struct host *h,
		    const struct config *c, struct rng *r)
{
	int count[ASK + 1] = { 0 }, i;

	/* arp_announce cannot express which addresses hidden announces. */
	for (i = 0; i < QUESTIONS; i++)
		count[c->hide ? ASK : PICK(r, 22, 8, 70)]++;
	for (i = 0; i < QUESTIONS; i++, q++) {
		memset(q, 0, sizeof(*q));
		q->what = i < count[SEND] ? SEND :
			  i < count[SEND] + count[FORWARD] ? FORWARD : ASK;
		switch (q->what) {
		case SEND:
			make_send(q, h, r);
			break;
		case FORWARD:
			q->dev = random_receiver(h, r);
			q->sender = neighbour_of(h, r, q->dev);
			q->target = chance(r, 60) ?
				neighbour_of(h, r, rnd(r, h->devices)) :
				routed(h, r);
			break;
		case ASK:
			make_ask(q, h, r);
		}
	}
}

/* Printing */

static void print_device(FILE *f, const struct host *h, int i)
{
	const struct device *d = &h->device[i];
	const char *mac = mac_text(d->mac);

	switch (d->kind) {
	case LO:
		fprintf(f, "ip link set lo up\n");
		return;
	case VETH:
		fprintf(f, "ip link add name %s address %s type veth peer name %s netns wire\n",
			d->name, mac, d->name);
		break;
	case BRIDGE:
		fprintf(f, "ip link add name %s address %s type bridge\n", d->name, mac);
		if (h->ports && i == PORTED) {
			print_ports(f, h);
			break;
		}
		fprintf(f, "ip link add name port%d up master %s type veth peer name %s netns wire\n",
			i, d->name, d->name);
		break;
	case VLAN:
		fprintf(f, "ip link add link %s name %s address %s type vlan%s id %d\n",
			h->device[d->lower].name, d->name, mac,
			d->proto == ETHERTYPE_AD ? " protocol 802.1ad" : "", d->vid);
		break;
	case MACVLAN:
		fprintf(f, "ip link add link %s name %s address %s type macvlan mode bridge\n",
			h->device[d->lower].name, d->name, mac);
		break;
	case DUMMY:
		fprintf(f, "ip link add name %s address %s type dummy\n", d->name, mac);
		break;
	case VRF:
		fprintf(f, "ip link add name %s address %s type vrf table %d\n",
			d->name, mac, d->table);
	}
	if (d->noarp)
		fprintf(f, "ip link set %s arp off\n", d->name);
	if (d->shared)
		fprintf(f, "ip -n wire link set %s master segment up	# a bridge\n",
			d->name);
	fprintf(f, "ip link set %s up\n", d->name);
}

static void print_address(FILE *f, const struct host *h, const struct address *a)
{
	static const char *const scopes[] = {
		[RT_SCOPE_LINK] = " scope link", [RT_SCOPE_HOST] = " scope host",
	};

	fprintf(f, "ip addr add %s", text_of(a->local));
	if (a->peer)
		fprintf(f, " peer %s", text_of(a->peer));
	fprintf(f, "/%d%s dev %s%s\n", a->len, a->broadcast ? " brd +" : "",
		h->device[a->dev].name, a->scope ? scopes[a->scope] : "");
}

static void print_route(FILE *f, const struct host *h, const struct route *o)
{
	static const char *const types[] = {
		[RTN_UNICAST] = "", [RTN_LOCAL] = "local ",
		[RTN_BLACKHOLE] = "blackhole ", [RTN_UNREACHABLE] = "unreachable ",
		[RTN_PROHIBIT] = "prohibit ", [RTN_THROW] = "throw ",
	};

	fprintf(f, "ip route add %s%s/%d", types[o->type], text_of(o->dst), o->len);
	if (o->via)
		fprintf(f, " via %s", text_of(o->via));
	if (o->dev != NOBODY)
		fprintf(f, " dev %s", h->device[o->dev].name);
	if (o->src)
		fprintf(f, " src %s", text_of(o->src));
	fprintf(f, " table %d\n", o->table);
}

void print_host(FILE *f, const struct host *h)
{
	int i;

	for (i = 0; i < h->devices; i++)
		if (there(h, i))
			print_device(f, h, i);
	for (i = 0; i < h->devices; i++)
		if (there(h, i) && h->device[i].master != NOBODY &&
		    there(h, h->device[i].master))
			fprintf(f, "ip link set %s master %s\n", h->device[i].name,
				h->device[h->device[i].master].name);
	for (i = 0; i < h->addresses; i++)
		if (!h->address[i].gone && !h->address[i].refused &&
		    there(h, h->address[i].dev))
			print_address(f, h, &h->address[i]);
	for (i = 0; i < h->routes; i++)
		if (!h->route[i].gone && !h->route[i].refused &&
		    there(h, h->route[i].dev))
			print_route(f, h, &h->route[i]);
	for (i = 0; i < h->rules; i++) {
		const struct rule *u = &h->rule[i];

		if (u->gone || u->refused || !there(h, u->iif))
			continue;
		fprintf(f, "ip rule add pref %d", 100 + i);
		if (u->from_len)
			fprintf(f, " from %s/%d", text_of(u->from), u->from_len);
		if (u->to_len)
			fprintf(f, " to %s/%d", text_of(u->to), u->to_len);
		if (u->iif != NOBODY)
			fprintf(f, " iif %s", h->device[u->iif].name);
		fprintf(f, " lookup %d\n", OTHER_TABLE);
	}
	for (i = 0; i < h->proxies; i++)
		if (!h->proxy[i].gone && !h->proxy[i].refused &&
		    there(h, h->proxy[i].dev))
			fprintf(f, "ip neigh add proxy %s dev %s\n",
				text_of(h->proxy[i].addr),
				h->device[h->proxy[i].dev].name);
	for (i = 1; i < h->devices; i++)
		if (there(h, i))
			fprintf(f, "sysctl -w net/ipv4/neigh/%s/locktime=%d\n",
				h->device[i].name,
				h->device[i].locks ? 360000 : 0);
}

void print_sysctls(FILE *f, const struct host *h, int conf[ROWS][KEYS])
{
	int row, key;

	for (row = 0; row <= h->devices; row++) {
		if (row && !there(h, row - 1))
			continue;
		for (key = 0; key < KEYS; key++) {
			if (!conf[row][key])
				continue;
			fprintf(f, "sysctl -w net/ipv4/%s/%s/%s=%d\n",
				keys[key].id ? "conf" : "neigh",
				row ? h->device[row - 1].name : "all",
				keys[key].name,
				keys[key].id ? conf[row][key] :
					       conf[row][key] / 10);
		}
	}
}

void print_question(FILE *f, const struct host *h, const struct question *q)
{
	static const char *const to[] = { "all", "the host", "another", "an asker" };
	static const char *const tha[] = { "none", "the host's", "the asker's" };
	const char *dev = q->dev == NOBODY ? "" : h->device[q->dev].name;

	switch (q->what) {
	case ASK:
		fprintf(f, "on %s: ARP %s", dev, q->op == 1 ? "request" :
			q->op == 2 ? "reply" : "nonsense");
		fprintf(f, ", target %s, sender %s, to %s, target MAC %s",
			text_of(q->target), text_of(q->sender), to[q->to],
			tha[q->tha]);
		if (q->hrd != 1)
			fprintf(f, ", hardware %d", q->hrd);
		if (q->op > 2)
			fprintf(f, ", operation %d", q->op);
		if (q->other_source)
			fprintf(f, ", a different source MAC in the frame");
		if (q->known)
			fprintf(f, "; the sender is a neighbour already: %s, %s MAC",
				state_name(q->known),
				q->known_same ? "the same" : "another");
		print_wrapping(f, h, q);
		break;
	case SEND:
		fprintf(f, "the host sends a datagram from %s to %s",
			q->sender ? text_of(q->sender) : "any", text_of(q->target));
		if (q->dev != NOBODY)
			fprintf(f, ", bound to %s", dev);
		break;
	case FORWARD:
		fprintf(f, "on %s: a datagram from %s to %s, to be forwarded",
			dev, text_of(q->sender), text_of(q->target));
	}
	fputc('\n', f);
}
