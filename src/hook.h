/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NF_ARP_IN and NF_ARP_OUT.
 */
#ifndef _ARPP_HOOK_H
#define _ARPP_HOOK_H

#include "netns.h"

extern const struct nf_hook_ops arpp_hooks[ARPP_HOOKS];

#endif /* _ARPP_HOOK_H */
