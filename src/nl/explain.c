// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explain over netlink: run a hypothetical packet through the policy.
 *
 * Process context. RTNL protects the device, the netns's mutex the configuration.
 */
#include <linux/bottom_half.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "nl/commands.h"
#include "nl/msg.h"
#include "nl/read.h"
#include "packet/event.h"
#include "packet/explain.h"

static int read_query(struct genl_info *info, struct arpp_query *q)
{
	struct nlattr *nest = info->attrs[ARP_POLICY_A_QUERY], *lladdr;
	struct nlattr *tb[ARP_POLICY_QUERY_MAX + 1];
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(info->extack, "query missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, ARP_POLICY_QUERY_MAX, nest, NULL,
			       info->extack);
	if (err)
		return err;
	if (!tb[ARP_POLICY_QUERY_KIND] || !tb[ARP_POLICY_QUERY_TARGET] ||
	    !tb[ARP_POLICY_QUERY_SENDER]) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "query needs kind, target and sender");
		return -EINVAL;
	}
	q->kind = nla_get_u32(tb[ARP_POLICY_QUERY_KIND]);
	q->target = nla_get_be32(tb[ARP_POLICY_QUERY_TARGET]);
	q->sender = nla_get_be32(tb[ARP_POLICY_QUERY_SENDER]);
	q->unicast = nla_get_flag(tb[ARP_POLICY_QUERY_UNICAST]);
	lladdr = tb[ARP_POLICY_QUERY_LLADDR];
	if (q->kind == ARP_POLICY_KIND_SEND && (lladdr || q->unicast)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "lladdr and unicast apply to received packets only");
		return -EINVAL;
	}
	if (!lladdr)
		return 0;
	if (nla_len(lladdr) != q->dev->addr_len) {
		NL_SET_ERR_MSG_ATTR(info->extack, lladdr,
				    "lladdr must be as long as the device's");
		return -EINVAL;
	}
	q->has_lladdr = true;
	nla_memcpy(q->lladdr, lladdr, sizeof(q->lladdr));
	return 0;
}

static int put_explanation(struct sk_buff *msg, const struct arpp_query *q,
			   const struct arpp_explanation *x, const char *origin)
{
	struct nlattr *nest = nla_nest_start(msg, ARP_POLICY_A_EXPLANATION);
	bool send = q->kind == ARP_POLICY_KIND_SEND;

	if (!nest ||
	    (origin && nla_put_string(msg, ARP_POLICY_EXPLANATION_ORIGIN,
				      origin)) ||
	    (x->answered && nla_put_flag(msg,
					 ARP_POLICY_EXPLANATION_ANSWERED)) ||
	    (x->answered && !send &&
	     nla_put(msg, ARP_POLICY_EXPLANATION_LLADDR, q->dev->addr_len,
		     x->lladdr)) ||
	    (send && nla_put_be32(msg, ARP_POLICY_EXPLANATION_SENDER,
				  x->sender)) ||
	    (x->route_type && nla_put_u32(msg, ARP_POLICY_EXPLANATION_ROUTE,
					  x->route_type)) ||
	    (x->route_ifindex &&
	     nla_put_u32(msg, ARP_POLICY_EXPLANATION_ROUTE_IFINDEX,
			 x->route_ifindex)) ||
	    (x->error && nla_put_u32(msg, ARP_POLICY_EXPLANATION_ERROR,
				     x->error)) ||
	    (x->block && nla_put_u32(msg, ARP_POLICY_EXPLANATION_BLOCKED,
				     x->block)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* RCU read side since the verdict, which keeps its rule. */
static int fill(struct sk_buff *msg, const struct arpp_nl_to *to,
		const struct arpp_netns *nn, const struct arpp_query *q,
		const struct arpp_explanation *x)
{
	void *hdr = arpp_nl_put_header(msg, to);
	const struct arpp_event event = {
		.dev = q->dev, .v = &x->v, .p = &x->p,
		.out = q->kind == ARP_POLICY_KIND_SEND,
		.audit = x->audit,
	};
	struct arpp_resolved r;

	arpp_selector_resolve(&nn->config.selectors, x->deciding_dev->name, &r);
	if (!hdr ||
	    arpp_event_put(msg, &event) ||
	    put_explanation(msg, q, x,
			    arpp_resolved_origin(&r, x->v.field)))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

static int explain(struct genl_info *info, struct sk_buff *msg,
		   struct arpp_explanation *x)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_EXPLAIN);
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct arpp_policy *policy;
	const struct arpp_device *d;
	struct arpp_query q = {};
	int err;

	ASSERT_RTNL();
	q.dev = arpp_nl_netdev(info, true);
	if (IS_ERR(q.dev))
		return PTR_ERR(q.dev);
	err = read_query(info, &q);
	if (err)
		return err;

	mutex_lock(&nn->lock);
	rcu_read_lock();
	local_bh_disable();
	policy = rcu_dereference(nn->policy);
	d = policy ? arpp_device_find(policy, q.dev) : NULL;
	err = arpp_explain(policy, d, &q, x);
	local_bh_enable();
	if (!err)
		err = fill(msg, &to, nn, &q, x);
	rcu_read_unlock();
	mutex_unlock(&nn->lock);
	return err;
}

int arpp_nl_explain(struct sk_buff *skb, struct genl_info *info)
{
	/* Too large for the stack. */
	struct arpp_explanation *x = kzalloc(sizeof(*x), GFP_KERNEL);
	struct sk_buff *msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err = -ENOMEM;

	if (x && msg) {
		rtnl_lock();
		err = explain(info, msg, x);
		rtnl_unlock();
	}
	kfree(x);
	return arpp_nl_reply(info, msg, err);
}
