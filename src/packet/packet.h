/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ARP packet by value, and queries of the routing and neighbour tables about it.
 *
 * Softirq or BH disabled, RCU read side. Of the files that decide, this is the only
 * one that uses the skb; the others use struct arpp_packet.
 */
#ifndef _ARPP_PACKET_H
#define _ARPP_PACKET_H

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>

struct arpp_segment;
struct neighbour;

enum arpp_parse {
	ARPP_PARSE_OK,
	ARPP_PARSE_MALFORMED,	/* arp_process() would discard it */
	ARPP_PARSE_FOREIGN,	/* a type of device that is not supported */
};

/**
 * struct arpp_solicitation - why the neighbour code sent a request
 * @found: there is an unresolved neighbour entry for the target
 * @lost: the entry's queue may have been emptied since, so @sip is not reliable
 * @sip: source address of the packet that waits for the answer, or 0
 */
struct arpp_solicitation {
	bool found;
	bool lost;
	__be32 sip;
};

/*
 * The origin of an outgoing packet, as far as the context tells: the neighbour code
 * sends with BH disabled; notifiers and bonding's monitor do not.
 */
enum arpp_maker {
	ARPP_MAKER_NEIGH,	/* a request is from arp_solicit() */
	ARPP_MAKER_PROCESS,	/* a request is not from arp_solicit() */
	ARPP_MAKER_SYSCTL,	/* an announcement that the sysctl arp_notify allows */
	ARPP_MAKER_OWN,		/* our own announcement */
	ARPP_MAKER_FORCED,	/* the same, exempt from policy */
};

/**
 * struct arpp_packet - one ARP packet
 * @skb: the packet itself; only for packet.c, act.c and hook.c
 * @dev: the receiving or sending device
 * @request: ARPOP_REQUEST
 * @other: neither that nor ARPOP_REPLY; only on bridge ports
 * @opcode: of a packet that is @other
 * @inspected: its sender matches its binding, and no other check of senders is in use; only
 *	on bridge ports
 * @framed: arpp_packet_frame() was called
 * @ethernet: its result: @eth is known
 * @dry_run: a hypothetical packet, which must not take rate tokens or change state
 * @due: its delayed answer is due: it passed the rate limits when it was received
 * @segment: where a bridge received it; only for packets on bridge ports
 * @tip_local: the target is an own address; set before a proxy rule answers
 * @routed: @route_err, @route_type and @route_dev are known
 * @sought: @neigh is known
 * @maker: enum arpp_maker; outgoing packets only
 * @route_type: RTN_* of the target, as seen from the sender
 * @route_err: the error of the route lookup, or 0
 * @sip: sender protocol address
 * @tip: target protocol address
 * @route_dev: the output device of the route to the target
 * @unreachable: errno, if @route_type is RTN_UNREACHABLE
 * @neigh: the neighbour entry of the sender, without a reference; NULL if there is none
 * @solicitation: if @dry_run: the result of arpp_packet_solicitation()
 * @sha: sender hardware address, @dev->addr_len bytes
 * @tha: target hardware address, @dev->addr_len bytes
 * @eth: the Ethernet header
 */
struct arpp_packet {
	struct sk_buff *skb;
	struct net_device *dev;
	struct arpp_segment *segment;
	bool request;
	bool other;
	bool inspected;
	bool framed;
	bool ethernet;
	bool dry_run;
	bool due;
	bool sought;
	bool routed;
	bool tip_local;
	u8 maker;
	u8 route_type;
	u16 opcode;
	int route_err;
	__be32 sip;
	__be32 tip;
	const struct net_device *route_dev;
	int unreachable;
	struct neighbour *neigh;
	struct arpp_solicitation solicitation;
	u8 sha[MAX_ADDR_LEN];
	u8 tha[MAX_ADDR_LEN];
	struct ethhdr eth;
};

enum arpp_parse arpp_packet_parse_any(struct arpp_packet *p,
				      struct sk_buff *skb,
				      struct net_device *dev);
enum arpp_parse arpp_packet_parse_port_any(struct arpp_packet *p,
					   struct sk_buff *skb,
					   struct net_device *dev,
					   unsigned int offset);
bool arpp_packet_neigh_fixed(struct net_device *dev, __be32 addr, u8 *lladdr);
bool arpp_packet_frame(struct arpp_packet *p);
bool arpp_packet_neigh_matches(const struct arpp_packet *p);
struct neighbour *arpp_packet_neigh_get(const struct arpp_packet *p);
bool arpp_packet_sender_valid(struct arpp_packet *p);
bool arpp_packet_would_update_neigh(const struct arpp_packet *p);
void arpp_packet_route(struct arpp_packet *p, bool pvlan);
struct arpp_solicitation arpp_packet_solicitation(const struct arpp_packet *p);
bool arpp_packet_solicited(struct arpp_packet *p);

/*
 * Is a packet on an Ethernet device a request or reply for IPv4 over Ethernet, as nearly all
 * are? Then its first eight bytes, from hrd to op, are known.
 */
static __always_inline bool arpp_packet_plain(const struct sk_buff *skb)
{
	const u64 request = 0x0001080006040001, reply = 0x0001080006040002;
	/* Unsigned, so a negative value fails the check too. */
	unsigned int need = skb_network_offset(skb) + sizeof(struct arphdr) +
			    2 * (ETH_ALEN + sizeof(__be32));
	__be64 head;

	if (need > skb_headlen(skb))
		return false;
	memcpy(&head, skb_network_header(skb), sizeof(head));
	return head == cpu_to_be64(request) || head == cpu_to_be64(reply);
}

/* Is the device an Ethernet device? */
static __always_inline bool arpp_packet_over_ethernet(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && dev->addr_len == ETH_ALEN;
}

/* Does a received packet have an Ethernet header? */
static inline bool arpp_packet_is_framed(const struct arpp_packet *p)
{
	const struct sk_buff *skb = p->skb;

	return arpp_packet_over_ethernet(p->dev) && skb_mac_header_was_set(skb) &&
	       skb->mac_header + ETH_HLEN <= skb->network_header;
}

/**
 * arpp_packet_is_broadcast() - was a packet sent by its sender to a group address?
 * @p: a packet that a bridge received
 * @sha: its sender's MAC, as by arpp_lladdr_number()
 *
 * The bridge has read its Ethernet header. Reading it in place, where it may be unaligned,
 * takes 27 instructions less than arpp_packet_frame().
 *
 * Return: whether the frame is from @sha to a group address.
 */
static __always_inline bool arpp_packet_is_broadcast(const struct arpp_packet *p,
						     u64 sha)
{
	const struct ethhdr *eth = eth_hdr(p->skb);
	__le64 source;

	/* h_source, and two bytes more. */
	memcpy(&source, (const u8 *)eth + ETH_ALEN, sizeof(source));
	return eth->h_dest[0] & 1 && le64_to_cpu(source) << 16 == sha << 16;
}

/* The operation. */
static inline u16 arpp_packet_opcode(const struct arpp_packet *p)
{
	if (p->request)
		return ARPOP_REQUEST;
	return p->other ? p->opcode : ARPOP_REPLY;
}

/* Initialise everything but the addresses. */
static __always_inline void arpp_packet_begin(struct arpp_packet *p,
					      struct sk_buff *skb,
					      struct net_device *dev,
					      __be16 op)
{
	p->skb = skb;
	p->dev = dev;
	p->request = op == htons(ARPOP_REQUEST);
	p->other = false;
	p->inspected = false;
	p->framed = false;
	p->ethernet = false;
	p->dry_run = false;
	p->due = false;
	p->sought = false;
	p->routed = false;
}

/* Copy the fields of a packet that arpp_packet_plain() accepts. */
static __always_inline void arpp_packet_copy(struct arpp_packet *p,
					     struct sk_buff *skb,
					     struct net_device *dev)
{
	const u8 *at = (const u8 *)(arp_hdr(skb) + 1);

	arpp_packet_begin(p, skb, dev, arp_hdr(skb)->ar_op);
	/* Copy eight bytes instead of six, which is one load; there is room for them. */
	memcpy(p->sha, at, sizeof(u64));
	memcpy(&p->sip, at + ETH_ALEN, sizeof(p->sip));
	at += ETH_ALEN + sizeof(p->sip);
	memcpy(p->tha, at, sizeof(u64));
	memcpy(&p->tip, at + ETH_ALEN, sizeof(p->tip));
}

/**
 * arpp_packet_parse() - parse a packet
 * @p: filled in
 * @skb: network header at the ARP header, hardware header of any length
 * @dev: the receiving or sending device
 *
 * Accepts what arp_rcv() and arp_process() accept. Nothing in @p points into
 * the packet's data.
 *
 * Return: ARPP_PARSE_OK, or why @p is not filled in.
 */
static __always_inline enum arpp_parse
arpp_packet_parse(struct arpp_packet *p, struct sk_buff *skb,
		  struct net_device *dev)
{
	if (unlikely(!arpp_packet_over_ethernet(dev) || !arpp_packet_plain(skb)))
		return arpp_packet_parse_any(p, skb, dev);
	arpp_packet_copy(p, skb, dev);
	return ARPP_PARSE_OK;
}

/**
 * arpp_packet_parse_port() - parse a packet that a bridge receives
 * @p: filled in
 * @skb: the frame; its network header follows the Ethernet header
 * @dev: the port
 * @offset: of the ARP header from there
 *
 * All ports are Ethernet devices.
 *
 * Return: ARPP_PARSE_OK, or why @p is not filled in.
 */
static __always_inline enum arpp_parse
arpp_packet_parse_port(struct arpp_packet *p, struct sk_buff *skb,
		       struct net_device *dev, unsigned int offset)
{
	if (unlikely(offset || !arpp_packet_plain(skb)))
		return arpp_packet_parse_port_any(p, skb, dev, offset);
	arpp_packet_copy(p, skb, dev);
	return ARPP_PARSE_OK;
}

/**
 * arpp_packet_set_sender() - rewrite the sender address of a packet
 * @p: the packet; its fields keep the old sender
 * @sip: the new sender protocol address
 *
 * Return: false if out of memory for a writable copy.
 */
static inline bool arpp_packet_set_sender(const struct arpp_packet *p, __be32 sip)
{
	struct sk_buff *skb = p->skb;

	/* Parsing has made it linear up to there. */
	if (unlikely(skb_cloned(skb)) &&
	    skb_ensure_writable(skb, skb_network_offset(skb) + arp_hdr_len(p->dev)))
		return false;
	memcpy((u8 *)(arp_hdr(skb) + 1) + p->dev->addr_len, &sip, sizeof(sip));
	return true;
}

#endif /* _ARPP_PACKET_H */
