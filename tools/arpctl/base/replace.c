// SPDX-License-Identifier: GPL-2.0-only
/*
 * Atomic replacement of files: a new file is written beside the old one, synchronized
 * to disk, and renamed.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/print.h"
#include "base/replace.h"

#define LINKS_MAX	40	/* as the kernel follows */

static int cannot_write(const char *name, int err)
{
	return failure("cannot write %s: %s", name, strerror(err));
}

/* The length of a path's directory part, with the slash; 0: none. */
static int dir_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash + 1 - path) : 0;
}

/*
 * Follows symbolic links; unlike realpath(), the target need not exist yet. Return:
 * a path to be freed, or NULL with errno.
 */
static char *follow(const char *path)
{
	char link[PATH_MAX], *now = strdup(path), *next;
	int i, err;
	ssize_t n;

	for (i = 0; now && i < LINKS_MAX; i++) {
		n = readlink(now, link, sizeof(link) - 1);
		if (n < 0)
			return now;
		link[n] = '\0';
		if (asprintf(&next, "%.*s%s", *link == '/' ? 0 : dir_len(now),
			     now, link) < 0)
			next = NULL;
		free(now);
		now = next;
	}
	err = now ? ELOOP : ENOMEM;
	free(now);
	errno = err;
	return NULL;
}

/*
 * Gives the new file the owner and the mode of the old one. If the group cannot be
 * kept either, it gets the rights of others.
 */
static int copy_rights(int fd, const struct stat *old)
{
	mode_t mode = old->st_mode & 0777;

	if (fchown(fd, old->st_uid, old->st_gid) &&
	    fchown(fd, (uid_t)-1, old->st_gid))
		mode &= (mode_t)~070 | (mode & 07) << 3;
	return fchmod(fd, mode);
}

static int set_rights(int fd, const struct stat *old)
{
	mode_t mask;

	if (old)
		return copy_rights(fd, old);
	mask = umask(0);
	umask(mask);
	return fchmod(fd, 0666 & ~mask);
}

/* Blocks signals, so that an interrupt leaves no partial file behind. */
static void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

static void clean(struct replace *r)
{
	free(r->target);
	free(r->temp);
	sigprocmask(SIG_SETMASK, &r->signals, NULL);
}

/* Return: a descriptor, or -1 with errno. */
static int open_temp(struct replace *r, const struct stat *old, bool here)
{
	int fd, err;

	block_signals();
	r->target = here ? strdup(r->name) : follow(r->name);
	if (!r->target)
		return -1;
	if (asprintf(&r->temp, "%.*s.arpctl-XXXXXX", dir_len(r->target),
		     r->target) < 0) {
		r->temp = NULL;
		return -1;
	}
	fd = mkostemp(r->temp, O_CLOEXEC);
	if (fd >= 0 && set_rights(fd, old)) {
		err = errno;
		close(fd);
		unlink(r->temp);
		errno = err;
		fd = -1;
	}
	return fd;
}

static int begin(struct replace *r, const char *name, bool here)
{
	struct stat old;
	bool there = !(here ? lstat(name, &old) : stat(name, &old));
	int fd, err;

	*r = (struct replace){ .name = name };
	if (there && S_ISDIR(old.st_mode))
		return cannot_write(name, EISDIR);
	sigprocmask(SIG_BLOCK, NULL, &r->signals);
	/* Only a regular file hands its mode and owner on. */
	if (here && there && !S_ISREG(old.st_mode))
		there = false;
	/* A pipe, a terminal or /dev/null is not replaced. */
	if (there && !S_ISREG(old.st_mode))
		fd = open(name, O_WRONLY | O_CLOEXEC);
	else
		fd = open_temp(r, there ? &old : NULL, here);
	r->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (r->file)
		return STATUS_OK;
	err = errno;
	if (fd >= 0) {
		close(fd);
		if (r->temp)
			unlink(r->temp);
	}
	clean(r);
	return cannot_write(name, err);
}

int replace_begin(struct replace *r, const char *name)
{
	return begin(r, name, false);
}

int replace_begin_here(struct replace *r, const char *name)
{
	return begin(r, name, true);
}

/* Synchronizes the new name too; some file systems cannot. */
static void sync_dir(const char *path)
{
	char *dir;
	int fd;

	if (asprintf(&dir, "%.*s.", dir_len(path), path) < 0)
		return;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(dir);
}

/* Return: 0 or an errno. */
static int finish(struct replace *r)
{
	int err = 0;

	if (fflush(r->file) || ferror(r->file) ||
	    (r->temp && fsync(fileno(r->file))))
		err = errno ? errno : EIO;
	if (fclose(r->file) && !err)
		err = errno;
	if (!err && r->temp && rename(r->temp, r->target))
		err = errno;
	if (!err && r->temp)
		sync_dir(r->target);
	return err;
}

int replace_end(struct replace *r, int status)
{
	int err = 0;

	if (status)
		fclose(r->file);
	else
		err = finish(r);
	if (r->temp && (status || err))
		unlink(r->temp);
	clean(r);
	return err ? cannot_write(r->name, err) : status;
}
