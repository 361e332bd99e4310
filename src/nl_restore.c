// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another policy in the place of the whole one: begin, add, commit, abort.
 *
 * Process context. What is being made belongs to a socket and goes with it; a
 * netns's mutex "making" covers all of them, and is taken first of all.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netns.h"

/**
 * struct arpp_restore - a policy that is being made
 * @node: in arpp_netns.made
 * @portid: the socket that makes it
 * @expected: the generation that it shall follow, or 0
 * @config: what it is so far
 */
struct arpp_restore {
	struct list_head node;
	u32 portid;
	u32 expected;
	struct arpp_config config;
};

static struct arpp_restore *find(struct arpp_netns *nn, u32 portid)
{
	struct arpp_restore *r;

	lockdep_assert_held(&nn->making);
	list_for_each_entry(r, &nn->made, node)
		if (r->portid == portid)
			return r;
	return NULL;
}

/* The sender's; found by all commands but begin. */
static struct arpp_restore *begun(struct arpp_netns *nn, struct genl_info *info)
{
	struct arpp_restore *r = find(nn, info->snd_portid);

	if (!r)
		NL_SET_ERR_MSG(info->extack,
			       "this socket has no restore under way: begin one first");
	return r;
}

static void forget(struct arpp_restore *r)
{
	if (!r)
		return;
	list_del(&r->node);
	arpp_config_free(&r->config);
	kfree(r);
}

static unsigned int under_way(const struct arpp_netns *nn)
{
	const struct arpp_restore *r;
	unsigned int n = 0;

	list_for_each_entry(r, &nn->made, node)
		n++;
	return n;
}

int arpp_nl_restore_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct nlattr *expected = info->attrs[ARP_POLICY_A_GENERATION];
	struct arpp_restore *r;
	int err = 0;

	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->portid = info->snd_portid;
	r->expected = expected ? nla_get_u32(expected) : 0;
	arpp_config_init(&r->config);

	mutex_lock(&nn->making);
	forget(find(nn, r->portid));
	if (under_way(nn) < ARP_POLICY_RESTORES_MAX) {
		list_add(&r->node, &nn->made);
	} else {
		NL_SET_ERR_MSG(info->extack,
			       "16 restores are under way in this network namespace: wait for one to end");
		kfree(r);
		err = -EBUSY;
	}
	mutex_unlock(&nn->making);
	return err;
}

static int add_dev(struct arpp_config *config, struct nlattr *nest,
		   struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARP_POLICY_DEV_MAX + 1];
	struct arpp_selector_key key;
	struct arpp_fields fields = {};
	int err;

	err = nla_parse_nested(tb, ARP_POLICY_DEV_MAX, nest, NULL, extack);
	if (!err)
		err = arpp_nl_read_selector(tb[ARP_POLICY_DEV_SELECTOR], &key,
					    extack);
	if (!err)
		err = arpp_nl_read_fields(tb[ARP_POLICY_DEV_FIELDS], &fields,
					  extack);
	return err ? err : arpp_config_set(config, &key, &fields);
}

static int add_rule(struct arpp_config *config, struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct arpp_nl_entry e = {};
	int err;

	if (nla_type(nest) == ARP_POLICY_ENTRY_RULE)
		err = arpp_nl_read_rule(nest, true, &e, extack);
	else
		err = arpp_nl_read_binding(nest, true, &e, extack);
	if (err)
		return err;
	if (arpp_netns_full(config, e.table))
		return arpp_nl_read_error(-ENFILE, e.table, nest, extack);
	err = arpp_config_insert(config, &e.key, e.table, &e.rule);
	return arpp_nl_read_error(err, e.table, nest, extack);
}

int arpp_nl_restore_add(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct nlattr *entries = info->attrs[ARP_POLICY_A_ENTRIES], *attr;
	struct arpp_restore *r;
	int rem, err = 0;

	mutex_lock(&nn->making);
	r = begun(nn, info);
	if (!r) {
		err = -ENOENT;
	} else if (!entries) {
		NL_SET_ERR_MSG(info->extack, "entries missing");
		err = -EINVAL;
	} else {
		nla_for_each_nested(attr, entries, rem) {
			if (nla_type(attr) == ARP_POLICY_ENTRY_DEV)
				err = add_dev(&r->config, attr, info->extack);
			else
				err = add_rule(&r->config, attr, info->extack);
			if (err)
				break;
		}
		/* Half of a message is nothing to go on from. */
		if (err)
			forget(r);
	}
	mutex_unlock(&nn->making);
	return err;
}

int arpp_nl_restore_commit(struct sk_buff *skb, struct genl_info *info)
{
	const struct arpp_nl_to to = { .cmd = ARP_POLICY_CMD_RESTORE_NTF };
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_restore *r;
	struct sk_buff *msg;
	u32 generation;
	int err;

	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&nn->making);
	r = begun(nn, info);
	if (!r) {
		err = -ENOENT;
		goto unlock;
	}
	mutex_lock(&nn->command);
	err = arpp_netns_commit(nn, &r->config, r->expected, &generation);
	if (!err && !arpp_nl_fill_whole(msg, &to, generation)) {
		arpp_nl_notify(msg, genl_info_net(info));
		msg = NULL;
	}
	mutex_unlock(&nn->command);
	if (err == -EBUSY)
		NL_SET_ERR_MSG(info->extack,
			       "the policy was changed since it was read: read it again");
	if (!err)
		forget(r);
unlock:
	mutex_unlock(&nn->making);
	nlmsg_free(msg);
	return err;
}

int arpp_nl_restore_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_restore *r;

	mutex_lock(&nn->making);
	r = begun(nn, info);
	forget(r);
	mutex_unlock(&nn->making);
	return r ? 0 : -ENOENT;
}

/* A socket was closed: what it was making is nobody's any more. */
static int socket_event(struct notifier_block *nb, unsigned long event,
			void *info)
{
	const struct netlink_notify *n = info;
	struct arpp_netns *nn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	nn = arpp_netns_get(n->net);
	/* Most sockets make none; one that does is not closed while it begins. */
	if (list_empty_careful(&nn->made))
		return NOTIFY_DONE;
	mutex_lock(&nn->making);
	forget(find(nn, n->portid));
	mutex_unlock(&nn->making);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/* With the module: a netns that goes by itself has no sockets any more. */
static void __net_exit forget_all(struct net *net)
{
	struct arpp_netns *nn = arpp_netns_get(net);
	struct arpp_restore *r, *next;

	mutex_lock(&nn->making);
	list_for_each_entry_safe(r, next, &nn->made, node)
		forget(r);
	mutex_unlock(&nn->making);
}

static struct pernet_operations restore_ops = {
	.exit = forget_all,
};

/**
 * arpp_nl_restore_init() - watch sockets and namespaces go
 *
 * Before the family is there: what is being made must not outlive its socket.
 *
 * Return: 0 or -errno.
 */
int arpp_nl_restore_init(void)
{
	int err = register_pernet_subsys(&restore_ops);

	if (err)
		return err;
	err = netlink_register_notifier(&socket_notifier);
	if (err)
		unregister_pernet_subsys(&restore_ops);
	return err;
}

/**
 * arpp_nl_restore_clean() - forget what is being made everywhere
 *
 * After the family went: no command comes in any more.
 */
void arpp_nl_restore_clean(void)
{
	netlink_unregister_notifier(&socket_notifier);
	unregister_pernet_subsys(&restore_ops);
}
