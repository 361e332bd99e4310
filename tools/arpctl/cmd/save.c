// SPDX-License-Identifier: GPL-2.0-only
/* save: print the whole policy in the format that restore reads. */

#include <string.h>

#include "base/replace.h"
#include "command.h"
#include "policy/policy.h"

/* Read the whole policy before a file is touched. */
static int save_file(const struct policy *policy, const char *name)
{
	struct printer out = { 0 };
	struct replace replace;
	int status;

	status = replace_begin(&replace, name);
	if (status)
		return status;
	out.file = replace.file;
	policy_save(&out, policy);
	pr_flush();
	return replace_end(&replace, STATUS_OK);
}

static int save(struct ctx *ctx)
{
	const char *name = args_first(ctx->args);
	struct policy policy = { 0 };
	int status;

	if (name && !strcmp(name, "-"))
		name = NULL;
	if (name && ctx->out.json)
		return usage_error("save: FILE is written for restore, not as JSON: leave out -j");
	status = policy_get(&ctx->nl, &policy, &policy_saved);
	if (!status) {
		policy_sort(&policy);
		if (name)
			status = save_file(&policy, name);
		else
			policy_save(&ctx->out, &policy);
	}
	policy_free(&policy);
	return status;
}

static const struct command commands[] = {
	{ "", "[FILE|-]", "print the whole policy for restore, or write it to a file",
	  save },
	{ 0 }
};

const struct object save_object = {
	"save", "save the whole policy", commands
};
