// SPDX-License-Identifier: GPL-2.0-only
/* Checks what a bridge with policy on its ports did; see port_check.h. */
#include <arpa/inet.h>
#include <string.h>

#include "../differential/ports.h"
#include "port_check.h"

bool enters_by_port(const struct host *h, const struct question *q)
{
	return !q->gone && q->what == ASK && q->wrapped && there(h, q->dev) &&
	       port_there(h, q->port);
}

static const struct outcome nothing;

/* The question that a reply is for, or -1. */
static int reply_for(const struct frame *f)
{
	const struct arp *a = arp_of(f);

	if (f->len != sizeof(*a) || a->type != htons(ETHERTYPE_ARP) || a->op != htons(2) ||
	    !memcmp(a->tha, a->sha, ETH_ALEN))
		return -1;
	return asker_of(a->tha);
}

/* Is it the MAC of a proxy rule? */
static bool is_rules(const uint8_t *mac)
{
	return mac[2] == 0x4c;
}

/*
 * The question that this answer by suppress is for; -1: it is none.
 *
 * Owners have askers' MACs, so an answer by suppress looks like a frame of that asker. But
 * no asker sends a reply to another one.
 */
static int suppressed_for(const struct host *h, const struct frame *f)
{
	int i = reply_for(f);

	return i >= 0 && i < QUESTIONS && device_of(h, arp_of(f)->sha) == NOBODY &&
	       !is_rules(arp_of(f)->sha) ? i : -1;
}

/* The question whose frame this is, forwarded by the bridge; or -1. */
static int copy_of(const struct host *h, const struct frame *f)
{
	int i = source_of(arp_of(f)->src);

	if (i < 0 || i >= QUESTIONS || suppressed_for(h, f) >= 0 ||
	    port_of(h, f->cable) == NOBODY)
		return -1;
	return i;
}

int count_copies(const struct host *h, const struct outcome *o, int i)
{
	int n = 0, k;

	for (k = 0; k < o->frames; k++)
		n += copy_of(h, &o->frame[k]) == i;
	return n;
}

int count_suppressed(const struct host *h, const struct outcome *o, int i, uint8_t *mac)
{
	int n = 0, k;

	for (k = 0; k < o->frames; k++) {
		if (suppressed_for(h, &o->frame[k]) != i)
			continue;
		memcpy(mac, arp_of(&o->frame[k])->sha, ETH_ALEN);
		n++;
	}
	return n;
}

/* Is it the host's own answer to the question? */
static bool is_answer(const struct host *h, const struct frame *f, int i)
{
	return reply_for(f) == i && device_of(h, arp_of(f)->sha) != NOBODY;
}

typedef bool pick_frame(const struct host *h, const struct frame *f, int i);

static bool is_copy(const struct host *h, const struct frame *f, int i)
{
	return copy_of(h, f) == i;
}

/* Do both have the same frames of this kind? They are sorted. */
static bool same_frames(const struct host *h, const struct outcome *a,
			const struct outcome *b, pick_frame *wanted, int i)
{
	int k = 0, n = 0;

	for (;;) {
		while (k < a->frames && !wanted(h, &a->frame[k], i))
			k++;
		while (n < b->frames && !wanted(h, &b->frame[n], i))
			n++;
		if (k == a->frames || n == b->frames)
			return k == a->frames && n == b->frames;
		if (memcmp(&a->frame[k++], &b->frame[n++], sizeof(struct frame)))
			return false;
	}
}

static const struct learnt *find_learnt(const struct outcome *o, int i)
{
	int k;

	for (k = 0; k < o->learnts; k++)
		if (source_of(o->learnt[k].mac) == i)
			return &o->learnt[k];
	return NULL;
}

static bool same_learnt(const struct outcome *a, const struct outcome *b, int i)
{
	const struct learnt *x = find_learnt(a, i), *y = find_learnt(b, i);

	return !x == !y && (!x || !memcmp(x, y, sizeof(*x)));
}

/* The tag that an answer must have. */
static uint32_t tag_of(const struct question *q)
{
	const struct wrapping *w = &q->wrap;

	return w->tags ? (uint32_t)w->proto[0] << 16 | w->tci[0] : 0;
}

static const char *wrong_answer(const struct host *h, const struct question *q,
				const struct frame *f, const uint8_t *mac)
{
	const struct arp *a = arp_of(f);

	if (port_of(h, f->cable) != q->port)
		return "suppress answers on a port that is not the asker's";
	if (f->tag != tag_of(q))
		return "suppress answers with a tag that is not the request's";
	if (memcmp(a->sha, mac, ETH_ALEN) || memcmp(a->src, mac, ETH_ALEN))
		return "suppress answers with a MAC that is not the owner's";
	if (a->sip != q->target || a->tip != q->sender ||
	    memcmp(a->dst, a->tha, ETH_ALEN))
		return "an answer by suppress does not match the request";
	return NULL;
}

static const char *wrong_suppressed(const struct view *v, const struct question *q, int i,
				    const struct port_verdict *x,
				    const struct outcome *o)
{
	const char *wrong = NULL;
	uint8_t mac[ETH_ALEN];
	int k;

	if (count_suppressed(v->h, o, i, mac) != 1)
		return "suppress does not answer exactly once";
	for (k = 0; k < o->frames && !wrong; k++)
		if (suppressed_for(v->h, &o->frame[k]) == i)
			wrong = wrong_answer(v->h, q, &o->frame[k], x->mac);
	return wrong;
}

/* Does policy decide anything on the host's devices on the bridge? */
static bool host_decides(const struct view *v)
{
	int i;

	for (i = 0; i < v->h->devices; i++)
		if (is_on_bridge(v->h, i) && there(v->h, i) &&
		    policy_decides(v->p, v->h->device[i].name))
			return true;
	return false;
}

/* @equal: the bridge has learnt the same as without policy from the other frames */
static const char *wrong_passed(const struct view *v, const struct question *q, int i,
				const struct outcome *stock,
				const struct outcome *module, bool equal)
{
	uint8_t mac[ETH_ALEN];

	if (count_suppressed(v->h, module, i, mac) >
	    count_suppressed(v->h, stock, i, mac))
		return "suppress answers a request that it must pass";
	if (!same_learnt(stock, module, i))
		return "the bridge learns from a passed frame other things than without policy";
	if (q->to == TO_PEER && !equal)
		return NULL;
	if (!same_frames(v->h, stock, module, is_copy, i))
		return "a passed frame leaves the bridge differently than without policy";
	if (!host_decides(v) && !same_frames(v->h, stock, module, is_answer, i))
		return "the host answers a passed frame differently than without policy";
	return NULL;
}

static const char *wrong_with_question(const struct view *v, const struct question *all,
				       int i, const struct outcome *stock,
				       const struct outcome *module, bool equal)
{
	struct port_verdict x = judge_port(v, all, i);
	uint8_t mac[ETH_ALEN];

	switch (x.fate) {
	case PORT_PASSES:
		return wrong_passed(v, &all[i], i, stock, module, equal);
	case PORT_DROPS:
		if (count_copies(v->h, module, i))
			return "a frame that policy drops leaves another port";
		if (count_suppressed(v->h, module, i, mac) ||
		    !same_frames(v->h, module, &nothing, is_answer, i))
			return "a frame that the port's policy drops is answered";
		return NULL;
	case PORT_REPLIES:
		if (count_copies(v->h, module, i))
			return "a request that suppress answers is flooded";
		if (!same_frames(v->h, module, &nothing, is_answer, i))
			return "the host answers a request that suppress answers";
		return wrong_suppressed(v, &all[i], i, &x, module);
	case PORT_UNSURE:
		break;
	}
	return NULL;
}

/* Does every frame pass its port? Then the bridge learns the same as without policy. */
static bool all_pass(const struct view *v, const struct question *all)
{
	int i;

	for (i = 0; i < QUESTIONS; i++)
		if (enters_by_port(v->h, &all[i]) &&
		    judge_port(v, all, i).fate != PORT_PASSES)
			return false;
	return true;
}

/* Is it neither the host's, nor a question's, nor an answer? */
static bool is_strange(const struct host *h, const struct frame *f)
{
	return port_of(h, f->cable) != NOBODY && copy_of(h, f) < 0 &&
	       suppressed_for(h, f) < 0 && device_of(h, arp_of(f)->src) == NOBODY &&
	       !is_rules(arp_of(f)->src);
}

const char *wrong_with_burst(const struct view *v, const struct question *all,
			     const struct outcome *stock, const struct outcome *module,
			     int *which)
{
	bool equal = all_pass(v, all);
	const char *wrong;
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		*which = i;
		if (!enters_by_port(v->h, &all[i]))
			continue;
		wrong = wrong_with_question(v, all, i, stock, module, equal);
		if (wrong)
			return wrong;
	}
	*which = -1;
	for (i = 0; i < module->frames; i++)
		if (is_strange(v->h, &module->frame[i]))
			return "a frame that nobody sent leaves a port";
	return wrong_learnt(v, NULL, all, module, which);
}

/* May the frame reach the bridge? */
static bool may_pass(const struct view *v, const struct question *all, int i)
{
	enum port_fate fate = judge_port(v, all, i).fate;

	return fate == PORT_PASSES || fate == PORT_UNSURE;
}

const char *wrong_port_frame(const struct view *v, const struct question *all,
			     const struct frame *f)
{
	int i = suppressed_for(v->h, f);
	struct port_verdict x;

	if (i >= 0 && enters_by_port(v->h, &all[i])) {
		x = judge_port(v, all, i);
		if (x.fate != PORT_REPLIES && x.fate != PORT_UNSURE)
			return "suppress answers a request that it must not answer";
		return x.fate == PORT_UNSURE ? NULL :
		       wrong_answer(v->h, &all[i], f, x.mac);
	}
	i = copy_of(v->h, f);
	if (i >= 0 && enters_by_port(v->h, &all[i]) && !may_pass(v, all, i))
		return "a frame that policy drops or answers leaves another port";
	return NULL;
}

const char *wrong_learnt(const struct view *v, const struct view *other,
			 const struct question *all, const struct outcome *o,
			 int *which)
{
	int i, k;

	for (i = 0; i < QUESTIONS; i++) {
		const struct question *q = &all[i];

		if (!enters_by_port(v->h, q) || may_pass(v, all, i) ||
		    (other && may_pass(other, all, i)))
			continue;
		*which = i;
		if (find_learnt(o, i))
			return "the bridge learnt from a frame that policy drops or answers";
		for (k = 0; k < o->neighbours && !q->known; k++)
			if (asker_of(o->neighbour[k].mac) == i)
				return "a neighbour was learnt from a frame that policy drops or answers";
	}
	*which = -1;
	return NULL;
}
