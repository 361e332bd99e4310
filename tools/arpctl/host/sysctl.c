// SPDX-License-Identifier: GPL-2.0-only
/* The sysctls of a network namespace that have to do with ARP, per device. */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/print.h"
#include "host/sysctl.h"

/* That of the reader's network namespace. */
#define IPV4 "/proc/sys/net/ipv4/"

static const struct {
	const char *name;
	const char *dir;
	int initial;
} sysctls[SYSCTLS] = {
	[SYSCTL_ARP_IGNORE] = { "arp_ignore", "conf", 0 },
	[SYSCTL_ARP_ANNOUNCE] = { "arp_announce", "conf", 0 },
	[SYSCTL_ARP_FILTER] = { "arp_filter", "conf", 0 },
	[SYSCTL_PROXY_ARP] = { "proxy_arp", "conf", 0 },
	[SYSCTL_PROXY_ARP_PVLAN] = { "proxy_arp_pvlan", "conf", 0 },
	[SYSCTL_PROXY_DELAY] = { "proxy_delay", "neigh", 80 },
	[SYSCTL_DROP_GRATUITOUS_ARP] = { "drop_gratuitous_arp", "conf", 0 },
	[SYSCTL_ARP_ACCEPT] = { "arp_accept", "conf", 0 },
	[SYSCTL_ARP_NOTIFY] = { "arp_notify", "conf", 0 },
	[SYSCTL_ARP_EVICT_NOCARRIER] = { "arp_evict_nocarrier", "conf", 1 },
	[SYSCTL_MEDIUM_ID] = { "medium_id", "conf", 0 },
	[SYSCTL_PROXY_QLEN] = { "proxy_qlen", "neigh", 64 },
	[SYSCTL_FORWARDING] = { "forwarding", "conf", 0 },
	[SYSCTL_RP_FILTER] = { "rp_filter", "conf", 0 },
	[SYSCTL_ACCEPT_LOCAL] = { "accept_local", "conf", 0 },
	[SYSCTL_ROUTE_LOCALNET] = { "route_localnet", "conf", 0 },
};

const char *sysctl_name(enum sysctl s)
{
	return sysctls[s].name;
}

int sysctl_initial(enum sysctl s)
{
	return sysctls[s].initial;
}

/* Older kernels lack some of them, and neigh has no entry for all. */
static int read_value(enum sysctl s, const char *name)
{
	int value = sysctls[s].initial;
	char path[PATH_MAX], text[32];
	FILE *file;

	snprintf(path, sizeof(path), IPV4 "%s/%s/%s", sysctls[s].dir, name,
		 sysctls[s].name);
	file = fopen(path, "re");
	if (!file)
		return value;
	if (fgets(text, sizeof(text), file))
		value = (int)strtol(text, NULL, 10);
	fclose(file);
	return value;
}

static bool add(struct confs *confs, const char *name)
{
	struct conf *conf = LIST_ADD(confs->list, confs->n);
	int s;

	if (!conf)
		return false;
	conf->name = strdup(name);
	if (!conf->name)
		return false;
	for (s = 0; s < SYSCTLS; s++)
		conf->value[s] = read_value((enum sysctl)s, name);
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct conf *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static const struct conf *find(const struct confs *confs, const char *name)
{
	size_t i;

	for (i = 0; i < confs->n; i++)
		if (!strcmp(confs->list[i].name, name))
			return &confs->list[i];
	return NULL;
}

int sysctl_read(struct confs *confs)
{
	DIR *dir = opendir(IPV4 "conf");
	const struct dirent *entry;
	int status = STATUS_OK;

	if (!dir)
		return failure("cannot read " IPV4 "conf: %s", strerror(errno));
	while (!status && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    !add(confs, entry->d_name))
			status = no_memory();
	closedir(dir);
	if (status)
		return status;
	LIST_SORT(confs->list, confs->n, by_name);
	confs->all = find(confs, "all");
	confs->def = find(confs, "default");
	if (!confs->all || !confs->def)
		return failure("there are no sysctls of IPv4 in " IPV4 "conf");
	return STATUS_OK;
}

void sysctl_free(struct confs *confs)
{
	size_t i;

	for (i = 0; i < confs->n; i++)
		free(confs->list[i].name);
	free(confs->list);
}
