/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each command of the family takes: the header's message tree as tables.
 */
#ifndef FUZZ_TABLES_H
#define FUZZ_TABLES_H

#include <stdint.h>
#include <linux/arp_policy.h>

enum kind { END, U8, U32, BE32, FLAG, SELECTOR, IFNAME, IFINDEX, MAC, NEST };

struct attr_kind {
	enum kind kind;
	uint16_t type;
	uint32_t max;			/* of a number: what is accepted */
	const struct attr_kind *nest;
	uint8_t often;			/* in so many of 8 messages it is there */
	uint8_t times;			/* at most so often; 0: once */
};

#define F(name, k, m)	{ k, ARP_POLICY_FIELD_##name, m, NULL, 2, 0 }

static const struct attr_kind fields_kind[] = {
	F(IGNORE, U8, ARP_POLICY_IGNORE_GLOBAL),
	F(ANNOUNCE, U8, ARP_POLICY_ANNOUNCE_STRICT),
	F(FILTER, U8, 1),
	F(HIDDEN, U8, 1),
	F(PROXY, U8, 3),
	F(PROXY_DELAY, U32, ARP_POLICY_PROXY_DELAY_MAX),
	F(GARP, U8, ARP_POLICY_GARP_DROP),
	F(LEARN, U8, ARP_POLICY_LEARN_NONE),
	F(INSPECT, U8, ARP_POLICY_INSPECT_STRICT),
	F(VALIDATE, U8, 7),
	F(RATE, U32, ARP_POLICY_RATE_MAX),
	F(BURST, U32, ARP_POLICY_RATE_MAX),
	F(SOURCE_RATE, U32, ARP_POLICY_RATE_MAX),
	F(DEFEND, U8, 1),
	F(MODE, U8, 1),
	{}
};

static const struct attr_kind rule_kind[] = {
	{ SELECTOR, ARP_POLICY_RULE_SELECTOR, 0, NULL, 5, 0 },
	{ BE32, ARP_POLICY_RULE_PREFIX, 0, NULL, 8, 0 },
	{ U8, ARP_POLICY_RULE_LENGTH, 32, NULL, 8, 0 },
	{ FLAG, ARP_POLICY_RULE_FROM, 0, NULL, 2, 0 },
	{ U8, ARP_POLICY_RULE_ACTION, ARP_POLICY_ACTION_PROXY, NULL, 7, 0 },
	{ MAC, ARP_POLICY_RULE_LLADDR, 0, NULL, 1, 0 },
	{ FLAG, ARP_POLICY_RULE_ROUTED, 0, NULL, 1, 0 },
	{}
};

static const struct attr_kind binding_kind[] = {
	{ SELECTOR, ARP_POLICY_BINDING_SELECTOR, 0, NULL, 5, 0 },
	{ BE32, ARP_POLICY_BINDING_ADDRESS, 0, NULL, 8, 0 },
	{ MAC, ARP_POLICY_BINDING_LLADDR, 0, NULL, 7, 0 },
	{}
};

static const struct attr_kind query_kind[] = {
	{ U8, ARP_POLICY_QUERY_KIND, ARP_POLICY_KIND_SEND, NULL, 8, 0 },
	{ BE32, ARP_POLICY_QUERY_TARGET, 0, NULL, 8, 0 },
	{ BE32, ARP_POLICY_QUERY_SENDER, 0, NULL, 8, 0 },
	{ MAC, ARP_POLICY_QUERY_LLADDR, 0, NULL, 2, 0 },
	{ FLAG, ARP_POLICY_QUERY_UNICAST, 0, NULL, 2, 0 },
	{}
};

static const struct attr_kind dev_kind[] = {
	{ SELECTOR, ARP_POLICY_DEV_SELECTOR, 0, NULL, 8, 0 },
	{ NEST, ARP_POLICY_DEV_FIELDS, 0, fields_kind, 8, 0 },
	{}
};

static const struct attr_kind entries_kind[] = {
	{ NEST, ARP_POLICY_ENTRY_DEV, 0, dev_kind, 6, 5 },
	{ NEST, ARP_POLICY_ENTRY_RULE, 0, rule_kind, 6, 9 },
	{ NEST, ARP_POLICY_ENTRY_BINDING, 0, binding_kind, 6, 9 },
	{}
};

#define SELECTOR_KIND	{ SELECTOR, ARP_POLICY_A_SELECTOR, 0, NULL, 7, 0 }
#define DEVICE_KIND							\
	{ IFINDEX, ARP_POLICY_A_IFINDEX, 0, NULL, 4, 0 },		\
	{ IFNAME, ARP_POLICY_A_IFNAME, 0, NULL, 4, 0 }

static const struct attr_kind selector_args[] = { SELECTOR_KIND, {} };

static const struct attr_kind set_args[] = {
	SELECTOR_KIND,
	{ NEST, ARP_POLICY_A_FIELDS, 0, fields_kind, 8, 0 },
	{}
};

static const struct attr_kind unset_args[] = {
	SELECTOR_KIND,
	{ U32, ARP_POLICY_A_MASK, 2 << ARP_POLICY_FIELD_MAX, NULL, 4, 0 },
	{}
};

static const struct attr_kind device_args[] = { DEVICE_KIND, {} };
static const struct attr_kind no_args[] = { {} };

static const struct attr_kind rule_args[] = {
	{ NEST, ARP_POLICY_A_RULE, 0, rule_kind, 8, 0 },
	{ FLAG, ARP_POLICY_A_REPLACE, 0, NULL, 2, 0 },
	{}
};

static const struct attr_kind binding_args[] = {
	{ NEST, ARP_POLICY_A_BINDING, 0, binding_kind, 8, 0 },
	{ FLAG, ARP_POLICY_A_REPLACE, 0, NULL, 2, 0 },
	{}
};

static const struct attr_kind rule_del_args[] = {
	{ NEST, ARP_POLICY_A_RULE, 0, rule_kind, 8, 0 }, {}
};

static const struct attr_kind binding_del_args[] = {
	{ NEST, ARP_POLICY_A_BINDING, 0, binding_kind, 8, 0 }, {}
};

static const struct attr_kind announce_args[] = {
	DEVICE_KIND,
	{ BE32, ARP_POLICY_A_ADDRESS, 0, NULL, 7, 0 },
	{ FLAG, ARP_POLICY_A_FORCE, 0, NULL, 4, 0 },
	{}
};

static const struct attr_kind explain_args[] = {
	DEVICE_KIND,
	{ NEST, ARP_POLICY_A_QUERY, 0, query_kind, 8, 0 },
	{}
};

static const struct attr_kind begin_args[] = {
	{ U32, ARP_POLICY_A_GENERATION, 3, NULL, 1, 0 }, {}
};

static const struct attr_kind entries_args[] = {
	{ NEST, ARP_POLICY_A_ENTRIES, 0, entries_kind, 8, 0 }, {}
};

struct command_kind {
	const struct attr_kind *args;	/* NULL: no such command to send */
	uint8_t weight;
	uint8_t dump;			/* takes no attributes then, or these */
};

static const struct command_kind commands[ARP_POLICY_CMD_MAX + 1] = {
	[ARP_POLICY_CMD_DEV_GET] = { selector_args, 2, 1 },
	[ARP_POLICY_CMD_DEV_SET] = { set_args, 8, 0 },
	[ARP_POLICY_CMD_DEV_UNSET] = { unset_args, 3, 0 },
	[ARP_POLICY_CMD_EFFECTIVE_GET] = { device_args, 2, 1 },
	[ARP_POLICY_CMD_STATS_GET] = { device_args, 2, 1 },
	[ARP_POLICY_CMD_STATS_RESET] = { device_args, 1, 0 },
	[ARP_POLICY_CMD_FLUSH] = { no_args, 1, 0 },
	[ARP_POLICY_CMD_RULE_GET] = { selector_args, 2, 1 },
	[ARP_POLICY_CMD_RULE_ADD] = { rule_args, 10, 0 },
	[ARP_POLICY_CMD_RULE_DEL] = { rule_del_args, 5, 0 },
	[ARP_POLICY_CMD_RULE_FLUSH] = { no_args, 1, 0 },
	[ARP_POLICY_CMD_BIND_GET] = { selector_args, 2, 1 },
	[ARP_POLICY_CMD_BIND_ADD] = { binding_args, 10, 0 },
	[ARP_POLICY_CMD_BIND_DEL] = { binding_del_args, 5, 0 },
	[ARP_POLICY_CMD_BIND_FLUSH] = { no_args, 1, 0 },
	[ARP_POLICY_CMD_ANNOUNCE] = { announce_args, 3, 0 },
	[ARP_POLICY_CMD_EXPLAIN] = { explain_args, 8, 0 },
	[ARP_POLICY_CMD_RESTORE_BEGIN] = { begin_args, 5, 0 },
	[ARP_POLICY_CMD_RESTORE_ADD] = { entries_args, 12, 0 },
	[ARP_POLICY_CMD_RESTORE_COMMIT] = { no_args, 30, 0 },
	[ARP_POLICY_CMD_RESTORE_ABORT] = { no_args, 10, 0 },
};

#endif /* FUZZ_TABLES_H */
