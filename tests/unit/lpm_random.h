/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs that test the prefix table share. */
#ifndef UNIT_LPM_RANDOM_H
#define UNIT_LPM_RANDOM_H

#include "policy/lpm.h"

static u64 random_state = 1;

static u32 rnd(void)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state ^ random_state >> 29) >> 32;
}

static inline u32 mask_of(unsigned int len)
{
	return len ? ~0U << (32 - len) : 0;
}

/* The value and the length of a lookup's result, without its other bits. */
static inline u64 plain(u64 found)
{
	return found ? arpp_lpm_value(found) << ARPP_LPM_VALUE |
		       arpp_lpm_len(found) : 0;
}

/* The prefix behind another one, in the order of an iterator; 0 at the end. */
static inline u64 lpm_next(const struct arpp_lpm *t, u32 prefix, int len,
			   struct arpp_lpm_node *node)
{
	struct arpp_lpm_iter it;

	arpp_lpm_iter_begin(&it, t, prefix, len);
	return arpp_lpm_iter_next(&it, node);
}

#endif /* UNIT_LPM_RANDOM_H */
