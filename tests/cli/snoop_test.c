// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applies the lines of standard input to the table of snooped leases, and prints the
 * results:
 *
 *   PORT LLADDR VLAN HEX   a message; the port "server" is trusted. Prints the result, and
 *                          the lease concerned
 *   wait SECONDS           both clocks advance; prints what expires
 *   clock SECONDS          the clock is set forward
 *   gone PORT              the bridge no longer has this port
 *   flood PORT N           N new clients send requests there; prints the results except
 *                          "nothing", and how many clients then wait
 *   many PORT LLADDR N     adds N leases of one MAC
 *   asked                  prints how often the ports were looked up since the last time
 *   other ADDRESS VLAN PORT
 *                          prints the lease of the address on the port in another VLAN
 *   leases                 prints them all
 *   write FILE [followed]  writes the leases; "followed": through a symbolic link
 *   read FILE [followed]   reads leases; "followed": through a symbolic link
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lease/snoop_file.h"
#include "hex.h"

static const char *const results[SNOOP_RESULTS] = {
	"nothing", "bound", "unbound", "malformed", "rogue", "forged", "contested",
	"foreign", "taken", "full",
};

static struct snoop_time now = { .real = 1700000000000, .boot = 5000 };
static char gone[IF_NAMESIZE];
static size_t asked;

static bool port_exists(void *data, const char *port)
{
	(void)data;
	asked++;
	return strcmp(port, gone) != 0;
}

static void print_lease(const struct snoop_lease *lease)
{
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];

	address_text(lease->address, address);
	lladdr_text(lease->lladdr, LLADDR_LEN, lladdr);
	printf(" %s %s %s %u:%s", address, lladdr, lease->port, lease->vlan,
	       lease->segment);
	if (lease->expiry == SNOOP_FOREVER)
		printf(" forever");
	else
		printf(" %lld", (long long)(lease->expiry - now.real) / 1000);
}

static bool print_each(void *data, const struct snoop_lease *lease)
{
	(void)data;
	print_lease(lease);
	return true;
}

static void print_expired(void *data, const struct snoop_lease *lease)
{
	printf("expired");
	print_each(data, lease);
	printf("\n");
}

static void take(struct snoop *snoop, char **word)
{
	struct snoop_frame frame = { 0 };
	enum snoop_result result;
	uint8_t data[2048];
	size_t len = read_hex(word[3], data, sizeof(data));

	snprintf(frame.port, sizeof(frame.port), "%s", word[0]);
	parse_lladdr(word[1], strlen(word[1]), frame.lladdr, LLADDR_LEN);
	parse_u32(word[2], &frame.vlan);
	snprintf(frame.segment, sizeof(frame.segment), frame.vlan ? "br0.%u" : "br0",
		 frame.vlan);
	frame.trusted = !strcmp(frame.port, "server");
	frame.to_client = len && *data == 2;
	result = snoop_take(snoop, &frame, data, len, &now);
	printf("%s", results[result]);
	if (*snoop->lease.port)
		print_lease(&snoop->lease);
	printf("\n");
}

static void flood(struct snoop *snoop, const char *port, uint32_t n)
{
	static uint32_t number;
	struct snoop_frame frame = { .segment = "br0", .lladdr = { 2, 0xff } };
	size_t count[SNOOP_RESULTS] = { 0 };
	uint8_t data[244] = { 1, 1, 6 };
	int i;

	snprintf(frame.port, sizeof(frame.port), "%s", port);
	memcpy(data + 236, "\x63\x82\x53\x63\x35\x01\x01\xff", 8);
	while (n--) {
		number++;
		memcpy(frame.lladdr + 2, &number, sizeof(number));
		memcpy(data + 28, frame.lladdr, LLADDR_LEN);
		count[snoop_take(snoop, &frame, data, sizeof(data), &now)]++;
	}
	for (i = 1; i < SNOOP_RESULTS; i++)
		if (count[i])
			printf("%s %zu\n", results[i], count[i]);
	printf("clients %zu\n", snoop->n_clients);
}

static void many(struct snoop *snoop, char **word)
{
	struct snoop_lease lease = { .segment = "br0", .expiry = SNOOP_FOREVER };
	uint32_t i, n = (uint32_t)strtoul(word[3], NULL, 10);

	snprintf(lease.port, sizeof(lease.port), "%s", word[1]);
	parse_lladdr(word[2], strlen(word[2]), lease.lladdr, LLADDR_LEN);
	for (i = 0; i < n; i++) {
		lease.address = htonl(0x0a800000 + i);
		if (!snoop_add(snoop, &lease))
			exit(1);
	}
}

static void print_other(const struct snoop *snoop, char **word)
{
	struct snoop_lease lease = { .vlan = (uint32_t)strtoul(word[2], NULL, 10) };
	const struct snoop_lease *other;

	parse_address(word[1], strlen(word[1]), &lease.address);
	snprintf(lease.port, sizeof(lease.port), "%s", word[3]);
	other = snoop_find_other(snoop, &lease);
	printf("other");
	if (other)
		print_lease(other);
	printf("\n");
}

static void run(struct snoop *snoop, char **word)
{
	const struct snoop_file file = { word[1], !word[2] };
	uint64_t ms = word[1] ? strtoull(word[1], NULL, 10) * 1000 : 0;

	if (!strcmp(word[0], "wait")) {
		now.real += ms;
		now.boot += ms;
		snoop_look_again(snoop);
		snoop_expire(snoop, &now, print_expired, NULL);
	} else if (!strcmp(word[0], "clock")) {
		now.real += ms;
		snoop_set_clock(snoop, &now);
		snoop_expire(snoop, &now, print_expired, NULL);
	} else if (!strcmp(word[0], "gone")) {
		snprintf(gone, sizeof(gone), "%s", word[1]);
		snoop_look_again(snoop);
	} else if (!strcmp(word[0], "flood")) {
		flood(snoop, word[1], (uint32_t)strtoul(word[2], NULL, 10));
	} else if (!strcmp(word[0], "many")) {
		many(snoop, word);
	} else if (!strcmp(word[0], "asked")) {
		printf("asked %zu\n", asked);
		asked = 0;
	} else if (!strcmp(word[0], "other")) {
		print_other(snoop, word);
	} else if (!strcmp(word[0], "leases")) {
		printf("%zu:", snoop->n_leases);
		snoop_each(snoop, print_each, NULL);
		printf("\n");
	} else if (!strcmp(word[0], "write")) {
		if (snoop_file_write(&file, snoop))
			exit(1);
	} else if (!strcmp(word[0], "read")) {
		if (snoop_file_read(&file, snoop, &now))
			exit(1);
	} else {
		take(snoop, word);
	}
}

int main(void)
{
	static char line[8192];
	char *word[4], *save;
	struct snoop snoop;
	int n;

	if (!snoop_init(&snoop))
		return 1;
	snoop.port_exists = port_exists;
	while (fgets(line, sizeof(line), stdin)) {
		memset(word, 0, sizeof(word));
		word[0] = strtok_r(line, " \n", &save);
		for (n = 1; n < 4 && word[n - 1]; n++)
			word[n] = strtok_r(NULL, " \n", &save);
		if (word[0])
			run(&snoop, word);
	}
	snoop_free(&snoop);
	return 0;
}
