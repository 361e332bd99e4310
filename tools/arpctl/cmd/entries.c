// SPDX-License-Identifier: GPL-2.0-only
/* rule: decisions about ranges of addresses. bind: which MAC may use an address. */

#include <linux/arp_policy.h>

#include "cmd/entries_import.h"
#include "cmd/entries_snoop.h"
#include "cmd/entries_watch.h"
#include "command.h"
#include "policy/policy.h"

static int add(struct ctx *ctx)
{
	return policy_change(&ctx->nl, ctx->args, ARP_POLICY_OP_ENTRY_ADD);
}

static int replace(struct ctx *ctx)
{
	return policy_change(&ctx->nl, ctx->args, ARP_POLICY_OP_ENTRY_REPLACE);
}

static int del(struct ctx *ctx)
{
	return policy_change(&ctx->nl, ctx->args, ARP_POLICY_OP_ENTRY_DEL);
}

/* The entries that the arguments name, of the object's tables. */
static int read_filter(const struct args *args, struct entry_filter *filter)
{
	*filter = (struct entry_filter){
		.selector = args_option(args, "SELECTOR"),
		.tables = entry_tables(args),
		.dynamic = args_option(args, "dynamic"),
	};
	return args_selects(args, filter->selector);
}

static int show(struct ctx *ctx)
{
	struct policy_query query = { 0 };
	struct policy policy = { 0 };
	int status;

	status = read_filter(ctx->args, &query.entries);
	if (!status)
		status = policy_list(&ctx->nl, &policy, &query);
	if (!status)
		policy_print_entries(&ctx->out, &policy);
	policy_free(&policy);
	return status;
}

static int flush(struct ctx *ctx)
{
	struct entry_filter filter;
	int status;

	status = read_filter(ctx->args, &filter);
	nl_request(&ctx->nl, ARP_POLICY_CMD_FLUSH, 0);
	if (!status)
		status = entry_put_filter(&ctx->nl, &filter);
	return status ? status : nl_call(&ctx->nl, NULL);
}

static const struct command rule_commands[] = {
	{ "add", RULE_ARGS, "add a rule for a range of addresses", add },
	{ "replace", RULE_ARGS,
	  "add a rule, or replace the existing one", replace },
	{ "del", RULE_DEL_ARGS, "delete a rule", del },
	{ "show", "[dev SELECTOR]", "the rules, or those of a selector", show },
	{ "flush", "[dev SELECTOR]",
	  "delete all rules, or those of a selector", flush },
	{ 0 }
};

const struct object rule_object = {
	"rule", "rules for ranges of addresses", rule_commands
};

static const struct command bind_commands[] = {
	{ "add", BIND_ARGS, "bind an address or a range to a MAC", add },
	{ "replace", BIND_ARGS,
	  "add a binding, or replace the existing one", replace },
	{ "del", BIND_DEL_ARGS, "delete a binding", del },
	{ "show", "[dynamic] [dev SELECTOR]",
	  "the bindings, or those of a selector", show },
	{ "flush", "[dynamic] [dev SELECTOR]",
	  "delete all bindings, or those of a selector", flush },
	{ "import", "FILE [FILE ...] [sync] [force] [format NAME] [dev SELECTOR]",
	  "add bindings from lease files or /etc/ethers",
	  bind_import },
	{ "watch", "FILE|DIR [FILE|DIR ...] [format NAME] [dev SELECTOR]",
	  "keep dynamic bindings equal to the leases, until interrupted",
	  bind_watch },
	{ "snoop", BIND_SNOOP_ARGS,
	  "follow the leases that DHCP servers give to clients of a bridge",
	  bind_snoop },
	{ 0 }
};

const struct object bind_object = {
	"bind", "which MAC may use an address", bind_commands
};
