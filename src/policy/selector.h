/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Selectors: the devices that a policy applies to, and the fields of a device.
 *
 * A set of selectors belongs to a netns; its mutex covers every call here.
 */
#ifndef _ARPP_SELECTOR_H
#define _ARPP_SELECTOR_H

#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>

#include "policy/field.h"

/* The maximum number of tables of a device: of its name, of globs, and of "all". */
#define ARPP_SELECTOR_TABLES	(ARP_POLICY_ENTRY_GLOBS_MAX + 2)

/* In listing order; within a kind, the more specific first. */
enum arpp_selector_kind {
	ARPP_SELECTOR_ALL,
	ARPP_SELECTOR_DEFAULT,
	ARPP_SELECTOR_GLOB,
	ARPP_SELECTOR_NAME,
};

/**
 * struct arpp_selector_key - the name of a selector, and what its order depends on
 * @kind: the kind of selector
 * @literals: the number of literal characters of a glob
 * @name: the name as the user gave it
 */
struct arpp_selector_key {
	enum arpp_selector_kind kind;
	unsigned int literals;
	char name[ARP_POLICY_SELECTOR_MAX + 1];
};

struct arpp_plan;
struct arpp_tables;
struct arpp_selector_glob;

/**
 * struct arpp_selector - a selector and what is set on it
 * @node: in arpp_selectors.root, sorted by @key
 * @key: its name
 * @fields: its fields
 * @tables: its rules and bindings, or NULL
 * @plan: what is to change, while a change of several selectors is made
 *
 * A selector without fields and tables exists only while a change is made.
 */
struct arpp_selector {
	struct rb_node node;
	struct arpp_selector_key key;
	struct arpp_fields fields;
	struct arpp_tables *tables;
	struct arpp_plan *plan;
};

/**
 * struct arpp_selectors - the selectors of a netns
 * @root: of struct arpp_selector
 * @count: the number of selectors
 * @globs: the globs among them, the most specific first; each is matched against
 *	every device
 * @n_globs: the number of @globs
 * @entry_globs: the number of @globs with tables; a packet may need all of them
 * @hidden: the number of selectors with hidden on
 * @metered: the number of selectors with source-rate
 * @notified: the number of selectors with notify up or change
 * @ports: the number of selectors with trust or suppress, whatever their values
 */
struct arpp_selectors {
	struct rb_root root;
	unsigned int count;
	struct arpp_selector_glob *globs;
	unsigned int n_globs;
	unsigned int entry_globs;
	unsigned int hidden;
	unsigned int metered;
	unsigned int notified;
	unsigned int ports;
};

/**
 * struct arpp_resolved - the fields and tables that apply to a device
 * @fields: the effective fields
 * @origins: for each field that is set, the name of the selector that its value is
 *	from; valid while the selectors are unchanged
 * @n_tables: the number of @tables
 * @tables: its rules and bindings, the most specific selector's first
 */
struct arpp_resolved {
	struct arpp_fields fields;
	const char *origins[ARP_POLICY_FIELD_MAX + 1];
	unsigned int n_tables;
	struct arpp_tables *tables[ARPP_SELECTOR_TABLES];
};

/* The name of the selector that set a field, or NULL. */
static inline const char *arpp_resolved_origin(const struct arpp_resolved *r,
					       enum arp_policy_field f)
{
	return arpp_field_is_set(&r->fields, f) ? r->origins[f] : NULL;
}

/* Has a selector neither fields nor tables? */
static inline bool arpp_selector_is_empty(const struct arpp_selector *sel)
{
	return !sel->fields.set && !sel->tables;
}

int arpp_selector_parse(struct arpp_selector_key *key, const char *name,
			const char **why);
struct arpp_selector *
arpp_selector_find(const struct arpp_selectors *set,
		   const struct arpp_selector_key *key);
struct arpp_selector *
arpp_selector_next(const struct arpp_selectors *set,
		   const struct arpp_selector_key *prev);
struct arpp_selector *arpp_selector_add(struct arpp_selectors *set,
					const struct arpp_selector_key *key);
void arpp_selector_set(struct arpp_selectors *set, struct arpp_selector *sel,
		       const struct arpp_fields *fields);
bool arpp_selector_takes_tables(const struct arpp_selectors *set,
				const struct arpp_selector *sel);
void arpp_selector_set_tables(struct arpp_selectors *set,
			      struct arpp_selector *sel,
			      struct arpp_tables *tables);
void arpp_selector_prune(struct arpp_selectors *set, struct arpp_selector *sel);
void arpp_selector_flush(struct arpp_selectors *set);
void arpp_selector_resolve(const struct arpp_selectors *set, const char *dev,
			   struct arpp_resolved *r);

/* The next selector in listing order, or NULL. */
static inline struct arpp_selector *
arpp_selector_after(const struct arpp_selector *sel)
{
	return rb_entry_safe(rb_next(&sel->node), struct arpp_selector, node);
}

/* Iterate over all selectors in listing order; the set must not change. */
#define arpp_for_each_selector(sel, set)				\
	for ((sel) = arpp_selector_next(set, NULL); (sel);		\
	     (sel) = arpp_selector_after(sel))

#endif /* _ARPP_SELECTOR_H */
