// SPDX-License-Identifier: GPL-2.0-only
/* Commands: the table of objects that dispatch, help and completion read. */

#include <string.h>

#include "args.h"
#include "arpctl.h"
#include "commands.h"
#include "options.h"

const struct object *const objects[] = {
	&dev_object,
	&rule_object,
	&bind_object,
	&explain_object,
	&stats_object,
	&flush_object,
	&monitor_object,
	&announce_object,
	&check_object,
	&save_object,
	&restore_object,
	&diff_object,
	&import_object,
	NULL
};

const struct object *object_find(const char *name)
{
	const struct object *const *o;

	for (o = objects; *o; o++)
		if (!strcmp((*o)->name, name))
			return *o;
	return NULL;
}

const struct command *command_find(const struct object *object,
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

void commands_help(FILE *file)
{
	const struct object *const *o;
	const struct command *c;

	fputs("Usage: arpctl [OPTION ...] OBJECT [COMMAND [ARGUMENT ...]]\n"
	      "       arpctl [OPTION ...] -b FILE\n"
	      "       arpctl [OBJECT [COMMAND]] help\n\nCommands:\n", file);
	for (o = objects; *o; o++)
		for (c = (*o)->commands; c->run; c++)
			help_row(file, *o, c);
	options_help(file);
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
		commands_help(stdout);
		return pr_finish(&ctx->out);
	}
	object = object_find(argv[0]);
	if (!object)
		return unknown_object(argv[0]);
	if (argc == 1 && object->commands[0].name[0]) {
		help_object(stdout, object);
		return pr_finish(&ctx->out);
	}
	command = command_find(object, argc > 1 ? argv[1] : "");
	if (!command)
		return unknown_command(object, argv[1]);
	help_command(stdout, object, command);
	return pr_finish(&ctx->out);
}

const struct command *command_pick(const struct object *object, int argc,
				   char **argv, int *taken)
{
	const struct command *c = argc ? command_find(object, argv[0]) : NULL;
	const struct command *self = command_find(object, "");

	*taken = c && *c->name;
	if (c && *c->name)
		return c;
	/* Where there are commands, another word is a misspelt one. */
	if (self && (!argc || *self->args || self == object->commands))
		return self;
	return NULL;
}

/* In a file there are no options; a device may be called like one. */
static int check_options(const struct args *args, int argc, char **argv)
{
	const char *object = args->object->name;
	int i;

	for (i = 0; !place_known() && i < argc && i < args->options_end; i++) {
		if (argv[i][0] != '-' || !argv[i][1] ||
		    grammar_has(&args->grammar, argv[i]))
			continue;
		usage_error("%s: options such as \"%s\" go before \"%s\"; put \"--\" before a name like that",
			    args->title, argv[i], object);
		args_usage(stderr, "Usage: ", args->object, args->command);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

int command_run(struct ctx *ctx, int argc, char **argv)
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
	args_init(&args, object, command);
	args.options_end = end - 1 - taken;
	ctx->args = &args;
	ctx->command = command;
	status = check_options(&args, argc, argv);
	if (!status)
		status = args_take(&args, argc, argv);
	if (!status)
		status = command->run(ctx, argc, argv);
	ctx->args = NULL;
	return status ? status : pr_finish(&ctx->out);
}
