// SPDX-License-Identifier: GPL-2.0-only
/* Help: the objects and commands, their usage, and the words that they take. */

#include <string.h>

#include "commands.h"
#include "help.h"
#include "host/leases.h"
#include "options.h"
#include "wire/entry.h"
#include "wire/fields.h"

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

static void help_action(FILE *file)
{
	const struct action *a;

	fputs("\nACTION\n", file);
	for (a = actions; a->name; a++)
		fprintf(file, "  %-6s %s\n", a->name, a->what);
	fputs("  from goes with pass and drop, lladdr and routed with proxy.\n",
	      file);
}

static void help_formats(FILE *file)
{
	int i;

	fputs("\nNAME: the format of FILE, which is otherwise recognized by what is in it:\n ", file);
	for (i = LEASE_ANY + 1; lease_format_name(i); i++)
		fprintf(file, " %s", lease_format_name(i));
	fputs("\n", file);
}

/*
 * The values of each kind of word: a text, or a function that prints them; neither if the
 * text of another kind covers it.
 */
static const struct kind {
	const char *name;
	const char *after;		/* the word before it; "": any but dev */
	const char *text;
	void (*help)(FILE *file);
} kinds[] = {
	{ "SELECTOR", "dev",
	  "\nSELECTOR: all, the name of a device, or a shell glob in quotes ('cali*'). The\n"
	  "  default is all. The longest prefix decides; at equal length, the device's name\n"
	  "  precedes globs, and those precede all.\n", NULL },
	{ "SELECTOR", "",
	  "\nSELECTOR: all, default, a device's name, or a shell glob in quotes ('cali*').\n"
	  "  The device's name precedes globs, a glob with more letters one with fewer, and\n"
	  "  those precede default; all is a floor for the other values.\n", NULL },
	{ "DEV", "dev", "\nDEV: the name of a device.\n", NULL },
	{ "DEV", "",
	  "\nDEV: the name of a device. The default is all devices.\n", NULL },
	{ "FIELD", "", NULL, help_field },
	{ "ACTION", "", NULL, help_action },
	{ "PREFIX", "",
	  "\nPREFIX: an IPv4 address, or ADDRESS/LENGTH (10.0.0.0/8). A rule is\n"
	  "  for packets to this target, or with from, for those of this sender.\n", NULL },
	{ "ADDRESS", "", "\nADDRESS: an IPv4 address.\n", NULL },
	{ "TARGET", "",
	  "\nTARGET: the target address of the ARP packet.\n", NULL },
	{ "SENDER", "",
	  "\nSENDER: the sender address of the ARP packet; for send, the source of an IP\n"
	  "  packet to TARGET.\n", NULL },
	{ "MAC", "",
	  "\nMAC: a hardware address, such as 02:00:5e:10:00:01.\n", NULL },
	{ "MAC|any", "",
	  "\nMAC: a hardware address, such as 02:00:5e:10:00:01; any allows every one.\n",
	  NULL },
	{ "FILE", "",
	  "\nFILE: the leases of dnsmasq, ISC dhcpd, Kea (kea-leases4.csv), libvirt\n"
	  "  (*.status) or systemd-networkd, a result of CNI, or /etc/ethers; - reads from\n"
	  "  standard input.\n", NULL },
	{ "FILE|DIR", "",
	  "\nFILE: a lease file as for bind import, which need not exist yet.\n"
	  "\nDIR: a directory; every file in it that holds leases, also later ones.\n", NULL },
	{ "NAME", "format", NULL, help_formats },
	{ "BRIDGE", "dev",
	  "\nBRIDGE: the name of a bridge. DHCP servers count on its ports with trust on.\n",
	  NULL },
	{ "PATH", "",
	  "\nPATH: where leases are stored, so that they survive a reboot. The default is\n"
	  "  /var/lib/arp-policy/BRIDGE.leases.\n", NULL },
	{ "FILE|-", "",
	  "\nFILE: a command per line: dev set, rule add or bind add, as save prints them;\n"
	  "  for apply also dev unset, replace or del. # begins a comment. - is standard\n"
	  "  input, for save standard output.\n", NULL },
	{ "N", "count", "\nN: how many times. The default is 1.\n", NULL },
	{ "N", "generation",
	  "\nN: the generation that \"arpctl -j diff\" printed. If the policy was changed\n"
	  "  since, nothing is restored.\n", NULL },
	{ "LEVEL", "",
	  "\nLEVEL: error, warning or note (the default). Less severe findings are neither\n"
	  "  listed nor counted for the exit status.\n", NULL },
	{ "MS", "",
	  "\nMS: the interval in milliseconds. The default is 1000.\n", NULL },
	{ "--watch", "",
	  "\n--watch: repeat every second, with rates, until interrupted.\n", NULL },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void help_kinds(FILE *file, const char *usage)
{
	const struct kind *k, *end = kinds + N_KINDS;
	struct grammar g;
	int i;

	grammar_init(&g, usage);
	for (k = kinds; k < end; k++) {
		for (i = 0; i < g.n && !grammar_is(&g, i, k->name, k->after); i++)
			;
		if (i < g.n && k->text)
			fputs(k->text, file);
		else if (i < g.n)
			k->help(file);
	}
}

/* The part of a command's arguments that goes on a second line of 80 columns, or NULL. */
static const char *wide_part(const struct object *object, const struct command *command)
{
	size_t before = strlen("  arpctl   ") + strlen(object->name) +
			strlen(command->name);
	const char *rest = NULL, *at;

	if (before + strlen(command->args) <= 80)
		return NULL;
	for (at = command->args; (at = strstr(at, " [")) != NULL; at++)
		if (before + (size_t)(at - command->args) <= 80)
			rest = at + 1;
	return rest;
}

static void help_row(FILE *file, const struct object *object,
		     const struct command *command)
{
	const char *rest = wide_part(object, command);

	if (rest)
		fprintf(file, "  arpctl %s %s %.*s\n        %s\n", object->name,
			command->name, (int)(rest - command->args - 1),
			command->args, rest);
	else
		args_usage(file, "  ", object->name, command->name, command->args);
	fprintf(file, "        %s\n", command->what);
}

/* Prints the commands and options. */
static void help_tool(FILE *file)
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

void help_page(FILE *file)
{
	const struct object *const *o;

	fputs("Usage: arpctl [OPTION ...] OBJECT [COMMAND [ARGUMENT ...]]\n\n", file);
	for (o = objects; *o; o++)
		fprintf(file, "  %-9s %s\n", (*o)->name, (*o)->what);
	fputs("\n\"arpctl OBJECT help\" lists its commands, \"arpctl help\" all of them and the\n"
	      "options, of which -j prints JSON and -n NETNS acts in a network namespace.\n"
	      "An address is not answered? See \"arpctl explain request ADDRESS\" and \"arpctl\n"
	      "check\".\n",
	      file);
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
	args_usage(file, "Usage: ", object->name, command->name,
		   command->args);
	fprintf(file, "\n%c%s.\n", command->what[0] - 'a' + 'A',
		command->what + 1);
	help_kinds(file, command->args);
}

int help(struct ctx *ctx, int argc, char **argv)
{
	const struct command *command;
	const struct object *object;

	if (!argc) {
		help_tool(stdout);
		return pr_finish(&ctx->out);
	}
	object = object_find(argv[0]);
	if (!object)
		return unknown_object(argc, argv);
	if (argc == 1 && object->commands[0].name[0]) {
		help_object(stdout, object);
		return pr_finish(&ctx->out);
	}
	command = command_find(object, argc > 1 ? argv[1] : "");
	if (!command)
		command = command_find(object, "");
	if (!command)
		return unknown_command(object, argc - 1, argv + 1);
	help_command(stdout, object, command);
	return pr_finish(&ctx->out);
}
