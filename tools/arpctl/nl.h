// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic netlink: one socket, the family's id, requests and their answers.
 *
 * A request is built in nl->tx and sent by nl_call(), which connects first if
 * need be. So a command checks all that was typed before anything touches the
 * kernel. Whatever goes wrong is printed here.
 */
#ifndef ARPCTL_NL_H
#define ARPCTL_NL_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse.h"

struct ctx;
struct mnl_socket;

struct nl {
	struct mnl_socket *sock;
	uint32_t portid;
	uint32_t seq;
	uint16_t family;
	char tx[8192] __attribute__((aligned(8)));
	char rx[32768] __attribute__((aligned(8)));
};

/* All messages that answer a request, one after the other. */
struct nl_reply {
	char *data;
	size_t len;
	size_t size;
};

#define nl_for_each(msg, reply) \
	for ((msg) = nl_next((reply), NULL); (msg); (msg) = nl_next((reply), (msg)))

const struct nlmsghdr *nl_next(const struct nl_reply *reply,
			       const struct nlmsghdr *msg);
void nl_reply_free(struct nl_reply *reply);

/* Starts a request; flags may be NLM_F_DUMP. */
struct nlmsghdr *nl_request(struct nl *nl, uint8_t cmd, uint16_t flags);

/* Adds a string that was typed; a usage error if it cannot be sent. */
int nl_put_str(struct nl *nl, uint16_t attr, const char *value);

/*
 * Sends the request and takes its answer, to be freed whatever comes of it;
 * reply may be NULL where only success matters. A dump that a change
 * interrupted is made again.
 */
int nl_call(struct ctx *ctx, struct nl_reply *reply);

/* Asks for the one object that attr names, or without a name for all. */
int nl_get(struct ctx *ctx, uint8_t cmd, uint16_t attr, const char *name,
	   struct nl_reply *reply);

/* Asks for all objects that attr names, or without a name for all. */
int nl_dump(struct ctx *ctx, uint8_t cmd, uint16_t attr, const char *name,
	    struct nl_reply *reply);

/* Whether the module is there already, for what should not load it. */
bool nl_ready(void);

/* Calls each for every event of the multicast groups (the list ends with
 * NULL), with NULL where events were lost; returns when something fails.
 */
int nl_listen(struct ctx *ctx, const char *const *groups,
	      int (*each)(struct ctx *ctx, const struct nlmsghdr *msg));

void nl_close(struct nl *nl);

/* Attributes of a message or nest, by type; what is above max is left out. */
void nl_parse(const struct nlmsghdr *msg, const struct nlattr **tb,
	      unsigned int max);
void nl_parse_nest(const struct nlattr *nest, const struct nlattr **tb,
		   unsigned int max);

/* Values of attributes, 0 and "" for NULL. */
uint64_t nl_uint(const struct nlattr *attr);
const char *nl_str(const struct nlattr *attr);

/* Addresses as text in buf, NULL for NULL. */
const char *nl_address(const struct nlattr *attr, char buf[ADDRESS_TEXT]);
const char *nl_lladdr(const struct nlattr *attr, char buf[LLADDR_TEXT]);

#endif /* ARPCTL_NL_H */
