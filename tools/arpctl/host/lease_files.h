/* SPDX-License-Identifier: GPL-2.0-only */
/* A lease file, and for Kea the files that its cleanup keeps beside it. */
#ifndef ARPCTL_LEASE_FILES_H
#define ARPCTL_LEASE_FILES_H

#include "host/lease.h"

/* FILE.completed or FILE.2, FILE.1, FILE. */
#define LEASE_FILES 3

struct lease_files {
	struct leases leases;
	unsigned int n;
	/* By lease.file, in the order in which they were read. */
	char *names[LEASE_FILES];
};

/* Reads them; errors go to stderr. The caller frees it also after a failure. */
int lease_files_read(const char *name, struct lease_files *files);
void lease_files_free(struct lease_files *files);

#endif /* ARPCTL_LEASE_FILES_H */
