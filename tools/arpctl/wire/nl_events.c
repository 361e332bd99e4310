// SPDX-License-Identifier: GPL-2.0-only
/* Events of a multicast group, collected on a socket of their own. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/print.h"
#include "wire/nl_events.h"
#include "wire/nl_refusal.h"

#define LISTEN_BUFFER (4 << 20)

/*
 * How many datagrams nl_receive_each() takes: whoever sends more must not keep its caller
 * from its timers. After a loss the kernel adds none until the queue is empty. Then all
 * are taken, so that what is read after that is not older than what the queue has: the
 * buffer has twice the size, and a datagram takes 768 bytes or more.
 */
#define RECEIVE_MAX	1024
#define RECEIVE_LOST	(2 * LISTEN_BUFFER / 768)

void nl_make_room(const struct mnl_socket *sock)
{
	int fd = mnl_socket_get_fd(sock), size = LISTEN_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int nl_join_group(struct mnl_socket *sock, uint32_t id)
{
	if (!mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &id,
				   sizeof(id)))
		return STATUS_OK;
	if (errno == EPERM)
		return nl_not_permitted();
	return failure("cannot listen to events: %s", strerror(errno));
}

int nl_events_open(struct nl_events *events, uint32_t group)
{
	*events = (struct nl_events){ 0 };
	events->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!events->sock ||
	    mnl_socket_bind(events->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return failure("cannot open a netlink socket: %s",
			       strerror(errno));
	nl_make_room(events->sock);
	return nl_join_group(events->sock, group);
}

void nl_events_reset(struct nl_events *events)
{
	nl_reply_free(&events->list);
	events->lost = false;
	events->failed = false;
}

void nl_events_close(struct nl_events *events)
{
	nl_events_reset(events);
	if (events->sock)
		mnl_socket_close(events->sock);
	events->sock = NULL;
}

int nl_receive_each(const struct mnl_socket *sock, bool *lost,
		    int (*each)(void *data, const struct nlmsghdr *msg), void *data)
{
	char buf[32768] __attribute__((aligned(8)));
	int fd = mnl_socket_get_fd(sock), len, n, max = RECEIVE_MAX, status = STATUS_OK;
	const struct nlmsghdr *msg;
	ssize_t got;

	for (n = 0; !status && n < max; n++) {
		got = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (got < 0 && errno == ENOBUFS) {
			*lost = true;
			max = RECEIVE_MAX + RECEIVE_LOST;
		}
		if (got < 0 && (errno == ENOBUFS || errno == EINTR))
			continue;
		if (got < 0)
			break;
		len = (int)got;
		for (msg = (const struct nlmsghdr *)buf;
		     !status && mnl_nlmsg_ok(msg, len); msg = mnl_nlmsg_next(msg, &len))
			status = each(data, msg);
	}
	return status;
}

static int add_event(void *data, const struct nlmsghdr *msg)
{
	struct nl_events *events = data;

	if (msg->nlmsg_type >= NLMSG_MIN_TYPE && nl_reply_add(&events->list, msg))
		events->failed = true;
	return STATUS_OK;
}

void nl_events_take(struct nl_events *events, int ms)
{
	struct pollfd fd = { .fd = mnl_socket_get_fd(events->sock), .events = POLLIN };

	if (ms)
		(void)poll(&fd, 1, ms);
	nl_receive_each(events->sock, &events->lost, add_event, events);
}
