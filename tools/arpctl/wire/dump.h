// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to netlink's own families (routing, netfilter), unlike nl.h.
 *
 * Errors are returned, not printed.
 */
#ifndef ARPCTL_DUMP_H
#define ARPCTL_DUMP_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Requests a dump and calls each for every message of the answer. header is the size of
 * the header after netlink's, whose first byte is the address family.
 *
 * Return: 0 or an errno; EINTR if the dump is inconsistent and must be repeated.
 */
int dump(int bus, uint16_t type, uint8_t family, size_t header, mnl_cb_t each,
	 void *data);

/*
 * Sends one request and calls each for every message of the answer, until one returns
 * MNL_CB_STOP. Return: 0 or an errno, the kernel's own if it refused.
 */
int netlink_ask(int bus, struct nlmsghdr *req, mnl_cb_t each, void *data);

/* The index of the device with this name or alternative name; 0: none. */
uint32_t link_index(const char *name);

/* The index of the device by which packets to an address leave; 0: none. */
uint32_t route_index(uint32_t address);

/* Whether there is a device with this name, and its master is this bridge. */
bool link_is_port(const char *name, const char *bridge);

#endif /* ARPCTL_DUMP_H */
