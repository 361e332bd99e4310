// SPDX-License-Identifier: GPL-2.0-only
/* Commands: the table of objects that dispatch, help and completion read. */

#include <string.h>

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

const struct command *command_find(const struct object *object,
				   const char *name)
{
	const struct command *c;

	for (c = object->commands; c->run; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

const struct command *command_pick(const struct object *object, int argc,
				   char **argv, int *taken)
{
	const struct command *c = argc ? command_find(object, argv[0]) : NULL;
	const struct command *self = command_find(object, "");

	*taken = c && *c->name;
	if (c && *c->name)
		return c;
	/* If the object has commands, another word is a misspelled one. */
	if (self && (!argc || *self->args || self == object->commands))
		return self;
	return NULL;
}

int unknown_object(const char *name)
{
	const struct object *const *o;
	char list[256] = "";

	for (o = objects; *o; o++)
		list_add(list, sizeof(list), (*o)->name);
	return usage_error("unknown object \"%s\", the objects are: %s, help",
			   name, list);
}

int unknown_command(const struct object *object, const char *name)
{
	const struct command *c;
	char list[256] = "";

	for (c = object->commands; c->run; c++)
		if (*c->name)
			list_add(list, sizeof(list), c->name);
	if (!name)
		return usage_error("%s: a command is missing, expected: %s, help",
				   object->name, list);
	return usage_error("%s: unknown command \"%s\", expected: %s, help",
			   object->name, name, list);
}
