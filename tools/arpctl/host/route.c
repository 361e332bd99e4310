// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's routes, over rtnetlink. */

#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "host/route.h"
#include "wire/dump.h"
#include "wire/nl_msg.h"

static int read_route(const struct nlmsghdr *msg, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[RTA_MAX + 1];
	struct route *route = data;

	nl_parse_after(msg, sizeof(*info), tb, RTA_MAX);
	route->type = info->rtm_type;
	route->ifindex = (uint32_t)nl_uint(tb[RTA_OIF]);
	return MNL_CB_STOP;
}

static int get(uint32_t from, uint32_t to, uint16_t attr, uint32_t ifindex,
	       struct route *route)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct rtmsg *info;

	req->nlmsg_type = RTM_GETROUTE;
	req->nlmsg_flags = NLM_F_REQUEST;
	info = mnl_nlmsg_put_extra_header(req, sizeof(*info));
	info->rtm_family = AF_INET;
	info->rtm_src_len = 32;
	info->rtm_dst_len = 32;
	mnl_attr_put_u32(req, RTA_SRC, from);
	mnl_attr_put_u32(req, RTA_DST, to);
	if (ifindex)
		mnl_attr_put_u32(req, attr, ifindex);
	memset(route, 0, sizeof(*route));
	return netlink_ask(NETLINK_ROUTE, req, read_route, route);
}

int route_in(uint32_t from, uint32_t to, uint32_t ifindex, struct route *route)
{
	return get(from, to, RTA_IIF, ifindex, route);
}

int route_out(uint32_t from, uint32_t to, uint32_t vrf, struct route *route)
{
	return get(from, to, RTA_OIF, vrf, route);
}
