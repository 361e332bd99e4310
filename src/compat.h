/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All differences between kernels, by the probes in Kbuild.
 *
 * The other files are written for the newest kernel. A shim may lose speed, never a
 * check or a message.
 */
#ifndef _ARPP_COMPAT_H
#define _ARPP_COMPAT_H

#include <linux/atomic.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/u64_stats_sync.h>
#include <net/arp.h>
#include <net/genetlink.h>
#include <net/neighbour.h>
#include <net/netlink.h>

#ifndef ARPP_HAVE_TIMER_DELETE
#define timer_delete_sync	del_timer_sync
#endif

#ifndef ARPP_HAVE_TIMER_CONTAINER_OF
#define timer_container_of	from_timer
#endif

#ifndef __flatten
#define __flatten	__attribute__((__flatten__))
#endif

#ifndef kfree_rcu_mightsleep
#define kfree_rcu_mightsleep(ptr)	kvfree_rcu(ptr)
#endif

/* Without a range, both types check the same. Linux 6.1, and backports of it. */
#ifndef ARPP_HAVE_NLA_BE32
#define NLA_BE32	NLA_U32
#endif

/* On 32 bits, atomic64_set_release() does not build before Linux 5.17. */
static inline void arpp_atomic64_set_release(atomic64_t *v, s64 i)
{
	if (IS_ENABLED(CONFIG_64BIT)) {
		atomic64_set_release(v, i);
	} else {
		smp_mb(); /* as a release */
		atomic64_set(v, i);
	}
}

/*
 * Counters that softirqs update. On 32-bit uniprocessor kernels, only the _irq
 * functions of 5.10 protect a reader from softirqs. They were removed in 6.3, where
 * the plain functions do the same.
 */
#ifdef ARPP_HAVE_STATS_FETCH_IRQ
#define u64_stats_fetch_begin	u64_stats_fetch_begin_irq
#define u64_stats_fetch_retry	u64_stats_fetch_retry_irq
#endif

/*
 * For a variable that is written before it is read: CONFIG_INIT_STACK_ALL_ZERO must
 * not zero it as well.
 */
#if __has_attribute(__uninitialized__)
#define arpp_uninitialized	__attribute__((__uninitialized__))
#else
#define arpp_uninitialized
#endif

/*
 * The flag that requires CAP_NET_ADMIN to join a group; until 6.7 it has the name of the
 * flag for commands. Without it anyone could join, and the module cannot check it in
 * another way. Debian's kernels have it, down to 5.10.
 */
#ifndef ARPP_HAVE_MCAST_FLAGS
#error "this kernel cannot restrict generic netlink groups: update it to its newest stable release"
#elif !defined(GENL_MCAST_CAP_NET_ADMIN)
#define GENL_MCAST_CAP_NET_ADMIN	GENL_UNS_ADMIN_PERM
#endif

/*
 * Set all bytes of a small object with stores. For more than 32 bytes, the compiler would use
 * "rep stos", which takes 10 instructions more and starts slowly.
 */
static __always_inline void arpp_fill(void *object, int byte, size_t len)
{
	u8 *at = object;

	for (; len > 32; len -= 32, at += 32)
		memset(at, byte, 32);
	memset(at, byte, len);
}

/*
 * Set all bytes that __copy_skb_header() copies in one go, except for the CPU that the
 * memory is freed to.
 */
static __always_inline void arpp_skb_fill_headers(struct sk_buff *skb, int byte)
{
#ifdef ARPP_HAVE_ALLOC_CPU
	u16 alloc_cpu = skb->alloc_cpu;
#endif

#ifdef ARPP_HAVE_SKB_HEADERS
	arpp_fill(&skb->headers, byte, sizeof(skb->headers));
#else
	arpp_fill(&skb->headers_start, byte,
		  offsetof(struct sk_buff, headers_end) -
		  offsetof(struct sk_buff, headers_start));
#endif
#ifdef ARPP_HAVE_ALLOC_CPU
	skb->alloc_cpu = alloc_cpu;
#endif
}

/**
 * arpp_skb_reset_headers() - zero what __copy_skb_header() copies in one go
 * @skb: an skb that is not shared
 *
 * Leaves the state after alloc_skb(): no mark, hash, VLAN tag, checksum, timestamp
 * type. The network header and the CPU that the memory is freed to are kept.
 */
static __always_inline void arpp_skb_reset_headers(struct sk_buff *skb)
{
	u16 network_header = skb->network_header;

	arpp_skb_fill_headers(skb, 0);
	skb->network_header = network_header;
	skb->mac_header = (typeof(skb->mac_header))~0U;
	skb->transport_header = (typeof(skb->transport_header))~0U;
}

#ifdef ARPP_SELFTEST
/* Clear the members that describe the memory and do not exist in every kernel. */
static inline void arpp_skb_forget_memory(struct sk_buff *skb)
{
#ifdef ARPP_HAVE_ALLOC_CPU
	skb->alloc_cpu = 0;
#endif
#ifdef ARPP_HAVE_PP_RECYCLE
	skb->pp_recycle = 0;
#endif
}
#endif

#ifndef ARPP_HAVE_PUT_UINT
/* A number of 32 bits if it fits, else of 64 bits. */
static inline int nla_put_uint(struct sk_buff *msg, int attr, u64 value)
{
	if (value == (u32)value)
		return nla_put_u32(msg, attr, value);
	return nla_put(msg, attr, sizeof(value), &value);
}
#endif

/* The attributes of a dump request, validated by the command's policy. */
static inline struct nlattr **arpp_nl_dump_attrs(struct netlink_callback *cb)
{
#ifdef ARPP_HAVE_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* The buckets of arp_tbl.phash_buckets; PNEIGH_HASHMASK is the kernel's own. */
#define ARPP_PNEIGH_BUCKETS	16

/**
 * arpp_pneigh_exists() - is there an "ip neigh proxy" entry for an address?
 * @net: the netns
 * @addr: the address asked for
 * @dev: the device that the request came in on
 *
 * Mirrors pneigh_lookup() without creation. Kernels whose table uses RCU no longer
 * export it; there the table is walked.
 *
 * Context: RCU read side, softirq.
 * Return: whether the kernel would proxy for @addr because of an entry.
 */
static inline bool arpp_pneigh_exists(struct net *net, __be32 addr,
				      struct net_device *dev)
{
#ifdef ARPP_HAVE_PNEIGH_RCU
	const struct pneigh_entry *n;
	int i;

	for (i = 0; i < ARPP_PNEIGH_BUCKETS; i++)
		for (n = rcu_dereference(arp_tbl.phash_buckets[i]); n;
		     n = rcu_dereference(n->next))
			if (*(const __be32 *)n->key == addr &&
			    net_eq(pneigh_net(n), net) &&
			    (n->dev == dev || !n->dev))
				return true;
	return false;
#else
	return pneigh_lookup(&arp_tbl, net, &addr, dev, 0);
#endif
}

/**
 * arpp_pneigh_any() - is there an "ip neigh proxy" entry for IPv4 in any netns?
 *
 * Without a lock, and 40 instructions: for requests that are not worth a lookup.
 *
 * Context: any.
 * Return: whether there is.
 */
static inline bool arpp_pneigh_any(void)
{
	unsigned long any = 0;
	int i;

	for (i = 0; i < ARPP_PNEIGH_BUCKETS; i++)
		any |= (unsigned long)READ_ONCE(arp_tbl.phash_buckets[i]);
	return any;
}

/**
 * arpp_netdev_dump() - get the next device of a dump, in a resumable order
 * @net: the netns
 * @pos: the position of the dump; 0 at the start, advanced by each call
 *
 * Context: RTNL held, or RCU read side.
 * Return: the device, or NULL after the last.
 */
static inline struct net_device *arpp_netdev_dump(struct net *net,
						  unsigned long *pos)
{
	struct net_device *dev;
#ifdef for_each_netdev_dump
	unsigned long ifindex = *pos;

	for_each_netdev_dump(net, dev, ifindex) {
		*pos = dev->ifindex + 1;
		return dev;
	}
#else
	/* The upper bits are the bucket, the lower 16 the position in it. */
	unsigned int bucket = *pos >> 16, skip = *pos & 0xffff, at;

	for (; bucket < NETDEV_HASHENTRIES; bucket++, skip = 0) {
		at = 0;
		hlist_for_each_entry_rcu(dev, &net->dev_index_head[bucket],
					 index_hlist, lockdep_rtnl_is_held()) {
			if (at++ < skip)
				continue;
			*pos = (unsigned long)bucket << 16 | at;
			return dev;
		}
	}
	*pos = (unsigned long)NETDEV_HASHENTRIES << 16;
#endif
	return NULL;
}

/* Since 6.1, an extended acknowledgment can say which attribute is missing. */
#ifndef NL_SET_ERR_ATTR_MISS
#define NL_SET_ERR_ATTR_MISS(extack, nest, type) do { } while (0)
#endif

#endif /* _ARPP_COMPAT_H */
