/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoint arp_policy:verdict: every verdict on a managed device.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM arp_policy

#if !defined(_ARPP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ARPP_TRACE_H

#include <linux/tracepoint.h>

#include "packet/segment.h"
#include "packet/verdict.h"

#define arpp_trace_actions \
	{ ARPP_ACCEPT, "accept" }, \
	{ ARPP_DROP, "drop" }, \
	{ ARPP_DROP_ELSEWHERE, "drop" }, \
	{ ARPP_DROP_LEARN, "drop" }, \
	{ ARPP_LEARN_STOCK, "accept" }, \
	{ ARPP_REPLY, "reply" }, \
	{ ARPP_REPLY_STOCK, "accept" }, \
	{ ARPP_REWRITE, "rewrite" }, \
	{ ARPP_DEFEND, "drop" }

#define arpp_trace_reasons \
	{ 0, "-" }, \
	{ ARP_POLICY_REASON_PASS, "pass" }, \
	{ ARP_POLICY_REASON_ANSWERED, "answered" }, \
	{ ARP_POLICY_REASON_PROXIED, "proxied" }, \
	{ ARP_POLICY_REASON_MALFORMED, "malformed" }, \
	{ ARP_POLICY_REASON_RATE_LIMIT, "rate-limit" }, \
	{ ARP_POLICY_REASON_SOURCE_RATE, "source-rate" }, \
	{ ARP_POLICY_REASON_BAD_SRC_MAC, "bad-src-mac" }, \
	{ ARP_POLICY_REASON_BAD_DST_MAC, "bad-dst-mac" }, \
	{ ARP_POLICY_REASON_BAD_IP, "bad-ip" }, \
	{ ARP_POLICY_REASON_RULE_DROP, "rule-drop" }, \
	{ ARP_POLICY_REASON_SPOOFED, "spoofed" }, \
	{ ARP_POLICY_REASON_UNBOUND, "unbound" }, \
	{ ARP_POLICY_REASON_CONFLICT, "conflict" }, \
	{ ARP_POLICY_REASON_GRATUITOUS, "gratuitous" }, \
	{ ARP_POLICY_REASON_UNSOLICITED, "unsolicited" }, \
	{ ARP_POLICY_REASON_HIDDEN, "hidden" }, \
	{ ARP_POLICY_REASON_IGNORED, "ignored" }, \
	{ ARP_POLICY_REASON_FILTERED, "filtered" }, \
	{ ARP_POLICY_REASON_ANNOUNCE_REWRITTEN, "announce-rewritten" }, \
	{ ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED, "announce-suppressed" }, \
	{ ARP_POLICY_REASON_SUPPRESSED, "suppressed" }, \
	{ ARP_POLICY_REASON_ENCAPSULATED, "encapsulated" }

#define arpp_trace_fields \
	{ 0, "-" }, \
	{ ARP_POLICY_FIELD_IGNORE, "ignore" }, \
	{ ARP_POLICY_FIELD_ANNOUNCE, "announce" }, \
	{ ARP_POLICY_FIELD_FILTER, "filter" }, \
	{ ARP_POLICY_FIELD_HIDDEN, "hidden" }, \
	{ ARP_POLICY_FIELD_PROXY, "proxy" }, \
	{ ARP_POLICY_FIELD_PROXY_DELAY, "proxy-delay" }, \
	{ ARP_POLICY_FIELD_GARP, "garp" }, \
	{ ARP_POLICY_FIELD_LEARN, "learn" }, \
	{ ARP_POLICY_FIELD_INSPECT, "inspect" }, \
	{ ARP_POLICY_FIELD_VALIDATE, "validate" }, \
	{ ARP_POLICY_FIELD_RATE, "rate" }, \
	{ ARP_POLICY_FIELD_BURST, "burst" }, \
	{ ARP_POLICY_FIELD_SOURCE_RATE, "source-rate" }, \
	{ ARP_POLICY_FIELD_DEFEND, "defend" }, \
	{ ARP_POLICY_FIELD_MODE, "mode" }, \
	{ ARP_POLICY_FIELD_TRUST, "trust" }, \
	{ ARP_POLICY_FIELD_SUPPRESS, "suppress" }, \
	{ ARP_POLICY_FIELD_NOTIFY, "notify" }

/*
 * A malformed or encapsulated packet has the operation "-" and addresses 0.0.0.0. On a
 * bridge port, dev is the port, and an operation that is neither request nor reply is a
 * number; elsewhere bridge is "-" and vlan is 0. If no rule decided, rule is 0.0.0.0/0,
 * and field names the field that did, or is "-"; of suppress, rule is the binding. With
 * audit=1 the verdict is not carried out.
 */
TRACE_EVENT(verdict,
	TP_PROTO(const struct arpp_device *d, struct arpp_segment *segment, bool out,
		 const struct arpp_packet *p, const struct arpp_verdict *v),
	TP_ARGS(d, segment, out, p, v),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(int, ifindex)
		__array(char, bridge, IFNAMSIZ)
		__field(u16, vlan)
		__field(bool, out)
		__field(bool, audit)
		__field(u16, op)
		__array(u8, sip, 4)
		__array(u8, tip, 4)
		__field(u8, action)
		__field(u8, reason)
		__field(u8, noted)
		__field(u8, field)
		__array(u8, prefix, 4)
		__field(u8, len)
	),
	TP_fast_assign(
		bool formed = arpp_verdict_parsed(v);
		__be32 sip = formed ? p->sip : 0;
		__be32 tip = formed ? p->tip : 0;
		__be32 prefix;

		strscpy(__entry->dev, d->dev->name, IFNAMSIZ);
		__entry->ifindex = d->dev->ifindex;
		strscpy(__entry->bridge, arpp_segment_bridge(segment), IFNAMSIZ);
		__entry->vlan = segment ? segment->vid : 0;
		__entry->out = out;
		__entry->audit = d->audit;
		__entry->op = formed ? arpp_packet_opcode(p) : 0;
		memcpy(__entry->sip, &sip, 4);
		memcpy(__entry->tip, &tip, 4);
		__entry->action = v->action;
		__entry->reason = v->reason;
		__entry->noted = v->noted;
		__entry->field = v->field;
		prefix = v->by.rule ?
			 htonl(arpp_match_rule(&v->by).node.prefix) : 0;
		memcpy(__entry->prefix, &prefix, 4);
		__entry->len = arpp_lpm_len(v->by.rule);
	),
	TP_printk("dev=%s ifindex=%d bridge=%s vlan=%u %s %s target=%pI4 sender=%pI4 verdict=%s reason=%s noted=%s field=%s rule=%pI4/%d audit=%d",
		  __entry->dev, __entry->ifindex, __entry->bridge, __entry->vlan,
		  __entry->out ? "out" : "in",
		  __print_symbolic(__entry->op, { 0, "-" },
				   { ARPOP_REQUEST, "request" },
				   { ARPOP_REPLY, "reply" }),
		  __entry->tip, __entry->sip,
		  __print_symbolic(__entry->action, arpp_trace_actions),
		  __print_symbolic(__entry->reason, arpp_trace_reasons),
		  __print_symbolic(__entry->noted, arpp_trace_reasons),
		  __print_symbolic(__entry->field, arpp_trace_fields),
		  __entry->prefix, __entry->len,
		  __entry->audit)
);

#endif /* _ARPP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH packet
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
