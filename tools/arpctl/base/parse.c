// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, addresses, prefixes and hardware addresses, from text and to text. */

#include <arpa/inet.h>
#include <string.h>

#include "base/parse.h"

bool parse_u64(const char *text, size_t len, uint64_t *value)
{
	uint64_t n = 0;
	size_t i;

	if (!len || (text[0] == '0' && len > 1))
		return false;
	for (i = 0; i < len; i++) {
		/* Nineteen digits always fit. */
		if (text[i] < '0' || text[i] > '9' ||
		    (i >= 19 && n > (UINT64_MAX - (uint64_t)(text[i] - '0')) / 10))
			return false;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	*value = n;
	return true;
}

bool parse_u32(const char *text, uint32_t *value)
{
	uint64_t n;

	if (!parse_u64(text, strlen(text), &n) || n > UINT32_MAX)
		return false;
	*value = (uint32_t)n;
	return true;
}

/* A number up to 255 without leading zeros, before a NUL. Return: its end, or NULL. */
static inline const char *parse_byte(const char *s, uint32_t *byte)
{
	uint32_t n = (uint32_t)*s++ - '0', digit;

	if (n > 9)
		return NULL;
	/* Nothing may follow a zero, so that the next digit does not fit. */
	for (; n; s++) {
		digit = (uint32_t)*s - '0';
		if (digit > 9)
			break;
		n = n * 10 + digit;
		if (n > 255)
			return NULL;
	}
	*byte = n;
	return s;
}

/* Four bytes separated by dots, before a NUL. Return: their end, or NULL. */
static const char *parse_quad(const char *s, uint32_t *address)
{
	uint32_t host = 0, byte;
	int i;

	for (i = 0; i < 4; i++) {
		if (i && *s++ != '.')
			return NULL;
		s = parse_byte(s, &byte);
		if (!s)
			return NULL;
		host = host << 8 | byte;
	}
	*address = htonl(host);
	return s;
}

bool parse_address(const char *text, size_t len, uint32_t *address)
{
	char buf[ADDRESS_TEXT];
	const char *end;

	if (len >= sizeof(buf))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	end = parse_quad(buf, address);
	return end && end == buf + len;
}

bool address_is_unicast(uint32_t address)
{
	uint32_t number = ntohl(address);

	/* 0.0.0.0/8 is "this network", and 224.0.0.0/4 multicast. */
	return number >> 24 && number >> 28 != 14 && number != UINT32_MAX;
}

bool parse_prefix(const char *text, struct prefix *prefix)
{
	uint32_t length = 32;
	const char *s;

	s = parse_quad(text, &prefix->address);
	if (s && *s == '/')
		s = parse_byte(s + 1, &length);
	prefix->length = (uint8_t)length;
	return s && !*s && length <= 32;
}

struct prefix prefix_masked(struct prefix prefix)
{
	uint32_t mask = prefix.length ? UINT32_MAX << (32 - prefix.length) : 0;

	prefix.address &= htonl(mask);
	return prefix;
}

bool prefix_has(struct prefix prefix, uint32_t address)
{
	const struct prefix other = { address, prefix.length };

	return prefix_masked(other).address == prefix.address;
}

/* The value of a digit plus HEX_DIGIT; 0 for other characters. */
#define HEX_DIGIT 16
static const uint8_t hex_digits[256] = {
	['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21,
	['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25,
	['a'] = 26, ['b'] = 27, ['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31,
	['A'] = 26, ['B'] = 27, ['C'] = 28, ['D'] = 29, ['E'] = 30, ['F'] = 31,
};

static int hex_digit(char c)
{
	int digit = hex_digits[(unsigned char)c];

	return digit ? digit - HEX_DIGIT : -1;
}

/* Bytes of one or two digits with this separator between them. */
static int parse_bytes(const char *text, size_t len, char separator,
		       uint8_t *lladdr, size_t max)
{
	int n, high, low;
	size_t i = 0;

	for (n = 0;; n++) {
		high = i < len ? hex_digit(text[i++]) : -1;
		if (high < 0)
			return -1;
		if (i < len && text[i] != separator) {
			low = hex_digit(text[i++]);
			if (low < 0)
				return -1;
			high = high << 4 | low;
		}
		if ((size_t)n < max)
			lladdr[n] = (uint8_t)high;
		if (i == len)
			return n + 1;
		if (text[i++] != separator)
			return -1;
	}
}

int parse_lladdr(const char *text, size_t len, uint8_t *lladdr, size_t max)
{
	return parse_bytes(text, len, ':', lladdr, max);
}

/* Twelve digits, in one word or in three of four digits with dots between them. */
static int parse_digits(const char *text, size_t len, uint8_t *lladdr, size_t max)
{
	int high, low;
	size_t i, n = 0;

	if (len != 2UL * LLADDR_LEN && len != 2UL * LLADDR_LEN + 2)
		return -1;
	for (i = 0; i < len; n++) {
		if (len > 2UL * LLADDR_LEN && i % 5 == 4 && text[i++] != '.')
			return -1;
		high = hex_digit(text[i++]);
		low = hex_digit(text[i++]);
		if (high < 0 || low < 0)
			return -1;
		if (n < max)
			lladdr[n] = (uint8_t)(high << 4 | low);
	}
	return (int)n;
}

/* A byte of two digits. Return: whether it is one. */
static inline bool parse_pair(const char *text, uint8_t *byte)
{
	unsigned int high = hex_digits[(unsigned char)text[0]], low;

	if (!high)
		return false;
	low = hex_digits[(unsigned char)text[1]];
	*byte = (uint8_t)(high << 4 | (low & 15));
	return low;
}

/*
 * The usual form: six bytes of two digits with colons between them. Saves 170
 * instructions for a binding in a file. Return: whether it is one.
 */
static bool parse_usual(const char *text, uint8_t lladdr[LLADDR_LEN])
{
	int i;

	for (i = 0; i < LLADDR_LEN - 1; i++, text += 3)
		if (!parse_pair(text, &lladdr[i]) || text[2] != ':')
			return false;
	return parse_pair(text, &lladdr[i]) && !text[2];
}

int parse_mac(const char *text, uint8_t *lladdr, size_t max)
{
	size_t len;

	if (max >= LLADDR_LEN && parse_usual(text, lladdr))
		return LLADDR_LEN;
	len = strlen(text);
	if (len <= 2 || text[1] == ':' || text[2] == ':')
		return parse_lladdr(text, len, lladdr, max);
	if (text[1] == '-' || text[2] == '-')
		return parse_bytes(text, len, '-', lladdr, max);
	return parse_digits(text, len, lladdr, max);
}

/* Writes a number up to 255. Return: the end, where a NUL is. */
static char *put_byte(char *s, uint32_t byte)
{
	if (byte >= 100)
		*s++ = (char)('0' + byte / 100);
	if (byte >= 10)
		*s++ = (char)('0' + byte / 10 % 10);
	*s++ = (char)('0' + byte % 10);
	*s = '\0';
	return s;
}

static char *put_address(char *s, uint32_t address)
{
	uint32_t host = ntohl(address);
	int shift;

	for (shift = 24; shift >= 0; shift -= 8) {
		s = put_byte(s, host >> shift & 255);
		if (shift)
			*s++ = '.';
	}
	return s;
}

void address_text(uint32_t address, char buf[ADDRESS_TEXT])
{
	put_address(buf, address);
}

void prefix_text(struct prefix prefix, char buf[PREFIX_TEXT])
{
	char *end = put_address(buf, prefix.address);

	*end++ = '/';
	put_byte(end, prefix.length % 100U);
}

void lladdr_text(const uint8_t *lladdr, size_t len, char buf[LLADDR_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *s = buf;
	size_t i;

	*s = '\0';
	for (i = 0; i < len && i * 3 + 3 <= LLADDR_TEXT; i++) {
		if (i)
			*s++ = ':';
		*s++ = digits[lladdr[i] >> 4];
		*s++ = digits[lladdr[i] & 15];
		*s = '\0';
	}
}
