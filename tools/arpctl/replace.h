// SPDX-License-Identifier: GPL-2.0-only
/* Files that are replaced whole or not at all. */
#ifndef ARPCTL_REPLACE_H
#define ARPCTL_REPLACE_H

#include <signal.h>
#include <stdio.h>

/* A file that is being written beside the one that it is to replace. */
struct replace {
	FILE *file;		/* where to write */
	const char *name;	/* as it was given */
	char *target;		/* what it stands for: symbolic links followed */
	char *temp;		/* NULL: target is no regular file, written as it is */
	sigset_t signals;	/* the mask before */
};

/*
 * Begins; the target may be there or not. Both print what goes wrong. Every
 * begin that succeeds is followed by an end, which replaces the target if
 * status is 0 and all could be written, and else leaves it as it was.
 */
int replace_begin(struct replace *r, const char *name);
int replace_end(struct replace *r, int status);

#endif /* ARPCTL_REPLACE_H */
