// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the leases that the parser reads from a file:
 * lease_test [-c] NOW FILE [FORMAT [HOSTS]]
 *
 * One lease per line, then the number of skipped ones; or "LINE: message". With -c the
 * file is also parsed truncated after each byte, and with each byte corrupted, for
 * sanitizers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/leases.h"

/* The contents of a file, to be freed. */
static char *read_file(const char *name, size_t *len)
{
	FILE *file = fopen(name, "r");
	char *data = malloc(1 << 20);

	if (!file || !data)
		exit(1);
	*len = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

static void stress(const char *data, size_t len, uint64_t now)
{
	static const char spoil[] = "\0\"{};,#\n-\\9";
	struct leases leases;
	char *copy;
	size_t i;

	for (i = 0; i <= len; i++) {
		/* Exactly as long as the file, so that reads beyond it are detected. */
		copy = malloc(i ? i : 1);
		if (!copy)
			abort();
		memcpy(copy, data, i);
		leases_parse(&leases, copy, i, now);
		leases_free(&leases);
		if (i) {
			copy[i - 1] = spoil[i % (sizeof(spoil) - 1)];
			leases_parse(&leases, copy, i, now);
			leases_free(&leases);
		}
		free(copy);
	}
}

int main(int argc, char **argv)
{
	bool cut = argc > 1 && !strcmp(argv[1], "-c"), ok;
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];
	struct leases leases = { 0 };
	uint64_t now;
	size_t i, len;
	char *data;

	argc -= cut;
	argv += cut;
	if (argc < 3 || argc > 5)
		return 2;
	now = strtoull(argv[1], NULL, 10);
	data = read_file(argv[2], &len);
	if (cut)
		stress(data, len, now);
	if (argc > 3)
		leases.format = lease_format_find(argv[3]);
	if (argc > 4)
		leases.hosts = read_file(argv[4], &leases.hosts_len);
	ok = leases_add(&leases, data, len, now);
	if (ok)
		leases_settle(&leases);
	for (i = 0; ok && i < leases.n; i++) {
		address_text(leases.list[i].address, address);
		lladdr_text(leases.list[i].lladdr, LLADDR_LEN, lladdr);
		printf("%s %s", address, lladdr);
		if (argc > 3 && leases.list[i].expiry == LEASE_FOREVER)
			printf(" for ever");
		else if (argc > 3)
			printf(" %llu", (unsigned long long)leases.list[i].expiry);
		putchar('\n');
	}
	if (ok)
		printf("skipped %zu\n", leases.skipped);
	else
		printf("%lu: %s\n", leases.line, leases.message);
	if (ok && leases.unread)
		printf("unread %zu, the first in line %lu: %s\n", leases.unread,
		       leases.unread_line, leases.unread_text);
	free((char *)leases.hosts);
	leases_free(&leases);
	free(data);
	return 0;
}
