/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hand DHCP that a bridge receives to netlink listeners.
 *
 * Called from the packet path: softirq or BH disabled, RCU read side.
 */
#ifndef _ARPP_SNOOP_H
#define _ARPP_SNOOP_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/udp.h>

#include "packet/event.h"
#include "packet/segment.h"

#define ARPP_DHCP_TO_SERVER	67
#define ARPP_DHCP_TO_CLIENT	68

/* Ports share meters if there are more than this. */
#define ARPP_SNOOP_PORTS	64

/**
 * struct arpp_snoop - the limits of the DHCP messages of a netns
 * @events: of all; its meter is that of untrusted ports
 * @trusted: the meter of trusted ports: clients cannot crowd out servers
 * @ports: the meters of single untrusted ports: one cannot crowd out the others
 */
struct arpp_snoop {
	struct arpp_events events;
	atomic64_t trusted;
	atomic64_t ports[ARPP_SNOOP_PORTS];
};

void arpp_snoop_frame(struct arpp_snoop *snoop, struct arpp_segment *s,
		      const struct sk_buff *skb, bool trusted);

/**
 * arpp_snoop_may_be_dhcp() - may a frame carry DHCP?
 * @skb: an IPv4 frame that a bridge receives
 *
 * Every frame that is bridged comes here while a socket snoops.
 *
 * Return: false only if it does not; true for an unusual header.
 */
static __always_inline bool arpp_snoop_may_be_dhcp(const struct sk_buff *skb)
{
	const u8 *ip = skb_network_header(skb);
	__be16 port;

	if (unlikely(skb_tail_pointer(skb) - ip <
		     sizeof(struct iphdr) + sizeof(struct udphdr)))
		return true;
	if (likely(ip[offsetof(struct iphdr, protocol)] != IPPROTO_UDP))
		return false;
	/* With options, the ports are elsewhere. */
	if (unlikely(ip[0] != 0x45))
		return true;
	memcpy(&port, ip + sizeof(struct iphdr) + offsetof(struct udphdr, dest),
	       sizeof(port));
	return port == htons(ARPP_DHCP_TO_SERVER) || port == htons(ARPP_DHCP_TO_CLIENT);
}

#endif /* _ARPP_SNOOP_H */
