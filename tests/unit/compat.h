/* SPDX-License-Identifier: GPL-2.0-only */
/* What src/policy/lpm.c needs of src/compat.h. */
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
