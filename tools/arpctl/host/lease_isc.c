// SPDX-License-Identifier: GPL-2.0-only
/* Lease files of ISC dhcpd, dhcpd.leases, with the hosts that were declared at run time. */

#include "host/lease_reader.h"

/*
 * ISC dhcpd: lease ADDRESS { STATEMENT; ... }, and other records. These include hosts
 * that were declared through OMAPI, also within groups:
 * host NAME { hardware ethernet MAC; fixed-address ADDRESS[, ADDRESS ...]; }
 */

enum token_type { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_PUNCT };

struct token {
	enum token_type type;
	struct span text;	/* of punctuation, the character */
};

static bool is_punct(char c)
{
	return c == '{' || c == '}' || c == ';';
}

static bool next_string(struct reader *r, struct token *t)
{
	unsigned long line = r->line;

	t->type = TOKEN_STRING;
	t->text.s = ++r->at;
	for (; r->at < r->end && *r->at != '"'; r->at++) {
		if (*r->at == '\\' && r->at + 1 < r->end)
			r->at++;
		if (*r->at == '\n')
			r->line++;
	}
	if (r->at == r->end) {
		r->line = line;
		return reader_fail(r, no_span, "unterminated quote");
	}
	t->text.len = (size_t)(r->at++ - t->text.s);
	return true;
}

static bool next_token(struct reader *r, struct token *t)
{
	bool comment = false;

	for (; r->at < r->end; r->at++) {
		if (*r->at == '\n') {
			r->line++;
			comment = false;
		} else if (*r->at == '#') {
			comment = true;
		} else if (!comment && !is_blank(*r->at)) {
			break;
		}
	}
	t->type = TOKEN_END;
	t->text = (struct span){ r->at, 0 };
	if (r->at == r->end)
		return true;
	if (*r->at == '"')
		return next_string(r, t);
	t->type = is_punct(*r->at) ? TOKEN_PUNCT : TOKEN_WORD;
	do
		r->at++;
	while (t->type == TOKEN_WORD && r->at < r->end && !is_blank(*r->at) &&
	       !is_punct(*r->at) && *r->at != '"' && *r->at != '#');
	t->text.len = (size_t)(r->at - t->text.s);
	return true;
}

static bool is_a(const struct token *t, char punct)
{
	return t->type == TOKEN_PUNCT && *t->text.s == punct;
}

static bool unexpected(struct reader *r, const struct token *t,
		       const char *wanted)
{
	if (t->type == TOKEN_END)
		return reader_fail(r, no_span, "expected %s, not the end of the file",
			    wanted);
	return reader_fail(r, t->text, "expected %s", wanted);
}

static bool next_isc_word(struct reader *r, struct token *t, const char *wanted)
{
	if (!next_token(r, t))
		return false;
	return t->type == TOKEN_WORD || unexpected(r, t, wanted);
}

static bool expect(struct reader *r, char punct, const char *wanted)
{
	struct token t;

	return next_token(r, &t) && (is_a(&t, punct) || unexpected(r, &t, wanted));
}

/* Skips the rest of a statement: up to a semicolon, or a block in braces. */
static bool skip_statement(struct reader *r)
{
	unsigned long line = r->line;
	size_t depth = 0;
	struct token t;

	for (;;) {
		if (!next_token(r, &t))
			return false;
		if (t.type == TOKEN_END) {
			r->line = line;
			return reader_fail(r, no_span, "a statement does not end");
		}
		if (is_a(&t, ';') && !depth)
			return true;
		if (is_a(&t, '{'))
			depth++;
		if (is_a(&t, '}') && !depth)
			return unexpected(r, &t, "\";\"");
		if (is_a(&t, '}') && !--depth)
			return true;
	}
}

/* Three numbers with a separator between, as in dates and times. */
static bool parse_triple(struct span text, char sep, uint64_t n[3])
{
	const char *at = text.s, *end = text.s + text.len;
	int i, digits;

	for (i = 0; i < 3; i++) {
		if (i && (at == end || *at++ != sep))
			return false;
		n[i] = 0;
		for (digits = 0; at < end && *at >= '0' && *at <= '9'; digits++)
			n[i] = n[i] * 10 + (uint64_t)(*at++ - '0');
		if (!digits || digits > 4)
			return false;
	}
	return at == end;
}

/* Seconds since 1970 of a date, Gregorian and in UTC. */
static bool parse_date(struct span date, struct span time, uint64_t *seconds)
{
	uint64_t d[3], t[3], year, month, days;

	if (!parse_triple(date, '/', d) || !parse_triple(time, ':', t) ||
	    d[0] < 1970 || d[1] < 1 || d[1] > 12 || d[2] < 1 || d[2] > 31 ||
	    t[0] > 23 || t[1] > 59 || t[2] > 60)
		return false;
	/* Counted from March, so that the leap day comes last. */
	year = d[1] > 2 ? d[0] : d[0] - 1;
	month = (d[1] + 9) % 12;
	days = year * 365 + year / 4 - year / 100 + year / 400 +
	       (month * 153 + 2) / 5 + d[2] - 1 - 719468;
	*seconds = ((days * 24 + t[0]) * 60 + t[1]) * 60 + t[2];
	return true;
}

/* never | epoch SECONDS | WEEKDAY DATE TIME */
static bool isc_ends(struct reader *r, uint64_t *ends)
{
	struct token t, date;
	uint64_t weekday;

	if (!next_isc_word(r, &t, "a time"))
		return false;
	if (span_is(t.text, "never")) {
		*ends = LEASE_FOREVER;
	} else if (span_is(t.text, "epoch")) {
		if (!next_isc_word(r, &t, "a time"))
			return false;
		if (!parse_u64(t.text.s, t.text.len, ends))
			return unexpected(r, &t, "seconds since 1970");
	} else {
		if (!parse_u64(t.text.s, t.text.len, &weekday) || weekday > 6)
			return unexpected(r, &t, "never, epoch, or a day of the week from 0 to 6");
		if (!next_isc_word(r, &date, "a date") ||
		    !next_isc_word(r, &t, "a time"))
			return false;
		if (!parse_date(date.text, t.text, ends)) {
			date.text.len = (size_t)(t.text.s + t.text.len -
						 date.text.s);
			return unexpected(r, &date, "a date and time such as 2030/12/31 23:59:59");
		}
	}
	return expect(r, ';', "\";\"");
}

static bool isc_state(struct reader *r, struct lease *lease)
{
	static const char *const others[] = {
		"free", "expired", "released", "abandoned", "reset", "backup",
		"reserved", "bootp",
	};
	struct token t;
	size_t i;

	if (!next_isc_word(r, &t, "\"state\""))
		return false;
	if (!span_is(t.text, "state"))
		return unexpected(r, &t, "\"state\"");
	if (!next_isc_word(r, &t, "a state"))
		return false;
	if (!span_is(t.text, "active")) {
		lease->live = false;
		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if (span_is(t.text, others[i]))
				break;
		if (i == sizeof(others) / sizeof(others[0]))
			return unexpected(r, &t, "a state such as active or free");
	}
	return expect(r, ';', "\";\"");
}

static bool isc_hardware(struct reader *r, struct lease *lease, bool *known)
{
	struct token type, t;

	if (!next_isc_word(r, &type, "a kind of hardware"))
		return false;
	/* A hardware type that is unknown may have no address. */
	if (!next_token(r, &t))
		return false;
	if (is_a(&t, ';') && !span_is(type.text, "ethernet"))
		return true;
	if (t.type != TOKEN_WORD || !lease_take_lladdr(lease, t.text))
		return unexpected(r, &t, "a hardware address");
	*known = span_is(type.text, "ethernet");
	return expect(r, ';', "\";\"");
}

/*
 * The first word of the next statement in a lease or a host, or the brace that ends it.
 * line: where it begins
 */
static bool next_in_braces(struct reader *r, unsigned long line, const char *what,
			   struct token *t)
{
	do {
		if (!next_token(r, t))
			return false;
		if (t->type == TOKEN_END) {
			r->line = line;
			return reader_fail(r, no_span, "the %s that begins here does not end",
					   what);
		}
	} while (is_a(t, ';'));
	if (t->type != TOKEN_WORD && !is_a(t, '}'))
		return unexpected(r, t, "a statement");
	return true;
}

static bool isc_lease(struct reader *r)
{
	struct lease lease = {
		.live = true, .line = r->line, .expiry = LEASE_FOREVER,
	};
	bool known = false, ok;
	struct token t;

	if (!next_isc_word(r, &t, "an address"))
		return false;
	if (!parse_address(t.text.s, t.text.len, &lease.address))
		return unexpected(r, &t, "an address");
	if (!expect(r, '{', "\"{\""))
		return false;
	for (;;) {
		if (!next_in_braces(r, lease.line, "lease", &t))
			return false;
		if (is_a(&t, '}'))
			break;
		if (span_is(t.text, "ends")) {
			ok = isc_ends(r, &lease.expiry);
		} else if (span_is(t.text, "binding")) {
			ok = isc_state(r, &lease);
		} else if (span_is(t.text, "hardware")) {
			ok = isc_hardware(r, &lease, &known);
		} else {
			if (span_is(t.text, "abandoned"))
				lease.live = false;
			ok = skip_statement(r);
		}
		if (!ok)
			return false;
	}
	if (!known || lease.expiry <= r->now)
		lease.live = false;
	return reader_add(r, &lease);
}

/* One of a host's addresses, which may be a name for the resolver. */
static bool isc_fixed_address(struct reader *r, struct lease *host,
			      struct span text)
{
	bool skip;

	if (!text.len)
		return true;
	if (!lease_take_address(host, text, &skip)) {
		reader_unread(r, text);
		return true;
	}
	if (skip) {
		r->out->skipped++;
		return true;
	}
	return reader_add(r, host);
}

/* ADDRESS[, ADDRESS ...]; */
static bool isc_fixed_addresses(struct reader *r, struct lease *host)
{
	struct span address;
	const char *comma;
	struct token t;

	for (;;) {
		if (!next_token(r, &t))
			return false;
		if (is_a(&t, ';'))
			return true;
		if (t.type != TOKEN_WORD)
			return unexpected(r, &t, "an address");
		do {
			address = t.text;
			comma = memchr(t.text.s, ',', t.text.len);
			if (comma) {
				address.len = (size_t)(comma - t.text.s);
				t.text.len -= address.len + 1;
				t.text.s = comma + 1;
			}
			if (!isc_fixed_address(r, host, address))
				return false;
		} while (comma);
	}
}

/* The statements of a host. Return: whether they parse. */
static bool isc_host_body(struct reader *r, struct lease *host)
{
	bool known = false, deleted = false, ok;
	unsigned long line = r->line;
	struct token t;

	for (;;) {
		if (!next_in_braces(r, line, "host", &t))
			return false;
		if (is_a(&t, '}'))
			break;
		if (span_is(t.text, "hardware")) {
			ok = isc_hardware(r, host, &known);
		} else if (span_is(t.text, "fixed-address")) {
			ok = isc_fixed_addresses(r, host);
		} else {
			deleted |= span_is(t.text, "deleted");
			ok = skip_statement(r);
		}
		if (!ok)
			return false;
	}
	host->live &= known && !deleted;
	return true;
}

static bool isc_host(struct reader *r)
{
	struct leases *out = r->out;
	struct lease host = {
		.live = true, .line = r->line, .expiry = LEASE_FOREVER,
		.declaration = ++out->declarations,
	};
	size_t first = out->n, had = out->unread;
	struct token t;

	if (!next_token(r, &t))
		return false;
	if (t.type != TOKEN_WORD && t.type != TOKEN_STRING)
		return unexpected(r, &t, "a host's name");
	host.host = t.text.s;
	host.host_len = t.text.len;
	if (!expect(r, '{', "\"{\"") || !isc_host_body(r, &host))
		return false;
	/* The hardware statement may follow the addresses. */
	for (; first < out->n; first++) {
		out->list[first].live = host.live;
		memcpy(out->list[first].lladdr, host.lladdr, LLADDR_LEN);
	}
	host.nowhere = true;
	/* A declaration without an address replaces an earlier one, too. */
	host.live = out->unread != had;
	return reader_add(r, &host);
}

/* group [NAME] {, up to its first statement. */
static bool isc_group(struct reader *r)
{
	struct token t;

	if (!next_token(r, &t))
		return false;
	if (is_a(&t, '{'))
		return true;
	if (t.type != TOKEN_WORD && t.type != TOKEN_STRING)
		return unexpected(r, &t, "a group's name or \"{\"");
	return expect(r, '{', "\"{\"");
}

bool lease_begins_isc(struct span word)
{
	static const char *const words[] = {
		"authoring-byte-order", "class", "failover", "group", "host",
		"ia-na", "ia-pd", "ia-ta", "lease", "server-duid", "subclass",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_is(word, words[i]))
			return true;
	return false;
}

/* Whether a statement of dhcpd can begin with the word. */
static bool is_isc(const struct token *t)
{
	return t->type == TOKEN_WORD && lease_begins_isc(t->text);
}

/* Whether the rest of the statement contains a block in braces. */
static bool has_block(const struct reader *r)
{
	struct reader ahead = *r;
	struct token t;

	do
		if (!next_token(&ahead, &t))
			return false;
	while (t.type != TOKEN_END && !is_a(&t, ';') && !is_a(&t, '{'));
	return is_a(&t, '{');
}

/* Other statements: IPv6 leases, and statements without an address. */
static bool isc_other(struct reader *r, const struct token *t, bool in_group)
{
	if (span_is(t->text, "ia-na") || span_is(t->text, "ia-ta") ||
	    span_is(t->text, "ia-pd"))
		r->out->skipped++;
	else if (in_group && !is_isc(t) && has_block(r))
		reader_unread(r, t->text);
	return skip_statement(r);
}

/* A statement whose first word has been read. */
static bool isc_statement(struct reader *r, const struct token *t,
			  size_t *groups)
{
	if (t->type != TOKEN_WORD || (!*groups && !is_isc(t)))
		return unexpected(r, t, "\"lease\"");
	if (span_is(t->text, "lease"))
		return isc_lease(r);
	if (span_is(t->text, "host"))
		return isc_host(r);
	if (span_is(t->text, "group")) {
		++*groups;
		return isc_group(r);
	}
	return isc_other(r, t, *groups);
}

bool lease_read_isc(struct reader *r)
{
	unsigned long line = r->line;
	size_t groups = 0;
	struct token t;

	for (;;) {
		if (!next_token(r, &t))
			return false;
		if (t.type == TOKEN_END && groups) {
			r->line = line;
			return reader_fail(r, no_span, "the group that begins here does not end");
		}
		if (t.type == TOKEN_END)
			return true;
		if (!groups)
			line = r->line;
		if (is_a(&t, ';'))
			continue;
		if (is_a(&t, '}') && groups)
			groups--;
		else if (!isc_statement(r, &t, &groups))
			return false;
	}
}
