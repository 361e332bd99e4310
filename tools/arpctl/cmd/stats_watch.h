// SPDX-License-Identifier: GPL-2.0-only
/* stats show --watch: counters and their rates. */
#ifndef ARPCTL_STATS_WATCH_H
#define ARPCTL_STATS_WATCH_H

struct ctx;

/* Prints the counters of a device, NULL: of all, once a second until ^C. */
int stats_watch(struct ctx *ctx, const char *dev);

#endif /* ARPCTL_STATS_WATCH_H */
