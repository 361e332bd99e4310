// SPDX-License-Identifier: GPL-2.0-only
/*
 * Output: one call prints a value as text or as JSON, whichever was asked for.
 *
 * Device names are arbitrary bytes chosen by whoever made the device, so text
 * escapes control characters and JSON is valid UTF-8 whatever the name.
 */
#ifndef ARPCTL_PRINT_H
#define ARPCTL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum style {
	STYLE_PLAIN,
	STYLE_NAME,	/* a device or selector */
	STYLE_VALUE,
	STYLE_FAINT,
};

struct printer {
	FILE *file;
	bool json;
	bool pretty;
	bool color;
	bool columns;		/* align what else has one blank between words */
	bool first;		/* nothing yet in the innermost brackets */
	unsigned int depth;
};

/* Brackets of JSON: '[' or '{', with a key inside an object; text has none. */
void pr_open(struct printer *out, const char *key, char bracket);
void pr_close(struct printer *out, char bracket);

/* What only text has: separators, labels, ends of lines. */
__attribute__((format(printf, 2, 3)))
void pr_text(struct printer *out, const char *fmt, ...);

/*
 * One value: "key":value in JSON (key NULL in a list), in text the value
 * alone, padded with blanks to width (on the left if width is negative).
 * A word replaces the number in text.
 */
void pr_str(struct printer *out, const char *key, enum style style, int width,
	    const char *value);
void pr_num(struct printer *out, const char *key, enum style style, int width,
	    uint64_t value, const char *word);
void pr_bool(struct printer *out, const char *key, enum style style, int width,
	     bool value, const char *word);

/* A string that may be NULL: null in JSON; in text with lead, or nothing. */
void pr_opt(struct printer *out, const char *key, enum style style,
	    const char *lead, const char *value);

/* Ends the output; whether all of it could be written. */
int pr_finish(struct printer *out);

/* "arpctl: " and a message on stderr; the status that goes with it. */
__attribute__((format(printf, 1, 2)))
int failure(const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
int usage_error(const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
void warning(const char *fmt, ...);

/* "FILE:LINE: " and what is wrong with that line; the status of misuse. */
int input_error(const char *file, unsigned long line, const char *text);

/* Appends name to the list in buf, after ", " unless it is the first. */
void list_add(char *buf, size_t size, const char *name);

#endif /* ARPCTL_PRINT_H */
