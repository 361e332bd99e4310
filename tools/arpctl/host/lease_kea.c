// SPDX-License-Identifier: GPL-2.0-only
/* Lease files of Kea, in CSV. */

#include "host/lease_reader.h"

/* Kea: a line with the names of the columns, then one a lease. */

enum kea_column { ADDRESS, HWADDR, LIFETIME, EXPIRE, STATE, KEA_COLUMNS };

_Static_assert(KEA_COLUMNS == LEASE_KEA_COLUMNS, "lease.h has another number of columns");

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

/* Columns behind these are not looked for. */
#define FIELDS_MAX 64

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
			return reader_fail(r, no_span, "unterminated quote");
		for (c = 0; c < KEA_COLUMNS; c++)
			if (where[c] == SIZE_MAX && *columns < FIELDS_MAX &&
			    span_is(field, kea_columns[c].name))
				where[c] = *columns;
	}
	for (c = 0; c < KEA_COLUMNS; c++)
		if (where[c] == SIZE_MAX && kea_columns[c].needed)
			return reader_fail(r, no_span, "no column is named \"%s\"",
				    kea_columns[c].name);
	return true;
}

static bool kea_lease(struct reader *r, const struct span fields[KEA_COLUMNS])
{
	struct lease lease = { .live = true, .line = r->line };
	uint64_t lifetime = 1, expire, state = 0;
	bool skip;

	if (!lease_take_address(&lease, fields[ADDRESS], &skip))
		return reader_fail(r, fields[ADDRESS], "expected an address");
	if (skip) {
		r->out->skipped++;
		return true;
	}
	if (!lease_take_lladdr(&lease, fields[HWADDR]))
		return reader_fail(r, fields[HWADDR], "expected a hardware address");
	if (!parse_u64(fields[EXPIRE].s, fields[EXPIRE].len, &expire))
		return reader_fail(r, fields[EXPIRE], "expected the time of expiry");
	if (fields[LIFETIME].s &&
	    !parse_u64(fields[LIFETIME].s, fields[LIFETIME].len, &lifetime))
		return reader_fail(r, fields[LIFETIME], "expected a lifetime");
	if (fields[STATE].s &&
	    !parse_u64(fields[STATE].s, fields[STATE].len, &state))
		return reader_fail(r, fields[STATE], "expected the number of a state");
	lease.expiry = lifetime == KEA_FOREVER ? LEASE_FOREVER : expire;
	/* A lease that Kea deleted is written once more with lifetime 0. */
	if (state || !lifetime || lease.expiry <= r->now)
		lease.live = false;
	return reader_add(r, &lease);
}

/* Return: the number of fields; 0: a quote does not end. */
static size_t split(struct span line, const size_t where[KEA_COLUMNS],
		    struct span fields[KEA_COLUMNS])
{
	struct span all[FIELDS_MAX], more;
	size_t n;
	int c;

	for (n = 0; line.s; n++)
		if (!next_field(&line, n < FIELDS_MAX ? &all[n] : &more))
			return 0;
	for (c = 0; c < KEA_COLUMNS; c++)
		fields[c] = where[c] < n ? all[where[c]] : no_span;
	return n;
}

bool lease_read_kea(struct reader *r)
{
	size_t *where = r->out->kea_where, *columns = &r->out->kea_columns, n;
	struct span fields[KEA_COLUMNS], line;

	r->out->kea = true;
	if (!r->more) {
		if (reader_line(r, &line) && !kea_header(r, line, where, columns))
			return false;
		r->line++;
	}
	for (; reader_line(r, &line); r->line++) {
		n = split(line, where, fields);
		if (!n)
			return reader_fail(r, no_span, "unterminated quote");
		/* Files of several versions, concatenated. */
		if (span_is(fields[ADDRESS], kea_columns[ADDRESS].name)) {
			if (!kea_header(r, line, where, columns))
				return false;
			continue;
		}
		if (n != *columns)
			return reader_fail(r, no_span, "%zu fields, but the first line names %zu",
				    n, *columns);
		if (!kea_lease(r, fields))
			return false;
	}
	return true;
}
