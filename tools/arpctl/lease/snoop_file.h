/* SPDX-License-Identifier: GPL-2.0-only */
/* The leases that were snooped, in a file that survives a reboot. */
#ifndef ARPCTL_LEASE_SNOOP_FILE_H
#define ARPCTL_LEASE_SNOOP_FILE_H

#include "lease/snoop.h"

/*
 * Adds the leases in the file that are not over; without a file, none. Lines that are
 * not understood are skipped with a warning. Both print errors.
 */
int snoop_file_read(const char *name, struct snoop *snoop, const struct snoop_time *now);

/* Replaces the file as a whole. */
int snoop_file_write(const char *name, const struct snoop *snoop);

#endif /* ARPCTL_LEASE_SNOOP_FILE_H */
