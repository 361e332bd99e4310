// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters over netlink: get, reset.
 *
 * Process context. Only devices with a policy have counters.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "nl/commands.h"
#include "nl/msg.h"
#include "nl/read.h"

static int put_reasons(struct sk_buff *msg, const u64 *counts)
{
	struct nlattr *nest = nla_nest_start(msg, ARP_POLICY_A_REASONS);
	int reason;

	if (!nest)
		return -EMSGSIZE;
	for (reason = 1; reason <= ARP_POLICY_REASON_MAX; reason++)
		if (counts[reason] &&
		    nla_put_uint(msg, reason, counts[reason]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_stats(struct sk_buff *msg, const struct arpp_nl_to *to,
		      const struct arpp_device *d)
{
	void *hdr = arpp_nl_put_header(msg, to);
	u64 counts[ARPP_COUNTS];

	if (!hdr)
		return -EMSGSIZE;
	arpp_stats_read(d->stats, counts);
	if (nla_put_u32(msg, ARP_POLICY_A_IFINDEX, d->dev->ifindex) ||
	    nla_put_string(msg, ARP_POLICY_A_IFNAME, d->dev->name) ||
	    nla_put_uint(msg, ARP_POLICY_A_IN, counts[ARPP_COUNT_IN]) ||
	    nla_put_uint(msg, ARP_POLICY_A_OUT, counts[ARPP_COUNT_OUT]) ||
	    put_reasons(msg, counts)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* Find the counters of a device; RTNL and nn->lock held. */
static struct arpp_device *find(struct arpp_netns *nn, struct genl_info *info,
				const struct net_device *dev)
{
	struct arpp_policy *policy = arpp_netns_policy(nn);
	struct arpp_device *d;

	d = policy ? arpp_device_find(policy, dev) : NULL;
	if (d)
		return d;
	NL_SET_ERR_MSG(info->extack,
		       "no policy applies to this device, so it has no counters");
	return ERR_PTR(-ENOENT);
}

int arpp_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_STATS_GET);
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct net_device *dev;
	struct arpp_device *d;
	struct sk_buff *msg;
	int err;

	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	mutex_lock(&nn->lock);
	dev = arpp_nl_netdev(info, true);
	d = IS_ERR(dev) ? ERR_CAST(dev) : find(nn, info, dev);
	err = IS_ERR(d) ? PTR_ERR(d) : fill_stats(msg, &to, d);
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return arpp_nl_reply(info, msg, err);
}

/*
 * The next device with counters, in the kernel's order of devices: the order of the
 * buckets would show users which devices collide. The device stays while nn->lock is
 * held, because the notifier takes the lock before a device is removed.
 */
static struct arpp_device *next_counted(const struct arpp_netns *nn,
					unsigned long *pos)
{
	const struct arpp_policy *policy = arpp_netns_policy(nn);
	struct arpp_device *d = NULL;
	struct net_device *dev;

	if (!policy)
		return NULL;
	rcu_read_lock();
	while (!d && (dev = arpp_netdev_dump(nn->net, pos)) != NULL)
		d = arpp_device_find(policy, dev);
	rcu_read_unlock();
	return d;
}

int arpp_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct arpp_nl_to to =
		arpp_nl_to_dump(cb, ARP_POLICY_CMD_STATS_GET);
	struct arpp_netns *nn = arpp_netns_get(sock_net(skb->sk));
	unsigned long pos = cb->args[0];
	struct arpp_device *d;
	int err;

	err = arpp_nl_dump_all(cb);
	if (err)
		return err;
	mutex_lock(&nn->lock);
	/* Both only grow. Positions in the list shift if a device is added or removed. */
	cb->seq = nn->generation + READ_ONCE(nn->net->dev_base_seq);
	while ((d = next_counted(nn, &pos)) != NULL) {
		if (fill_stats(skb, &to, d))
			break;
		cb->args[0] = pos;
	}
	mutex_unlock(&nn->lock);
	return skb->len;
}

/* Reset the counters of the named device; RTNL and nn->lock held. */
static int reset_one(struct arpp_netns *nn, struct genl_info *info)
{
	const struct net_device *dev = arpp_nl_netdev(info, true);
	struct arpp_device *d = IS_ERR(dev) ? ERR_CAST(dev) : find(nn, info, dev);

	if (IS_ERR(d))
		return PTR_ERR(d);
	arpp_stats_reset(d->stats);
	return 0;
}

/* Reset the counters of all devices, and those of what was lost; nn->lock held. */
static void reset_all(struct arpp_netns *nn)
{
	const struct arpp_policy *policy = arpp_netns_policy(nn);
	struct arpp_device *d;
	unsigned int i;

	for (i = 0; policy && i <= policy->mask; i++)
		hlist_for_each_entry(d, &policy->bucket[i], node)
			arpp_stats_reset(d->stats);
	atomic64_set(&nn->events.all_lost, 0);
	arpp_snoop_reset(&nn->snoop);
}

int arpp_nl_stats_reset(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	bool one = info->attrs[ARP_POLICY_A_IFINDEX] ||
		   info->attrs[ARP_POLICY_A_IFNAME];
	int err = 0;

	if (one)
		rtnl_lock();
	mutex_lock(&nn->lock);
	if (one)
		err = reset_one(nn, info);
	else
		reset_all(nn);
	mutex_unlock(&nn->lock);
	if (one)
		rtnl_unlock();
	return err;
}
