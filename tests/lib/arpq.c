// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends ARP requests and other frames, and receives ARP, fast enough for an emulated
 * machine. Works in the current netns on one packet socket, which sees frames before
 * any protocol does: those received and, for listen, those sent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../differential/common.h"

static const char usage[] =
"usage: arpq ask DEV TARGET [sender IP] [smac MAC] [dst MAC] [op request|reply]\n"
"                [tha MAC] [vlan N] [count N] [interval MS] [timeout MS]\n"
"                [fence TARGET] [first]\n"
"       arpq listen DEV [count N] [timeout MS] [match TEXT] [-- CMD [ARG...]]\n"
"       arpq send DEV HEX...\n"
"       arpq flood DEV TARGET [count N] [macs N] [FRAME OPTION...]\n"
"\n"
"ask sends COUNT frames and prints every answer until the fence has answered, the\n"
"timeout expires or, with first, the first answer arrives. The fence is a target\n"
"that always answers and is asked last, so that silence needs no timeout.\n"
"Exit status 0: answered, 1: no answer.\n"
"\n"
"listen prints received and sent ARP frames until there are COUNT, or a line\n"
"contains TEXT, or the timeout expires. With CMD, the timeout starts when CMD has\n"
"ended. Exit status 0: COUNT frames (default: at least one) or the match; 1: not.\n"
"\n"
"flood sends at full speed, from N source MACs in turn.\n"
"\n"
"sender is the sender protocol address, smac the sender lladdr and the frame's\n"
"source, dst the frame's destination, tha the target lladdr.\n";

struct frame {
	struct arp arp;
	int vlan;		/* -1: none */
};

#define FRAME_MAX	(sizeof(struct arp) + 4)

struct options {
	struct frame frame;
	uint32_t fence;
	bool fenced, first;
	long count, interval, timeout, macs;
	const char *match;
	char **command;
};

#define STEP_US	20000

static const char *const op_names[] = {
	[1] = "request", [2] = "reply", [3] = "rarp-request", [4] = "rarp-reply",
	[8] = "inarp-request", [9] = "inarp-reply", [10] = "nak",
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/*
 * A clock for time limits. It does not count time in which this process, or the whole
 * machine, waited for a CPU: the kernel under test could not answer then, either.
 */
static int64_t not_run;

static int64_t patience_us(void)
{
	return now_us() - not_run;
}

/* Waits for a frame for @us at most, in short steps. */
static void wait_for(int fd, int64_t us)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int step = us < STEP_US ? (us + 999) / 1000 : STEP_US / 1000;
	int64_t begun = now_us(), late;

	/* Other processes run even if there is no time left. */
	if (step < 1)
		step = 1;
	if (poll(&wait, 1, step) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
	late = now_us() - begun - step * 1000;
	if (late > 0)
		not_run += late;
}

/* Frames */

#define TAG_AT	(2 * ETH_ALEN)

/* Writes @f to @buf, which holds FRAME_MAX bytes. Return: its length. */
static size_t build(const struct frame *f, uint8_t *buf)
{
	const uint16_t tag[] = { htons(ETHERTYPE_VLAN), htons(f->vlan) };
	const uint8_t *arp = (const uint8_t *)&f->arp;
	size_t more = f->vlan >= 0 ? sizeof(tag) : 0;

	memcpy(buf, arp, TAG_AT);
	memcpy(buf + TAG_AT, tag, more);
	memcpy(buf + TAG_AT + more, arp + TAG_AT, sizeof(f->arp) - TAG_AT);
	return sizeof(f->arp) + more;
}

/* Parses @len bytes into @f. Return: whether they are ARP for IPv4. */
static bool parse(struct frame *f, const uint8_t *buf, size_t len, int vlan)
{
	uint8_t *arp = (uint8_t *)&f->arp;
	uint16_t tag[2];
	size_t more = 0;

	if (len < sizeof(f->arp))
		return false;
	memcpy(tag, buf + TAG_AT, sizeof(tag));
	f->vlan = vlan;
	if (tag[0] == htons(ETHERTYPE_VLAN)) {
		f->vlan = ntohs(tag[1]) & 0xfff;
		more = sizeof(tag);
	}
	if (len < sizeof(f->arp) + more)
		return false;
	memcpy(arp, buf, TAG_AT);
	memcpy(arp + TAG_AT, buf + TAG_AT + more, sizeof(f->arp) - TAG_AT);
	return f->arp.type == htons(ETHERTYPE_ARP) && f->arp.hrd == htons(1) &&
	       f->arp.pro == htons(ETHERTYPE_IP) && f->arp.hln == ETH_ALEN && f->arp.pln == 4;
}

static void describe(const struct frame *f, bool out, char *line, size_t size)
{
	const struct arp *a = &f->arp;
	unsigned int code = ntohs(a->op);
	char op[16], vlan[20] = "";

	if (code < sizeof(op_names) / sizeof(*op_names) && op_names[code])
		snprintf(op, sizeof(op), "%s", op_names[code]);
	else
		snprintf(op, sizeof(op), "op-%u", code);
	if (f->vlan >= 0)
		snprintf(vlan, sizeof(vlan), " vlan %d", f->vlan);
	snprintf(line, size, "%s %s sender %s %s target %s %s ether %s > %s%s",
		 out ? "out" : "in", op, text_of(a->sip), mac_text(a->sha),
		 text_of(a->tip), mac_text(a->tha), mac_text(a->src), mac_text(a->dst),
		 vlan);
}

/* The socket */

/* @protocol to receive: ETH_P_ALL, or 0 for a socket that only sends. */
static int open_socket(const char *dev, int protocol)
{
	/* ARP, or a VLAN tag that may precede it; nothing else wakes this process */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_ARP, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_VLAN, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	int fd, on = 1, room = 8 << 20;

	address.sll_protocol = htons(protocol);
	address.sll_ifindex = if_nametoindex(dev);
	if (!address.sll_ifindex)
		die("no device %s", dev);
	/* Protocol 0: receive nothing before the filter is set and bind() */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("packet socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("%s: %s", dev, strerror(errno));
	return fd;
}

/*
 * Waits for the next ARP frame until @deadline, of patience_us(). Return: whether one
 * arrived; @out is set if the device sent it.
 */
static bool receive(int fd, struct frame *f, bool *out, int64_t deadline)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	uint8_t buf[2048];
	struct sockaddr_ll from;
	struct iovec part = { buf, sizeof(buf) };
	bool waited = false;

	for (;;) {
		struct msghdr message = {
			.msg_name = &from, .msg_namelen = sizeof(from),
			.msg_iov = &part, .msg_iovlen = 1,
			.msg_control = &control, .msg_controllen = sizeof(control),
		};
		struct tpacket_auxdata aux;
		struct cmsghdr *c;
		int64_t left;
		int vlan = -1;
		ssize_t len;

		len = recvmsg(fd, &message, MSG_DONTWAIT);
		if (len < 0) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN)
				die("receive: %s", strerror(errno));
			left = deadline - patience_us();
			if (left <= 0 && waited)
				return false;
			wait_for(fd, left);
			waited = true;
			continue;
		}
		for (c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
			if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
				continue;
			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
			if (aux.tp_status & TP_STATUS_VLAN_VALID)
				vlan = aux.tp_vlan_tci & 0xfff;
		}
		*out = from.sll_pkttype == PACKET_OUTGOING;
		if (parse(f, buf, len, vlan))
			return true;
	}
}

static void transmit(int fd, const void *bytes, size_t len)
{
	/* If the queue is full, send again */
	while (send(fd, bytes, len, 0) < 0) {
		if (errno != ENOBUFS && errno != EINTR)
			die("send: %s", strerror(errno));
	}
}

static void transmit_frame(int fd, const struct frame *f)
{
	uint8_t buf[FRAME_MAX];

	transmit(fd, buf, build(f, buf));
}

/* Arguments */

static void parse_mac(const char *text, uint8_t *mac)
{
	int end = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5], &end) != 6 || text[end])
		die("%s is not a MAC address", text);
}

static long parse_number(const char *text, long max)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!*text || *end || value < 0 || value > max)
		die("%s is not a number of 0 to %ld", text, max);
	return value;
}

static unsigned int parse_op(const char *text)
{
	unsigned int op;

	for (op = 1; op < sizeof(op_names) / sizeof(*op_names); op++) {
		if (op_names[op] && !strcmp(text, op_names[op]))
			return op;
	}
	return parse_number(text, 0xffff);
}

/* The frame that @dev itself would send. */
static void defaults(struct options *o, int fd, const char *dev)
{
	struct ifreq request = { 0 };

	o->frame.vlan = -1;
	o->frame.arp = (struct arp){
		.type = htons(ETHERTYPE_ARP), .hrd = htons(1), .pro = htons(ETHERTYPE_IP),
		.hln = ETH_ALEN, .pln = 4, .op = htons(1),
	};
	memset(o->frame.arp.dst, 0xff, ETH_ALEN);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	if (!ioctl(fd, SIOCGIFHWADDR, &request)) {
		memcpy(o->frame.arp.src, request.ifr_hwaddr.sa_data, ETH_ALEN);
		memcpy(o->frame.arp.sha, o->frame.arp.src, ETH_ALEN);
	}
	/* Packet sockets do not support this ioctl */
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !ioctl(fd, SIOCGIFADDR, &request)) {
		struct sockaddr_in address;

		memcpy(&address, &request.ifr_addr, sizeof(address));
		o->frame.arp.sip = address.sin_addr.s_addr;
	}
	if (fd >= 0)
		close(fd);
}

static void parse_options(struct options *o, char **arg)
{
	for (; *arg; arg++) {
		const char *name = *arg, *value;

		if (!strcmp(name, "first")) {
			o->first = true;
			continue;
		}
		if (!strcmp(name, "--") && arg[1]) {
			o->command = arg + 1;
			return;
		}
		value = *++arg;
		if (!value)
			die("%s needs a value", name);
		if (!strcmp(name, "sender")) {
			o->frame.arp.sip = parse_ip(value);
		} else if (!strcmp(name, "smac")) {
			parse_mac(value, o->frame.arp.src);
			memcpy(o->frame.arp.sha, o->frame.arp.src, ETH_ALEN);
		} else if (!strcmp(name, "dst")) {
			parse_mac(value, o->frame.arp.dst);
		} else if (!strcmp(name, "tha")) {
			parse_mac(value, o->frame.arp.tha);
		} else if (!strcmp(name, "op")) {
			o->frame.arp.op = htons(parse_op(value));
		} else if (!strcmp(name, "vlan")) {
			o->frame.vlan = parse_number(value, 4094);
		} else if (!strcmp(name, "count")) {
			o->count = parse_number(value, 1L << 30);
		} else if (!strcmp(name, "macs")) {
			o->macs = parse_number(value, 1L << 24);
		} else if (!strcmp(name, "interval")) {
			o->interval = parse_number(value, 3600000);
		} else if (!strcmp(name, "timeout")) {
			o->timeout = parse_number(value, 3600000);
		} else if (!strcmp(name, "fence")) {
			o->fence = parse_ip(value);
			o->fenced = true;
		} else if (!strcmp(name, "match")) {
			o->match = value;
		} else {
			die("unknown option %s; see arpq --help", name);
		}
	}
}

/* Commands: each gets the device and the remaining arguments. */

static int ask(const char *dev, char **arg)
{
	struct options o = { .count = 1, .timeout = 1000 };
	int fd = open_socket(dev, ETH_P_ALL);
	int64_t sent = 0, deadline;
	struct frame seen, fence;
	long left, answers = 0;
	bool out;

	if (!*arg)
		die("ask: TARGET is missing; see arpq --help");
	defaults(&o, fd, dev);
	o.frame.arp.tip = parse_ip(*arg);
	parse_options(&o, arg + 1);

	/*
	 * The fence stays behind the questions as long as one CPU's backlog
	 * carries both.
	 */
	bind_to_cpu(sched_getcpu());

	/* The fence's request uses the device's own addresses */
	fence = (struct frame){ .vlan = o.frame.vlan };
	if (o.fenced) {
		struct options honest = { 0 };

		defaults(&honest, fd, dev);
		fence = honest.frame;
		fence.vlan = o.frame.vlan;
		fence.arp.tip = o.fence;
	}

	for (left = o.count; left > 0; left--) {
		sent = patience_us();
		transmit_frame(fd, &o.frame);
		if (left == 1 && o.fenced)
			transmit_frame(fd, &fence);
		deadline = patience_us() + (left > 1 ? o.interval : o.timeout) * 1000;
		/* Without an interval, read the answers after the last frame */
		while ((left == 1 || o.interval) && receive(fd, &seen, &out, deadline)) {
			if (out || seen.arp.op != htons(2) || seen.vlan != o.frame.vlan)
				continue;
			if (seen.arp.sip == o.frame.arp.tip) {
				answers++;
				printf("%s is-at %s from %s after %lld us\n",
				       text_of(seen.arp.sip), mac_text(seen.arp.sha),
				       mac_text(seen.arp.src),
				       (long long)(patience_us() - sent));
				if (o.first)
					return 0;
			} else if (o.fenced && seen.arp.sip == o.fence) {
				return answers ? 0 : 1;
			}
		}
	}
	if (o.fenced)
		die("the fence did not answer");
	return answers ? 0 : 1;
}

static pid_t start(char **command)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	/* Keep the command's output out of ours; show its errors */
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	execvp(command[0], command);
	fprintf(stderr, "arpq: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static int listen_for(const char *dev, char **arg)
{
	struct options o = { .timeout = 1000 };
	int fd = open_socket(dev, ETH_P_ALL);
	int64_t deadline, tick;
	struct frame seen;
	pid_t child = 0;
	long count = 0;
	char line[256];
	int status;
	bool out;

	parse_options(&o, arg);
	setvbuf(stdout, NULL, _IOLBF, 0);
	deadline = patience_us() + o.timeout * 1000;
	if (o.command)
		child = start(o.command);
	for (;;) {
		if (child && waitpid(child, &status, WNOHANG) == child) {
			child = 0;
			deadline = patience_us() + o.timeout * 1000;
		}
		/* While the command runs, check on it from time to time */
		tick = child ? patience_us() + 5000 : deadline;
		if (!receive(fd, &seen, &out, tick)) {
			if (child)
				continue;
			break;
		}
		describe(&seen, out, line, sizeof(line));
		puts(line);
		count++;
		if (o.match && strstr(line, o.match))
			return 0;
		if (o.count && count == o.count)
			return o.match ? 1 : 0;
		/* Endless frames must not delay the deadline */
		if (!child && patience_us() > deadline)
			break;
	}
	return o.match || count < o.count || !count;
}

static int send_raw(const char *dev, char **arg)
{
	int fd = open_socket(dev, 0);
	uint8_t buf[2048];
	size_t len = 0;
	int end;

	for (; *arg; arg++) {
		const char *at = *arg;

		for (; *at; at += end) {
			/* "%n" is only stored after both digits were read */
			end = 0;
			if (len == sizeof(buf) || strspn(at, "0123456789abcdefABCDEF") < 2 ||
			    sscanf(at, "%2hhx%n", &buf[len], &end) != 1)
				die("%s: not hexadecimal, or too long", *arg);
			len++;
		}
	}
	if (len < ETH_HLEN)
		die("%zu bytes are too short for a frame", len);
	transmit(fd, buf, len);
	return 0;
}

static int flood(const char *dev, char **arg)
{
	struct options o = { .count = 1000, .macs = 1 };
	int fd = open_socket(dev, 0);
	uint8_t buf[FRAME_MAX];
	int64_t begun;
	size_t len;
	long n;

	if (!*arg)
		die("flood: TARGET is missing; see arpq --help");
	defaults(&o, fd, dev);
	o.frame.arp.tip = parse_ip(*arg);
	parse_options(&o, arg + 1);
	begun = now_us();
	len = build(&o.frame, buf);
	for (n = 0; n < o.count; n++) {
		if (o.macs > 1) {
			long mac = n % o.macs;

			o.frame.arp.src[3] = o.frame.arp.sha[3] = mac >> 16;
			o.frame.arp.src[4] = o.frame.arp.sha[4] = mac >> 8;
			o.frame.arp.src[5] = o.frame.arp.sha[5] = mac;
			len = build(&o.frame, buf);
		}
		transmit(fd, buf, len);
	}
	printf("sent %ld in %lld us\n", n, (long long)(now_us() - begun));
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const char *dev, char **arg);
	} commands[] = {
		{ "ask", ask }, { "listen", listen_for },
		{ "send", send_raw }, { "flood", flood },
	};
	size_t i;

	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return 0;
	}
	for (i = 0; argc > 2 && i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argv[2], argv + 3);
	}
	fputs(usage, stderr);
	return 2;
}
