// SPDX-License-Identifier: GPL-2.0-only
/* bind: printing a binding, and the words of its arguments, for other files. */
#ifndef ARPCTL_BIND_H
#define ARPCTL_BIND_H

struct ctx;
struct nlattr;
struct printer;

/*
 * Prints the members of a binding that came from the kernel; as text, the
 * words that bind add takes, the address padded to width.
 */
void bind_print(struct printer *out, const struct nlattr *nest, int width);

void bind_complete_address(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_BIND_H */
