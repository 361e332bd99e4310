// SPDX-License-Identifier: GPL-2.0-only
/* Events of the family, as they happen. */
#ifndef ARPCTL_NL_LISTEN_H
#define ARPCTL_NL_LISTEN_H

struct nl;
struct nlmsghdr;

/*
 * Calls each for every event of the multicast groups (the list ends with NULL), with
 * NULL where events were lost. Returns when something fails.
 */
int nl_listen(struct nl *nl, const char *const *groups,
	      int (*each)(void *data, const struct nlmsghdr *msg), void *data);

#endif /* ARPCTL_NL_LISTEN_H */
