// SPDX-License-Identifier: GPL-2.0-only
/* Rules: in words and on the wire. */
#ifndef ARPCTL_RULE_H
#define ARPCTL_RULE_H

#include <linux/arp_policy.h>
#include <linux/netlink.h>

#include "wire/entry.h"

struct args;
struct nl;
struct printer;

#define RULE_ARGS "ACTION PREFIX [from] [dev SELECTOR] [lladdr MAC] [routed]"

struct action {
	const char *name;	/* NULL ends the table */
	const char *what;
	enum arp_policy_action value;
	bool from;		/* allowed for senders */
	bool proxy;		/* takes lladdr and routed */
};

extern const struct action actions[];

const char *action_name(uint8_t value);

/* From the arguments of rule add, replace or del. */
int rule_parse(const struct args *args, struct entry *rule);

/* Into a message, as an attribute of this type; and from one. */
void rule_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *rule);
void rule_read(struct entry *rule, const struct nlattr *nest);

/* Adds or deletes a rule, or replaces one. */
int rule_change(struct nl *nl, uint8_t cmd, bool replace,
		const struct entry *rule);

/*
 * Prints the members of a rule; as text, the words that rule add takes, in columns if
 * the prefix has a width.
 */
void rule_print(struct printer *out, const struct entry *rule, int width);
void rule_print_nest(struct printer *out, const struct nlattr *nest);

#endif /* ARPCTL_RULE_H */
