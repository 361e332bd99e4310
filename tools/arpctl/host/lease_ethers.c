// SPDX-License-Identifier: GPL-2.0-only
/*
 * /etc/ethers: MAC and ADDRESS or NAME, where a name is one of /etc/hosts.
 *
 * No other resolver is asked: which MAC may use an address must not depend on who answers
 * a DNS query.
 */

#include <arpa/inet.h>

#include "host/lease_reader.h"

/* The line without a comment at its end. */
static struct span without_comment(struct span line)
{
	const char *hash = memchr(line.s, '#', line.len);

	if (hash)
		line.len = (size_t)(hash - line.s);
	return line;
}

static bool same_span(struct span a, struct span b)
{
	return a.len == b.len && !memcmp(a.s, b.s, a.len);
}

/* A loopback address is this host's alone. */
static bool usable(uint32_t address)
{
	return ntohl(address) >> 24 != 127;
}

/* The first address that /etc/hosts has for the name. */
static bool find_host(const struct reader *r, struct span name, uint32_t *address)
{
	struct reader hosts = { .at = r->out->hosts, .end = r->out->hosts };
	struct span line, first, word;

	if (!hosts.at)
		return false;
	hosts.end += r->out->hosts_len;
	while (reader_line(&hosts, &line)) {
		line = without_comment(line);
		first = span_word(&line);
		if (!parse_address(first.s, first.len, address) || !usable(*address))
			continue;
		for (word = span_word(&line); word.len; word = span_word(&line))
			if (same_span(word, name))
				return true;
	}
	return false;
}

static bool read_line(struct reader *r, struct span line)
{
	struct lease lease = {
		.live = true, .line = r->line, .expiry = LEASE_FOREVER,
	};
	struct span lladdr, name;
	bool skip;

	line = without_comment(line);
	lladdr = span_word(&line);
	name = span_word(&line);
	if (!name.len || span_word(&line).len)
		return reader_fail(r, no_span, "a line of ethers has two words, a MAC and an address or a name");
	if (!lease_take_lladdr(&lease, lladdr))
		return reader_fail(r, lladdr, "expected a hardware address");
	if (!lease_take_address(&lease, name, &skip)) {
		if (!find_host(r, name, &lease.address)) {
			reader_unread(r, name);
			return true;
		}
	} else if (skip) {
		r->out->skipped++;
		return true;
	}
	return reader_add(r, &lease);
}

bool lease_read_ethers(struct reader *r)
{
	struct span line;

	for (; reader_line(r, &line); r->line++)
		if (!read_line(r, line))
			return false;
	return true;
}
