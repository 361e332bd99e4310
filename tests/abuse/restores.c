// SPDX-License-Identifier: GPL-2.0-only
/*
 * Installs two policies alternately, each in one transaction, as fast as possible.
 *
 *   restores COUNT
 *
 * Both proxy the whole of 10.9.0.0/16, by a rule for each of its /24s: the first
 * with 02:00:00:00:0a:0a, the second with 02:00:00:00:0b:0b. Every other pair of
 * transactions replaces the policy; the others change it: all rules and fields. Some are
 * aborted, refused, or left to a socket that is closed.
 */
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

static void put_rules(struct nlmsghdr *nlh, uint16_t op, uint8_t which)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, which, which };
	struct nlattr *outer, *entry;
	uint32_t i;

	for (i = 0; i < 256; i++) {
		outer = mnl_attr_nest_start(nlh, ARP_POLICY_A_OP);
		entry = family_put_entry(nlh, op, ARP_POLICY_TABLE_TARGET, NULL,
					 0x0a090000 | i << 8, 24);
		mnl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ACTION, ARP_POLICY_ACTION_PROXY);
		mnl_attr_put(nlh, ARP_POLICY_ENTRY_LLADDR, sizeof(mac), mac);
		mnl_attr_nest_end(nlh, entry);
		mnl_attr_nest_end(nlh, outer);
	}
}

static void put_dev(struct nlmsghdr *nlh, const char *selector, uint32_t ignore)
{
	struct nlattr *op = mnl_attr_nest_start(nlh, ARP_POLICY_A_OP), *dev, *fields;

	dev = mnl_attr_nest_start(nlh, ARP_POLICY_OP_DEV_SET);
	mnl_attr_put_strz(nlh, ARP_POLICY_DEV_SELECTOR, selector);
	fields = mnl_attr_nest_start(nlh, ARP_POLICY_DEV_FIELDS);
	mnl_attr_put_u32(nlh, ARP_POLICY_FIELD_IGNORE, ignore);
	mnl_attr_nest_end(nlh, fields);
	mnl_attr_nest_end(nlh, dev);
	mnl_attr_nest_end(nlh, op);
}

static void del_dev(struct nlmsghdr *nlh, const char *selector)
{
	struct nlattr *op = mnl_attr_nest_start(nlh, ARP_POLICY_A_OP), *dev;

	dev = mnl_attr_nest_start(nlh, ARP_POLICY_OP_DEV_DEL);
	mnl_attr_put_strz(nlh, ARP_POLICY_DEV_SELECTOR, selector);
	mnl_attr_nest_end(nlh, dev);
	mnl_attr_nest_end(nlh, op);
}

/* The first policy or the second one, in place of nothing or of the other. */
static void add(struct mnl_socket *nl, uint8_t which, bool change)
{
	struct nlmsghdr *nlh = family_begin(buf, family, ARP_POLICY_CMD_TRANSACTION_ADD,
					    NLM_F_ACK);

	put_dev(nlh, "cali*", which & 1);
	put_dev(nlh, which & 1 ? "eth*" : "default", 0);
	if (change)
		del_dev(nlh, which & 1 ? "default" : "eth*");
	put_rules(nlh, change ? ARP_POLICY_OP_ENTRY_REPLACE : ARP_POLICY_OP_ENTRY_ADD, which);
	must(nl, nlh, "transaction add");
}

/* All rules twice: refused at once, or when a change is committed. */
static void add_twice(struct mnl_socket *nl, bool change)
{
	struct nlmsghdr *nlh = family_begin(buf, family, ARP_POLICY_CMD_TRANSACTION_ADD,
					    NLM_F_ACK);
	int err;

	put_rules(nlh, ARP_POLICY_OP_ENTRY_ADD, 0x0c);
	put_rules(nlh, ARP_POLICY_OP_ENTRY_ADD, 0x0c);
	err = family_ask(nl, nlh, NULL, NULL);
	if (change && !err)
		err = family_ask(nl, family_begin(buf, family, ARP_POLICY_CMD_TRANSACTION_COMMIT,
						  NLM_F_ACK), NULL, NULL);
	if (err != EEXIST)
		die("a transaction with a duplicate rule was accepted");
}

static void begin(struct mnl_socket *nl, bool change)
{
	must(nl, family_begin_transaction(buf, change ? ARP_POLICY_TRANSACTION_CHANGE :
							ARP_POLICY_TRANSACTION_REPLACE),
	     "transaction begin");
}

int main(int argc, char **argv)
{
	struct mnl_socket *nl;
	unsigned long i, count;
	bool change;

	if (argc != 2)
		return 2;
	count = strtoul(argv[1], NULL, 10);
	family_find();
	nl = family_socket(NETLINK_GENERIC);
	for (i = 0; i < count; i++) {
		/* The first one finds another policy, or none. */
		change = i % 4 >= 2;
		begin(nl, change);
		if (i % 7 == 3) {
			add_twice(nl, change);
			begin(nl, change);
		}
		if (i % 11 == 5) {
			add(nl, 0x0c, change);
			plain(nl, ARP_POLICY_CMD_TRANSACTION_ABORT, "transaction abort");
			begin(nl, change);
		}
		if (i % 13 == 7) {
			add(nl, 0x0c, change);
			mnl_socket_close(nl);
			nl = family_socket(NETLINK_GENERIC);
			begin(nl, change);
		}
		add(nl, i & 1 ? 0x0b : 0x0a, change);
		plain(nl, ARP_POLICY_CMD_TRANSACTION_COMMIT, "transaction commit");
	}
	printf("restored %lu\n", i);
	return 0;
}
