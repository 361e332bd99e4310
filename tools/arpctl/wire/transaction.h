// SPDX-License-Identifier: GPL-2.0-only
/*
 * A transaction: many changes in one step, or none of them.
 *
 * It begins with the first message that is full, or at its end: until then the kernel
 * is not contacted.
 */
#ifndef ARPCTL_TRANSACTION_H
#define ARPCTL_TRANSACTION_H

#include <linux/arp_policy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/print.h"
#include "wire/nl_refusal.h"

struct change;
struct nl;

struct transaction {
	/* All of these are set before the first change. */
	struct nl *nl;
	enum arp_policy_transaction kind;
	const uint32_t *generation;	/* that the policy must have; NULL: any */
	/*
	 * Sets the place of a change, by its number from 0; field is the one that it
	 * sets and that was refused, or 0.
	 */
	void (*where)(void *data, size_t change, unsigned int field,
		      struct place *place);
	void *data;
	/*
	 * If not NULL: set instead of a message if the commit was refused because of
	 * what the policy contains by now.
	 */
	bool *conflict;
	/* A refusal is not printed; the next three have it. where may be NULL then. */
	bool quiet;

	/* The last refusal; err is 0 if the kernel refused nothing. */
	int err;
	char text[REFUSAL_TEXT];
	size_t failed;		/* the change at fault, SIZE_MAX: none or unknown */

	/* The rest is private. */
	bool begun;
	size_t first, n;	/* changes: before this message, and all */
	struct place place;
	bool placed;
};

/* Adds a change. */
int transaction_add(struct transaction *t, const struct change *change);

/*
 * Commits if the status is STATUS_OK; drops the transaction otherwise, and if the
 * commit is refused. A change transaction without changes does nothing.
 */
int transaction_end(struct transaction *t, int status);

#endif /* ARPCTL_TRANSACTION_H */
