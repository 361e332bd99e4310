// SPDX-License-Identifier: GPL-2.0-only
/* Commands from a file. */
#ifndef ARPCTL_BATCH_H
#define ARPCTL_BATCH_H

struct ctx;

/*
 * Runs the commands in a file, one per line; "-" is standard input. Stops at the first
 * that fails, unless -f is given. Return: the status of the first that failed.
 */
int batch_run(struct ctx *ctx, const char *name);

#endif /* ARPCTL_BATCH_H */
