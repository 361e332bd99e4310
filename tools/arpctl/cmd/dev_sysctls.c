// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's sysctls decide on a device, in the terms of the fields. */

#include <linux/arp_policy.h>
#include <stdio.h>
#include <string.h>

#include "cmd/dev_sysctls.h"

/*
 * A field's sysctls. The kernel uses the greater of a device's and that of all. If that is
 * not 0, the field has the value "on"; where "on" is 0, the sysctl has the same levels.
 */
static const struct row {
	enum arp_policy_field field;
	unsigned int conf;
	const char *name;
	uint32_t on;
} rows[] = {
	{ ARP_POLICY_FIELD_IGNORE, IPV4_DEVCONF_ARP_IGNORE, "arp_ignore", 0 },
	{ ARP_POLICY_FIELD_ANNOUNCE, IPV4_DEVCONF_ARP_ANNOUNCE, "arp_announce", 0 },
	{ ARP_POLICY_FIELD_FILTER, IPV4_DEVCONF_ARPFILTER, "arp_filter", 1 },
	{ ARP_POLICY_FIELD_PROXY, IPV4_DEVCONF_PROXY_ARP, "proxy_arp",
	  ARP_POLICY_PROXY_ROUTE },
	{ ARP_POLICY_FIELD_PROXY, IPV4_DEVCONF_PROXY_ARP_PVLAN, "proxy_arp_pvlan",
	  ARP_POLICY_PROXY_PVLAN },
	{ ARP_POLICY_FIELD_GARP, IPV4_DEVCONF_DROP_GRATUITOUS_ARP,
	  "drop_gratuitous_arp", ARP_POLICY_GARP_DROP },
	{ ARP_POLICY_FIELD_NOTIFY, IPV4_DEVCONF_ARP_NOTIFY, "arp_notify",
	  ARP_POLICY_NOTIFY_UP },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* Whether the device receives ARP, so that sysctls apply to it. */
static bool has_sysctls(const struct host_link *link)
{
	return link->ipv4 && !link->port &&
	       !(link->flags & (IFF_NOARP | IFF_LOOPBACK));
}

/* Adds the value of one sysctl; of those that are 0, only the first is the source. */
static void add(const struct row *row, const struct host *host,
		const struct host_link *link, uint32_t *value, char *source)
{
	uint32_t all = host->all[row->conf], own = link->conf[row->conf];
	uint32_t greater = all > own ? all : own;
	size_t len = *value ? strlen(source) : 0;

	if (!greater && *source)
		return;
	snprintf(source + len, SYSCTL_SOURCE - len, "%s%s.%s", len ? "," : "",
		 all > own ? "all" : link->name, row->name);
	*value |= greater && row->on ? row->on : greater;
}

bool dev_sysctl(const struct host *host, const struct host_link *link,
		enum arp_policy_field field, uint32_t *value,
		char source[SYSCTL_SOURCE])
{
	size_t i;

	*value = 0;
	*source = '\0';
	if (!link || !has_sysctls(link))
		return false;
	for (i = 0; i < N_ROWS; i++)
		if (rows[i].field == field)
			add(&rows[i], host, link, value, source);
	if (field == ARP_POLICY_FIELD_PROXY_DELAY) {
		*value = link->proxy_delay;
		snprintf(source, SYSCTL_SOURCE, "neigh.%s.proxy_delay", link->name);
	}
	return *source;
}
