// SPDX-License-Identifier: GPL-2.0-only
/* nftables over netlink: what all its readers have in common. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <unistd.h>

#include "host/nft.h"
#include "wire/dump.h"
#include "wire/module.h"
#include "wire/nl_msg.h"

uint32_t nft_u32(const struct nlattr *attr)
{
	return ntohl((uint32_t)nl_uint(attr));
}

/* Without a module to load, it is built in or missing, and a request is harmless. */
bool nft_may_be_asked(void)
{
	return !access("/sys/module/nf_tables", F_OK) ||
	       !module_installed("nf_tables");
}

int nft_dump(uint8_t get, uint8_t family, mnl_cb_t each, void *data)
{
	int err = dump(NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | get, family,
		       sizeof(struct nfgenmsg), each, data);

	return err == EINVAL || err == EPROTONOSUPPORT || err == EOPNOTSUPP ||
	       err == ENOENT ? 0 : err;
}
