// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selectors: parse, store in order of listing, resolve a device's fields.
 *
 * Process context; the owner's mutex covers a set.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/glob.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "selector.h"

/* Characters that stand for themselves, or -1 for a bracket left open. */
static int glob_literals(const char *glob)
{
	const char *end;
	int n = 0;

	for (; *glob; glob++) {
		switch (*glob) {
		case '*':
		case '?':
			break;
		case '[':
			/* A ] that opens the class is a member: glob_match() */
			end = glob + 1 + (glob[1] == '!');
			if (!*end)
				return -1;
			end = strchr(end + 1, ']');
			if (!end)
				return -1;
			glob = end;
			break;
		case '\\':
			if (!glob[1])
				return -1;
			glob++;
			fallthrough;
		default:
			n++;
		}
	}
	return n;
}

/**
 * arpp_selector_parse() - tell what a selector is
 * @key: filled in
 * @name: "all", "default", a device name or a glob
 * @why: set, on refusal, to what is wrong with it and what would do
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
		literals = glob_literals(name);
		if (literals < 0) {
			*why = "glob has an open bracket or a lone backslash at its end";
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

/* Order of listings; of two globs the more specific comes first. */
static int key_cmp(const struct arpp_selector_key *a,
		   const struct arpp_selector_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->literals != b->literals)
		return a->literals > b->literals ? -1 : 1;
	return strcmp(a->name, b->name);
}

/**
 * arpp_selector_find() - the selector of a name
 * @set: where to look
 * @key: which one
 *
 * Return: the selector, or NULL when nothing is set on it.
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
 * arpp_selector_next() - the selector that follows a key in order of listing
 * @set: where to look
 * @prev: where the last one stood, whether or not it is still there; NULL for
 *	the first
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

/**
 * arpp_selector_add() - the selector of a name, made if need be
 * @set: where
 * @key: whose
 *
 * Return: the selector, or an ERR_PTR() of -ENOMEM, or -ENOSPC when the set is
 *	full. One that is new has nothing set: arpp_selector_prune() undoes it.
 */
struct arpp_selector *arpp_selector_add(struct arpp_selectors *set,
					const struct arpp_selector_key *key)
{
	struct rb_node **link = &set->root.rb_node, *parent = NULL;
	bool glob = key->kind == ARPP_SELECTOR_GLOB;
	struct arpp_selector *sel;

	sel = arpp_selector_find(set, key);
	if (sel)
		return sel;
	if (set->count >= ARP_POLICY_SELECTORS_MAX ||
	    (glob && set->globs >= ARP_POLICY_GLOBS_MAX))
		return ERR_PTR(-ENOSPC);
	sel = kzalloc(sizeof(*sel), GFP_KERNEL_ACCOUNT);
	if (!sel)
		return ERR_PTR(-ENOMEM);
	sel->key = *key;
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
	set->globs += glob;
	return sel;
}

/**
 * arpp_selector_set() - make a selector's fields these and no others
 * @set: where
 * @sel: the selector
 * @fields: all that shall be set
 */
void arpp_selector_set(struct arpp_selectors *set, struct arpp_selector *sel,
		       const struct arpp_fields *fields)
{
	set->hidden += fields->val[ARP_POLICY_FIELD_HIDDEN] -
		       sel->fields.val[ARP_POLICY_FIELD_HIDDEN];
	sel->fields = *fields;
}

/**
 * arpp_selector_prune() - remove a selector that has nothing left
 * @set: where
 * @sel: which one; nothing happens when it has fields or tables
 */
void arpp_selector_prune(struct arpp_selectors *set, struct arpp_selector *sel)
{
	if (sel->fields.set || sel->tables)
		return;
	set->count--;
	set->globs -= sel->key.kind == ARPP_SELECTOR_GLOB;
	rb_erase(&sel->node, &set->root);
	kfree(sel);
}

/**
 * arpp_selector_flush() - remove every selector
 * @set: where; the tables are the caller's to free
 */
void arpp_selector_flush(struct arpp_selectors *set)
{
	struct arpp_selector *sel, *next;

	rbtree_postorder_for_each_entry_safe(sel, next, &set->root, node)
		kfree(sel);
	*set = (struct arpp_selectors){ .root = RB_ROOT };
}

/* Take from @sel what no more specific selector has set. */
static void inherit(const struct arpp_selector *sel, struct arpp_fields *fields,
		    const char **origins)
{
	enum arp_policy_field f;

	arpp_for_each_field(f) {
		if (!arpp_field_is_set(&sel->fields, f) ||
		    arpp_field_is_set(fields, f))
			continue;
		arpp_field_set(fields, f, sel->fields.val[f]);
		if (origins)
			origins[f] = sel->key.name;
	}
}

/* Raise to @sel's values what is less strict. */
static void raise(const struct arpp_selector *sel, struct arpp_fields *fields,
		  const char **origins)
{
	enum arp_policy_field f;

	arpp_for_each_field(f) {
		u32 val = sel->fields.val[f];

		if (!arpp_field_is_set(&sel->fields, f))
			continue;
		if (arpp_field_is_set(fields, f)) {
			val = arpp_field_stricter(f, val, fields->val[f]);
			if (val == fields->val[f])
				continue;
		}
		arpp_field_set(fields, f, val);
		if (origins)
			origins[f] = sel->key.name;
	}
}

/* The selectors of a device but all, the most specific first. */
static const struct arpp_selector *
more_general(const struct arpp_selectors *set, const char *dev,
	     const struct arpp_selector *than)
{
	const struct arpp_selector *sel;
	struct arpp_selector_key key;

	if (!than) {
		key = (struct arpp_selector_key){ .kind = ARPP_SELECTOR_NAME };
		strscpy(key.name, dev, sizeof(key.name));
		sel = arpp_selector_find(set, &key);
		if (sel)
			return sel;
	}
	if (than && than->key.kind == ARPP_SELECTOR_DEFAULT)
		return NULL;

	/* Globs stand together; none sorts before this key. */
	key = (struct arpp_selector_key){ .kind = ARPP_SELECTOR_GLOB,
					  .literals = UINT_MAX };
	if (than && than->key.kind == ARPP_SELECTOR_GLOB)
		key = than->key;
	for (sel = arpp_selector_next(set, &key);
	     sel && sel->key.kind == ARPP_SELECTOR_GLOB;
	     sel = arpp_selector_next(set, &sel->key))
		if (glob_match(sel->key.name, dev))
			return sel;

	key = (struct arpp_selector_key){ .kind = ARPP_SELECTOR_DEFAULT,
					  .name = "default" };
	return arpp_selector_find(set, &key);
}

static const struct arpp_selector *all(const struct arpp_selectors *set)
{
	static const struct arpp_selector_key key = {
		.kind = ARPP_SELECTOR_ALL, .name = "all",
	};

	return arpp_selector_find(set, &key);
}

/**
 * arpp_selector_resolve() - what applies to a device
 * @set: the selectors of its netns
 * @dev: the device's name
 * @fields: filled in
 * @origins: when not NULL, the name of the selector that made each value of
 *	@fields, by field; good while the set is unchanged
 */
void arpp_selector_resolve(const struct arpp_selectors *set, const char *dev,
			   struct arpp_fields *fields, const char **origins)
{
	const struct arpp_selector *sel = NULL;

	memset(fields, 0, sizeof(*fields));
	while ((sel = more_general(set, dev, sel)) != NULL)
		inherit(sel, fields, origins);
	sel = all(set);
	if (sel)
		raise(sel, fields, origins);
}

/**
 * arpp_selector_tables() - which rules and bindings hold on a device
 * @set: the selectors of its netns
 * @dev: the device's name
 * @tables: filled in, the most specific selector's first; may be NULL
 * @room: how many fit into @tables
 *
 * "default" has no tables, so they end with those of "all".
 *
 * Return: how many there are, even if they do not fit.
 */
unsigned int arpp_selector_tables(const struct arpp_selectors *set,
				  const char *dev, struct arpp_tables **tables,
				  unsigned int room)
{
	const struct arpp_selector *sel = NULL;
	unsigned int n = 0;

	while ((sel = more_general(set, dev, sel)) != NULL)
		if (sel->tables && n++ < room)
			tables[n - 1] = sel->tables;
	sel = all(set);
	if (sel && sel->tables && n++ < room)
		tables[n - 1] = sel->tables;
	return n;
}
