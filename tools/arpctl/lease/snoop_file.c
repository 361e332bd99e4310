// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leases that were snooped, in a file that survives a reboot.
 *
 * The format is that of dnsmasq's lease file, which "bind import" reads, too:
 *
 *	EXPIRY MAC ADDRESS PORT VLAN:SEGMENT
 *
 * EXPIRY is in seconds since 1970, 0 for ever. dnsmasq has a host name in place of the
 * port, and the client identifier in the last place.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/list.h"
#include "base/print.h"
#include "base/replace.h"
#include "lease/snoop_file.h"

#define WORDS	5

/* VLAN:SEGMENT; changes the word. */
static bool read_segment(struct snoop_lease *lease, char *word)
{
	char *colon = strchr(word, ':');

	if (!colon || strlen(colon + 1) >= sizeof(lease->segment))
		return false;
	*colon = '\0';
	snprintf(lease->segment, sizeof(lease->segment), "%s", colon + 1);
	return parse_u32(word, &lease->vlan);
}

/* Changes the line. Return: whether it is one of such a file. */
static bool read_line(struct snoop_lease *lease, char *line)
{
	char *word[WORDS + 1], *save = NULL;
	uint64_t seconds;
	int n = 0;

	memset(lease, 0, sizeof(*lease));
	for (word[n] = strtok_r(line, " ", &save); n < WORDS && word[n];)
		word[++n] = strtok_r(NULL, " ", &save);
	if (n != WORDS || word[WORDS] || !parse_u64(word[0], strlen(word[0]), &seconds) ||
	    seconds > UINT64_MAX / 1000 ||
	    parse_lladdr(word[1], strlen(word[1]), lease->lladdr, LLADDR_LEN) !=
		    LLADDR_LEN ||
	    !parse_address(word[2], strlen(word[2]), &lease->address) ||
	    !address_is_unicast(lease->address) || lease->lladdr[0] & 1 ||
	    strlen(word[3]) >= sizeof(lease->port))
		return false;
	lease->expiry = seconds ? seconds * 1000 : SNOOP_FOREVER;
	snprintf(lease->port, sizeof(lease->port), "%s", word[3]);
	return read_segment(lease, word[4]);
}

static int take_line(struct snoop *snoop, char *line, const struct snoop_time *now)
{
	struct snoop_lease lease;

	if (!*line)
		return STATUS_OK;
	if (!read_line(&lease, line)) {
		warning("this is no lease and was skipped");
		return STATUS_OK;
	}
	if (lease.expiry <= now->real)
		return STATUS_OK;
	return snoop_add(snoop, &lease) ? STATUS_OK : no_memory();
}

int snoop_file_read(const struct snoop_file *file, struct snoop *snoop,
		    const struct snoop_time *now)
{
	const char *name = file->name;
	struct place place = { .file = name };
	char *data = NULL, *at, *line;
	int status = STATUS_OK, err;
	struct stat st;
	size_t len;

	err = input_try(name, file->guarded ? INPUT_NOFOLLOW : INPUT_ANY, &data, &len,
			&st);
	if (err == ENOENT)
		return STATUS_OK;
	if (file->guarded && (err == EINVAL || err == ELOOP || err == ENXIO)) {
		warning("%s is not a regular file: it will be replaced", name);
		return STATUS_OK;
	}
	if (err)
		return input_complain(name, err);
	place_enter(&place);
	if (memchr(data, '\0', len))
		warning("what is behind a NUL byte was skipped");
	at = data;
	while (!status && at && (line = strsep(&at, "\n"))) {
		place.line++;
		status = take_line(snoop, line, now);
	}
	place_leave(&place);
	free(data);
	return status;
}

struct list {
	const struct snoop_lease **leases;
	size_t n;
};

static bool collect(void *data, const struct snoop_lease *lease)
{
	struct list *list = data;
	const struct snoop_lease **last = LIST_ADD(list->leases, list->n);

	if (last)
		*last = lease;
	return last;
}

static int by_address(const void *a, const void *b)
{
	const struct snoop_lease *x = *(const struct snoop_lease *const *)a;
	const struct snoop_lease *y = *(const struct snoop_lease *const *)b;
	uint32_t left = ntohl(x->address), right = ntohl(y->address);

	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	return (left > right) - (left < right);
}

static void write_line(FILE *file, const struct snoop_lease *lease)
{
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];
	/* Rounded up: 0 is for ever. */
	uint64_t seconds = lease->expiry == SNOOP_FOREVER ? 0 :
			   (lease->expiry + 999) / 1000;

	address_text(lease->address, address);
	lladdr_text(lease->lladdr, LLADDR_LEN, lladdr);
	fprintf(file, "%llu %s %s %s %u:%s\n", (unsigned long long)seconds, lladdr,
		address, lease->port, lease->vlan, lease->segment);
}

int snoop_file_write(const struct snoop_file *file, const struct snoop *snoop)
{
	struct list list = { 0 };
	struct replace r;
	int status;
	size_t i;

	if (!snoop_each(snoop, collect, &list)) {
		free(list.leases);
		return no_memory();
	}
	LIST_SORT(list.leases, list.n, by_address);
	status = file->guarded ? replace_begin_here(&r, file->name) :
				 replace_begin(&r, file->name);
	if (!status) {
		for (i = 0; i < list.n; i++)
			write_line(r.file, list.leases[i]);
		status = replace_end(&r, STATUS_OK);
	}
	free(list.leases);
	return status;
}
