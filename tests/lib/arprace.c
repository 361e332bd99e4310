// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a host send ARP requests while another CPU changes the neighbour entries
 * concerned, and counts the sender addresses in the requests.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../differential/common.h"

static const char usage[] =
"usage: arprace PEER DEV SOURCE TARGET delete|forge COUNT\n"
"\n"
"Sends UDP from SOURCE to four consecutive addresses, the first is TARGET, which are\n"
"neighbours on DEV. Meanwhile another CPU deletes these neighbours (delete), or sends\n"
"replies for them from the netns PEER (forge), in which a device of the same name is\n"
"the other end of the link. Listens in PEER until COUNT requests have arrived, and\n"
"prints each sender with its count.\n";

#define TARGETS	4
#define SENDERS	16
#define SECONDS	600

static uint32_t first;	/* target, host byte order */

/* A packet socket in the netns @peer, bound to @dev. */
static int open_there(const char *peer, const char *dev, int protocol)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
	};
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd, room = 16 << 20;

	enter_netns(peer);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	address.sll_ifindex = if_nametoindex(dev);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (fd < 0 || !address.sll_ifindex ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("%s in %s: %s", dev, peer, strerror(errno));
	if (setns(home, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
	close(home);
	return fd;
}

/* Fork a process on one CPU; it runs until it is killed. */
static pid_t start_on(int cpu)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	bind_to_cpu(cpu);
	if (sched_getcpu() != cpu)
		die("there is no CPU %d", cpu);
	return 0;
}

static void delete_neighbour(struct netlink *nl, unsigned int ifindex, uint32_t address)
{
	del_neighbour(nl, htonl(address), (int)ifindex);
	nl_commit(nl);
}

static void keep_sending(const char *dev, uint32_t source, bool delete)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned int i, ifindex = if_nametoindex(dev);
	static struct netlink rt;

	nl_open(&rt, NETLINK_ROUTE);
	address.sin_addr.s_addr = source;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("source: %s", strerror(errno));
	address.sin_port = htons(9);
	for (i = 0;; i = (i + 1) % TARGETS) {
		address.sin_addr.s_addr = htonl(first + i);
		sendto(fd, "", 1, MSG_DONTWAIT, (struct sockaddr *)&address,
		       sizeof(address));
		if (delete)
			delete_neighbour(&rt, ifindex, first + i);
	}
}

static void keep_deleting(const char *dev)
{
	unsigned int i, ifindex = if_nametoindex(dev);
	static struct netlink rt;

	nl_open(&rt, NETLINK_ROUTE);
	for (i = 0;; i = (i + 1) % TARGETS)
		delete_neighbour(&rt, ifindex, first + i);
}

static void keep_forging(int fd)
{
	uint8_t frame[ETH_HLEN + 28] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0xfe, 1, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0xfe, 1,
	};
	uint32_t i, address;

	for (i = 0;; i = (i + 1) % TARGETS) {
		address = htonl(first + i);
		memcpy(frame + 28, &address, sizeof(address));
		memcpy(frame + 38, &address, sizeof(address));
		send(fd, frame, sizeof(frame), 0);
	}
}

static void count_senders(int fd, long wanted)
{
	struct { uint32_t address; long n; } senders[SENDERS] = { { 0 } };
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	time_t end = time(NULL) + SECONDS;
	char text[INET_ADDRSTRLEN];
	uint32_t sender, target;
	uint8_t frame[128];
	long received = 0;
	int i;

	while (received < wanted) {
		if (time(NULL) > end)
			die("%ld requests in %d s", received, SECONDS);
		if (poll(&wait, 1, 1000) <= 0 ||
		    recv(fd, frame, sizeof(frame), 0) < ETH_HLEN + 28 ||
		    frame[21] != 1)
			continue;
		memcpy(&sender, frame + 28, sizeof(sender));
		memcpy(&target, frame + 38, sizeof(target));
		if (ntohl(target) - first >= TARGETS)
			continue;
		received++;
		for (i = 0; i < SENDERS - 1; i++)
			if (!senders[i].n || senders[i].address == sender)
				break;
		senders[i].address = sender;
		senders[i].n++;
	}
	for (i = 0; i < SENDERS && senders[i].n; i++)
		printf("%s %ld\n", inet_ntop(AF_INET, &senders[i].address, text,
					     sizeof(text)), senders[i].n);
}

int main(int argc, char **argv)
{
	pid_t sender, other;
	uint32_t source;
	bool forge;
	int fd;

	if (argc != 7) {
		fputs(usage, stderr);
		return 2;
	}
	source = parse_ip(argv[3]);
	first = ntohl(parse_ip(argv[4]));
	forge = !strcmp(argv[5], "forge");
	fd = open_there(argv[1], argv[2], ETH_P_ARP);
	other = start_on(1);
	if (!other) {
		if (forge)
			keep_forging(open_there(argv[1], argv[2], 0));
		keep_deleting(argv[2]);
	}
	sender = start_on(0);
	/* A resolved neighbour must be deleted to be requested again. */
	if (!sender)
		keep_sending(argv[2], source, forge);
	count_senders(fd, strtol(argv[6], NULL, 10));
	kill(sender, SIGKILL);
	kill(other, SIGKILL);
	return 0;
}
