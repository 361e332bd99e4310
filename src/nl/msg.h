/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of the family: begin, reply, notify.
 *
 * Process context.
 */
#ifndef _ARPP_NL_MSG_H
#define _ARPP_NL_MSG_H

#include <net/genetlink.h>

#include "netns.h"

/**
 * struct arpp_nl_to - the header of a message
 * @portid: the socket that sent the request
 * @seq: the sequence number of the request
 * @cmd: the command of the message
 * @cb: the dump that it is part of, or NULL
 */
struct arpp_nl_to {
	u32 portid;
	u32 seq;
	u8 cmd;
	struct netlink_callback *cb;
};

/* The messages about a change. */
enum arpp_nl_message {
	ARPP_NL_NOTIFICATION,
	ARPP_NL_REPLY,
	ARPP_NL_MESSAGES
};

/**
 * struct arpp_nl_change - a command that changes the configuration
 * @nn: the netns; its .command is held
 * @info: the request
 * @to: the headers of @msg
 * @msg: the notification and the reply; NULL once they are sent
 * @failed: a message could not be filled
 */
struct arpp_nl_change {
	struct arpp_netns *nn;
	struct genl_info *info;
	struct arpp_nl_to to[ARPP_NL_MESSAGES];
	struct sk_buff *msg[ARPP_NL_MESSAGES];
	bool failed;
};

void arpp_nl_msg_init(const struct genl_family *family);
struct arpp_nl_to arpp_nl_to_sender(const struct genl_info *info, u8 cmd);
struct arpp_nl_to arpp_nl_to_dump(struct netlink_callback *cb, u8 cmd);
void *arpp_nl_put_header(struct sk_buff *msg, const struct arpp_nl_to *to);
int arpp_nl_reply(struct genl_info *info, struct sk_buff *msg, int err);
int arpp_nl_begin(struct arpp_nl_change *c, struct genl_info *info, u8 ntf);
int arpp_nl_end(struct arpp_nl_change *c, int err);

#endif /* _ARPP_NL_MSG_H */
