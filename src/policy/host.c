// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addresses and MACs of a netns, by L3 domain: see host.h.
 *
 * Lookups: RCU read side, any context. Everything else: process context; the caller
 * holds RTNL and the netns's mutex.
 */
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "policy/host.h"

enum {
	KIND_ADDR,	/* struct arpp_host_addr */
	KIND_ADDR_DEV,	/* struct arpp_host_addr_dev */
	KIND_DEVICE,	/* struct host_device */
	KIND_LLADDR,	/* struct host_lladdr; plus its length */
};

/* A device as recorded: its old values are needed when they change. */
struct host_device {
	struct arpp_host_node node;
	struct net_device *dev;
	u32 domain;
	struct arpp_host_key lladdr;	/* .kind 0: it has none */
	struct hlist_head devs;
};

/* A MAC, and the number of devices that have it. */
struct host_lladdr {
	struct arpp_host_node node;
	unsigned int count;
};

/* Freeing a table takes long, so not in an RCU callback. */
static struct workqueue_struct *host_wq;

/* Secrets, so that an attacker cannot choose addresses that share a bucket. */
static u64 host_secret[2] __ro_after_init;
static siphash_key_t host_lladdr_secret __ro_after_init;

/*
 * Multiply-shift over 32-bit words (Dietzfelbinger 1996): two keys that were chosen
 * without the secret collide as rarely as random ones. The last steps spread regular
 * keys, such as consecutive addresses, over the low bits, and make a rehash with
 * another seed give another order. Takes a tenth of the time of jhash.
 */
static u32 host_hash(const void *data, u32 len, u32 seed)
{
	const struct arpp_host_key *key = data;
	u32 hash;

	hash = (host_secret[0] * (u32)(key->id >> 32) +
		host_secret[1] * (u32)key->id) >> 32;
	hash += seed + key->kind;
	hash ^= hash >> 16;
	hash *= 0x7feb352d;
	return hash ^ hash >> 15;
}

static int host_compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct arpp_host_key *key = arg->key;
	const struct arpp_host_node *node = obj;

	return node->key.id != key->id || node->key.kind != key->kind;
}

static const struct rhashtable_params host_params = {
	.head_offset = offsetof(struct arpp_host_node, hash),
	.key_offset = offsetof(struct arpp_host_node, key),
	.key_len = sizeof(struct arpp_host_key),
	.hashfn = host_hash,
	.obj_cmpfn = host_compare,
	.automatic_shrinking = true,
};

static struct arpp_host_key addr_key(u32 domain, __be32 addr)
{
	return (struct arpp_host_key){
		.id = (u64)(__force u32)addr << 32 | domain,
		.kind = KIND_ADDR,
	};
}

static struct arpp_host_key addr_dev_key(const struct net_device *dev, __be32 addr)
{
	return (struct arpp_host_key){
		.id = (u64)(__force u32)addr << 32 | (u32)dev->ifindex,
		.kind = KIND_ADDR_DEV,
	};
}

static struct arpp_host_key device_key(const struct net_device *dev)
{
	return (struct arpp_host_key){
		.id = (u32)dev->ifindex,
		.kind = KIND_DEVICE,
	};
}

/* A MAC that is longer than an id is replaced by a keyed hash of it. */
static struct arpp_host_key lladdr_key(unsigned int len, const u8 *lladdr)
{
	struct arpp_host_key key = { .kind = KIND_LLADDR + len };

	if (len <= sizeof(key.id))
		memcpy(&key.id, lladdr, len);
	else
		key.id = siphash(lladdr, len, &host_lladdr_secret);
	return key;
}

static __always_inline void *host_find(const struct arpp_host *host,
				       const struct arpp_host_key *key)
{
	return rhashtable_lookup((struct rhashtable *)&host->table, key,
				 host_params);
}

/* The same under RTNL, which keeps the record from being removed. */
static void *host_find_locked(struct arpp_host *host, const struct arpp_host_key *key)
{
	return rhashtable_lookup_fast(&host->table, key, host_params);
}

/**
 * arpp_host_addr_known() - the lookup of arpp_host_addr()
 * @host: the table
 * @domain: the domain, see arpp_host_domain()
 * @addr: the address
 *
 * Without calls it takes 25 instructions less.
 *
 * Return: the record, or NULL if no device of the domain is known to have it.
 */
__flatten const struct arpp_host_addr *arpp_host_addr_known(const struct arpp_host *host,
							    u32 domain, __be32 addr)
{
	const struct arpp_host_key key = addr_key(domain, addr);

	return host_find(host, &key);
}

/**
 * arpp_host_addr_dev() - an address on a device
 * @host: the table
 * @dev: the device
 * @addr: the address
 *
 * Return: the record, or NULL if the device is not known to have it.
 */
const struct arpp_host_addr_dev *arpp_host_addr_dev(const struct arpp_host *host,
						    const struct net_device *dev,
						    __be32 addr)
{
	const struct arpp_host_key key = addr_dev_key(dev, addr);

	return host_find(host, &key);
}

/**
 * arpp_host_addr_on_dev_slowly() - is an address configured on a device, by the kernel's list?
 * @dev: the device
 * @addr: the address
 *
 * Return: whether it is found among the first ARPP_HOST_WALK addresses of the device.
 */
bool arpp_host_addr_on_dev_slowly(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	unsigned int left = ARPP_HOST_WALK;
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (ifa->ifa_local == addr)
			return true;
		if (!--left)
			break;
	}
	return false;
}

/**
 * arpp_host_addr_on_dev() - is an address configured on a device?
 * @host: the table of the device's netns
 * @dev: the device
 * @addr: the address
 *
 * Return: whether it is. If a record may be missing: whether it is found
 *	among the first ARPP_HOST_WALK addresses of the device.
 */
bool arpp_host_addr_on_dev(const struct arpp_host *host, const struct net_device *dev,
			   __be32 addr)
{
	return arpp_host_addr_dev(host, dev, addr) ||
	       (arpp_host_partial(host) && arpp_host_addr_on_dev_slowly(dev, addr));
}

static bool has_lladdr_slowly(const struct net_device *like, const u8 *lladdr)
{
	unsigned int left = ARPP_HOST_WALK;
	const struct net_device *dev;

	for_each_netdev_rcu(dev_net(like), dev)
		if (!left-- || (dev->addr_len == like->addr_len &&
				!memcmp(dev->dev_addr, lladdr, dev->addr_len)))
			return true;
	return false;
}

/**
 * arpp_host_has_lladdr() - does a device of this netns have the MAC?
 * @host: the table
 * @like: a device of the same kind, of the netns
 * @lladdr: the MAC, as long as that of @like
 *
 * Return: whether one has it; true if that cannot be determined.
 */
bool arpp_host_has_lladdr(const struct arpp_host *host,
			  const struct net_device *like, const u8 *lladdr)
{
	struct arpp_host_key key;

	/* Some drivers change their MAC without a notification. */
	if (!memcmp(like->dev_addr, lladdr, like->addr_len))
		return true;
	key = lladdr_key(like->addr_len, lladdr);
	return host_find(host, &key) ||
	       (arpp_host_partial(host) && has_lladdr_slowly(like, lladdr));
}

/* A partial table is replaced at most once in this many seconds. */
#define HOST_RETRY	10

/**
 * arpp_host_postpone() - do not replace a partial table for a while
 * @host: the table
 *
 * Filling a new one is linear in the addresses of the netns, which its owner chooses,
 * and RTNL is held meanwhile.
 *
 * Context: RTNL and the netns's mutex.
 */
void arpp_host_postpone(struct arpp_host *host)
{
	host->retry = get_jiffies_64() + HOST_RETRY * HZ;
}

/**
 * arpp_host_stale() - should a table be replaced by a new one now?
 * @host: the table
 *
 * Context: RTNL and the netns's mutex.
 * Return: whether it is partial, and the last attempt was long enough ago.
 */
bool arpp_host_stale(const struct arpp_host *host)
{
	return arpp_host_partial(host) &&
	       time_after_eq64(get_jiffies_64(), host->retry);
}

static void set_partial(struct arpp_host *host)
{
	if (!host->partial)
		arpp_host_postpone(host);
	WRITE_ONCE(host->partial, true);
}

/* Add a record to the table; NULL if out of memory. */
static void *host_insert(struct arpp_host *host,
			 const struct arpp_host_key *key, size_t size)
{
	struct arpp_host_node *node = kzalloc(size, GFP_KERNEL_ACCOUNT);

	if (!node)
		return NULL;
	node->key = *key;
	if (rhashtable_insert_fast(&host->table, &node->hash, host_params)) {
		kfree(node);
		return NULL;
	}
	return node;
}

static void host_remove(struct arpp_host *host, struct arpp_host_node *node)
{
	rhashtable_remove_fast(&host->table, &node->hash, host_params);
	kfree_rcu(node, rcu);
}

static void lladdr_get(struct arpp_host *host, const struct arpp_host_key *key)
{
	struct host_lladdr *lladdr;

	if (!key->kind)
		return;
	lladdr = host_find_locked(host, key) ?: host_insert(host, key, sizeof(*lladdr));
	if (lladdr)
		lladdr->count++;
	else
		set_partial(host);
}

static void lladdr_put(struct arpp_host *host, const struct arpp_host_key *key)
{
	struct host_lladdr *lladdr = key->kind ? host_find_locked(host, key) : NULL;

	/* A device that appeared when memory was short has no record. */
	if (lladdr && !--lladdr->count)
		host_remove(host, &lladdr->node);
}

/* A slot that was full once stays so. */
static void slot_count(u8 *slot, int change)
{
	if (*slot != U8_MAX)
		WRITE_ONCE(*slot, *slot + change);
}

/* Count a record in or out of the sieve. */
static void sieve_count(struct arpp_host *host, __be32 addr, int change)
{
	slot_count(&host->sieve[arpp_host_sieve_slot(addr)], change);
	if (host->fine)
		slot_count(&host->fine[arpp_host_fine_slot(addr)], change);
}

/* From this many addresses on, two of five slots of the sieve are in use. */
#define SIEVE_MANY	(BIT(ARPP_HOST_SIEVE_BITS) / 2)

/* With many addresses, add a finer sieve. Without memory, lookups only take longer. */
static void sieve_refine(struct arpp_host *host)
{
	const struct arpp_host_addr *in;
	u8 *fine;

	if (host->fine || host->n_addrs < SIEVE_MANY)
		return;
	fine = kvzalloc(BIT(ARPP_HOST_FINE_BITS), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!fine)
		return;
	hlist_for_each_entry(in, &host->addrs, listed)
		slot_count(&fine[arpp_host_fine_slot(arpp_host_addr_of(in))], 1);
	/* Pairs with smp_load_acquire() in arpp_host_may_have(). */
	smp_store_release(&host->fine, fine);
}

/* Add a record of an address; NULL if out of memory. */
static struct arpp_host_addr *addr_insert(struct arpp_host *host,
					  const struct arpp_host_key *key, __be32 addr)
{
	struct arpp_host_addr *in;

	/* First: a reader that does not find it in the sieve does not look it up. */
	sieve_count(host, addr, 1);
	in = host_insert(host, key, sizeof(*in));
	if (!in) {
		sieve_count(host, addr, -1);
		return NULL;
	}
	hlist_add_head(&in->listed, &host->addrs);
	host->n_addrs++;
	sieve_refine(host);
	return in;
}

/* The record of the address in a domain, with one device added. */
static struct arpp_host_addr *addr_get(struct arpp_host *host, u32 domain,
				       __be32 addr)
{
	const struct arpp_host_key key = addr_key(domain, addr);
	struct arpp_host_addr *in;

	if (domain)
		WRITE_ONCE(host->domains, true);
	in = host_find_locked(host, &key) ?: addr_insert(host, &key, addr);
	if (in)
		WRITE_ONCE(in->count, in->count + 1);
	return in;
}

static void addr_put(struct arpp_host *host, struct arpp_host_addr *in)
{
	WRITE_ONCE(in->count, in->count - 1);
	if (in->count)
		return;
	sieve_count(host, arpp_host_addr_of(in), -1);
	hlist_del(&in->listed);
	host->n_addrs--;
	host_remove(host, &in->node);
}

static __be32 addr_dev_addr(const struct arpp_host_addr_dev *addr_dev)
{
	return (__force __be32)(u32)(addr_dev->node.key.id >> 32);
}

static bool addr_dev_add(struct arpp_host *host, struct host_device *on, __be32 addr)
{
	const struct arpp_host_key key = addr_dev_key(on->dev, addr);
	struct arpp_host_addr_dev *addr_dev;
	struct arpp_host_addr *in;

	in = addr_get(host, on->domain, addr);
	if (!in)
		goto partial;
	addr_dev = host_insert(host, &key, sizeof(*addr_dev));
	if (!addr_dev) {
		addr_put(host, in);
		goto partial;
	}
	addr_dev->dev = on->dev;
	addr_dev->addr = in;
	hlist_add_head(&addr_dev->on, &on->devs);
	hlist_add_head_rcu(&addr_dev->beside, &in->devs);
	return true;
partial:
	set_partial(host);
	return false;
}

static void addr_dev_del(struct arpp_host *host, struct arpp_host_addr_dev *addr_dev)
{
	hlist_del(&addr_dev->on);
	hlist_del_rcu(&addr_dev->beside);
	addr_put(host, addr_dev->addr);
	host_remove(host, &addr_dev->node);
}

/*
 * Move an address of a device to another domain. A reader in the list of the old domain
 * must not continue in that of the new one. So a new record is added to the new domain
 * before the old one is removed.
 */
static void addr_dev_move(struct arpp_host *host, struct host_device *on,
			  struct arpp_host_addr_dev *old)
{
	struct arpp_host_addr_dev *addr_dev = kzalloc(sizeof(*addr_dev), GFP_KERNEL_ACCOUNT);
	struct arpp_host_addr *in = NULL;

	if (addr_dev)
		in = addr_get(host, on->domain, addr_dev_addr(old));
	if (!in) {
		kfree(addr_dev);
		set_partial(host);
		addr_dev_del(host, old);
		return;
	}
	addr_dev->node.key = old->node.key;
	addr_dev->dev = old->dev;
	addr_dev->again = old->again;
	addr_dev->addr = in;
	hlist_add_head(&addr_dev->on, &on->devs);
	hlist_add_head_rcu(&addr_dev->beside, &in->devs);
	/* Both records exist and have the same key, so this cannot fail. */
	WARN_ON_ONCE(rhashtable_replace_fast(&host->table, &old->node.hash,
					     &addr_dev->node.hash, host_params));
	hlist_del(&old->on);
	hlist_del_rcu(&old->beside);
	addr_put(host, old->addr);
	kfree_rcu(old, node.rcu);
}

static struct host_device *host_device_find(struct arpp_host *host,
					    const struct net_device *dev)
{
	const struct arpp_host_key key = device_key(dev);

	return host_find_locked(host, &key);
}

static struct arpp_host_key lladdr_of(const struct net_device *dev)
{
	/* A device without a MAC, such as a tunnel: nothing to record. */
	if (!dev->addr_len)
		return (struct arpp_host_key){};
	return lladdr_key(dev->addr_len, dev->dev_addr);
}

/* Is the device in its netns? Not any more while it is being unregistered. */
static bool host_lists(const struct net_device *dev)
{
	return __dev_get_by_index(dev_net(dev), dev->ifindex) == dev;
}

static struct host_device *host_device_add(struct arpp_host *host,
					   struct net_device *dev)
{
	const struct arpp_host_key key = device_key(dev);
	struct host_device *on;

	/*
	 * Events may still arrive for a device that was removed from the table: a bond
	 * that goes restores its MAC, or a bridge releases it.
	 */
	if (!host_lists(dev))
		return NULL;
	on = host_insert(host, &key, sizeof(*on));
	if (!on) {
		set_partial(host);
		return NULL;
	}
	on->dev = dev;
	on->domain = l3mdev_master_ifindex(dev);
	on->lladdr = lladdr_of(dev);
	lladdr_get(host, &on->lladdr);
	return on;
}

static void host_device_del(struct arpp_host *host, struct host_device *on)
{
	struct arpp_host_addr_dev *addr_dev;
	struct hlist_node *next;

	hlist_for_each_entry_safe(addr_dev, next, &on->devs, on)
		addr_dev_del(host, addr_dev);
	lladdr_put(host, &on->lladdr);
	host_remove(host, &on->node);
}

/* Find or add the record of a device; NULL if out of memory or if it is gone. */
static struct host_device *host_device_get(struct arpp_host *host,
					   struct net_device *dev)
{
	struct host_device *on = host_device_find(host, dev);

	if (on && on->dev == dev)
		return on;
	/* The record is of another device that had the ifindex. */
	if (on && host_lists(dev))
		host_device_del(host, on);
	return host_device_add(host, dev);
}

/*
 * Does fib_add_ifaddr() add a local route for more than the address itself? For the whole
 * prefix, or for a peer, on a loopback device. All of 127.0.0.0/8 is known to be local.
 */
static bool makes_prefix_local(const struct in_ifaddr *ifa)
{
	if (!(ifa->ifa_dev->dev->flags & IFF_LOOPBACK))
		return false;
	if (ifa->ifa_prefixlen == 32 && ifa->ifa_address == ifa->ifa_local)
		return false;
	return ifa->ifa_prefixlen < 8 || !ipv4_is_loopback(ifa->ifa_address);
}

/**
 * arpp_host_add() - record an address that was added to a device
 * @host: the table
 * @ifa: the address; it may be recorded already
 *
 * Return: whether it was not recorded, and is now.
 */
bool arpp_host_add(struct arpp_host *host, const struct in_ifaddr *ifa)
{
	struct net_device *dev = ifa->ifa_dev->dev;
	const struct arpp_host_key key = addr_dev_key(dev, ifa->ifa_local);
	struct arpp_host_addr_dev *addr_dev = host_find_locked(host, &key);
	struct host_device *on;

	ASSERT_RTNL();

	/*
	 * Never cleared: that would need a count, and the kernel may report an address
	 * twice. The next table starts anew.
	 */
	if (makes_prefix_local(ifa))
		WRITE_ONCE(host->local_prefix, true);
	/*
	 * The same address with another peer or prefix; or a secondary address
	 * was promoted, for which the kernel sends the same event.
	 */
	if (addr_dev) {
		addr_dev->again = true;
		return false;
	}
	on = host_device_get(host, dev);
	return on && addr_dev_add(host, on, ifa->ifa_local);
}

static bool still_there(const struct in_ifaddr *gone)
{
	const struct in_ifaddr *ifa;

	in_dev_for_each_ifa_rtnl(ifa, gone->ifa_dev)
		if (ifa->ifa_local == gone->ifa_local)
			return true;
	return false;
}

/**
 * arpp_host_del() - record that an address was removed from a device
 * @host: the table
 * @ifa: the address; no longer in the device's list
 */
void arpp_host_del(struct arpp_host *host, const struct in_ifaddr *ifa)
{
	const struct arpp_host_key key = addr_dev_key(ifa->ifa_dev->dev,
						      ifa->ifa_local);
	struct arpp_host_addr_dev *addr_dev = host_find_locked(host, &key);

	ASSERT_RTNL();

	if (addr_dev && !(addr_dev->again && still_there(ifa)))
		addr_dev_del(host, addr_dev);
}

/**
 * arpp_host_sync() - record a new device, or a possible change of its VRF or MAC
 * @host: the table
 * @dev: the device
 *
 * If the VRF changed, linear in the addresses of the device.
 */
void arpp_host_sync(struct arpp_host *host, struct net_device *dev)
{
	const struct arpp_host_key lladdr = lladdr_of(dev);
	struct host_device *on = host_device_get(host, dev);
	u32 domain = l3mdev_master_ifindex(dev);
	struct arpp_host_addr_dev *addr_dev;
	struct arpp_host_key old;
	struct hlist_node *next;

	ASSERT_RTNL();

	if (!on)
		return;
	if (on->lladdr.id != lladdr.id || on->lladdr.kind != lladdr.kind) {
		old = on->lladdr;
		on->lladdr = lladdr;
		lladdr_get(host, &lladdr);
		lladdr_put(host, &old);
	}
	if (on->domain == domain)
		return;
	on->domain = domain;
	/* Moved records are inserted before the first, so the walk sees each once. */
	hlist_for_each_entry_safe(addr_dev, next, &on->devs, on) {
		addr_dev_move(host, on, addr_dev);
		cond_resched();
	}
}

/**
 * arpp_host_forget() - remove a device that leaves the netns
 * @host: the table
 * @dev: the device
 */
void arpp_host_forget(struct arpp_host *host, const struct net_device *dev)
{
	struct host_device *on = host_device_find(host, dev);

	ASSERT_RTNL();

	/* Older kernels repeat the event; the ifindex may be reused by then. */
	if (on && on->dev == dev)
		host_device_del(host, on);
}

/* Estimate the number of records, to size the table. */
static u16 how_many(struct net *net)
{
	const struct in_device *in_dev;
	const struct in_ifaddr *ifa;
	unsigned int count = 0;
	struct net_device *dev;

	for_each_netdev(net, dev) {
		count += 2;
		in_dev = __in_dev_get_rtnl(dev);
		if (!in_dev)
			continue;
		in_dev_for_each_ifa_rtnl(ifa, in_dev)
			count += 2;
	}
	return min_t(unsigned int, count, U16_MAX);
}

/* Returns false if out of memory, or if the calling process was killed. */
static bool fill(struct arpp_host *host, struct net *net)
{
	const struct in_device *in_dev;
	const struct in_ifaddr *ifa;
	struct net_device *dev;

	for_each_netdev(net, dev) {
		arpp_host_sync(host, dev);
		in_dev = __in_dev_get_rtnl(dev);
		if (!in_dev)
			continue;
		in_dev_for_each_ifa_rtnl(ifa, in_dev) {
			arpp_host_add(host, ifa);
			if (host->partial || fatal_signal_pending(current))
				return false;
			cond_resched();
		}
	}
	return !host->partial;
}

static void free_node(void *ptr, void *arg)
{
	kfree(ptr);
}

static void host_free(struct arpp_host *host)
{
	rhashtable_free_and_destroy(&host->table, free_node, NULL);
	kvfree(host->fine);
	kfree(host);
}

/**
 * arpp_host_get() - keep a table from being freed
 * @host: the table; published within this RCU read section
 *
 * It is updated only as long as it is published.
 *
 * Return: the table, or NULL if it is being freed.
 */
struct arpp_host *arpp_host_get(struct arpp_host *host)
{
	return refcount_inc_not_zero(&host->ref) ? host : NULL;
}

/**
 * arpp_host_put() - undo arpp_host_get()
 * @host: the table
 *
 * Context: process.
 */
void arpp_host_put(struct arpp_host *host)
{
	if (refcount_dec_and_test(&host->ref))
		host_free(host);
}

static void free_work(struct work_struct *work)
{
	arpp_host_put(container_of(to_rcu_work(work), struct arpp_host, free));
}

/* The maximum number of records that are visited in one RCU read section. */
#define HOST_STEP	16

/**
 * arpp_host_walk() - call a function for each address of a netns
 * @host: the table; the caller holds a reference
 * @each: called in an RCU read section; the walk ends if it returns false
 * @data: for @each
 *
 * Takes bounded steps, so the RCU read section may end after any call: @each must not keep
 * pointers from one call to the next. If the table is resized meanwhile, an address may be
 * seen twice.
 *
 * Context: process, without a lock.
 */
void arpp_host_walk(struct arpp_host *host,
		    bool (*each)(void *data, const struct arpp_host_addr *in),
		    void *data)
{
	struct rhashtable_iter at;
	struct arpp_host_node *node;
	unsigned int n = 0;
	bool more = true;

	rhashtable_walk_enter(&host->table, &at);
	rhashtable_walk_start(&at);
	while (more && (node = rhashtable_walk_next(&at))) {
		if (!IS_ERR(node) && node->key.kind == KIND_ADDR)
			more = each(data, container_of(node, struct arpp_host_addr,
						       node));
		/* One call may take long: ignore 3 visits all addresses again. */
		if (++n % HOST_STEP && !need_resched())
			continue;
		rhashtable_walk_stop(&at);
		cond_resched();
		rhashtable_walk_start(&at);
	}
	rhashtable_walk_stop(&at);
	rhashtable_walk_exit(&at);
}

/**
 * arpp_host_alloc() - make a table of all addresses and MACs of a netns
 * @net: the netns
 *
 * Linear in the number of devices and addresses. The caller must record every later
 * change.
 *
 * Context: RTNL.
 * Return: the table, or NULL if out of memory.
 */
struct arpp_host *arpp_host_alloc(struct net *net)
{
	struct rhashtable_params params = host_params;
	struct arpp_host *host;

	ASSERT_RTNL();

	host = kzalloc(sizeof(*host), GFP_KERNEL_ACCOUNT);
	if (!host)
		return NULL;
	INIT_RCU_WORK(&host->free, free_work);
	refcount_set(&host->ref, 1);
	params.nelem_hint = how_many(net);
	if (rhashtable_init(&host->table, &params)) {
		kfree(host);
		return NULL;
	}
	if (fill(host, net))
		return host;
	host_free(host);
	return NULL;
}

/**
 * arpp_host_free_rcu() - free a table after a grace period
 * @host: the table, no longer published or updated; or NULL
 */
void arpp_host_free_rcu(struct arpp_host *host)
{
	if (host)
		queue_rcu_work(host_wq, &host->free);
}

/**
 * arpp_host_init() - draw the secrets and allocate the workqueue that frees tables
 *
 * Return: 0 or -ENOMEM.
 */
int arpp_host_init(void)
{
	get_random_bytes(host_secret, sizeof(host_secret));
	get_random_bytes(&host_lladdr_secret, sizeof(host_lladdr_secret));
	host_wq = alloc_workqueue("arp_policy_host", WQ_UNBOUND, 0);
	return host_wq ? 0 : -ENOMEM;
}

/**
 * arpp_host_clean() - wait until all tables are freed
 *
 * After the last grace period: rcu_barrier() has been called.
 */
void arpp_host_clean(void)
{
	destroy_workqueue(host_wq);
}
