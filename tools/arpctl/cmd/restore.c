// SPDX-License-Identifier: GPL-2.0-only
/* restore: replace the whole policy atomically. */

#include "command.h"
#include "policy/policy.h"

static int restore(struct ctx *ctx)
{
	const char *file = args_first(ctx->args);
	const char *number = args_get(ctx->args, "N");
	struct policy policy = { 0 };
	uint32_t generation;
	int status;

	/* To the kernel, 0 is any generation. */
	status = args_number(ctx->args, "generation", number, 1,
			     UINT32_MAX, &generation);
	/* The whole file is parsed before the kernel is contacted. */
	if (!status)
		status = policy_read(&policy, file);
	if (!status)
		status = policy_check_altnames(&ctx->nl, &policy, file);
	if (!status)
		status = policy_put(&ctx->nl, &policy, file,
				    number ? &generation : NULL);
	policy_free(&policy);
	return status;
}

static const struct command commands[] = {
	{ "", "FILE|- [generation N]",
	  "replace the whole policy with one from a file, or change nothing",
	  restore },
	{ 0 }
};

const struct object restore_object = {
	"restore", "replace the policy with one from a file", commands
};
