// SPDX-License-Identifier: GPL-2.0-only
/* What bridges have learned: the hardware addresses behind their ports. */
#ifndef ARPCTL_FDB_H
#define ARPCTL_FDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

struct fdb_entry {
	uint32_t ifindex;	/* of the port */
	uint16_t vlan;		/* 0: none */
	uint8_t lladdr[LLADDR_LEN];
};

struct fdb {
	struct fdb_entry *list;	/* by port */
	size_t n;
};

/*
 * Reads the learned entries. The caller frees it also after a failure. Return: an errno.
 */
int fdb_read(struct fdb *fdb);

/*
 * Whether a locked port of a bridge takes frames from an address, in a VLAN or none: it is
 * known there, is not the bridge's own, and is not waiting to be authorized.
 */
bool fdb_admits(uint32_t bridge, uint32_t port, uint16_t vlan,
		const uint8_t lladdr[LLADDR_LEN]);

/* The order of the list, for qsort(). */
int fdb_by_port(const void *a, const void *b);

void fdb_free(struct fdb *fdb);

#endif /* ARPCTL_FDB_H */
