// SPDX-License-Identifier: GPL-2.0-only
/* Selectors: all, default, a shell glob or the name of a device. */
#ifndef ARPCTL_SELECTOR_H
#define ARPCTL_SELECTOR_H

#include <net/if.h>
#include <stdbool.h>

/* The selector of rules and bindings that name none. */
#define EVERYWHERE "all"

/* Asked for each entry that is sent; strcmp() takes 20 instructions more. */
static inline bool is_everywhere(const char *selector)
{
	return selector[0] == 'a' && selector[1] == 'l' && selector[2] == 'l' &&
	       !selector[3];
}

/* In the order of listings. */
enum selector_kind {
	SELECTOR_ALL,
	SELECTOR_DEFAULT,
	SELECTOR_GLOB,
	SELECTOR_NAME,
};

enum selector_kind selector_kind(const char *selector);

/* Why it can select no device, ever; NULL if it can. */
const char *selector_fault(const char *selector);

/* The order of listings, as strcmp(); the more specific of two globs comes first. */
int selector_cmp(const char *a, const char *b);

/* Whether it selects the device. */
bool selector_matches(const char *selector, const char *dev);

/* The selector that matches only this device: its name may look like a glob. */
#define DEV_SELECTOR	(2UL * IFNAMSIZ)
const char *dev_selector(const char *dev, char buf[DEV_SELECTOR]);

#endif /* ARPCTL_SELECTOR_H */
