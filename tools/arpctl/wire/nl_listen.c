// SPDX-License-Identifier: GPL-2.0-only
/* Events of the family, as they happen. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/print.h"
#include "wire/module.h"
#include "wire/nl.h"
#include "wire/nl_events.h"
#include "wire/nl_listen.h"

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

static int join(struct nl *nl, const char *const *groups)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1] = { NULL };
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	uint32_t id;
	int status;

	/* A socket that was used before may have messages pending. */
	nl_close(nl);
	status = nl_connect(nl, &reply);
	nl_for_each(msg, &reply)
		nl_parse(msg, tb, CTRL_ATTR_MAX);
	if (!status)
		nl_make_room(nl->sock);
	for (; !status && *groups; groups++) {
		id = nl_group_id(tb[CTRL_ATTR_MCAST_GROUPS], *groups);
		if (!id)
			status = failure("this module has no events \"%s\"",
					 *groups);
		else
			status = nl_join_group(nl->sock, id);
	}
	/* The kernel notifies here when the family goes; the group's id is fixed. */
	if (!status)
		status = nl_join_group(nl->sock, GENL_ID_CTRL);
	nl_reply_free(&reply);
	return status;
}

static int listen_on(struct nl *nl,
		     int (*each)(void *data, const struct nlmsghdr *msg),
		     void *data)
{
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
			status = each(data, NULL);
			continue;
		}
		len = (int)got;
		for (msg = (const struct nlmsghdr *)nl->rx;
		     !status && mnl_nlmsg_ok(msg, len);
		     msg = mnl_nlmsg_next(msg, &len)) {
			if (msg->nlmsg_type == nl->family)
				status = each(data, msg);
			else if (family_gone(nl, msg))
				status = failure("the module " MODULE " was unloaded");
		}
	}
	return status;
}

int nl_listen(struct nl *nl, const char *const *groups,
	      int (*each)(void *data, const struct nlmsghdr *msg), void *data)
{
	int status = join(nl, groups);

	if (!status)
		status = listen_on(nl, each, data);
	/* The next request must not receive events as its answer. */
	nl_close(nl);
	return status;
}
