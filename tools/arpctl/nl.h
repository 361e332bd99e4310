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

/* How often what a change interrupted is read again. */
#define NL_TRIES	10

/* The longest string that goes into a request; the kernel takes less. */
#define NL_STR_MAX	4096

struct nl {
	struct mnl_socket *sock;
	uint32_t portid;
	uint32_t seq;
	uint16_t family;
	uint32_t config;	/* the group of changes */
	int tries;		/* for an interrupted dump; 0: NL_TRIES */
	bool quiet;		/* no warning if all are interrupted */
	struct nl_events *events;	/* collected during dumps, or NULL */
	/*
	 * Told of a refusal before it is printed, with the offset in the
	 * request that it is about, 0 for the whole; or NULL.
	 */
	void (*refused)(void *data, const struct nlmsghdr *req,
			uint32_t offset);
	void *refused_data;
	/* As long as a nest may be, which has 16 bits for its length. */
	char tx[61440] __attribute__((aligned(8)));
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

int nl_reply_add(struct nl_reply *reply, const struct nlmsghdr *msg);
const struct nlmsghdr *nl_next(const struct nl_reply *reply,
			       const struct nlmsghdr *msg);
void nl_reply_free(struct nl_reply *reply);

/* Starts a request; flags may be NLM_F_DUMP. */
struct nlmsghdr *nl_request(struct nl *nl, uint8_t cmd, uint16_t flags);

/* Adds a string that was typed; a usage error if it cannot be sent. */
int nl_put_str(struct nl *nl, uint16_t attr, const char *value);
int nl_str_fits(const char *value);

/*
 * Adds the name of a device, which may be an alternative one. A name that is longer
 * than IFNAMSIZ allows is translated to an index; the kernel resolves the others.
 */
int nl_put_dev(struct ctx *ctx, const char *name);

/* How many bytes the request has left. */
size_t nl_room(const struct nl *nl);

/*
 * Sends the request and reads its answer; the caller frees the reply also after a
 * failure. reply may be NULL if only success matters. A dump that a change
 * interrupted is repeated, up to NL_TRIES times; after that a warning says that it
 * mixes old and new.
 */
int nl_call(struct ctx *ctx, struct nl_reply *reply);

/* The same, but a dump is not repeated, and may mix old and new. */
int nl_call_once(struct ctx *ctx, struct nl_reply *reply);

/* The same for what has no answer, and may as well be refused with this errno. */
int nl_call_or(struct ctx *ctx, int err);

/* Failures, and a warning, that are used in more than one place. */
int nl_busy(void);
void nl_mixed(void);
int nl_not_permitted(void);

/* Asks for the one object that attr names, or without a name for all. */
int nl_get(struct ctx *ctx, uint8_t cmd, uint16_t attr, const char *name,
	   struct nl_reply *reply);

/* Asks for all objects that attr names, or without a name for all. */
int nl_dump(struct ctx *ctx, uint8_t cmd, uint16_t attr, const char *name,
	    struct nl_reply *reply);

/* Whether the module is there already, for what should not load it. */
bool nl_ready(void);

/* Whether depmod knows a module of this name for the running kernel. */
bool nl_module_installed(const char *name);

/* Calls each for every event of the multicast groups (the list ends with
 * NULL), with NULL where events were lost; returns when something fails.
 */
int nl_listen(struct ctx *ctx, const char *const *groups,
	      int (*each)(struct ctx *ctx, const struct nlmsghdr *msg));

/* Events of the group "config", on a socket of its own. */
struct nl_events {
	struct mnl_socket *sock;
	struct nl_reply list;
	bool lost;		/* some are missing */
	bool failed;		/* out of memory, which was reported */
};

/*
 * Listens from now on until it is closed. While it is ctx->nl.events, dumps receive
 * pending events between their messages, so that a small socket buffer suffices.
 */
int nl_events_open(struct ctx *ctx, struct nl_events *events);
void nl_events_close(struct nl_events *events);

/* Drops the events received so far. */
void nl_events_reset(struct nl_events *events);

/* Adds pending events to the list; waits up to ms for one if ms is not 0. */
void nl_events_take(struct nl_events *events, int ms);

/* Connects if necessary. */
int nl_connected(struct ctx *ctx);

/* Connects; with what the family says of itself in the reply, to be freed. */
int nl_connect(struct ctx *ctx, struct nl_reply *reply);
void nl_close(struct nl *nl);

/* Attributes of a message or nest, by type; what is above max is left out. */
void nl_parse(const struct nlmsghdr *msg, const struct nlattr **tb,
	      unsigned int max);
void nl_parse_nest(const struct nlattr *nest, const struct nlattr **tb,
		   unsigned int max);

/* The id of the family's group with this name; 0: it has none. */
uint32_t nl_group_id(const struct nlattr *groups, const char *name);

/* Values of attributes, 0 and "" for NULL. */
uint64_t nl_uint(const struct nlattr *attr);
const char *nl_str(const struct nlattr *attr);

/* Whether it is an Ethernet address, which is copied. */
bool nl_mac(const struct nlattr *attr, uint8_t lladdr[LLADDR_LEN]);

/* Addresses as text in buf, NULL for NULL. */
const char *nl_address(const struct nlattr *attr, char buf[ADDRESS_TEXT]);
const char *nl_lladdr(const struct nlattr *attr, char buf[LLADDR_TEXT]);

#endif /* ARPCTL_NL_H */
