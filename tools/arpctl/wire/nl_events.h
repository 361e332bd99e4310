// SPDX-License-Identifier: GPL-2.0-only
/* Events of a multicast group, collected on a socket of their own. */
#ifndef ARPCTL_NL_EVENTS_H
#define ARPCTL_NL_EVENTS_H

#include "wire/nl_msg.h"

struct mnl_socket;

struct nl_events {
	struct mnl_socket *sock;
	struct nl_reply list;
	bool lost;		/* some are missing */
	bool failed;		/* out of memory, which was reported */
};

/* Listens to the group with this id until it is closed. */
int nl_events_open(struct nl_events *events, uint32_t group);
void nl_events_close(struct nl_events *events);

/* Drops the events received so far. */
void nl_events_reset(struct nl_events *events);

/*
 * Adds pending events to the list, in a flood not all of them; waits up to ms for one if ms
 * is not 0.
 */
void nl_events_take(struct nl_events *events, int ms);

/*
 * Hands pending messages to a function, without waiting; in a flood not all of them: then
 * the socket stays readable. *lost is set if some are missing. Return: the first status of
 * the function that is not STATUS_OK, which ends it.
 */
int nl_receive_each(const struct mnl_socket *sock, bool *lost,
		    int (*each)(void *data, const struct nlmsghdr *msg), void *data);

/* A large receive buffer; and the membership of a group. */
void nl_make_room(const struct mnl_socket *sock);
int nl_join_group(struct mnl_socket *sock, uint32_t id);

#endif /* ARPCTL_NL_EVENTS_H */
