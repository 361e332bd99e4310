// SPDX-License-Identifier: GPL-2.0-only
/* Netlink messages: replies of several messages, attributes and their values. */
#ifndef ARPCTL_NL_MSG_H
#define ARPCTL_NL_MSG_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/parse.h"

/* All messages that answer a request, one after the other. */
struct nl_reply {
	char *data;
	size_t len;
	size_t size;
	/* Takes each message, which is then not kept; or NULL. Return: a status. */
	int (*take)(void *data, const struct nlmsghdr *msg);
	void *take_data;
};

#define nl_for_each(msg, reply) \
	for ((msg) = nl_next((reply), NULL); (msg); (msg) = nl_next((reply), (msg)))

/* Keeps a message, or passes it on. */
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

/*
 * Attributes up to the end, or to one that does not fit. libmnl has a function for each
 * part of this, which was a tenth of the time of a listing.
 */
#define nl_for_each_attr(attr, begin, end)				\
	for ((attr) = nl_attr_at(begin, end); (attr);			\
	     (attr) = nl_attr_at((const char *)(attr) +			\
				 NLA_ALIGN((attr)->nla_len), end))

static inline const struct nlattr *nl_attr_at(const char *at, const char *end)
{
	const struct nlattr *attr = (const struct nlattr *)at;

	return end - at < NLA_HDRLEN || attr->nla_len < NLA_HDRLEN ||
	       attr->nla_len > end - at ? NULL : attr;
}

/* Those of a nest; none if it is NULL. */
#define nl_for_each_nested(attr, nest)					\
	nl_for_each_attr(attr, nl_nest_data(nest), nl_nest_tail(nest))

static inline const char *nl_nest_data(const struct nlattr *nest)
{
	return nest ? (const char *)nest + NLA_HDRLEN : NULL;
}

static inline const char *nl_nest_tail(const struct nlattr *nest)
{
	return nest ? (const char *)nest + nest->nla_len : NULL;
}

static inline unsigned int nl_attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

/* The first attribute of this type of a generic netlink message, or NULL. */
const struct nlattr *nl_find(const struct nlmsghdr *msg, unsigned int type);

/*
 * Append an attribute to a message that has room for it. With a length that the compiler
 * knows it takes a dozen instructions, with libmnl's functions 60 or more: a restore
 * sends half a dozen attributes for each entry.
 */
static inline struct nlattr *nl_attr_put(struct nlmsghdr *nlh, unsigned int type,
					 const void *data, size_t len)
{
	struct nlattr *attr = (struct nlattr *)((char *)nlh + nlh->nlmsg_len);
	char *payload = (char *)attr + NLA_HDRLEN;

	attr->nla_type = (uint16_t)type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + len);
	if (len)
		memcpy(payload, data, len);
	memset(payload + len, 0, NLA_ALIGN(len) - len);
	nlh->nlmsg_len += NLA_HDRLEN + (uint32_t)NLA_ALIGN(len);
	return attr;
}

static inline void nl_attr_put_u32(struct nlmsghdr *nlh, unsigned int type,
				   uint32_t value)
{
	nl_attr_put(nlh, type, &value, sizeof(value));
}

/* Begin and end a nest of attributes. */
static inline struct nlattr *nl_nest_begin(struct nlmsghdr *nlh, unsigned int type)
{
	return nl_attr_put(nlh, type | NLA_F_NESTED, NULL, 0);
}

static inline void nl_nest_end(const struct nlmsghdr *nlh, struct nlattr *nest)
{
	nest->nla_len = (uint16_t)((const char *)nlh + nlh->nlmsg_len -
				   (const char *)nest);
}

/* Values of attributes, 0 and "" for NULL. */
uint64_t nl_uint(const struct nlattr *attr);
const char *nl_str(const struct nlattr *attr);

/* Copies an Ethernet address. Return: whether the attribute is one. */
bool nl_mac(const struct nlattr *attr, uint8_t lladdr[LLADDR_LEN]);

/* Addresses as text in buf, NULL for NULL. */
const char *nl_address(const struct nlattr *attr, char buf[ADDRESS_TEXT]);
const char *nl_lladdr(const struct nlattr *attr, char buf[LLADDR_TEXT]);

#endif /* ARPCTL_NL_MSG_H */
