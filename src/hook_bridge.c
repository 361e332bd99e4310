// SPDX-License-Identifier: GPL-2.0-only
/*
 * NF_BR_PRE_ROUTING: judge or answer ARP that a bridge receives, before it learns from it.
 *
 * Softirq, RCU read side. The decision itself is in port.c. Registered only in a netns
 * where some selector sets trust or suppress, or a socket snoops DHCP. Every frame that
 * is bridged there comes here.
 */
#include <linux/bottom_half.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <trace/events/skb.h>

#include "compat.h"
#include "hook.h"
#include "hook_report.h"
#include "packet/act.h"
#include "packet/port.h"

static const struct arpp_verdict encapsulated = {
	.action = ARPP_DROP,
	.reason = ARP_POLICY_REASON_ENCAPSULATED,
	.field = ARP_POLICY_FIELD_TRUST,
};

/*
 * Where does the checksum of a frame begin, counted from the network header? It is written
 * into the frame, behind there, when that is sent. Virtual machines and packet sockets
 * choose the place, and so could change what was judged.
 */
static __always_inline int fixed_len(const struct sk_buff *skb)
{
	return skb->csum_start - skb->network_header;
}

/*
 * Will a checksum be written to where the type of a frame is? Then anything can become ARP.
 * No protocol has its checksum there.
 */
static __always_inline bool changes_type(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL &&
	       unlikely(fixed_len(skb) < ARPP_SNAP_LEN);
}

/* Can a frame of this type carry ARP? */
static bool may_wrap(__be16 type)
{
	return type == htons(ETH_P_ARP) || arpp_wrap_is_tag(type) ||
	       type == htons(ETH_P_802_2);
}

/*
 * Find ARP behind tags in the data, and LLC. What is examined becomes linear: it may be in
 * pages that a process can still write to: those of a file, sent through a tunnel.
 */
static noinline enum arpp_wrapping unwrap_data(struct sk_buff *skb, struct arpp_tag *tag)
{
	bool partial = skb->ip_summed == CHECKSUM_PARTIAL;
	unsigned int at = skb_network_offset(skb), rest = skb->len - at;
	unsigned int len = min_t(unsigned int, rest, ARPP_WRAP_LEN);
	enum arpp_wrapping wrapping = ARPP_WRAP_ARP;

	if (changes_type(skb))
		return ARPP_WRAP_CHANGING;
	if (partial)
		len = min_t(unsigned int, len, fixed_len(skb));
	if (skb->protocol != htons(ETH_P_ARP)) {
		if (!pskb_may_pull(skb, at + len))
			return ARPP_WRAP_NESTED;
		wrapping = arpp_wrap_parse(tag, skb->protocol, skb->data + at, len,
					   len == rest);
	}
	/* ARP has no checksum. */
	return partial && wrapping != ARPP_WRAP_OTHER ? ARPP_WRAP_CHANGING : wrapping;
}

/* Find ARP in a frame, and its outermost tag. */
static __always_inline enum arpp_wrapping unwrap(struct sk_buff *skb,
						 struct arpp_segment *s)
{
	arpp_segment_read_tag(s, skb);
	return likely(skb->protocol == htons(ETH_P_ARP) &&
		      skb->ip_summed != CHECKSUM_PARTIAL) ?
	       ARPP_WRAP_ARP : unwrap_data(skb, &s->tag);
}

/* Report a request that is lost because there was no memory for an answer. */
static noinline void report_unanswered(struct arpp_netns *nn, const struct arpp_device *d,
				       struct arpp_packet *p, struct arpp_verdict *v)
{
	hook_unanswered(v);
	hook_report(nn, d, p->segment, false, p, v);
}

/* What a frame carries. Only ARP counts on a port that is not judged. */
static enum arpp_wrapping classify(const struct arpp_device *d, struct sk_buff *skb,
				   struct arpp_segment *s)
{
	enum arpp_wrapping wrapping = unwrap(skb, s);

	if (wrapping == ARPP_WRAP_ARP && unlikely(s->tag.proto) &&
	    arpp_segment_is_foreign(s))
		wrapping = ARPP_WRAP_NESTED;
	if (wrapping != ARPP_WRAP_ARP && d->port != ARPP_PORT_JUDGED)
		return ARPP_WRAP_OTHER;
	return wrapping;
}

/* Carry out a verdict; it is counted first. @p is not read if it was not parsed. */
static __always_inline unsigned int carry_out(struct arpp_netns *nn,
					      const struct arpp_device *d,
					      struct sk_buff *skb, struct arpp_segment *s,
					      struct arpp_packet *p,
					      struct arpp_verdict *v)
{
	struct sk_buff *answer = NULL;

	if (v->action == ARPP_REPLY && likely(!d->audit)) {
		answer = arpp_act_reply_port(p, v->lladdr, &s->tag);
		if (unlikely(!answer)) {
			report_unanswered(nn, d, p, v);
			return NF_STOLEN;
		}
	}
	hook_report(nn, d, s, false, p, v);
	if (answer) {
		/* Not arp_xmit(): to NF_ARP_OUT, a port is no device that speaks ARP. */
		dev_queue_xmit(answer);
		return NF_STOLEN;
	}
	if (v->action == ARPP_ACCEPT || unlikely(d->audit))
		return NF_ACCEPT;
	if (unlikely(v->action == ARPP_DEFEND))
		arpp_act_defend(&nn->defence, s->dev, p->sip);
	return hook_drop(skb);
}

/* Judge a frame that may carry ARP. @inspected: its sender matches its binding. */
static noinline unsigned int judge_port(struct arpp_netns *nn,
					const struct arpp_policy *policy,
					const struct arpp_device *d,
					struct sk_buff *skb, bool inspected)
{
	struct arpp_segment s arpp_uninitialized;
	struct arpp_packet p arpp_uninitialized;
	struct arpp_verdict v arpp_uninitialized;
	enum arpp_wrapping wrapping;
	enum arpp_parse form = ARPP_PARSE_OK;

	arpp_segment_begin(&s, rcu_dereference(nn->bridge), d->dev);
	wrapping = classify(d, skb, &s);
	if (wrapping == ARPP_WRAP_OTHER)
		return NF_ACCEPT;
	if (likely(wrapping == ARPP_WRAP_ARP))
		form = arpp_packet_parse_port(&p, skb, d->dev,
					      s.tag.in_data ? VLAN_HLEN : 0);
	else if (wrapping == ARPP_WRAP_CHANGING)
		form = ARPP_PARSE_MALFORMED;
	if (unlikely(form == ARPP_PARSE_FOREIGN))
		return NF_ACCEPT;
	if (unlikely(form == ARPP_PARSE_MALFORMED && d->port != ARPP_PORT_JUDGED))
		return NF_ACCEPT;
	p.segment = &s;
	p.inspected = inspected;
	if (unlikely(wrapping == ARPP_WRAP_NESTED))
		v = encapsulated;
	else if (unlikely(form == ARPP_PARSE_MALFORMED))
		v = hook_malformed;
	else
		arpp_port_verdict(policy, d, &p, &v);
	return carry_out(nn, d, skb, &s, &p, &v);
}

/* Is a frame a plain request or reply, without a tag? */
static __always_inline bool is_plain(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_ARP) && !skb_vlan_tag_present(skb) &&
	       skb->ip_summed != CHECKSUM_PARTIAL && arpp_packet_plain(skb);
}

/* The binding of the sender of a plain frame, or 0 if another check comes first. */
static __always_inline u64 binding_of_sender(const struct arpp_device *d,
					     const struct sk_buff *skb)
{
	__be32 sip;

	if (unlikely(d->port != ARPP_PORT_JUDGED || arpp_rules(d, ARPP_TABLE_SENDER) ||
		     !is_plain(skb)))
		return 0;
	memcpy(&sip, (const u8 *)(arp_hdr(skb) + 1) + ETH_ALEN, sizeof(sip));
	return likely(sip) ? arpp_binding_find(d, sip) : 0;
}

/* Are spoofed frames only dropped and counted: not audited, traced or reported? */
static __always_inline bool drops_silently(struct arpp_netns *nn,
					   const struct arpp_device *d)
{
	return likely(d->inspect != ARP_POLICY_INSPECT_AUDIT && !d->audit) &&
	       !trace_verdict_enabled() &&
	       likely(!arpp_event_verdict_wanted(&nn->events, nn->net));
}

/*
 * Inspect is the only check of senders. Drops most spoofed frames before anything is copied,
 * which takes 80 instructions less than judge_port(). That would decide the same.
 */
static noinline unsigned int inspect_port(struct arpp_netns *nn,
					  const struct arpp_policy *policy,
					  const struct arpp_device *d,
					  struct sk_buff *skb)
{
	u64 binding = binding_of_sender(d, skb);
	bool inspected = binding &&
			 arpp_inspect_binding(binding, (const u8 *)(arp_hdr(skb) + 1));

	if (binding && !inspected && drops_silently(nn, d)) {
		arpp_stats_count(d->counts, ARPP_COUNT_IN, ARP_POLICY_REASON_SPOOFED);
		return hook_drop(skb);
	}
	return judge_port(nn, policy, d, skb, inspected);
}

/* A frame that may carry ARP, on a port with a policy. */
static __always_inline unsigned int port_in(struct arpp_netns *nn,
					    const struct arpp_policy *policy,
					    const struct arpp_device *d,
					    struct sk_buff *skb)
{
	if (d->strict == ARPP_STRICT_INSPECT)
		return inspect_port(nn, policy, d, skb);
	return judge_port(nn, policy, d, skb, false);
}

/* A frame that NFQUEUE gave back: a process carries it on, with BH enabled. */
static noinline unsigned int port_in_process(struct arpp_netns *nn,
					     const struct arpp_policy *policy,
					     const struct arpp_device *d,
					     struct sk_buff *skb)
{
	unsigned int ret;

	local_bh_disable();
	ret = port_in(nn, policy, d, skb);
	local_bh_enable();
	return ret;
}

/* A frame that is not plain IPv4. Most frames are. */
static noinline unsigned int judge_other(struct arpp_netns *nn, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	const struct arpp_policy *policy;
	const struct arpp_device *d;

	if (!may_wrap(skb->protocol) && !changes_type(skb))
		return NF_ACCEPT;
	policy = rcu_dereference(nn->policy);
	d = policy ? arpp_device_find(policy, state->in) : NULL;
	if (!d || !d->port)
		return NF_ACCEPT;
	if (unlikely(!in_softirq()))
		return port_in_process(nn, policy, d, skb);
	return port_in(nn, policy, d, skb);
}

static unsigned int bridge_judge(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	/* An IPv4 frame costs no more than this; five more if its checksum is left out. */
	if (likely(skb->protocol == htons(ETH_P_IP) && !changes_type(skb)))
		return NF_ACCEPT;
	return judge_other(priv, skb, state);
}

/* A frame that may carry DHCP. From NFQUEUE, a process carries it on, with BH enabled. */
static noinline unsigned int snoop_in(struct arpp_netns *nn, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	const struct arpp_policy *policy = rcu_dereference(nn->policy);
	const struct arpp_device *d = policy ? arpp_device_find(policy, state->in) : NULL;
	struct arpp_segment s arpp_uninitialized;

	/* The bridge will drop it. */
	if (arpp_port_is_learning(d))
		return NF_ACCEPT;
	local_bh_disable();
	arpp_segment_begin(&s, rcu_dereference(nn->bridge), state->in);
	arpp_snoop_frame(&nn->snoop, d, &s, skb);
	local_bh_enable();
	return NF_ACCEPT;
}

static noinline unsigned int snoop_other(struct arpp_netns *nn, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	if (arpp_wrap_is_tag(skb->protocol))
		snoop_in(nn, skb, state);
	return judge_other(nn, skb, state);
}

/*
 * Snooping adds 9 instructions to an IPv4 frame, 14 if it is UDP. All calls are tail calls,
 * because saving registers for them would double that.
 */
static unsigned int bridge_judge_and_snoop(void *priv, struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	if (unlikely(skb->protocol != htons(ETH_P_IP) || changes_type(skb)))
		return snoop_other(priv, skb, state);
	if (unlikely(arpp_snoop_may_be_dhcp(skb)))
		return snoop_in(priv, skb, state);
	return NF_ACCEPT;
}

/* Last: what another hook drops must not be answered. */
#define BRIDGE_HOOK(function) {			\
	.hook = (function),			\
	.pf = NFPROTO_BRIDGE,			\
	.hooknum = NF_BR_PRE_ROUTING,		\
	.priority = NF_BR_PRI_LAST,		\
}

const struct nf_hook_ops arpp_bridge_hooks[ARPP_BRIDGE_HOOKS] = {
	[ARPP_BRIDGE_JUDGE] = BRIDGE_HOOK(bridge_judge),
	[ARPP_BRIDGE_SNOOP] = BRIDGE_HOOK(bridge_judge_and_snoop),
};
