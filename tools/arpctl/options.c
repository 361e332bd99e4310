// SPDX-License-Identifier: GPL-2.0-only
/* Options: their table, parsing, help and completion. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "options.h"

static const struct {
	struct option option;
	const char *arg;
	const char *what;
} options[] = {
	{ { "json", no_argument, NULL, 'j' }, "", "print JSON" },
	{ { "pretty", no_argument, NULL, 'p' }, "", "with -j: indented" },
	{ { "netns", required_argument, NULL, 'n' }, " NETNS",
	  "act in this network namespace, a name or a path" },
	{ { "color", optional_argument, NULL, 'c' }, "[=WHEN]",
	  "colour always, never, or auto: on a terminal" },
	{ { "batch", required_argument, NULL, 'b' }, " FILE",
	  "run the commands in FILE; - is standard input" },
	{ { "force", no_argument, NULL, 'f' }, "",
	  "with -b: continue after a command that fails" },
	{ { "version", no_argument, NULL, 'V' }, "", "print the version" },
	{ { "help", no_argument, NULL, 'h' }, "", "print this help" },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static const char *const color_words[] = { "auto", "always", "never", NULL };

void options_help(FILE *file)
{
	char option[40];
	size_t i;

	fputs("\nOptions:\n", file);
	for (i = 0; i < N_OPTIONS; i++) {
		snprintf(option, sizeof(option), "-%c, --%s%s",
			 options[i].option.val, options[i].option.name,
			 options[i].arg);
		fprintf(file, "  %-22s %s\n", option, options[i].what);
	}
}

void options_each(const char *word,
		  void (*each)(void *data, const char *option), void *data)
{
	char candidate[40];
	size_t i;
	int w;

	if (!strncmp(word, "--color=", 8)) {
		for (w = 0; color_words[w]; w++) {
			snprintf(candidate, sizeof(candidate), "--color=%s",
				 color_words[w]);
			each(data, candidate);
		}
		return;
	}
	for (i = 0; i < N_OPTIONS; i++) {
		snprintf(candidate, sizeof(candidate), "--%s",
			 options[i].option.name);
		each(data, candidate);
		snprintf(candidate, sizeof(candidate), "-%c",
			 options[i].option.val);
		each(data, candidate);
	}
}

static int set_color(struct ctx *ctx, const char *when)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (!strcmp(when, "always"))
		ctx->out.color = true;
	else if (!strcmp(when, "never"))
		ctx->out.color = false;
	else if (!strcmp(when, "auto"))
		ctx->out.color = isatty(STDOUT_FILENO) &&
				 !(no_color && *no_color) &&
				 term && strcmp(term, "dumb") != 0;
	else
		return usage_error("invalid -c \"%s\", expected: auto, always, never",
				   when);
	return STATUS_OK;
}

static const struct option *option_by_letter(char letter)
{
	size_t i;

	for (i = 0; i < N_OPTIONS; i++)
		if (options[i].option.val == letter)
			return &options[i].option;
	return NULL;
}

/*
 * By name: after two dashes, an unambiguous beginning is enough; after one dash, as in
 * iproute2, only the whole name.
 */
static const struct option *option_by_name(const char *word)
{
	const struct option *found = NULL;
	bool two = word[1] == '-';
	const char *name = word + 1 + two;
	size_t len = strcspn(name, "="), i;

	for (i = 0; len && i < N_OPTIONS; i++) {
		if (strncmp(options[i].option.name, name, len) != 0)
			continue;
		if (!options[i].option.name[len])
			return &options[i].option;
		if (found)
			return NULL;
		found = two ? &options[i].option : NULL;
	}
	return found;
}

/* The words still to be read, and those that are not options. */
struct reader {
	struct ctx *ctx;
	char **argv;
	int argc, at, kept;
	bool version;
};

static int take_option(struct reader *r, const struct option *o, char *value)
{
	struct ctx *ctx = r->ctx;

	if (o->has_arg == required_argument && !value) {
		if (r->at == r->argc)
			return usage_error("-%c needs an argument, see \"arpctl help\"",
					   o->val);
		value = r->argv[r->at++];
	}
	switch (o->val) {
	case 'j':
		ctx->out.json = true;
		break;
	case 'p':
		ctx->out.pretty = true;
		break;
	case 'n':
		ctx->netns = value;
		ctx->nl.netns = value;
		break;
	case 'b':
		ctx->batch = value;
		break;
	case 'f':
		ctx->force = true;
		break;
	case 'c':
		return set_color(ctx, value ? value : "always");
	case 'V':
		r->version = true;
		break;
	case 'h':
		ctx->help = true;
		break;
	}
	return STATUS_OK;
}

static int unknown_option(const char *name)
{
	return usage_error("unknown option \"%s\", see \"arpctl help\"", name);
}

/* Letters after one dash; the rest after n or c is its argument. */
static int take_letters(struct reader *r, char *word)
{
	const struct option *o;
	char name[3] = "-";
	int status = STATUS_OK;
	char *rest = NULL;

	for (word++; !status && !rest && *word; word++) {
		o = option_by_letter(*word);
		name[1] = *word;
		if (!o)
			return unknown_option(name);
		rest = o->has_arg != no_argument && word[1] ? word + 1 : NULL;
		/* iproute2's -br is refused: there is no r. */
		if (rest && *word == 'b')
			return unknown_option((char[]){ '-', word[1], '\0' });
		if (rest && *rest == '=' && o->val == 'c')
			rest++;
		status = take_option(r, o, rest);
	}
	return status;
}

/*
 * Before the object, every word with a dash must be an option; after it, unknown ones
 * belong to the command.
 */
static int take_word(struct reader *r)
{
	char *word = r->argv[r->at++];
	const struct option *o;
	char *value;

	if (word[0] != '-' || !word[1] || (word[1] >= '0' && word[1] <= '9')) {
		r->argv[r->kept++] = word;
		return STATUS_OK;
	}
	o = option_by_name(word);
	value = strchr(word, '=');
	if (o && value && o->has_arg == no_argument)
		return usage_error("-%c takes no argument", o->val);
	if (o)
		return take_option(r, o, value ? value + 1 : NULL);
	if (word[1] != '-' && (r->kept == 1 || option_by_letter(word[1])))
		return take_letters(r, word);
	if (r->kept == 1)
		return unknown_option(word);
	r->argv[r->kept++] = word;
	return STATUS_OK;
}

static int take_words(struct reader *r)
{
	int status = STATUS_OK;

	while (!status && r->at < r->argc && strcmp(r->argv[r->at], "--") != 0)
		status = take_word(r);
	/* "--" ends the options; it and the words after it stay. */
	while (r->at < r->argc)
		r->argv[r->kept++] = r->argv[r->at++];
	r->argv[r->kept] = NULL;
	return status;
}

int options_parse(struct ctx *ctx, int *argc, char **argv, bool *done)
{
	struct reader r = {
		.ctx = ctx, .argv = argv, .argc = *argc, .at = 1, .kept = 1,
	};
	int status = set_color(ctx, "auto");

	if (!status)
		status = take_words(&r);
	*argc = r.kept;
	if (status)
		return status;
	*done = r.version && !ctx->help;
	if (*done) {
		printf("arpctl %s\n", ARPCTL_VERSION);
		return pr_finish(&ctx->out);
	}
	if (ctx->out.pretty && !ctx->out.json && !ctx->help)
		warning("-p has no effect without -j");
	return STATUS_OK;
}
