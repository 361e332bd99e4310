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
#include "policy/device.h"

#define ARPP_DHCP_TO_SERVER	67
#define ARPP_DHCP_TO_CLIENT	68

/* Ports without a policy share meters if there are more than this. */
#define ARPP_SNOOP_PORTS	64

/* The limit that a message exceeded. */
enum arpp_snoop_limit {
	ARPP_SNOOP_LIMIT_PORT,		/* of its port */
	ARPP_SNOOP_LIMIT_UNTRUSTED,	/* of all untrusted ports */
	ARPP_SNOOP_LIMIT_TRUSTED,	/* of all trusted ports */
	ARPP_SNOOP_LIMITS,		/* none */
};

struct arpp_snoop_asked;

/**
 * struct arpp_snoop - the limits of the DHCP messages of a netns
 * @events: of all; its meter is that of untrusted ports beyond what each has reserved
 * @trusted: the meter of trusted ports, for what no client asked for
 * @ports: the meters of single untrusted ports that have no policy
 * @asked: the messages of clients that servers may answer without a limit; allocated when
 *	a socket first snoops
 * @lost: the messages that exceeded each limit, since all counters were reset
 *
 * One untrusted port cannot crowd out the others, nor can all of them crowd out a server's
 * answers: however many messages clients make the servers send, an answer to one that was
 * handed over is handed over as well.
 */
struct arpp_snoop {
	struct arpp_events events;
	atomic64_t trusted;
	struct arpp_dhcp_meters ports[ARPP_SNOOP_PORTS];
	struct arpp_snoop_asked *asked;
	atomic64_t lost[ARPP_SNOOP_LIMITS];
};

int arpp_snoop_prepare(struct arpp_snoop *snoop);
void arpp_snoop_clean(struct arpp_snoop *snoop);
void arpp_snoop_reset(struct arpp_snoop *snoop);
void arpp_snoop_frame(struct arpp_snoop *snoop, const struct arpp_device *d,
		      struct arpp_segment *s, const struct sk_buff *skb);

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
