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
 * @portid: the socket that receives it, 0 for a group
 * @seq: the sequence number of the request, 0 for a group
 * @cmd: its command
 * @cb: the dump that it is part of, or NULL
 */
struct arpp_nl_to {
	u32 portid;
	u32 seq;
	u8 cmd;
	struct netlink_callback *cb;
};

void arpp_nl_msg_init(const struct genl_family *family);
struct arpp_nl_to arpp_nl_to_sender(const struct genl_info *info, u8 cmd);
struct arpp_nl_to arpp_nl_to_dump(struct netlink_callback *cb, u8 cmd);
void *arpp_nl_put_header(struct sk_buff *msg, const struct arpp_nl_to *to);
int arpp_nl_fill_whole(struct sk_buff *msg, const struct arpp_nl_to *to,
		       u32 generation);
int arpp_nl_reply(struct genl_info *info, struct sk_buff *msg, int err);
struct sk_buff *arpp_nl_begin(struct arpp_netns *nn);
void arpp_nl_end(struct arpp_netns *nn, struct sk_buff *msg, bool notify);

#endif /* _ARPP_NL_MSG_H */
