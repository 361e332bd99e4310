// SPDX-License-Identifier: GPL-2.0-only
/* Programs with packet sockets, from /proc. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"
#include "host/packet.h"

static int by_inode(const void *a, const void *b)
{
	const struct packet_socket *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

/*
 * Sockets for all types are left out: they belong to tcpdump or a DHCP client, whose
 * filter /proc does not show.
 */
static int read_sockets(struct packet_sockets *sockets)
{
	FILE *file = fopen("/proc/net/packet", "re");
	struct packet_socket s = { 0 }, *added;
	unsigned int type;
	char line[256];
	int err = 0;

	/* The kernel has no packet sockets. */
	if (!file)
		return errno == ENOENT ? 0 : errno;
	while (!err && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %*s %*s %x %" SCNu32 " %*s %*s %*s %" SCNu64,
			   &type, &s.ifindex, &s.inode) != 3 ||
		    (type && type != ETH_P_ARP))
			continue;
		s.type = (uint16_t)type;
		added = LIST_ADD(sockets->list, sockets->n);
		if (added)
			*added = s;
		else
			err = ENOMEM;
	}
	fclose(file);
	LIST_SORT(sockets->list, sockets->n, by_inode);
	return err;
}

static void read_program(struct packet_socket *s, const char *pid)
{
	char path[64];
	FILE *file;

	s->pid = (uint32_t)strtoul(pid, NULL, 10);
	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (file && fgets(s->program, sizeof(s->program), file))
		s->program[strcspn(s->program, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* Looks through the open files of a process. */
static void read_process(struct packet_sockets *sockets, const char *pid)
{
	struct packet_socket key = { 0 }, *found;
	const struct dirent *entry;
	char path[512], link[64];
	ssize_t len;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.16s/fd/%s", pid,
			 entry->d_name);
		len = readlink(path, link, sizeof(link) - 1);
		link[len > 0 ? len : 0] = '\0';
		if (sscanf(link, "socket:[%" SCNu64 "]", &key.inode) != 1)
			continue;
		found = bsearch(&key, sockets->list, sockets->n, sizeof(key),
				by_inode);
		if (found && !found->pid)
			read_program(found, pid);
	}
	if (dir)
		closedir(dir);
}

int packets_read(struct packet_sockets *sockets)
{
	int err = read_sockets(sockets);
	const struct dirent *entry;
	DIR *dir;

	if (err || !sockets->n)
		return err;
	dir = opendir("/proc");
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			read_process(sockets, entry->d_name);
	if (dir)
		closedir(dir);
	return 0;
}

void packets_free(struct packet_sockets *sockets)
{
	free(sockets->list);
	*sockets = (struct packet_sockets){ 0 };
}
