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
