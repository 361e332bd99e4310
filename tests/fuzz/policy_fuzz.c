// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: the files that restore and diff read.
 *
 * A policy that is read, printed as save does, and read again, is unchanged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/print.h"
#include "policy/policy.h"
#include "must.h"

static int file = -1;

static int read_policy(struct policy *policy, const void *data, size_t size)
{
	char name[32];

	/* Errors in the files are printed to stderr. */
	if (file < 0) {
		file = memfd_create("policy", 0);
		MUST(file >= 0 && (stderr = fopen("/dev/null", "w")));
	}
	MUST(!ftruncate(file, 0) && pwrite(file, data, size, 0) == (ssize_t)size);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	*policy = (struct policy){};
	return policy_read(policy, name);
}

static char *print_policy(struct policy *policy, size_t *size)
{
	struct printer out = {};
	char *text = NULL;

	out.file = open_memstream(&text, size);
	MUST(out.file);
	policy_sort(policy);
	policy_save(&out, policy);
	pr_flush();
	fclose(out.file);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy, again;
	size_t len, len_again;
	char *text, *text_again;

	if (!read_policy(&policy, data, size)) {
		text = print_policy(&policy, &len);
		MUST(!read_policy(&again, text, len));
		text_again = print_policy(&again, &len_again);
		MUST(len == len_again && !memcmp(text, text_again, len));
		free(text);
		free(text_again);
		policy_free(&again);
	}
	policy_free(&policy);
	return 0;
}
