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

/* Is the packet one that a bridge receives? */
static bool on_port(const struct arpp_query *q)
{
	return q->kind != ARP_POLICY_KIND_SEND && netif_is_bridge_port(q->dev);
}

static int read_query(struct genl_info *info, struct arpp_query *q)
{
	struct nlattr *nest = info->attrs[ARP_POLICY_A_QUERY], *lladdr;
	struct nlattr *tb[ARP_POLICY_QUERY_MAX + 1];
	int err;

	if (!nest)
		return arpp_nl_missing(info->extack, NULL, ARP_POLICY_A_QUERY,
				       "query missing");
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
	q->vlan = tb[ARP_POLICY_QUERY_VLAN] ?
		  nla_get_u32(tb[ARP_POLICY_QUERY_VLAN]) : 0;
	if (q->vlan && !on_port(q)) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[ARP_POLICY_QUERY_VLAN],
				    "vlan applies to packets received on bridge ports only");
		return -EINVAL;
	}
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
				     x->block)) ||
	    (x->forward && nla_put_u32(msg, ARP_POLICY_EXPLANATION_FORWARD,
				       x->forward)) ||
	    (x->forward == ARP_POLICY_FORWARD_FORWARD &&
	     nla_put_string(msg, ARP_POLICY_EXPLANATION_PORT, x->out->name)) ||
	    (x->proxied && nla_put_u32(msg, ARP_POLICY_EXPLANATION_PROXIED,
				       x->proxied)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/*
 * A question and its answer.
 * @on_port: arpp_explain_port() gives the answer
 */
struct asked {
	struct arpp_query q;
	struct arpp_explanation x;
	bool on_port;
};

/* RCU read side since the verdict, which keeps its rule. */
static int put_asked(struct sk_buff *msg, const struct arpp_netns *nn,
		     struct asked *asked)
{
	const struct arpp_query *q = &asked->q;
	struct arpp_explanation *x = &asked->x;
	const struct arpp_event event = {
		.dev = q->dev, .v = &x->v, .p = &x->p,
		.out = q->kind == ARP_POLICY_KIND_SEND,
		.audit = x->audit,
		.segment = asked->on_port ? &x->segment : NULL,
	};
	struct arpp_resolved r;

	arpp_selector_resolve(&nn->config.selectors, x->deciding_dev->name, &r);
	if (arpp_event_put(msg, &event) ||
	    put_explanation(msg, q, x, arpp_resolved_origin(&r, x->v.field)))
		return -EMSGSIZE;
	return 0;
}

static int put_next(struct sk_buff *msg, const struct arpp_netns *nn,
		    struct asked *next)
{
	struct nlattr *nest = nla_nest_start(msg, ARP_POLICY_A_NEXT);

	if (!nest || put_asked(msg, nn, next))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* @next: what follows on the host's device on the segment; its device is NULL if nothing. */
static int fill(struct sk_buff *msg, const struct arpp_nl_to *to,
		const struct arpp_netns *nn, struct asked *asked, struct asked *next)
{
	void *hdr = arpp_nl_put_header(msg, to);

	if (!hdr || put_asked(msg, nn, asked) ||
	    (next->q.dev && put_next(msg, nn, next)))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

static int explain_on(const struct arpp_policy *policy, const struct arpp_bridge *fns,
		      struct asked *asked)
{
	const struct arpp_device *d = policy ?
				      arpp_device_find(policy, asked->q.dev) : NULL;

	return asked->on_port ?
	       arpp_explain_port(policy, d, fns, &asked->q, &asked->x) :
	       arpp_explain(policy, d, &asked->q, &asked->x);
}

/* The same packet, as the host's device on the segment receives it. */
static void ask_next(struct asked *next, const struct asked *port)
{
	next->q = port->q;
	next->q.dev = port->x.to_host ? port->x.segment.dev : NULL;
	next->q.unicast = port->x.forward == ARP_POLICY_FORWARD_HOST;
	next->q.has_lladdr = true;
	next->q.vlan = 0;
	memcpy(next->q.lladdr, port->x.p.sha, ETH_ALEN);
}

/* RTNL held. */
static int explain_locked(struct sk_buff *msg, const struct arpp_nl_to *to,
			  struct arpp_netns *nn, const struct arpp_bridge *fns,
			  struct asked *asked, struct asked *next)
{
	const struct arpp_policy *policy;
	int err;

	mutex_lock(&nn->lock);
	rcu_read_lock();
	local_bh_disable();
	policy = rcu_dereference(nn->policy);
	err = explain_on(policy, fns, asked);
	if (!err && asked->on_port)
		ask_next(next, asked);
	if (!err && next->q.dev)
		err = explain_on(policy, fns, next);
	local_bh_enable();
	if (!err)
		err = fill(msg, to, nn, asked, next);
	rcu_read_unlock();
	mutex_unlock(&nn->lock);
	return err;
}

static int explain(struct genl_info *info, struct sk_buff *msg,
		   struct asked *asked, struct asked *next)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_EXPLAIN);
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_bridge *fns = NULL;
	struct net_device *dev;
	int err;

	ASSERT_RTNL();
	dev = arpp_nl_netdev(info, true);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	asked->q.dev = dev;
	err = read_query(info, &asked->q);
	if (err)
		return err;
	asked->on_port = on_port(&asked->q);
	if (asked->on_port) {
		fns = arpp_bridge_get();
		/* NULL while bridge.ko is being unloaded. */
		if (IS_ERR_OR_NULL(fns))
			return fns ? PTR_ERR(fns) : -EAGAIN;
	}
	err = explain_locked(msg, &to, nn, fns, asked, next);
	arpp_bridge_put(fns);
	return err;
}

int arpp_nl_explain(struct sk_buff *skb, struct genl_info *info)
{
	/* Too large for the stack. */
	struct asked *asked = kcalloc(2, sizeof(*asked), GFP_KERNEL);
	struct sk_buff *msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err = -ENOMEM;

	if (asked && msg) {
		rtnl_lock();
		err = explain(info, msg, &asked[0], &asked[1]);
		rtnl_unlock();
	}
	kfree(asked);
	return arpp_nl_reply(info, msg, err);
}
