// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one decision function per direction: (policy, packet) -> verdict, reason.
 *
 * RCU read side, BH disabled. The order is the one of arp_process(), so that
 * what the kernel would have done anyway is left to it.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/route.h>

#include "announce.h"
#include "compat.h"
#include "hidden.h"
#include "ignore.h"
#include "proxy.h"
#include "verdict.h"

static struct arpp_verdict verdict(enum arpp_action action,
				   enum arp_policy_reason reason,
				   enum arp_policy_field field)
{
	return (struct arpp_verdict){
		.action = action, .reason = reason, .field = field,
	};
}

static struct arpp_verdict pass(void)
{
	return verdict(ARPP_ACCEPT, ARP_POLICY_REASON_PASS, 0);
}

/* A request for an own address: hidden, then ignore, then filter. */
static struct arpp_verdict own_target(const struct arpp_policy *policy,
				      const struct arpp_device *d,
				      struct in_device *in_dev,
				      const struct arpp_packet *p)
{
	bool ignore_managed = arpp_managed(d, ARP_POLICY_FIELD_IGNORE);
	bool filter_managed = arpp_managed(d, ARP_POLICY_FIELD_FILTER);
	int sysctl_ignore = IN_DEV_ARP_IGNORE(in_dev);
	int ignore = ignore_managed ? d->ignore : sysctl_ignore;
	bool sysctl_filter = IN_DEV_ARPFILTER(in_dev);
	bool filter = filter_managed ? d->filter : sysctl_filter;
	bool answers = true;	/* will the kernel, when left to itself? */
	struct arpp_verdict v;
	bool elsewhere;

	if (arpp_hidden(policy, p->dev, p->tip))
		return verdict(ARPP_DROP, ARP_POLICY_REASON_HIDDEN,
			       ARP_POLICY_FIELD_HIDDEN);

	if (arpp_ignore_blocks(ignore, in_dev, p->sip, p->tip)) {
		if (!ignore_managed)
			return pass();
		return verdict(ARPP_DROP, ARP_POLICY_REASON_IGNORED,
			       ARP_POLICY_FIELD_IGNORE);
	}
	if (sysctl_ignore != ignore &&
	    arpp_ignore_blocks(sysctl_ignore, in_dev, p->sip, p->tip))
		answers = false;

	/* A probe is not filtered: there is no sender to route to. */
	if (p->sip && (filter || sysctl_filter) &&
	    arpp_filter_blocks(p->dev, p->sip, p->tip, &elsewhere)) {
		if (filter && !filter_managed)
			return pass();
		if (filter) {
			v = verdict(ARPP_DROP, ARP_POLICY_REASON_FILTERED,
				    ARP_POLICY_FIELD_FILTER);
			v.elsewhere = elsewhere;
			return v;
		}
		answers = false;
	}

	if (!ignore_managed && !filter_managed)
		return pass();
	return verdict(answers ? ARPP_ACCEPT : ARPP_REPLY,
		       ARP_POLICY_REASON_ANSWERED,
		       ignore_managed ? ARP_POLICY_FIELD_IGNORE :
					ARP_POLICY_FIELD_FILTER);
}

/* A request for somebody else, whom we could forward to. */
static struct arpp_verdict other_target(const struct arpp_device *d,
					struct in_device *in_dev,
					const struct arpp_packet *p)
{
	bool proxy_managed = arpp_managed(d, ARP_POLICY_FIELD_PROXY);
	bool delay_managed = arpp_managed(d, ARP_POLICY_FIELD_PROXY_DELAY);
	u8 sysctl_proxy = arpp_proxy_sysctl(in_dev);
	u8 proxy = proxy_managed ? d->proxy : sysctl_proxy;
	struct arpp_verdict v;

	if (!proxy_managed && !delay_managed)
		return pass();
	if (arpp_proxy_answers(proxy, in_dev, p)) {
		v = verdict(ARPP_REPLY, ARP_POLICY_REASON_PROXIED,
			    proxy_managed ? ARP_POLICY_FIELD_PROXY :
					    ARP_POLICY_FIELD_PROXY_DELAY);
		v.delay = d->proxy_delay;
		return v;
	}

	/* "ip neigh add proxy" is no sysctl and goes on to hold. */
	if (p->route_dev != p->dev &&
	    arpp_pneigh_exists(dev_net(p->dev), p->tip, p->dev)) {
		if (!delay_managed)
			return pass();
		v = verdict(ARPP_REPLY, ARP_POLICY_REASON_PROXIED,
			    ARP_POLICY_FIELD_PROXY_DELAY);
		v.delay = d->proxy_delay;
		return v;
	}
	if (arpp_proxy_answers(sysctl_proxy, in_dev, p))
		return verdict(ARPP_DROP_LEARN, ARP_POLICY_REASON_IGNORED,
			       ARP_POLICY_FIELD_PROXY);
	return pass();
}

/* Can the kernel's answer to a request differ from what policy wants? */
static bool governs_requests(const struct arpp_policy *policy,
			     const struct arpp_device *d)
{
	return d->set & (BIT(ARP_POLICY_FIELD_IGNORE) |
			 BIT(ARP_POLICY_FIELD_FILTER) |
			 BIT(ARP_POLICY_FIELD_PROXY) |
			 BIT(ARP_POLICY_FIELD_PROXY_DELAY)) ||
	       !hlist_empty(&policy->hidden);
}

/**
 * arpp_verdict_in() - decide on a received packet
 * @policy: of the netns
 * @d: the receiving device's
 * @p: the packet; its route is looked up when it matters
 *
 * Return: the verdict.
 */
struct arpp_verdict arpp_verdict_in(const struct arpp_policy *policy,
				    const struct arpp_device *d,
				    struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(p->dev);

	/* arp_process() discards all of these, or only learns from them. */
	if (!in_dev || !p->request || !governs_requests(policy, d))
		return pass();
	if (ipv4_is_multicast(p->tip) ||
	    (ipv4_is_loopback(p->tip) && !IN_DEV_ROUTE_LOCALNET(in_dev)))
		return pass();
	if (p->sip == p->tip && IN_DEV_ORCONF(in_dev, DROP_GRATUITOUS_ARP))
		return pass();

	/* A duplicate address probe (RFC 5227) has no sender to route to. */
	if (!p->sip) {
		if (inet_addr_type_dev_table(dev_net(p->dev), p->dev,
					     p->tip) != RTN_LOCAL)
			return pass();
		return own_target(policy, d, in_dev, p);
	}

	arpp_packet_route(p, d->proxy & ARP_POLICY_PROXY_PVLAN);
	if (p->route_err)
		return pass();
	if (p->route_type == RTN_LOCAL)
		return own_target(policy, d, in_dev, p);
	if (p->route_type == RTN_UNICAST && IN_DEV_FORWARD(in_dev))
		return other_target(d, in_dev, p);
	return pass();
}

/**
 * arpp_verdict_out() - decide on a packet that is about to leave
 * @policy: of the netns
 * @d: the outgoing device's
 * @p: the packet
 *
 * Only what the neighbour code sends for an own address is ours to change:
 * not replies, gratuitous ARP, bonding's monitor, nor what a bridge says in
 * another's name.
 *
 * Return: the verdict.
 */
struct arpp_verdict arpp_verdict_out(const struct arpp_policy *policy,
				     const struct arpp_device *d,
				     const struct arpp_packet *p)
{
	bool managed = arpp_managed(d, ARP_POLICY_FIELD_ANNOUNCE);
	enum arp_policy_field field = ARP_POLICY_FIELD_ANNOUNCE;
	struct arpp_verdict v;
	struct arpp_cause cause;
	__be32 sip = p->sip;

	if (!managed && hlist_empty(&policy->hidden))
		return pass();
	if (!p->request || p->sip == p->tip || netif_is_bond_slave(p->dev) ||
	    memcmp(p->sha, p->dev->dev_addr, p->dev->addr_len))
		return pass();
	cause = arpp_packet_cause(p);
	if (!cause.found)
		return pass();

	if (managed) {
		sip = arpp_announce_sender(d, p, cause.sip);
		if (!sip && d->announce == ARP_POLICY_ANNOUNCE_STRICT)
			return verdict(ARPP_DROP,
				       ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED,
				       ARP_POLICY_FIELD_ANNOUNCE);
	}
	if (sip && arpp_hidden(policy, p->dev, sip)) {
		field = ARP_POLICY_FIELD_HIDDEN;
		sip = arpp_announce_visible(policy, p->dev, p->tip);
		if (!sip)
			return verdict(ARPP_DROP,
				       ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED,
				       ARP_POLICY_FIELD_HIDDEN);
	}
	if (sip == p->sip)
		return pass();
	v = verdict(ARPP_REWRITE, ARP_POLICY_REASON_ANNOUNCE_REWRITTEN, field);
	v.sender = sip;
	return v;
}
