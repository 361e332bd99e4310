// SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause
/*
 * Adds bindings in one transaction, all or none, and prints their number afterwards.
 *
 *   bindings [ADDRESS MAC]…
 *
 * cc -o bindings bindings.c -lmnl	with the header linux/arp_policy.h
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <stdlib.h>

static struct mnl_socket *nl;
static char buf[8192];
static uint16_t family;

static struct nlmsghdr *begin(uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = ARP_POLICY_FAMILY_VERSION;
	return nlh;
}

static int read_family(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int read_info(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == ARP_POLICY_INFO_BINDINGS)
		printf("%u bindings\n", mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

static int read_message(const struct nlmsghdr *nlh, void *each)
{
	return !each ? MNL_CB_OK :
	       mnl_attr_parse(nlh, sizeof(struct genlmsghdr), (mnl_attr_cb_t)each, NULL);
}

/* Sends a request; reads the reply, if any, and the acknowledgment. */
static void talk(struct nlmsghdr *nlh, mnl_attr_cb_t each, const char *what)
{
	ssize_t n = mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);

	while (n > 0 && (n = mnl_socket_recvfrom(nl, buf, sizeof(buf))) > 0)
		n = mnl_cb_run(buf, n, 0, 0, read_message, (void *)each);
	if (!n)
		return;
	perror(what);
	exit(1);
}

static void add(const char *address, const char *mac)
{
	struct nlmsghdr *nlh = begin(family, ARP_POLICY_CMD_TRANSACTION_ADD);
	struct nlattr *op = mnl_attr_nest_start(nlh, ARP_POLICY_A_OP);
	struct nlattr *entry = mnl_attr_nest_start(nlh, ARP_POLICY_OP_ENTRY_ADD);

	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_TABLE, ARP_POLICY_TABLE_BINDING);
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ADDRESS, inet_addr(address));
	mnl_attr_put(nlh, ARP_POLICY_ENTRY_LLADDR, ETH_ALEN, ether_aton(mac));
	mnl_attr_nest_end(nlh, entry);
	mnl_attr_nest_end(nlh, op);
	talk(nlh, NULL, address);
}

int main(int argc, char **argv)
{
	struct nlmsghdr *nlh = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	nl = mnl_socket_open(NETLINK_GENERIC);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		return 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ARP_POLICY_FAMILY_NAME);
	talk(nlh, read_family, "family");
	nlh = begin(family, ARP_POLICY_CMD_TRANSACTION_BEGIN);
	mnl_attr_put_u32(nlh, ARP_POLICY_A_TRANSACTION, ARP_POLICY_TRANSACTION_CHANGE);
	talk(nlh, NULL, "begin");
	for (int i = 1; i + 1 < argc; i += 2)
		add(argv[i], argv[i + 1]);
	talk(begin(family, ARP_POLICY_CMD_TRANSACTION_COMMIT), NULL, "commit");
	talk(begin(family, ARP_POLICY_CMD_INFO_GET), read_info, "info");
	return 0;
}
