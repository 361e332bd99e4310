// SPDX-License-Identifier: GPL-2.0-only
/* bind: in words and on the wire, and the words of its arguments. */
#ifndef ARPCTL_BIND_H
#define ARPCTL_BIND_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

struct args;
struct ctx;
struct entry;
struct printer;

/* What bind add, replace or del are told. */
int bind_parse(const struct args *args, struct entry *binding);

/* Into a message, as an attribute of this type; and from one. */
void bind_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *binding);
void bind_read(struct entry *binding, const struct nlattr *nest);

/* Adds or deletes a binding, or replaces one. */
int bind_change(struct ctx *ctx, uint8_t cmd, bool replace,
		const struct entry *binding);

/*
 * Prints the members of a binding, or of one that came from the kernel; as
 * text, the words that bind add takes, the address padded to width.
 */
void bind_print_entry(struct printer *out, const struct entry *binding,
		      int width);
void bind_print(struct printer *out, const struct nlattr *nest, int width);

/* bind_leases.c: bind import */
int bind_import(struct ctx *ctx, int argc, char **argv);

void bind_complete_address(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_BIND_H */
