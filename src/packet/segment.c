// SPDX-License-Identifier: GPL-2.0-only
/*
 * The segment of a frame that a bridge receives: its VLAN, and the host's device there.
 *
 * Packet path: softirq, RCU read side. Mirrors what br_allowed_ingress() will decide,
 * because the hook runs before it.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "compat.h"
#include "packet/segment.h"
#include "policy/tables.h"

/* Take the functions; each keeps bridge.ko loaded. */
static bool take_functions(struct arpp_bridge *bridge)
{
	bridge->has_flag = symbol_get(br_port_flag_is_set);
	bridge->find_port = symbol_get(br_fdb_find_port);
	if (!bridge->has_flag || !bridge->find_port)
		return false;
	if (!IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING))
		return true;
	bridge->vlan_enabled = symbol_get(br_vlan_enabled);
	bridge->get_pvid = symbol_get(br_vlan_get_pvid_rcu);
	bridge->get_proto = symbol_get(br_vlan_get_proto);
#ifdef ARPP_HAVE_BR_VLAN_INFO
	bridge->get_info = symbol_get(br_vlan_get_info_rcu);
#else
	bridge->get_info = symbol_get(br_vlan_get_info);
#endif
#ifdef ARPP_HAVE_BR_MST
	bridge->mst_enabled = symbol_get(br_mst_enabled);
	if (!bridge->mst_enabled)
		return false;
#endif
	return bridge->vlan_enabled && bridge->get_pvid && bridge->get_proto &&
	       bridge->get_info;
}

/**
 * arpp_bridge_get() - take the functions of bridge.ko
 *
 * Context: process.
 * Return: the functions; NULL if bridge.ko is not loaded, or its initialisation has not
 *	ended yet; or an ERR_PTR() of -ENOMEM.
 */
struct arpp_bridge *arpp_bridge_get(void)
{
	struct arpp_bridge *bridge = kzalloc(sizeof(*bridge), GFP_KERNEL_ACCOUNT);

	if (!bridge)
		return ERR_PTR(-ENOMEM);
	if (take_functions(bridge))
		return bridge;
	arpp_bridge_put(bridge);
	return NULL;
}

/**
 * arpp_bridge_put() - release the functions of bridge.ko
 * @bridge: the functions, which no packet uses; or NULL
 *
 * Context: process.
 */
void arpp_bridge_put(struct arpp_bridge *bridge)
{
	if (!bridge)
		return;
	if (bridge->has_flag)
		symbol_put(br_port_flag_is_set);
	if (bridge->find_port)
		symbol_put(br_fdb_find_port);
	if (bridge->vlan_enabled)
		symbol_put(br_vlan_enabled);
	if (bridge->get_pvid)
		symbol_put(br_vlan_get_pvid_rcu);
	if (bridge->get_proto)
		symbol_put(br_vlan_get_proto);
#ifdef ARPP_HAVE_BR_VLAN_INFO
	if (bridge->get_info)
		symbol_put(br_vlan_get_info_rcu);
#else
	if (bridge->get_info)
		symbol_put(br_vlan_get_info);
#endif
#ifdef ARPP_HAVE_BR_MST
	if (bridge->mst_enabled)
		symbol_put(br_mst_enabled);
#endif
	kfree(bridge);
}

static void put_work(struct work_struct *work)
{
	arpp_bridge_put(container_of(to_rcu_work(work), struct arpp_bridge, free));
}

/**
 * arpp_bridge_put_rcu() - release the functions after a grace period
 * @bridge: the functions, which no new packet finds; or NULL
 */
void arpp_bridge_put_rcu(struct arpp_bridge *bridge)
{
	if (!bridge)
		return;
	INIT_RCU_WORK(&bridge->free, put_work);
	queue_rcu_work(arpp_free_wq, &bridge->free);
}

/*
 * The VLAN device directly on the bridge, in this netns. Devices on top of it may have
 * VLAN devices, too.
 */
static noinline struct net_device *vlan_dev(struct net_device *bridge, __be16 proto, u16 vid)
{
	struct net_device *dev = __vlan_find_dev_deep_rcu(bridge, proto, vid);

	return dev && vlan_dev_real_dev(dev) == bridge &&
	       net_eq(dev_net(dev), dev_net(bridge)) ? dev : NULL;
}

/* Without VLAN filtering the tag alone decides. */
static void find_by_tag(struct arpp_segment *s)
{
	s->dev = unlikely(s->vid) ? vlan_dev(s->bridge, s->tag.proto, s->vid) : s->bridge;
}

/*
 * With VLAN filtering, the port's PVID takes the place of a missing VID. Not inline, because
 * its variables need a stack protector: saves 15 instructions if the bridge does not filter.
 */
static noinline void find_by_vlan(struct arpp_segment *s)
{
	const struct arpp_bridge *fns = s->fns;
	u16 proto, pvid;

	s->filtering = true;
	if (!s->vid && fns->get_pvid(s->port, &s->vid))
		s->vid = 0;
	if (!s->vid || fns->get_proto(s->bridge, &proto))
		return;
	s->dev = vlan_dev(s->bridge, htons(proto), s->vid);
	if (!s->dev && !fns->get_pvid(s->bridge, &pvid) && pvid == s->vid)
		s->dev = s->bridge;
}

/**
 * arpp_segment_look_up() - arpp_segment_find() for the first time
 * @s: the segment
 */
void arpp_segment_look_up(struct arpp_segment *s)
{
	struct net_device *master;

	s->found = true;
	s->filtering = false;
	s->vid = 0;
	s->bridge = NULL;
	s->dev = NULL;
	master = netdev_master_upper_dev_get_rcu(s->port);
	/* The port may have left the bridge since. */
	if (!master || !netif_is_bridge_master(master))
		return;
	s->bridge = master;
	if (!s->fns)
		return;
	if (s->tag.proto)
		s->vid = s->tag.tci & VLAN_VID_MASK;
	/* First: a bridge that does not filter has a PVID too. */
	if (s->fns->vlan_enabled && s->fns->vlan_enabled(master))
		find_by_vlan(s);
	else
		find_by_tag(s);
}

/**
 * arpp_segment_is_foreign() - does the bridge take the tag of a frame for data?
 * @s: the segment
 *
 * A bridge that filters VLANs forwards a frame with a tag of another protocol as an
 * untagged one: a host gets it with the tag, and strips it if its VID is 0.
 *
 * Return: whether it does; true if that cannot be determined.
 */
bool arpp_segment_is_foreign(struct arpp_segment *s)
{
	u16 proto;

	if (!s->tag.proto)
		return false;
	arpp_segment_find(s);
	if (!s->fns)
		return true;
	return s->filtering && (s->fns->get_proto(s->bridge, &proto) ||
				htons(proto) != s->tag.proto);
}

#ifdef ARPP_HAVE_BR_VLAN_INFO
#define CAN_ASK_VLANS	true
#else
#define CAN_ASK_VLANS	false
#endif

static bool has_vlan_rtnl(const struct arpp_segment *s, const struct net_device *port)
{
	struct bridge_vlan_info info;

	return !s->fns->get_info(port, s->vid, &info);
}

/* Is its VLAN one of the port's? On old kernels, only the PVID is known without RTNL. */
static bool has_vlan(const struct arpp_segment *s)
{
	u16 pvid;

	if (CAN_ASK_VLANS)
		return has_vlan_rtnl(s, s->port);
	return !s->fns->get_pvid(s->port, &pvid) && pvid == s->vid;
}

/**
 * arpp_segment_is_member_rtnl() - is a port in the VLAN of the frame? On any kernel
 * @s: the segment; its bridge and .fns are known
 * @port: a port of the bridge
 *
 * Context: RTNL.
 * Return: whether it is; true if the bridge does not filter VLANs.
 */
bool arpp_segment_is_member_rtnl(const struct arpp_segment *s, const struct net_device *port)
{
	return !s->filtering || (s->vid && has_vlan_rtnl(s, port));
}

/**
 * arpp_segment_reaches_host_rtnl() - does the bridge hand frames of this VLAN to the host?
 * @s: the segment; its bridge and .fns are known
 *
 * As br_pass_frame_up(): the bridge itself must be in the VLAN, or promiscuous.
 *
 * Context: RTNL.
 * Return: whether it does; true if the bridge does not filter VLANs.
 */
bool arpp_segment_reaches_host_rtnl(const struct arpp_segment *s)
{
	struct bridge_vlan_info info;

	if (!s->filtering || s->bridge->flags & IFF_PROMISC)
		return true;
	return s->vid && !s->fns->get_info(s->bridge, s->vid, &info) &&
	       info.flags & BRIDGE_VLAN_INFO_BRENTRY;
}

/**
 * arpp_segment_is_member() - is the port in the VLAN of the frame?
 * @s: the segment; its bridge and .fns are known
 *
 * Return: whether it is; true if the bridge does not filter VLANs.
 */
bool arpp_segment_is_member(const struct arpp_segment *s)
{
	return !s->filtering || (s->vid && has_vlan(s));
}

/**
 * arpp_segment_is_outside() - will the bridge drop the frame because of its VLAN?
 * @s: the segment
 *
 * Not the reverse of arpp_segment_is_member(): where the VLANs of a port cannot be
 * determined, neither is true.
 *
 * Return: whether it will for sure.
 */
bool arpp_segment_is_outside(const struct arpp_segment *s)
{
	if (!s->filtering)
		return false;
	return !s->vid || (CAN_ASK_VLANS && !has_vlan(s));
}

/**
 * arpp_segment_is_locked() - is the port locked?
 * @s: the segment; .fns is known
 *
 * Return: whether it is.
 */
bool arpp_segment_is_locked(const struct arpp_segment *s)
{
	return ARPP_PORT_LOCKED && s->fns->has_flag(s->port, ARPP_PORT_LOCKED);
}

/*
 * May the port be blocked in the VLAN of the frame? With MST, each VLAN of a port has a
 * state, which cannot be read without RTNL. The hook sees frames in all states then.
 */
static bool may_be_blocked(const struct arpp_segment *s)
{
#ifdef ARPP_HAVE_BR_MST
	return s->fns->mst_enabled(s->bridge);
#else
	return false;
#endif
}

/**
 * arpp_segment_admits_vlan() - does the bridge accept frames of this VLAN?
 * @s: the segment; the bridge filters VLANs
 *
 * Return: whether it does; false if that cannot be determined.
 */
bool arpp_segment_admits_vlan(const struct arpp_segment *s)
{
	return arpp_segment_is_member(s) && !may_be_blocked(s);
}
