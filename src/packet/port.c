// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decide on a packet that a bridge receives on a port, before the bridge learns from it.
 *
 * RCU read side, BH disabled. Changes nothing but rate tokens.
 *
 * The first step that decides wins. A port with "trust off" makes them all; without
 * trust, only suppress. The hook has already dropped what is encapsulated or malformed.
 *
 *    1  rate limits, validate, rule for sender    arpp_verdict_source()
 *    2  inspect                                   arpp_port_inspect()
 *    3  defend                                    arpp_port_sender()
 *    4  garp                                      arpp_port_sender()
 *    5  rule for target                           arpp_port_target()
 *    6  suppress                                  arpp_port_suppress()
 *    7  bridge                                    ARPP_ACCEPT
 *
 * If inspect is the only check of senders, inspect_port() in hook_bridge.c makes step 2 for
 * most packets.
 *
 * Steps 1 and 2 hold for every operation, the others for requests and replies. Steps 3, 5
 * and 6 are about the host's device on the segment: the bridge, or a VLAN device of it.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>

#include "compat.h"
#include "packet/hidden.h"
#include "packet/inspect.h"
#include "packet/port.h"

/* The policy of the host's device on the segment, or NULL. */
static __always_inline const struct arpp_device *
segment_policy(const struct arpp_policy *policy, struct arpp_segment *s)
{
	arpp_segment_find(s);
	return s->dev ? arpp_device_find(policy, s->dev) : NULL;
}

/**
 * arpp_port_inspect_segment() - inspect a sender that no binding of the port covers
 * @policy: of the netns
 * @d: the port's policy, which inspects
 * @p: the packet
 *
 * Then a binding of the segment can refuse the sender, but not confirm it: it says who
 * has the address, but not that this host is behind this port.
 *
 * Return: the reason to refuse the sender, or 0.
 */
enum arp_policy_reason arpp_port_inspect_segment(const struct arpp_policy *policy,
						 const struct arpp_device *d,
						 const struct arpp_packet *p)
{
	const struct arpp_device *segment = segment_policy(policy, p->segment);
	u64 binding = segment ? arpp_binding_find(segment, p->sip) : 0;

	if (binding && !arpp_inspect_binding(binding, p->sha))
		return ARP_POLICY_REASON_SPOOFED;
	return d->inspect == ARP_POLICY_INSPECT_STRICT ? ARP_POLICY_REASON_UNBOUND : 0;
}

/*
 * Does the packet claim an address that the host has on this segment? Not if its VLAN is
 * none of the port's: the bridge drops it, and an announcement would be in another VLAN.
 */
static bool claims_ours(const struct arpp_policy *policy, const struct arpp_packet *p)
{
	const struct arpp_device *segment = segment_policy(policy, p->segment);

	return p->segment->dev && !arpp_segment_is_outside(p->segment) &&
	       arpp_inspect_conflict(policy, segment, p->segment->dev, p);
}

/**
 * arpp_port_sender() - is a packet on a port refused because of its sender?
 * @policy: of the netns
 * @d: the port's policy
 * @p: the packet
 * @v: filled in if so
 *
 * Return: whether it is.
 */
bool arpp_port_sender(const struct arpp_policy *policy, const struct arpp_device *d,
		      struct arpp_packet *p, struct arpp_verdict *v)
{
	if ((d->strict & ARPP_STRICT_SOURCE || arpp_rules(d, ARPP_TABLE_SENDER)) &&
	    arpp_verdict_source(policy, d, p, v))
		return true;
	if (d->inspect && arpp_port_inspect(policy, d, p, v))
		return true;
	if (p->other)
		return false;
	if (d->defend && claims_ours(policy, p))
		return arpp_refuse(v, ARPP_DEFEND, ARP_POLICY_REASON_CONFLICT,
				   ARP_POLICY_FIELD_DEFEND);
	if (d->garp == ARP_POLICY_GARP_DROP && p->sip && p->sip == p->tip)
		return arpp_refuse(v, ARPP_DROP, ARP_POLICY_REASON_GRATUITOUS,
				   ARP_POLICY_FIELD_GARP);
	return false;
}

/* May a request be answered out of the port? Not if the bridge would drop it. */
static __always_inline bool may_answer(const struct arpp_device *d,
				       struct arpp_segment *s, unsigned long flags)
{
	return !arpp_port_is_learning(d) && arpp_segment_admits(s, flags);
}

/* Decide as on the host's device on the segment; @v->by is a proxy rule. */
static bool proxies(const struct arpp_policy *policy, const struct arpp_device *d,
		    struct arpp_packet *p, struct arpp_verdict *v)
{
	const struct arpp_rule rule = arpp_match_rule(&v->by);
	struct arpp_segment *s = p->segment;
	struct net_device *port = p->dev;
	bool answers;

	if (!may_answer(d, s, 0) || (rule.routed && !s->dev))
		return false;
	p->dev = s->dev ?: s->bridge;
	answers = arpp_verdict_proxy(policy, d, p, v);
	p->dev = port;
	if (!answers)
		return false;
	v->delay = 0;
	v->lladdr = arpp_lladdr_number(rule.has_lladdr ? rule.lladdr :
							 s->bridge->dev_addr);
	return true;
}

/**
 * arpp_port_target() - apply the rule for the target of a packet on a port
 * @policy: of the netns
 * @d: the port's policy
 * @p: the packet
 * @v: filled in if it decides
 *
 * Return: whether it does.
 */
bool arpp_port_target(const struct arpp_policy *policy, const struct arpp_device *d,
		      struct arpp_packet *p, struct arpp_verdict *v)
{
	if (!arpp_rule_match_port(d, p->tip, &v->by))
		return false;
	switch (arpp_rule_action(v->by.rule)) {
	case ARP_POLICY_ACTION_DROP:
		return arpp_decide(v, ARPP_DROP, ARP_POLICY_REASON_RULE_DROP, 0);
	case ARP_POLICY_ACTION_HIDE:
		if (p->request)
			return arpp_decide(v, ARPP_DROP, ARP_POLICY_REASON_HIDDEN, 0);
		break;
	case ARP_POLICY_ACTION_PROXY:
		if (proxies(policy, d, p, v))
			return true;
		break;
	}
	v->by.rule = 0;
	return false;
}

/*
 * Find the MAC in the target's binding on the segment, if that is for a single address; else
 * 0. Inline, and @by is the verdict's: a match on the stack would need a stack protector.
 */
static __always_inline u64 owner_binding(const struct arpp_policy *policy,
					 const struct arpp_device *d,
					 const struct arpp_packet *p,
					 struct arpp_match *by)
{
	const struct arpp_device *segment = segment_policy(policy, p->segment);
	bool found;

	if (unlikely(!p->segment->dev))
		found = arpp_binding_of_all(d, p->tip, by);
	else
		found = segment && arpp_rule_match(segment, ARPP_TABLE_BINDING, p->tip, by);
	return found && arpp_lpm_len(by->rule) == 32 && arpp_binding_has_lladdr(by->rule) ?
	       arpp_rule_lladdr(by->rule) : 0;
}

/* Can it be the MAC of a host? As is_valid_ether_addr(). */
static bool is_host(u64 lladdr)
{
	return lladdr && !(lladdr & 1);
}

/* Find the MAC of the target as a neighbour that ARP cannot change; else 0. */
static noinline u64 owner_neigh(const struct arpp_packet *p)
{
	u8 ha[MAX_ADDR_LEN] arpp_uninitialized;
	u64 lladdr;

	arpp_segment_find(p->segment);
	if (!p->segment->dev || !arpp_packet_neigh_fixed(p->segment->dev, p->tip, ha))
		return 0;
	lladdr = arpp_lladdr_number(ha);
	return is_host(lladdr) ? lladdr : 0;
}

/*
 * Find the MAC of the target's owner, as by arpp_lladdr_number(), in a binding, or in the
 * neighbour table with @by->rule 0. Else 0.
 */
static __always_inline u64 owner_lladdr(const struct arpp_policy *policy,
					const struct arpp_device *d,
					const struct arpp_packet *p,
					struct arpp_match *by)
{
	u64 lladdr = d->suppress & ARP_POLICY_SUPPRESS_BIND ?
		     owner_binding(policy, d, p, by) : 0;

	if (lladdr)
		return lladdr;
	by->rule = 0;
	return d->suppress & ARP_POLICY_SUPPRESS_NEIGH ? owner_neigh(p) : 0;
}

/*
 * May a request be answered at all? Not gratuitous ARP, and not a unicast poll: it asks
 * whether the owner is still there. An answer goes to the sender of the frame.
 */
static __always_inline bool may_suppress(const struct arpp_packet *p, u64 sha)
{
	return p->request && p->sip != p->tip && is_host(sha) &&
	       arpp_packet_is_broadcast(p, sha);
}

/* May a request be answered on behalf of the owner of its target? */
static __always_inline bool may_answer_for(const struct arpp_policy *policy,
					   const struct arpp_device *d,
					   const struct arpp_packet *p)
{
	struct arpp_segment *s = p->segment;

	return !arpp_binding_ties(d, p->tip) && may_answer(d, s, BR_ISOLATED) &&
	       !arpp_local_quickly(policy, s->dev ?: s->bridge, p->tip);
}

/**
 * arpp_port_suppress() - answer a request on a port instead of flooding it
 * @policy: of the netns
 * @d: the port's policy, with suppress
 * @p: the packet
 * @v: filled in if it is answered
 *
 * These requests pass: one from the owner itself, so that its own probe is not answered;
 * one for an owner behind the same port; one for the host; and one from an isolated port.
 * The bridge would not forward that to an owner behind another isolated port, and which
 * port the owner is behind cannot be determined here.
 */
void arpp_port_suppress(const struct arpp_policy *policy, const struct arpp_device *d,
			struct arpp_packet *p, struct arpp_verdict *v)
{
	u64 sha = arpp_lladdr_number(p->sha);
	u64 lladdr = may_suppress(p, sha) ? owner_lladdr(policy, d, p, &v->by) : 0;

	if (lladdr && lladdr != sha && may_answer_for(policy, d, p)) {
		v->lladdr = lladdr;
		arpp_decide(v, ARPP_REPLY, ARP_POLICY_REASON_SUPPRESSED,
			    ARP_POLICY_FIELD_SUPPRESS);
	} else {
		v->by.rule = 0;
	}
}
