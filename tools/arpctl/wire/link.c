// SPDX-License-Identifier: GPL-2.0-only
/* One device, over rtnetlink. */

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "wire/link.h"

#define ALTNAME_MAX	127	/* the kernel's ALTIFNAMSIZ - 1 */

static int read_index(const struct nlmsghdr *msg, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);

	*(uint32_t *)data = (uint32_t)info->ifi_index;
	return MNL_CB_STOP;
}

/* Requests one device. Return: its index, or 0. */
static uint32_t ask(struct mnl_socket *sock, const char *name)
{
	char buf[32768] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	uint32_t index = 0;
	ssize_t got;

	req->nlmsg_type = RTM_GETLINK;
	req->nlmsg_flags = NLM_F_REQUEST;
	req->nlmsg_seq = 1;
	mnl_nlmsg_put_extra_header(req, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(req, strlen(name) < IF_NAMESIZE ? IFLA_IFNAME :
							    IFLA_ALT_IFNAME,
			  name);
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sock, req, req->nlmsg_len) < 0)
		return 0;
	got = mnl_socket_recvfrom(sock, buf, sizeof(buf));
	if (got > 0)
		(void)mnl_cb_run(buf, (size_t)got, 1,
				 mnl_socket_get_portid(sock), read_index,
				 &index);
	return index;
}

uint32_t link_index(const char *name)
{
	struct mnl_socket *sock;
	uint32_t index;

	if (!*name || strlen(name) > ALTNAME_MAX)
		return 0;
	sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!sock)
		return 0;
	index = ask(sock, name);
	mnl_socket_close(sock);
	return index;
}
