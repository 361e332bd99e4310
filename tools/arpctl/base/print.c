// SPDX-License-Identifier: GPL-2.0-only
/* Output: the emitter of text and JSON, and messages on stderr. */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/print.h"

#define PATIENCE 1000	/* ms before progress is shown */

static const char *const style_codes[] = {
	[STYLE_PLAIN] = "",
	[STYLE_NAME] = "\033[36m",
	[STYLE_VALUE] = "\033[1m",
	[STYLE_FAINT] = "\033[2m",
	[STYLE_ADD] = "\033[32m",
	[STYLE_DEL] = "\033[31m",
	[STYLE_WARN] = "\033[33m",
	[STYLE_ERROR] = "\033[1;31m",
};

/*
 * Output waits here until it is worth a call of stdio, whose lock and checks take more
 * than the words of a listing: character by character through stdio's buffer, a rule took
 * 1,000 instructions more in JSON, and 500 more as text.
 */
static struct {
	FILE *file;
	size_t len;
	char text[16384];
} waiting;

void pr_flush(void)
{
	if (waiting.len)
		fwrite(waiting.text, 1, waiting.len, waiting.file);
	waiting.len = 0;
}

/* Room for output of this length, at most sizeof(waiting.text); it is taken. */
static inline char *room(FILE *file, size_t len)
{
	char *to;

	if (waiting.file != file || sizeof(waiting.text) - waiting.len < len) {
		pr_flush();
		waiting.file = file;
	}
	to = waiting.text + waiting.len;
	waiting.len += len;
	return to;
}

static __attribute__((noinline)) void put_long(FILE *file, const char *text, size_t len)
{
	size_t part;

	for (; len; text += part, len -= part) {
		part = len < sizeof(waiting.text) ? len : sizeof(waiting.text);
		memcpy(room(file, part), text, part);
	}
}

static inline void put_part(FILE *file, const char *text, size_t len)
{
	if (len <= sizeof(waiting.text))
		memcpy(room(file, len), text, len);
	else
		put_long(file, text, len);
}

static inline void put(FILE *file, const char *text)
{
	put_part(file, text, strlen(text));
}

static void put_char(FILE *file, char c)
{
	*room(file, 1) = c;
}

__attribute__((format(printf, 2, 0)))
static void put_format(FILE *file, const char *fmt, va_list ap)
{
	char text[512], *more;
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	if (len >= 0 && (size_t)len < sizeof(text)) {
		put_part(file, text, (size_t)len);
	} else if (vasprintf(&more, fmt, again) >= 0) {
		put(file, more);
		free(more);
	}
	va_end(again);
}

__attribute__((format(printf, 2, 3)))
static void put_formatted(FILE *file, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_format(file, fmt, ap);
	va_end(ap);
}

static void put_blanks(FILE *file, int n)
{
	for (; n > 0; n--)
		put_char(file, ' ');
}

static void json_indent(struct printer *out)
{
	if (!out->pretty)
		return;
	put_char(out->file, '\n');
	put_blanks(out->file, (int)out->depth * 4);
}

/* The length of the UTF-8 sequence at s, 0 if it is none. */
static size_t utf8_len(const unsigned char *s)
{
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	else if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;

	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;

	/* Overlong forms, surrogates, and what lies beyond U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/* Ranges of UTF-8 sequences that a terminal interprets: first and last. */
static const struct {
	const char *first, *last;
} unsafe[] = {
	{ "\xc2\x80", "\xc2\x9f" },		/* U+0080-009F: C1 controls */
	{ "\xd8\x9c", "\xd8\x9c" },		/* U+061C: direction of text */
	{ "\xe2\x80\x8e", "\xe2\x80\x8f" },	/* U+200E-200F: likewise */
	{ "\xe2\x80\xa8", "\xe2\x80\xae" },	/* U+2028-202E: lines, direction */
	{ "\xe2\x81\xa6", "\xe2\x81\xa9" },	/* U+2066-2069: direction */
};

size_t safe_len(const unsigned char *s)
{
	size_t len, i;

	if (*s < 0x80)
		return *s >= 0x20 && *s != 0x7f;
	len = utf8_len(s);
	for (i = 0; len && i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (strlen(unsafe[i].first) == len &&
		    memcmp(s, unsafe[i].first, len) >= 0 &&
		    memcmp(s, unsafe[i].last, len) <= 0)
			return 0;
	return len;
}

bool is_safe(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len;

	for (; *s; s += len) {
		len = safe_len(s);
		if (!len)
			return false;
	}
	return true;
}

/* Most text is ASCII and safe. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

int print_safe(FILE *file, const char *text)
{
	const unsigned char *s = (const unsigned char *)text, *begin;
	int width = 0;
	size_t len;

	while (*s) {
		for (begin = s; is_plain(*s); s++)
			;
		width += (int)(s - begin);
		for (; *s && (len = safe_len(s)); s += len)
			width++;
		if (file)
			put_part(file, (const char *)begin, (size_t)(s - begin));
		for (; *s && !safe_len(s); s++) {
			width += 4;
			if (file)
				put_formatted(file, "\\%03o", *s);
		}
	}
	return width;
}

static void json_char(FILE *file, const unsigned char *s, size_t len)
{
	unsigned int c = *s;

	/* Unsafe characters have 2 or 3 bytes: 5 or 4 bits, then 6 bits each. */
	if (len > 1)
		c = (c & (len == 2 ? 0x1f : 0x0f)) << 6 | (s[1] & 0x3f);
	if (len > 2)
		c = c << 6 | (s[2] & 0x3f);
	put_formatted(file, "\\u%04x", c);
}

/* What is in a JSON string as it is, of ASCII. */
static const bool json_plain[256] = {
	[' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true,
};

static void json_string(struct printer *out, const char *value)
{
	const unsigned char *s = (const unsigned char *)value, *begin;
	size_t len;

	put_char(out->file, '"');
	for (;; s += len) {
		for (begin = s; json_plain[*s]; s++)
			;
		put_part(out->file, (const char *)begin, (size_t)(s - begin));
		if (!*s)
			break;
		len = utf8_len(s);
		if (!len) {
			put(out->file, "\\ufffd");
			len = 1;
		} else if (*s == '"' || *s == '\\') {
			put_char(out->file, '\\');
			put_char(out->file, (char)*s);
		} else if (!safe_len(s)) {
			json_char(out->file, s, len);
		} else {
			put_part(out->file, (const char *)s, len);
		}
	}
	put_char(out->file, '"');
}

/* A key, which needs no escapes, and what separates it from its value. */
static void json_key(struct printer *out, const char *key)
{
	size_t len = strlen(key);
	char *to = room(out->file, len + 3);

	*to++ = '"';
	to = mempcpy(to, key, len);
	*to++ = '"';
	*to = ':';
	if (out->pretty)
		put_char(out->file, ' ');
}

/* What precedes a value: comma, indentation, key. */
static void json_lead(struct printer *out, const char *key)
{
	if (!out->first)
		put_char(out->file, ',');
	out->first = false;
	if (out->depth)
		json_indent(out);
	if (key)
		json_key(out, key);
}

int pr_width(const struct printer *out)
{
	if (out->json || !out->columns)
		return 0;
	return out->width ? out->width : 80;
}

void pr_open(struct printer *out, const char *key, char bracket)
{
	if (!out->json)
		return;
	if (!out->depth)
		out->first = true;
	json_lead(out, key);
	put_char(out->file, bracket);
	out->depth++;
	out->first = true;
}

void pr_close(struct printer *out, char bracket)
{
	if (!out->json)
		return;
	out->depth--;
	if (!out->first)
		json_indent(out);
	out->first = false;
	put_char(out->file, bracket);
	if (!out->depth)
		put_char(out->file, '\n');
}

void pr_text(struct printer *out, const char *fmt, ...)
{
	va_list ap;

	if (out->json)
		return;
	/* The usual case: a word. */
	if (!strchr(fmt, '%')) {
		put(out->file, fmt);
		return;
	}
	va_start(ap, fmt);
	put_format(out->file, fmt, ap);
	va_end(ap);
}

void pr_word(struct printer *out, const char *word)
{
	if (!out->json)
		put(out->file, word);
}

static bool has_color(const struct printer *out, enum style style)
{
	return out->color && !out->painted && style != STYLE_PLAIN;
}

static void text_value(struct printer *out, enum style style, int width,
		       const char *value)
{
	int pad = width < 0 ? -width : width;
	bool color = has_color(out, style);

	/* A flag that is not set. */
	if (!width && !*value)
		return;
	if (width)
		pad -= print_safe(NULL, value);
	if (width < 0)
		put_blanks(out->file, pad);
	if (color)
		put(out->file, style_codes[style]);
	print_safe(out->file, value);
	if (color)
		put(out->file, "\033[0m");
	if (width > 0)
		put_blanks(out->file, pad);
}

void pr_str(struct printer *out, const char *key, enum style style, int width,
	    const char *value)
{
	if (out->json) {
		json_lead(out, key);
		json_string(out, value);
	} else {
		text_value(out, style, width, value);
	}
}

void pr_num(struct printer *out, const char *key, enum style style, int width,
	    uint64_t value, const char *word)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, value);
	if (out->json) {
		json_lead(out, key);
		put(out->file, number);
	} else {
		text_value(out, style, width, word ? word : number);
	}
}

void pr_bool(struct printer *out, const char *key, enum style style, int width,
	     bool value, const char *word)
{
	if (out->json) {
		json_lead(out, key);
		put(out->file, value ? "true" : "false");
	} else {
		text_value(out, style, width, word);
	}
}

void pr_opt(struct printer *out, const char *key, enum style style,
	    const char *lead, const char *value)
{
	if (value) {
		pr_word(out, lead);
		pr_str(out, key, style, 0, value);
	} else if (out->json) {
		json_lead(out, key);
		put(out->file, "null");
	}
}

/* The length of the text before its next gap, or of all of it. */
static size_t before_gap(const char *text, const char *gap)
{
	const char *end = strstr(text, gap);

	return end ? (size_t)(end - text) : strlen(text);
}

/* *at is the column after the piece before, 0 if there is none. */
static void put_piece(struct printer *out, const char *piece, int column,
		      int indent, const char *gap, int *at)
{
	int len = print_safe(NULL, piece), space = (int)strlen(gap);

	if (!*at) {
		*at = column + len;
	} else if (*at + space + len <= out->width) {
		put(out->file, gap);
		*at += space + len;
	} else {
		/* " && " without its last blank. */
		put_formatted(out->file, "%.*s\n%*s", space - 1, gap, indent, "");
		*at = indent + len;
	}
	print_safe(out->file, piece);
}

void pr_wrap(struct printer *out, const char *key, enum style style,
	     const char *gap, int column, int indent, const char *value)
{
	char *copy = out->json || !out->width ? NULL : strdup(value), *piece;
	size_t len;
	int at = 0;
	bool more;

	if (!copy) {
		pr_str(out, key, style, 0, value);
		return;
	}
	if (has_color(out, style))
		put(out->file, style_codes[style]);
	for (piece = copy; piece; piece = len ? piece + len : NULL) {
		len = before_gap(piece, gap);
		more = piece[len];
		piece[len] = '\0';
		len = more ? len + strlen(gap) : 0;
		put_piece(out, piece, column, indent, gap, &at);
	}
	if (has_color(out, style))
		put(out->file, "\033[0m");
	free(copy);
}

void pr_sign(struct printer *out, const char *key, const char *value,
	     const char *word)
{
	pr_str(out, key, STYLE_PLAIN, 0, out->json ? value : word);
}

void pr_raw(struct printer *out, enum style style, const char *value)
{
	bool color = has_color(out, style);

	if (out->json)
		return;
	if (color)
		put(out->file, style_codes[style]);
	put(out->file, value);
	if (color)
		put(out->file, "\033[0m");
}

void pr_paint(struct printer *out, enum style style)
{
	if (out->json || !out->color)
		return;
	out->painted = style != STYLE_PLAIN;
	put(out->file, out->painted ? style_codes[style] : "\033[0m");
}

int pr_finish(struct printer *out)
{
	pr_flush();
	if (fflush(out->file) || ferror(out->file))
		return failure("cannot write the output: %s", strerror(errno));
	return STATUS_OK;
}

int pr_close_stdout(void)
{
	pr_flush();
	/* A file system may report a full disk or quota only on close. */
	if (!close(STDOUT_FILENO) || errno == EBADF)
		return STATUS_OK;
	return failure("cannot write the output: %s", strerror(errno));
}

/* All messages go to stderr, so this is global. */
static const struct place *current;
static bool progress_shown;

void place_enter(struct place *place)
{
	place->outer = current;
	current = place;
}

void place_leave(struct place *place)
{
	current = place->outer;
}

bool place_known(void)
{
	return current;
}

static void put_error(const char *text)
{
	print_safe(stderr, text);
	pr_flush();
}

static void put_place(const struct place *place)
{
	if (place->outer)
		put_place(place->outer);
	put_error(place->file);
	fputc(':', stderr);
	if (place->line)
		fprintf(stderr, "%lu:", place->line);
	fputc(' ', stderr);
}

static void progress_hide(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

void progress(const char *what, size_t done, size_t total)
{
	static struct timespec begun;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!total)
		begun = now;
	if (done == total) {
		progress_hide();
	} else if (isatty(STDERR_FILENO) &&
		   (now.tv_sec - begun.tv_sec) * 1000 +
		   (now.tv_nsec - begun.tv_nsec) / 1000000 > PATIENCE) {
		fprintf(stderr, "\r%s: %llu%%", what,
			done * 100ULL / total);
		progress_shown = true;
	}
}

/* One line, without anything that a terminal would interpret. */
__attribute__((format(printf, 2, 0)))
static void message(const char *lead, const char *fmt, va_list ap)
{
	char text[1024];

	pr_flush();
	fflush(stdout);
	progress_hide();
	vsnprintf(text, sizeof(text), fmt, ap);
	if (current)
		put_place(current);
	else
		fputs("arpctl: ", stderr);
	fputs(lead, stderr);
	put_error(text);
	fputc('\n', stderr);
}

int failure(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message("", fmt, ap);
	va_end(ap);
	return STATUS_FAILED;
}

int no_memory(void)
{
	return failure("%s", strerror(ENOMEM));
}

int usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message("", fmt, ap);
	va_end(ap);
	return STATUS_USAGE;
}

void warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message("warning: ", fmt, ap);
	va_end(ap);
}

void terminal_note(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(ap, fmt);
	message("note: ", fmt, ap);
	va_end(ap);
}

void list_add(char *buf, size_t size, const char *name)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", len ? ", " : "", name);
}
