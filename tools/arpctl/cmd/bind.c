// SPDX-License-Identifier: GPL-2.0-only
/* bind: which MAC may use an address. */

#include <linux/arp_policy.h>
#include <string.h>

#include "cmd/bind_import.h"
#include "command.h"
#include "policy/policy.h"
#include "wire/entry.h"

static int change(struct ctx *ctx, uint8_t cmd)
{
	bool replace = !strcmp(ctx->args->command, "replace");
	struct entry binding;
	int status;

	status = bind_parse(ctx->args, &binding);
	if (!status && cmd == ARP_POLICY_CMD_BIND_ADD)
		status = policy_check_selector(&ctx->nl, binding.selector);
	return status ? status : entry_change(&ctx->nl, cmd, replace, &binding);
}

/* Also replace. */
static int bind_add(struct ctx *ctx)
{
	return change(ctx, ARP_POLICY_CMD_BIND_ADD);
}

static int bind_del(struct ctx *ctx)
{
	return change(ctx, ARP_POLICY_CMD_BIND_DEL);
}

static int bind_show(struct ctx *ctx)
{
	const char *selector = args_get(ctx->args, "SELECTOR");
	int status, width = ctx->out.columns ? ADDRESS_TEXT - 1 : 0;
	struct policy policy = { 0 };

	status = args_selects(ctx->args, selector);
	if (!status)
		status = policy_list(&ctx->nl, &policy, POLICY_BINDINGS, selector);
	if (!status)
		policy_print_entries(&ctx->out, &policy, width);
	policy_free(&policy);
	return status;
}

static int bind_flush(struct ctx *ctx)
{
	const char *selector = args_option(ctx->args, "SELECTOR");
	int status = args_selects(ctx->args, selector);

	return status ? status : nl_do(&ctx->nl, ARP_POLICY_CMD_BIND_FLUSH,
				       ARP_POLICY_A_SELECTOR, selector);
}

static const struct command commands[] = {
	{ "add", BIND_ARGS, "bind an address to a MAC", bind_add },
	{ "replace", BIND_ARGS,
	  "add a binding, or replace the existing one", bind_add },
	{ "del", "ADDRESS [lladdr MAC] [dev SELECTOR]", "delete a binding",
	  bind_del },
	{ "show", "[dev SELECTOR]", "the bindings, or those of a selector",
	  bind_show },
	{ "flush", "[dev SELECTOR]",
	  "delete all bindings, or those of a selector", bind_flush },
	{ "import", "FILE [dev SELECTOR]",
	  "add bindings from lease files of dnsmasq, ISC dhcpd and Kea",
	  bind_import },
	{ 0 }
};

const struct object bind_object = {
	"bind", "which MAC may use an address", commands
};
