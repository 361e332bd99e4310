// SPDX-License-Identifier: GPL-2.0-only
/* Selectors: all, default, a shell glob or the name of a device. */

#include <string.h>

#include "base/selector.h"

#define SPECIAL "*?[\\"	/* what makes a glob */

/* The end of a class, or NULL. A ] at its start is a member of it. */
static const char *class_end(const char *class)
{
	const char *end = class + 1 + (class[1] == '!');

	return *end ? strchr(end + 1, ']') : NULL;
}

/* The number of literal characters in a glob, counted as in the kernel. */
static int literals(const char *glob)
{
	const char *end;
	int n = 0;

	for (; *glob; glob++) {
		if (*glob == '*' || *glob == '?')
			continue;
		if (*glob == '[') {
			end = class_end(glob);
			if (!end)
				return n;
			glob = end;
			continue;
		}
		if (*glob == '\\' && glob[1])
			glob++;
		n++;
	}
	return n;
}

enum selector_kind selector_kind(const char *selector)
{
	if (!strcmp(selector, "all"))
		return SELECTOR_ALL;
	if (!strcmp(selector, "default"))
		return SELECTOR_DEFAULT;
	return strpbrk(selector, SPECIAL) ? SELECTOR_GLOB : SELECTOR_NAME;
}

/* The same as in the kernel. */
static bool is_glob(const char *glob)
{
	for (; *glob; glob++) {
		if (*glob == '[') {
			glob = class_end(glob);
			if (!glob)
				return false;
		} else if (*glob == '\\' && !*++glob) {
			return false;
		}
	}
	return true;
}

const char *selector_fault(const char *selector)
{
	bool glob = selector_kind(selector) == SELECTOR_GLOB;

	if (!*selector || !strcmp(selector, ".") || !strcmp(selector, "..") ||
	    strpbrk(selector, "/: \t\n\v\f\r"))
		return "device names have no slash, colon or space";
	if (glob && !is_glob(selector))
		return "glob has an unclosed bracket or a trailing backslash";
	if (!glob && strlen(selector) >= IF_NAMESIZE)
		return "device names have 15 characters at most";
	return NULL;
}

int selector_cmp(const char *a, const char *b)
{
	enum selector_kind kind = selector_kind(a);
	int order = (int)kind - (int)selector_kind(b);

	if (!order && kind == SELECTOR_GLOB)
		order = literals(b) - literals(a);
	return order ? order : strcmp(a, b);
}

/* Is the character in the class that ends there? As in the kernel: only ! negates. */
static bool in_class(const char *class, const char *end, char name)
{
	unsigned char c = (unsigned char)name, first, last;
	bool negated = class[1] == '!', in = false;

	for (class += 1 + negated; class < end; class++) {
		first = (unsigned char)*class;
		last = first;
		/* A - before the ] is a member itself. */
		if (class[1] == '-' && class[2] != ']') {
			last = (unsigned char)class[2];
			class += 2;
		}
		in |= first <= c && c <= last;
	}
	return in != negated;
}

/* Matches one character. Returns the rest of the glob, or NULL if it does not match. */
static const char *match_one(const char *glob, char c)
{
	const char *end;

	switch (*glob) {
	case '?':
		return glob + 1;
	case '[':
		end = class_end(glob);
		return end && in_class(glob, end, c) ? end + 1 : NULL;
	case '\\':
		glob++;
		break;
	}
	return *glob == c ? glob + 1 : NULL;
}

/* As in the kernel. To the C library, ^ negates a class, too. */
static bool glob_matches(const char *glob, const char *name)
{
	const char *after_star = NULL, *from = NULL, *rest;

	while (*name) {
		if (*glob == '*') {
			after_star = ++glob;
			from = name;
			continue;
		}
		rest = match_one(glob, *name);
		if (rest) {
			glob = rest;
			name++;
		} else if (after_star) {
			/* The star takes one character more. */
			glob = after_star;
			name = ++from;
		} else {
			return false;
		}
	}
	return !glob[strspn(glob, "*")];
}

bool selector_matches(const char *selector, const char *dev)
{
	switch (selector_kind(selector)) {
	case SELECTOR_GLOB:
		return glob_matches(selector, dev);
	case SELECTOR_NAME:
		return !strcmp(selector, dev);
	default:
		return true;
	}
}

const char *dev_selector(const char *dev, char buf[DEV_SELECTOR])
{
	size_t n = 0;

	for (; *dev && n + 2 < DEV_SELECTOR; dev++) {
		if (strchr(SPECIAL, *dev))
			buf[n++] = '\\';
		buf[n++] = *dev;
	}
	buf[n] = '\0';
	return buf;
}
