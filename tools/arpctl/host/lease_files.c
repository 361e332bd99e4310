// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a lease file, and for Kea the files that its cleanup keeps beside it.
 *
 * Kea appends to FILE. Its cleanup (lfc) renames FILE to FILE.1, starts a new FILE,
 * and merges FILE.2 and FILE.1 into FILE.completed, which replaces both and then
 * becomes FILE.2. So the leases are, oldest first, in
 *
 *	FILE.completed, else FILE.2 and then FILE.1; and then FILE
 *
 * All but FILE may be missing. FILE.output is incomplete and not read.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/input.h"
#include "base/print.h"
#include "host/lease_files.h"

#define TRIES 100
#define WAIT_NS 10000000

static const char *const suffixes[] = { ".completed", ".2", ".1", "" };

#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* The files that exist; comparing two of these reveals a rename in between. */
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
		/* Reading the file reports any other error. */
		if (stat(path, &snapshot->st[i]) && errno != ENOENT)
			snapshot->st[i].st_nlink = 1;
		free(path);
	}
	return STATUS_OK;
}

/* Kea only appends to FILE; the others are complete and replaced as a whole. */
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

static int add_file(struct lease_files *files, const char *name,
		    const char *suffix, char **data)
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
	status = input_read(path, data, &len);
	if (status || leases_add(leases, *data, len, (uint64_t)time(NULL)))
		return status;
	place.line = leases->line;
	place_enter(&place);
	status = leases->line ? usage_error("%s", leases->message) :
				failure("%s", leases->message);
	place_leave(&place);
	return status;
}

/* Reads one file, or all files that exist. */
static int read_files(const char *name, const struct snapshot *all,
		      struct lease_files *files)
{
	char *data[SUFFIXES] = { NULL };
	int status = STATUS_OK;
	size_t i;

	lease_files_free(files);
	for (i = 0; i < SUFFIXES && !status; i++) {
		if (all ? !all->st[i].st_nlink : *suffixes[i])
			continue;
		/* .completed contains what is in .2 and .1. */
		if (i > 0 && *suffixes[i] && all->st[0].st_nlink)
			continue;
		status = add_file(files, name, suffixes[i], &data[i]);
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

/* A consistent set of all files that exist. */
static int read_all(const char *name, struct lease_files *files)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	struct snapshot before, after;
	int status, tries;

	for (tries = 0; tries < TRIES; tries++) {
		status = look(name, &before);
		if (!status)
			status = read_files(name, &before, files);
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

int lease_files_read(const char *name, struct lease_files *files)
{
	struct snapshot before = { 0 };
	int status = STATUS_OK;

	if (strcmp(name, "-") != 0)
		status = look(name, &before);
	if (status)
		return status;
	/* Between the rename and the new file, Kea has no FILE. */
	if (before.st[SUFFIXES - 1].st_nlink || !any_beside(&before)) {
		status = read_files(name, NULL, files);
		if (status || !any_beside(&before) || !may_be_kea(files))
			return status;
	}
	status = read_all(name, files);
	/* A file with such a name beside an empty FILE need not contain leases. */
	if (!status && !files->leases.kea)
		status = read_files(name, NULL, files);
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
