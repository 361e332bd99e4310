/* SPDX-License-Identifier: GPL-2.0-only */
/* The leases that were snooped, in a file that survives a reboot. */
#ifndef ARPCTL_LEASE_SNOOP_FILE_H
#define ARPCTL_LEASE_SNOOP_FILE_H

#include "lease/snoop.h"

/**
 * struct snoop_file - the file of leases
 * @name: its name
 * @guarded: root may use it in a directory of the service's user: only a regular file is
 *	read, and whatever else has this name is replaced and not followed
 */
struct snoop_file {
	char *name;
	bool guarded;
};

/*
 * Adds the leases in the file that are not over; without a file, none. Lines that are
 * not understood are skipped with a warning. Both print errors.
 */
int snoop_file_read(const struct snoop_file *file, struct snoop *snoop,
		    const struct snoop_time *now);

/* Replaces the file as a whole. */
int snoop_file_write(const struct snoop_file *file, const struct snoop *snoop);

#endif /* ARPCTL_LEASE_SNOOP_FILE_H */
