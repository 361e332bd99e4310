// SPDX-License-Identifier: GPL-2.0-only
/*
 * Own addresses and hidden addresses, by L3 domain.
 *
 * RCU read side, any context. struct arpp_host has the devices of an address; the policy
 * that the packet sees decides whether these are hidden. So a packet sees a policy
 * change as a whole, and a change does not have to walk the addresses.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/ip_fib.h>
#include <net/route.h>

#include "packet/hidden.h"

/*
 * For an address on several devices, either these or the hidden devices are
 * walked, whichever are fewer, up to this many. Hundreds of devices with one address
 * are common (each tap or veth of a routed host has the gateway's address); hundreds of
 * hidden devices in addition are not.
 */
#define HIDDEN_WALK	256

/* Look in the kernel's hash of addresses, which does not know L3 domains. */
static bool ours_slowly(const struct net_device *dev, __be32 addr)
{
	const struct net_device *addr_dev = __ip_dev_find(dev_net(dev), addr, false);

	return addr_dev && arpp_host_domain(addr_dev) == arpp_host_domain(dev) &&
	       arpp_host_addr_on_dev_slowly(addr_dev, addr);
}

/**
 * arpp_ours() - is an address configured on a device of this L3 domain?
 * @policy: the policy of the device's netns
 * @dev: a device of the domain
 * @addr: the address
 *
 * An address that is local only by a route is not ours, and neither is a loopback
 * address, which no other host can have.
 *
 * Return: whether it is; if a record may be missing, according to the kernel's hash of
 *	addresses.
 */
bool arpp_ours(const struct arpp_policy *policy, const struct net_device *dev,
	       __be32 addr)
{
	if (ipv4_is_loopback(addr))
		return false;
	if (arpp_host_addr(policy->host, arpp_host_domain(dev), addr))
		return true;
	return arpp_host_partial(policy->host) && ours_slowly(dev, addr);
}

/**
 * arpp_local() - is an address local to this host, in the L3 domain of a device?
 * @policy: the policy of the device's netns, or NULL
 * @dev: a device of the domain
 * @addr: the address
 *
 * This includes loopback addresses and those that are local only by a route.
 *
 * An own address may also be the broadcast address of another own prefix (10.2.0.7/24
 * and 10.2.0.6/30). The kernel then has two routes to it and finds the older one, so
 * a broadcast route does not mean that the address is not ours. For all other
 * addresses this is one lookup.
 *
 * Return: whether it is.
 */
bool arpp_local(const struct arpp_policy *policy, const struct net_device *dev,
		__be32 addr)
{
	switch (inet_addr_type_dev_table(dev_net(dev), dev, addr)) {
	case RTN_LOCAL:
		return true;
	case RTN_BROADCAST:
		return policy ? arpp_ours(policy, dev, addr) : ours_slowly(dev, addr);
	default:
		return false;
	}
}

/**
 * arpp_local_somewhere() - arpp_local_quickly() for an address that may be local
 * @policy: the policy of the device's netns
 * @dev: a device of the domain
 * @addr: the address
 *
 * Return: whether the address is local to this host.
 */
bool arpp_local_somewhere(const struct arpp_policy *policy, const struct net_device *dev,
			  __be32 addr)
{
	const struct arpp_host_addr *in = arpp_host_addr(policy->host,
							 arpp_host_domain(dev), addr);
	const struct arpp_host_addr_dev *addr_dev = in ? arpp_host_first(in) : NULL;

	if (addr_dev && addr_dev->dev->flags & IFF_UP)
		return true;
	if (!in && !arpp_may_be_local(policy, dev, addr))
		return false;
	return arpp_local(policy, dev, addr);
}

/*
 * The device of the local route that covers an address which is on no device
 * (AnyIP), or NULL if there is none.
 */
static const struct net_device *routed_to(const struct net_device *dev,
					  __be32 addr)
{
	struct flowi4 fl4 = {
		.flowi4_iif = dev->ifindex,
		.flowi4_scope = RT_SCOPE_UNIVERSE,
		.daddr = addr,
	};
	struct fib_result res = {};

	if (fib_lookup(dev_net(dev), &fl4, &res, FIB_LOOKUP_NOREF |
						 FIB_LOOKUP_IGNORE_LINKSTATE) ||
	    res.type != RTN_LOCAL)
		return NULL;
	return FIB_RES_DEV(res);
}

/* Is one of several devices with an address hidden? Also true if there are too many. */
static bool addr_dev_hidden(const struct arpp_policy *policy,
			    const struct arpp_host_addr *in)
{
	const struct arpp_host_addr_dev *addr_dev;
	unsigned int left = HIDDEN_WALK;
	const struct arpp_device *d;

	if (READ_ONCE(policy->n_hidden) < READ_ONCE(in->count)) {
		hlist_for_each_entry_rcu(d, &policy->hidden, hidden_node) {
			addr_dev = arpp_host_addr_dev(policy->host, d->dev,
						      arpp_host_addr_of(in));
			if ((addr_dev && addr_dev->addr == in) || !left--)
				return true;
		}
		return false;
	}
	for (addr_dev = arpp_host_first(in); addr_dev; addr_dev = arpp_host_next(addr_dev))
		if (arpp_hides(policy, addr_dev->dev) || !left--)
			return true;
	return false;
}

/*
 * Is an address that is on no device of the domain hidden? If it has no local
 * route either, it is being added or removed at this moment, and counts as hidden.
 * The route may be in another domain, if the routing rule for the local table precedes
 * that for the VRFs; then the devices of that domain decide.
 */
static bool route_hidden(const struct arpp_policy *policy,
			 const struct net_device *dev, __be32 addr)
{
	const struct net_device *addr_dev = routed_to(dev, addr);
	const struct arpp_host_addr *in;

	if (!addr_dev)
		return true;
	if (addr_dev == dev)
		return false;
	if (arpp_hides(policy, addr_dev))
		return true;
	in = arpp_host_addr(policy->host, arpp_host_domain(addr_dev), addr);
	return in && addr_dev_hidden(policy, in);
}

/* Search the kernel's own lists, because a record may be missing. */
static bool hidden_slowly(const struct arpp_policy *policy,
			  const struct net_device *dev, __be32 addr)
{
	u32 domain = arpp_host_domain(dev);
	unsigned int left = ARPP_HOST_WALK;
	const struct in_device *in_dev;
	const struct in_ifaddr *ifa;
	const struct arpp_device *d;

	if (arpp_host_addr_on_dev(policy->host, dev, addr))
		return false;
	hlist_for_each_entry_rcu(d, &policy->hidden, hidden_node) {
		if (!--left)
			return true;
		in_dev = __in_dev_get_rcu(d->dev);
		if (!in_dev || arpp_host_domain(d->dev) != domain)
			continue;
		in_dev_for_each_ifa_rcu(ifa, in_dev)
			if (ifa->ifa_local == addr || !--left)
				return true;
	}
	return !arpp_ours(policy, dev, addr) && route_hidden(policy, dev, addr);
}

/**
 * arpp_hidden_found() - is an address hidden on a device, if its record is known?
 * @policy: the policy of the device's netns, in which some device is hidden
 * @dev: the device that would answer for or announce the address
 * @addr: an address of the device's L3 domain
 * @in: its record, or NULL if there is none
 *
 * An address is hidden if it is on a hidden device of the same domain, except on a
 * device that has the address too. An address that is local only by a route belongs
 * to the device of that route. If this cannot be determined, the address is hidden.
 *
 * Return: whether it is.
 */
bool arpp_hidden_found(const struct arpp_policy *policy,
		       const struct net_device *dev, __be32 addr,
		       const struct arpp_host_addr *in)
{
	const struct arpp_host *host = policy->host;
	const struct arpp_host_addr_dev *addr_dev;

	if (arpp_host_partial(host))
		return hidden_slowly(policy, dev, addr);
	addr_dev = in ? arpp_host_first(in) : NULL;
	if (!addr_dev)
		return route_hidden(policy, dev, addr);
	if (addr_dev->dev == dev)
		return false;
	/* Nearly every address is on one device only. */
	if (!arpp_host_next(addr_dev))
		return arpp_hides(policy, addr_dev->dev);
	return !arpp_host_addr_dev(host, dev, addr) && addr_dev_hidden(policy, in);
}

/**
 * arpp_hidden_by_any() - is an address hidden on a device?
 * @policy: as for arpp_hidden_found()
 * @dev: as for arpp_hidden_found()
 * @addr: as for arpp_hidden_found()
 *
 * Return: whether it is.
 */
bool arpp_hidden_by_any(const struct arpp_policy *policy,
			const struct net_device *dev, __be32 addr)
{
	return arpp_hidden_found(policy, dev, addr,
				 arpp_host_addr(policy->host, arpp_host_domain(dev),
						addr));
}

/* Find a hidden device of a domain that has the address, or NULL. */
static const struct net_device *hidden_in(const struct arpp_policy *policy,
					  u32 domain, __be32 addr)
{
	const struct arpp_device *d;

	hlist_for_each_entry_rcu(d, &policy->hidden, hidden_node)
		if (arpp_host_domain(d->dev) == domain &&
		    arpp_host_addr_on_dev(policy->host, d->dev, addr))
			return d->dev;
	return NULL;
}

/**
 * arpp_hidden_by() - which device hides an address from another device?
 * @policy: as for arpp_hidden_by_any()
 * @dev: as for arpp_hidden_by_any()
 * @addr: as for arpp_hidden_by_any()
 *
 * Walks all hidden devices, so it is for explanations only.
 *
 * Return: a hidden device that has the address, or NULL if there is none.
 */
const struct net_device *arpp_hidden_by(const struct arpp_policy *policy,
					const struct net_device *dev,
					__be32 addr)
{
	const struct net_device *by, *addr_dev;

	if (!arpp_hidden(policy, dev, addr))
		return NULL;
	by = hidden_in(policy, arpp_host_domain(dev), addr);
	if (by)
		return by;
	addr_dev = routed_to(dev, addr);
	if (!addr_dev || arpp_hides(policy, addr_dev))
		return addr_dev;
	return hidden_in(policy, arpp_host_domain(addr_dev), addr);
}
