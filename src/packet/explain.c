// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a hypothetical packet through the policy, and predict what the kernel would do.
 *
 * RCU read side, BH disabled. The verdict comes from the same functions as in the hook.
 * The prediction mirrors arp_rcv(), arp_process() and arp_solicit() with the present
 * sysctls.
 */
#include <linux/errno.h>
#include <linux/etherdevice.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/arp.h>
#include <net/l3mdev.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "compat.h"
#include "packet/announce.h"
#include "packet/explain.h"
#include "packet/hidden.h"
#include "packet/ignore.h"
#include "packet/proxy.h"

/**
 * arpp_explain_bound() - find the MAC that an address is bound to
 * @d: the device's policy, or NULL
 * @addr: the address
 * @lladdr: filled in if there is one
 *
 * Context: RCU read side.
 * Return: whether there is one.
 */
bool arpp_explain_bound(const struct arpp_device *d, __be32 addr, u8 *lladdr)
{
	struct arpp_match match;
	struct arpp_rule rule;

	if (!d || !arpp_rule_match(d, ARPP_TABLE_BINDING, addr, &match) ||
	    !arpp_binding_has_lladdr(match.rule))
		return false;
	rule = arpp_match_rule(&match);
	ether_addr_copy(lladdr, rule.lladdr);
	return true;
}

/**
 * arpp_explain_neighbour() - find the hardware address of a neighbour
 * @dev: the device, or NULL
 * @addr: the neighbour's address
 * @lladdr: filled in if it is known
 *
 * Return: whether it is known.
 */
bool arpp_explain_neighbour(struct net_device *dev, __be32 addr, u8 *lladdr)
{
	struct neighbour *n = dev ? neigh_lookup(&arp_tbl, &addr, dev) : NULL;
	bool valid;

	if (!n)
		return false;
	valid = READ_ONCE(n->nud_state) & NUD_VALID;
	if (valid)
		neigh_ha_snapshot(lladdr, n, dev);
	neigh_release(n);
	return valid;
}

static void choose_lladdr(const struct arpp_query *q, const struct arpp_device *d,
			  u8 *lladdr)
{
	memset(lladdr, 0, MAX_ADDR_LEN);
	if (q->has_lladdr) {
		memcpy(lladdr, q->lladdr, q->dev->addr_len);
		return;
	}
	if ((q->dev->addr_len == ETH_ALEN &&
	     arpp_explain_bound(d, q->sender, lladdr)) ||
	    arpp_explain_neighbour(q->dev, q->sender, lladdr))
		return;
	/* Locally administered: no vendor's. */
	lladdr[0] = 0x02;
}

/* Make the packet as arp_rcv() would receive it. */
static struct sk_buff *make_received(const struct arpp_query *q,
				     const struct arpp_device *d)
{
	bool request = q->kind == ARP_POLICY_KIND_REQUEST;
	bool to_host = q->unicast || !request;
	struct net_device *dev = q->dev;
	u8 lladdr[MAX_ADDR_LEN];
	struct sk_buff *skb;

	choose_lladdr(q, d, lladdr);
	skb = arp_create(request ? ARPOP_REQUEST : ARPOP_REPLY, ETH_P_ARP,
			 q->target, dev, q->sender,
			 to_host ? dev->dev_addr : NULL, lladdr,
			 request ? NULL : dev->dev_addr);
	if (!skb)
		return NULL;
	skb_reset_mac_header(skb);
	skb_pull(skb, skb_network_offset(skb));
	skb->pkt_type = to_host ? PACKET_HOST : PACKET_BROADCAST;
	return skb;
}

/* What keeps a packet from reaching our hook. */
static enum arp_policy_block before_hook(const struct net_device *dev)
{
	if (!(dev->flags & IFF_UP))
		return ARP_POLICY_BLOCK_DOWN;
	if (netif_is_bridge_port(dev) || netif_is_ovs_port(dev) ||
	    netif_is_lag_port(dev))
		return ARP_POLICY_BLOCK_MASTER;
	if (dev->flags & IFF_NOARP)
		return ARP_POLICY_BLOCK_NOARP;
	if (!__in_dev_get_rcu(dev))
		return ARP_POLICY_BLOCK_NO_IPV4;
	return 0;
}

/*
 * Why ip_route_input_noref() refuses the packet. Its return value does not tell: older
 * kernels return the same errno for several causes, newer ones a drop reason.
 */
static enum arp_policy_block refused(const struct arpp_policy *policy,
				     struct in_device *in_dev,
				     const struct arpp_packet *p)
{
	unsigned int type = inet_addr_type_dev_table(dev_net(p->dev), p->dev,
						     p->sip);

	if (ipv4_is_zeronet(p->tip))
		return ARP_POLICY_BLOCK_TARGET;
	if (ipv4_is_multicast(p->sip) || ipv4_is_lbcast(p->sip) ||
	    ipv4_is_zeronet(p->sip) ||
	    (ipv4_is_loopback(p->sip) && !IN_DEV_ROUTE_LOCALNET(in_dev)))
		return ARP_POLICY_BLOCK_MARTIAN;
	if (!IN_DEV_ACCEPT_LOCAL(in_dev) && arpp_local(policy, p->dev, p->sip))
		return ARP_POLICY_BLOCK_ACCEPT_LOCAL;
	if (type == RTN_BROADCAST)
		return ARP_POLICY_BLOCK_MARTIAN;
	if (IN_DEV_RPFILTER(in_dev))
		return ARP_POLICY_BLOCK_RP_FILTER;
	return ARP_POLICY_BLOCK_NO_ROUTE;
}

static u32 errno_of(enum arp_policy_block block)
{
	switch (block) {
	case ARP_POLICY_BLOCK_RP_FILTER:
		return EXDEV;
	case ARP_POLICY_BLOCK_NO_ROUTE:
		return ENETUNREACH;
	default:
		return EINVAL;
	}
}

/* Report the kernel's route, even one back out by the same device. */
static void fill_route(const struct arpp_policy *policy, struct arpp_explanation *x,
		       struct in_device *in_dev)
{
	struct arpp_packet *p = &x->p;

	p->routed = false;
	arpp_packet_route(p, true);
	if (p->route_err) {
		x->error = errno_of(refused(policy, in_dev, p));
		return;
	}
	x->route_type = p->route_type;
	if (p->route_type == RTN_UNREACHABLE)
		x->error = p->unreachable;
	else
		x->route_ifindex = p->route_dev->ifindex;
}

/* Do the sysctls make arp_process() answer for a target whose route is RTN_UNICAST? */
static bool sysctl_proxies(struct in_device *in_dev, const struct arpp_packet *p)
{
	return arpp_proxy_answers(arpp_proxy_sysctl(in_dev), in_dev, p);
}

/* Does a proxy neighbour entry? */
static bool pneigh_proxies(const struct arpp_packet *p)
{
	return p->route_dev != p->dev &&
	       arpp_pneigh_exists(dev_net(p->dev), p->tip, p->dev);
}

/*
 * What makes the kernel answer for another host. Where the proxy field is @managed the
 * sysctls do not decide, and the packet goes on because of an entry.
 */
static enum arp_policy_proxied proxied_by(struct in_device *in_dev,
					  const struct arpp_packet *p, bool managed)
{
	if (managed || !sysctl_proxies(in_dev, p))
		return pneigh_proxies(p) ? ARP_POLICY_PROXIED_PNEIGH : 0;
	return p->route_dev == p->dev ? ARP_POLICY_PROXIED_PROXY_ARP_PVLAN :
					ARP_POLICY_PROXIED_PROXY_ARP;
}

/* What in arp_process() keeps the kernel from answering. */
static enum arp_policy_block in_kernel(const struct arpp_policy *policy,
				       struct in_device *in_dev,
				       const struct arpp_packet *p)
{
	struct net *net = dev_net(p->dev);
	bool elsewhere;

	if (!p->request)
		return ARP_POLICY_BLOCK_REPLY;
	if (ipv4_is_multicast(p->tip) ||
	    (ipv4_is_loopback(p->tip) && !IN_DEV_ROUTE_LOCALNET(in_dev)))
		return ARP_POLICY_BLOCK_TARGET;
	if (p->sip == p->tip && IN_DEV_ORCONF(in_dev, DROP_GRATUITOUS_ARP))
		return ARP_POLICY_BLOCK_DROP_GRATUITOUS;
	if (!p->sip) {
		if (inet_addr_type_dev_table(net, p->dev, p->tip) != RTN_LOCAL)
			return ARP_POLICY_BLOCK_NOT_LOCAL;
	} else if (p->route_err) {
		return refused(policy, in_dev, p);
	} else if (p->route_type != RTN_LOCAL) {
		if (!IN_DEV_FORWARD(in_dev))
			return ARP_POLICY_BLOCK_FORWARDING;
		if (p->route_type == RTN_UNREACHABLE)
			return ARP_POLICY_BLOCK_NO_ROUTE;
		if (p->route_type != RTN_UNICAST)
			return ARP_POLICY_BLOCK_TARGET;
		return sysctl_proxies(in_dev, p) || pneigh_proxies(p) ?
		       0 : ARP_POLICY_BLOCK_PROXY_ARP;
	}
	if (arpp_ignore_blocks(IN_DEV_ARP_IGNORE(in_dev), in_dev, p->sip,
			       p->tip))
		return ARP_POLICY_BLOCK_ARP_IGNORE;
	if (p->sip && IN_DEV_ARPFILTER(in_dev) &&
	    arpp_filter_blocks(p->dev, p->sip, p->tip, &elsewhere))
		return ARP_POLICY_BLOCK_ARP_FILTER;
	return 0;
}

/* The device whose field decided. */
static const struct net_device *deciding_dev(const struct arpp_policy *policy,
					     const struct arpp_explanation *x,
					     __be32 addr)
{
	const struct net_device *by = NULL;

	if (x->v.field == ARP_POLICY_FIELD_HIDDEN)
		by = arpp_hidden_by(policy, x->p.dev, addr);
	return by ?: x->p.dev;
}

static void explain_received(const struct arpp_policy *policy,
			     const struct arpp_device *d,
			     struct arpp_explanation *x)
{
	struct arpp_packet *p = &x->p;
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);
	struct arpp_rule rule = {};
	bool ours;

	if (d) {
		arpp_verdict_in(policy, d, p, &x->v);
		x->deciding_dev = deciding_dev(policy, x, p->tip);
	}
	if (in_dev && p->request && p->sip)
		fill_route(policy, x, in_dev);

	x->block = before_hook(p->dev);
	ours = !x->audit && x->v.action != ARPP_ACCEPT &&
	       x->v.action != ARPP_REPLY_STOCK &&
	       x->v.action != ARPP_LEARN_STOCK;
	if (!x->block && !ours)
		x->block = in_kernel(policy, in_dev, p);
	x->answered = !x->block && (!ours || x->v.action == ARPP_REPLY);
	if (x->answered && !ours && p->route_type == RTN_UNICAST)
		x->proxied = proxied_by(in_dev, p, d && !x->audit &&
					arpp_managed(d, ARP_POLICY_FIELD_PROXY));
	if (x->v.by.rule)
		rule = arpp_match_rule(&x->v.by);
	if (ours && rule.has_lladdr)
		memcpy(x->lladdr, rule.lladdr, ETH_ALEN);
	else
		memcpy(x->lladdr, p->dev->dev_addr, p->dev->addr_len);
}

/*
 * Report the route from the device's own table. It does not affect the outcome: a
 * neighbour entry is resolved for any packet that was routed to it, also from another
 * VRF, and for an entry that was added by hand.
 */
static void fill_output_route(struct arpp_explanation *x,
			      const struct arpp_query *q)
{
	struct flowi4 fl4 = {
		.flowi4_oif = q->dev->ifindex,
		.daddr = q->target,
	};
	struct rtable *rt = ip_route_output_key(dev_net(q->dev), &fl4);

	if (IS_ERR(rt)) {
		x->error = -PTR_ERR(rt);
		return;
	}
	x->route_type = rt->rt_type;
	x->route_ifindex = rt->dst.dev->ifindex;
	ip_rt_put(rt);
}

/* Does the target have a neighbour entry that is never resolved by ARP? */
static bool is_fixed(const struct arpp_query *q)
{
	struct neighbour *n = neigh_lookup(&arp_tbl, &q->target, q->dev);
	bool fixed;

	if (!n)
		return false;
	fixed = READ_ONCE(n->nud_state) & (NUD_PERMANENT | NUD_NOARP);
	neigh_release(n);
	return fixed;
}

/*
 * What keeps the neighbour code from sending a request: a device that cannot send, or
 * an entry that needs no resolution, created by arp_constructor() or by hand.
 */
static enum arp_policy_block before_asking(const struct arpp_query *q,
					   bool announced)
{
	struct net_device *dev = q->dev;

	if (!(dev->flags & IFF_UP) || !netif_carrier_ok(dev))
		return ARP_POLICY_BLOCK_DOWN;
	if (dev->flags & (IFF_NOARP | IFF_LOOPBACK | IFF_POINTOPOINT) ||
	    !dev->header_ops)
		return ARP_POLICY_BLOCK_NOARP;
	if (!__in_dev_get_rcu(dev))
		return ARP_POLICY_BLOCK_NO_IPV4;
	if (announced)
		return 0;
	switch (inet_addr_type_dev_table(dev_net(dev), dev, q->target)) {
	case RTN_MULTICAST:
	case RTN_BROADCAST:
		return ARP_POLICY_BLOCK_TARGET;
	}
	return is_fixed(q) ? ARP_POLICY_BLOCK_NEIGHBOUR : 0;
}

static void explain_send(const struct arpp_policy *policy,
			 const struct arpp_device *d,
			 const struct arpp_query *q,
			 struct arpp_explanation *x)
{
	struct arpp_packet *p = &x->p;
	__be32 wanted;

	/* Sender and target are the same address of the device: an announcement. */
	p->maker = policy && q->sender == q->target &&
		   arpp_addr_on_dev(policy, q->dev, q->sender) ?
		   ARPP_MAKER_PROCESS : ARPP_MAKER_NEIGH;
	p->request = true;
	p->tip = q->target;
	p->solicitation = (struct arpp_solicitation){ .found = true, .sip = q->sender };
	memcpy(p->sha, p->dev->dev_addr, p->dev->addr_len);
	p->sip = p->maker == ARPP_MAKER_NEIGH ?
		 arpp_announce_stock(p, q->sender) : q->sender;
	if (d) {
		arpp_verdict_out(policy, d, p, &x->v);
		wanted = p->sip;
		if (p->maker == ARPP_MAKER_NEIGH &&
		    arpp_managed(d, ARP_POLICY_FIELD_ANNOUNCE))
			arpp_announce_sender(d, p, &wanted);
		x->deciding_dev = deciding_dev(policy, x, wanted);
	}
	fill_output_route(x, q);
	x->block = before_asking(q, p->maker != ARPP_MAKER_NEIGH);
	x->sender = x->v.action == ARPP_REWRITE && !x->audit ? x->v.sender :
							       p->sip;
	x->answered = !x->block && (x->audit || x->v.action != ARPP_DROP);
}

/**
 * arpp_explain() - run a hypothetical packet through the policy
 * @policy: the policy of the netns, or NULL
 * @d: the device's policy, or NULL
 * @q: the packet
 * @x: filled in; its .p.skb is not valid
 *
 * Context: RCU read side, BH disabled; RTNL, so that the device stays.
 * Return: 0 or -ENOMEM.
 */
int arpp_explain(const struct arpp_policy *policy, const struct arpp_device *d,
		 const struct arpp_query *q, struct arpp_explanation *x)
{
	struct sk_buff *skb;

	memset(x, 0, sizeof(*x));
	x->v.action = ARPP_ACCEPT;
	x->v.reason = ARP_POLICY_REASON_PASS;
	x->audit = d && d->audit;
	x->p.dev = q->dev;
	x->deciding_dev = q->dev;
	x->p.dry_run = true;
	if (q->kind == ARP_POLICY_KIND_SEND) {
		explain_send(policy, d, q, x);
		return 0;
	}

	skb = make_received(q, d);
	if (!skb)
		return -ENOMEM;
	/* On devices that are not supported, there is nothing to report. */
	if (arpp_packet_parse(&x->p, skb, q->dev) == ARPP_PARSE_OK) {
		x->p.dry_run = true;
		explain_received(policy, d, x);
	}
	kfree_skb(skb);
	x->p.skb = NULL;
	return 0;
}
