// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lease files of dnsmasq, ISC dhcpd (dhcpd.leases) and Kea (memfile CSV).
 *
 * A pure function of a buffer and a time; which format it is, its content says.
 */
#ifndef ARPCTL_LEASE_H
#define ARPCTL_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse.h"

struct lease {
	uint32_t address;	/* network byte order */
	uint8_t lladdr[LLADDR_LEN];
	bool live;		/* holds now, and has a hardware address */
	unsigned long line;	/* where it begins, from 1 */
	size_t order;
};

struct leases {
	struct lease *list;	/* the live ones, by address, one for each */
	size_t n;
	size_t size;
	size_t skipped;		/* addresses with a lease that is not live */

	/* Where it does not parse; line 0 if that is not the file's fault. */
	unsigned long line;
	char message[160];
};

/* Whether it parses; to be freed whatever comes of it. */
bool leases_parse(struct leases *leases, const char *data, size_t len,
		  uint64_t now);
void leases_free(struct leases *leases);

#endif /* ARPCTL_LEASE_H */
