// SPDX-License-Identifier: GPL-2.0-only
/* Entries, which are rules and bindings: in words and on the wire. */
#ifndef ARPCTL_ENTRY_H
#define ARPCTL_ENTRY_H

#include <linux/arp_policy.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/parse.h"

struct args;
struct nl;
struct nl_reply;
struct printer;

/* The arguments of add, replace and del of the objects. */
#define RULE_ARGS "ACTION PREFIX [from] [dev SELECTOR] [lladdr MAC] [routed]"
#define RULE_DEL_ARGS \
	"[ACTION] PREFIX [from] [dev SELECTOR] [lladdr MAC] [routed]"
#define BIND_ARGS "PREFIX lladdr MAC|any [dev SELECTOR] [dynamic]"
#define BIND_DEL_ARGS "PREFIX [lladdr MAC|any] [dev SELECTOR] [dynamic]"

/* Sets of tables: of rules, and of bindings. */
#define TABLES_RULES	(1U << ARP_POLICY_TABLE_TARGET | \
			 1U << ARP_POLICY_TABLE_SENDER)
#define TABLES_BINDINGS	(1U << ARP_POLICY_TABLE_BINDING)
#define TABLES_ALL	(TABLES_RULES | TABLES_BINDINGS)

struct entry {
	const char *selector;
	struct prefix prefix;
	uint8_t table;		/* enum arp_policy_table; also the order of listings */
	uint8_t action;		/* of a rule, enum arp_policy_action */
	bool routed : 1;
	bool has_lladdr : 1;
	bool any : 1;		/* of a binding: any lladdr */
	bool dynamic : 1;
	bool gone : 1;		/* deleted; policy_sort() removes it */
	uint8_t lladdr[LLADDR_LEN];
	uint32_t line;		/* of its file, from 1; 0: none */
};

/* Which entries to list or delete. */
struct entry_filter {
	const char *selector;	/* exactly this one; NULL: any */
	uint32_t tables;	/* a set of them */
	bool dynamic;		/* only dynamic bindings */
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

/* The tables of the object rule or bind. */
uint32_t entry_tables(const struct args *args);

/* From the arguments of add, replace or del of the object rule or bind. */
int entry_parse(const struct args *args, struct entry *entry);

/* From a nest of a message; strings point into it. */
void entry_read(struct entry *entry, const struct nlattr *nest);

/* Into a message, as an attribute of this type. */
void entry_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *entry);

/* Whether the filter lets an entry through; and the filter into the request. */
bool entry_fits(const struct entry_filter *filter, const struct entry *entry);
int entry_put_filter(struct nl *nl, const struct entry_filter *filter);

/* Requests all entries that fit. */
int entry_dump(struct nl *nl, const struct entry_filter *filter,
	       struct nl_reply *reply);

/* "10.0.0.1" for a binding of one address; in all other cases with the length. */
void entry_prefix_text(const struct entry *entry, char buf[PREFIX_TEXT]);

/*
 * Prints the members; as text, the words that add takes. If width is not 0 they are in
 * columns, and it is that of the prefix.
 */
void entry_print(struct printer *out, const struct entry *entry, int width);
void entry_print_nest(struct printer *out, const struct nlattr *nest);

/*
 * Print the entry that decided on a packet, after @lead: in JSON, a rule as "rule", else
 * null; a binding as "binding". @nest may be NULL: none did.
 */
void entry_print_cause(struct printer *out, const struct nlattr *nest, const char *lead);

#endif /* ARPCTL_ENTRY_H */
