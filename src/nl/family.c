// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: commands, attribute policies, multicast groups.
 *
 * Process context; commands run in parallel, the netns's mutex orders them.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "netns.h"
#include "nl/family.h"
#include "policy/field.h"

/* Ranges beyond 15 bits do not fit into a policy itself; not const before 6.2. */
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

/* Levels 4 to 7 are refused where the field is read: no range has a hole. */
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

/* A command without attributes still refuses those it is given. */
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

struct genl_family arpp_family __ro_after_init = {
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
 * arpp_nl_notify() - tell the listeners of a change
 * @msg: the message; taken over
 * @net: the netns
 *
 * Whoever has no room for it sees that it lost some.
 */
void arpp_nl_notify(struct sk_buff *msg, struct net *net)
{
	genlmsg_multicast_netns(&arpp_family, net, msg, 0, ARPP_MCGRP_CONFIG,
				GFP_KERNEL);
}

/**
 * arpp_nl_to_sender() - address an answer
 * @info: the request
 * @cmd: what the answer is
 *
 * Return: for arpp_nl_put_header().
 */
struct arpp_nl_to arpp_nl_to_sender(const struct genl_info *info, u8 cmd)
{
	return (struct arpp_nl_to){
		.portid = info->snd_portid, .seq = info->snd_seq, .cmd = cmd,
	};
}

/**
 * arpp_nl_to_dump() - address an object of a dump
 * @cb: the dump
 * @cmd: what the object is
 *
 * Return: for arpp_nl_put_header().
 */
struct arpp_nl_to arpp_nl_to_dump(struct netlink_callback *cb, u8 cmd)
{
	return (struct arpp_nl_to){
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq, .cmd = cmd, .cb = cb,
	};
}

/**
 * arpp_nl_put_header() - begin a message
 * @msg: where
 * @to: whom it is for
 *
 * Return: for genlmsg_end() or genlmsg_cancel(), or NULL for want of room.
 */
void *arpp_nl_put_header(struct sk_buff *msg, const struct arpp_nl_to *to)
{
	void *hdr = genlmsg_put(msg, to->portid, to->seq, &arpp_family,
				to->cb ? NLM_F_MULTI : 0, to->cmd);

	if (hdr && to->cb)
		genl_dump_check_consistent(to->cb, hdr);
	return hdr;
}

/**
 * arpp_nl_reply() - answer a request with a message that was filled
 * @info: the request
 * @msg: taken over; may be NULL, for want of memory
 * @err: what filling it said
 *
 * Return: 0 or -errno.
 */
int arpp_nl_reply(struct genl_info *info, struct sk_buff *msg, int err)
{
	if (!msg)
		return -ENOMEM;
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * arpp_nl_dump_all() - check that a dump was asked for without attributes
 * @cb: the dump
 *
 * Context: in .dumpit, as old kernels have no extack to fill in .start.
 * Return: 0, or -EINVAL after an extended acknowledgment: nothing can be chosen.
 */
int arpp_nl_dump_all(struct netlink_callback *cb)
{
	if (!nlmsg_attrlen(cb->nlh, GENL_HDRLEN))
		return 0;
	NL_SET_ERR_MSG(cb->extack, "a dump takes no attributes: it is of all there is");
	return -EINVAL;
}

/**
 * arpp_nl_netdev() - the device that a command names
 * @info: the command, with IFINDEX or IFNAME
 * @required: whether one must be named
 *
 * Context: RTNL held.
 * Return: the device, NULL when none is named, or -errno after an extended
 *	acknowledgment.
 */
struct net_device *arpp_nl_netdev(struct genl_info *info, bool required)
{
	struct nlattr *ifindex = info->attrs[ARP_POLICY_A_IFINDEX];
	struct nlattr *ifname = info->attrs[ARP_POLICY_A_IFNAME];
	struct net *net = genl_info_net(info);
	struct net_device *dev;

	if (ifindex && ifname) {
		NL_SET_ERR_MSG_ATTR(info->extack, ifname,
				    "give the device's index or its name, not both");
		return ERR_PTR(-EINVAL);
	}
	if (!ifindex && !ifname) {
		if (!required)
			return NULL;
		NL_SET_ERR_MSG(info->extack,
			       "device missing: give its index or its name");
		return ERR_PTR(-EINVAL);
	}
	dev = ifindex ? __dev_get_by_index(net, nla_get_u32(ifindex)) :
			__dev_get_by_name(net, nla_data(ifname));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, ifindex ?: ifname,
				    "no such device in this network namespace");
		return ERR_PTR(-ENODEV);
	}
	return dev;
}

/**
 * arpp_netlink_init() - offer the family
 *
 * Return: 0 or -errno.
 */
int __init arpp_netlink_init(void)
{
	int err = arpp_nl_restore_init();

	if (err)
		return err;
	err = genl_register_family(&arpp_family);
	if (err)
		arpp_nl_restore_clean();
	else
		arpp_event_open(true);
	return err;
}

/**
 * arpp_netlink_clean() - take the family back
 *
 * Commands that run are waited for; dumps hold the module. Packets that are
 * about to send an event may still do so: the family must outlast them.
 */
void arpp_netlink_clean(void)
{
	arpp_event_open(false);
	synchronize_net();
	genl_unregister_family(&arpp_family);
	arpp_nl_restore_clean();
}
