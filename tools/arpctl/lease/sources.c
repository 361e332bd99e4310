// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lease files that are watched.
 *
 * inotify watches the directories and not the files, since a file that is replaced is
 * another file. If a directory does not exist, the nearest one above it that does is
 * watched. Every few seconds all files are looked at without a notification: network
 * file systems send none, nor does a directory further up that is renamed.
 */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/list.h"
#include "base/print.h"
#include "lease/sources.h"

/* In ms. A server writes a file in several pieces, close to each other. */
#define QUIET		3	/* without a change, before it is read */
#define QUIET_MAX	30	/* but not later than this */
#define RETRY		100	/* if it could not be read */
#define RETRY_SLOW	5000	/* after a message about that */
#define PATIENCE	2000	/* before such a message */
#define LOOK		5000

#define EVENTS (IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | \
		IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The directory part of a path, to be freed; NULL without memory. */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Neither a file nor missing. */
static bool is_other(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

/* Directories */

static struct watched *find_watched(struct sources *s, int wd)
{
	size_t i;

	for (i = 0; i < s->n_watched; i++)
		if (s->watched[i].wd == wd)
			return &s->watched[i];
	return NULL;
}

/* Watches the directory, or the nearest above it. */
static int watch_dir(struct sources *s, const char *name)
{
	char *path = strdup(name), *up;
	struct watched *watched;
	int wd = -1;

	while (path) {
		wd = inotify_add_watch(s->fd, path, EVENTS);
		if (wd >= 0 || !strcmp(path, "/") || !strcmp(path, "."))
			break;
		up = dir_of(path);
		free(path);
		path = up;
	}
	if (!path)
		return no_memory();
	if (wd < 0) {
		/* Then they are only looked at from time to time. */
		if (!s->complained)
			warning("cannot watch %s: %s", path, strerror(errno));
		s->complained = true;
		free(path);
		return STATUS_OK;
	}
	watched = find_watched(s, wd);
	if (!watched)
		watched = LIST_ADD(s->watched, s->n_watched);
	if (!watched) {
		free(path);
		return no_memory();
	}
	free(watched->path);
	*watched = (struct watched){ wd, path };
	return STATUS_OK;
}

/* The directory of a path, also of the file that a symbolic link leads to. */
static int watch_path(struct sources *s, const char *path)
{
	char *dir = dir_of(path), *real = realpath(path, NULL);
	int status = dir ? watch_dir(s, dir) : no_memory();

	free(dir);
	dir = real && !status ? dir_of(real) : NULL;
	if (dir)
		status = watch_dir(s, dir);
	free(dir);
	free(real);
	return status;
}

static int rearm(struct sources *s)
{
	int status = STATUS_OK;
	size_t i;

	s->rearm = false;
	for (i = 0; !status && i < s->n_names; i++) {
		status = watch_path(s, s->names[i]);
		if (!status && is_dir(s->names[i]))
			status = watch_dir(s, s->names[i]);
	}
	return status;
}

/* Files */

static void free_source(struct source *source)
{
	lease_files_free(&source->files);
	free(source->path);
	free(source->real);
	free(source);
}

/* Not for each notification: a directory may be one in which much is written. */
static void resolve(struct source *source)
{
	free(source->real);
	source->real = source->from ? NULL : realpath(source->path, NULL);
}

static struct source *find_source(const struct sources *s, const char *path)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->list[i]->path, path))
			return s->list[i];
	return NULL;
}

/* Adds a file that is to be read; path is taken over. */
static int add_source(struct sources *s, size_t order, char *path, const char *from)
{
	struct source *source = path ? calloc(1, sizeof(*source)) : NULL, **last;

	last = source ? LIST_ADD(s->list, s->n) : NULL;
	if (!last) {
		free(source);
		free(path);
		return no_memory();
	}
	source->path = path;
	source->from = from;
	source->order = order;
	source->due = now_ms();
	resolve(source);
	*last = source;
	s->unsorted = true;
	return STATUS_OK;
}

/* Temporary files, and what editors leave behind. */
static bool is_temporary(const char *name)
{
	static const char *const ends[] = { "~", ".tmp", ".new", ".swp" };
	size_t len = strlen(name), i, end;

	if (*name == '.')
		return true;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		end = strlen(ends[i]);
		if (len >= end && !strcmp(name + len - end, ends[i]))
			return true;
	}
	return false;
}

static int add_from(struct sources *s, size_t order, const char *name)
{
	const char *dir = s->names[order];
	char *path;

	if (is_temporary(name))
		return STATUS_OK;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return no_memory();
	if (find_source(s, path) || is_other(path)) {
		free(path);
		return STATUS_OK;
	}
	return add_source(s, order, path, dir);
}

/* Adds the files of a directory that are not known yet. */
static int scan(struct sources *s, size_t order)
{
	DIR *dir = opendir(s->names[order]);
	const struct dirent *entry;
	int status = STATUS_OK;

	if (!dir)
		return STATUS_OK;
	while (!status && (entry = readdir(dir)))
		status = add_from(s, order, entry->d_name);
	closedir(dir);
	return status;
}

static int by_name(const void *a, const void *b)
{
	const struct source *x = *(struct source *const *)a;
	const struct source *y = *(struct source *const *)b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->path, y->path);
}

static void sort(struct sources *s)
{
	if (s->unsorted)
		LIST_SORT(s->list, s->n, by_name);
	s->unsorted = false;
}

static void remove_source(struct sources *s, size_t i)
{
	free_source(s->list[i]);
	memmove(&s->list[i], &s->list[i + 1], (--s->n - i) * sizeof(*s->list));
}

/* A FILE that has become a DIR is one no longer. */
static int scan_dir(struct sources *s, size_t order)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!s->list[i]->from && s->list[i]->order == order)
			remove_source(s, i--);
	return scan(s, order);
}

/* Finds new files. */
static int scan_all(struct sources *s)
{
	int status = STATUS_OK;
	size_t i;

	for (i = 0; !status && i < s->n_names; i++) {
		if (is_dir(s->names[i]))
			status = scan_dir(s, i);
		else if (!find_source(s, s->names[i]))
			status = add_source(s, i, strdup(s->names[i]), NULL);
	}
	sort(s);
	return status;
}

/* Notifications */

/* Whether the directory part of the path, before the base, is this directory. */
static bool is_in(const char *path, const char *base, const char *dir)
{
	size_t len = strlen(dir);

	if (base == path)
		return !strcmp(dir, ".");
	if (base == path + 1)
		return !strcmp(dir, "/");
	return (size_t)(base - path) == len + 1 && !strncmp(path, dir, len);
}

/* A name in a directory is the file itself, or one that Kea keeps beside it. */
static bool concerns(const char *path, const char *dir, const char *name)
{
	const char *base = base_of(path);
	size_t len = strlen(base);

	return is_in(path, base, dir) && !strncmp(base, name, len) &&
	       (!name[len] || (name[len] == '.' && lease_files_beside(name)));
}

/* The same for the file that a FILE leads to as a symbolic link. */
static bool concerns_real(const struct source *source, const char *dir, const char *name)
{
	return source->real && concerns(source->real, dir, name);
}

/* In pieces: what follows soon is read with it. */
static void notice(struct source *source, bool complete)
{
	uint64_t now = now_ms();

	if (!source->first)
		source->first = now;
	source->due = complete ? now : now + QUIET;
	if (source->due > source->first + QUIET_MAX)
		source->due = source->first + QUIET_MAX;
}

static int see_file(struct sources *s, const char *dir, const struct inotify_event *event)
{
	bool complete = !(event->mask & (IN_MODIFY | IN_CREATE));
	struct source *source;
	size_t i;

	for (i = 0; i < s->n; i++) {
		source = s->list[i];
		if (concerns(source->path, dir, event->name) ||
		    concerns_real(source, dir, event->name))
			notice(source, complete);
	}
	for (i = 0; i < s->n_names; i++)
		if (!strcmp(s->names[i], dir) &&
		    !(event->mask & (IN_DELETE | IN_MOVED_FROM)))
			return add_from(s, i, event->name);
	return STATUS_OK;
}

static int see_event(struct sources *s, const struct inotify_event *event)
{
	struct watched *watched = find_watched(s, event->wd);

	if (event->mask & IN_Q_OVERFLOW) {
		s->look = 0;
		return STATUS_OK;
	}
	if (!watched)
		return STATUS_OK;
	if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_ISDIR))
		s->rearm = true;
	if (event->mask & IN_MOVE_SELF)
		(void)inotify_rm_watch(s->fd, event->wd);
	if (event->mask & IN_IGNORED) {
		free(watched->path);
		*watched = s->watched[--s->n_watched];
		return STATUS_OK;
	}
	return event->len ? see_file(s, watched->path, event) : STATUS_OK;
}

/* One read a call: a directory that is written to without a pause must not keep it here. */
static int see_events(struct sources *s)
{
	char buf[16384] __attribute__((aligned(8)));
	const struct inotify_event *event;
	ssize_t got = read(s->fd, buf, sizeof(buf)), at;
	int status = STATUS_OK;

	for (at = 0; !status && at < got; at += (ssize_t)(sizeof(*event) + event->len)) {
		event = (const struct inotify_event *)(buf + at);
		status = see_event(s, event);
	}
	sort(s);
	return status;
}

/* Reading */

static void complain(struct source *source, const struct lease_files *files)
{
	int what = files->err ? files->err : -1;

	if (source->complaint == what)
		return;
	source->complaint = what;
	if (files->err == ENOENT && source->held)
		warning("%s is gone: its leases stay until they expire", source->path);
	else if (files->err == ENOENT)
		warning("waiting for %s", source->path);
	else
		(void)lease_files_complain(files);
}

/* It may be complete in a moment. */
static void fail(struct source *source, const struct lease_files *files)
{
	uint64_t now = now_ms();

	if (!source->failing)
		source->failing = now;
	source->due = now + RETRY;
	if (files->err != ENOENT && now - source->failing < PATIENCE)
		return;
	if (!source->from || files->err != ENOENT)
		complain(source, files);
	source->due = files->err == ENOENT ? 0 : now + RETRY_SLOW;
}

static void warn_unread(struct source *source)
{
	const struct leases *leases = &source->files.leases;
	struct place place = { source->path, leases->unread_line, NULL };

	if (leases->unread && leases->unread != source->unread) {
		place_enter(&place);
		warning("\"%s\" is not understood and was skipped; %zu in total",
			leases->unread_text, leases->unread);
		place_leave(&place);
	}
	source->unread = leases->unread;
}

static void accept(struct source *source, const struct lease_files *files)
{
	if (source->complaint)
		warning("%s can be read", source->path);
	lease_files_free(&source->files);
	source->files = *files;
	source->failing = 0;
	source->complaint = 0;
	source->held = true;
	warn_unread(source);
}

/*
 * Of a DIR, other files are ignored, and so are those beside a file of Kea, which are
 * read with it.
 */
static bool is_ignored(const struct source *source, const struct lease_files *files)
{
	if (!source->from)
		return false;
	return files->leases.foreign ||
	       (files->leases.kea && lease_files_beside(source->path));
}

static void read_source(struct sources *s, struct source *source, bool *changed)
{
	struct lease_files files;
	struct stat st = { 0 };

	source->due = 0;
	source->first = 0;
	resolve(source);
	/* Before it is read: what changes meanwhile is another change. */
	(void)stat(source->path, &st);
	if (!source->failing &&
	    lease_files_more(source->path, &source->files, changed)) {
		source->st = st;
		warn_unread(source);
		return;
	}
	if (lease_files_try(source->path, s->format, &files)) {
		if (is_ignored(source, &files))
			source->st = st;
		else
			fail(source, &files);
		lease_files_free(&files);
		return;
	}
	source->st = st;
	if (is_ignored(source, &files)) {
		lease_files_free(&files);
		return;
	}
	accept(source, &files);
	*changed = true;
}

/* A file of a DIR that no longer exists, nor one beside it, has no leases. */
static bool is_gone(const struct source *source)
{
	return source->from && source->failing && access(source->path, F_OK) &&
	       errno == ENOENT;
}

/* Without notifications: reads what has changed. */
static int look(struct sources *s)
{
	struct stat st;
	uint64_t now = now_ms();
	size_t i;
	int status;

	if (s->look > now && !s->rearm)
		return STATUS_OK;
	s->look = now + LOOK;
	status = rearm(s);
	if (!status)
		status = scan_all(s);
	for (i = 0; i < s->n; i++) {
		memset(&st, 0, sizeof(st));
		(void)stat(s->list[i]->path, &st);
		if (!s->list[i]->due && !lease_files_same(&st, &s->list[i]->st))
			s->list[i]->due = now;
	}
	return status;
}

int sources_work(struct sources *s, bool *changed)
{
	int status = see_events(s);
	size_t i;

	*changed = false;
	if (!status)
		status = look(s);
	for (i = 0; !status && i < s->n; i++) {
		if (s->list[i]->due && s->list[i]->due <= now_ms())
			read_source(s, s->list[i], changed);
		if (is_gone(s->list[i])) {
			remove_source(s, i--);
			*changed = true;
		}
	}
	return status;
}

void sources_reread(struct sources *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		s->list[i]->due = now_ms();
		lease_files_forget(&s->list[i]->files);
	}
}

int sources_timeout(const struct sources *s)
{
	uint64_t now = now_ms(), next = s->look;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->list[i]->due && s->list[i]->due < next)
			next = s->list[i]->due;
	return next > now ? (int)(next - now) : 0;
}

int sources_open(struct sources *s, enum lease_format format)
{
	*s = (struct sources){ .format = format };
	s->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return s->fd >= 0 ? STATUS_OK :
	       failure("cannot watch files: %s", strerror(errno));
}

int sources_add(struct sources *s, const char *name)
{
	char **last, *copy = strdup(name);
	size_t len = copy ? strlen(copy) : 0;

	last = copy ? LIST_ADD(s->names, s->n_names) : NULL;
	if (!last) {
		free(copy);
		return no_memory();
	}
	/* A DIR's files are named without the slash at its end. */
	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	*last = copy;
	return STATUS_OK;
}

void sources_close(struct sources *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free_source(s->list[i]);
	for (i = 0; i < s->n_names; i++)
		free(s->names[i]);
	for (i = 0; i < s->n_watched; i++)
		free(s->watched[i].path);
	free(s->list);
	free(s->names);
	free(s->watched);
	if (s->fd >= 0)
		close(s->fd);
}
