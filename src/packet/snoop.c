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
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/ip.h>

#include "packet/rate.h"
#include "packet/snoop.h"

/* From the operation to the magic cookie, RFC 2131. */
#define DHCP_MIN	240
#define DHCP_XID	4
#define DHCP_CHADDR	28

/*
 * The messages of clients that are remembered: 16 KiB. At the highest rate, one is
 * overwritten after four seconds on average.
 */
#define ASKED_BITS	12
/* In each entry, how many answers are left, below a part of its hash. */
#define ASKED_LEFT	3U
/* A DISCOVER is answered by several servers. */
#define ASKED_ANSWERS	2U

/**
 * struct arpp_snoop_asked - messages of clients that were handed over
 * @key: secret, so that a client cannot choose whose entry it overwrites
 * @entry: by a hash of the transaction and the client
 */
struct arpp_snoop_asked {
	siphash_key_t key;
	atomic_t entry[BIT(ASKED_BITS)];
};

/**
 * struct arpp_dhcp - a DHCP message in a frame
 * @port: the bridge port
 * @d: its policy, or NULL
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
	const struct arpp_device *d;
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

/* The entry of a message's transaction and client, and the value that it has then. */
static atomic_t *entry_of(struct arpp_snoop_asked *asked, const struct arpp_dhcp *m,
			  u32 *value)
{
	u8 copy[DHCP_CHADDR + ETH_ALEN];
	const u8 *head = skb_header_pointer(m->skb, m->at, sizeof(copy), copy);
	u64 chaddr = 0, hash;
	u32 xid;

	if (!head)
		return NULL;
	memcpy(&xid, head + DHCP_XID, sizeof(xid));
	memcpy(&chaddr, head + DHCP_CHADDR, ETH_ALEN);
	hash = siphash_2u64(xid, chaddr, &asked->key);
	*value = (u32)hash & ~ASKED_LEFT;
	return &asked->entry[hash >> (64 - ASKED_BITS)];
}

/* A client's message is handed over, so its answers will be. */
static void ask(struct arpp_snoop *snoop, const struct arpp_dhcp *m)
{
	atomic_t *entry;
	u32 value;

	entry = entry_of(snoop->asked, m, &value);
	if (entry)
		atomic_set(entry, value | ASKED_ANSWERS);
}

/* Is this one of those answers? The next one may not be. */
static bool take_answer(struct arpp_snoop *snoop, const struct arpp_dhcp *m)
{
	atomic_t *entry;
	u32 value, now;

	entry = entry_of(snoop->asked, m, &value);
	if (!entry)
		return false;
	now = atomic_read(entry);
	return (now & ~ASKED_LEFT) == value && now & ASKED_LEFT &&
	       atomic_cmpxchg(entry, now, now - 1) == now;
}

static bool exceeds(atomic64_t *meter, u32 rate, u64 now)
{
	return arpp_rate_exceeded(meter, rate, rate, now, false);
}

/* The limit that a message exceeds, or ARPP_SNOOP_LIMITS. */
static enum arpp_snoop_limit limit_of(struct arpp_snoop *snoop, const struct arpp_dhcp *m)
{
	struct arpp_dhcp_meters *port = m->d ? &m->d->stats->dhcp :
		&snoop->ports[m->port->ifindex % ARPP_SNOOP_PORTS];
	u64 now = ktime_get_ns();

	if (m->trusted)
		return !take_answer(snoop, m) &&
		       exceeds(&snoop->trusted, ARP_POLICY_DHCP_PER_SECOND, now) ?
		       ARPP_SNOOP_LIMIT_TRUSTED : ARPP_SNOOP_LIMITS;
	if (exceeds(&port->all, ARP_POLICY_DHCP_PER_PORT, now))
		return ARPP_SNOOP_LIMIT_PORT;
	if (exceeds(&port->reserved, ARP_POLICY_DHCP_RESERVED, now) &&
	    exceeds(&snoop->events.meter, ARP_POLICY_DHCP_PER_SECOND, now))
		return ARPP_SNOOP_LIMIT_UNTRUSTED;
	return ARPP_SNOOP_LIMITS;
}

static void send(struct arpp_snoop *snoop, struct arpp_dhcp *m)
{
	const struct genl_family *family = READ_ONCE(arpp_event_family);
	enum arpp_snoop_limit limit;
	struct sk_buff *msg;

	if (!family)
		return;
	limit = limit_of(snoop, m);
	if (limit < ARPP_SNOOP_LIMITS) {
		atomic_inc(&snoop->events.lost);
		atomic64_inc(&snoop->lost[limit]);
		return;
	}
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (!msg) {
		arpp_event_lost(&snoop->events, 1);
		return;
	}
	if (!m->trusted && !m->client)
		ask(snoop, m);
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
 * arpp_snoop_prepare() - allocate what frames need
 * @snoop: the state of the netns
 *
 * Called before the hook that snoops is registered; again, it does nothing.
 *
 * Context: process, writers serialised.
 * Return: 0 or -ENOMEM.
 */
int arpp_snoop_prepare(struct arpp_snoop *snoop)
{
	if (snoop->asked)
		return 0;
	snoop->asked = kvzalloc(sizeof(*snoop->asked), GFP_KERNEL_ACCOUNT);
	if (!snoop->asked)
		return -ENOMEM;
	get_random_bytes(&snoop->asked->key, sizeof(snoop->asked->key));
	return 0;
}

/**
 * arpp_snoop_clean() - free what arpp_snoop_prepare() has allocated
 * @snoop: the state of a netns, without a hook
 */
void arpp_snoop_clean(struct arpp_snoop *snoop)
{
	kvfree(snoop->asked);
}

/**
 * arpp_snoop_reset() - set the counters of lost messages to zero
 * @snoop: the state of the netns
 */
void arpp_snoop_reset(struct arpp_snoop *snoop)
{
	int i;

	for (i = 0; i < ARPP_SNOOP_LIMITS; i++)
		atomic64_set(&snoop->lost[i], 0);
	atomic64_set(&snoop->events.all_lost, 0);
}

/**
 * arpp_snoop_frame() - hand DHCP to the listeners
 * @snoop: the state of the netns
 * @d: the policy of the port, or NULL
 * @s: the segment of the frame, begun
 * @skb: a frame that a bridge receives
 *
 * Does nothing if the frame is not DHCP, or is malformed.
 */
void arpp_snoop_frame(struct arpp_snoop *snoop, const struct arpp_device *d,
		      struct arpp_segment *s, const struct sk_buff *skb)
{
	struct arpp_dhcp m = {
		.port = s->port, .d = d, .s = s, .skb = skb,
		.trusted = arpp_device_trusted(d),
	};
	unsigned int end, len;

	if (!arpp_event_wanted(dev_net(s->port), ARPP_MCGRP_DHCP) ||
	    !find_ip(skb, s, &m.at) || !find_payload(&m) || !admitted(s, m.trusted))
		return;
	len = message_len(&m);
	end = m.at + m.len;
	for (; len && m.at < end; m.at += len) {
		m.len = min(len, end - m.at);
		if (m.len >= DHCP_MIN && m.len <= ARP_POLICY_DHCP_MESSAGE_MAX)
			send(snoop, &m);
	}
}
