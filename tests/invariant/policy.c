// SPDX-License-Identifier: GPL-2.0-only
/* Random policies, their effective values, and sending them to the kernel; see policy.h. */
#include <arpa/inet.h>
#include <fnmatch.h>
#include <string.h>

#include "../differential/ask.h"
#include "../differential/host.h"
#include "../differential/ports.h"
#include "policy.h"

static uint32_t cut(uint32_t address, int len)
{
	return len ? address & htonl(~UINT32_C(0) << (32 - len)) : 0;
}

/* Making */

static int bridge_device(const struct host *h, struct rng *r)
{
	int dev;

	do
		dev = rnd(r, h->devices);
	while (!is_on_bridge(h, dev));
	return dev;
}

/* On a host with ports, most selectors name ports, the others their bridge. */
static void make_port_selector(char *selector, const struct host *h, struct rng *r)
{
	switch (rnd(r, 10)) {
	case 0:
		strcpy(selector, "all");
		break;
	case 1:
	case 2:
		strcpy(selector, "port*");
		break;
	case 3:
		strcpy(selector, h->device[bridge_device(h, r)].name);
		break;
	default:
		strcpy(selector, port_name(rnd(r, h->ports)));
	}
}

static void make_selector(char *selector, const struct host *h, struct rng *r,
			  bool rules)
{
	const char *dev = h->device[rnd(r, h->devices)].name;
	int len = strlen(dev);

	if (h->ports && chance(r, 90)) {
		make_port_selector(selector, h, r);
		return;
	}
	switch (rnd(r, 10)) {
	case 0:
	case 1:
		strcpy(selector, "all");
		break;
	case 2:
		strcpy(selector, rules ? "all" : "default");
		break;
	case 3:
		strcpy(selector, "*");
		break;
	case 4:
		snprintf(selector, SELECTOR, "%c*", dev[0]);
		break;
	case 5:
		snprintf(selector, SELECTOR, "%.*s[%c-%c]", len - 1, dev,
			 dev[len - 1], dev[len - 1]);
		break;
	case 6:
		snprintf(selector, SELECTOR, "*%s", dev + len - 1);
		break;
	default:
		strcpy(selector, dev);
	}
}

/* How often each field is set (percent), and the limit of its values. */
static const struct {
	unsigned int often, below;
} draws[FIELDS] = {
	[ARP_POLICY_FIELD_IGNORE] = { 10, 5 },
	[ARP_POLICY_FIELD_ANNOUNCE] = { 30, 4 },
	[ARP_POLICY_FIELD_FILTER] = { 6, 2 },
	[ARP_POLICY_FIELD_HIDDEN] = { 35, 2 },
	[ARP_POLICY_FIELD_PROXY] = { 14, 4 },
	[ARP_POLICY_FIELD_PROXY_DELAY] = { 5, 1 },
	[ARP_POLICY_FIELD_GARP] = { 9, 2 },
	[ARP_POLICY_FIELD_LEARN] = { 9, 3 },
	[ARP_POLICY_FIELD_INSPECT] = { 12, 4 },
	[ARP_POLICY_FIELD_VALIDATE] = { 6, 8 },
	[ARP_POLICY_FIELD_RATE] = { 4, 20 },
	[ARP_POLICY_FIELD_BURST] = { 3, 20 },
	[ARP_POLICY_FIELD_SOURCE_RATE] = { 3, 5 },
	[ARP_POLICY_FIELD_DEFEND] = { 14, 2 },
	[ARP_POLICY_FIELD_MODE] = { 9, 2 },
};

/* The same for bridge ports. */
static const unsigned int port_draws[FIELDS] = {
	[ARP_POLICY_FIELD_IGNORE] = 2,
	[ARP_POLICY_FIELD_GARP] = 14,
	[ARP_POLICY_FIELD_LEARN] = 4,
	[ARP_POLICY_FIELD_INSPECT] = 55,
	[ARP_POLICY_FIELD_VALIDATE] = 14,
	[ARP_POLICY_FIELD_RATE] = 3,
	[ARP_POLICY_FIELD_SOURCE_RATE] = 3,
	[ARP_POLICY_FIELD_DEFEND] = 8,
	[ARP_POLICY_FIELD_MODE] = 8,
	[ARP_POLICY_FIELD_TRUST] = 70,
	[ARP_POLICY_FIELD_SUPPRESS] = 55,
};

static int make_field(int field, int delay, struct rng *r)
{
	int value = rnd(r, draws[field].below);

	switch (field) {
	case ARP_POLICY_FIELD_TRUST:
		return chance(r, 12);
	case ARP_POLICY_FIELD_SUPPRESS:
		return rnd(r, 4);
	case ARP_POLICY_FIELD_IGNORE:
		return value == 4 ? 8 : value;
	case ARP_POLICY_FIELD_ANNOUNCE:
		return chance(r, 40) ? ARP_POLICY_ANNOUNCE_STRICT : value;
	case ARP_POLICY_FIELD_HIDDEN:
		return chance(r, 75);
	case ARP_POLICY_FIELD_PROXY_DELAY:
		return delay ? delay / 2 + rnd(r, delay / 2) : 0;
	default:
		return value;
	}
}

static bool make_setting(struct setting *s, const struct policy *p,
			 const struct host *h, int delay, struct rng *r)
{
	bool any = false;
	int f, i;

	memset(s, 0, sizeof(*s));
	make_selector(s->selector, h, r, false);
	for (i = 0; i < p->settings; i++)
		if (!strcmp(p->setting[i].selector, s->selector))
			return false;
	for (f = 1; f < FIELDS; f++) {
		unsigned int often = h->ports ? port_draws[f] : draws[f].often;

		if (delay && f == ARP_POLICY_FIELD_PROXY_DELAY)
			often = 70;
		s->field[f] = chance(r, often) ? make_field(f, delay, r) : -1;
		any |= s->field[f] >= 0;
	}
	return any;
}

/* An address for rules: a sender or target of @q, or one of the host's. */
static uint32_t some_subject(const struct host *h, const struct question *q,
			     struct rng *r)
{
	int i = rnd(r, QUESTIONS);

	if (h->addresses && chance(r, 45))
		return h->address[rnd(r, h->addresses)].local;
	return chance(r, 70) ? q[i].target : q[i].sender;
}

static bool same_key(const struct target *a, const struct target *b)
{
	return a->prefix == b->prefix && a->len == b->len && a->from == b->from &&
	       !strcmp(a->selector, b->selector);
}

static bool make_target(struct target *t, const struct policy *p,
			const struct host *h, const struct question *q,
			int delay, struct rng *r)
{
	static const uint8_t lengths[] = { 32, 32, 32, 31, 28, 25, 24, 24, 16, 8, 0 };
	static const uint8_t actions[] = {
		ARP_POLICY_ACTION_PASS, ARP_POLICY_ACTION_DROP,
		ARP_POLICY_ACTION_HIDE, ARP_POLICY_ACTION_PROXY,
	};
	int i;

	memset(t, 0, sizeof(*t));
	make_selector(t->selector, h, r, true);
	t->from = chance(r, 25);
	t->len = lengths[rnd(r, sizeof(lengths))];
	t->prefix = cut(some_subject(h, q, r), t->len);
	t->action = actions[rnd(r, t->from ? 2 : 4)];
	if (!t->from && (chance(r, 35) || (delay && chance(r, 60))))
		t->action = ARP_POLICY_ACTION_PROXY;
	if (t->action == ARP_POLICY_ACTION_PROXY) {
		t->has_mac = chance(r, 30);
		t->routed = chance(r, 20);
	}
	if (t->has_mac)
		memcpy(t->mac, (uint8_t[]){ 2, 0, 0x4c, 0, 0, rnd(r, 4) }, ETH_ALEN);
	for (i = 0; i < p->targets; i++)
		if (same_key(t, &p->target[i]))
			return false;
	return true;
}

/*
 * One of: the owner of a target, for which suppress answers; the asker's own address on
 * its port; a bound address on one port; or what make_binding() has chosen. Some are for a
 * prefix, or for any MAC.
 */
static void make_port_binding(struct binding *b, const struct policy *p,
			      const struct host *h, const struct question *q,
			      struct rng *r)
{
	static const uint8_t lengths[] = { 24, 16, 8, 1 };

	switch (PICK(r, 42, 30, 13, 15)) {
	case 0:
		b->addr = q->target;
		strcpy(b->selector, chance(r, 50) ? "all" :
		       h->device[bridge_device(h, r)].name);
		break;
	case 1:
		strcpy(b->selector, port_name(q->port));
		break;
	case 2:
		if (p->bindings)
			b->addr = p->binding[rnd(r, p->bindings)].addr;
		strcpy(b->selector, port_name(rnd(r, h->ports)));
	}
	b->any = chance(r, 10);
	if (!chance(r, 12))
		return;
	b->len = lengths[rnd(r, sizeof(lengths))];
	b->addr = cut(b->addr, b->len);
}

/* Senders in 0.0.0.0/8, multicast and broadcast have no binding. */
static bool can_bind(uint32_t addr)
{
	return ntohl(addr) >> 24 && ntohl(addr) >> 28 != 14 && addr != ~UINT32_C(0);
}

static bool make_binding(struct binding *b, const struct policy *p,
			 const struct host *h, const struct question *q,
			 struct rng *r)
{
	int i = rnd(r, QUESTIONS), k;

	memset(b, 0, sizeof(*b));
	make_selector(b->selector, h, r, true);
	b->addr = q[i].sender;
	b->len = 32;
	asker_mac(b->mac, chance(r, 65) ? i : (int)rnd(r, QUESTIONS));
	if (h->ports)
		make_port_binding(b, p, h, &q[i], r);
	for (k = 0; k < p->bindings; k++)
		if (p->binding[k].addr == b->addr && p->binding[k].len == b->len &&
		    !strcmp(p->binding[k].selector, b->selector))
			return false;
	return can_bind(b->addr);
}

void make_policy(struct policy *p, const struct host *h,
		 const struct question *q, int delay, struct rng *r)
{
	int n;

	memset(p, 0, sizeof(*p));
	for (n = rnd(r, SETTINGS); n; n--)
		if (make_setting(&p->setting[p->settings], p, h, delay, r))
			p->settings++;
	for (n = chance(r, 30) ? 0 : rnd(r, TARGETS); n; n--)
		if (make_target(&p->target[p->targets], p, h, q, delay, r))
			p->targets++;
	n = h->ports ? 2 + rnd(r, BINDINGS - 1) : chance(r, 60) ? 0 : rnd(r, 7);
	for (; n; n--)
		if (make_binding(&p->binding[p->bindings], p, h, q, r))
			p->bindings++;
}

struct setting *policy_setting(struct policy *p, const char *selector)
{
	struct setting *s;
	int i;

	for (i = 0; i < p->settings; i++)
		if (!strcmp(p->setting[i].selector, selector))
			return &p->setting[i];
	if (p->settings < SETTINGS)
		p->settings++;
	s = &p->setting[p->settings - 1];
	memset(s, 0xff, sizeof(*s));
	s->gone = false;
	strcpy(s->selector, selector);
	return s;
}

/* A binding with the same key is replaced; if there is no room, the last one. */
static void put_in(struct policy *p, const struct binding *b)
{
	int i;

	for (i = 0; i < p->bindings; i++)
		if (p->binding[i].addr == b->addr && p->binding[i].len == b->len &&
		    !strcmp(p->binding[i].selector, b->selector))
			break;
	if (i == BINDINGS)
		i--;
	p->binding[i] = *b;
	if (i == p->bindings)
		p->bindings++;
}

void make_owner(struct policy *p, const struct question *q, int owner, struct rng *r)
{
	struct binding b = { .addr = q->target, .len = 32 };
	int *suppress = &policy_setting(p, port_name(q->port))->
			field[ARP_POLICY_FIELD_SUPPRESS];

	*suppress = (*suppress < 0 ? 0 : *suppress) | ARP_POLICY_SUPPRESS_BIND;
	if (!can_bind(q->target))
		return;
	strcpy(b.selector, "all");
	asker_mac(b.mac, owner);
	put_in(p, &b);
	if (!chance(r, 25))
		return;
	b.any = chance(r, 30);
	strcpy(b.selector, port_name(q->port));
	put_in(p, &b);
}

void make_waits(struct policy *p, const struct question *q, int delay,
		struct rng *r)
{
	struct target *t = &p->target[0];
	int i;

	/* Replace the first rule, so that there is always room. */
	memset(t, 0, sizeof(*t));
	strcpy(t->selector, "all");
	t->len = chance(r, 50) ? 32 : 24;
	t->prefix = cut(q[rnd(r, QUESTIONS)].target, t->len);
	t->action = ARP_POLICY_ACTION_PROXY;
	if (!p->targets)
		p->targets = 1;
	for (i = 1; i < p->targets; i++)
		if (same_key(t, &p->target[i]))
			p->target[i].gone = true;
	policy_setting(p, "all")->field[ARP_POLICY_FIELD_PROXY_DELAY] = delay;
}

void make_change(struct change *c, const struct policy *from, struct policy *to,
		 const struct host *h, const struct question *q, int delay,
		 struct rng *r)
{
	*to = *from;
	c->at = 0;
	switch (rnd(r, 6)) {
	case 0:
		c->kind = FLUSH;
		memset(to, 0, sizeof(*to));
		return;
	case 1:
		c->kind = UNSET;
		c->at = from->settings ? rnd(r, from->settings) : 0;
		if (!from->settings)
			break;
		to->setting[c->at].gone = true;
		return;
	case 2:
		c->kind = DEL;
		c->at = from->targets ? rnd(r, from->targets) : 0;
		if (!from->targets)
			break;
		to->target[c->at].gone = true;
		return;
	case 3:
		c->kind = ADD;
		c->at = from->targets;
		if (c->at == TARGETS ||
		    !make_target(&to->target[c->at], to, h, q, delay, r))
			break;
		to->targets++;
		return;
	case 4:
		c->kind = SET;
		c->at = from->settings;
		if (c->at == SETTINGS ||
		    !make_setting(&to->setting[c->at], to, h, delay, r))
			break;
		to->settings++;
		return;
	}
	c->kind = WHOLE;
	make_policy(to, h, q, delay, r);
}

/* To the kernel */

static void put_target(struct netlink *nl, int type, const struct target *t)
{
	size_t nest = nl_nest(nl, type | NLA_F_NESTED);

	nl_put_u32(nl, ARP_POLICY_ENTRY_TABLE, t->from ? ARP_POLICY_TABLE_SENDER :
							 ARP_POLICY_TABLE_TARGET);
	nl_put_text(nl, ARP_POLICY_ENTRY_SELECTOR, t->selector);
	nl_put(nl, ARP_POLICY_ENTRY_ADDRESS, &t->prefix, 4);
	nl_put_u32(nl, ARP_POLICY_ENTRY_LENGTH, t->len);
	nl_put_u32(nl, ARP_POLICY_ENTRY_ACTION, t->action);
	if (t->has_mac)
		nl_put(nl, ARP_POLICY_ENTRY_LLADDR, t->mac, ETH_ALEN);
	if (t->routed)
		nl_put(nl, ARP_POLICY_ENTRY_ROUTED, NULL, 0);
	nl_end(nl, nest);
}

static void put_binding(struct netlink *nl, const struct binding *b)
{
	size_t op = nl_nest(nl, ARP_POLICY_A_OP | NLA_F_NESTED);
	size_t nest = nl_nest(nl, ARP_POLICY_OP_ENTRY_ADD | NLA_F_NESTED);

	nl_put_u32(nl, ARP_POLICY_ENTRY_TABLE, ARP_POLICY_TABLE_BINDING);
	nl_put_text(nl, ARP_POLICY_ENTRY_SELECTOR, b->selector);
	nl_put(nl, ARP_POLICY_ENTRY_ADDRESS, &b->addr, 4);
	nl_put_u32(nl, ARP_POLICY_ENTRY_LENGTH, b->len);
	if (b->any)
		nl_put(nl, ARP_POLICY_ENTRY_ANY, NULL, 0);
	else
		nl_put(nl, ARP_POLICY_ENTRY_LLADDR, b->mac, ETH_ALEN);
	nl_end(nl, nest);
	nl_end(nl, op);
}

/* An operation of a transaction. */
static void put_target_op(struct netlink *nl, int kind, const struct target *t)
{
	size_t op = nl_nest(nl, ARP_POLICY_A_OP | NLA_F_NESTED);

	put_target(nl, kind, t);
	nl_end(nl, op);
}

static bool policy_empty(const struct policy *p)
{
	int i, n = 0;

	for (i = 0; i < p->settings; i++)
		n += !p->setting[i].gone;
	for (i = 0; i < p->targets; i++)
		n += !p->target[i].gone;
	for (i = 0; i < p->bindings; i++)
		n += !p->binding[i].gone;
	return !n;
}

int put_policy(struct netlink *nl, const struct policy *p)
{
	int i;

	if (policy_empty(p)) {
		begin_command(nl, ARP_POLICY_CMD_FLUSH);
		return nl_commit(nl);
	}
	begin_transaction(nl, ARP_POLICY_TRANSACTION_REPLACE);
	begin_command(nl, ARP_POLICY_CMD_TRANSACTION_ADD);
	for (i = 0; i < p->settings; i++)
		if (!p->setting[i].gone)
			put_dev_op(nl, ARP_POLICY_OP_DEV_SET, p->setting[i].selector,
				   p->setting[i].field);
	for (i = 0; i < p->targets; i++)
		if (!p->target[i].gone)
			put_target_op(nl, ARP_POLICY_OP_ENTRY_ADD, &p->target[i]);
	for (i = 0; i < p->bindings; i++)
		if (!p->binding[i].gone)
			put_binding(nl, &p->binding[i]);
	begin_command(nl, ARP_POLICY_CMD_TRANSACTION_COMMIT);
	return nl_commit(nl);
}

/* One change as a command. */
static void put_setting_command(struct netlink *nl, const struct setting *s, bool set)
{
	begin_command(nl, set ? ARP_POLICY_CMD_DEV_SET : ARP_POLICY_CMD_DEV_DEL);
	nl_put_text(nl, ARP_POLICY_A_SELECTOR, s->selector);
	if (set)
		put_fields(nl, ARP_POLICY_A_FIELDS, s->field);
}

static void put_target_command(struct netlink *nl, const struct target *t, bool add)
{
	begin_command(nl, add ? ARP_POLICY_CMD_ENTRY_ADD : ARP_POLICY_CMD_ENTRY_DEL);
	put_target(nl, ARP_POLICY_A_ENTRY, t);
}

int put_change(struct netlink *nl, const struct change *c,
	       const struct policy *from, const struct policy *to, bool back)
{
	const struct setting *s = c->kind == SET ? &to->setting[c->at] :
						   &from->setting[c->at];
	const struct target *t = c->kind == ADD ? &to->target[c->at] :
						  &from->target[c->at];
	bool makes = c->kind == SET || c->kind == ADD;
	/* Every other change is a command, the others are transactions. */
	bool in_transaction = c->at & 1, fields;

	if (c->kind == WHOLE || (c->kind == FLUSH && back))
		return put_policy(nl, back ? from : to);
	if (c->kind == FLUSH) {
		begin_command(nl, ARP_POLICY_CMD_FLUSH);
		return nl_commit(nl);
	}
	fields = c->kind == SET || c->kind == UNSET;
	if (fields ? s->gone : t->gone)
		return 0;
	if (in_transaction) {
		begin_transaction(nl, ARP_POLICY_TRANSACTION_CHANGE);
		begin_command(nl, ARP_POLICY_CMD_TRANSACTION_ADD);
	}
	if (fields && in_transaction)
		put_dev_op(nl, makes == back ? ARP_POLICY_OP_DEV_DEL : ARP_POLICY_OP_DEV_SET,
			   s->selector, s->field);
	else if (fields)
		put_setting_command(nl, s, makes != back);
	else if (in_transaction)
		put_target_op(nl, makes == back ? ARP_POLICY_OP_ENTRY_DEL :
						  ARP_POLICY_OP_ENTRY_ADD, t);
	else
		put_target_command(nl, t, makes != back);
	if (in_transaction)
		begin_command(nl, ARP_POLICY_CMD_TRANSACTION_COMMIT);
	return nl_commit(nl);
}

/* Effective policy */

/* Literal characters, not counting those in character classes. */
static int literals(const char *glob)
{
	int n = 0;

	for (; *glob; glob++) {
		if (*glob == '[')
			glob = strchr(glob, ']');
		else if (*glob != '*' && *glob != '?')
			n++;
	}
	return n;
}

/* Precedence of a selector: 0 no match, 1 "all". */
static int rank(const char *selector, const char *dev)
{
	if (!strcmp(selector, "all"))
		return 1;
	if (!strcmp(selector, "default"))
		return 2;
	if (!strpbrk(selector, "*?["))
		return strcmp(selector, dev) ? 0 : 1000;
	return fnmatch(selector, dev, 0) ? 0 : 10 + literals(selector);
}

/* Which of two matching selectors takes precedence. */
static bool beats(const char *a, const char *b, const char *dev)
{
	int ra = rank(a, dev), rb = rank(b, dev);

	return ra != rb ? ra > rb : strcmp(a, b) < 0;
}

static int stricter(int field, int a, int b)
{
	switch (field) {
	case ARP_POLICY_FIELD_PROXY:
	case ARP_POLICY_FIELD_VALIDATE:
	case ARP_POLICY_FIELD_SUPPRESS:
		return a | b;
	case ARP_POLICY_FIELD_TRUST:
		return a < b ? a : b;
	case ARP_POLICY_FIELD_RATE:
	case ARP_POLICY_FIELD_BURST:
	case ARP_POLICY_FIELD_SOURCE_RATE:
		return !a ? b : !b ? a : a < b ? a : b;
	default:
		return a > b ? a : b;
	}
}

int policy_field(const struct policy *p, const char *dev, int field)
{
	const struct setting *own = NULL;
	int all = -1, i;

	for (i = 0; i < p->settings; i++) {
		const struct setting *s = &p->setting[i];
		int n = rank(s->selector, dev);

		if (s->gone || !n || s->field[field] < 0)
			continue;
		if (n == 1)
			all = s->field[field];
		else if (!own || beats(s->selector, own->selector, dev))
			own = s;
	}
	if (!own)
		return all;
	return all < 0 ? own->field[field] :
			 stricter(field, all, own->field[field]);
}

/* Rules that hide or proxy apply to a port only if their selector is not "all". */
static bool holds_on_ports(const struct target *t)
{
	return strcmp(t->selector, "all") || (t->action != ARP_POLICY_ACTION_HIDE &&
					      t->action != ARP_POLICY_ACTION_PROXY);
}

static const struct target *find_rule(const struct policy *p, const char *dev,
				      uint32_t addr, bool from, bool port)
{
	const struct target *best = NULL;
	int i;

	for (i = 0; i < p->targets; i++) {
		const struct target *t = &p->target[i];

		if (t->gone || t->from != from || cut(addr, t->len) != t->prefix ||
		    !rank(t->selector, dev) || (port && !holds_on_ports(t)))
			continue;
		if (!best || t->len > best->len ||
		    (t->len == best->len &&
		     beats(t->selector, best->selector, dev)))
			best = t;
	}
	return best;
}

const struct target *policy_rule(const struct policy *p, const char *dev,
				 uint32_t addr, bool from)
{
	return find_rule(p, dev, addr, from, false);
}

const struct target *policy_port_rule(const struct policy *p, const char *port,
				      uint32_t addr)
{
	return find_rule(p, port, addr, false, true);
}

/* @only: the selector, or NULL */
static const struct binding *find_binding(const struct policy *p, const char *dev,
					  uint32_t addr, const char *only)
{
	const struct binding *best = NULL;
	int i;

	for (i = 0; i < p->bindings; i++) {
		const struct binding *b = &p->binding[i];

		if (b->gone || cut(addr, b->len) != b->addr || !rank(b->selector, dev) ||
		    (only && strcmp(b->selector, only)))
			continue;
		if (!best || b->len > best->len ||
		    (b->len == best->len && beats(b->selector, best->selector, dev)))
			best = b;
	}
	return best;
}

const struct binding *policy_binding(const struct policy *p, const char *dev,
				     uint32_t addr)
{
	return find_binding(p, dev, addr, NULL);
}

const struct binding *policy_common_binding(const struct policy *p, uint32_t addr)
{
	return find_binding(p, "", addr, "all");
}

bool policy_ties(const struct policy *p, const char *port, uint32_t addr)
{
	return find_binding(p, port, addr, port);
}

bool policy_decides(const struct policy *p, const char *dev)
{
	int i, f;

	for (f = 1; f < FIELDS; f++)
		if (f != ARP_POLICY_FIELD_TRUST && f != ARP_POLICY_FIELD_SUPPRESS &&
		    policy_field(p, dev, f) >= 0)
			return true;
	for (i = 0; i < p->targets; i++)
		if (!p->target[i].gone && rank(p->target[i].selector, dev))
			return true;
	return false;
}

/* Printing */

static void print_target(FILE *f, const char *verb, const struct target *t)
{
	static const char *const actions[] = {
		[ARP_POLICY_ACTION_PASS] = "pass", [ARP_POLICY_ACTION_DROP] = "drop",
		[ARP_POLICY_ACTION_HIDE] = "hide",
		[ARP_POLICY_ACTION_PROXY] = "proxy",
	};

	fprintf(f, "arpctl rule %s %s %s/%d%s dev '%s'", verb, actions[t->action],
		text_of(t->prefix), t->len, t->from ? " from" : "", t->selector);
	if (t->has_mac)
		fprintf(f, " lladdr %s", mac_text(t->mac));
	fputs(t->routed ? " routed\n" : "\n", f);
}

void print_the_policy(FILE *f, const struct policy *p)
{
	int i;

	for (i = 0; i < p->settings; i++)
		if (!p->setting[i].gone)
			print_fields(f, p->setting[i].selector, p->setting[i].field);
	for (i = 0; i < p->targets; i++)
		if (!p->target[i].gone)
			print_target(f, "add", &p->target[i]);
	for (i = 0; i < p->bindings; i++) {
		const struct binding *b = &p->binding[i];

		if (b->gone)
			continue;
		fprintf(f, "arpctl bind add %s/%d lladdr %s dev '%s'\n", text_of(b->addr),
			b->len, b->any ? "any" : mac_text(b->mac), b->selector);
	}
}

void print_change(FILE *f, const struct change *c, const struct policy *from,
		  const struct policy *to)
{
	switch (c->kind) {
	case WHOLE:
		fprintf(f, "arpctl restore - <<'.'\n");
		print_the_policy(f, to);
		fprintf(f, ".\n");
		break;
	case FLUSH:
		fprintf(f, "arpctl flush\n");
		break;
	case SET:
		print_fields(f, to->setting[c->at].selector, to->setting[c->at].field);
		break;
	case UNSET:
		fprintf(f, "arpctl dev unset '%s'\n", from->setting[c->at].selector);
		break;
	case ADD:
		print_target(f, "add", &to->target[c->at]);
		break;
	case DEL:
		print_target(f, "del", &from->target[c->at]);
	}
}
