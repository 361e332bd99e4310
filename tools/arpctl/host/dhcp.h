/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DHCP for IPv4 over Ethernet: one message, RFC 2131 and 2132.
 *
 * A pure function of a buffer. Reads only the parts that say who gets which address.
 */
#ifndef ARPCTL_DHCP_H
#define ARPCTL_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

/* A lease without end, option 51. */
#define DHCP_FOREVER UINT32_MAX

enum dhcp_type {
	DHCP_DISCOVER = 1,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

/**
 * struct dhcp - what a message says; addresses in network byte order, 0: none
 * @type: option 53: enum dhcp_type, or another one
 * @reply: from a server: BOOTREPLY
 * @xid: the transaction, as it is in the message
 * @ciaddr: the client's address, which it has
 * @yiaddr: the address that it gets
 * @giaddr: the relay agent
 * @chaddr: the client's MAC; a unicast one
 * @wanted: option 50: the address that it asks for
 * @server: option 54
 * @has_lease: there is an option 51
 * @lease: it, in seconds
 * @rapid: option 80: an ACK may follow a DISCOVER
 */
struct dhcp {
	uint8_t type;
	bool reply;
	uint32_t xid;
	uint32_t ciaddr;
	uint32_t yiaddr;
	uint32_t giaddr;
	uint8_t chaddr[LLADDR_LEN];
	uint32_t wanted;
	uint32_t server;
	bool has_lease;
	uint32_t lease;
	bool rapid;
};

/* Return: whether it is such a message, and well-formed to its last option. */
bool dhcp_parse(struct dhcp *dhcp, const void *data, size_t len);

/* "ack"; "message" for other types. */
const char *dhcp_type_name(uint8_t type);

#endif /* ARPCTL_DHCP_H */
