// SPDX-License-Identifier: GPL-2.0-only
/* A table of bindings: a hash table with chains, and the list of changed ones. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "lease/table.h"

#define MIN_SIZE 64

void table_init(struct table *table)
{
	*table = (struct table){ .soonest = BINDING_FOREVER };
}

void table_free(struct table *table)
{
	struct binding *b, *next;
	size_t i;

	for (i = 0; i < table->size; i++) {
		for (b = table->slots[i]; b; b = next) {
			next = b->next;
			free(b);
		}
	}
	free(table->slots);
	free(table->changes);
	table_init(table);
}

/* FNV-1a of the selector, and Fibonacci hashing: addresses are often consecutive. */
static size_t slot_of(const struct table *table, struct prefix prefix,
		      const char *selector)
{
	uint64_t key = (uint64_t)prefix.address << 8 | prefix.length;
	uint32_t hash = 2166136261U;

	for (; *selector; selector++)
		hash = (hash ^ (uint8_t)*selector) * 16777619U;
	key = (key ^ (uint64_t)hash << 24) * 0x9e3779b97f4a7c15U;
	return (size_t)(key >> 32) & (table->size - 1);
}

static struct binding *find(const struct table *table, struct prefix prefix,
			    const char *selector)
{
	struct binding *b;

	if (!table->size)
		return NULL;
	for (b = table->slots[slot_of(table, prefix, selector)]; b; b = b->next)
		if (b->prefix.address == prefix.address &&
		    b->prefix.length == prefix.length &&
		    !strcmp(b->selector, selector))
			return b;
	return NULL;
}

struct binding *table_find(const struct table *table, uint32_t address,
			   const char *selector)
{
	return find(table, (struct prefix){ address, 32 }, selector);
}

static void link_in(struct table *table, struct binding *b)
{
	struct binding **slot = &table->slots[slot_of(table, b->prefix, b->selector)];

	b->next = *slot;
	*slot = b;
}

static bool grow(struct table *table)
{
	struct table old = *table;
	struct binding *b, *next;
	size_t i;

	if (table->n < table->size)
		return true;
	table->size = old.size ? old.size * 2 : MIN_SIZE;
	table->slots = calloc(table->size, sizeof(struct binding *));
	if (!table->slots) {
		*table = old;
		return false;
	}
	for (i = 0; i < old.size; i++) {
		for (b = old.slots[i]; b; b = next) {
			next = b->next;
			link_in(table, b);
		}
	}
	free(old.slots);
	return true;
}

/* Finds the binding, or adds one that neither side has. Return: NULL without memory. */
static struct binding *get(struct table *table, struct prefix prefix,
			   const char *selector)
{
	struct binding *b = find(table, prefix, selector);

	if (b || !grow(table))
		return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->prefix = prefix;
	snprintf(b->selector, sizeof(b->selector), "%s", selector);
	link_in(table, b);
	table->n++;
	return b;
}

static void unlink_and_free(struct table *table, struct binding *gone)
{
	struct binding **at = &table->slots[slot_of(table, gone->prefix, gone->selector)];

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	table->n--;
	free(gone);
}

/* Puts it on the list of changed ones. */
static bool touch(struct table *table, struct binding *b)
{
	struct binding **last;

	if (b->changed)
		return true;
	last = LIST_ADD(table->changes, table->n_changes);
	if (!last)
		return false;
	*last = b;
	b->changed = true;
	return true;
}

bool table_want(struct table *table, uint32_t address, const char *selector,
		const uint8_t lladdr[LLADDR_LEN], uint64_t expiry)
{
	struct binding *b = get(table, (struct prefix){ address, 32 }, selector);
	bool same = b && b->wanted && !memcmp(b->lladdr, lladdr, LLADDR_LEN);

	if (!b || (!same && !touch(table, b)))
		return false;
	table->wanted += !b->wanted;
	b->wanted = true;
	b->expiry = expiry;
	b->left = false;
	b->round = table->round;
	memcpy(b->lladdr, lladdr, LLADDR_LEN);
	if (expiry < table->soonest)
		table->soonest = expiry;
	return true;
}

/*
 * Without memory for the list it stays wanted, which its next expiry mends: to bind for
 * too long is better than to end the program, which would do so as well.
 */
void table_drop(struct table *table, struct binding *binding)
{
	if (!binding->wanted)
		return;
	if (!touch(table, binding)) {
		binding->expiry = 0;
		table->soonest = 0;
		return;
	}
	binding->wanted = false;
	table->wanted--;
}

void table_begin(struct table *table)
{
	table->round++;
}

#define for_each_binding(i, b, table)					\
	for ((i) = 0; (i) < (table)->size; (i)++)			\
		for ((b) = (table)->slots[i]; (b); (b) = (b)->next)

void table_end(struct table *table, uint64_t expiry)
{
	struct binding *b;
	size_t i;

	for_each_binding(i, b, table) {
		if (!b->wanted || b->round == table->round)
			continue;
		if (expiry < b->expiry) {
			b->expiry = expiry;
			b->left = true;
		}
		if (b->expiry < table->soonest)
			table->soonest = b->expiry;
	}
}

void table_expire(struct table *table, uint64_t now)
{
	struct binding *b;
	size_t i;

	if (now < table->soonest)
		return;
	table->soonest = BINDING_FOREVER;
	for_each_binding(i, b, table) {
		if (b->wanted && b->expiry <= now)
			table_drop(table, b);
		else if (b->wanted && b->expiry < table->soonest)
			table->soonest = b->expiry;
	}
}

void table_reload(struct table *table)
{
	struct binding *b;
	size_t i;

	for_each_binding(i, b, table) {
		b->present = BINDING_ABSENT;
		/* Without memory, table_present() of it will say so. */
		(void)touch(table, b);
	}
}

bool table_present(struct table *table, struct prefix prefix, const char *selector,
		   enum binding_present present, const uint8_t *lladdr)
{
	struct binding *b = get(table, prefix, selector);

	if (!b || !touch(table, b))
		return false;
	b->present = present;
	b->is_any = !lladdr;
	if (lladdr)
		memcpy(b->there, lladdr, LLADDR_LEN);
	return true;
}

/* Whether the kernel's side must change, to what is wanted. */
static bool differs(const struct binding *b)
{
	switch (b->present) {
	case BINDING_ABSENT:
		return b->wanted;
	case BINDING_DYNAMIC:
		return !b->wanted || b->is_any ||
		       memcmp(b->there, b->lladdr, LLADDR_LEN) != 0;
	default:
		return false;
	}
}

/* Deletions first: they make room. Then in the order of addresses. */
static int by_change(const void *a, const void *b)
{
	const struct binding *x = *(struct binding *const *)a;
	const struct binding *y = *(struct binding *const *)b;

	if (x->wanted != y->wanted)
		return x->wanted - y->wanted;
	if (x->prefix.address != y->prefix.address)
		return ntohl(x->prefix.address) < ntohl(y->prefix.address) ? -1 : 1;
	return strcmp(x->selector, y->selector);
}

/* One that was wanted had an expiry. */
static bool is_kept(const struct table *table, const struct binding *b)
{
	return table->keep && !b->wanted && !b->expiry;
}

size_t table_changes(struct table *table)
{
	struct binding *b;
	size_t i, n = 0;

	for (i = 0; i < table->n_changes; i++) {
		b = table->changes[i];
		if (differs(b) && !is_kept(table, b)) {
			table->changes[n++] = b;
			continue;
		}
		b->changed = false;
		if (!b->wanted && b->present == BINDING_ABSENT)
			unlink_and_free(table, b);
	}
	table->n_changes = n;
	LIST_SORT(table->changes, n, by_change);
	return n;
}

void table_done(struct table *table, size_t n)
{
	struct binding *b;
	size_t i;

	for (i = 0; i < n; i++) {
		b = table->changes[i];
		b->present = b->wanted ? BINDING_DYNAMIC : BINDING_ABSENT;
		b->is_any = false;
		memcpy(b->there, b->lladdr, LLADDR_LEN);
	}
}

void table_each(const struct table *table,
		void (*each)(void *data, const struct binding *binding), void *data)
{
	struct binding *b;
	size_t i;

	for_each_binding(i, b, table)
		each(data, b);
}
