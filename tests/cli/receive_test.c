// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls nl_receive_each() on a socket that is not a netlink socket.
 *
 *   receive_test N [FAIL]   N messages wait; processing of message FAIL fails. Prints how
 *                           many were processed, and the status
 *   receive_test 0          each processed message causes another one; prints this twice
 */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "wire/nl_events.h"
#include "wire/nl_refusal.h"

/* Replaces the one of wire/nl_refusal.c, which depends on half the tool. */
int nl_not_permitted(void)
{
	return 1;
}

static int ends[2], taken, fails;
static bool flood;

static void send_one(void)
{
	struct nlmsghdr msg = { .nlmsg_len = sizeof(msg), .nlmsg_type = NLMSG_MIN_TYPE };

	if (send(ends[1], &msg, sizeof(msg), 0) != sizeof(msg))
		exit(1);
}

static int take(void *data, const struct nlmsghdr *msg)
{
	(void)data;
	if (msg->nlmsg_type != NLMSG_MIN_TYPE)
		exit(1);
	if (flood)
		send_one();
	return ++taken == fails ? -1 : 0;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0, status, i;
	struct mnl_socket *sock;
	bool lost = false;

	fails = argc > 2 ? atoi(argv[2]) : 0;
	flood = !n;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
		return 1;
	sock = mnl_socket_fdopen(ends[0]);
	if (!sock)
		return 1;
	for (i = 0; i < n + flood; i++)
		send_one();
	for (i = 0; i < (flood ? 2 : 1); i++) {
		taken = 0;
		status = nl_receive_each(sock, &lost, take, NULL);
		printf("%s%d %d", i ? " " : "", taken, status);
	}
	printf("\n");
	mnl_socket_close(sock);
	return lost;
}
