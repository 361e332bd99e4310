/* SPDX-License-Identifier: GPL-2.0-only */
/* A lease file, and for Kea the files that its cleanup keeps beside it. */
#ifndef ARPCTL_LEASE_FILES_H
#define ARPCTL_LEASE_FILES_H

#include "host/leases.h"

/* FILE.completed or FILE.2, FILE.1, FILE. */
#define LEASE_FILES 3

struct lease_files {
	struct leases leases;
	unsigned int n;
	/* By lease.file, in the order in which they were read. */
	char *names[LEASE_FILES];

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

/* The same without messages; and prints why it failed. Return of that: the status. */
int lease_files_try(const char *name, enum lease_format format,
		    struct lease_files *files);
int lease_files_complain(const struct lease_files *files);

void lease_files_free(struct lease_files *files);

/* Whether the name of a file in a directory is one that Kea keeps beside another. */
bool lease_files_beside(const char *name);

#endif /* ARPCTL_LEASE_FILES_H */
