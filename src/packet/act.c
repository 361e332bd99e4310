// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carry out a verdict: answer, learn, announce, defend.
 *
 * Softirq or BH disabled, RCU read side.
 */
#include <linux/bottom_half.h>
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/dst_metadata.h>
#include <net/ip_tunnels.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "compat.h"
#include "packet/act.h"
#include "policy/host.h"

/* Make or update the sender's neighbour entry; false if the table is full. */
static bool learn_sender(struct arpp_packet *p)
{
	struct neighbour *n;

	if (arpp_packet_neigh_matches(p))
		return true;
	n = neigh_event_ns(&arp_tbl, p->sha, &p->sip, p->dev);
	if (!n)
		return false;
	neigh_release(n);
	return true;
}

/*
 * The same for a proxy rule. It answers without a route, so the sender may not have
 * been validated yet. A sender that the kernel would refuse is answered but not
 * learnt: it only updates an existing neighbour, as any packet not for us does.
 */
static void learn_rule_sender(struct arpp_packet *p)
{
	if (arpp_packet_neigh_matches(p))
		return;
	if (arpp_packet_sender_valid(p))
		learn_sender(p);
	else
		arpp_act_learn(p);
}

/* Was it sent to our own MAC? */
static bool to_host(const struct arpp_packet *p)
{
	return p->skb->pkt_type == PACKET_HOST;
}

/*
 * Does nothing else use the skb or its data, and is it a plain one? The first eight bytes of
 * skb_shared_info describe all that is not plain: fragments, GSO, timestamps, XDP metadata.
 * Comparing them at once takes 7 instructions less.
 */
static __always_inline bool owns_skb(const struct sk_buff *skb)
{
	u64 extras;

	BUILD_BUG_ON(offsetof(struct skb_shared_info, frag_list) != sizeof(extras));
	memcpy(&extras, skb_shinfo(skb), sizeof(extras));
	return !skb_network_offset(skb) && !skb_shared(skb) && !skb_cloned(skb) &&
	       !skb_is_nonlinear(skb) && !skb_pfmemalloc(skb) && !extras && !skb_dst(skb);
}

/* May the request's skb be reused for the answer? */
static bool can_reuse_skb(const struct arpp_packet *p)
{
	const struct net_device *dev = p->dev;

	return arpp_packet_is_framed(p) && owns_skb(p->skb) &&
	       skb_headroom(p->skb) >= LL_RESERVED_SPACE(dev) &&
	       skb_tailroom(p->skb) >= dev->needed_tailroom;
}

/* The length of ARP for IPv4 over Ethernet, and its first eight bytes in an answer. */
#define ARP_LEN		(sizeof(struct arphdr) + 2 * (ETH_ALEN + sizeof(__be32)))
#define ARP_REPLY_HEAD	0x0001080006040002ULL

/*
 * Reset everything to the state of a new skb of arp_create(), except for what describes the
 * memory: where it is, how it is freed, and its reference counts. The selftest compares the
 * result byte by byte. Returns where the ARP header begins.
 */
static __always_inline u8 *reset_skb(struct sk_buff *skb)
{
	/* The request is linear and at least this long. */
	skb->len = ARP_LEN;
	skb_set_tail_pointer(skb, ARP_LEN);
	skb_orphan(skb);
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	skb->tstamp = 0;
	arpp_fill(skb->cb, 0, sizeof(skb->cb));
	skb->mac_len = 0;
	skb->hdr_len = 0;
	skb->peeked = 0;
	skb_set_queue_mapping(skb, 0);
	arpp_skb_reset_headers(skb);
	skb->protocol = htons(ETH_P_ARP);
	/* As in __alloc_skb(): hardware timestamps, XDP metadata. */
	arpp_fill(skb_shinfo(skb), 0, offsetof(struct skb_shared_info, dataref));
	return skb->data;
}

/*
 * Write the ARP of an answer from front to back. A MAC is stored as eight bytes, and the
 * address that follows it overwrites the last two. The packet may be unaligned. @sha is the
 * MAC to answer with, @tha that of the request's sender, both as by arpp_lladdr_number().
 */
static __always_inline void put_arp(u8 *at, const struct arpp_packet *p, u64 sha, u64 tha)
{
	put_unaligned_be64(ARP_REPLY_HEAD, at);
	at += sizeof(struct arphdr);
	put_unaligned_le64(sha, at);
	memcpy(at + ETH_ALEN, &p->tip, sizeof(p->tip));
	at += ETH_ALEN + sizeof(p->tip);
	put_unaligned_le64(tha, at);
	memcpy(at + ETH_ALEN, &p->sip, sizeof(p->sip));
}

/* Write the Ethernet header. The last two bytes of the second store are the type. */
static __always_inline void put_eth(u8 *at, u64 dest, u64 source)
{
	put_unaligned_le64(dest, at);
	put_unaligned_le64(source | (u64)swab16(ETH_P_ARP) << 8 * ETH_ALEN, at + ETH_ALEN);
}

/**
 * arpp_act_reuse_skb() - make the skb of a request that of its answer
 * @p: the request; can_reuse_skb() allows it
 * @lladdr: the MAC to answer with, which may be unaligned
 *
 * Allocating a new skb is half the cost of an answer. The result is like an skb of
 * arp_create(), byte by byte.
 *
 * Most devices have eth_header(), which is reached through two pointers: without the call
 * it takes 35 instructions less.
 *
 * Return: whether the answer is ready to be sent.
 */
bool arpp_act_reuse_skb(struct arpp_packet *p, const u8 *lladdr)
{
	u64 sha = arpp_lladdr_number(lladdr), tha = arpp_lladdr_number(p->sha);
	struct net_device *dev = p->dev;
	struct sk_buff *skb = p->skb;
	u8 *arp = reset_skb(skb);

	put_arp(arp, p, sha, tha);
	if (!dev->header_ops || unlikely(dev->header_ops->create != eth_header))
		return dev_hard_header(skb, dev, ETH_P_ARP, p->sha, lladdr, ARP_LEN) >= 0;
	put_eth(__skb_push(skb, ETH_HLEN), tha, sha);
	return true;
}

/* The MAC to answer with. If it comes from a rule, it is stored in @rule. */
static const u8 *answering_lladdr(const struct arpp_packet *p,
				  const struct arpp_verdict *v,
				  struct arpp_rule *rule)
{
	if (v->by.rule) {
		*rule = arpp_match_rule(&v->by);
		if (rule->has_lladdr)
			return rule->lladdr;
	}
	return p->dev->dev_addr;
}

/* Answer in a new skb, through the tunnel that the request came through. */
static noinline enum arpp_answer reply_anew(struct arpp_packet *p, const u8 *lladdr)
{
	struct metadata_dst *md = skb_metadata_dst(p->skb);
	struct sk_buff *answer;

	answer = arp_create(ARPOP_REPLY, ETH_P_ARP, p->sip, p->dev, p->tip,
			    p->sha, lladdr, p->sha);
	if (answer && md) {
		md = iptunnel_metadata_reply(md, GFP_ATOMIC);
		if (md)
			skb_dst_set(answer, &md->dst);
	}
	consume_skb(p->skb);
	p->skb = answer;
	return answer ? ARPP_ANSWER_READY : ARPP_ANSWER_FAILED;
}

/* Answer in the skb of the request, or in a new one. */
static enum arpp_answer make_answer(struct arpp_packet *p, const u8 *lladdr)
{
	if (unlikely(!can_reuse_skb(p)))
		return reply_anew(p, lladdr);
	if (likely(arpp_act_reuse_skb(p, lladdr)))
		return ARPP_ANSWER_READY;
	kfree_skb(p->skb);
	return ARPP_ANSWER_FAILED;
}

/**
 * arpp_act_reply() - build the answer to a request, as arp_process() would
 * @delay: the queue for delayed answers
 * @d: the receiving device's policy
 * @p: the request; its skb is taken over and replaced by the answer
 * @v: the verdict: ARPP_REPLY or ARPP_REPLY_STOCK
 *
 * The sender becomes a neighbour, unless it only probes, or a rule answers and the
 * kernel would not accept the sender. As in the kernel, a request for an own
 * address is not answered if the neighbour table is full. The answer to a unicast
 * request is never delayed.
 *
 * The sender of a delayed request was learnt when the request was received.
 *
 * Return: the outcome.
 */
enum arpp_answer arpp_act_reply(struct arpp_delay *delay,
				const struct arpp_device *d,
				struct arpp_packet *p,
				const struct arpp_verdict *v)
{
	bool proxied = v->reason == ARP_POLICY_REASON_PROXIED;
	struct arpp_rule rule;

	if (unlikely(p->due)) {
		/* Its sender was learnt when it was received. */
	} else if (v->by.rule) {
		learn_rule_sender(p);
	} else if (p->sip && !learn_sender(p) && !proxied) {
		consume_skb(p->skb);
		return ARPP_ANSWER_FAILED;
	}
	if (v->delay && !p->due && !to_host(p))
		return arpp_delay_add(delay, p->skb, d->stats, v->delay) ?
		       ARPP_ANSWER_DELAYED : ARPP_ANSWER_FAILED;

	return make_answer(p, answering_lladdr(p, v, &rule));
}

static noinline struct sk_buff *reply_port_anew(struct arpp_packet *p, u64 lladdr)
{
	u8 bytes[ETH_ALEN];

	arpp_lladdr_of(lladdr, bytes);
	reply_anew(p, bytes);
	return p->skb;
}

/*
 * Headroom is not checked: the bridge would send the frame out of a port as it is, with an
 * Ethernet header in front. So there is room for one, and the answer needs no more.
 */
static noinline struct sk_buff *reply_untagged(struct arpp_packet *p, u64 lladdr)
{
	struct sk_buff *skb = p->skb;
	u64 sha;
	u8 *arp;

	if (unlikely(!owns_skb(skb)))
		return reply_port_anew(p, lladdr);
	arp = reset_skb(skb);
	__skb_push(skb, ETH_HLEN);
	sha = arpp_lladdr_number(p->sha);
	put_eth(arp - ETH_HLEN, sha, lladdr);
	put_arp(arp, p, lladdr, sha);
	return skb;
}

static noinline struct sk_buff *reply_tagged(struct arpp_packet *p, u64 lladdr,
					     const struct arpp_tag *tag)
{
	struct sk_buff *answer = tag->in_data ? reply_port_anew(p, lladdr) :
						reply_untagged(p, lladdr);

	if (answer)
		__vlan_hwaccel_put_tag(answer, tag->proto, tag->tci);
	return answer;
}

/**
 * arpp_act_reply_port() - build the answer to a request on a bridge port
 * @p: the request; its skb is taken over
 * @lladdr: the MAC to answer with, as by arpp_lladdr_number()
 * @tag: the request's tag, which the answer gets too
 *
 * Neither the neighbour table nor the bridge learns from the request.
 *
 * Return: the answer, to be sent by dev_queue_xmit(), or NULL: out of memory.
 */
struct sk_buff *arpp_act_reply_port(struct arpp_packet *p, u64 lladdr,
				    const struct arpp_tag *tag)
{
	return likely(!tag->proto) ? reply_untagged(p, lladdr) :
				     reply_tagged(p, lladdr, tag);
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
 * arpp_act_learn() - update the neighbour table from a packet that is not for us
 * @p: a request for another host, or a reply
 *
 * Mirrors the end of arp_process(), for a packet that is dropped so that the kernel does
 * nothing else with it. It updates an existing neighbour entry, and creates one only if
 * arp_accept is set.
 */
void arpp_act_learn(struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);
	struct net_device *dev = p->dev;
	bool garp, override;
	struct neighbour *n;

	/*
	 * A probe: arp_process() returns before it learns. And IPv4 may have been
	 * taken from the device since the verdict (a small MTU).
	 */
	if (!p->sip || !in_dev)
		return;
	n = arpp_packet_neigh_get(p);
	if (!n && !accepts_new(in_dev, p->sip))
		return;
	garp = p->sip == p->tip &&
	       (p->request || !memcmp(p->tha, p->sha, dev->addr_len)) && is_unicast(p);
	if (!n && (garp || (!p->request && is_unicast(p))))
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

DEFINE_PER_CPU(unsigned long, arpp_announcing);

/**
 * arpp_act_announce() - send one ARP Announcement (RFC 5227), as arp_notify does
 * @dev: the device to send it on
 * @addr: the address
 * @lladdr: the MAC, as long as the device's, also the source of the frame
 * @force: even if policy hides the address there
 *
 * The skb is stored so that our own hook recognises it and does not rewrite it,
 * even if the neighbour code has an entry for the address. No other packet is sent
 * on this CPU meanwhile. arp_send() is not used: it does not report -ENOMEM.
 *
 * Context: BH enabled or disabled, RCU read side or RTNL held.
 * Return: 0 or -ENOMEM.
 */
int arpp_act_announce(struct net_device *dev, __be32 addr, const u8 *lladdr, bool force)
{
	struct sk_buff *skb = arp_create(ARPOP_REQUEST, ETH_P_ARP, addr, dev,
					 addr, NULL, lladdr, NULL);

	if (!skb)
		return -ENOMEM;
	local_bh_disable();
	this_cpu_write(arpp_announcing, (unsigned long)skb |
					(force ? ARPP_ANNOUNCING_FORCE : 0));
	arp_xmit(skb);
	/* Without a policy, the packet does not reach the hook. */
	this_cpu_write(arpp_announcing, 0);
	local_bh_enable();
	return 0;
}

/**
 * arpp_defence_init() - initialise
 * @defence: of the netns, all zeroes
 */
void arpp_defence_init(struct arpp_defence *defence)
{
	defence->seed = get_random_u32();
}

/*
 * Time in units of 2^28 ns: 32 bits of it wrap after 36 years; jiffies wrap after
 * 49 days on 32-bit kernels. One unit is added to the interval because both ends
 * are rounded down.
 */
#define DEFENCE_SHIFT		28
#define DEFENCE_UNITS		\
	((u32)((u64)ARP_POLICY_DEFEND_INTERVAL * NSEC_PER_SEC >> DEFENCE_SHIFT) + 2)
/* Another CPU may have read the clock after us: 4.9 hours of leeway. */
#define DEFENCE_LEEWAY		((u32)BIT(16))

static bool defended_lately(u64 slot, u32 now)
{
	return slot && now - (u32)slot + DEFENCE_LEEWAY <
		       DEFENCE_UNITS + DEFENCE_LEEWAY;
}

/* Identifies an address in an L3 domain. It is a 32-bit hash, so two may collide. */
static u32 defended_id(const struct net_device *dev, __be32 addr)
{
	return (__force u32)addr ^ arpp_host_domain(dev) * GOLDEN_RATIO_32;
}

/*
 * The slot where @id was defended, else the first free slot; -1 if all are taken.
 * @free: what is in the free slot
 */
static int find_defended(const atomic64_t *set, u32 id, u32 now, s64 *free)
{
	int i, found = -1;
	s64 slot;

	*free = 0;
	for (i = 0; i < ARPP_DEFENCE_WAYS; i++) {
		slot = atomic64_read(&set[i]);
		if (defended_lately(slot, now)) {
			if ((u64)slot >> 32 == id)
				return -1;
		} else if (found < 0) {
			found = i;
			*free = slot;
		}
	}
	return found;
}

/* Did another CPU concurrently defend @id in a slot other than @mine? */
static bool defended_twice(const atomic64_t *set, u32 id, u32 now, int mine)
{
	s64 slot;
	int i;

	for (i = 0; i < ARPP_DEFENCE_WAYS; i++) {
		slot = atomic64_read(&set[i]);
		if (i != mine && (u64)slot >> 32 == id &&
		    defended_lately(slot, now))
			return true;
	}
	return false;
}

/*
 * May the address be defended now? If so, it is recorded as defended.
 *
 * A slot only ever changes from free to taken, so the loop ends after at most as
 * many rounds as there are slots. Two CPUs that defend the same address usually
 * choose the same slot, and one of them finds it taken. They choose different
 * slots only if one becomes free between their scans; then a CPU that sees the
 * other's slot does not defend. Conflicts beyond the number of slots are not
 * answered either: not answering is the safe choice.
 */
static bool may_defend(struct arpp_defence *defence, u32 id)
{
	u32 now = ktime_get_ns() >> DEFENCE_SHIFT;
	s64 mine = (u64)id << 32 | now, was;
	atomic64_t *set;
	int i;

	set = defence->slot[hash_32(id ^ defence->seed, ARPP_DEFENCE_BITS)];
	do {
		i = find_defended(set, id, now, &was);
		if (i < 0)
			return false;
	} while (!atomic64_try_cmpxchg(&set[i], &was, mine));
	return !defended_twice(set, id, now, i);
}

/**
 * arpp_act_defend() - announce our address, which another host claimed
 * @defence: of the netns
 * @dev: our device on the segment
 * @addr: the address
 *
 * RFC 5227, 2.4 (c): one announcement, then none for 10 s.
 */
void arpp_act_defend(struct arpp_defence *defence, struct net_device *dev, __be32 addr)
{
	if (may_defend(defence, defended_id(dev, addr)))
		arpp_act_announce(dev, addr, dev->dev_addr, false);
}
