// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic netlink: one socket, the family's id, requests and their answers.
 *
 * A request is built in nl->tx and sent by nl_call(), which connects first if
 * necessary. So a command checks its arguments before it contacts the kernel. Errors
 * are printed here.
 */
#ifndef ARPCTL_NL_H
#define ARPCTL_NL_H

#include "wire/nl_msg.h"

struct mnl_socket;
struct nl_events;
struct nl_refusal;

/* How often a read that a change interrupted is repeated. */
#define NL_TRIES	10

struct nl {
	const char *netns;	/* to enter before connecting; NULL: none, or done */
	struct mnl_socket *sock;
	uint32_t portid;
	uint32_t seq;
	uint16_t family;
	uint32_t config;	/* the group of changes, and that of verdicts */
	uint32_t verdict;
	int tries;		/* for an interrupted dump; 0: NL_TRIES */
	bool quiet;		/* no warning if all are interrupted */
	struct nl_events *events;	/* received between messages, or NULL */
	/* Called with a refusal before it is printed, or NULL. Return: print it. */
	bool (*refused)(void *data, const struct nlmsghdr *req,
			const struct nl_refusal *refusal);
	void *refused_data;
	/* Nearly the longest nest, whose length has 16 bits. */
	char tx[61440] __attribute__((aligned(8)));
	char rx[32768] __attribute__((aligned(8)));
};

/* Starts a request; flags may be NLM_F_DUMP. */
struct nlmsghdr *nl_request(struct nl *nl, uint8_t cmd, uint16_t flags);

/* The same in another buffer, for nl_send(); what is built in nl->tx stays. */
struct nlmsghdr *nl_request_in(char *buf, uint8_t cmd);

/* Adds a string; a usage error if it is too long. */
int nl_put_str(struct nl *nl, uint16_t attr, const char *value);

/*
 * Adds the name of a device, which may be an alternative one. A name that is longer
 * than IFNAMSIZ allows is translated to an index; the kernel resolves the others.
 */
int nl_put_dev(struct nl *nl, const char *name);

/* How many bytes the request has left. */
size_t nl_room(const struct nl *nl);

/*
 * Sends the request and reads its answer; the caller frees the reply also after a
 * failure. reply may be NULL if only success matters. A dump that a change
 * interrupted is repeated, up to NL_TRIES times; after that a warning says that it
 * mixes old and new.
 */
int nl_call(struct nl *nl, struct nl_reply *reply);

/* The same, but a dump is not repeated, and may mix old and new. */
int nl_call_once(struct nl *nl, struct nl_reply *reply);

/* As nl_call() without an answer, for a request in another buffer. */
int nl_send(struct nl *nl, struct nlmsghdr *req);

/* The same without an answer; a refusal with this errno counts as success. */
int nl_call_or(struct nl *nl, int err);

/* A failure and a warning that several files use. */
int nl_busy(void);
void nl_mixed(void);

/* Sends a command about this name, which attr holds; without a name, about all. */
int nl_do(struct nl *nl, uint8_t cmd, uint16_t attr, const char *name);

/* Requests the object with this name, which attr holds; without a name, all. */
int nl_get(struct nl *nl, uint8_t cmd, uint16_t attr, const char *name,
	   struct nl_reply *reply);

/* Requests all objects to which the name applies; without a name, all. */
int nl_dump(struct nl *nl, uint8_t cmd, uint16_t attr, const char *name,
	    struct nl_reply *reply);

/* The id of the family's group with this name; 0: it has none. */
uint32_t nl_group_id(const struct nlattr *groups, const char *name);

/* Connects if necessary. */
int nl_connected(struct nl *nl);

/* Connects; the reply describes the family and must be freed. */
int nl_connect(struct nl *nl, struct nl_reply *reply);
void nl_close(struct nl *nl);

#endif /* ARPCTL_NL_H */
