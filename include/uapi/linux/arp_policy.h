/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
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
 *   FLUSH          do {}                        -> ack; the netns is as stock
 *   FLUSH_NTF      group "config": { GENERATION }
 *
 * A selector names devices: "all", "default", a device name, or a shell glob.
 * It may name devices that do not exist yet. A device's value for a field is
 * the one of its most specific selector: name, then glob (the one with more
 * literal characters, then the one that sorts first), then "default". "all" is
 * a floor: the effective value is the stricter of it and the device's own. A
 * field that nothing sets is left to the sysctls; a field that is set decides
 * instead of the sysctl of the same meaning, in both directions.
 *
 * GENERATION counts the changes of a netns's policy. A dump during which it
 * moved is marked NLM_F_DUMP_INTR and should be made again.
 */
#ifndef _UAPI_LINUX_ARP_POLICY_H
#define _UAPI_LINUX_ARP_POLICY_H

#define ARP_POLICY_FAMILY_NAME		"arp_policy"
#define ARP_POLICY_FAMILY_VERSION	1

/* Changes of policy: DEV_NTF, FLUSH_NTF. */
#define ARP_POLICY_MCGRP_CONFIG		"config"

/* The longest selector, without its terminating NUL. */
#define ARP_POLICY_SELECTOR_MAX		63

/* The longest proxy-delay, in milliseconds. */
#define ARP_POLICY_PROXY_DELAY_MAX	60000

/* The most selectors that one netns holds, and how many of them globs. */
#define ARP_POLICY_SELECTORS_MAX	65536
#define ARP_POLICY_GLOBS_MAX		1024

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
	ARP_POLICY_FIELD_MODE,		/* u8, enum arp_policy_mode */

	/* private: */
	__ARP_POLICY_FIELD_MAX,
	ARP_POLICY_FIELD_MAX = (__ARP_POLICY_FIELD_MAX - 1)
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

enum arp_policy_mode {
	ARP_POLICY_MODE_ENFORCE = 0,
	ARP_POLICY_MODE_AUDIT = 1,	/* count and report, change nothing */
};

/* Why a packet met its fate: counters, tracepoint. */
enum arp_policy_reason {
	ARP_POLICY_REASON_PASS = 1,	/* left to the kernel */
	ARP_POLICY_REASON_ANSWERED,	/* request for an own address, answered */
	ARP_POLICY_REASON_PROXIED,	/* request answered in another's place */
	ARP_POLICY_REASON_MALFORMED,	/* not ARP for IPv4 on this device */
	ARP_POLICY_REASON_HIDDEN,	/* target lives on a hidden device */
	ARP_POLICY_REASON_IGNORED,	/* not answered: ignore, proxy off */
	ARP_POLICY_REASON_FILTERED,	/* not answered: filter */
	ARP_POLICY_REASON_ANNOUNCE_REWRITTEN,	/* sender address replaced */
	ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED,	/* request not sent */

	/* private: */
	__ARP_POLICY_REASON_MAX,
	ARP_POLICY_REASON_MAX = (__ARP_POLICY_REASON_MAX - 1)
};

#endif /* _UAPI_LINUX_ARP_POLICY_H */
