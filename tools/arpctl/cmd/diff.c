// SPDX-License-Identifier: GPL-2.0-only
/* diff: what restore would change. */

#include <string.h>

#include "command.h"
#include "policy/policy.h"

/* Merges two sorted lists, and prints what is only in one of them. */
struct merge {
	struct printer *out;
	const struct policy *now, *then;
	bool differ;
};

static void begin(struct merge *m, bool add)
{
	m->differ = true;
	pr_open(m->out, NULL, '{');
	pr_paint(m->out, add ? STYLE_ADD : STYLE_DEL);
	pr_sign(m->out, "op", add ? "add" : "del", add ? "+" : "-");
}

static void end(struct merge *m)
{
	pr_paint(m->out, STYLE_PLAIN);
	pr_text(m->out, "\n");
	pr_close(m->out, '}');
}

/* Prints the values that the other does not have. */
static void print_values(struct merge *m, bool add, const char *selector,
			 const struct field_values *values,
			 const struct field_values *others)
{
	struct field_values only = { 0 };
	const struct field *f;

	for (f = fields; f->name; f++)
		if (field_is_set(values, f) &&
		    !(field_is_set(others, f) &&
		      others->value[f->attr] == values->value[f->attr]))
			field_set(&only, f, values->value[f->attr]);
	if (!only.set)
		return;
	begin(m, add);
	policy_print_dev(m->out, selector, &only);
	end(m);
}

static void merge_devs(struct merge *m)
{
	const struct policy_dev *now = m->now->devs;
	const struct policy_dev *then = m->then->devs;
	const struct policy_dev *now_end = now + m->now->n_devs;
	const struct policy_dev *then_end = then + m->then->n_devs;
	static const struct field_values none;
	const char *selector;
	int order;

	while (now < now_end || then < then_end) {
		order = now == now_end ? 1 : then == then_end ? -1 :
			policy_dev_cmp(now, then);
		selector = order > 0 ? then->selector : now->selector;
		if (order <= 0)
			print_values(m, false, selector, &now->values,
				     order ? &none : &then->values);
		if (order >= 0)
			print_values(m, true, selector, &then->values,
				     order ? &none : &now->values);
		now += order <= 0;
		then += order >= 0;
	}
}

/* Whether two entries with the same key are equal. */
static bool same(const struct entry *a, const struct entry *b)
{
	return a->action == b->action && a->routed == b->routed &&
	       a->any == b->any && a->has_lladdr == b->has_lladdr &&
	       !memcmp(a->lladdr, b->lladdr, sizeof(a->lladdr));
}

static void print_entry(struct merge *m, bool add, const struct entry *entry)
{
	begin(m, add);
	policy_print_entry(m->out, entry);
	end(m);
}

static void merge_entries(struct merge *m)
{
	const struct entry *now = m->now->entries;
	const struct entry *then = m->then->entries;
	const struct entry *now_end = now + m->now->n_entries;
	const struct entry *then_end = then + m->then->n_entries;
	int order;

	while (now < now_end || then < then_end) {
		order = now == now_end ? 1 : then == then_end ? -1 :
			policy_entry_cmp(now, then);
		if (order < 0 || (!order && !same(now, then)))
			print_entry(m, false, now);
		if (order > 0 || (!order && !same(now, then)))
			print_entry(m, true, then);
		now += order <= 0;
		then += order >= 0;
	}
}

/*
 * Like diff(1): status 1 means that there are differences, so any error is status 2.
 */
static int diff(struct ctx *ctx)
{
	const char *file = args_first(ctx->args);
	struct policy now = { 0 }, then = { 0 };
	struct merge m = { .out = &ctx->out, .now = &now, .then = &then };
	int status;

	status = policy_read(&then, file);
	if (!status)
		status = policy_check_altnames(&ctx->nl, &then, file);
	if (!status)
		status = policy_get(&ctx->nl, &now, &policy_saved);
	if (!status) {
		policy_sort(&now);
		policy_sort(&then);
		pr_open(m.out, NULL, '{');
		if (m.out->json)
			pr_num(m.out, "generation", STYLE_PLAIN, 0,
			       now.generation, NULL);
		pr_open(m.out, "changes", '[');
		merge_devs(&m);
		merge_entries(&m);
		pr_close(m.out, ']');
		pr_close(m.out, '}');
		status = pr_finish(m.out);
	}
	policy_free(&now);
	policy_free(&then);
	if (status)
		return STATUS_USAGE;
	return m.differ ? STATUS_FAILED : STATUS_OK;
}

static const struct command commands[] = {
	{ "", "FILE|-", "print what restore would change; status 0: nothing, 1: something",
	  diff },
	{ 0 }
};

const struct object diff_object = {
	"diff", "compare the policy with a file", commands
};
