// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that no other device may speak of.
 *
 * RCU read side, any context. Nothing is remembered: the kernel's own hash of
 * addresses is asked for each packet, so there is no change to keep up with.
 */
#include <linux/inetdevice.h>

#include "hidden.h"

/**
 * arpp_lives_on() - is an address configured on a device?
 * @dev: the device
 * @addr: the address
 *
 * Return: whether it is.
 */
bool arpp_lives_on(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (ifa->ifa_local == addr)
			return true;
	return false;
}

/**
 * arpp_hidden_by() - which device keeps another silent about an address?
 * @policy: of the device's netns
 * @dev: the device that would speak
 * @addr: the address
 *
 * An address is hidden when it lives on a hidden device, but never on a device
 * where it lives as well: that one speaks for itself. An address that only a
 * route of type local covers lives on the device of that route.
 *
 * Return: the hidden device that it lives on, or NULL: @dev may speak of it.
 */
const struct net_device *arpp_hidden_by(const struct arpp_policy *policy,
					const struct net_device *dev,
					__be32 addr)
{
	const struct net_device *home;
	const struct arpp_device *d;

	if (hlist_empty(&policy->hidden))
		return NULL;
	home = __ip_dev_find(dev_net(dev), addr, false);
	if (!home || home == dev)
		return NULL;
	if (arpp_lives_on(dev, addr))
		return NULL;
	d = arpp_device_find(policy, home);
	if (d && d->hidden)
		return home;

	/* The hash names one home; the same address may have others. */
	hlist_for_each_entry_rcu(d, &policy->hidden, hidden_node)
		if (arpp_lives_on(d->dev, addr))
			return d->dev;
	return NULL;
}
