// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alternative names of devices: "ip link property add dev DEV altname NAME".
 *
 * Commands that act on a device take them, as ip does. Selectors do not: they
 * match the name alone, so that one and the same packet has one policy.
 */
#ifndef ARPCTL_LINK_H
#define ARPCTL_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctx;
struct policy;

struct altname {
	char *name;
	char dev[IF_NAMESIZE];
};

struct altnames {
	struct altname *list;	/* by name */
	size_t n;
};

/*
 * All of the network namespace. Return: 0 or an errno; to be freed whatever
 * comes of it.
 */
int altnames_read(struct altnames *names);
void altnames_free(struct altnames *names);

/* The device that has the name beside its own, or NULL. */
const char *altnames_find(const struct altnames *names, const char *name);

/* The index of the device that is called so in whatever way; 0 if none is. */
uint32_t link_index(const char *name);

/* Refuses a selector that is typed, if it is only an alternative name. */
int link_check_selector(struct ctx *ctx, const char *selector);

/* Warns of those in a policy that was read from a file. */
int link_check_policy(struct ctx *ctx, const struct policy *policy,
		      const char *file);

#endif /* ARPCTL_LINK_H */
