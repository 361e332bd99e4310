// SPDX-License-Identifier: GPL-2.0-only
/* Atomic replacement of files. */
#ifndef ARPCTL_REPLACE_H
#define ARPCTL_REPLACE_H

#include <signal.h>
#include <stdio.h>

/* A file that is being written beside the one that it will replace. */
struct replace {
	FILE *file;		/* the stream to write to */
	const char *name;	/* as given by the user */
	char *target;		/* name with symbolic links followed */
	char *temp;		/* NULL: not a regular file; written directly */
	sigset_t signals;	/* the previous signal mask */
};

/*
 * Begins; the target need not exist. Both functions print errors. Each successful begin
 * must be followed by an end, which replaces the target if status is 0 and all data
 * could be written; otherwise the target is unchanged.
 */
int replace_begin(struct replace *r, const char *name);

/*
 * The same for a file in a directory of another user: whatever else has its name, such as
 * a symbolic link, is replaced and not followed.
 */
int replace_begin_here(struct replace *r, const char *name);
int replace_end(struct replace *r, int status);

#endif /* ARPCTL_REPLACE_H */
