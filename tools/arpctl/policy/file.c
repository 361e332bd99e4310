// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a policy, or changes of one, from a file. Its lines are commands, with the
 * same grammar and error messages as on the command line.
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

struct reader {
	struct words words;
	bool saved;		/* save wrote it, so it must have an end line */
	bool ended;		/* the end line was read */
	bool any;		/* a command was read */
	bool whole;		/* it is a policy, not changes */
	struct args *grammars;	/* of the statements */
	size_t last;		/* the statement of the line before */
	struct place place;
	int (*take)(void *data, const struct change *change, struct place *place);
	void *data;
};

/* The commands that a file may contain; only some of them make a policy. */
static const struct statement {
	const char *object;
	const char *command;
	const char *usage;
	enum arp_policy_op op;
	bool whole;		/* also in a whole policy */
} statements[] = {
	{ "dev", "set", FIELDS_ARGS, ARP_POLICY_OP_DEV_SET, true },
	{ "rule", "add", RULE_ARGS, ARP_POLICY_OP_ENTRY_ADD, true },
	{ "rule", "replace", RULE_ARGS, ARP_POLICY_OP_ENTRY_REPLACE, true },
	{ "bind", "add", BIND_ARGS, ARP_POLICY_OP_ENTRY_ADD, true },
	{ "bind", "replace", BIND_ARGS, ARP_POLICY_OP_ENTRY_REPLACE, true },
	{ "dev", "unset", UNSET_ARGS, ARP_POLICY_OP_DEV_DEL, false },
	{ "rule", "del", RULE_DEL_ARGS, ARP_POLICY_OP_ENTRY_DEL, false },
	{ "bind", "del", BIND_DEL_ARGS, ARP_POLICY_OP_ENTRY_DEL, false },
};

#define N_STATEMENTS (sizeof(statements) / sizeof(statements[0]))

/* A line of sysctl.conf, as "net.ipv4.conf.all.arp_ignore = 1". */
static bool is_sysctl(const char *word)
{
	return !strncmp(word, "net.", 4) || !strncmp(word, "net/", 4) ||
	       !strncmp(word, "-net.", 5);
}

static int unknown(const struct reader *r)
{
	const struct words *words = &r->words;
	char list[128] = "", name[64];
	const struct statement *s;

	if (is_sysctl(words->word[0]))
		return usage_error("\"%s\" is a sysctl: \"arpctl import sysctl\" prints the policy equal to those in effect",
				   words->word[0]);
	for (s = statements; s < statements + N_STATEMENTS; s++) {
		if (r->whole && !s->whole)
			continue;
		snprintf(name, sizeof(name), "%s %s", s->object, s->command);
		list_add(list, sizeof(list), name);
	}
	return usage_error("\"%s%s%s\" is not allowed in %s, expected: %s",
			   words->word[0], words->n > 1 ? " " : "",
			   words->n > 1 ? words->word[1] : "",
			   r->whole ? "a policy" : "a file of changes", list);
}

static bool is_statement(const struct reader *r, const struct statement *s)
{
	const struct words *words = &r->words;

	/* The objects differ in their first letters. */
	return words->n > 1 && (s->whole || !r->whole) && words->word[0][0] == s->object[0] &&
	       !strcmp(words->word[0], s->object) &&
	       !strcmp(words->word[1], s->command);
}

/* Its index; N_STATEMENTS if it is none. Often it is the one of the line before. */
static size_t find_statement(const struct reader *r)
{
	size_t i;

	if (is_statement(r, &statements[r->last]))
		return r->last;
	for (i = 0; i < N_STATEMENTS; i++)
		if (is_statement(r, &statements[i]))
			break;
	return i;
}

/* Takes the words of a line; a leading "arpctl" is allowed. */
static int take_words(struct reader *r)
{
	struct words *words = &r->words;
	struct change change;
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
	i = find_statement(r);
	if (i == N_STATEMENTS)
		return unknown(r);
	r->last = i;
	status = args_take(&r->grammars[i], words->n - 2, words->word + 2);
	if (!status)
		status = change_parse(&r->grammars[i], statements[i].op, &change);
	return status ? status : r->take(r->data, &change, &r->place);
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
static int take_line(struct reader *r, bool *more)
{
	const char *line = r->words.at, *end = NULL, *why;
	size_t len = line < r->words.end ? (size_t)(r->words.end - line) : 0;
	int got;

	*more = len;
	if (!len)
		return STATUS_OK;
	r->place.line = r->words.line + 1;
	if (r->ended)
		return usage_error("nothing may follow the end line");
	if (*line == '#' && r->place.line == 1) {
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

static int take_lines(struct reader *r, char *text, size_t len)
{
	bool more = true;
	int status = STATUS_OK;

	words_more(&r->words, text, len);
	while (!status && more)
		status = take_line(r, &more);
	return status;
}

/* Whether a file that was read to its end is complete. */
static int check_end(struct reader *r)
{
	r->place.line = 0;
	if (r->saved && !r->ended)
		return usage_error("the end line that save writes is missing: the file is cut off");
	if (r->whole && !r->saved && !r->any)
		return usage_error("there is no command in it; \"arpctl flush\" removes the policy");
	return STATUS_OK;
}

static int read_input(struct reader *r, struct input *in)
{
	const char *why;
	char *text;
	size_t len;
	int status;

	r->place.file = in->name;
	do {
		status = input_lines(in, &text, &len, &why);
		place_enter(&r->place);
		if (!status && why) {
			r->place.line = r->words.line + 1;
			status = usage_error("%s", why);
		} else if (!status && len) {
			status = take_lines(r, text, len);
		} else if (!status) {
			status = check_end(r);
		}
		place_leave(&r->place);
	} while (!status && len);
	return status;
}

static int read_file(struct reader *r, const char *file)
{
	struct args grammars[N_STATEMENTS];
	struct input in;
	size_t i;
	int status;

	for (i = 0; i < N_STATEMENTS; i++)
		args_init(&grammars[i], statements[i].object,
			  statements[i].command, statements[i].usage);
	r->grammars = grammars;
	status = input_open(file, &in);
	if (!status)
		status = read_input(r, &in);
	input_close(&in);
	return status;
}

int changes_read(const char *file,
		 int (*take)(void *data, const struct change *change,
			     struct place *place),
		 void *data)
{
	struct reader r = { .take = take, .data = data };

	return read_file(&r, file);
}

static int take_dev(struct policy *policy, const struct change *change,
		    uint32_t line)
{
	const struct field_values *values = &change->values;
	struct policy_dev *dev;
	const struct field *f;
	bool there;

	dev = policy_dev(policy, change->selector, &there);
	if (!dev)
		return STATUS_FAILED;
	for (f = fields; f->name; f++) {
		if (!field_is_set(values, f))
			continue;
		if (field_is_set(&dev->values, f) &&
		    dev->values.value[f->attr] != values->value[f->attr])
			return usage_error("dev set: line %u sets %s of %s to something else",
					   dev->line[f->attr], f->name,
					   dev->selector);
		field_set(&dev->values, f, values->value[f->attr]);
		dev->line[f->attr] = line;
	}
	return STATUS_OK;
}

static int take_entry(struct policy *policy, const struct change *change,
		      uint32_t line)
{
	bool binding = change->entry.table == ARP_POLICY_TABLE_BINDING;
	struct entry entry = change->entry, *found;
	bool there;

	if (entry.dynamic)
		return usage_error("a dynamic binding is not part of a policy: a restore keeps those that are there, apply adds them");
	entry.line = line;
	found = policy_entry(policy, &entry, &there);
	if (!found)
		return STATUS_FAILED;
	if (there && change->op == ARP_POLICY_OP_ENTRY_ADD)
		return usage_error("%s add: line %u has one for this %s on this selector: replace it instead",
				   binding ? "bind" : "rule", found->line,
				   binding ? "address" : "prefix");
	if (there) {
		entry.selector = found->selector;
		*found = entry;
	}
	return STATUS_OK;
}

/* Takes a line of a policy: an op that sets, adds or replaces. */
static int take_setting(void *policy, const struct change *change,
			struct place *place)
{
	uint32_t line = (uint32_t)place->line;

	return change->op == ARP_POLICY_OP_DEV_SET ?
	       take_dev(policy, change, line) : take_entry(policy, change, line);
}

int policy_read(struct policy *policy, const char *file)
{
	struct reader r = { .whole = true, .take = take_setting, .data = policy };

	return read_file(&r, file);
}
