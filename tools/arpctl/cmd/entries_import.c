// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind import: bindings from lease files, in one step.
 *
 * With sync they are dynamic, and those of the same selector that are no longer leased
 * are deleted.
 */

#include <errno.h>
#include <linux/arp_policy.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/selector.h"
#include "cmd/entries_import.h"
#include "cmd/entries_leases.h"
#include "command.h"
#include "lease/owner.h"
#include "policy/policy.h"
#include "wire/netns.h"
#include "wire/transaction.h"

/* The lease of an address. */
struct leased {
	const struct lease *lease;
	const struct lease_files *files;
	size_t order;			/* number of its FILE */
	bool done;			/* bound already, or to something static */
};

struct importer {
	struct ctx *ctx;
	const char *selector;
	enum lease_format format;
	bool sync;
	struct lease_files *files;	/* by FILE */
	size_t n_files;
	struct leased *leased;		/* by address, one for each */
	size_t n_leased;
	const struct leased **changes;	/* by change, NULL: a deletion */
	size_t n_changes;
	size_t kept;			/* static bindings that were not replaced */
	size_t removed;
};

static int read_file(void *data, const char *name)
{
	struct importer *im = data;
	struct lease_files *files = LIST_ADD(im->files, im->n_files);
	int status;

	if (!files)
		return no_memory();
	status = lease_files_read(name, im->format, files);
	if (status)
		return status;
	entries_warn_unread(files);
	if (leases_none(&files->leases))
		warning("%s holds no lease", name);
	return STATUS_OK;
}

static int by_address(const void *a, const void *b)
{
	const struct leased *x = a, *y = b;
	uint32_t left = x->lease->address, right = y->lease->address;

	if (left != right)
		return left < right ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* Collects the leases of all files; of several for an address, the last FILE's. */
static int collect(struct importer *im)
{
	struct leased *l;
	size_t i, k, n = 0;

	for (i = 0; i < im->n_files; i++) {
		for (k = 0; k < im->files[i].leases.n; k++) {
			l = LIST_ADD(im->leased, im->n_leased);
			if (!l)
				return no_memory();
			l->lease = &im->files[i].leases.list[k];
			l->files = &im->files[i];
			l->order = i;
		}
	}
	LIST_SORT(im->leased, im->n_leased, by_address);
	for (i = 0; i < im->n_leased; i++) {
		l = &im->leased[i];
		if (i + 1 == im->n_leased ||
		    l[1].lease->address != l->lease->address)
			im->leased[n++] = *l;
	}
	im->n_leased = n;
	return STATUS_OK;
}

/* How many leases make no binding, and how many of them are not understood. */
static size_t skipped(const struct importer *im, size_t *unread)
{
	size_t i, n = 0;

	*unread = 0;
	for (i = 0; i < im->n_files; i++) {
		n += im->files[i].leases.skipped + im->files[i].leases.n;
		*unread += im->files[i].leases.unread;
	}
	return n + *unread - im->n_leased + im->kept;
}

/* Files without a lease are more likely truncated than true. */
static int check_empty(const struct importer *im)
{
	bool none = true;
	size_t i;

	for (i = 0; i < im->n_files; i++)
		none &= leases_none(&im->files[i].leases);
	if (!im->sync || !none || args_get(im->ctx->args, "force"))
		return STATUS_OK;
	return usage_error("%s: there is no lease at all: with force, sync removes every dynamic binding of \"%s\"",
			   im->ctx->args->title, im->selector);
}

static void where(void *data, size_t change, unsigned int field,
		  struct place *place)
{
	const struct importer *im = data;
	const struct leased *l = im->changes[change];

	(void)field;
	place->file = l ? l->files->names[l->lease->file] : im->selector;
	place->line = l ? l->lease->line : 0;
}

static int add_change(struct importer *im, struct transaction *t,
		      const struct leased *leased, const struct change *change)
{
	const struct leased **last = LIST_ADD(im->changes, im->n_changes);

	if (!last)
		return no_memory();
	*last = leased;
	return transaction_add(t, change);
}

static int add_binding(struct importer *im, struct transaction *t,
		       const struct leased *l)
{
	struct change change = {
		.op = ARP_POLICY_OP_ENTRY_REPLACE,
		.entry = {
			.selector = im->selector,
			.prefix = { l->lease->address, 32 },
			.table = ARP_POLICY_TABLE_BINDING,
			.has_lladdr = true,
			.dynamic = im->sync,
		},
	};

	memcpy(change.entry.lladdr, l->lease->lladdr, LLADDR_LEN);
	return add_change(im, t, l, &change);
}

static int add_removal(struct importer *im, struct transaction *t,
		       const struct entry *binding)
{
	struct change change = {
		.op = ARP_POLICY_OP_ENTRY_DEL, .entry = *binding,
	};

	im->removed++;
	return add_change(im, t, NULL, &change);
}

/* The lease of exactly this prefix, or NULL. */
static struct leased *find(const struct importer *im,
			   const struct entry *binding)
{
	const struct lease lease = { .address = binding->prefix.address };
	const struct leased key = { .lease = &lease };
	size_t i = LIST_FROM(im->leased, im->n_leased, &key, by_address);

	return binding->prefix.length == 32 && i < im->n_leased &&
	       im->leased[i].lease->address == lease.address ?
	       &im->leased[i] : NULL;
}

/* Compares a binding with the leases. */
static int take_binding(struct importer *im, struct transaction *t,
			const struct entry *binding)
{
	struct leased *l = find(im, binding);

	if (!l)
		return binding->dynamic ? add_removal(im, t, binding) : STATUS_OK;
	if (!binding->dynamic)
		im->kept++;
	l->done = !binding->dynamic ||
		  (binding->has_lladdr &&
		   !memcmp(binding->lladdr, l->lease->lladdr, LLADDR_LEN));
	return STATUS_OK;
}

static int add_all(struct importer *im, struct transaction *t,
		   const struct policy *present)
{
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < im->n_leased; i++)
		im->leased[i].done = false;
	for (i = 0; !status && i < present->n_entries; i++)
		status = take_binding(im, t, &present->entries[i]);
	for (i = 0; !status && i < im->n_leased; i++)
		if (!im->leased[i].done)
			status = add_binding(im, t, &im->leased[i]);
	return status;
}

/* Without sync, existing bindings do not matter: leases replace them. */
static int try_import(struct importer *im, bool *conflict)
{
	const struct policy_query query = {
		.entries = { im->selector, TABLES_BINDINGS, false },
	};
	struct transaction t = {
		.nl = &im->ctx->nl, .kind = ARP_POLICY_TRANSACTION_CHANGE,
		.where = where, .data = im, .conflict = conflict,
	};
	struct policy present = { 0 };
	int status = STATUS_OK;

	im->n_changes = 0;
	im->kept = 0;
	im->removed = 0;
	if (im->sync)
		status = policy_list(t.nl, &present, &query);
	if (!status)
		status = add_all(im, &t, &present);
	status = transaction_end(&t, status);
	policy_free(&present);
	return status;
}

/* Starts again if others have changed these bindings meanwhile. */
static int import(struct importer *im)
{
	int tries = NL_TRIES, status;
	bool conflict = false;

	/* Also if there is nothing to do: the module may be missing. */
	status = nl_connected(&im->ctx->nl);
	if (status)
		return status;
	do {
		conflict = false;
		status = try_import(im, --tries ? &conflict : NULL);
	} while (conflict);
	return status;
}

/* A program that keeps these bindings would undo this. */
static int check_owner(const struct importer *im)
{
	pid_t pid;
	int status = netns_enter(&im->ctx->nl.netns);

	if (status || !im->sync || args_get(im->ctx->args, "force") ||
	    !owner_runs(im->selector, &pid))
		return status;
	if (!pid)
		return failure("another arpctl may keep the dynamic bindings of \"%s\", which only its user or root can tell; force imports them nevertheless",
			       im->selector);
	return failure("the dynamic bindings of \"%s\" are kept by another arpctl, process %ld, which would undo this; force imports them nevertheless",
		       im->selector, (long)pid);
}

static int print_result(const struct importer *im)
{
	struct printer *out = &im->ctx->out;
	size_t unread, left = skipped(im, &unread);

	pr_open(out, NULL, '{');
	pr_text(out, "imported ");
	pr_num(out, "imported", STYLE_VALUE, 0, im->n_leased - im->kept, NULL);
	pr_text(out, ", skipped ");
	pr_num(out, "skipped", STYLE_VALUE, 0, left, NULL);
	if (im->sync) {
		pr_text(out, ", removed ");
		pr_num(out, "removed", STYLE_VALUE, 0, im->removed, NULL);
	}
	pr_text(out, "\n");
	pr_close(out, '}');
	return unread && !im->n_leased ? STATUS_FAILED : STATUS_OK;
}

static void free_all(struct importer *im)
{
	size_t i;

	for (i = 0; i < im->n_files; i++)
		lease_files_free(&im->files[i]);
	free(im->files);
	free(im->leased);
	free(im->changes);
}

int bind_import(struct ctx *ctx)
{
	const struct args *args = ctx->args;
	struct importer im = {
		.ctx = ctx, .sync = args_get(args, "sync"),
		.selector = args_get(args, "SELECTOR") ?: EVERYWHERE,
	};
	int status;

	if (args_get(args, "force") && !im.sync)
		return usage_error("%s: force goes with sync", args->title);
	status = entries_format(args, &im.format);
	if (!status)
		status = args_selects(args, im.selector);
	if (!status)
		status = args_each(args, "FILE", read_file, &im);
	if (!status)
		status = collect(&im);
	if (!status)
		status = check_empty(&im);
	if (!status)
		status = policy_check_selector(&ctx->nl, im.selector);
	if (!status)
		status = check_owner(&im);
	if (!status)
		status = import(&im);
	if (!status)
		status = print_result(&im);
	free_all(&im);
	return status;
}
