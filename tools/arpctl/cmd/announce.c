// SPDX-License-Identifier: GPL-2.0-only
/* announce: send gratuitous ARP. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <time.h>

#include "command.h"

#define DEFAULT_INTERVAL 1000	/* ms */

static void sleep_until(struct timespec *when, uint32_t ms)
{
	when->tv_sec += (time_t)(ms / 1000);
	when->tv_nsec += (long)(ms % 1000) * 1000000;
	if (when->tv_nsec >= 1000000000) {
		when->tv_nsec -= 1000000000;
		when->tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, when,
			       NULL) == EINTR)
		;
}

static int announce(struct ctx *ctx)
{
	struct nlmsghdr *nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_ANNOUNCE, 0);
	uint32_t address, i, count = 1, interval = DEFAULT_INTERVAL;
	const struct args *args = ctx->args;
	const char *mac = args_get(args, "MAC");
	uint8_t lladdr[LLADDR_LEN];
	struct timespec when;
	int status;

	status = args_address(args, args_get(args, "ADDRESS"), &address);
	if (!status)
		status = args_number(args, "count", args_get(args, "N"), 1,
				     UINT32_MAX, &count);
	if (!status)
		status = args_number(args, "interval", args_get(args, "MS"), 0,
				     UINT32_MAX, &interval);
	if (!status && mac)
		status = args_lladdr(args, mac, lladdr);
	if (!status)
		status = nl_put_dev(&ctx->nl, args_get(args, "DEV"));
	if (status)
		return status;
	mnl_attr_put_u32(nlh, ARP_POLICY_A_ADDRESS, address);
	if (mac)
		mnl_attr_put(nlh, ARP_POLICY_A_LLADDR, sizeof(lladdr), lladdr);
	if (args_get(args, "force"))
		mnl_attr_put(nlh, ARP_POLICY_A_FORCE, 0, NULL);

	clock_gettime(CLOCK_MONOTONIC, &when);
	for (i = 0; !status && i < count; i++) {
		if (i)
			sleep_until(&when, interval);
		status = nl_call(&ctx->nl, NULL);
	}
	return status;
}

static const struct command commands[] = {
	{ "", "ADDRESS dev DEV [lladdr MAC] [count N] [interval MS] [force]",
	  "send gratuitous ARP for an address of this host, with force for any",
	  announce },
	{ 0 }
};

const struct object announce_object = {
	"announce", "send gratuitous ARP", commands
};
