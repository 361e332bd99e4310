// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions of net.h: trees, strings, and a pseudo-random kernel state.
 */
#include "net.h"

u64 shim_seed;
struct neigh_table arp_tbl;

void shim_rcu_work(struct rcu_head *rcu)
{
	struct rcu_work *w = container_of(rcu, struct rcu_work, rcu);

	w->work.func(&w->work);
}

/* The tree */

void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	*node = (struct rb_node){ .parent = parent };
	*link = node;
}

static void replace(struct rb_root *root, struct rb_node *node, struct rb_node *by)
{
	if (!node->parent)
		root->rb_node = by;
	else if (node->parent->rb_left == node)
		node->parent->rb_left = by;
	else
		node->parent->rb_right = by;
	if (by)
		by->parent = node->parent;
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next = node->rb_right;

	if (!node->rb_left || !node->rb_right) {
		replace(root, node, node->rb_left ? node->rb_left : node->rb_right);
		return;
	}
	while (next->rb_left)
		next = next->rb_left;
	replace(root, next, next->rb_right);
	replace(root, node, next);
	next->rb_left = node->rb_left;
	next->rb_right = node->rb_right;
	if (next->rb_left)
		next->rb_left->parent = next;
	if (next->rb_right)
		next->rb_right->parent = next;
}

static struct rb_node *deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->rb_right) {
		node = node->rb_right;
		while (node->rb_left)
			node = node->rb_left;
		return (struct rb_node *)node;
	}
	while (node->parent && node->parent->rb_right == node)
		node = node->parent;
	return node->parent;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return deepest(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node->parent;

	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest(parent->rb_right);
	return parent;
}

/* Text */

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	memcpy(to, from, len < size ? len : size - 1);
	to[len < size ? len : size - 1] = '\0';
	return len < size ? (ssize_t)len : -E2BIG;
}

bool dev_valid_name(const char *name)
{
	return *name && strnlen(name, IFNAMSIZ) < IFNAMSIZ && strcmp(name, ".") &&
	       strcmp(name, "..") && !strpbrk(name, "/: \t\n\v\f\r");
}

int kstrtou32(const char *text, unsigned int base, u32 *value)
{
	unsigned long n;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	n = strtoul(text, &end, (int)base);
	if (*end)
		return -EINVAL;
	*value = (u32)n;
	return n > U32_MAX ? -ERANGE : 0;
}

/* Pseudo-random values */

u64 shim_hash(u64 what, u64 a, u64 b)
{
	u64 z = shim_seed ^ what * 0x9e3779b97f4a7c15 ^ a * 0xbf58476d1ce4e5b9 ^
		b * 0x94d049bb133111eb;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	const u8 *at = data;
	u64 h = key->key[0];

	while (len--)
		h = shim_hash(2, h, *at++);
	return h;
}

u64 ktime_get_ns(void)
{
	static u64 now;

	return now += 1000000;
}

bool is_valid_ether_addr(const u8 *addr)
{
	static const u8 zero[ETH_ALEN];

	return !(addr[0] & 1) && memcmp(addr, zero, ETH_ALEN);
}

/* Addresses and routes: those of devices are exact, all others are pseudo-random. */

struct net_device *dev_get_by_index_rcu(struct net *net, int ifindex)
{
	struct net_device *dev;

	for_each_netdev_rcu(net, dev)
		if (dev->ifindex == ifindex)
			return dev;
	return NULL;
}

struct net_device *__ip_dev_find(struct net *net, __be32 addr, bool devref)
{
	const struct in_ifaddr *ifa;
	struct net_device *dev;

	(void)devref;
	for_each_netdev_rcu(net, dev)
		if (dev->in_dev)
			in_dev_for_each_ifa_rcu(ifa, dev->in_dev)
				if (ifa->ifa_local == addr)
					return dev;
	/* Addresses covered by a route of type local. */
	return shim_hash(3, addr, 0) % 8 ? NULL : &net->dev[shim_hash(4, addr, 0) % SHIM_DEVICES];
}

static u8 type_of(struct net *net, __be32 addr, u64 more)
{
	/* As fib_frontend.c does, regardless of the tables. */
	if (ipv4_is_zeronet(addr) || ipv4_is_lbcast(addr))
		return RTN_BROADCAST;
	if (ipv4_is_multicast(addr))
		return RTN_MULTICAST;
	/* A local address may be the broadcast address of another local prefix. */
	if (__ip_dev_find(net, addr, false))
		return shim_hash(22, addr, more) % 8 ? RTN_LOCAL : RTN_BROADCAST;
	return (u8)(RTN_UNICAST + shim_hash(5, addr, more) % 7);
}

int fib_lookup(struct net *net, struct flowi4 *fl4, struct fib_result *res,
	       unsigned int flags)
{
	(void)flags;
	*res = (struct fib_result){
		.type = type_of(net, fl4->daddr, (u64)fl4->flowi4_iif),
		.dev = __ip_dev_find(net, fl4->daddr, false),
	};
	if (!res->dev)
		res->dev = net->dev;
	return shim_hash(21, fl4->daddr, (u64)fl4->flowi4_iif) % 4 == 0 ? -ENETUNREACH : 0;
}

unsigned int inet_addr_type_dev_table(struct net *net, const struct net_device *dev,
				      __be32 addr)
{
	return type_of(net, addr, (u64)dev->ifindex);
}

__be32 inet_confirm_addr(struct net *net, struct in_device *in_dev, __be32 dst,
			 __be32 local, int scope)
{
	(void)net;
	return shim_hash(6, (u64)scope << 32 | local, (u64)(in_dev ? in_dev->dev->ifindex : 0) << 32 | dst) & 1 ? local : 0;
}

__be32 inet_select_addr(const struct net_device *dev, __be32 dst, int scope)
{
	(void)scope;
	if (dev->in_dev && dev->in_dev->ifa_list)
		return dev->in_dev->ifa_list->ifa_local;
	return (__be32)(shim_hash(7, dst, (u64)dev->ifindex) & 1 ? shim_hash(8, dst, 0) : 0);
}

static struct rtable *route(struct net *net, __be32 dst, __be32 src)
{
	static struct rtable rt;
	u64 h = shim_hash(9, dst, src);

	if (h % 5 == 0)
		return ERR_PTR(-EINVAL);
	rt.rt_type = type_of(net, dst, 0);
	rt.dst.dev = &net->dev[h / 5 % SHIM_DEVICES];
	rt.dst.error = rt.rt_type == RTN_UNREACHABLE ? -EHOSTUNREACH : 0;
	return &rt;
}

struct rtable *ip_route_output_key(struct net *net, struct flowi4 *fl4)
{
	return route(net, fl4->daddr, fl4->saddr);
}

int ip_route_input_noref(struct sk_buff *skb, __be32 dst, __be32 src, u8 tos,
			 struct net_device *dev)
{
	struct rtable *rt = route(dev_net(dev), dst, src ^ skb->protocol);

	(void)tos;
	/* The real function overwrites the control block. */
	memset(skb->cb, 0x77, sizeof(skb->cb));
	if (IS_ERR(rt))
		return (int)PTR_ERR(rt);
	skb->dst = &rt->dst;
	return 0;
}

/* Packets */

/* Move the headers and the first @len bytes to a new block of that length. */
static bool move_head(struct sk_buff *skb, size_t len)
{
	size_t front = (size_t)(skb->data - skb->head), more = len - skb->headlen;
	u8 *head;

	if (kshim_fail_in && !--kshim_fail_in)
		return false;
	head = malloc(front + len + !(front + len));
	if (!head)
		abort();
	memcpy(head, skb->head, front + skb->headlen);
	if (more) {
		memcpy(head + front + skb->headlen, skb->rest, more);
		memmove(skb->rest, skb->rest + more, skb->restlen - more);
		skb->restlen -= more;
	}
	free(skb->head);
	skb->head = head;
	skb->data = head + front;
	skb->headlen = len;
	return true;
}

bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	if (len <= skb->headlen)
		return true;
	if (len > skb->headlen + skb->restlen)
		return false;
	return move_head(skb, len);
}

void *skb_header_pointer(const struct sk_buff *skb, int offset, int len, void *buffer)
{
	size_t at = (size_t)offset, size = (size_t)len, i;

	if (offset < 0 || at + size > skb->headlen + skb->restlen)
		return NULL;
	if (at + size <= skb->headlen)
		return skb->data + at;
	for (i = 0; i < size; i++)
		((u8 *)buffer)[i] = at + i < skb->headlen ? skb->data[at + i] :
				    skb->rest[at + i - skb->headlen];
	return buffer;
}

int skb_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	if (!pskb_may_pull(skb, len))
		return -ENOMEM;
	return move_head(skb, skb->headlen) ? 0 : -ENOMEM;
}

/* Neighbours: the packet in an entry's queue has a pseudo-random source. */

static struct iphdr waiting;

const struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	(void)skb;
	return &waiting;
}

struct neighbour *neigh_lookup(struct neigh_table *table, const void *key,
			       struct net_device *dev)
{
	static struct neigh_parms parms = { { 3, 0, 3 } };
	static struct sk_buff queued;
	static struct neighbour n;
	__be32 addr;
	u64 h;

	(void)table;
	memcpy(&addr, key, sizeof(addr));
	h = shim_hash(10, addr, (u64)dev->ifindex);
	if (h % 4 == 0)
		return NULL;
	n.nud_state = (u8)(h >> 8);
	n.parms = &parms;
	n.probes.v = (int)(h >> 16 & 7);
	n.arp_queue = h & 4 ? &queued : NULL;
	waiting.saddr = h & 8 && dev->in_dev && dev->in_dev->ifa_list ?
			dev->in_dev->ifa_list->ifa_local : (__be32)(h >> 16);
	return &n;
}

/* Some entries match the packet: an lladdr of one repeated byte. */
struct neighbour *__ipv4_neigh_lookup_noref(struct net_device *dev, u32 key)
{
	struct neighbour *n = neigh_lookup(&arp_tbl, &key, dev);

	if (n)
		memset(n->ha, (int)(shim_hash(12, key, 0) & 7), sizeof(n->ha));
	return n;
}

bool pneigh_lookup(struct neigh_table *table, struct net *net, const void *key,
		   struct net_device *dev, int create)
{
	__be32 addr;

	(void)table;
	(void)net;
	(void)create;
	memcpy(&addr, key, sizeof(addr));
	return shim_hash(11, addr, (u64)dev->ifindex) % 4 == 0;
}
