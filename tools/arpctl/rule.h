// SPDX-License-Identifier: GPL-2.0-only
/* rule: in words and on the wire, and the words of its arguments. */
#ifndef ARPCTL_RULE_H
#define ARPCTL_RULE_H

#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>

struct args;
struct ctx;
struct entry;
struct printer;

/* What rule add, replace or del are told. */
int rule_parse(const struct args *args, struct entry *rule);

/* Into a message, as an attribute of this type; and from one. */
void rule_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *rule);
void rule_read(struct entry *rule, const struct nlattr *nest);

/*
 * Prints the members of a rule, or of one that came from the kernel; as text,
 * the words that rule add takes, in columns if the prefix has a width.
 */
void rule_print_entry(struct printer *out, const struct entry *rule, int width);
void rule_print(struct printer *out, const struct nlattr *nest, int width);

void rule_help_action(FILE *file);
void rule_complete_action(struct ctx *ctx, int argc, char **argv);
void rule_complete_prefix(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_RULE_H */
