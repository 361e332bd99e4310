// SPDX-License-Identifier: GPL-2.0-only
/* restore: another policy in the place of the whole one, at once. */

#include "arpctl.h"
#include "policy.h"

static int restore(struct ctx *ctx, int argc, char **argv)
{
	struct policy policy = { 0 };
	int status;

	(void)argc;
	/* All of it is understood before anything is asked of the kernel. */
	status = policy_read(&policy, argv[0]);
	if (!status)
		status = policy_check_altnames(&ctx->nl, &policy, argv[0]);
	if (!status)
		status = policy_put(&ctx->nl, &policy, argv[0]);
	policy_free(&policy);
	return status;
}

static const struct command commands[] = {
	{ "", "FILE|-", "replace the whole policy by that in a file, or change nothing",
	  restore },
	{ 0 }
};

const struct object restore_object = {
	"restore", "a policy from a file", commands
};
