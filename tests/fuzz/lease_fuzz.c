// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: lease files.
 *
 * The leases read from a file are sorted, each address once; an error has a message. Each
 * file is also read in all formats, with itself as /etc/hosts.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/leases.h"
#include "must.h"

static void read_as(enum lease_format format, const char *file, size_t size)
{
	struct leases leases = {
		.format = format, .hosts = file, .hosts_len = size,
	};

	if (leases_add(&leases, file, size, 1700000000))
		leases_settle(&leases);
	else
		MUST(leases.message[0]);
	leases_free(&leases);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *file = malloc(size + !size);
	struct leases leases, twice = { 0 };
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
		MUST(!leases.unread == !leases.unread_line);
		for (i = 0; leases.unread_text[i]; i++)
			MUST((unsigned char)leases.unread_text[i] >= ' ');
		/* Adding the same file again changes nothing. */
		MUST(leases_add(&twice, file, size, 1700000000));
		MUST(leases_add(&twice, file, size, 1700000000));
		leases_settle(&twice);
		MUST(twice.n == leases.n);
		for (i = 0; i < leases.n; i++)
			MUST(twice.list[i].address == leases.list[i].address &&
			     !memcmp(twice.list[i].lladdr, leases.list[i].lladdr,
				     LLADDR_LEN));
	} else {
		MUST(leases.message[0]);
		MUST(memchr(leases.message, '\0', sizeof(leases.message)));
		for (i = 0; leases.message[i]; i++)
			MUST((unsigned char)leases.message[i] >= ' ');
		MUST(leases.line <= size + 2);
	}
	for (i = LEASE_DNSMASQ; lease_format_name(i); i++)
		read_as(i, file, size);
	leases_free(&leases);
	leases_free(&twice);
	free(file);
	return 0;
}
