// SPDX-License-Identifier: GPL-2.0-only
/* Whole files, read at once. */
#ifndef ARPCTL_INPUT_H
#define ARPCTL_INPUT_H

#include <stddef.h>

struct ctx;

/*
 * Reads all of a file, "-" being standard input. data is to be freed; a NUL is
 * behind it that len does not count.
 */
int input_read(const struct ctx *ctx, const char *name, char **data,
	       size_t *len);

#endif /* ARPCTL_INPUT_H */
