// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy as check looks at it: what is set, and what applies to a device.
 *
 * Read from the module if it is loaded, else empty. All strings live as long
 * as the policy.
 */
#ifndef ARPCTL_CHECK_POLICY_H
#define ARPCTL_CHECK_POLICY_H

#include <linux/arp_policy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nl.h"
#include "parse.h"
#include "policy.h"

struct ctx;

struct policy_device {
	uint32_t ifindex;
	uint32_t set;		/* fields, as bits */
	uint32_t value[ARP_POLICY_FIELD_MAX + 1];
	const char *origin[ARP_POLICY_FIELD_MAX + 1];
};

struct policy_selector {
	const char *name;
	uint32_t fields;	/* how many of each it has */
	uint32_t rules;
	uint32_t bindings;
};

/* A rule for targets, or a binding. */
struct policy_entry {
	struct prefix prefix;
	const char *selector;
	size_t order;		/* of two globs, the more specific comes first */
	uint8_t action;		/* of a rule */
	bool routed;		/* of a rule */
	const uint8_t *lladdr;	/* of a binding, LLADDR_LEN bytes */
};

struct policy_entries {
	struct policy_entry *list;	/* by prefix */
	size_t n;
};

struct check_policy {
	struct policy_device *devices;		/* by ifindex */
	struct policy_selector *selectors;	/* by name */
	size_t n_devices, n_selectors;
	struct policy_entries targets;
	struct policy_entries bindings;
	struct policy whole;			/* what the rest is made of */
	struct nl_reply effective;
};

/* To be freed whatever comes of it. */
int check_policy_read(struct ctx *ctx, struct check_policy *policy);
void check_policy_free(struct check_policy *policy);

/* What applies to a device; NULL if nothing does. */
const struct policy_device *policy_device(const struct check_policy *policy,
					  uint32_t ifindex);

/* What is set on a selector of this name; NULL if nothing is. */
const struct policy_selector *policy_selector(const struct check_policy *policy,
					      const char *name);

/* Whether the field is set for a device, which may be NULL, and to what. */
bool policy_field(const struct policy_device *device,
		  enum arp_policy_field field, uint32_t *value);

/* The entry that decides on a device about all of a prefix, or NULL. */
const struct policy_entry *policy_match(const struct policy_entries *entries,
					const char *dev, struct prefix prefix);

#endif /* ARPCTL_CHECK_POLICY_H */
