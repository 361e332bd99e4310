// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON from other programs: one strict check of the whole text, then walking without
 * checks.
 */

#include <string.h>

#include "base/json.h"
#include "base/parse.h"

/*
 * A text that is being checked. open has a bit for each open bracket, set for an object.
 */
struct checker {
	const char *at;
	const char *end;
	uint64_t open;
	unsigned int depth;
};

_Static_assert(JSON_DEPTH <= 64, "open has a bit for each");

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static void skip_space(struct checker *c)
{
	while (c->at < c->end && is_space(*c->at))
		c->at++;
}

static bool take(struct checker *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static bool check_escape(struct checker *c)
{
	int i;

	if (c->at == c->end || !*c->at || !strchr("\"\\/bfnrtu", *c->at))
		return false;
	if (*c->at++ != 'u')
		return true;
	for (i = 0; i < 4; i++, c->at++)
		if (c->at == c->end || !is_hex(*c->at))
			return false;
	return true;
}

/* The rest of a string, after its first quote. */
static bool check_string(struct checker *c)
{
	while (c->at < c->end && *c->at != '"') {
		if ((unsigned char)*c->at < ' ')
			return false;
		if (*c->at++ == '\\' && !check_escape(c))
			return false;
	}
	return take(c, '"');
}

static bool check_digits(struct checker *c)
{
	if (c->at == c->end || !is_digit(*c->at))
		return false;
	while (c->at < c->end && is_digit(*c->at))
		c->at++;
	return true;
}

static bool check_number(struct checker *c)
{
	(void)take(c, '-');
	if (!take(c, '0') && !check_digits(c))
		return false;
	if (take(c, '.') && !check_digits(c))
		return false;
	if (!take(c, 'e') && !take(c, 'E'))
		return true;
	if (!take(c, '+'))
		(void)take(c, '-');
	return check_digits(c);
}

static bool check_word(struct checker *c)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i, len;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if ((size_t)(c->end - c->at) >= len && !memcmp(c->at, words[i], len)) {
			c->at += len;
			return true;
		}
	}
	return false;
}

static bool in_object(const struct checker *c)
{
	return c->depth && c->open & 1ULL << (c->depth - 1);
}

/* "KEY": */
static bool check_key(struct checker *c)
{
	skip_space(c);
	if (!take(c, '"') || !check_string(c))
		return false;
	skip_space(c);
	return take(c, ':');
}

/* Opens a bracket. *empty: it is closed at once. */
static bool check_open(struct checker *c, char bracket, bool *empty)
{
	if (c->depth == JSON_DEPTH)
		return false;
	c->at++;
	c->open &= ~(1ULL << c->depth);
	if (bracket == '{')
		c->open |= 1ULL << c->depth;
	c->depth++;
	skip_space(c);
	*empty = take(c, bracket == '{' ? '}' : ']');
	if (*empty)
		c->depth--;
	return *empty || bracket == '[' || check_key(c);
}

/* A value that has no parts, or the beginning of one. *done: it is complete. */
static bool check_value(struct checker *c, bool *done)
{
	skip_space(c);
	*done = true;
	if (c->at == c->end)
		return false;
	switch (*c->at) {
	case '{':
	case '[':
		return check_open(c, *c->at, done);
	case '"':
		c->at++;
		return check_string(c);
	case 't':
	case 'f':
	case 'n':
		return check_word(c);
	default:
		return check_number(c);
	}
}

/* After a value: takes closing brackets. *more: another value follows. */
static bool check_after(struct checker *c, bool *more)
{
	for (*more = false; c->depth; c->depth--) {
		skip_space(c);
		if (take(c, ',')) {
			*more = true;
			return !in_object(c) || check_key(c);
		}
		if (!take(c, in_object(c) ? '}' : ']'))
			return false;
	}
	return true;
}

/* Takes the value that begins here in a checked text. Return: its end. */
static const char *walk(const char *s, const char *end, struct json *value)
{
	const char *begin = s;
	unsigned int depth = 0;
	bool string = false;

	value->kind = *s == '{' ? JSON_OBJECT : *s == '[' ? JSON_ARRAY :
		      *s == '"' ? JSON_STRING : *s == '-' || is_digit(*s) ?
		      JSON_NUMBER : JSON_WORD;
	if (value->kind >= JSON_NUMBER) {
		while (s < end && !is_space(*s) && !strchr(",]}", *s))
			s++;
		value->s = begin;
		value->len = (size_t)(s - begin);
		return s;
	}
	do {
		if (string && *s == '\\')
			s++;
		else if (*s == '"')
			string = !string;
		else if (!string && (*s == '{' || *s == '['))
			depth++;
		else if (!string && (*s == '}' || *s == ']'))
			depth--;
		s++;
	} while (string || depth);
	value->s = begin + 1;
	value->len = (size_t)(s - begin - 2);
	return s;
}

const char *json_check(const char *text, size_t len, struct json *value)
{
	struct checker c = { .at = text, .end = text + len };
	bool done, more = true;
	const char *begin;

	skip_space(&c);
	begin = c.at;
	while (more) {
		if (!check_value(&c, &done))
			return c.at;
		if (done && !check_after(&c, &more))
			return c.at;
	}
	skip_space(&c);
	if (c.at != c.end)
		return c.at;
	(void)walk(begin, c.end, value);
	return NULL;
}

static const char *after_space(const char *s, const char *end)
{
	while (s < end && (is_space(*s) || *s == ',' || *s == ':'))
		s++;
	return s;
}

bool json_next(const struct json *in, const char **at, struct json *key,
	       struct json *value)
{
	const char *end, *s;
	struct json unused;

	if (in->kind != JSON_OBJECT && in->kind != JSON_ARRAY)
		return false;
	end = in->s + in->len;
	s = after_space(*at ? *at : in->s, end);
	if (s == end)
		return false;
	if (in->kind == JSON_OBJECT)
		s = after_space(walk(s, end, key ? key : &unused), end);
	*at = walk(s, end, value);
	return true;
}

struct json json_get(const struct json *object, const char *key)
{
	struct json found = { .kind = JSON_NONE }, name, value;
	const char *at = NULL;

	if (object->kind != JSON_OBJECT)
		return found;
	while (json_next(object, &at, &name, &value))
		if (name.len == strlen(key) && !memcmp(name.s, key, name.len))
			found = value;
	return found;
}

bool json_u64(const struct json *value, uint64_t *number)
{
	return value->kind == JSON_NUMBER && parse_u64(value->s, value->len, number);
}
