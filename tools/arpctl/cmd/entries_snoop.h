// SPDX-License-Identifier: GPL-2.0-only
/* bind snoop: bindings out of DHCP messages. */
#ifndef ARPCTL_ENTRIES_SNOOP_H
#define ARPCTL_ENTRIES_SNOOP_H

#define BIND_SNOOP_ARGS "dev BRIDGE [state PATH]"

struct ctx;

int bind_snoop(struct ctx *ctx);

#endif /* ARPCTL_ENTRIES_SNOOP_H */
