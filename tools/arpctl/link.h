// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alternative names of devices: "ip link property add dev DEV altname NAME".
 *
 * Commands that act on a device accept them, as ip does. Selectors match only the
 * name, so that the policy of a packet is unambiguous.
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
 * Reads all of the network namespace. Return: 0 or an errno; the caller frees it also
 * after a failure.
 */
int altnames_read(struct altnames *names);
void altnames_free(struct altnames *names);

/* The device that has the alternative name, or NULL. */
const char *altnames_find(const struct altnames *names, const char *name);

/* The index of the device with this name or alternative name; 0: none. */
uint32_t link_index(const char *name);

/* Refuses a selector from the command line that is only an alternative name. */
int link_check_selector(struct ctx *ctx, const char *selector);

/* Warns of such selectors in a policy that was read from a file. */
int link_check_policy(struct ctx *ctx, const struct policy *policy,
		      const char *file);

#endif /* ARPCTL_LINK_H */
