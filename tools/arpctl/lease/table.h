/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of bindings: for each address and selector, what is wanted and what the kernel
 * has.
 *
 * A pure data structure. A binding whose two sides differ is in the list of changed
 * ones, so that a change of one lease costs as much with ten leases as with 100,000.
 */
#ifndef ARPCTL_LEASE_TABLE_H
#define ARPCTL_LEASE_TABLE_H

#include <linux/arp_policy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

/* A binding that does not expire. */
#define BINDING_FOREVER UINT64_MAX

/* What the kernel has in its place. */
enum binding_present {
	BINDING_ABSENT,
	BINDING_DYNAMIC,
	BINDING_STATIC,		/* is never touched */
};

/**
 * struct binding - an address on a selector
 * @prefix: the address; other lengths than 32 are never wanted
 * @selector: the selector, at most ARP_POLICY_SELECTOR_MAX bytes
 * @wanted: it is to be bound, to @lladdr and until @expiry
 * @lladdr: the MAC that it is to be bound to
 * @expiry: in ms of CLOCK_REALTIME, or BINDING_FOREVER
 * @left: table_end() has set @expiry, because it was not repeated
 * @present: what the kernel has
 * @is_any: the kernel's binding is for any MAC
 * @there: the kernel's MAC otherwise
 * @next: in the same slot of the hash table
 * @round: the number of the last table_begin() at which it was wanted
 * @changed: it is in the table's list of changed ones
 */
struct binding {
	struct prefix prefix;
	char selector[ARP_POLICY_SELECTOR_MAX + 1];

	bool wanted;
	uint8_t lladdr[LLADDR_LEN];
	uint64_t expiry;
	bool left;

	enum binding_present present;
	bool is_any;
	uint8_t there[LLADDR_LEN];

	struct binding *next;
	uint32_t round;
	bool changed;
};

/**
 * struct table - bindings by address and selector
 * @slots: the hash table
 * @size: how many slots it has: 0, or a power of two
 * @n: how many bindings it has
 * @wanted: how many of them are wanted
 * @changes: bindings whose two sides may differ
 * @n_changes: how many
 * @keep: nothing is deleted that was never wanted
 * @round: counts calls of table_begin()
 * @soonest: no wanted binding expires before
 */
struct table {
	struct binding **slots;
	size_t size;
	size_t n;
	size_t wanted;
	struct binding **changes;
	size_t n_changes;
	bool keep;
	uint32_t round;
	uint64_t soonest;
};

void table_init(struct table *table);
void table_free(struct table *table);

/* The binding of one address, or NULL. */
struct binding *table_find(const struct table *table, uint32_t address,
			   const char *selector);

/*
 * Wants an address to be bound; wants it no longer. table_want() returns false without
 * memory; then nothing has changed.
 */
bool table_want(struct table *table, uint32_t address, const char *selector,
		const uint8_t lladdr[LLADDR_LEN], uint64_t expiry);
void table_drop(struct table *table, struct binding *binding);

/*
 * Between the two, the caller repeats table_want() for everything that it wants. What is
 * not repeated expires at the time that table_end() is given, or earlier.
 */
void table_begin(struct table *table);
void table_end(struct table *table, uint64_t expiry);

/* Drops what has expired by now. */
void table_expire(struct table *table, uint64_t now);

/*
 * Before the kernel's side is filled again by table_present(), which returns false
 * without memory.
 */
void table_reload(struct table *table);
bool table_present(struct table *table, struct prefix prefix, const char *selector,
		   enum binding_present present, const uint8_t *lladdr);

/*
 * Reduces the list of changed bindings to those that differ, first those that the kernel
 * is to delete. Return: how many there are. No binding that was found before may be used
 * any longer: this frees those that neither side has.
 */
size_t table_changes(struct table *table);

/* The kernel has what is wanted for the first n changes now. */
void table_done(struct table *table, size_t n);

/* Calls each for all bindings, of either side. */
void table_each(const struct table *table,
		void (*each)(void *data, const struct binding *binding), void *data);

#endif /* ARPCTL_LEASE_TABLE_H */
