// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: DHCP messages, and the leases that a sequence of them makes.
 *
 * The input is a sequence of frames: a byte that chooses port, trust and direction, two
 * of the message's length, and the message. A server on an untrusted port binds nothing,
 * and no lease moves to another port than its client's.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lease/snoop.h"
#include "must.h"

static bool exists(void *data, const char *port)
{
	(void)data;
	return *port != 'g';
}

static bool check_lease(void *data, const struct snoop_lease *lease)
{
	size_t *n = data;

	++*n;
	MUST(lease->address && !(lease->lladdr[0] & 1));
	MUST(*lease->port && *lease->port != 't');
	return true;
}

static void ignore(void *data, const struct snoop_lease *lease)
{
	(void)data;
	(void)lease;
}

static void take(struct snoop *snoop, uint8_t how, const uint8_t *data, size_t len,
		 const struct snoop_time *now)
{
	static const char *const ports[] = { "a", "b", "gone", "trusted" };
	struct snoop_frame frame = { .segment = "br0", .vlan = how >> 6 };
	size_t before = snoop->n_leases;
	enum snoop_result result;
	uint8_t *copy = malloc(len + !len);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	strcpy(frame.port, ports[how & 3]);
	frame.trusted = (how & 3) == 3;
	frame.to_client = how & 4;
	if (len >= 34 && !(how & 8))
		memcpy(frame.lladdr, data + 28, LLADDR_LEN);
	result = snoop_take(snoop, &frame, copy, len, now);
	MUST(result < SNOOP_RESULTS);
	MUST(result != SNOOP_BOUND || frame.trusted);
	MUST(result == SNOOP_BOUND || snoop->n_leases <= before);
	if (result == SNOOP_BOUND || result == SNOOP_UNBOUND)
		MUST(*snoop->lease.port);
	if (result != SNOOP_MALFORMED) {
		MUST(len >= 240 && *dhcp_type_name(snoop->dhcp.type));
		MUST(frame.trusted || !snoop->dhcp.reply || result == SNOOP_ROGUE);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snoop_time now = { .real = 1700000000000, .boot = 1000 };
	struct snoop snoop;
	size_t len, n = 0;

	MUST(snoop_init(&snoop));
	snoop.port_exists = exists;
	while (size >= 3) {
		len = (size_t)data[1] << 8 | data[2];
		if (len > size - 3)
			len = size - 3;
		take(&snoop, data[0], data + 3, len, &now);
		now.boot += data[0] & 0x20 ? 30000 : 10;
		now.real += data[0] & 0x10 ? 3600000 : 10;
		data += 3 + len;
		size -= 3 + len;
	}
	MUST(snoop_each(&snoop, check_lease, &n));
	MUST(n == snoop.n_leases);
	snoop_set_clock(&snoop, &now);
	snoop_expire(&snoop, &now, ignore, NULL);
	snoop_free(&snoop);
	return 0;
}
