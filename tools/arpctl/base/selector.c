// SPDX-License-Identifier: GPL-2.0-only
/* Selectors: all, default, a shell glob or the name of a device. */

#include <fnmatch.h>
#include <string.h>

#include "base/selector.h"

#define SPECIAL "*?[\\"	/* what makes a glob */

/* The number of literal characters in a glob, counted as in the kernel. */
static int literals(const char *glob)
{
	const char *end;
	int n = 0;

	for (; *glob; glob++) {
		if (*glob == '*' || *glob == '?')
			continue;
		if (*glob == '[') {
			/* A ] at the start of a class is a member of it. */
			end = glob + 1 + (glob[1] == '!');
			end = *end ? strchr(end + 1, ']') : NULL;
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
