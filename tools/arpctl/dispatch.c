// SPDX-License-Identifier: GPL-2.0-only
/* From words to a command, whose arguments are checked before it runs. */

#include <string.h>

#include "commands.h"
#include "dispatch.h"
#include "help.h"
#include "wire/fields.h"

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "-h") ||
	       !strcmp(word, "--help");
}

/* "-w" for "--watch", if the command has that and not the letter. */
static const char *full_option(const struct grammar *g, const char *word)
{
	int i;

	if (word[0] != '-' || !word[1] || word[2] || grammar_has(g, word))
		return NULL;
	for (i = 0; i < g->n; i++)
		if (!strncmp(g->tokens[i].name, "--", 2) &&
		    g->tokens[i].name[2] == word[1])
			return g->tokens[i].name;
	return NULL;
}

/*
 * The options of the tool have been removed by now, and a file has none. A letter is
 * replaced by the command's option that begins with it. Negative numbers are left for the
 * field to refuse.
 */
static int check_options(const struct args *args, int argc, char **argv)
{
	const char *full;
	int i;

	for (i = 0; !place_known() && i < argc && i < args->options_end; i++) {
		full = full_option(&args->grammar, argv[i]);
		if (full)
			argv[i] = (char *)(uintptr_t)full;
		if (argv[i][0] != '-' || !argv[i][1] ||
		    (argv[i][1] >= '0' && argv[i][1] <= '9') ||
		    grammar_has(&args->grammar, argv[i]))
			continue;
		usage_error("%s: unknown option \"%s\"; put \"--\" before a name like that",
			    args->title, argv[i]);
		args_usage(stderr, "Usage: ", args->object, args->command,
			   args->usage);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

int dispatch(struct ctx *ctx, int argc, char **argv)
{
	const struct command *command;
	const struct object *object;
	struct args args;
	int taken, status, end;

	end = args_end_options(&argc, argv);
	if (end && is_help(argv[0]))
		return help(ctx, argc - 1, argv + 1);
	object = argc ? object_find(argv[0]) : NULL;
	if (!object)
		return unknown_object(argc, argv);
	if (argc <= 3 && argc > 1 && end == argc && is_help(argv[argc - 1]))
		return help(ctx, argc - 1, argv);

	command = command_pick(object, argc - 1, argv + 1, &taken);
	if (!command)
		return unknown_command(object, argc - 1, argv + 1);
	argc -= 1 + taken;
	argv += 1 + taken;
	args_init(&args, object->name, command->name, command->args);
	args.options_end = end - 1 - taken;
	ctx->args = &args;
	status = check_options(&args, argc, argv);
	if (!status && args.pairs)
		status = fields_check(args.title, argc, argv);
	if (!status)
		status = args_take(&args, argc, argv);
	if (!status)
		status = command->run(ctx);
	ctx->args = NULL;
	return status ? status : pr_finish(&ctx->out);
}
