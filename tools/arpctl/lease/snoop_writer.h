/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the file of snooped leases in another process: no binding waits for the disk. */
#ifndef ARPCTL_LEASE_SNOOP_WRITER_H
#define ARPCTL_LEASE_SNOOP_WRITER_H

#include <sys/types.h>

#include "lease/snoop_file.h"

/**
 * struct snoop_writer - the process that writes
 * @pid: its number; 0: none is running
 * @release: called in it first, to close what the caller alone may hold, such as locks
 * @data: for @release
 */
struct snoop_writer {
	pid_t pid;
	void (*release)(void *data);
	void *data;
};

/*
 * Begins to write the leases as they are now. Only one process may write at a time: a
 * later state must not be replaced by an earlier one. SIGCHLD tells when it has ended; the
 * caller has blocked it. Prints errors, and so does the process.
 */
int snoop_writer_start(struct snoop_writer *writer, const struct snoop_file *file,
		       const struct snoop *snoop);

/* Whether the process has ended since the last call; *status is its status then. */
bool snoop_writer_ended(struct snoop_writer *writer, int *status);

/*
 * Waits for the process, if there is one. Return: false if it takes too long: this is
 * printed, and the process will not replace the file.
 */
bool snoop_writer_wait(struct snoop_writer *writer, const struct snoop_file *file,
		       int *status);

#endif /* ARPCTL_LEASE_SNOOP_WRITER_H */
