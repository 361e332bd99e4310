// SPDX-License-Identifier: GPL-2.0-only
/* Commands from a file. */
#ifndef ARPCTL_BATCH_H
#define ARPCTL_BATCH_H

struct ctx;

/*
 * Runs the commands in a file, "-" being standard input, one a line as they
 * come; up to the first that fails, with -f all. Return: the status of that.
 */
int batch_run(struct ctx *ctx, const char *name);

#endif /* ARPCTL_BATCH_H */
