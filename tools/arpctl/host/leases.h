/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the text of lease files. A pure function of a buffer and a time; the format is
 * detected from the content unless the caller names one.
 */
#ifndef ARPCTL_LEASES_H
#define ARPCTL_LEASES_H

#include "host/lease.h"

/* Return: whether it parses. The caller frees it also after a failure. */
bool leases_parse(struct leases *leases, const char *data, size_t len,
		  uint64_t now);

/*
 * The same for several files, the newest last: add each, then settle all. The data of
 * the files must stay until then.
 */
bool leases_add(struct leases *leases, const char *data, size_t len,
		uint64_t now);
void leases_settle(struct leases *leases);

/*
 * Adds what was appended to the last file after it was read and settled. Both must end
 * with a line, and leases_may_append() be true. Return: whether it parses; if not,
 * nothing has changed.
 */
bool leases_may_append(const struct leases *leases);
bool leases_append(struct leases *leases, const char *data, size_t len, uint64_t now);

/* The name of a format; NULL after the last. The format with a name; LEASE_ANY: none. */
const char *lease_format_name(enum lease_format format);
enum lease_format lease_format_find(const char *name);

/* Whether the files contain no lease, valid or expired. */
bool leases_none(const struct leases *leases);
void leases_free(struct leases *leases);

#endif /* ARPCTL_LEASES_H */
