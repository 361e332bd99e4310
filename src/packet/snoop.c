// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hand DHCP that a bridge receives to netlink listeners.
 *
 * Called from the packet path: softirq or BH disabled, RCU read side. Never sleeps, never
 * changes the frame. Only where a message begins and ends is checked here; its content is
 * left to the listener.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ktime.h>
#include <net/genetlink.h>
#include <net/ip.h>

#include "packet/rate.h"
#include "packet/snoop.h"

/* From the operation to the magic cookie, RFC 2131. */
#define DHCP_MIN	240

/**
 * struct arpp_dhcp - a DHCP message in a frame
 * @port: the bridge port
 * @s: the segment
 * @skb: the frame
 * @trusted: @port has "trust on"
 * @client: it is addressed to a client
 * @sender: the source of the IP packet
 * @at: where the payload of UDP begins
 * @len: its length
 * @lost: the number of messages dropped before this one
 */
struct arpp_dhcp {
	const struct net_device *port;
	struct arpp_segment *s;
	const struct sk_buff *skb;
	bool trusted;
	bool client;
	__be32 sender;
	unsigned int at;
	unsigned int len;
	u32 lost;
};

/* Find the IPv4 header, behind one tag at most, and that tag. */
static bool find_ip(const struct sk_buff *skb, struct arpp_segment *s, unsigned int *at)
{
	struct arpp_tag *tag = &s->tag;
	const struct vlan_hdr *vlan;
	struct vlan_hdr copy;

	arpp_segment_read_tag(s, skb);
	*at = skb_network_offset(skb);
	if (skb->protocol == htons(ETH_P_IP))
		return true;
	if (tag->proto || !arpp_wrap_is_tag(skb->protocol))
		return false;
	vlan = skb_header_pointer(skb, *at, sizeof(copy), &copy);
	if (!vlan || vlan->h_vlan_encapsulated_proto != htons(ETH_P_IP))
		return false;
	tag->in_data = true;
	tag->proto = skb->protocol;
	tag->tci = ntohs(vlan->h_vlan_TCI);
	*at += sizeof(*vlan);
	return true;
}

/* Find the payload of UDP, which may be padded by the frame. */
static bool find_payload(struct arpp_dhcp *m)
{
	const struct udphdr *udp;
	const struct iphdr *ip;
	struct udphdr udp_copy;
	struct iphdr ip_copy;
	unsigned int ihl, len;

	ip = skb_header_pointer(m->skb, m->at, sizeof(ip_copy), &ip_copy);
	if (!ip || ip->version != 4 || ip->ihl < 5 || ip->protocol != IPPROTO_UDP ||
	    ip_is_fragment(ip))
		return false;
	ihl = ip->ihl * 4;
	len = ntohs(ip->tot_len);
	if (len < ihl + sizeof(*udp) || len > m->skb->len - m->at)
		return false;
	m->sender = ip->saddr;
	m->at += ihl;
	udp = skb_header_pointer(m->skb, m->at, sizeof(udp_copy), &udp_copy);
	if (!udp || ntohs(udp->len) < sizeof(*udp) || ntohs(udp->len) > len - ihl)
		return false;
	m->client = udp->dest == htons(ARPP_DHCP_TO_CLIENT);
	m->at += sizeof(*udp);
	m->len = ntohs(udp->len) - sizeof(*udp);
	return m->client || (!m->trusted && udp->dest == htons(ARPP_DHCP_TO_SERVER));
}

/*
 * Does the bridge accept the frame in its VLAN? Assumed of a trusted port where that
 * cannot be determined: kernels that cannot list the VLANs of a port only know its PVID.
 */
static bool admitted(struct arpp_segment *s, bool trusted)
{
	if (arpp_segment_is_foreign(s))
		return false;
	arpp_segment_find(s);
	if (!s->bridge || !s->fns)
		return s->bridge;
	return trusted ? !arpp_segment_is_outside(s) : arpp_segment_is_member(s);
}

static int put_segment(struct sk_buff *msg, const struct arpp_segment *s)
{
	if (nla_put_string(msg, ARP_POLICY_DHCP_BRIDGE, s->bridge->name) ||
	    nla_put_u32(msg, ARP_POLICY_DHCP_BRIDGE_IFINDEX, s->bridge->ifindex) ||
	    (s->vid && nla_put_u32(msg, ARP_POLICY_DHCP_VLAN, s->vid)) ||
	    (s->dev && nla_put_string(msg, ARP_POLICY_DHCP_SEGMENT, s->dev->name)))
		return -EMSGSIZE;
	return 0;
}

static int put_message(struct sk_buff *msg, const struct arpp_dhcp *m)
{
	struct nlattr *attr = nla_reserve(msg, ARP_POLICY_DHCP_MESSAGE, m->len);

	return attr ? skb_copy_bits(m->skb, m->at, nla_data(attr), m->len) : -EMSGSIZE;
}

/* Then the FDB decides, which cannot be asked here: that is left to the listener. */
static bool is_locked(const struct arpp_segment *s)
{
	return s->fns && arpp_segment_is_locked(s);
}

static int fill(struct sk_buff *msg, const struct genl_family *family,
		const struct arpp_dhcp *m)
{
	void *hdr = genlmsg_put(msg, 0, 0, family, 0, ARP_POLICY_CMD_DHCP_NTF);
	struct nlattr *nest;

	if (!hdr || nla_put_u32(msg, ARP_POLICY_A_IFINDEX, m->port->ifindex) ||
	    nla_put_string(msg, ARP_POLICY_A_IFNAME, m->port->name))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, ARP_POLICY_A_DHCP);
	if (!nest || put_segment(msg, m->s) ||
	    (m->trusted && nla_put_flag(msg, ARP_POLICY_DHCP_TRUSTED)) ||
	    (m->client && nla_put_flag(msg, ARP_POLICY_DHCP_CLIENT)) ||
	    (is_locked(m->s) && nla_put_flag(msg, ARP_POLICY_DHCP_LOCKED)) ||
	    nla_put(msg, ARP_POLICY_DHCP_LLADDR, ETH_ALEN,
		    eth_hdr(m->skb)->h_source) ||
	    nla_put_be32(msg, ARP_POLICY_DHCP_SENDER, m->sender) ||
	    put_message(msg, m) ||
	    (m->lost && nla_put_u32(msg, ARP_POLICY_DHCP_LOST, m->lost)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, hdr);
	return 0;
}

static bool exceeded(struct arpp_snoop *snoop, const struct arpp_dhcp *m)
{
	atomic64_t *port = &snoop->ports[m->port->ifindex % ARPP_SNOOP_PORTS];
	u64 now = ktime_get_ns();

	if (m->trusted)
		return arpp_rate_exceeded(&snoop->trusted, ARP_POLICY_DHCP_PER_SECOND,
					  ARP_POLICY_DHCP_PER_SECOND, now, false);
	return arpp_rate_exceeded(port, ARP_POLICY_DHCP_PER_PORT,
				  ARP_POLICY_DHCP_PER_PORT, now, false) ||
	       arpp_rate_exceeded(&snoop->events.meter, ARP_POLICY_DHCP_PER_SECOND,
				  ARP_POLICY_DHCP_PER_SECOND, now, false);
}

static void send(struct arpp_snoop *snoop, struct arpp_dhcp *m)
{
	const struct genl_family *family = READ_ONCE(arpp_event_family);
	struct sk_buff *msg = NULL;

	if (!family)
		return;
	if (!exceeded(snoop, m))
		msg = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (!msg) {
		atomic_inc(&snoop->events.lost);
		return;
	}
	m->lost = atomic_xchg(&snoop->events.lost, 0);
	if (WARN_ON_ONCE(fill(msg, family, m))) {
		nlmsg_free(msg);
		return;
	}
	arpp_event_send(&snoop->events, family, dev_net(m->port), msg, ARPP_MCGRP_DHCP,
			m->lost);
}

/* The length of each message, or 0. GRO may have merged several of equal length. */
static unsigned int message_len(const struct arpp_dhcp *m)
{
	const struct skb_shared_info *info = skb_shinfo(m->skb);

	if (!skb_is_gso(m->skb))
		return m->len;
	/* With another type, it is one message that is fragmented later: too long. */
	return info->gso_type & (SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST) ?
	       info->gso_size : 0;
}

/**
 * arpp_snoop_frame() - hand DHCP to the listeners
 * @snoop: the state of the netns
 * @s: the segment of the frame, begun
 * @skb: a frame that a bridge receives
 * @trusted: its port is trusted
 *
 * Does nothing if the frame is not DHCP, or is malformed.
 */
void arpp_snoop_frame(struct arpp_snoop *snoop, struct arpp_segment *s,
		      const struct sk_buff *skb, bool trusted)
{
	struct arpp_dhcp m = {
		.port = s->port, .s = s, .skb = skb, .trusted = trusted,
	};
	unsigned int end, len;

	if (!arpp_event_wanted(dev_net(s->port), ARPP_MCGRP_DHCP) ||
	    !find_ip(skb, s, &m.at) || !find_payload(&m) || !admitted(s, trusted))
		return;
	len = message_len(&m);
	end = m.at + m.len;
	for (; len && m.at < end; m.at += len) {
		m.len = min(len, end - m.at);
		if (m.len >= DHCP_MIN && m.len <= ARP_POLICY_DHCP_MESSAGE_MAX)
			send(snoop, &m);
	}
}
