// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decide on a packet: (policy, device, packet) -> action, reason, field or rule.
 *
 * RCU read side, BH disabled. Changes nothing but rate tokens and counters of the
 * routing code, so explain can run the same code on a hypothetical packet.
 *
 * Receiving. The first step that decides wins. Steps 2 to 8 run only if the device
 * uses one of them (.strict), or has rules for senders:
 *
 *    1  malformed         hook_in(): arpp_packet_parse()            packet.h
 *    2  rate limits       exceeds_rate()                           rate.c
 *    3  validate          arpp_validate()                          inspect.h
 *    4  rule for sender   refuses_source(): arpp_rule_match()      policy/device.h
 *                         "pass" goes on with step 5
 *    5  inspect           arpp_inspect()                           inspect.h
 *    6  defend            arpp_inspect_conflict()                  inspect.c
 *    7  garp              arpp_verdict_sender(), which makes steps 2 to 8
 *    8  learn             arpp_packet_solicited()                  packet.c
 *    9  rule for target   arpp_verdict_target()                    verdict.h
 *                         arpp_verdict_proxy()
 *   10  own address       arpp_verdict_request(), decide_request()
 *         hidden, ignore    no_answer_reason()                     hidden.c, ignore.c
 *         filter            own_target()                           ignore.c
 *   11  proxy fields      other_target()                           proxy.c
 *   12  nobody answers    ARPP_LEARN_STOCK, also for a reply; or the kernel: ARPP_ACCEPT
 *
 * Steps 10 and 11 ask the kernel in the order of arp_process(). What the kernel would then
 * do anyway is done here, because it would ask all that again. If that is not certain, the
 * kernel gets the packet. "garp accept" under the sysctl drop_gratuitous_arp is
 * the exception (stock_drops): the kernel would drop the packet before step 10, so
 * everything after that is up to us.
 *
 * Sending: arpp_verdict_out(). A request of the neighbour code is given a sender
 * (choose_sender()); for any other request, its sender is checked (check_sender()).
 *
 * Inlined into the hook, with the lookup in a trie (lpm_descend()): the frame, step
 * 9, and the tests that skip steps 2 to 8. Most packets of a flood are
 * dropped by then. This saves 59 of the 915 instructions of a packet that a rule drops.
 */
#include <linux/inetdevice.h>
#include <linux/ktime.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/ip_fib.h>
#include <net/route.h>

#include "compat.h"
#include "packet/announce.h"
#include "packet/hidden.h"
#include "packet/ignore.h"
#include "packet/inspect.h"
#include "packet/proxy.h"
#include "packet/rate.h"
#include "packet/verdict.h"

/*
 * Does the field ignore forbid the answer? An address that is only on another device is
 * not looked for on this one: 85 instructions less. @in: as below
 */
static __always_inline bool field_ignores(const struct arpp_policy *policy,
					  const struct arpp_device *d,
					  struct in_device *in_dev,
					  const struct arpp_packet *p,
					  const struct arpp_host_addr *in)
{
	if (!arpp_managed(d, ARP_POLICY_FIELD_IGNORE))
		return false;
	if (in && arpp_ignore_wants_own(d->ignore) &&
	    arpp_host_only_elsewhere(policy->host, in, p->dev))
		return true;
	return arpp_ignore_blocks(d->ignore, in_dev, p->sip, p->tip);
}

/*
 * Is a request for an own address left unanswered, by hidden or ignore? Returns enum
 * arp_policy_reason, or 0. @in: the record of the target, if it is known: saves 55
 * instructions.
 */
static __always_inline u8 no_answer_reason(const struct arpp_policy *policy,
					   const struct arpp_device *d,
					   struct in_device *in_dev,
					   const struct arpp_packet *p,
					   const struct arpp_host_addr *in)
{
	if (policy->any_hidden &&
	    (in ? arpp_hidden_found(policy, p->dev, p->tip, in) :
		  arpp_hidden_by_any(policy, p->dev, p->tip)))
		return ARP_POLICY_REASON_HIDDEN;
	return field_ignores(policy, d, in_dev, p, in) ? ARP_POLICY_REASON_IGNORED : 0;
}

/* The same for an address that the device has: then it is not hidden there. */
static u8 no_answer_here(const struct arpp_policy *policy, const struct arpp_device *d,
			 struct in_device *in_dev, const struct arpp_packet *p)
{
	return field_ignores(policy, d, in_dev, p, NULL) ? ARP_POLICY_REASON_IGNORED : 0;
}

static void drop_unanswered(struct arpp_verdict *v, u8 reason)
{
	arpp_decide(v, ARPP_DROP, reason, reason == ARP_POLICY_REASON_HIDDEN ?
					  ARP_POLICY_FIELD_HIDDEN :
					  ARP_POLICY_FIELD_IGNORE);
}

/*
 * A sysctl forbids the answer and no field takes its place: the kernel will not answer.
 * With @stock_drops the kernel would drop the packet even earlier, so drop it here.
 */
static void leave_to_sysctl(struct arpp_verdict *v, bool stock_drops)
{
	if (stock_drops)
		arpp_decide(v, ARPP_DROP, ARP_POLICY_REASON_PASS, 0);
}

/*
 * Does the sysctl arp_ignore forbid the answer? Not if it has the level of the field,
 * which no_answer_reason() has checked.
 */
static bool sysctl_ignores(const struct arpp_device *d,
			   struct in_device *in_dev,
			   const struct arpp_packet *p)
{
	int level = IN_DEV_ARP_IGNORE(in_dev);

	if (arpp_managed(d, ARP_POLICY_FIELD_IGNORE) && level == d->ignore)
		return false;
	return arpp_ignore_blocks(level, in_dev, p->sip, p->tip);
}

/* Does filter forbid the answer? Checked if the field or the sysctl is on. */
static bool is_filtered(const struct arpp_device *d, struct in_device *in_dev,
			const struct arpp_packet *p, bool *elsewhere)
{
	if (!d->filter && !IN_DEV_ARPFILTER(in_dev))
		return false;
	/* A probe is not filtered: there is no sender to route to. */
	return p->sip &&
	       arpp_filter_blocks(p->dev, p->sip, p->tip, elsewhere);
}

/* The field that an answer for an own address is credited to; 0: none is managed. */
static enum arp_policy_field own_field(const struct arpp_device *d)
{
	if (arpp_managed(d, ARP_POLICY_FIELD_IGNORE))
		return ARP_POLICY_FIELD_IGNORE;
	if (arpp_managed(d, ARP_POLICY_FIELD_FILTER))
		return ARP_POLICY_FIELD_FILTER;
	return 0;
}

/*
 * A request for an own address; @reason: of no_answer_reason(). If nothing forbids the
 * answer, it is made here, even if no field asks for it: the kernel would look up again
 * what is known by now, for 1,000 instructions more.
 * @stock_drops: the kernel drops the packet before it would answer, so unmanaged
 * fields are carried out here as well
 */
static noinline void own_target(const struct arpp_device *d,
				struct in_device *in_dev,
				const struct arpp_packet *p, u8 reason,
				bool stock_drops, struct arpp_verdict *v)
{
	enum arp_policy_field field = own_field(d);
	bool ignored, filtered, elsewhere = false;

	if (reason) {
		drop_unanswered(v, reason);
		return;
	}
	ignored = sysctl_ignores(d, in_dev, p);
	if (ignored && !arpp_managed(d, ARP_POLICY_FIELD_IGNORE)) {
		leave_to_sysctl(v, stock_drops);
		return;
	}
	filtered = is_filtered(d, in_dev, p, &elsewhere);
	if (filtered && !arpp_managed(d, ARP_POLICY_FIELD_FILTER)) {
		leave_to_sysctl(v, stock_drops);
		return;
	}
	if (filtered && d->filter)
		arpp_decide(v, elsewhere ? ARPP_DROP_ELSEWHERE : ARPP_DROP,
			    ARP_POLICY_REASON_FILTERED, ARP_POLICY_FIELD_FILTER);
	else if (stock_drops || ignored || filtered)
		arpp_decide(v, ARPP_REPLY, ARP_POLICY_REASON_ANSWERED,
			    field ?: ARP_POLICY_FIELD_GARP);
	else
		arpp_decide(v, ARPP_REPLY_STOCK, field ? ARP_POLICY_REASON_ANSWERED :
							 ARP_POLICY_REASON_PASS, field);
}

/*
 * A request for another host that we could forward to; @stock_drops: see above. Returns
 * whether the kernel would answer it as a proxy.
 */
static noinline bool other_target(const struct arpp_device *d,
				  struct in_device *in_dev,
				  const struct arpp_packet *p, bool stock_drops,
				  struct arpp_verdict *v)
{
	bool proxy_managed = arpp_managed(d, ARP_POLICY_FIELD_PROXY);
	bool delay_managed = arpp_managed(d, ARP_POLICY_FIELD_PROXY_DELAY);
	u8 sysctl_proxy = arpp_proxy_sysctl(in_dev);
	u8 proxy = proxy_managed ? d->proxy : sysctl_proxy;
	enum arp_policy_field field = delay_managed ?
		ARP_POLICY_FIELD_PROXY_DELAY : ARP_POLICY_FIELD_GARP;
	bool here = proxy_managed || delay_managed || stock_drops;

	if (arpp_proxy_answers(proxy, in_dev, p)) {
		if (!here)
			return true;
		arpp_decide(v, ARPP_REPLY, ARP_POLICY_REASON_PROXIED,
			    proxy_managed ? ARP_POLICY_FIELD_PROXY : field);
		v->delay = d->proxy_delay;
		return true;
	}

	/* Proxy neighbour entries are not sysctls and stay in effect. */
	if (p->route_dev != p->dev &&
	    arpp_pneigh_exists(dev_net(p->dev), p->tip, p->dev)) {
		if (!delay_managed && !stock_drops)
			return true;
		arpp_decide(v, ARPP_REPLY, ARP_POLICY_REASON_PROXIED, field);
		v->delay = d->proxy_delay;
		return true;
	}
	if (!arpp_proxy_answers(sysctl_proxy, in_dev, p))
		return false;
	arpp_decide(v, ARPP_DROP_LEARN, ARP_POLICY_REASON_IGNORED,
		    ARP_POLICY_FIELD_PROXY);
	return true;
}

/*
 * For a request for another host, before a route is looked up: would the kernel only
 * update the sender's neighbour entry? Not if it may proxy, or may log the sender as a
 * martian.
 */
static bool nobody_proxies(const struct arpp_device *d, struct in_device *in_dev)
{
	if (IN_DEV_LOG_MARTIANS(in_dev))
		return false;
	if (!IN_DEV_FORWARD(in_dev))
		return true;
	return !d->proxy && !arpp_proxy_sysctl(in_dev) && !arpp_pneigh_any();
}

/* What is known about a target without a route lookup. */
enum target {
	TARGET_UNKNOWN,		/* a lookup is needed */
	TARGET_OTHER,		/* not RTN_LOCAL */
	TARGET_OWN,		/* an own address */
	TARGET_HERE,		/* the same, and the device's first one */
};

/* Is the target the first address of the device? */
static bool is_first_here(const struct in_device *in_dev, const struct arpp_packet *p)
{
	const struct in_ifaddr *ifa = rcu_dereference(in_dev->ifa_list);

	return ifa && ifa->ifa_local == p->tip && p->dev->flags & IFF_UP;
}

/*
 * Classify the target of a request, not a multicast address, without a route lookup if
 * possible; @in is set to the record of TARGET_OWN.
 *
 * If no routing rule and no local route was added by hand, an own address is one that
 * is on a device that is up: the kernel keeps a local route for it, in the table that
 * it looks up first. (If such a route was deleted by hand, or the kernel finds a
 * broadcast route to the address before it, the address still counts as own.) There is
 * no other local address unless a loopback device has a prefix: a lookup in the local
 * table only then saves 300 instructions of each request for another host.
 */
static enum target classify_target(const struct arpp_policy *policy,
				   const struct in_device *in_dev,
				   const struct arpp_packet *p,
				   const struct arpp_host_addr **in)
{
	const struct net *net = dev_net(p->dev);
	const struct arpp_host_addr_dev *addr_dev;

	if (fib4_has_custom_rules(net) || net->ipv4.fib_has_custom_local_routes ||
	    netif_is_l3_slave(p->dev) || netif_is_l3_master(p->dev))
		return TARGET_UNKNOWN;
	/* Most own addresses that are asked for, without the 60 instructions of a lookup. */
	if (is_first_here(in_dev, p))
		return TARGET_HERE;
	*in = arpp_host_addr(policy->host, 0, p->tip);
	addr_dev = *in ? arpp_host_first(*in) : NULL;
	if (addr_dev)
		return addr_dev->dev->flags & IFF_UP ? TARGET_OWN : TARGET_UNKNOWN;
	/* An address that only the local route of a prefix covers. */
	return arpp_host_has_local_prefix(policy->host) ||
	       arpp_host_partial(policy->host) || ipv4_is_loopback(p->tip) ?
	       TARGET_UNKNOWN : TARGET_OTHER;
}

/*
 * Is it known, without a route lookup, that the kernel would deliver a packet with this
 * sender to the own address @in? The target was found local before, and the sender is one
 * that it accepts if there is no rp_filter: neither an own address nor a martian. Saves 650
 * instructions of an answer, and more the more addresses there are.
 */
static bool surely_delivered(const struct arpp_policy *policy, struct in_device *in_dev,
			     const struct arpp_packet *p,
			     const struct arpp_host_addr *in)
{
	struct net *net = dev_net(p->dev);

	if (!arpp_host_is_local(in, rt_genid_ipv4(net)) || IN_DEV_RPFILTER(in_dev) ||
	    fib_num_tclassid_users(net))
		return false;
	return !ipv4_is_multicast(p->sip) && !ipv4_is_lbcast(p->sip) &&
	       !ipv4_is_zeronet(p->sip) && !ipv4_is_loopback(p->sip) &&
	       !ipv4_is_loopback(p->tip) && arpp_host_lacks(policy->host, p->sip);
}

/*
 * Look up the route to the target. If it has the record @in, surely_delivered() knows the
 * next time.
 */
static void route_to(const struct arpp_device *d, struct arpp_packet *p,
		     const struct arpp_host_addr *in)
{
	int genid = rt_genid_ipv4(dev_net(p->dev));

	/* Pairs with the kernel's change of a route before its generation. */
	smp_rmb();
	arpp_packet_route(p, d->proxy & ARP_POLICY_PROXY_PVLAN);
	if (in && !p->route_err && p->route_type == RTN_LOCAL)
		arpp_host_set_local(in, genid);
}

/*
 * Own address and proxy fields, for a request that no rule decides. If they do not decide
 * either, returns whether the kernel would only update the sender's neighbour entry.
 */
static bool decide_request(const struct arpp_policy *policy,
			   const struct arpp_device *d,
			   struct in_device *in_dev, struct arpp_packet *p,
			   bool stock_drops, struct arpp_verdict *v)
{
	enum target target = TARGET_UNKNOWN;
	const struct arpp_host_addr *in = NULL;
	u8 reason = 0;

	/* A drop needs no route, nor does a request that nobody here answers. */
	if (!stock_drops)
		target = classify_target(policy, in_dev, p, &in);
	if (target == TARGET_OTHER && nobody_proxies(d, in_dev))
		return true;
	/* A duplicate address probe (RFC 5227) has no sender to route to. */
	if (!p->sip) {
		if (inet_addr_type_dev_table(dev_net(p->dev), p->dev,
					     p->tip) != RTN_LOCAL)
			return true;
		own_target(d, in_dev, p, no_answer_reason(policy, d, in_dev, p, in),
			   stock_drops, v);
		return false;
	}
	if (target >= TARGET_OWN) {
		reason = target == TARGET_OWN ?
			 no_answer_reason(policy, d, in_dev, p, in) :
			 no_answer_here(policy, d, in_dev, p);
		if (reason && !arpp_packet_would_update_neigh(p)) {
			drop_unanswered(v, reason);
			return false;
		}
		if (target == TARGET_HERE)
			in = arpp_host_addr(policy->host, 0, p->tip);
		if (in && surely_delivered(policy, in_dev, p, in)) {
			own_target(d, in_dev, p, reason, stock_drops, v);
			return false;
		}
	}
	route_to(d, p, in);
	if (p->route_err)
		return true;
	if (p->route_type == RTN_LOCAL) {
		if (target < TARGET_OWN)
			reason = no_answer_reason(policy, d, in_dev, p, in);
		own_target(d, in_dev, p, reason, stock_drops, v);
		return false;
	}
	return p->route_type != RTN_UNICAST || !IN_DEV_FORWARD(in_dev) ||
	       !other_target(d, in_dev, p, stock_drops, v);
}

/*
 * Was a packet sent by this host itself? It receives its own packets if two of its
 * devices are in one segment. With accept_local the kernel treats them like those of
 * another host.
 */
static bool from_host(const struct arpp_policy *policy, const struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);

	return arpp_local_quickly(policy, p->dev, p->sip) &&
	       !(in_dev && IN_DEV_ACCEPT_LOCAL(in_dev));
}

/* Does a proxy rule apply to this packet? */
static bool may_proxy(const struct arpp_policy *policy, const struct arpp_device *d,
		      const struct arpp_match *match, struct arpp_packet *p)
{
	struct arpp_rule rule = arpp_match_rule(match);
	unsigned int type;

	if (!p->request || !p->sip || p->sip == p->tip ||
	    ipv4_is_multicast(p->tip) || ipv4_is_loopback(p->tip))
		return false;
	if (rule.has_lladdr && p->dev->addr_len != ETH_ALEN)
		return false;
	if (from_host(policy, p))
		return false;
	type = inet_addr_type_dev_table(dev_net(p->dev), p->dev, p->tip);
	if (type == RTN_BROADCAST)
		return false;
	p->tip_local = type == RTN_LOCAL;
	if (!rule.routed)
		return true;
	arpp_packet_route(p, d->proxy & ARP_POLICY_PROXY_PVLAN);
	return !p->route_err && p->route_type == RTN_UNICAST &&
	       p->route_dev != p->dev;
}

/**
 * arpp_verdict_proxy() - does a proxy rule answer the packet?
 * @policy: of the netns
 * @d: the receiving device's policy
 * @p: the packet
 * @v: .by is the rule; filled in if it does
 *
 * Return: whether it does.
 */
bool arpp_verdict_proxy(const struct arpp_policy *policy,
			const struct arpp_device *d, struct arpp_packet *p,
			struct arpp_verdict *v)
{
	if (!may_proxy(policy, d, &v->by, p))
		return false;
	arpp_decide(v, ARPP_REPLY, ARP_POLICY_REASON_PROXIED, 0);
	v->delay = d->proxy_delay;
	return true;
}

/* Is a rate limit exceeded? Returns enum arp_policy_reason, or 0. */
static enum arp_policy_reason
exceeds_rate(const struct arpp_policy *policy, const struct arpp_device *d,
	     struct arpp_packet *p)
{
	s64 source_id;

	/* The source first: a source that floods must not use up the device's rate. */
	if (d->source_rate) {
		source_id = arpp_source_id(policy->sources, arpp_packet_frame(p) ?
						       p->eth.h_source : p->sha,
					   p->dev->addr_len, d->source_user);
		if (arpp_source_exceeded(policy->sources, source_id, d->source_rate,
					 arpp_rate_tick(), p->dry_run))
			return ARP_POLICY_REASON_SOURCE_RATE;
	}
	if (d->rate && arpp_rate_exceeded(&d->stats->meter[d->meter], d->rate,
					  d->burst, ktime_get_ns(), p->dry_run))
		return ARP_POLICY_REASON_RATE_LIMIT;
	return 0;
}

/* Rate limits, validation, rules for senders. */
static __always_inline bool refuses_source(const struct arpp_policy *policy,
					   const struct arpp_device *d,
					   struct arpp_packet *p,
					   struct arpp_verdict *v)
{
	enum arp_policy_reason reason;

	reason = (d->rate || d->source_rate) && !p->due ?
		 exceeds_rate(policy, d, p) : 0;
	if (reason)
		return arpp_refuse(v, ARPP_DROP, reason,
				   reason == ARP_POLICY_REASON_RATE_LIMIT ?
				   ARP_POLICY_FIELD_RATE :
				   ARP_POLICY_FIELD_SOURCE_RATE);
	reason = d->validate ? arpp_validate(d, p) : 0;
	if (reason)
		return arpp_refuse(v, ARPP_DROP, reason, ARP_POLICY_FIELD_VALIDATE);
	if (arpp_rules(d, ARPP_TABLE_SENDER) &&
	    arpp_rule_match(d, ARPP_TABLE_SENDER, p->sip, &v->by)) {
		if (arpp_rule_action(v->by.rule) == ARP_POLICY_ACTION_DROP)
			return arpp_refuse(v, ARPP_DROP,
					   ARP_POLICY_REASON_RULE_DROP, 0);
		v->by.rule = 0;
	}
	return false;
}

/**
 * arpp_verdict_source() - the first steps of arpp_verdict_sender()
 * @policy: of the netns
 * @d: the receiving device's policy
 * @p: the packet
 * @v: filled in if one decides
 *
 * Rate limits, validation, rules for senders.
 *
 * Return: whether the packet is refused.
 */
bool arpp_verdict_source(const struct arpp_policy *policy,
			 const struct arpp_device *d, struct arpp_packet *p,
			 struct arpp_verdict *v)
{
	return refuses_source(policy, d, p, v);
}

/**
 * arpp_verdict_sender() - is the packet refused because of its sender?
 * @policy: of the netns
 * @d: the receiving device's policy
 * @p: the packet
 * @v: filled in if so
 *
 * Rate limits, validation, rules for senders, inspection, defend, garp, learn, in
 * this order. Called only if the device uses one of them.
 *
 * Return: whether it is.
 */
bool arpp_verdict_sender(const struct arpp_policy *policy,
			 const struct arpp_device *d, struct arpp_packet *p,
			 struct arpp_verdict *v)
{
	enum arp_policy_reason reason;

	if (refuses_source(policy, d, p, v))
		return true;
	reason = d->inspect ? arpp_inspect(d, p) : 0;
	if (reason && d->inspect == ARP_POLICY_INSPECT_AUDIT)
		v->noted = reason;
	else if (reason)
		return arpp_refuse(v, ARPP_DROP, reason, ARP_POLICY_FIELD_INSPECT);
	if (d->defend && arpp_inspect_conflict(policy, d, p->dev, p))
		return arpp_refuse(v, ARPP_DEFEND, ARP_POLICY_REASON_CONFLICT,
				   ARP_POLICY_FIELD_DEFEND);
	if (d->garp == ARP_POLICY_GARP_DROP && p->sip && p->sip == p->tip)
		return arpp_refuse(v, ARPP_DROP, ARP_POLICY_REASON_GRATUITOUS,
				   ARP_POLICY_FIELD_GARP);
	if (!p->request &&
	    (d->learn == ARP_POLICY_LEARN_NONE ||
	     (d->learn == ARP_POLICY_LEARN_SOLICITED &&
	      !arpp_packet_solicited(p))))
		return arpp_refuse(v, ARPP_DROP, ARP_POLICY_REASON_UNSOLICITED,
				   ARP_POLICY_FIELD_LEARN);
	return false;
}

/**
 * arpp_verdict_request() - decide who answers a request, if no rule does
 * @policy: of the netns
 * @d: the receiving device's policy
 * @p: a request, or a packet whose sender and target are equal
 * @v: filled in if policy decides; must be arpp_verdict_pass() before
 */
void arpp_verdict_request(const struct arpp_policy *policy,
			  const struct arpp_device *d, struct arpp_packet *p,
			  struct arpp_verdict *v)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);
	bool stock_drops, ends = false;

	/* IPv4 may have been taken from the device since (a small MTU). */
	if (unlikely(!in_dev) || !arpp_verdict_good_target(p))
		return;
	stock_drops = p->sip == p->tip &&
		      IN_DEV_ORCONF(in_dev, DROP_GRATUITOUS_ARP);
	if (stock_drops && !arpp_managed(d, ARP_POLICY_FIELD_GARP))
		return;
	if (p->request)
		ends = decide_request(policy, d, in_dev, p, stock_drops, v);
	if (v->action != ARPP_ACCEPT)
		return;
	if (stock_drops)
		v->action = ARPP_DROP_LEARN;
	else if (ends)
		v->action = ARPP_LEARN_STOCK;
}

static void suppress_request(struct arpp_verdict *v, enum arp_policy_field field)
{
	arpp_decide(v, ARPP_DROP, ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED, field);
}

/* The field that hides a sender: none if the rule @v->by does. */
static enum arp_policy_field hiding_field(const struct arpp_verdict *v)
{
	return v->by.rule ? 0 : ARP_POLICY_FIELD_HIDDEN;
}

/* Choose the sender of a request that the neighbour code made. */
static void choose_sender(const struct arpp_policy *policy,
			  const struct arpp_device *d,
			  const struct arpp_packet *p, struct arpp_verdict *v)
{
	bool managed = arpp_managed(d, ARP_POLICY_FIELD_ANNOUNCE);
	bool must = managed && d->announce == ARP_POLICY_ANNOUNCE_STRICT;
	enum arp_policy_field field = ARP_POLICY_FIELD_ANNOUNCE;

	v->sender = p->sip;
	/*
	 * Unknown sender: the entry was answered, deleted or emptied since.
	 * Nobody waits for this request, or another one follows.
	 */
	if (managed && !arpp_announce_sender(d, p, &v->sender)) {
		suppress_request(v, field);
		return;
	}
	if (v->sender && arpp_announce_hidden(policy, d, v->sender, &v->by)) {
		field = hiding_field(v);
		v->sender = arpp_announce_visible(policy, d, p->tip);
		must = true;
	}
	if (!v->sender && must)
		suppress_request(v, field);
	else if (v->sender != p->sip)
		arpp_decide(v, ARPP_REWRITE, ARP_POLICY_REASON_ANNOUNCE_REWRITTEN,
			    field);
	else
		v->by.rule = 0;
}

/* Pass or suppress a request that is not rewritten. */
static void check_sender(const struct arpp_policy *policy,
			 const struct arpp_device *d,
			 const struct arpp_packet *p, struct arpp_verdict *v)
{
	if (!p->sip)
		return;
	if (arpp_announce_hidden(policy, d, p->sip, &v->by))
		suppress_request(v, hiding_field(v));
	else if (arpp_announce_foreign(policy, d, p->sip))
		suppress_request(v, ARP_POLICY_FIELD_ANNOUNCE);
}

/* Without a call to memcmp() on Ethernet: 45 instructions. */
static bool from_own_lladdr(const struct arpp_packet *p)
{
	const struct net_device *dev = p->dev;

	return likely(dev->addr_len == ETH_ALEN) ?
	       ether_addr_equal(p->sha, dev->dev_addr) :
	       !memcmp(p->sha, dev->dev_addr, dev->addr_len);
}

/*
 * Did arp_solicit() make this request? It may also send one from the target address
 * or from none; an unresolved entry then tells it from an announcement or a probe.
 */
static bool is_solicitation(const struct arpp_packet *p)
{
	if (p->maker != ARPP_MAKER_NEIGH || !from_own_lladdr(p))
		return false;
	return (p->sip && p->sip != p->tip) || arpp_packet_solicitation(p).found;
}

/* The monitor sends on a port, with the bond's address, from a workqueue. */
static bool is_bond_monitor(const struct arpp_packet *p)
{
	return p->maker == ARPP_MAKER_PROCESS && p->sip != p->tip &&
	       netif_is_bond_slave(p->dev);
}

/* Does notify forbid an announcement? */
static bool is_not_notified(const struct arpp_device *d, const struct arpp_packet *p)
{
	return p->maker == ARPP_MAKER_SYSCTL && arpp_managed(d, ARP_POLICY_FIELD_NOTIFY) &&
	       d->notify == ARP_POLICY_NOTIFY_OFF;
}

/**
 * arpp_verdict_out() - decide on an outgoing packet
 * @policy: of the netns
 * @d: the outgoing device's
 * @p: the packet
 * @v: filled in: the verdict
 *
 * Requests of the neighbour code with an own address as sender are rewritten. Other
 * requests (gratuitous ARP, and what looks the same) are suppressed if their sender
 * is hidden or foreign, or if notify forbids them. Replies, probes, and requests of
 * bonding's monitor pass.
 */
void arpp_verdict_out(const struct arpp_policy *policy,
		      const struct arpp_device *d, const struct arpp_packet *p,
		      struct arpp_verdict *v)
{
	arpp_verdict_pass(v);
	if (unlikely(is_not_notified(d, p))) {
		suppress_request(v, ARP_POLICY_FIELD_NOTIFY);
		return;
	}
	if (!p->request || !arpp_governs_sending(policy, d) ||
	    p->maker == ARPP_MAKER_FORCED || is_bond_monitor(p))
		return;
	if (is_solicitation(p))
		choose_sender(policy, d, p, v);
	else
		check_sender(policy, d, p, v);
}
