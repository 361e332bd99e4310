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
 *
 * Files are renamed while this reads. So what was read counts only if each file was the
 * one that had this name before, and all names still have the same files after it.
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

#define HOSTS "/etc/hosts"

static const char *const suffixes[] = { ".completed", ".2", ".1", "" };

#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))
#define FILE_ITSELF (SUFFIXES - 1)

_Static_assert(SUFFIXES == LEASE_FILES + 1, "lease_files.h has another number of files");

static char *beside(const char *name, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s%s", name, suffix) < 0 ? NULL : path;
}

bool lease_files_beside(const char *name)
{
	static const char *const others[] = { ".output", ".pid" };
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot && i < FILE_ITSELF; i++)
		if (!strcmp(dot, suffixes[i]))
			return true;
	for (i = 0; dot && i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(dot, others[i]))
			return true;
	return false;
}

/* Return: 0 or an errno. */
static int look(const char *name, struct lease_snapshot *snapshot)
{
	char *path;
	size_t i;

	memset(snapshot, 0, sizeof(*snapshot));
	for (i = 0; i < SUFFIXES; i++) {
		path = beside(name, suffixes[i]);
		if (!path)
			return ENOMEM;
		/* Reading the file reports any other error. */
		if (stat(path, &snapshot->st[i]) && errno != ENOENT)
			snapshot->st[i].st_nlink = 1;
		free(path);
	}
	return 0;
}

static bool same_file(const struct stat *x, const struct stat *y)
{
	return x->st_dev == y->st_dev && x->st_ino == y->st_ino;
}

/* Kea only appends to FILE; the others are complete and replaced as a whole. */
static bool same(const struct lease_snapshot *a, const struct lease_snapshot *b)
{
	size_t i;

	for (i = 0; i < SUFFIXES; i++)
		if (!a->st[i].st_nlink != !b->st[i].st_nlink ||
		    !same_file(&a->st[i], &b->st[i]))
			return false;
	return true;
}

static bool any_beside(const struct lease_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < FILE_ITSELF; i++)
		if (snapshot->st[i].st_nlink)
			return true;
	return false;
}

static void refuse_nul(struct leases *leases, const char *data)
{
	for (leases->line = 1; *data; data++)
		leases->line += *data == '\n';
	snprintf(leases->message, sizeof(leases->message),
		 "a NUL byte is not allowed in text");
}

static int parse(struct lease_files *files, const char *data, size_t len)
{
	struct leases *leases = &files->leases;

	leases->file = files->n - 1;
	if (memchr(data, '\0', len)) {
		refuse_nul(leases, data);
		return STATUS_FAILED;
	}
	return leases_add(leases, data, len, (uint64_t)time(NULL)) ?
	       STATUS_OK : STATUS_FAILED;
}

/* Reads one file; *moved: it is not the one that was seen before. */
static int add_file(struct lease_files *files, char *path, enum input_kind kind,
		    const struct stat *seen, char **data, bool *moved)
{
	struct stat st = { 0 };
	size_t len;

	files->err = path ? 0 : ENOMEM;
	if (!path)
		return STATUS_FAILED;
	files->names[files->n++] = path;
	files->err = input_try(path, kind, data, &len, &st);
	*moved |= files->err == ENOENT ? seen->st_nlink : !same_file(&st, seen);
	return files->err ? STATUS_FAILED : parse(files, *data, len);
}

/* Empties it except for the format, the names of hosts and the kind. */
static void restart(struct lease_files *files)
{
	const struct leases wanted = {
		.format = files->leases.format, .hosts = files->leases.hosts,
		.hosts_len = files->leases.hosts_len,
	};
	const enum input_kind kind = files->kind;

	lease_files_free(files);
	files->leases = wanted;
	files->kind = kind;
}

/*
 * Keeps what FILE contains if more may be appended. To compare it costs a hundredth of
 * what it costs to parse it, and no other sign is reliable: a file that was written anew
 * may have the same inode and be longer.
 */
static void keep_data(struct lease_files *files, char **data,
		      const struct lease_snapshot *seen)
{
	size_t len = *data ? strlen(*data) : 0;

	if (!len || (*data)[len - 1] != '\n' || !leases_may_append(&files->leases))
		return;
	files->data = *data;
	files->len = len;
	files->seen = *seen;
	*data = NULL;
}

/* Reads FILE alone, or all files that exist. */
static int read_files(const char *name, const struct lease_snapshot *seen, bool alone,
		      struct lease_files *files, bool *moved)
{
	char *data[SUFFIXES] = { NULL };
	int status = STATUS_OK;
	size_t i;

	restart(files);
	for (i = alone ? FILE_ITSELF : 0; i < SUFFIXES && !status; i++) {
		if (!alone && !seen->st[i].st_nlink)
			continue;
		/* .completed contains what is in .2 and .1. */
		if (i > 0 && i < FILE_ITSELF && seen->st[0].st_nlink)
			continue;
		status = add_file(files, beside(name, suffixes[i]),
				  i == FILE_ITSELF ? files->kind : INPUT_REGULAR,
				  &seen->st[i], &data[i], moved);
	}
	if (!status)
		leases_settle(&files->leases);
	if (!status)
		keep_data(files, &data[FILE_ITSELF], seen);
	for (i = 0; i < SUFFIXES; i++)
		free(data[i]);
	return status;
}

/* Whether leases may be in the files beside it. */
static bool may_be_kea(const struct lease_files *files)
{
	return files->leases.kea || leases_none(&files->leases);
}

/* *moved: files were renamed meanwhile, and the result does not count. */
static int read_once(const char *name, struct lease_files *files, bool *moved)
{
	struct lease_snapshot before, after;
	bool alone;
	int status;

	files->err = look(name, &before);
	if (files->err)
		return STATUS_FAILED;
	/* Between the rename and the new file, Kea has no FILE. */
	alone = before.st[FILE_ITSELF].st_nlink || !any_beside(&before);
	status = read_files(name, &before, alone, files, moved);
	if (!status && alone && !may_be_kea(files)) {
		*moved = false;
		return STATUS_OK;
	}
	if (!status && alone && any_beside(&before)) {
		status = read_files(name, &before, false, files, moved);
		/* A file with such a name beside an empty FILE need not contain leases. */
		if (!*moved && !files->leases.kea)
			return read_files(name, &before, true, files, moved);
	}
	if (!look(name, &after) && !same(&before, &after))
		*moved = true;
	return status;
}

static void read_hosts(struct lease_files *files, char **hosts)
{
	struct stat st;
	size_t len;

	/* Without it, names are not understood, which is reported. */
	if (input_try(HOSTS, INPUT_REGULAR, hosts, &len, &st))
		return;
	files->leases.hosts = *hosts;
	files->leases.hosts_len = len;
}

static int try(const char *name, enum lease_format format, enum input_kind kind,
	       struct lease_files *files)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	int status = STATUS_OK, tries;
	char *hosts = NULL;
	bool moved = true;

	memset(files, 0, sizeof(*files));
	files->leases.format = format;
	files->kind = kind;
	read_hosts(files, &hosts);
	for (tries = 0; moved && tries < TRIES; tries++) {
		if (tries)
			nanosleep(&wait, NULL);
		moved = false;
		status = read_once(name, files, &moved);
	}
	files->moving = moved;
	files->leases.hosts = NULL;
	free(hosts);
	return moved ? STATUS_FAILED : status;
}

int lease_files_try(const char *name, enum lease_format format,
		    struct lease_files *files)
{
	return try(name, format, INPUT_REGULAR, files);
}

/* What is not an error of the file itself is a failure. */
int lease_files_complain(const struct lease_files *files)
{
	const struct leases *leases = &files->leases;
	const char *name = files->n ? files->names[files->n - 1] : "";
	struct place place = { .file = name, .line = leases->line };
	int status;

	if (files->moving)
		return failure("%s and the files beside it changed each time they were read",
			       name);
	if (files->err)
		return input_complain(name, files->err);
	place_enter(&place);
	status = leases->line ? usage_error("%s", leases->message) :
				failure("%s", leases->message);
	place_leave(&place);
	return status;
}

bool lease_files_same(const struct stat *a, const struct stat *b)
{
	return same_file(a, b) && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Whether Kea's files beside FILE are as they were when it was read. */
static bool same_beside(const char *name, const struct lease_files *files)
{
	struct lease_snapshot now;
	size_t i;

	if (!files->leases.kea)
		return true;
	if (look(name, &now))
		return false;
	for (i = 0; i < FILE_ITSELF; i++)
		if (!lease_files_same(&now.st[i], &files->seen.st[i]))
			return false;
	return true;
}

static bool append(struct lease_files *files, const char *data, size_t len)
{
	const char *more = data + files->len;

	return len >= files->len && !memcmp(data, files->data, files->len) &&
	       (len == files->len ||
		(data[len - 1] == '\n' && !memchr(more, '\0', len - files->len) &&
		 leases_append(&files->leases, more, len - files->len,
			       (uint64_t)time(NULL))));
}

bool lease_files_more(const char *name, struct lease_files *files, bool *changed)
{
	char *data = NULL;
	struct stat st;
	size_t len;
	bool ok;

	if (!files->data || !same_beside(name, files) ||
	    input_try(name, INPUT_REGULAR, &data, &len, &st))
		return false;
	/* During a cleanup, FILE would be compared with what is FILE.1 by now. */
	ok = same_beside(name, files) && append(files, data, len);
	*changed |= ok && len > files->len;
	if (!ok) {
		free(data);
		return false;
	}
	free(files->data);
	files->data = data;
	files->len = len;
	return true;
}

void lease_files_forget(struct lease_files *files)
{
	free(files->data);
	files->data = NULL;
}

static int read_stdin(enum lease_format format, struct lease_files *files)
{
	char *data = NULL, *hosts = NULL;
	size_t len;
	int status;

	memset(files, 0, sizeof(*files));
	files->leases.format = format;
	files->names[files->n++] = strdup("-");
	if (!files->names[0])
		return no_memory();
	status = input_read("-", &data, &len);
	if (!status) {
		read_hosts(files, &hosts);
		status = parse(files, data, len);
		files->leases.hosts = NULL;
		if (status)
			status = lease_files_complain(files);
		else
			leases_settle(&files->leases);
	}
	free(data);
	free(hosts);
	return status;
}

int lease_files_read(const char *name, enum lease_format format,
		     struct lease_files *files)
{
	if (!strcmp(name, "-"))
		return read_stdin(format, files);
	return try(name, format, INPUT_ANY, files) ? lease_files_complain(files) :
						     STATUS_OK;
}

void lease_files_free(struct lease_files *files)
{
	unsigned int i;

	for (i = 0; i < files->n; i++)
		free(files->names[i]);
	free(files->data);
	leases_free(&files->leases);
	memset(files, 0, sizeof(*files));
}
