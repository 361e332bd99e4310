// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of commands: whether they fit, what they mean, help, completion. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <net/if.h>
#include <stdarg.h>
#include <string.h>

#include "args.h"
#include "arpctl.h"
#include "bind.h"
#include "complete.h"
#include "fields.h"
#include "module.h"
#include "netns.h"
#include "parse.h"
#include "rule.h"
#include "words.h"

void args_usage(FILE *file, const char *lead, const struct object *object,
		const struct command *command)
{
	fprintf(file, "%sarpctl %s%s%s%s%s\n", lead, object->name,
		*command->name ? " " : "", command->name,
		*command->args ? " " : "", command->args);
}

void args_init(struct args *args, const struct object *object,
	       const struct command *command)
{
	memset(args, 0, sizeof(*args));
	args->object = object;
	args->command = command;
	snprintf(args->title, sizeof(args->title), "%s%s%s", object->name,
		 *command->name ? " " : "", command->name);
	grammar_init(&args->grammar, command->args);
	args->options_end = MAX_WORDS;
}

/* A usage error, and for who typed it also how the command is used. */
__attribute__((format(printf, 2, 3)))
static int misfit(const struct args *args, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	usage_error("%s: %s", args->title, what);
	if (!place_known())
		args_usage(stderr, "Usage: ", args->object, args->command);
	return STATUS_USAGE;
}

int args_end_options(int *argc, char **argv)
{
	int i;

	for (i = 0; i < *argc; i++) {
		if (argv[i][0] != '-' || strcmp(argv[i], "--") != 0)
			continue;
		--*argc;
		memmove(argv + i, argv + i + 1,
			(size_t)(*argc - i) * sizeof(*argv));
		break;
	}
	return i;
}

static uint32_t initial(const char *name)
{
	return 1U << (*name & 31);
}

/* After "--", a word such as --watch is a name and not an option. */
static const char *as_word(const struct args *args, int i)
{
	return i >= args->options_end && args->argv[i][0] == '-' ?
	       "" : args->argv[i];
}

int args_take(struct args *args, int argc, char **argv)
{
	struct grammar *g = &args->grammar;
	const struct token *must;
	int i, token;

	args->argc = argc;
	args->argv = argv;
	args->taken = 0;
	args->initials = 0;
	grammar_restart(g);
	for (i = 0; i < argc; i++) {
		token = grammar_take(g, as_word(args, i));
		if (token < 0)
			break;
		if (!(args->taken & 1U << token))
			args->words[token] = argv[i];
		args->taken |= 1U << token;
		args->initials |= initial(g->tokens[token].name);
	}
	must = grammar_must(g);
	if (i < argc && must)
		return misfit(args, "\"%s\" stands where \"%s\" must",
			      argv[i], must->name);
	if (i < argc)
		return misfit(args, "\"%s\" is one word too many", argv[i]);
	if (must && argc)
		return misfit(args, "%s is missing after \"%s\"", must->name,
			      argv[argc - 1]);
	if (must)
		return misfit(args, "%s is missing", must->name);
	return STATUS_OK;
}

const char *args_get(const struct args *args, const char *name)
{
	const struct token *t = args->grammar.tokens;
	uint32_t left;
	int i;

	if (!(args->initials & initial(name)))
		return NULL;
	for (left = args->taken; left; left &= left - 1) {
		i = __builtin_ctz(left);
		if (t[i].name[0] == name[0] && !strcmp(t[i].name, name))
			return args->words[i];
	}
	return NULL;
}

const char *args_option(const struct args *args, const char *name)
{
	/* Group 0 is what must be there. */
	return args->grammar.used & ~1U ? args_get(args, name) : NULL;
}

int args_address(const struct args *args, const char *word, uint32_t *address)
{
	if (parse_address(word, strlen(word), address))
		return STATUS_OK;
	return usage_error("%s: address cannot be \"%s\", it takes: an IPv4 address",
			   args->title, word);
}

int args_lladdr(const struct args *args, const char *word, uint8_t *lladdr)
{
	if (parse_lladdr(word, strlen(word), lladdr, LLADDR_LEN) == LLADDR_LEN)
		return STATUS_OK;
	return usage_error("%s: lladdr cannot be \"%s\", it takes: six bytes such as 02:00:5e:10:00:01",
			   args->title, word);
}

int args_any_lladdr(const struct args *args, const char *word,
		    uint8_t lladdr[], int *len)
{
	*len = parse_lladdr(word, strlen(word), lladdr, LLADDR_MAX);
	if (*len > 0 && *len <= LLADDR_MAX)
		return STATUS_OK;
	return usage_error("%s: lladdr cannot be \"%s\", it takes: bytes such as 02:00:5e:10:00:01",
			   args->title, word);
}

int args_number(const struct args *args, const char *what, const char *word,
		uint32_t min, uint32_t *value)
{
	if (!word || (parse_u32(word, value) && *value >= min))
		return STATUS_OK;
	return usage_error("%s: %s cannot be \"%s\", it takes: a number from %u",
			   args->title, what, word, min);
}

int args_selects(const struct args *args, const char *selector)
{
	if (!selector)
		return STATUS_OK;
	if (strcmp(selector, "default") != 0)
		return word_fits(selector);
	return usage_error("%s: default selects no rule and no binding: use all, a glob, or a device's name",
			   args->title);
}

static void complete_each(void *data, const char *candidate)
{
	complete_word(data, candidate);
}

static void complete_dev(struct ctx *ctx, int argc, char **argv)
{
	struct if_nameindex *devs, *dev;

	if (netns_enter(&ctx->nl.netns))
		return;
	devs = if_nameindex();
	for (dev = devs; dev && dev->if_name; dev++)
		if (dev->if_name[0] != '-' || ctx->literal)
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
	if (!module_loaded())
		return;
	if (!nl_get(&ctx->nl, ARP_POLICY_CMD_DEV_GET, 0, NULL, &reply)) {
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			selector = nl_str(tb[ARP_POLICY_A_SELECTOR]);
			if (strcmp(selector, "all") != 0 &&
			    strcmp(selector, "default") != 0 &&
			    (*selector != '-' || ctx->literal) &&
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

/*
 * What each kind of word may be: a text, or what prints it; neither if another
 * kind has said it.
 */
static const struct kind {
	const char *name;
	const char *after;		/* only behind this word */
	void (*complete)(struct ctx *ctx, int argc, char **argv);
	const char *text;
	void (*help)(FILE *file);
} kinds[] = {
	{ "SELECTOR", "dev", complete_where,
	  "\nSELECTOR: all, the name of a device, or a shell glob in quotes ('cali*'). What is\n"
	  "  added without one is for all. The longest prefix decides, at equal length the\n"
	  "  device's name before globs, and those before all.\n", NULL },
	{ "SELECTOR", NULL, complete_selector,
	  "\nSELECTOR: all, default, the name of a device, or a shell glob in quotes ('cali*').\n"
	  "  The device's name goes before globs, a glob with more letters before one with\n"
	  "  fewer, and those before default; all is a floor that nothing goes below.\n", NULL },
	{ "DEV", "dev", complete_dev,
	  "\nDEV: the name of a device.\n", NULL },
	{ "DEV", NULL, complete_dev,
	  "\nDEV: the name of a device; all of them if left out.\n", NULL },
	{ "FIELD", NULL, complete_field, NULL, help_field },
	{ "VALUE", NULL, complete_value, NULL, NULL },
	{ "ACTION", NULL, rule_complete_action, NULL, rule_help_action },
	{ "PREFIX", NULL, rule_complete_prefix,
	  "\nPREFIX: an IPv4 address, or ADDRESS/LENGTH (10.0.0.0/8), for the target of packets,\n"
	  "  or with from for their sender.\n", NULL },
	{ "ADDRESS", NULL, bind_complete_address,
	  "\nADDRESS: an IPv4 address.\n", NULL },
	{ "TARGET", NULL, NULL,
	  "\nTARGET: the address that is asked for, or that a reply is for.\n", NULL },
	{ "SENDER", NULL, NULL,
	  "\nSENDER: the address that speaks; of send: the source of the IP packet that\n"
	  "  wants to go to TARGET.\n", NULL },
	{ "MAC", NULL, NULL,
	  "\nMAC: a hardware address, such as 02:00:5e:10:00:01.\n", NULL },
	{ "FILE", NULL, complete_file,
	  "\nFILE: the leases of dnsmasq, ISC dhcpd (dhcpd.leases) or Kea\n"
	  "  (kea-leases4.csv); - reads from standard input.\n", NULL },
	{ "FILE|-", NULL, complete_file,
	  "\nFILE: lines of dev set, rule add and bind add, as save prints them; # begins a\n"
	  "  comment. - is standard input, or of save standard output.\n", NULL },
	{ "N", NULL, NULL,
	  "\nN: how many times; once if left out.\n", NULL },
	{ "MS", NULL, NULL,
	  "\nMS: the time between two of them in milliseconds; 1000 if left out.\n", NULL },
	{ "--watch", NULL, NULL,
	  "\n--watch: once a second, with rates, until ^C.\n", NULL },
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
		if (*g.tokens[i].name && k->text)
			fputs(k->text, file);
		else if (*g.tokens[i].name && k->help)
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
		if (grammar_take(&g, argv[i]) < 0)
			return;
	for (i = 0; *g.tokens[i].name; i++) {
		if (!grammar_may(&g, i))
			continue;
		if (!g.tokens[i].kind)
			complete_word(argv[argc - 1], g.tokens[i].name);
		k = kind_of(&g, i);
		if (k && k->complete)
			k->complete(ctx, argc, argv);
	}
}
