// SPDX-License-Identifier: GPL-2.0-only
/* Requests to netlink's own families. */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "wire/dump.h"
#include "wire/nl_msg.h"

#define ALTNAME_MAX	127	/* the kernel's ALTIFNAMSIZ - 1 */

static int receive(struct mnl_socket *sock, uint32_t seq, mnl_cb_t each,
		   void *data)
{
	char buf[32768] __attribute__((aligned(8)));
	int more = MNL_CB_OK;
	ssize_t got;

	while (more > MNL_CB_STOP) {
		got = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (got < 0)
			return errno;
		more = mnl_cb_run(buf, (size_t)got, seq,
				  mnl_socket_get_portid(sock), each, data);
	}
	return more < 0 ? errno : 0;
}

int netlink_ask(int bus, struct nlmsghdr *req, mnl_cb_t each, void *data)
{
	struct mnl_socket *sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int err;

	if (!sock)
		return errno;
	req->nlmsg_seq = (uint32_t)time(NULL);
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sock, req, req->nlmsg_len) < 0)
		err = errno;
	else
		err = receive(sock, req->nlmsg_seq, each, data);
	mnl_socket_close(sock);
	return err;
}

int dump(int bus, uint16_t type, uint8_t family, size_t header, mnl_cb_t each,
	 void *data)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);

	req->nlmsg_type = type;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	*(uint8_t *)mnl_nlmsg_put_extra_header(req, header) = family;
	return netlink_ask(bus, req, each, data);
}

/* What is read of a link. */
struct link {
	uint32_t index;		/* 0: there is none */
	uint32_t master;	/* its master's, 0: none */
};

static int read_link(const struct nlmsghdr *msg, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *attr;
	struct link *link = data;

	link->index = (uint32_t)info->ifi_index;
	mnl_attr_for_each(attr, msg, sizeof(*info))
		if (mnl_attr_get_type(attr) == IFLA_MASTER)
			link->master = mnl_attr_get_u32(attr);
	return MNL_CB_STOP;
}

static struct link find_link(const char *name)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct link link = { 0 };

	if (!*name || strlen(name) > ALTNAME_MAX)
		return link;
	req->nlmsg_type = RTM_GETLINK;
	req->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(req, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(req, strlen(name) < IF_NAMESIZE ? IFLA_IFNAME :
							    IFLA_ALT_IFNAME,
			  name);
	(void)netlink_ask(NETLINK_ROUTE, req, read_link, &link);
	return link;
}

uint32_t link_index(const char *name)
{
	return find_link(name).index;
}

bool link_is_port(const char *name, const char *bridge)
{
	uint32_t master = find_link(name).master;

	return master && master == link_index(bridge);
}

static int read_output(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[RTA_MAX + 1];

	nl_parse_after(msg, sizeof(struct rtmsg), tb, RTA_MAX);
	*(uint32_t *)data = (uint32_t)nl_uint(tb[RTA_OIF]);
	return MNL_CB_STOP;
}

uint32_t route_index(uint32_t address)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct rtmsg *route;
	uint32_t index = 0;

	req->nlmsg_type = RTM_GETROUTE;
	req->nlmsg_flags = NLM_F_REQUEST;
	route = mnl_nlmsg_put_extra_header(req, sizeof(*route));
	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	mnl_attr_put_u32(req, RTA_DST, address);
	(void)netlink_ask(NETLINK_ROUTE, req, read_output, &index);
	return index;
}
