// SPDX-License-Identifier: GPL-2.0-only
/*
 * NF_ARP_IN and NF_ARP_OUT: parse a packet, get its verdict, carry it out.
 *
 * Softirq or BH disabled, RCU read side. The decision itself is in verdict.c.
 */
#include <linux/bottom_half.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/skbuff.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/snmp.h>
#include <trace/events/skb.h>

#include "compat.h"
#include "hook.h"
#include "netns.h"
#include "packet/act.h"
#include "packet/verdict.h"

/* Of our own tracepoints: the kernel's are included above. */
#define CREATE_TRACE_POINTS
#include "hook_report.h"

/**
 * arpp_hook_notify() - send the events of a verdict
 * @nn: the netns
 * @d: the device's policy
 * @segment: of a packet on a bridge port, else NULL
 * @out: the packet is outgoing
 * @p: the packet; not read if it was not parsed
 * @v: the verdict
 *
 * One event is for its reason, unless that is pass, and one for what was noted. Few packets
 * have any, so this is not inline.
 */
void arpp_hook_notify(struct arpp_netns *nn, const struct arpp_device *d,
		      struct arpp_segment *segment, bool out,
		      const struct arpp_packet *p, const struct arpp_verdict *v)
{
	const struct arpp_verdict noted = {
		.action = ARPP_ACCEPT,
		.reason = v->noted,
		.field = ARP_POLICY_FIELD_INSPECT,
	};
	struct arpp_event e = {
		.dev = d->dev, .out = out, .audit = d->audit,
		.segment = segment, .p = arpp_verdict_parsed(v) ? p : NULL, .v = v,
	};

	if (v->reason != ARP_POLICY_REASON_PASS)
		arpp_event_verdict(&nn->events, &e);
	if (!v->noted)
		return;
	e.v = &noted;
	arpp_event_verdict(&nn->events, &e);
}

/*
 * Answer a request. The outcome is counted and traced before the answer is sent,
 * so that it precedes that of the answer; for a delayed one, when it is due.
 */
static noinline void answer(struct arpp_netns *nn, const struct arpp_device *d,
			    struct arpp_packet *p, struct arpp_verdict *v)
{
	enum arpp_answer made = arpp_act_reply(&nn->delay, d, p, v);

	switch (made) {
	case ARPP_ANSWER_DELAYED:
		return;
	case ARPP_ANSWER_FAILED:
		/* No answer was sent: drop the packet, as the kernel would. */
		hook_unanswered(v);
		break;
	case ARPP_ANSWER_READY:
		break;
	}
	/* Reads only the values in @p: the skb is the answer now. */
	hook_report(nn, d, NULL, false, p, v);
	if (made == ARPP_ANSWER_READY)
		arp_xmit(p->skb);
}

/* Carry out a verdict that is not an answer. */
static noinline void carry_out(struct arpp_netns *nn, struct arpp_packet *p,
			       const struct arpp_verdict *v)
{
	switch ((enum arpp_action)v->action) {
	case ARPP_DROP_ELSEWHERE:
		NET_INC_STATS(nn->net, LINUX_MIB_ARPFILTER);
		break;
	case ARPP_DROP_LEARN:
	case ARPP_LEARN_STOCK:
		/* The sender of a delayed request was learnt when it was received. */
		if (!p->due)
			arpp_act_learn(p);
		break;
	case ARPP_DEFEND:
		arpp_act_defend(&nn->defence, p->dev, p->sip);
		break;
	case ARPP_ACCEPT:
	case ARPP_REPLY:
	case ARPP_REPLY_STOCK:
	case ARPP_DROP:
	case ARPP_REWRITE:
		break;
	}
}

/*
 * Does the hook answer? Yes, even if the kernel would answer too: the kernel would
 * repeat the decision and the lookups.
 */
static __always_inline bool answers(const struct arpp_verdict *v)
{
	return v->action == ARPP_REPLY || v->action == ARPP_REPLY_STOCK;
}

/* A packet received on a device with a policy. */
static noinline unsigned int hook_in(struct arpp_netns *nn,
				     const struct arpp_policy *policy,
				     const struct arpp_device *d,
				     struct sk_buff *skb)
{
	struct arpp_packet p arpp_uninitialized;
	struct arpp_verdict v arpp_uninitialized;
	enum arpp_parse form = arpp_packet_parse(&p, skb, d->dev);

	if (unlikely(form == ARPP_PARSE_FOREIGN))
		return NF_ACCEPT;
	if (likely(form == ARPP_PARSE_OK))
		arpp_verdict_in(policy, d, &p, &v);
	else
		v = hook_malformed;
	/* First, because nearly all ARP on a LAN is requests for other hosts. */
	if (v.action == ARPP_LEARN_STOCK && likely(!d->audit)) {
		hook_report(nn, d, NULL, false, &p, &v);
		arpp_act_learn_stock(&p);
		return hook_consume(skb);
	}
	/* Second, because a flood mostly ends here. */
	if (v.action == ARPP_DROP) {
		hook_report(nn, d, NULL, false, &p, &v);
		return unlikely(d->audit) ? NF_ACCEPT : hook_drop(skb);
	}
	if (answers(&v) && likely(!d->audit)) {
		answer(nn, d, &p, &v);
		return NF_STOLEN;
	}
	hook_report(nn, d, NULL, false, &p, &v);
	if (v.action == ARPP_ACCEPT || unlikely(d->audit))
		return NF_ACCEPT;
	carry_out(nn, &p, &v);
	return NF_DROP;
}

/**
 * arpp_hook_due() - decide a delayed request again
 * @delay: the queue of the netns
 * @skb: the request, as it was received; consumed
 *
 * The decision uses the current policy and state of the host, and is carried out as if
 * the request were received now, with two exceptions: rate tokens were taken, and the
 * sender was learnt, when it was received. A request that is not answered is dropped, not
 * passed to the kernel.
 *
 * The request is counted, traced and notified once: now, with the new verdict. If its
 * device is down, it counts as pass, like an answer that could not be made. If policy
 * no longer reaches the device, its counters are gone, and the request is not counted.
 *
 * If the mode is audit by now, nothing is carried out. The event and the trace report
 * the new verdict with the audit flag.
 *
 * Context: softirq, RCU read side.
 */
void arpp_hook_due(struct arpp_delay *delay, struct sk_buff *skb)
{
	struct arpp_netns *nn = container_of(delay, struct arpp_netns, delay);
	const struct arpp_policy *policy = rcu_dereference(nn->policy);
	struct arpp_packet p arpp_uninitialized;
	struct arpp_verdict v arpp_uninitialized;
	const struct arpp_device *d;
	enum arpp_parse form;

	d = policy ? arpp_device_find(policy, skb->dev) : NULL;
	/* The device type may have changed, for example of a bond. */
	form = d ? arpp_packet_parse(&p, skb, skb->dev) : ARPP_PARSE_FOREIGN;
	if (form == ARPP_PARSE_FOREIGN) {
		consume_skb(skb);
		return;
	}
	if (form == ARPP_PARSE_MALFORMED) {
		v = hook_malformed;
	} else if (!netif_running(skb->dev)) {
		arpp_verdict_pass(&v);
		hook_unanswered(&v);
	} else {
		p.due = true;
		arpp_verdict_in(policy, d, &p, &v);
	}
	if (answers(&v) && !d->audit) {
		answer(nn, d, &p, &v);
		return;
	}
	hook_report(nn, d, NULL, false, &p, &v);
	if (!d->audit)
		carry_out(nn, &p, &v);
	consume_skb(skb);
}

static unsigned int arp_in(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	struct arpp_netns *nn = priv;
	const struct arpp_policy *policy = rcu_dereference(nn->policy);
	const struct arpp_device *d;

	/* The policy may be withdrawn while the hook still runs. */
	if (unlikely(!policy))
		return NF_ACCEPT;
	d = arpp_device_find(policy, state->in);
	return d ? hook_in(nn, policy, d, skb) : NF_ACCEPT;
}

/*
 * Does the kernel send this announcement because of the sysctl arp_notify? It is handling
 * an event of the device then: see arpp_netns_notify_early().
 */
static bool is_sysctl_notify(const struct arpp_device *d, const struct arpp_packet *p)
{
	return p->maker == ARPP_MAKER_PROCESS && p->request && p->sip == p->tip &&
	       READ_ONCE(d->stats->rising);
}

/* A parsed packet to be sent on a device with a policy. */
static __always_inline unsigned int judge_out(struct arpp_netns *nn,
					      const struct arpp_policy *policy,
					      const struct arpp_device *d,
					      struct arpp_packet *p, bool bh)
{
	struct arpp_verdict v arpp_uninitialized;

	p->maker = arpp_act_maker(p, bh);
	if (unlikely(is_sysctl_notify(d, p))) {
		/* With notify up or change, ours follows: netns_notify.c. */
		if (d->notify && !d->audit)
			return NF_DROP;
		p->maker = ARPP_MAKER_SYSCTL;
	}

	arpp_verdict_out(policy, d, p, &v);
	/* If the rewrite fails, drop: the original sender must not leak. */
	if (v.action == ARPP_REWRITE && !d->audit && !arpp_packet_set_sender(p, v.sender)) {
		v.action = ARPP_DROP;
		v.reason = ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED;
	}
	hook_report(nn, d, NULL, true, p, &v);
	return v.action == ARPP_DROP && !d->audit ? NF_DROP : NF_ACCEPT;
}

/* A packet that arpp_packet_plain() may not accept, sent in any context. */
static noinline unsigned int hook_out_any(struct arpp_netns *nn,
					  const struct arpp_policy *policy,
					  const struct arpp_device *d,
					  struct sk_buff *skb, bool bh)
{
	struct arpp_packet p arpp_uninitialized;

	if (arpp_packet_parse(&p, skb, d->dev) != ARPP_PARSE_OK)
		return NF_ACCEPT;
	return judge_out(nn, policy, d, &p, bh);
}

/* A packet that arpp_packet_plain() accepts, sent with BH disabled. */
static noinline unsigned int hook_out(struct arpp_netns *nn,
				      const struct arpp_policy *policy,
				      const struct arpp_device *d,
				      struct sk_buff *skb)
{
	struct arpp_packet p arpp_uninitialized;

	arpp_packet_copy(&p, skb, d->dev);
	return judge_out(nn, policy, d, &p, true);
}

/*
 * Gratuitous ARP and the requests of bonding's monitor reach the hook in process
 * context, unlike received packets.
 */
static noinline unsigned int hook_out_process(struct arpp_netns *nn,
					      const struct arpp_policy *policy,
					      const struct arpp_device *d,
					      struct sk_buff *skb)
{
	unsigned int ret;

	local_bh_disable();
	ret = hook_out_any(nn, policy, d, skb, false);
	local_bh_enable();
	return ret;
}

/* Count a packet that needs no decision. */
static __always_inline unsigned int pass_out(const struct arpp_device *d)
{
	arpp_stats_count(d->counts, ARPP_COUNT_OUT, ARP_POLICY_REASON_PASS);
	return NF_ACCEPT;
}

static unsigned int arp_out(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct arpp_netns *nn = priv;
	const struct arpp_policy *policy = rcu_dereference(nn->policy);
	const struct arpp_device *d;

	if (unlikely(!policy))
		return NF_ACCEPT;
	d = arpp_device_find(policy, state->out);
	if (!d)
		return NF_ACCEPT;
	/* Counters need BH disabled: one writer per CPU. */
	if (unlikely(!in_softirq()))
		return hook_out_process(nn, policy, d, skb);
	if (trace_verdict_enabled() || unlikely(!arpp_packet_over_ethernet(d->dev)))
		return hook_out_any(nn, policy, d, skb, true);
	/*
	 * Not parsed: what the kernel sends on Ethernet is never malformed, so hook_out()
	 * would only count it, too. Saves 130 instructions for a request that no field
	 * governs.
	 */
	if (!arpp_governs_sending(policy, d))
		return pass_out(d);
	if (unlikely(!arpp_packet_plain(skb)))
		return hook_out_any(nn, policy, d, skb, true);
	/* Most packets are replies, which need no decision. */
	if (arp_hdr(skb)->ar_op == htons(ARPOP_REPLY))
		return pass_out(d);
	return hook_out(nn, policy, d, skb);
}

/*
 * Last on input: we must not answer what a firewall drops. First on output: a firewall
 * must see the final sender, and has the last word.
 */
const struct nf_hook_ops arpp_hooks[ARPP_HOOKS] = {
	{
		.hook = arp_in,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_IN,
		.priority = NF_IP_PRI_LAST,
	},
	{
		.hook = arp_out,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_OUT,
		.priority = NF_IP_PRI_FIRST,
	},
};
