// SPDX-License-Identifier: GPL-2.0-only
/* save: the whole policy, as the lines that restore reads. */

#include "arpctl.h"
#include "policy.h"

static int save(struct ctx *ctx, int argc, char **argv)
{
	struct policy policy = { 0 };
	struct printer *out = &ctx->out;
	int status;

	(void)argc;
	(void)argv;
	status = policy_get(ctx, &policy);
	if (!status) {
		policy_sort(&policy);
		pr_text(out, "# The ARP policy of a network namespace, for arpctl restore.\n");
		pr_open(out, NULL, '{');
		policy_print(out, &policy);
		pr_close(out, '}');
	}
	policy_free(&policy);
	return status;
}

static const struct command commands[] = {
	{ "", "", "print the whole policy, as restore reads it", save },
	{ 0 }
};

const struct object save_object = {
	"save", "the whole policy, to be kept", commands
};
