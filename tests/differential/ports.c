// SPDX-License-Identifier: GPL-2.0-only
/* Hosts with a bridge of several ports; see ports.h. */
#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "common.h"
#include "ports.h"

/* A VLAN without a device of the host. */
#define EMPTY_VID	12

bool port_there(const struct host *h, int port)
{
	return port < h->ports && !h->port[port].gone;
}

const char *port_name(int port)
{
	static char name[IF_NAMESIZE];

	/* The first has the name that the only port of other bridges has. */
	snprintf(name, sizeof(name), port ? "port%d%d" : "port%d", PORTED, port);
	return name;
}

int port_of(const struct host *h, int cable)
{
	if (!h->ports)
		return NOBODY;
	return cable == PORTED ? 0 : cable >= DEVICES ? cable - DEVICES : NOBODY;
}

bool is_on_bridge(const struct host *h, int dev)
{
	return h->ports && cable_of(h, dev) == PORTED;
}

/* The host */

static void rename_device(struct device *d, int i)
{
	if (d->kind == VLAN)
		sprintf(d->name, "br%d.%d", PORTED, d->vid);
	else if (d->kind == DUMMY)
		sprintf(d->name, "dum%d", i);
	else
		sprintf(d->name, "br%d", i);
}

/* Its addresses are in the bridge's subnets, or are the same as the bridge's. */
static void add_vlan(struct host *h, struct rng *r)
{
	int i = h->devices++, n = h->addresses, k;
	struct device *d = &h->device[i];

	*d = (struct device){
		.kind = VLAN, .mac = { 2, 0, 0, 0, 0, i }, .lower = PORTED,
		.master = NOBODY, .vid = 4 + i, .locks = chance(r, 60),
	};
	rename_device(d, i);
	for (k = 0; k < n && h->addresses < ADDRESSES; k++) {
		if (h->address[k].dev != PORTED || chance(r, 40))
			continue;
		h->address[h->addresses] = h->address[k];
		h->address[h->addresses].dev = i;
		if (chance(r, 60))
			h->address[h->addresses].local ^= htonl(0x20);
		h->addresses++;
	}
}

static void make_port(struct port *p, uint16_t pool, struct rng *r)
{
	int vid;

	*p = (struct port){
		.isolated = chance(r, 12), .locked = chance(r, 8) && tells_ports,
		.deaf = chance(r, 6),
	};
	for (vid = 1; vid < 16; vid++)
		if (pool & 1 << vid && chance(r, 60))
			p->vids |= 1 << vid;
	switch (PICK(r, 60, 25, 15)) {
	case 0:
		p->pvid = BRIDGE_PVID;
		break;
	case 1:
		for (vid = 15; vid && !(p->vids & 1 << vid); vid--)
			;
		p->pvid = vid;
		break;
	}
	if (p->pvid)
		p->vids |= 1 << p->pvid;
}

/* The VLANs that frames are tagged with. */
static uint16_t vids_of(const struct host *h)
{
	uint16_t pool = 1 << BRIDGE_PVID | 1 << EMPTY_VID;
	int i;

	for (i = 0; i < h->devices; i++)
		if (h->device[i].kind == VLAN && is_on_bridge(h, i))
			pool |= 1 << h->device[i].vid;
	return pool;
}

void make_ports(struct host *h, struct rng *r)
{
	int i, vlans = 0;

	h->ports = 2 + rnd(r, PORTS - 1);
	h->filtering = chance(r, 60);
	h->proto = h->filtering && chance(r, 25) ? ETHERTYPE_AD : ETHERTYPE_VLAN;
	h->device[PORTED].kind = BRIDGE;
	rename_device(&h->device[PORTED], PORTED);
	for (i = PORTED + 1; i < h->devices; i++) {
		struct device *d = &h->device[i];

		if (d->lower != PORTED)
			continue;
		/* Broadcasts are late on macvlans, and their fence has no VLAN. */
		if (d->kind == MACVLAN) {
			d->kind = DUMMY;
			d->lower = NOBODY;
		}
		vlans += d->kind == VLAN;
		rename_device(d, i);
	}
	if (h->devices < DEVICES && (!vlans || chance(r, 40)))
		add_vlan(h, r);
	for (i = 0; i < h->devices; i++) {
		struct device *d = &h->device[i];

		if (!is_on_bridge(h, i))
			continue;
		/* Otherwise ARP could not change any neighbour. */
		d->noarp = false;
		if (d->kind == VLAN)
			d->proto = h->proto;
	}
	for (i = 0; i < h->ports; i++)
		make_port(&h->port[i], vids_of(h), r);
}

/* Questions */

static int bridge_device(const struct host *h, struct rng *r)
{
	int found[DEVICES] = { PORTED }, n = 1, i;

	for (i = PORTED + 1; i < h->devices; i++)
		if (is_on_bridge(h, i))
			found[n++] = i;
	return found[rnd(r, n)];
}

static uint16_t some_vid(const struct host *h, const struct question *q, struct rng *r)
{
	uint16_t pool = vids_of(h), vid;

	if (h->device[q->dev].vid && chance(r, 70))
		return h->device[q->dev].vid;
	do
		vid = 1 + rnd(r, 15);
	while (!(pool & 1 << vid));
	return vid;
}

static void add_tag(struct wrapping *w, uint16_t proto, uint16_t vid, struct rng *r)
{
	w->proto[w->tags] = proto;
	w->tci[w->tags++] = vid | (chance(r, 30) ? rnd(r, 8) << 13 : 0);
}

/* Up to @max tags of either protocol. */
static void add_tags(struct wrapping *w, const struct host *h, const struct question *q,
		     int max, struct rng *r)
{
	while (max--)
		add_tag(w, chance(r, 30) ? ETHERTYPE_AD : ETHERTYPE_VLAN,
			chance(r, 50) ? 0 : some_vid(h, q, r), r);
}

/* @simple: at most one tag, of the bridge's protocol, around a whole packet */
static void make_wrapping(struct question *q, const struct host *h, bool simple,
			  struct rng *r)
{
	struct wrapping *w = &q->wrap;

	*w = (struct wrapping){ 0 };
	switch (simple ? PICK(r, 40, 40, 20) : PICK(r, 26, 24, 14, 10, 12, 7, 7)) {
	case 0:
		if (h->device[q->dev].vid && !h->filtering && chance(r, 80))
			add_tag(w, h->proto, h->device[q->dev].vid, r);
		break;
	case 1:
		add_tag(w, h->proto, some_vid(h, q, r), r);
		break;
	case 2:
		add_tag(w, h->proto, 0, r);
		break;
	case 3:
		add_tags(w, h, q, 1, r);
		break;
	case 4:
		add_tags(w, h, q, 2, r);
		break;
	case 5:
		add_tags(w, h, q, rnd(r, 3), r);
		w->snap = true;
		break;
	default:
		add_tags(w, h, q, rnd(r, 2), r);
		/* The kernel drops what ends just behind a tag. */
		w->cut = 1 + rnd(r, sizeof(struct arp) - ETH_HLEN - 2 * w->tags);
	}
}

void make_port_questions(struct question *q, const struct host *h, struct rng *r)
{
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		if (q[i].what != ASK || (!is_on_bridge(h, q[i].dev) && chance(r, 30)))
			continue;
		if (!is_on_bridge(h, q[i].dev))
			q[i].dev = bridge_device(h, r);
		q[i].wrapped = true;
		q[i].port = rnd(r, h->ports);
		make_wrapping(&q[i], h, false, r);
		if (q[i].to != TO_ALL && i && chance(r, 40)) {
			q[i].to = TO_PEER;
			q[i].peer = rnd(r, i);
		}
	}
}

/* Policy */

/* Addresses of 198.51.100.0/24, which no question names. */
static uint32_t nowhere(int host)
{
	return htonl(0xc6336400 | host);
}

static struct entry *add_entry(struct config *c, int table, const char *selector,
			       uint32_t prefix, int len)
{
	struct entry *e = &c->entry[c->entries++];

	*e = (struct entry){ .table = table, .prefix = prefix, .len = len };
	strcpy(e->selector, selector);
	return e;
}

static void add_rule(struct config *c, int table, const char *selector,
		     uint32_t prefix, int len, int action)
{
	add_entry(c, table, selector, prefix, len)->action = action;
}

/* Fields that mean nothing on a port. */
static void add_meaningless(int *field, struct rng *r)
{
	if (chance(r, 20))
		field[ARP_POLICY_FIELD_IGNORE] = (int[]){ 1, 2, 8 }[rnd(r, 3)];
	if (chance(r, 20))
		field[ARP_POLICY_FIELD_ANNOUNCE] = 1 + rnd(r, 3);
	if (chance(r, 20))
		field[ARP_POLICY_FIELD_FILTER] = 1;
	if (chance(r, 20))
		field[ARP_POLICY_FIELD_PROXY] = 1 + rnd(r, 3);
	if (chance(r, 20))
		field[ARP_POLICY_FIELD_PROXY_DELAY] = 800;
	if (chance(r, 20))
		field[ARP_POLICY_FIELD_LEARN] = 1 + rnd(r, 2);
	if (chance(r, 10))
		field[ARP_POLICY_FIELD_HIDDEN] = 1;
}

/* Policy that would decide, for a port on which it is not applied. */
static void add_decisive(struct config *c, int port, struct rng *r)
{
	static const int actions[] = {
		ARP_POLICY_ACTION_DROP, ARP_POLICY_ACTION_HIDE, ARP_POLICY_ACTION_PROXY,
	};
	const char *name = port_name(port);
	int *field = c->port[port];

	if (chance(r, 60))
		field[ARP_POLICY_FIELD_INSPECT] = 1 + rnd(r, 3);
	if (chance(r, 40))
		field[ARP_POLICY_FIELD_GARP] = ARP_POLICY_GARP_DROP;
	if (chance(r, 40))
		field[ARP_POLICY_FIELD_VALIDATE] = 1 + rnd(r, 7);
	if (chance(r, 30))
		field[ARP_POLICY_FIELD_RATE] = 1;
	if (chance(r, 30))
		field[ARP_POLICY_FIELD_SOURCE_RATE] = 1;
	if (chance(r, 40))
		field[ARP_POLICY_FIELD_DEFEND] = 1;
	if (chance(r, 50))
		field[ARP_POLICY_FIELD_SUPPRESS] = 1 + rnd(r, 3);
	if (chance(r, 40))
		add_rule(c, ARP_POLICY_TABLE_TARGET, name, 0, 0, actions[rnd(r, 3)]);
	if (chance(r, 20))
		add_rule(c, ARP_POLICY_TABLE_SENDER, name, 0, 0, ARP_POLICY_ACTION_DROP);
	if (chance(r, 40)) {
		struct entry *e = add_entry(c, ARP_POLICY_TABLE_BINDING, name,
					    htonl(0x0a000000), 8);

		e->has_mac = true;
		asker_mac(e->mac, QUESTIONS);
	}
}

/* Every step is made, and none decides. @bound: addresses are bound on the segment */
static void add_passing(struct config *c, int port, bool bound, struct rng *r)
{
	const char *name = port_name(port);
	int *field = c->port[port];

	field[ARP_POLICY_FIELD_TRUST] = 0;
	/* Sets what the sysctls and their policy may set on every device. */
	field[ARP_POLICY_FIELD_GARP] = ARP_POLICY_GARP_ACCEPT;
	if (chance(r, 70))
		field[ARP_POLICY_FIELD_INSPECT] = rnd(r, 4);
	if (chance(r, 40))
		field[ARP_POLICY_FIELD_VALIDATE] = rnd(r, 8);
	if (chance(r, 30))
		field[ARP_POLICY_FIELD_RATE] = ARP_POLICY_RATE_MAX;
	if (chance(r, 30))
		field[ARP_POLICY_FIELD_SOURCE_RATE] = ARP_POLICY_RATE_MAX;
	if (bound || field[ARP_POLICY_FIELD_INSPECT] == ARP_POLICY_INSPECT_STRICT ||
	    chance(r, 20))
		add_entry(c, ARP_POLICY_TABLE_BINDING, name, 0, 0);
	if (chance(r, 50))
		add_rule(c, ARP_POLICY_TABLE_SENDER, name, nowhere(0), 24,
			 ARP_POLICY_ACTION_DROP);
	if (chance(r, 20))
		add_rule(c, ARP_POLICY_TABLE_SENDER, name, 0, 0, ARP_POLICY_ACTION_PASS);
	if (chance(r, 50))
		add_rule(c, ARP_POLICY_TABLE_TARGET, name, nowhere(0), 24,
			 1 + rnd(r, 4));
}

/* Gives addresses owners on the segment, for which suppress would answer. */
static void add_owners(struct config *c, const struct host *h, const struct question *q,
		       struct rng *r)
{
	int i, k;

	for (i = 0; i < 4; i++) {
		uint32_t addr = q[rnd(r, QUESTIONS)].target;
		const char *name = h->device[bridge_device(h, r)].name;

		for (k = 0; k < c->entries; k++)
			if (c->entry[k].prefix == addr && c->entry[k].len == 32 &&
			    !strcmp(c->entry[k].selector, name))
				break;
		if (k < c->entries || !(ntohl(addr) >> 24) || ntohl(addr) >> 29 == 7 ||
		    ntohl(addr) >> 24 == 127)
			continue;
		add_entry(c, ARP_POLICY_TABLE_BINDING, name, addr, 32)->has_mac = true;
		asker_mac(c->entry[c->entries - 1].mac, rnd(r, QUESTIONS));
	}
}

/* An address that "validate ip" does not object to. */
static bool is_valid(uint32_t addr)
{
	return addr != INADDR_BROADCAST && ntohl(addr) >> 28 != 14;
}

/* A port passes all valid requests in at most one tag. */
static void make_passable(struct question *q, const struct host *h, const int *field,
			  struct rng *r)
{
	const struct wrapping *w = &q->wrap;

	if (w->tags > 1 || w->snap || w->cut ||
	    (w->tags && h->filtering && w->proto[0] != h->proto))
		make_wrapping(q, h, true, r);
	if (field[ARP_POLICY_FIELD_VALIDATE] <= 0)
		return;
	q->other_source = false;
	q->op = 1;
	if (!is_valid(q->sender))
		q->sender = htonl(0xac100501);
}

void make_port_policy(struct config *c, const struct host *h, struct question *q,
		      struct rng *r)
{
	/* Bindings, which "inspect enforce" of the bystander would check. */
	bool bound = c->bystander != INSPECT_ENFORCE && chance(r, 50), fixed = false;
	int i, k;

	for (i = 0; i < h->ports; i++) {
		int *field = c->port[i];

		for (k = 0; k < PORT_FIELDS; k++)
			field[k] = -1;
		c->way[i] = PICK(r, 10, 14, 16, 38, 22);
		add_meaningless(field, r);
		switch (c->way[i]) {
		case PORT_BARE:
			break;
		case PORT_TRUSTED:
			field[ARP_POLICY_FIELD_TRUST] = 1;
			add_decisive(c, i, r);
			break;
		case PORT_AUDITED:
			field[ARP_POLICY_FIELD_MODE] = ARP_POLICY_MODE_AUDIT;
			add_decisive(c, i, r);
			if (field[ARP_POLICY_FIELD_SUPPRESS] < 0 || chance(r, 70))
				field[ARP_POLICY_FIELD_TRUST] = 0;
			break;
		case PORT_JUDGED:
			add_passing(c, i, bound, r);
			/* "all" is a floor. */
			if (c->form == STRUCTURE && c->stock[0][DROP_GRATUITOUS_ARP])
				c->form = EFFECTIVE;
			if (chance(r, 50))
				break;
			/* fall through */
		case PORT_ANSWERS:
			field[ARP_POLICY_FIELD_SUPPRESS] =
				bound ? ARP_POLICY_SUPPRESS_NEIGH : 1 + (int)rnd(r, 3);
			fixed |= field[ARP_POLICY_FIELD_SUPPRESS] &
				 ARP_POLICY_SUPPRESS_NEIGH;
		}
	}
	if (bound)
		add_owners(c, h, q, r);
	for (i = 0; i < QUESTIONS; i++) {
		if (fixed && q[i].known & (NUD_PERMANENT | NUD_NOARP))
			q[i].known = NUD_STALE;
		if (q[i].wrapped && c->way[q[i].port] == PORT_JUDGED)
			make_passable(&q[i], h, c->port[q[i].port], r);
	}
}

/* Printing */

static const char *tag_name(uint16_t proto)
{
	return proto == ETHERTYPE_AD ? "802.1ad" : "802.1Q";
}

static void print_vlans(FILE *f, const char *dev, const char *self, uint16_t vids,
			uint16_t pvid)
{
	int vid;

	for (vid = 1; vid < 16; vid++)
		if (vids & 1 << vid)
			fprintf(f, "bridge vlan add dev %s vid %d%s%s\n", dev, vid,
				vid == pvid ? " pvid untagged" : "", self);
}

void print_ports(FILE *f, const struct host *h)
{
	const char *bridge = h->device[PORTED].name;
	int i;

	fprintf(f, "ip link set %s type bridge vlan_filtering %d vlan_default_pvid 0 vlan_protocol %s\n",
		bridge, h->filtering, tag_name(h->proto));
	print_vlans(f, bridge, " self", vids_of(h), BRIDGE_PVID);
	for (i = 0; i < h->ports; i++) {
		const struct port *p = &h->port[i];
		const char *name = port_name(i);

		if (p->gone)
			continue;
		fprintf(f, "ip link add name %s up master %s type veth peer name %s netns wire\n",
			name, bridge, name);
		fprintf(f, "bridge link set dev %s isolated %s locked %s learning %s\n",
			name, p->isolated ? "on" : "off", p->locked ? "on" : "off",
			p->deaf ? "off" : "on");
		print_vlans(f, name, "", p->vids, p->pvid);
	}
}

void print_wrapping(FILE *f, const struct host *h, const struct question *q)
{
	const struct wrapping *w = &q->wrap;
	int i;

	(void)h;
	if (!q->wrapped)
		return;
	if (q->to == TO_PEER)
		fprintf(f, ", that of question %d", q->peer);
	fprintf(f, "; on port %s", port_name(q->port));
	for (i = 0; i < w->tags; i++)
		fprintf(f, ", %s VID %d priority %d", tag_name(w->proto[i]),
			w->tci[i] & 0xfff, w->tci[i] >> 13);
	fprintf(f, "%s", w->snap ? ", SNAP" : "");
	if (w->cut)
		fprintf(f, ", without the last %d bytes", w->cut);
}

void print_entries(FILE *f, const struct config *c)
{
	static const char *const actions[] = {
		[ARP_POLICY_ACTION_PASS] = "pass", [ARP_POLICY_ACTION_DROP] = "drop",
		[ARP_POLICY_ACTION_HIDE] = "hide", [ARP_POLICY_ACTION_PROXY] = "proxy",
	};
	int i;

	for (i = 0; i < c->entries; i++) {
		const struct entry *e = &c->entry[i];
		bool binding = e->table == ARP_POLICY_TABLE_BINDING;

		if (e->gone)
			continue;
		fprintf(f, "arpctl %s %s %s/%d%s dev %s", binding ? "bind" : "rule",
			binding ? "add" : actions[e->action], text_of(e->prefix), e->len,
			e->table == ARP_POLICY_TABLE_SENDER ? " from" : "", e->selector);
		if (e->has_mac)
			fprintf(f, " lladdr %s", mac_text(e->mac));
		fputs(binding && !e->has_mac ? " lladdr any\n" : "\n", f);
	}
}
