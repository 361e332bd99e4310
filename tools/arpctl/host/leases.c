// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lease files: which format, and which lease counts.
 *
 * In all formats a later lease of an address replaces an earlier one, also if it says
 * that the address is free.
 */

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "host/lease_reader.h"
#include "host/leases.h"

/* In the order of enum lease_format. */
static const struct {
	const char *name;
	bool (*read)(struct reader *r);
} formats[] = {
	{ NULL, NULL },
	{ "dnsmasq", lease_read_dnsmasq },
	{ "isc", lease_read_isc },
	{ "kea", lease_read_kea },
	{ "libvirt", lease_read_libvirt },
	{ "networkd", lease_read_networkd },
	{ "cni", lease_read_cni },
	{ "ethers", lease_read_ethers },
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

const char *lease_format_name(enum lease_format format)
{
	return format < FORMATS ? formats[format].name : NULL;
}

enum lease_format lease_format_find(const char *name)
{
	enum lease_format format;

	for (format = LEASE_DNSMASQ; format < FORMATS; format++)
		if (!strcmp(name, formats[format].name))
			return format;
	return LEASE_ANY;
}

/* The first word that is no comment, up to a blank or punctuation. */
static struct span first_word(struct reader *r)
{
	struct span line, word;
	size_t i;

	if (!reader_line(r, &line))
		return no_span;
	word = span_word(&line);
	for (i = 1; i < word.len; i++)
		if (strchr("{};\"#", word.s[i]))
			word.len = i;
	return word;
}

/* The format, by the first word; an empty file has any. */
static enum lease_format guess(const struct reader *r)
{
	struct reader ahead = *r;
	struct span word = first_word(&ahead);

	if (!word.len)
		return LEASE_DNSMASQ;
	if (*word.s == '[')
		return LEASE_LIBVIRT;
	if (*word.s == '{')
		return lease_begins_cni(r) ? LEASE_CNI : LEASE_NETWORKD;
	if (lease_begins_isc(word))
		return LEASE_ISC;
	if (memchr(word.s, ',', word.len) || *word.s == '"')
		return LEASE_KEA;
	if (memchr(word.s, ':', word.len))
		return LEASE_ETHERS;
	if ((*word.s >= '0' && *word.s <= '9') || span_is(word, "duid"))
		return LEASE_DNSMASQ;
	return LEASE_ANY;
}

static bool unknown(struct reader *r)
{
	struct reader ahead = *r;

	(void)first_word(&ahead);
	r->line = ahead.line;
	r->out->foreign = true;
	return reader_fail(r, no_span, "this is no lease file of dnsmasq, ISC dhcpd, Kea, libvirt, systemd-networkd or CNI, and not /etc/ethers");
}

static bool parse(struct reader *r)
{
	const struct reader begin = *r;
	enum lease_format format = r->out->format;

	if (!format)
		format = guess(r);
	if (!format)
		return unknown(r);
	if (formats[format].read(r)) {
		r->out->found = format;
		r->out->end_line = r->line;
		return true;
	}
	if (r->out->format || !r->out->foreign)
		return false;
	*r = begin;
	return unknown(r);
}

/* Hosts first, by name; those of one name in the order of the file. */
static int by_host(const void *a, const void *b)
{
	const struct lease *x = a, *y = b;
	size_t len = x->host_len < y->host_len ? x->host_len : y->host_len;
	int cmp;

	if (!x->host || !y->host)
		return !x->host - !y->host;
	cmp = memcmp(x->host, y->host, len);
	if (!cmp && x->host_len != y->host_len)
		cmp = x->host_len < y->host_len ? -1 : 1;
	return cmp ? cmp : x->order < y->order ? -1 : 1;
}

static bool same_host(const struct lease *x, const struct lease *y)
{
	return x->host_len == y->host_len && !memcmp(x->host, y->host, x->host_len);
}

/* Keeps only the addresses of the last declaration of each host. */
static void settle_hosts(struct leases *leases)
{
	struct lease *list = leases->list;
	size_t i, end, hosts, n = 0, last = 0;

	if (!leases->declarations)
		return;
	qsort(list, leases->n, sizeof(*list), by_host);
	for (hosts = 0; hosts < leases->n && list[hosts].host; hosts++)
		;
	for (i = 0, end = 0; i < hosts; i++) {
		if (i == end) {
			while (end < hosts && same_host(&list[i], &list[end]))
				end++;
			last = list[end - 1].declaration;
		}
		if (list[i].declaration != last)
			continue;
		if (!list[i].nowhere)
			list[n++] = list[i];
		else if (!list[i].live && (!n || list[n - 1].declaration != last))
			leases->skipped++;
	}
	memmove(list + n, list + hosts, (leases->n - hosts) * sizeof(*list));
	leases->n -= hosts - n;
}

static int by_address(const void *a, const void *b)
{
	const struct lease *x = a, *y = b;

	if (x->address != y->address)
		return ntohl(x->address) < ntohl(y->address) ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/*
 * Keeps for each address the last lease or host, if it is live. Leases and hosts are
 * independent: the end of a lease does not end the fixed address of a host, nor the
 * other way round.
 */
void leases_settle(struct leases *leases)
{
	const struct lease *l, *live[2] = { NULL };	/* leases, hosts */
	struct lease kept;
	size_t i, n = 0;

	settle_hosts(leases);
	LIST_SORT(leases->list, leases->n, by_address);
	for (i = 0; i < leases->n; i++) {
		l = &leases->list[i];
		live[!!l->host] = l->live ? l : NULL;
		if (i + 1 < leases->n && l->address == l[1].address)
			continue;
		if (live[0] && live[1])
			kept = live[0] > live[1] ? *live[0] : *live[1];
		else if (live[0] || live[1])
			kept = live[0] ? *live[0] : *live[1];
		else
			leases->skipped++;
		if (live[0] || live[1])
			leases->list[n++] = kept;
		live[0] = NULL;
		live[1] = NULL;
	}
	leases->n = n;
}

bool leases_add(struct leases *leases, const char *data, size_t len,
		uint64_t now)
{
	struct reader r = {
		.at = data, .end = data + len, .line = 1, .now = now,
		.out = leases,
	};

	return parse(&r);
}

/*
 * A host's declaration replaces earlier ones, of which a settled list has no trace; other
 * formats are not appended to.
 */
bool leases_may_append(const struct leases *leases)
{
	return !leases->declarations &&
	       (leases->found == LEASE_KEA || leases->found == LEASE_ISC ||
		leases->found == LEASE_DNSMASQ);
}

bool leases_append(struct leases *leases, const char *data, size_t len, uint64_t now)
{
	struct reader r = {
		.at = data, .end = data + len, .line = leases->end_line, .now = now,
		.out = leases, .more = true,
	};
	struct leases before = *leases;
	size_t i;

	for (i = 0; i < leases->n; i++)
		leases->list[i].order = 0;
	if (!formats[leases->found].read(&r) || leases->declarations) {
		before.list = leases->list;
		*leases = before;
		return false;
	}
	leases->end_line = r.line;
	leases_settle(leases);
	return true;
}

bool leases_parse(struct leases *leases, const char *data, size_t len,
		  uint64_t now)
{
	memset(leases, 0, sizeof(*leases));
	if (!leases_add(leases, data, len, now))
		return false;
	leases_settle(leases);
	return true;
}

bool leases_none(const struct leases *leases)
{
	return !leases->n && !leases->skipped && !leases->unread;
}

void leases_free(struct leases *leases)
{
	free(leases->list);
	memset(leases, 0, sizeof(*leases));
}
