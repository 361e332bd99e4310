// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of commands: whether they fit, and what they mean. */

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/args.h"
#include "base/near.h"
#include "base/parse.h"
#include "base/print.h"
#include "base/words.h"

void args_usage(FILE *file, const char *lead, const char *object,
		const char *command, const char *usage)
{
	fprintf(file, "%sarpctl %s%s%s%s%s\n", lead, object,
		*command ? " " : "", command, *usage ? " " : "", usage);
}

/* The token of this name, or of this name and others; -1 if there is none. */
static int find_token(const struct grammar *g, const char *name)
{
	size_t len = strlen(name);
	int i;

	for (i = 0; i < g->n; i++)
		if (!strncmp(g->tokens[i].name, name, len) &&
		    (!g->tokens[i].name[len] || g->tokens[i].name[len] == '|'))
			return i;
	return -1;
}

void args_init(struct args *args, const char *object, const char *command,
	       const char *usage)
{
	memset(args, 0, sizeof(*args));
	args->object = object;
	args->command = command;
	args->usage = usage;
	snprintf(args->title, sizeof(args->title), "%s%s%s", object,
		 *command ? " " : "", command);
	grammar_init(&args->grammar, usage);
	args->prefix = find_token(&args->grammar, "PREFIX");
	args->mac = find_token(&args->grammar, "MAC");
	args->pairs = strstr(usage, "FIELD VALUE");
	args->options_end = MAX_WORDS;
}

/* Prints a usage error, and on the command line also the usage. */
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
		args_usage(stderr, "Usage: ", args->object, args->command,
			   args->usage);
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

/* After "--", a word such as --watch is a name and not an option. */
static const char *as_word(const struct args *args, int i)
{
	return i >= args->options_end && args->argv[i][0] == '-' ?
	       "" : args->argv[i];
}

static bool is_used(const struct grammar *g, const struct token *t)
{
	return g->used & 1U << t->group;
}

/* What a word that does not fit was probably meant to be, after ": "; or "". */
static const char *likely_word(const struct grammar *g, const char *word, char *buf,
			       size_t size)
{
	const struct token *t, *end = g->tokens + g->n;
	uint8_t lladdr[LLADDR_MAX];
	const char *before = "";
	struct near near;
	bool dev = false;
	uint32_t address;

	near_init(&near, word);
	for (t = g->tokens; t < end; t++) {
		if (t->kind || !t->group || is_used(g, t))
			continue;
		near_try(&near, t->name);
		if (!strcmp(t->name, "dev"))
			dev = true;
		else if (!strcmp(t->name, "from") && t[1].kind &&
			 parse_address(word, strlen(word), &address))
			before = "from";
		else if (!strcmp(t->name, "lladdr") &&
			 parse_mac(word, lladdr, LLADDR_MAX) > 0)
			before = "lladdr";
	}
	if (!near.best && !*before && dev && !grammar_has(g, word) &&
	    !isdigit((unsigned char)*word))
		before = "dev";
	buf[0] = '\0';
	if (near.best)
		snprintf(buf, size, ": did you mean \"%s\"?", near.best);
	else if (*before)
		snprintf(buf, size, ": did you mean \"%s %.64s\"?", before, word);
	return buf;
}

/*
 * Splits each FIELD=VALUE after the selector into two words. Return: the number of words.
 */
static int split_pairs(struct args *args, int argc, char ***argv)
{
	char *equals;
	int i, n = 0;

	for (i = 1; i < argc; i++)
		if (strchr((*argv)[i], '='))
			break;
	if (i >= argc)
		return argc;
	for (i = 0; i < argc && n + 2 <= MAX_ARGS; i++) {
		args->split[n++] = (*argv)[i];
		equals = i ? strchr((*argv)[i], '=') : NULL;
		if (!equals)
			continue;
		*equals = '\0';
		args->split[n++] = equals + 1;
	}
	*argv = args->split;
	return n;
}

/*
 * Takes words that differ from those of the last command only where any word fits. In most
 * files all lines are like this; it saves 100 instructions for a rule, 200 for a binding.
 */
static bool take_alike(struct args *args, int argc, char **argv)
{
	int i;

	if (!argc || argc != args->n_alike || args->options_end < argc)
		return false;
	for (i = 0; i < argc; i++)
		if (!grammar_again(&args->grammar, args->alike[i], argv[i]))
			return false;
	/* The first word of a token that is repeated. */
	while (i--)
		args->words[args->alike[i]] = argv[i];
	return true;
}

/*
 * Reports a word that does not fit. If the one before it was taken as a value but is a
 * keyword, as in "from dev eth0", that value is what is missing.
 */
static int unexpected(const struct args *args, int i, const struct token *last)
{
	const struct grammar *g = &args->grammar;
	char **argv = args->argv, hint[128];

	if (i > 1 && last->kind && grammar_has(g, argv[i - 1]) &&
	    grammar_has(g, argv[i - 2]))
		return misfit(args, "%s is missing after \"%s\"", last->name,
			      argv[i - 2]);
	return misfit(args, "unexpected word \"%s\"%s", argv[i],
		      likely_word(g, argv[i], hint, sizeof(hint)));
}

int args_take(struct args *args, int argc, char **argv)
{
	struct grammar *g = &args->grammar;
	const struct token *must, *last = g->tokens;
	bool alike = true;
	char hint[128];
	int i, token;

	if (args->pairs)
		argc = split_pairs(args, argc, &argv);
	args->argc = argc;
	args->argv = argv;
	if (take_alike(args, argc, argv))
		return STATUS_OK;
	args->n_alike = 0;
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
		last = &g->tokens[token];
		args->initials |= args_initial(g->tokens[token].name);
		alike &= i < MAX_ALIKE && (!g->tokens[token].kind || g->open);
		if (alike)
			args->alike[i] = (uint8_t)token;
	}
	must = grammar_must(g);
	if (i < argc && must)
		return misfit(args, "\"%s\" where \"%s\" is expected%s", argv[i],
			      must->name, likely_word(g, argv[i], hint, sizeof(hint)));
	if (i < argc)
		return unexpected(args, i, last);
	if (must && argc)
		return misfit(args, "%s is missing after \"%s\"", must->name,
			      argv[argc - 1]);
	if (must)
		return misfit(args, "%s is missing", must->name);
	args->n_alike = alike ? argc : 0;
	return STATUS_OK;
}

const char *args_find(const struct args *args, const char *name)
{
	const struct token *t = args->grammar.tokens;
	uint32_t left;
	int i;

	for (left = args->taken; left; left &= left - 1) {
		i = __builtin_ctz(left);
		if (t[i].name[0] == name[0] && !strcmp(t[i].name, name))
			return args->words[i];
	}
	return NULL;
}

int args_each(const struct args *args, const char *name,
	      int (*each)(void *data, const char *word), void *data)
{
	struct grammar g = args->grammar;
	int i, token, status = STATUS_OK;

	grammar_restart(&g);
	for (i = 0; !status && i < args->argc; i++) {
		token = grammar_take(&g, as_word(args, i));
		if (token >= 0 && !strcmp(g.tokens[token].name, name))
			status = each(data, args->argv[i]);
	}
	return status;
}

const char *no_address(const char *word)
{
	const char *slash = strchr(word, '/');
	uint8_t mac[LLADDR_LEN];

	if (parse_mac(word, mac, sizeof(mac)) == LLADDR_LEN)
		return "; this is a MAC";
	if (strchr(word, ':'))
		return "; ARP is IPv4 only";
	if (slash && strchr(slash, '.'))
		return "; give a length, not a mask";
	if (isalpha((unsigned char)*word))
		return "; host names are not looked up";
	return "";
}

int args_address(const struct args *args, const char *word, uint32_t *address)
{
	if (parse_address(word, strlen(word), address))
		return STATUS_OK;
	return usage_error("%s: invalid address \"%s\", expected: an IPv4 address%s",
			   args->title, word, no_address(word));
}

int args_lladdr(const struct args *args, const char *word, uint8_t *lladdr)
{
	if (parse_mac(word, lladdr, LLADDR_LEN) == LLADDR_LEN)
		return STATUS_OK;
	return usage_error("%s: invalid lladdr \"%s\", expected: %ssix bytes such as 02:00:5e:10:00:01",
			   args->title, word, strstr(args->usage, "|any") ? "any, or " : "");
}

int args_any_lladdr(const struct args *args, const char *word,
		    uint8_t lladdr[], int *len)
{
	*len = parse_mac(word, lladdr, LLADDR_MAX);
	if (*len > 0 && *len <= LLADDR_MAX)
		return STATUS_OK;
	return usage_error("%s: invalid lladdr \"%s\", expected: bytes such as 02:00:5e:10:00:01",
			   args->title, word);
}

int args_number(const struct args *args, const char *what, const char *word,
		uint32_t min, uint32_t max, uint32_t *value)
{
	if (!word || (parse_u32(word, value) && *value >= min && *value <= max))
		return STATUS_OK;
	if (max != UINT32_MAX)
		return usage_error("%s: invalid %s \"%s\", expected: %u to %u",
				   args->title, what, word, min, max);
	return usage_error("%s: invalid %s \"%s\", expected: a number, %u or more",
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
