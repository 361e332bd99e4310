// SPDX-License-Identifier: GPL-2.0-only
/*
 * Restores two policies alternately, as fast as possible.
 *
 *   restores COUNT
 *
 * Both proxy the whole of 10.9.0.0/16, by a rule for each of its /24s: the first
 * with 02:00:00:00:0a:0a, the second with 02:00:00:00:0b:0b. Some restores are
 * aborted, refused, or left to a socket that is closed.
 */
#include <arpa/inet.h>
#include <stdbool.h>

#include "../lib/family.h"

static char buf[FAMILY_MESSAGE_MAX];

static void must(struct mnl_socket *nl, const struct nlmsghdr *nlh, const char *what)
{
	int err = family_ask(nl, nlh, NULL, NULL);

	if (err > 0)
		errno = err;
	if (err)
		die(what);
}

static void plain(struct mnl_socket *nl, uint8_t cmd, const char *what)
{
	must(nl, family_begin(buf, family, cmd, NLM_F_ACK), what);
}

static void put_rules(struct nlmsghdr *nlh, uint8_t which)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, which, which };
	struct nlattr *nest;
	uint32_t i;

	for (i = 0; i < 256; i++) {
		nest = mnl_attr_nest_start(nlh, ARP_POLICY_ENTRY_RULE);
		mnl_attr_put_u32(nlh, ARP_POLICY_RULE_PREFIX, htonl(0x0a090000 | i << 8));
		mnl_attr_put_u8(nlh, ARP_POLICY_RULE_LENGTH, 24);
		mnl_attr_put_u8(nlh, ARP_POLICY_RULE_ACTION, ARP_POLICY_ACTION_PROXY);
		mnl_attr_put(nlh, ARP_POLICY_RULE_LLADDR, sizeof(mac), mac);
		mnl_attr_nest_end(nlh, nest);
	}
}

static void put_dev(struct nlmsghdr *nlh, const char *selector, uint8_t ignore)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARP_POLICY_ENTRY_DEV), *fields;

	mnl_attr_put_strz(nlh, ARP_POLICY_DEV_SELECTOR, selector);
	fields = mnl_attr_nest_start(nlh, ARP_POLICY_DEV_FIELDS);
	mnl_attr_put_u8(nlh, ARP_POLICY_FIELD_IGNORE, ignore);
	mnl_attr_nest_end(nlh, fields);
	mnl_attr_nest_end(nlh, nest);
}

static void add(struct mnl_socket *nl, uint8_t which, bool twice)
{
	struct nlmsghdr *nlh = family_begin(buf, family, ARP_POLICY_CMD_RESTORE_ADD, NLM_F_ACK);
	struct nlattr *entries = mnl_attr_nest_start(nlh, ARP_POLICY_A_ENTRIES);
	int err;

	put_dev(nlh, "cali*", which & 1);
	put_dev(nlh, which & 1 ? "eth*" : "default", 0);
	put_rules(nlh, which);
	if (twice)
		put_rules(nlh, which);
	mnl_attr_nest_end(nlh, entries);
	if (!twice) {
		must(nl, nlh, "restore add");
		return;
	}
	err = family_ask(nl, nlh, NULL, NULL);
	if (err != EEXIST)
		die("a duplicate rule in a restore was accepted");
}

int main(int argc, char **argv)
{
	struct mnl_socket *nl;
	unsigned long i, count;

	if (argc != 2)
		return 2;
	count = strtoul(argv[1], NULL, 10);
	family_find();
	nl = family_socket(NETLINK_GENERIC);
	for (i = 0; i < count; i++) {
		plain(nl, ARP_POLICY_CMD_RESTORE_BEGIN, "restore begin");
		if (i % 7 == 3) {
			add(nl, 0x0c, true);
			plain(nl, ARP_POLICY_CMD_RESTORE_BEGIN, "restore begin");
		}
		if (i % 11 == 5) {
			add(nl, 0x0c, false);
			plain(nl, ARP_POLICY_CMD_RESTORE_ABORT, "restore abort");
			plain(nl, ARP_POLICY_CMD_RESTORE_BEGIN, "restore begin");
		}
		if (i % 13 == 7) {
			add(nl, 0x0c, false);
			mnl_socket_close(nl);
			nl = family_socket(NETLINK_GENERIC);
			plain(nl, ARP_POLICY_CMD_RESTORE_BEGIN, "restore begin");
		}
		add(nl, i & 1 ? 0x0b : 0x0a, false);
		plain(nl, ARP_POLICY_CMD_RESTORE_COMMIT, "restore commit");
	}
	printf("restored %lu\n", i);
	return 0;
}
