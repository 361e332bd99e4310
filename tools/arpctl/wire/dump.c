// SPDX-License-Identifier: GPL-2.0-only
/* Dumps of netlink's own families. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "wire/dump.h"

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

int dump(int bus, uint16_t type, uint8_t family, size_t header, mnl_cb_t each,
	 void *data)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct mnl_socket *sock;
	int err;

	req->nlmsg_type = type;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req->nlmsg_seq = (uint32_t)time(NULL);
	*(uint8_t *)mnl_nlmsg_put_extra_header(req, header) = family;

	sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!sock)
		return errno;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sock, req, req->nlmsg_len) < 0)
		err = errno;
	else
		err = receive(sock, req->nlmsg_seq, each, data);
	mnl_socket_close(sock);
	return err;
}
