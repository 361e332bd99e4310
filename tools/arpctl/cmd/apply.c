// SPDX-License-Identifier: GPL-2.0-only
/*
 * apply: changes of the policy from a file, in one step.
 *
 * The order of the changes matters, so each is sent as it is read. Of each, only the line
 * is kept, and each selector once.
 */

#include <stdlib.h>

#include "base/list.h"
#include "command.h"
#include "policy/policy.h"
#include "wire/transaction.h"

struct apply {
	struct transaction transaction;
	const char *file;
	uint32_t *lines;	/* by change */
	size_t n;
	struct policy selectors;	/* an entry for each that something is set for */
};

static void where(void *data, size_t change, unsigned int field,
		  struct place *place)
{
	const struct apply *a = data;

	(void)field;
	place->file = a->file;
	place->line = change < a->n ? a->lines[change] : 0;
}

/* Remembers the line, and the selector if something is set for it. */
static int keep(struct apply *a, const struct change *change, uint32_t line)
{
	struct entry entry = { .selector = change_sets(change), .line = line };
	uint32_t *last = LIST_ADD(a->lines, a->n);
	bool there;

	if (!last)
		return no_memory();
	*last = line;
	if (entry.selector && !policy_entry(&a->selectors, &entry, &there))
		return STATUS_FAILED;
	return STATUS_OK;
}

static int take(void *data, const struct change *change, struct place *place)
{
	struct apply *a = data;
	int status;

	status = keep(a, change, (uint32_t)place->line);
	if (status)
		return status;
	/* What the kernel refuses is in an earlier line than this one. */
	place_leave(place);
	status = transaction_add(&a->transaction, change);
	place_enter(place);
	return status;
}

static int apply(struct ctx *ctx)
{
	struct apply a = {
		.transaction = {
			.nl = &ctx->nl, .kind = ARP_POLICY_TRANSACTION_CHANGE,
			.where = where,
		},
		.file = args_first(ctx->args),
	};
	int status;

	a.transaction.data = &a;
	status = changes_read(a.file, take, &a);
	if (!status && a.n)
		status = policy_check_altnames(&ctx->nl, &a.selectors, a.file);
	status = transaction_end(&a.transaction, status);
	policy_free(&a.selectors);
	free(a.lines);
	return status;
}

static const struct command commands[] = {
	{ "", "FILE|-", "make the changes in a file in one step, all or none of them",
	  apply },
	{ 0 }
};

const struct object apply_object = {
	"apply", "make the changes in a file", commands
};
