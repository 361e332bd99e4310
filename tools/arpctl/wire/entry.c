// SPDX-License-Identifier: GPL-2.0-only
/* Entries, which are rules and bindings: in words and on the wire. */

#include <libmnl/libmnl.h>
#include <string.h>

#include "base/args.h"
#include "base/near.h"
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
	struct near near;

	for (a = actions; a->name; a++)
		if (a->name[0] == name[0] && !strcmp(a->name, name))
			return a;
	near_init(&near, name);
	for (a = actions; a->name; a++) {
		near_try(&near, a->name);
		list_add(list, sizeof(list), a->name);
	}
	usage_error("%s: invalid action \"%s\", expected: %s%s%s%s", args->title,
		    name, list, near.best ? ": did you mean \"" : "",
		    near.best ? near.best : "", near.best ? "\"?" : "");
	return NULL;
}

static int check_prefix(const struct args *args, const char *text,
			struct prefix *prefix)
{
	char address[ADDRESS_TEXT], masked[PREFIX_TEXT];

	if (!parse_prefix(text, prefix))
		return usage_error("%s: invalid prefix \"%s\", expected: an IPv4 address, or one with a length from 0 to 32 such as 10.0.0.0/8%s",
				   args->title, text, no_address(text));
	if (prefix_masked(*prefix).address == prefix->address)
		return STATUS_OK;
	prefix_text(prefix_masked(*prefix), masked);
	address_text(prefix->address, address);
	return usage_error("%s: %s has host bits set: did you mean %s or %s/32?",
			   args->title, text, masked, address);
}

/* The objects differ in their first letters. */
static bool is_binding(const struct args *args)
{
	return args->object[0] == 'b';
}

uint32_t entry_tables(const struct args *args)
{
	return is_binding(args) ? TABLES_BINDINGS : TABLES_RULES;
}

static int parse_rule(const struct args *args, struct entry *rule)
{
	const char *mac = args_word(args, args->mac), *name = args_get(args, "ACTION");
	const char *selector = args_option(args, "SELECTOR");
	bool from = args_option(args, "from");
	const struct action *action = NULL;
	int status;

	*rule = (struct entry){
		.selector = selector ?: EVERYWHERE,
		.table = from ? ARP_POLICY_TABLE_SENDER : ARP_POLICY_TABLE_TARGET,
		.routed = args_option(args, "routed"),
		.has_lladdr = mac,
	};
	if (name) {
		action = find_action(args, name);
		if (!action)
			return STATUS_USAGE;
		rule->action = (uint8_t)action->value;
	}
	status = check_prefix(args, args_word(args, args->prefix), &rule->prefix);
	if (!status && mac)
		status = args_lladdr(args, mac, rule->lladdr);
	if (!status)
		status = args_selects(args, selector);
	/* To delete a rule, its key is enough. */
	if (status || !action)
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

static int parse_binding(const struct args *args, struct entry *binding)
{
	const char *selector = args_option(args, "SELECTOR");
	const char *mac = args_word(args, args->mac);
	bool any = mac && mac[0] == 'a' && !strcmp(mac, "any");
	int status;

	*binding = (struct entry){
		.selector = selector ?: EVERYWHERE,
		.table = ARP_POLICY_TABLE_BINDING,
		.any = any,
		.has_lladdr = mac && !any,
		.dynamic = args_option(args, "dynamic"),
	};
	status = check_prefix(args, args_word(args, args->prefix), &binding->prefix);
	if (!status && binding->has_lladdr)
		status = args_lladdr(args, mac, binding->lladdr);
	if (!status)
		status = args_selects(args, selector);
	return status;
}

int entry_parse(const struct args *args, struct entry *entry)
{
	return is_binding(args) ? parse_binding(args, entry) :
				  parse_rule(args, entry);
}

static void put_flag(struct nlmsghdr *nlh, uint16_t attr, bool set)
{
	if (set)
		nl_attr_put(nlh, attr, NULL, 0);
}

void entry_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *entry)
{
	struct nlattr *nest = nl_nest_begin(nlh, attr);

	nl_attr_put_u32(nlh, ARP_POLICY_ENTRY_TABLE, entry->table);
	/* This one is the default; so is the length 32. */
	if (!is_everywhere(entry->selector))
		nl_attr_put(nlh, ARP_POLICY_ENTRY_SELECTOR, entry->selector,
			    strlen(entry->selector) + 1);
	nl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ADDRESS, entry->prefix.address);
	if (entry->prefix.length != 32)
		nl_attr_put_u32(nlh, ARP_POLICY_ENTRY_LENGTH, entry->prefix.length);
	if (entry->action)
		nl_attr_put_u32(nlh, ARP_POLICY_ENTRY_ACTION, entry->action);
	if (entry->has_lladdr)
		nl_attr_put(nlh, ARP_POLICY_ENTRY_LLADDR, entry->lladdr, LLADDR_LEN);
	put_flag(nlh, ARP_POLICY_ENTRY_ANY, entry->any);
	put_flag(nlh, ARP_POLICY_ENTRY_ROUTED, entry->routed);
	put_flag(nlh, ARP_POLICY_ENTRY_DYNAMIC, entry->dynamic);
	nl_nest_end(nlh, nest);
}

static void read_attr(struct entry *entry, const struct nlattr *attr)
{
	switch (nl_attr_type(attr)) {
	case ARP_POLICY_ENTRY_TABLE:
		entry->table = (uint8_t)nl_uint(attr);
		break;
	case ARP_POLICY_ENTRY_SELECTOR:
		entry->selector = nl_str(attr);
		break;
	case ARP_POLICY_ENTRY_ADDRESS:
		entry->prefix.address = (uint32_t)nl_uint(attr);
		break;
	case ARP_POLICY_ENTRY_LENGTH:
		entry->prefix.length = (uint8_t)nl_uint(attr);
		break;
	case ARP_POLICY_ENTRY_ACTION:
		entry->action = (uint8_t)nl_uint(attr);
		break;
	case ARP_POLICY_ENTRY_LLADDR:
		entry->has_lladdr = nl_mac(attr, entry->lladdr);
		break;
	case ARP_POLICY_ENTRY_ANY:
		entry->any = true;
		break;
	case ARP_POLICY_ENTRY_ROUTED:
		entry->routed = true;
		break;
	case ARP_POLICY_ENTRY_DYNAMIC:
		entry->dynamic = true;
		break;
	}
}

void entry_read(struct entry *entry, const struct nlattr *nest)
{
	const struct nlattr *attr;

	*entry = (struct entry){ .selector = EVERYWHERE, .prefix.length = 32 };
	nl_for_each_nested(attr, nest)
		read_attr(entry, attr);
}

bool entry_fits(const struct entry_filter *filter, const struct entry *entry)
{
	return filter->tables & 1U << entry->table &&
	       (!filter->dynamic || entry->dynamic) &&
	       (!filter->selector || !strcmp(filter->selector, entry->selector));
}

int entry_put_filter(struct nl *nl, const struct entry_filter *filter)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)nl->tx;

	mnl_attr_put_u32(nlh, ARP_POLICY_A_TABLES, filter->tables);
	put_flag(nlh, ARP_POLICY_A_DYNAMIC, filter->dynamic);
	return filter->selector ?
	       nl_put_str(nl, ARP_POLICY_A_SELECTOR, filter->selector) : STATUS_OK;
}

int entry_dump(struct nl *nl, const struct entry_filter *filter,
	       struct nl_reply *reply)
{
	int status;

	nl_request(nl, ARP_POLICY_CMD_ENTRY_GET, NLM_F_DUMP);
	status = entry_put_filter(nl, filter);
	return status ? status : nl_call(nl, reply);
}

const char *action_name(uint8_t value)
{
	const struct action *a;

	for (a = actions; a->name; a++)
		if (a->value == value)
			return a->name;
	return "unknown";
}

void entry_prefix_text(const struct entry *entry, char buf[PREFIX_TEXT])
{
	if (entry->table == ARP_POLICY_TABLE_BINDING && entry->prefix.length == 32)
		address_text(entry->prefix.address, buf);
	else
		prefix_text(entry->prefix, buf);
}

static void print_rule(struct printer *out, const struct entry *rule, int width)
{
	char prefix[PREFIX_TEXT], lladdr[LLADDR_TEXT];
	bool from = rule->table == ARP_POLICY_TABLE_SENDER;

	entry_prefix_text(rule, prefix);
	if (rule->has_lladdr)
		lladdr_text(rule->lladdr, LLADDR_LEN, lladdr);
	pr_str(out, "action", STYLE_VALUE, width ? 5 : 0,
	       action_name(rule->action));
	pr_word(out, " ");
	pr_str(out, "prefix", STYLE_VALUE, width, prefix);
	pr_bool(out, "from", STYLE_PLAIN, 0, from, from ? " from" : "");
	pr_word(out, " dev ");
	word_print(out, "selector", STYLE_NAME, rule->selector);
	pr_opt(out, "lladdr", STYLE_VALUE, " lladdr ",
	       rule->has_lladdr ? lladdr : NULL);
	pr_bool(out, "routed", STYLE_PLAIN, 0, rule->routed,
		rule->routed ? " routed" : "");
}

static void print_binding(struct printer *out, const struct entry *binding,
			  int width)
{
	char prefix[PREFIX_TEXT], lladdr[LLADDR_TEXT];

	entry_prefix_text(binding, prefix);
	lladdr_text(binding->lladdr, LLADDR_LEN, lladdr);
	pr_str(out, "address", STYLE_VALUE, width, prefix);
	pr_word(out, " lladdr ");
	pr_str(out, "lladdr", STYLE_VALUE, 0, binding->any ? "any" : lladdr);
	pr_word(out, " dev ");
	word_print(out, "selector", STYLE_NAME, binding->selector);
	pr_bool(out, "dynamic", STYLE_PLAIN, 0, binding->dynamic,
		binding->dynamic ? " dynamic" : "");
}

void entry_print(struct printer *out, const struct entry *entry, int width)
{
	if (entry->table == ARP_POLICY_TABLE_BINDING)
		print_binding(out, entry, width);
	else
		print_rule(out, entry, width);
}

void entry_print_nest(struct printer *out, const struct nlattr *nest)
{
	struct entry entry;

	entry_read(&entry, nest);
	entry_print(out, &entry, 0);
}

void entry_print_cause(struct printer *out, const struct nlattr *nest, const char *lead)
{
	struct entry entry;
	const char *name;

	entry_read(&entry, nest);
	name = entry.table == ARP_POLICY_TABLE_BINDING ? "binding" : "rule";
	if (!nest || entry.table == ARP_POLICY_TABLE_BINDING)
		pr_opt(out, "rule", STYLE_PLAIN, "", NULL);
	if (!nest)
		return;
	pr_text(out, "%s%s ", lead, name);
	pr_open(out, name, '{');
	entry_print(out, &entry, 0);
	pr_close(out, '}');
}
