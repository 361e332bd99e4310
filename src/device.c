// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of flat per-device policies that one packet sees.
 *
 * Process context; the netns's mutex covers every writer here.
 */
#include <linux/inetdevice.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "device.h"

/**
 * arpp_policy_alloc() - make an empty table
 * @devices: how many it will hold, about
 * @any_hidden: whether some selector hides addresses
 *
 * Return: the table, or NULL.
 */
struct arpp_policy *arpp_policy_alloc(unsigned int devices, bool any_hidden)
{
	unsigned int buckets = roundup_pow_of_two(max(devices, 8U));
	struct arpp_policy *policy;

	policy = kvzalloc(struct_size(policy, bucket, buckets),
			  GFP_KERNEL_ACCOUNT);
	if (!policy)
		return NULL;
	policy->mask = buckets - 1;
	policy->any_hidden = any_hidden;
	return policy;
}

static void device_free(struct arpp_device *d)
{
	arpp_stats_put(d->stats);
	kfree(d);
}

static void device_free_rcu(struct rcu_head *rcu)
{
	device_free(container_of(rcu, struct arpp_device, rcu));
}

/**
 * arpp_policy_free() - free a table and all in it
 * @policy: one that no reader has, or NULL
 */
void arpp_policy_free(struct arpp_policy *policy)
{
	struct hlist_node *next;
	struct arpp_device *d;
	unsigned int i;

	if (!policy)
		return;
	for (i = 0; i <= policy->mask; i++)
		hlist_for_each_entry_safe(d, next, &policy->bucket[i], node)
			device_free(d);
	kvfree(policy);
}

static void policy_free_rcu(struct rcu_head *rcu)
{
	arpp_policy_free(container_of(rcu, struct arpp_policy, rcu));
}

/**
 * arpp_policy_free_rcu() - the same, once the readers that may have it are done
 * @policy: one that is not published any more, or NULL
 */
void arpp_policy_free_rcu(struct arpp_policy *policy)
{
	if (policy)
		call_rcu(&policy->rcu, policy_free_rcu);
}

/**
 * arpp_policy_reaches() - can policy change what a device does?
 * @fields: what applies to it
 * @any_hidden: whether some selector of its netns hides addresses
 *
 * Return: whether it needs an entry in the table.
 */
bool arpp_policy_reaches(const struct arpp_fields *fields, bool any_hidden)
{
	return fields->set || any_hidden;
}

/**
 * arpp_policy_add() - put a device's policy into a table, or replace it there
 * @policy: the table; readers may have it
 * @dev: the device
 * @fields: what applies to it
 * @from: the table that holds the device's counters up to now, or NULL
 *
 * A reader sees the device's old policy or its new one.
 *
 * Return: 0 or -ENOMEM, which changes nothing.
 */
int arpp_policy_add(struct arpp_policy *policy, struct net_device *dev,
		    const struct arpp_fields *fields,
		    const struct arpp_policy *from)
{
	const struct arpp_device *was = from ? arpp_device_find(from, dev) : NULL;
	struct arpp_device *old = arpp_device_find(policy, dev);
	struct arpp_device *d;

	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return -ENOMEM;
	d->stats = was ? arpp_stats_get(was->stats) : arpp_stats_alloc();
	if (!d->stats) {
		kfree(d);
		return -ENOMEM;
	}
	d->dev = dev;
	d->set = fields->set;
	d->ignore = fields->val[ARP_POLICY_FIELD_IGNORE];
	d->announce = fields->val[ARP_POLICY_FIELD_ANNOUNCE];
	d->filter = fields->val[ARP_POLICY_FIELD_FILTER];
	d->hidden = fields->val[ARP_POLICY_FIELD_HIDDEN];
	d->proxy = fields->val[ARP_POLICY_FIELD_PROXY];
	d->audit = fields->val[ARP_POLICY_FIELD_MODE] == ARP_POLICY_MODE_AUDIT;
	d->proxy_delay = fields->val[ARP_POLICY_FIELD_PROXY_DELAY];

	if (d->hidden && old && old->hidden)
		hlist_replace_rcu(&old->hidden_node, &d->hidden_node);
	else if (d->hidden)
		hlist_add_head_rcu(&d->hidden_node, &policy->hidden);
	else if (old && old->hidden)
		hlist_del_rcu(&old->hidden_node);

	if (old) {
		hlist_replace_rcu(&old->node, &d->node);
		call_rcu(&old->rcu, device_free_rcu);
	} else {
		hlist_add_head_rcu(&d->node,
				   &policy->bucket[dev->ifindex & policy->mask]);
		policy->count++;
	}
	return 0;
}

/**
 * arpp_policy_del() - take a device's policy out of a table
 * @policy: the table; readers may have it
 * @dev: the device; nothing happens when it is not there
 */
void arpp_policy_del(struct arpp_policy *policy, struct net_device *dev)
{
	struct arpp_device *d = arpp_device_find(policy, dev);

	if (!d)
		return;
	if (d->hidden)
		hlist_del_rcu(&d->hidden_node);
	hlist_del_rcu(&d->node);
	policy->count--;
	call_rcu(&d->rcu, device_free_rcu);
}
