// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proxy ARP: mirrors the sysctls proxy_arp and proxy_arp_pvlan.
 *
 * RCU read side, any context.
 */
#include <linux/arp_policy.h>

#include "packet/proxy.h"

/**
 * arpp_proxy_sysctl() - the value of the proxy field that equals the sysctls
 * @in_dev: of the device
 *
 * Return: enum arp_policy_proxy, or-ed.
 */
u8 arpp_proxy_sysctl(struct in_device *in_dev)
{
	return (IN_DEV_PROXY_ARP(in_dev) ? ARP_POLICY_PROXY_ROUTE : 0) |
	       (IN_DEV_PROXY_ARP_PVLAN(in_dev) ? ARP_POLICY_PROXY_PVLAN : 0);
}

/* Two devices with the same medium_id are on one medium: no proxy is needed. */
static bool other_medium(struct in_device *in_dev,
			 const struct net_device *out)
{
	int in_id = IN_DEV_MEDIUM_ID(in_dev), out_id = -1;
	struct in_device *out_dev;

	if (in_id == 0)
		return true;
	if (in_id == -1)
		return false;
	out_dev = __in_dev_get_rcu(out);
	if (out_dev)
		out_id = IN_DEV_MEDIUM_ID(out_dev);
	return out_id != in_id && out_id != -1;
}

/**
 * arpp_proxy_answers() - is a request answered on behalf of the target?
 * @proxy: enum arp_policy_proxy, or-ed
 * @in_dev: of the receiving device
 * @p: a request whose route is known and is RTN_UNICAST
 *
 * Mirrors arp_fwd_proxy() and arp_fwd_pvlan().
 *
 * Return: whether it is.
 */
bool arpp_proxy_answers(u8 proxy, struct in_device *in_dev,
			const struct arpp_packet *p)
{
	if (p->route_dev != p->dev)
		return proxy & ARP_POLICY_PROXY_ROUTE &&
		       other_medium(in_dev, p->route_dev);
	return proxy & ARP_POLICY_PROXY_PVLAN && p->sip != p->tip;
}
