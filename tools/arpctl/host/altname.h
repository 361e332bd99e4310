// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alternative names of devices: "ip link property add dev DEV altname NAME".
 *
 * Commands that act on a device accept them, as ip does. Selectors match only the
 * name, so that the policy of a packet is unambiguous.
 */
#ifndef ARPCTL_ALTNAME_H
#define ARPCTL_ALTNAME_H

#include <net/if.h>
#include <stddef.h>

struct altname {
	char *name;
	char dev[IF_NAMESIZE];
};

struct altnames {
	struct altname *list;	/* by name */
	size_t n;
};

/*
 * Reads all alternative names of the network namespace. Return: 0 or an errno; the caller
 * frees it also after a failure.
 */
int altnames_read(struct altnames *names);
void altnames_free(struct altnames *names);

/* The device that has the alternative name, or NULL. */
const char *altnames_find(const struct altnames *names, const char *name);

#endif /* ARPCTL_ALTNAME_H */
