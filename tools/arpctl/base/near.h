// SPDX-License-Identifier: GPL-2.0-only
/* Near misses: the word that a mistyped one was probably meant to be. */
#ifndef ARPCTL_NEAR_H
#define ARPCTL_NEAR_H

#include <stddef.h>

struct near {
	const char *typed;
	const char *best;	/* the nearest candidate, NULL if none is near */
	unsigned int distance;	/* its distance */
};

void near_init(struct near *near, const char *typed);

/* Offers a candidate. Among equally near ones, the first is kept. */
void near_try(struct near *near, const char *candidate);

#endif /* ARPCTL_NEAR_H */
