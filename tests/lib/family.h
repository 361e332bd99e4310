/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to the arp_policy family with libmnl, for tests that cannot use arpctl.
 *
 * One thread; functions that fail exit the program.
 */
#ifndef TESTS_FAMILY_H
#define TESTS_FAMILY_H

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FAMILY_MESSAGE_MAX	65536

static uint16_t family;
static uint32_t family_groups[2], family_n_groups;
static unsigned int family_seq;

static inline void die(const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

static inline struct mnl_socket *family_socket(int bus)
{
	struct mnl_socket *nl = mnl_socket_open(bus);
	int on = 1, room = 1 << 20;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("netlink");
	mnl_socket_setsockopt(nl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return nl;
}

static inline struct nlmsghdr *family_begin(char *buf, uint16_t type, uint8_t cmd,
					    uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++family_seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = type == GENL_ID_CTRL ? 2 : ARP_POLICY_FAMILY_VERSION;
	return nlh;
}

/*
 * Begins an entry with its key; the caller adds more and ends the nest.
 * @attr: the attribute to nest it in; @selector: or NULL; @address: in host order
 */
static inline struct nlattr *family_put_entry(struct nlmsghdr *nlh, uint16_t attr,
					      uint32_t table, const char *selector,
					      uint32_t address, uint32_t length)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_TABLE, table);
	if (selector)
		mnl_attr_put_strz(nlh, ARP_POLICY_ENTRY_SELECTOR, selector);
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ADDRESS, htonl(address));
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_LENGTH, length);
	return nest;
}

/* Begins a transaction that replaces or changes the policy: the message. */
static inline struct nlmsghdr *family_begin_transaction(char *buf, uint32_t kind)
{
	struct nlmsghdr *nlh = family_begin(buf, family, ARP_POLICY_CMD_TRANSACTION_BEGIN,
					    NLM_F_ACK);

	mnl_attr_put_u32(nlh, ARP_POLICY_A_TRANSACTION, kind);
	return nlh;
}

/* The end of a dump may carry an error. */
static inline int family_done(const struct nlmsghdr *nlh, void *data)
{
	int err = mnl_nlmsg_get_payload_len(nlh) < sizeof(err) ? 0 :
		  *(const int *)mnl_nlmsg_get_payload(nlh);

	(void)data;
	errno = -err;
	return err ? MNL_CB_ERROR : MNL_CB_STOP;
}

static inline int family_error(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

	(void)data;
	errno = e->error < 0 ? -e->error : 0;
	return errno ? MNL_CB_ERROR : MNL_CB_STOP;
}

/*
 * Sends a message and calls @each for each part of the answer until its end.
 * Return: 0 or the errno of the answer; -1 if the answer was lost (see errno).
 */
static inline int family_ask(struct mnl_socket *nl, const struct nlmsghdr *nlh, mnl_cb_t each,
			     void *data)
{
	static mnl_cb_t ends[NLMSG_DONE + 1] = {
		[NLMSG_ERROR] = family_error, [NLMSG_DONE] = family_done,
	};
	static char buf[FAMILY_MESSAGE_MAX];
	ssize_t n;
	int ret;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return errno;
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			return -1;
		errno = 0;
		ret = mnl_cb_run2(buf, (size_t)n, nlh->nlmsg_seq, 0, each, data, ends,
				  NLMSG_DONE + 1);
	} while (ret > 0);
	return ret < 0 ? errno : 0;
}

static inline int family_read_group(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID && family_n_groups < 2)
		family_groups[family_n_groups++] = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static inline int family_read_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr *group;

	(void)data;
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
		mnl_attr_for_each_nested(group, attr)
			mnl_attr_parse_nested(group, family_read_group, NULL);
	return MNL_CB_OK;
}

static inline int family_read(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_read_attr, NULL);
}

/* Looks up the family id and its groups, config and verdict. */
static inline void family_find(void)
{
	struct mnl_socket *nl = family_socket(NETLINK_GENERIC);
	char buf[256];
	struct nlmsghdr *nlh = family_begin(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);

	family_n_groups = 0;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ARP_POLICY_FAMILY_NAME);
	errno = family_ask(nl, nlh, family_read, NULL);
	if (errno || family_n_groups != 2)
		die("family " ARP_POLICY_FAMILY_NAME);
	mnl_socket_close(nl);
}

#endif /* TESTS_FAMILY_H */
