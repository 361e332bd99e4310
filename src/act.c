// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doing what a verdict says, where the kernel's own code would have done it.
 *
 * Softirq or BH disabled, RCU read side.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/dst_metadata.h>
#include <net/ip_tunnels.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "act.h"
#include "compat.h"
#include "host.h"

/* The sender becomes a neighbour, if it is none; false when there is no room. */
static bool learn_sender(struct arpp_packet *p)
{
	struct neighbour *n;

	if (arpp_packet_known(p))
		return true;
	n = neigh_event_ns(&arp_tbl, p->sha, &p->sip, p->dev);
	if (!n)
		return false;
	neigh_release(n);
	return true;
}

/* Was its Ethernet destination our own address, alone? */
static bool to_host(const struct arpp_packet *p)
{
	return p->skb->pkt_type == PACKET_HOST;
}

/* May the request's own memory become the answer? Nobody else has it then. */
static bool may_turn(const struct arpp_packet *p)
{
	const struct net_device *dev = p->dev;
	struct sk_buff *skb = p->skb;

	return arpp_packet_is_framed(p) && !skb_network_offset(skb) && !skb_shared(skb) &&
	       !skb_cloned(skb) && !skb_is_nonlinear(skb) &&
	       !skb_is_gso(skb) && !skb_zcopy(skb) &&
	       !skb_shinfo(skb)->tx_flags && !skb_dst(skb) &&
	       skb_headroom(skb) >= LL_RESERVED_SPACE(dev) &&
	       skb_tailroom(skb) >= dev->needed_tailroom;
}

/*
 * Make the request into its answer: half of what an answer takes is to make one
 * out of nothing. Afterwards nothing tells it from one by arp_create().
 */
static bool turn(struct arpp_packet *p, const u8 *lladdr)
{
	struct sk_buff *skb = p->skb;
	struct net_device *dev = p->dev;
	struct arphdr *arp = arp_hdr(skb);
	u8 *at = (u8 *)(arp + 1);

	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	__vlan_hwaccel_clear_tag(skb);
	skb_clear_hash(skb);
	skb_reset_redirect(skb);
	skb_set_queue_mapping(skb, 0);
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	skb->priority = 0;
	skb->mac_len = 0;
#ifdef CONFIG_NET_SCHED
	skb->tc_index = 0;
#endif
	memset(skb->cb, 0, sizeof(skb->cb));
	skb_trim(skb, arp_hdr_len(dev));

	arp->ar_hrd = htons(ARPHRD_ETHER);
	arp->ar_op = htons(ARPOP_REPLY);
	ether_addr_copy(at, lladdr);
	memcpy(at + ETH_ALEN, &p->tip, sizeof(p->tip));
	ether_addr_copy(at + ETH_ALEN + sizeof(p->tip), p->sha);
	memcpy(at + 2 * ETH_ALEN + sizeof(p->tip), &p->sip, sizeof(p->sip));
	return dev_hard_header(skb, dev, ETH_P_ARP, p->sha, lladdr,
			       skb->len) >= 0;
}

/**
 * arpp_act_reply() - answer a request as arp_process() would
 * @delay: where a late answer waits
 * @d: the receiving device's policy
 * @p: the request; its skb is taken over
 * @v: the verdict: ARPP_REPLY, or what the kernel would answer by itself
 *
 * The sender becomes a neighbour, unless it is only probing; an own address
 * is not answered for when there is no room for that neighbour, as in the
 * kernel. An answer to a request that was sent to us alone is never late.
 */
void arpp_act_reply(struct arpp_delay *delay, const struct arpp_device *d,
		    struct arpp_packet *p, const struct arpp_verdict *v)
{
	bool proxied = v->reason == ARP_POLICY_REASON_PROXIED;
	struct metadata_dst *md = skb_metadata_dst(p->skb);
	struct net_device *dev = p->dev;
	const u8 *lladdr = dev->dev_addr;
	bool late = v->delay && !to_host(p);
	struct arpp_rule rule;
	struct sk_buff *answer;

	if (p->sip && !learn_sender(p) && !proxied)
		goto consume;

	if (v->by.rule) {
		rule = arpp_match_rule(&v->by);
		if (rule.has_lladdr)
			lladdr = rule.lladdr;
	}
	if (!late && may_turn(p)) {
		if (turn(p, lladdr))
			arp_xmit(p->skb);
		else
			kfree_skb(p->skb);
		return;
	}
	answer = arp_create(ARPOP_REPLY, ETH_P_ARP, p->sip, dev, p->tip, p->sha,
			    lladdr, p->sha);
	if (!answer)
		goto consume;
	if (md) {
		md = iptunnel_metadata_reply(md, GFP_ATOMIC);
		if (md)
			skb_dst_set(answer, &md->dst);
	}
	if (late)
		arpp_delay_add(delay, answer, d->stats, v->delay);
	else
		arp_xmit(answer);
consume:
	consume_skb(p->skb);
}

/* Mirrors arp_accept(); the sysctl is a bool in older kernels. */
static bool accepts_new(struct in_device *in_dev, __be32 sip)
{
	int level = IN_DEV_ARP_ACCEPT(in_dev);

	switch (level) {
	case 1:
		return true;
	case 2:
		return inet_confirm_addr(dev_net(in_dev->dev), in_dev, sip, 0,
					 RT_SCOPE_LINK);
	default:
		return false;
	}
}

static bool is_unicast(const struct arpp_packet *p)
{
	return inet_addr_type_dev_table(dev_net(p->dev), p->dev, p->sip) ==
	       RTN_UNICAST;
}

/**
 * arpp_act_learn() - update the neighbour table from a packet not for us
 * @p: a request to another, or a reply
 *
 * Mirrors the end of arp_process(), for a packet that is dropped so that the
 * kernel does nothing else with it. It refreshes a neighbour that is there;
 * only under arp_accept may one be made.
 */
void arpp_act_learn(struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);
	struct net_device *dev = p->dev;
	bool accept = accepts_new(in_dev, p->sip);
	bool garp = false, override;
	struct neighbour *n;

	/* Nobody's address: arp_process() is done with it before it learns. */
	if (!p->sip)
		return;
	n = __neigh_lookup(&arp_tbl, &p->sip, dev, 0);
	if (n || accept)
		garp = p->sip == p->tip &&
		       (p->request ||
			!memcmp(p->tha, p->sha, dev->addr_len)) &&
		       is_unicast(p);
	if (!n && accept && (garp || (!p->request && is_unicast(p))))
		n = __neigh_lookup(&arp_tbl, &p->sip, dev, 1);
	if (!n)
		return;
	override = garp || time_after(jiffies, n->updated +
				      NEIGH_VAR(n->parms, LOCKTIME));
	neigh_update(n, p->sha,
		     !p->request && to_host(p) ? NUD_REACHABLE : NUD_STALE,
		     override ? NEIGH_UPDATE_F_OVERRIDE : 0, 0);
	neigh_release(n);
}

/**
 * arpp_defence_init() - nothing was defended yet
 * @defence: of the netns
 */
void arpp_defence_init(struct arpp_defence *defence)
{
	spin_lock_init(&defence->lock);
}

/* May the address be defended now? If so, it was. */
static bool defend_now(struct arpp_defence *defence, u32 domain, __be32 addr)
{
	unsigned long now = jiffies;
	struct arpp_defended *at, *free = NULL;
	bool now_ok = false;
	int i;

	/* Whoever else holds it is defending: let that do. */
	if (!spin_trylock(&defence->lock))
		return false;
	for (i = 0; i < ARRAY_SIZE(defence->last); i++) {
		at = &defence->last[i];
		if (at->addr && time_before(now, at->when +
					    ARP_POLICY_DEFEND_INTERVAL * HZ)) {
			if (at->addr == addr && at->domain == domain)
				goto unlock;
		} else {
			free = at;
		}
	}
	/* With more conflicts than we can remember, silence is the safe side. */
	if (free) {
		free->addr = addr;
		free->domain = domain;
		free->when = now;
		now_ok = true;
	}
unlock:
	spin_unlock(&defence->lock);
	return now_ok;
}

/**
 * arpp_act_defend() - claim back an address that another host claimed
 * @defence: of the netns
 * @p: the other's packet
 *
 * RFC 5227, 2.4 (c): one announcement, then none for ten seconds.
 */
void arpp_act_defend(struct arpp_defence *defence, const struct arpp_packet *p)
{
	if (defend_now(defence, arpp_host_domain(p->dev), p->sip))
		arp_send(ARPOP_REQUEST, ETH_P_ARP, p->sip, p->dev, p->sip, NULL,
			 p->dev->dev_addr, NULL);
}
