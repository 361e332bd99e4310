// SPDX-License-Identifier: GPL-2.0-only
/* Netlink messages: replies of several messages, attributes and their values. */
#ifndef ARPCTL_NL_MSG_H
#define ARPCTL_NL_MSG_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"

/* All messages that answer a request, one after the other. */
struct nl_reply {
	char *data;
	size_t len;
	size_t size;
};

#define nl_for_each(msg, reply) \
	for ((msg) = nl_next((reply), NULL); (msg); (msg) = nl_next((reply), (msg)))

int nl_reply_add(struct nl_reply *reply, const struct nlmsghdr *msg);
const struct nlmsghdr *nl_next(const struct nl_reply *reply,
			       const struct nlmsghdr *msg);
void nl_reply_free(struct nl_reply *reply);

/*
 * Attributes by type; types above max are ignored. They are those of a generic netlink
 * message, of a message with another header after netlink's, or of a nest.
 */
void nl_parse(const struct nlmsghdr *msg, const struct nlattr **tb,
	      unsigned int max);
void nl_parse_after(const struct nlmsghdr *msg, size_t header,
		    const struct nlattr **tb, unsigned int max);
void nl_parse_nest(const struct nlattr *nest, const struct nlattr **tb,
		   unsigned int max);

/* Values of attributes, 0 and "" for NULL. */
uint64_t nl_uint(const struct nlattr *attr);
const char *nl_str(const struct nlattr *attr);

/* Copies an Ethernet address. Return: whether the attribute is one. */
bool nl_mac(const struct nlattr *attr, uint8_t lladdr[LLADDR_LEN]);

/* Addresses as text in buf, NULL for NULL. */
const char *nl_address(const struct nlattr *attr, char buf[ADDRESS_TEXT]);
const char *nl_lladdr(const struct nlattr *attr, char buf[LLADDR_TEXT]);

#endif /* ARPCTL_NL_MSG_H */
