/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Token buckets: of a device, and of each source of packets.
 *
 * Lock-free; any context.
 */
#ifndef _ARPP_RATE_H
#define _ARPP_RATE_H

#include <linux/atomic.h>
#include <linux/types.h>

struct arpp_sources;

bool arpp_rate_over(atomic64_t *meter, u32 rate, u32 burst, u64 now, bool ask);
struct arpp_sources *arpp_sources_alloc(void);
void arpp_sources_free(struct arpp_sources *sources);
bool arpp_source_over(struct arpp_sources *sources, const u8 *lladdr,
		      unsigned int len, int ifindex, u32 rate, u64 now,
		      bool ask);

#endif /* _ARPP_RATE_H */
