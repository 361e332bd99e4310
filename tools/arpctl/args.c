// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of commands: the grammar in a usage string, its help, completion. */

#include <ctype.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "arpctl.h"
#include "fields.h"

#define MAX_TOKENS 32

struct token {
	char name[24];
	int group;		/* 0: must be there, else number of its [] */
	bool repeat;		/* its [] ends with "..." */
};

struct grammar {
	struct token tokens[MAX_TOKENS + 1];	/* a nameless one ends it */
	int at;			/* where the words so far have led */
	uint32_t used;		/* groups, as bits */
};

static void grammar_init(struct grammar *g, const char *usage)
{
	int n = 0, group = 0, groups = 0, i;
	size_t len;

	memset(g, 0, sizeof(*g));
	for (; *usage && n < MAX_TOKENS; usage += len) {
		len = strcspn(usage, " []");
		if (len == 3 && !strncmp(usage, "...", len)) {
			for (i = 0; i < n; i++)
				if (group && g->tokens[i].group == group)
					g->tokens[i].repeat = true;
		} else if (len) {
			snprintf(g->tokens[n].name, sizeof(g->tokens[n].name),
				 "%.*s", (int)len, usage);
			g->tokens[n++].group = group;
		} else {
			if (*usage == '[')
				group = ++groups;
			else if (*usage == ']')
				group = 0;
			len = 1;
		}
	}
}

static bool is_kind(const struct token *t)
{
	return isupper((unsigned char)t->name[0]);
}

/* Whether the token begins a [], and whether it is within one. */
static bool is_head(const struct grammar *g, int i)
{
	return g->tokens[i].group &&
	       (i == 0 || g->tokens[i - 1].group != g->tokens[i].group);
}

/* The word that must come now, NULL if the command may end here. */
static const struct token *grammar_must(const struct grammar *g)
{
	const struct token *t = &g->tokens[g->at];

	return *t->name && !is_head(g, g->at) ? t : NULL;
}

/* Whether token i may come now. */
static bool grammar_may(const struct grammar *g, int i)
{
	if (grammar_must(g))
		return i == g->at;
	return is_head(g, i) && (g->tokens[i].repeat ||
				 !(g->used & 1U << g->tokens[i].group));
}

/* Goes on by one word; false if it does not fit. */
static bool grammar_take(struct grammar *g, const char *word)
{
	int i, found = -1;

	for (i = 0; *g->tokens[i].name; i++) {
		if (!grammar_may(g, i))
			continue;
		if (!is_kind(&g->tokens[i]) && !strcmp(g->tokens[i].name, word)) {
			found = i;
			break;
		}
		if (is_kind(&g->tokens[i]) && found < 0)
			found = i;
	}
	if (found < 0)
		return false;
	g->used |= 1U << g->tokens[found].group;
	g->at = found + 1;
	return true;
}

void args_usage(FILE *file, const char *lead, const struct object *object,
		const struct command *command)
{
	fprintf(file, "%sarpctl %s%s%s%s%s\n", lead, object->name,
		*command->name ? " " : "", command->name,
		*command->args ? " " : "", command->args);
}

int args_check(const struct object *object, const struct command *command,
	       int argc, char **argv)
{
	const char *gap = *command->name ? " " : "";
	const struct token *must;
	struct grammar g;
	int i;

	grammar_init(&g, command->args);
	for (i = 0; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			usage_error("%s%s%s: options such as \"%s\" go before \"%s\"",
				    object->name, gap, command->name, argv[i],
				    object->name);
			break;
		}
		if (!grammar_take(&g, argv[i])) {
			usage_error("%s%s%s: \"%s\" is one word too many",
				    object->name, gap, command->name, argv[i]);
			break;
		}
	}
	must = grammar_must(&g);
	if (i == argc && !must)
		return STATUS_OK;
	if (i == argc && i)
		usage_error("%s%s%s: %s is missing after \"%s\"", object->name,
			    gap, command->name, must->name, argv[i - 1]);
	else if (i == argc)
		usage_error("%s%s%s: %s is missing", object->name, gap,
			    command->name, must->name);
	args_usage(stderr, "Usage: ", object, command);
	return STATUS_USAGE;
}

void complete_word(const char *word, const char *candidate)
{
	const unsigned char *s;

	if (strncmp(candidate, word, strlen(word)) != 0)
		return;
	/* One a line, and nothing that upsets a terminal. */
	for (s = (const unsigned char *)candidate; *s; s++)
		if (*s < 0x20 || *s == 0x7f)
			return;
	puts(candidate);
}

static void complete_each(void *data, const char *candidate)
{
	complete_word(data, candidate);
}

static void complete_dev(struct ctx *ctx, int argc, char **argv)
{
	struct if_nameindex *devs, *dev;

	if (ctx->netns && netns_enter(ctx->netns))
		return;
	devs = if_nameindex();
	for (dev = devs; dev && dev->if_name; dev++)
		complete_word(argv[argc - 1], dev->if_name);
	if (devs)
		if_freenameindex(devs);
}

static void complete_selector(struct ctx *ctx, int argc, char **argv)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	const char *selector;

	complete_word(argv[argc - 1], "all");
	complete_word(argv[argc - 1], "default");
	complete_dev(ctx, argc, argv);

	/* Pressing a key is no reason to load a module. */
	if (access("/sys/module/arp_policy", F_OK))
		return;
	if (!nl_get(ctx, ARP_POLICY_CMD_DEV_GET, 0, NULL, &reply)) {
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			selector = nl_str(tb[ARP_POLICY_A_SELECTOR]);
			if (strcmp(selector, "all") != 0 &&
			    strcmp(selector, "default") != 0 &&
			    !if_nametoindex(selector))
				complete_word(argv[argc - 1], selector);
		}
	}
	nl_reply_free(&reply);
}

static void complete_field(struct ctx *ctx, int argc, char **argv)
{
	const struct field *f;
	int i;

	(void)ctx;
	for (f = fields; f->name; f++) {
		for (i = 1; i < argc - 1; i++)
			if (!strcmp(argv[i], f->name))
				break;
		if (i >= argc - 1)
			complete_word(argv[argc - 1], f->name);
	}
}

static void complete_value(struct ctx *ctx, int argc, char **argv)
{
	const struct field *f = argc > 1 ? field_find(argv[argc - 2]) : NULL;

	(void)ctx;
	if (f)
		field_each_word(f, complete_each, argv[argc - 1]);
}

static void help_selector(FILE *file)
{
	fputs("\nSELECTOR: all, default, the name of a device, or a shell glob in quotes ('cali*').\n"
	      "  The device's name goes before globs, a glob with more letters before one with\n"
	      "  fewer, and those before default; all is a floor that nothing goes below.\n",
	      file);
}

static void help_dev(FILE *file)
{
	fputs("\nDEV: the name of a device; all of them if left out.\n", file);
}

static void help_field(FILE *file)
{
	const struct field *f;
	char accepts[256];

	fputs("\nFIELD         VALUE\n", file);
	for (f = fields; f->name; f++) {
		field_accepts(f, accepts, sizeof(accepts));
		fprintf(file, "  %-11s %s\n              %s\n", f->name, accepts,
			f->what);
	}
}

static const struct kind {
	const char *name;
	void (*help)(FILE *file);	/* NULL: said with another kind */
	void (*complete)(struct ctx *ctx, int argc, char **argv);
} kinds[] = {
	{ "SELECTOR", help_selector, complete_selector },
	{ "DEV", help_dev, complete_dev },
	{ "FIELD", help_field, complete_field },
	{ "VALUE", NULL, complete_value },
	{ 0 }
};

void args_help(FILE *file, const char *usage)
{
	const struct kind *k;
	struct grammar g;
	int i;

	grammar_init(&g, usage);
	for (k = kinds; k->name; k++) {
		for (i = 0; *g.tokens[i].name; i++)
			if (!strcmp(g.tokens[i].name, k->name))
				break;
		if (*g.tokens[i].name && k->help)
			k->help(file);
	}
}

void args_complete(struct ctx *ctx, const char *usage, int argc, char **argv)
{
	const struct kind *k;
	struct grammar g;
	int i;

	grammar_init(&g, usage);
	for (i = 0; i < argc - 1; i++)
		if (!grammar_take(&g, argv[i]))
			return;
	for (i = 0; *g.tokens[i].name; i++) {
		if (!grammar_may(&g, i))
			continue;
		if (!is_kind(&g.tokens[i]))
			complete_word(argv[argc - 1], g.tokens[i].name);
		for (k = kinds; k->name; k++)
			if (!strcmp(k->name, g.tokens[i].name))
				k->complete(ctx, argc, argv);
	}
}
