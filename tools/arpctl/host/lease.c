// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lease files of dnsmasq, ISC dhcpd and Kea, read as their servers write them.
 *
 * In all three, a later lease of an address replaces an earlier one, also if it says
 * that the address is free.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "host/lease.h"

/* A part of the file, which is not NUL-terminated and may have NULs in it. */
struct span {
	const char *s;
	size_t len;
};

struct reader {
	const char *at;
	const char *end;
	unsigned long line;
	uint64_t now;
	struct leases *out;
};

static bool span_is(struct span span, const char *text)
{
	return span.s && span.len == strlen(text) &&
	       !memcmp(span.s, text, span.len);
}

/* How many bytes of it are printed. */
static int span_width(struct span span)
{
	return span.len < 64 ? (int)span.len : 64;
}

/* Replaces all characters that a terminal would interpret. */
static void make_safe(char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
}

/* Counts an entry that may contain an address and is not understood. */
static void unread(struct reader *r, struct span span)
{
	struct leases *out = r->out;

	if (out->unread++)
		return;
	out->unread_line = r->line;
	snprintf(out->unread_text, sizeof(out->unread_text), "%.*s",
		 span_width(span), span.s);
	make_safe(out->unread_text);
}

/* Ends the parsing with a message; the span is quoted from the file. */
__attribute__((format(printf, 3, 4)))
static bool fail(struct reader *r, struct span span, const char *fmt, ...)
{
	struct leases *out = r->out;
	va_list ap;
	size_t len;

	out->line = r->line;
	va_start(ap, fmt);
	vsnprintf(out->message, sizeof(out->message), fmt, ap);
	va_end(ap);
	if (!span.s)
		return false;
	len = strlen(out->message);
	snprintf(out->message + len, sizeof(out->message) - len, ", not \"%.*s\"",
		 span_width(span), span.s);
	make_safe(out->message + len);
	return false;
}

static const struct span nothing = { NULL, 0 };

static bool add(struct reader *r, const struct lease *lease)
{
	struct leases *out = r->out;
	struct lease *added = LIST_ADD(out->list, out->n);

	if (!added) {
		out->line = 0;
		snprintf(out->message, sizeof(out->message), "%s",
			 strerror(ENOMEM));
		return false;
	}
	*added = *lease;
	added->order = out->n - 1;
	added->file = out->file;
	return true;
}

/*
 * Takes a hardware address into the lease. One that is empty, all zeroes, a
 * group's or not as long as Ethernet's cannot be bound. Return: whether it is
 * a hardware address at all.
 */
static bool take_lladdr(struct lease *lease, struct span text)
{
	static const uint8_t none[LLADDR_LEN];
	int len = 0;

	if (text.len)
		len = parse_lladdr(text.s, text.len, lease->lladdr,
				   sizeof(lease->lladdr));
	if (len != LLADDR_LEN || (lease->lladdr[0] & 1) ||
	    !memcmp(lease->lladdr, none, LLADDR_LEN))
		lease->live = false;
	return len >= 0;
}

/* Takes an address; sets *skip for IPv6, which has no ARP. */
static bool take_address(struct lease *lease, struct span text, bool *skip)
{
	char buf[INET6_ADDRSTRLEN];
	struct in6_addr in6;

	*skip = false;
	if (!text.len)
		return false;
	if (parse_address(text.s, text.len, &lease->address))
		return true;
	if (text.len >= sizeof(buf) || memchr(text.s, '\0', text.len))
		return false;
	memcpy(buf, text.s, text.len);
	buf[text.len] = '\0';
	*skip = inet_pton(AF_INET6, buf, &in6) == 1;
	return *skip;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * The next line that is neither empty nor a comment, without the blanks around it;
 * false at the end of the file.
 */
static bool next_line(struct reader *r, struct span *line)
{
	const char *s, *end;

	for (; r->at < r->end; r->line++) {
		s = r->at;
		end = memchr(s, '\n', (size_t)(r->end - s));
		r->at = end ? end + 1 : r->end;
		if (!end)
			end = r->end;
		while (s < end && is_blank(*s))
			s++;
		while (s < end && is_blank(end[-1]))
			end--;
		if (s < end && *s != '#') {
			*line = (struct span){ s, (size_t)(end - s) };
			return true;
		}
	}
	return false;
}

/* The next word of a line; empty at the end of the line. */
static struct span next_word(struct span *line)
{
	struct span word;

	while (line->len && is_blank(*line->s)) {
		line->s++;
		line->len--;
	}
	word = *line;
	while (line->len && !is_blank(*line->s)) {
		line->s++;
		line->len--;
	}
	word.len = (size_t)(line->s - word.s);
	return word;
}

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
	return take_lladdr(lease, text);
}

static bool dnsmasq_line(struct reader *r, struct span line)
{
	struct lease lease = { .live = true, .line = r->line };
	struct span words[6];
	uint64_t expiry;
	bool skip;
	int n;

	for (n = 0; n < 6; n++) {
		words[n] = next_word(&line);
		if (!words[n].len)
			break;
	}
	if (n == 2 && span_is(words[0], "duid"))
		return true;
	if (n != 5)
		return fail(r, nothing, "a lease of dnsmasq has 5 words, here are %s%d",
			    n > 5 ? "more than " : "", n > 5 ? 5 : n);
	if (!parse_u64(words[0].s, words[0].len, &expiry))
		return fail(r, words[0], "expected the time of expiry");
	if (!take_address(&lease, words[2], &skip))
		return fail(r, words[2], "expected an address");
	if (skip) {
		r->out->skipped++;
		return true;
	}
	if (!dnsmasq_lladdr(&lease, words[1]))
		return fail(r, words[1], "expected a hardware address");
	lease.expiry = expiry ? expiry : LEASE_FOREVER;
	if (lease.expiry <= r->now)
		lease.live = false;
	return add(r, &lease);
}

static bool dnsmasq(struct reader *r)
{
	struct span line;

	for (; next_line(r, &line); r->line++)
		if (!dnsmasq_line(r, line))
			return false;
	return true;
}

/* Kea: a line with the names of the columns, then one a lease. */

enum kea_column { ADDRESS, HWADDR, LIFETIME, EXPIRE, STATE, KEA_COLUMNS };

static const struct {
	const char *name;
	bool needed;		/* not in all versions of Kea */
} kea_columns[KEA_COLUMNS] = {
	[ADDRESS] = { "address", true },
	[HWADDR] = { "hwaddr", true },
	[LIFETIME] = { "valid_lifetime", false },
	[EXPIRE] = { "expire", true },
	[STATE] = { "state", false },
};

#define KEA_FOREVER UINT32_MAX

/*
 * Takes a field off the line, with what is behind it; line->s is NULL after
 * the last. Kea writes a comma within a field as &#x2c; quotes are for files
 * that passed through other hands. No column of ours has either inside.
 */
static bool next_field(struct span *line, struct span *field)
{
	const char *s = line->s, *end = line->s + line->len;

	if (s < end && *s == '"') {
		for (s++; s < end && (*s != '"' || (s + 1 < end && s[1] == '"'));
		     s++)
			if (*s == '"')
				s++;
		if (s == end)
			return false;
		field->s = line->s + 1;
		field->len = (size_t)(s - field->s);
		s++;
		if (s < end && *s != ',')
			return false;
	} else {
		while (s < end && *s != ',')
			s++;
		field->s = line->s;
		field->len = (size_t)(s - field->s);
	}
	line->s = s < end ? s + 1 : NULL;
	line->len = s < end ? (size_t)(end - s - 1) : 0;
	return true;
}

static bool kea_header(struct reader *r, struct span line,
		       size_t where[KEA_COLUMNS], size_t *columns)
{
	struct span field;
	int c;

	for (c = 0; c < KEA_COLUMNS; c++)
		where[c] = SIZE_MAX;
	for (*columns = 0; line.s; (*columns)++) {
		if (!next_field(&line, &field))
			return fail(r, nothing, "unterminated quote");
		for (c = 0; c < KEA_COLUMNS; c++)
			if (where[c] == SIZE_MAX &&
			    span_is(field, kea_columns[c].name))
				where[c] = *columns;
	}
	for (c = 0; c < KEA_COLUMNS; c++)
		if (where[c] == SIZE_MAX && kea_columns[c].needed)
			return fail(r, nothing, "no column is named \"%s\"",
				    kea_columns[c].name);
	return true;
}

static bool kea_lease(struct reader *r, const struct span fields[KEA_COLUMNS])
{
	struct lease lease = { .live = true, .line = r->line };
	uint64_t lifetime = 1, expire, state = 0;
	bool skip;

	if (!take_address(&lease, fields[ADDRESS], &skip))
		return fail(r, fields[ADDRESS], "expected an address");
	if (skip) {
		r->out->skipped++;
		return true;
	}
	if (!take_lladdr(&lease, fields[HWADDR]))
		return fail(r, fields[HWADDR], "expected a hardware address");
	if (!parse_u64(fields[EXPIRE].s, fields[EXPIRE].len, &expire))
		return fail(r, fields[EXPIRE], "expected the time of expiry");
	if (fields[LIFETIME].s &&
	    !parse_u64(fields[LIFETIME].s, fields[LIFETIME].len, &lifetime))
		return fail(r, fields[LIFETIME], "expected a lifetime");
	if (fields[STATE].s &&
	    !parse_u64(fields[STATE].s, fields[STATE].len, &state))
		return fail(r, fields[STATE], "expected the number of a state");
	lease.expiry = lifetime == KEA_FOREVER ? LEASE_FOREVER : expire;
	/* A lease that Kea deleted is written once more with lifetime 0. */
	if (state || !lifetime || lease.expiry <= r->now)
		lease.live = false;
	return add(r, &lease);
}

static bool kea(struct reader *r)
{
	size_t where[KEA_COLUMNS] = { 0 }, columns = 0, n;
	struct span line, field, all;
	int c;

	r->out->kea = true;
	if (next_line(r, &line) && !kea_header(r, line, where, &columns))
		return false;
	for (r->line++; next_line(r, &line); r->line++) {
		struct span fields[KEA_COLUMNS] = { { NULL, 0 } };

		all = line;
		for (n = 0; line.s; n++) {
			if (!next_field(&line, &field))
				return fail(r, nothing, "unterminated quote");
			for (c = 0; c < KEA_COLUMNS; c++)
				if (where[c] == n)
					fields[c] = field;
		}
		/* Files of several versions, concatenated. */
		if (span_is(fields[ADDRESS], kea_columns[ADDRESS].name)) {
			if (!kea_header(r, all, where, &columns))
				return false;
			continue;
		}
		if (n != columns)
			return fail(r, nothing, "%zu fields, but the first line names %zu",
				    n, columns);
		if (!kea_lease(r, fields))
			return false;
	}
	return true;
}

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
		return fail(r, nothing, "unterminated quote");
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
		return fail(r, nothing, "expected %s, not the end of the file",
			    wanted);
	return fail(r, t->text, "expected %s", wanted);
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
			return fail(r, nothing, "a statement does not end");
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
	if (t.type != TOKEN_WORD || !take_lladdr(lease, t.text))
		return unexpected(r, &t, "a hardware address");
	*known = span_is(type.text, "ethernet");
	return expect(r, ';', "\";\"");
}

static bool isc_lease(struct reader *r)
{
	struct lease lease = {
		.live = true, .line = r->line, .expiry = LEASE_FOREVER,
	};
	bool known = false;
	struct token t;

	if (!next_isc_word(r, &t, "an address"))
		return false;
	if (!parse_address(t.text.s, t.text.len, &lease.address))
		return unexpected(r, &t, "an address");
	if (!expect(r, '{', "\"{\""))
		return false;
	for (;;) {
		bool ok;

		if (!next_token(r, &t))
			return false;
		if (t.type == TOKEN_END) {
			r->line = lease.line;
			return fail(r, nothing, "the lease that begins here does not end");
		}
		if (is_a(&t, '}'))
			break;
		if (is_a(&t, ';'))
			continue;
		if (t.type != TOKEN_WORD)
			return unexpected(r, &t, "a statement");
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
	return add(r, &lease);
}

/* One of a host's addresses, which may be a name for the resolver. */
static bool isc_fixed_address(struct reader *r, struct lease *host,
			      struct span text)
{
	bool skip;

	if (!text.len)
		return true;
	if (!take_address(host, text, &skip)) {
		unread(r, text);
		return true;
	}
	if (skip) {
		r->out->skipped++;
		return true;
	}
	return add(r, host);
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
		if (!next_token(r, &t))
			return false;
		if (t.type == TOKEN_END) {
			r->line = line;
			return fail(r, nothing, "the host that begins here does not end");
		}
		if (is_a(&t, '}'))
			break;
		if (is_a(&t, ';'))
			continue;
		if (t.type != TOKEN_WORD)
			return unexpected(r, &t, "a statement");
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
	return add(r, &host);
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

/* Whether dhcpd begins a statement with it, also for IPv6. */
static bool is_isc(const struct token *t)
{
	static const char *const words[] = {
		"authoring-byte-order", "class", "failover", "group", "host",
		"ia-na", "ia-pd", "ia-ta", "lease", "server-duid", "subclass",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (t->type == TOKEN_WORD && span_is(t->text, words[i]))
			return true;
	return false;
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
		unread(r, t->text);
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

static bool isc(struct reader *r)
{
	unsigned long line = r->line;
	size_t groups = 0;
	struct token t;

	for (;;) {
		if (!next_token(r, &t))
			return false;
		if (t.type == TOKEN_END && groups) {
			r->line = line;
			return fail(r, nothing, "the group that begins here does not end");
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

/* The format, by the first word that is no comment; what is empty has any. */
static bool parse(struct reader *r)
{
	struct reader ahead = *r;
	struct token t;

	if (!next_token(&ahead, &t))
		return false;
	if (t.type == TOKEN_END)
		return true;
	if (is_isc(&t))
		return isc(r);
	if (memchr(t.text.s, ',', t.text.len) || t.type == TOKEN_STRING)
		return kea(r);
	if ((*t.text.s >= '0' && *t.text.s <= '9') || span_is(t.text, "duid"))
		return dnsmasq(r);
	r->line = ahead.line;
	return fail(r, nothing, "this is no lease file of dnsmasq, ISC dhcpd or Kea");
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
