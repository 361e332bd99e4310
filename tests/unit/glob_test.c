// SPDX-License-Identifier: GPL-2.0-only
/*
 * Globs: the tool (base/selector.c) finds the same devices as the module
 * (src/policy/glob.c), and refuses the same ones. All names and globs of a few
 * characters, and longer random ones.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"

/* base/selector.h and the headers of the module do not go together. */
bool selector_matches(const char *selector, const char *dev);
const char *selector_fault(const char *selector);

#define ROUNDS	400000

/* Few different characters, so that globs often match names. */
static const char glob_chars[] = "ab-]![^[**?\\.\xe9";
static const char name_chars[] = "aab-]![^\\.\xe9";
static unsigned int matched, failures;

static void some_text(char *text, size_t least, size_t most, const char *chars)
{
	size_t len = least + (size_t)rand() % (most - least + 1), i;

	for (i = 0; i < len; i++)
		text[i] = chars[(size_t)rand() % strlen(chars)];
	text[len] = '\0';
}

static void try(const char *glob, const char *name)
{
	struct arpp_glob compiled;
	bool module, tool, valid;

	if (!strpbrk(glob, "*?[\\"))
		return;
	valid = arpp_glob_literals(glob) >= 0;
	if (valid == !!selector_fault(glob)) {
		failures++;
		printf("glob %s: %s\n", glob, valid ? "refused by the tool" :
						      "refused by the module");
		return;
	}
	if (!valid)
		return;
	arpp_glob_compile(&compiled, glob);
	module = arpp_glob_match(&compiled, name);
	tool = selector_matches(glob, name);
	matched += module;
	if (module == tool)
		return;
	if (failures++ < 10)
		printf("glob %s, name %s: only the %s matches it\n", glob, name,
		       module ? "module" : "tool");
}

int main(void)
{
	static const char *const plain[][2] = {
		{ "[^e]*", "eth0" }, { "[^e]*", "lo" }, { "[!e]*", "lo" },
		{ "eth[0-3]", "eth2" }, { "*0", "eth00" }, { "*", "" },
		{ "[\\]x]", "x" }, { "[[.a.]]", "a]" }, { "[b-a]", "a" },
	};
	char glob[64], name[16];
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		try(plain[i][0], plain[i][1]);
	srand(1);
	for (i = 0; i < ROUNDS; i++) {
		some_text(glob, 1, i % 2 ? 8 : 24, glob_chars);
		some_text(name, 1, i % 2 ? 4 : 15, name_chars);
		if (strcmp(name, ".") && strcmp(name, ".."))
			try(glob, name);
	}
	printf("%u pairs match, %u differ\n", matched, failures);
	return failures || matched < 1000;
}
