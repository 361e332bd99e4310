// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of the family: begin, reply, notify.
 *
 * Process context.
 */
#include <net/genetlink.h>

#include "compat.h"
#include "netns_state.h"
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

static void free_messages(struct arpp_nl_change *c)
{
	int i;

	for (i = 0; i < ARPP_NL_MESSAGES; i++)
		nlmsg_free(c->msg[i]);
}

/**
 * arpp_nl_begin() - begin a command that changes the configuration
 * @c: filled in
 * @info: the request
 * @ntf: the command of the notification
 *
 * The messages are allocated first: no change is made without its notification and its
 * reply.
 *
 * Return: 0 with nn->command held, -ENOMEM or -EINTR.
 */
int arpp_nl_begin(struct arpp_nl_change *c, struct genl_info *info, u8 ntf)
{
	int err = -ENOMEM;

	*c = (struct arpp_nl_change){
		.nn = arpp_netns_get(genl_info_net(info)), .info = info,
	};
	c->to[ARPP_NL_NOTIFICATION] = arpp_nl_to_sender(info, ntf);
	c->to[ARPP_NL_REPLY] = arpp_nl_to_sender(info, info->genlhdr->cmd);
	c->msg[ARPP_NL_NOTIFICATION] = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	c->msg[ARPP_NL_REPLY] = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (c->msg[ARPP_NL_NOTIFICATION] && c->msg[ARPP_NL_REPLY])
		err = mutex_lock_killable(&c->nn->command);
	if (err)
		free_messages(c);
	return err;
}

/**
 * arpp_nl_end() - end a command that changes the configuration
 * @c: the command; its messages are consumed, and nn->command is released
 * @err: 1 if something changed, 0 if not, or -errno; unless it is an error, the
 *	messages were filled
 *
 * A listener without buffer space gets ENOBUFS from its socket. A socket that asks for an
 * echo gets only the reply, even if it listens.
 *
 * Return: 0 or -errno.
 */
int arpp_nl_end(struct arpp_nl_change *c, int err)
{
	bool echo = c->info->nlhdr->nlmsg_flags & NLM_F_ECHO;
	struct sk_buff *ntf = c->msg[ARPP_NL_NOTIFICATION];
	struct sk_buff *reply = c->msg[ARPP_NL_REPLY];

	if (err > 0 && !WARN_ON_ONCE(c->failed)) {
		genlmsg_multicast_netns(nl_family, c->nn->net, ntf,
					echo ? c->info->snd_portid : 0,
					ARPP_MCGRP_CONFIG, GFP_KERNEL);
		c->msg[ARPP_NL_NOTIFICATION] = NULL;
	}
	mutex_unlock(&c->nn->command);
	if (err >= 0 && !c->failed) {
		c->msg[ARPP_NL_REPLY] = NULL;
		genlmsg_reply(reply, c->info);
	}
	free_messages(c);
	return err < 0 ? err : 0;
}
