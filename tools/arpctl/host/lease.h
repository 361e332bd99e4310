/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lease files of dnsmasq, ISC dhcpd (dhcpd.leases), Kea (memfile CSV), libvirt (*.status)
 * and systemd-networkd, cached results of CNI, and /etc/ethers.
 *
 * Entries that are not imported are counted: "skipped" ones are understood but make
 * no binding, "unread" ones are not understood. A malformed file is refused whole.
 */
#ifndef ARPCTL_LEASE_H
#define ARPCTL_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

/* The expiry of a lease that does not expire. */
#define LEASE_FOREVER UINT64_MAX

/* How many columns of Kea's files are read. */
#define LEASE_KEA_COLUMNS 5

struct lease {
	uint32_t address;	/* network byte order */
	uint8_t lladdr[LLADDR_LEN];
	uint64_t expiry;	/* in seconds since 1970, or LEASE_FOREVER */
	bool live;		/* valid now, and has a hardware address */
	bool nowhere;		/* a host's declaration without an address */
	unsigned int file;	/* which of the files, from 0 */
	unsigned long line;	/* where it begins, from 1 */
	size_t order;
	/* The name of a host declaration, which may have several addresses. */
	const char *host;
	size_t host_len;
	size_t declaration;
};

enum lease_format {
	LEASE_ANY,		/* by the content */
	LEASE_DNSMASQ,
	LEASE_ISC,
	LEASE_KEA,
	LEASE_LIBVIRT,
	LEASE_NETWORKD,
	LEASE_CNI,
	LEASE_ETHERS,
};

struct leases {
	/* Set by the caller before the first leases_add(). */
	enum lease_format format;
	const char *hosts;	/* the contents of /etc/hosts for names; or NULL */
	size_t hosts_len;

	struct lease *list;	/* the live leases, by address, one for each */
	size_t n;
	size_t skipped;		/* leases that are not live or not for ARP */
	size_t declarations;
	unsigned int file;	/* the one being read, from 0 */
	bool kea;		/* one of them is Kea's */
	bool foreign;		/* one is not a lease file, which is the error */

	/* Where the last file ended, for leases_append(). */
	enum lease_format found;
	unsigned long end_line;
	size_t kea_where[LEASE_KEA_COLUMNS];
	size_t kea_columns;

	/* Entries that may name an address and are not understood. */
	size_t unread;
	unsigned long unread_line;
	char unread_text[96];

	/* The parse error; line 0 if the file is not to blame. */
	unsigned long line;
	char message[160];
};

#endif /* ARPCTL_LEASE_H */
