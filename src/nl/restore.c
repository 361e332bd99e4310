// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replace the whole policy: begin, add, commit, abort.
 *
 * Process context. A policy under construction belongs to a socket and is dropped
 * when the socket is closed. The mutex "making" of a netns serialises the commands
 * that work on such policies; it is taken first. The spinlock "made_lock" covers only
 * the list, so that closing a socket does not wait for a command.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "netns_change.h"
#include "nl/commands.h"
#include "nl/msg.h"
#include "nl/read.h"

/**
 * struct arpp_restore - a policy under construction
 * @node: in arpp_netns.made
 * @sk: the socket that it belongs to, with a reference. The port id is not enough:
 *	another socket can get it before the kernel notifies that this one is closed
 * @expected: the required generation of the present policy, or 0
 * @config: the policy so far
 * @free: to free it
 */
struct arpp_restore {
	struct list_head node;
	struct sock *sk;
	u32 expected;
	struct arpp_config config;
	struct work_struct free;
};

/*
 * Find the policy of a socket, or NULL. It stays in the list while the socket sends a
 * command, because only these commands and closing the socket remove it.
 */
static struct arpp_restore *find(struct arpp_netns *nn, const struct sock *sk)
{
	struct arpp_restore *r, *found = NULL;

	lockdep_assert_held(&nn->making);
	spin_lock(&nn->made_lock);
	list_for_each_entry(r, &nn->made, node)
		if (r->sk == sk)
			found = r;
	spin_unlock(&nn->made_lock);
	return found;
}

/* Find the policy of the sender; there must be one. */
static struct arpp_restore *begun(struct arpp_netns *nn, struct sk_buff *skb,
				  struct genl_info *info)
{
	struct arpp_restore *r = find(nn, NETLINK_CB(skb).sk);

	if (!r)
		NL_SET_ERR_MSG(info->extack,
			       "this socket has no restore in progress: begin one first");
	return r;
}

static void free_work(struct work_struct *work)
{
	struct arpp_restore *r = container_of(work, struct arpp_restore, free);

	arpp_config_free(&r->config);
	kfree(r);
}

/* Free a policy that is in no list, in a work item: a million rules take long. */
static void discard(struct arpp_restore *r)
{
	sock_put(r->sk);
	INIT_WORK(&r->free, free_work);
	queue_work(arpp_free_wq, &r->free);
}

static void forget(struct arpp_netns *nn, struct arpp_restore *r)
{
	if (!r)
		return;
	spin_lock(&nn->made_lock);
	list_del(&r->node);
	spin_unlock(&nn->made_lock);
	discard(r);
}

/* Drop the policies whose socket is closed, or all of a netns. */
static void forget_many(struct arpp_netns *nn, bool all)
{
	struct arpp_restore *r, *next;
	LIST_HEAD(gone);

	spin_lock(&nn->made_lock);
	list_for_each_entry_safe(r, next, &nn->made, node)
		if (all || sock_flag(r->sk, SOCK_DEAD))
			list_move(&r->node, &gone);
	spin_unlock(&nn->made_lock);
	list_for_each_entry_safe(r, next, &gone, node)
		discard(r);
}

/* Add a policy to the list unless the limit is reached. */
static bool start(struct arpp_netns *nn, struct arpp_restore *r)
{
	const struct arpp_restore *other;
	unsigned int n = 0;

	spin_lock(&nn->made_lock);
	list_for_each_entry(other, &nn->made, node)
		n++;
	if (n < ARP_POLICY_RESTORES_MAX)
		list_add(&r->node, &nn->made);
	spin_unlock(&nn->made_lock);
	return n < ARP_POLICY_RESTORES_MAX;
}

int arpp_nl_restore_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct nlattr *expected = info->attrs[ARP_POLICY_A_GENERATION];
	struct arpp_restore *r;
	int err;

	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->sk = NETLINK_CB(skb).sk;
	sock_hold(r->sk);
	r->expected = expected ? nla_get_u32(expected) : 0;
	arpp_config_init(&r->config);

	err = mutex_lock_killable(&nn->making);
	if (err)
		goto discard;
	forget(nn, find(nn, r->sk));
	if (!start(nn, r)) {
		NL_SET_ERR_MSG(info->extack,
			       "16 restores are in progress in this network namespace: wait for one to end");
		err = -EBUSY;
	}
	mutex_unlock(&nn->making);
discard:
	if (err)
		discard(r);
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
	if (err)
		return err;
	err = arpp_config_set(config, &key, &fields);
	return arpp_nl_read_error(err, ARPP_TABLE_TARGET, nest, extack);
}

static int add_rule(const struct arpp_netns *nn, struct arpp_config *config,
		    struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct arpp_nl_entry e = {};
	int err;

	if (nla_type(nest) == ARP_POLICY_ENTRY_RULE)
		err = arpp_nl_read_rule(nest, true, &e, extack);
	else
		err = arpp_nl_read_binding(nest, true, &e, extack);
	if (err)
		return err;
	if (arpp_netns_full(nn, config, e.table))
		return arpp_nl_read_error(-ENFILE, e.table, nest, extack);
	err = arpp_config_insert(config, &e.key, e.table, &e.rule);
	return arpp_nl_read_error(err, e.table, nest, extack);
}

int arpp_nl_restore_add(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct nlattr *entries = info->attrs[ARP_POLICY_A_ENTRIES], *attr;
	struct arpp_restore *r;
	int rem, err;

	err = mutex_lock_killable(&nn->making);
	if (err)
		return err;
	r = begun(nn, skb, info);
	if (!r) {
		err = -ENOENT;
	} else if (!entries) {
		NL_SET_ERR_MSG(info->extack, "entries missing");
		err = -EINVAL;
	} else {
		nla_for_each_nested(attr, entries, rem) {
			cond_resched();
			if (nla_type(attr) == ARP_POLICY_ENTRY_DEV)
				err = add_dev(&r->config, attr, info->extack);
			else
				err = add_rule(nn, &r->config, attr,
					       info->extack);
			if (err)
				break;
		}
		/* A partly applied message aborts the restore. */
		if (err)
			forget(nn, r);
	}
	mutex_unlock(&nn->making);
	return err;
}

/* Replace the policy of a netns, and notify the listeners. */
static int commit(struct arpp_netns *nn, struct arpp_restore *r)
{
	const struct arpp_nl_to to = { .cmd = ARP_POLICY_CMD_RESTORE_NTF };
	struct sk_buff *msg = arpp_nl_begin(nn);
	u32 generation;
	int err;

	if (IS_ERR(msg))
		return PTR_ERR(msg);
	err = arpp_netns_commit(nn, &r->config, r->expected, &generation);
	arpp_nl_end(nn, msg, !err && !arpp_nl_fill_whole(msg, &to, generation));
	return err;
}

int arpp_nl_restore_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_restore *r;
	int err;

	err = mutex_lock_killable(&nn->making);
	if (err)
		return err;
	r = begun(nn, skb, info);
	err = r ? commit(nn, r) : -ENOENT;
	if (err == -EBUSY)
		NL_SET_ERR_MSG(info->extack,
			       "the policy was changed since it was read: read it again");
	if (!err)
		forget(nn, r);
	mutex_unlock(&nn->making);
	return err;
}

int arpp_nl_restore_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_restore *r;
	int err;

	err = mutex_lock_killable(&nn->making);
	if (err)
		return err;
	r = begun(nn, skb, info);
	forget(nn, r);
	mutex_unlock(&nn->making);
	return r ? 0 : -ENOENT;
}

/*
 * A socket was closed: drop its policy under construction. The socket is marked dead
 * by now, and its port id may belong to another one: netlink_release() removes the
 * socket from the table and orphans it before it notifies. Every socket with a
 * restore causes this notification, because it was bound when it sent the command.
 */
static int socket_event(struct notifier_block *nb, unsigned long event,
			void *info)
{
	const struct netlink_notify *n = info;
	struct arpp_netns *nn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	nn = arpp_netns_get(n->net);
	/* Most sockets have none. A socket is not closed while it sends a command. */
	if (!list_empty_careful(&nn->made))
		forget_many(nn, false);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/* Needed when the module is unloaded: a netns that goes has no sockets any more. */
static void __net_exit forget_all(struct net *net)
{
	forget_many(arpp_netns_get(net), true);
}

static struct pernet_operations restore_ops = {
	.exit = forget_all,
};

/**
 * arpp_nl_restore_init() - register for the end of sockets and namespaces
 *
 * Called before the family is registered, so that no policy under construction can
 * outlive its socket.
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
 * arpp_nl_restore_clean() - drop all policies under construction
 *
 * Called after the family is unregistered, so that no more commands arrive.
 */
void arpp_nl_restore_clean(void)
{
	netlink_unregister_notifier(&socket_notifier);
	unregister_pernet_subsys(&restore_ops);
}
