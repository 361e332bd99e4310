// SPDX-License-Identifier: GPL-2.0-only
/* rule: what to do about ranges of addresses. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <string.h>

#include "args.h"
#include "arpctl.h"
#include "parse.h"
#include "rule.h"

static const struct action {
	const char *name;
	const char *what;
	enum arp_policy_action value;
	bool from;		/* may be said of senders */
	bool proxy;		/* takes lladdr and routed */
} actions[] = {
	{ "pass", "leave it to the device's fields, an exception in a wider rule",
	  ARP_POLICY_ACTION_PASS, true, false },
	{ "drop", "drop the packet", ARP_POLICY_ACTION_DROP, true, false },
	{ "hide", "never answer for the address, never announce it",
	  ARP_POLICY_ACTION_HIDE, false, false },
	{ "proxy", "answer in the target's place, with the device's MAC or lladdr;\n"
	  "         routed: only if the route to it leaves by another device",
	  ARP_POLICY_ACTION_PROXY, false, true },
	{ 0 }
};

/* NULL, with a usage error, if there is no such action. */
static const struct action *find_action(const char *command, const char *name)
{
	const struct action *a;
	char list[64] = "";

	for (a = actions; a->name; a++) {
		if (!strcmp(a->name, name))
			return a;
		list_add(list, sizeof(list), a->name);
	}
	usage_error("rule %s: action cannot be \"%s\", it takes: %s", command,
		    name, list);
	return NULL;
}

static int check_prefix(const char *command, const char *text,
			struct prefix *prefix)
{
	char address[ADDRESS_TEXT], masked[PREFIX_TEXT];

	if (!parse_prefix(text, prefix))
		return usage_error("rule %s: prefix cannot be \"%s\", it takes: an IPv4 address, or one with a length from 0 to 32 such as 10.0.0.0/8",
				   command, text);
	if (prefix_masked(*prefix).address == prefix->address)
		return STATUS_OK;
	prefix_text(prefix_masked(*prefix), masked);
	address_text(prefix->address, address);
	return usage_error("rule %s: %s has host bits set: did you mean %s or %s/32?",
			   command, text, masked, address);
}

/* Builds the request that the words of add, replace and del ask for. */
static int change(struct ctx *ctx, uint8_t cmd, bool replace, int argc,
		  char **argv)
{
	const char *selector = args_get(ctx, argc, argv, "SELECTOR");
	const char *mac = args_get(ctx, argc, argv, "MAC");
	bool from = args_get(ctx, argc, argv, "from");
	bool routed = args_get(ctx, argc, argv, "routed");
	struct nlmsghdr *nlh = nl_request(&ctx->nl, cmd, 0);
	const char *command = ctx->command->name;
	const struct action *action;
	uint8_t lladdr[LLADDR_LEN];
	struct prefix prefix;
	struct nlattr *nest;
	int status;

	action = find_action(command, argv[0]);
	if (!action)
		return STATUS_USAGE;
	status = check_prefix(command, argv[1], &prefix);
	if (!status && mac)
		status = args_lladdr(ctx, "rule", mac, lladdr);
	if (!status)
		status = args_selects(ctx, "rule", selector);
	if (status)
		return status;
	if (from && !action->from)
		return usage_error("rule %s: from goes with pass and drop, not with %s",
				   command, action->name);
	if ((mac || routed) && !action->proxy)
		return usage_error("rule %s: %s goes with proxy, not with %s",
				   command, mac ? "lladdr" : "routed",
				   action->name);

	nest = mnl_attr_nest_start(nlh, ARP_POLICY_A_RULE);
	if (selector)
		status = nl_put_str(&ctx->nl, ARP_POLICY_RULE_SELECTOR,
				    selector);
	mnl_attr_put_u32(nlh, ARP_POLICY_RULE_PREFIX, prefix.address);
	mnl_attr_put_u8(nlh, ARP_POLICY_RULE_LENGTH, prefix.length);
	if (from)
		mnl_attr_put(nlh, ARP_POLICY_RULE_FROM, 0, NULL);
	mnl_attr_put_u8(nlh, ARP_POLICY_RULE_ACTION, (uint8_t)action->value);
	if (mac)
		mnl_attr_put(nlh, ARP_POLICY_RULE_LLADDR, sizeof(lladdr),
			     lladdr);
	if (routed)
		mnl_attr_put(nlh, ARP_POLICY_RULE_ROUTED, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	if (replace)
		mnl_attr_put(nlh, ARP_POLICY_A_REPLACE, 0, NULL);
	return status ? status : nl_call(ctx, NULL);
}

static int rule_add(struct ctx *ctx, int argc, char **argv)
{
	return change(ctx, ARP_POLICY_CMD_RULE_ADD, false, argc, argv);
}

static int rule_replace(struct ctx *ctx, int argc, char **argv)
{
	return change(ctx, ARP_POLICY_CMD_RULE_ADD, true, argc, argv);
}

static int rule_del(struct ctx *ctx, int argc, char **argv)
{
	return change(ctx, ARP_POLICY_CMD_RULE_DEL, false, argc, argv);
}

static const char *action_name(const struct nlattr *attr)
{
	const struct action *a;

	for (a = actions; a->name; a++)
		if (a->value == nl_uint(attr))
			return a->name;
	return "unknown";
}

static void rule_prefix(const struct nlattr *const *tb, char buf[PREFIX_TEXT])
{
	struct prefix prefix = {
		(uint32_t)nl_uint(tb[ARP_POLICY_RULE_PREFIX]),
		(uint8_t)nl_uint(tb[ARP_POLICY_RULE_LENGTH])
	};

	prefix_text(prefix, buf);
}

void rule_print(struct printer *out, const struct nlattr *nest, int width)
{
	const struct nlattr *tb[ARP_POLICY_RULE_MAX + 1];
	char prefix[PREFIX_TEXT], lladdr[LLADDR_TEXT];
	bool from, routed;

	nl_parse_nest(nest, tb, ARP_POLICY_RULE_MAX);
	rule_prefix(tb, prefix);
	from = tb[ARP_POLICY_RULE_FROM];
	routed = tb[ARP_POLICY_RULE_ROUTED];

	pr_str(out, "action", STYLE_VALUE, width ? 5 : 0,
	       action_name(tb[ARP_POLICY_RULE_ACTION]));
	pr_text(out, " ");
	pr_str(out, "prefix", STYLE_VALUE, width, prefix);
	pr_bool(out, "from", STYLE_PLAIN, 0, from, from ? " from" : "");
	pr_text(out, " dev ");
	pr_str(out, "selector", STYLE_NAME, 0,
	       nl_str(tb[ARP_POLICY_RULE_SELECTOR]));
	pr_opt(out, "lladdr", STYLE_VALUE, " lladdr ",
	       nl_lladdr(tb[ARP_POLICY_RULE_LLADDR], lladdr));
	pr_bool(out, "routed", STYLE_PLAIN, 0, routed, routed ? " routed" : "");
}

static int rule_show(struct ctx *ctx, int argc, char **argv)
{
	const char *selector = args_get(ctx, argc, argv, "SELECTOR");
	const struct nlattr *rule[ARP_POLICY_RULE_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct printer *out = &ctx->out;
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	char prefix[PREFIX_TEXT];
	int status, width = 0;

	status = args_selects(ctx, "rule", selector);
	if (!status)
		status = nl_dump(ctx, ARP_POLICY_CMD_RULE_GET,
				 ARP_POLICY_A_SELECTOR, selector, &reply);
	if (status)
		goto free;
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		nl_parse_nest(tb[ARP_POLICY_A_RULE], rule, ARP_POLICY_RULE_MAX);
		rule_prefix(rule, prefix);
		if (out->columns && (int)strlen(prefix) > width)
			width = (int)strlen(prefix);
	}
	pr_open(out, NULL, '[');
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		pr_open(out, NULL, '{');
		rule_print(out, tb[ARP_POLICY_A_RULE], width);
		pr_text(out, "\n");
		pr_close(out, '}');
	}
	pr_close(out, ']');
free:
	nl_reply_free(&reply);
	return status;
}

static int rule_flush(struct ctx *ctx, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	nl_request(&ctx->nl, ARP_POLICY_CMD_RULE_FLUSH, 0);
	return nl_call(ctx, NULL);
}

void rule_help_action(FILE *file)
{
	const struct action *a;

	fputs("\nACTION\n", file);
	for (a = actions; a->name; a++)
		fprintf(file, "  %-6s %s\n", a->name, a->what);
	fputs("  from goes with pass and drop, lladdr and routed with proxy.\n",
	      file);
}

void rule_complete_action(struct ctx *ctx, int argc, char **argv)
{
	const struct action *a;

	(void)ctx;
	for (a = actions; a->name; a++)
		complete_word(argv[argc - 1], a->name);
}

/* Those of the rules that are there, with the action that was typed. */
void rule_complete_prefix(struct ctx *ctx, int argc, char **argv)
{
	const struct nlattr *rule[ARP_POLICY_RULE_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	bool add = !strcmp(ctx->command->name, "add");
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	char prefix[PREFIX_TEXT];

	if (add || !nl_ready())
		return;
	if (!nl_dump(ctx, ARP_POLICY_CMD_RULE_GET, 0, NULL, &reply)) {
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			nl_parse_nest(tb[ARP_POLICY_A_RULE], rule,
				      ARP_POLICY_RULE_MAX);
			rule_prefix(rule, prefix);
			if (argc > 1 &&
			    !strcmp(argv[argc - 2],
				    action_name(rule[ARP_POLICY_RULE_ACTION])))
				complete_word(argv[argc - 1], prefix);
		}
	}
	nl_reply_free(&reply);
}

#define RULE_ARGS "ACTION PREFIX [from] [dev SELECTOR] [lladdr MAC] [routed]"

static const struct command commands[] = {
	{ "add", RULE_ARGS, "add a rule for a range of addresses", rule_add },
	{ "replace", RULE_ARGS,
	  "add a rule, in the place of one that is there", rule_replace },
	{ "del", RULE_ARGS, "delete a rule", rule_del },
	{ "show", "[dev SELECTOR]", "the rules, or those of a selector",
	  rule_show },
	{ "flush", "", "delete all rules", rule_flush },
	{ 0 }
};

const struct object rule_object = {
	"rule", "what to do about ranges of addresses", commands
};
