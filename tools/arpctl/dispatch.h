// SPDX-License-Identifier: GPL-2.0-only
/* From words to a command. */
#ifndef ARPCTL_DISPATCH_H
#define ARPCTL_DISPATCH_H

struct ctx;

/* Runs the command that the words name, at least one. */
int dispatch(struct ctx *ctx, int argc, char **argv);

#endif /* ARPCTL_DISPATCH_H */
