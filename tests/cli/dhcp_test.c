// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints what the parser reads from DHCP messages: each line of standard input is one, in
 * hexadecimal. With -c each is also parsed cut off after each byte and with each byte
 * changed, for sanitizers.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/dhcp.h"
#include "hex.h"

/* Exactly as long as the message, so that reads beyond it are detected. */
static bool parse(struct dhcp *dhcp, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len + !len);
	bool ok;

	if (!copy)
		abort();
	memcpy(copy, data, len);
	ok = dhcp_parse(dhcp, copy, len);
	free(copy);
	return ok;
}

static void stress(uint8_t *data, size_t len)
{
	static const uint8_t spoil[] = { 0, 1, 4, 51, 52, 53, 127, 254, 255 };
	struct dhcp dhcp;
	uint8_t was;
	size_t i, k;

	for (i = 0; i < len; i++) {
		parse(&dhcp, data, i);
		was = data[i];
		for (k = 0; k < sizeof(spoil); k++) {
			data[i] = spoil[k];
			parse(&dhcp, data, len);
		}
		data[i] = was;
	}
}

static void print_address(const char *name, uint32_t address)
{
	char text[ADDRESS_TEXT];

	if (!address)
		return;
	address_text(address, text);
	printf(" %s %s", name, text);
}

static void print(const struct dhcp *dhcp)
{
	char lladdr[LLADDR_TEXT];

	lladdr_text(dhcp->chaddr, LLADDR_LEN, lladdr);
	printf("%s %s %s", dhcp->reply ? "reply" : "request", dhcp_type_name(dhcp->type),
	       lladdr);
	print_address("ciaddr", dhcp->ciaddr);
	print_address("yiaddr", dhcp->yiaddr);
	print_address("giaddr", dhcp->giaddr);
	print_address("wanted", dhcp->wanted);
	print_address("server", dhcp->server);
	if (dhcp->has_lease)
		printf(" lease %u", dhcp->lease);
	printf("%s\n", dhcp->rapid ? " rapid" : "");
}

int main(int argc, char **argv)
{
	bool cut = argc > 1 && !strcmp(argv[1], "-c");
	static char line[8192];
	uint8_t data[4096];
	struct dhcp dhcp;
	size_t len;

	while (fgets(line, sizeof(line), stdin)) {
		len = read_hex(line, data, sizeof(data));
		if (cut)
			stress(data, len);
		if (parse(&dhcp, data, len))
			print(&dhcp);
		else
			puts("malformed");
	}
	return 0;
}
