// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads rules and bindings as fast as the netlink interface allows.
 *
 *   load FILE
 *
 * Reads only what make_data writes: "rule add ACTION PREFIX" and "bind add ADDRESS
 * lladdr MAC". Measures the share of arpctl in the cost of "arpctl restore".
 */
#include "../lib/family.h"

#define MESSAGE	60000	/* bytes */

static char buffer[MESSAGE + 4096];

static void send_message(struct mnl_socket *nl, const struct nlmsghdr *nlh, const char *what)
{
	errno = family_ask(nl, nlh, NULL, NULL);
	if (errno)
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
	for (i = 0; i < 6; i++, at += 3)
		mac[i] = (at[0] % 32 + 9) % 25 << 4 | (at[1] % 32 + 9) % 25;
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
	struct nlmsghdr *nlh = NULL;
	struct mnl_socket *nl;
	char line[256];
	FILE *f;

	if (argc != 2)
		return 2;
	f = fopen(argv[1], "r");
	if (!f)
		die(argv[1]);
	family_find();
	nl = family_socket(NETLINK_GENERIC);
	send_message(nl, family_begin_transaction(buffer, ARP_POLICY_TRANSACTION_REPLACE),
		     "begin");
	while (fgets(line, sizeof(line), f)) {
		if (!nlh)
			nlh = family_begin(buffer, family, ARP_POLICY_CMD_TRANSACTION_ADD,
					   NLM_F_ACK);
		put_line(nlh, line);
		if (nlh->nlmsg_len < MESSAGE)
			continue;
		send_message(nl, nlh, "add");
		nlh = NULL;
	}
	if (nlh)
		send_message(nl, nlh, "add");
	send_message(nl, family_begin(buffer, family, ARP_POLICY_CMD_TRANSACTION_COMMIT,
				      NLM_F_ACK), "commit");
	return 0;
}
