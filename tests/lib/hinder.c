// SPDX-License-Identifier: GPL-2.0-only
/*
 * For LD_PRELOAD: a disk that takes as long as a test wants, and a file that is replaced
 * at the worst moment.
 *
 *   HINDER_FSYNC=FILE	fsync() waits until there is no FILE
 *   HINDER_OPEN=NAME HINDER_BY=OTHER
 *			OTHER is renamed to NAME just before NAME is opened
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int fsync(int fd)
{
	const struct timespec wait = { .tv_nsec = 10000000 };
	const char *file = getenv("HINDER_FSYNC");

	while (file && !access(file, F_OK))
		nanosleep(&wait, NULL);
	return (int)syscall(SYS_fsync, fd);
}

static int hindered_open(const char *name, int flags, mode_t mode)
{
	const char *wanted = getenv("HINDER_OPEN"), *by = getenv("HINDER_BY");

	if (wanted && by && !strcmp(name, wanted))
		(void)rename(by, wanted);
	return (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

/* Also for large files; a file that is not large is opened likewise. */
int open(const char *name, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return hindered_open(name, flags | O_LARGEFILE, mode);
}

int open64(const char *name, int flags, ...) __attribute__((alias("open")));
