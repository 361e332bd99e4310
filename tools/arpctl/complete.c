// SPDX-License-Identifier: GPL-2.0-only
/* The shell's completion; does not know more than the tables do. */

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "args.h"
#include "arpctl.h"
#include "commands.h"
#include "complete.h"
#include "netns.h"
#include "options.h"

void complete_word(const char *word, const char *candidate)
{
	if (strncmp(candidate, word, strlen(word)) != 0)
		return;
	/* One a line, and nothing that upsets a terminal. */
	if (is_safe(candidate))
		puts(candidate);
}

void complete_file(struct ctx *ctx, int argc, char **argv)
{
	const char *word = argv[argc - 1], *slash = strrchr(word, '/');
	int len = slash ? (int)(slash + 1 - word) : 0;
	const struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;
	DIR *dir;

	(void)ctx;
	complete_word(word, "-");
	snprintf(path, sizeof(path), "%.*s.", len, word);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%.*s%s", len, word,
			 entry->d_name);
		/* What is hidden, or no name, must be asked for. */
		if (entry->d_name[0] == '.' && word[len] != '.')
			continue;
		if (!stat(path, &st) && S_ISDIR(st.st_mode))
			strncat(path, "/", sizeof(path) - strlen(path) - 1);
		complete_word(word, path);
	}
	if (dir)
		closedir(dir);
}

static void complete_netns(void *data, const char *name)
{
	complete_word(data, name);
}

static bool is_option(const char *word, const char *brief, const char *full)
{
	return !strcmp(word, brief) || !strcmp(word, full);
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
	if (!ctx->literal && argc <= 2 &&
	    (argc == 1 || command_find(object, argv[0])))
		complete_word(argv[argc - 1], "help");
	c = command_pick(object, argc - 1, argv, &taken);
	ctx->command = c;
	if (c)
		args_complete(ctx, argc - taken, argv + taken);
}

/* Removes "--" from the words before the last one, which is still being typed. */
static bool take_end_of_options(int *argc, char **argv)
{
	int before = *argc - 1;

	args_end_options(&before, argv);
	if (before == *argc - 1)
		return false;
	argv[before] = argv[*argc - 1];
	(*argc)--;
	return true;
}

int complete(struct ctx *ctx, int argc, char **argv)
{
	const struct object *const *o;
	const struct object *object;
	const char *word;

	/* Completion must be quick: do not insist on a consistent list. */
	ctx->nl.tries = 1;
	ctx->nl.quiet = true;
	if (argc)
		ctx->literal = take_end_of_options(&argc, argv);
	for (; argc > 1 && argv[0][0] == '-'; argc--, argv++) {
		if (is_option(argv[0], "-n", "--netns")) {
			ctx->nl.netns = argv[1];
			if (argc == 2)
				netns_list(complete_netns, argv[1]);
		} else if (is_option(argv[0], "-b", "--batch")) {
			if (argc == 2)
				complete_file(ctx, 1, argv + 1);
		} else {
			continue;
		}
		if (argc == 2)
			return pr_finish(&ctx->out);
		argc--;
		argv++;
	}
	if (!argc)
		return STATUS_OK;
	word = argv[0];
	if (argc == 1) {
		if (*word == '-' && !ctx->literal)
			options_complete(word);
		for (o = objects; *o; o++)
			complete_word(word, (*o)->name);
		complete_word(word, "help");
		return pr_finish(&ctx->out);
	}
	object = object_find(word);
	if (object)
		complete_command(ctx, object, argc - 1, argv + 1);
	return pr_finish(&ctx->out);
}
