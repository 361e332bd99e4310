// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selectors over netlink: get, set, unset, effective policy of a device.
 *
 * Process context. Each object has one fill function, for get, dump and notification.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "netns_change.h"
#include "nl/commands.h"
#include "nl/msg.h"
#include "nl/read.h"

static int put_fields(struct sk_buff *msg, const struct arpp_fields *fields)
{
	enum arp_policy_field f;
	struct nlattr *nest;

	if (!fields->set)
		return 0;
	nest = nla_nest_start(msg, ARP_POLICY_A_FIELDS);
	if (!nest)
		return -EMSGSIZE;
	arpp_for_each_field(f)
		if (arpp_field_is_set(fields, f) &&
		    nla_put_u32(msg, f, fields->val[f]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_origins(struct sk_buff *msg, const struct arpp_fields *fields,
		       const char **origins)
{
	enum arp_policy_field f;
	struct nlattr *nest;

	BUILD_BUG_ON((int)ARP_POLICY_ORIGIN_MAX != (int)ARP_POLICY_FIELD_MAX);
	if (!fields->set)
		return 0;
	nest = nla_nest_start(msg, ARP_POLICY_A_ORIGINS);
	if (!nest)
		return -EMSGSIZE;
	arpp_for_each_field(f)
		if (arpp_field_is_set(fields, f) &&
		    nla_put_string(msg, f, origins[f]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Fill a message with the fields of a selector. */
static int fill_dev(struct sk_buff *msg, const struct arpp_nl_to *to,
		    u32 generation, const char *name,
		    const struct arpp_fields *fields)
{
	void *hdr = arpp_nl_put_header(msg, to);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(msg, ARP_POLICY_A_SELECTOR, name) ||
	    put_fields(msg, fields) ||
	    nla_put_u32(msg, ARP_POLICY_A_GENERATION, generation)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* The fields that mean something on a device. */
static u32 fields_for(const struct net_device *dev)
{
	return ARPP_FIELD_ALL & ~(netif_is_bridge_port(dev) ? ARPP_FIELDS_NOT_PORT :
							      ARPP_FIELDS_PORT);
}

/* Fill a message with the effective policy of a device. */
static int fill_effective(struct sk_buff *msg, const struct arpp_nl_to *to,
			  const struct arpp_netns *nn,
			  const struct net_device *dev)
{
	void *hdr = arpp_nl_put_header(msg, to);
	struct arpp_resolved r;

	if (!hdr)
		return -EMSGSIZE;
	arpp_selector_resolve(&nn->config.selectors, dev->name, &r);
	r.fields.set &= fields_for(dev);
	if (nla_put_u32(msg, ARP_POLICY_A_IFINDEX, dev->ifindex) ||
	    nla_put_string(msg, ARP_POLICY_A_IFNAME, dev->name) ||
	    put_fields(msg, &r.fields) ||
	    put_origins(msg, &r.fields, r.origins) ||
	    nla_put_u32(msg, ARP_POLICY_A_GENERATION, nn->generation)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int read_selector(struct genl_info *info, struct arpp_selector_key *key)
{
	return arpp_nl_read_selector(info->attrs, ARP_POLICY_A_SELECTOR, NULL, key,
				     info->extack);
}

/* Make a change, and notify the listeners. */
static int make(struct genl_info *info, struct arpp_netns_change *change)
{
	struct arpp_nl_change c;
	int err, i;

	err = arpp_nl_begin(&c, info, ARP_POLICY_CMD_DEV_NTF);
	if (err)
		return err;
	err = arpp_netns_change(c.nn, change);
	for (i = 0; err >= 0 && i < ARPP_NL_MESSAGES; i++)
		c.failed |= fill_dev(c.msg[i], &c.to[i], change->generation,
				     change->key.name, &change->now);
	arpp_nl_read_dev_error(err, NULL, info->extack);
	return arpp_nl_end(&c, err);
}

int arpp_nl_dev_set(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns_change c = {};
	int err;

	err = read_selector(info, &c.key);
	c.unset = arpp_nl_read_unset(genlmsg_data(info->genlhdr),
				     genlmsg_len(info->genlhdr),
				     ARP_POLICY_A_UNSET);
	if (!err)
		err = arpp_nl_read_change(info->attrs[ARP_POLICY_A_FIELDS],
					  c.unset, &c.set, info->extack);
	return err ? err : make(info, &c);
}

int arpp_nl_dev_del(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns_change c = { .unset = ARPP_FIELD_ALL };
	int err = read_selector(info, &c.key);

	return err ? err : make(info, &c);
}

int arpp_nl_dev_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_DEV_GET);
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct arpp_selector *sel;
	struct arpp_selector_key key;
	struct sk_buff *msg;
	int err;

	err = read_selector(info, &key);
	if (err)
		return err;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&nn->lock);
	sel = arpp_selector_find(&nn->config.selectors, &key);
	if (sel && sel->fields.set) {
		err = fill_dev(msg, &to, nn->generation, sel->key.name,
			       &sel->fields);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ARP_POLICY_A_SELECTOR],
				    "nothing is set on this selector");
		err = -ENOENT;
	}
	mutex_unlock(&nn->lock);
	return arpp_nl_reply(info, msg, err);
}

/*
 * The position of a dump is the key of the last selector sent, which stays valid when
 * the selector is removed. It is too large for cb->args.
 */
int arpp_nl_dev_start(struct netlink_callback *cb)
{
	struct arpp_selector_key *last = kzalloc(sizeof(*last), GFP_KERNEL_ACCOUNT);

	cb->args[0] = (long)last;
	cb->args[1] = 0;
	return last ? 0 : -ENOMEM;
}

int arpp_nl_dev_done(struct netlink_callback *cb)
{
	kfree((void *)cb->args[0]);
	return 0;
}

int arpp_nl_dev_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct arpp_nl_to to = arpp_nl_to_dump(cb, ARP_POLICY_CMD_DEV_GET);
	struct arpp_netns *nn = arpp_netns_get(sock_net(skb->sk));
	struct arpp_selector_key *last = (void *)cb->args[0];
	const struct arpp_selector *sel;
	int err;

	err = arpp_nl_dump_all(cb);
	if (err)
		return err;
	mutex_lock(&nn->lock);
	cb->seq = nn->generation;
	/* Looked up once per message; from there the dump follows the order. */
	for (sel = arpp_selector_next(&nn->config.selectors,
				      cb->args[1] ? last : NULL);
	     sel; sel = arpp_selector_after(sel)) {
		/* A selector may have rules only. */
		if (sel->fields.set && fill_dev(skb, &to, nn->generation,
						sel->key.name, &sel->fields))
			break;
		*last = sel->key;
		cb->args[1] = 1;
	}
	mutex_unlock(&nn->lock);
	return skb->len;
}

int arpp_nl_effective_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_EFFECTIVE_GET);
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	const struct net_device *dev;
	struct sk_buff *msg;
	int err = 0;

	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	dev = arpp_nl_netdev(info, true);
	if (IS_ERR(dev)) {
		err = PTR_ERR(dev);
	} else {
		mutex_lock(&nn->lock);
		err = fill_effective(msg, &to, nn, dev);
		mutex_unlock(&nn->lock);
	}
	rtnl_unlock();
	return arpp_nl_reply(info, msg, err);
}

int arpp_nl_effective_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct arpp_nl_to to =
		arpp_nl_to_dump(cb, ARP_POLICY_CMD_EFFECTIVE_GET);
	struct arpp_netns *nn = arpp_netns_get(sock_net(skb->sk));
	unsigned long pos = cb->args[0];
	const struct net_device *dev;
	int err;

	err = arpp_nl_dump_all(cb);
	if (err)
		return err;
	rtnl_lock();
	mutex_lock(&nn->lock);
	/* Both only grow. Positions in the list shift if a device is added or removed. */
	cb->seq = nn->generation + READ_ONCE(nn->net->dev_base_seq);
	while ((dev = arpp_netdev_dump(nn->net, &pos)) != NULL) {
		if (fill_effective(skb, &to, nn, dev))
			break;
		cb->args[0] = pos;
	}
	mutex_unlock(&nn->lock);
	rtnl_unlock();
	return skb->len;
}
