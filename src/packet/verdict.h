/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decide on a packet: one function per direction. verdict.c has the order.
 *
 * RCU read side, BH disabled. Knows neither skb nor netlink.
 */
#ifndef _ARPP_VERDICT_H
#define _ARPP_VERDICT_H

#include <linux/in.h>
#include <linux/inetdevice.h>

#include "packet/packet.h"
#include "policy/device.h"

enum arpp_action {
	ARPP_ACCEPT,		/* leave the packet to the kernel */
	ARPP_DROP,
	ARPP_DROP_ELSEWHERE,	/* drop; count as the kernel's arp_filter does */
	ARPP_DROP_LEARN,	/* do not answer, but update the neighbour table */
	ARPP_LEARN_STOCK,	/* the same, as the kernel would: "accept" to users */
	ARPP_REPLY,		/* answer; the kernel would not */
	ARPP_REPLY_STOCK,	/* answer; the kernel would too: "accept" to users */
	ARPP_REWRITE,		/* send with another sender address */
	ARPP_DEFEND,		/* drop, and announce our address */
};

/**
 * struct arpp_verdict - the decision on a packet
 * @action: enum arpp_action
 * @reason: enum arp_policy_reason
 * @field: the field that decided: enum arp_policy_field, or 0
 * @noted: one more reason to count and report, or 0: of "inspect audit"
 * @delay: of ARPP_REPLY: upper bound of a random delay, in ms
 * @sender: of ARPP_REWRITE: the sender address
 * @by: the rule that decided, if any
 * @lladdr: of ARPP_REPLY on a bridge port: the MAC to answer with, as by
 *	arpp_lladdr_number()
 */
struct arpp_verdict {
	u8 action;
	u8 reason;
	u8 field;
	u8 noted;
	u32 delay;
	__be32 sender;
	struct arpp_match by;
	u64 lladdr;
};

bool arpp_verdict_source(const struct arpp_policy *policy,
			 const struct arpp_device *d, struct arpp_packet *p,
			 struct arpp_verdict *v);
bool arpp_verdict_sender(const struct arpp_policy *policy,
			 const struct arpp_device *d, struct arpp_packet *p,
			 struct arpp_verdict *v);
bool arpp_verdict_proxy(const struct arpp_policy *policy,
			const struct arpp_device *d, struct arpp_packet *p,
			struct arpp_verdict *v);
void arpp_verdict_request(const struct arpp_policy *policy,
			  const struct arpp_device *d, struct arpp_packet *p,
			  struct arpp_verdict *v);
void arpp_verdict_out(const struct arpp_policy *policy,
		      const struct arpp_device *d, const struct arpp_packet *p,
		      struct arpp_verdict *v);

static __always_inline void arpp_verdict_pass(struct arpp_verdict *v)
{
	v->action = ARPP_ACCEPT;
	v->reason = ARP_POLICY_REASON_PASS;
	v->field = 0;
	v->noted = 0;
	v->delay = 0;
	v->sender = 0;
	v->by.rule = 0;
}

/* @v->noted and @v->by stay as they are. Returns true: this decides. */
static inline bool arpp_decide(struct arpp_verdict *v, enum arpp_action action,
			       enum arp_policy_reason reason,
			       enum arp_policy_field field)
{
	v->action = action;
	v->reason = reason;
	v->field = field;
	return true;
}

/* Refuse the sender; this is the only reason to report. */
static inline bool arpp_refuse(struct arpp_verdict *v, enum arpp_action action,
			       enum arp_policy_reason reason,
			       enum arp_policy_field field)
{
	v->noted = 0;
	return arpp_decide(v, action, reason, field);
}

/* Was the packet parsed? Else only the frame is known. */
static inline bool arpp_verdict_parsed(const struct arpp_verdict *v)
{
	return v->reason != ARP_POLICY_REASON_MALFORMED &&
	       v->reason != ARP_POLICY_REASON_ENCAPSULATED;
}

/* Apply the rule for the target; true if it decides. */
static __always_inline bool arpp_verdict_target(const struct arpp_policy *policy,
						const struct arpp_device *d,
						struct arpp_packet *p,
						struct arpp_verdict *v)
{
	if (!arpp_rule_match(d, ARPP_TABLE_TARGET, p->tip, &v->by))
		return false;
	switch (arpp_rule_action(v->by.rule)) {
	case ARP_POLICY_ACTION_DROP:
		v->action = ARPP_DROP;
		v->reason = ARP_POLICY_REASON_RULE_DROP;
		return true;
	case ARP_POLICY_ACTION_HIDE:
		if (!p->request)
			break;
		v->action = ARPP_DROP;
		v->reason = ARP_POLICY_REASON_HIDDEN;
		return true;
	case ARP_POLICY_ACTION_PROXY:
		if (arpp_verdict_proxy(policy, d, p, v))
			return true;
		break;
	}
	v->by.rule = 0;
	return false;
}

/* Can policy change how a request is answered? */
static __always_inline bool arpp_governs_requests(const struct arpp_policy *policy,
						  const struct arpp_device *d)
{
	return d->set & (BIT(ARP_POLICY_FIELD_IGNORE) |
			 BIT(ARP_POLICY_FIELD_FILTER) |
			 BIT(ARP_POLICY_FIELD_PROXY) |
			 BIT(ARP_POLICY_FIELD_PROXY_DELAY)) ||
	       policy->any_hidden;
}

/* Can policy change what is sent on the device, except for replies? */
static __always_inline bool arpp_governs_sending(const struct arpp_policy *policy,
						 const struct arpp_device *d)
{
	return d->set & (BIT(ARP_POLICY_FIELD_ANNOUNCE) | BIT(ARP_POLICY_FIELD_NOTIFY)) ||
	       policy->any_hidden || arpp_rules(d, ARPP_TABLE_TARGET);
}

/* Does arp_process() go on with a packet for this target, whatever policy says? */
static inline bool arpp_verdict_good_target(const struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);

	return in_dev && !ipv4_is_multicast(p->tip) &&
	       (!ipv4_is_loopback(p->tip) || IN_DEV_ROUTE_LOCALNET(in_dev));
}

/**
 * arpp_verdict_in() - decide on a received packet
 * @policy: of the netns
 * @d: the receiving device's
 * @p: the packet; its route is looked up when it matters
 * @v: filled in: the verdict
 *
 * Inline up to where most dropped packets are decided.
 */
static __always_inline void arpp_verdict_in(const struct arpp_policy *policy,
					    const struct arpp_device *d,
					    struct arpp_packet *p,
					    struct arpp_verdict *v)
{
	arpp_verdict_pass(v);
	/* No IPv4 here: arp_process() drops everything. */
	if (unlikely(!__in_dev_get_rcu(p->dev)))
		return;
	if (unlikely(d->strict || arpp_rules(d, ARPP_TABLE_SENDER)) &&
	    arpp_verdict_sender(policy, d, p, v))
		return;
	if (arpp_rules(d, ARPP_TABLE_TARGET) &&
	    arpp_verdict_target(policy, d, p, v))
		return;
	/*
	 * Gratuitous ARP: also "garp accept" may govern it, and not only requests. Under
	 * audit the kernel gets the packet anyway, so nothing is decided in its place.
	 */
	if (p->sip == p->tip ||
	    (p->request && (likely(!d->audit) || arpp_governs_requests(policy, d))))
		arpp_verdict_request(policy, d, p, v);
	else if (!p->request && arpp_verdict_good_target(p))
		v->action = ARPP_LEARN_STOCK;
}

#endif /* _ARPP_VERDICT_H */
