// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends questions to the host; see ask.h.
 *
 * All effects of a frame happen before its send returns, or are queued in order on
 * this CPU, whether softirqs or ksoftirqd process the queue. A fence is a question
 * that is always answered: after its answer no other frame can arrive, so no time-out is
 * needed. Its question and its answer are queued once each, and it is asked twice, so no
 * other frame may be queued more often: see datagram_of(). Only macvlans receive broadcasts
 * from a workqueue, in order; they have a fence of their own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "ports.h"

/*
 * MACs of the hosts on the wire: the asker of a question, the previous owner of its
 * sender's address, the bridge that passed it on, and the asker of fences.
 */
enum role { ASKER, OTHER, BRIDGED, FENCER };

static void put_mac(uint8_t *mac, enum role role, int question)
{
	const uint8_t bytes[ETH_ALEN] = { 2, 0, 0x5e, 0, role, question };

	memcpy(mac, bytes, ETH_ALEN);
}

void asker_mac(uint8_t *mac, int i)
{
	put_mac(mac, ASKER, i);
}

void known_mac(uint8_t *mac, const struct question *q, int i)
{
	put_mac(mac, q->known_same ? ASKER : OTHER, i);
}

int source_of(const uint8_t *mac)
{
	uint8_t bridged[ETH_ALEN];

	put_mac(bridged, BRIDGED, mac[ETH_ALEN - 1]);
	return memcmp(bridged, mac, ETH_ALEN) ? asker_of(mac) : mac[ETH_ALEN - 1];
}

int asker_of(const uint8_t *mac)
{
	uint8_t asker[ETH_ALEN];

	put_mac(asker, ASKER, mac[ETH_ALEN - 1]);
	return memcmp(asker, mac, ETH_ALEN) ? -1 : mac[ETH_ALEN - 1];
}

/* Frames to be sent, several per system call; each thread has its own. */

#define WAITING	32

static _Thread_local struct {
	int count;
	struct mmsghdr message[WAITING];
	struct iovec part[WAITING];
	struct sockaddr_ll to[WAITING];
	uint8_t bytes[WAITING][80];
} waiting;

static void send_waiting(void)
{
	const struct timespec moment = { 0, 1000000 };
	int done = 0, n;

	while (done < waiting.count) {
		n = sendmmsg(lab_wire(), waiting.message + done,
			     waiting.count - done, 0);
		/* The CPU's backlog is full and the frame was dropped: send it again. */
		if (n < 0 && errno == ENOBUFS) {
			nanosleep(&moment, NULL);
			continue;
		}
		if (n < 0)
			die("wire: %s", strerror(errno));
		done += n;
	}
	waiting.count = 0;
}

static void put_bytes(uint8_t **at, const void *bytes, size_t len)
{
	memcpy(*at, bytes, len);
	*at += len;
}

static void put_number(uint8_t **at, uint16_t number)
{
	put_bytes(at, &(uint16_t){ htons(number) }, 2);
}

static void put_on_wire(int wire, const struct wrapping *w, const void *frame, size_t len)
{
	static const uint8_t snap[] = { 0xaa, 0xaa, 3, 0, 0, 0 };
	size_t macs = 2 * ETH_ALEN, rest = len - macs - w->cut;
	int i = waiting.count++, k;
	uint8_t *at = waiting.bytes[i];

	put_bytes(&at, frame, macs);
	for (k = 0; k < w->tags; k++) {
		put_number(&at, w->proto[k]);
		put_number(&at, w->tci[k]);
	}
	if (w->snap) {
		put_number(&at, sizeof(snap) + rest);
		put_bytes(&at, snap, sizeof(snap));
	}
	put_bytes(&at, (const char *)frame + macs, rest);
	len = at - waiting.bytes[i];
	waiting.to[i] = (struct sockaddr_ll){
		.sll_family = AF_PACKET, .sll_ifindex = wire,
		.sll_protocol = htons(ETH_P_ARP),
	};
	waiting.part[i] = (struct iovec){ waiting.bytes[i], len };
	waiting.message[i].msg_hdr = (struct msghdr){
		.msg_name = &waiting.to[i], .msg_namelen = sizeof(waiting.to[i]),
		.msg_iov = &waiting.part[i], .msg_iovlen = 1,
	};
	if (waiting.count == WAITING)
		send_waiting();
}

/* Receiving */

#define BATCH	32

static struct {
	struct mmsghdr message[BATCH];
	struct iovec part[BATCH];
	struct sockaddr_ll from[BATCH];
	uint8_t bytes[BATCH][64];
	char control[BATCH][CMSG_SPACE(sizeof(struct tpacket_auxdata))];
} received;

static uint32_t tag_of(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct tpacket_auxdata aux;

	if (!c || c->cmsg_type != PACKET_AUXDATA)
		return 0;
	memcpy(&aux, CMSG_DATA(c), sizeof(aux));
	if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
		return 0;
	return (uint32_t)aux.tp_vlan_tpid << 16 | aux.tp_vlan_tci;
}

/* Return: the number of the fence question that this answers, or 0. */
static int fence_number(const uint8_t *bytes)
{
	uint8_t mac[ETH_ALEN];

	put_mac(mac, FENCER, bytes[ETH_ALEN - 1]);
	return memcmp(bytes, mac, ETH_ALEN) ? 0 : bytes[ETH_ALEN - 1];
}

void (*on_frame)(const struct frame *f);
static unsigned int frames_seen;

static void record_frame(struct outcome *o, int i)
{
	int cable = host_cable(received.from[i].sll_ifindex);
	struct frame unrecorded = { 0 }, *f = &unrecorded;

	if (cable == NOBODY)
		return;
	frames_seen++;
	if (!o && !on_frame)
		return;
	if (o && o->frames == FRAMES)
		die("more than %d frames", FRAMES);
	if (o)
		f = &o->frame[o->frames++];
	f->cable = cable;
	f->tag = tag_of(&received.message[i].msg_hdr);
	f->vid = f->tag & 0xfff;
	f->len = received.message[i].msg_len;
	memcpy(f->bytes, received.bytes[i], f->len < 64 ? f->len : 64);
	if (!o)
		on_frame(f);
}

/* @o: where to record the frame, or NULL. Return: false if none was received. */
static bool receive(struct outcome *o, int fence, bool *fenced)
{
	int i, n;

	for (i = 0; i < BATCH; i++) {
		received.part[i] = (struct iovec){ received.bytes[i], sizeof(received.bytes[i]) };
		received.message[i].msg_hdr = (struct msghdr){
			.msg_name = &received.from[i], .msg_namelen = sizeof(received.from[i]),
			.msg_iov = &received.part[i], .msg_iovlen = 1,
			.msg_control = received.control[i],
			.msg_controllen = sizeof(received.control[i]),
		};
	}
	n = recvmmsg(lab_wire(), received.message, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		die("wire: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		int number = fence_number(received.bytes[i]);

		if (!number)
			record_frame(o, i);
		else if (number == fence)
			*fenced = true;
	}
	return n > 0;
}

/* Receive all frames up to the fence's answer. */
static void listen_up_to(struct outcome *o, int wire, const char *address)
{
	static uint8_t number;
	struct pollfd wait = { .fd = lab_wire(), .events = POLLIN };
	struct arp f = {
		.type = htons(ETHERTYPE_ARP), .hrd = htons(1),
		.pro = htons(ETHERTYPE_IP), .hln = ETH_ALEN, .pln = 4,
		.op = htons(1), .tip = inet_addr(address),
	};
	int64_t deadline = now_ms() + 30000;
	bool fenced = false;

	if (!++number)
		number = 1;
	memcpy(f.dst, everybody, ETH_ALEN);
	put_mac(f.src, FENCER, number);
	put_mac(f.sha, FENCER, number);
	put_on_wire(wire, &(struct wrapping){ 0 }, &f, sizeof(f));
	send_waiting();
	while (!fenced) {
		if (receive(o, number, &fenced))
			continue;
		if (now_ms() > deadline)
			die("fence %s did not answer", address);
		poll(&wait, 1, 100);
	}
}

static bool late_waits[CABLES];

static void listen_late(struct outcome *o)
{
	int i;

	for (i = 0; i < DEVICES; i++) {
		if (!late_waits[i])
			continue;
		listen_up_to(o, host_wire(i), LOW_FENCE);
		late_waits[i] = false;
	}
}

/*
 * Twice: the answer to the first fence has passed the queue twice. What a forwarded
 * datagram causes may pass it three times, if the route leads to lo: as a frame, as a
 * packet on lo, and as the request that resolves the address of an ICMP error.
 */
static void listen_all(struct outcome *o)
{
	listen_late(o);
	listen_up_to(o, lab_fence(), FENCE);
	listen_up_to(o, lab_fence(), FENCE);
}

/*
 * On a common segment a frame may cause others, each one cable further, after the
 * fence has answered. Repeat until nothing arrives between two of its answers.
 */
void listen_quiet(struct outcome *o)
{
	unsigned int before;

	listen_all(o);
	if (!host_segment())
		return;
	do {
		before = frames_seen;
		listen_all(o);
	} while (frames_seen != before);
}

/* Questions */

static bool asked(const struct host *h, const struct question *q)
{
	return !q->gone && there(h, q->dev) &&
	       (!q->port || port_there(h, q->port));
}

/* Can a neighbour on this cable become old enough to be overridden? */
static bool age_matters(const struct host *h, int cable)
{
	int i;

	for (i = 0; i < h->devices; i++)
		if (there(h, i) && cable_of(h, i) == cable &&
		    !h->device[i].locks)
			return true;
	return false;
}

/*
 * Could an earlier question have created the neighbour that this one updates? Its
 * age would then depend on the speed of the machine.
 */
static bool depends_on_age(const struct host *h, const struct question *q, int i)
{
	int cable = cable_of(h, q[i].dev), k;

	if (!q[i].sender || !age_matters(h, cable))
		return false;
	for (k = 0; k < i; k++)
		if (q[k].what == ASK && asked(h, &q[k]) &&
		    q[k].sender == q[i].sender && cable_of(h, q[k].dev) == cable)
			return true;
	return false;
}

/* In the VLAN of its device. */
static struct wrapping wrapping_of(const struct host *h, const struct question *q)
{
	const struct device *d = &h->device[q->dev];

	if (q->wrapped)
		return q->wrap;
	return (struct wrapping){
		.tags = d->vid > 0, .proto = { d->proto ?: ETHERTYPE_VLAN },
		.tci = { d->vid },
	};
}

static void ask(const struct host *h, const struct question *q, int i)
{
	const struct device *d = &h->device[q->dev];
	struct wrapping w = wrapping_of(h, q);
	int cable = cable_in(h, q);
	struct arp f = {
		.type = htons(ETHERTYPE_ARP), .hrd = htons(q->hrd),
		.pro = htons(ETHERTYPE_IP), .hln = ETH_ALEN, .pln = 4,
		.op = htons(q->op), .sip = q->sender, .tip = q->target,
	};

	put_mac(f.src, q->other_source ? BRIDGED : ASKER, i);
	put_mac(f.sha, ASKER, i);
	if (q->to == TO_ALL)
		memcpy(f.dst, everybody, ETH_ALEN);
	else if (q->to == TO_HOST)
		memcpy(f.dst, d->mac, ETH_ALEN);
	else if (q->to == TO_PEER)
		put_mac(f.dst, ASKER, q->peer);
	else
		memcpy(f.dst, "\2\0\0\0\xee\1", ETH_ALEN);
	if (q->tha == 1)
		memcpy(f.tha, d->mac, ETH_ALEN);
	else if (q->tha == 2)
		put_mac(f.tha, ASKER, i);
	put_on_wire(host_wire(cable), &w, &f, sizeof(f));
	if (host_late(cable) && q->to == TO_ALL)
		late_waits[cable] = true;
}

static int send_it(const struct host *h, const struct question *q)
{
	return send_datagram(q->sender, q->target,
			     q->dev == NOBODY ? NULL : h->device[q->dev].name);
}

static void forward(const struct host *h, const struct question *q, int i)
{
	struct datagram f = datagram_of(q->sender, q->target);
	struct wrapping w = wrapping_of(h, q);

	memcpy(f.dst, h->device[q->dev].mac, ETH_ALEN);
	put_mac(f.src, ASKER, i);
	put_on_wire(host_wire(cable_of(h, q->dev)), &w, &f, sizeof(f));
}

/* Wait until all current entries are one clock tick old. */
static void await_tick(void)
{
	struct timespec now, then, pause = { 0, 1000000 };
	int ticks = 0;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &then);
	while (ticks < 2) {
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
		if (now.tv_nsec != then.tv_nsec)
			ticks++;
		then = now;
	}
}

/* Return: whether the age of an entry may affect the results. */
static bool add_known(const struct host *h, const struct question *q)
{
	struct netlink *nl = host_netlink();
	bool ages_matter = false;
	uint8_t mac[ETH_ALEN];
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		if (!asked(h, &q[i]) || q[i].what != ASK || !q[i].known)
			continue;
		known_mac(mac, &q[i], i);
		put_neighbour(nl, q[i].sender, host_ifindex(q[i].dev), mac,
			      q[i].known);
		ages_matter |= age_matters(h, cable_of(h, q[i].dev));
	}
	/* The kernel refuses invalid neighbour addresses. */
	nl_commit(nl);
	return ages_matter;
}

/* Record the neighbours, sorted. */
static void record_neighbours(struct outcome *o, const struct neighbour *list)
{
	int i;

	for (i = 0; i < o->neighbours; i++) {
		struct known *k = &o->neighbour[i];

		k->addr = list[i].addr;
		k->dev = host_device(list[i].ifindex);
		k->state = list[i].state;
		memcpy(k->mac, list[i].mac, ETH_ALEN);
	}
}

/*
 * Deleting an unresolved entry may cause an ICMP error, which may need another
 * neighbour. A datagram that loops between devices of the host may also need one.
 */
void forget_neighbours(struct outcome *o)
{
	const struct timespec moment = { 0, 10000000 };
	struct neighbour list[NEIGHBOURS];
	int i, n, turn;

	for (turn = 0; turn < 500; turn++) {
		if (turn > 10)
			nanosleep(&moment, NULL);
		n = list_neighbours(host_netlink(), list, NEIGHBOURS);
		if (!turn) {
			o->neighbours = n;
			record_neighbours(o, list);
		}
		if (!n)
			return;
		for (i = 0; i < n; i++)
			del_neighbour(host_netlink(), list[i].addr, list[i].ifindex);
		nl_commit(host_netlink());
		listen_quiet(NULL);
	}
	die("the host keeps learning %s", text_of(list[0].addr));
}

/* The FDB of the bridge, without the age of its entries. */

static void read_learnt(struct nlmsghdr *m, void *arg)
{
	const struct ndmsg *body = NLMSG_DATA(m);
	const struct nlattr *attrs[NDA_MASTER + 1];
	struct outcome *o = arg;
	struct learnt l;
	int bridge = 0;

	memset(&l, 0, sizeof(l));
	read_message(m, sizeof(*body), attrs, NDA_MASTER);
	get_attr(attrs[NDA_LLADDR], l.mac, ETH_ALEN);
	get_attr(attrs[NDA_VLAN], &l.vid, 2);
	get_attr(attrs[NDA_MASTER], &bridge, 4);
	if (bridge != host_ifindex(PORTED) || body->ndm_state & NUD_PERMANENT)
		return;
	l.port = host_port(body->ndm_ifindex);
	if (o->learnts == LEARNT)
		die("more than %d FDB entries", LEARNT);
	o->learnt[o->learnts++] = l;
}

static int compare_learnt(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct learnt));
}

void record_fdb(const struct host *h, struct outcome *o)
{
	struct ndmsg body = { .ndm_family = AF_BRIDGE };

	if (!h->ports || !there(h, PORTED))
		return;
	nl_dump(host_netlink(), RTM_GETNEIGH, &body, sizeof(body), read_learnt, o);
	qsort(o->learnt, o->learnts, sizeof(*o->learnt), compare_learnt);
	flush_fdb();
}

static int compare_frames(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct frame));
}

/*
 * Packets from cables may still be queued, so the host's own sends come first. Its
 * packets to itself, and the ICMP answers, may also be queued, so each send is
 * complete before the next.
 */
void ask_burst(const struct host *h, const struct question *q, struct outcome *o)
{
	bool ages_matter;
	int i;

	memset(o, 0, sizeof(*o));
	ages_matter = add_known(h, q);
	/* One device may receive what another sends. */
	if (ages_matter)
		await_tick();
	for (i = 0; i < QUESTIONS; i++) {
		if (!asked(h, &q[i]))
			continue;
		switch (q[i].what) {
		case SEND:
			o->error[i] = send_it(h, &q[i]);
			listen_quiet(o);
			break;
		case FORWARD:
			/* It may loop; the next frame must not overtake it. */
			forward(h, &q[i], i);
			listen_quiet(o);
			break;
		case ASK:
			if (ages_matter) {
				listen_quiet(o);
				await_tick();
				ages_matter = false;
			}
			if (depends_on_age(h, q, i))
				break;
			if (q[i].to != TO_ALL)
				listen_late(o);
			ask(h, &q[i], i);
		}
	}
	listen_quiet(o);
	qsort(o->frame, o->frames, sizeof(*o->frame), compare_frames);
	record_fdb(h, o);
}

void ask_all(const struct host *h, const struct question *q, struct outcome *o)
{
	ask_burst(h, q, o);
	forget_neighbours(o);
}

int ask_one(const struct host *h, const struct question *q, int i)
{
	if (!asked(h, q))
		return 0;
	if (q->what == SEND)
		return send_it(h, q);
	if (q->what == FORWARD)
		forward(h, q, i);
	else
		ask(h, q, i);
	send_waiting();
	return 0;
}

bool same_outcome(const struct outcome *a, const struct outcome *b)
{
	return a->frames == b->frames && a->neighbours == b->neighbours &&
	       a->learnts == b->learnts &&
	       !memcmp(a->learnt, b->learnt, a->learnts * sizeof(*a->learnt)) &&
	       !memcmp(a->frame, b->frame, a->frames * sizeof(*a->frame)) &&
	       !memcmp(a->neighbour, b->neighbour,
		       a->neighbours * sizeof(*a->neighbour)) &&
	       !memcmp(a->error, b->error, sizeof(a->error));
}

void count_frames(const struct outcome *o, int *replies, int *requests)
{
	int i;

	for (i = 0; i < o->frames; i++) {
		const struct arp *f = arp_of(&o->frame[i]);

		++*(f->op == htons(2) ? replies : requests);
	}
}

/* Printing */

static const char *mac_words(const uint8_t *m, const struct host *h)
{
	static const char *const roles[] = { "asker", "other", "bridged" };
	static char texts[4][24];
	static unsigned int at;
	char *text = texts[at = (at + 1) % 4];
	int i;

	if (!memcmp(m, everybody, ETH_ALEN))
		return "all";
	for (i = 0; i < h->devices; i++)
		if (i && !memcmp(m, h->device[i].mac, ETH_ALEN))
			return h->device[i].name;
	if (m[2] != 0x5e || m[4] >= FENCER)
		return mac_text(m);
	sprintf(text, "%s %d", roles[m[4]], m[5]);
	return text;
}

static void print_frame(FILE *f, const struct host *h, const struct frame *a)
{
	const struct arp *arp = arp_of(a);
	int port = port_of(h, a->cable), i;

	fprintf(f, "  on %s", port == NOBODY ? h->device[a->cable].name : port_name(port));
	if (a->tag)
		fprintf(f, " VLAN %d (%08x)", a->vid, a->tag);
	if (arp->type != htons(ETHERTYPE_ARP) || a->len != sizeof(*arp)) {
		fprintf(f, ": from %s to %s:", mac_words(arp->src, h),
			mac_words(arp->dst, h));
		for (i = 2 * ETH_ALEN; i < a->len && i < 64; i++)
			fprintf(f, " %02x", a->bytes[i]);
		fputc('\n', f);
		return;
	}
	fprintf(f, ": ARP %s, sender %s", arp->op == htons(1) ? "request" : "reply",
		text_of(arp->sip));
	fprintf(f, " %s, target %s", mac_words(arp->sha, h), text_of(arp->tip));
	fprintf(f, " %s", mac_words(arp->tha, h));
	fprintf(f, ", from %s", mac_words(arp->src, h));
	fprintf(f, " to %s\n", mac_words(arp->dst, h));
}

/* Is one of n things in a list like this one? */
static bool has(const void *list, int n, const void *one, size_t size)
{
	int i;

	for (i = 0; i < n; i++)
		if (!memcmp((const char *)list + (size_t)i * size, one, size))
			return true;
	return false;
}

void print_outcome(FILE *f, const struct host *h, const struct outcome *o,
		   const struct outcome *other)
{
	int i;

	for (i = 0; i < QUESTIONS; i++)
		if (o->error[i] && (!other || other->error[i] != o->error[i]))
			fprintf(f, "  question %d: %s\n", i,
				strerror(o->error[i] % 1000));
	for (i = 0; i < o->frames; i++)
		if (!other || !has(other->frame, other->frames, &o->frame[i], sizeof(*o->frame)))
			print_frame(f, h, &o->frame[i]);
	for (i = 0; i < o->neighbours; i++) {
		const struct known *k = &o->neighbour[i];

		if (other && has(other->neighbour, other->neighbours, k, sizeof(*k)))
			continue;
		fprintf(f, "  neighbour %s on %s: %s %s\n", text_of(k->addr),
			k->dev == NOBODY ? "?" : h->device[k->dev].name,
			state_name(k->state), mac_words(k->mac, h));
	}
	for (i = 0; i < o->learnts; i++) {
		const struct learnt *l = &o->learnt[i];

		if (!other || !has(other->learnt, other->learnts, l, sizeof(*l)))
			fprintf(f, "  FDB %s VLAN %d: %s\n", mac_words(l->mac, h), l->vid,
				l->port == NOBODY ? "?" : port_name(l->port));
	}
}
