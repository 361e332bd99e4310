// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: the words of the command line: numbers, addresses, prefixes, MACs.
 *
 * The value read from a word, printed and read again, must be the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "must.h"

static void read_address(const char *text, size_t len)
{
	char buf[ADDRESS_TEXT];
	uint32_t address, again;

	if (!parse_address(text, len, &address))
		return;
	address_text(address, buf);
	MUST(parse_address(buf, strlen(buf), &again) && again == address);
}

static void read_prefix(const char *text)
{
	struct prefix prefix, again;
	char buf[PREFIX_TEXT];

	if (!parse_prefix(text, &prefix))
		return;
	MUST(prefix.length <= 32);
	prefix_text(prefix, buf);
	MUST(parse_prefix(buf, &again) && again.address == prefix.address &&
	     again.length == prefix.length);
	prefix = prefix_masked(prefix);
	again = prefix_masked(prefix);
	MUST(again.address == prefix.address);
}

static void read_lladdr(const char *text, size_t len)
{
	uint8_t lladdr[LLADDR_MAX], again[LLADDR_MAX];
	char buf[LLADDR_TEXT];
	int n;

	n = parse_lladdr(text, len, lladdr, sizeof(lladdr));
	if (n < 0)
		return;
	MUST(n > 0 && (size_t)n <= (len + 1) / 2);
	if (n > LLADDR_MAX)
		return;
	lladdr_text(lladdr, (size_t)n, buf);
	MUST(parse_lladdr(buf, strlen(buf), again, sizeof(again)) == n);
	MUST(!memcmp(lladdr, again, (size_t)n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as the input, so that reads beyond it are detected. */
	char *word = malloc(size + 1);
	uint32_t n32;
	uint64_t n64;

	if (!word)
		abort();
	memcpy(word, data, size);
	word[size] = '\0';
	read_address(word, strlen(word));
	read_prefix(word);
	read_lladdr(word, strlen(word));
	parse_u32(word, &n32);
	free(word);

	/* Without the terminating zero. */
	word = malloc(size + !size);
	if (!word)
		abort();
	memcpy(word, data, size);
	read_address(word, size);
	read_lladdr(word, size);
	parse_u64(word, size, &n64);
	free(word);
	return 0;
}
