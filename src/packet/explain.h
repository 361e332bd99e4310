/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What would become of a packet that does not exist.
 *
 * RCU read side, BH disabled. Changes nothing, counts nothing.
 */
#ifndef _ARPP_EXPLAIN_H
#define _ARPP_EXPLAIN_H

#include "packet/verdict.h"

/**
 * struct arpp_query - a packet to judge
 * @dev: the device it comes in on or goes out by
 * @kind: what it is
 * @unicast: sent to this host alone
 * @has_lladdr: @lladdr is set, else one is thought up
 * @target: target address
 * @sender: sender address; of ARP_POLICY_KIND_SEND: the source of the IP packet
 * @lladdr: sender's hardware address, as long as the device's
 */
struct arpp_query {
	struct net_device *dev;
	enum arp_policy_kind kind;
	bool unicast;
	bool has_lladdr;
	__be32 target;
	__be32 sender;
	u8 lladdr[MAX_ADDR_LEN];
};

/**
 * struct arpp_explanation - what the policy says, and what comes of it
 * @p: the packet
 * @v: the verdict
 * @audit: it is not carried out
 * @answered: an answer goes out; of ARP_POLICY_KIND_SEND: the request does
 * @block: what in the kernel stops that, or 0
 * @error: errno: why there is no route, or 0
 * @route_type: RTN_* of the route if it was asked for, else RTN_UNSPEC
 * @route_ifindex: where it leaves, or 0
 * @deciding_dev: if hidden decided: the device that hides, else @p.dev
 * @lladdr: what answers, if @answered
 * @sender: of ARP_POLICY_KIND_SEND: the sender that leaves
 */
struct arpp_explanation {
	struct arpp_packet p;
	struct arpp_verdict v;
	bool audit;
	bool answered;
	enum arp_policy_block block;
	u32 error;
	u8 route_type;
	int route_ifindex;
	const struct net_device *deciding_dev;
	u8 lladdr[MAX_ADDR_LEN];
	__be32 sender;
};

int arpp_explain(const struct arpp_policy *policy, const struct arpp_device *d,
		 const struct arpp_query *q, struct arpp_explanation *x);

#endif /* _ARPP_EXPLAIN_H */
