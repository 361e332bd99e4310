// SPDX-License-Identifier: GPL-2.0-only
/* Events: the multicast groups of the family. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "arpctl.h"
#include "nl.h"

#define LISTEN_BUFFER (4 << 20)

uint32_t nl_group_id(const struct nlattr *groups, const char *name)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *group;

	if (!groups)
		return 0;
	mnl_attr_for_each_nested(group, groups) {
		nl_parse_nest(group, tb, CTRL_ATTR_MCAST_GRP_MAX);
		if (!strcmp(nl_str(tb[CTRL_ATTR_MCAST_GRP_NAME]), name))
			return (uint32_t)nl_uint(tb[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return 0;
}

static int join_group(struct mnl_socket *sock, uint32_t id)
{
	if (!mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &id,
				   sizeof(id)))
		return STATUS_OK;
	if (errno == EPERM)
		return nl_not_permitted();
	return failure("cannot listen to events: %s", strerror(errno));
}

/* Whether the message says that the family is gone. */
static bool family_gone(const struct nl *nl, const struct nlmsghdr *msg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];

	if (msg->nlmsg_type != GENL_ID_CTRL || genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	nl_parse(msg, tb, CTRL_ATTR_MAX);
	return nl_uint(tb[CTRL_ATTR_FAMILY_ID]) == nl->family;
}

static void make_room(const struct mnl_socket *sock)
{
	int fd = mnl_socket_get_fd(sock), size = LISTEN_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int join(struct ctx *ctx, const char *const *groups)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1] = { NULL };
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	uint32_t id;
	int status;

	/* A socket that has had other uses may have more on its way. */
	nl_close(&ctx->nl);
	status = nl_connect(ctx, &reply);
	nl_for_each(msg, &reply)
		nl_parse(msg, tb, CTRL_ATTR_MAX);
	if (!status)
		make_room(ctx->nl.sock);
	for (; !status && *groups; groups++) {
		id = nl_group_id(tb[CTRL_ATTR_MCAST_GROUPS], *groups);
		if (!id)
			status = failure("this module has no events \"%s\"",
					 *groups);
		else
			status = join_group(ctx->nl.sock, id);
	}
	/* Where the end of the family is told; its group's id is fixed. */
	if (!status)
		status = join_group(ctx->nl.sock, GENL_ID_CTRL);
	nl_reply_free(&reply);
	return status;
}

static int listen_on(struct ctx *ctx,
		     int (*each)(struct ctx *ctx, const struct nlmsghdr *msg))
{
	struct nl *nl = &ctx->nl;
	const struct nlmsghdr *msg;
	int len, status = STATUS_OK;
	ssize_t got;

	while (!status) {
		got = mnl_socket_recvfrom(nl->sock, nl->rx, sizeof(nl->rx));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != ENOBUFS)
			return failure("cannot receive from the kernel: %s",
				       strerror(errno));
		if (got < 0) {
			status = each(ctx, NULL);
			continue;
		}
		len = (int)got;
		for (msg = (const struct nlmsghdr *)nl->rx;
		     !status && mnl_nlmsg_ok(msg, len);
		     msg = mnl_nlmsg_next(msg, &len)) {
			if (msg->nlmsg_type == nl->family)
				status = each(ctx, msg);
			else if (family_gone(nl, msg))
				status = failure("the module arp_policy was unloaded");
		}
	}
	return status;
}

int nl_listen(struct ctx *ctx, const char *const *groups,
	      int (*each)(struct ctx *ctx, const struct nlmsghdr *msg))
{
	int status = join(ctx, groups);

	if (!status)
		status = listen_on(ctx, each);
	/* What is asked next must not get events for an answer. */
	nl_close(&ctx->nl);
	return status;
}

int nl_events_open(struct ctx *ctx, struct nl_events *events)
{
	int status;

	*events = (struct nl_events){ 0 };
	status = nl_connected(ctx);
	if (status)
		return status;
	events->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!events->sock ||
	    mnl_socket_bind(events->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return failure("cannot open a netlink socket: %s",
			       strerror(errno));
	make_room(events->sock);
	return join_group(events->sock, ctx->nl.config);
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

void nl_events_take(struct nl_events *events, int ms)
{
	struct pollfd fd = { .events = POLLIN };
	char buf[16384] __attribute__((aligned(8)));
	const struct nlmsghdr *msg;
	ssize_t got;
	int len;

	fd.fd = mnl_socket_get_fd(events->sock);
	if (ms)
		(void)poll(&fd, 1, ms);
	for (;;) {
		got = recv(fd.fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == ENOBUFS) {
			events->lost = true;
			continue;
		}
		if (got < 0)
			return;
		len = (int)got;
		for (msg = (const struct nlmsghdr *)buf; mnl_nlmsg_ok(msg, len);
		     msg = mnl_nlmsg_next(msg, &len))
			if (msg->nlmsg_type >= NLMSG_MIN_TYPE &&
			    nl_reply_add(&events->list, msg))
				events->failed = true;
	}
}
