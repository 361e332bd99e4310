// SPDX-License-Identifier: GPL-2.0-only
/* A whole policy in memory. */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/print.h"
#include "base/selector.h"
#include "policy/policy.h"

#define FIRST_SLOTS 64

static void *null_no_memory(void)
{
	(void)no_memory();
	return NULL;
}

/* The first slot for a hash, by its high bits. */
static size_t first_slot(const struct policy_index *index, uint32_t hash)
{
	return ((uint64_t)hash * index->size) >> 32;
}

static size_t next_slot(const struct policy_index *index, size_t slot)
{
	return (slot + 1) & (index->size - 1);
}

static void index_put(struct policy_index *index, uint32_t hash, uint32_t number)
{
	size_t slot = first_slot(index, hash);

	while (index->slots[slot])
		slot = next_slot(index, slot);
	index->slots[slot] = number;
}

/*
 * Makes room for number n; half of the slots stay empty. If *grown, the table is empty
 * now and all numbers must be put in again.
 */
static bool index_room(struct policy_index *index, size_t n, bool *grown)
{
	size_t size = index->size ? index->size : FIRST_SLOTS;

	*grown = false;
	if (n * 2 <= index->size)
		return true;
	/* With a factor of two, putting them in again takes three times as long. */
	while (size < n * 2)
		size *= 4;
	free(index->slots);
	index->slots = calloc(size, sizeof(*index->slots));
	index->size = index->slots ? size : 0;
	*grown = true;
	return index->slots || null_no_memory();
}

void policy_free(struct policy *policy)
{
	size_t i;

	for (i = 0; i < policy->n_names; i++)
		free(policy->names[i].text);
	free(policy->names);
	free(policy->by_name.slots);
	free(policy->devs);
	free(policy->entries);
	free(policy->by_key.slots);
	memset(policy, 0, sizeof(*policy));
}

static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619;
	/* The last characters differ most and affect only the low bits so far. */
	return hash * 2654435769U;
}

static struct policy_name *find_name(const struct policy *policy,
				     const char *text, uint32_t hash)
{
	const struct policy_index *index = &policy->by_name;
	struct policy_name *name;
	size_t slot;

	if (!index->size)
		return NULL;
	for (slot = first_slot(index, hash); index->slots[slot];
	     slot = next_slot(index, slot)) {
		name = &policy->names[index->slots[slot] - 1];
		if (name->hash == hash && !strcmp(name->text, text))
			return name;
	}
	return NULL;
}

static struct policy_name *add_name(struct policy *policy, const char *text,
				    uint32_t hash)
{
	struct policy_name *name = LIST_ADD(policy->names, policy->n_names);
	size_t n = policy->n_names, i;
	bool grown;

	if (!name)
		return null_no_memory();
	name->hash = hash;
	name->text = strdup(text);
	if (!name->text) {
		policy->n_names--;
		return null_no_memory();
	}
	if (!index_room(&policy->by_name, n, &grown))
		return NULL;
	for (i = grown ? 0 : n - 1; i < n; i++)
		index_put(&policy->by_name, policy->names[i].hash,
			  (uint32_t)i + 1);
	return name;
}

static struct policy_name *get_name(struct policy *policy, const char *text)
{
	struct policy_name *name;
	uint32_t hash;

	/* Usually the same name as before. */
	if (policy->n_names &&
	    !strcmp(policy->names[policy->last_name].text, text))
		return &policy->names[policy->last_name];
	hash = hash_text(text);
	name = find_name(policy, text, hash);
	if (!name)
		name = add_name(policy, text, hash);
	if (name)
		policy->last_name = (size_t)(name - policy->names);
	return name;
}

struct policy_dev *policy_dev(struct policy *policy, const char *selector,
			      bool *there)
{
	struct policy_name *name = get_name(policy, selector);
	struct policy_dev *dev;

	if (!name)
		return NULL;
	*there = name->dev;
	if (*there)
		return &policy->devs[name->dev - 1];
	dev = LIST_ADD(policy->devs, policy->n_devs);
	if (!dev)
		return null_no_memory();
	dev->selector = name->text;
	name->dev = (uint32_t)policy->n_devs;
	return dev;
}

/* Hashes the key: table, prefix and selector. */
static uint32_t hash_key(const struct entry *e)
{
	uint64_t key = (uint64_t)e->prefix.address << 16 |
		       (uint64_t)e->prefix.length << 8 | e->table;

	key ^= (uint64_t)(uintptr_t)e->selector * 0x9e3779b97f4a7c15;
	key = (key ^ key >> 29) * 0xbf58476d1ce4e5b9;
	return (uint32_t)(key >> 32);
}

static bool same_key(const struct entry *a, const struct entry *b)
{
	return a->prefix.address == b->prefix.address &&
	       a->prefix.length == b->prefix.length && a->table == b->table &&
	       a->selector == b->selector;
}

/* The order of what a selector has. */
static int compare_in_table(const struct entry *x, const struct entry *y)
{
	uint32_t a = ntohl(x->prefix.address), b = ntohl(y->prefix.address);

	if (x->table != y->table)
		return x->table - y->table;
	if (a != b)
		return a < b ? -1 : 1;
	return x->prefix.length - y->prefix.length;
}

static struct entry *add_entry(struct policy *policy, const struct entry *e)
{
	size_t n = policy->n_entries;
	struct entry *entries = list_more(policy->entries, n, sizeof(*entries));

	if (!entries)
		return null_no_memory();
	policy->entries = entries;
	policy->n_entries++;
	entries[n] = *e;
	return &entries[n];
}

/*
 * Whether an entry is new because it comes after all that its selector has: as long as
 * this is true, no index is needed. Dumps and saved files are in this order.
 */
static bool is_next(const struct policy *policy, const struct policy_name *name,
		    const struct entry *e)
{
	const struct entry *last;

	if (policy->by_key.size)
		return false;
	if (!name->listed)
		return true;
	last = &policy->entries[policy->n_entries - 1];
	return e->selector == last->selector && compare_in_table(last, e) < 0;
}

/* Room for one more in the index, and the index itself if it is the first time. */
static bool entry_room(struct policy *policy)
{
	size_t n = policy->n_entries, i;
	bool grown;

	if (!index_room(&policy->by_key, n + 1, &grown))
		return false;
	for (i = grown ? 0 : n; i < n; i++)
		index_put(&policy->by_key, hash_key(&policy->entries[i]),
			  (uint32_t)i + 1);
	return true;
}

/* The slot of the entry, or the free one for it. */
static uint32_t *entry_slot(const struct policy *policy, const struct entry *e)
{
	const struct policy_index *index = &policy->by_key;
	size_t slot;

	for (slot = first_slot(index, hash_key(e)); index->slots[slot];
	     slot = next_slot(index, slot))
		if (same_key(&policy->entries[index->slots[slot] - 1], e))
			break;
	return &index->slots[slot];
}

struct entry *policy_entry(struct policy *policy, const struct entry *entry,
			   bool *there)
{
	struct policy_name *name = get_name(policy, entry->selector);
	struct entry e = *entry, *added;
	uint32_t *slot;

	*there = false;
	if (!name)
		return NULL;
	e.selector = name->text;
	if (is_next(policy, name, &e)) {
		name->listed = true;
		return add_entry(policy, &e);
	}
	if (!entry_room(policy))
		return NULL;
	slot = entry_slot(policy, &e);
	*there = *slot;
	if (*there)
		return &policy->entries[*slot - 1];
	added = add_entry(policy, &e);
	if (added)
		*slot = (uint32_t)policy->n_entries;
	return added;
}

int policy_dev_cmp(const void *a, const void *b)
{
	const struct policy_dev *x = a, *y = b;

	return selector_cmp(x->selector, y->selector);
}

int policy_entry_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order;

	/* All rules come before all bindings. */
	order = (x->table == ARP_POLICY_TABLE_BINDING) -
		(y->table == ARP_POLICY_TABLE_BINDING);
	if (!order && x->selector != y->selector)
		order = selector_cmp(x->selector, y->selector);
	return order ? order : compare_in_table(x, y);
}

/* Removes entries that were deleted. */
static void settle(struct policy *policy)
{
	size_t i, n = 0;

	for (i = 0; i < policy->n_devs; i++)
		if (policy->devs[i].values.set)
			policy->devs[n++] = policy->devs[i];
	policy->n_devs = n;
	for (i = n = 0; i < policy->n_entries; i++)
		if (!policy->entries[i].gone)
			policy->entries[n++] = policy->entries[i];
	policy->n_entries = n;
}

/* The kernel dumps entries in this order, except for bindings after rules. */
static bool is_sorted(const struct policy *policy)
{
	size_t i;

	for (i = 1; i < policy->n_entries; i++)
		if (policy_entry_cmp(&policy->entries[i - 1], &policy->entries[i]) > 0)
			return false;
	return true;
}

void policy_sort(struct policy *policy)
{
	settle(policy);
	LIST_SORT(policy->devs, policy->n_devs, policy_dev_cmp);
	if (!is_sorted(policy))
		LIST_SORT(policy->entries, policy->n_entries, policy_entry_cmp);
}

int policy_prefix_cmp(const struct entry *x, const struct entry *y)
{
	if (x->table != y->table)
		return x->table - y->table;
	if (x->prefix.address != y->prefix.address)
		return x->prefix.address < y->prefix.address ? -1 : 1;
	return x->prefix.length - y->prefix.length;
}

static int by_prefix(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = policy_prefix_cmp(x, y);

	return order ? order : selector_cmp(x->selector, y->selector);
}

static int by_text(const void *a, const void *b)
{
	const struct policy_name *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static void sort_names(struct policy *policy)
{
	struct policy_index *index = &policy->by_name;
	struct policy_name *name = policy->names;
	size_t i;

	LIST_SORT(policy->names, policy->n_names, by_text);
	if (index->size)
		memset(index->slots, 0, index->size * sizeof(*index->slots));
	for (i = 0; i < policy->n_names; i++, name++) {
		index_put(index, name->hash, (uint32_t)i + 1);
		name->dev = 0;
		name->rules = 0;
		name->bindings = 0;
	}
}

void policy_index(struct policy *policy)
{
	struct policy_name *name;
	size_t i;

	settle(policy);
	LIST_SORT(policy->entries, policy->n_entries, by_prefix);
	sort_names(policy);
	/* All names are in the list, so get_name() needs no memory. */
	for (i = 0; i < policy->n_devs; i++)
		get_name(policy, policy->devs[i].selector)->dev = (uint32_t)i + 1;
	for (i = 0; i < policy->n_entries; i++) {
		name = get_name(policy, policy->entries[i].selector);
		if (policy->entries[i].table == ARP_POLICY_TABLE_BINDING)
			name->bindings++;
		else
			name->rules++;
	}
}

const struct policy_name *policy_name(const struct policy *policy,
				      const char *name)
{
	return find_name(policy, name, hash_text(name));
}

uint32_t policy_dev_line(const struct policy_dev *dev)
{
	uint32_t line = 0;
	const struct field *f;

	for (f = fields; f->name; f++)
		if (field_is_set(&dev->values, f) &&
		    (!line || dev->line[f->attr] < line))
			line = dev->line[f->attr];
	return line;
}
