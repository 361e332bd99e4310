// SPDX-License-Identifier: GPL-2.0-only
/* Bindings: in words and on the wire. */
#ifndef ARPCTL_BIND_H
#define ARPCTL_BIND_H

#include <linux/netlink.h>

#include "wire/entry.h"

struct args;
struct nl;
struct printer;

#define BIND_ARGS "ADDRESS lladdr MAC [dev SELECTOR]"

/* From the arguments of bind add, replace or del. */
int bind_parse(const struct args *args, struct entry *binding);

/* Into a message, as an attribute of this type; and from one. */
void bind_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *binding);
void bind_read(struct entry *binding, const struct nlattr *nest);

/* Adds or deletes a binding, or replaces one. */
int bind_change(struct nl *nl, uint8_t cmd, bool replace,
		const struct entry *binding);

/*
 * Prints the members of a binding; as text, the words that bind add takes, the address
 * padded to width.
 */
void bind_print(struct printer *out, const struct entry *binding, int width);
void bind_print_nest(struct printer *out, const struct nlattr *nest);

#endif /* ARPCTL_BIND_H */
