/* SPDX-License-Identifier: GPL-2.0-only */
/* A lease file that is being read: what the parsers of all formats have in common. */
#ifndef ARPCTL_LEASE_READER_H
#define ARPCTL_LEASE_READER_H

#include <string.h>

#include "host/lease.h"

/* A part of the file, which is not NUL-terminated and may have NULs in it. */
struct span {
	const char *s;
	size_t len;
};

extern const struct span no_span;

struct reader {
	const char *at;
	const char *end;
	unsigned long line;
	uint64_t now;
	struct leases *out;
	bool more;	/* it was appended to a file that was read before */
};

static inline bool span_is(struct span span, const char *text)
{
	return span.s && span.len == strlen(text) &&
	       !memcmp(span.s, text, span.len);
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Ends the parsing with a message; the span, unless it is no_span, is quoted. */
__attribute__((format(printf, 3, 4)))
bool reader_fail(struct reader *r, struct span span, const char *fmt, ...);

/* The same, for a file that is not a lease file of this kind. */
bool reader_foreign(struct reader *r, const char *format);

/* Counts an entry that may contain an address and is not understood. */
void reader_unread(struct reader *r, struct span span);

/* Adds a lease. Return: false, with a message, without memory. */
bool reader_add(struct reader *r, const struct lease *lease);

/*
 * Takes a hardware address into the lease. One that is empty, all zeroes, a group's or
 * not as long as Ethernet's cannot be bound. Return: whether it is a hardware address at
 * all.
 */
bool lease_take_lladdr(struct lease *lease, struct span text);

/* Takes an address; sets *skip for IPv6, which has no ARP. */
bool lease_take_address(struct lease *lease, struct span text, bool *skip);

/*
 * The next line that is neither empty nor a comment, without the blanks around it;
 * false at the end of the file. The caller counts it in r->line.
 */
bool reader_line(struct reader *r, struct span *line);

/* The next word of a line; empty at the end of the line. */
struct span span_word(struct span *line);

/* The formats. Each reads the whole file. Return: whether it parses. */
bool lease_read_dnsmasq(struct reader *r);
bool lease_read_isc(struct reader *r);
bool lease_read_kea(struct reader *r);
bool lease_read_ethers(struct reader *r);
bool lease_read_libvirt(struct reader *r);
bool lease_read_networkd(struct reader *r);
bool lease_read_cni(struct reader *r);

/* Whether a file of ISC dhcpd may begin with the word, also for IPv6. */
bool lease_begins_isc(struct span word);

/* Whether it is JSON, and a result of CNI. */
bool lease_begins_cni(const struct reader *r);

#endif /* ARPCTL_LEASE_READER_H */
