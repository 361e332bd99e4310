// SPDX-License-Identifier: GPL-2.0-only
/* Lease files of dnsmasq. */

#include "host/lease_reader.h"

#define LENGTH_MIN	120
#define LENGTH_END	1000000000	/* in 2001 */

/*
 * dnsmasq: EXPIRY [HWTYPE-]MAC ADDRESS NAME CLIENT-ID, HWTYPE where it is not
 * Ethernet; then, behind a line "duid DUID", the leases of IPv6.
 */

static bool dnsmasq_lladdr(struct lease *lease, struct span text)
{
	const char *dash = memchr(text.s, '-', text.len);
	size_t type = dash ? (size_t)(dash - text.s) : 0;
	uint8_t hwtype;

	if (dash) {
		if (type < 2 || type > 4 ||
		    parse_lladdr(text.s, 2, &hwtype, 1) != 1 ||
		    (type > 2 && parse_lladdr(text.s + 2, type - 2,
					      &hwtype, 1) != 1))
			return false;
		text.s += type + 1;
		text.len -= type + 1;
	}
	return lease_take_lladdr(lease, text);
}

/*
 * Whether the time does not say when the lease ends: 0 is for ever. A dnsmasq that was
 * built for hosts without a clock writes the length of the lease, which is two minutes
 * or more; then the lease ends when it leaves the file.
 */
static bool is_unknown(uint64_t expiry)
{
	return !expiry || (expiry >= LENGTH_MIN && expiry < LENGTH_END);
}

static bool dnsmasq_line(struct reader *r, struct span line)
{
	struct lease lease = { .live = true, .line = r->line };
	struct span words[6];
	uint64_t expiry;
	bool skip;
	int n;

	for (n = 0; n < 6; n++) {
		words[n] = span_word(&line);
		if (!words[n].len)
			break;
	}
	if (n == 2 && span_is(words[0], "duid"))
		return true;
	if (n != 5)
		return reader_fail(r, no_span, "a lease of dnsmasq has 5 words, here are %s%d",
			    n > 5 ? "more than " : "", n > 5 ? 5 : n);
	if (!parse_u64(words[0].s, words[0].len, &expiry))
		return reader_fail(r, words[0], "expected the time of expiry");
	if (!lease_take_address(&lease, words[2], &skip))
		return reader_fail(r, words[2], "expected an address");
	if (skip) {
		r->out->skipped++;
		return true;
	}
	if (!dnsmasq_lladdr(&lease, words[1]))
		return reader_fail(r, words[1], "expected a hardware address");
	lease.expiry = is_unknown(expiry) ? LEASE_FOREVER : expiry;
	if (lease.expiry <= r->now)
		lease.live = false;
	return reader_add(r, &lease);
}

bool lease_read_dnsmasq(struct reader *r)
{
	struct span line;

	for (; reader_line(r, &line); r->line++)
		if (!dnsmasq_line(r, line))
			return false;
	return true;
}
