// SPDX-License-Identifier: GPL-2.0-only
/*
 * Validate senders: against the frame, the bindings, and our own addresses.
 *
 * RCU read side, BH disabled.
 */
#include <linux/inetdevice.h>

#include "packet/hidden.h"
#include "packet/ignore.h"
#include "packet/inspect.h"

/**
 * arpp_inspect_conflict() - does another host claim an address of ours?
 * @policy: of the netns
 * @d: the policy of @dev, or NULL
 * @dev: the device that the address would be defended on
 * @p: the packet
 *
 * An address is ours if a device of the same L3 domain has it and we would answer for
 * it on this one. An address that is hidden here is not (an LVS real server hides
 * the address of its director), and neither is one that we only proxy.
 *
 * Return: whether there is a conflict.
 */
bool arpp_inspect_conflict(const struct arpp_policy *policy,
			   const struct arpp_device *d,
			   const struct net_device *dev,
			   const struct arpp_packet *p)
{
	struct in_device *in_dev = __in_dev_get_rcu(dev);

	if (!p->sip || !in_dev || !arpp_ours(policy, dev, p->sip))
		return false;
	if (arpp_hidden_at_all(policy, d, dev, p->sip) ||
	    arpp_ignore_blocks(arpp_ignore_level(d, in_dev), in_dev, p->sip, p->sip))
		return false;
	return !arpp_host_has_lladdr(policy->host, dev, p->sha);
}
