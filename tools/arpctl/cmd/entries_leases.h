/* SPDX-License-Identifier: GPL-2.0-only */
/* What bind import and bind watch have in common. */
#ifndef ARPCTL_ENTRIES_LEASES_H
#define ARPCTL_ENTRIES_LEASES_H

#include "host/lease_files.h"

struct args;

/* The format that the arguments name, or LEASE_ANY. */
int entries_format(const struct args *args, enum lease_format *format);

/* Warns of entries of a file that were skipped because they are not understood. */
void entries_warn_unread(const struct lease_files *files);

#endif /* ARPCTL_ENTRIES_LEASES_H */
