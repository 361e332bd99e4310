// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lease files of dnsmasq, ISC dhcpd and Kea, read as their servers write them.
 *
 * In all three a later lease of an address takes the place of an earlier one,
 * also if it says that the address is free again.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lease.h"

#define NEVER UINT64_MAX

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
	return span.len == strlen(text) && !memcmp(span.s, text, span.len);
}

/* Ends the parsing, with a message of which %s is what the file says. */
__attribute__((format(printf, 3, 4)))
static bool fail(struct reader *r, struct span span, const char *fmt, ...)
{
	struct leases *out = r->out;
	size_t len, i;
	va_list ap;

	out->line = r->line;
	va_start(ap, fmt);
	vsnprintf(out->message, sizeof(out->message), fmt, ap);
	va_end(ap);
	if (!span.s)
		return false;
	len = strlen(out->message);
	snprintf(out->message + len, sizeof(out->message) - len, ", not \"%.*s\"",
		 span.len < 64 ? (int)span.len : 64, span.s);
	for (i = len; out->message[i]; i++)
		if (out->message[i] < 0x20 || out->message[i] > 0x7e)
			out->message[i] = '?';
	return false;
}

static const struct span nothing = { NULL, 0 };

static bool add(struct reader *r, const struct lease *lease)
{
	struct leases *out = r->out;
	size_t size = out->size ? out->size * 2 : 64;
	struct lease *list;

	if (out->n == out->size) {
		list = reallocarray(out->list, size, sizeof(*list));
		if (!list) {
			out->line = 0;
			snprintf(out->message, sizeof(out->message), "%s",
				 strerror(ENOMEM));
			return false;
		}
		out->list = list;
		out->size = size;
	}
	out->list[out->n] = *lease;
	out->list[out->n].order = out->n;
	out->n++;
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

/* Takes an address; of IPv6, which ARP knows nothing of, *skip tells. */
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
 * The next line that has something on it and is no comment, without the blanks
 * around it; false at the end of the file.
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

/* The next word of a line, empty at its end. */
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
	if (expiry && expiry <= r->now)
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
			return fail(r, nothing, "a quote does not end");
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
	/* A lease that Kea deleted is written once more with lifetime 0. */
	if (state || !lifetime ||
	    (lifetime != KEA_FOREVER && expire <= r->now))
		lease.live = false;
	return add(r, &lease);
}

static bool kea(struct reader *r)
{
	size_t where[KEA_COLUMNS] = { 0 }, columns = 0, n;
	struct span line, field;
	int c;

	if (next_line(r, &line) && !kea_header(r, line, where, &columns))
		return false;
	for (r->line++; next_line(r, &line); r->line++) {
		struct span fields[KEA_COLUMNS] = { { NULL, 0 } };

		for (n = 0; line.s; n++) {
			if (!next_field(&line, &field))
				return fail(r, nothing, "a quote does not end");
			for (c = 0; c < KEA_COLUMNS; c++)
				if (where[c] == n)
					fields[c] = field;
		}
		if (n != columns)
			return fail(r, nothing, "%zu fields, but the first line names %zu",
				    n, columns);
		if (!kea_lease(r, fields))
			return false;
	}
	return true;
}

/* ISC dhcpd: lease ADDRESS { STATEMENT; ... }, and what else it remembers. */

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
		return fail(r, nothing, "a quote does not end");
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
		*ends = NEVER;
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
	/* Of an unknown kind there may be no address. */
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
	struct lease lease = { .live = true, .line = r->line };
	uint64_t ends = NEVER;
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
			ok = isc_ends(r, &ends);
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
	if (!known || ends <= r->now)
		lease.live = false;
	return add(r, &lease);
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

static bool isc(struct reader *r)
{
	struct token t;

	for (;;) {
		if (!next_token(r, &t))
			return false;
		if (t.type == TOKEN_END)
			return true;
		if (is_a(&t, ';'))
			continue;
		if (!is_isc(&t))
			return unexpected(r, &t, "\"lease\"");
		if (!(span_is(t.text, "lease") ? isc_lease(r) : skip_statement(r)))
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

static int by_address(const void *a, const void *b)
{
	const struct lease *x = a, *y = b;

	if (x->address != y->address)
		return ntohl(x->address) < ntohl(y->address) ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Leaves the last lease of each address, if it is live. */
static void settle(struct leases *leases)
{
	size_t i, n = 0;

	if (leases->n)
		qsort(leases->list, leases->n, sizeof(*leases->list), by_address);
	for (i = 0; i < leases->n; i++) {
		if (i + 1 < leases->n &&
		    leases->list[i].address == leases->list[i + 1].address)
			continue;
		if (leases->list[i].live)
			leases->list[n++] = leases->list[i];
		else
			leases->skipped++;
	}
	leases->n = n;
}

bool leases_parse(struct leases *leases, const char *data, size_t len,
		  uint64_t now)
{
	struct reader r = {
		.at = data, .end = data + len, .line = 1, .now = now,
		.out = leases,
	};

	memset(leases, 0, sizeof(*leases));
	if (!parse(&r))
		return false;
	settle(leases);
	return true;
}

void leases_free(struct leases *leases)
{
	free(leases->list);
	memset(leases, 0, sizeof(*leases));
}
