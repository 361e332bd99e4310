// SPDX-License-Identifier: GPL-2.0-only
/* Which rule or binding of a policy decides on a device, as the kernel finds it. */

#include <string.h>

#include "base/selector.h"
#include "policy/policy.h"

/* The first entry that does not sort before the key's prefix. */
static const struct entry *find_prefix(const struct policy *policy,
				       const struct entry *key)
{
	size_t low = 0, high = policy->n_entries, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (policy_prefix_cmp(&policy->entries[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return policy->entries + low;
}

/* The entry of exactly this prefix: the device's own, else a glob's, else all's. */
static const struct entry *match_exactly(const struct policy *policy,
					 const char *dev,
					 const struct entry *key)
{
	const struct entry *e = find_prefix(policy, key), *all = NULL, *glob = NULL;
	const struct entry *end = policy->entries + policy->n_entries;

	for (; e < end && !policy_prefix_cmp(e, key); e++) {
		if (!strcmp(e->selector, dev))
			return e;
		if (is_everywhere(e->selector))
			all = e;
		else if (!glob && selector_matches(e->selector, dev))
			glob = e;
	}
	return glob ? glob : all;
}

const struct entry *policy_match(const struct policy *policy,
				 enum arp_policy_table table, const char *dev,
				 struct prefix prefix)
{
	struct entry key = { .table = (uint8_t)table, .prefix = prefix };
	const struct entry *entry = NULL;
	int length;

	for (length = prefix.length; !entry && length >= 0; length--) {
		key.prefix.length = (uint8_t)length;
		key.prefix = prefix_masked(key.prefix);
		entry = match_exactly(policy, dev, &key);
	}
	return entry;
}
