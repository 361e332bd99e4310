// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a policy from a file. Its lines are commands, with the same grammar and error
 * messages as on the command line.
 *
 * A file that save wrote has a special first and last line, which show whether it is
 * complete.
 */

#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/input.h"
#include "base/print.h"
#include "base/words.h"
#include "policy/policy.h"
#include "wire/entry.h"
#include "wire/fields.h"

struct reader {
	struct policy *policy;
	struct words words;
	bool saved;		/* save wrote it, so it must have an end line */
	bool ended;		/* the end line was read */
	bool any;		/* a command was read */
	struct args *grammars;	/* of the statements */
};

static int take_dev(struct reader *r, const struct args *args, bool replace)
{
	struct field_values values;
	struct policy_dev *dev;
	const struct field *f;
	bool there;
	int status;

	(void)replace;
	status = fields_parse(args, &values);
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

/* Takes a rule or a binding; of is the name of its key in messages. */
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

/* The commands that a file may contain. */
static const struct statement {
	const char *object;
	const char *command;
	const char *usage;
	int (*take)(struct reader *r, const struct args *args, bool replace);
	bool replace;		/* replaces that of an earlier line */
} statements[] = {
	{ "dev", "set", FIELDS_ARGS, take_dev, false },
	{ "rule", "add", RULE_ARGS, take_rule, false },
	{ "rule", "replace", RULE_ARGS, take_rule, true },
	{ "bind", "add", BIND_ARGS, take_binding, false },
	{ "bind", "replace", BIND_ARGS, take_binding, true },
};

#define N_STATEMENTS (sizeof(statements) / sizeof(statements[0]))

static int unknown(const struct words *words)
{
	char list[128] = "", name[64];
	const struct statement *s;

	for (s = statements; s < statements + N_STATEMENTS; s++) {
		snprintf(name, sizeof(name), "%s %s", s->object, s->command);
		list_add(list, sizeof(list), name);
	}
	return usage_error("\"%s%s%s\" is not allowed in a policy, expected: %s",
			   words->word[0], words->n > 1 ? " " : "",
			   words->n > 1 ? words->word[1] : "", list);
}

static bool is_statement(const struct statement *s, const struct words *words)
{
	/* The objects differ in their first letters. */
	return words->n > 1 && words->word[0][0] == s->object[0] &&
	       !strcmp(words->word[0], s->object) &&
	       !strcmp(words->word[1], s->command);
}

/* Takes the words of a line; a leading "arpctl" is allowed. */
static int take_words(struct reader *r)
{
	struct words *words = &r->words;
	size_t i;
	int status;

	if (words->n && words->word[0][0] == 'a' &&
	    !strcmp(words->word[0], "arpctl"))
		memmove(words->word, words->word + 1,
			(size_t)--words->n * sizeof(words->word[0]));
	if (!words->n)
		return STATUS_OK;
	r->any = true;
	/* "--" precedes names that look like options; here there are no options. */
	if (words->dash)
		args_end_options(&words->n, words->word);
	for (i = 0; i < N_STATEMENTS; i++)
		if (is_statement(&statements[i], words))
			break;
	if (i == N_STATEMENTS)
		return unknown(words);
	status = args_take(&r->grammars[i], words->n - 2, words->word + 2);
	return status ? status : statements[i].take(r, &r->grammars[i],
						     statements[i].replace);
}

/* The rest of a line that begins with the text; NULL if it does not. */
static const char *line_after(const char *line, size_t len, const char *text)
{
	size_t n = strlen(text);

	return len >= n && !memcmp(line, text, n) ? line + n : NULL;
}

static bool is_line_end(const char *s)
{
	return *s == '\n' || (s[0] == '\r' && s[1] == '\n');
}

/* The end line has the count of lines between the first line and itself. */
static int take_end(struct reader *r, const char *count)
{
	size_t len = strspn(count, "0123456789");
	unsigned long lines;
	const char *why;
	uint64_t n;

	if (!parse_u64(count, len, &n) || !is_line_end(count + len))
		return usage_error("\"" POLICY_END "\" must be followed by the number of lines");
	words_next(&r->words, &why);
	r->ended = true;
	lines = r->words.line - 2;
	if (n == lines)
		return STATUS_OK;
	return usage_error("the end line counts %llu lines, there are %lu: some are missing, or the file was edited: then delete its first line",
			   (unsigned long long)n, lines);
}

/* Takes the next line of a text of whole lines, if there is one. */
static int take_line(struct reader *r, struct place *place, bool *more)
{
	const char *line = r->words.at, *end = NULL, *why;
	size_t len = line < r->words.end ? (size_t)(r->words.end - line) : 0;
	int got;

	*more = len;
	if (!len)
		return STATUS_OK;
	place->line = r->words.line + 1;
	if (r->ended)
		return usage_error("nothing may follow the end line");
	if (*line == '#' && place->line == 1) {
		end = line_after(line, len, POLICY_BEGIN);
		r->saved = end && is_line_end(end);
	} else if (*line == '#' && r->saved) {
		end = line_after(line, len, POLICY_END " ");
		if (end)
			return take_end(r, end);
	}
	got = words_next(&r->words, &why);
	return got < 0 ? usage_error("%s", why) : take_words(r);
}

static int take_lines(struct reader *r, struct place *place, char *text,
		      size_t len)
{
	bool more = true;
	int status = STATUS_OK;

	words_more(&r->words, text, len);
	while (!status && more)
		status = take_line(r, place, &more);
	return status;
}

/* Whether a file that was read to its end is complete. */
static int check_whole(const struct reader *r, struct place *place)
{
	place->line = 0;
	if (r->saved && !r->ended)
		return usage_error("the end line that save writes is missing: the file is cut off");
	if (!r->saved && !r->any)
		return usage_error("there is no command in it; \"arpctl flush\" removes the policy");
	return STATUS_OK;
}

static int read_input(struct reader *r, struct input *in)
{
	struct place place = { .file = in->name };
	const char *why;
	char *text;
	size_t len;
	int status;

	do {
		status = input_lines(in, &text, &len, &why);
		place_enter(&place);
		if (!status && why) {
			place.line = r->words.line + 1;
			status = usage_error("%s", why);
		} else if (!status && len) {
			status = take_lines(r, &place, text, len);
		} else if (!status) {
			status = check_whole(r, &place);
		}
		place_leave(&place);
	} while (!status && len);
	return status;
}

int policy_read(struct policy *policy, const char *file)
{
	struct args grammars[N_STATEMENTS];
	struct reader r = { .policy = policy, .grammars = grammars };
	struct input in;
	size_t i;
	int status;

	for (i = 0; i < N_STATEMENTS; i++)
		args_init(&grammars[i], statements[i].object,
			  statements[i].command, statements[i].usage);
	status = input_open(file, &in);
	if (!status)
		status = read_input(&r, &in);
	input_close(&in);
	return status;
}
