/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a device does proxy ARP, as the sysctls proxy_arp and proxy_arp_pvlan do.
 *
 * RCU read side.
 */
#ifndef _ARPP_PROXY_H
#define _ARPP_PROXY_H

#include <linux/inetdevice.h>

#include "packet/packet.h"

u8 arpp_proxy_sysctl(struct in_device *in_dev);
bool arpp_proxy_answers(u8 proxy, struct in_device *in_dev,
			const struct arpp_packet *p);

#endif /* _ARPP_PROXY_H */
