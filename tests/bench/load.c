// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads rules and bindings as fast as the netlink interface allows.
 *
 *   load FILE
 *
 * Reads only what make_data writes: "rule add ACTION PREFIX" and "bind add ADDRESS
 * lladdr MAC". Measures the share of arpctl in the cost of "arpctl restore".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/arp_policy.h>

#define MESSAGE	60000	/* bytes */

static struct mnl_socket *nl;
static char buffer[MESSAGE + 4096];
static unsigned int port, seq;
static uint16_t family;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int got_attr(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int got(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), got_attr, NULL);
}

static struct nlmsghdr *begin(uint16_t type, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static void talk(struct nlmsghdr *nlh, const char *what)
{
	static char answer[65536];
	int n, ret;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die(what);
	do {
		n = mnl_socket_recvfrom(nl, answer, sizeof(answer));
		if (n < 0)
			die(what);
		ret = mnl_cb_run(answer, n, seq, port, got, NULL);
	} while (ret > 0);
	if (ret < 0)
		die(what);
}

static const char *number(const char *at, unsigned int *n)
{
	for (*n = 0; *at >= '0' && *at <= '9'; at++)
		*n = *n * 10 + *at - '0';
	return at;
}

static const char *address(const char *at, uint32_t *addr)
{
	unsigned int byte, i;

	for (*addr = 0, i = 0; i < 4; i++) {
		at = number(at, &byte);
		*addr = *addr << 8 | byte;
		if (i < 3)
			at++;
	}
	return at;
}

static void rule(struct nlmsghdr *nlh, const char *at)
{
	static const char *const actions[] = {
		[ARP_POLICY_ACTION_PASS] = "pass",
		[ARP_POLICY_ACTION_DROP] = "drop",
		[ARP_POLICY_ACTION_HIDE] = "hide",
		[ARP_POLICY_ACTION_PROXY] = "proxy",
	};
	const char *prefix = strchr(at, ' ') + 1;
	unsigned int action, len;
	uint32_t addr;

	for (action = ARP_POLICY_ACTION_PASS; action < ARP_POLICY_ACTION_PROXY;
	     action++)
		if (!strncmp(at, actions[action], prefix - at - 1))
			break;
	number(address(prefix, &addr) + 1, &len);
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_TABLE, ARP_POLICY_TABLE_TARGET);
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ADDRESS, htonl(addr));
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_LENGTH, len);
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ACTION, action);
}

static void binding(struct nlmsghdr *nlh, const char *at)
{
	unsigned char mac[6];
	uint32_t addr;
	int i;

	at = address(at, &addr) + strlen(" lladdr ");
	for (i = 0; i < 6; i++, at += 3) {
		mac[i] = (at[0] % 32 + 9) % 25 << 4 | (at[1] % 32 + 9) % 25;
	}
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_TABLE, ARP_POLICY_TABLE_BINDING);
	mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ADDRESS, htonl(addr));
	mnl_attr_put(nlh, ARP_POLICY_ENTRY_LLADDR, sizeof(mac), mac);
}

/* One line of the file as a change of the transaction. */
static void put_line(struct nlmsghdr *nlh, const char *line)
{
	struct nlattr *op = mnl_attr_nest_start(nlh, ARP_POLICY_A_OP);
	struct nlattr *entry = mnl_attr_nest_start(nlh, ARP_POLICY_OP_ENTRY_ADD);

	if (*line == 'r')
		rule(nlh, line + strlen("rule add "));
	else
		binding(nlh, line + strlen("bind add "));
	mnl_attr_nest_end(nlh, entry);
	mnl_attr_nest_end(nlh, op);
}

int main(int argc, char **argv)
{
	struct nlmsghdr *nlh;
	char line[256];
	FILE *f;

	if (argc != 2)
		return 2;
	f = fopen(argv[1], "r");
	nl = mnl_socket_open(NETLINK_GENERIC);
	if (!f || !nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		die(argv[1]);
	port = mnl_socket_get_portid(nl);
	nlh = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ARP_POLICY_FAMILY_NAME);
	talk(nlh, "family");

	nlh = begin(family, ARP_POLICY_CMD_TRANSACTION_BEGIN, 1);
	mnl_attr_put_u32(nlh, ARP_POLICY_A_TRANSACTION, ARP_POLICY_TRANSACTION_REPLACE);
	talk(nlh, "begin");
	nlh = NULL;
	while (fgets(line, sizeof(line), f)) {
		if (!nlh)
			nlh = begin(family, ARP_POLICY_CMD_TRANSACTION_ADD, 1);
		put_line(nlh, line);
		if (nlh->nlmsg_len < MESSAGE)
			continue;
		talk(nlh, "add");
		nlh = NULL;
	}
	if (nlh)
		talk(nlh, "add");
	talk(begin(family, ARP_POLICY_CMD_TRANSACTION_COMMIT, 1), "commit");
	return 0;
}
