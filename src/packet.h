/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ARP packet by value, and what the routing and neighbour tables say of it.
 *
 * Softirq or BH disabled, RCU read side. The only room below the hook that
 * knows an skb: those above ask by struct arpp_packet.
 */
#ifndef _ARPP_PACKET_H
#define _ARPP_PACKET_H

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/types.h>

struct sk_buff;

enum arpp_parse {
	ARPP_PARSE_OK,
	ARPP_PARSE_MALFORMED,	/* arp_process() would discard it */
	ARPP_PARSE_FOREIGN,	/* a kind of device that we leave alone */
};

/**
 * struct arpp_cause - what made the neighbour code send a request
 * @found: it was the neighbour code: it has an entry for the target
 * @sip: source address of the packet that waits for the answer, or 0
 */
struct arpp_cause {
	bool found;
	__be32 sip;
};

/**
 * struct arpp_packet - one ARP packet
 * @skb: where it came from; for this room and the hook only
 * @dev: the device it came in on or goes out by
 * @request: ARPOP_REQUEST, else ARPOP_REPLY
 * @to_host: its Ethernet destination was our own address, alone
 * @framed: arpp_packet_frame() was asked
 * @ethernet: its answer: @eth_src and @eth_dst are known
 * @ask: the packet is only asked about: nothing may be used up by it
 * @routed: @route_err, @route_type and @route_dev are known
 * @route_type: RTN_* of the target, as seen from the sender
 * @route_err: why there is no route, or 0
 * @sip: sender protocol address
 * @tip: target protocol address
 * @route_dev: where the route to the target leaves
 * @unreachable: errno, if @route_type is RTN_UNREACHABLE
 * @cause: if @ask: what arpp_packet_cause() says
 * @sha: sender hardware address, @dev->addr_len bytes
 * @tha: target hardware address, likewise
 * @eth_src: source of the Ethernet frame
 * @eth_dst: its destination
 */
struct arpp_packet {
	struct sk_buff *skb;
	struct net_device *dev;
	bool request;
	bool to_host;
	bool framed;
	bool ethernet;
	bool ask;
	bool routed;
	u8 route_type;
	int route_err;
	__be32 sip;
	__be32 tip;
	const struct net_device *route_dev;
	int unreachable;
	struct arpp_cause cause;
	u8 sha[MAX_ADDR_LEN];
	u8 tha[MAX_ADDR_LEN];
	u8 eth_src[ETH_ALEN];
	u8 eth_dst[ETH_ALEN];
};

/* What is known of a target without asking for the route. */
enum arpp_target {
	ARPP_TARGET_UNKNOWN,	/* ask for it */
	ARPP_TARGET_OTHER,	/* it is not RTN_LOCAL */
	ARPP_TARGET_OWN,	/* an own address */
};

enum arpp_parse arpp_packet_parse(struct arpp_packet *p, struct sk_buff *skb,
				  struct net_device *dev);
bool arpp_packet_frame(struct arpp_packet *p);
bool arpp_packet_known(const struct arpp_packet *p);
bool arpp_packet_is_reply(struct sk_buff *skb, const struct net_device *dev);
enum arpp_target arpp_packet_target(const struct arpp_packet *p);
bool arpp_packet_teaches(const struct arpp_packet *p);
void arpp_packet_route(struct arpp_packet *p, bool pvlan);
struct arpp_cause arpp_packet_cause(const struct arpp_packet *p);
bool arpp_packet_awaited(const struct arpp_packet *p);
bool arpp_packet_set_sender(struct arpp_packet *p, __be32 sip);

#endif /* _ARPP_PACKET_H */
