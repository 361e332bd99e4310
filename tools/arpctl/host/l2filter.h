// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules below IP that drop ARP by its Ethernet type: of nftables (bridge, netdev), of
 * ebtables' own tables, and of tc.
 *
 * A VLAN tag hides that type from them, while the victim strips the tag.
 */
#ifndef ARPCTL_L2FILTER_H
#define ARPCTL_L2FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define L2_NAME	256

enum l2kind {
	L2_NFT,
	L2_EBTABLES,
	L2_TC,
};

struct l2rule {
	enum l2kind kind;
	const char *family;	/* of nftables: bridge, netdev; else "" */
	char table[L2_NAME];
	char chain[L2_NAME];
	uint64_t handle;	/* of nftables; of ebtables the number, from 1 */
	uint32_t ifindex;	/* of tc */
	uint32_t pref;
};

struct l2filter {
	struct l2rule *list;	/* those that drop ARP, and no tagged ARP */
	size_t n;
	struct l2rule *others;	/* chains that drop what is tagged, or all */
	size_t n_others;
};

/* Adds a rule of a chain; blind: one that drops ARP. Return: NULL without memory. */
struct l2rule *l2filter_add(struct l2filter *filter, bool blind, enum l2kind kind,
			    const char *table, const char *chain);

/*
 * Reads the rules of nftables, of ebtables, and those of tc on one device. Return: 0, or
 * an errno. The caller frees it also after a failure.
 */
int l2filter_read_nft(struct l2filter *filter);
int l2filter_read_ebtables(struct l2filter *filter);
int l2filter_read_tc(struct l2filter *filter, uint32_t ifindex);
void l2filter_free(struct l2filter *filter);

/* Whether tagged ARP gets past a rule. */
bool l2filter_is_blind(const struct l2filter *filter, const struct l2rule *rule);

/* Calls each for every device that has filters of tc for what it receives. */
int l2filter_each_tc(void (*each)(void *data, uint32_t ifindex), void *data);

#endif /* ARPCTL_L2FILTER_H */
