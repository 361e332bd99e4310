// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends valid, slightly broken and very broken ARP frames.
 *
 *   fuzz-frames SEED COUNT PATH…
 *
 * First systematically: templates cut to each length from 0 to 64, and with each byte
 * of each header set to each value; then random frames, until COUNT were sent. Runs
 * in the netns under test. A PATH is how a frame gets there:
 *   tap:DEV		written to a tap device
 *   frags:DEV		likewise, in fragments: the skb is not linear
 *   vnet:DEV		likewise, linear up to a random length
 *   raw:NETNS:DEV	by a packet socket in another netns: whole frames
 *   dgram:NETNS:DEV	likewise, without the Ethernet header
 *   ask:ADDRESS	none: the kernel is made to resolve neighbours in ADDRESS/24
 * A child process listens on every device, so that each received frame is cloned.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "random.h"

#define FRAME_MAX	9000
#define PATHS_MAX	16
#define HEADERS		(ETH_HLEN + 28)	/* Ethernet, and ARP for IPv4 */

enum how { TAP, FRAGS, VNET, RAW, DGRAM, ASK };

struct path {
	enum how how;
	int fd;
	int ifindex;
	uint8_t mac[ETH_ALEN];	/* of the receiving device, if known */
	uint32_t net;		/* of ASK, host byte order */
	unsigned long long sent, refused;
};

struct frame {
	size_t len;
	uint8_t data[FRAME_MAX];
};

static struct path paths[PATHS_MAX];
static unsigned int n_paths;
static unsigned long long sent;

static void die(const char *what)
{
	fprintf(stderr, "fuzz-frames: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Opening the paths */

static int open_tap(const char *dev, short flags)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | flags };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	strncpy(ifr.ifr_name, dev, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die(dev);
	return fd;
}

static void device_mac(const char *dev, uint8_t *mac)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr = {};

	strncpy(ifr.ifr_name, dev, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr))
		die(dev);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);
}

static void open_packet(struct path *p, char *where, int type)
{
	char *dev = strchr(where, ':'), file[64];
	int here = open("/proc/self/ns/net", O_RDONLY), there;

	if (!dev)
		die("a packet path is NETNS:DEV");
	*dev++ = '\0';
	snprintf(file, sizeof(file), "/run/netns/%s", where);
	there = open(file, O_RDONLY);
	if (here < 0 || there < 0 || setns(there, CLONE_NEWNET))
		die(file);
	p->fd = socket(AF_PACKET, type | SOCK_NONBLOCK, 0);
	p->ifindex = (int)if_nametoindex(dev);
	if (p->fd < 0 || !p->ifindex || setns(here, CLONE_NEWNET))
		die(dev);
	close(here);
	close(there);
}

static void open_ask(struct path *p, const char *address)
{
	int on = 1;

	p->net = ntohl(inet_addr(address)) & ~0xffU;
	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (p->fd < 0 || setsockopt(p->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)))
		die(address);
}

static void open_path(char *arg)
{
	static const char *const names[] = { "tap", "frags", "vnet", "raw", "dgram", "ask" };
	struct path *p = &paths[n_paths++];
	char *what = strchr(arg, ':');
	size_t i;

	if (!what || n_paths > PATHS_MAX)
		die(arg);
	*what++ = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(arg, names[i]))
			break;
	p->how = (enum how)i;
	switch (p->how) {
	case TAP:
		p->fd = open_tap(what, 0);
		device_mac(what, p->mac);
		break;
	case FRAGS:
		p->fd = open_tap(what, IFF_NAPI | IFF_NAPI_FRAGS);
		device_mac(what, p->mac);
		break;
	case VNET:
		p->fd = open_tap(what, IFF_VNET_HDR);
		device_mac(what, p->mac);
		break;
	case RAW:
	case DGRAM:
		open_packet(p, what, p->how == RAW ? SOCK_RAW : SOCK_DGRAM);
		break;
	case ASK:
		open_ask(p, what);
		break;
	default:
		errno = EINVAL;
		die(arg);
	}
}

/* Receive everything; exit with the parent. */
static void listen_to_all(void)
{
	static uint8_t data[FRAME_MAX];
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (fd < 0)
		die("packet socket");
	switch (fork()) {
	case -1:
		die("fork");
		break;
	case 0:
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (recv(fd, data, sizeof(data), 0) >= 0 || errno == ENETDOWN)
			;
		_exit(1);
	default:
		close(fd);
	}
}

/* Sending */

static void note(struct path *p, ssize_t ret)
{
	sent++;
	p->sent++;
	/* The kernel may refuse frames that are too short, or when its queue is full. */
	p->refused += ret < 0;
}

/* Send a datagram from a local address, so that the kernel resolves a neighbour. */
static void ask(struct path *p)
{
	static const uint32_t own[] = {
		0, 0x0a000001, 0x0a000002, 0x0a000101, 0x0a000201, 0x0a000701, 0x0a090909,
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(p->net | below(256)),
	};
	union {
		struct cmsghdr cmsg;
		char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = {};
	struct iovec iov = { .iov_base = "", .iov_len = 1 };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(PICK(own)) };

	control.cmsg.cmsg_level = IPPROTO_IP;
	control.cmsg.cmsg_type = IP_PKTINFO;
	control.cmsg.cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(&control.cmsg), &info, sizeof(info));
	note(p, sendmsg(p->fd, &msg, 0));
}

static void send_parts(struct path *p, struct frame *f)
{
	size_t head = ETH_HLEN + below(HEADERS), step, at;
	struct iovec iov[16];
	int n = 0;

	for (at = 0; at < f->len && n < 16; at += step) {
		step = n == 15 ? f->len - at : at ? 1 + below(40) : head;
		if (step > f->len - at)
			step = f->len - at;
		iov[n++] = (struct iovec){ .iov_base = f->data + at, .iov_len = step };
	}
	note(p, writev(p->fd, iov, n));
}

static void send_vnet(struct path *p, struct frame *f)
{
	struct virtio_net_hdr hdr = { .hdr_len = (uint16_t)below((uint32_t)f->len + 1) };
	struct iovec iov[2] = {
		{ .iov_base = &hdr, .iov_len = sizeof(hdr) },
		{ .iov_base = f->data, .iov_len = f->len },
	};

	/* The kernel linearises everything but full pages. */
	if (one_in(2)) {
		memset(f->data + f->len, 0, FRAME_MAX - f->len);
		iov[1].iov_len = 5000 + below(FRAME_MAX - 5000);
	}
	note(p, writev(p->fd, iov, 2));
}

static void send_packet(struct path *p, struct frame *f)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = p->ifindex,
		.sll_halen = ETH_ALEN, .sll_protocol = htons(ETH_P_ARP),
	};
	size_t skip = p->how == DGRAM ? ETH_HLEN : 0;

	memcpy(to.sll_addr, f->data, ETH_ALEN);
	if (skip > f->len)
		skip = f->len;
	note(p, sendto(p->fd, f->data + skip, f->len - skip, 0,
		    (struct sockaddr *)&to, sizeof(to)));
}

static void send_frame(struct path *p, struct frame *f)
{
	switch (p->how) {
	case TAP:
		note(p, write(p->fd, f->data, f->len));
		break;
	case FRAGS:
		send_parts(p, f);
		break;
	case VNET:
		send_vnet(p, f);
		break;
	case RAW:
	case DGRAM:
		send_packet(p, f);
		break;
	case ASK:
		ask(p);
		break;
	}
}

/* Frames. The addresses are those of frames.sh. */

static uint32_t some_address(void)
{
	static const uint32_t odd[] = {
		0, 0xffffffff, 0x7f000001, 0xe0000001, 0x0a0000ff, 0x0a000000,
		0xc0a80101, 0x0a090909, 0x0a090807, 0xf0000001,
	};

	switch (below(8)) {
	case 0:
		return PICK(odd);
	case 1:
		return (uint32_t)random_next();
	case 2:	/* covered by rules of many lengths */
		return 0x0a090000 | below(65536);
	default:	/* local addresses and neighbours of all segments */
		return 0x0a000000 | below(8) << 8 | below(16);
	}
}

static void some_mac(const struct path *p, uint8_t *mac)
{
	memset(mac, 0, ETH_ALEN);
	switch (below(6)) {
	case 0:
		memset(mac, 0xff, ETH_ALEN);
		break;
	case 1:
		random_bytes(mac, ETH_ALEN);
		break;
	case 2:
		break;
	case 3:
		memcpy(mac, p->mac, ETH_ALEN);
		break;
	default:
		mac[0] = 2;
		mac[5] = (uint8_t)below(32);
	}
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put_address(uint8_t *at, uint32_t address)
{
	put16(at, (uint16_t)(address >> 16));
	put16(at + 2, (uint16_t)address);
}

/* A valid frame: a request or a reply, of any two hosts. */
static void make(struct frame *f, const struct path *p)
{
	uint8_t *at = f->data;

	f->len = HEADERS;
	if (one_in(2))
		memset(at, 0xff, ETH_ALEN);
	else
		memcpy(at, p->mac, ETH_ALEN);
	some_mac(p, at + ETH_ALEN);
	put16(at + 12, ETH_P_ARP);
	at += ETH_HLEN;
	put16(at, one_in(8) ? ARPHRD_IEEE802 : ARPHRD_ETHER);
	put16(at + 2, ETH_P_IP);
	at[4] = ETH_ALEN;
	at[5] = 4;
	put16(at + 6, one_in(3) ? ARPOP_REPLY : ARPOP_REQUEST);
	memcpy(at + 8, f->data + ETH_ALEN, ETH_ALEN);
	if (one_in(8))
		some_mac(p, at + 8);
	put_address(at + 14, some_address());
	some_mac(p, at + 18);
	put_address(at + 24, some_address());
	if (one_in(8))	/* gratuitous */
		memcpy(at + 24, at + 14, 4);
}

static void resize(struct frame *f, size_t len)
{
	if (len > f->len)
		random_bytes(f->data + f->len, len - f->len);
	f->len = len;
}

/* A tag, with any priority. */
static void tag(struct frame *f)
{
	static const uint16_t types[] = { ETH_P_8021Q, ETH_P_8021Q, ETH_P_8021AD };
	static const uint16_t vids[] = { 5, 5, 0, 10 };

	if (f->len < 12 || f->len + 4 > FRAME_MAX)
		return;
	memmove(f->data + 16, f->data + 12, f->len - 12);
	put16(f->data + 12, PICK(types));
	put16(f->data + 14, one_in(4) ? (uint16_t)random_next() : PICK(vids));
	f->len += 4;
}

/* LLC and SNAP, with a length in place of the type. */
static void snap(struct frame *f)
{
	static const uint8_t header[] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };

	if (f->len < 14 || f->len + 8 > FRAME_MAX)
		return;
	memmove(f->data + 20, f->data + 12, f->len - 12);
	put16(f->data + 12, (uint16_t)(f->len - ETH_HLEN + 8));
	memcpy(f->data + 14, header, sizeof(header));
	if (one_in(4))	/* 802.1H */
		f->data[19] = 0xf8;
	f->len += 8;
}

/* Several of these, in any order: some ports look behind them. */
static void wrap(struct frame *f)
{
	unsigned int n = one_in(4) ? 1 + below(20) : 1 + below(3);

	while (n--) {
		if (one_in(5))
			snap(f);
		else
			tag(f);
	}
}

static void spoil(struct frame *f)
{
	unsigned int n = 1 + below(4);

	while (n-- && f->len)
		f->data[below(f->len < HEADERS ? (uint32_t)f->len : HEADERS)] =
			(uint8_t)random_next();
}

static void random_frame(struct frame *f, const struct path *p)
{
	make(f, p);
	if (one_in(2))
		spoil(f);
	switch (below(8)) {
	case 0:
		resize(f, below(65));
		break;
	case 1:
		resize(f, below(1500));
		break;
	case 2:
		resize(f, 60);
		break;
	}
	if (one_in(6))
		tag(f);
	if (one_in(12))
		wrap(f);
}

/* Each length and each value of each byte, on each path. */
static void send_list(unsigned long long count)
{
	struct frame f, g;
	unsigned int i, value;
	size_t at;

	for (i = 0; i < n_paths && sent < count; i++) {
		if (paths[i].how == ASK)
			continue;
		for (at = 0; at <= 64; at++) {
			make(&f, &paths[i]);
			resize(&f, at);
			send_frame(&paths[i], &f);
			make(&f, &paths[i]);
			resize(&f, at);
			tag(&f);
			send_frame(&paths[i], &f);
		}
	}
	for (at = 0; at < HEADERS; at++) {
		for (value = 0; value < 256 && sent < count; value++) {
			for (i = 0; i < n_paths; i++) {
				/* This path sends no frame of the list. */
				if (paths[i].how == ASK && value % 4)
					continue;
				make(&g, &paths[i]);
				g.data[at] = (uint8_t)value;
				send_frame(&paths[i], &g);
			}
		}
	}
}

int main(int argc, char **argv)
{
	unsigned long long count;
	struct frame f;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: fuzz-frames SEED COUNT PATH…\n");
		return 2;
	}
	random_state = strtoull(argv[1], NULL, 0);
	count = strtoull(argv[2], NULL, 0);
	for (i = 3; i < argc; i++)
		open_path(argv[i]);
	listen_to_all();

	send_list(count);
	while (sent < count) {
		struct path *p = &paths[below(n_paths)];

		random_frame(&f, p);
		send_frame(p, &f);
	}
	printf("sent %llu", sent);
	for (i = 0; i < (int)n_paths; i++)
		printf(", %s %llu of %llu", argv[3 + i], paths[i].sent - paths[i].refused,
		       paths[i].sent);
	printf("\n");
	return 0;
}
