/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family: commands, attribute policies, multicast groups.
 */
#ifndef _ARPP_NL_FAMILY_H
#define _ARPP_NL_FAMILY_H

int arpp_family_init(void);
void arpp_family_clean(void);

#endif /* _ARPP_NL_FAMILY_H */
