// SPDX-License-Identifier: GPL-2.0-only
/* One change of the policy: out of a command's arguments, and into a message. */
#ifndef ARPCTL_CHANGE_H
#define ARPCTL_CHANGE_H

#include "wire/entry.h"
#include "wire/fields.h"

struct args;
struct nl;

struct change {
	enum arp_policy_op op;
	const char *selector;		/* of DEV_SET and DEV_DEL */
	struct field_values values;
	uint32_t unset;			/* fields, as 1 << field */
	struct entry entry;		/* of the other ops */
};

/*
 * From the arguments of dev set (OP_DEV_SET), dev unset (OP_DEV_DEL; if fields are
 * named, it becomes OP_DEV_SET), and add, replace or del of rule and bind.
 */
int change_parse(const struct args *args, enum arp_policy_op op,
		 struct change *change);

/* The selector that it sets something for; NULL if it only removes. */
const char *change_sets(const struct change *change);

/* Into a message of a transaction; and sent as a command of its own. */
void change_put(struct nlmsghdr *nlh, const struct change *change);
int change_send(struct nl *nl, const struct change *change);

#endif /* ARPCTL_CHANGE_H */
