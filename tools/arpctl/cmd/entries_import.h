// SPDX-License-Identifier: GPL-2.0-only
/* bind import: bindings out of lease files. */
#ifndef ARPCTL_ENTRIES_IMPORT_H
#define ARPCTL_ENTRIES_IMPORT_H

struct ctx;

int bind_import(struct ctx *ctx);

#endif /* ARPCTL_ENTRIES_IMPORT_H */
