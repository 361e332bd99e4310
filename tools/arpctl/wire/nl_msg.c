// SPDX-License-Identifier: GPL-2.0-only
/* Netlink messages: replies of several messages, attributes and their values. */

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "wire/nl_msg.h"

const struct nlmsghdr *nl_next(const struct nl_reply *reply,
			       const struct nlmsghdr *msg)
{
	const char *next = reply->data;

	if (msg)
		next = (const char *)msg + MNL_ALIGN(msg->nlmsg_len);
	if (!next || next >= reply->data + reply->len)
		return NULL;
	return (const struct nlmsghdr *)next;
}

void nl_reply_free(struct nl_reply *reply)
{
	free(reply->data);
	reply->data = NULL;
	reply->len = 0;
	reply->size = 0;
}

int nl_reply_add(struct nl_reply *reply, const struct nlmsghdr *msg)
{
	size_t len = MNL_ALIGN(msg->nlmsg_len);
	size_t size = reply->size ? reply->size : 4096;
	char *data;

	if (reply->take)
		return reply->take(reply->take_data, msg);
	while (size - reply->len < len)
		size *= 2;
	if (size != reply->size) {
		data = realloc(reply->data, size);
		if (!data)
			return no_memory();
		reply->data = data;
		reply->size = size;
	}
	memcpy(reply->data + reply->len, msg, msg->nlmsg_len);
	reply->len += len;
	return STATUS_OK;
}

uint64_t nl_uint(const struct nlattr *attr)
{
	const void *data;
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	if (!attr)
		return 0;
	data = mnl_attr_get_payload(attr);
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return *(const uint8_t *)data;
	case sizeof(uint16_t):
		memcpy(&u16, data, sizeof(u16));
		return u16;
	case sizeof(uint32_t):
		memcpy(&u32, data, sizeof(u32));
		return u32;
	case sizeof(uint64_t):
		memcpy(&u64, data, sizeof(u64));
		return u64;
	default:
		return 0;
	}
}

const char *nl_str(const struct nlattr *attr)
{
	const char *str;
	size_t len;

	if (!attr || attr->nla_len <= NLA_HDRLEN)
		return "";
	str = (const char *)attr + NLA_HDRLEN;
	len = attr->nla_len - (size_t)NLA_HDRLEN;
	return str[len - 1] ? "" : str;
}

const char *nl_address(const struct nlattr *attr, char buf[ADDRESS_TEXT])
{
	if (!attr)
		return NULL;
	address_text((uint32_t)nl_uint(attr), buf);
	return buf;
}

bool nl_mac(const struct nlattr *attr, uint8_t lladdr[LLADDR_LEN])
{
	if (!attr || mnl_attr_get_payload_len(attr) != LLADDR_LEN)
		return false;
	memcpy(lladdr, mnl_attr_get_payload(attr), LLADDR_LEN);
	return true;
}

const char *nl_lladdr(const struct nlattr *attr, char buf[LLADDR_TEXT])
{
	if (!attr)
		return NULL;
	lladdr_text(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr),
		    buf);
	return buf;
}

static void parse(const char *at, const char *end, const struct nlattr **tb,
		  unsigned int max)
{
	const struct nlattr *attr;
	unsigned int type;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	nl_for_each_attr(attr, at, end) {
		type = nl_attr_type(attr);
		if (type <= max)
			tb[type] = attr;
	}
}

void nl_parse_after(const struct nlmsghdr *msg, size_t header,
		    const struct nlattr **tb, unsigned int max)
{
	parse((const char *)msg + MNL_NLMSG_HDRLEN + MNL_ALIGN(header),
	      (const char *)msg + msg->nlmsg_len, tb, max);
}

void nl_parse(const struct nlmsghdr *msg, const struct nlattr **tb,
	      unsigned int max)
{
	nl_parse_after(msg, GENL_HDRLEN, tb, max);
}

const struct nlattr *nl_find(const struct nlmsghdr *msg, unsigned int type)
{
	const char *at = (const char *)msg + MNL_NLMSG_HDRLEN + GENL_HDRLEN;
	const char *end = (const char *)msg + msg->nlmsg_len;
	const struct nlattr *attr;

	nl_for_each_attr(attr, at, end)
		if (nl_attr_type(attr) == type)
			return attr;
	return NULL;
}

void nl_parse_nest(const struct nlattr *nest, const struct nlattr **tb,
		   unsigned int max)
{
	parse(nl_nest_data(nest), nl_nest_tail(nest), tb, max);
}
