/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a frame carries: ARP, plain or behind tags and SNAP.
 *
 * Bytes only; any context. A Linux host strips every 802.1Q and 802.1ad tag of VID 0 and
 * learns from the ARP inside, so a filter that looks at the Ethernet type alone misses it.
 */
#ifndef _ARPP_WRAP_H
#define _ARPP_WRAP_H

#include <linux/if_ether.h>
#include <linux/types.h>

/* How many bytes behind the Ethernet header are examined: fifteen tags and a type. */
#define ARPP_WRAP_LEN	64
/* LLC, OUI and the next type */
#define ARPP_SNAP_LEN	8

enum arpp_wrapping {
	ARPP_WRAP_OTHER,	/* not ARP */
	ARPP_WRAP_ARP,		/* ARP, behind one tag at most */
	ARPP_WRAP_NESTED,	/* ARP behind more than that, or too many tags to tell */
	ARPP_WRAP_CHANGING,	/* a checksum will be written where that is decided */
};

/**
 * struct arpp_tag - the outermost VLAN tag of a frame
 * @proto: ETH_P_8021Q or ETH_P_8021AD; 0: there is no tag
 * @tci: priority and VID
 * @in_data: the tag is in the frame's data, not in its metadata
 */
struct arpp_tag {
	__be16 proto;
	u16 tci;
	bool in_data;
};

enum arpp_wrapping arpp_wrap_parse(struct arpp_tag *tag, __be16 type,
				   const u8 *data, unsigned int len, bool whole);

static inline bool arpp_wrap_is_tag(__be16 type)
{
	return type == htons(ETH_P_8021Q) || type == htons(ETH_P_8021AD);
}

#endif /* _ARPP_WRAP_H */
