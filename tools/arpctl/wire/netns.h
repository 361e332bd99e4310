// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces. */
#ifndef ARPCTL_NETNS_H
#define ARPCTL_NETNS_H

/* Enters the namespace with this name or path, if any, and sets *netns to NULL. */
int netns_enter(const char **netns);

/* Calls each with every name of a namespace. */
void netns_list(void (*each)(void *data, const char *name), void *data);

#endif /* ARPCTL_NETNS_H */
