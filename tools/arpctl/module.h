/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel module, where the family is not: why, and what to do about it. */
#ifndef ARPCTL_MODULE_H
#define ARPCTL_MODULE_H

#include <stdbool.h>

/* Says it in one line; installed is whether modprobe would find the module. */
int module_missing(bool installed);

#endif /* ARPCTL_MODULE_H */
