// SPDX-License-Identifier: GPL-2.0-only
/* Prints a policy as the commands that make it. */

#include <string.h>

#include "base/print.h"
#include "base/words.h"
#include "policy/policy.h"
#include "wire/entry.h"

/* The words of a command, quoted so that a shell can run them with arpctl. */
static void print_command(struct printer *out, const char *command,
			  const char *selector)
{
	pr_word(out, command);
	pr_word(out, *selector == '-' ? " -- " : " ");
}

void policy_print_dev(struct printer *out, const char *selector,
		      const struct field_values *values)
{
	print_command(out, "dev set", selector);
	word_print(out, "selector", STYLE_NAME, selector);
	field_print_all(out, values, " ", 0);
}

void policy_print_entry(struct printer *out, const struct entry *entry)
{
	print_command(out, entry->table == ARP_POLICY_TABLE_BINDING ?
		      "bind add" : "rule add", entry->selector);
	entry_print(out, entry, 0);
}

/* The width of the widest prefix; 0 if there are no columns. */
static int prefix_width(const struct printer *out, const struct policy *policy)
{
	char prefix[PREFIX_TEXT];
	int width = 0, len;
	size_t i;

	for (i = 0; out->columns && i < policy->n_entries; i++) {
		entry_prefix_text(&policy->entries[i], prefix);
		len = (int)strlen(prefix);
		width = len > width ? len : width;
	}
	return width;
}

void policy_print_entries(struct printer *out, const struct policy *policy)
{
	int width = prefix_width(out, policy);
	size_t i;

	pr_open(out, NULL, '[');
	for (i = 0; i < policy->n_entries; i++) {
		pr_open(out, NULL, '{');
		entry_print(out, &policy->entries[i], width);
		pr_word(out, "\n");
		pr_close(out, '}');
	}
	pr_close(out, ']');
}

/* Prints the rules, or the bindings, which are adjacent. Return: where they end. */
static size_t print_entries(struct printer *out, const struct policy *policy,
			    size_t first, const char *key, bool bindings)
{
	size_t i;

	pr_open(out, key, '[');
	for (i = first; i < policy->n_entries; i++) {
		if ((policy->entries[i].table == ARP_POLICY_TABLE_BINDING) !=
		    bindings)
			break;
		pr_open(out, NULL, '{');
		policy_print_entry(out, &policy->entries[i]);
		pr_word(out, "\n");
		pr_close(out, '}');
	}
	pr_close(out, ']');
	return i;
}

void policy_print(struct printer *out, const struct policy *policy)
{
	size_t i;

	pr_open(out, "dev", '[');
	for (i = 0; i < policy->n_devs; i++) {
		pr_open(out, NULL, '{');
		policy_print_dev(out, policy->devs[i].selector,
				 &policy->devs[i].values);
		pr_word(out, "\n");
		pr_close(out, '}');
	}
	pr_close(out, ']');
	i = print_entries(out, policy, 0, "rule", false);
	print_entries(out, policy, i, "bind", true);
}

void policy_save(struct printer *out, const struct policy *policy)
{
	pr_text(out, POLICY_BEGIN "\n");
	pr_open(out, NULL, '{');
	policy_print(out, policy);
	pr_close(out, '}');
	pr_text(out, POLICY_END " %zu\n", policy->n_devs + policy->n_entries);
}
