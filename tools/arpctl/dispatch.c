// SPDX-License-Identifier: GPL-2.0-only
/* From words to a command, whose arguments are checked before it runs. */

#include <string.h>

#include "commands.h"
#include "dispatch.h"
#include "help.h"

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "-h") ||
	       !strcmp(word, "--help");
}

/* Files have no options; there, a device's name may begin with "-". */
static int check_options(const struct args *args, int argc, char **argv)
{
	int i;

	for (i = 0; !place_known() && i < argc && i < args->options_end; i++) {
		if (argv[i][0] != '-' || !argv[i][1] ||
		    grammar_has(&args->grammar, argv[i]))
			continue;
		usage_error("%s: options such as \"%s\" go before \"%s\"; put \"--\" before a name like that",
			    args->title, argv[i], args->object);
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

	end = ctx->literal ? 0 : args_end_options(&argc, argv);
	if (end && is_help(argv[0]))
		return help(ctx, argc - 1, argv + 1);
	object = argc ? object_find(argv[0]) : NULL;
	if (!object)
		return unknown_object(argc ? argv[0] : "--");
	if (argc <= 3 && argc > 1 && end == argc && is_help(argv[argc - 1]))
		return help(ctx, argc - 1, argv);

	command = command_pick(object, argc - 1, argv + 1, &taken);
	if (!command)
		return unknown_command(object, argc > 1 ? argv[1] : NULL);
	argc -= 1 + taken;
	argv += 1 + taken;
	args_init(&args, object->name, command->name, command->args);
	args.options_end = end - 1 - taken;
	ctx->args = &args;
	status = check_options(&args, argc, argv);
	if (!status)
		status = args_take(&args, argc, argv);
	if (!status)
		status = command->run(ctx);
	ctx->args = NULL;
	return status ? status : pr_finish(&ctx->out);
}
