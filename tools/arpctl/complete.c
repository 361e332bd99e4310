// SPDX-License-Identifier: GPL-2.0-only
/* Completion for shells, from the tables and the present configuration. */

#include <dirent.h>
#include <limits.h>
#include <linux/arp_policy.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "complete.h"
#include "host/leases.h"
#include "options.h"
#include "wire/entry.h"
#include "wire/fields.h"
#include "wire/module.h"
#include "wire/netns.h"

/* The words after the command; the last is still being typed. */
struct typed {
	struct ctx *ctx;
	const struct object *object;
	const struct command *command;
	int argc;
	char **argv;
	char *word;
};

/* Prints the candidate if the word is the beginning of it. */
static void complete_word(void *word, const char *candidate)
{
	if (strncmp(candidate, word, strlen(word)) != 0)
		return;
	/* One per line, without characters that a terminal interprets. */
	if (is_safe(candidate))
		puts(candidate);
}

static void complete_path(char *word)
{
	const char *slash = strrchr(word, '/');
	int len = slash ? (int)(slash + 1 - word) : 0;
	const struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;
	DIR *dir;

	complete_word(word, "-");
	snprintf(path, sizeof(path), "%.*s.", len, word);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%.*s%s", len, word,
			 entry->d_name);
		/* Hidden files only if the word begins with a dot. */
		if (entry->d_name[0] == '.' && word[len] != '.')
			continue;
		if (!stat(path, &st) && S_ISDIR(st.st_mode))
			strncat(path, "/", sizeof(path) - strlen(path) - 1);
		complete_word(word, path);
	}
	if (dir)
		closedir(dir);
}

static void complete_file(const struct typed *t)
{
	complete_path(t->word);
}

static void complete_dev(const struct typed *t)
{
	struct if_nameindex *devs, *dev;

	if (netns_enter(&t->ctx->nl.netns))
		return;
	devs = if_nameindex();
	for (dev = devs; dev && dev->if_name; dev++)
		if (dev->if_name[0] != '-' || t->ctx->literal)
			complete_word(t->word, dev->if_name);
	if (devs)
		if_freenameindex(devs);
}

/* The selectors of rules and bindings, without globs, which need quotes. */
static void complete_where(const struct typed *t)
{
	complete_word(t->word, "all");
	complete_dev(t);
}

static void complete_selector(const struct typed *t)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	const char *selector;

	complete_word(t->word, "default");
	complete_where(t);
	/* Completion does not load the module. */
	if (!module_loaded() ||
	    nl_dump(&t->ctx->nl, ARP_POLICY_CMD_DEV_GET, 0, NULL, &reply))
		nl_reply_free(&reply);
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		selector = nl_str(tb[ARP_POLICY_A_SELECTOR]);
		if (strcmp(selector, "all") != 0 &&
		    strcmp(selector, "default") != 0 &&
		    (*selector != '-' || t->ctx->literal) &&
		    !if_nametoindex(selector))
			complete_word(t->word, selector);
	}
	nl_reply_free(&reply);
}

static void complete_field(const struct typed *t)
{
	const struct field *f;
	int i;

	for (f = fields; f->name; f++) {
		for (i = 1; i < t->argc - 1; i++)
			if (!strcmp(t->argv[i], f->name))
				break;
		if (i >= t->argc - 1)
			complete_word(t->word, f->name);
	}
}

static void complete_value(const struct typed *t)
{
	const struct field *f = NULL;

	if (t->argc > 1)
		f = field_find(t->argv[t->argc - 2]);
	if (f)
		field_each_word(f, complete_word, t->word);
}

static void complete_action(const struct typed *t)
{
	const struct action *a;

	for (a = actions; a->name; a++)
		complete_word(t->word, a->name);
}

static bool is_command(const struct typed *t, const char *name)
{
	return !strcmp(t->command->name, name);
}

/* Prefixes of the existing rules with the typed action, or of the bindings. */
static void complete_prefix(const struct typed *t)
{
	const struct entry_filter filter = {
		.tables = t->object == &bind_object ? TABLES_BINDINGS : TABLES_RULES,
	};
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	char prefix[PREFIX_TEXT];
	struct entry entry;

	if (is_command(t, "add") || !module_loaded())
		return;
	if (!entry_dump(&t->ctx->nl, &filter, &reply))
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			entry_read(&entry, tb[ARP_POLICY_A_ENTRY]);
			entry_prefix_text(&entry, prefix);
			if (t->argc == 1 ||
			    !strcmp(t->argv[t->argc - 2],
				    action_name(entry.action)))
				complete_word(t->word, prefix);
		}
	nl_reply_free(&reply);
}

static void complete_mac(const struct typed *t)
{
	complete_word(t->word, "any");
}

static void complete_format(const struct typed *t)
{
	int i;

	for (i = LEASE_ANY + 1; lease_format_name(i); i++)
		complete_word(t->word, lease_format_name(i));
}

static void complete_level(const struct typed *t)
{
	complete_word(t->word, "error");
	complete_word(t->word, "warning");
	complete_word(t->word, "note");
}

/* What completes each kind of word. */
static const struct {
	const char *name;
	const char *after;		/* the word before it; "": any but dev */
	void (*complete)(const struct typed *t);
} kinds[] = {
	{ "SELECTOR", "dev", complete_where },
	{ "SELECTOR", "", complete_selector },
	{ "DEV", "dev", complete_dev },
	{ "DEV", "", complete_dev },
	{ "FIELD", "", complete_field },
	{ "VALUE", "", complete_value },
	{ "ACTION", "", complete_action },
	{ "PREFIX", "", complete_prefix },
	{ "MAC|any", "", complete_mac },
	{ "LEVEL", "", complete_level },
	{ "FILE", "", complete_file },
	{ "FILE|-", "", complete_file },
	{ "FILE|DIR", "", complete_file },
	{ "NAME", "format", complete_format },
	{ "BRIDGE", "dev", complete_dev },
	{ "PATH", "", complete_file },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Whether the action that was typed excludes this keyword of rules. */
static bool is_excluded(const struct typed *t, const char *keyword)
{
	const struct action *a;

	if (t->object != &rule_object || t->argc < 2)
		return false;
	for (a = actions; a->name; a++)
		if (!strcmp(a->name, t->argv[0]))
			break;
	if (!a->name)
		return false;
	if (!strcmp(keyword, "from"))
		return !a->from;
	return !a->proxy && (!strcmp(keyword, "lladdr") || !strcmp(keyword, "routed"));
}

static void complete_argument(const struct typed *t)
{
	struct grammar g;
	size_t k;
	int i;

	grammar_init(&g, t->command->args);
	for (i = 0; i < t->argc - 1; i++)
		if (grammar_take(&g, t->argv[i]) < 0)
			return;
	for (i = 0; i < g.n; i++) {
		if (!grammar_may(&g, i))
			continue;
		if (!g.tokens[i].kind && !is_excluded(t, g.tokens[i].name))
			complete_word(t->word, g.tokens[i].name);
		for (k = 0; k < N_KINDS; k++)
			if (grammar_is(&g, i, kinds[k].name, kinds[k].after))
				kinds[k].complete(t);
	}
}

static void complete_objects(char *word)
{
	const struct object *const *o;

	for (o = objects; *o; o++)
		complete_word(word, (*o)->name);
}

static void complete_commands(const struct object *object, char *word)
{
	const struct command *c;

	for (c = object->commands; c->run; c++)
		if (*c->name)
			complete_word(word, c->name);
}

/* After "help": an object, then its command. */
static void complete_help(int argc, char **argv)
{
	const struct object *object;

	if (argc == 1)
		complete_objects(argv[0]);
	object = argc == 2 ? object_find(argv[0]) : NULL;
	if (object)
		complete_commands(object, argv[1]);
}

static void complete_command(struct ctx *ctx, const struct object *object,
			     int argc, char **argv)
{
	struct typed t = {
		.ctx = ctx, .object = object, .word = argv[argc - 1],
	};
	int taken;

	if (argc == 1)
		complete_commands(object, t.word);
	if (!ctx->literal && argc <= 2 &&
	    (argc == 1 || command_find(object, argv[0])))
		complete_word(t.word, "help");
	t.command = command_pick(object, argc - 1, argv, &taken);
	t.argc = argc - taken;
	t.argv = argv + taken;
	if (t.command)
		complete_argument(&t);
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

static bool is_option(const char *word, const char *brief, const char *full)
{
	return !strcmp(word, brief) || !strcmp(word, full);
}

/*
 * Removes options and their arguments before the last word. Return: whether the last word
 * is an option's argument, which was completed then.
 */
static bool take_options(struct ctx *ctx, int *argc, char **argv)
{
	int last = *argc - 1, kept = 0, i;
	bool netns, batch;

	for (i = 0; i < last; i++) {
		netns = is_option(argv[i], "-n", "--netns");
		batch = is_option(argv[i], "-b", "--batch");
		if (argv[i][0] != '-' || ctx->literal) {
			argv[kept++] = argv[i];
			continue;
		}
		if (!netns && !batch)
			continue;
		if (netns)
			ctx->nl.netns = argv[i + 1];
		if (++i < last)
			continue;
		if (netns)
			netns_list(complete_word, argv[last]);
		else
			complete_path(argv[last]);
		return true;
	}
	argv[kept++] = argv[last];
	*argc = kept;
	return false;
}

int complete(struct ctx *ctx, int argc, char **argv)
{
	const struct object *object;
	char *word;

	/* Completion must be quick: an inconsistent list is good enough. */
	ctx->nl.tries = 1;
	ctx->nl.quiet = true;
	if (argc)
		ctx->literal = take_end_of_options(&argc, argv);
	if (!argc || take_options(ctx, &argc, argv))
		return pr_finish(&ctx->out);
	word = argv[argc - 1];
	if (word[0] == '-' && !ctx->literal)
		options_each(word, complete_word, word);
	if (argc == 1) {
		complete_objects(word);
		complete_word(word, "help");
		return pr_finish(&ctx->out);
	}
	object = object_find(argv[0]);
	if (object)
		complete_command(ctx, object, argc - 1, argv + 1);
	else if (!strcmp(argv[0], "help"))
		complete_help(argc - 1, argv + 1);
	return pr_finish(&ctx->out);
}
