/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of src/compat.h that src/policy/lpm.c needs. */
#include "kshim.h"

static inline void arpp_atomic64_set_release(atomic64_t *v, s64 i)
{
	if (IS_ENABLED(CONFIG_64BIT)) {
		atomic64_set_release(v, i);
	} else {
		smp_mb();
		atomic64_set(v, i);
	}
}
