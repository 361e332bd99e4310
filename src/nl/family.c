// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: commands, attribute policies, multicast groups.
 *
 * Process context. Commands run in parallel; the netns's mutex orders them.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "nl/commands.h"
#include "nl/family.h"
#include "nl/msg.h"
#include "packet/event.h"
#include "policy/field.h"

/* Limits of more than 15 bits need a struct; not const before 6.2. */
static struct netlink_range_validation proxy_delay_range = {
	.max = ARP_POLICY_PROXY_DELAY_MAX,
};

static struct netlink_range_validation rate_range = {
	.max = ARP_POLICY_RATE_MAX,
};

static struct netlink_range_validation ifindex_range = {
	.min = 1,
	.max = INT_MAX,
};

/* arpp_nl_read_fields() refuses ignore 4 to 7, because a range has no holes. */
static const struct nla_policy fields_policy[ARP_POLICY_FIELD_MAX + 1] = {
	[ARP_POLICY_FIELD_IGNORE] =
		NLA_POLICY_MAX(NLA_U8, ARP_POLICY_IGNORE_NEVER),
	[ARP_POLICY_FIELD_ANNOUNCE] =
		NLA_POLICY_MAX(NLA_U8, ARP_POLICY_ANNOUNCE_STRICT),
	[ARP_POLICY_FIELD_FILTER] = NLA_POLICY_MAX(NLA_U8, 1),
	[ARP_POLICY_FIELD_HIDDEN] = NLA_POLICY_MAX(NLA_U8, 1),
	[ARP_POLICY_FIELD_PROXY] =
		NLA_POLICY_MASK(NLA_U8, ARP_POLICY_PROXY_ROUTE |
					ARP_POLICY_PROXY_PVLAN),
	[ARP_POLICY_FIELD_PROXY_DELAY] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &proxy_delay_range),
	[ARP_POLICY_FIELD_GARP] = NLA_POLICY_MAX(NLA_U8, ARP_POLICY_GARP_DROP),
	[ARP_POLICY_FIELD_LEARN] =
		NLA_POLICY_MAX(NLA_U8, ARP_POLICY_LEARN_NONE),
	[ARP_POLICY_FIELD_INSPECT] =
		NLA_POLICY_MAX(NLA_U8, ARP_POLICY_INSPECT_STRICT),
	[ARP_POLICY_FIELD_VALIDATE] =
		NLA_POLICY_MASK(NLA_U8, ARP_POLICY_VALIDATE_SRC_MAC |
					ARP_POLICY_VALIDATE_DST_MAC |
					ARP_POLICY_VALIDATE_IP),
	[ARP_POLICY_FIELD_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &rate_range),
	[ARP_POLICY_FIELD_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &rate_range),
	[ARP_POLICY_FIELD_SOURCE_RATE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &rate_range),
	[ARP_POLICY_FIELD_DEFEND] = NLA_POLICY_MAX(NLA_U8, 1),
	[ARP_POLICY_FIELD_MODE] = NLA_POLICY_MAX(NLA_U8, ARP_POLICY_MODE_AUDIT),
};

#define ARPP_NLA_SELECTOR \
	{ .type = NLA_NUL_STRING, .len = ARP_POLICY_SELECTOR_MAX }

static const struct nla_policy selector_policy[] = {
	[ARP_POLICY_A_SELECTOR] = ARPP_NLA_SELECTOR,
};

static const struct nla_policy dev_set_policy[] = {
	[ARP_POLICY_A_SELECTOR] = ARPP_NLA_SELECTOR,
	[ARP_POLICY_A_FIELDS] = NLA_POLICY_NESTED(fields_policy),
};

static const struct nla_policy dev_unset_policy[] = {
	[ARP_POLICY_A_SELECTOR] = ARPP_NLA_SELECTOR,
	[ARP_POLICY_A_MASK] = NLA_POLICY_MASK(NLA_U32, ARPP_FIELD_ALL),
};

static const struct nla_policy rule_policy[ARP_POLICY_RULE_MAX + 1] = {
	[ARP_POLICY_RULE_SELECTOR] = ARPP_NLA_SELECTOR,
	[ARP_POLICY_RULE_PREFIX] = { .type = NLA_BE32 },
	[ARP_POLICY_RULE_LENGTH] = NLA_POLICY_MAX(NLA_U8, 32),
	[ARP_POLICY_RULE_FROM] = { .type = NLA_FLAG },
	[ARP_POLICY_RULE_ACTION] = NLA_POLICY_RANGE(NLA_U8,
						    ARP_POLICY_ACTION_PASS,
						    ARP_POLICY_ACTION_PROXY),
	[ARP_POLICY_RULE_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[ARP_POLICY_RULE_ROUTED] = { .type = NLA_FLAG },
};

static const struct nla_policy binding_policy[ARP_POLICY_BINDING_MAX + 1] = {
	[ARP_POLICY_BINDING_SELECTOR] = ARPP_NLA_SELECTOR,
	[ARP_POLICY_BINDING_ADDRESS] = { .type = NLA_BE32 },
	[ARP_POLICY_BINDING_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy rule_add_policy[] = {
	[ARP_POLICY_A_RULE] = NLA_POLICY_NESTED(rule_policy),
	[ARP_POLICY_A_REPLACE] = { .type = NLA_FLAG },
};

static const struct nla_policy rule_del_policy[] = {
	[ARP_POLICY_A_RULE] = NLA_POLICY_NESTED(rule_policy),
};

static const struct nla_policy bind_add_policy[] = {
	[ARP_POLICY_A_BINDING] = NLA_POLICY_NESTED(binding_policy),
	[ARP_POLICY_A_REPLACE] = { .type = NLA_FLAG },
};

static const struct nla_policy bind_del_policy[] = {
	[ARP_POLICY_A_BINDING] = NLA_POLICY_NESTED(binding_policy),
};

static const struct nla_policy announce_policy[] = {
	[ARP_POLICY_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range),
	[ARP_POLICY_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[ARP_POLICY_A_ADDRESS] = { .type = NLA_BE32 },
	[ARP_POLICY_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy query_policy[ARP_POLICY_QUERY_MAX + 1] = {
	[ARP_POLICY_QUERY_KIND] = NLA_POLICY_RANGE(NLA_U8,
						   ARP_POLICY_KIND_REQUEST,
						   ARP_POLICY_KIND_SEND),
	[ARP_POLICY_QUERY_TARGET] = { .type = NLA_BE32 },
	[ARP_POLICY_QUERY_SENDER] = { .type = NLA_BE32 },
	[ARP_POLICY_QUERY_LLADDR] = { .type = NLA_BINARY, .len = MAX_ADDR_LEN },
	[ARP_POLICY_QUERY_UNICAST] = { .type = NLA_FLAG },
};

static const struct nla_policy explain_policy[] = {
	[ARP_POLICY_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range),
	[ARP_POLICY_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[ARP_POLICY_A_QUERY] = NLA_POLICY_NESTED(query_policy),
};

static const struct nla_policy dev_policy[ARP_POLICY_DEV_MAX + 1] = {
	[ARP_POLICY_DEV_SELECTOR] = ARPP_NLA_SELECTOR,
	[ARP_POLICY_DEV_FIELDS] = NLA_POLICY_NESTED(fields_policy),
};

static const struct nla_policy entry_policy[ARP_POLICY_ENTRY_MAX + 1] = {
	[ARP_POLICY_ENTRY_DEV] = NLA_POLICY_NESTED(dev_policy),
	[ARP_POLICY_ENTRY_RULE] = NLA_POLICY_NESTED(rule_policy),
	[ARP_POLICY_ENTRY_BINDING] = NLA_POLICY_NESTED(binding_policy),
};

static const struct nla_policy begin_policy[] = {
	[ARP_POLICY_A_GENERATION] = { .type = NLA_U32 },
};

static const struct nla_policy add_policy[] = {
	[ARP_POLICY_A_ENTRIES] = NLA_POLICY_NESTED(entry_policy),
};

static const struct nla_policy netdev_policy[] = {
	[ARP_POLICY_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range),
	[ARP_POLICY_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

/* Without a policy, a command without attributes would accept any. */
static const struct nla_policy no_policy[2];

#define ARPP_NL_POLICY(p) .policy = (p), .maxattr = ARRAY_SIZE(p) - 1

static const struct genl_ops ops[] = {
	{
		.cmd = ARP_POLICY_CMD_DEV_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_dev_get,
		.start = arpp_nl_dev_start,
		.dumpit = arpp_nl_dev_dump,
		.done = arpp_nl_dev_done,
		ARPP_NL_POLICY(selector_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_DEV_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_dev_set,
		ARPP_NL_POLICY(dev_set_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_DEV_UNSET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_dev_unset,
		ARPP_NL_POLICY(dev_unset_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_EFFECTIVE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_effective_get,
		.dumpit = arpp_nl_effective_dump,
		ARPP_NL_POLICY(netdev_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_STATS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_stats_get,
		.dumpit = arpp_nl_stats_dump,
		ARPP_NL_POLICY(netdev_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_STATS_RESET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_stats_reset,
		ARPP_NL_POLICY(netdev_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_flush,
		ARPP_NL_POLICY(no_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RULE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.start = arpp_nl_rule_start,
		.dumpit = arpp_nl_rule_dump,
		.done = arpp_nl_rule_done,
		ARPP_NL_POLICY(selector_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RULE_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_rule_add,
		ARPP_NL_POLICY(rule_add_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RULE_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_rule_del,
		ARPP_NL_POLICY(rule_del_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RULE_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_rule_flush,
		ARPP_NL_POLICY(selector_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_BIND_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.start = arpp_nl_rule_start,
		.dumpit = arpp_nl_bind_dump,
		.done = arpp_nl_rule_done,
		ARPP_NL_POLICY(selector_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_BIND_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_bind_add,
		ARPP_NL_POLICY(bind_add_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_BIND_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_bind_del,
		ARPP_NL_POLICY(bind_del_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_BIND_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_bind_flush,
		ARPP_NL_POLICY(selector_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_ANNOUNCE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_announce,
		ARPP_NL_POLICY(announce_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_EXPLAIN,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_explain,
		ARPP_NL_POLICY(explain_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RESTORE_BEGIN,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_restore_begin,
		ARPP_NL_POLICY(begin_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RESTORE_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_restore_add,
		ARPP_NL_POLICY(add_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RESTORE_COMMIT,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_restore_commit,
		ARPP_NL_POLICY(no_policy),
	},
	{
		.cmd = ARP_POLICY_CMD_RESTORE_ABORT,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = arpp_nl_restore_abort,
		ARPP_NL_POLICY(no_policy),
	},
};

static const struct genl_multicast_group mcgrps[] = {
	[ARPP_MCGRP_CONFIG] = {
		.name = ARP_POLICY_MCGRP_CONFIG,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[ARPP_MCGRP_VERDICT] = {
		.name = ARP_POLICY_MCGRP_VERDICT,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

static struct genl_family family __ro_after_init = {
	.name = ARP_POLICY_FAMILY_NAME,
	.version = ARP_POLICY_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = mcgrps,
	.n_mcgrps = ARRAY_SIZE(mcgrps),
};

/**
 * arpp_family_init() - register the family
 *
 * Return: 0 or -errno.
 */
int __init arpp_family_init(void)
{
	int err = arpp_nl_restore_init();

	if (err)
		return err;
	arpp_nl_msg_init(&family);
	err = genl_register_family(&family);
	if (err)
		arpp_nl_restore_clean();
	else
		arpp_event_open(&family);
	return err;
}

/**
 * arpp_family_clean() - unregister the family
 *
 * Waits for running commands; dumps hold a reference to the module. First waits for
 * packets that may still send an event.
 */
void arpp_family_clean(void)
{
	arpp_event_close();
	synchronize_net();
	genl_unregister_family(&family);
	arpp_nl_restore_clean();
}
