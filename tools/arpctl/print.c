// SPDX-License-Identifier: GPL-2.0-only
/* Output: the emitter of text and JSON, and messages on stderr. */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "arpctl.h"
#include "print.h"

static const char *const style_codes[] = {
	[STYLE_PLAIN] = "",
	[STYLE_NAME] = "\033[36m",
	[STYLE_VALUE] = "\033[1m",
	[STYLE_FAINT] = "\033[2m",
};

static void json_indent(struct printer *out)
{
	if (out->pretty)
		fprintf(out->file, "\n%*s", (int)out->depth * 4, "");
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

static void json_string(struct printer *out, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	size_t len;

	fputc('"', out->file);
	for (; *s; s += len) {
		len = utf8_len(s);
		if (!len) {
			fputs("\\ufffd", out->file);
			len = 1;
		} else if (*s == '"' || *s == '\\') {
			fprintf(out->file, "\\%c", *s);
		} else if (*s < 0x20 || *s == 0x7f) {
			fprintf(out->file, "\\u%04x", *s);
		} else {
			fwrite(s, 1, len, out->file);
		}
	}
	fputc('"', out->file);
}

/* What comes before a value: comma, indentation, key. */
static void json_lead(struct printer *out, const char *key)
{
	if (!out->first)
		fputc(',', out->file);
	out->first = false;
	if (out->depth)
		json_indent(out);
	if (key) {
		json_string(out, key);
		fputs(out->pretty ? ": " : ":", out->file);
	}
}

void pr_open(struct printer *out, const char *key, char bracket)
{
	if (!out->json)
		return;
	if (!out->depth)
		out->first = true;
	json_lead(out, key);
	fputc(bracket, out->file);
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
	fputc(bracket, out->file);
	if (!out->depth)
		fputc('\n', out->file);
}

void pr_text(struct printer *out, const char *fmt, ...)
{
	va_list ap;

	if (out->json)
		return;
	va_start(ap, fmt);
	vfprintf(out->file, fmt, ap);
	va_end(ap);
}

static void text_value(struct printer *out, enum style style, int width,
		       const char *value)
{
	bool color = out->color && style != STYLE_PLAIN;
	const unsigned char *s;
	int pad = width < 0 ? -width : width;

	for (s = (const unsigned char *)value; *s; s++)
		pad -= *s < 0x20 || *s == 0x7f ? 4 : 1;
	if (width < 0 && pad > 0)
		fprintf(out->file, "%*s", pad, "");
	if (color)
		fputs(style_codes[style], out->file);
	for (s = (const unsigned char *)value; *s; s++) {
		if (*s < 0x20 || *s == 0x7f)
			fprintf(out->file, "\\%03o", *s);
		else
			fputc(*s, out->file);
	}
	if (color)
		fputs("\033[0m", out->file);
	if (width > 0 && pad > 0)
		fprintf(out->file, "%*s", pad, "");
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
		fputs(number, out->file);
	} else {
		text_value(out, style, width, word ? word : number);
	}
}

void pr_bool(struct printer *out, const char *key, enum style style, int width,
	     bool value, const char *word)
{
	if (out->json) {
		json_lead(out, key);
		fputs(value ? "true" : "false", out->file);
	} else {
		text_value(out, style, width, word);
	}
}

void pr_opt(struct printer *out, const char *key, enum style style,
	    const char *lead, const char *value)
{
	if (value) {
		pr_text(out, "%s", lead);
		pr_str(out, key, style, 0, value);
	} else if (out->json) {
		json_lead(out, key);
		fputs("null", out->file);
	}
}

int pr_finish(struct printer *out)
{
	if (fflush(out->file) || ferror(out->file))
		return failure("cannot write the output: %s", strerror(errno));
	return STATUS_OK;
}

__attribute__((format(printf, 2, 0)))
static void message(const char *lead, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "arpctl: %s", lead);
	vfprintf(stderr, fmt, ap);
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

int input_error(const char *file, unsigned long line, const char *text)
{
	fflush(stdout);
	fprintf(stderr, "%s:%lu: %s\n", file, line, text);
	return STATUS_USAGE;
}

void list_add(char *buf, size_t size, const char *name)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", len ? ", " : "", name);
}
