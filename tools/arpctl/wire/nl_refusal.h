// SPDX-License-Identifier: GPL-2.0-only
/* Why the kernel refuses a request, in its own words. */
#ifndef ARPCTL_NL_REFUSAL_H
#define ARPCTL_NL_REFUSAL_H

#include <linux/netlink.h>
#include <stdint.h>

struct nl_refusal {
	int err;		/* an errno, 0 if it is none */
	uint32_t offset;	/* in the request, of what it is about; or 0 */
	const char *text;	/* "" if there are no words, like the rest in msg */
	const struct nlattr *policy;	/* what would be accepted; or NULL */
};

/* Of an NLMSG_ERROR, or of the end of a dump. */
void nl_refusal_read(struct nl_refusal *refusal, const struct nlmsghdr *msg);

/* Prints it, with the name of what in the request it is about. */
int nl_refusal_print(const struct nl_refusal *refusal,
		     const struct nlmsghdr *req);

/* CAP_NET_ADMIN is missing. */
int nl_not_permitted(void);

#endif /* ARPCTL_NL_REFUSAL_H */
