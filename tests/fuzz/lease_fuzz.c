// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: lease files.
 *
 * What is read from one is sorted, each address once; what is not has a message.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lease.h"

#define MUST(what) do {							\
	if (!(what)) {							\
		fprintf(stderr, "it must be that %s\n", #what);		\
		abort();						\
	}								\
} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *file = malloc(size + !size);
	struct leases leases;
	size_t i;

	if (!file)
		abort();
	memcpy(file, data, size);
	if (leases_parse(&leases, file, size, 1700000000)) {
		for (i = 0; i < leases.n; i++) {
			MUST(leases.list[i].live);
			MUST(leases.list[i].line >= 1 && leases.list[i].line <= size + 1);
			MUST(!(leases.list[i].lladdr[0] & 1));
			MUST(!i || ntohl(leases.list[i - 1].address) <
				   ntohl(leases.list[i].address));
		}
	} else {
		MUST(leases.message[0]);
		MUST(memchr(leases.message, '\0', sizeof(leases.message)));
		for (i = 0; leases.message[i]; i++)
			MUST((unsigned char)leases.message[i] >= ' ');
		MUST(leases.line <= size + 2);
	}
	leases_free(&leases);
	free(file);
	return 0;
}
