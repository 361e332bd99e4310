/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's sysctls decide on a device, in the terms of the fields. */
#ifndef ARPCTL_DEV_SYSCTLS_H
#define ARPCTL_DEV_SYSCTLS_H

#include "host/host.h"
#include "wire/fields.h"

#define SYSCTL_SOURCE 80

/*
 * The value of a field that the sysctls are equal to, and which of them it comes from,
 * as "all.arp_ignore". Return: false if no sysctl has this meaning there.
 */
bool dev_sysctl(const struct host *host, const struct host_link *link,
		enum arp_policy_field field, uint32_t *value,
		char source[SYSCTL_SOURCE]);

#endif /* ARPCTL_DEV_SYSCTLS_H */
