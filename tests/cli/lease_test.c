// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the leases that the parser reads from a file: lease_test [-c] NOW FILE
 *
 * One lease per line, then the number of skipped ones; or "LINE: message". With -c the
 * file is also parsed truncated after each byte, and with each byte corrupted, for
 * sanitizers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/lease.h"

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
	bool cut = argc == 4 && !strcmp(argv[1], "-c");
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];
	struct leases leases;
	uint64_t now;
	size_t i, len;
	char *data;
	FILE *file;
	bool ok;

	if (argc != 3 + cut)
		return 2;
	now = strtoull(argv[1 + cut], NULL, 10);
	file = fopen(argv[2 + cut], "r");
	data = malloc(1 << 20);
	if (!file || !data)
		return 1;
	len = fread(data, 1, 1 << 20, file);
	fclose(file);
	if (cut)
		stress(data, len, now);
	ok = leases_parse(&leases, data, len, now);
	for (i = 0; ok && i < leases.n; i++) {
		address_text(leases.list[i].address, address);
		lladdr_text(leases.list[i].lladdr, LLADDR_LEN, lladdr);
		printf("%s %s\n", address, lladdr);
	}
	if (ok)
		printf("skipped %zu\n", leases.skipped);
	else
		printf("%lu: %s\n", leases.line, leases.message);
	if (ok && leases.unread)
		printf("unread %zu, the first in line %lu: %s\n", leases.unread,
		       leases.unread_line, leases.unread_text);
	leases_free(&leases);
	free(data);
	return 0;
}
