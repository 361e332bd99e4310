// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notify netlink listeners of verdicts.
 *
 * Called from the packet path: softirq or BH disabled, RCU read side. Never sleeps.
 * Dropped events are counted, and the next event reports their number.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>

#include "packet/event.h"
#include "packet/rate.h"

/* How long no event is generated after one that nobody received. */
#define EVENT_REST_MS	10

const struct genl_family *arpp_event_family __read_mostly;

/**
 * arpp_event_open() - start sending events
 * @family: the registered family, with the groups of enum arpp_mcgrp
 */
void arpp_event_open(const struct genl_family *family)
{
	WRITE_ONCE(arpp_event_family, family);
}

/**
 * arpp_event_close() - stop sending events
 *
 * A grace period must pass before the family is unregistered.
 */
void arpp_event_close(void)
{
	WRITE_ONCE(arpp_event_family, NULL);
}

/**
 * arpp_event_put_entry() - put a rule or a binding into a message
 * @msg: the message
 * @attr: the attribute to nest it in
 * @table: the kind of entry
 * @rule: the rule or binding
 * @selector: the name of its selector
 *
 * Return: 0 or -EMSGSIZE.
 */
int arpp_event_put_entry(struct sk_buff *msg, int attr, enum arpp_table table,
			 const struct arpp_rule *rule, const char *selector)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	bool any = table == ARPP_TABLE_BINDING && !rule->has_lladdr;

	if (!nest ||
	    nla_put_u32(msg, ARP_POLICY_ENTRY_TABLE, table) ||
	    nla_put_string(msg, ARP_POLICY_ENTRY_SELECTOR, selector) ||
	    nla_put_be32(msg, ARP_POLICY_ENTRY_ADDRESS,
			 htonl(rule->node.prefix)) ||
	    nla_put_u32(msg, ARP_POLICY_ENTRY_LENGTH, rule->node.len) ||
	    (rule->action && nla_put_u32(msg, ARP_POLICY_ENTRY_ACTION,
					 rule->action)) ||
	    (rule->has_lladdr && nla_put(msg, ARP_POLICY_ENTRY_LLADDR,
					 ETH_ALEN, rule->lladdr)) ||
	    (any && nla_put_flag(msg, ARP_POLICY_ENTRY_ANY)) ||
	    (rule->routed && nla_put_flag(msg, ARP_POLICY_ENTRY_ROUTED)) ||
	    (rule->dynamic && nla_put_flag(msg, ARP_POLICY_ENTRY_DYNAMIC)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static u8 verdict_of(const struct arpp_verdict *v)
{
	switch (v->action) {
	case ARPP_ACCEPT:
	case ARPP_LEARN_STOCK:
	case ARPP_REPLY_STOCK:
		return ARP_POLICY_VERDICT_ACCEPT;
	case ARPP_REPLY:
		return ARP_POLICY_VERDICT_REPLY;
	case ARPP_REWRITE:
		return ARP_POLICY_VERDICT_REWRITE;
	default:
		return ARP_POLICY_VERDICT_DROP;
	}
}

static int put_packet(struct sk_buff *msg, const struct arpp_packet *p)
{
	if (p->request && nla_put_flag(msg, ARP_POLICY_EVENT_REQUEST))
		return -EMSGSIZE;
	if (p->other && nla_put_u32(msg, ARP_POLICY_EVENT_OPCODE, p->opcode))
		return -EMSGSIZE;
	if (nla_put_be32(msg, ARP_POLICY_EVENT_SENDER, p->sip) ||
	    nla_put_be32(msg, ARP_POLICY_EVENT_TARGET, p->tip) ||
	    nla_put(msg, ARP_POLICY_EVENT_LLADDR, p->dev->addr_len, p->sha))
		return -EMSGSIZE;
	return 0;
}

/* The bridge and the VLAN; the device of the message is the port. */
static int put_segment(struct sk_buff *msg, struct arpp_segment *s)
{
	arpp_segment_find(s);
	if (s->bridge &&
	    nla_put_string(msg, ARP_POLICY_EVENT_BRIDGE, s->bridge->name))
		return -EMSGSIZE;
	return s->vid ? nla_put_u32(msg, ARP_POLICY_EVENT_VLAN, s->vid) : 0;
}

/**
 * arpp_event_put() - put a verdict into a message
 * @msg: the message
 * @e: the verdict and its packet
 *
 * Context: RCU read side since the verdict, which keeps the tables of its rule.
 *
 * Return: 0 or -EMSGSIZE.
 */
int arpp_event_put(struct sk_buff *msg, const struct arpp_event *e)
{
	const struct arpp_verdict *v = e->v;
	struct arpp_rule rule = {};
	struct nlattr *nest;

	if (v->by.rule)
		rule = arpp_match_rule(&v->by);
	if (nla_put_u32(msg, ARP_POLICY_A_IFINDEX, e->dev->ifindex) ||
	    nla_put_string(msg, ARP_POLICY_A_IFNAME, e->dev->name))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, ARP_POLICY_A_EVENT);
	if (!nest ||
	    nla_put_u32(msg, ARP_POLICY_EVENT_VERDICT, verdict_of(v)) ||
	    nla_put_u32(msg, ARP_POLICY_EVENT_REASON, v->reason) ||
	    (e->out && nla_put_flag(msg, ARP_POLICY_EVENT_OUT)) ||
	    (e->audit && nla_put_flag(msg, ARP_POLICY_EVENT_AUDIT)) ||
	    (e->p && put_packet(msg, e->p)) ||
	    (e->segment && put_segment(msg, e->segment)) ||
	    (v->field && nla_put_u32(msg, ARP_POLICY_EVENT_FIELD, v->field)) ||
	    (v->by.rule && arpp_event_put_entry(msg, ARP_POLICY_EVENT_ENTRY,
						v->by.table, &rule,
						v->by.tables->key.name)) ||
	    (e->lost && nla_put_u32(msg, ARP_POLICY_EVENT_LOST, e->lost)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill(struct sk_buff *msg, const struct genl_family *family,
		const struct arpp_event *e)
{
	void *hdr = genlmsg_put(msg, 0, 0, family, 0,
				ARP_POLICY_CMD_VERDICT_NTF);

	if (!hdr || arpp_event_put(msg, e))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

/* There is no listener in this netns, so nothing is lost. Pause events for a while. */
static void event_pause(struct arpp_events *events)
{
	atomic_set(&events->lost, 0);
	atomic64_set(&events->quiet,
		     get_jiffies_64() + msecs_to_jiffies(EVENT_REST_MS));
}

/*
 * The destructor of an event finds out whether there was a listener. For the first
 * listener, netlink takes another reference to the message and then orphans it. Without
 * listeners the message is only freed. It has one reference then, or none: with
 * CONFIG_DEBUG_NET, skb_unref() drops the last one too, since Linux 6.12.
 */
static void listener_found(struct sk_buff *msg)
{
	bool *found = skb_shinfo(msg)->destructor_arg;

	if (refcount_read(&msg->users) > 1)
		*found = true;
	skb_shinfo(msg)->destructor_arg = NULL;
}

/**
 * arpp_event_lost() - count an event that no listener receives
 * @events: the state of the netns
 * @lost: 1, and those that the event would have reported
 */
void arpp_event_lost(struct arpp_events *events, u32 lost)
{
	atomic_add(lost, &events->lost);
	atomic64_inc(&events->all_lost);
}

/**
 * arpp_event_send() - send an event
 * @events: the state of the netns
 * @family: the family, which was registered when the RCU read side began
 * @net: the netns
 * @msg: the message, consumed
 * @group: the group
 * @lost: the number of lost events that @msg reports
 *
 * The kernel returns -ESRCH both if there is no listener in the netns and
 * if no listener has buffer space. In the second case the next event reports the loss;
 * the listener also gets ENOBUFS from its socket. If only some listeners have no space,
 * they get ENOBUFS only. An event that the socket filters of all listeners refuse looks
 * the same, and is reported as lost.
 */
void arpp_event_send(struct arpp_events *events, const struct genl_family *family,
		     struct net *net, struct sk_buff *msg, enum arpp_mcgrp group,
		     u32 lost)
{
	bool found = false;
	int err;

	skb_shinfo(msg)->destructor_arg = &found;
	msg->destructor = listener_found;
	err = genlmsg_multicast_netns(family, net, msg, 0, group, GFP_ATOMIC);
	if (!err)
		return;
	if (found)
		arpp_event_lost(events, lost + 1);
	else
		event_pause(events);
}

/**
 * arpp_event_verdict() - notify listeners of a verdict
 * @events: the state of the netns
 * @e: the verdict and its packet; .lost is set
 *
 * This is also called if only another netns has a listener. So that packets of this
 * netns stay fast, no event is generated for 10 ms after one that nobody received. A new
 * listener may miss the events of that time.
 */
void arpp_event_verdict(struct arpp_events *events, struct arpp_event *e)
{
	const struct genl_family *family = READ_ONCE(arpp_event_family);
	struct sk_buff *msg;

	/* arpp_event_close() may have run since arpp_event_wanted(). */
	if (!family || time_before64(get_jiffies_64(),
				     (u64)atomic64_read(&events->quiet)))
		return;
	if (arpp_rate_exceeded(&events->meter, ARP_POLICY_EVENTS_PER_SECOND,
			       ARP_POLICY_EVENTS_PER_SECOND, ktime_get_ns(),
			       false)) {
		arpp_event_lost(events, 1);
		return;
	}
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (!msg) {
		arpp_event_lost(events, 1);
		return;
	}
	e->lost = atomic_xchg(&events->lost, 0);
	if (WARN_ON_ONCE(fill(msg, family, e))) {
		nlmsg_free(msg);
		return;
	}
	arpp_event_send(events, family, dev_net(e->dev), msg, ARPP_MCGRP_VERDICT,
			e->lost);
}
