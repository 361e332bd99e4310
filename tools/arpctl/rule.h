// SPDX-License-Identifier: GPL-2.0-only
/* rule: printing one, and the words of its arguments, for other files. */
#ifndef ARPCTL_RULE_H
#define ARPCTL_RULE_H

#include <stdio.h>

struct ctx;
struct nlattr;
struct printer;

/*
 * Prints the members of a rule that came from the kernel; as text, the words
 * that rule add takes, in columns if the prefix has a width.
 */
void rule_print(struct printer *out, const struct nlattr *nest, int width);

void rule_help_action(FILE *file);
void rule_complete_action(struct ctx *ctx, int argc, char **argv);
void rule_complete_prefix(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_RULE_H */
