/* SPDX-License-Identifier: GPL-2.0-only */
/* An assertion that ends the fuzzer, whatever NDEBUG is. */
#ifndef FUZZ_MUST_H
#define FUZZ_MUST_H

#include <stdio.h>
#include <stdlib.h>

#define MUST(what) do {							\
	if (!(what)) {							\
		fprintf(stderr, "assertion failed: %s\n", #what);	\
		abort();						\
	}								\
} while (0)

#endif /* FUZZ_MUST_H */
