// SPDX-License-Identifier: GPL-2.0-only
/* One device, over rtnetlink. */
#ifndef ARPCTL_LINK_H
#define ARPCTL_LINK_H

#include <stdint.h>

/* The index of the device with this name or alternative name; 0: none. */
uint32_t link_index(const char *name);

#endif /* ARPCTL_LINK_H */
