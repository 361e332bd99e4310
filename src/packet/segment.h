/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The segment of a frame that a bridge receives: its VLAN, and the host's device there.
 *
 * Packet path: softirq, RCU read side. arpp_bridge_*(): process context.
 */
#ifndef _ARPP_SEGMENT_H
#define _ARPP_SEGMENT_H

#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "packet/wrap.h"

/**
 * struct arpp_bridge - the functions of bridge.ko that are used
 * @vlan_enabled: does a bridge filter VLANs? NULL if the kernel's bridge cannot
 * @get_pvid: the PVID of a port or a bridge; set with @vlan_enabled
 * @get_proto: the tag protocol of a bridge; set with @vlan_enabled
 * @get_info: is a VLAN one of a port? Set with @vlan_enabled; on old kernels, RTNL only
 * @mst_enabled: does a bridge keep a state for each VLAN? Set with @vlan_enabled
 * @has_flag: the flags of a port
 * @find_port: the port of a MAC; RTNL only
 * @free: to release them
 *
 * They are looked up by name, so that this module does not depend on bridge.ko. While a
 * struct arpp_bridge exists, bridge.ko cannot be unloaded.
 */
struct arpp_bridge {
	bool (*vlan_enabled)(const struct net_device *bridge);
	int (*get_pvid)(const struct net_device *dev, u16 *pvid);
	int (*get_proto)(const struct net_device *bridge, u16 *proto);
	int (*get_info)(const struct net_device *dev, u16 vid,
			struct bridge_vlan_info *info);
#ifdef ARPP_HAVE_BR_MST
	bool (*mst_enabled)(const struct net_device *bridge);
#endif
	bool (*has_flag)(const struct net_device *port, unsigned long flag);
	struct net_device *(*find_port)(const struct net_device *bridge,
					const unsigned char *lladdr, u16 vid);
	struct rcu_work free;
};

/**
 * struct arpp_segment - where a frame entered a bridge
 * @fns: the functions of the bridge; NULL: its VLANs cannot be determined
 * @port: the port
 * @tag: the frame's tag
 * @found: arpp_segment_find() was called; it sets the rest
 * @filtering: the bridge filters VLANs
 * @vid: the VLAN, or 0: there is none
 * @bridge: the bridge
 * @dev: the host's device on the segment: the bridge or a VLAN device of it, or NULL
 */
struct arpp_segment {
	const struct arpp_bridge *fns;
	struct net_device *port;
	struct arpp_tag tag;
	bool found;
	bool filtering;
	u16 vid;
	struct net_device *bridge;
	struct net_device *dev;
};

static inline void arpp_segment_begin(struct arpp_segment *s,
				      const struct arpp_bridge *fns,
				      struct net_device *port)
{
	s->fns = fns;
	s->port = port;
	s->found = false;
}

/* The tag in the metadata of a frame, or none. */
static __always_inline void arpp_segment_read_tag(struct arpp_segment *s,
						  const struct sk_buff *skb)
{
	s->tag.in_data = false;
	s->tag.proto = 0;
	if (skb_vlan_tag_present(skb)) {
		s->tag.proto = skb->vlan_proto;
		s->tag.tci = skb_vlan_tag_get(skb);
	}
}

struct arpp_bridge *arpp_bridge_get(void);
void arpp_bridge_put(struct arpp_bridge *bridge);
void arpp_bridge_put_rcu(struct arpp_bridge *bridge);
void arpp_segment_look_up(struct arpp_segment *s);
bool arpp_segment_is_foreign(struct arpp_segment *s);
bool arpp_segment_is_locked(const struct arpp_segment *s);
bool arpp_segment_is_member(const struct arpp_segment *s);
bool arpp_segment_is_member_rtnl(const struct arpp_segment *s, const struct net_device *port);
bool arpp_segment_reaches_host_rtnl(const struct arpp_segment *s);
bool arpp_segment_is_outside(const struct arpp_segment *s);
bool arpp_segment_admits_vlan(const struct arpp_segment *s);

/**
 * arpp_segment_find() - find the segment of a frame, once
 * @s: the segment; its VLAN and devices are set
 */
static inline void arpp_segment_find(struct arpp_segment *s)
{
	if (!s->found)
		arpp_segment_look_up(s);
}

#ifdef BR_PORT_LOCKED
#define ARPP_PORT_LOCKED	BR_PORT_LOCKED
#else
#define ARPP_PORT_LOCKED	0
#endif

/**
 * arpp_segment_admits() - does the bridge accept frames like this one?
 * @s: the segment
 * @flags: flags of the port, BR_*, with which it must not
 *
 * What it would refuse must not be answered: a frame of a VLAN that is not one of the
 * port's or may be blocked there, or of a locked port. Ports that map VLANs to tunnels
 * get no answer either.
 *
 * Return: whether it does; false if that cannot be determined.
 */
static inline bool arpp_segment_admits(struct arpp_segment *s, unsigned long flags)
{
	arpp_segment_find(s);
	/*
	 * An answer into a tunnel would need metadata, which the bridge has removed. One
	 * call asks for any of the flags, and saves 30 instructions.
	 */
	flags |= BR_VLAN_TUNNEL | ARPP_PORT_LOCKED;
	return s->fns && s->bridge && !s->fns->has_flag(s->port, flags) &&
	       (likely(!s->filtering) || arpp_segment_admits_vlan(s));
}

/* The name of the bridge of a segment, which may be NULL; "-" if there is none. */
static inline const char *arpp_segment_bridge(struct arpp_segment *s)
{
	if (!s)
		return "-";
	arpp_segment_find(s);
	return s->bridge ? s->bridge->name : "-";
}

#endif /* _ARPP_SEGMENT_H */
