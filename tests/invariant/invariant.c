// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks invariants on random hosts, policies, packets and sends, and while the
 * policy or the host changes.
 *
 * One process with two threads, each bound to its own CPU: one sends, receives and
 * checks; the other changes policy or the host, deletes neighbours and sends too.
 * A case is a host, a policy and a burst of packets. Each host is used for several
 * cases, and changed in the last one.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <linux/membarrier.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../differential/ask.h"
#include "../differential/host.h"
#include "../differential/ports.h"
#include "../differential/scenario.h"
#include "model.h"
#include "policy.h"
#include "port_check.h"

static const char usage[] =
"usage: invariant [--seed S] [--cases N] [--from N | --case N] [--most N] [-v]\n"
"Runs random packets against random hosts and policies and checks invariants of\n"
"the module arp_policy. Needs root and the initial network namespace, in which it\n"
"changes net.ipv4.route.error_cost and net.core.netdev_max_backlog.\n"
"  --seed S	random seed (1)\n"
"  --cases N	number of cases (5000)\n"
"  --from N	first case (0)\n"
"  --case N	run only this case\n"
"  --most N	stop after N broken cases (20)\n"
"  --no-shrink	print broken cases in one line, without shrinking\n"
"  --blunder	check against a wrong policy, to test the test\n"
"  -v		print each case\n"
"Exit status: 0 all cases hold, 1 at least one is broken, 2 error.\n";

#define PER_HOST	50
#define KINDS		32
#define SHRINK_MS	60000
#define RACE_TRIES	12
#define DELAY_MS	40
#define IN_FLIGHT	2
#define OWNED		3

static int no_shrink;
static struct drawing drawing = {
	.usage = usage, .own = { "no-shrink", no_argument, &no_shrink, 1 },
	.found_word = "broken", .configs = PER_HOST, .per_config = 1,
	.cases = 5000, .most = 20, .seed = 1,
};

enum mode {
	STILL,		/* no change: everything predictable is compared */
	AUDITED,	/* audit mode: the same as without policy */
	FLUSHED,	/* after a flush: the same as without policy */
	RACING,		/* the other CPU changes and deletes */
	DELAYED,	/* policy changes while proxied answers are delayed */
	MODES
};

/* What changes in RACING mode. */
enum race { CHANGE_POLICY, DELETE_NEIGHBOURS, CHANGE_ADDRESS, CHANGE_LINK };

static const char *const mode_names[] = {
	"still", "audit", "flushed", "racing", "delayed",
};

struct trial {
	uint64_t number;
	enum mode mode;
	struct host host;
	struct config config;
	struct question question[QUESTIONS];
	struct policy policy, next;
	struct change change;
	enum race race;
	int at;				/* the address or device that changes */
	struct host then;		/* the host while it is absent */
	int flights;
	bool announces;			/* STILL: every device announces itself at the end */
	struct outcome stock, module;
};

static struct {
	uint64_t frames, neighbours, explained, counted, predicted, changes;
	uint64_t of[MODES];		/* cases */
	uint64_t on_port[PORT_UNSURE + 1];	/* frames, by the predicted verdict */
	int64_t spent[MODES], building;	/* ms */
} total;

/* The first violation in the current case. */
static struct {
	const char *what;
	char detail[400];
} finding;

static __attribute__((format(printf, 2, 3)))
void broken(const char *what, const char *format, ...)
{
	va_list args;

	if (finding.what)
		return;
	finding.what = what;
	va_start(args, format);
	vsnprintf(finding.detail, sizeof(finding.detail), format, args);
	va_end(args);
}

static void pause_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* Return: @p, or with --blunder a copy without its rules. */
static const struct policy *policy_to_check(const struct trial *t,
				     const struct policy *p)
{
	static struct policy wrong[2];
	static int at;

	if (!drawing.blunder || !p || t->mode != STILL)
		return p;
	at = !at;
	wrong[at] = *p;
	wrong[at].targets = 0;
	return &wrong[at];
}

static struct view view_of(struct trial *t, const struct policy *p)
{
	return (struct view){
		.h = &t->host, .c = &t->config, .p = policy_to_check(t, p),
	};
}

/* The result of a route lookup. */

struct lookup {
	bool known;		/* a route was found and it is not an error route */
	uint8_t type;
	int oif;
	bool gateway;
};

static void read_route(struct nlmsghdr *m, void *arg)
{
	const struct rtmsg *body = NLMSG_DATA(m);
	const struct nlattr *attrs[RTA_VIA + 1];
	struct lookup *w = arg;

	read_message(m, sizeof(*body), attrs, RTA_VIA);
	w->known = true;
	w->type = body->rtm_type;
	get_attr(attrs[RTA_OIF], &w->oif, 4);
	w->gateway = attrs[RTA_GATEWAY] || attrs[RTA_VIA];
}

static struct lookup look_up_route(uint32_t from, uint32_t to, int iif, int oif)
{
	struct rtmsg body = {
		.rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_src_len = 32,
	};
	struct netlink *nl = host_netlink();
	struct lookup w = { 0 };

	nl_begin(nl, RTM_GETROUTE, 0, &body, sizeof(body));
	nl_put(nl, RTA_DST, &to, 4);
	nl_put(nl, RTA_SRC, &from, 4);
	if (iif)
		nl_put_u32(nl, RTA_IIF, iif);
	if (oif)
		nl_put_u32(nl, RTA_OIF, oif);
	nl_commit_each(nl, read_route, &w);
	return w;
}

/* Would the kernel route a packet from this sender received here? */
static bool is_valid_source(int dev, uint32_t sender, uint32_t target)
{
	return sender &&
	       (look_up_route(sender, INADDR_BROADCAST, host_ifindex(dev), 0).known ||
		look_up_route(sender, target, host_ifindex(dev), 0).known);
}

/* The output of explain. */

struct explained {
	bool given, answered;
	uint8_t lladdr[ETH_ALEN];
	uint32_t sender, forward;
};

static void read_explained(struct nlmsghdr *m, void *arg)
{
	const struct nlattr *attrs[ARP_POLICY_A_MAX + 1], *in[ARP_POLICY_EXPLANATION_MAX + 1];
	struct explained *list = arg, *x = &list[m->nlmsg_seq - 1];

	read_message(m, GENL_HDRLEN, attrs, ARP_POLICY_A_MAX);
	if (!attrs[ARP_POLICY_A_EXPLANATION] || !attrs[ARP_POLICY_A_EVENT])
		return;
	read_nest(attrs[ARP_POLICY_A_EXPLANATION], in, ARP_POLICY_EXPLANATION_MAX);
	x->given = true;
	x->answered = in[ARP_POLICY_EXPLANATION_ANSWERED];
	get_attr(in[ARP_POLICY_EXPLANATION_LLADDR], x->lladdr, ETH_ALEN);
	get_attr(in[ARP_POLICY_EXPLANATION_FORWARD], &x->forward, 4);
	get_attr(in[ARP_POLICY_EXPLANATION_SENDER], &x->sender, 4);
}

#define EXPLAINED	NL_MESSAGES

static struct {
	int count;
	struct { int question, dev; } about[EXPLAINED];
	struct explained said[EXPLAINED];
} explained;

static void begin_explain(const struct question *q, int i, int dev)
{
	struct netlink *nl = host_policy();
	uint8_t mac[ETH_ALEN];
	size_t query;

	explained.about[explained.count].question = i;
	explained.about[explained.count++].dev = dev;
	begin_command(nl, ARP_POLICY_CMD_EXPLAIN);
	nl_put_u32(nl, ARP_POLICY_A_IFINDEX, host_ifindex(dev));
	query = nl_nest(nl, ARP_POLICY_A_QUERY | NLA_F_NESTED);
	nl_put_u32(nl, ARP_POLICY_QUERY_KIND, q->what == SEND ?
		   ARP_POLICY_KIND_SEND : ARP_POLICY_KIND_REQUEST);
	nl_put(nl, ARP_POLICY_QUERY_TARGET, &q->target, 4);
	nl_put(nl, ARP_POLICY_QUERY_SENDER, &q->sender, 4);
	if (q->what == ASK) {
		asker_mac(mac, i);
		nl_put(nl, ARP_POLICY_QUERY_LLADDR, mac, ETH_ALEN);
		if (q->to == TO_HOST)
			nl_put(nl, ARP_POLICY_QUERY_UNICAST, NULL, 0);
	}
	nl_end(nl, query);
}

/* Only requests that explain can express: complete, broadcast, with one tag at most. */
static void begin_explain_port(const struct host *h, const struct question *q, int i)
{
	const struct wrapping *w = &q->wrap;
	struct netlink *nl = host_policy();
	uint32_t vid = w->tci[0] & 0xfff;
	uint8_t mac[ETH_ALEN];
	size_t query;

	if (!enters_by_port(h, q) || q->op != 1 || q->hrd != 1 || q->other_source ||
	    q->to != TO_ALL || w->snap || w->cut || w->tags > 1 ||
	    (w->tags && (!vid || w->proto[0] != h->proto)))
		return;
	explained.about[explained.count].question = i;
	explained.about[explained.count++].dev = DEVICES + q->port;
	begin_command(nl, ARP_POLICY_CMD_EXPLAIN);
	nl_put_u32(nl, ARP_POLICY_A_IFINDEX, host_port_ifindex(q->port));
	query = nl_nest(nl, ARP_POLICY_A_QUERY | NLA_F_NESTED);
	nl_put_u32(nl, ARP_POLICY_QUERY_KIND, ARP_POLICY_KIND_REQUEST);
	nl_put(nl, ARP_POLICY_QUERY_TARGET, &q->target, 4);
	nl_put(nl, ARP_POLICY_QUERY_SENDER, &q->sender, 4);
	asker_mac(mac, i);
	nl_put(nl, ARP_POLICY_QUERY_LLADDR, mac, ETH_ALEN);
	if (w->tags)
		nl_put_u32(nl, ARP_POLICY_QUERY_VLAN, vid);
	nl_end(nl, query);
}

/* Is this the only question for its target? */
static bool is_alone(const struct trial *t, int i)
{
	const struct question *q = t->question;
	int k;

	for (k = 0; k < QUESTIONS; k++)
		if (k != i && !q[k].gone && there(&t->host, q[k].dev) &&
		    (q[k].what == ASK ? q[k].sender : q[k].target) == q[i].target)
			return false;
	/* The target is a gateway: another question may resolve it, too. */
	for (k = 0; k < t->host.routes; k++)
		if (t->host.route[k].via == q[i].target)
			return false;
	return true;
}

/* The device on which a SEND creates its neighbour, or NOBODY. */
static int asking_device(const struct trial *t, const struct question *q, int i)
{
	struct lookup w;
	int dev;

	/* The kernel replaces a broadcast source address. */
	if (!is_plain(&t->host, q->sender) || !is_alone(t, i))
		return NOBODY;
	w = look_up_route(q->sender, q->target, 0,
		   q->dev == NOBODY ? 0 : host_ifindex(q->dev));
	dev = w.known ? host_device(w.oif) : NOBODY;
	if (!w.known || w.type != RTN_UNICAST || w.gateway || dev == NOBODY ||
	    !does_arp(&t->host, dev))
		return NOBODY;
	return dev;
}

static void explain_all(const struct trial *t)
{
	const struct host *h = &t->host;
	int i, dev;

	explained.count = 0;
	memset(explained.said, 0, sizeof(explained.said));
	for (i = 0; i < QUESTIONS; i++) {
		const struct question *q = &t->question[i];

		if (q->gone || !there(h, q->dev) || explained.count > EXPLAINED - 9)
			continue;
		if (h->ports) {
			begin_explain_port(h, q, i);
			continue;
		}
		if (q->what == SEND) {
			dev = asking_device(t, q, i);
			if (dev != NOBODY)
				begin_explain(q, i, dev);
		}
		if (q->what != ASK || q->op != 1 || q->hrd != 1 || q->other_source)
			continue;
		for (dev = 0; dev < h->devices; dev++)
			if (hears(h, dev, q))
				begin_explain(q, i, dev);
	}
	nl_commit_each(host_policy(), read_explained, explained.said);
}

/* Counters. */

struct counters {
	bool there;
	uint64_t in, out, reason[ARP_POLICY_REASON_MAX + 1];
};

/* An attribute of 4 or 8 bytes. */
static uint64_t uint_of(const struct nlattr *a)
{
	uint32_t small = 0;
	uint64_t n;

	if (get_attr(a, &n, sizeof(n)))
		return n;
	get_attr(a, &small, sizeof(small));
	return small;
}

/* The ports come after the devices, as with cables. */
static int counted_device(int ifindex)
{
	int port = host_port(ifindex);

	return port == NOBODY ? host_device(ifindex) : DEVICES + port;
}

static void read_counters(struct nlmsghdr *m, void *arg)
{
	const struct nlattr *attrs[ARP_POLICY_A_MAX + 1], *in[ARP_POLICY_REASON_MAX + 1];
	struct counters *list = arg, *c;
	int ifindex, dev, i;

	read_message(m, GENL_HDRLEN, attrs, ARP_POLICY_A_MAX);
	if (!get_attr(attrs[ARP_POLICY_A_IFINDEX], &ifindex, 4))
		return;
	dev = counted_device(ifindex);
	if (dev == NOBODY)
		return;
	c = &list[dev];
	c->there = true;
	c->in = uint_of(attrs[ARP_POLICY_A_IN]);
	c->out = uint_of(attrs[ARP_POLICY_A_OUT]);
	if (!attrs[ARP_POLICY_A_REASONS])
		return;
	read_nest(attrs[ARP_POLICY_A_REASONS], in, ARP_POLICY_REASON_MAX);
	for (i = 1; i <= ARP_POLICY_REASON_MAX; i++)
		c->reason[i] = uint_of(in[i]);
}

static void list_counters(struct counters *list)
{
	struct genlmsghdr body = { .cmd = ARP_POLICY_CMD_STATS_GET, .version = 1 };

	memset(list, 0, CABLES * sizeof(*list));
	nl_dump(host_policy(), policy_family(), &body, sizeof(body),
		read_counters, list);
}

static void reset_counters(void)
{
	begin_command(host_policy(), ARP_POLICY_CMD_STATS_RESET);
	nl_commit(host_policy());
}

/* Frames */

static bool is_reply(const struct frame *f)
{
	return arp_of(f)->op == htons(2);
}

/* Do cable and VLAN tag match the device's? */
static bool is_on(const struct host *h, int dev, const struct frame *f)
{
	return there(h, dev) && cable_of(h, dev) == f->cable &&
	       h->device[dev].vid == f->vid;
}

static const char *frame_text(const struct host *h, const struct frame *f)
{
	static char text[200];
	const struct arp *a = arp_of(f);
	int port = port_of(h, f->cable);

	snprintf(text, sizeof(text),
		 "on %s VLAN %d: %s, sender %s %s, target %s %s",
		 port == NOBODY ? h->device[f->cable].name : port_name(port), f->vid,
		 is_reply(f) ? "reply" : "request",
		 text_of(a->sip), mac_text(a->sha), text_of(a->tip), mac_text(a->tha));
	return text;
}

/* A MAC of no device must come from a rule. */
static const char *forbidden_mac(const struct view *v, const struct frame *f)
{
	const char *wrong = "an answer has a MAC that is neither ours nor a rule's";
	const struct arp *a = arp_of(f);
	int dev;

	if (!is_reply(f))
		return "a request comes from a MAC that is not ours";
	/* Any device on the cable may have sent it. */
	for (dev = 0; dev < v->h->devices; dev++) {
		const struct target *rule;

		if (!is_on(v->h, dev, f))
			continue;
		rule = policy_rule(v->p, v->h->device[dev].name, a->sip, false);
		if (rule && rule->action == ARP_POLICY_ACTION_PROXY &&
		    rule->has_mac && !memcmp(rule->mac, a->sha, ETH_ALEN)) {
			wrong = forbidden(v, dev, a);
			if (!wrong)
				return NULL;
		}
	}
	return wrong;
}

static const char *forbidden_frame(const struct view *v, const struct frame *f)
{
	const struct arp *a = arp_of(f);
	int dev = device_of(v->h, a->src);

	if (memcmp(a->src, a->sha, ETH_ALEN))
		return "the frame's source is not the sender";
	if (dev == NOBODY)
		return forbidden_mac(v, f);
	return forbidden(v, dev, a);
}

/* An answer to a question that must not be answered. */
static const char *forbidden_answer(const struct view *v,
				    const struct question *q,
				    const struct frame *f)
{
	const struct target *rule;
	int dev = device_of(v->h, arp_of(f)->src), i;

	i = is_reply(f) ? asker_of(arp_of(f)->tha) : -1;
	if (i < 0 || i >= QUESTIONS || dev == NOBODY ||
	    judge(v, dev, &q[i], i, &rule) != SILENT)
		return NULL;
	return "a packet that must not be answered is answered";
}

static const char *wrong_with(const struct view *v, const struct question *q,
			      const struct frame *f)
{
	return forbidden_frame(v, f) ?: forbidden_answer(v, q, f);
}

static bool is_limited_port(const struct view *v, int port)
{
	return policy_field(v->p, port_name(port), ARP_POLICY_FIELD_RATE) > 0 ||
	       policy_field(v->p, port_name(port), ARP_POLICY_FIELD_SOURCE_RATE) > 0;
}

static bool changes_host(const struct trial *t)
{
	return t->mode == RACING &&
	       (t->race == CHANGE_ADDRESS || t->race == CHANGE_LINK);
}

/*
 * The kernel may still answer a request that passed the hook before an address was
 * added. That is rare: about one in 100 such cases.
 */
static bool in_flight(struct trial *t, const struct frame *f)
{
	return t->mode == RACING && t->race == CHANGE_ADDRESS && is_reply(f) &&
	       arp_of(f)->sip == t->host.address[t->at].local &&
	       t->flights++ < IN_FLIGHT;
}

/* While policy changes, on a host with ports. */
static void check_port_frame(struct trial *t, const struct frame *f,
			     const struct view *v, const struct view *other)
{
	const char *wrong = wrong_port_frame(v, t->question, f);

	total.frames++;
	if (wrong && (!other || wrong_port_frame(other, t->question, f)))
		broken(wrong, "question %d: %s", source_of(arp_of(f)->src),
		       frame_text(&t->host, f));
}

/* @other: a second view that is accepted as well, or NULL */
static void check_frame(struct trial *t, const struct frame *f,
			const struct view *v, const struct view *other)
{
	const char *wrong;

	if (t->host.ports) {
		check_port_frame(t, f, v, other);
		return;
	}
	wrong = wrong_with(v, t->question, f);
	total.frames++;
	if (wrong && (!other || wrong_with(other, t->question, f)) &&
	    !in_flight(t, f))
		broken(wrong, "%s", frame_text(&t->host, f));
}

/* Which neighbours may be learnt. */

/* Is it learnt from a question that policy does not drop? */
static bool is_allowed(struct trial *t, const struct known *k, struct view *v)
{
	const struct question *q;
	int i = asker_of(k->mac);

	if (i < 0 || i >= QUESTIONS)
		return false;
	q = &t->question[i];
	return q->sender == k->addr && hears(&t->host, k->dev, q) &&
	       !is_dropped(v, k->dev, q, i);
}

static bool was_known(const struct trial *t, const struct known *k)
{
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		const struct question *q = &t->question[i];

		if (!q->gone && q->what == ASK && q->known && q->dev == k->dev &&
		    q->sender == k->addr)
			return true;
	}
	return false;
}

/*
 * If several hosts use one address, the first is learnt and kept while its entry is
 * young; if policy drops that one, another of the same kind is learnt.
 */
static bool is_like(const struct host *h, const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, ETH_ALEN) ||
	       (asker_of(a) >= 0 && asker_of(b) >= 0) ||
	       (device_of(h, a) != NOBODY && device_of(h, b) != NOBODY);
}

static bool is_stock(const struct trial *t, const struct known *k)
{
	const struct outcome *stock = &t->stock;
	int i;

	for (i = 0; i < stock->neighbours; i++) {
		const struct known *n = &stock->neighbour[i];

		if (n->addr == k->addr && n->dev == k->dev &&
		    is_like(&t->host, n->mac, k->mac))
			return true;
	}
	return false;
}

/* Another L3 domain of the host is a neighbour like any other. */
static bool is_other_domain(const struct trial *t, const struct known *k)
{
	const struct host *h = &t->host;
	int dev = device_of(h, k->mac), i;

	if (dev != NOBODY)
		return domain_of(h, dev) != domain_of(h, k->dev);
	/* A rule's MAC does not identify the device. */
	for (i = 1; i < h->devices; i++)
		if (there(h, i) && domain_of(h, i) != domain_of(h, k->dev))
			return k->mac[2] == 0x4c;
	return false;
}

/* Is it learnt from an unsolicited packet? */
static bool is_accepted(struct trial *t, const struct known *k, int i,
			const struct policy *p)
{
	const struct question *q = &t->question[i];

	/* The sysctl forbids it, the field does not. */
	if (q->sender == q->target &&
	    policy_field(p, t->host.device[k->dev].name,
			 ARP_POLICY_FIELD_GARP) == ARP_POLICY_GARP_ACCEPT)
		return true;
	return effective(t->config.stock, k->dev, ARP_ACCEPT) &&
	       (q->op == 2 || q->sender == q->target);
}

/*
 * May the host have solicited it? Then the entry exists, and every packet updates
 * it, even from a sender without a route.
 */
static bool may_be_asked_for(const struct trial *t, uint32_t addr)
{
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		const struct question *q = &t->question[i];

		if (!q->gone && q->what != ASK &&
		    (q->target == addr || q->sender == addr))
			return true;
	}
	for (i = 0; i < t->host.routes; i++)
		if (!t->host.route[i].gone && t->host.route[i].via == addr)
			return true;
	return false;
}

/* May the host's own devices answer and learn from each other, as in the stock kernel? */
static bool is_local_accepted(struct trial *t, const struct known *k)
{
	const struct host *h = &t->host;
	int dev = device_of(h, k->mac), i;

	if (effective(t->config.stock, k->dev, ACCEPT_LOCAL))
		return true;
	if (dev != NOBODY)
		return effective(t->config.stock, dev, ACCEPT_LOCAL);
	/* A rule's MAC does not identify the device. */
	for (i = 1; i < h->devices; i++)
		if (there(h, i) && effective(t->config.stock, i, ACCEPT_LOCAL))
			return true;
	return false;
}

static void check_neighbour(struct trial *t, const struct known *k, bool stock,
			    const struct policy *p, const struct policy *other)
{
	struct view v = view_of(t, p), w = view_of(t, other);
	int i = asker_of(k->mac);
	bool allowed;

	if (!(k->state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE |
			  NUD_PERMANENT)) || k->dev == NOBODY)
		return;
	total.neighbours++;
	allowed = is_allowed(t, k, &v) || (other && is_allowed(t, k, &w));
	/* The entry existed before, with another host's MAC or the asker's. */
	if (was_known(t, k))
		return;
	if (i >= 0 && !allowed) {
		broken("a neighbour was learnt from a packet that policy drops",
		       "%s on %s by question %d", text_of(k->addr),
		       t->host.device[k->dev].name, i);
		return;
	}
	/* The routes at the time of learning are not known any more. */
	if (changes_host(t))
		return;
	if (stock ? is_stock(t, k) :
		    i >= 0 && t->question[i].op == 2)
		return;
	if (i >= 0 && t->question[i].op == 1 &&
	    is_valid_source(k->dev, k->addr, t->question[i].target))
		return;
	if (i >= 0 && (is_accepted(t, k, i, p) ||
		       (other && is_accepted(t, k, i, other))))
		return;
	if (!stock && may_be_asked_for(t, k->addr))
		return;
	if (i < 0 && (is_other_domain(t, k) || is_local_accepted(t, k)))
		return;
	broken("a neighbour was learnt that the stock kernel would not have",
	       "%s on %s, %s", text_of(k->addr), t->host.device[k->dev].name,
	       mac_text(k->mac));
}

static void check_neighbours(struct trial *t, bool stock, const struct policy *p,
			     const struct policy *other)
{
	int i;

	forget_neighbours(&t->module);
	for (i = 0; i < t->module.neighbours; i++)
		check_neighbour(t, &t->module.neighbour[i], stock, p, other);
}

/* Predicted answers: the MACs that answer a question, in order. */

struct answers {
	int count;
	uint8_t mac[2 * DEVICES][ETH_ALEN];
};

static void add_answer(struct answers *a, const uint8_t *mac)
{
	int i = a->count++;

	for (; i > 0 && memcmp(a->mac[i - 1], mac, ETH_ALEN) > 0; i--)
		memcpy(a->mac[i], a->mac[i - 1], ETH_ALEN);
	memcpy(a->mac[i], mac, ETH_ALEN);
}

static bool same_answers(const struct answers *a, const struct answers *b)
{
	return a->count == b->count &&
	       !memcmp(a->mac, b->mac, a->count * sizeof(*a->mac));
}

/* @dev: only this device's answers; NOBODY: all */
static void find_answers(struct answers *a, const struct host *h,
			 const struct outcome *o, int i, int dev)
{
	int k;

	for (k = 0; k < o->frames && a->count < DEVICES; k++) {
		const struct arp *f = arp_of(&o->frame[k]);

		if (is_reply(&o->frame[k]) && asker_of(f->tha) == i &&
		    (dev == NOBODY ||
		     !memcmp(f->sha, h->device[dev].mac, ETH_ALEN)))
			add_answer(a, f->sha);
	}
}

/* Return: whether the answers are predictable. */
static bool predict(struct trial *t, int i, struct answers *a)
{
	struct view v = view_of(t, &t->policy);
	const struct host *h = &t->host;
	const struct target *rule;
	int dev;

	for (dev = 0; dev < h->devices; dev++) {
		if (!hears(h, dev, &t->question[i]))
			continue;
		switch (judge(&v, dev, &t->question[i], i, &rule)) {
		case LEFT:
			find_answers(a, h, &t->stock, i, dev);
			break;
		case ANSWERED:
			add_answer(a, rule->has_mac ? rule->mac :
						      h->device[dev].mac);
			break;
		case SILENT:
			break;
		case UNSURE:
			return false;
		}
	}
	return true;
}

static void check_answers(struct trial *t)
{
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		struct answers want = { 0 }, got = { 0 };

		if (t->question[i].gone || t->question[i].what != ASK ||
		    !there(&t->host, t->question[i].dev) || !predict(t, i, &want))
			continue;
		total.predicted++;
		find_answers(&got, &t->host, &t->module, i, NOBODY);
		if (!same_answers(&want, &got))
			broken(want.count > got.count ?
			       "an answer is missing that policy does not forbid" :
			       "an answer is not the one that policy requires",
			       "question %d: %d answers, not %d", i, got.count,
			       want.count);
	}
}

/* Compare explain with the frames. */

static void check_explained_asks(struct trial *t)
{
	struct view v = view_of(t, &t->policy);
	int n, i = -1;

	for (n = 0; n < explained.count; ) {
		struct answers want = { 0 }, got = { 0 };
		bool limited = false;

		i = explained.about[n].question;
		if (t->question[i].what != ASK) {
			n++;
			continue;
		}
		for (; n < explained.count && explained.about[n].question == i; n++) {
			limited |= is_limited(&v, explained.about[n].dev) ||
				   !explained.said[n].given;
			if (explained.said[n].answered)
				add_answer(&want, explained.said[n].lladdr);
		}
		if (limited)
			continue;
		find_answers(&got, &t->host, &t->module, i, NOBODY);
		total.explained++;
		if (!same_answers(&want, &got))
			broken("explain does not match the frames",
			       "question %d: %d answers, explained %d", i,
			       got.count, want.count);
	}
}

static void check_explained_send(struct trial *t, int n)
{
	int i = explained.about[n].question, dev = explained.about[n].dev, k;
	const struct explained *x = &explained.said[n];
	bool seen = false, right = false;
	uint32_t sender = 0;

	if (!x->given || t->module.error[i])
		return;
	for (k = 0; k < t->module.frames; k++) {
		const struct arp *f = arp_of(&t->module.frame[k]);

		if (is_reply(&t->module.frame[k]) ||
		    f->tip != t->question[i].target ||
		    device_of(&t->host, f->sha) != dev)
			continue;
		seen = true;
		sender = f->sip;
		right |= f->sip == x->sender;
	}
	total.explained++;
	if (seen != x->answered || (seen && !right))
		broken("explain send does not match the frames",
		       "question %d on %s: sender %s, explained %s", i,
		       t->host.device[dev].name, seen ? text_of(sender) : "none",
		       x->answered ? text_of(x->sender) : "none");
}

static void check_explained(struct trial *t)
{
	int n;

	check_explained_asks(t);
	for (n = 0; n < explained.count; n++)
		if (t->question[explained.about[n].question].what == SEND)
			check_explained_send(t, n);
}

/* Compare counters with the frames. */

static uint64_t frames_in(const struct trial *t, int dev)
{
	const struct host *h = &t->host;
	uint64_t n = 0;
	int i;

	for (i = 0; i < QUESTIONS; i++)
		n += hears(h, dev, &t->question[i]);
	if (!does_arp(h, dev) || !h->device[cable_of(h, dev)].shared)
		return n;
	/* Frames from other devices on the segment. */
	for (i = 0; i < t->module.frames; i++) {
		const struct frame *f = &t->module.frame[i];
		const struct arp *a = arp_of(f);

		if (f->cable == cable_of(h, dev) || f->vid != h->device[dev].vid ||
		    !h->device[f->cable].shared)
			continue;
		n += !memcmp(a->dst, everybody, ETH_ALEN) ||
		     !memcmp(a->dst, h->device[dev].mac, ETH_ALEN);
	}
	return n;
}

static uint64_t frames_out(const struct trial *t, int dev)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < t->module.frames; i++)
		n += is_on(&t->host, dev, &t->module.frame[i]);
	return n;
}

static void check_counters(struct trial *t, const struct counters *list)
{
	struct view v = view_of(t, &t->policy);
	const struct host *h = &t->host;
	int dev, i;

	for (dev = 1; dev < h->devices; dev++) {
		const struct counters *c = &list[dev];
		uint64_t sum = 0, suppressed, in, out;

		/* The macvlans of a cable and its lower device receive each other's frames. */
		if (!c->there || !there(h, dev) || cable_of(h, dev) == NOBODY ||
		    host_late(cable_of(h, dev)))
			continue;
		for (i = 1; i <= ARP_POLICY_REASON_MAX; i++)
			sum += c->reason[i];
		suppressed = is_audit(&v, dev) ? 0 :
			c->reason[ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED];
		in = frames_in(t, dev);
		out = frames_out(t, dev) + suppressed;
		total.counted++;
		if (c->in != in || c->out != out)
			broken("counters do not add up to the frames",
			       "%s: in %" PRIu64 ", seen %" PRIu64 "; out %" PRIu64
			       ", seen %" PRIu64, h->device[dev].name, c->in, in,
			       c->out, out);
		if (sum < c->in + c->out ||
		    (sum != c->in + c->out &&
		     policy_field(&t->policy, h->device[dev].name,
				  ARP_POLICY_FIELD_INSPECT) !=
		     ARP_POLICY_INSPECT_AUDIT))
			broken("reasons do not add up to the packets",
			       "%s: %" PRIu64 " of %" PRIu64, h->device[dev].name,
			       sum, c->in + c->out);
	}
}

/* The cases */

static void must_put(const struct policy *p)
{
	int error = put_policy(host_policy(), p);

	if (error)
		broken("a valid policy is refused", "%s", strerror(error));
}

static void flush(void)
{
	begin_command(host_policy(), ARP_POLICY_CMD_FLUSH);
	if (nl_commit(host_policy()))
		broken("flush is refused", "%s", "");
}

/* Set each device's MAC to itself: with arp_notify the device announces itself. */
static void announce_all(struct trial *t)
{
	struct view v = view_of(t, &t->policy);
	struct netlink *nl = host_netlink();
	int i;

	for (i = 1; i < t->host.devices; i++) {
		struct ifinfomsg body = { .ifi_index = host_ifindex(i) };

		if (!there(&t->host, i) || t->host.device[i].kind == VRF ||
		    cable_of(&t->host, i) == NOBODY)
			continue;
		nl_begin(nl, RTM_SETLINK, 0, &body, sizeof(body));
		nl_put(nl, IFLA_ADDRESS, t->host.device[i].mac, ETH_ALEN);
	}
	nl_commit(nl);
	memset(&t->module, 0, sizeof(t->module));
	listen_quiet(&t->module);
	for (i = 0; i < t->module.frames; i++)
		check_frame(t, &t->module.frame[i], &v, NULL);
	check_neighbours(t, true, &t->policy, NULL);
}

static void run_still(struct trial *t)
{
	struct view v = view_of(t, &t->policy);
	struct counters counters[CABLES];
	int i;

	ask_all(&t->host, t->question, &t->stock);
	must_put(&t->policy);
	explain_all(t);
	reset_counters();
	ask_burst(&t->host, t->question, &t->module);
	list_counters(counters);
	for (i = 0; i < t->module.frames; i++)
		check_frame(t, &t->module.frame[i], &v, NULL);
	check_counters(t, counters);
	check_neighbours(t, true, &t->policy, NULL);
	check_answers(t);
	check_explained(t);
	if (t->announces)
		announce_all(t);
	flush();
}

/* On a host with ports */

static void check_port_counters(struct trial *t, const struct counters *list)
{
	struct view v = view_of(t, &t->policy);
	int port, i;

	for (port = 0; port < t->host.ports; port++) {
		const struct counters *c = &list[DEVICES + port];
		uint64_t in = 0, replies = 0, drops = 0, dropped;
		bool unsure = false;

		for (i = 0; i < QUESTIONS; i++) {
			struct port_verdict x;

			if (t->question[i].port != port ||
			    !enters_by_port(&t->host, &t->question[i]))
				continue;
			x = judge_port(&v, t->question, i);
			in += x.counted;
			replies += x.would == PORT_REPLIES;
			drops += x.would == PORT_DROPS;
			unsure |= x.would == PORT_UNSURE;
		}
		if (!c->there && !in)
			continue;
		total.counted++;
		dropped = c->in - c->reason[ARP_POLICY_REASON_PASS] -
			  c->reason[ARP_POLICY_REASON_SUPPRESSED];
		if (c->in != in || c->out)
			broken("counters do not add up to the frames",
			       "%s: in %" PRIu64 ", seen %" PRIu64 "; out %" PRIu64,
			       port_name(port), c->in, in, c->out);
		/* Limits may drop anything. */
		if (!unsure && !is_limited_port(&v, port) &&
		    (c->reason[ARP_POLICY_REASON_SUPPRESSED] != replies ||
		     dropped != drops))
			broken("reasons do not match the frames",
			       "%s: %" PRIu64 " suppressed, not %" PRIu64 "; %" PRIu64
			       " dropped, not %" PRIu64, port_name(port),
			       c->reason[ARP_POLICY_REASON_SUPPRESSED], replies,
			       dropped, drops);
	}
}

static const char *wrong_explanation(struct trial *t, int n)
{
	const struct explained *x = &explained.said[n];
	int i = explained.about[n].question, copies, answers;
	uint8_t mac[ETH_ALEN];

	copies = count_copies(&t->host, &t->module, i);
	answers = count_suppressed(&t->host, &t->module, i, mac);
	if (x->answered != (answers > 0) || (answers && memcmp(mac, x->lladdr, ETH_ALEN)))
		return "explain does not match the answers of suppress";
	if (x->forward == ARP_POLICY_FORWARD_FLOOD ?
	    copies != count_copies(&t->host, &t->stock, i) : copies)
		return "explain does not match what the bridge passes on";
	return NULL;
}

static void check_explained_ports(struct trial *t)
{
	struct view v = view_of(t, &t->policy);
	const char *wrong;
	int n;

	for (n = 0; n < explained.count; n++) {
		int i = explained.about[n].question;

		if (is_limited_port(&v, t->question[i].port) ||
		    judge_port(&v, t->question, i).fate == PORT_UNSURE)
			continue;
		total.explained++;
		wrong = explained.said[n].given ? wrong_explanation(t, n) :
						  "explain says nothing about a port's packet";
		if (wrong)
			broken(wrong, "question %d", i);
	}
}

static void check_port_burst(struct trial *t)
{
	struct view v = view_of(t, &t->policy);
	const char *wrong;
	int i;

	total.frames += t->module.frames;
	total.neighbours += t->module.neighbours;
	for (i = 0; i < QUESTIONS; i++)
		if (enters_by_port(&t->host, &t->question[i]))
			total.on_port[judge_port(&v, t->question, i).fate]++;
	wrong = wrong_with_burst(&v, t->question, &t->stock, &t->module, &i);
	if (wrong)
		broken(wrong, "question %d", i);
}

static void run_ports(struct trial *t)
{
	struct counters counters[CABLES];

	ask_all(&t->host, t->question, &t->stock);
	must_put(&t->policy);
	reset_counters();
	ask_burst(&t->host, t->question, &t->module);
	list_counters(counters);
	/* explain must find the neighbour entries that the burst found. */
	explain_all(t);
	forget_neighbours(&t->module);
	check_port_burst(t);
	check_port_counters(t, counters);
	check_explained_ports(t);
	flush();
}

/* The FDB and the neighbour table, after policy has changed. */
static void check_port_learnt(struct trial *t, const struct view *v,
			      const struct view *other)
{
	const char *wrong;
	int i;

	record_fdb(&t->host, &t->module);
	forget_neighbours(&t->module);
	total.neighbours += t->module.neighbours;
	wrong = wrong_learnt(v, other, t->question, &t->module, &i);
	if (wrong)
		broken(wrong, "question %d", i);
}

static void compare(struct trial *t, const char *what)
{
	int i;

	if (same_outcome(&t->stock, &t->module))
		return;
	for (i = 0; i < t->module.frames || i < t->stock.frames; i++) {
		if (i < t->module.frames && i < t->stock.frames &&
		    !memcmp(&t->module.frame[i], &t->stock.frame[i],
			    sizeof(struct frame)))
			continue;
		broken(what, "frame %d, with policy %s", i, i < t->module.frames ?
		       frame_text(&t->host, &t->module.frame[i]) : "none");
		return;
	}
	broken(what, "%d frames, %d neighbours; without policy %d and %d",
	       t->module.frames, t->module.neighbours, t->stock.frames,
	       t->stock.neighbours);
}

/*
 * Packets of the host to itself, and the ICMP errors that follow, may be handled
 * after the tables are read. A difference caused by policy shows every time.
 */
#define COMPARISONS	3

static void run_audited(struct trial *t)
{
	int n;

	for (n = 0; n < COMPARISONS; n++) {
		ask_all(&t->host, t->question, &t->stock);
		must_put(&t->policy);
		ask_all(&t->host, t->question, &t->module);
		flush();
		if (same_outcome(&t->stock, &t->module))
			return;
	}
	compare(t, "audit changes what happens");
}

static void run_flushed(struct trial *t)
{
	struct outcome *stock = &t->stock;
	int n;

	ask_all(&t->host, t->question, stock);
	must_put(&t->policy);
	ask_all(&t->host, t->question, &t->module);
	flush();
	for (n = 0; n < COMPARISONS; n++) {
		ask_all(&t->host, t->question, &t->module);
		if (same_outcome(stock, &t->module))
			return;
	}
	compare(t, "policy is still in effect after flush");
}

/* The frames as they are received. */
static struct trial *heard_by;
static const struct view *heard_under, *heard_or;

static void check_heard(const struct frame *f)
{
	check_frame(heard_by, f, heard_under, heard_or);
}

/* @both: also frames from the other CPU */
static void listen_under(struct trial *t, const struct view *v,
			 const struct view *other, bool both)
{
	heard_by = t;
	heard_under = v;
	heard_or = other;
	on_frame = check_heard;
	listen_quiet(NULL);
	if (both) {
		bind_to_cpu(1);
		listen_quiet(NULL);
		bind_to_cpu(0);
	}
	on_frame = NULL;
}

static void run_delayed(struct trial *t)
{
	struct view before = view_of(t, &t->policy), after = view_of(t, &t->next);
	int i;

	must_put(&t->policy);
	for (i = 0; i < QUESTIONS; i++)
		if (t->question[i].what == ASK)
			ask_one(&t->host, &t->question[i], i);
	listen_under(t, &before, NULL, false);
	if (put_change(host_policy(), &t->change, &t->policy, &t->next, false))
		broken("a valid change is refused", "%s", "");
	total.changes++;
	/* After a grace period nobody uses the old policy; its frames have been sent. */
	syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	listen_under(t, &before, &after, true);
	pause_ms(DELAY_MS + 8);
	listen_under(t, &after, NULL, true);
	if (finding.what && finding.detail[0] && heard_under == &after)
		strncat(finding.detail, "; after the change",
			sizeof(finding.detail) - strlen(finding.detail) - 1);
	check_neighbours(t, false, &t->policy, &t->next);
	flush();
}

/* The other CPU */

static struct {
	pthread_t thread;
	sem_t begin, done;
	enum { ENTER, LEAVE, RACE } job;
	int ns;
	struct trial *trial;
	atomic_bool enough;
	struct netlink routes, policy;
	int refused;
	unsigned int changes;
} other;

/* All neighbours for which the sends wait. */
static void delete_neighbours(const struct trial *t)
{
	const struct host *h = &t->host;
	int i, dev;

	for (i = 0; i < QUESTIONS; i++) {
		const struct question *q = &t->question[i];

		if (q->gone || q->what != SEND || other.routes.count > 100)
			continue;
		for (dev = 1; dev < h->devices; dev++)
			if (there(h, dev) && cable_of(h, dev) != NOBODY)
				del_neighbour(&other.routes, q->target,
					      host_ifindex(dev));
	}
	nl_commit(&other.routes);
}

static void put_link(const struct trial *t, bool up)
{
	struct ifinfomsg body = {
		.ifi_index = host_ifindex(t->at), .ifi_change = IFF_UP,
		.ifi_flags = up ? IFF_UP : 0,
	};

	nl_begin(&other.routes, RTM_SETLINK, 0, &body, sizeof(body));
}

/* Return: 0 or an errno. */
static int make_other(const struct trial *t, bool back)
{
	other.changes++;
	switch (t->race) {
	case CHANGE_ADDRESS:
		if (!t->then.address[t->at].gone || t->host.address[t->at].gone)
			return 0;
		put_address(&other.routes, &t->host.address[t->at], back);
		break;
	case CHANGE_LINK:
		if (!there(&t->host, t->at))
			return 0;
		put_link(t, back);
		break;
	default:
		return put_change(&other.policy, &t->change, &t->policy, &t->next,
				  back);
	}
	return nl_commit(&other.routes);
}

static void race(void)
{
	struct trial *t = other.trial;
	bool back = false;
	int i, error;

	do {
		if (t->race == DELETE_NEIGHBOURS) {
			delete_neighbours(t);
			continue;
		}
		error = make_other(t, back);
		if (error)
			other.refused = error;
		back = !back;
		/* A cable whose far device is down accepts no frames. */
		for (i = 0; i < QUESTIONS && !(t->race == CHANGE_LINK && back); i++)
			ask_one(&t->host, &t->question[i], i);
	} while (back || !atomic_load(&other.enough));
}

static void *other_thread(void *arg)
{
	(void)arg;
	bind_to_cpu(1);
	for (;;) {
		while (sem_wait(&other.begin))
			;
		switch (other.job) {
		case ENTER:
			if (setns(other.ns, CLONE_NEWNET))
				die("setns: %s", strerror(errno));
			nl_open(&other.routes, NETLINK_ROUTE);
			nl_open(&other.policy, NETLINK_GENERIC);
			break;
		case LEAVE:
			nl_close(&other.routes);
			nl_close(&other.policy);
			if (setns(other.ns, CLONE_NEWNET))
				die("setns: %s", strerror(errno));
			break;
		case RACE:
			race();
		}
		sem_post(&other.done);
	}
	return NULL;
}

static void start_other(int job)
{
	other.job = job;
	sem_post(&other.begin);
}

static void wait_for_other(void)
{
	while (sem_wait(&other.done))
		;
}

/* @job: ENTER or LEAVE this thread's namespace */
static void move_other(int job)
{
	other.ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	start_other(job);
	wait_for_other();
	close(other.ns);
}

static void run_racing(struct trial *t)
{
	struct view v = view_of(t, &t->policy), w = view_of(t, &t->next);
	int round, i;

	t->then = t->host;
	if (t->race == CHANGE_ADDRESS) {
		t->then.address[t->at].gone = true;
		w.h = &t->then;
	}
	must_put(&t->policy);
	other.trial = t;
	other.refused = 0;
	other.changes = 0;
	atomic_store(&other.enough, false);
	start_other(RACE);
	for (round = 0; round < (t->race == CHANGE_POLICY ? 4 : 12); round++)
		for (i = 0; i < QUESTIONS; i++)
			if (t->question[i].what == SEND || round % 4 == 0 ||
			    changes_host(t))
				ask_one(&t->host, &t->question[i], i);
	atomic_store(&other.enough, true);
	wait_for_other();
	total.changes += other.changes;
	t->flights = 0;
	if (other.refused)
		broken("a valid change is refused", "%s", strerror(other.refused));
	listen_under(t, &v, &w, true);
	if (t->host.ports)
		check_port_learnt(t, &v, &w);
	else
		check_neighbours(t, false, &t->policy, &t->next);
	flush();
}

/* Run on the current host. Return: whether an invariant was violated. */
static bool run(struct trial *t)
{
	int64_t begun = now_ms();

	finding.what = NULL;
	finding.detail[0] = '\0';
	memset(&t->module, 0, sizeof(t->module));
	set_sysctls(&t->host, t->config.stock);
	switch (t->mode) {
	case STILL:
		if (t->host.ports)
			run_ports(t);
		else
			run_still(t);
		break;
	case AUDITED:
		run_audited(t);
		break;
	case FLUSHED:
		run_flushed(t);
		break;
	case RACING:
		run_racing(t);
		break;
	default:
		run_delayed(t);
	}
	total.of[t->mode]++;
	total.spent[t->mode] += now_ms() - begun;
	return finding.what;
}

/* Making */

static void enter_host(struct host *h)
{
	int64_t begun = now_ms();

	host_up(h);
	set_sysctl("ipv4/conf/all/arp_notify", 1);
	/* Keep the other addresses when a primary is deleted. */
	set_sysctl("ipv4/conf/all/promote_secondaries", 1);
	move_other(ENTER);
	total.building += now_ms() - begun;
}

static void leave_host(void)
{
	int64_t begun = now_ms();

	host_down();
	move_other(LEAVE);
	total.building += now_ms() - begun;
}

static const struct device vrfs[] = {
	{ .name = "red", .table = VRF_TABLE },
	{ .name = "red2", .table = VRF_TABLE + 1 },
};

/* The use case of VRFs: the same addresses again in another domain. */
static void overlap(struct host *h, int from, int to, struct rng *r)
{
	int n = h->addresses, i, dev;

	for (i = 0; i < n && h->addresses < ADDRESSES; i++) {
		dev = rnd(r, h->devices);
		if (domain_of(h, h->address[i].dev) != from ||
		    domain_of(h, dev) != to || chance(r, 25))
			continue;
		h->address[h->addresses] = h->address[i];
		h->address[h->addresses++].dev = dev;
	}
}

/* Mostly two domains beside the main one, with members of every kind. */
static void add_vrfs(struct host *h, struct rng *r)
{
	int vrf[2], n = 0, i;

	for (i = 0; i < h->devices; i++)
		if (h->device[i].kind == VRF)
			vrf[n++] = i;
	if (!n && chance(r, 80))
		return;
	for (; n < 2 && (!n || chance(r, 75)) && h->devices < DEVICES; n++) {
		struct device *d = &h->device[vrf[n] = h->devices++];

		*d = vrfs[n];
		d->kind = VRF;
		d->mac[0] = 2;
		d->mac[ETH_ALEN - 1] = vrf[n];
		d->lower = NOBODY;
		d->master = NOBODY;
	}
	for (i = 1; i < h->devices; i++)
		if (h->device[i].master == NOBODY &&
		    h->device[i].kind != VRF && chance(r, 45))
			h->device[i].master = vrf[rnd(r, n)];
	if (n == 2) {
		overlap(h, vrf[0], vrf[1], r);
		overlap(h, vrf[1], vrf[0], r);
	}
}

static int main_table_of(const struct host *h, int dev)
{
	int vrf = dev == NOBODY ? NOBODY : domain_of(h, dev);

	return vrf == NOBODY ? (int)RT_TABLE_MAIN : h->device[vrf].table;
}

/* Configurations that are rare on the oracle's hosts. */
static void enrich(struct host *h, struct rng *r)
{
	bool segment = chance(r, 50) && !h->ports;
	int i;

	add_vrfs(h, r);
	for (i = 0; i < h->routes; i++)
		if (h->route[i].table == RT_TABLE_MAIN ||
		    h->route[i].table == VRF_TABLE)
			h->route[i].table = main_table_of(h, h->route[i].dev);
	for (i = 0; i < h->devices; i++) {
		struct device *d = &h->device[i];

		/* Results must not depend on time. */
		d->locks = true;
		d->shared = segment && (d->kind == VETH || d->kind == BRIDGE);
	}
	/* A device without addresses: it borrows one, or sends no request. */
	if (h->devices > 2 && chance(r, 30)) {
		int bare = 1 + rnd(r, h->devices - 1), k;

		for (k = 0; k < h->addresses; k++)
			if (h->address[k].dev == bare)
				h->address[k].gone = true;
		if (h->routes < ROUTES)
			h->route[h->routes++] = (struct route){
				.type = RTN_UNICAST, .dev = bare, .len = 24,
				.dst = htonl(0x0a140000 + (rnd(r, 4) << 16)),
				.table = main_table_of(h, bare),
			};
	}
	for (i = rnd(r, 4); i && h->addresses < ADDRESSES; i--) {
		const struct address *like = h->addresses && chance(r, 60) ?
			&h->address[rnd(r, h->addresses)] : NULL;

		h->address[h->addresses++] = (struct address){
			.dev = chance(r, 40) ? 0 : (int)rnd(r, h->devices),
			.local = like ? like->local : htonl(0x0a090900 + 1 + rnd(r, 4)),
			.len = 32,
		};
	}
	h->may_hide = false;
}

/* The last case changes the host: afterwards routes are missing and addresses reordered. */
static void make_race(struct trial *t, struct rng *r)
{
	const struct host *h = &t->host;
	int address = h->addresses ? (int)rnd(r, h->addresses) : NOBODY;
	int dev = 1 + rnd(r, h->devices - 1);

	t->race = chance(r, 40) ? DELETE_NEIGHBOURS : CHANGE_POLICY;
	if (t->number % PER_HOST != PER_HOST - 1)
		return;
	t->mode = RACING;
	if (address != NOBODY && !h->address[address].refused && chance(r, 60)) {
		t->race = CHANGE_ADDRESS;
		t->at = address;
	} else if (!host_late(dev)) {
		/* The fence on a cable with macvlans must stay up. */
		t->race = CHANGE_LINK;
		t->at = dev;
	}
}

/* Many questions and sends concern the changing address, which is mostly hidden. */
static void aim_at_address(struct trial *t, struct rng *r)
{
	const struct address *a = &t->host.address[t->at];
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		struct question *q = &t->question[i];

		if (q->what == ASK && chance(r, 40))
			q->target = a->local;
		else if (q->what == SEND && chance(r, 60))
			q->sender = a->local;
	}
	if (chance(r, 75))
		policy_setting(&t->policy, t->host.device[a->dev].name)->
			field[ARP_POLICY_FIELD_HIDDEN] = 1;
}

/*
 * On a host with ports. Some askers use another one's address, which is spoofing, and many
 * ask for each other.
 */
static void make_port_trial(struct trial *t, unsigned int kind, struct rng *r)
{
	int i;

	t->mode = kind < 62 ? STILL : kind < 70 ? AUDITED : kind < 78 ? FLUSHED : RACING;
	t->race = CHANGE_POLICY;
	make_port_questions(t->question, &t->host, r);
	for (i = 0; i < QUESTIONS; i++) {
		struct question *q = &t->question[i];

		if (t->mode == RACING)
			q->known = 0;
		if ((t->mode == STILL || t->mode == RACING) && !q->wrapped)
			q->gone = true;
		if (!q->wrapped)
			continue;
		if (chance(r, 30))
			q->sender = t->question[rnd(r, QUESTIONS)].sender;
		if (chance(r, 45))
			q->target = t->question[rnd(r, QUESTIONS)].sender;
	}
}

/* Somebody on a port asks all for the address of another asker, which is bound. */
static void make_owned(struct trial *t, struct rng *r)
{
	int owner = rnd(r, QUESTIONS);
	struct question *q = &t->question[rnd(r, QUESTIONS)];
	struct wrapping *w = &q->wrap;

	if (!q->wrapped || !t->question[owner].wrapped)
		return;
	q->gone = false;
	q->op = 1;
	q->hrd = 1;
	q->to = TO_ALL;
	q->other_source = false;
	q->target = t->question[owner].sender;
	w->snap = false;
	w->cut = 0;
	w->tags = w->tags > 0;
	w->proto[0] = t->host.proto;
	make_owner(&t->policy, q, owner, r);
}

static void make_trial(struct trial *t, const struct host *h, uint64_t number,
		       struct rng *r)
{
	unsigned int kind = rnd(r, 100);
	int delay, i;

	t->number = number;
	t->host = *h;
	make_config(&t->config, h, r, number);
	make_questions(t->question, h, &t->config, r);
	for (i = 0; i < QUESTIONS; i++)
		t->question[i].gone = chance(r, 45);
	t->mode = kind < 50 ? STILL : kind < 58 ? AUDITED : kind < 66 ? FLUSHED :
		  kind < 96 ? RACING : DELAYED;
	if (h->ports)
		make_port_trial(t, kind, r);
	else
		make_race(t, r);
	delay = t->mode == DELAYED ? DELAY_MS : 0;
	if (delay)
		for (i = 0; i < QUESTIONS; i++)
			if (t->question[i].what == ASK)
				t->question[i].to = TO_ALL;
	make_policy(&t->policy, h, t->question, delay, r);
	for (i = 0; h->ports && i < OWNED; i++)
		make_owned(t, r);
	if (delay)
		make_waits(&t->policy, t->question, delay, r);
	if (t->mode == RACING && t->race == CHANGE_ADDRESS)
		aim_at_address(t, r);
	t->announces = chance(r, 10);
	if (t->mode == RACING && t->race != CHANGE_POLICY) {
		t->next = t->policy;
		t->change = (struct change){ .kind = WHOLE };
	} else if (delay && chance(r, 40)) {
		t->change = (struct change){ .kind = FLUSH };
	} else {
		make_change(&t->change, &t->policy, &t->next, h, t->question,
			    delay, r);
	}
	if (t->mode == AUDITED)
		policy_setting(&t->policy, "all")->field[ARP_POLICY_FIELD_MODE] =
			ARP_POLICY_MODE_AUDIT;
}

/* Print as a command; tests/lib/arpq cannot express malformed packets. */
static void print_packet(const struct host *h, const struct question *q, int i)
{
	const struct device *d = &h->device[q->dev == NOBODY ? 0 : q->dev];
	uint8_t asker[ETH_ALEN], known[ETH_ALEN];

	if (q->what == SEND) {
		printf("     ping -c 1 -W 1");
		if (q->sender || q->dev != NOBODY)
			printf(" -I %s", q->sender ? text_of(q->sender) : d->name);
		printf(" %s\n", text_of(q->target));
	}
	if (q->what != ASK || q->op > 2 || q->hrd != 1 || q->other_source)
		return;
	if (q->wrapped && (q->wrap.tags || q->wrap.snap || q->wrap.cut))
		return;
	asker_mac(asker, i);
	if (q->known) {
		known_mac(known, q, i);
		printf("     ip neigh replace %s dev %s nud %s lladdr %s\n",
		       text_of(q->sender), d->name, state_name(q->known), mac_text(known));
	}
	printf("     ip netns exec wire arpq ask %s %s sender %s op %s smac %s",
	       q->wrapped ? port_name(q->port) : h->device[cable_of(h, q->dev)].name,
	       text_of(q->target),
	       text_of(q->sender), q->op == 1 ? "request" : "reply", mac_text(asker));
	if (q->to != TO_ALL)
		printf(" dst %s", q->to == TO_HOST ? mac_text(d->mac) :
						     "02:00:00:00:ee:01");
	if (q->tha)
		printf(" tha %s", mac_text(q->tha == 1 ? d->mac : asker));
	if (d->vid && !q->wrapped)
		printf(" vlan %d", d->vid);
	printf("\n");
}

static void print_what_changes(const struct trial *t)
{
	const struct host *h = &t->host;
	const struct address *a = &h->address[t->at];

	printf("%s:\n", t->mode == RACING ? "Repeatedly, and reverted" : "Then");
	if (t->mode == DELAYED || t->race == CHANGE_POLICY)
		print_change(stdout, &t->change, &t->policy, &t->next);
	else if (t->race == DELETE_NEIGHBOURS)
		printf("ip neigh del, for the targets of all sends\n");
	else if (t->race == CHANGE_ADDRESS)
		printf("ip addr del %s/%d dev %s\n", text_of(a->local), a->len,
		       h->device[a->dev].name);
	else
		printf("ip link set %s down\n", h->device[t->at].name);
}

static void print_trial(const char *title, struct trial *t)
{
	int i;

	printf("%s, seed %" PRIu64 ", case %" PRIu64 ", %s: %s\n  %s\n", title, drawing.seed,
	       t->number, mode_names[t->mode], finding.what ?: "all held",
	       finding.detail);
	printf("The host:\n");
	print_host(stdout, &t->host);
	printf("sysctl -w net/ipv4/conf/all/arp_notify=1\n");
	printf("sysctl -w net/ipv4/conf/all/promote_secondaries=1\n");
	print_sysctls(stdout, &t->host, t->config.stock);
	printf("The policy:\n");
	print_the_policy(stdout, &t->policy);
	if (t->mode == STILL && t->announces)
		printf("At the end, for each device: ip link set DEV address MAC (unchanged)\n");
	if (t->mode == DELAYED || t->mode == RACING)
		print_what_changes(t);
	printf("Asked:\n");
	for (i = 0; i < QUESTIONS; i++) {
		const struct question *q = &t->question[i];

		if (q->gone || !there(&t->host, q->dev))
			continue;
		printf("  %d: ", i);
		print_question(stdout, &t->host, q);
		print_packet(&t->host, q, i);
	}
	fflush(stdout);
}

/* Shrinking, while the same invariant is violated. */

#include "../differential/shrink.h"

static const char *wanted;
static int64_t shrink_until;

static bool breaks_alone(struct trial *t)
{
	int tries = t->mode == RACING ? RACE_TRIES : 1;
	bool again = false;

	enter_host(&t->host);
	while (tries-- && !again)
		again = run(t) && finding.what == wanted;
	leave_host();
	return again;
}

static bool still_fails(struct trial *t)
{
	return now_ms() <= shrink_until && breaks_alone(t);
}

/* Remove an item from the policy, and from the next one if it has the same. */
#define DROP_BOTH(t, list, n, i) \
	do { \
		if (!(t)->policy.list[i].gone) { \
			if ((i) < (t)->next.n && \
			    !memcmp(&(t)->policy.list[i], &(t)->next.list[i], \
				    sizeof((t)->next.list[i]))) \
				(t)->next.list[i].gone = true; \
			(t)->policy.list[i].gone = true; \
			attempt(t); \
		} \
	} while (0)

static void shrink_policy(struct trial *t)
{
	bool whole = t->change.kind == WHOLE;
	int i, f, row;

	for (i = 0; i < t->policy.settings; i++)
		DROP_BOTH(t, setting, settings, i);
	for (i = 0; i < t->policy.targets; i++)
		DROP_BOTH(t, target, targets, i);
	for (i = 0; i < t->policy.bindings; i++)
		DROP_BOTH(t, binding, bindings, i);
	DROP_EACH(t, t->next.setting, whole ? t->next.settings : 0);
	DROP_EACH(t, t->next.target, whole ? t->next.targets : 0);
	DROP_EACH(t, t->next.binding, whole ? t->next.bindings : 0);
	for (i = 0; i < t->policy.settings; i++) {
		for (f = 1; f < FIELDS; f++) {
			struct setting *s = &t->policy.setting[i];
			int set = 0, k;

			for (k = 1; k < FIELDS; k++)
				set += s->field[k] >= 0;
			if (s->gone || s->field[f] < 0 || set < 2)
				continue;
			if (i < t->next.settings && !t->next.setting[i].gone &&
			    !strcmp(t->next.setting[i].selector, s->selector) &&
			    t->change.kind != WHOLE)
				t->next.setting[i].field[f] = -1;
			s->field[f] = -1;
			attempt(t);
		}
	}
	for (row = 0; row <= t->host.devices; row++)
		for (f = 0; f < KEYS; f++)
			TRY(t, t->config.stock[row][f], 0);
}

/* Is this the first violation of its kind? */
static bool is_new(const char *what)
{
	static const char *kinds[KINDS];
	int i;

	for (i = 0; i < KINDS && kinds[i]; i++)
		if (kinds[i] == what)
			return false;
	if (i < KINDS)
		kinds[i] = what;
	return i < KINDS;
}

static void found(struct trial *t)
{
	static struct trial small;
	char detail[sizeof(finding.detail)];

	drawing.found++;
	if (!is_new(finding.what) || no_shrink) {
		printf("BROKEN, seed %" PRIu64 ", case %" PRIu64 ", %s: %s\n  %s\n",
		       drawing.seed, t->number, mode_names[t->mode], finding.what,
		       finding.detail);
		fflush(stdout);
		return;
	}
	wanted = finding.what;
	strcpy(detail, finding.detail);
	small = *t;
	shrink_until = now_ms() + SHRINK_MS;
	if (breaks_alone(&small)) {
		shrink(&small);
		shrink_until = 0;
		/* Run again for the details. */
		breaks_alone(&small);
		print_trial("BROKEN, shrunk", &small);
	} else {
		finding.what = wanted;
		strcpy(finding.detail, detail);
		print_trial("BROKEN, not reproduced on a new host", t);
	}
}

static void try_host(uint64_t number, int first, int last)
{
	static struct trial trial;
	static struct host host;
	struct rng r = rng_of(drawing.seed, number, 0);
	bool up = false;
	int c;

	make_host(&host, &r);
	if (has_ports(number))
		make_ports(&host, &r);
	enrich(&host, &r);
	for (c = first; c <= last && drawing.found < drawing.most; c++) {
		r = rng_of(drawing.seed, number, 1 + c);
		if (!up)
			enter_host(&host);
		up = true;
		make_trial(&trial, &host, number * PER_HOST + c, &r);
		drawing.tried++;
		if (run(&trial)) {
			leave_host();
			up = false;
			found(&trial);
		}
		if (drawing.verbose)
			print_trial("Tried", &trial);
	}
	if (up)
		leave_host();
}

static void print_total(void)
{
	int i;

	printf("time: %.1f s building hosts", total.building / 1000.0);
	for (i = 0; i < MODES; i++)
		printf(", %.1f s %s (%" PRIu64 ")", total.spent[i] / 1000.0,
		       mode_names[i], total.of[i]);
	putchar('\n');
	printf("on ports: %" PRIu64 " passed, %" PRIu64 " dropped, %" PRIu64
	       " answered, %" PRIu64 " unsure\n", total.on_port[PORT_PASSES],
	       total.on_port[PORT_DROPS], total.on_port[PORT_REPLIES],
	       total.on_port[PORT_UNSURE]);
	print_pace(&drawing);
	printf("%" PRIu64 " frames, %" PRIu64 " neighbours, %" PRIu64 " predicted, "
	       "%" PRIu64 " explained, %" PRIu64 " counted, %" PRIu64 " changes; "
	       "%" PRIu64 " broken\n",
	       total.frames, total.neighbours, total.predicted, total.explained,
	       total.counted, total.changes, drawing.found);
}

int main(int argc, char **argv)
{
	read_options(&drawing, argc, argv);
	bind_to_cpu(0);
	/* Room for all packets that two CPUs send at once. */
	set_sysctl("core/netdev_max_backlog", 100000);
	lab_open();
	sem_init(&other.begin, 0, 0);
	sem_init(&other.done, 0, 0);
	if (pthread_create(&other.thread, NULL, other_thread, NULL))
		die("cannot create the second thread");
	draw(&drawing, try_host);
	print_total();
	return drawing.found ? 1 : 0;
}
