// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends ARP questions to a host and prints the result of each: every ARP frame that
 * the host sent, and its neighbour table afterwards.
 *
 * One process in two network namespaces: packet sockets on the wire's devices,
 * netlink and datagram sockets in the host. All frames pass one CPU's backlog in
 * order, so once the fence, asked last, has answered, no other answer is to come.
 * Each question has its own MAC, which identifies its results. Questions that use
 * different neighbour entries are sent together in a batch; the neighbour table is
 * empty before each batch.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

static const char usage[] =
"usage: fields WIRE HOST FENCE <COMMANDS\n"
"WIRE and HOST are network namespaces, joined by cables question_of ends have the same\n"
"name; FENCE is an address that always answers on WIRE's device \"fence\".\n"
"Commands, each acknowledged by \"done\":\n"
"  sysctl KEY VALUE		in HOST; KEY is a path\n"
"  put QUESTIONS ANSWERS		two files\n"
"A question is one line:\n"
"  ask DEV TARGET SENDER [unicast] [reply|announce] [known STATE] [same] [old]\n"
"      an ARP frame; known: HOST has an entry for SENDER already, with another\n"
"      MAC or the same, new or a tick of the clock old\n"
"  send SOURCE TARGET [dev DEV]\n"
"      HOST sends a datagram\n"
"  recheck SOURCE TARGET DEV\n"
"      likewise, with a stale entry for TARGET, until HOST probes it\n"
"  forward DEV SOURCE TARGET\n"
"      HOST gets a datagram to forward\n"
"SENDER may be \"target\", SOURCE \"any\". A result is the question, the frames\n"
"received, and HOST's neighbours, separated by \" | \". An ARP answer without\n"
"anomalies is printed as its MAC.\n";

struct device {
	char name[IF_NAMESIZE];
	int wire, host;			/* ifindex at each end */
	uint8_t mac[ETH_ALEN];		/* HOST's end */
};

struct question {
	char line[128];
	struct device *dev;
	struct arp frame;
	char said[512];
	char learnt[512];
};

#define BATCH	64
#define NEIGHBOURS	(BATCH + 16)	/* some entries are permanent */

static struct question batch[BATCH];
static int asked;

static struct device devices[32];
static int device_count;
static int wire_fd;
static struct netlink netlink;
static FILE *answers;
static uint32_t fence;

/* Appends to a text what it does not contain yet. */
static void __attribute__((format(printf, 3, 4)))
add(char *text, size_t size, const char *format, ...)
{
	size_t len = strlen(text);
	char piece[256];
	va_list args;

	va_start(args, format);
	vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	if (!strstr(text, piece))
		snprintf(text + len, size - len, "%s%s", len ? ", " : "", piece);
}

#define say(q, ...)	add((q)->said, sizeof((q)->said), __VA_ARGS__)

/* MACs of each question: the asker, and the previous owner of the sender's address. */

enum role { ASKER, OTHER };

static void put_mac(uint8_t *mac, enum role role, const struct question *q)
{
	const uint8_t bytes[ETH_ALEN] = { 2, 0, 0x5e, 0, role, q - batch };

	memcpy(mac, bytes, ETH_ALEN);
}

/* The question with this MAC, or NULL. */
static struct question *question_of(const uint8_t *mac, enum role role)
{
	int i = mac[ETH_ALEN - 1];
	uint8_t bytes[ETH_ALEN];

	if (i >= asked)
		return NULL;
	put_mac(bytes, role, &batch[i]);
	return memcmp(mac, bytes, ETH_ALEN) ? NULL : &batch[i];
}

static const char *mac_of(const uint8_t *m)
{
	if (question_of(m, ASKER))
		return "asker";
	if (question_of(m, OTHER))
		return "other";
	if (!memcmp(m, everybody, ETH_ALEN))
		return "all";
	return mac_text(m);
}

/* Namespaces and devices */

static struct device *device(const char *name)
{
	int i;

	for (i = 0; i < device_count; i++)
		if (!strcmp(devices[i].name, name))
			return &devices[i];
	die("no device %s", name);
}

/* The devices of WIRE, then their ifindexes in HOST. */
static void find_wire_devices(void)
{
	struct if_nameindex *list = if_nameindex(), *at;

	for (at = list; at && at->if_index; at++) {
		struct device *d = &devices[device_count++];

		if (device_count == sizeof(devices) / sizeof(*devices))
			die("too many devices");
		strncpy(d->name, at->if_name, sizeof(d->name) - 1);
		d->wire = at->if_index;
	}
	if_freenameindex(list);
}

static void find_host_devices(void)
{
	int i, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (i = 0; i < device_count; i++) {
		struct ifreq request = { 0 };

		devices[i].host = if_nametoindex(devices[i].name);
		memcpy(request.ifr_name, devices[i].name, IF_NAMESIZE);
		if (!ioctl(fd, SIOCGIFHWADDR, &request))
			memcpy(devices[i].mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	}
	close(fd);
}

/* HOST's neighbour table */

/* All learnt neighbours, sorted. Return: how many. */
static int neighbours(struct neighbour *list, int max)
{
	int i, kept = 0, count = list_neighbours(&netlink, list, max);

	for (i = 0; i < count; i++)
		if (!(list[i].state & (NUD_PERMANENT | NUD_NOARP)))
			list[kept++] = list[i];
	return kept;
}

static struct neighbour find_neighbour(uint32_t addr, const struct device *d)
{
	struct neighbour list[NEIGHBOURS];
	int i, count = neighbours(list, NEIGHBOURS);

	for (i = 0; i < count; i++)
		if (list[i].addr == addr && list[i].ifindex == d->host)
			return list[i];
	die("a neighbour entry of the host is missing: %s", text_of(addr));
}

/* @old: age the entry by a tick; whether it may be overridden can depend on its age. */
static void add_neighbour(uint32_t addr, const struct device *d,
			  const uint8_t *mac, const char *state, bool old)
{
	struct timespec tick = { 0, 4000000 };
	int error;

	if (!state_of(state))
		die("%s is not a neighbour state", state);
	put_neighbour(&netlink, addr, d->host, mac, state_of(state));
	error = nl_commit(&netlink);
	if (error)
		die("neighbours: %s", strerror(error));
	while (old && !find_neighbour(addr, d).age)
		nanosleep(&tick, NULL);
}

/* Record for each question the neighbours learnt from it, and delete them. */
static void collect_neighbours(void)
{
	struct neighbour list[NEIGHBOURS];
	int i, count = neighbours(list, NEIGHBOURS);
	char name[IF_NAMESIZE];
	int error;

	for (i = 0; i < count; i++) {
		struct neighbour *n = &list[i];
		struct question *q = question_of(n->mac, ASKER);

		if (!q)
			q = question_of(n->mac, OTHER);
		if (!q)
			q = &batch[0];
		add(q->learnt, sizeof(q->learnt), "%s %s %s %s", text_of(n->addr),
		    if_indextoname(n->ifindex, name) ? name : "?",
		    n->resolved ? mac_of(n->mac) : "-", state_name(n->state));
		del_neighbour(&netlink, n->addr, n->ifindex);
	}
	error = nl_commit(&netlink);
	if (error && error != ENOENT)
		die("neighbours: %s", strerror(error));
}

/* Frames */

static void put_on_wire(const struct device *d, const void *frame, size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = d->wire,
		.sll_protocol = htons(ETH_P_ARP),
	};

	if (sendto(wire_fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("%s: %s", d->name, strerror(errno));
}

static struct arp frame_of(int op, const struct question *q, uint32_t target,
			   uint32_t sender)
{
	struct arp f = {
		.type = htons(ETHERTYPE_ARP), .hrd = htons(1),
		.pro = htons(ETHERTYPE_IP), .hln = ETH_ALEN, .pln = 4,
		.op = htons(op), .sip = sender, .tip = target,
	};

	memcpy(f.dst, everybody, ETH_ALEN);
	put_mac(f.src, ASKER, q);
	put_mac(f.sha, ASKER, q);
	return f;
}

/* Receive the next ARP frame sent by HOST or the fence. Return: its device. */
static const struct device *receive(struct arp *f, int64_t deadline)
{
	struct pollfd wait = { .fd = wire_fd, .events = POLLIN };
	int i;

	for (;;) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t len = recvfrom(wire_fd, f, sizeof(*f), MSG_DONTWAIT,
				       (struct sockaddr *)&from, &size);

		if (len < 0) {
			int64_t left = deadline - now_ms();

			if (errno != EAGAIN && errno != EINTR)
				die("receive: %s", strerror(errno));
			if (left <= 0)
				return NULL;
			poll(&wait, 1, left);
			continue;
		}
		if (len < (ssize_t)sizeof(*f))
			continue;
		for (i = 0; i < device_count; i++)
			if (devices[i].wire == from.sll_ifindex)
				return &devices[i];
	}
}

static void record(const struct arp *f, const struct device *d)
{
	struct question *q = question_of(f->dst, ASKER);
	const struct arp *a;

	if (!q)
		q = &batch[0];
	a = &q->frame;
	if (d == q->dev && f->op == htons(2) && a->op == htons(1) &&
	    f->sip == a->tip && f->tip == a->sip &&
	    question_of(f->tha, ASKER) == q && question_of(f->dst, ASKER) == q &&
	    !memcmp(f->src, f->sha, ETH_ALEN))
		say(q, "%s", mac_of(f->sha));
	else
		say(q, "%s %s sender %s %s target %s %s ether %s > %s", d->name,
		    f->op == htons(1) ? "request" : "reply",
		    text_of(f->sip), mac_of(f->sha), text_of(f->tip),
		    mac_of(f->tha), mac_of(f->src), mac_of(f->dst));
}

/* Receive all frames up to the fence's answer. */
static void listen_all(void)
{
	const struct device *fenced = device("fence"), *d;
	struct arp f = frame_of(1, batch, fence, fence ^ htonl(1));
	int64_t deadline = now_ms() + 60000;

	put_on_wire(fenced, &f, sizeof(f));
	while ((d = receive(&f, deadline)) != fenced) {
		if (!d)
			die("the fence did not answer");
		record(&f, d);
	}
}

/* Finish a batch: receive, print the results, clear. */
static void finish(void)
{
	int i;

	if (!asked)
		return;
	listen_all();
	collect_neighbours();
	for (i = 0; i < asked; i++)
		fprintf(answers, "%s | %s | %s\n", batch[i].line,
			*batch[i].said ? batch[i].said : "silence", batch[i].learnt);
	asked = 0;
}

/* Questions: each function gets the words of a line, the first is its name. */

/* Does another question in this batch use the same neighbour? */
static bool is_used(const struct device *d, uint32_t sender)
{
	int i;

	for (i = 0; i < asked; i++)
		if (sender && batch[i].dev == d && batch[i].frame.sip == sender)
			return true;
	return asked == BATCH;
}

static struct question *begin(const char *line)
{
	struct question *q = &batch[asked++];

	memset(q, 0, sizeof(*q));
	snprintf(q->line, sizeof(q->line), "%s", line);
	return q;
}

static void ask(const char *line, char **word)
{
	struct device *d = device(word[1]);
	uint32_t target = parse_ip(word[2]);
	uint32_t sender = strcmp(word[3], "target") ? parse_ip(word[3]) : target;
	bool same = false, old = false;
	const char *known = NULL;
	struct question *q;
	struct arp *f;

	if (is_used(d, sender))
		finish();
	q = begin(line);
	q->dev = d;
	f = &q->frame;
	*f = frame_of(1, q, target, sender);
	for (word += 4; *word; word++) {
		if (!strcmp(*word, "unicast")) {
			memcpy(f->dst, d->mac, ETH_ALEN);
		} else if (!strcmp(*word, "reply")) {
			f->op = htons(2);
			memcpy(f->tha, d->mac, ETH_ALEN);
		} else if (!strcmp(*word, "announce")) {
			f->op = htons(2);
			put_mac(f->tha, ASKER, q);
		} else if (!strcmp(*word, "known") && word[1]) {
			known = *++word;
		} else if (!strcmp(*word, "same")) {
			same = true;
		} else if (!strcmp(*word, "old")) {
			old = true;
		} else {
			die("unknown word: %s", *word);
		}
	}
	if (known) {
		uint8_t mac[ETH_ALEN];

		put_mac(mac, same ? ASKER : OTHER, q);
		add_neighbour(sender, d, mac, known, old);
	}
	put_on_wire(d, f, sizeof(*f));
}

static void send_from(struct question *q, const char *source, uint32_t target, const char *dev)
{
	int error = send_datagram(strcmp(source, "any") ? parse_ip(source) : 0, target, dev);

	if (error)
		say(q, "%s: %s", error > 1000 ? "bind" : "send", strerror(error % 1000));
}

static void send_it(const char *line, char **word)
{
	bool bound = word[3] && !strcmp(word[3], "dev") && word[4];

	finish();
	send_from(begin(line), word[1], parse_ip(word[2]), bound ? word[4] : NULL);
	finish();
}

/*
 * A timer on this CPU sends the request. If it sends none, the fence is asked after
 * the timer has run, and answers.
 */
static void recheck(const char *line, char **word)
{
	const struct device *d = device(word[3]), *at;
	int64_t deadline = now_ms() + 60000;
	uint32_t target = parse_ip(word[2]);
	struct question *q;
	struct arp f;

	finish();
	q = begin(line);
	put_mac(f.src, ASKER, q);
	add_neighbour(target, d, f.src, "stale", false);
	send_from(q, word[1], target, d->name);
	do {
		at = receive(&f, now_ms() + 4);
		if (at)
			record(&f, at);
	} while (!at && find_neighbour(target, d).state != NUD_PROBE &&
		 now_ms() < deadline);
	finish();
}

static void forward(const char *line, char **word)
{
	const struct device *d = device(word[1]);
	struct datagram f = datagram_of(parse_ip(word[2]), parse_ip(word[3]));

	finish();
	memcpy(f.dst, d->mac, ETH_ALEN);
	put_mac(f.src, ASKER, begin(line));
	put_on_wire(d, &f, sizeof(f));
	finish();
}

static const struct {
	const char *name;
	int words;		/* at least, including the name */
	void (*put)(const char *line, char **word);
} kinds[] = {
	{ "ask", 4, ask }, { "send", 3, send_it },
	{ "recheck", 4, recheck }, { "forward", 4, forward },
};

static void put_question(const char *line)
{
	char copy[256], *word[17] = { NULL }, *rest = copy;
	size_t i;
	int n = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	while (n < 16 && (word[n] = strtok_r(rest, " ", &rest)))
		n++;
	for (i = 0; n && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(word[0], kinds[i].name) || n < kinds[i].words)
			continue;
		kinds[i].put(line, word);
		return;
	}
	die("unknown question: %s", line);
}

static void put(const char *from, const char *to)
{
	FILE *questions = fopen(from, "re");
	char line[128];

	answers = fopen(to, "we");
	if (!questions || !answers)
		die("%s, %s: %s", from, to, strerror(errno));
	while (fgets(line, sizeof(line), questions)) {
		line[strcspn(line, "\n")] = '\0';
		put_question(line);
	}
	finish();
	if (fclose(questions) || fclose(answers))
		die("%s: %s", to, strerror(errno));
}

/* The files below /proc/sys/net are those of the opening process's netns. */
static void set_sysctl(const char *key, const char *value)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/%s", key);
	f = fopen(path, "we");
	if (!f || fprintf(f, "%s\n", value) < 0 || fclose(f))
		die("%s: %s", path, strerror(errno));
}

static void open_sockets(const char *wire, const char *host)
{
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP),
	};

	bind_to_cpu(sched_getcpu());
	enter_netns(wire);
	wire_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (wire_fd < 0 || bind(wire_fd, (struct sockaddr *)&all, sizeof(all)))
		die("packet socket: %s", strerror(errno));
	find_wire_devices();

	enter_netns(host);
	nl_open(&netlink, NETLINK_ROUTE);
	find_host_devices();
}

int main(int argc, char **argv)
{
	char line[512], a[250], b[250];

	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 4) {
		fputs(usage, stderr);
		return 2;
	}
	open_sockets(argv[1], argv[2]);
	fence = parse_ip(argv[3]);
	collect_neighbours();
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "put %249s %249s", a, b) == 2)
			put(a, b);
		else if (sscanf(line, "sysctl %249s %249s", a, b) == 2)
			set_sysctl(a, b);
		else
			die("unknown command: %s", line);
		puts("done");
		fflush(stdout);
	}
	return 0;
}
