// SPDX-License-Identifier: GPL-2.0-only
/* What bridges have learned, over rtnetlink. */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/list.h"
#include "host/fdb.h"
#include "wire/dump.h"
#include "wire/nl_msg.h"

#define READ_TRIES	10

/* NDA_FLAGS_EXT and NTF_EXT_LOCKED, which older headers do not have. */
#define FDB_FLAGS_EXT	15
#define FDB_LOCKED	2U

static int read_entry(const struct nlmsghdr *msg, void *data)
{
	const struct ndmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[NDA_MAX + 1];
	struct fdb_entry *entry;
	struct fdb *fdb = data;

	nl_parse_after(msg, sizeof(*info), tb, NDA_MAX);
	/*
	 * Other entries belong to the bridge, to the admin, or to a device such as VXLAN.
	 */
	if (info->ndm_state & (NUD_PERMANENT | NUD_NOARP) || !tb[NDA_MASTER] ||
	    !tb[NDA_LLADDR] ||
	    mnl_attr_get_payload_len(tb[NDA_LLADDR]) != LLADDR_LEN)
		return MNL_CB_OK;
	entry = LIST_ADD(fdb->list, fdb->n);
	if (!entry)
		return MNL_CB_ERROR;
	entry->ifindex = (uint32_t)info->ndm_ifindex;
	entry->vlan = (uint16_t)nl_uint(tb[NDA_VLAN]);
	memcpy(entry->lladdr, mnl_attr_get_payload(tb[NDA_LLADDR]), LLADDR_LEN);
	return MNL_CB_OK;
}

struct admission {
	uint32_t port;
	bool admitted;
};

static int read_admission(const struct nlmsghdr *msg, void *data)
{
	const struct ndmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[FDB_FLAGS_EXT + 1];
	struct admission *a = data;

	nl_parse_after(msg, sizeof(*info), tb, FDB_FLAGS_EXT);
	a->admitted = (uint32_t)info->ndm_ifindex == a->port &&
		      !(info->ndm_state & NUD_PERMANENT) &&
		      !(nl_uint(tb[FDB_FLAGS_EXT]) & FDB_LOCKED);
	return MNL_CB_STOP;
}

/* Without VLAN filtering, the addresses of all VLANs are in none. */
bool fdb_admits(uint32_t bridge, uint32_t port, uint16_t vlan,
		const uint8_t lladdr[LLADDR_LEN])
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct admission a = { .port = port };
	struct ndmsg *info;

	req->nlmsg_type = RTM_GETNEIGH;
	req->nlmsg_flags = NLM_F_REQUEST;
	info = mnl_nlmsg_put_extra_header(req, sizeof(*info));
	info->ndm_family = AF_BRIDGE;
	mnl_attr_put_u32(req, NDA_MASTER, bridge);
	mnl_attr_put(req, NDA_LLADDR, LLADDR_LEN, lladdr);
	if (vlan)
		mnl_attr_put_u16(req, NDA_VLAN, vlan);
	if (netlink_ask(NETLINK_ROUTE, req, read_admission, &a) == ENOENT && vlan)
		return fdb_admits(bridge, port, 0, lladdr);
	return a.admitted;
}

int fdb_by_port(const void *a, const void *b)
{
	const struct fdb_entry *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	return memcmp(x->lladdr, y->lladdr, LLADDR_LEN);
}

int fdb_read(struct fdb *fdb)
{
	int tries, err = EINTR;

	for (tries = 0; tries < READ_TRIES && err == EINTR; tries++) {
		fdb->n = 0;
		err = dump(NETLINK_ROUTE, RTM_GETNEIGH, AF_BRIDGE,
			   sizeof(struct ndmsg), read_entry, fdb);
	}
	LIST_SORT(fdb->list, fdb->n, fdb_by_port);
	return err;
}

void fdb_free(struct fdb *fdb)
{
	free(fdb->list);
	*fdb = (struct fdb){ 0 };
}
