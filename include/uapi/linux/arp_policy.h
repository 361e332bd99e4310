/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * arp_policy: ARP policy per network device, over generic netlink.
 *
 * The wire format and its documentation. netlink/arp_policy.yaml is the same
 * specification for YNL.
 *
 * Family "arp_policy", version 1. Every command acts on the network namespace
 * of the socket. Every command and multicast group requires CAP_NET_ADMIN in
 * the user namespace that owns that network namespace. Attributes are validated
 * strictly: unknown ones are refused, and each refusal has an extended
 * acknowledgment that names the attribute and the accepted values. Integers
 * have 32 bits, except counters: these have 32 or 64 bits, as NLA_UINT.
 *
 * Message tree (do = one object, dump = all of them; -> = the reply; [] =
 * optional; * = any number). Errors that are listed are those with a meaning of
 * their own; EINVAL is a request that is not valid, ENODEV a device that does not
 * exist, EINTR a fatal signal.
 * A command without -> is answered by an acknowledgment alone.
 *
 *   INFO_GET       do {}                       -> { INFO_* }
 *                  versions, generation, counts, limits. Takes no lock that a
 *                  packet, RTNL or another namespace may hold
 *
 *   DEV_GET        do { SELECTOR }             -> { SELECTOR FIELDS GENERATION }
 *                  ENOENT: nothing is set on it
 *                  dump {}                     -> the same for each selector
 *   DEV_SET        do { SELECTOR [FIELDS] [UNSET*] } -> { SELECTOR [FIELDS]
 *                  GENERATION }, everything that is set on the selector now; no
 *                  FIELDS: nothing. Fields that the request does not name are kept
 *                  ENOENT: none of UNSET is set; ENOSPC: SELECTORS_MAX, GLOBS_MAX
 *   DEV_DEL        do { SELECTOR }             -> { SELECTOR GENERATION }
 *                  unsets all fields; ENOENT: none is set
 *   DEV_NTF        group "config": { SELECTOR [FIELDS] GENERATION }, as the reply
 *                  to DEV_SET
 *   EFFECTIVE_GET  do { IFINDEX or IFNAME }    -> { IFINDEX IFNAME [FIELDS
 *                  dump {}                         ORIGINS] GENERATION }
 *
 *   ENTRY_GET      do { ENTRY }, by its key    -> { ENTRY GENERATION }
 *                  ENOENT: there is none
 *                  dump { [SELECTOR] [TABLES] [DYNAMIC] } -> the same for each
 *                  entry of exactly this selector, of these tables; with
 *                  DYNAMIC, only dynamic bindings
 *   ENTRY_ADD      do { ENTRY [REPLACE] }      -> { ENTRY GENERATION }, what is there
 *                  now
 *                  EEXIST: it exists, and there is no REPLACE, or a static
 *                  binding has the place of a dynamic one; ENOSPC: max_rules,
 *                  max_bindings, SELECTORS_MAX, GLOBS_MAX, ENTRY_GLOBS_MAX
 *   ENTRY_DEL      do { ENTRY }, by its key    -> { ENTRY GENERATION }, what was
 *                  there. Other attributes must match if given
 *                  ENOENT: there is none, or it does not match
 *   ENTRY_ADD_NTF  group "config": { ENTRY GENERATION }, added or replaced
 *   ENTRY_DEL_NTF  group "config": { ENTRY GENERATION }
 *   FLUSH          do { TABLES [SELECTOR] [DYNAMIC] } -> the same, and GENERATION
 *                  deletes the entries that a dump with these attributes lists
 *                  do {}                       -> { GENERATION }
 *                  deletes the whole policy: fields too
 *                  It is not an error if there is none
 *   FLUSH_NTF      group "config": { [SELECTOR] [TABLES] [DYNAMIC] GENERATION },
 *                  as the reply to FLUSH; only if something was deleted
 *
 *   TRANSACTION_BEGIN  do { TRANSACTION [GENERATION] }; begins a transaction
 *                  that belongs to this socket: TRANSACTION_REPLACE starts with an
 *                  empty policy, TRANSACTION_CHANGE with the present one
 *                  EBUSY: TRANSACTIONS_MAX are in progress
 *   TRANSACTION_ADD    do { OP* }; adds changes. They are carried out in this
 *                  order, and each sees the result of those before it. If one is
 *                  refused, the transaction is dropped. TRANSACTION_REPLACE takes
 *                  DEV_SET without UNSET, and ENTRY_ADD, and refuses them with the
 *                  errors of these commands; TRANSACTION_CHANGE does so on COMMIT
 *                  ENOENT: this socket has no transaction, as for the next three;
 *                  ENOSPC: also more changes than twice the entries and selectors
 *                  that a netns may have
 *   TRANSACTION_GET    do {}                   -> { TRANSACTION [GENERATION] OPS
 *                                                   [FAILED] }
 *                  GENERATION: that of TRANSACTION_BEGIN
 *   TRANSACTION_COMMIT do {}                   -> { TRANSACTION OPS GENERATION }
 *                  publishes the result in one step: a packet sees the old policy
 *                  or the new one. EBUSY: the policy no longer has the
 *                  GENERATION of TRANSACTION_BEGIN. Other errors are those of the
 *                  change number FAILED, see TRANSACTION_GET. Then
 *                  nothing is changed, and the transaction ends with the socket,
 *                  with TRANSACTION_ABORT or with another TRANSACTION_BEGIN
 *   TRANSACTION_ABORT  do {}; drops it
 *   TRANSACTION_NTF    group "config": { TRANSACTION OPS GENERATION }, as the
 *                  reply to TRANSACTION_COMMIT; listeners read the policy again
 *
 *   STATS_GET      do { IFINDEX or IFNAME }    -> { IFINDEX IFNAME IN OUT
 *                  dump {}                         REASONS }
 *                  ENOENT: no policy applies to the device, as for STATS_RESET
 *   STATS_RESET    do { [IFINDEX or IFNAME] }; neither: every device, and
 *                  EVENTS_LOST and DHCP_LOST_* of INFO_GET
 *   ANNOUNCE       do { IFINDEX or IFNAME, ADDRESS [LLADDR] [FORCE] }; one
 *                  gratuitous ARP for one of our addresses that is not hidden
 *                  there, or with FORCE for any address
 *                  EADDRNOTAVAIL: not ours, or hidden there; EOPNOTSUPP: the
 *                  device speaks no ARP, such as lo; ENETDOWN: it is down
 *   EXPLAIN        do { IFINDEX or IFNAME, QUERY } -> { IFINDEX IFNAME EVENT
 *                  evaluates a hypothetical packet     EXPLANATION [NEXT] }
 *                  of a bridge port: the port's decision, and what the bridge
 *                  then does; NEXT: { IFINDEX IFNAME EVENT EXPLANATION } of the
 *                  host's device on the segment, if the host receives it
 *   VERDICT_NTF    group "verdict": { IFINDEX IFNAME EVENT }, a decision
 *   SNOOP          do {}; from now on the DHCP messages that enter bridges of this
 *                  netns are sent to the group "dhcp", until this socket is closed.
 *                  Join the group first. EBUSY: SNOOPERS_MAX sockets snoop already;
 *                  EOPNOTSUPP: this kernel has no hooks for bridge ports
 *   DHCP_NTF       group "dhcp": { IFINDEX IFNAME DHCP }, a DHCP message, and the
 *                  bridge port on which it entered: from a port with "trust on"
 *                  those to the UDP port of clients (68), from all others also
 *                  those to the port of servers (67)
 *
 * A command that changes the policy replies even if there was nothing to change. If
 * there is no memory for the reply, nothing is changed. If the socket has no room for
 * it, the change is made, and the socket gets ENOBUFS. A notification has the port ID
 * and the sequence number of the request that caused it. With NLM_F_ECHO, the socket
 * that sent the request gets only the reply, and not the notification.
 *
 * An entry is a rule for targets, a rule for senders, or a binding. Its key is
 * (TABLE, SELECTOR, ADDRESS, LENGTH). Without SELECTOR it applies to every device
 * ("all"); "default" is not allowed. The longest prefix wins, at equal length the
 * more specific selector. A rule needs an ACTION, a binding LLADDR or ANY. The
 * module parameters max_rules and max_bindings limit the number in a netns.
 *
 * A dynamic binding is one that a program learned. A static binding wins: adding a
 * dynamic one in its place is refused (EEXIST), also with REPLACE. A static one
 * with REPLACE takes the place of a dynamic one. Dynamic bindings do not change
 * GENERATION, and take at most three quarters of max_bindings.
 * TRANSACTION_REPLACE may not add any, and keeps those that are there unless a new
 * static binding takes their place.
 *
 * Verdicts other than "pass" are sent to the group while it has listeners, at
 * most ARP_POLICY_EVENTS_PER_SECOND; LOST counts the events dropped since the
 * last one. A new listener may miss the events of its first 10 ms.
 *
 * DHCP messages are handed over as they are: the payload of UDP over IPv4, behind one
 * VLAN tag at most, and of ARP_POLICY_DHCP_MESSAGE_MAX bytes at most. Checksums are not
 * verified. Fragments are not handed over, nor what the bridge discards because of its
 * VLAN. Whether it discards a frame of a LOCKED port is left to the listener. A frame is
 * forwarded in any case.
 *
 * Those of one untrusted port are limited to ARP_POLICY_DHCP_PER_PORT. Of these, each port
 * has ARP_POLICY_DHCP_RESERVED for itself; what exceeds that is limited to
 * ARP_POLICY_DHCP_PER_SECOND for all untrusted ports together. From trusted ports, up to
 * two answers to each client's message that was handed over are handed over, whatever their
 * rate, and ARP_POLICY_DHCP_PER_SECOND others. LOST counts the messages that were left out
 * since the last one, and DHCP_LOST_* of INFO_GET why.
 *
 * A transaction belongs to the socket that began it and ends when that is closed.
 * A netns can have ARP_POLICY_TRANSACTIONS_MAX at a time.
 *
 * EXPLAIN runs a hypothetical packet through the module's decision code: it
 * uses no rate token, creates no neighbour and counts nothing.
 *
 * A selector names devices: "all", "default", a device name, or a shell glob.
 * The devices need not exist yet. A device's value for a field comes from its
 * most specific selector: name, then glob (the one with more literal characters,
 * then the one that sorts first), then "default". "all" is a floor: the effective
 * value is the stricter of it and the device's own. A field that nothing sets is
 * left to the sysctls; a field that is set replaces the sysctl of the same
 * meaning, in both directions.
 *
 * GENERATION counts the changes of a netns's policy. It is never 0; in
 * TRANSACTION_BEGIN, 0 is any. A set or replace that would change nothing leaves
 * GENERATION as it is and sends no notification. A dump during which GENERATION
 * changed, or in a dump of entries a dynamic binding, is marked NLM_F_DUMP_INTR
 * and should be repeated.
 */
#ifndef _UAPI_LINUX_ARP_POLICY_H
#define _UAPI_LINUX_ARP_POLICY_H

#define ARP_POLICY_FAMILY_NAME		"arp_policy"
#define ARP_POLICY_FAMILY_VERSION	1

/* Changes of policy: all *_NTF but VERDICT_NTF and DHCP_NTF. */
#define ARP_POLICY_MCGRP_CONFIG		"config"
/* Decisions: VERDICT_NTF. */
#define ARP_POLICY_MCGRP_VERDICT	"verdict"
/* DHCP on bridges, while a socket snoops: DHCP_NTF. */
#define ARP_POLICY_MCGRP_DHCP		"dhcp"

#define ARP_POLICY_EVENTS_PER_SECOND	1000

/*
 * Limits of DHCP messages: per second of all trusted ports, and of all others; per second
 * of one port of the others, and those that it has for itself; length.
 */
#define ARP_POLICY_DHCP_PER_SECOND	1000
#define ARP_POLICY_DHCP_PER_PORT	250
#define ARP_POLICY_DHCP_RESERVED	10
#define ARP_POLICY_DHCP_MESSAGE_MAX	1472

/* The longest selector, without its terminating NUL. */
#define ARP_POLICY_SELECTOR_MAX		63

/* The maximum proxy-delay, in milliseconds. */
#define ARP_POLICY_PROXY_DELAY_MAX	60000

/* The maximum rate and burst; 0 is off: no limit. */
#define ARP_POLICY_RATE_MAX		1000000

/* The highest VLAN ID. */
#define ARP_POLICY_VLAN_MAX		4094

/* An address is defended by at most one gratuitous ARP in this many seconds. */
#define ARP_POLICY_DEFEND_INTERVAL	10

/*
 * Limits of the announcements that notify makes: per second and netns; addresses for
 * one change; seconds between the two announcements of an address.
 */
#define ARP_POLICY_NOTIFY_PER_SECOND	200
#define ARP_POLICY_NOTIFY_MAX		1024
#define ARP_POLICY_NOTIFY_INTERVAL	2

/* Limits per netns: selectors, globs among them, globs with entries. */
#define ARP_POLICY_SELECTORS_MAX	65536
#define ARP_POLICY_GLOBS_MAX		256
#define ARP_POLICY_ENTRY_GLOBS_MAX	32

/* Limit per netns: transactions at a time. */
#define ARP_POLICY_TRANSACTIONS_MAX	16

/* Limit per netns: sockets that snoop DHCP. */
#define ARP_POLICY_SNOOPERS_MAX		16

enum arp_policy_cmd {
	ARP_POLICY_CMD_INFO_GET = 1,
	ARP_POLICY_CMD_DEV_GET,
	ARP_POLICY_CMD_DEV_SET,
	ARP_POLICY_CMD_DEV_DEL,
	ARP_POLICY_CMD_DEV_NTF,
	ARP_POLICY_CMD_EFFECTIVE_GET,
	ARP_POLICY_CMD_ENTRY_GET,
	ARP_POLICY_CMD_ENTRY_ADD,
	ARP_POLICY_CMD_ENTRY_DEL,
	ARP_POLICY_CMD_ENTRY_ADD_NTF,
	ARP_POLICY_CMD_ENTRY_DEL_NTF,
	ARP_POLICY_CMD_FLUSH,
	ARP_POLICY_CMD_FLUSH_NTF,
	ARP_POLICY_CMD_TRANSACTION_BEGIN,
	ARP_POLICY_CMD_TRANSACTION_ADD,
	ARP_POLICY_CMD_TRANSACTION_GET,
	ARP_POLICY_CMD_TRANSACTION_COMMIT,
	ARP_POLICY_CMD_TRANSACTION_ABORT,
	ARP_POLICY_CMD_TRANSACTION_NTF,
	ARP_POLICY_CMD_STATS_GET,
	ARP_POLICY_CMD_STATS_RESET,
	ARP_POLICY_CMD_ANNOUNCE,
	ARP_POLICY_CMD_EXPLAIN,
	ARP_POLICY_CMD_VERDICT_NTF,
	ARP_POLICY_CMD_SNOOP,
	ARP_POLICY_CMD_DHCP_NTF,

	/* private: */
	__ARP_POLICY_CMD_MAX,
	ARP_POLICY_CMD_MAX = (__ARP_POLICY_CMD_MAX - 1)
};

/* Attributes of a message; the message tree above lists them per command. */
enum arp_policy_attr {
	ARP_POLICY_A_SELECTOR = 1,	/* string, 1..SELECTOR_MAX bytes */
	ARP_POLICY_A_FIELDS,		/* nest of enum arp_policy_field: values */
	ARP_POLICY_A_UNSET,		/* u32, enum arp_policy_field; repeated */
	ARP_POLICY_A_ORIGINS,		/* nest of enum arp_policy_origin: strings,
					 * the selector that each value comes from
					 */
	ARP_POLICY_A_GENERATION,	/* u32 */
	ARP_POLICY_A_ENTRY,		/* nest of enum arp_policy_entry */
	ARP_POLICY_A_REPLACE,		/* flag; generic netlink does not allow
					 * NLM_F_REPLACE
					 */
	ARP_POLICY_A_TABLES,		/* u32, 1 << enum arp_policy_table, or-ed */
	ARP_POLICY_A_DYNAMIC,		/* flag: only dynamic bindings */
	ARP_POLICY_A_TRANSACTION,	/* u32, enum arp_policy_transaction */
	ARP_POLICY_A_OP,		/* nest of enum arp_policy_op; repeated */
	ARP_POLICY_A_OPS,		/* u32, the number of changes */
	ARP_POLICY_A_FAILED,		/* u32, the change that was refused, from 0 */
	ARP_POLICY_A_IFINDEX,		/* u32, 1..INT_MAX */
	ARP_POLICY_A_IFNAME,		/* string, 1..IFNAMSIZ - 1 bytes */
	ARP_POLICY_A_IN,		/* uint, ARP packets received */
	ARP_POLICY_A_OUT,		/* uint, ARP packets sent */
	ARP_POLICY_A_REASONS,		/* nest of enum arp_policy_reason: uint,
					 * packets per reason; zeros left out
					 */
	ARP_POLICY_A_EVENT,		/* nest of enum arp_policy_event */
	ARP_POLICY_A_ADDRESS,		/* be32, IPv4 address */
	ARP_POLICY_A_FORCE,		/* flag */
	ARP_POLICY_A_QUERY,		/* nest of enum arp_policy_query */
	ARP_POLICY_A_EXPLANATION,	/* nest of enum arp_policy_explanation */
	ARP_POLICY_A_NEXT,		/* nest of enum arp_policy_attr */
	ARP_POLICY_A_DHCP,		/* nest of enum arp_policy_dhcp */
	ARP_POLICY_A_LLADDR,		/* 6 bytes, to announce instead of the device's */

	/* private: */
	__ARP_POLICY_A_MAX,
	ARP_POLICY_A_MAX = (__ARP_POLICY_A_MAX - 1)
};

/* The reply to INFO_GET. */
enum arp_policy_info {
	ARP_POLICY_INFO_VERSION = 1,	/* string, of the module */
	ARP_POLICY_INFO_GENERATION,	/* u32 */
	ARP_POLICY_INFO_CAPABILITIES,	/* u32, enum arp_policy_capability, or-ed */
	ARP_POLICY_INFO_SELECTORS,	/* u32, as all below */
	ARP_POLICY_INFO_SELECTORS_MAX,
	ARP_POLICY_INFO_GLOBS,		/* selectors that are globs */
	ARP_POLICY_INFO_GLOBS_MAX,
	ARP_POLICY_INFO_ENTRY_GLOBS,	/* globs with entries */
	ARP_POLICY_INFO_ENTRY_GLOBS_MAX,
	ARP_POLICY_INFO_RULES,
	ARP_POLICY_INFO_RULES_MAX,
	ARP_POLICY_INFO_BINDINGS,	/* with the dynamic ones */
	ARP_POLICY_INFO_BINDINGS_MAX,
	ARP_POLICY_INFO_DYNAMIC,	/* dynamic bindings */
	ARP_POLICY_INFO_DYNAMIC_MAX,
	ARP_POLICY_INFO_TRANSACTIONS,	/* those in progress */
	ARP_POLICY_INFO_TRANSACTIONS_MAX,
	ARP_POLICY_INFO_SNOOPERS,	/* sockets that snoop DHCP */
	ARP_POLICY_INFO_SNOOPERS_MAX,
	ARP_POLICY_INFO_RESTORED,	/* u32 or u64, when the policy was last replaced
					 * as a whole, in seconds since 1970; absent if
					 * it never was
					 */
	ARP_POLICY_INFO_EVENTS_LOST,	/* u32 or u64, events that listeners missed, since
					 * the last STATS_RESET of every device
					 */
	/*
	 * u32 or u64, DHCP messages that were not handed over, likewise. They
	 * exceeded the limit of a port, of all untrusted ports, of all trusted ports;
	 * or the listener had no room.
	 */
	ARP_POLICY_INFO_DHCP_LOST_PORT,
	ARP_POLICY_INFO_DHCP_LOST_UNTRUSTED,
	ARP_POLICY_INFO_DHCP_LOST_TRUSTED,
	ARP_POLICY_INFO_DHCP_LOST_LISTENER,

	/* private: */
	__ARP_POLICY_INFO_MAX,
	ARP_POLICY_INFO_MAX = (__ARP_POLICY_INFO_MAX - 1)
};

/* What this kernel supports. */
enum arp_policy_capability {
	ARP_POLICY_CAPABILITY_VRF = 1,	/* L3 domains */
	ARP_POLICY_CAPABILITY_BRIDGE = 2, /* trust and suppress on bridge ports */
};

/* What a transaction does with the present policy. */
enum arp_policy_transaction {
	ARP_POLICY_TRANSACTION_REPLACE = 1, /* replaces it as a whole */
	ARP_POLICY_TRANSACTION_CHANGE,	/* carries out changes on it */
};

/* One change of a transaction; exactly one of these. */
enum arp_policy_op {
	ARP_POLICY_OP_DEV_SET = 1,	/* nest of enum arp_policy_dev */
	ARP_POLICY_OP_DEV_DEL,		/* the same, SELECTOR only */
	ARP_POLICY_OP_ENTRY_ADD,	/* nest of enum arp_policy_entry */
	ARP_POLICY_OP_ENTRY_REPLACE,	/* the same: adds it or replaces it */
	ARP_POLICY_OP_ENTRY_DEL,	/* the same, as the command ENTRY_DEL */

	/* private: */
	__ARP_POLICY_OP_MAX,
	ARP_POLICY_OP_MAX = (__ARP_POLICY_OP_MAX - 1)
};

/* The fields that can be set on a selector. */
enum arp_policy_field {
	ARP_POLICY_FIELD_IGNORE = 1,	/* u32, enum arp_policy_ignore */
	ARP_POLICY_FIELD_ANNOUNCE,	/* u32, enum arp_policy_announce */
	ARP_POLICY_FIELD_FILTER,	/* u32, 0 or 1 */
	ARP_POLICY_FIELD_HIDDEN,	/* u32, 0 or 1 */
	ARP_POLICY_FIELD_PROXY,		/* u32, enum arp_policy_proxy, or-ed */
	ARP_POLICY_FIELD_PROXY_DELAY,	/* u32, ms, 0..PROXY_DELAY_MAX */
	ARP_POLICY_FIELD_GARP,		/* u32, enum arp_policy_garp */
	ARP_POLICY_FIELD_LEARN,		/* u32, enum arp_policy_learn */
	ARP_POLICY_FIELD_INSPECT,	/* u32, enum arp_policy_inspect */
	ARP_POLICY_FIELD_VALIDATE,	/* u32, enum arp_policy_validate, or-ed */
	ARP_POLICY_FIELD_RATE,		/* u32, packets/s, 0..RATE_MAX, 0: off */
	ARP_POLICY_FIELD_BURST,		/* u32, packets, same range; off: one
					 * second's worth of rate
					 */
	ARP_POLICY_FIELD_SOURCE_RATE,	/* u32, packets/s, same range; its burst
					 * is one second's worth
					 */
	ARP_POLICY_FIELD_DEFEND,	/* u32, 0 or 1 */
	ARP_POLICY_FIELD_MODE,		/* u32, enum arp_policy_mode */
	ARP_POLICY_FIELD_TRUST,		/* u32, 0 or 1; of bridge ports */
	ARP_POLICY_FIELD_SUPPRESS,	/* u32, enum arp_policy_suppress, or-ed; of
					 * bridge ports
					 */
	ARP_POLICY_FIELD_NOTIFY,	/* u32, enum arp_policy_notify */

	/* private: */
	__ARP_POLICY_FIELD_MAX,
	ARP_POLICY_FIELD_MAX = (__ARP_POLICY_FIELD_MAX - 1)
};

/*
 * ORIGINS: the selector that the value of a field comes from, a string. The numbers are
 * those of enum arp_policy_field.
 */
enum arp_policy_origin {
	ARP_POLICY_ORIGIN_IGNORE = 1,
	ARP_POLICY_ORIGIN_ANNOUNCE,
	ARP_POLICY_ORIGIN_FILTER,
	ARP_POLICY_ORIGIN_HIDDEN,
	ARP_POLICY_ORIGIN_PROXY,
	ARP_POLICY_ORIGIN_PROXY_DELAY,
	ARP_POLICY_ORIGIN_GARP,
	ARP_POLICY_ORIGIN_LEARN,
	ARP_POLICY_ORIGIN_INSPECT,
	ARP_POLICY_ORIGIN_VALIDATE,
	ARP_POLICY_ORIGIN_RATE,
	ARP_POLICY_ORIGIN_BURST,
	ARP_POLICY_ORIGIN_SOURCE_RATE,
	ARP_POLICY_ORIGIN_DEFEND,
	ARP_POLICY_ORIGIN_MODE,
	ARP_POLICY_ORIGIN_TRUST,
	ARP_POLICY_ORIGIN_SUPPRESS,
	ARP_POLICY_ORIGIN_NOTIFY,

	/* private: */
	__ARP_POLICY_ORIGIN_MAX,
	ARP_POLICY_ORIGIN_MAX = (__ARP_POLICY_ORIGIN_MAX - 1)
};

/* A rule or a binding: what to do about a prefix, or who may use it. */
enum arp_policy_entry {
	ARP_POLICY_ENTRY_TABLE = 1,	/* u32, enum arp_policy_table */
	ARP_POLICY_ENTRY_SELECTOR,	/* string; "all" if left out */
	ARP_POLICY_ENTRY_ADDRESS,	/* be32, no bits set beyond LENGTH */
	ARP_POLICY_ENTRY_LENGTH,	/* u32, 0..32; 32 if left out */
	ARP_POLICY_ENTRY_ACTION,	/* u32, enum arp_policy_action; of a rule */
	ARP_POLICY_ENTRY_LLADDR,	/* 6 bytes; of a binding, or of a proxy rule:
					 * the MAC to answer with
					 */
	ARP_POLICY_ENTRY_ANY,		/* flag; of a binding: any MAC */
	ARP_POLICY_ENTRY_ROUTED,	/* flag; of a proxy rule: answer only if the
					 * route leaves by another device
					 */
	ARP_POLICY_ENTRY_DYNAMIC,	/* flag; of a binding */

	/* private: */
	__ARP_POLICY_ENTRY_MAX,
	ARP_POLICY_ENTRY_MAX = (__ARP_POLICY_ENTRY_MAX - 1)
};

enum arp_policy_table {
	ARP_POLICY_TABLE_TARGET = 0,	/* rules for targets */
	ARP_POLICY_TABLE_SENDER = 1,	/* rules for senders */
	ARP_POLICY_TABLE_BINDING = 2,	/* inspect checks senders against these */
};

enum arp_policy_action {
	ARP_POLICY_ACTION_PASS = 1,	/* leave it to the device's fields */
	ARP_POLICY_ACTION_DROP,		/* drop the packet */
	ARP_POLICY_ACTION_HIDE,		/* never answer for or announce it here */
	ARP_POLICY_ACTION_PROXY,	/* answer on behalf of the target */
};

/* A decision, sent to the group "verdict". */
enum arp_policy_event {
	ARP_POLICY_EVENT_VERDICT = 1,	/* u32, enum arp_policy_verdict */
	ARP_POLICY_EVENT_REASON,	/* u32, enum arp_policy_reason */
	ARP_POLICY_EVENT_OUT,		/* flag: sent; else received */
	ARP_POLICY_EVENT_AUDIT,		/* flag: mode audit, not enforced */
	ARP_POLICY_EVENT_REQUEST,	/* flag; without it and without OPCODE, a
					 * reply. Malformed packets and encapsulated
					 * ones have neither this nor the next three
					 */
	ARP_POLICY_EVENT_SENDER,	/* be32, before any rewrite */
	ARP_POLICY_EVENT_TARGET,	/* be32 */
	ARP_POLICY_EVENT_LLADDR,	/* sender's hardware address */
	ARP_POLICY_EVENT_FIELD,		/* u32, enum arp_policy_field that decided */
	ARP_POLICY_EVENT_ENTRY,		/* nest of enum arp_policy_entry, the rule
					 * that decided, or the binding that
					 * suppress answered by
					 */
	ARP_POLICY_EVENT_LOST,		/* u32, events dropped before this one */
	ARP_POLICY_EVENT_BRIDGE,	/* string, on a bridge port: its bridge */
	ARP_POLICY_EVENT_VLAN,		/* u32, on a bridge port: the VLAN, if any */
	ARP_POLICY_EVENT_OPCODE,	/* u32, on a bridge port: the operation, if
					 * it is neither request nor reply
					 */

	/* private: */
	__ARP_POLICY_EVENT_MAX,
	ARP_POLICY_EVENT_MAX = (__ARP_POLICY_EVENT_MAX - 1)
};

/* A DHCP message, sent to the group "dhcp". */
enum arp_policy_dhcp {
	ARP_POLICY_DHCP_BRIDGE = 1,	/* string, the bridge of the port */
	ARP_POLICY_DHCP_BRIDGE_IFINDEX,	/* u32 */
	ARP_POLICY_DHCP_VLAN,		/* u32, the VLAN, if any */
	ARP_POLICY_DHCP_SEGMENT,	/* string, the host's device on the segment, if
					 * any: the bridge or a VLAN device of it
					 */
	ARP_POLICY_DHCP_TRUSTED,	/* flag: the port has "trust on" */
	ARP_POLICY_DHCP_CLIENT,		/* flag: addressed to a client, UDP port 68;
					 * else to a server, port 67
					 */
	ARP_POLICY_DHCP_LLADDR,		/* 6 bytes, the source of the Ethernet frame */
	ARP_POLICY_DHCP_SENDER,		/* be32, the source of the IP packet */
	ARP_POLICY_DHCP_MESSAGE,	/* 240..DHCP_MESSAGE_MAX bytes, the payload of UDP */
	ARP_POLICY_DHCP_LOST,		/* u32, messages dropped before this one */
	ARP_POLICY_DHCP_LOCKED,		/* flag: the port is locked: the bridge discards the
					 * frame unless its FDB has the source on this port
					 */

	/* private: */
	__ARP_POLICY_DHCP_MAX,
	ARP_POLICY_DHCP_MAX = (__ARP_POLICY_DHCP_MAX - 1)
};

/* The packet to explain. */
enum arp_policy_query {
	ARP_POLICY_QUERY_KIND = 1,	/* u32, enum arp_policy_kind */
	ARP_POLICY_QUERY_TARGET,	/* be32 */
	ARP_POLICY_QUERY_SENDER,	/* be32; for KIND_SEND: the source of the
					 * IP packet that is sent to TARGET
					 */
	ARP_POLICY_QUERY_LLADDR,	/* sender's, as long as the device's; if
					 * left out, the neighbour table's, else
					 * an invented one
					 */
	ARP_POLICY_QUERY_UNICAST,	/* flag: addressed to this host only; on a
					 * bridge port, to the target's owner
					 */
	ARP_POLICY_QUERY_VLAN,		/* u32, 1..VLAN_MAX; of a bridge port: the tag */

	/* private: */
	__ARP_POLICY_QUERY_MAX,
	ARP_POLICY_QUERY_MAX = (__ARP_POLICY_QUERY_MAX - 1)
};

enum arp_policy_kind {
	ARP_POLICY_KIND_REQUEST = 1,	/* a received request */
	ARP_POLICY_KIND_REPLY,		/* a received reply */
	ARP_POLICY_KIND_SEND,		/* a request made by the neighbour code */
};

/* What the decision leads to, beyond EVENT. */
enum arp_policy_explanation {
	ARP_POLICY_EXPLANATION_ORIGIN = 1, /* string, the selector that the value
					    * of the deciding field comes from
					    */
	ARP_POLICY_EXPLANATION_ANSWERED, /* flag: in the end an answer is sent;
					  * for KIND_SEND: the request is
					  */
	ARP_POLICY_EXPLANATION_LLADDR,	/* the hardware address in the answer */
	ARP_POLICY_EXPLANATION_SENDER,	/* be32, for KIND_SEND: the sender address
					 * that is sent
					 */
	ARP_POLICY_EXPLANATION_ROUTE,	/* u32, an rtm_type: the kernel's route from
					 * the sender to the target; absent if not
					 * looked up, or with ERROR
					 */
	ARP_POLICY_EXPLANATION_ROUTE_IFINDEX, /* u32, the device of that route */
	ARP_POLICY_EXPLANATION_ERROR,	/* u32, errno: why there is no route */
	ARP_POLICY_EXPLANATION_BLOCKED,	/* u32, enum arp_policy_block: what in the
					 * kernel prevents it
					 */
	ARP_POLICY_EXPLANATION_FORWARD,	/* u32, enum arp_policy_forward; of a port whose
					 * policy passes the packet
					 */
	ARP_POLICY_EXPLANATION_PORT,	/* string, for FORWARD_FORWARD: the port */
	ARP_POLICY_EXPLANATION_PROXIED,	/* u32, enum arp_policy_proxied: what makes the
					 * kernel answer for another host
					 */

	/* private: */
	__ARP_POLICY_EXPLANATION_MAX,
	ARP_POLICY_EXPLANATION_MAX = (__ARP_POLICY_EXPLANATION_MAX - 1)
};

/* What a bridge does with a packet that the policy of its port passes. */
enum arp_policy_forward {
	ARP_POLICY_FORWARD_HOST = 1,	/* passes it to the host */
	ARP_POLICY_FORWARD_FLOOD,	/* floods it; a broadcast also to the host */
	ARP_POLICY_FORWARD_FORWARD,	/* sends it to the port of its destination */
	ARP_POLICY_FORWARD_DROP,	/* the VLAN is not one of the port's, the port is
					 * locked, or it is where the destination is
					 */
};

/* What in the kernel prevents an answer, or a request, from being sent. */
enum arp_policy_block {
	ARP_POLICY_BLOCK_REPLY = 1,	/* replies are not answered */
	ARP_POLICY_BLOCK_DOWN,		/* the device is down, or has no carrier */
	ARP_POLICY_BLOCK_NOARP,		/* it does no ARP (IFF_NOARP) */
	ARP_POLICY_BLOCK_MASTER,	/* its master receives its packets */
	ARP_POLICY_BLOCK_NO_IPV4,	/* it has no IPv4 */
	ARP_POLICY_BLOCK_TARGET,	/* multicast or loopback target */
	ARP_POLICY_BLOCK_DROP_GRATUITOUS, /* sysctl drop_gratuitous_arp */
	ARP_POLICY_BLOCK_NOT_LOCAL,	/* a probe for an address that is not ours */
	ARP_POLICY_BLOCK_MARTIAN,	/* invalid sender address */
	ARP_POLICY_BLOCK_ACCEPT_LOCAL,	/* the sender is one of our own addresses,
					 * and sysctl accept_local is off
					 */
	ARP_POLICY_BLOCK_RP_FILTER,	/* sysctl rp_filter */
	ARP_POLICY_BLOCK_NO_ROUTE,	/* no route, or a prohibiting one */
	ARP_POLICY_BLOCK_ARP_IGNORE,	/* sysctl arp_ignore */
	ARP_POLICY_BLOCK_ARP_FILTER,	/* sysctl arp_filter */
	ARP_POLICY_BLOCK_FORWARDING,	/* sysctl forwarding is off */
	ARP_POLICY_BLOCK_PROXY_ARP,	/* routed elsewhere, and no proxy ARP */
	ARP_POLICY_BLOCK_NEIGHBOUR,	/* a permanent or noarp neighbour entry */

	/* private: */
	__ARP_POLICY_BLOCK_MAX,
	ARP_POLICY_BLOCK_MAX = (__ARP_POLICY_BLOCK_MAX - 1)
};

/* What makes the kernel answer for another host. */
enum arp_policy_proxied {
	ARP_POLICY_PROXIED_PROXY_ARP = 1, /* sysctl proxy_arp */
	ARP_POLICY_PROXIED_PROXY_ARP_PVLAN, /* sysctl proxy_arp_pvlan */
	ARP_POLICY_PROXIED_PNEIGH,	/* a proxy neighbour entry (ip neigh add proxy) */

	/* private: */
	__ARP_POLICY_PROXIED_MAX,
	ARP_POLICY_PROXIED_MAX = (__ARP_POLICY_PROXIED_MAX - 1)
};

/* Fields of a selector, in a transaction. */
enum arp_policy_dev {
	ARP_POLICY_DEV_SELECTOR = 1,	/* string */
	ARP_POLICY_DEV_FIELDS,		/* nest of enum arp_policy_field */
	ARP_POLICY_DEV_UNSET,		/* u32, enum arp_policy_field; repeated */

	/* private: */
	__ARP_POLICY_DEV_MAX,
	ARP_POLICY_DEV_MAX = (__ARP_POLICY_DEV_MAX - 1)
};

/* The decision on a packet. */
enum arp_policy_verdict {
	ARP_POLICY_VERDICT_ACCEPT = 1,
	ARP_POLICY_VERDICT_DROP,
	ARP_POLICY_VERDICT_REPLY,	/* answered instead of the kernel */
	ARP_POLICY_VERDICT_REWRITE,	/* sent with another sender address */
};

/* Which of our addresses are answered for, as the sysctl arp_ignore. */
enum arp_policy_ignore {
	ARP_POLICY_IGNORE_ANY = 0,	/* any local address */
	ARP_POLICY_IGNORE_DEVICE = 1,	/* those of the receiving device */
	ARP_POLICY_IGNORE_SUBNET = 2,	/* and only to senders in its subnet */
	ARP_POLICY_IGNORE_GLOBAL = 3,	/* all but those of scope host */
	ARP_POLICY_IGNORE_NEVER = 4,	/* none; arp_ignore 8 */
};

/* Which of our addresses a request names as sender; 0-2 as sysctl arp_announce. */
enum arp_policy_announce {
	ARP_POLICY_ANNOUNCE_ANY = 0,	/* the IP packet's source, if local */
	ARP_POLICY_ANNOUNCE_SUBNET = 1,	/* the IP packet's source, if it shares
					 * a subnet of the device with the target
					 */
	ARP_POLICY_ANNOUNCE_BEST = 2,	/* the best one for the target */
	ARP_POLICY_ANNOUNCE_STRICT = 3,	/* one of the outgoing device, or the
					 * request is not sent
					 */
};

/* When to do proxy ARP, as the sysctls proxy_arp and proxy_arp_pvlan. */
enum arp_policy_proxy {
	ARP_POLICY_PROXY_ROUTE = 1,	/* routed through another device */
	ARP_POLICY_PROXY_PVLAN = 2,	/* routed through this device, RFC 3069 */
};

/* Received gratuitous ARP, as the sysctl drop_gratuitous_arp. */
enum arp_policy_garp {
	ARP_POLICY_GARP_ACCEPT = 0,
	ARP_POLICY_GARP_DROP = 1,
};

/* Which received replies may change the neighbour table. */
enum arp_policy_learn {
	ARP_POLICY_LEARN_ANY = 0,
	ARP_POLICY_LEARN_SOLICITED = 1,	/* those that a neighbour entry waits for */
	ARP_POLICY_LEARN_NONE = 2,
};

/* Compare senders with the bindings. */
enum arp_policy_inspect {
	ARP_POLICY_INSPECT_OFF = 0,
	ARP_POLICY_INSPECT_AUDIT = 1,	/* report a mismatch */
	ARP_POLICY_INSPECT_ENFORCE = 2,	/* drop a mismatch */
	ARP_POLICY_INSPECT_STRICT = 3,	/* also drop a sender without a binding */
};

/* Compare the payload with the Ethernet header; drop forbidden addresses. */
enum arp_policy_validate {
	ARP_POLICY_VALIDATE_SRC_MAC = 1, /* sender lladdr must be the frame's source */
	ARP_POLICY_VALIDATE_DST_MAC = 2, /* in replies: target lladdr must be the
					  * frame's destination
					  */
	ARP_POLICY_VALIDATE_IP = 4,	/* sender, in replies also target: must not
					 * be broadcast or multicast; sender 0.0.0.0
					 * only in probes
					 */
};

enum arp_policy_mode {
	ARP_POLICY_MODE_ENFORCE = 0,
	ARP_POLICY_MODE_AUDIT = 1,	/* count and report, change nothing */
};

/* On a bridge port: answer broadcast requests there instead of flooding them. */
enum arp_policy_suppress {
	ARP_POLICY_SUPPRESS_BIND = 1,	/* for addresses that are bound */
	ARP_POLICY_SUPPRESS_NEIGH = 2,	/* for permanent and noarp neighbours */
};

/* Gratuitous ARP that the host sends by itself. */
enum arp_policy_notify {
	ARP_POLICY_NOTIFY_OFF = 0,	/* only for NETDEV_NOTIFY_PEERS */
	ARP_POLICY_NOTIFY_UP = 1,	/* also as the sysctl arp_notify: the device's
					 * addresses, when it comes up or its MAC
					 * changes
					 */
	ARP_POLICY_NOTIFY_CHANGE = 2,	/* also for each address that the device begins
					 * to answer for
					 */
};

/* The reason of a decision: counters, events, tracepoint. */
enum arp_policy_reason {
	ARP_POLICY_REASON_PASS = 1,	/* left to the kernel */
	ARP_POLICY_REASON_ANSWERED,	/* request for one of our addresses, answered */
	ARP_POLICY_REASON_PROXIED,	/* request answered on behalf of another host */
	ARP_POLICY_REASON_MALFORMED,	/* not ARP for IPv4 on this device */
	ARP_POLICY_REASON_RATE_LIMIT,	/* rate */
	ARP_POLICY_REASON_SOURCE_RATE,	/* source-rate */
	ARP_POLICY_REASON_BAD_SRC_MAC,	/* validate src-mac */
	ARP_POLICY_REASON_BAD_DST_MAC,	/* validate dst-mac */
	ARP_POLICY_REASON_BAD_IP,	/* validate ip */
	ARP_POLICY_REASON_RULE_DROP,	/* dropped by a rule */
	ARP_POLICY_REASON_SPOOFED,	/* sender bound to another lladdr */
	ARP_POLICY_REASON_UNBOUND,	/* sender without a binding */
	ARP_POLICY_REASON_CONFLICT,	/* claims one of our addresses */
	ARP_POLICY_REASON_GRATUITOUS,	/* garp */
	ARP_POLICY_REASON_UNSOLICITED,	/* learn */
	ARP_POLICY_REASON_HIDDEN,	/* hidden by the field or by a rule */
	ARP_POLICY_REASON_IGNORED,	/* not answered: ignore, proxy off */
	ARP_POLICY_REASON_FILTERED,	/* not answered: filter */
	ARP_POLICY_REASON_ANNOUNCE_REWRITTEN,	/* sender address replaced */
	ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED,	/* request not sent */
	ARP_POLICY_REASON_SUPPRESSED,	/* answered on a bridge port, not flooded */
	ARP_POLICY_REASON_ENCAPSULATED,	/* on a bridge port: ARP in tags or SNAP */

	/* private: */
	__ARP_POLICY_REASON_MAX,
	ARP_POLICY_REASON_MAX = (__ARP_POLICY_REASON_MAX - 1)
};

#endif /* _UAPI_LINUX_ARP_POLICY_H */
