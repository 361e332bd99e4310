// SPDX-License-Identifier: GPL-2.0-only
/* Which devices of the host are on the same Ethernet segment. */
#ifndef ARPCTL_SEGMENT_H
#define ARPCTL_SEGMENT_H

#include <stdbool.h>

struct host;

/*
 * Sets the segment of each device: equal for devices on one segment. It is known from the
 * devices themselves (macvlans, bridges, pairs of veth, VLANs), and from neighbours: one
 * that is on-link on one device was heard on the other as well.
 *
 * Return: false without memory.
 */
bool segments_find(struct host *host);

#endif /* ARPCTL_SEGMENT_H */
