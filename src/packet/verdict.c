// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one decision function per direction: (policy, packet) -> verdict, reason.
 *
 * RCU read side, BH disabled. The order is the one of arp_process(), so that
 * what the kernel would have done anyway is left to it.
 */
#include <linux/inetdevice.h>
#include <linux/ktime.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/route.h>

#include "compat.h"
#include "packet/announce.h"
#include "packet/hidden.h"
#include "packet/ignore.h"
#include "packet/inspect.h"
#include "packet/proxy.h"
#include "packet/rate.h"
#include "packet/verdict.h"

/* What is known of the packet otherwise stays: @v->noted, or who hides. */
static void decide(struct arpp_verdict *v, enum arpp_action action,
		   enum arp_policy_reason reason, enum arp_policy_field field)
{
	v->action = action;
	v->reason = reason;
	v->field = field;
}

/* Neither answered nor learnt from, as the kernel's own rules have it. */
static void discard(struct arpp_verdict *v)
{
	decide(v, ARPP_DROP, ARP_POLICY_REASON_PASS, 0);
}

/*
 * A request for an own address: must it stay unanswered, whoever asks? Returns
 * why, enum arp_policy_reason, or 0.
 */
static __always_inline u8 silent(const struct arpp_policy *policy,
				 const struct arpp_device *d,
				 struct in_device *in_dev,
				 const struct arpp_packet *p)
{
	if (arpp_hidden(policy, p->dev, p->tip))
		return ARP_POLICY_REASON_HIDDEN;
	if (arpp_managed(d, ARP_POLICY_FIELD_IGNORE) &&
	    arpp_ignore_blocks(d->ignore, in_dev, p->sip, p->tip))
		return ARP_POLICY_REASON_IGNORED;
	return 0;
}

static void silence(struct arpp_verdict *v, u8 why)
{
	decide(v, ARPP_DROP, why, why == ARP_POLICY_REASON_HIDDEN ?
				  ARP_POLICY_FIELD_HIDDEN :
				  ARP_POLICY_FIELD_IGNORE);
}

/*
 * A request for an own address that may be answered: ignore, then filter.
 * @alone: the kernel would discard it unseen, so what is not managed is ours to
 * do as well.
 */
static noinline void own_target(const struct arpp_device *d,
				struct in_device *in_dev,
				const struct arpp_packet *p, bool alone,
				struct arpp_verdict *v)
{
	bool ignore_managed = arpp_managed(d, ARP_POLICY_FIELD_IGNORE);
	bool filter_managed = arpp_managed(d, ARP_POLICY_FIELD_FILTER);
	int sysctl_ignore = IN_DEV_ARP_IGNORE(in_dev);
	int ignore = ignore_managed ? d->ignore : sysctl_ignore;
	bool sysctl_filter = IN_DEV_ARPFILTER(in_dev);
	bool filter = filter_managed ? d->filter : sysctl_filter;
	bool answers = !alone;	/* will the kernel, when left to itself? */
	bool elsewhere;

	if (!ignore_managed &&
	    arpp_ignore_blocks(ignore, in_dev, p->sip, p->tip)) {
		if (alone)
			discard(v);
		return;
	}
	if (sysctl_ignore != ignore &&
	    arpp_ignore_blocks(sysctl_ignore, in_dev, p->sip, p->tip))
		answers = false;

	/* A probe is not filtered: there is no sender to route to. */
	if (p->sip && (filter || sysctl_filter) &&
	    arpp_filter_blocks(p->dev, p->sip, p->tip, &elsewhere)) {
		if (filter && !filter_managed) {
			if (alone)
				discard(v);
			return;
		}
		if (filter) {
			decide(v, elsewhere ? ARPP_DROP_ELSEWHERE : ARPP_DROP,
			       ARP_POLICY_REASON_FILTERED,
			       ARP_POLICY_FIELD_FILTER);
			return;
		}
		answers = false;
	}

	if (ignore_managed || filter_managed || alone)
		decide(v, answers ? ARPP_REPLY_STOCK : ARPP_REPLY,
		       ARP_POLICY_REASON_ANSWERED,
		       ignore_managed ? ARP_POLICY_FIELD_IGNORE :
		       filter_managed ? ARP_POLICY_FIELD_FILTER :
					ARP_POLICY_FIELD_GARP);
}

/* A request for somebody else, whom we could forward to; @alone: see above. */
static noinline void other_target(const struct arpp_device *d,
				  struct in_device *in_dev,
				  const struct arpp_packet *p, bool alone,
				  struct arpp_verdict *v)
{
	bool proxy_managed = arpp_managed(d, ARP_POLICY_FIELD_PROXY);
	bool delay_managed = arpp_managed(d, ARP_POLICY_FIELD_PROXY_DELAY);
	u8 sysctl_proxy = arpp_proxy_sysctl(in_dev);
	u8 proxy = proxy_managed ? d->proxy : sysctl_proxy;
	enum arp_policy_field field = delay_managed ?
		ARP_POLICY_FIELD_PROXY_DELAY : ARP_POLICY_FIELD_GARP;

	if (!proxy_managed && !delay_managed && !alone)
		return;
	if (arpp_proxy_answers(proxy, in_dev, p)) {
		decide(v, ARPP_REPLY, ARP_POLICY_REASON_PROXIED,
		       proxy_managed ? ARP_POLICY_FIELD_PROXY : field);
		v->delay = d->proxy_delay;
		return;
	}

	/* "ip neigh add proxy" is no sysctl and goes on to hold. */
	if (p->route_dev != p->dev &&
	    arpp_pneigh_exists(dev_net(p->dev), p->tip, p->dev)) {
		if (!delay_managed && !alone)
			return;
		decide(v, ARPP_REPLY, ARP_POLICY_REASON_PROXIED, field);
		v->delay = d->proxy_delay;
		return;
	}
	if (arpp_proxy_answers(sysctl_proxy, in_dev, p))
		decide(v, ARPP_DROP_LEARN, ARP_POLICY_REASON_IGNORED,
		       ARP_POLICY_FIELD_PROXY);
}

/* arp_process() discards these, whatever policy says. */
static bool bad_target(struct in_device *in_dev, __be32 tip)
{
	return ipv4_is_multicast(tip) ||
	       (ipv4_is_loopback(tip) && !IN_DEV_ROUTE_LOCALNET(in_dev));
}

/* Who answers a request, as far as no rule says so; @alone: see above. */
static void decide_request(const struct arpp_policy *policy,
			   const struct arpp_device *d,
			   struct in_device *in_dev, struct arpp_packet *p,
			   bool alone, struct arpp_verdict *v)
{
	const u32 proxies = BIT(ARP_POLICY_FIELD_PROXY) |
			    BIT(ARP_POLICY_FIELD_PROXY_DELAY);
	bool own = false;
	u8 why = 0;

	if (bad_target(in_dev, p->tip))
		return;

	/* A duplicate address probe (RFC 5227) has no sender to route to. */
	if (!p->sip) {
		if (inet_addr_type_dev_table(dev_net(p->dev), p->dev,
					     p->tip) != RTN_LOCAL)
			return;
		why = silent(policy, d, in_dev, p);
		if (why)
			silence(v, why);
		else
			own_target(d, in_dev, p, alone, v);
		return;
	}

	/* What is not to be answered, or not ours to govern, needs no route. */
	switch (alone ? ARPP_TARGET_UNKNOWN :
			arpp_packet_target(p, policy->host)) {
	case ARPP_TARGET_OWN:
		own = true;
		why = silent(policy, d, in_dev, p);
		if (why && !arpp_packet_teaches(p)) {
			silence(v, why);
			return;
		}
		break;
	case ARPP_TARGET_OTHER:
		if (!(d->set & proxies))
			return;
		break;
	case ARPP_TARGET_UNKNOWN:
		break;
	}

	arpp_packet_route(p, d->proxy & ARP_POLICY_PROXY_PVLAN);
	if (p->route_err)
		return;
	if (p->route_type == RTN_LOCAL) {
		if (!own)
			why = silent(policy, d, in_dev, p);
		if (why)
			silence(v, why);
		else
			own_target(d, in_dev, p, alone, v);
	} else if (p->route_type == RTN_UNICAST && IN_DEV_FORWARD(in_dev)) {
		other_target(d, in_dev, p, alone, v);
	}
}

/*
 * Was a packet sent by this host itself? It receives its own packets if two of its
 * devices are in one segment. With accept_local the kernel treats them like those of
 * another host.
 */
static bool from_host(const struct arpp_policy *policy, const struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);

	return arpp_local(policy, p->dev, p->sip) &&
	       !(in_dev && IN_DEV_ACCEPT_LOCAL(in_dev));
}

/* Can a proxy rule answer this packet at all? */
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
 * @v: its .by is the rule; filled in if so
 *
 * Return: whether it does.
 */
bool arpp_verdict_proxy(const struct arpp_policy *policy,
			const struct arpp_device *d, struct arpp_packet *p,
			struct arpp_verdict *v)
{
	if (!may_proxy(policy, d, &v->by, p))
		return false;
	decide(v, ARPP_REPLY, ARP_POLICY_REASON_PROXIED, 0);
	v->delay = d->proxy_delay;
	return true;
}

/* Is the packet one too many? */
static noinline enum arp_policy_reason
over_rate(const struct arpp_policy *policy, const struct arpp_device *d,
	  struct arpp_packet *p)
{
	u64 now = ktime_get_ns();
	s64 who;

	/* The source first, so that one that floods leaves the rest to others. */
	if (d->source_rate) {
		who = arpp_source_who(policy->sources, arpp_packet_frame(p) ?
						       p->eth_src : p->sha,
				      p->dev->addr_len, d->source_user);
		if (arpp_source_over(policy->sources, who, d->source_rate, now,
				     p->ask))
			return ARP_POLICY_REASON_SOURCE_RATE;
	}
	if (d->rate && arpp_rate_over(&d->stats->meter[d->meter], d->rate,
				      d->burst, now, p->ask))
		return ARP_POLICY_REASON_RATE_LIMIT;
	return 0;
}

/* A decision on the sender is all that there is to say. */
static bool refuse(struct arpp_verdict *v, enum arpp_action action,
		   enum arp_policy_reason reason, enum arp_policy_field field)
{
	decide(v, action, reason, field);
	v->noted = 0;
	return true;
}

/**
 * arpp_verdict_sender() - is the sender to be refused?
 * @policy: of the netns
 * @d: the receiving device's policy
 * @p: the packet
 * @v: filled in if so
 *
 * Is it one packet too many, not to be believed, or may not be learnt? Only for
 * devices where anything asks that.
 *
 * Return: whether it is.
 */
bool arpp_verdict_sender(const struct arpp_policy *policy,
			 const struct arpp_device *d, struct arpp_packet *p,
			 struct arpp_verdict *v)
{
	enum arp_policy_reason reason;

	reason = (d->rate || d->source_rate) && !p->due ?
		 over_rate(policy, d, p) : 0;
	if (reason)
		return refuse(v, ARPP_DROP, reason,
			      reason == ARP_POLICY_REASON_RATE_LIMIT ?
			      ARP_POLICY_FIELD_RATE :
			      ARP_POLICY_FIELD_SOURCE_RATE);
	reason = d->validate ? arpp_validate(d, p) : 0;
	if (reason)
		return refuse(v, ARPP_DROP, reason, ARP_POLICY_FIELD_VALIDATE);
	if (arpp_rules(d, ARPP_TABLE_SENDER) &&
	    arpp_rule_match(d, ARPP_TABLE_SENDER, p->sip, &v->by)) {
		if (arpp_rule_action(v->by.rule) == ARP_POLICY_ACTION_DROP)
			return refuse(v, ARPP_DROP,
				      ARP_POLICY_REASON_RULE_DROP, 0);
		v->by.rule = 0;
	}
	reason = d->inspect ? arpp_inspect(d, p, &v->by) : 0;
	if (reason && d->inspect == ARP_POLICY_INSPECT_AUDIT)
		v->noted = reason;
	else if (reason)
		return refuse(v, ARPP_DROP, reason, ARP_POLICY_FIELD_INSPECT);
	if (d->defend && arpp_inspect_conflict(policy, d, p))
		return refuse(v, ARPP_DEFEND, ARP_POLICY_REASON_CONFLICT,
			      ARP_POLICY_FIELD_DEFEND);
	if (d->garp == ARP_POLICY_GARP_DROP && p->sip && p->sip == p->tip)
		return refuse(v, ARPP_DROP, ARP_POLICY_REASON_GRATUITOUS,
			      ARP_POLICY_FIELD_GARP);
	if (!p->request &&
	    (d->learn == ARP_POLICY_LEARN_NONE ||
	     (d->learn == ARP_POLICY_LEARN_SOLICITED &&
	      !arpp_packet_awaited(p))))
		return refuse(v, ARPP_DROP, ARP_POLICY_REASON_UNSOLICITED,
			      ARP_POLICY_FIELD_LEARN);
	return false;
}

/**
 * arpp_verdict_request() - who answers, as far as no rule says so
 * @policy: of the netns
 * @d: the receiving device's policy
 * @p: a request, or what is for the sender's own address
 * @v: filled in if policy decides; stands at pass
 */
void arpp_verdict_request(const struct arpp_policy *policy,
			  const struct arpp_device *d, struct arpp_packet *p,
			  struct arpp_verdict *v)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);
	bool garp_sysctl, alone;

	/* Taken from the device this very moment, as by a small MTU. */
	if (unlikely(!in_dev))
		return;
	/* arp_process() discards it, unless policy takes the sysctl's place. */
	garp_sysctl = p->sip == p->tip &&
		      IN_DEV_ORCONF(in_dev, DROP_GRATUITOUS_ARP);
	alone = garp_sysctl && arpp_managed(d, ARP_POLICY_FIELD_GARP) &&
		!bad_target(in_dev, p->tip);
	if (p->request && (alone ||
			   (!garp_sysctl && arpp_governs_requests(policy, d))))
		decide_request(policy, d, in_dev, p, alone, v);
	if (alone && v->action == ARPP_ACCEPT)
		v->action = ARPP_DROP_LEARN;
}

/* Suppress an outgoing request. */
static void suppress(struct arpp_verdict *v, enum arp_policy_field field,
		     const struct arpp_match *by)
{
	decide(v, ARPP_DROP, ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED, field);
	v->by = *by;
}

/*
 * Did arp_solicit() make this request? It may also send one from the target address
 * or from none; an unresolved entry then tells it from an announcement or a probe.
 */
static bool is_solicitation(const struct arpp_packet *p)
{
	if (p->maker != ARPP_MAKER_NEIGH ||
	    memcmp(p->sha, p->dev->dev_addr, p->dev->addr_len))
		return false;
	return (p->sip && p->sip != p->tip) || arpp_packet_cause(p).found;
}

/* Choose the sender of a request that the neighbour code made. */
static void solicitation(const struct arpp_policy *policy,
			 const struct arpp_device *d,
			 const struct arpp_packet *p, struct arpp_verdict *v)
{
	bool managed = arpp_managed(d, ARP_POLICY_FIELD_ANNOUNCE);
	bool must = managed && d->announce == ARP_POLICY_ANNOUNCE_STRICT;
	enum arp_policy_field field = ARP_POLICY_FIELD_ANNOUNCE;
	struct arpp_match by = {};
	__be32 sip = p->sip;

	/*
	 * Unknown sender: the entry was answered, deleted or emptied since.
	 * Nobody waits for this request, or another one follows.
	 */
	if (managed && !arpp_announce_sender(d, p, &sip)) {
		suppress(v, field, &by);
		return;
	}
	if (sip && arpp_announce_hidden(policy, d, sip, &by)) {
		field = by.rule ? 0 : ARP_POLICY_FIELD_HIDDEN;
		sip = arpp_announce_visible(policy, d, p->tip);
		must = true;
	}
	if (!sip && must) {
		suppress(v, field, &by);
	} else if (sip != p->sip) {
		decide(v, ARPP_REWRITE, ARP_POLICY_REASON_ANNOUNCE_REWRITTEN,
		       field);
		v->by = by;
		v->sender = sip;
	}
}

/* Pass or suppress a request that is not rewritten. */
static void announcement(const struct arpp_policy *policy,
			 const struct arpp_device *d,
			 const struct arpp_packet *p, struct arpp_verdict *v)
{
	struct arpp_match by = {};

	if (!p->sip)
		return;
	if (arpp_announce_hidden(policy, d, p->sip, &by))
		suppress(v, by.rule ? 0 : ARP_POLICY_FIELD_HIDDEN, &by);
	else if (arpp_announce_foreign(policy, d, p->sip))
		suppress(v, ARP_POLICY_FIELD_ANNOUNCE, &by);
}

/**
 * arpp_verdict_out() - decide on a packet that is about to leave
 * @policy: of the netns
 * @d: the outgoing device's
 * @p: the packet
 * @v: filled in: the verdict
 *
 * Requests of the neighbour code with an own address as sender are rewritten. Other
 * requests (gratuitous ARP, and what cannot be told from it) are suppressed if they
 * name a hidden or foreign sender. Replies, probes, and requests of bonding's monitor
 * pass.
 */
void arpp_verdict_out(const struct arpp_policy *policy,
		      const struct arpp_device *d, const struct arpp_packet *p,
		      struct arpp_verdict *v)
{
	arpp_verdict_pass(v);
	if (!arpp_managed(d, ARP_POLICY_FIELD_ANNOUNCE) && !d->n_tables &&
	    !policy->any_hidden)
		return;
	if (!p->request || p->maker == ARPP_MAKER_FORCED)
		return;
	/* The monitor sends on a port, with the bond's address, from a workqueue. */
	if (p->maker == ARPP_MAKER_PROCESS && p->sip != p->tip &&
	    netif_is_bond_slave(p->dev))
		return;
	if (is_solicitation(p))
		solicitation(policy, d, p, v);
	else
		announcement(policy, d, p, v);
}
