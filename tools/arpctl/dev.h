// SPDX-License-Identifier: GPL-2.0-only
/* dev: what is set on a selector, in words. */
#ifndef ARPCTL_DEV_H
#define ARPCTL_DEV_H

struct args;
struct field_values;

/* What dev set is told; the selector is its first argument. */
int dev_parse(const struct args *args, struct field_values *values);

#endif /* ARPCTL_DEV_H */
