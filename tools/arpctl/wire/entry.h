// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules and bindings: in words and on the wire.
 *
 * A binding is treated as a rule for one address that has nothing but a lladdr.
 */
#ifndef ARPCTL_ENTRY_H
#define ARPCTL_ENTRY_H

#include <linux/arp_policy.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/parse.h"

struct args;
struct nl;
struct printer;

/* The arguments of rule add and bind add. */
#define RULE_ARGS "ACTION PREFIX [from] [dev SELECTOR] [lladdr MAC] [routed]"
#define BIND_ARGS "ADDRESS lladdr MAC [dev SELECTOR]"

/* In the order of listings. */
enum entry_table {
	ENTRY_TARGET,		/* a rule for targets */
	ENTRY_SENDER,		/* a rule for senders */
	ENTRY_BINDING,
};

struct entry {
	const char *selector;
	struct prefix prefix;	/* of a binding, with length 32 */
	uint8_t table;
	uint8_t action;		/* of a rule, enum arp_policy_action */
	bool routed;
	bool has_lladdr;
	bool gone;		/* deleted; policy_sort() removes it */
	uint8_t lladdr[LLADDR_LEN];
	uint32_t line;		/* of its file, from 1; 0: none */
};

struct action {
	const char *name;	/* NULL ends the table */
	const char *what;
	enum arp_policy_action value;
	bool from;		/* allowed for senders */
	bool proxy;		/* takes lladdr and routed */
};

extern const struct action actions[];

const char *action_name(uint8_t value);

/* From the arguments of add, replace or del. */
int rule_parse(const struct args *args, struct entry *rule);
int bind_parse(const struct args *args, struct entry *binding);

/* From a nest of a message; strings point into it. */
void rule_read(struct entry *rule, const struct nlattr *nest);
void bind_read(struct entry *binding, const struct nlattr *nest);

/* Into a message, as an attribute of this type. */
void entry_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *entry);

/* Adds or deletes an entry, or replaces one. */
int entry_change(struct nl *nl, uint8_t cmd, bool replace,
		 const struct entry *entry);

/*
 * Prints the members; as text, the words that add takes. If width is not 0 they are in
 * columns, and it is that of the prefix or address.
 */
void entry_print(struct printer *out, const struct entry *entry, int width);
void rule_print_nest(struct printer *out, const struct nlattr *nest);
void bind_print_nest(struct printer *out, const struct nlattr *nest);

#endif /* ARPCTL_ENTRY_H */
