/* SPDX-License-Identifier: GPL-2.0-only */
/* bind watch: dynamic bindings follow lease files for as long as it runs. */
#ifndef ARPCTL_ENTRIES_WATCH_H
#define ARPCTL_ENTRIES_WATCH_H

struct ctx;

int bind_watch(struct ctx *ctx);

#endif /* ARPCTL_ENTRIES_WATCH_H */
