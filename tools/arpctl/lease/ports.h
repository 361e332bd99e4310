/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ports of a bridge, and on which of them it has learned a MAC.
 *
 * A mirror of the kernel's list of devices and of the bridge's FDB, kept by
 * notifications. The device of a segment is the bridge, or a VLAN device on it: then only
 * what was learned in that VLAN counts. Any other device has no ports.
 */
#ifndef ARPCTL_LEASE_PORTS_H
#define ARPCTL_LEASE_PORTS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"
#include "base/selector.h"

struct mnl_socket;

/* A port of the bridge, and a selector that matches only this port. */
struct port {
	uint32_t ifindex;
	char name[IF_NAMESIZE];
	char selector[DEV_SELECTOR];
};

/* An entry of the FDB that was learned, or that the admin has added. */
struct learned {
	uint8_t lladdr[LLADDR_LEN];
	uint16_t vlan;
	uint32_t ifindex;
	struct learned *next;	/* in the same slot */
};

#define PORTS_SLOTS 4096

/**
 * struct ports - the ports of the bridge that a device is, or that it is on
 * @fd: readable when ports_work() has to look
 * @changed: ports came or went, or one of @wanted was learned; the caller clears it
 * @list: the ports
 * @n: how many
 * @wanted: MACs as numbers, sorted, whose being learned is of interest; the caller's
 * @n_wanted: how many
 * @dev: the selector of the device
 * @bridge: the ifindex of the bridge; 0: there is none
 * @vlan: the VLAN; 0: any
 * @sock: for notifications
 * @slots: the FDB, by MAC
 * @stale: everything must be read again
 */
struct ports {
	int fd;
	bool changed;
	struct port *list;
	size_t n;
	const uint64_t *wanted;
	size_t n_wanted;

	/* The rest is private. */
	char dev[DEV_SELECTOR];
	uint32_t bridge;
	uint16_t vlan;
	struct mnl_socket *sock;
	struct learned *slots[PORTS_SLOTS];
	bool stale;
};

/* Prints errors. The caller closes it also after a failure. */
int ports_open(struct ports *ports, const char *dev);
void ports_close(struct ports *ports);

/* Takes notifications. */
int ports_work(struct ports *ports);

/* A MAC as a number, for @wanted, and the order of these. */
uint64_t ports_number(const uint8_t lladdr[LLADDR_LEN]);
int ports_by_number(const void *a, const void *b);

/* The port; NULL if the device is not, or no longer, a port. */
const struct port *ports_get(const struct ports *ports, uint32_t ifindex);
const struct port *ports_selected(const struct ports *ports, const char *selector);

/*
 * The only port on which the MAC was learned. NULL: there is none; or, with *several,
 * more than one, in several VLANs.
 */
const struct port *ports_of(const struct ports *ports, const uint8_t lladdr[LLADDR_LEN],
			    bool *several);

#endif /* ARPCTL_LEASE_PORTS_H */
