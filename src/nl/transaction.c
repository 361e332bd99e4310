// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions: begin, add, get, commit, abort.
 *
 * Process context. A transaction belongs to a socket and is dropped when the socket is
 * closed. The mutex "making" of a netns serialises the commands that work on
 * transactions; it is taken first. The spinlock "made_lock" covers only the list, so that
 * closing a socket does not wait for a command.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "netns_change.h"
#include "netns_plan.h"
#include "nl/commands.h"
#include "nl/msg.h"
#include "nl/read.h"

/**
 * struct arpp_transaction - a transaction in progress
 * @node: in arpp_netns.made
 * @sk: the socket that it belongs to, with a reference. The port id is not enough:
 *	another socket can get it before the kernel notifies that this one is closed
 * @kind: enum arp_policy_transaction
 * @expected: the required generation of the present policy, or 0
 * @count: the number of changes so far
 * @failed: the change that was refused when it was committed, or ARPP_OP_NONE
 * @refused: it was refused, and cannot be committed any more
 * @config: the new policy so far, if it replaces the present one
 * @ops: the changes so far, if it changes the present one
 * @free: to free it
 */
struct arpp_transaction {
	struct list_head node;
	struct sock *sk;
	u32 kind;
	u32 expected;
	u32 count;
	u32 failed;
	bool refused;
	struct arpp_config config;
	struct arpp_ops ops;
	struct work_struct free;
};

/*
 * Find the transaction of a socket, or NULL. It stays in the list while the socket sends a
 * command, because only these commands and closing the socket remove it.
 */
static struct arpp_transaction *find(struct arpp_netns *nn, const struct sock *sk)
{
	struct arpp_transaction *t, *found = NULL;

	lockdep_assert_held(&nn->making);
	spin_lock(&nn->made_lock);
	list_for_each_entry(t, &nn->made, node)
		if (t->sk == sk)
			found = t;
	spin_unlock(&nn->made_lock);
	return found;
}

/*
 * Lock nn->making and find the transaction of the sender. Without one, or if the process is
 * killed, the result is an ERR_PTR() and nothing is locked.
 */
static struct arpp_transaction *lock_begun(struct arpp_netns *nn, struct sk_buff *skb,
					   struct genl_info *info)
{
	int err = mutex_lock_killable(&nn->making);
	struct arpp_transaction *t;

	if (err)
		return ERR_PTR(err);
	t = find(nn, NETLINK_CB(skb).sk);
	if (t)
		return t;
	mutex_unlock(&nn->making);
	NL_SET_ERR_MSG(info->extack,
		       "this socket has no transaction in progress: begin one first");
	return ERR_PTR(-ENOENT);
}

static void free_work(struct work_struct *work)
{
	struct arpp_transaction *t = container_of(work, struct arpp_transaction, free);

	arpp_config_free(&t->config);
	arpp_ops_free(&t->ops);
	kfree(t);
}

/*
 * Free a transaction that is in no list. In a work item, because a million entries take
 * long.
 */
static void discard(struct arpp_transaction *t)
{
	sock_put(t->sk);
	INIT_WORK(&t->free, free_work);
	queue_work(arpp_free_wq, &t->free);
}

/* Remove a transaction from the list; nn->made_lock held. */
static void take_out(struct arpp_netns *nn, struct arpp_transaction *t,
		     struct list_head *to)
{
	list_move(&t->node, to);
	WRITE_ONCE(nn->n_made, nn->n_made - 1);
}

static void forget(struct arpp_netns *nn, struct arpp_transaction *t)
{
	LIST_HEAD(gone);

	if (!t)
		return;
	spin_lock(&nn->made_lock);
	take_out(nn, t, &gone);
	spin_unlock(&nn->made_lock);
	discard(t);
}

/* Add a transaction to the list unless the limit is reached. */
static bool start(struct arpp_netns *nn, struct arpp_transaction *t)
{
	bool room;

	spin_lock(&nn->made_lock);
	room = nn->n_made < ARP_POLICY_TRANSACTIONS_MAX;
	if (room) {
		list_add(&t->node, &nn->made);
		WRITE_ONCE(nn->n_made, nn->n_made + 1);
	}
	spin_unlock(&nn->made_lock);
	return room;
}

static struct arpp_transaction *make(struct sk_buff *skb, u32 kind, u32 expected)
{
	struct arpp_transaction *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (!t)
		return NULL;
	t->sk = NETLINK_CB(skb).sk;
	sock_hold(t->sk);
	t->kind = kind;
	t->expected = expected;
	t->failed = ARPP_OP_NONE;
	arpp_config_init(&t->config);
	arpp_ops_init(&t->ops);
	return t;
}

/* Fill a message with the state of a transaction, or with the change that it made. */
static int fill(struct sk_buff *msg, const struct arpp_nl_to *to,
		const struct arpp_transaction *t, u32 generation)
{
	void *hdr = arpp_nl_put_header(msg, to);

	if (!hdr ||
	    nla_put_u32(msg, ARP_POLICY_A_TRANSACTION, t->kind) ||
	    (generation && nla_put_u32(msg, ARP_POLICY_A_GENERATION, generation)) ||
	    nla_put_u32(msg, ARP_POLICY_A_OPS, t->count) ||
	    (t->failed != ARPP_OP_NONE &&
	     nla_put_u32(msg, ARP_POLICY_A_FAILED, t->failed)))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

int arpp_nl_transaction_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct nlattr *expected = info->attrs[ARP_POLICY_A_GENERATION];
	struct nlattr *kind = info->attrs[ARP_POLICY_A_TRANSACTION];
	struct arpp_transaction *t;
	int err;

	if (!kind)
		return arpp_nl_missing(info->extack, NULL, ARP_POLICY_A_TRANSACTION,
				       "transaction missing: replace or change the policy");
	t = make(skb, nla_get_u32(kind), expected ? nla_get_u32(expected) : 0);
	if (!t)
		return -ENOMEM;
	err = mutex_lock_killable(&nn->making);
	if (err)
		goto discard;
	forget(nn, find(nn, t->sk));
	if (!start(nn, t)) {
		NL_SET_ERR_MSG(info->extack,
			       "16 transactions are in progress in this network namespace: wait for one to end");
		err = -EBUSY;
	}
	mutex_unlock(&nn->making);
discard:
	if (err)
		discard(t);
	return err;
}

/* Read a change of a selector's fields. */
static int read_dev(struct nlattr *nest, bool del, struct arpp_op_dev *dev,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARP_POLICY_DEV_MAX + 1];
	int err;

	err = nla_parse_nested(tb, ARP_POLICY_DEV_MAX, nest, NULL, extack);
	if (!err)
		err = arpp_nl_read_selector(tb, ARP_POLICY_DEV_SELECTOR, nest, &dev->key,
					    extack);
	if (err)
		return err;
	if (!del) {
		dev->unset = arpp_nl_read_unset(nla_data(nest), nla_len(nest),
						ARP_POLICY_DEV_UNSET);
		return arpp_nl_read_change(tb[ARP_POLICY_DEV_FIELDS], dev->unset,
					   &dev->set, extack);
	}
	if (tb[ARP_POLICY_DEV_FIELDS] || tb[ARP_POLICY_DEV_UNSET]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "dev-del takes a selector only");
		return -EINVAL;
	}
	dev->unset = ARPP_FIELD_ALL;
	return 0;
}

static int add_dev(struct arpp_transaction *t, struct nlattr *nest,
		   struct netlink_ext_ack *extack)
{
	enum arp_policy_op kind = nla_type(nest);
	struct arpp_op_dev dev = {};
	int err;

	err = read_dev(nest, kind == ARP_POLICY_OP_DEV_DEL, &dev, extack);
	if (err)
		return err;
	if (t->kind == ARP_POLICY_TRANSACTION_CHANGE)
		return arpp_ops_add_dev(&t->ops, kind, &dev);
	if (dev.unset) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a policy that replaces another has nothing to unset");
		return -EINVAL;
	}
	err = arpp_config_set(&t->config, &dev.key, &dev.set);
	return arpp_nl_read_dev_error(err, nest, extack);
}

/*
 * Add a change of an entry. All changes are read into the caller's @e: most kernels clear
 * variables on the stack, which would take 20 instructions for each change.
 */
static int add_entry(const struct arpp_netns *nn, struct arpp_transaction *t,
		     struct nlattr *nest, struct arpp_nl_entry *e,
		     struct netlink_ext_ack *extack)
{
	enum arp_policy_op kind = nla_type(nest);
	int err;

	err = arpp_nl_read_entry(nest, kind != ARP_POLICY_OP_ENTRY_DEL, e, extack);
	if (err)
		return err;
	if (t->kind == ARP_POLICY_TRANSACTION_CHANGE)
		return arpp_ops_add_entry(&t->ops, kind, &e->key, e->table, &e->rule);
	if (e->rule.dynamic) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a policy that replaces another has no dynamic bindings: add them by a change");
		return -EINVAL;
	}
	err = arpp_netns_room(nn, t->config.count, 0, e->table, &e->rule);
	if (!err)
		err = arpp_config_insert(&t->config, &e->key, e->table, &e->rule);
	return !err ? 0 : arpp_nl_read_error(err, e->table, nest, extack);
}

/*
 * Is a list full? A longer one makes no sense: this is enough to replace everything and
 * then to remove it.
 */
static bool is_full(const struct arpp_netns *nn, const struct arpp_ops *ops)
{
	return ops->count >= 2 * ((u64)nn->max_rules + nn->max_bindings +
				  ARP_POLICY_SELECTORS_MAX);
}

static int add_op(const struct arpp_netns *nn, struct arpp_transaction *t,
		  struct nlattr *op, struct arpp_nl_entry *e,
		  struct netlink_ext_ack *extack)
{
	struct nlattr *nest = nla_data(op);
	int type;

	if (is_full(nn, &t->ops)) {
		NL_SET_ERR_MSG_ATTR(extack, op,
				    "a transaction takes twice as many changes as there may be rules, bindings and selectors");
		return -ENOSPC;
	}

	/* Exactly one attribute, which the command's policy has validated. */
	if (!nla_ok(nest, nla_len(op)) || NLA_ALIGN(nest->nla_len) < nla_len(op)) {
		NL_SET_ERR_MSG_ATTR(extack, op, "op must hold exactly one change");
		return -EINVAL;
	}
	type = nla_type(nest);
	if (t->kind == ARP_POLICY_TRANSACTION_REPLACE &&
	    type != ARP_POLICY_OP_DEV_SET && type != ARP_POLICY_OP_ENTRY_ADD) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a policy that replaces another takes dev-set and entry-add only");
		return -EINVAL;
	}
	if (type == ARP_POLICY_OP_DEV_SET || type == ARP_POLICY_OP_DEV_DEL)
		return add_dev(t, nest, extack);
	return add_entry(nn, t, nest, e, extack);
}

/* After how many changes cond_resched() is called: about ten microseconds. */
#define RESCHED_OPS	16

static int add_ops(const struct arpp_netns *nn, struct arpp_transaction *t,
		   struct genl_info *info)
{
	struct arpp_nl_entry e;
	struct nlattr *op;
	int rem, err = 0;

	nla_for_each_attr(op, genlmsg_data(info->genlhdr),
			  genlmsg_len(info->genlhdr), rem) {
		if (!(t->count % RESCHED_OPS))
			cond_resched();
		err = add_op(nn, t, op, &e, info->extack);
		if (err)
			break;
		t->count++;
	}
	/* Each error names the change that it is about. */
	if (err && !info->extack->bad_attr)
		NL_SET_BAD_ATTR(info->extack, op);
	return err;
}

static int refuse_again(struct genl_info *info)
{
	NL_SET_ERR_MSG(info->extack,
		       "this transaction was refused: begin another one");
	return -EINVAL;
}

int arpp_nl_transaction_add(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_transaction *t = lock_begun(nn, skb, info);
	int err;

	if (IS_ERR(t))
		return PTR_ERR(t);
	if (t->refused) {
		err = refuse_again(info);
	} else if (!info->attrs[ARP_POLICY_A_OP]) {
		err = arpp_nl_missing(info->extack, NULL, ARP_POLICY_A_OP, "op missing");
	} else {
		err = add_ops(nn, t, info);
		/* A partly applied message aborts the transaction. */
		if (err)
			forget(nn, t);
	}
	mutex_unlock(&nn->making);
	return err;
}

int arpp_nl_transaction_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct arpp_nl_to to =
		arpp_nl_to_sender(info, ARP_POLICY_CMD_TRANSACTION_GET);
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct sk_buff *msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	struct arpp_transaction *t;
	int err;

	if (!msg)
		return -ENOMEM;
	t = lock_begun(nn, skb, info);
	if (IS_ERR(t)) {
		err = PTR_ERR(t);
	} else {
		err = fill(msg, &to, t, t->expected);
		mutex_unlock(&nn->making);
	}
	return arpp_nl_reply(info, msg, err);
}

/* Carry out a transaction; as arpp_netns_transact(). */
static int carry_out(struct arpp_netns *nn, struct arpp_transaction *t,
		     u32 *generation)
{
	int err;

	if (t->kind == ARP_POLICY_TRANSACTION_CHANGE)
		return arpp_netns_transact(nn, &t->ops, t->expected, &t->failed,
					   generation);
	err = arpp_netns_commit(nn, &t->config, t->expected, generation);
	return err ? err : 1;
}

/* The message for an error of carry_out(). */
static int commit_error(const struct arpp_transaction *t, int err,
			struct netlink_ext_ack *extack)
{
	const struct arpp_op *op = NULL;

	if (err == -EBUSY) {
		NL_SET_ERR_MSG(extack,
			       "the policy was changed since it was read: read it again");
		return err;
	}
	if (t->failed != ARPP_OP_NONE)
		op = arpp_ops_at(&t->ops, t->failed);
	if (!op || !op->dev)
		return arpp_nl_read_error(err, op ? op->table : ARPP_TABLE_BINDING,
					  NULL, extack);
	return arpp_nl_read_dev_error(err, NULL, extack);
}

/* Carry out a transaction, and notify the listeners. */
static int commit(struct arpp_netns *nn, struct arpp_transaction *t,
		  struct genl_info *info)
{
	struct arpp_nl_change c;
	u32 generation = 0;
	int err, i;

	err = arpp_nl_begin(&c, info, ARP_POLICY_CMD_TRANSACTION_NTF);
	if (err)
		return err;
	err = carry_out(nn, t, &generation);
	if (err < 0)
		err = commit_error(t, err, info->extack);
	for (i = 0; err >= 0 && i < ARPP_NL_MESSAGES; i++)
		c.failed |= fill(c.msg[i], &c.to[i], t, generation);
	return arpp_nl_end(&c, err);
}

int arpp_nl_transaction_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_transaction *t = lock_begun(nn, skb, info);
	int err;

	if (IS_ERR(t))
		return PTR_ERR(t);
	err = t->refused ? refuse_again(info) : commit(nn, t, info);
	if (err)
		t->refused = true;
	else
		forget(nn, t);
	mutex_unlock(&nn->making);
	return err;
}

int arpp_nl_transaction_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct arpp_netns *nn = arpp_netns_get(genl_info_net(info));
	struct arpp_transaction *t = lock_begun(nn, skb, info);

	if (IS_ERR(t))
		return PTR_ERR(t);
	forget(nn, t);
	mutex_unlock(&nn->making);
	return 0;
}

/**
 * arpp_nl_transaction_end() - drop the transactions of closed sockets
 * @nn: the netns
 * @all: drop all transactions
 *
 * A closed socket is found by its mark SOCK_DEAD, not by its port id, which another one may
 * have by now.
 *
 * Context: process.
 */
void arpp_nl_transaction_end(struct arpp_netns *nn, bool all)
{
	struct arpp_transaction *t, *next;
	LIST_HEAD(gone);

	/* Most sockets have none. A socket is not closed while it sends a command. */
	if (list_empty_careful(&nn->made))
		return;
	spin_lock(&nn->made_lock);
	list_for_each_entry_safe(t, next, &nn->made, node)
		if (all || sock_flag(t->sk, SOCK_DEAD))
			take_out(nn, t, &gone);
	spin_unlock(&nn->made_lock);
	list_for_each_entry_safe(t, next, &gone, node)
		discard(t);
}
