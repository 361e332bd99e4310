// SPDX-License-Identifier: GPL-2.0-only
/* Predicts what policy does with a frame on a bridge port; see port_model.h. */
#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <string.h>

#include "../differential/ask.h"
#include "../differential/ports.h"
#include "port_model.h"

#define ARP_LEN		28
#define ARP_HEADER	8

/* The segment of a frame. */
struct place {
	const struct port *port;
	bool member;		/* the bridge accepts the frame */
	bool reported;		/* every kernel tells the module that it does */
	int dev;		/* the host's device there, or NOBODY */
};

static int vlan_device(const struct host *h, int vid)
{
	int i;

	for (i = 0; i < h->devices; i++)
		if (there(h, i) && h->device[i].kind == VLAN && is_on_bridge(h, i) &&
		    h->device[i].vid == vid)
			return i;
	return NOBODY;
}

static struct place place_of(const struct host *h, const struct question *q)
{
	const struct wrapping *w = &q->wrap;
	struct place p = { .port = &h->port[q->port], .member = true, .reported = true };
	int vid = w->tags ? w->tci[0] & 0xfff : 0;

	if (!h->filtering) {
		p.dev = !vid ? PORTED :
			w->proto[0] == h->proto ? vlan_device(h, vid) : NOBODY;
		return p;
	}
	vid = vid ?: p.port->pvid;
	p.member = vid && p.port->vids & 1 << vid;
	p.reported = tells_ports || vid == p.port->pvid;
	p.dev = vid ? vlan_device(h, vid) : NOBODY;
	if (vid == BRIDGE_PVID && p.dev == NOBODY)
		p.dev = PORTED;
	return p;
}

static bool is_nested(const struct host *h, const struct wrapping *w)
{
	return w->tags > 1 || w->snap ||
	       (w->tags && h->filtering && w->proto[0] != h->proto);
}

static bool is_multicast(uint32_t addr)
{
	return ntohl(addr) >> 28 == 14;
}

static bool is_bad(uint32_t addr)
{
	return is_multicast(addr) || addr == INADDR_BROADCAST;
}

/* validate */
static bool is_invalid(int checks, const struct question *q)
{
	if (checks <= 0)
		return false;
	if (checks & ARP_POLICY_VALIDATE_SRC_MAC && q->other_source)
		return true;
	if (checks & ARP_POLICY_VALIDATE_DST_MAC && q->op == 2 &&
	    !(q->to == TO_HOST && q->tha == 1))
		return true;
	return checks & ARP_POLICY_VALIDATE_IP &&
	       (is_bad(q->sender) || (!q->sender && q->op != 1) ||
		(q->op == 2 && is_bad(q->target)));
}

static bool is_mac(const struct binding *b, int i)
{
	uint8_t mac[ETH_ALEN];

	asker_mac(mac, i);
	return b->any || !memcmp(b->mac, mac, ETH_ALEN);
}

/* inspect */
static bool is_refused(const struct view *v, const char *port, const struct place *at,
		       const struct question *q, int i)
{
	int inspect = policy_field(v->p, port, ARP_POLICY_FIELD_INSPECT);
	const struct binding *b;

	if (!q->sender || inspect < ARP_POLICY_INSPECT_ENFORCE)
		return false;
	b = policy_binding(v->p, port, q->sender);
	if (b)
		return !is_mac(b, i);
	b = at->dev == NOBODY ? NULL :
	    policy_binding(v->p, v->h->device[at->dev].name, q->sender);
	return (b && !is_mac(b, i)) || inspect == ARP_POLICY_INSPECT_STRICT;
}

/* An address that may be the host's own on the segment. */
static bool may_be_ours(const struct host *h, const struct place *at, uint32_t addr)
{
	int i;

	for (i = 0; i < h->devices; i++)
		if (there(h, i) && lives_on(h, i, addr))
			return true;
	return is_ours(h, at->dev == NOBODY ? PORTED : at->dev, addr);
}

/* The steps up to the rule for the target. */
static enum port_fate by_port(const struct view *v, const char *port,
			      const struct place *at, const struct question *q, int i)
{
	const struct target *from = policy_rule(v->p, port, q->sender, true), *rule;
	enum port_fate fate = PORT_PASSES;

	if (is_invalid(policy_field(v->p, port, ARP_POLICY_FIELD_VALIDATE), q) ||
	    (from && from->action == ARP_POLICY_ACTION_DROP) ||
	    is_refused(v, port, at, q, i))
		return PORT_DROPS;
	if (policy_field(v->p, port, ARP_POLICY_FIELD_RATE) > 0 ||
	    policy_field(v->p, port, ARP_POLICY_FIELD_SOURCE_RATE) > 0)
		fate = PORT_UNSURE;
	if (q->op > 2)
		return fate;
	if (policy_field(v->p, port, ARP_POLICY_FIELD_DEFEND) > 0 &&
	    may_be_ours(v->h, at, q->sender))
		fate = PORT_UNSURE;
	if (policy_field(v->p, port, ARP_POLICY_FIELD_GARP) == ARP_POLICY_GARP_DROP &&
	    q->sender && q->sender == q->target)
		return PORT_DROPS;
	rule = policy_port_rule(v->p, port, q->target);
	if (!rule || rule->action == ARP_POLICY_ACTION_PASS)
		return fate;
	if (rule->action == ARP_POLICY_ACTION_DROP ||
	    (rule->action == ARP_POLICY_ACTION_HIDE && q->op == 1))
		return PORT_DROPS;
	return q->op == 1 ? PORT_UNSURE : fate;
}

/*
 * The owner according to the neighbour entries that exist before the burst. If there are
 * two for one address, the later one counts.
 */
static bool neighbour_mac(const struct view *v, const struct question *all,
			  const struct place *at, uint32_t addr, uint8_t *mac)
{
	int i;

	for (i = QUESTIONS - 1; i >= 0; i--) {
		const struct question *q = &all[i];

		if (q->gone || q->what != ASK || !q->known || q->dev != at->dev ||
		    !there(v->h, q->dev) || q->sender != addr ||
		    (q->port && !port_there(v->h, q->port)))
			continue;
		known_mac(mac, q, i);
		return q->known & (NUD_PERMANENT | NUD_NOARP);
	}
	return false;
}

/* Finds the owner for which suppress answers. Return: whether there is one. */
static bool owner_mac(const struct view *v, const struct question *all,
		      const struct place *at, int suppress, uint32_t addr, uint8_t *mac)
{
	const struct binding *b = NULL;

	if (suppress & ARP_POLICY_SUPPRESS_BIND)
		b = at->dev == NOBODY ? policy_common_binding(v->p, addr) :
		    policy_binding(v->p, v->h->device[at->dev].name, addr);
	if (b && b->len == 32 && !b->any) {
		memcpy(mac, b->mac, ETH_ALEN);
		return true;
	}
	return suppress & ARP_POLICY_SUPPRESS_NEIGH && at->dev != NOBODY &&
	       neighbour_mac(v, all, at, addr, mac);
}

static enum port_fate suppress(const struct view *v, const char *port,
			       const struct place *at, const struct question *all, int i,
			       uint8_t *mac)
{
	int how = policy_field(v->p, port, ARP_POLICY_FIELD_SUPPRESS);
	const struct question *q = &all[i];
	uint8_t asker[ETH_ALEN];

	if (how <= 0 || q->op != 1 || q->sender == q->target || q->to != TO_ALL ||
	    q->other_source)
		return PORT_PASSES;
	if (!owner_mac(v, all, at, how, q->target, mac))
		return PORT_PASSES;
	asker_mac(asker, i);
	if (!memcmp(mac, asker, ETH_ALEN) || policy_ties(v->p, port, q->target) ||
	    at->port->locked || at->port->isolated || !at->member)
		return PORT_PASSES;
	if (!at->reported)
		return PORT_UNSURE;
	/* The module also looks for the host's own addresses in the kernel's routes. */
	if (may_be_ours(v->h, at, q->target))
		return lives_on(v->h, at->dev == NOBODY ? PORTED : at->dev, q->target) ?
		       PORT_PASSES : PORT_UNSURE;
	/* The kernel makes no neighbour entry for an address that no host can have. */
	return is_plain(v->h, q->target) ? PORT_REPLIES : PORT_UNSURE;
}

struct port_verdict judge_port(const struct view *v, const struct question *all, int i)
{
	const struct question *q = &all[i];
	const struct wrapping *w = &q->wrap;
	struct place at = place_of(v->h, q);
	struct port_verdict x = { .fate = PORT_PASSES, .would = PORT_PASSES };
	char port[IF_NAMESIZE];
	int trust, left = ARP_LEN - w->cut;
	bool judged;

	strcpy(port, port_name(q->port));
	trust = policy_field(v->p, port, ARP_POLICY_FIELD_TRUST);
	judged = trust == 0;
	if (trust > 0 || (!judged &&
			  policy_field(v->p, port, ARP_POLICY_FIELD_SUPPRESS) <= 0))
		return x;
	if (is_nested(v->h, w) || left < ARP_HEADER) {
		x.counted = judged;
		x.would = judged ? PORT_DROPS : PORT_PASSES;
	} else if (q->hrd != 1 && q->hrd != 6) {
		return x;
	} else if (left < ARP_LEN) {
		x.counted = judged;
		x.would = judged ? PORT_DROPS : PORT_PASSES;
	} else {
		x.counted = true;
		x.would = judged ? by_port(v, port, &at, q, i) : PORT_PASSES;
		if (x.would == PORT_PASSES)
			x.would = suppress(v, port, &at, all, i, x.mac);
		else if (x.would == PORT_UNSURE)
			suppress(v, port, &at, all, i, x.mac);
	}
	if (policy_field(v->p, port, ARP_POLICY_FIELD_MODE) != ARP_POLICY_MODE_AUDIT)
		x.fate = x.would;
	return x;
}
