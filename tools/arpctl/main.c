// SPDX-License-Identifier: GPL-2.0-only
/*
 * arpctl: sets and shows the ARP policy of the arp_policy kernel module.
 *
 * Options, and the table of objects that dispatch, help and completion read.
 */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "arpctl.h"

static const struct object *const objects[] = {
	&dev_object,
	&rule_object,
	&bind_object,
	&stats_object,
	&flush_object,
	&monitor_object,
	&announce_object,
	NULL
};

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
	{ { "version", no_argument, NULL, 'V' }, "", "print the version" },
	{ { "help", no_argument, NULL, 'h' }, "", "print this help" },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static const char *const color_words[] = { "auto", "always", "never", NULL };

static const struct object *find_object(const char *name)
{
	const struct object *const *o;

	for (o = objects; *o; o++)
		if (!strcmp((*o)->name, name))
			return *o;
	return NULL;
}

static const struct command *find_command(const struct object *object,
					  const char *name)
{
	const struct command *c;

	for (c = object->commands; c->run; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "-h") ||
	       !strcmp(word, "--help");
}

static void help_row(FILE *file, const struct object *object,
		     const struct command *command)
{
	args_usage(file, "  ", object, command);
	fprintf(file, "        %s\n", command->what);
}

static void help_main(FILE *file)
{
	const struct object *const *o;
	const struct command *c;
	size_t i;

	fputs("Usage: arpctl [OPTION ...] OBJECT [COMMAND [ARGUMENT ...]]\n"
	      "       arpctl [OBJECT [COMMAND]] help\n\nCommands:\n", file);
	for (o = objects; *o; o++)
		for (c = (*o)->commands; c->run; c++)
			help_row(file, *o, c);
	fputs("\nOptions:\n", file);
	for (i = 0; i < N_OPTIONS; i++) {
		char option[40];

		snprintf(option, sizeof(option), "-%c, --%s%s",
			 options[i].option.val, options[i].option.name,
			 options[i].arg);
		fprintf(file, "  %-22s %s\n", option, options[i].what);
	}
}

static void help_object(FILE *file, const struct object *object)
{
	const struct command *c;

	fprintf(file, "arpctl %s: %s\n\n", object->name, object->what);
	for (c = object->commands; c->run; c++)
		help_row(file, object, c);
}

static void help_command(FILE *file, const struct object *object,
			 const struct command *command)
{
	args_usage(file, "Usage: ", object, command);
	fprintf(file, "\n%c%s.\n", command->what[0] - 'a' + 'A',
		command->what + 1);
	args_help(file, command->args);
}

static int unknown_object(const char *name)
{
	const struct object *const *o;
	char list[256] = "";

	for (o = objects; *o; o++)
		list_add(list, sizeof(list), (*o)->name);
	return usage_error("unknown object \"%s\", the objects are: %s, help",
			   name, list);
}

static int unknown_command(const struct object *object, const char *name)
{
	const struct command *c;
	char list[256] = "";

	for (c = object->commands; c->run; c++)
		if (*c->name)
			list_add(list, sizeof(list), c->name);
	if (!name)
		return usage_error("%s: a command is missing, it takes: %s, help",
				   object->name, list);
	return usage_error("%s: unknown command \"%s\", it takes: %s, help",
			   object->name, name, list);
}

/* Help for what the words name; without any, for the whole tool. */
static int help(struct ctx *ctx, int argc, char **argv)
{
	const struct command *command;
	const struct object *object;

	if (!argc) {
		help_main(stdout);
		return pr_finish(&ctx->out);
	}
	object = find_object(argv[0]);
	if (!object)
		return unknown_object(argv[0]);
	if (argc == 1 && object->commands[0].name[0]) {
		help_object(stdout, object);
		return pr_finish(&ctx->out);
	}
	command = find_command(object, argc > 1 ? argv[1] : "");
	if (!command)
		return unknown_command(object, argv[1]);
	help_command(stdout, object, command);
	return pr_finish(&ctx->out);
}

/*
 * The command that the words after an object name, and how many words that
 * took. An object that does something by itself takes its arguments at once.
 */
static const struct command *pick_command(const struct object *object, int argc,
					  char **argv, int *taken)
{
	const struct command *c = argc ? find_command(object, argv[0]) : NULL;
	const struct command *self = find_command(object, "");

	*taken = c && *c->name;
	if (c && *c->name)
		return c;
	/* Where there are commands, another word is a misspelt one. */
	if (self && (!argc || *self->args || self == object->commands))
		return self;
	return NULL;
}

static int dispatch(struct ctx *ctx, int argc, char **argv)
{
	const struct command *command;
	const struct object *object;
	int taken, status;

	if (is_help(argv[0]))
		return help(ctx, argc - 1, argv + 1);
	object = find_object(argv[0]);
	if (!object)
		return unknown_object(argv[0]);
	if (argc <= 3 && argc > 1 && is_help(argv[argc - 1]))
		return help(ctx, argc - 1, argv);

	command = pick_command(object, argc - 1, argv + 1, &taken);
	if (!command)
		return unknown_command(object, argv[1]);
	argc -= 1 + taken;
	argv += 1 + taken;
	ctx->command = command;
	status = args_check(object, command, argc, argv);
	if (!status)
		status = command->run(ctx, argc, argv);
	return status ? status : pr_finish(&ctx->out);
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
		return usage_error("-c cannot be \"%s\", it takes: auto, always, never",
				   when);
	return STATUS_OK;
}

/* Sets *done where an option was all that was asked for. */
static int parse_options(struct ctx *ctx, int argc, char **argv, bool *done)
{
	struct option longs[N_OPTIONS + 1] = { { 0 } };
	int opt, status = set_color(ctx, "auto");
	size_t i;

	for (i = 0; i < N_OPTIONS; i++)
		longs[i] = options[i].option;
	opterr = 0;
	while (!status && !*done &&
	       (opt = getopt_long(argc, argv, "+:jpn:c::Vh", longs, NULL)) != -1) {
		switch (opt) {
		case 'j':
			ctx->out.json = true;
			break;
		case 'p':
			ctx->out.pretty = true;
			break;
		case 'n':
			ctx->netns = optarg;
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
			help_main(stdout);
			*done = true;
			break;
		case ':':
			return usage_error("%s needs an argument, see \"arpctl help\"",
					   argv[optind - 1]);
		default:
			return usage_error("unknown option \"%s\", see \"arpctl help\"",
					   argv[optind - 1]);
		}
	}
	return status || !*done ? status : pr_finish(&ctx->out);
}

static void complete_netns(void *data, const char *name)
{
	complete_word(data, name);
}

static void complete_option(const char *word)
{
	char candidate[40];
	size_t i;
	int w;

	if (!strncmp(word, "--color=", 8)) {
		for (w = 0; color_words[w]; w++) {
			snprintf(candidate, sizeof(candidate), "--color=%s",
				 color_words[w]);
			complete_word(word, candidate);
		}
		return;
	}
	for (i = 0; i < N_OPTIONS; i++) {
		snprintf(candidate, sizeof(candidate), "--%s",
			 options[i].option.name);
		complete_word(word, candidate);
		snprintf(candidate, sizeof(candidate), "-%c",
			 options[i].option.val);
		complete_word(word, candidate);
	}
}

static void complete_command(struct ctx *ctx, const struct object *object,
			     int argc, char **argv)
{
	const struct command *c;
	int taken;

	if (argc == 1) {
		for (c = object->commands; c->run; c++)
			if (*c->name)
				complete_word(argv[0], c->name);
	}
	if (argc <= 2 && (argc == 1 || find_command(object, argv[0])))
		complete_word(argv[argc - 1], "help");
	c = pick_command(object, argc - 1, argv, &taken);
	ctx->command = c;
	if (c)
		args_complete(ctx, argc - taken, argv + taken);
}

/*
 * The hidden command of the shell's completion: prints what the last of the
 * words after "arpctl" may become. Does not know more than the tables do.
 */
static int complete(struct ctx *ctx, int argc, char **argv)
{
	const struct object *const *o;
	const struct object *object;
	const char *word;

	for (; argc > 1 && argv[0][0] == '-'; argc--, argv++) {
		if (strcmp(argv[0], "-n") != 0 && strcmp(argv[0], "--netns") != 0)
			continue;
		if (argc == 2) {
			netns_list(complete_netns, argv[1]);
			return STATUS_OK;
		}
		ctx->netns = argv[1];
		argc--;
		argv++;
	}
	if (!argc)
		return STATUS_OK;
	word = argv[0];
	if (argc == 1) {
		if (*word == '-')
			complete_option(word);
		for (o = objects; *o; o++)
			complete_word(word, (*o)->name);
		complete_word(word, "help");
		return pr_finish(&ctx->out);
	}
	object = find_object(word);
	if (object)
		complete_command(ctx, object, argc - 1, argv + 1);
	return pr_finish(&ctx->out);
}

int main(int argc, char **argv)
{
	struct ctx ctx = { .out = { .file = stdout,
				    .columns = isatty(STDOUT_FILENO) } };
	bool done = false;
	int status;

	if (argc > 1 && !strcmp(argv[1], "complete")) {
		status = complete(&ctx, argc - 2, argv + 2);
		nl_close(&ctx.nl);
		return status;
	}
	status = parse_options(&ctx, argc, argv, &done);
	if (status || done)
		return status;
	if (optind == argc) {
		help_main(stderr);
		return STATUS_USAGE;
	}
	status = dispatch(&ctx, argc - optind, argv + optind);
	nl_close(&ctx.nl);
	return status;
}
