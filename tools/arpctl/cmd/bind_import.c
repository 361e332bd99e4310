// SPDX-License-Identifier: GPL-2.0-only
/* bind import: bindings that are read from lease files. */

#include <errno.h>
#include <linux/arp_policy.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/selector.h"
#include "cmd/bind_import.h"
#include "command.h"
#include "host/lease_files.h"
#include "wire/entry.h"

/* The bindings of one selector before an import, by address. */
struct bindings {
	struct entry *list;
	size_t n;
};

static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->prefix.address > y->prefix.address) -
	       (x->prefix.address < y->prefix.address);
}

static const struct entry *find_earlier(const struct bindings *bindings,
					const struct entry *binding)
{
	if (!bindings->n)
		return NULL;
	return bsearch(binding, bindings->list, bindings->n, sizeof(*binding),
		       by_address);
}

static int read_bindings(struct ctx *ctx, const char *selector,
			 struct bindings *bindings)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct entry *e;
	int status;

	status = nl_dump(&ctx->nl, ARP_POLICY_CMD_BIND_GET, ARP_POLICY_A_SELECTOR,
			 selector, &reply);
	if (status)
		goto free;
	nl_for_each(msg, &reply) {
		e = LIST_ADD(bindings->list, bindings->n);
		if (!e) {
			status = failure("%s", strerror(ENOMEM));
			goto free;
		}
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		bind_read(e, tb[ARP_POLICY_A_BINDING]);
		/* The reply is freed; all have the requested selector. */
		e->selector = selector;
	}
	LIST_SORT(bindings->list, bindings->n, by_address);
free:
	nl_reply_free(&reply);
	return status;
}

/* The binding of a lease. */
static struct entry binding_of(const char *selector, const struct lease *lease)
{
	struct entry binding = {
		.selector = selector,
		.prefix = { lease->address, 32 },
		.table = ENTRY_BINDING,
		.has_lladdr = true,
	};

	memcpy(binding.lladdr, lease->lladdr, LLADDR_LEN);
	return binding;
}

static int put_lease(struct ctx *ctx, const char *selector,
		     const struct lease *lease)
{
	struct entry binding = binding_of(selector, lease);

	return entry_change(&ctx->nl, ARP_POLICY_CMD_BIND_ADD, true, &binding);
}

static int undo_lease(struct ctx *ctx, const char *selector,
		      const struct lease *lease,
		      const struct bindings *bindings)
{
	struct entry binding = binding_of(selector, lease);
	const struct entry *earlier = find_earlier(bindings, &binding);

	binding.has_lladdr = false;
	return earlier ?
	       entry_change(&ctx->nl, ARP_POLICY_CMD_BIND_ADD, true, earlier) :
	       entry_change(&ctx->nl, ARP_POLICY_CMD_BIND_DEL, false, &binding);
}

/* Binds all leases; if the kernel refuses one of them, none. */
static int bind_leases(struct ctx *ctx, const char *selector,
		       const struct lease_files *files)
{
	const struct leases *leases = &files->leases;
	const struct lease *lease = leases->list;
	const struct lease *end = lease + leases->n;
	struct bindings bindings = { 0 };
	int status, undone = STATUS_OK;
	sigset_t interrupts, before;
	char address[ADDRESS_TEXT];

	status = read_bindings(ctx, selector, &bindings);
	if (status)
		goto free;

	/* A signal must not leave half of the import behind. */
	sigemptyset(&interrupts);
	sigaddset(&interrupts, SIGINT);
	sigaddset(&interrupts, SIGTERM);
	sigaddset(&interrupts, SIGHUP);
	sigprocmask(SIG_BLOCK, &interrupts, &before);
	while (lease < end && !status) {
		status = put_lease(ctx, selector, lease);
		if (!status)
			lease++;
	}
	if (status) {
		address_text(lease->address, address);
		end = lease;
		while (lease > leases->list) {
			lease--;
			undone |= undo_lease(ctx, selector, lease, &bindings);
		}
		failure("%s:%lu: %s was refused, and %s", files->names[end->file],
			end->line, address, undone ?
			"not all earlier changes could be undone" :
			"earlier changes were undone: the bindings are unchanged");
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
free:
	free(bindings.list);
	return status;
}

/* Warns of entries that were skipped because they are not understood. */
static void tell_unread(const struct lease_files *files)
{
	const struct leases *leases = &files->leases;
	struct place place = { files->names[0], leases->unread_line, NULL };

	if (!leases->unread)
		return;
	place_enter(&place);
	warning("\"%s\" is not understood and was skipped; %zu in total",
		leases->unread_text, leases->unread);
	place_leave(&place);
}

int bind_import(struct ctx *ctx)
{
	const char *name = args_first(ctx->args);
	const char *selector = args_get(ctx->args, "SELECTOR") ?: EVERYWHERE;
	struct lease_files files = { 0 };
	struct leases *leases = &files.leases;
	int status;

	status = args_selects(ctx->args, selector);
	if (!status)
		status = lease_files_read(name, &files);
	if (!status) {
		tell_unread(&files);
		if (leases_none(leases))
			warning("%s holds no lease", name);
		status = bind_leases(ctx, selector, &files);
	}
	if (!status) {
		pr_open(&ctx->out, NULL, '{');
		pr_text(&ctx->out, "imported ");
		pr_num(&ctx->out, "imported", STYLE_VALUE, 0, leases->n, NULL);
		pr_text(&ctx->out, ", skipped ");
		pr_num(&ctx->out, "skipped", STYLE_VALUE, 0,
		       leases->skipped + leases->unread, NULL);
		pr_text(&ctx->out, "\n");
		pr_close(&ctx->out, '}');
		if (leases->unread && !leases->n)
			status = STATUS_FAILED;
	}
	lease_files_free(&files);
	return status;
}
