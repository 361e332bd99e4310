// SPDX-License-Identifier: GPL-2.0-only
/* Commands: the table of objects that dispatch, help and completion read. */

#include <string.h>

#include "base/near.h"
#include "base/parse.h"
#include "commands.h"

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
	&apply_object,
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

/* Synonyms of commands, from iproute2 and others. */
static const struct {
	const char *typed;
	const char *name;
} synonyms[] = {
	{ "list", "show" },
	{ "ls", "show" },
	{ "lst", "show" },
	{ "delete", "del" },
	{ "remove", "del" },
};

static const struct command *find_exactly(const struct object *object, const char *name)
{
	const struct command *c;

	for (c = object->commands; c->run; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

const struct command *command_find(const struct object *object, const char *name)
{
	const struct command *c = find_exactly(object, name);
	size_t i;

	for (i = 0; !c && i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		if (!strcmp(synonyms[i].typed, name))
			c = find_exactly(object, synonyms[i].name);
	return c;
}

const struct command *command_pick(const struct object *object, int argc,
				   char **argv, int *taken)
{
	const struct command *c = argc ? command_find(object, argv[0]) : NULL;
	const struct command *self = find_exactly(object, "");

	*taken = c && *c->name;
	if (c && *c->name)
		return c;
	if (!argc && !self)
		return find_exactly(object, "show");
	/* If the object has commands, any other word is a misspelled command. */
	if (self && (!argc || *self->args || self == object->commands))
		return self;
	return NULL;
}

/* "show dev": a command before its object. */
static bool is_reversed(int argc, char **argv)
{
	const struct object *object = argc > 1 ? object_find(argv[1]) : NULL;

	return object && *argv[0] && command_find(object, argv[0]);
}

int unknown_object(int argc, char **argv)
{
	const char *name = argc ? argv[0] : "--";
	const struct object *const *o;
	char list[256] = "";
	struct near near;

	if (is_reversed(argc, argv))
		return usage_error("unknown object \"%s\": did you mean \"%s %s\"?", name,
				   argv[1], command_find(object_find(argv[1]), name)->name);
	near_init(&near, name);
	for (o = objects; *o; o++) {
		near_try(&near, (*o)->name);
		list_add(list, sizeof(list), (*o)->name);
	}
	near_try(&near, "help");
	if (!strcmp(name, "version"))
		near.best = "-V";
	if (near.best)
		return usage_error("unknown object \"%s\": did you mean \"%s\"?", name,
				   near.best);
	return usage_error("unknown object \"%s\", the objects are: %s, help",
			   name, list);
}

/* The object's first command that begins with a target, if the word is an address. */
static const struct command *command_of_address(const struct object *object,
						const char *word)
{
	const struct command *c;
	uint32_t address;

	for (c = object->commands; c->run; c++)
		if (!strncmp(c->args, "TARGET", 6) &&
		    parse_address(word, strlen(word), &address))
			return c;
	return NULL;
}

int unknown_command(const struct object *object, int argc, char **argv)
{
	const char *name = argc ? argv[0] : NULL;
	const struct command *c;
	char list[256] = "";
	struct near near;

	near_init(&near, name ? name : "");
	for (c = object->commands; c->run; c++) {
		if (!*c->name)
			continue;
		near_try(&near, c->name);
		list_add(list, sizeof(list), c->name);
	}
	if (!name)
		return usage_error("%s: a command is missing, expected: %s, help",
				   object->name, list);
	c = argc > 1 && *argv[1] ? command_find(object, argv[1]) : NULL;
	if (!c)
		c = command_of_address(object, name);
	if (c)
		return usage_error("%s: unknown command \"%s\": did you mean \"%s %s %s\"?",
				   object->name, name, object->name, c->name, name);
	if (near.best)
		return usage_error("%s: unknown command \"%s\": did you mean \"%s\"?",
				   object->name, name, near.best);
	return usage_error("%s: unknown command \"%s\", expected: %s, help",
			   object->name, name, list);
}
