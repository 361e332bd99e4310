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
	  "run the commands in FILE, or for - of standard input" },
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

int options_parse(struct ctx *ctx, int argc, char **argv, bool *done)
{
	struct option longs[N_OPTIONS + 1] = { { 0 } };
	int opt, status = set_color(ctx, "auto");
	size_t i;

	for (i = 0; i < N_OPTIONS; i++)
		longs[i] = options[i].option;
	opterr = 0;
	while (!status && !*done && !ctx->help &&
	       (opt = getopt_long(argc, argv, "+:jpn:c::b:fVh", longs, NULL)) != -1) {
		switch (opt) {
		case 'j':
			ctx->out.json = true;
			break;
		case 'p':
			ctx->out.pretty = true;
			break;
		case 'n':
			ctx->netns = optarg;
			ctx->nl.netns = optarg;
			break;
		case 'b':
			ctx->batch = optarg;
			break;
		case 'f':
			ctx->force = true;
			break;
		case 'c':
			if (optarg && *optarg == '=')
				optarg++;
			status = set_color(ctx, optarg ? optarg : "always");
			break;
		case 'V':
			printf("arpctl %s\n", ARPCTL_VERSION);
			*done = true;
			break;
		case 'h':
			ctx->help = true;
			break;
		case ':':
			return usage_error("%s needs an argument, see \"arpctl help\"",
					   argv[optind - 1]);
		default:
			return usage_error("unknown option \"%s\", see \"arpctl help\"",
					   argv[optind - 1]);
		}
	}
	/* Unless it is the argument of the option before it. */
	ctx->literal = optind > 1 && !strcmp(argv[optind - 1], "--") &&
		       ctx->netns != argv[optind - 1] &&
		       ctx->batch != argv[optind - 1];
	return status || !*done ? status : pr_finish(&ctx->out);
}
