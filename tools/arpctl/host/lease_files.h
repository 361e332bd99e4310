/* SPDX-License-Identifier: GPL-2.0-only */
/* A lease file, and for Kea the files that its cleanup keeps beside it. */
#ifndef ARPCTL_LEASE_FILES_H
#define ARPCTL_LEASE_FILES_H

#include <sys/stat.h>

#include "base/input.h"
#include "host/leases.h"

/* FILE.completed or FILE.2, FILE.1, FILE. */
#define LEASE_FILES 3

/* The files that exist, FILE last; comparing two of these reveals a rename in between. */
struct lease_snapshot {
	struct stat st[LEASE_FILES + 1];	/* st_nlink 0: none */
};

struct lease_files {
	struct leases leases;
	enum input_kind kind;	/* of FILE; others are regular */
	unsigned int n;
	/* By lease.file, in the order in which they were read. */
	char *names[LEASE_FILES];

	/* What FILE contained, and what was beside it; NULL: it cannot be appended to. */
	char *data;
	size_t len;
	struct lease_snapshot seen;

	/* Why the last one could not be read. */
	int err;		/* an errno; 0: it does not parse, see leases */
	bool moving;		/* files were renamed each time that they were read */
};

/*
 * Reads them in this format; errors go to stderr. The caller frees it also after a
 * failure.
 */
int lease_files_read(const char *name, enum lease_format format,
		     struct lease_files *files);

/*
 * The same without messages, for a file that is watched: it must be a regular one. And
 * prints why it failed. Return of that: the status.
 */
int lease_files_try(const char *name, enum lease_format format,
		    struct lease_files *files);
int lease_files_complain(const struct lease_files *files);

/*
 * Reads what was appended to FILE since it was read in this way or as a whole. Return:
 * false if it is not only that which has changed: then it must be read as a whole.
 * *changed: something was appended.
 */
bool lease_files_more(const char *name, struct lease_files *files, bool *changed);

/* It will be read as a whole the next time. */
void lease_files_forget(struct lease_files *files);

/*
 * Whether a file is the same and has not changed. One that replaces another may get its
 * inode, and its time by "cp -p". Nobody can set the time of the last change of the inode.
 */
bool lease_files_same(const struct stat *a, const struct stat *b);

void lease_files_free(struct lease_files *files);

/* Whether the name of a file in a directory is one that Kea keeps beside another. */
bool lease_files_beside(const char *name);

#endif /* ARPCTL_LEASE_FILES_H */
