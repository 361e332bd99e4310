// SPDX-License-Identifier: GPL-2.0-only
/* Selectors: all, default, a shell glob or the name of a device. */

#include <fnmatch.h>
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

bool selector_matches(const char *selector, const char *dev)
{
	switch (selector_kind(selector)) {
	case SELECTOR_GLOB:
		return !fnmatch(selector, dev, 0);
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
