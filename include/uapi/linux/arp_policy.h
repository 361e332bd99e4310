/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * arp_policy: ARP policy per network device, over generic netlink.
 *
 * The wire contract, and its manual. netlink/arp_policy.yaml says the same in
 * the form that YNL reads.
 *
 * Family "arp_policy", version 1. Every command acts on the network namespace
 * of the socket, and every command and multicast group needs CAP_NET_ADMIN in
 * the user namespace that owns it. Attributes are validated strictly: an
 * unknown one is refused, and each refusal carries an extended acknowledgment
 * that names the attribute and what would be accepted.
 *
 * Message tree (do = one object, dump = all of them; -> = what comes back):
 *
 *   DEV_GET        do { SELECTOR }              -> { SELECTOR FIELDS GENERATION }
 *                  dump {}                      -> the same, one a selector
 *   DEV_SET        do { SELECTOR FIELDS }       -> ack; other fields stay
 *   DEV_UNSET      do { SELECTOR [MASK] }       -> ack; no MASK: every field
 *   DEV_NTF        group "config": { SELECTOR [FIELDS] GENERATION }, all that
 *                  is set on the selector now; no FIELDS: nothing any more
 *   EFFECTIVE_GET  do { IFINDEX or IFNAME }     -> { IFINDEX IFNAME [FIELDS
 *                  dump {}                         ORIGINS] GENERATION }
 *   STATS_GET      do { IFINDEX or IFNAME }     -> { IFINDEX IFNAME IN OUT
 *                  dump {}                         REASONS }
 *   STATS_RESET    do { [IFINDEX or IFNAME] }   -> ack; neither: every device
 *   RULE_GET       dump { [SELECTOR] }          -> { RULE GENERATION }
 *   RULE_ADD       do { RULE [REPLACE] }        -> ack; EEXIST when there is
 *                  one, unless REPLACE says to replace it
 *   RULE_DEL       do { RULE }, by PREFIX FROM  -> ack; ENOENT when there is
 *                  SELECTOR; the rest of RULE      none
 *                  must agree if it is there
 *   RULE_FLUSH     do { [SELECTOR] }            -> ack; deletes the rules of
 *                  this one selector, or all rules. It is not an error if
 *                  there are none
 *   RULE_NTF       group "config": { RULE GENERATION }, new or replaced
 *   RULE_DEL_NTF   group "config": { RULE GENERATION }
 *   RULE_FLUSH_NTF group "config": { [SELECTOR] GENERATION }, with the
 *                  SELECTOR of RULE_FLUSH; only if a rule was deleted
 *   BIND_GET       dump { [SELECTOR] }          -> { BINDING GENERATION }
 *   BIND_ADD       do { BINDING [REPLACE] }     -> as RULE_ADD
 *   BIND_DEL       do { BINDING }, by ADDRESS   -> as RULE_DEL
 *                  SELECTOR
 *   BIND_FLUSH     do { [SELECTOR] }            -> as RULE_FLUSH
 *   BIND_NTF, BIND_DEL_NTF, BIND_FLUSH_NTF       as for rules
 *   ANNOUNCE       do { IFINDEX or IFNAME, ADDRESS [FORCE] } -> ack; one
 *                  gratuitous ARP for an address that is ours and not hidden
 *                  there, or with FORCE for any
 *   VERDICT_NTF    group "verdict": { IFINDEX IFNAME EVENT }, a decision
 *   EXPLAIN        do { IFINDEX or IFNAME, QUERY } -> { IFINDEX IFNAME EVENT
 *                  what would become of a packet       EXPLANATION }
 *   RESTORE_BEGIN  do { [GENERATION] }          -> ack; a new policy of this
 *                  socket's, empty so far
 *   RESTORE_ADD    do { ENTRIES }               -> ack; adds to it; when it
 *                  refuses one, all that was added is forgotten
 *   RESTORE_COMMIT do {}                        -> ack; it takes the place of
 *                  the netns's whole policy, at once and whole; EBUSY when
 *                  the policy is not of that GENERATION any more
 *   RESTORE_ABORT  do {}                        -> ack; forget it
 *   RESTORE_NTF    group "config": { GENERATION }, everything may be another
 *   FLUSH          do {}                        -> ack; the netns is as stock
 *   FLUSH_NTF      group "config": { GENERATION }
 *
 * Without SELECTOR a rule or binding holds on every device ("all"); "default"
 * selects neither. The longest prefix wins, at equal length the more specific
 * selector. A rule is known by (SELECTOR, PREFIX, FROM), a binding by
 * (SELECTOR, ADDRESS); module parameters max_rules and max_bindings bound how
 * many a netns holds.
 *
 * Verdicts are told to the group while anybody listens, "pass" excepted, at
 * most ARP_POLICY_EVENTS_PER_SECOND of them; LOST counts what was left out
 * since the event before. While there are listeners in other netns only, a new
 * listener may miss the events of its first 10 ms.
 *
 * A policy that is being made belongs to the socket that began it. It is gone
 * when that socket is closed, begins anew, aborts or has committed. Without
 * GENERATION, or with 0, it takes the place of any. A netns has room for
 * ARP_POLICY_RESTORES_MAX of them.
 *
 * EXPLAIN lets the module's own decision function judge a packet that does not
 * exist: no token is used, no neighbour made, nothing counted.
 *
 * A selector names devices: "all", "default", a device name, or a shell glob.
 * It may name devices that do not exist yet. A device's value for a field is
 * the one of its most specific selector: name, then glob (the one with more
 * literal characters, then the one that sorts first), then "default". "all" is
 * a floor: the effective value is the stricter of it and the device's own. A
 * field that nothing sets is left to the sysctls; a field that is set decides
 * instead of the sysctl of the same meaning, in both directions.
 *
 * GENERATION counts the changes of a netns's policy. A set or replace that would
 * change nothing leaves GENERATION as it is and sends no notification. A dump
 * during which GENERATION changed is marked NLM_F_DUMP_INTR and should be
 * repeated.
 */
#ifndef _UAPI_LINUX_ARP_POLICY_H
#define _UAPI_LINUX_ARP_POLICY_H

#define ARP_POLICY_FAMILY_NAME		"arp_policy"
#define ARP_POLICY_FAMILY_VERSION	1

/* Changes of policy: all *_NTF but VERDICT_NTF. */
#define ARP_POLICY_MCGRP_CONFIG		"config"
/* Decisions: VERDICT_NTF. */
#define ARP_POLICY_MCGRP_VERDICT	"verdict"

#define ARP_POLICY_EVENTS_PER_SECOND	1000

/* The longest selector, without its terminating NUL. */
#define ARP_POLICY_SELECTOR_MAX		63

/* The longest proxy-delay, in milliseconds. */
#define ARP_POLICY_PROXY_DELAY_MAX	60000

/* The highest rate and burst; 0 is off: no limit. */
#define ARP_POLICY_RATE_MAX		1000000

/* At most one gratuitous ARP in so many seconds defends an address. */
#define ARP_POLICY_DEFEND_INTERVAL	10

/*
 * The most selectors in one netns, how many of them may be globs, and how many
 * of the globs may have rules or bindings.
 */
#define ARP_POLICY_SELECTORS_MAX	65536
#define ARP_POLICY_GLOBS_MAX		256
#define ARP_POLICY_RULE_GLOBS_MAX	32

/* The most policies that are being made at a time in one netns. */
#define ARP_POLICY_RESTORES_MAX		16

enum arp_policy_cmd {
	ARP_POLICY_CMD_DEV_GET = 1,
	ARP_POLICY_CMD_DEV_SET,
	ARP_POLICY_CMD_DEV_UNSET,
	ARP_POLICY_CMD_DEV_NTF,
	ARP_POLICY_CMD_EFFECTIVE_GET,
	ARP_POLICY_CMD_STATS_GET,
	ARP_POLICY_CMD_STATS_RESET,
	ARP_POLICY_CMD_FLUSH,
	ARP_POLICY_CMD_FLUSH_NTF,
	ARP_POLICY_CMD_RULE_GET,
	ARP_POLICY_CMD_RULE_ADD,
	ARP_POLICY_CMD_RULE_DEL,
	ARP_POLICY_CMD_RULE_FLUSH,
	ARP_POLICY_CMD_RULE_NTF,
	ARP_POLICY_CMD_RULE_DEL_NTF,
	ARP_POLICY_CMD_RULE_FLUSH_NTF,
	ARP_POLICY_CMD_BIND_GET,
	ARP_POLICY_CMD_BIND_ADD,
	ARP_POLICY_CMD_BIND_DEL,
	ARP_POLICY_CMD_BIND_FLUSH,
	ARP_POLICY_CMD_BIND_NTF,
	ARP_POLICY_CMD_BIND_DEL_NTF,
	ARP_POLICY_CMD_BIND_FLUSH_NTF,
	ARP_POLICY_CMD_ANNOUNCE,
	ARP_POLICY_CMD_VERDICT_NTF,
	ARP_POLICY_CMD_EXPLAIN,
	ARP_POLICY_CMD_RESTORE_BEGIN,
	ARP_POLICY_CMD_RESTORE_ADD,
	ARP_POLICY_CMD_RESTORE_COMMIT,
	ARP_POLICY_CMD_RESTORE_ABORT,
	ARP_POLICY_CMD_RESTORE_NTF,

	/* private: */
	__ARP_POLICY_CMD_MAX,
	ARP_POLICY_CMD_MAX = (__ARP_POLICY_CMD_MAX - 1)
};

/* Attributes of a message; each command says above which of them it takes. */
enum arp_policy_attr {
	ARP_POLICY_A_SELECTOR = 1,	/* string, 1..SELECTOR_MAX bytes */
	ARP_POLICY_A_FIELDS,		/* nest of enum arp_policy_field: values */
	ARP_POLICY_A_ORIGINS,		/* nest of enum arp_policy_field: strings,
					 * the selector that made each value
					 */
	ARP_POLICY_A_MASK,		/* u32, 1 << enum arp_policy_field */
	ARP_POLICY_A_GENERATION,	/* u32 */
	ARP_POLICY_A_IFINDEX,		/* u32, 1..INT_MAX */
	ARP_POLICY_A_IFNAME,		/* string, 1..IFNAMSIZ - 1 bytes */
	ARP_POLICY_A_IN,		/* u64, ARP packets seen coming in */
	ARP_POLICY_A_OUT,		/* u64, ARP packets seen going out */
	ARP_POLICY_A_REASONS,		/* nest of enum arp_policy_reason: u64,
					 * packets per reason; noughts left out
					 */
	ARP_POLICY_A_PAD,
	ARP_POLICY_A_RULE,		/* nest of enum arp_policy_rule */
	ARP_POLICY_A_BINDING,		/* nest of enum arp_policy_binding */
	ARP_POLICY_A_EVENT,		/* nest of enum arp_policy_event */
	ARP_POLICY_A_ADDRESS,		/* be32, IPv4 address */
	ARP_POLICY_A_FORCE,		/* flag */
	ARP_POLICY_A_REPLACE,		/* flag; generic netlink leaves no room
					 * for NLM_F_REPLACE
					 */
	ARP_POLICY_A_QUERY,		/* nest of enum arp_policy_query */
	ARP_POLICY_A_EXPLANATION,	/* nest of enum arp_policy_explanation */
	ARP_POLICY_A_ENTRIES,		/* nest of enum arp_policy_entry, any
					 * number of each, in any order
					 */

	/* private: */
	__ARP_POLICY_A_MAX,
	ARP_POLICY_A_MAX = (__ARP_POLICY_A_MAX - 1)
};

/* What may be set on a selector. */
enum arp_policy_field {
	ARP_POLICY_FIELD_IGNORE = 1,	/* u8, enum arp_policy_ignore */
	ARP_POLICY_FIELD_ANNOUNCE,	/* u8, enum arp_policy_announce */
	ARP_POLICY_FIELD_FILTER,	/* u8, 0 or 1 */
	ARP_POLICY_FIELD_HIDDEN,	/* u8, 0 or 1 */
	ARP_POLICY_FIELD_PROXY,		/* u8, enum arp_policy_proxy, or-ed */
	ARP_POLICY_FIELD_PROXY_DELAY,	/* u32, ms, 0..PROXY_DELAY_MAX */
	ARP_POLICY_FIELD_GARP,		/* u8, enum arp_policy_garp */
	ARP_POLICY_FIELD_LEARN,		/* u8, enum arp_policy_learn */
	ARP_POLICY_FIELD_INSPECT,	/* u8, enum arp_policy_inspect */
	ARP_POLICY_FIELD_VALIDATE,	/* u8, enum arp_policy_validate, or-ed */
	ARP_POLICY_FIELD_RATE,		/* u32, packets/s, 0..RATE_MAX, 0: off */
	ARP_POLICY_FIELD_BURST,		/* u32, packets, likewise; off: one
					 * second's worth of rate
					 */
	ARP_POLICY_FIELD_SOURCE_RATE,	/* u32, packets/s, likewise; its burst is
					 * one second's worth
					 */
	ARP_POLICY_FIELD_DEFEND,	/* u8, 0 or 1 */
	ARP_POLICY_FIELD_MODE,		/* u8, enum arp_policy_mode */

	/* private: */
	__ARP_POLICY_FIELD_MAX,
	ARP_POLICY_FIELD_MAX = (__ARP_POLICY_FIELD_MAX - 1)
};

/* A rule: what to do about a range of addresses. */
enum arp_policy_rule {
	ARP_POLICY_RULE_SELECTOR = 1,	/* string; "all" when left out */
	ARP_POLICY_RULE_PREFIX,		/* be32, no bits set beyond LENGTH */
	ARP_POLICY_RULE_LENGTH,		/* u8, 0..32 */
	ARP_POLICY_RULE_FROM,		/* flag: match the sender, not the target */
	ARP_POLICY_RULE_ACTION,		/* u8, enum arp_policy_action */
	ARP_POLICY_RULE_LLADDR,		/* 6 bytes; of proxy: the MAC to answer */
	ARP_POLICY_RULE_ROUTED,		/* flag; of proxy: only where the route
					 * leaves by another device
					 */

	/* private: */
	__ARP_POLICY_RULE_MAX,
	ARP_POLICY_RULE_MAX = (__ARP_POLICY_RULE_MAX - 1)
};

enum arp_policy_action {
	ARP_POLICY_ACTION_PASS = 1,	/* leave it to the device's fields */
	ARP_POLICY_ACTION_DROP,		/* drop the packet */
	ARP_POLICY_ACTION_HIDE,		/* never answered nor announced here */
	ARP_POLICY_ACTION_PROXY,	/* answer in the target's place */
};

/* A binding: who may speak for an address, what inspect checks against. */
enum arp_policy_binding {
	ARP_POLICY_BINDING_SELECTOR = 1, /* string; "all" when left out */
	ARP_POLICY_BINDING_ADDRESS,	/* be32 */
	ARP_POLICY_BINDING_LLADDR,	/* 6 bytes */

	/* private: */
	__ARP_POLICY_BINDING_MAX,
	ARP_POLICY_BINDING_MAX = (__ARP_POLICY_BINDING_MAX - 1)
};

/* A decision, told to the group "verdict". */
enum arp_policy_event {
	ARP_POLICY_EVENT_VERDICT = 1,	/* u8, enum arp_policy_verdict */
	ARP_POLICY_EVENT_REASON,	/* u8, enum arp_policy_reason */
	ARP_POLICY_EVENT_OUT,		/* flag: about to leave, else received */
	ARP_POLICY_EVENT_AUDIT,		/* flag: not carried out */
	ARP_POLICY_EVENT_REQUEST,	/* flag; else a reply. This and the rest
					 * are not there for malformed packets
					 */
	ARP_POLICY_EVENT_SENDER,	/* be32, as it came */
	ARP_POLICY_EVENT_TARGET,	/* be32 */
	ARP_POLICY_EVENT_LLADDR,	/* sender's hardware address */
	ARP_POLICY_EVENT_FIELD,		/* u8, enum arp_policy_field that decided */
	ARP_POLICY_EVENT_RULE,		/* nest of enum arp_policy_rule that did */
	ARP_POLICY_EVENT_LOST,		/* u32, events left out before this one */

	/* private: */
	__ARP_POLICY_EVENT_MAX,
	ARP_POLICY_EVENT_MAX = (__ARP_POLICY_EVENT_MAX - 1)
};

/* A packet to explain. */
enum arp_policy_query {
	ARP_POLICY_QUERY_KIND = 1,	/* u8, enum arp_policy_kind */
	ARP_POLICY_QUERY_TARGET,	/* be32 */
	ARP_POLICY_QUERY_SENDER,	/* be32; of KIND_SEND: the source of the
					 * IP packet that wants to go to TARGET
					 */
	ARP_POLICY_QUERY_LLADDR,	/* sender's, as long as the device's; when
					 * left out, the neighbour table's, else
					 * one that nobody has
					 */
	ARP_POLICY_QUERY_UNICAST,	/* flag: sent to this host alone */

	/* private: */
	__ARP_POLICY_QUERY_MAX,
	ARP_POLICY_QUERY_MAX = (__ARP_POLICY_QUERY_MAX - 1)
};

enum arp_policy_kind {
	ARP_POLICY_KIND_REQUEST = 1,	/* a request that comes in */
	ARP_POLICY_KIND_REPLY,		/* a reply that comes in */
	ARP_POLICY_KIND_SEND,		/* a request of the neighbour code's */
};

/* What EVENT does not say: what the decision leads to. */
enum arp_policy_explanation {
	ARP_POLICY_EXPLANATION_ORIGIN = 1, /* string, the selector that made the
					    * field that decided so
					    */
	ARP_POLICY_EXPLANATION_ANSWERED, /* flag: an answer goes out in the end;
					  * of KIND_SEND: the request does
					  */
	ARP_POLICY_EXPLANATION_LLADDR,	/* the hardware address that answers */
	ARP_POLICY_EXPLANATION_SENDER,	/* be32, of KIND_SEND: the sender that
					 * leaves
					 */
	ARP_POLICY_EXPLANATION_ROUTE,	/* u8, an rtm_type: the kernel's route from the
					 * sender to the target; not there when it
					 * was not asked, or with ERROR
					 */
	ARP_POLICY_EXPLANATION_ROUTE_IFINDEX, /* u32, where that leaves */
	ARP_POLICY_EXPLANATION_ERROR,	/* u32, errno: why there is no route */
	ARP_POLICY_EXPLANATION_BLOCKED,	/* u8, enum arp_policy_block: what in the
					 * kernel stops it
					 */

	/* private: */
	__ARP_POLICY_EXPLANATION_MAX,
	ARP_POLICY_EXPLANATION_MAX = (__ARP_POLICY_EXPLANATION_MAX - 1)
};

/* What in the kernel keeps an answer, or a request, from going out. */
enum arp_policy_block {
	ARP_POLICY_BLOCK_REPLY = 1,	/* nothing: a reply is not answered */
	ARP_POLICY_BLOCK_DOWN,		/* the device is down, or has no carrier */
	ARP_POLICY_BLOCK_NOARP,		/* it does no ARP (IFF_NOARP) */
	ARP_POLICY_BLOCK_MASTER,	/* what it receives is its master's */
	ARP_POLICY_BLOCK_NO_IPV4,	/* it has no IPv4 */
	ARP_POLICY_BLOCK_TARGET,	/* multicast or loopback target */
	ARP_POLICY_BLOCK_DROP_GRATUITOUS, /* sysctl drop_gratuitous_arp */
	ARP_POLICY_BLOCK_NOT_LOCAL,	/* a probe for what is not ours */
	ARP_POLICY_BLOCK_MARTIAN,	/* no host can have the sender's address */
	ARP_POLICY_BLOCK_ACCEPT_LOCAL,	/* the sender is one of our own addresses,
					 * and sysctl accept_local is off
					 */
	ARP_POLICY_BLOCK_RP_FILTER,	/* sysctl rp_filter */
	ARP_POLICY_BLOCK_NO_ROUTE,	/* no route, or one that forbids it */
	ARP_POLICY_BLOCK_ARP_IGNORE,	/* sysctl arp_ignore */
	ARP_POLICY_BLOCK_ARP_FILTER,	/* sysctl arp_filter */
	ARP_POLICY_BLOCK_FORWARDING,	/* sysctl forwarding is off */
	ARP_POLICY_BLOCK_PROXY_ARP,	/* routed elsewhere, and nobody proxies */
	ARP_POLICY_BLOCK_NEIGHBOUR,	/* a permanent or noarp neighbour entry */

	/* private: */
	__ARP_POLICY_BLOCK_MAX,
	ARP_POLICY_BLOCK_MAX = (__ARP_POLICY_BLOCK_MAX - 1)
};

/* What a policy that is being made consists of. */
enum arp_policy_entry {
	ARP_POLICY_ENTRY_DEV = 1,	/* nest of enum arp_policy_dev */
	ARP_POLICY_ENTRY_RULE,		/* nest of enum arp_policy_rule */
	ARP_POLICY_ENTRY_BINDING,	/* nest of enum arp_policy_binding */

	/* private: */
	__ARP_POLICY_ENTRY_MAX,
	ARP_POLICY_ENTRY_MAX = (__ARP_POLICY_ENTRY_MAX - 1)
};

/* Fields of a selector; those of a second entry are added. */
enum arp_policy_dev {
	ARP_POLICY_DEV_SELECTOR = 1,	/* string */
	ARP_POLICY_DEV_FIELDS,		/* nest of enum arp_policy_field */

	/* private: */
	__ARP_POLICY_DEV_MAX,
	ARP_POLICY_DEV_MAX = (__ARP_POLICY_DEV_MAX - 1)
};

/* What becomes of a packet. */
enum arp_policy_verdict {
	ARP_POLICY_VERDICT_ACCEPT = 1,
	ARP_POLICY_VERDICT_DROP,
	ARP_POLICY_VERDICT_REPLY,	/* answered in the kernel's place */
	ARP_POLICY_VERDICT_REWRITE,	/* sent with another sender address */
};

/* Which own addresses are answered for; the levels of the arp_ignore sysctl. */
enum arp_policy_ignore {
	ARP_POLICY_IGNORE_ANY = 0,	/* any local address */
	ARP_POLICY_IGNORE_DEVICE = 1,	/* those of the receiving device */
	ARP_POLICY_IGNORE_SUBNET = 2,	/* and only to senders in its subnet */
	ARP_POLICY_IGNORE_GLOBAL = 3,	/* all but those of scope host */
	ARP_POLICY_IGNORE_NEVER = 8,	/* none */
};

/* Which own address a request names as sender; 0-2 as arp_announce. */
enum arp_policy_announce {
	ARP_POLICY_ANNOUNCE_ANY = 0,	/* the packet's, if it is local */
	ARP_POLICY_ANNOUNCE_SUBNET = 1,	/* the packet's, if the target shares
					 * a subnet of the device with it
					 */
	ARP_POLICY_ANNOUNCE_BEST = 2,	/* the best one for the target */
	ARP_POLICY_ANNOUNCE_STRICT = 3,	/* one of the outgoing device, or the
					 * request is not sent
					 */
};

/* For whom the device answers in others' place, as proxy_arp(_pvlan). */
enum arp_policy_proxy {
	ARP_POLICY_PROXY_ROUTE = 1,	/* routed out by another device */
	ARP_POLICY_PROXY_PVLAN = 2,	/* routed out by this device, RFC 3069 */
};

/* What becomes of gratuitous ARP that comes in, as drop_gratuitous_arp. */
enum arp_policy_garp {
	ARP_POLICY_GARP_ACCEPT = 0,
	ARP_POLICY_GARP_DROP = 1,
};

/* Which received replies may change the neighbour table. */
enum arp_policy_learn {
	ARP_POLICY_LEARN_ANY = 0,
	ARP_POLICY_LEARN_SOLICITED = 1,	/* those that a neighbour waits for */
	ARP_POLICY_LEARN_NONE = 2,
};

/* Senders against the bindings. */
enum arp_policy_inspect {
	ARP_POLICY_INSPECT_OFF = 0,
	ARP_POLICY_INSPECT_AUDIT = 1,	/* report a mismatch */
	ARP_POLICY_INSPECT_ENFORCE = 2,	/* drop a mismatch */
	ARP_POLICY_INSPECT_STRICT = 3,	/* drop a sender without binding, too */
};

/* The payload against the Ethernet header; forbidden addresses. */
enum arp_policy_validate {
	ARP_POLICY_VALIDATE_SRC_MAC = 1, /* sender lladdr is the frame's source */
	ARP_POLICY_VALIDATE_DST_MAC = 2, /* in replies: target lladdr is the
					  * frame's destination
					  */
	ARP_POLICY_VALIDATE_IP = 4,	/* sender, in replies also target: not
					 * broadcast nor multicast; sender 0.0.0.0
					 * in probes only
					 */
};

enum arp_policy_mode {
	ARP_POLICY_MODE_ENFORCE = 0,
	ARP_POLICY_MODE_AUDIT = 1,	/* count and report, change nothing */
};

/* Why a packet met its fate: counters, events, tracepoint. */
enum arp_policy_reason {
	ARP_POLICY_REASON_PASS = 1,	/* left to the kernel */
	ARP_POLICY_REASON_ANSWERED,	/* request for an own address, answered */
	ARP_POLICY_REASON_PROXIED,	/* request answered in another's place */
	ARP_POLICY_REASON_MALFORMED,	/* not ARP for IPv4 on this device */
	ARP_POLICY_REASON_RATE_LIMIT,	/* rate */
	ARP_POLICY_REASON_SOURCE_RATE,	/* source-rate */
	ARP_POLICY_REASON_BAD_SRC_MAC,	/* validate src-mac */
	ARP_POLICY_REASON_BAD_DST_MAC,	/* validate dst-mac */
	ARP_POLICY_REASON_BAD_IP,	/* validate ip */
	ARP_POLICY_REASON_RULE_DROP,	/* a rule says drop */
	ARP_POLICY_REASON_SPOOFED,	/* sender bound to another lladdr */
	ARP_POLICY_REASON_UNBOUND,	/* sender without binding */
	ARP_POLICY_REASON_CONFLICT,	/* claims one of our own addresses */
	ARP_POLICY_REASON_GRATUITOUS,	/* garp */
	ARP_POLICY_REASON_UNSOLICITED,	/* learn */
	ARP_POLICY_REASON_HIDDEN,	/* hidden, or a rule says hide */
	ARP_POLICY_REASON_IGNORED,	/* not answered: ignore, proxy off */
	ARP_POLICY_REASON_FILTERED,	/* not answered: filter */
	ARP_POLICY_REASON_ANNOUNCE_REWRITTEN,	/* sender address replaced */
	ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED,	/* request not sent */

	/* private: */
	__ARP_POLICY_REASON_MAX,
	ARP_POLICY_REASON_MAX = (__ARP_POLICY_REASON_MAX - 1)
};

#endif /* _UAPI_LINUX_ARP_POLICY_H */
