/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Token buckets: of a device, and of each source of packets.
 *
 * Lock-free; any context.
 */
#ifndef _ARPP_RATE_H
#define _ARPP_RATE_H

#include <linux/atomic.h>
#include <linux/if_ether.h>
#include <linux/jiffies.h>
#include <linux/string.h>
#include <linux/types.h>

#include "policy/tables.h"

struct arpp_sources;

bool arpp_rate_exceeded(atomic64_t *meter, u32 rate, u32 burst, u64 now, bool dry_run);
struct arpp_sources *arpp_sources_alloc(void);
void arpp_sources_free(struct arpp_sources *sources);
u64 arpp_source_digest(const struct arpp_sources *sources, const u8 *lladdr,
		       unsigned int len);
bool arpp_source_exceeded(struct arpp_sources *sources, s64 source_id, u32 rate, u64 now,
			  bool dry_run);

/*
 * The time for buckets that are full after no less than a second: exact to a tick, and
 * 40 instructions less than ktime_get_ns().
 */
static inline u64 arpp_rate_tick(void)
{
	return get_jiffies_64() * TICK_NSEC;
}

/**
 * arpp_source_id() - the id of a source
 * @sources: the sources of the netns
 * @lladdr: the source's hardware address
 * @len: the length of the address in bytes
 * @user: the source_user of the receiving device, see struct arpp_netns
 *
 * Return: the id, never 0.
 */
static inline s64 arpp_source_id(const struct arpp_sources *sources,
				 const u8 *lladdr, unsigned int len,
				 u16 user)
{
	u64 id = likely(len == ETH_ALEN) ? arpp_lladdr_number(lladdr) :
					   arpp_source_digest(sources, lladdr, len);

	return (s64)(id ^ (u64)user << 48) ?: 1;
}

#endif /* _ARPP_RATE_H */
