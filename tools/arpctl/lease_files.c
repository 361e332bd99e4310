// SPDX-License-Identifier: GPL-2.0-only
/*
 * A lease file, and of Kea's those that its cleanup keeps beside it.
 *
 * Kea appends to FILE. Its cleanup (lfc) renames that to FILE.1, begins FILE
 * anew, and makes one file of FILE.2 and FILE.1: FILE.completed, which replaces
 * both and then becomes FILE.2. So, oldest first, the leases are in
 *
 *	FILE.completed, else FILE.2 and then FILE.1; and then FILE
 *
 * any of which but FILE may be missing. FILE.output is not complete.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "arpctl.h"
#include "input.h"
#include "lease_files.h"

#define TRIES 100
#define WAIT_NS 10000000

static const char *const suffixes[] = { ".completed", ".2", ".1", "" };

#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* Which files there are; a rename in between shows. */
struct snapshot {
	struct stat st[SUFFIXES];	/* st_nlink 0: none */
};

static char *beside(const char *name, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s%s", name, suffix) < 0 ? NULL : path;
}

static int look(const char *name, struct snapshot *snapshot)
{
	char *path;
	size_t i;

	memset(snapshot, 0, sizeof(*snapshot));
	for (i = 0; i < SUFFIXES; i++) {
		path = beside(name, suffixes[i]);
		if (!path)
			return failure("%s", strerror(ENOMEM));
		/* Whatever else is wrong, reading it tells. */
		if (stat(path, &snapshot->st[i]) && errno != ENOENT)
			snapshot->st[i].st_nlink = 1;
		free(path);
	}
	return STATUS_OK;
}

/* Kea writes to FILE alone: the others are whole, and replaced whole. */
static bool same(const struct snapshot *a, const struct snapshot *b)
{
	const struct stat *x, *y;
	size_t i;

	for (i = 0; i < SUFFIXES; i++) {
		x = &a->st[i];
		y = &b->st[i];
		if (!x->st_nlink != !y->st_nlink || x->st_dev != y->st_dev ||
		    x->st_ino != y->st_ino)
			return false;
	}
	return true;
}

static int add_file(const struct ctx *ctx, struct lease_files *files,
		    const char *name, const char *suffix, char **data)
{
	struct leases *leases = &files->leases;
	char *path = beside(name, suffix);
	struct place place = { .file = path };
	size_t len;
	int status;

	if (!path)
		return failure("%s", strerror(ENOMEM));
	leases->file = files->n;
	files->names[files->n++] = path;
	status = input_read(ctx, path, data, &len);
	if (status || leases_add(leases, *data, len, (uint64_t)time(NULL)))
		return status;
	place.line = leases->line;
	place_enter(&place);
	status = leases->line ? usage_error("%s", leases->message) :
				failure("%s", leases->message);
	place_leave(&place);
	return status;
}

/* Reads one file, or all that there are. */
static int read_files(const struct ctx *ctx, const char *name,
		      const struct snapshot *all, struct lease_files *files)
{
	char *data[SUFFIXES] = { NULL };
	int status = STATUS_OK;
	size_t i;

	lease_files_free(files);
	for (i = 0; i < SUFFIXES && !status; i++) {
		if (all ? !all->st[i].st_nlink : *suffixes[i])
			continue;
		/* It has what is in .2 and .1. */
		if (i > 0 && *suffixes[i] && all->st[0].st_nlink)
			continue;
		status = add_file(ctx, files, name, suffixes[i], &data[i]);
	}
	if (!status)
		leases_settle(&files->leases);
	for (i = 0; i < SUFFIXES; i++)
		free(data[i]);
	return status;
}

static bool any_beside(const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; *suffixes[i]; i++)
		if (snapshot->st[i].st_nlink)
			return true;
	return false;
}

/* All that there are, of one moment. */
static int read_all(const struct ctx *ctx, const char *name,
		    struct lease_files *files)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	struct snapshot before, after;
	int status, tries;

	for (tries = 0; tries < TRIES; tries++) {
		status = look(name, &before);
		if (!status)
			status = read_files(ctx, name, &before, files);
		if (!status)
			status = look(name, &after);
		if (status || same(&before, &after))
			return status;
		nanosleep(&wait, NULL);
	}
	return failure("%s and the files beside it changed each time they were read",
		       name);
}

static bool may_be_kea(const struct lease_files *files)
{
	return files->leases.kea || leases_none(&files->leases);
}

int lease_files_read(const struct ctx *ctx, const char *name,
		     struct lease_files *files)
{
	struct snapshot before = { 0 };
	int status = STATUS_OK;

	if (strcmp(name, "-") != 0)
		status = look(name, &before);
	if (status)
		return status;
	/* Between rename and new file, Kea has no FILE. */
	if (before.st[SUFFIXES - 1].st_nlink || !any_beside(&before)) {
		status = read_files(ctx, name, NULL, files);
		if (status || !any_beside(&before) || !may_be_kea(files))
			return status;
	}
	status = read_all(ctx, name, files);
	/* What has such a name beside an empty file need not be leases. */
	if (!status && !files->leases.kea)
		status = read_files(ctx, name, NULL, files);
	return status;
}

void lease_files_free(struct lease_files *files)
{
	unsigned int i;

	for (i = 0; i < files->n; i++)
		free(files->names[i]);
	leases_free(&files->leases);
	memset(files, 0, sizeof(*files));
}
