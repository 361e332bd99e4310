/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rest of the API for the decision code: devices, routes, packets.
 *
 * One thread. The bytes of an skb are in a block of exactly their length, which moves
 * when the skb is pulled or made writable, so that a sanitizer detects stale
 * pointers. The kernel's state (addresses, routes and neighbours) is a function of
 * the lookup and shim_seed: pseudo-random, but the same result for the same lookup.
 */
#ifndef _KSHIM_NET_H
#define _KSHIM_NET_H

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>

#include "kshim.h"

struct work_struct { void (*func)(struct work_struct *work); };
struct rcu_work { struct work_struct work; struct rcu_head rcu; };
struct workqueue_struct;
#define WQ_UNBOUND		1
#define WQ_MEM_RECLAIM		2
#define alloc_workqueue(name, flags, n)	((void)(flags), (struct workqueue_struct *)(name))
#define destroy_workqueue(wq)	((void)(wq))
#define to_rcu_work(w)		container_of(w, struct rcu_work, work)
#define INIT_RCU_WORK(w, f)	((w)->work.func = (f))
void shim_rcu_work(struct rcu_head *rcu);
#define queue_rcu_work(wq, w)	((void)(wq), call_rcu(&(w)->rcu, shim_rcu_work))

/* Counters */
typedef struct { int v; } atomic_t;
typedef struct { u64 v; } u64_stats_t;
typedef struct { int v; } refcount_t;
struct u64_stats_sync { int dummy; };
#define atomic_read(a)		((a)->v)
#define refcount_set(r, n)	((r)->v = (n))
#define refcount_inc(r)		((r)->v++)
#define refcount_inc_not_zero(r)	((r)->v++, true)
#define refcount_dec_and_test(r)	(!--(r)->v)
#define alloc_percpu_gfp(type, gfp)	((type *)kzalloc(sizeof(type), gfp))
#define free_percpu(p)		kfree(p)
#define this_cpu_ptr(p)		(p)
#define per_cpu_ptr(p, cpu)	((void)(cpu), p)
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define u64_stats_init(s)	((void)(s))
#define u64_stats_update_begin(s)	((void)(s))
#define u64_stats_update_end(s)	((void)(s))
#define u64_stats_fetch_begin(s)	((void)(s), 0)
#define u64_stats_fetch_retry(s, n)	((void)(s), (void)(n), false)
#define u64_stats_read(c)	((c)->v)
#define u64_stats_inc(c)	((c)->v++)
#define u64_stats_add(c, n)	((c)->v += (n))

/* Lists */
struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
#define hlist_empty(h)		(!(h)->first)
#define hlist_entry(n, type, member)	container_of(n, type, member)
/* Evaluates its argument once, as in the kernel. */
#define hlist_entry_safe(n, type, member) ({				\
	__typeof__(n) node_ = (n);					\
	node_ ? container_of(node_, type, member) : NULL;		\
})
#define hlist_first_rcu(h)	((h)->first)
#define hlist_next_rcu(n)	((n)->next)
#define hash_32(v, bits)	((u32)(v) * 0x61c88647U >> (32 - (bits)))
struct rhash_head { struct rhash_head *next; };
struct rhashtable { int dummy; };
#define hlist_for_each_entry_rcu(pos, head, member, ...)		\
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); \
	     pos; pos = hlist_entry_safe(pos->member.next, __typeof__(*pos), member))
#define hlist_for_each_entry	hlist_for_each_entry_rcu
#define hlist_for_each_entry_safe(pos, n, head, member)			\
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); \
	     pos && ((n) = pos->member.next, 1);			\
	     pos = hlist_entry_safe(n, __typeof__(*pos), member))

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	n->pprev = &h->first;
	if (h->first)
		h->first->pprev = &n->next;
	h->first = n;
}

static inline void hlist_del_rcu(struct hlist_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *new)
{
	*new = *old;
	*new->pprev = new;
	if (new->next)
		new->next->pprev = &new->next;
}

/* An unbalanced tree. */
struct rb_node { struct rb_node *parent, *rb_left, *rb_right; };
struct rb_root { struct rb_node *rb_node; };
#define RB_ROOT			((struct rb_root){ NULL })
#define rb_entry		container_of
#define rb_entry_safe		hlist_entry_safe
#define rb_insert_color(node, root)	((void)(node), (void)(root))
void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);
#define rbtree_postorder_for_each_entry_safe(pos, n, root, field)	\
	for (pos = hlist_entry_safe(rb_first_postorder(root), __typeof__(*pos), field); \
	     pos && ((n) = hlist_entry_safe(rb_next_postorder(&pos->field),	\
					    __typeof__(*pos), field), 1);	\
	     pos = (n))

/* Strings */
ssize_t strscpy(char *to, const char *from, size_t size);
bool dev_valid_name(const char *name);
int kstrtou32(const char *text, unsigned int base, u32 *value);

/* Pseudo-random values */
extern u64 shim_seed;
u64 shim_hash(u64 what, u64 a, u64 b);
typedef struct { u64 key[2]; } siphash_key_t;
u64 siphash(const void *data, size_t len, const siphash_key_t *key);
#define get_random_bytes(to, len)	memset(to, 0x5a, len)
#define get_random_u32()		0x5a5a5a5aU
u64 ktime_get_ns(void);
#define TICK_NSEC		4000000
#define get_jiffies_64()	(ktime_get_ns() / TICK_NSEC)

/* Devices */
#define ETH_ALEN		6
#define ETH_HLEN		14
#define ETH_P_IP		0x0800
#define ETH_P_ARP		0x0806
#define IFNAMSIZ		16
#define MAX_ADDR_LEN		32
#define IFF_UP			1
#define IFF_LOOPBACK		8
#define IFF_POINTOPOINT		16
#define NETDEV_HASHENTRIES	256

#define ARPHRD_ETHER		1
#define ARPHRD_AX25		3
#define ARPHRD_IEEE802		6
#define ARPHRD_DLCI		15
#define ARPHRD_IEEE1394		24
#define ARPHRD_INFINIBAND	32
#define ARPHRD_FDDI		774
#define ARPHRD_NETROM		0
#define ARPHRD_TUNNEL		768
#define ARPOP_REQUEST		1
#define ARPOP_REPLY		2

struct arphdr { __be16 ar_hrd, ar_pro; u8 ar_hln, ar_pln; __be16 ar_op; };
struct ethhdr { u8 h_dest[ETH_ALEN], h_source[ETH_ALEN]; __be16 h_proto; };

struct net;
struct net_device;

struct in_ifaddr {
	struct in_ifaddr *next;
	__be32 ifa_local, ifa_address, ifa_mask;
	u32 ifa_flags;
	u8 ifa_scope;
};

struct in_device {
	struct net_device *dev;
	struct in_ifaddr *ifa_list;
	int ignore, announce, medium_id;
	bool filter, proxy, pvlan, forward, localnet, drop_garp, rp_filter, accept, accept_local,
	     log_martians;
};

struct net_device {
	char name[IFNAMSIZ];
	int ifindex;
	unsigned int flags;
	unsigned short type;
	u8 addr_len;
	u8 dev_addr[MAX_ADDR_LEN] __attribute__((aligned(8)));
	struct in_device *in_dev;
	struct net *net;
	bool bond_slave, l3_slave, l3_master;
	struct hlist_node index_hlist;
};

#define SHIM_DEVICES		3
struct net {
	struct net_device dev[SHIM_DEVICES];
	struct { bool fib_has_custom_local_routes; } ipv4;
	bool custom_rules;
	struct hlist_head dev_index_head[NETDEV_HASHENTRIES];
};

#define dev_net(d)		((d)->net)
#define __in_dev_get_rcu(d)	((d)->in_dev)
#define for_each_netdev_rcu(n, d) \
	for ((d) = (n)->dev; (d) < (n)->dev + SHIM_DEVICES; (d)++)
#define netif_is_bond_slave(d)	((d)->bond_slave)
#define netif_is_l3_slave(d)	((d)->l3_slave)
#define netif_is_l3_master(d)	((d)->l3_master)
#define fib4_has_custom_rules(n)	((n)->custom_rules)
#define fib_num_tclassid_users(n)	((void)(n), 0)
#define rt_genid_ipv4(n)	((void)(n), 0)
#define l3mdev_master_ifindex_rcu(d)	((int)(shim_hash(1, (u64)(d)->ifindex, 0) % 8 == 0))
struct net_device *dev_get_by_index_rcu(struct net *net, int ifindex);
#define in_dev_for_each_ifa_rcu(ifa, in_dev) \
	for ((ifa) = (in_dev)->ifa_list; (ifa); (ifa) = (ifa)->next)
#define inet_ifa_match(addr, ifa)	(!(((addr) ^ (ifa)->ifa_address) & (ifa)->ifa_mask))
#define IFA_F_SECONDARY		1
#define RT_SCOPE_UNIVERSE	0
#define RT_SCOPE_LINK		253
#define RT_SCOPE_HOST		254

#define IN_DEV_ARP_IGNORE(i)	((i)->ignore)
#define IN_DEV_ARP_ANNOUNCE(i)	((i)->announce)
#define IN_DEV_ARP_ACCEPT(i)	((i)->accept)
#define IN_DEV_ACCEPT_LOCAL(i)	((i)->accept_local)
#define IN_DEV_ARPFILTER(i)	((i)->filter)
#define IN_DEV_PROXY_ARP(i)	((i)->proxy)
#define IN_DEV_PROXY_ARP_PVLAN(i)	((i)->pvlan)
#define IN_DEV_MEDIUM_ID(i)	((i)->medium_id)
#define IN_DEV_FORWARD(i)	((i)->forward)
#define IN_DEV_LOG_MARTIANS(i)	((i)->log_martians)
#define IN_DEV_ROUTE_LOCALNET(i)	((i)->localnet)
#define IN_DEV_RPFILTER(i)	((i)->rp_filter)
#define IN_DEV_ORCONF(i, attr)	((i)->drop_garp)

#define ipv4_is_multicast(a)	((ntohl(a) & 0xf0000000) == 0xe0000000)
#define ipv4_is_loopback(a)	((ntohl(a) & 0xff000000) == 0x7f000000)
#define ipv4_is_lbcast(a)	((a) == 0xffffffff)
#define ipv4_is_zeronet(a)	(!((a) & htonl(0xff000000)))

/* 16 bits at a time, as in the kernel, so that the sanitizer detects odd addresses. */
struct shim_lladdr { u16 part[3]; } __attribute__((may_alias));

static inline void ether_addr_copy(u8 *to, const u8 *from)
{
	*(struct shim_lladdr *)to = *(const struct shim_lladdr *)from;
}

static inline bool ether_addr_equal(const u8 *a, const u8 *b)
{
	const struct shim_lladdr *x = (const struct shim_lladdr *)a;
	const struct shim_lladdr *y = (const struct shim_lladdr *)b;

	return x->part[0] == y->part[0] && x->part[1] == y->part[1] &&
	       x->part[2] == y->part[2];
}

bool is_valid_ether_addr(const u8 *addr);

/* Addresses and routes */
enum { RTN_UNSPEC, RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST, RTN_MULTICAST,
       RTN_BLACKHOLE, RTN_UNREACHABLE };
struct dst_entry { struct net_device *dev; int error; };
struct rtable { struct dst_entry dst; u8 rt_type; };
struct metadata_dst { struct dst_entry dst; };
struct flowi4 { int flowi4_oif, flowi4_iif; u8 flowi4_scope; __be32 daddr, saddr; };
struct fib_result { u8 type; struct net_device *dev; };
#define FIB_LOOKUP_NOREF		1
#define FIB_LOOKUP_IGNORE_LINKSTATE	2
#define FIB_RES_DEV(res)	((res).dev)
int fib_lookup(struct net *net, struct flowi4 *fl4, struct fib_result *res,
	       unsigned int flags);
#define inet_addr_type(net, addr)	inet_addr_type_dev_table(net, (net)->dev, addr)
unsigned int inet_addr_type_dev_table(struct net *net, const struct net_device *dev,
				      __be32 addr);
__be32 inet_confirm_addr(struct net *net, struct in_device *in_dev, __be32 dst,
			 __be32 local, int scope);
__be32 inet_select_addr(const struct net_device *dev, __be32 dst, int scope);
struct net_device *__ip_dev_find(struct net *net, __be32 addr, bool devref);
struct rtable *ip_route_output_key(struct net *net, struct flowi4 *fl4);
#define ip_rt_put(rt)		((void)(rt))

/* Packets */
#define PACKET_HOST		0
struct iphdr { u8 head[12]; __be32 saddr, daddr; };

struct sk_buff {
	u8 *head, *data;
	size_t headlen;		/* bytes from data on that are in head */
	u8 *rest;		/* and those that are not */
	size_t restlen;
	u32 headers_start[0];
	u16 mac_header, network_header, transport_header;
	__be16 protocol;
	u8 pkt_type;
	u32 headers_end[0];
	char cb[48];
	struct dst_entry *dst;
	struct metadata_dst *md;
};

#define skb_headlen(s)		((int)(s)->headlen)
#define skb_network_offset(s)	((int)((s)->network_header - ((s)->data - (s)->head)))
#define skb_mac_header_was_set(s)	((s)->mac_header != 0xffff)
#define eth_hdr(s)		((struct ethhdr *)((s)->head + (s)->mac_header))
#define skb_cloned(s)		((void)(s), true)
#define skb_network_header(s)	((s)->head + (s)->network_header)
#define arp_hdr(s)		((struct arphdr *)skb_network_header(s))
#define arp_hdr_len(d)		((int)(sizeof(struct arphdr) + ((d)->addr_len + 4) * 2))
#define skb_metadata_dst(s)	((s)->md)
#define dst_hold(d)		((void)(d))
#define skb_dst(s)		((s)->dst)
#define skb_rtable(s)		((struct rtable *)(s)->dst)
#define skb_dst_drop(s)		((s)->dst = NULL)
#define skb_dst_set(s, d)	((s)->dst = (d))
bool pskb_may_pull(struct sk_buff *skb, unsigned int len);
void *skb_header_pointer(const struct sk_buff *skb, int offset, int len, void *buffer);
int skb_ensure_writable(struct sk_buff *skb, unsigned int len);
int ip_route_input_noref(struct sk_buff *skb, __be32 dst, __be32 src, u8 tos,
			 struct net_device *dev);

/* Neighbours */
#define NUD_INCOMPLETE		1
#define NUD_PROBE		0x10
#define NUD_NOARP		0x40
#define NUD_PERMANENT		0x80
#define NUD_VALID		0xde
enum { UCAST_PROBES, APP_PROBES, MCAST_PROBES };
struct neigh_parms { int data[3]; };
#define NEIGH_VAR(p, attr)	((p)->data[attr])
struct neighbour {
	refcount_t refcnt;
	int lock, ha_lock;
	struct sk_buff *arp_queue;
	struct neigh_parms *parms;
	atomic_t probes;
	u8 nud_state, ha[MAX_ADDR_LEN] __attribute__((aligned(8)));
};
struct neigh_table { void *phash_buckets[16]; };
extern struct neigh_table arp_tbl;
struct neighbour *neigh_lookup(struct neigh_table *table, const void *key,
			       struct net_device *dev);
struct neighbour *__ipv4_neigh_lookup_noref(struct net_device *dev, u32 key);
#define read_seqbegin(l)	((unsigned int)*(l))
#define read_seqretry(l, seq)	((unsigned int)*(l) != (seq))
#define neigh_ha_snapshot(to, n, dev)	memcpy(to, (n)->ha, (dev)->addr_len)
const struct iphdr *ip_hdr(const struct sk_buff *skb);
bool pneigh_lookup(struct neigh_table *table, struct net *net, const void *key,
		   struct net_device *dev, int create);
#define neigh_release(n)	((void)(n))
#define skb_peek_tail(q)	(*(q))
#define read_lock_bh(l)		((void)(l))
#define read_unlock_bh(l)	((void)(l))

/* compat.h declares more than is built here. */
#define ARPP_HAVE_MCAST_FLAGS
struct nlattr;
struct netlink_callback;
struct genl_info { struct nlattr **attrs; };
struct genl_info *genl_dumpit_info(struct netlink_callback *cb);

#endif /* _KSHIM_NET_H */
