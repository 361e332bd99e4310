// SPDX-License-Identifier: GPL-2.0-only
/* check: its finders. Each is a row of the table in check.c, and changes nothing. */
#ifndef ARPCTL_CHECK_FINDERS_H
#define ARPCTL_CHECK_FINDERS_H

#include "check/finding.h"

/* own.c: addresses of this host */
void find_duplicate(struct check *c);
void find_flux(struct check *c);
void find_vip(struct check *c);
void find_veth_local(struct check *c);

/* proxy.c: proxy ARP */
void find_proxy_forwarding(struct check *c);
void find_proxy_onlink(struct check *c);

/* set.c: policy without the effect that it seems to have */
void find_unmatched(struct check *c);
void find_no_arp(struct check *c);
void find_binding(struct check *c);

/* kernel.c: settings other than policy */
void find_lo_sysctl(struct check *c);
void find_neighbours(struct check *c);
void find_bridge_nf(struct check *c);
void find_firewall(struct check *c);

#endif /* ARPCTL_CHECK_FINDERS_H */
