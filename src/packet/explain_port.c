// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explain a packet that a bridge receives on a port: the port's verdict, then what the
 * bridge does.
 *
 * RTNL, RCU read side, BH disabled. The verdict comes from the same function as in the
 * hook; the rest mirrors br_handle_frame_finish().
 */
#include <linux/errno.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/arp.h>
#include <net/neighbour.h>

#include "packet/explain.h"
#include "packet/hidden.h"
#include "packet/port.h"

/* Who has an address on the segment? If that is not known, @made_up is the last byte. */
static void find_owner(const struct arpp_policy *policy, const struct arpp_device *d,
		       const struct arpp_segment *s, __be32 addr, u8 made_up, u8 *lladdr)
{
	const struct arpp_device *segment = policy && s->dev ?
					    arpp_device_find(policy, s->dev) : NULL;

	if (s->dev && arpp_local(policy, s->dev, addr)) {
		ether_addr_copy(lladdr, s->dev->dev_addr);
		return;
	}
	if (arpp_explain_bound(d, addr, lladdr) ||
	    arpp_explain_bound(segment, addr, lladdr) ||
	    arpp_explain_neighbour(s->dev, addr, lladdr))
		return;
	/* Locally administered: no vendor's. */
	eth_zero_addr(lladdr);
	lladdr[0] = 0x02;
	lladdr[ETH_ALEN - 1] = made_up;
}

static struct sk_buff *make_frame(const struct arpp_policy *policy,
				  const struct arpp_device *d, const struct arpp_query *q,
				  const struct arpp_segment *s)
{
	bool request = q->kind == ARP_POLICY_KIND_REQUEST;
	bool unicast = q->unicast || !request;
	u8 from[MAX_ADDR_LEN] __aligned(2), to[MAX_ADDR_LEN] __aligned(2);
	struct sk_buff *skb;

	if (q->has_lladdr)
		ether_addr_copy(from, q->lladdr);
	else
		find_owner(policy, d, s, q->sender, 0, from);
	find_owner(policy, d, s, q->target, 1, to);
	skb = arp_create(request ? ARPOP_REQUEST : ARPOP_REPLY, ETH_P_ARP, q->target,
			 q->dev, q->sender, unicast ? to : NULL, from,
			 request ? NULL : to);
	if (!skb)
		return NULL;
	skb_reset_mac_header(skb);
	skb_pull(skb, skb_network_offset(skb));
	return skb;
}

/* A frame with this VID on this bridge. */
static void find_segment(struct arpp_segment *s, u16 vlan)
{
	u16 proto;

	s->tag = (struct arpp_tag){};
	arpp_segment_find(s);
	if (!vlan || !s->bridge)
		return;
	if (!s->filtering || s->fns->get_proto(s->bridge, &proto))
		proto = ETH_P_8021Q;
	s->tag.proto = htons(proto);
	s->tag.tci = vlan;
	s->found = false;
	arpp_segment_find(s);
}

/* Does a locked port refuse the sender? It admits those that its FDB knows there. */
static bool is_locked_out(const struct arpp_segment *s, const u8 *lladdr)
{
	return arpp_segment_is_locked(s) &&
	       s->fns->find_port(s->bridge, lladdr, s->filtering ? s->vid : 0) != s->port;
}

/* Is it the MAC of the host's device on the segment, or of the bridge? */
static bool is_hosts(const struct arpp_segment *s, const u8 *lladdr)
{
	return ether_addr_equal(lladdr, s->bridge->dev_addr) ||
	       (s->dev && ether_addr_equal(lladdr, s->dev->dev_addr));
}

/* Do flags and VLANs let the bridge forward from the port to this one? As should_deliver(). */
static bool forwards_to(const struct arpp_segment *s, const struct net_device *out)
{
	if (out == s->port && !s->fns->has_flag(out, BR_HAIRPIN_MODE))
		return false;
	if (s->fns->has_flag(out, BR_ISOLATED) && s->fns->has_flag(s->port, BR_ISOLATED))
		return false;
	return arpp_segment_is_member_rtnl(s, out);
}

static void explain_bridge(struct arpp_explanation *x, const struct arpp_device *d)
{
	const struct arpp_segment *s = &x->segment;
	const u8 *to = x->p.eth.h_dest;
	bool reaches_host, to_port;

	if (!arpp_segment_is_member_rtnl(s, s->port) || arpp_port_is_learning(d) ||
	    is_locked_out(s, x->p.eth.h_source)) {
		x->forward = ARP_POLICY_FORWARD_DROP;
		return;
	}
	reaches_host = arpp_segment_reaches_host_rtnl(s);
	x->forward = ARP_POLICY_FORWARD_FLOOD;
	if (is_multicast_ether_addr(to)) {
		x->to_host = reaches_host;
		return;
	}
	x->out = s->fns->find_port(s->bridge, to, s->filtering ? s->vid : 0);
	/* The FDB also has the ports' own MACs. Frames to those are for the host. */
	to_port = x->out && ether_addr_equal(to, x->out->dev_addr);
	x->to_host = reaches_host && (to_port || is_hosts(s, to));
	if (x->to_host)
		x->forward = ARP_POLICY_FORWARD_HOST;
	else if (x->out)
		x->forward = !to_port && forwards_to(s, x->out) ?
			     ARP_POLICY_FORWARD_FORWARD : ARP_POLICY_FORWARD_DROP;
}

/**
 * arpp_explain_port() - run a hypothetical packet through the policy of a bridge port
 * @policy: the policy of the netns, or NULL
 * @d: the port's policy, or NULL
 * @fns: the functions of the bridge
 * @q: the packet, a request or a reply; its device is the port of a bridge
 * @x: filled in; its .p.skb is not valid
 *
 * Context: RCU read side, BH disabled; RTNL.
 * Return: 0 or -ENOMEM.
 */
int arpp_explain_port(const struct arpp_policy *policy, const struct arpp_device *d,
		      const struct arpp_bridge *fns, const struct arpp_query *q,
		      struct arpp_explanation *x)
{
	struct sk_buff *skb;
	bool decided;

	memset(x, 0, sizeof(*x));
	arpp_verdict_pass(&x->v);
	x->deciding_dev = q->dev;
	arpp_segment_begin(&x->segment, fns, q->dev);
	find_segment(&x->segment, q->vlan);
	skb = make_frame(policy, d, q, &x->segment);
	if (!skb)
		return -ENOMEM;
	/* All ports are Ethernet devices, so arpp_packet_plain() would accept it. */
	arpp_packet_copy(&x->p, skb, q->dev);
	arpp_packet_frame(&x->p);
	x->p.dry_run = true;
	x->p.segment = &x->segment;
	if (d && d->port != ARPP_PORT_IGNORED) {
		x->audit = d->audit;
		arpp_port_verdict(policy, d, &x->p, &x->v);
	}
	decided = x->v.action != ARPP_ACCEPT && !x->audit;
	if (!(q->dev->flags & IFF_UP) || !x->segment.bridge ||
	    !(x->segment.bridge->flags & IFF_UP))
		x->block = ARP_POLICY_BLOCK_DOWN;
	else if (!decided)
		explain_bridge(x, d);
	x->answered = !x->block && decided && x->v.action == ARPP_REPLY;
	if (x->answered)
		arpp_lladdr_of(x->v.lladdr, x->lladdr);
	kfree_skb(skb);
	x->p.skb = NULL;
	return 0;
}
