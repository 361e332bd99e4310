// SPDX-License-Identifier: GPL-2.0-only
/* Other hooks that decide about ARP: chains of nftables' arp family, and arptables. */
#ifndef ARPCTL_FIREWALL_H
#define ARPCTL_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHAIN_NAME	256

/* A chain that sees ARP and may drop it: it has rules, or drops by policy. */
struct chain {
	char table[CHAIN_NAME];
	char name[CHAIN_NAME];	/* of arptables: INPUT, OUTPUT, FORWARD */
	unsigned int hook;	/* NF_ARP_* */
	unsigned int rules;
	bool legacy;		/* arptables' own, not nftables' */
};

struct firewall {
	struct chain *list;
	size_t n;
};

/* Warns if permissions are missing. The caller frees it also after a failure. */
int firewall_read(struct firewall *firewall);
void firewall_free(struct firewall *firewall);

#endif /* ARPCTL_FIREWALL_H */
