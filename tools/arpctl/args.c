// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of commands: the grammar in a usage string, its help, completion. */

#include <ctype.h>
#include <dirent.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/arp_policy.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>

#include "args.h"
#include "arpctl.h"
#include "bind.h"
#include "fields.h"
#include "parse.h"
#include "rule.h"

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
	const char *space = *command->name ? " " : "";
	const struct token *must;
	struct grammar g;
	int i;

	grammar_init(&g, command->args);
	for (i = 0; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			usage_error("%s%s%s: options such as \"%s\" go before \"%s\"",
				    object->name, space, command->name, argv[i],
				    object->name);
			break;
		}
		must = grammar_must(&g);
		if (!grammar_take(&g, argv[i])) {
			if (must)
				usage_error("%s%s%s: \"%s\" stands where \"%s\" must",
					    object->name, space, command->name,
					    argv[i], must->name);
			else
				usage_error("%s%s%s: \"%s\" is one word too many",
					    object->name, space, command->name,
					    argv[i]);
			break;
		}
	}
	must = grammar_must(&g);
	if (i == argc && !must)
		return STATUS_OK;
	if (i == argc && i)
		usage_error("%s%s%s: %s is missing after \"%s\"", object->name,
			    space, command->name, must->name, argv[i - 1]);
	else if (i == argc)
		usage_error("%s%s%s: %s is missing", object->name, space,
			    command->name, must->name);
	args_usage(stderr, "Usage: ", object, command);
	return STATUS_USAGE;
}

const char *args_get(const struct ctx *ctx, int argc, char **argv,
		     const char *name)
{
	struct grammar g;
	int i;

	grammar_init(&g, ctx->command->args);
	for (i = 0; i < argc && grammar_take(&g, argv[i]); i++)
		if (!strcmp(g.tokens[g.at - 1].name, name))
			return argv[i];
	return NULL;
}

/* Between the object's name and the command's. */
static const char *gap(const struct ctx *ctx)
{
	return *ctx->command->name ? " " : "";
}

int args_address(const struct ctx *ctx, const char *object, const char *word,
		 uint32_t *address)
{
	if (parse_address(word, strlen(word), address))
		return STATUS_OK;
	return usage_error("%s%s%s: address cannot be \"%s\", it takes: an IPv4 address",
			   object, gap(ctx), ctx->command->name, word);
}

int args_lladdr(const struct ctx *ctx, const char *object, const char *word,
		uint8_t *lladdr)
{
	if (parse_lladdr(word, strlen(word), lladdr, LLADDR_LEN) == LLADDR_LEN)
		return STATUS_OK;
	return usage_error("%s%s%s: lladdr cannot be \"%s\", it takes: six bytes such as 02:00:5e:10:00:01",
			   object, gap(ctx), ctx->command->name, word);
}

int args_number(const struct ctx *ctx, const char *object, const char *what,
		const char *word, uint32_t min, uint32_t *value)
{
	if (!word || (parse_u32(word, value) && *value >= min))
		return STATUS_OK;
	return usage_error("%s%s%s: %s cannot be \"%s\", it takes: a number from %u",
			   object, gap(ctx), ctx->command->name, what, word,
			   min);
}

int args_selects(const struct ctx *ctx, const char *object,
		 const char *selector)
{
	if (!selector || strcmp(selector, "default") != 0)
		return STATUS_OK;
	return usage_error("%s%s%s: default selects no rule and no binding: use all, a glob, or a device's name",
			   object, gap(ctx), ctx->command->name);
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

/* Of rules and bindings; globs are for quoting, and thus for typing. */
static void complete_where(struct ctx *ctx, int argc, char **argv)
{
	complete_word(argv[argc - 1], "all");
	complete_dev(ctx, argc, argv);
}

static void complete_selector(struct ctx *ctx, int argc, char **argv)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	const char *selector;

	complete_word(argv[argc - 1], "default");
	complete_where(ctx, argc, argv);

	/* Pressing a key is no reason to load a module. */
	if (!nl_ready())
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

static void complete_file(struct ctx *ctx, int argc, char **argv)
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

static void help_selector(FILE *file)
{
	fputs("\nSELECTOR: all, default, the name of a device, or a shell glob in quotes ('cali*').\n"
	      "  The device's name goes before globs, a glob with more letters before one with\n"
	      "  fewer, and those before default; all is a floor that nothing goes below.\n",
	      file);
}

static void help_where(FILE *file)
{
	fputs("\nSELECTOR: all, the name of a device, or a shell glob in quotes ('cali*'). What is\n"
	      "  added without one is for all. The longest prefix decides, at equal length the\n"
	      "  device's name before globs, and those before all.\n", file);
}

static void help_dev(FILE *file)
{
	fputs("\nDEV: the name of a device; all of them if left out.\n", file);
}

static void help_one_dev(FILE *file)
{
	fputs("\nDEV: the name of a device.\n", file);
}

static void help_prefix(FILE *file)
{
	fputs("\nPREFIX: an IPv4 address, or ADDRESS/LENGTH (10.0.0.0/8), for the target of packets,\n"
	      "  or with from for their sender.\n", file);
}

static void help_address(FILE *file)
{
	fputs("\nADDRESS: an IPv4 address.\n", file);
}

static void help_mac(FILE *file)
{
	fputs("\nMAC: a hardware address, such as 02:00:5e:10:00:01.\n", file);
}

static void help_file(FILE *file)
{
	fputs("\nFILE: the leases of dnsmasq, ISC dhcpd (dhcpd.leases) or Kea\n"
	      "  (kea-leases4.csv); - reads from standard input.\n", file);
}

static void help_count(FILE *file)
{
	fputs("\nN: how many times; once if left out.\n", file);
}

static void help_ms(FILE *file)
{
	fputs("\nMS: the time between two of them in milliseconds; 1000 if left out.\n",
	      file);
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
	const char *after;		/* only behind this word */
	void (*help)(FILE *file);	/* NULL: said with another kind */
	void (*complete)(struct ctx *ctx, int argc, char **argv);
} kinds[] = {
	{ "SELECTOR", "dev", help_where, complete_where },
	{ "SELECTOR", NULL, help_selector, complete_selector },
	{ "DEV", "dev", help_one_dev, complete_dev },
	{ "DEV", NULL, help_dev, complete_dev },
	{ "FIELD", NULL, help_field, complete_field },
	{ "VALUE", NULL, NULL, complete_value },
	{ "ACTION", NULL, rule_help_action, rule_complete_action },
	{ "PREFIX", NULL, help_prefix, rule_complete_prefix },
	{ "ADDRESS", NULL, help_address, bind_complete_address },
	{ "MAC", NULL, help_mac, NULL },
	{ "FILE", NULL, help_file, complete_file },
	{ "N", NULL, help_count, NULL },
	{ "MS", NULL, help_ms, NULL },
	{ 0 }
};

static const struct kind *kind_of(const struct grammar *g, int i)
{
	const struct kind *k;

	for (k = kinds; k->name; k++)
		if (!strcmp(k->name, g->tokens[i].name) &&
		    (!k->after ||
		     (i && !strcmp(k->after, g->tokens[i - 1].name))))
			return k;
	return NULL;
}

void args_help(FILE *file, const char *usage)
{
	const struct kind *k;
	struct grammar g;
	int i;

	grammar_init(&g, usage);
	for (k = kinds; k->name; k++) {
		for (i = 0; *g.tokens[i].name; i++)
			if (kind_of(&g, i) == k)
				break;
		if (*g.tokens[i].name && k->help)
			k->help(file);
	}
}

void args_complete(struct ctx *ctx, int argc, char **argv)
{
	const struct kind *k;
	struct grammar g;
	int i;

	grammar_init(&g, ctx->command->args);
	for (i = 0; i < argc - 1; i++)
		if (!grammar_take(&g, argv[i]))
			return;
	for (i = 0; *g.tokens[i].name; i++) {
		if (!grammar_may(&g, i))
			continue;
		if (!is_kind(&g.tokens[i]))
			complete_word(argv[argc - 1], g.tokens[i].name);
		k = kind_of(&g, i);
		if (k && k->complete)
			k->complete(ctx, argc, argv);
	}
}
