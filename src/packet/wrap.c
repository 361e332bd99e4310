// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a frame carries: ARP, plain or behind tags and SNAP.
 *
 * Bytes only; any context.
 *
 *   type of the frame  ->  [ tag type | TCI ]*  ->  type   Ethernet II
 *                                               ->  length, LLC aa aa 03,
 *                                                   OUI, type           SNAP
 *
 * A type below 1536 is a length, or one of the kernel's own numbers for LLC.
 */
#include <linux/string.h>

#include "packet/wrap.h"

#define TAG_LEN		4	/* TCI and the next type */

static __be16 be16_at(const u8 *at)
{
	__be16 value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* RFC 1042, or the bridge tunnel encapsulation of IEEE 802.1H. */
static bool is_snap(const u8 *at)
{
	static const u8 rfc1042[] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };
	static const u8 tunnel[] = { 0xaa, 0xaa, 0x03, 0, 0, 0xf8 };

	return !memcmp(at, rfc1042, sizeof(rfc1042)) ||
	       !memcmp(at, tunnel, sizeof(tunnel));
}

/**
 * arpp_wrap_parse() - find ARP in a frame
 * @tag: the tag in the frame's metadata, or none; if there is none, set to the first
 *	tag in the data
 * @type: the type of what follows the Ethernet header, as in skb->protocol
 * @data: what follows the Ethernet header
 * @len: its length
 * @whole: the frame ends there
 *
 * Return: what the frame carries. For ARPP_WRAP_ARP, the packet is at the start of
 *	@data, or four bytes later if @tag->in_data.
 */
enum arpp_wrapping arpp_wrap_parse(struct arpp_tag *tag, __be16 type,
				   const u8 *data, unsigned int len, bool whole)
{
	/* If the data ends before the type is found. */
	const enum arpp_wrapping cut_off = whole ? ARPP_WRAP_OTHER : ARPP_WRAP_NESTED;
	unsigned int tags = tag->proto ? 1 : 0, at = 0;
	bool snap = false;

	for (;;) {
		if (arpp_wrap_is_tag(type)) {
			if (at + TAG_LEN > len)
				return cut_off;
			if (!tags++) {
				tag->proto = type;
				tag->tci = ntohs(be16_at(data + at));
				tag->in_data = true;
			}
			type = be16_at(data + at + 2);
			at += TAG_LEN;
		} else if (ntohs(type) < ETH_P_802_3_MIN) {
			if (at + ARPP_SNAP_LEN > len)
				return cut_off;
			if (!is_snap(data + at))
				return ARPP_WRAP_OTHER;
			snap = true;
			type = be16_at(data + at + 6);
			at += ARPP_SNAP_LEN;
		} else {
			break;
		}
	}
	if (type != htons(ETH_P_ARP))
		return ARPP_WRAP_OTHER;
	return tags > 1 || snap ? ARPP_WRAP_NESTED : ARPP_WRAP_ARP;
}
