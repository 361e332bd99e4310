/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules and bindings: the tables of a selector.
 *
 * Readers: RCU. Writers: the netns's mutex. Readers reach a struct arpp_tables only
 * through struct arpp_device. It is freed a grace period after the last of these that
 * points to it was replaced.
 */
#ifndef _ARPP_TABLES_H
#define _ARPP_TABLES_H

#include <linux/if_ether.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <linux/arp_policy.h>

#include "policy/lpm.h"
#include "policy/selector.h"

/* The kinds of entries, as in messages; each has a table of its own. */
enum arpp_table {
	ARPP_TABLE_TARGET = ARP_POLICY_TABLE_TARGET,
	ARPP_TABLE_SENDER = ARP_POLICY_TABLE_SENDER,
	ARPP_TABLE_BINDING = ARP_POLICY_TABLE_BINDING,
	ARPP_TABLES
};

/* The mask of all tables. */
#define ARPP_TABLES_ALL	(BIT(ARPP_TABLES) - 1)

/**
 * struct arpp_rule - a rule or a binding; in a table it is arpp_rule_value()
 * @node: its prefix
 * @action: enum arp_policy_action; rules only
 * @any: of a binding to remove: it must have no @lladdr
 * @has_lladdr: @lladdr is set; in a binding without, any MAC may use the address
 * @routed: answer only if the target is routed through another device; proxy rules only
 * @dynamic: a program learned it; bindings only
 * @lladdr: the MAC to answer with, or that the address is bound to
 */
struct arpp_rule {
	struct arpp_lpm_node node;
	u8 action : 4;
	u8 any : 1;
	u8 has_lladdr : 1;
	u8 routed : 1;
	u8 dynamic : 1;
	u8 lladdr[ETH_ALEN] __aligned(2);	/* for ether_addr_copy() */
};

/**
 * struct arpp_tables - the rules and bindings of a selector
 * @lpm: by enum arpp_table; allocated separately, see arpp_tables_make()
 * @key: the selector
 * @lent: mask of the tables that belong to another set, see arpp_tables_make()
 * @free: to free it
 */
struct arpp_tables {
	struct arpp_lpm *lpm[ARPP_TABLES];
	struct arpp_selector_key key;
	unsigned int lent;
	struct rcu_work free;
};

/**
 * struct arpp_match - the rule or binding that applies to an address
 * @rule: what the table returned, for arpp_match_rule(); 0 if there is none
 * @tables: the set that it is in
 * @table: the kind of entry
 * @addr: the address
 */
struct arpp_match {
	u64 rule;
	const struct arpp_tables *tables;
	enum arpp_table table;
	__be32 addr;
};

/* The number of entries in all tables. */
static inline unsigned int arpp_tables_count(const struct arpp_tables *tables)
{
	unsigned int i, count = 0;

	for (i = 0; tables && i < ARPP_TABLES; i++)
		count += tables->lpm[i]->count;
	return count;
}

/* A rule as the value in a table: the lladdr of 48 bits above these five bits. */
#define ARPP_RULE_ACTION	0x07
#define ARPP_RULE_LLADDR	0x08
#define ARPP_RULE_ROUTED	0x10	/* in a rule */
#define ARPP_RULE_DYNAMIC	0x10	/* in a binding */
#define ARPP_RULE_BITS		5

/* A lladdr as a number; its first byte is the lowest. */
static inline u64 arpp_lladdr_number(const u8 *lladdr)
{
	__le32 low;
	__le16 high;

	memcpy(&low, lladdr, sizeof(low));
	memcpy(&high, lladdr + sizeof(low), sizeof(high));
	return (u64)le16_to_cpu(high) << 32 | le32_to_cpu(low);
}

/* The lladdr that arpp_lladdr_number() made a number. */
static inline void arpp_lladdr_of(u64 number, u8 *lladdr)
{
	__le64 bytes = cpu_to_le64(number);

	memcpy(lladdr, &bytes, ETH_ALEN);
}

/**
 * arpp_rule_value() - encode a rule as the value in a table
 * @rule: the rule
 *
 * Return: the value; without a lladdr below ARPP_LPM_SMALL.
 */
static inline u64 arpp_rule_value(const struct arpp_rule *rule)
{
	u64 value = rule->action;

	if (rule->has_lladdr)
		value |= ARPP_RULE_LLADDR |
			 arpp_lladdr_number(rule->lladdr) << ARPP_RULE_BITS;
	if (rule->routed)
		value |= ARPP_RULE_ROUTED;
	return rule->dynamic ? value | ARPP_RULE_DYNAMIC : value;
}

/* The lladdr of a lookup's result, as by arpp_lladdr_number(). */
static inline u64 arpp_rule_lladdr(u64 found)
{
	return arpp_lpm_value(found) >> ARPP_RULE_BITS;
}

/* Has the binding of a lookup's result a lladdr, or may any MAC use the address? */
static inline bool arpp_binding_has_lladdr(u64 found)
{
	return arpp_lpm_value(found) & ARPP_RULE_LLADDR;
}

/* Is the binding of a lookup's result a dynamic one? */
static inline bool arpp_binding_is_dynamic(u64 found)
{
	return arpp_lpm_value(found) & ARPP_RULE_DYNAMIC;
}

/* The action of a lookup's result. */
static inline u8 arpp_rule_action(u64 found)
{
	return arpp_lpm_value(found) & ARPP_RULE_ACTION;
}

/**
 * arpp_rule_of() - decode the result of a lookup
 * @found: the result
 * @table: the kind of entry
 * @addr: an address that its prefix covers, host byte order
 *
 * Return: the rule.
 */
static inline struct arpp_rule arpp_rule_of(u64 found, enum arpp_table table,
					    u32 addr)
{
	bool binding = table == ARPP_TABLE_BINDING;
	u64 value = arpp_lpm_value(found);
	struct arpp_rule rule = {
		.node.len = arpp_lpm_len(found),
		.action = value & ARPP_RULE_ACTION,
		.has_lladdr = !!(value & ARPP_RULE_LLADDR),
		.routed = !binding && value & ARPP_RULE_ROUTED,
		.dynamic = binding && value & ARPP_RULE_DYNAMIC,
	};

	rule.node.prefix = addr & (u32)(~0ULL << (32 - rule.node.len));
	arpp_lladdr_of(arpp_rule_lladdr(found), rule.lladdr);
	return rule;
}

/* The rule of a match that is not empty. */
static inline struct arpp_rule arpp_match_rule(const struct arpp_match *match)
{
	return arpp_rule_of(match->rule, match->table, ntohl(match->addr));
}

/* Frees large objects a grace period after their last use. */
extern struct workqueue_struct *arpp_free_wq;

struct arpp_tables *arpp_tables_alloc(const struct arpp_selector_key *key,
				      struct mutex *lock);
struct arpp_tables *arpp_tables_make(const struct arpp_selector *sel,
				     struct arpp_lpm *const *lpm,
				     struct mutex *lock);
void arpp_tables_unmake(struct arpp_tables *made, const struct arpp_selector *sel,
			struct arpp_lpm *const *lpm);
void arpp_tables_free(struct arpp_tables *tables);
void arpp_tables_free_rcu(struct arpp_tables *tables);
int arpp_tables_init(void);
void arpp_tables_clean(void);

#endif /* _ARPP_TABLES_H */
