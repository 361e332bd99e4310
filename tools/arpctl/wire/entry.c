// SPDX-License-Identifier: GPL-2.0-only
/* Rules and bindings: in words and on the wire. */

#include <libmnl/libmnl.h>
#include <string.h>

#include "base/args.h"
#include "base/print.h"
#include "base/selector.h"
#include "base/words.h"
#include "wire/entry.h"
#include "wire/nl.h"

const struct action actions[] = {
	{ "pass", "decide by the device's fields, an exception to a wider rule",
	  ARP_POLICY_ACTION_PASS, true, false },
	{ "drop", "drop the packet", ARP_POLICY_ACTION_DROP, true, false },
	{ "hide", "never answer for the address, never announce it",
	  ARP_POLICY_ACTION_HIDE, false, false },
	{ "proxy", "answer for the target, with the device's MAC or lladdr;\n"
	  "         routed: only if the route to it leaves by another device",
	  ARP_POLICY_ACTION_PROXY, false, true },
	{ 0 }
};

/* Return: NULL, with a usage error, if there is no such action. */
static const struct action *find_action(const struct args *args,
					const char *name)
{
	const struct action *a;
	char list[64] = "";

	for (a = actions; a->name; a++)
		if (a->name[0] == name[0] && !strcmp(a->name, name))
			return a;
	for (a = actions; a->name; a++)
		list_add(list, sizeof(list), a->name);
	usage_error("%s: invalid action \"%s\", expected: %s", args->title,
		    name, list);
	return NULL;
}

static int check_prefix(const struct args *args, const char *text,
			struct prefix *prefix)
{
	char address[ADDRESS_TEXT], masked[PREFIX_TEXT];

	if (!parse_prefix(text, prefix))
		return usage_error("%s: invalid prefix \"%s\", expected: an IPv4 address, or one with a length from 0 to 32 such as 10.0.0.0/8",
				   args->title, text);
	if (prefix_masked(*prefix).address == prefix->address)
		return STATUS_OK;
	prefix_text(prefix_masked(*prefix), masked);
	address_text(prefix->address, address);
	return usage_error("%s: %s has host bits set: did you mean %s or %s/32?",
			   args->title, text, masked, address);
}

int rule_parse(const struct args *args, struct entry *rule)
{
	const char *mac = args_option(args, "MAC");
	bool from = args_option(args, "from");
	const struct action *action;
	int status;

	*rule = (struct entry){
		.selector = args_option(args, "SELECTOR") ?: EVERYWHERE,
		.table = from ? ENTRY_SENDER : ENTRY_TARGET,
		.routed = args_option(args, "routed"),
		.has_lladdr = mac,
	};
	action = find_action(args, args->argv[0]);
	if (!action)
		return STATUS_USAGE;
	rule->action = (uint8_t)action->value;
	status = check_prefix(args, args->argv[1], &rule->prefix);
	if (!status && mac)
		status = args_lladdr(args, mac, rule->lladdr);
	if (!status)
		status = args_selects(args, rule->selector);
	if (status)
		return status;
	if (from && !action->from)
		return usage_error("%s: from goes with pass and drop, not with %s",
				   args->title, action->name);
	if ((mac || rule->routed) && !action->proxy)
		return usage_error("%s: %s goes with proxy, not with %s",
				   args->title, mac ? "lladdr" : "routed",
				   action->name);
	return STATUS_OK;
}

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

static void put_rule(struct nlmsghdr *nlh, uint16_t attr,
		     const struct entry *rule)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	/* This one is the default. */
	if (strcmp(rule->selector, EVERYWHERE) != 0)
		mnl_attr_put_strz(nlh, ARP_POLICY_RULE_SELECTOR,
				  rule->selector);
	mnl_attr_put_u32(nlh, ARP_POLICY_RULE_PREFIX, rule->prefix.address);
	mnl_attr_put_u8(nlh, ARP_POLICY_RULE_LENGTH, rule->prefix.length);
	if (rule->table == ENTRY_SENDER)
		mnl_attr_put(nlh, ARP_POLICY_RULE_FROM, 0, NULL);
	mnl_attr_put_u8(nlh, ARP_POLICY_RULE_ACTION, rule->action);
	if (rule->has_lladdr)
		mnl_attr_put(nlh, ARP_POLICY_RULE_LLADDR, LLADDR_LEN,
			     rule->lladdr);
	if (rule->routed)
		mnl_attr_put(nlh, ARP_POLICY_RULE_ROUTED, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static void put_binding(struct nlmsghdr *nlh, uint16_t attr,
			const struct entry *binding)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	/* This one is the default. */
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

void entry_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *entry)
{
	if (entry->table == ENTRY_BINDING)
		put_binding(nlh, attr, entry);
	else
		put_rule(nlh, attr, entry);
}

int entry_change(struct nl *nl, uint8_t cmd, bool replace,
		 const struct entry *entry)
{
	struct nlmsghdr *nlh = nl_request(nl, cmd, 0);

	entry_put(nlh, entry->table == ENTRY_BINDING ? ARP_POLICY_A_BINDING :
						       ARP_POLICY_A_RULE, entry);
	if (replace)
		mnl_attr_put(nlh, ARP_POLICY_A_REPLACE, 0, NULL);
	return nl_call(nl, NULL);
}

const char *action_name(uint8_t value)
{
	const struct action *a;

	for (a = actions; a->name; a++)
		if (a->value == value)
			return a->name;
	return "unknown";
}

void rule_read(struct entry *rule, const struct nlattr *nest)
{
	const struct nlattr *tb[ARP_POLICY_RULE_MAX + 1];

	nl_parse_nest(nest, tb, ARP_POLICY_RULE_MAX);
	*rule = (struct entry){
		.selector = nl_str(tb[ARP_POLICY_RULE_SELECTOR]),
		.prefix = {
			(uint32_t)nl_uint(tb[ARP_POLICY_RULE_PREFIX]),
			(uint8_t)nl_uint(tb[ARP_POLICY_RULE_LENGTH])
		},
		.table = tb[ARP_POLICY_RULE_FROM] ? ENTRY_SENDER : ENTRY_TARGET,
		.action = (uint8_t)nl_uint(tb[ARP_POLICY_RULE_ACTION]),
		.routed = tb[ARP_POLICY_RULE_ROUTED],
	};
	rule->has_lladdr = nl_mac(tb[ARP_POLICY_RULE_LLADDR], rule->lladdr);
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

static void print_rule(struct printer *out, const struct entry *rule, int width)
{
	char prefix[PREFIX_TEXT], lladdr[LLADDR_TEXT];
	bool from = rule->table == ENTRY_SENDER;

	prefix_text(rule->prefix, prefix);
	lladdr_text(rule->lladdr, LLADDR_LEN, lladdr);
	pr_str(out, "action", STYLE_VALUE, width ? 5 : 0,
	       action_name(rule->action));
	pr_text(out, " ");
	pr_str(out, "prefix", STYLE_VALUE, width, prefix);
	pr_bool(out, "from", STYLE_PLAIN, 0, from, from ? " from" : "");
	pr_text(out, " dev ");
	word_print(out, "selector", STYLE_NAME, rule->selector);
	pr_opt(out, "lladdr", STYLE_VALUE, " lladdr ",
	       rule->has_lladdr ? lladdr : NULL);
	pr_bool(out, "routed", STYLE_PLAIN, 0, rule->routed,
		rule->routed ? " routed" : "");
}

static void print_binding(struct printer *out, const struct entry *binding,
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

void entry_print(struct printer *out, const struct entry *entry, int width)
{
	if (entry->table == ENTRY_BINDING)
		print_binding(out, entry, width);
	else
		print_rule(out, entry, width);
}

void rule_print_nest(struct printer *out, const struct nlattr *nest)
{
	struct entry rule;

	rule_read(&rule, nest);
	print_rule(out, &rule, 0);
}

void bind_print_nest(struct printer *out, const struct nlattr *nest)
{
	struct entry binding;

	bind_read(&binding, nest);
	print_binding(out, &binding, 0);
}
