// SPDX-License-Identifier: GPL-2.0-only
/* Why the kernel refuses a request, in its own words. */
#ifndef ARPCTL_NL_REFUSAL_H
#define ARPCTL_NL_REFUSAL_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

struct nl_refusal {
	int err;		/* an errno, 0 if it is none */
	uint32_t offset;	/* in the request, of the refused attribute; or 0 */
	const char *text;	/* "" if there is none; points into msg, as policy */
	const struct nlattr *policy;	/* the attribute's netlink policy; or NULL */
};

/* From an NLMSG_ERROR, or from the end of a dump. */
void nl_refusal_read(struct nl_refusal *refusal, const struct nlmsghdr *msg);

/* The message, with the name of the refused attribute; and prints it. */
#define REFUSAL_TEXT 512
void nl_refusal_text(const struct nl_refusal *refusal, const struct nlmsghdr *req,
		     char buf[REFUSAL_TEXT]);
int nl_refusal_print(const struct nl_refusal *refusal,
		     const struct nlmsghdr *req);

/* For struct nl: prints nothing. */
bool nl_ignore_refusal(void *data, const struct nlmsghdr *req,
		       const struct nl_refusal *refusal);

/* CAP_NET_ADMIN is missing. */
int nl_not_permitted(void);

#endif /* ARPCTL_NL_REFUSAL_H */
