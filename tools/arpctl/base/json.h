/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON (RFC 8259) from other programs.
 *
 * A text is checked as a whole, once; then values are parts of it, found by walking. No
 * memory is allocated. Strings are not decoded: one with escapes is compared as it is
 * written. That is enough for keys, addresses and numbers.
 */
#ifndef ARPCTL_JSON_H
#define ARPCTL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How deep values may be nested. */
#define JSON_DEPTH 64

enum json_kind {
	JSON_NONE,		/* there is no such value */
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_WORD,		/* true, false, null */
};

/* A value; of a string, object or array what is inside. */
struct json {
	enum json_kind kind;
	const char *s;
	size_t len;
};

/*
 * Checks a text, which must be one value. Return: NULL; or where it has an error, which
 * is its end if it is cut off.
 */
const char *json_check(const char *text, size_t len, struct json *value);

/*
 * The next element of an array, or member of an object. *at is NULL before the first.
 * key may be NULL. Return: false after the last, and if it is another kind of value.
 */
bool json_next(const struct json *in, const char **at, struct json *key,
	       struct json *value);

/* The member with this key, the last if there are several; or of kind JSON_NONE. */
struct json json_get(const struct json *object, const char *key);

/* A whole number that is not negative. */
bool json_u64(const struct json *value, uint64_t *number);

#endif /* ARPCTL_JSON_H */
