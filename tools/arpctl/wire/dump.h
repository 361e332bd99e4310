// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps of netlink's own families (routing, netfilter), unlike nl.h's.
 *
 * Nothing is printed here: what an error means is the caller's to say.
 */
#ifndef ARPCTL_DUMP_H
#define ARPCTL_DUMP_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Asks one of netlink's families for all that the request names, and calls
 * each for every message of the answer. header is the size of what follows
 * the netlink header, its first byte being the address family.
 *
 * Return: 0, or an errno; EINTR if it changed meanwhile and must be asked anew.
 */
int dump(int bus, uint16_t type, uint8_t family, size_t header, mnl_cb_t each,
	 void *data);

#endif /* ARPCTL_DUMP_H */
