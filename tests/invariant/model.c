// SPDX-License-Identifier: GPL-2.0-only
/* What a host may do under a policy; see model.h. */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "../differential/ask.h"
#include "model.h"

static bool is_within(uint32_t addr, uint32_t prefix, int len)
{
	return !len || !((addr ^ prefix) & htonl(~UINT32_C(0) << (32 - len)));
}

static bool is_loopback(uint32_t addr)
{
	return is_within(addr, htonl(0x7f000000), 8);
}

static bool is_multicast(uint32_t addr)
{
	return is_within(addr, htonl(0xe0000000), 4);
}

bool is_plain(const struct host *h, uint32_t addr)
{
	int i;

	if (is_within(addr, 0, 8) || is_loopback(addr) ||
	    is_within(addr, htonl(0xe0000000), 3))
		return false;
	for (i = 0; i < h->addresses; i++) {
		const struct address *a = &h->address[i];
		uint32_t subnet = a->peer ? a->peer : a->local;
		uint32_t mask = a->len ? htonl(~UINT32_C(0) << (32 - a->len)) : 0;

		if (a->len < 32 && is_within(addr, subnet, a->len) &&
		    ((addr & ~mask) == 0 || (addr & ~mask) == ~mask))
			return false;
	}
	return true;
}

static int field(const struct view *v, int dev, int which)
{
	return policy_field(v->p, v->h->device[dev].name, which);
}

static const struct target *rule_of(const struct view *v, int dev, uint32_t addr,
				    bool from)
{
	return policy_rule(v->p, v->h->device[dev].name, addr, from);
}

int domain_of(const struct host *h, int dev)
{
	int master = h->device[dev].master;

	if (h->device[dev].kind == VRF)
		return dev;
	return master != NOBODY && there(h, master) ? master : NOBODY;
}

bool does_arp(const struct host *h, int dev)
{
	const struct device *d = &h->device[dev];

	/* A VLAN inherits the flag from its lower device when it is created. */
	return !d->noarp && cable_of(h, dev) != NOBODY &&
	       (d->kind != VLAN || !h->device[d->lower].noarp);
}

static bool is_there(const struct host *h, const struct address *a)
{
	return !a->gone && !a->refused && there(h, a->dev);
}

bool lives_on(const struct host *h, int dev, uint32_t addr)
{
	int i;

	for (i = 0; i < h->addresses; i++)
		if (is_there(h, &h->address[i]) && h->address[i].dev == dev &&
		    h->address[i].local == addr)
			return true;
	return false;
}

/* Is the address on any device of the domain? */
static bool lives_in(const struct host *h, int domain, uint32_t addr)
{
	int i;

	for (i = 0; i < h->addresses; i++)
		if (is_there(h, &h->address[i]) && h->address[i].local == addr &&
		    domain_of(h, h->address[i].dev) == domain)
			return true;
	return false;
}

/* The route of type local that covers the address, or NULL. */
static const struct route *local_route(const struct host *h, uint32_t addr)
{
	int i;

	for (i = 0; i < h->routes; i++) {
		const struct route *o = &h->route[i];

		if (!o->gone && !o->refused && there(h, o->dev) &&
		    o->type == RTN_LOCAL && is_within(addr, o->dst, o->len))
			return o;
	}
	return NULL;
}

/* Every address in a subnet on lo is the host's own. */
static bool is_on_lo(const struct host *h, uint32_t addr)
{
	int i;

	for (i = 0; i < h->addresses; i++) {
		const struct address *a = &h->address[i];

		if (is_there(h, a) && a->dev == 0 &&
		    is_within(addr, a->peer ? a->peer : a->local, a->len))
			return true;
	}
	return false;
}

bool is_ours(const struct host *h, int dev, uint32_t addr)
{
	if (domain_of(h, dev) == NOBODY && is_on_lo(h, addr))
		return true;
	return lives_in(h, domain_of(h, dev), addr) || local_route(h, addr) ||
	       is_loopback(addr);
}

/* The kernel looks up the table "local" first, in VRFs as well. */
static bool is_found_by(const struct host *h, int dev, uint32_t addr)
{
	return is_ours(h, dev, addr) || lives_in(h, NOBODY, addr) ||
	       is_on_lo(h, addr);
}

static bool is_hidden(const struct view *v, int dev, uint32_t addr)
{
	const struct target *rule = rule_of(v, dev, addr, false);
	const struct host *h = v->h;
	int i;

	if (rule && rule->action == ARP_POLICY_ACTION_HIDE)
		return true;
	if (lives_on(h, dev, addr))
		return false;
	for (i = 0; i < h->devices; i++)
		if (i != dev && there(h, i) &&
		    domain_of(h, i) == domain_of(h, dev) &&
		    lives_on(h, i, addr) &&
		    field(v, i, ARP_POLICY_FIELD_HIDDEN) > 0)
			return true;
	return false;
}

/*
 * An address covered only by a route of type local belongs to that route's device.
 * If several routes cover it, the model does not know which one the kernel uses. A
 * VRF device finds addresses outside any VRF while the table "local" is looked up
 * first; the contract does not define whether these are hidden from it. It does
 * not find those of another VRF.
 */
static bool may_be_hidden(const struct view *v, int dev, uint32_t addr)
{
	const struct host *h = v->h;
	int i;

	for (i = 0; i < h->devices && !lives_in(h, domain_of(h, dev), addr); i++)
		if (there(h, i) && domain_of(h, i) == NOBODY &&
		    lives_on(h, i, addr) &&
		    field(v, i, ARP_POLICY_FIELD_HIDDEN) > 0)
			return true;
	if ((is_on_lo(h, addr) || is_loopback(addr)) &&
	    field(v, 0, ARP_POLICY_FIELD_HIDDEN) > 0)
		return true;
	for (i = 0; i < h->routes; i++) {
		const struct route *o = &h->route[i];

		if (!o->gone && !o->refused && o->type == RTN_LOCAL &&
		    o->dev != NOBODY && there(h, o->dev) && o->dev != dev &&
		    is_within(addr, o->dst, o->len) &&
		    field(v, o->dev, ARP_POLICY_FIELD_HIDDEN) > 0)
			return true;
	}
	return false;
}

static bool is_strict(const struct view *v, int dev)
{
	return field(v, dev, ARP_POLICY_FIELD_ANNOUNCE) ==
	       ARP_POLICY_ANNOUNCE_STRICT;
}

bool is_audit(const struct view *v, int dev)
{
	return field(v, dev, ARP_POLICY_FIELD_MODE) == ARP_POLICY_MODE_AUDIT;
}

bool is_limited(const struct view *v, int dev)
{
	return field(v, dev, ARP_POLICY_FIELD_RATE) > 0 ||
	       field(v, dev, ARP_POLICY_FIELD_SOURCE_RATE) > 0;
}

bool hears(const struct host *h, int dev, const struct question *q)
{
	const struct device *d = &h->device[dev];

	if (q->gone || q->what != ASK || !there(h, q->dev) || !there(h, dev) ||
	    !does_arp(h, dev) || cable_of(h, dev) != cable_of(h, q->dev) ||
	    d->vid != h->device[q->dev].vid)
		return false;
	return q->to == TO_ALL || (q->to == TO_HOST && dev == q->dev);
}

static bool is_malformed(const struct question *q)
{
	return q->op > 2 || (q->hrd != 1 && q->hrd != 6);
}

static bool is_invalid(int checks, const struct question *q)
{
	bool reply = q->op == 2;

	if (checks <= 0)
		return false;
	if (checks & ARP_POLICY_VALIDATE_SRC_MAC && q->other_source)
		return true;
	if (checks & ARP_POLICY_VALIDATE_DST_MAC && reply &&
	    !(q->to == TO_HOST && q->tha == 1))
		return true;
	return checks & ARP_POLICY_VALIDATE_IP &&
	       (is_multicast(q->sender) || q->sender == ~UINT32_C(0) ||
		(!q->sender && reply) ||
		(reply && (is_multicast(q->target) || q->target == ~UINT32_C(0))));
}

static bool is_refused(const struct view *v, int dev, const struct question *q,
		       int i)
{
	const struct binding *b = policy_binding(v->p, v->h->device[dev].name,
						 q->sender);
	int inspect = field(v, dev, ARP_POLICY_FIELD_INSPECT);
	uint8_t mac[ETH_ALEN];

	if (!q->sender || inspect < ARP_POLICY_INSPECT_ENFORCE)
		return false;
	if (!b)
		return inspect == ARP_POLICY_INSPECT_STRICT;
	asker_mac(mac, i);
	return memcmp(b->mac, mac, ETH_ALEN);
}

/* Does policy drop it because of its sender? */
static bool sender_drops(const struct view *v, int dev, const struct question *q,
			 int i)
{
	const struct target *from = rule_of(v, dev, q->sender, true);

	return is_malformed(q) ||
	       is_invalid(field(v, dev, ARP_POLICY_FIELD_VALIDATE), q) ||
	       (from && from->action == ARP_POLICY_ACTION_DROP) ||
	       is_refused(v, dev, q, i) ||
	       (field(v, dev, ARP_POLICY_FIELD_GARP) == ARP_POLICY_GARP_DROP &&
		q->sender && q->sender == q->target) ||
	       (q->op == 2 && field(v, dev, ARP_POLICY_FIELD_LEARN) ==
			      ARP_POLICY_LEARN_NONE);
}

bool is_dropped(const struct view *v, int dev, const struct question *q, int i)
{
	const struct target *rule = rule_of(v, dev, q->target, false);

	if (is_audit(v, dev))
		return false;
	return sender_drops(v, dev, q, i) ||
	       (rule && rule->action == ARP_POLICY_ACTION_DROP) ||
	       (rule && rule->action == ARP_POLICY_ACTION_HIDE && q->op == 1);
}

/* Does anything on the device but rules and hidden affect requests like this? */
static bool has_say(const struct view *v, int dev, const struct question *q)
{
	static const int deciding[] = {
		ARP_POLICY_FIELD_IGNORE, ARP_POLICY_FIELD_FILTER,
		ARP_POLICY_FIELD_PROXY, ARP_POLICY_FIELD_PROXY_DELAY,
	};
	size_t i;

	for (i = 0; i < sizeof(deciding) / sizeof(*deciding); i++)
		if (field(v, dev, deciding[i]) >= 0)
			return true;
	return q->sender == q->target &&
	       field(v, dev, ARP_POLICY_FIELD_GARP) >= 0;
}

static enum fate by_proxy(const struct view *v, int dev,
			  const struct target *rule, const struct question *q)
{
	if (rule->routed || is_ours(v->h, dev, q->sender) ||
	    !is_plain(v->h, q->sender) || !is_plain(v->h, q->target))
		return UNSURE;
	return ANSWERED;
}

enum fate judge(const struct view *v, int dev, const struct question *q, int i,
		const struct target **by)
{
	const struct target *rule = rule_of(v, dev, q->target, false);
	bool unsure = is_limited(v, dev) ||
		      (field(v, dev, ARP_POLICY_FIELD_DEFEND) > 0 &&
		       is_ours(v->h, dev, q->sender));
	enum fate fate = LEFT;

	*by = NULL;
	if (is_malformed(q))
		return SILENT;
	if (is_audit(v, dev))
		return LEFT;
	if (q->op != 1 || is_dropped(v, dev, q, i))
		return SILENT;
	if (rule && rule->action == ARP_POLICY_ACTION_PROXY && q->sender &&
	    q->sender != q->target && !is_multicast(q->target) &&
	    !is_loopback(q->target)) {
		*by = rule;
		fate = by_proxy(v, dev, rule, q);
	} else if (is_hidden(v, dev, q->target)) {
		return SILENT;
	} else if (has_say(v, dev, q) || may_be_hidden(v, dev, q->target)) {
		fate = UNSURE;
	}
	return unsure ? UNSURE : fate;
}

/* May the device's fields, or the sysctls, make it a proxy? */
static bool may_proxy(const struct view *v, int dev, uint32_t addr)
{
	int proxy = field(v, dev, ARP_POLICY_FIELD_PROXY), i;

	if (!effective(v->c->stock, dev, FORWARDING))
		return false;
	for (i = 0; i < v->h->proxies; i++)
		if (v->h->proxy[i].addr == addr && v->h->proxy[i].dev == dev &&
		    !v->h->proxy[i].gone)
			return true;
	if (proxy >= 0)
		return proxy > 0;
	return effective(v->c->stock, dev, PROXY_ARP) ||
	       effective(v->c->stock, dev, PROXY_ARP_PVLAN);
}

static const char *forbidden_request(const struct view *v, int dev,
				     const struct arp *f)
{
	if (!f->sip)
		return NULL;
	if (!is_ours(v->h, dev, f->sip))
		return "a request names a sender that is not ours in this L3 domain";
	if (is_loopback(f->sip) && f->sip == f->tip)
		return "a packet claims a loopback address";
	if (is_audit(v, dev))
		return NULL;
	if (is_hidden(v, dev, f->sip))
		return "a request names a hidden sender";
	if (is_strict(v, dev) && !lives_on(v->h, dev, f->sip))
		return "a request names a foreign sender under strict";
	return NULL;
}

static const char *forbidden_reply(const struct view *v, int dev,
				   const struct arp *f)
{
	const struct target *rule = rule_of(v, dev, f->sip, false);
	bool proxy = rule && rule->action == ARP_POLICY_ACTION_PROXY;

	if (f->tip && lives_in(v->h, domain_of(v->h, dev), f->tip) &&
	    !effective(v->c->stock, dev, ACCEPT_LOCAL))
		return "the host answers its own request";
	if (is_audit(v, dev))
		return NULL;
	if (rule && rule->action == ARP_POLICY_ACTION_DROP)
		return "an answer for an address that a rule drops";
	if (!proxy && is_hidden(v, dev, f->sip))
		return "an answer for a hidden address";
	if (!proxy && !is_found_by(v->h, dev, f->sip) && !may_proxy(v, dev, f->sip))
		return "an answer for an address that is neither local nor proxied";
	return NULL;
}

const char *forbidden(const struct view *v, int dev, const struct arp *f)
{
	return f->op == htons(1) ? forbidden_request(v, dev, f) :
				   forbidden_reply(v, dev, f);
}
