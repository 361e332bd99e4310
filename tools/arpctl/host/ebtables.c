// SPDX-License-Identifier: GPL-2.0-only
/* Rules of ebtables' own tables that drop ARP, over its socket options. */

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/netfilter_bridge/ebtables.h>

#include "host/l2filter.h"

#define READ_TRIES	10

/* The chain that is being read. */
struct chain {
	const char *table;
	char name[EBT_CHAIN_MAXNAMELEN + 1];
	unsigned int rules;
};

static bool begin_chain(struct l2filter *filter, struct chain *chain,
			const char *data)
{
	struct ebt_entries entries;

	memcpy(&entries, data, sizeof(entries));
	snprintf(chain->name, sizeof(chain->name), "%.*s",
		 (int)sizeof(entries.name), entries.name);
	chain->rules = 0;
	return entries.policy != EBT_DROP ||
	       l2filter_add(filter, false, L2_EBTABLES, chain->table,
			    chain->name);
}

/* Whether a rule drops, or jumps to where it may be dropped. */
static bool drops(const char *target)
{
	struct ebt_standard_target standard;

	memcpy(&standard, target, sizeof(standard));
	return !strcmp(standard.target.u.name, EBT_STANDARD_TARGET) &&
	       (standard.verdict == EBT_DROP || standard.verdict >= 0);
}

static bool read_rule(struct l2filter *filter, struct chain *chain,
		      const char *data, const struct ebt_entry *e)
{
	uint16_t type = ntohs(e->ethproto);
	struct l2rule *rule;

	chain->rules++;
	if (e->bitmask & (EBT_NOPROTO | EBT_802_3) || e->invflags & EBT_IPROTO ||
	    (type != ETH_P_ARP && type != ETH_P_8021Q && type != ETH_P_8021AD) ||
	    !drops(data + e->target_offset))
		return true;
	rule = l2filter_add(filter, type == ETH_P_ARP, L2_EBTABLES, chain->table,
			    chain->name);
	if (rule)
		rule->handle = chain->rules;
	return rule;
}

/* Chains and rules lie one after the other; the first number tells them apart. */
static int read_entries(struct l2filter *filter, const char *table,
			const char *data, size_t len)
{
	struct chain chain = { .table = table };
	struct ebt_entry e;
	size_t at = 0;

	while (at + sizeof(struct ebt_entries) <= len) {
		memcpy(&e.bitmask, data + at, sizeof(e.bitmask));
		if (!(e.bitmask & EBT_ENTRY_OR_ENTRIES)) {
			if (!begin_chain(filter, &chain, data + at))
				return ENOMEM;
			at += sizeof(struct ebt_entries);
			continue;
		}
		if (at + sizeof(e) > len)
			break;
		memcpy(&e, data + at, offsetof(struct ebt_entry, elems));
		if (e.next_offset < sizeof(e) || at + e.next_offset > len ||
		    e.target_offset + sizeof(struct ebt_standard_target) >
		    e.next_offset)
			break;
		if (!read_rule(filter, &chain, data + at, &e))
			return ENOMEM;
		at += e.next_offset;
	}
	return 0;
}

static int read_table(struct l2filter *filter, int sock, const char *table)
{
	struct ebt_replace replace = { 0 };
	socklen_t len = sizeof(replace);
	int err = 0;

	snprintf(replace.name, sizeof(replace.name), "%s", table);
	if (getsockopt(sock, IPPROTO_IP, EBT_SO_GET_INFO, &replace, &len))
		return errno == ENOENT ? 0 : errno;
	replace.entries = calloc(1, replace.entries_size + 1);
	if (!replace.entries)
		return ENOMEM;
	replace.num_counters = 0;
	replace.counters = NULL;
	len = (socklen_t)(sizeof(replace) + replace.entries_size);
	if (getsockopt(sock, IPPROTO_IP, EBT_SO_GET_ENTRIES, &replace, &len))
		err = errno;
	else
		err = read_entries(filter, table, replace.entries,
				   replace.entries_size);
	free(replace.entries);
	return err;
}

int l2filter_read_ebtables(struct l2filter *filter)
{
	static const struct {
		const char *name, *module;
	} tables[] = {
		{ "filter", "/sys/module/ebtable_filter" },
		{ "nat", "/sys/module/ebtable_nat" },
		{ "broute", "/sys/module/ebtable_broute" },
	};
	int tries, sock, err = 0;
	size_t i;

	for (i = 0; !err && i < sizeof(tables) / sizeof(tables[0]); i++) {
		/* A request would make the kernel load it. */
		if (access(tables[i].module, F_OK))
			continue;
		sock = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
		if (sock < 0)
			return errno;
		/* EINVAL: it was replaced between the two calls. */
		err = EINVAL;
		for (tries = 0; tries < READ_TRIES && err == EINVAL; tries++)
			err = read_table(filter, sock, tables[i].name);
		close(sock);
	}
	return err;
}
