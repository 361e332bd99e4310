// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selectors: parse, store in listing order, resolve for a device.
 *
 * Process context; the owner's mutex covers a set.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "policy/glob.h"
#include "policy/selector.h"

/**
 * struct arpp_selector_glob - a selector that is a glob
 * @sel: the selector; first, so that kfree() of it frees the whole
 * @next: the next glob in arpp_selectors.globs
 * @glob: its name, compiled
 */
struct arpp_selector_glob {
	struct arpp_selector sel;
	struct arpp_selector_glob *next;
	struct arpp_glob glob;
};

/**
 * arpp_selector_parse() - parse the name of a selector
 * @key: filled in
 * @name: "all", "default", a device name or a glob
 * @why: on failure, set to an error message
 *
 * Return: 0, or -EINVAL.
 */
int arpp_selector_parse(struct arpp_selector_key *key, const char *name,
			const char **why)
{
	int literals;

	memset(key, 0, sizeof(*key));
	if (strscpy(key->name, name, sizeof(key->name)) < 0) {
		*why = "selector is longer than 63 characters";
		return -EINVAL;
	}
	if (!strcmp(name, "all")) {
		key->kind = ARPP_SELECTOR_ALL;
	} else if (!strcmp(name, "default")) {
		key->kind = ARPP_SELECTOR_DEFAULT;
	} else if (strpbrk(name, "*?[\\")) {
		literals = arpp_glob_literals(name);
		if (literals < 0) {
			*why = "glob has an unclosed bracket or a trailing backslash";
			return -EINVAL;
		}
		if (strpbrk(name, "/: \t\n")) {
			*why = "glob matches no device: names have no slash, colon or space";
			return -EINVAL;
		}
		key->kind = ARPP_SELECTOR_GLOB;
		key->literals = literals;
	} else if (dev_valid_name(name)) {
		key->kind = ARPP_SELECTOR_NAME;
	} else {
		*why = "not all, default, a glob or a device name of 15 characters at most";
		return -EINVAL;
	}
	return 0;
}

/* The listing order. Of two globs, the more specific one comes first. */
static int key_cmp(const struct arpp_selector_key *a,
		   const struct arpp_selector_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	/* These are alone in their kind. */
	if (a->kind == ARPP_SELECTOR_ALL || a->kind == ARPP_SELECTOR_DEFAULT)
		return 0;
	if (a->literals != b->literals)
		return a->literals > b->literals ? -1 : 1;
	return strcmp(a->name, b->name);
}

/**
 * arpp_selector_find() - find a selector
 * @set: the selectors
 * @key: its key
 *
 * Return: the selector, or NULL if nothing is set on it.
 */
struct arpp_selector *
arpp_selector_find(const struct arpp_selectors *set,
		   const struct arpp_selector_key *key)
{
	struct rb_node *node = set->root.rb_node;

	while (node) {
		struct arpp_selector *sel =
			rb_entry(node, struct arpp_selector, node);
		int cmp = key_cmp(key, &sel->key);

		if (!cmp)
			return sel;
		node = cmp < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/**
 * arpp_selector_next() - find the selector that follows a key in listing order
 * @set: the selectors
 * @prev: the key, which need not be in the set; NULL for the first selector
 *
 * Return: the selector, or NULL after the last.
 */
struct arpp_selector *
arpp_selector_next(const struct arpp_selectors *set,
		   const struct arpp_selector_key *prev)
{
	struct rb_node *node = set->root.rb_node;
	struct arpp_selector *next = NULL;

	while (node) {
		struct arpp_selector *sel =
			rb_entry(node, struct arpp_selector, node);

		if (prev && key_cmp(prev, &sel->key) >= 0) {
			node = node->rb_right;
		} else {
			next = sel;
			node = node->rb_left;
		}
	}
	return next;
}

static bool is_glob(const struct arpp_selector *sel)
{
	return sel->key.kind == ARPP_SELECTOR_GLOB;
}

static struct arpp_selector_glob *glob_of(struct arpp_selector *sel)
{
	return container_of(sel, struct arpp_selector_glob, sel);
}

static struct arpp_selector *selector_alloc(const struct arpp_selector_key *key)
{
	bool glob = key->kind == ARPP_SELECTOR_GLOB;
	struct arpp_selector *sel;

	BUILD_BUG_ON(offsetof(struct arpp_selector_glob, sel));
	sel = kzalloc(glob ? sizeof(struct arpp_selector_glob) : sizeof(*sel),
		      GFP_KERNEL_ACCOUNT);
	if (!sel)
		return NULL;
	sel->key = *key;
	if (glob)
		arpp_glob_compile(&glob_of(sel)->glob, key->name);
	return sel;
}

/* The position of a glob in the list of globs, or where to insert it. */
static struct arpp_selector_glob **glob_place(struct arpp_selectors *set,
					      const struct arpp_selector *sel)
{
	struct arpp_selector_glob **at = &set->globs;

	while (*at && key_cmp(&(*at)->sel.key, &sel->key) < 0)
		at = &(*at)->next;
	return at;
}

static void add_glob(struct arpp_selectors *set, struct arpp_selector *sel)
{
	struct arpp_selector_glob **at = glob_place(set, sel);

	glob_of(sel)->next = *at;
	*at = glob_of(sel);
	set->n_globs++;
}

static void del_glob(struct arpp_selectors *set, struct arpp_selector *sel)
{
	*glob_place(set, sel) = glob_of(sel)->next;
	set->n_globs--;
}

/**
 * arpp_selector_add() - find or add a selector
 * @set: the selectors
 * @key: its key
 *
 * Return: the selector, or an ERR_PTR() of -ENOMEM, or -ENOSPC if the set is full. If
 *	a new one stays empty, the caller removes it with arpp_selector_prune().
 */
struct arpp_selector *arpp_selector_add(struct arpp_selectors *set,
					const struct arpp_selector_key *key)
{
	struct rb_node **link = &set->root.rb_node, *parent = NULL;
	struct arpp_selector *sel;

	sel = arpp_selector_find(set, key);
	if (sel)
		return sel;
	if (set->count >= ARP_POLICY_SELECTORS_MAX ||
	    (key->kind == ARPP_SELECTOR_GLOB &&
	     set->n_globs >= ARP_POLICY_GLOBS_MAX))
		return ERR_PTR(-ENOSPC);
	sel = selector_alloc(key);
	if (!sel)
		return ERR_PTR(-ENOMEM);
	while (*link) {
		parent = *link;
		if (key_cmp(key, &rb_entry(parent, struct arpp_selector,
					   node)->key) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&sel->node, parent, link);
	rb_insert_color(&sel->node, &set->root);
	set->count++;
	if (is_glob(sel))
		add_glob(set, sel);
	return sel;
}

/**
 * arpp_selector_set() - replace the fields of a selector
 * @set: the selectors
 * @sel: the selector
 * @fields: the new fields
 */
void arpp_selector_set(struct arpp_selectors *set, struct arpp_selector *sel,
		       const struct arpp_fields *fields)
{
	set->hidden += fields->val[ARP_POLICY_FIELD_HIDDEN] -
		       sel->fields.val[ARP_POLICY_FIELD_HIDDEN];
	set->metered += !!fields->val[ARP_POLICY_FIELD_SOURCE_RATE] -
			!!sel->fields.val[ARP_POLICY_FIELD_SOURCE_RATE];
	set->notified += !!fields->val[ARP_POLICY_FIELD_NOTIFY] -
			 !!sel->fields.val[ARP_POLICY_FIELD_NOTIFY];
	set->ports += !!(fields->set & ARPP_FIELDS_PORT) -
		      !!(sel->fields.set & ARPP_FIELDS_PORT);
	sel->fields = *fields;
}

/**
 * arpp_selector_takes_tables() - may a selector have rules and bindings?
 * @set: the selectors of the netns
 * @sel: a selector without tables
 *
 * A packet is looked up in the tables of each glob that matches its device, so the
 * number of globs with tables is limited.
 *
 * Return: whether it may.
 */
bool arpp_selector_takes_tables(const struct arpp_selectors *set,
				const struct arpp_selector *sel)
{
	return !is_glob(sel) || set->entry_globs < ARP_POLICY_ENTRY_GLOBS_MAX;
}

/**
 * arpp_selector_set_tables() - set or remove the tables of a selector
 * @set: the selectors of the netns
 * @sel: the selector
 * @tables: its new tables, or NULL; the caller owns the old ones
 */
void arpp_selector_set_tables(struct arpp_selectors *set,
			      struct arpp_selector *sel,
			      struct arpp_tables *tables)
{
	if (is_glob(sel))
		set->entry_globs += !!tables - !!sel->tables;
	sel->tables = tables;
}

/**
 * arpp_selector_prune() - remove a selector if it is empty
 * @set: the selectors
 * @sel: the selector; kept if it has fields or tables
 */
void arpp_selector_prune(struct arpp_selectors *set, struct arpp_selector *sel)
{
	if (!arpp_selector_is_empty(sel))
		return;
	set->count--;
	if (is_glob(sel))
		del_glob(set, sel);
	rb_erase(&sel->node, &set->root);
	kfree(sel);
}

/**
 * arpp_selector_flush() - remove all selectors
 * @set: the selectors; the caller frees their tables
 */
void arpp_selector_flush(struct arpp_selectors *set)
{
	struct arpp_selector *sel, *next;

	rbtree_postorder_for_each_entry_safe(sel, next, &set->root, node) {
		kfree(sel);
		cond_resched();
	}
	*set = (struct arpp_selectors){ .root = RB_ROOT };
}

/* The lowest field of a non-empty mask. */
static enum arp_policy_field first_field(u32 mask)
{
	return __ffs(mask);
}

/* Take the fields of @sel that no more specific selector has set. */
static void inherit(struct arpp_resolved *r, const struct arpp_selector *sel)
{
	u32 todo = sel->fields.set & ~r->fields.set;
	enum arp_policy_field f;

	for (; todo; todo &= todo - 1) {
		f = first_field(todo);
		arpp_field_set(&r->fields, f, sel->fields.val[f]);
		r->origins[f] = sel->key.name;
	}
}

/* Take the fields of @sel that are stricter. */
static void raise(struct arpp_resolved *r, const struct arpp_selector *sel)
{
	u32 todo = sel->fields.set;
	enum arp_policy_field f;
	u32 val;

	for (; todo; todo &= todo - 1) {
		f = first_field(todo);
		val = sel->fields.val[f];
		if (arpp_field_is_set(&r->fields, f)) {
			val = arpp_field_stricter(f, val, r->fields.val[f]);
			if (val == r->fields.val[f])
				continue;
		}
		arpp_field_set(&r->fields, f, val);
		r->origins[f] = sel->key.name;
	}
}

static void take_tables(struct arpp_resolved *r, const struct arpp_selector *sel)
{
	if (sel->tables && !WARN_ON_ONCE(r->n_tables == ARPP_SELECTOR_TABLES))
		r->tables[r->n_tables++] = sel->tables;
}

static const struct arpp_selector *
find_name(const struct arpp_selectors *set, enum arpp_selector_kind kind,
	  const char *name)
{
	struct arpp_selector_key key = { .kind = kind };

	strscpy(key.name, name, sizeof(key.name));
	return arpp_selector_find(set, &key);
}

/**
 * arpp_selector_resolve() - resolve the fields and tables of a device
 * @set: the selectors of its netns
 * @dev: the device's name
 * @r: filled in
 *
 * Matches each glob once and does three lookups in the tree. The cost does not
 * depend on the contents of the globs. "default" has no tables.
 */
void arpp_selector_resolve(const struct arpp_selectors *set, const char *dev,
			   struct arpp_resolved *r)
{
	const struct arpp_selector_glob *glob;
	const struct arpp_selector *sel;

	memset(&r->fields, 0, sizeof(r->fields));
	r->n_tables = 0;

	sel = find_name(set, ARPP_SELECTOR_NAME, dev);
	if (sel) {
		inherit(r, sel);
		take_tables(r, sel);
	}
	for (glob = set->globs; glob; glob = glob->next) {
		if (!arpp_glob_match(&glob->glob, dev))
			continue;
		inherit(r, &glob->sel);
		take_tables(r, &glob->sel);
	}
	sel = find_name(set, ARPP_SELECTOR_DEFAULT, "default");
	if (sel)
		inherit(r, sel);
	sel = find_name(set, ARPP_SELECTOR_ALL, "all");
	if (sel) {
		raise(r, sel);
		take_tables(r, sel);
	}
}
