// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of the family: begin, reply, notify.
 *
 * Process context.
 */
#include <net/genetlink.h>

#include "compat.h"
#include "nl/msg.h"

/* Set before commands can arrive. */
static const struct genl_family *nl_family __ro_after_init;

/**
 * arpp_nl_msg_init() - set the family of all messages
 * @family: the family, before it is registered
 */
void __init arpp_nl_msg_init(const struct genl_family *family)
{
	nl_family = family;
}

/**
 * arpp_nl_to_sender() - address a reply
 * @info: the request
 * @cmd: the command of the reply
 *
 * Return: for arpp_nl_put_header().
 */
struct arpp_nl_to arpp_nl_to_sender(const struct genl_info *info, u8 cmd)
{
	return (struct arpp_nl_to){
		.portid = info->snd_portid, .seq = info->snd_seq, .cmd = cmd,
	};
}

/**
 * arpp_nl_to_dump() - address an object of a dump
 * @cb: the dump
 * @cmd: the command of the message
 *
 * Return: for arpp_nl_put_header().
 */
struct arpp_nl_to arpp_nl_to_dump(struct netlink_callback *cb, u8 cmd)
{
	return (struct arpp_nl_to){
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq, .cmd = cmd, .cb = cb,
	};
}

/**
 * arpp_nl_put_header() - begin a message
 * @msg: the buffer
 * @to: the recipient
 *
 * Return: the header for genlmsg_end() or genlmsg_cancel(), or NULL if @msg is full.
 */
void *arpp_nl_put_header(struct sk_buff *msg, const struct arpp_nl_to *to)
{
	void *hdr = genlmsg_put(msg, to->portid, to->seq, nl_family,
				to->cb ? NLM_F_MULTI : 0, to->cmd);

	if (hdr && to->cb)
		genl_dump_check_consistent(to->cb, hdr);
	return hdr;
}

/**
 * arpp_nl_fill_whole() - fill a message about the policy as a whole
 * @msg: the buffer
 * @to: the recipient and the command
 * @generation: the number of the change
 *
 * Return: 0 or -EMSGSIZE.
 */
int arpp_nl_fill_whole(struct sk_buff *msg, const struct arpp_nl_to *to,
		       u32 generation)
{
	void *hdr = arpp_nl_put_header(msg, to);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, ARP_POLICY_A_GENERATION, generation)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/**
 * arpp_nl_reply() - send a reply, or free it after an error
 * @info: the request
 * @msg: the reply, consumed; NULL if out of memory
 * @err: the result of filling it
 *
 * Return: 0 or -errno.
 */
int arpp_nl_reply(struct genl_info *info, struct sk_buff *msg, int err)
{
	if (!msg)
		return -ENOMEM;
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * arpp_nl_begin() - begin a command that changes the configuration
 * @nn: the netns
 *
 * The notification is allocated first: no change is made that cannot be notified.
 *
 * Return: the notification, with nn->command held, or ERR_PTR(-ENOMEM or -EINTR).
 */
struct sk_buff *arpp_nl_begin(struct arpp_netns *nn)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!msg)
		return ERR_PTR(-ENOMEM);
	err = mutex_lock_killable(&nn->command);
	if (!err)
		return msg;
	nlmsg_free(msg);
	return ERR_PTR(err);
}

/**
 * arpp_nl_end() - end a command that changes the configuration
 * @nn: the netns; nn->command is released
 * @msg: the message from arpp_nl_begin(), consumed
 * @notify: @msg was filled: send it to the listeners
 *
 * A listener without buffer space gets ENOBUFS from its socket.
 */
void arpp_nl_end(struct arpp_netns *nn, struct sk_buff *msg, bool notify)
{
	if (notify)
		genlmsg_multicast_netns(nl_family, nn->net, msg, 0,
					ARPP_MCGRP_CONFIG, GFP_KERNEL);
	else
		nlmsg_free(msg);
	mutex_unlock(&nn->command);
}
