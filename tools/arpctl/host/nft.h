// SPDX-License-Identifier: GPL-2.0-only
/* nftables over netlink: what all its readers have in common. */
#ifndef ARPCTL_NFT_H
#define ARPCTL_NFT_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

/* A number of 32 bits, which nftables sends in network byte order. */
uint32_t nft_u32(const struct nlattr *attr);

/* Whether a request would not make the kernel load the module. */
bool nft_may_be_asked(void);

/*
 * As dump(), of a message of nftables such as NFT_MSG_GETCHAIN. A kernel without
 * nftables, or without this family, has nothing to dump.
 */
int nft_dump(uint8_t get, uint8_t family, mnl_cb_t each, void *data);

#endif /* ARPCTL_NFT_H */
