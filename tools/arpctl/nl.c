// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink: connecting, asking, and the kernel's own words on refusal. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arpctl.h"
#include "link.h"
#include "module.h"
#include "nl.h"
#include "nl_refusal.h"

#define MODULE "arp_policy"

const struct nlmsghdr *nl_next(const struct nl_reply *reply,
			       const struct nlmsghdr *msg)
{
	const char *next = reply->data;

	if (msg)
		next = (const char *)msg + MNL_ALIGN(msg->nlmsg_len);
	if (!next || next >= reply->data + reply->len)
		return NULL;
	return (const struct nlmsghdr *)next;
}

void nl_reply_free(struct nl_reply *reply)
{
	free(reply->data);
	*reply = (struct nl_reply){ 0 };
}

int nl_reply_add(struct nl_reply *reply, const struct nlmsghdr *msg)
{
	size_t len = MNL_ALIGN(msg->nlmsg_len);
	size_t size = reply->size ? reply->size : 4096;
	char *data;

	while (size - reply->len < len)
		size *= 2;
	if (size != reply->size) {
		data = realloc(reply->data, size);
		if (!data)
			return failure("%s", strerror(ENOMEM));
		reply->data = data;
		reply->size = size;
	}
	memcpy(reply->data + reply->len, msg, msg->nlmsg_len);
	reply->len += len;
	return STATUS_OK;
}

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

int nl_str_fits(const char *value)
{
	size_t len = strlen(value);

	if (len <= NL_STR_MAX)
		return STATUS_OK;
	return usage_error("a name of %zu characters is too long", len);
}

int nl_put_str(struct nl *nl, uint16_t attr, const char *value)
{
	int status = nl_str_fits(value);

	if (!status)
		mnl_attr_put_strz((struct nlmsghdr *)nl->tx, attr, value);
	return status;
}

int nl_put_dev(struct ctx *ctx, const char *name)
{
	uint32_t index = 0;
	int status = nl_str_fits(name);

	if (!status && strlen(name) >= IF_NAMESIZE) {
		status = netns_enter(ctx);
		index = status ? 0 : link_index(name);
	}
	if (status)
		return status;
	if (!index)
		return nl_put_str(&ctx->nl, ARP_POLICY_A_IFNAME, name);
	mnl_attr_put_u32((struct nlmsghdr *)ctx->nl.tx, ARP_POLICY_A_IFINDEX,
			 index);
	return STATUS_OK;
}

size_t nl_room(const struct nl *nl)
{
	return sizeof(nl->tx) - ((const struct nlmsghdr *)nl->tx)->nlmsg_len;
}

int nl_not_permitted(void)
{
	return failure("%s: CAP_NET_ADMIN is needed in the user namespace that owns this network namespace",
		       strerror(EPERM));
}

/* The verdict in an NLMSG_ERROR, or at the end of a dump, about the request. */
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
	if (nl->refused)
		nl->refused(nl->refused_data, req, refusal.offset);
	if (refusal.err == EPERM && !*refusal.text)
		return nl_not_permitted();
	return nl_refusal_print(&refusal, req);
}

/*
 * Sends a request and takes the whole answer. Returns a status, or -errno
 * where the kernel refused and quiet_errno asks for that instead of a message;
 * *again tells of a dump that was interrupted.
 */
static int transact(struct nl *nl, struct nlmsghdr *req,
		    struct nl_reply *reply, bool *again, int quiet_errno)
{
	const struct nlmsghdr *msg;
	ssize_t got;
	int len, err, status;

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
		len = (int)got;
		for (msg = (const struct nlmsghdr *)nl->rx;
		     mnl_nlmsg_ok(msg, len); msg = mnl_nlmsg_next(msg, &len)) {
			if (!mnl_nlmsg_seq_ok(msg, nl->seq) ||
			    !mnl_nlmsg_portid_ok(msg, nl->portid))
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

bool nl_module_installed(const char *name)
{
	char path[256], line[4096], ko[64];
	struct utsname uts;
	bool found = false;
	FILE *file;

	if (uname(&uts))
		return false;
	snprintf(ko, sizeof(ko), "/%s.ko", name);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep",
		 uts.release);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, ko);
	}
	fclose(file);
	return found;
}

static int family_missing(void)
{
	return module_missing(nl_module_installed(MODULE));
}

static int nl_open(struct nl *nl)
{
	int on = 1;

	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return failure("cannot open a netlink socket: %s",
			       strerror(errno));
	nl->portid = mnl_socket_get_portid(nl->sock);

	/* Without these, refusals and checks are poorer but still right. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	return STATUS_OK;
}

/* Asks for the family, which makes the kernel load the module if it can. */
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
		return family_missing();
	return status;
}

int nl_connect(struct ctx *ctx, struct nl_reply *reply)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1] = { NULL };
	struct nl *nl = &ctx->nl;
	const struct nlmsghdr *msg;
	int status;

	status = netns_enter(ctx);
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
	return nl->family ? STATUS_OK : family_missing();
}

int nl_busy(void)
{
	return failure("the policy keeps changing while it is read, try again");
}

void nl_mixed(void)
{
	warning("the policy keeps changing while it is read: this mixes old and new");
}

int nl_connected(struct ctx *ctx)
{
	struct nl_reply family = { 0 };
	int status;

	status = ctx->nl.sock ? STATUS_OK : nl_connect(ctx, &family);
	nl_reply_free(&family);
	return status;
}

/* As nl_call(), but prints no message if the kernel refuses with this errno. */
static int call(struct ctx *ctx, struct nl_reply *reply, int tries,
		int quiet_errno, bool *mixed)
{
	struct nlmsghdr *req = (struct nlmsghdr *)ctx->nl.tx;
	int status = nl_connected(ctx);

	if (status)
		return status;
	req->nlmsg_type = ctx->nl.family;
	do {
		if (reply)
			nl_reply_free(reply);
		status = transact(&ctx->nl, req, reply, mixed, quiet_errno);
	} while (!status && *mixed && --tries);
	return status;
}

int nl_call(struct ctx *ctx, struct nl_reply *reply)
{
	bool mixed = false;
	int status;

	status = call(ctx, reply, ctx->nl.tries ? ctx->nl.tries : NL_TRIES, 0,
		      &mixed);
	if (!status && mixed && !ctx->nl.quiet)
		nl_mixed();
	return status;
}

int nl_call_once(struct ctx *ctx, struct nl_reply *reply)
{
	bool mixed;

	return call(ctx, reply, 1, 0, &mixed);
}

int nl_call_or(struct ctx *ctx, int err)
{
	bool mixed;
	int status = call(ctx, NULL, 1, err, &mixed);

	return status < 0 ? STATUS_OK : status;
}

static int ask(struct ctx *ctx, uint8_t cmd, uint16_t flags, uint16_t attr,
	       const char *name, struct nl_reply *reply)
{
	int status = STATUS_OK;

	nl_request(&ctx->nl, cmd, flags);
	if (name && attr == ARP_POLICY_A_IFNAME)
		status = nl_put_dev(ctx, name);
	else if (name)
		status = nl_put_str(&ctx->nl, attr, name);
	return status ? status : nl_call(ctx, reply);
}

int nl_get(struct ctx *ctx, uint8_t cmd, uint16_t attr, const char *name,
	   struct nl_reply *reply)
{
	return ask(ctx, cmd, name ? 0 : NLM_F_DUMP, attr, name, reply);
}

int nl_dump(struct ctx *ctx, uint8_t cmd, uint16_t attr, const char *name,
	    struct nl_reply *reply)
{
	return ask(ctx, cmd, NLM_F_DUMP, attr, name, reply);
}

bool nl_ready(void)
{
	return !access("/sys/module/" MODULE, F_OK);
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}
