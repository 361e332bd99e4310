// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, addresses, prefixes and hardware addresses, from text and to text.
 *
 * Pure functions without messages. Addresses are in network byte order. Text with a
 * length need not end with a NUL.
 */
#ifndef ARPCTL_PARSE_H
#define ARPCTL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_TEXT	16	/* "255.255.255.255" */
#define PREFIX_TEXT	19	/* "255.255.255.255/32" */
#define LLADDR_LEN	6
#define LLADDR_MAX	32	/* the kernel's MAX_ADDR_LEN */
#define LLADDR_TEXT	96	/* the longest hardware address that Linux has */

struct prefix {
	uint32_t address;
	uint8_t length;
};

/* Decimal digits only; 010 and 0x10 are refused as ambiguous. */
bool parse_u32(const char *text, uint32_t *value);
bool parse_u64(const char *text, size_t len, uint64_t *value);

bool parse_address(const char *text, size_t len, uint32_t *address);

/* Whether one host can have it; the kernel refuses bindings of others. */
bool address_is_unicast(uint32_t address);

/* ADDRESS[/LENGTH]; the caller checks bits beyond the length. */
bool parse_prefix(const char *text, struct prefix *prefix);

/* The prefix without bits beyond its length. */
struct prefix prefix_masked(struct prefix prefix);

/* Whether an address is in a prefix that has no bits beyond its length. */
bool prefix_has(struct prefix prefix, uint32_t address);

/*
 * Bytes in hexadecimal, separated by colons. Return: their number, of which at most
 * max are stored; -1 if it is anything else.
 */
int parse_lladdr(const char *text, size_t len, uint8_t *lladdr, size_t max);

/*
 * The same as people write it: also with dashes, as 0200.5e10.0001, or as twelve
 * digits.
 */
int parse_mac(const char *text, uint8_t *lladdr, size_t max);

void address_text(uint32_t address, char buf[ADDRESS_TEXT]);
void prefix_text(struct prefix prefix, char buf[PREFIX_TEXT]);
void lladdr_text(const uint8_t *lladdr, size_t len, char buf[LLADDR_TEXT]);

#endif /* ARPCTL_PARSE_H */
