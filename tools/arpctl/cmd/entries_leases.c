// SPDX-License-Identifier: GPL-2.0-only
/* What bind import and bind watch have in common. */

#include "cmd/entries_leases.h"
#include "command.h"

int entries_format(const struct args *args, enum lease_format *format)
{
	const char *name = args_get(args, "NAME");
	char list[128] = "";
	int i;

	*format = name ? lease_format_find(name) : LEASE_ANY;
	if (!name || *format)
		return STATUS_OK;
	for (i = LEASE_ANY + 1; lease_format_name(i); i++)
		list_add(list, sizeof(list), lease_format_name(i));
	return usage_error("%s: unknown format \"%s\", expected: %s", args->title,
			   name, list);
}

void entries_warn_unread(const struct lease_files *files)
{
	const struct leases *leases = &files->leases;
	struct place place = { files->names[0], leases->unread_line, NULL };

	if (!leases->unread)
		return;
	place_enter(&place);
	warning("\"%s\" is not understood and was skipped; %zu in total",
		leases->unread_text, leases->unread);
	place_leave(&place);
}
