// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is ours, and what no other device may speak of, by L3 domain.
 *
 * RCU read side, any context. Where an address lives is looked up in struct
 * arpp_host; whether its home is hidden, in the policy that the packet sees. So a
 * change of policy is seen whole, and has no address to go through.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/ip_fib.h>
#include <net/route.h>

#include "hidden.h"

/*
 * An address that lives on very many devices is looked for on the hidden devices,
 * or its homes are, whichever are fewer: at most so many. Hundreds of devices with
 * one address are common (each tap or veth of a routed host has the gateway's);
 * with hundreds of others hidden beside them they are not.
 */
#define HIDDEN_WALK	256

/**
 * arpp_ours() - has a device of this L3 domain the address?
 * @policy: of the device's netns
 * @dev: a device of the domain
 * @addr: the address
 *
 * Not one that only a route makes local, nor a loopback address, which no
 * other host can have either.
 *
 * Return: whether one has; where a record may be missing: whether the kernel's
 *	hash of addresses knows one.
 */
bool arpp_ours(const struct arpp_policy *policy, const struct net_device *dev,
	       __be32 addr)
{
	u32 domain = arpp_host_domain(dev);
	const struct net_device *home;

	if (ipv4_is_loopback(addr))
		return false;
	if (arpp_host_addr(policy->host, domain, addr))
		return true;
	if (!arpp_host_partial(policy->host))
		return false;
	home = __ip_dev_find(dev_net(dev), addr, false);
	return home && arpp_host_domain(home) == domain &&
	       arpp_host_lives(policy->host, home, addr);
}

/*
 * The device of the route of type local that covers an address which lives on no
 * device (AnyIP), or NULL when there is none.
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

/* Is one of several homes hidden? What takes too long to tell, is. */
static bool home_hidden(const struct arpp_policy *policy,
			const struct arpp_host_addr *in)
{
	const struct arpp_host_home *home;
	unsigned int left = HIDDEN_WALK;
	const struct arpp_device *d;

	if (READ_ONCE(policy->n_hidden) < READ_ONCE(in->count)) {
		hlist_for_each_entry_rcu(d, &policy->hidden, hidden_node) {
			home = arpp_host_home(policy->host, d->dev,
					      arpp_host_addr_of(in));
			if ((home && home->addr == in) || !left--)
				return true;
		}
		return false;
	}
	for (home = arpp_host_first(in); home; home = arpp_host_next(home))
		if (arpp_hides(policy, home->dev) || !left--)
			return true;
	return false;
}

/*
 * An address with no home in the device's domain. One that no route makes local
 * either goes or comes this very moment: nobody may speak of it. The route may be
 * another domain's, where the rule that looks into the table local first was left
 * in its place: then it lives with that one's devices.
 */
static bool route_hidden(const struct arpp_policy *policy,
			 const struct net_device *dev, __be32 addr)
{
	const struct net_device *home = routed_to(dev, addr);
	const struct arpp_host_addr *in;

	if (!home)
		return true;
	if (home == dev)
		return false;
	if (arpp_hides(policy, home))
		return true;
	in = arpp_host_addr(policy->host, arpp_host_domain(home), addr);
	return in && home_hidden(policy, in);
}

/* The same where a record may be missing: of the kernel's own lists. */
static bool hidden_slowly(const struct arpp_policy *policy,
			  const struct net_device *dev, __be32 addr)
{
	u32 domain = arpp_host_domain(dev);
	unsigned int left = ARPP_HOST_WALK;
	const struct in_device *in_dev;
	const struct in_ifaddr *ifa;
	const struct arpp_device *d;

	if (arpp_host_lives(policy->host, dev, addr))
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
 * arpp_hidden_by_any() - must a device keep silent about an address?
 * @policy: of the device's netns, in which some device is hidden
 * @dev: the device that would speak
 * @addr: an address that the device's L3 domain has
 *
 * An address is hidden when it lives on a hidden device of the same domain, but
 * never on a device where it lives as well: that one speaks for itself. An
 * address that only a route of type local covers lives on the device of that
 * route. What cannot be told is hidden.
 *
 * Return: whether it must.
 */
bool arpp_hidden_by_any(const struct arpp_policy *policy,
			const struct net_device *dev, __be32 addr)
{
	const struct arpp_host *host = policy->host;
	const struct arpp_host_addr *in;
	const struct arpp_host_home *home;

	if (arpp_host_partial(host))
		return hidden_slowly(policy, dev, addr);
	in = arpp_host_addr(host, arpp_host_domain(dev), addr);
	home = in ? arpp_host_first(in) : NULL;
	if (!home)
		return route_hidden(policy, dev, addr);
	if (home->dev == dev)
		return false;
	/* Nearly every address has but one home. */
	if (!arpp_host_next(home))
		return arpp_hides(policy, home->dev);
	return !arpp_host_home(host, dev, addr) && home_hidden(policy, in);
}

/* A hidden device of a domain that has the address, or NULL. */
static const struct net_device *hidden_in(const struct arpp_policy *policy,
					  u32 domain, __be32 addr)
{
	const struct arpp_device *d;

	hlist_for_each_entry_rcu(d, &policy->hidden, hidden_node)
		if (arpp_host_domain(d->dev) == domain &&
		    arpp_host_lives(policy->host, d->dev, addr))
			return d->dev;
	return NULL;
}

/**
 * arpp_hidden_by() - which device keeps another silent about an address?
 * @policy: as for arpp_hidden_by_any()
 * @dev: likewise
 * @addr: likewise
 *
 * For whoever explains: goes through all hidden devices.
 *
 * Return: a hidden device that it lives on, or NULL when there is none.
 */
const struct net_device *arpp_hidden_by(const struct arpp_policy *policy,
					const struct net_device *dev,
					__be32 addr)
{
	const struct net_device *by, *home;

	if (!arpp_hidden(policy, dev, addr))
		return NULL;
	by = hidden_in(policy, arpp_host_domain(dev), addr);
	if (by)
		return by;
	home = routed_to(dev, addr);
	if (!home || arpp_hides(policy, home))
		return home;
	return hidden_in(policy, arpp_host_domain(home), addr);
}
