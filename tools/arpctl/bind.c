// SPDX-License-Identifier: GPL-2.0-only
/* bind: who may speak for which address. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <string.h>

#include "args.h"
#include "arpctl.h"
#include "bind.h"
#include "complete.h"
#include "entry.h"
#include "module.h"
#include "parse.h"
#include "policy.h"
#include "selector.h"
#include "words.h"

int bind_parse(const struct args *args, struct entry *binding)
{
	const char *mac = args_get(args, "MAC");
	int status;

	*binding = (struct entry){
		.selector = args_option(args, "SELECTOR") ?: EVERYWHERE,
		.prefix.length = 32,
		.table = ENTRY_BINDING,
		.has_lladdr = mac,
	};
	status = args_address(args, args->argv[0], &binding->prefix.address);
	if (!status && mac)
		status = args_lladdr(args, mac, binding->lladdr);
	if (!status)
		status = args_selects(args, binding->selector);
	return status;
}

void bind_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *binding)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	/* Left out, it is this one. */
	if (strcmp(binding->selector, EVERYWHERE) != 0)
		mnl_attr_put_strz(nlh, ARP_POLICY_BINDING_SELECTOR,
				  binding->selector);
	mnl_attr_put_u32(nlh, ARP_POLICY_BINDING_ADDRESS,
			 binding->prefix.address);
	if (binding->has_lladdr)
		mnl_attr_put(nlh, ARP_POLICY_BINDING_LLADDR, LLADDR_LEN,
			     binding->lladdr);
	mnl_attr_nest_end(nlh, nest);
}

int bind_change(struct ctx *ctx, uint8_t cmd, bool replace,
		const struct entry *binding)
{
	struct nlmsghdr *nlh = nl_request(&ctx->nl, cmd, 0);

	bind_put(nlh, ARP_POLICY_A_BINDING, binding);
	if (replace)
		mnl_attr_put(nlh, ARP_POLICY_A_REPLACE, 0, NULL);
	return nl_call(&ctx->nl, NULL);
}

/* What the words of add, replace and del ask for. */
static int change_typed(struct ctx *ctx, uint8_t cmd, bool replace)
{
	struct entry binding;
	int status;

	status = bind_parse(ctx->args, &binding);
	if (!status && cmd == ARP_POLICY_CMD_BIND_ADD)
		status = policy_check_selector(&ctx->nl, binding.selector);
	return status ? status : bind_change(ctx, cmd, replace, &binding);
}

/* Also replace. */
static int bind_add(struct ctx *ctx, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return change_typed(ctx, ARP_POLICY_CMD_BIND_ADD,
			    !strcmp(ctx->command->name, "replace"));
}

static int bind_del(struct ctx *ctx, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return change_typed(ctx, ARP_POLICY_CMD_BIND_DEL, false);
}

void bind_read(struct entry *binding, const struct nlattr *nest)
{
	const struct nlattr *tb[ARP_POLICY_BINDING_MAX + 1];

	nl_parse_nest(nest, tb, ARP_POLICY_BINDING_MAX);
	*binding = (struct entry){
		.selector = nl_str(tb[ARP_POLICY_BINDING_SELECTOR]),
		.prefix = {
			(uint32_t)nl_uint(tb[ARP_POLICY_BINDING_ADDRESS]), 32
		},
		.table = ENTRY_BINDING,
	};
	binding->has_lladdr = nl_mac(tb[ARP_POLICY_BINDING_LLADDR],
				     binding->lladdr);
}

void bind_print_entry(struct printer *out, const struct entry *binding,
		      int width)
{
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];

	address_text(binding->prefix.address, address);
	lladdr_text(binding->lladdr, LLADDR_LEN, lladdr);
	pr_str(out, "address", STYLE_VALUE, width, address);
	pr_text(out, " lladdr ");
	pr_str(out, "lladdr", STYLE_VALUE, 0, lladdr);
	pr_text(out, " dev ");
	word_print(out, "selector", STYLE_NAME, binding->selector);
}

void bind_print(struct printer *out, const struct nlattr *nest, int width)
{
	struct entry binding;

	bind_read(&binding, nest);
	bind_print_entry(out, &binding, width);
}

static int bind_show(struct ctx *ctx, int argc, char **argv)
{
	const char *selector = args_get(ctx->args, "SELECTOR");
	int status, width = ctx->out.columns ? ADDRESS_TEXT - 1 : 0;
	struct printer *out = &ctx->out;
	struct policy policy = { 0 };
	size_t i;

	(void)argc;
	(void)argv;
	status = args_selects(ctx->args, selector);
	if (!status)
		status = policy_list(&ctx->nl, &policy, POLICY_BINDINGS, selector);
	if (!status) {
		pr_open(out, NULL, '[');
		for (i = 0; i < policy.n_entries; i++) {
			pr_open(out, NULL, '{');
			bind_print_entry(out, &policy.entries[i], width);
			pr_text(out, "\n");
			pr_close(out, '}');
		}
		pr_close(out, ']');
	}
	policy_free(&policy);
	return status;
}

static int bind_flush(struct ctx *ctx, int argc, char **argv)
{
	const char *selector = args_option(ctx->args, "SELECTOR");
	struct nlmsghdr *nlh;
	int status;

	(void)argc;
	(void)argv;
	status = args_selects(ctx->args, selector);
	if (status)
		return status;
	nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_BIND_FLUSH, 0);
	if (selector)
		mnl_attr_put_strz(nlh, ARP_POLICY_A_SELECTOR, selector);
	return nl_call(&ctx->nl, NULL);
}

/* Those that are bound; to replace or delete, not to add once more. */
void bind_complete_address(struct ctx *ctx, int argc, char **argv)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	char address[ADDRESS_TEXT];
	struct entry binding;

	if ((strcmp(ctx->command->name, "del") != 0 &&
	     strcmp(ctx->command->name, "replace") != 0) || !module_loaded())
		return;
	if (!nl_dump(&ctx->nl, ARP_POLICY_CMD_BIND_GET, 0, NULL, &reply)) {
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			bind_read(&binding, tb[ARP_POLICY_A_BINDING]);
			address_text(binding.prefix.address, address);
			complete_word(argv[argc - 1], address);
		}
	}
	nl_reply_free(&reply);
}

#define BIND_ARGS "ADDRESS lladdr MAC [dev SELECTOR]"

static const struct command commands[] = {
	{ "add", BIND_ARGS, "let one MAC alone speak for an address", bind_add },
	{ "replace", BIND_ARGS,
	  "add a binding, in the place of one that is there", bind_add },
	{ "del", "ADDRESS [lladdr MAC] [dev SELECTOR]", "delete a binding",
	  bind_del },
	{ "show", "[dev SELECTOR]", "the bindings, or those of a selector",
	  bind_show },
	{ "flush", "[dev SELECTOR]",
	  "delete all bindings, or those of a selector", bind_flush },
	{ "import", "FILE [dev SELECTOR]",
	  "bind what is leased: files of dnsmasq, ISC dhcpd and Kea",
	  bind_import },
	{ 0 }
};

const struct object bind_object = {
	"bind", "who may speak for which address", commands
};
