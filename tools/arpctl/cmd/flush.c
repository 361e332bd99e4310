// SPDX-License-Identifier: GPL-2.0-only
/* flush: delete the whole policy of the network namespace. */

#include <linux/arp_policy.h>

#include "command.h"

static int flush(struct ctx *ctx)
{
	return nl_do(&ctx->nl, ARP_POLICY_CMD_FLUSH, 0, NULL);
}

static const struct command commands[] = {
	{ "", "", "delete the whole policy: the sysctls apply again", flush },
	{ 0 }
};

const struct object flush_object = {
	"flush", "delete the whole policy", commands
};
