// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy out of a file: lines of the commands that make one, in the grammar
 * and with the complaints that they have when they are typed.
 */

#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "arpctl.h"
#include "bind.h"
#include "commands.h"
#include "dev.h"
#include "input.h"
#include "policy.h"
#include "rule.h"
#include "words.h"

struct reader {
	struct policy *policy;
	struct words words;
};

static int take_dev(struct reader *r, const struct args *args, bool replace)
{
	struct field_values values;
	struct policy_dev *dev;
	const struct field *f;
	bool there;
	int status;

	(void)replace;
	status = dev_parse(args, &values);
	if (status)
		return status;
	dev = policy_dev(r->policy, args->argv[0], &there);
	if (!dev)
		return STATUS_FAILED;
	for (f = fields; f->name; f++) {
		if (!field_is_set(&values, f))
			continue;
		if (field_is_set(&dev->values, f) &&
		    dev->values.value[f->attr] != values.value[f->attr])
			return usage_error("%s: line %u sets %s of %s to something else",
					   args->title, dev->line[f->attr],
					   f->name, dev->selector);
		field_set(&dev->values, f, values.value[f->attr]);
		dev->line[f->attr] = (uint32_t)r->words.line;
	}
	return STATUS_OK;
}

/* Takes a rule or a binding; what it is of names what tells it from others. */
static int take_entry(struct reader *r, const struct args *args, bool replace,
		      struct entry *entry, const char *of)
{
	struct entry *found;
	const char *selector;
	bool there;

	entry->line = (uint32_t)r->words.line;
	found = policy_entry(r->policy, entry, &there);
	if (!found)
		return STATUS_FAILED;
	if (!there)
		return STATUS_OK;
	if (!replace)
		return usage_error("%s: line %u has one for this %s on this selector: replace it instead",
				   args->title, found->line, of);
	selector = found->selector;
	*found = *entry;
	found->selector = selector;
	return STATUS_OK;
}

static int take_rule(struct reader *r, const struct args *args, bool replace)
{
	struct entry rule;
	int status = rule_parse(args, &rule);

	return status ? status : take_entry(r, args, replace, &rule, "prefix");
}

static int take_binding(struct reader *r, const struct args *args, bool replace)
{
	struct entry binding;
	int status = bind_parse(args, &binding);

	return status ? status :
			take_entry(r, args, replace, &binding, "address");
}

/* What may stand in a file. */
static const struct statement {
	const struct object *object;
	const char *command;
	int (*take)(struct reader *r, const struct args *args, bool replace);
	bool replace;		/* in the place of an earlier line's */
} statements[] = {
	{ &dev_object, "set", take_dev, false },
	{ &rule_object, "add", take_rule, false },
	{ &rule_object, "replace", take_rule, true },
	{ &bind_object, "add", take_binding, false },
	{ &bind_object, "replace", take_binding, true },
};

#define N_STATEMENTS (sizeof(statements) / sizeof(statements[0]))

static int unknown(const struct words *words)
{
	char list[128] = "", name[64];
	const struct statement *s;

	for (s = statements; s < statements + N_STATEMENTS; s++) {
		snprintf(name, sizeof(name), "%s %s", s->object->name,
			 s->command);
		list_add(list, sizeof(list), name);
	}
	return usage_error("\"%s%s%s\" is no part of a policy, it takes: %s",
			   words->word[0], words->n > 1 ? " " : "",
			   words->n > 1 ? words->word[1] : "", list);
}

static bool is_statement(const struct statement *s, const struct words *words)
{
	/* The first letter tells the objects apart already. */
	return words->n > 1 && words->word[0][0] == s->object->name[0] &&
	       !strcmp(words->word[0], s->object->name) &&
	       !strcmp(words->word[1], s->command);
}

/* Takes the words of a line, with the grammars of the statements. */
static int take_line(struct reader *r, struct args grammars[N_STATEMENTS])
{
	struct words *words = &r->words;
	size_t i;
	int status;

	if (!words->n)
		return STATUS_OK;
	for (i = 0; i < N_STATEMENTS; i++)
		if (is_statement(&statements[i], words))
			break;
	if (i == N_STATEMENTS)
		return unknown(words);
	status = args_take(&grammars[i], words->n - 2, words->word + 2);
	return status ? status : statements[i].take(r, &grammars[i],
						     statements[i].replace);
}

static int take_lines(struct reader *r, struct place *place)
{
	struct args grammars[N_STATEMENTS];
	const char *why;
	int status = STATUS_OK, got;
	size_t i;

	for (i = 0; i < N_STATEMENTS; i++)
		args_init(&grammars[i], statements[i].object,
			  command_find(statements[i].object,
				       statements[i].command));
	while (!status && (got = words_next(&r->words, &why))) {
		place->line = r->words.line;
		status = got < 0 ? usage_error("%s", why) :
				   take_line(r, grammars);
	}
	return status;
}

int policy_read(const struct ctx *ctx, struct policy *policy, const char *file)
{
	struct reader r = { .policy = policy };
	struct place place = { .file = file };
	char *data;
	size_t len;
	int status;

	status = input_read(ctx, file, &data, &len);
	if (status)
		return status;
	words_init(&r.words, data, len);
	place_enter(&place);
	status = take_lines(&r, &place);
	place_leave(&place);
	free(data);
	return status;
}
