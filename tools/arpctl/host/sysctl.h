// SPDX-License-Identifier: GPL-2.0-only
/* The sysctls of a network namespace that have to do with ARP, per device. */
#ifndef ARPCTL_SYSCTL_H
#define ARPCTL_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

enum sysctl {
	/* The sysctls with a field of the same meaning. */
	SYSCTL_ARP_IGNORE,
	SYSCTL_ARP_ANNOUNCE,
	SYSCTL_ARP_FILTER,
	SYSCTL_PROXY_ARP,
	SYSCTL_PROXY_ARP_PVLAN,
	SYSCTL_PROXY_DELAY,
	SYSCTL_DROP_GRATUITOUS_ARP,
	SYSCTL_ARP_NOTIFY,
	/* The sysctls without one. */
	SYSCTL_OTHERS,
	SYSCTL_ARP_ACCEPT = SYSCTL_OTHERS,
	SYSCTL_ARP_EVICT_NOCARRIER,
	SYSCTL_MEDIUM_ID,
	SYSCTL_PROXY_QLEN,
	SYSCTL_FORWARDING,
	SYSCTL_RP_FILTER,
	SYSCTL_ACCEPT_LOCAL,
	SYSCTL_ROUTE_LOCALNET,
	SYSCTLS,
};

/* The sysctls of a device, or of all or default. */
struct conf {
	char *name;
	int value[SYSCTLS];	/* the kernel's default if it does not exist */
};

struct confs {
	struct conf *list;	/* by name */
	size_t n;
	const struct conf *all;
	const struct conf *def;
};

/* Reads those of this network namespace. The caller frees it also after a failure. */
int sysctl_read(struct confs *confs);
void sysctl_free(struct confs *confs);

const char *sysctl_name(enum sysctl s);

/* The kernel's default. */
int sysctl_initial(enum sysctl s);

#endif /* ARPCTL_SYSCTL_H */
