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
#include "fields.h"
#include "nl.h"

#define MODULE		"arp_policy"
#define DUMP_TRIES	10
#define LISTEN_BUFFER	(4 << 20)

/* How an attribute of a request is called when the kernel objects to it. */
static const char *const attr_names[ARP_POLICY_A_MAX + 1] = {
	[ARP_POLICY_A_SELECTOR] = "selector",
	[ARP_POLICY_A_FIELDS] = "fields",
	[ARP_POLICY_A_MASK] = "fields",
	[ARP_POLICY_A_IFINDEX] = "ifindex",
	[ARP_POLICY_A_IFNAME] = "device",
	[ARP_POLICY_A_RULE] = "rule",
	[ARP_POLICY_A_BINDING] = "binding",
	[ARP_POLICY_A_ADDRESS] = "address",
	[ARP_POLICY_A_FORCE] = "force",
	[ARP_POLICY_A_REPLACE] = "replace",
};

static const char *const rule_names[ARP_POLICY_RULE_MAX + 1] = {
	[ARP_POLICY_RULE_SELECTOR] = "selector",
	[ARP_POLICY_RULE_PREFIX] = "prefix",
	[ARP_POLICY_RULE_LENGTH] = "prefix",
	[ARP_POLICY_RULE_FROM] = "from",
	[ARP_POLICY_RULE_ACTION] = "action",
	[ARP_POLICY_RULE_LLADDR] = "lladdr",
	[ARP_POLICY_RULE_ROUTED] = "routed",
};

static const char *const binding_names[ARP_POLICY_BINDING_MAX + 1] = {
	[ARP_POLICY_BINDING_SELECTOR] = "selector",
	[ARP_POLICY_BINDING_ADDRESS] = "address",
	[ARP_POLICY_BINDING_LLADDR] = "lladdr",
};

uint64_t nl_uint(const struct nlattr *attr)
{
	const void *data;
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	if (!attr)
		return 0;
	data = mnl_attr_get_payload(attr);
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return *(const uint8_t *)data;
	case sizeof(uint16_t):
		memcpy(&u16, data, sizeof(u16));
		return u16;
	case sizeof(uint32_t):
		memcpy(&u32, data, sizeof(u32));
		return u32;
	case sizeof(uint64_t):
		memcpy(&u64, data, sizeof(u64));
		return u64;
	default:
		return 0;
	}
}

const char *nl_str(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return "";
	return mnl_attr_get_str(attr);
}

const char *nl_address(const struct nlattr *attr, char buf[ADDRESS_TEXT])
{
	if (!attr)
		return NULL;
	address_text((uint32_t)nl_uint(attr), buf);
	return buf;
}

const char *nl_lladdr(const struct nlattr *attr, char buf[LLADDR_TEXT])
{
	if (!attr)
		return NULL;
	lladdr_text(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr),
		    buf);
	return buf;
}

static void tb_add(const struct nlattr *attr, const struct nlattr **tb,
		   unsigned int max)
{
	if (mnl_attr_get_type(attr) <= max)
		tb[mnl_attr_get_type(attr)] = attr;
}

void nl_parse(const struct nlmsghdr *msg, const struct nlattr **tb,
	      unsigned int max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	mnl_attr_for_each(attr, msg, GENL_HDRLEN)
		tb_add(attr, tb, max);
}

void nl_parse_nest(const struct nlattr *nest, const struct nlattr **tb,
		   unsigned int max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		tb_add(attr, tb, max);
}

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

static int reply_add(struct nl_reply *reply, const struct nlmsghdr *msg)
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

int nl_put_str(struct nl *nl, uint16_t attr, const char *value)
{
	if (mnl_attr_put_strz_check((struct nlmsghdr *)nl->tx, sizeof(nl->tx),
				    attr, value))
		return STATUS_OK;
	return usage_error("a name of %zu characters is too long",
			   strlen(value));
}

static uint32_t offset_in(const struct nlmsghdr *req, const struct nlattr *attr)
{
	return (uint32_t)((const char *)attr - (const char *)req);
}

/* The name of an attribute within the nest of this type; 0: within none. */
static const char *attr_name(unsigned int nest, unsigned int type)
{
	const struct field *field;

	switch (nest) {
	case 0:
		return type <= ARP_POLICY_A_MAX ? attr_names[type] : NULL;
	case ARP_POLICY_A_FIELDS:
		field = field_by_attr(type);
		return field ? field->name : NULL;
	case ARP_POLICY_A_RULE:
		return type <= ARP_POLICY_RULE_MAX ? rule_names[type] : NULL;
	case ARP_POLICY_A_BINDING:
		return type <= ARP_POLICY_BINDING_MAX ? binding_names[type] :
							NULL;
	default:
		return NULL;
	}
}

/* Names an attribute; what is a name itself, it quotes. */
static void describe(const struct nlattr *attr, unsigned int nest, char *buf,
		     size_t size)
{
	const char *name = attr_name(nest, mnl_attr_get_type(attr));

	if (name && (!strcmp(name, "selector") || !strcmp(name, "device")))
		snprintf(buf, size, "%s \"%.64s\"", name, nl_str(attr));
	else if (name)
		snprintf(buf, size, "%s", name);
}

/*
 * Names what in the request the kernel objects to, by its offset there; with
 * no offset, the first attribute, which says what the command is about.
 */
static void subject(const struct nlmsghdr *req, uint32_t offset, char *buf,
		    size_t size)
{
	const struct nlattr *attr, *nested;
	unsigned int type;

	buf[0] = '\0';
	mnl_attr_for_each(attr, req, GENL_HDRLEN) {
		type = mnl_attr_get_type(attr);
		if (!offset || offset_in(req, attr) == offset) {
			describe(attr, 0, buf, size);
			return;
		}
		if (type != ARP_POLICY_A_FIELDS && type != ARP_POLICY_A_RULE &&
		    type != ARP_POLICY_A_BINDING)
			continue;
		mnl_attr_for_each_nested(nested, attr)
			if (offset_in(req, nested) == offset)
				describe(nested, type, buf, size);
	}
}

/* What the policy that the kernel quotes would have accepted. */
static void accepted(const struct nlattr *policy, char *buf, size_t size)
{
	const struct nlattr *tb[NL_POLICY_TYPE_ATTR_MAX + 1];

	nl_parse_nest(policy, tb, NL_POLICY_TYPE_ATTR_MAX);
	buf[0] = '\0';
	if (tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U])
		snprintf(buf, size, "%llu to %llu",
			 (unsigned long long)
			 nl_uint(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]),
			 (unsigned long long)
			 nl_uint(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]));
	else if (tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH])
		snprintf(buf, size, "1 to %llu characters",
			 (unsigned long long)
			 nl_uint(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]));
}

static int not_permitted(void)
{
	return failure("%s: CAP_NET_ADMIN is needed in the user namespace that owns this network namespace",
		       strerror(EPERM));
}

/*
 * The verdict in an NLMSG_ERROR, or at the end of a dump: prints the kernel's
 * message with what it is about. req is the request as it was sent.
 */
static int verdict(const struct nlmsghdr *req, const struct nlmsghdr *msg)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	char what[128], range[64], about[256] = "";
	const struct nlattr *attr;
	const char *text;
	size_t at;
	int err;

	if (mnl_nlmsg_get_payload_len(msg) < sizeof(err))
		return STATUS_OK;
	memcpy(&err, mnl_nlmsg_get_payload(msg), sizeof(err));

	at = sizeof(err);
	if (msg->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *e = mnl_nlmsg_get_payload(msg);

		at = sizeof(*e);
		if (!(msg->nlmsg_flags & NLM_F_CAPPED))
			at += mnl_nlmsg_get_payload_len(&e->msg);
	}
	if (msg->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_for_each(attr, msg, (unsigned int)at)
			tb_add(attr, tb, NLMSGERR_ATTR_MAX);
	text = nl_str(tb[NLMSGERR_ATTR_MSG]);

	if (!err) {
		if (*text)
			warning("%s", text);
		return STATUS_OK;
	}
	if (err == -EPERM && !*text)
		return not_permitted();

	subject(req, (uint32_t)nl_uint(tb[NLMSGERR_ATTR_OFFS]), what,
		sizeof(what));
	accepted(tb[NLMSGERR_ATTR_POLICY], range, sizeof(range));
	if (*what && !strstr(text, what))
		list_add(about, sizeof(about), what);
	if (*range)
		list_add(about, sizeof(about), range);
	return failure("%s%s%s%s", *text ? text : strerror(-err),
		       *about ? " (" : "", about, *about ? ")" : "");
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
				return verdict(req, msg);
			case NLMSG_DONE:
				return verdict(req, msg);
			case NLMSG_NOOP:
			case NLMSG_OVERRUN:
				break;
			default:
				status = reply ? reply_add(reply, msg) :
						 STATUS_OK;
				if (status)
					return status;
			}
		}
	}
}

/* Whether depmod knows the module for the running kernel. */
static bool module_installed(const char *release)
{
	char path[256], line[4096];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, "/" MODULE ".ko");
	}
	fclose(file);
	return found;
}

static int family_missing(void)
{
	struct utsname uts;

	if (uname(&uts))
		return failure("%s", strerror(errno));
	if (module_installed(uts.release))
		return failure("the module " MODULE " is installed but not loaded: try \"modprobe " MODULE "\"");
	return failure("the module " MODULE " is not loaded, and not installed for kernel %s: install arp-policy-dkms, or \"insmod " MODULE ".ko\"",
		       uts.release);
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

/* Connects, with what the family says of itself in the reply. */
static int nl_connect(struct ctx *ctx, struct nl_reply *reply)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1] = { NULL };
	struct nl *nl = &ctx->nl;
	const struct nlmsghdr *msg;
	int status;

	status = ctx->netns ? netns_enter(ctx->netns) : STATUS_OK;
	if (!status)
		status = nl_open(nl);
	if (!status)
		status = find_family(nl, reply);
	if (status)
		return status;
	nl_for_each(msg, reply)
		nl_parse(msg, tb, CTRL_ATTR_MAX);
	nl->family = (uint16_t)nl_uint(tb[CTRL_ATTR_FAMILY_ID]);
	return nl->family ? STATUS_OK : family_missing();
}

int nl_call(struct ctx *ctx, struct nl_reply *reply)
{
	struct nlmsghdr *req = (struct nlmsghdr *)ctx->nl.tx;
	struct nl_reply family = { 0 };
	int status, tries;
	bool again;

	status = ctx->nl.sock ? STATUS_OK : nl_connect(ctx, &family);
	nl_reply_free(&family);
	if (status)
		return status;
	req->nlmsg_type = ctx->nl.family;
	for (tries = 0; tries < DUMP_TRIES; tries++) {
		status = transact(&ctx->nl, req, reply, &again, 0);
		if (status || !again)
			return status;
		if (reply)
			nl_reply_free(reply);
	}
	return failure("the policy keeps changing while it is read, try again");
}

static int ask(struct ctx *ctx, uint8_t cmd, uint16_t flags, uint16_t attr,
	       const char *name, struct nl_reply *reply)
{
	int status = STATUS_OK;

	nl_request(&ctx->nl, cmd, flags);
	if (name)
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

static uint32_t group_id(const struct nlattr *groups, const char *name)
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

static int join_group(struct nl *nl, uint32_t id)
{
	if (!mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &id,
				   sizeof(id)))
		return STATUS_OK;
	if (errno == EPERM)
		return not_permitted();
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

static int join(struct ctx *ctx, const char *const *groups)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1] = { NULL };
	struct nl_reply reply = { 0 };
	int status, size = LISTEN_BUFFER;
	const struct nlmsghdr *msg;
	uint32_t id;

	status = nl_connect(ctx, &reply);
	nl_for_each(msg, &reply)
		nl_parse(msg, tb, CTRL_ATTR_MAX);
	if (!status &&
	    setsockopt(mnl_socket_get_fd(ctx->nl.sock), SOL_SOCKET,
		       SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(mnl_socket_get_fd(ctx->nl.sock), SOL_SOCKET,
				 SO_RCVBUF, &size, sizeof(size));
	for (; !status && *groups; groups++) {
		id = group_id(tb[CTRL_ATTR_MCAST_GROUPS], *groups);
		if (!id)
			status = failure("this module has no events \"%s\"",
					 *groups);
		else
			status = join_group(&ctx->nl, id);
	}
	/* Where the end of the family is told; its group's id is fixed. */
	if (!status)
		status = join_group(&ctx->nl, GENL_ID_CTRL);
	nl_reply_free(&reply);
	return status;
}

int nl_listen(struct ctx *ctx, const char *const *groups,
	      int (*each)(struct ctx *ctx, const struct nlmsghdr *msg))
{
	struct nl *nl = &ctx->nl;
	const struct nlmsghdr *msg;
	int len, status;
	ssize_t got;

	status = join(ctx, groups);
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
				status = failure("the module " MODULE " was unloaded");
		}
	}
	return status;
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}
