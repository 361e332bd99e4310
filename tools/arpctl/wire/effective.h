// SPDX-License-Identifier: GPL-2.0-only
/* Effective policy of a device: its fields, and the selectors they come from. */
#ifndef ARPCTL_EFFECTIVE_H
#define ARPCTL_EFFECTIVE_H

#include "wire/fields.h"

struct nlmsghdr;

/* The strings point into the message. */
struct effective {
	uint32_t ifindex;
	const char *dev;
	struct field_values values;
	const char *origin[ARP_POLICY_FIELD_MAX + 1];
};

void effective_read(struct effective *effective, const struct nlmsghdr *msg);

/* Whether the field is set for a device, which may be NULL, and to what. */
bool effective_field(const struct effective *effective,
		     enum arp_policy_field field, uint32_t *value);

#endif /* ARPCTL_EFFECTIVE_H */
