// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the policy as a whole over netlink: versions, counts, limits.
 *
 * Process context, no locks: each number is correct, but they may be of different
 * moments.
 */
#include <net/genetlink.h>

#include "compat.h"
#include "netns.h"
#include "netns_state.h"
#include "nl/commands.h"
#include "nl/msg.h"

static u32 capabilities(void)
{
	return (IS_ENABLED(CONFIG_NET_L3_MASTER_DEV) ?
		ARP_POLICY_CAPABILITY_VRF : 0) |
	       (IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE) ?
		ARP_POLICY_CAPABILITY_BRIDGE : 0);
}

/* A number that the owner of its lock may change. */
#define PUT(msg, attr, number) \
	nla_put_u32(msg, ARP_POLICY_INFO_##attr, READ_ONCE(number))

static int put_counts(struct sk_buff *msg, const struct arpp_netns *nn)
{
	const struct arpp_config *config = &nn->config;
	u32 rules = READ_ONCE(config->count[ARPP_TABLE_TARGET]) +
		    READ_ONCE(config->count[ARPP_TABLE_SENDER]);

	return PUT(msg, SELECTORS, config->selectors.count) ||
	       PUT(msg, GLOBS, config->selectors.n_globs) ||
	       PUT(msg, ENTRY_GLOBS, config->selectors.entry_globs) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_RULES, rules) ||
	       PUT(msg, BINDINGS, config->count[ARPP_TABLE_BINDING]) ||
	       PUT(msg, DYNAMIC, config->dynamic) ||
	       PUT(msg, TRANSACTIONS, nn->n_made) ||
	       PUT(msg, SNOOPERS, nn->n_snoopers) ? -EMSGSIZE : 0;
}

static int put_limits(struct sk_buff *msg, const struct arpp_netns *nn)
{
	return nla_put_u32(msg, ARP_POLICY_INFO_SELECTORS_MAX,
			   ARP_POLICY_SELECTORS_MAX) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_GLOBS_MAX,
			   ARP_POLICY_GLOBS_MAX) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_ENTRY_GLOBS_MAX,
			   ARP_POLICY_ENTRY_GLOBS_MAX) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_RULES_MAX, nn->max_rules) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_BINDINGS_MAX,
			   nn->max_bindings) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_DYNAMIC_MAX,
			   arpp_netns_max_dynamic(nn)) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_TRANSACTIONS_MAX,
			   ARP_POLICY_TRANSACTIONS_MAX) ||
	       nla_put_u32(msg, ARP_POLICY_INFO_SNOOPERS_MAX,
			   ARP_POLICY_SNOOPERS_MAX) ? -EMSGSIZE : 0;
}

static int put_history(struct sk_buff *msg, const struct arpp_netns *nn)
{
	u64 restored = atomic64_read(&nn->restored);

	return (restored && nla_put_uint(msg, ARP_POLICY_INFO_RESTORED, restored)) ||
	       nla_put_uint(msg, ARP_POLICY_INFO_EVENTS_LOST,
			    atomic64_read(&nn->events.all_lost)) ? -EMSGSIZE : 0;
}

/* The DHCP messages that were not handed over, by reason. */
static int put_dhcp_lost(struct sk_buff *msg, const struct arpp_snoop *snoop)
{
	const atomic64_t *lost = snoop->lost;

	return nla_put_uint(msg, ARP_POLICY_INFO_DHCP_LOST_PORT,
			    atomic64_read(&lost[ARPP_SNOOP_LIMIT_PORT])) ||
	       nla_put_uint(msg, ARP_POLICY_INFO_DHCP_LOST_UNTRUSTED,
			    atomic64_read(&lost[ARPP_SNOOP_LIMIT_UNTRUSTED])) ||
	       nla_put_uint(msg, ARP_POLICY_INFO_DHCP_LOST_TRUSTED,
			    atomic64_read(&lost[ARPP_SNOOP_LIMIT_TRUSTED])) ||
	       nla_put_uint(msg, ARP_POLICY_INFO_DHCP_LOST_LISTENER,
			    atomic64_read(&snoop->events.all_lost)) ? -EMSGSIZE : 0;
}

static int fill(struct sk_buff *msg, const struct arpp_nl_to *to,
		const struct arpp_netns *nn)
{
	void *hdr = arpp_nl_put_header(msg, to);

	if (!hdr ||
	    nla_put_string(msg, ARP_POLICY_INFO_VERSION, ARPP_VERSION) ||
	    PUT(msg, GENERATION, nn->generation) ||
	    nla_put_u32(msg, ARP_POLICY_INFO_CAPABILITIES, capabilities()) ||
	    put_counts(msg, nn) || put_limits(msg, nn) || put_history(msg, nn) ||
	    put_dhcp_lost(msg, &nn->snoop))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

int arpp_nl_info_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_INFO_GET);
	struct sk_buff *msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	return arpp_nl_reply(info, msg, msg ?
			     fill(msg, &to, arpp_netns_get(genl_info_net(info))) :
			     -ENOMEM);
}
