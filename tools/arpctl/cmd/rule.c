// SPDX-License-Identifier: GPL-2.0-only
/* rule: decisions about ranges of addresses. */

#include <linux/arp_policy.h>
#include <string.h>

#include "command.h"
#include "policy/policy.h"
#include "wire/entry.h"

static int change(struct ctx *ctx, uint8_t cmd)
{
	bool replace = !strcmp(ctx->args->command, "replace");
	struct entry rule;
	int status;

	status = rule_parse(ctx->args, &rule);
	if (!status && cmd == ARP_POLICY_CMD_RULE_ADD)
		status = policy_check_selector(&ctx->nl, rule.selector);
	return status ? status : entry_change(&ctx->nl, cmd, replace, &rule);
}

/* Also replace. */
static int rule_add(struct ctx *ctx)
{
	return change(ctx, ARP_POLICY_CMD_RULE_ADD);
}

static int rule_del(struct ctx *ctx)
{
	return change(ctx, ARP_POLICY_CMD_RULE_DEL);
}

/* The width of the widest prefix; 0 if there are no columns. */
static int prefix_width(const struct printer *out, const struct policy *policy)
{
	char prefix[PREFIX_TEXT];
	int width = 0, len;
	size_t i;

	for (i = 0; out->columns && i < policy->n_entries; i++) {
		prefix_text(policy->entries[i].prefix, prefix);
		len = (int)strlen(prefix);
		width = len > width ? len : width;
	}
	return width;
}

static int rule_show(struct ctx *ctx)
{
	const char *selector = args_get(ctx->args, "SELECTOR");
	struct printer *out = &ctx->out;
	struct policy policy = { 0 };
	int status;

	status = args_selects(ctx->args, selector);
	if (!status)
		status = policy_list(&ctx->nl, &policy, POLICY_RULES, selector);
	if (!status)
		policy_print_entries(out, &policy, prefix_width(out, &policy));
	policy_free(&policy);
	return status;
}

static int rule_flush(struct ctx *ctx)
{
	const char *selector = args_option(ctx->args, "SELECTOR");
	int status = args_selects(ctx->args, selector);

	return status ? status : nl_do(&ctx->nl, ARP_POLICY_CMD_RULE_FLUSH,
				       ARP_POLICY_A_SELECTOR, selector);
}

static const struct command commands[] = {
	{ "add", RULE_ARGS, "add a rule for a range of addresses", rule_add },
	{ "replace", RULE_ARGS,
	  "add a rule, or replace the existing one", rule_add },
	{ "del", RULE_ARGS, "delete a rule", rule_del },
	{ "show", "[dev SELECTOR]", "the rules, or those of a selector",
	  rule_show },
	{ "flush", "[dev SELECTOR]",
	  "delete all rules, or those of a selector", rule_flush },
	{ 0 }
};

const struct object rule_object = {
	"rule", "rules for ranges of addresses", commands
};
