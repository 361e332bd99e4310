/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel module: whether it is there, and if not, why and what to do. */
#ifndef ARPCTL_MODULE_H
#define ARPCTL_MODULE_H

#include <stdbool.h>

#define MODULE	"arp_policy"

/* Whether it is loaded already. Asking for the family would load it. */
bool module_loaded(void);

/* Whether depmod knows a module with this name for the running kernel. */
bool module_installed(const char *name);

/* Prints in one line why the kernel did not load the module. */
int module_missing(void);

#endif /* ARPCTL_MODULE_H */
