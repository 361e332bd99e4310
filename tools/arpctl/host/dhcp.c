// SPDX-License-Identifier: GPL-2.0-only
/*
 * DHCP for IPv4 over Ethernet: one message, RFC 2131 and 2132.
 *
 *	  0  op htype hlen hops | xid | secs flags
 *	 12  ciaddr | yiaddr | siaddr | giaddr
 *	 28  chaddr, 16 bytes
 *	 44  sname, 64 bytes: a name, or more options
 *	108  file, 128 bytes: likewise
 *	236  magic cookie | options
 *
 * An option that is split has its parts one after the other, RFC 3396. The options read
 * here are too short to be split: one that occurs twice is malformed.
 */

#include <string.h>

#include "host/dhcp.h"

enum {
	AT_OP = 0, AT_HTYPE = 1, AT_HLEN = 2, AT_XID = 4, AT_CIADDR = 12, AT_YIADDR = 16,
	AT_GIADDR = 24, AT_CHADDR = 28, AT_SNAME = 44, AT_FILE = 108, AT_COOKIE = 236,
	AT_OPTIONS = 240,
};

#define BOOTREQUEST	1
#define BOOTREPLY	2
#define HTYPE_ETHERNET	1

enum {
	OPTION_PAD = 0,
	OPTION_WANTED = 50,
	OPTION_LEASE = 51,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_RAPID = 80,
	OPTION_END = 255,
};

/* Of option 52. */
#define OVERLOAD_FILE	1
#define OVERLOAD_SNAME	2

/* Options read so far. */
struct options {
	struct dhcp *dhcp;
	uint8_t overload;
	bool has_type;
	bool has_wanted;
	bool has_server;
};

static uint32_t word_at(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t number_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

/* An option whose value must have this length, and which must be the first of its kind. */
static bool once(bool *has, uint8_t len, uint8_t expected)
{
	bool ok = !*has && len == expected;

	*has = true;
	return ok;
}

static bool take_overload(struct options *o, const uint8_t *value, uint8_t len)
{
	bool has = o->overload;

	if (!once(&has, len, 1) || !*value ||
	    *value > (OVERLOAD_FILE | OVERLOAD_SNAME))
		return false;
	o->overload = *value;
	return true;
}

static bool take(struct options *o, uint8_t code, const uint8_t *value, uint8_t len)
{
	struct dhcp *dhcp = o->dhcp;

	switch (code) {
	case OPTION_TYPE:
		if (!once(&o->has_type, len, 1))
			return false;
		dhcp->type = *value;
		return true;
	case OPTION_WANTED:
		if (!once(&o->has_wanted, len, sizeof(dhcp->wanted)))
			return false;
		dhcp->wanted = word_at(value);
		return true;
	case OPTION_SERVER:
		if (!once(&o->has_server, len, sizeof(dhcp->server)))
			return false;
		dhcp->server = word_at(value);
		return true;
	case OPTION_LEASE:
		if (!once(&dhcp->has_lease, len, sizeof(dhcp->lease)))
			return false;
		dhcp->lease = number_at(value);
		return true;
	case OPTION_OVERLOAD:
		return take_overload(o, value, len);
	case OPTION_RAPID:
		return once(&dhcp->rapid, len, 0);
	default:
		return true;
	}
}

/* Reads options up to the end option, or to the end of the field. */
static bool read_options(struct options *o, const uint8_t *at, size_t len)
{
	uint8_t code, value_len;

	while (len) {
		code = *at++;
		len--;
		if (code == OPTION_END)
			return true;
		if (code == OPTION_PAD)
			continue;
		if (!len)
			return false;
		value_len = *at++;
		len--;
		if (value_len > len || !take(o, code, at, value_len))
			return false;
		at += value_len;
		len -= value_len;
	}
	return true;
}

/* In the order of RFC 3396. The overload option is not one of those that may follow. */
static bool read_all(struct options *o, const uint8_t *data, size_t len)
{
	uint8_t overload;

	if (!read_options(o, data + AT_OPTIONS, len - AT_OPTIONS))
		return false;
	overload = o->overload;
	if (overload & OVERLOAD_FILE &&
	    !read_options(o, data + AT_FILE, AT_COOKIE - AT_FILE))
		return false;
	if (overload & OVERLOAD_SNAME &&
	    !read_options(o, data + AT_SNAME, AT_FILE - AT_SNAME))
		return false;
	return o->has_type;
}

/* A MAC that one host can have. */
static bool is_unicast(const uint8_t lladdr[LLADDR_LEN])
{
	static const uint8_t none[LLADDR_LEN];

	return !(lladdr[0] & 1) && memcmp(lladdr, none, LLADDR_LEN) != 0;
}

bool dhcp_parse(struct dhcp *dhcp, const void *data, size_t len)
{
	static const uint8_t cookie[] = { 0x63, 0x82, 0x53, 0x63 };
	struct options o = { .dhcp = dhcp };
	const uint8_t *at = data;

	memset(dhcp, 0, sizeof(*dhcp));
	if (len < AT_OPTIONS || memcmp(at + AT_COOKIE, cookie, sizeof(cookie)) != 0 ||
	    at[AT_HTYPE] != HTYPE_ETHERNET || at[AT_HLEN] != LLADDR_LEN ||
	    (at[AT_OP] != BOOTREQUEST && at[AT_OP] != BOOTREPLY))
		return false;
	dhcp->reply = at[AT_OP] == BOOTREPLY;
	dhcp->xid = word_at(at + AT_XID);
	dhcp->ciaddr = word_at(at + AT_CIADDR);
	dhcp->yiaddr = word_at(at + AT_YIADDR);
	dhcp->giaddr = word_at(at + AT_GIADDR);
	memcpy(dhcp->chaddr, at + AT_CHADDR, LLADDR_LEN);
	return is_unicast(dhcp->chaddr) && read_all(&o, at, len);
}

const char *dhcp_type_name(uint8_t type)
{
	static const char *const names[] = {
		[DHCP_DISCOVER] = "discover", [DHCP_OFFER] = "offer",
		[DHCP_REQUEST] = "request", [DHCP_DECLINE] = "decline",
		[DHCP_ACK] = "ack", [DHCP_NAK] = "nak", [DHCP_RELEASE] = "release",
		[DHCP_INFORM] = "inform",
	};

	return type < sizeof(names) / sizeof(*names) && names[type] ? names[type] :
								      "message";
}
