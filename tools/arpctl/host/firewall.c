// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other hooks that decide about ARP: chains of nftables' arp family, and arptables.
 *
 * Reading must not load kernel modules, so neither is read before it is known to be
 * loaded.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_arp/arp_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/print.h"
#include "host/firewall.h"
#include "host/nft.h"
#include "wire/nl_msg.h"

#define READ_TRIES	10

static const char *const legacy_names[NF_ARP_NUMHOOKS] = {
	[NF_ARP_IN] = "INPUT",
	[NF_ARP_OUT] = "OUTPUT",
	[NF_ARP_FORWARD] = "FORWARD",
};

static int read_chain(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *hook[NFTA_HOOK_HOOKNUM + 1];
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1];
	struct firewall *firewall = data;
	uint32_t rules, policy;
	struct chain *chain;

	nl_parse_after(msg, sizeof(struct nfgenmsg), tb, NFTA_CHAIN_MAX);
	/* Without a hook, it is only reached by a jump. */
	if (!tb[NFTA_CHAIN_HOOK])
		return MNL_CB_OK;
	nl_parse_nest(tb[NFTA_CHAIN_HOOK], hook, NFTA_HOOK_HOOKNUM);
	rules = nft_u32(tb[NFTA_CHAIN_USE]);
	policy = tb[NFTA_CHAIN_POLICY] ? nft_u32(tb[NFTA_CHAIN_POLICY]) :
					 NF_ACCEPT;
	if (!rules && policy == NF_ACCEPT)
		return MNL_CB_OK;
	chain = LIST_ADD(firewall->list, firewall->n);
	if (!chain)
		return MNL_CB_ERROR;
	snprintf(chain->table, sizeof(chain->table), "%s",
		 nl_str(tb[NFTA_CHAIN_TABLE]));
	snprintf(chain->name, sizeof(chain->name), "%s",
		 nl_str(tb[NFTA_CHAIN_NAME]));
	chain->hook = nft_u32(hook[NFTA_HOOK_HOOKNUM]);
	chain->rules = rules;
	return MNL_CB_OK;
}

/* Return: 0, or an errno. */
static int read_nftables(struct firewall *firewall)
{
	int tries, err = EINTR;

	if (!nft_may_be_asked())
		return 0;
	for (tries = 0; tries < READ_TRIES && err == EINTR; tries++) {
		firewall->n = 0;
		err = nft_dump(NFT_MSG_GETCHAIN, NFPROTO_ARP, read_chain, firewall);
	}
	return err;
}

/* Whether a chain's policy is to accept. */
static bool accepts(const struct arpt_get_entries *entries, unsigned int at)
{
	const char *entry = (const char *)entries->entrytable + at;
	struct arpt_standard_target target;
	__u16 offset;

	memcpy(&offset, entry + offsetof(struct arpt_entry, target_offset),
	       sizeof(offset));
	memcpy(&target, entry + offset, sizeof(target));
	return target.verdict == -NF_ACCEPT - 1;
}

/* The rules of a chain lie between its beginning and its policy. */
static unsigned int count_rules(const struct arpt_get_entries *entries,
				unsigned int from, unsigned int to)
{
	unsigned int n = 0;
	__u16 next;

	for (; from < to; from += next) {
		memcpy(&next, (const char *)entries->entrytable + from +
			      offsetof(struct arpt_entry, next_offset),
		       sizeof(next));
		if (!next)
			break;
		n++;
	}
	return n;
}

static int add_legacy(struct firewall *firewall,
		      const struct arpt_getinfo *info,
		      const struct arpt_get_entries *entries)
{
	struct chain *chain;
	unsigned int hook, rules;

	for (hook = 0; hook < NF_ARP_NUMHOOKS; hook++) {
		if (!(info->valid_hooks & 1U << hook))
			continue;
		rules = count_rules(entries, info->hook_entry[hook],
				    info->underflow[hook]);
		if (!rules && accepts(entries, info->underflow[hook]))
			continue;
		chain = LIST_ADD(firewall->list, firewall->n);
		if (!chain)
			return ENOMEM;
		snprintf(chain->table, sizeof(chain->table), "%s", info->name);
		snprintf(chain->name, sizeof(chain->name), "%s",
			 legacy_names[hook]);
		chain->hook = hook;
		chain->rules = rules;
		chain->legacy = true;
	}
	return 0;
}

static int read_table(struct firewall *firewall, int sock, const char *name)
{
	struct arpt_get_entries *entries = NULL;
	struct arpt_getinfo info = { 0 };
	socklen_t len = sizeof(info);
	int err = 0;

	snprintf(info.name, sizeof(info.name), "%.*s",
		 (int)sizeof(info.name) - 1, name);
	if (getsockopt(sock, SOL_IP, ARPT_SO_GET_INFO, &info, &len))
		return errno;
	len = (socklen_t)(sizeof(*entries) + info.size);
	entries = calloc(1, len);
	if (!entries)
		return ENOMEM;
	memcpy(entries->name, info.name, sizeof(entries->name));
	entries->size = info.size;
	/* EAGAIN: it was replaced between the two calls. */
	if (getsockopt(sock, SOL_IP, ARPT_SO_GET_ENTRIES, entries, &len))
		err = errno;
	else
		err = add_legacy(firewall, &info, entries);
	free(entries);
	return err;
}

/* Return: 0, or an errno. */
static int read_arptables(struct firewall *firewall)
{
	FILE *names = fopen("/proc/net/arp_tables_names", "re");
	char name[ARPT_TABLE_MAXNAMELEN + 1];
	int tries, sock, err = 0;

	if (!names)
		return errno == ENOENT ? 0 : errno;
	while (!err && fgets(name, sizeof(name), names)) {
		name[strcspn(name, "\n")] = '\0';
		sock = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
		if (sock < 0) {
			err = errno;
			break;
		}
		err = EAGAIN;
		for (tries = 0; tries < READ_TRIES && err == EAGAIN; tries++)
			err = read_table(firewall, sock, name);
		close(sock);
	}
	fclose(names);
	return err;
}

int firewall_read(struct firewall *firewall)
{
	int err = read_nftables(firewall);

	if (!err)
		err = read_arptables(firewall);
	if (!err)
		return STATUS_OK;
	if (err == EPERM || err == EACCES) {
		warning("cannot see what nftables and arptables do about ARP: %s",
			strerror(err));
		return STATUS_OK;
	}
	return failure("cannot read the rules of nftables and arptables: %s",
		       strerror(err));
}

void firewall_free(struct firewall *firewall)
{
	free(firewall->list);
	*firewall = (struct firewall){ 0 };
}
