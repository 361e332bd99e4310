// SPDX-License-Identifier: GPL-2.0-only
/* Common code of the differential tests; see common.h. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

const uint8_t everybody[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

const char *text_of(uint32_t addr)
{
	static char texts[4][INET_ADDRSTRLEN];
	static unsigned int next;

	next = (next + 1) % 4;
	return inet_ntop(AF_INET, &addr, texts[next], sizeof(texts[next]));
}

const char *mac_text(const uint8_t *m)
{
	static char texts[8][18];
	static unsigned int next;
	char *text = texts[next++ % 8];

	sprintf(text, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	return text;
}

uint32_t parse_ip(const char *text)
{
	uint32_t addr;

	if (inet_pton(AF_INET, text, &addr) != 1)
		die("%s is not an IPv4 address", text);
	return addr;
}

void enter_netns(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("%s: %s", path, strerror(errno));
	close(fd);
}

void bind_to_cpu(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

/* Options and cases */

static __attribute__((noreturn)) void misused(const struct drawing *d)
{
	fputs(d->usage, stderr);
	exit(2);
}

static uint64_t number_of(const struct drawing *d, const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || *end)
		misused(d);
	return n;
}

void read_options(struct drawing *d, int argc, char **argv)
{
	const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "cases", required_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'f' },
		{ "case", required_argument, NULL, 'c' },
		{ "most", required_argument, NULL, 'm' },
		{ "blunder", no_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		d->own,
		{ NULL, 0, NULL, 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
		switch (option) {
		case 0:
			break;
		case 's':
			d->seed = number_of(d, optarg);
			break;
		case 'n':
			d->cases = number_of(d, optarg);
			break;
		case 'c':
			d->alone = true;
			/* fall through */
		case 'f':
			d->from = number_of(d, optarg);
			break;
		case 'm':
			d->most = number_of(d, optarg);
			break;
		case 'b':
			d->blunder = true;
			break;
		case 'v':
			d->verbose = true;
			break;
		case 'h':
			fputs(d->usage, stdout);
			exit(0);
		default:
			misused(d);
		}
	}
	if (optind < argc)
		misused(d);
}

void draw(struct drawing *d,
	  void (*try_host)(uint64_t number, int first, int last))
{
	uint64_t config = d->from / d->per_config, host = config / d->configs;
	int64_t reported = now_ms();

	d->begun = reported;
	config %= d->configs;
	if (d->alone) {
		try_host(host, config, config);
		return;
	}
	for (; d->tried < d->cases && d->found < d->most; host++) {
		try_host(host, 0, d->configs - 1);
		if (now_ms() - reported < 30000)
			continue;
		reported = now_ms();
		printf("%" PRIu64 " cases, %" PRIu64 " %s\n", d->tried, d->found,
		       d->found_word);
		fflush(stdout);
	}
}

void print_pace(const struct drawing *d)
{
	double seconds = (now_ms() - d->begun) / 1000.0;

	printf("seed %" PRIu64 ": %" PRIu64 " cases in %.1f s, %.0f a second; ",
	       d->seed, d->tried, seconds, d->tried / (seconds + 0.001));
}

static uint16_t checksum(const void *header)
{
	const uint16_t *at = header;
	uint32_t sum = 0;
	int i;

	for (i = 0; i < 10; i++)
		sum += at[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/*
 * TTL 2: a route that leads back to lo forwards a datagram again and again, each
 * time through the receive queue. With TTL 64 that takes longer than the fence's
 * answer: the final ICMP error, which moves a neighbour to NUD_DELAY, might be sent
 * before or after the tables are read. The fence's answer passes the queue twice,
 * this datagram once more.
 */
struct datagram datagram_of(uint32_t source, uint32_t target)
{
	struct iphdr ip = {
		.version = 4, .ihl = 5, .tot_len = htons(28), .ttl = 2,
		.protocol = IPPROTO_UDP, .saddr = source, .daddr = target,
	};
	struct datagram f = {
		.type = htons(ETHERTYPE_IP),
		.udp = { htons(9), htons(9), htons(8), 0 },
	};

	ip.check = checksum(&ip);
	memcpy(f.ip, &ip, sizeof(f.ip));
	return f;
}

int send_datagram(uint32_t source, uint32_t target, const char *dev)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = source };
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = target,
	};
	int on = 1, error = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	if (dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev, strlen(dev)))
		die("%s: %s", dev, strerror(errno));
	/* As a transparent proxy, the source may be a foreign address. */
	if (source && (setsockopt(fd, SOL_IP, IP_TRANSPARENT, &on, sizeof(on)) ||
		       bind(fd, (struct sockaddr *)&from, sizeof(from))))
		error = 1000 + errno;
	else if (sendto(fd, "", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* Netlink */

void nl_open(struct netlink *nl, int protocol)
{
	int on = 1, room = 4 << 20;

	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0)
		die("netlink: %s", strerror(errno));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	nl->len = 0;
	nl->count = 0;
}

void nl_close(struct netlink *nl)
{
	close(nl->fd);
	nl->fd = -1;
}

void nl_begin(struct netlink *nl, int type, int flags, const void *body,
	      size_t size)
{
	if (nl->count == NL_MESSAGES || nl->len > sizeof(nl->buf) / 2)
		die("netlink: too much at once");
	nl->at = (void *)(nl->buf + nl->len);
	memset(nl->at, 0, NLMSG_SPACE(size));
	nl->at->nlmsg_len = NLMSG_SPACE(size);
	nl->at->nlmsg_type = type;
	nl->at->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nl->at->nlmsg_seq = ++nl->count;
	memcpy(NLMSG_DATA(nl->at), body, size);
	nl->len += NLMSG_SPACE(size);
}

void nl_put(struct netlink *nl, int type, const void *data, size_t len)
{
	struct nlattr *a = (void *)(nl->buf + nl->len);
	size_t room = NLA_HDRLEN + NLA_ALIGN(len);

	if (nl->len + room > sizeof(nl->buf))
		die("netlink: too much at once");
	memset(a, 0, room);
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	nl->len += room;
	nl->at->nlmsg_len += room;
}

void nl_put_u8(struct netlink *nl, int type, uint8_t value)
{
	nl_put(nl, type, &value, sizeof(value));
}

void nl_put_u32(struct netlink *nl, int type, uint32_t value)
{
	nl_put(nl, type, &value, sizeof(value));
}

void nl_put_u64(struct netlink *nl, int type, uint64_t value)
{
	nl_put(nl, type, &value, sizeof(value));
}

void nl_put_text(struct netlink *nl, int type, const char *text)
{
	nl_put(nl, type, text, strlen(text) + 1);
}

size_t nl_nest(struct netlink *nl, int type)
{
	size_t nest = nl->len;

	nl_put(nl, type, NULL, 0);
	return nest;
}

void nl_end(struct netlink *nl, size_t nest)
{
	((struct nlattr *)(nl->buf + nest))->nla_len = nl->len - nest;
}

int nl_commit_each(struct netlink *nl,
		   void (*each)(struct nlmsghdr *m, void *arg), void *arg)
{
	char buf[32768];
	int count = nl->count, acks = 0, first = 0, error;
	struct nlmsghdr *m;
	ssize_t len;

	if (count && send(nl->fd, nl->buf, nl->len, 0) < 0)
		die("netlink: %s", strerror(errno));
	nl->len = 0;
	nl->count = 0;
	while (acks < count) {
		len = recv(nl->fd, buf, sizeof(buf), 0);
		if (len < 0)
			die("netlink: %s", strerror(errno));
		for (m = (void *)buf; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len)) {
			if (m->nlmsg_type != NLMSG_ERROR) {
				if (each)
					each(m, arg);
				continue;
			}
			memcpy(&error, NLMSG_DATA(m), sizeof(error));
			nl->errors[m->nlmsg_seq - 1] = -error;
			if (!first)
				first = -error;
			acks++;
		}
	}
	return first;
}

int nl_commit(struct netlink *nl)
{
	return nl_commit_each(nl, NULL, NULL);
}

void nl_dump(struct netlink *nl, int type, const void *body, size_t size,
	     void (*each)(struct nlmsghdr *m, void *arg), void *arg)
{
	char buf[32768];
	struct nlmsghdr *m;
	ssize_t len;

	nl_begin(nl, type, NLM_F_DUMP, body, size);
	if (send(nl->fd, nl->buf, nl->len, 0) < 0)
		die("netlink: %s", strerror(errno));
	nl->len = 0;
	nl->count = 0;
	for (;;) {
		len = recv(nl->fd, buf, sizeof(buf), 0);
		if (len < 0)
			die("netlink: %s", strerror(errno));
		for (m = (void *)buf; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len)) {
			if (m->nlmsg_type == NLMSG_DONE)
				return;
			if (m->nlmsg_type == NLMSG_ERROR)
				die("netlink: a listing was refused");
			each(m, arg);
		}
	}
}

static void read_attrs(const void *data, int len, const struct nlattr **attrs, int max)
{
	const struct nlattr *a = data;
	int type;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	for (; len >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN; len -= NLA_ALIGN(a->nla_len),
	     a = (const void *)((const char *)a + NLA_ALIGN(a->nla_len))) {
		type = a->nla_type & NLA_TYPE_MASK;
		if (type <= max)
			attrs[type] = a;
	}
}

void read_message(const struct nlmsghdr *m, size_t body, const struct nlattr **attrs, int max)
{
	read_attrs((const char *)m + NLMSG_SPACE(body), m->nlmsg_len - NLMSG_SPACE(body), attrs,
		   max);
}

void read_nest(const struct nlattr *nest, const struct nlattr **attrs, int max)
{
	read_attrs(attr_data(nest), nest->nla_len - NLA_HDRLEN, attrs, max);
}

bool get_attr(const struct nlattr *a, void *to, size_t size)
{
	if (!a || a->nla_len != NLA_HDRLEN + size)
		return false;
	memcpy(to, attr_data(a), size);
	return true;
}

/* Neighbours */

void read_neighbour(struct nlmsghdr *m, struct neighbour *n)
{
	const struct ndmsg *body = NLMSG_DATA(m);
	const struct nlattr *attrs[NDA_CACHEINFO + 1];
	struct nda_cacheinfo info = { 0 };

	memset(n, 0, sizeof(*n));
	n->ifindex = body->ndm_ifindex;
	n->state = body->ndm_state;
	read_message(m, sizeof(*body), attrs, NDA_CACHEINFO);
	get_attr(attrs[NDA_DST], &n->addr, 4);
	n->resolved = get_attr(attrs[NDA_LLADDR], n->mac, ETH_ALEN);
	get_attr(attrs[NDA_CACHEINFO], &info, sizeof(info));
	n->age = info.ndm_updated;
}

struct listing {
	struct neighbour *list;
	int count, max;
};

static void list_one(struct nlmsghdr *m, void *arg)
{
	struct listing *l = arg;

	if (l->count == l->max)
		die("more than %d neighbours", l->max);
	read_neighbour(m, &l->list[l->count++]);
}

static int compare(const void *a, const void *b)
{
	const struct neighbour *n = a, *m = b;

	if (n->addr != m->addr)
		return ntohl(n->addr) < ntohl(m->addr) ? -1 : 1;
	return n->ifindex - m->ifindex;
}

int list_neighbours(struct netlink *nl, struct neighbour *list, int max)
{
	struct ndmsg body = { .ndm_family = AF_INET };
	struct listing l = { .list = list, .max = max };

	nl_dump(nl, RTM_GETNEIGH, &body, sizeof(body), list_one, &l);
	qsort(list, l.count, sizeof(*list), compare);
	return l.count;
}

void put_neighbour(struct netlink *nl, uint32_t addr, int ifindex,
		   const uint8_t *mac, uint16_t state)
{
	struct ndmsg body = {
		.ndm_family = AF_INET, .ndm_ifindex = ifindex,
		.ndm_state = state,
	};

	nl_begin(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &body,
		 sizeof(body));
	nl_put(nl, NDA_DST, &addr, 4);
	nl_put(nl, NDA_LLADDR, mac, ETH_ALEN);
}

void del_neighbour(struct netlink *nl, uint32_t addr, int ifindex)
{
	struct ndmsg body = { .ndm_family = AF_INET, .ndm_ifindex = ifindex };

	nl_begin(nl, RTM_DELNEIGH, 0, &body, sizeof(body));
	nl_put(nl, NDA_DST, &addr, 4);
}

static const struct {
	uint16_t state;
	const char *name;
} states[] = {
	{ NUD_INCOMPLETE, "incomplete" }, { NUD_REACHABLE, "reachable" },
	{ NUD_STALE, "stale" }, { NUD_DELAY, "delay" }, { NUD_PROBE, "probe" },
	{ NUD_FAILED, "failed" }, { NUD_PERMANENT, "permanent" },
	{ NUD_NOARP, "noarp" },
};

#define STATES	(sizeof(states) / sizeof(*states))

const char *state_name(uint16_t state)
{
	size_t i;

	for (i = 0; i < STATES; i++)
		if (states[i].state == state)
			return states[i].name;
	return "none";
}

uint16_t state_of(const char *name)
{
	size_t i;

	for (i = 0; i < STATES; i++)
		if (!strcmp(states[i].name, name))
			return states[i].state;
	return 0;
}
