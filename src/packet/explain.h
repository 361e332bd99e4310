/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run a hypothetical packet through the policy.
 *
 * RCU read side, BH disabled. Changes no state and no counters.
 */
#ifndef _ARPP_EXPLAIN_H
#define _ARPP_EXPLAIN_H

#include "packet/segment.h"
#include "packet/verdict.h"

/**
 * struct arpp_query - a hypothetical packet
 * @dev: the receiving or sending device
 * @kind: the kind of packet
 * @unicast: sent to this host only; on a bridge port, to the owner of the target
 * @has_lladdr: @lladdr is set; else it is the MAC that the sender is bound to, or the
 *	one of its neighbour entry, or a made-up one
 * @target: target address
 * @sender: sender address; for ARP_POLICY_KIND_SEND the source of the IP packet
 * @lladdr: the sender's hardware address, as long as the device's
 * @vlan: on a bridge port: the VID of its tag; 0: it has none
 */
struct arpp_query {
	struct net_device *dev;
	enum arp_policy_kind kind;
	bool unicast;
	bool has_lladdr;
	__be32 target;
	__be32 sender;
	u8 lladdr[MAX_ADDR_LEN];
	u16 vlan;
};

/**
 * struct arpp_explanation - the verdict and the expected outcome
 * @p: the packet
 * @v: the verdict
 * @audit: the verdict is not carried out
 * @answered: an answer is sent; for ARP_POLICY_KIND_SEND, the request is sent
 * @block: what in the kernel prevents that, or 0
 * @proxied: what makes the kernel answer for another host, or 0
 * @error: the errno of the route lookup, or 0
 * @route_type: RTN_* of the route if it was looked up, else RTN_UNSPEC
 * @route_ifindex: the output device of the route, or 0
 * @deciding_dev: the device that hides the address, if hidden decided; else @p.dev
 * @lladdr: the hardware address in the answer, if @answered
 * @sender: for ARP_POLICY_KIND_SEND: the sender address that is sent
 * @segment: on a bridge port: where the bridge receives the packet; else .port is NULL
 * @forward: on a bridge port: what the bridge does, or 0 if the port's policy decides
 * @out: for ARP_POLICY_FORWARD_FORWARD: the port that it goes to
 * @to_host: on a bridge port: the host receives it, too
 */
struct arpp_explanation {
	struct arpp_packet p;
	struct arpp_verdict v;
	bool audit;
	bool answered;
	enum arp_policy_block block;
	enum arp_policy_proxied proxied;
	u32 error;
	u8 route_type;
	int route_ifindex;
	const struct net_device *deciding_dev;
	u8 lladdr[MAX_ADDR_LEN];
	__be32 sender;
	struct arpp_segment segment;
	enum arp_policy_forward forward;
	const struct net_device *out;
	bool to_host;
};

bool arpp_explain_bound(const struct arpp_device *d, __be32 addr, u8 *lladdr);
bool arpp_explain_neighbour(struct net_device *dev, __be32 addr, u8 *lladdr);
int arpp_explain_port(const struct arpp_policy *policy, const struct arpp_device *d,
		      const struct arpp_bridge *fns, const struct arpp_query *q,
		      struct arpp_explanation *x);
int arpp_explain(const struct arpp_policy *policy, const struct arpp_device *d,
		 const struct arpp_query *q, struct arpp_explanation *x);

#endif /* _ARPP_EXPLAIN_H */
