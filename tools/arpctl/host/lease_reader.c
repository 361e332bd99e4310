// SPDX-License-Identifier: GPL-2.0-only
/* What the parsers of all formats of lease files have in common. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "host/lease_reader.h"

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

void reader_unread(struct reader *r, struct span span)
{
	struct leases *out = r->out;

	if (out->unread++)
		return;
	out->unread_line = r->line;
	snprintf(out->unread_text, sizeof(out->unread_text), "%.*s",
		 span_width(span), span.s);
	make_safe(out->unread_text);
}

bool reader_fail(struct reader *r, struct span span, const char *fmt, ...)
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

bool reader_foreign(struct reader *r, const char *format)
{
	r->out->foreign = true;
	return reader_fail(r, no_span, "this is no lease file of %s", format);
}

const struct span no_span = { NULL, 0 };

bool reader_add(struct reader *r, const struct lease *lease)
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
	/* One such entry would make the kernel refuse all others with it. */
	if (!lease->nowhere && !address_is_unicast(lease->address))
		added->live = false;
	return true;
}

bool lease_take_lladdr(struct lease *lease, struct span text)
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

bool lease_take_address(struct lease *lease, struct span text, bool *skip)
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

bool reader_line(struct reader *r, struct span *line)
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

struct span span_word(struct span *line)
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
