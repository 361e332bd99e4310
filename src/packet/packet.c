// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse and check ARP packets; look up the routes and neighbours that they concern.
 *
 * Softirq or BH disabled, RCU read side.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/arp.h>
#include <net/dst.h>
#include <net/dst_metadata.h>
#include <net/ip_fib.h>
#include <net/route.h>

#include "compat.h"
#include "packet/packet.h"

/* Check the hardware type as arp_process() does for this type of device. */
static enum arpp_parse check_hrd(const struct net_device *dev, __be16 hrd)
{
	switch (dev->type) {
	case ARPHRD_ETHER:
	case ARPHRD_FDDI:
	case ARPHRD_IEEE802:
		if (hrd == htons(ARPHRD_ETHER) || hrd == htons(ARPHRD_IEEE802))
			return ARPP_PARSE_OK;
		return ARPP_PARSE_MALFORMED;
	/* These have their own protocol number, packet layout or sender. */
	case ARPHRD_AX25:
	case ARPHRD_NETROM:
	case ARPHRD_IEEE1394:
	case ARPHRD_DLCI:
		return ARPP_PARSE_FOREIGN;
	default:
		return hrd == htons(dev->type) ? ARPP_PARSE_OK :
						 ARPP_PARSE_MALFORMED;
	}
}

/**
 * arpp_packet_frame() - copy the Ethernet header, once
 * @p: a received packet; @p->eth is filled in
 *
 * Return: whether it has such a header.
 */
bool arpp_packet_frame(struct arpp_packet *p)
{
	const struct sk_buff *skb = p->skb;

	/* ether_addr_equal() needs 16-bit alignment. */
	BUILD_BUG_ON(offsetof(struct arpp_packet, sha) % 2 ||
		     offsetof(struct arpp_packet, tha) % 2 ||
		     offsetof(struct arpp_packet, eth) % 2);
	if (p->framed)
		return p->ethernet;
	p->framed = true;
	p->ethernet = arpp_packet_is_framed(p);
	/* After XDP or a tunnel, the frame may start at an odd address. */
	if (p->ethernet)
		memcpy(&p->eth, eth_hdr(skb), sizeof(p->eth));
	return p->ethernet;
}

/* Do arp_rcv() and arp_process() accept the packet? */
static enum arpp_parse check_all(struct sk_buff *skb,
				 const struct net_device *dev)
{
	int need = skb_network_offset(skb) + arp_hdr_len((struct net_device *)dev);
	unsigned int hln = dev->addr_len;
	const struct arphdr *arp;
	enum arpp_parse ret;

	if (hln > MAX_ADDR_LEN)
		return ARPP_PARSE_FOREIGN;
	if (need < 0 || !pskb_may_pull(skb, need))
		return ARPP_PARSE_MALFORMED;

	arp = arp_hdr(skb);
	ret = check_hrd(dev, arp->ar_hrd);
	if (ret != ARPP_PARSE_OK)
		return ret;
	if (arp->ar_pro != htons(ETH_P_IP) || arp->ar_hln != hln ||
	    arp->ar_pln != sizeof(__be32))
		return ARPP_PARSE_MALFORMED;
	if (arp->ar_op != htons(ARPOP_REQUEST) &&
	    arp->ar_op != htons(ARPOP_REPLY))
		return ARPP_PARSE_MALFORMED;
	return ARPP_PARSE_OK;
}

/**
 * arpp_packet_parse_any() - parse a packet of any hardware type
 * @p: filled in
 * @skb: as for arpp_packet_parse()
 * @dev: as for arpp_packet_parse()
 *
 * Return: as arpp_packet_parse().
 */
enum arpp_parse arpp_packet_parse_any(struct arpp_packet *p,
				      struct sk_buff *skb,
				      struct net_device *dev)
{
	enum arpp_parse ret = check_all(skb, dev);
	unsigned int hln = dev->addr_len;
	const u8 *at;

	if (ret != ARPP_PARSE_OK)
		return ret;
	arpp_packet_begin(p, skb, dev, arp_hdr(skb)->ar_op);
	at = (const u8 *)(arp_hdr(skb) + 1);
	memcpy(p->sha, at, hln);
	at += hln;
	memcpy(&p->sip, at, sizeof(p->sip));
	at += sizeof(p->sip);
	memcpy(p->tha, at, hln);
	at += hln;
	memcpy(&p->tip, at, sizeof(p->tip));
	return ARPP_PARSE_OK;
}

/* ARP for IPv4 over Ethernet, as it stands in a frame. */
struct frame_arp {
	struct arphdr hdr;
	u8 sha[ETH_ALEN];
	__be32 sip;
	u8 tha[ETH_ALEN];
	__be32 tip;
} __packed;

/* The hardware types that hosts take for Ethernet. */
static bool is_ethernet(__be16 hrd)
{
	return hrd == htons(ARPHRD_ETHER) || hrd == htons(ARPHRD_IEEE802);
}

/**
 * arpp_packet_parse_port_any() - parse a packet that a bridge receives
 * @p: filled in
 * @skb: as for arpp_packet_parse_port()
 * @dev: as for arpp_packet_parse_port()
 * @offset: as for arpp_packet_parse_port()
 *
 * Other hosts on the bridge may accept more than the kernel does: any operation, and
 * both hardware types. What is parsed becomes linear, so that it cannot change when the
 * bridge passes it on: it may be in pages that a process can still write to.
 *
 * Return: as arpp_packet_parse_port().
 */
enum arpp_parse arpp_packet_parse_port_any(struct arpp_packet *p,
					   struct sk_buff *skb,
					   struct net_device *dev,
					   unsigned int offset)
{
	int at = skb_network_offset(skb) + offset;
	const struct frame_arp *arp;

	if (!pskb_may_pull(skb, at + sizeof(arp->hdr)))
		return ARPP_PARSE_MALFORMED;
	arp = (const struct frame_arp *)(skb->data + at);
	if (!is_ethernet(arp->hdr.ar_hrd) || arp->hdr.ar_pro != htons(ETH_P_IP))
		return ARPP_PARSE_FOREIGN;
	if (arp->hdr.ar_hln != ETH_ALEN || arp->hdr.ar_pln != sizeof(__be32))
		return ARPP_PARSE_MALFORMED;
	if (!pskb_may_pull(skb, at + sizeof(*arp)))
		return ARPP_PARSE_MALFORMED;
	arp = (const struct frame_arp *)(skb->data + at);
	arpp_packet_begin(p, skb, dev, arp->hdr.ar_op);
	p->other = !p->request && arp->hdr.ar_op != htons(ARPOP_REPLY);
	p->opcode = ntohs(arp->hdr.ar_op);
	memcpy(p->sha, arp->sha, ETH_ALEN);
	memcpy(p->tha, arp->tha, ETH_ALEN);
	p->sip = arp->sip;
	p->tip = arp->tip;
	return ARPP_PARSE_OK;
}

/*
 * Find a neighbour entry, without a reference: 80 instructions less. Loopback and
 * point-to-point devices have none for an address: all have the key 0.0.0.0.
 */
static __always_inline struct neighbour *neigh_find(struct net_device *dev, __be32 addr)
{
	return dev->flags & (IFF_LOOPBACK | IFF_POINTOPOINT) ?
	       NULL : __ipv4_neigh_lookup_noref(dev, (__force u32)addr);
}

/**
 * arpp_packet_neigh_fixed() - find a neighbour that received ARP cannot change
 * @dev: the device
 * @addr: the neighbour's address
 * @lladdr: set to its hardware address
 *
 * neigh_update() spares permanent and noarp entries. One that is only NTF_EXT_LEARNED
 * can be changed by received ARP.
 *
 * Return: whether there is one.
 */
bool arpp_packet_neigh_fixed(struct net_device *dev, __be32 addr, u8 *lladdr)
{
	struct neighbour *n = neigh_find(dev, addr);

	if (!n || !(READ_ONCE(n->nud_state) & (NUD_PERMANENT | NUD_NOARP)))
		return false;
	neigh_ha_snapshot((char *)lladdr, n, dev);
	return true;
}

/*
 * Does the neighbour entry have the sender's lladdr? On Ethernet it is compared in place:
 * a copy and memcmp() take 80 instructions more.
 */
static bool has_lladdr(const struct neighbour *n, const struct arpp_packet *p)
{
	u8 ha[MAX_ADDR_LEN] arpp_uninitialized;
	unsigned int seq;
	bool same;

	if (!(READ_ONCE(n->nud_state) & NUD_VALID))
		return false;
	if (likely(p->dev->addr_len == ETH_ALEN)) {
		do {
			seq = read_seqbegin(&n->ha_lock);
			same = ether_addr_equal(n->ha, p->sha);
		} while (read_seqretry(&n->ha_lock, seq));
		return same;
	}
	neigh_ha_snapshot((char *)ha, n, p->dev);
	return !memcmp(ha, p->sha, p->dev->addr_len);
}

/**
 * arpp_packet_neigh_matches() - is there a neighbour entry with the sender's lladdr?
 * @p: a received packet
 *
 * If so, a request from the sender does not change the entry: neigh_update() keeps a
 * valid entry as it is if the lladdr is the same and the new state is NUD_STALE.
 *
 * Return: whether there is one; false if that cannot be determined.
 */
bool arpp_packet_neigh_matches(const struct arpp_packet *p)
{
	const struct neighbour *n = neigh_find(p->dev, p->sip);

	return n && has_lladdr(n, p);
}

/**
 * arpp_packet_neigh_get() - find the neighbour entry of the sender, and keep it
 * @p: a received packet
 *
 * As neigh_lookup() in arp_process(), in 65 instructions less; in as many less again if
 * arpp_packet_solicited() has found the entry.
 *
 * Return: the entry, for neigh_release(), or NULL.
 */
struct neighbour *arpp_packet_neigh_get(const struct arpp_packet *p)
{
	struct neighbour *n = p->sought ? p->neigh : neigh_find(p->dev, p->sip);

	return n && refcount_inc_not_zero(&n->refcnt) ? n : NULL;
}

/**
 * arpp_packet_sender_valid() - does the kernel accept the sender?
 * @p: a received request that a rule answers
 *
 * The kernel validates the sender only if it finds a route to the target. It refuses a
 * martian, an own address, and an address that fails rp_filter. It learns senders only
 * from requests that it routes.
 *
 * Return: whether there is such a route and the sender is accepted.
 */
bool arpp_packet_sender_valid(struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);

	/*
	 * Without forwarding only own addresses have a route here. A lookup that
	 * finds none costs 1,200 instructions.
	 */
	if (!p->tip_local && !IN_DEV_FORWARD(in_dev) &&
	    !fib4_has_custom_rules(dev_net(p->dev)))
		return false;
	arpp_packet_route(p, false);
	return !p->route_err && (p->route_type == RTN_LOCAL ||
				 p->route_type == RTN_UNICAST);
}

/**
 * arpp_packet_would_update_neigh() - would the kernel learn the sender of a request?
 * @p: a received request that is not answered, and that the kernel may not route
 *
 * The kernel learns nothing from a request that it routes and that arp_ignore
 * suppresses. If the sender is invalid, it does not route the request, but updates the
 * sender's entry if there is one.
 *
 * Return: whether an entry would be updated, or created because of arp_accept; true if
 *	that cannot be determined.
 */
bool arpp_packet_would_update_neigh(const struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);
	const struct neighbour *n;

	if (!in_dev || IN_DEV_ARP_ACCEPT(in_dev) ||
	    p->dev->flags & (IFF_LOOPBACK | IFF_POINTOPOINT))
		return true;
	n = __ipv4_neigh_lookup_noref(p->dev, (__force u32)p->sip);
	return n && !has_lladdr(n, p);
}

/* Look up the route and leave the skb's dst unchanged. */
static void look_up(struct arpp_packet *p)
{
	struct sk_buff *skb = p->skb;
	struct metadata_dst *md;

	/* The lookup drops the dst that it finds: keep one reference. */
	md = skb_metadata_dst(skb);
	if (md)
		dst_hold(&md->dst);
	p->route_err = ip_route_input_noref(skb, p->tip, p->sip, 0, p->dev);
	if (!p->route_err) {
		p->route_type = skb_rtable(skb)->rt_type;
		p->route_dev = skb_dst(skb)->dev;
		p->unreachable = skb_dst(skb)->error;
	}
	skb_dst_drop(skb);
	if (md)
		skb_dst_set(skb, &md->dst);
}

/**
 * arpp_packet_route() - look up the route from a packet's sender to its target, once
 * @p: a received packet
 * @pvlan: also find a route back out by the same device
 *
 * Same lookup as in arp_process(). Leaves the skb unchanged, because arp_process() still
 * needs its tunnel metadata.
 *
 * For ARP, __mkroute_input() returns no route back by the same device unless the sysctl
 * proxy_arp_pvlan is on. For IP it does, but then marks the control block for a
 * redirect; so the control block is restored.
 */
void arpp_packet_route(struct arpp_packet *p, bool pvlan)
{
	struct sk_buff *skb = p->skb;
	u8 cb[sizeof(skb->cb)] arpp_uninitialized;

	if (p->routed)
		return;
	p->routed = true;
	look_up(p);
	if (!p->route_err || !pvlan)
		return;
	memcpy(cb, skb->cb, sizeof(cb));
	skb->protocol = htons(ETH_P_IP);
	look_up(p);
	skb->protocol = htons(ETH_P_ARP);
	memcpy(skb->cb, cb, sizeof(cb));
}

/*
 * neigh_invalidate() releases the lock for each packet, and then empties the queue.
 * Packets that were queued meanwhile, with the state NUD_INCOMPLETE again, are lost
 * too. An entry that never had a packet looks the same until its second request, so
 * the two cases can be distinguished only if a second request will follow.
 */
static bool may_be_purged(const struct neighbour *n)
{
	return n->nud_state & NUD_INCOMPLETE &&
	       atomic_read(&n->probes) <= NEIGH_VAR(n->parms, UCAST_PROBES) +
					  NEIGH_VAR(n->parms, APP_PROBES) &&
	       NEIGH_VAR(n->parms, MCAST_PROBES) > 1;
}

/**
 * arpp_packet_solicitation() - find the neighbour entry that a request was sent for
 * @p: an outgoing request
 *
 * arp_solicit() took the sender from the packet at the tail of the neighbour's
 * queue, and has released the lock since. Usually that packet is still there. A
 * later one serves as well: the next request would be sent for it. But another CPU
 * may have answered or deleted the entry meanwhile.
 *
 * Return: whether an unresolved neighbour entry exists, and the source of that
 *	packet.
 */
struct arpp_solicitation arpp_packet_solicitation(const struct arpp_packet *p)
{
	struct arpp_solicitation solicitation = {};
	const struct sk_buff *skb;
	struct neighbour *n;

	if (p->dry_run)
		return p->solicitation;
	n = neigh_lookup(&arp_tbl, &p->tip, p->dev);
	if (!n)
		return solicitation;
	read_lock_bh(&n->lock);
	solicitation.found = n->nud_state & (NUD_INCOMPLETE | NUD_PROBE);
	skb = skb_peek_tail(&n->arp_queue);
	if (skb)
		solicitation.sip = ip_hdr(skb)->saddr;
	else
		solicitation.lost = may_be_purged(n);
	read_unlock_bh(&n->lock);
	neigh_release(n);
	return solicitation;
}

/**
 * arpp_packet_solicited() - is the neighbour code waiting for this answer?
 * @p: a received packet
 *
 * Return: whether there is an unresolved entry for the sender's address.
 */
bool arpp_packet_solicited(struct arpp_packet *p)
{
	p->neigh = neigh_find(p->dev, p->sip);
	p->sought = true;
	return p->neigh && READ_ONCE(p->neigh->nud_state) & (NUD_INCOMPLETE | NUD_PROBE);
}
