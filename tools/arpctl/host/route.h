// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's routes: what it decides about a packet, as "ip route get" shows it. */
#ifndef ARPCTL_ROUTE_H
#define ARPCTL_ROUTE_H

#include <stdint.h>

struct route {
	uint8_t type;		/* RTN_* */
	uint32_t ifindex;	/* the device that it leaves by */
};

/* The route of a packet that is received on a device. Return: 0, or an errno. */
int route_in(uint32_t from, uint32_t to, uint32_t ifindex, struct route *route);

/* That of one sent from this address, in this VRF or 0. Return: 0, or an errno. */
int route_out(uint32_t from, uint32_t to, uint32_t vrf, struct route *route);

#endif /* ARPCTL_ROUTE_H */
