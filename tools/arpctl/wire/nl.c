// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink: connections, requests and their answers. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <net/if.h>
#include <string.h>

#include "base/print.h"
#include "base/words.h"
#include "wire/dump.h"
#include "wire/module.h"
#include "wire/netns.h"
#include "wire/nl.h"
#include "wire/nl_events.h"
#include "wire/nl_refusal.h"

static struct nlmsghdr *request(char *buf, uint16_t type, uint8_t cmd,
				uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *nl_request(struct nl *nl, uint8_t cmd, uint16_t flags)
{
	/* The type is filled in when the family is known. */
	return request(nl->tx, 0, cmd, ARP_POLICY_FAMILY_VERSION, flags);
}

struct nlmsghdr *nl_request_in(char *buf, uint8_t cmd)
{
	return request(buf, 0, cmd, ARP_POLICY_FAMILY_VERSION, 0);
}

int nl_put_str(struct nl *nl, uint16_t attr, const char *value)
{
	int status = word_fits(value);

	if (!status)
		mnl_attr_put_strz((struct nlmsghdr *)nl->tx, attr, value);
	return status;
}

int nl_put_dev(struct nl *nl, const char *name)
{
	uint32_t index = 0;
	int status = word_fits(name);

	if (!status && strlen(name) >= IF_NAMESIZE) {
		status = netns_enter(&nl->netns);
		index = status ? 0 : link_index(name);
	}
	if (status)
		return status;
	if (!index)
		return nl_put_str(nl, ARP_POLICY_A_IFNAME, name);
	mnl_attr_put_u32((struct nlmsghdr *)nl->tx, ARP_POLICY_A_IFINDEX,
			 index);
	return STATUS_OK;
}

size_t nl_room(const struct nl *nl)
{
	return sizeof(nl->tx) - ((const struct nlmsghdr *)nl->tx)->nlmsg_len;
}

/* The result of a request, from an NLMSG_ERROR or the end of a dump. */
static int verdict(const struct nl *nl, const struct nlmsghdr *req,
		   const struct nlmsghdr *msg)
{
	struct nl_refusal refusal;

	nl_refusal_read(&refusal, msg);
	if (!refusal.err) {
		if (*refusal.text)
			warning("%s", refusal.text);
		return STATUS_OK;
	}
	if (nl->refused && !nl->refused(nl->refused_data, req, &refusal))
		return STATUS_FAILED;
	if (refusal.err == EPERM && !*refusal.text)
		return nl_not_permitted();
	return nl_refusal_print(&refusal, req);
}

/* Whether a message answers the last request. */
static bool is_ours(const struct nl *nl, const struct nlmsghdr *msg)
{
	return (!msg->nlmsg_seq || msg->nlmsg_seq == nl->seq) &&
	       (!msg->nlmsg_pid || msg->nlmsg_pid == nl->portid);
}

/*
 * Sends a request and receives the whole answer. Return: a status; or -errno, without a
 * message, if the kernel refuses with quiet_errno. *again: a dump was interrupted.
 */
static int transact(struct nl *nl, struct nlmsghdr *req,
		    struct nl_reply *reply, bool *again, int quiet_errno)
{
	const struct nlmsghdr *msg;
	ssize_t got;
	int err, status;
	uint32_t len;

	*again = false;
	req->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, req, req->nlmsg_len) < 0)
		return failure("cannot send to the kernel: %s",
			       strerror(errno));
	for (;;) {
		got = mnl_socket_recvfrom(nl->sock, nl->rx, sizeof(nl->rx));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failure("cannot receive from the kernel: %s",
				       strerror(errno));
		if (nl->events)
			nl_events_take(nl->events, 0);
		len = (uint32_t)got;
		for (msg = (const struct nlmsghdr *)nl->rx; NLMSG_OK(msg, len);
		     msg = NLMSG_NEXT(msg, len)) {
			if (!is_ours(nl, msg))
				continue;
			if (msg->nlmsg_flags & NLM_F_DUMP_INTR)
				*again = true;
			switch (msg->nlmsg_type) {
			case NLMSG_ERROR:
				err = mnl_nlmsg_get_payload_len(msg) <
				      sizeof(err) ? 0 :
				      *(const int *)mnl_nlmsg_get_payload(msg);
				if (err && err == -quiet_errno)
					return err;
				return verdict(nl, req, msg);
			case NLMSG_DONE:
				return verdict(nl, req, msg);
			case NLMSG_NOOP:
			case NLMSG_OVERRUN:
				break;
			default:
				status = reply ? nl_reply_add(reply, msg) :
						 STATUS_OK;
				if (status)
					return status;
			}
		}
	}
}

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

static int nl_open(struct nl *nl)
{
	int on = 1;

	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return failure("cannot open a netlink socket: %s",
			       strerror(errno));
	nl->portid = mnl_socket_get_portid(nl->sock);

	/* Optional: better error messages and stricter checks. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	return STATUS_OK;
}

/* Requests the family; the kernel loads the module for this if it can. */
static int find_family(struct nl *nl, struct nl_reply *reply)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req;
	bool again;
	int status;

	req = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_strz(req, CTRL_ATTR_FAMILY_NAME, ARP_POLICY_FAMILY_NAME);
	status = transact(nl, req, reply, &again, ENOENT);
	if (status == -ENOENT)
		return module_missing();
	return status;
}

int nl_connect(struct nl *nl, struct nl_reply *reply)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1] = { NULL };
	const struct nlmsghdr *msg;
	int status;

	status = netns_enter(&nl->netns);
	if (!status)
		status = nl_open(nl);
	if (!status)
		status = find_family(nl, reply);
	if (status)
		return status;
	nl_for_each(msg, reply)
		nl_parse(msg, tb, CTRL_ATTR_MAX);
	nl->family = (uint16_t)nl_uint(tb[CTRL_ATTR_FAMILY_ID]);
	nl->config = nl_group_id(tb[CTRL_ATTR_MCAST_GROUPS],
				 ARP_POLICY_MCGRP_CONFIG);
	nl->verdict = nl_group_id(tb[CTRL_ATTR_MCAST_GROUPS],
				  ARP_POLICY_MCGRP_VERDICT);
	return nl->family ? STATUS_OK : module_missing();
}

int nl_busy(void)
{
	return failure("the policy keeps changing while it is read, try again");
}

void nl_mixed(void)
{
	warning("the policy keeps changing while it is read: this mixes old and new");
}

int nl_connected(struct nl *nl)
{
	struct nl_reply family = { 0 };
	int status;

	status = nl->sock ? STATUS_OK : nl_connect(nl, &family);
	nl_reply_free(&family);
	return status;
}

/* As nl_call(), but prints no message if the kernel refuses with this errno. */
static int call(struct nl *nl, struct nlmsghdr *req, struct nl_reply *reply,
		int tries, int quiet_errno, bool *mixed)
{
	int status = nl_connected(nl);

	if (status)
		return status;
	req->nlmsg_type = nl->family;
	do {
		if (reply)
			nl_reply_free(reply);
		status = transact(nl, req, reply, mixed, quiet_errno);
	} while (!status && *mixed && --tries);
	return status;
}

int nl_call(struct nl *nl, struct nl_reply *reply)
{
	bool mixed = false;
	int status;

	status = call(nl, (struct nlmsghdr *)nl->tx, reply,
		      nl->tries ? nl->tries : NL_TRIES, 0, &mixed);
	if (!status && mixed && !nl->quiet)
		nl_mixed();
	return status;
}

int nl_call_once(struct nl *nl, struct nl_reply *reply)
{
	bool mixed;

	return call(nl, (struct nlmsghdr *)nl->tx, reply, 1, 0, &mixed);
}

int nl_send(struct nl *nl, struct nlmsghdr *req)
{
	bool mixed;

	return call(nl, req, NULL, 1, 0, &mixed);
}

int nl_call_or(struct nl *nl, int err)
{
	bool mixed;
	int status = call(nl, (struct nlmsghdr *)nl->tx, NULL, 1, err, &mixed);

	return status < 0 ? STATUS_OK : status;
}

static int ask(struct nl *nl, uint8_t cmd, uint16_t flags, uint16_t attr,
	       const char *name, struct nl_reply *reply)
{
	int status = STATUS_OK;

	nl_request(nl, cmd, flags);
	if (name && attr == ARP_POLICY_A_IFNAME)
		status = nl_put_dev(nl, name);
	else if (name)
		status = nl_put_str(nl, attr, name);
	return status ? status : nl_call(nl, reply);
}

int nl_do(struct nl *nl, uint8_t cmd, uint16_t attr, const char *name)
{
	return ask(nl, cmd, 0, attr, name, NULL);
}

int nl_get(struct nl *nl, uint8_t cmd, uint16_t attr, const char *name,
	   struct nl_reply *reply)
{
	return ask(nl, cmd, name ? 0 : NLM_F_DUMP, attr, name, reply);
}

int nl_dump(struct nl *nl, uint8_t cmd, uint16_t attr, const char *name,
	    struct nl_reply *reply)
{
	return ask(nl, cmd, NLM_F_DUMP, attr, name, reply);
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}
