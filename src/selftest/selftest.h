/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Self-tests that a build with ARPP_SELFTEST=1 runs when it is loaded.
 *
 * Process context, before anything is registered. tests/unit does more.
 */
#ifndef _ARPP_SELFTEST_H
#define _ARPP_SELFTEST_H

#ifdef ARPP_SELFTEST
int arpp_selftest_lpm(void);
int arpp_selftest_glob(void);
int arpp_selftest_reuse(void);
#else
static inline int arpp_selftest_glob(void)
{
	return 0;
}

static inline int arpp_selftest_lpm(void)
{
	return 0;
}

static inline int arpp_selftest_reuse(void)
{
	return 0;
}
#endif

#endif /* _ARPP_SELFTEST_H */
