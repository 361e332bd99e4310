/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The addresses and MACs of a netns, by L3 domain (VRF). Each query is one hash
 * lookup, whatever the number of addresses and devices.
 *
 * Readers: RCU. Writers: RTNL and the netns's mutex. A table exists exactly
 * while the netns has a published policy.
 *
 * Records are accounted to the user who adds an address or a device. The buckets of the
 * rhashtable are not accounted: less than 32 bytes a record, twice that during a rehash.
 *
 *   (address, domain) -> struct arpp_host_addr: the devices of the domain that
 *        |                 have the address, as a list
 *        v
 *   (address, device) -> struct arpp_host_addr_dev: the device has the address
 *        |
 *        v
 *   (device)          -> domain and MAC as recorded, and all its addresses
 *   (MAC)             -> the number of devices that have it
 */
#ifndef _ARPP_HOST_H
#define _ARPP_HOST_H

#include <linux/hash.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <net/l3mdev.h>

/* If a record may be missing, this many addresses or devices are searched. */
#define ARPP_HOST_WALK	1024

/**
 * struct arpp_host_key - the key of a record
 * @id: address and domain, address and device, device, or MAC
 * @kind: which of these; for a MAC, its length is added
 */
struct arpp_host_key {
	u64 id;
	u32 kind;
};

/**
 * struct arpp_host_node - the common start of all records
 * @hash: in the table
 * @key: the key
 * @rcu: to free it
 */
struct arpp_host_node {
	struct rhash_head hash;
	struct arpp_host_key key;
	struct rcu_head rcu;
};

/**
 * struct arpp_host_addr - an address in an L3 domain
 * @node: keyed by address and domain
 * @listed: in the list of all addresses; for writers
 * @devs: struct arpp_host_addr_dev; empty only while the record is being removed
 * @count: the number of @devs
 * @genid: the generation of the kernel's routes in which it was found to be local, see
 *	arpp_host_is_local(); written by packets
 */
struct arpp_host_addr {
	struct arpp_host_node node;
	struct hlist_node listed;
	struct hlist_head devs;
	unsigned int count;
	u32 genid;
};

/**
 * struct arpp_host_addr_dev - a device that has an address
 * @node: keyed by address and device
 * @beside: in the list of devices of @addr
 * @on: in the list of addresses of its device
 * @dev: the device; registered while the record is in the table
 * @addr: the address in the device's domain
 * @again: the device may have the address more than once, with other prefixes
 */
struct arpp_host_addr_dev {
	struct arpp_host_node node;
	struct hlist_node beside;
	struct hlist_node on;
	struct net_device *dev;
	struct arpp_host_addr *addr;
	bool again;
};

#define ARPP_HOST_SIEVE_BITS	11
#define ARPP_HOST_FINE_BITS	16

/**
 * struct arpp_host - the table of a netns
 * @table: of struct arpp_host_node
 * @domains: an address is, or was, in another domain than 0
 * @local_prefix: any address may be local: a loopback device has, or had, an address that
 *	makes more than itself local, other than 127.0.0.0/8
 * @partial: memory ran out, so a record may be missing: ask the kernel instead
 * @retry: if @partial, no other table is filled before this time (64-bit jiffies)
 * @ref: one for the netns, one for each walk in progress
 * @free: to free it
 * @addrs: all addresses, struct arpp_host_addr
 * @n_addrs: their number
 * @fine: a finer @sieve, of BIT(ARPP_HOST_FINE_BITS) slots; NULL while there are few
 *	addresses, or without memory
 * @sieve: the number of addresses by arpp_host_sieve_slot(); U8_MAX: many
 */
struct arpp_host {
	struct rhashtable table;
	bool domains;
	bool local_prefix;
	bool partial;
	u64 retry;
	refcount_t ref;
	struct rcu_work free;
	struct hlist_head addrs;
	unsigned int n_addrs;
	u8 *fine;
	u8 sieve[BIT(ARPP_HOST_SIEVE_BITS)];
};

/* The L3 domain of a device: the ifindex of its VRF, or 0. RCU read side. */
static inline u32 arpp_host_domain(const struct net_device *dev)
{
	/* Without the call, ten instructions less. */
	if (likely(!netif_is_l3_master(dev) && !netif_is_l3_slave(dev)))
		return 0;
	return l3mdev_master_ifindex_rcu(dev);
}

/* The IPv4 address of a record. */
static inline __be32 arpp_host_addr_of(const struct arpp_host_addr *in)
{
	return (__force __be32)(u32)(in->node.key.id >> 32);
}

/* The L3 domain of a record. */
static inline u32 arpp_host_domain_of(const struct arpp_host_addr *in)
{
	return (u32)in->node.key.id;
}

/* The value of @genid for a generation of rt_genid_ipv4(): never 0. */
static inline u32 arpp_host_genid(int genid)
{
	return (u32)genid << 1 | 1;
}

/**
 * arpp_host_is_local() - did the kernel find an address local, by the routes of now?
 * @in: the record of the address; its device is up
 * @genid: the current rt_genid_ipv4() of the netns
 *
 * The generation changes with each route, address, routing rule, and sysctl that routes
 * depend on; the kernel keeps its own cached routes as long.
 *
 * Return: whether it did; false if nobody asked since.
 */
static inline bool arpp_host_is_local(const struct arpp_host_addr *in, int genid)
{
	return READ_ONCE(in->genid) == arpp_host_genid(genid);
}

/*
 * @genid: from before the kernel was asked. A packet changes nothing else of a record, and
 * this only once in a generation: all CPUs read the record.
 */
static inline void arpp_host_set_local(const struct arpp_host_addr *in, int genid)
{
	if (!arpp_host_is_local(in, genid))
		WRITE_ONCE(((struct arpp_host_addr *)in)->genid, arpp_host_genid(genid));
}

/* May a record be missing? */
static inline bool arpp_host_partial(const struct arpp_host *host)
{
	return unlikely(READ_ONCE(host->partial));
}

/* May an address be local that no device has? 127.0.0.0/8 excepted. */
static inline bool arpp_host_has_local_prefix(const struct arpp_host *host)
{
	return READ_ONCE(host->local_prefix);
}

/* One of the devices that have the address, or NULL. RCU read side. */
static inline struct arpp_host_addr_dev *
arpp_host_first(const struct arpp_host_addr *addr)
{
	return hlist_entry_safe(rcu_dereference_raw(hlist_first_rcu(&addr->devs)),
				struct arpp_host_addr_dev, beside);
}

/* The next device that has the address, or NULL. RCU read side. */
static inline struct arpp_host_addr_dev *
arpp_host_next(const struct arpp_host_addr_dev *addr_dev)
{
	return hlist_entry_safe(rcu_dereference_raw(hlist_next_rcu(&addr_dev->beside)),
				struct arpp_host_addr_dev, beside);
}

static inline u32 arpp_host_sieve_slot(__be32 addr)
{
	return hash_32((__force u32)addr, ARPP_HOST_SIEVE_BITS);
}

static inline u32 arpp_host_fine_slot(__be32 addr)
{
	return hash_32(ntohl(addr), ARPP_HOST_FINE_BITS);
}

/*
 * May a device have an address, in any domain? If not, there is no record, nor any missing
 * but in a partial table. Most addresses that packets ask for are found out here, without
 * the 100 instructions of a lookup.
 */
static inline bool arpp_host_may_have(const struct arpp_host *host, __be32 addr)
{
	const u8 *fine;

	if (!READ_ONCE(host->sieve[arpp_host_sieve_slot(addr)]))
		return false;
	/* Pairs with smp_store_release() in sieve_refine(). */
	fine = smp_load_acquire(&host->fine);
	return !fine || READ_ONCE(fine[arpp_host_fine_slot(addr)]);
}

const struct arpp_host_addr *arpp_host_addr_known(const struct arpp_host *host,
						  u32 domain, __be32 addr);

/**
 * arpp_host_addr() - an address in an L3 domain
 * @host: the table
 * @domain: the domain, see arpp_host_domain()
 * @addr: the address
 *
 * Return: the record, or NULL if no device of the domain is known to have it.
 */
static inline const struct arpp_host_addr *
arpp_host_addr(const struct arpp_host *host, u32 domain, __be32 addr)
{
	return arpp_host_may_have(host, addr) ? arpp_host_addr_known(host, domain, addr) :
						NULL;
}

/* Does surely no device have an address, in any domain? */
static inline bool arpp_host_lacks(const struct arpp_host *host, __be32 addr)
{
	if (arpp_host_partial(host))
		return false;
	return !arpp_host_may_have(host, addr) ||
	       (!READ_ONCE(host->domains) && !arpp_host_addr_known(host, 0, addr));
}

/* Is an address on one device, and that is not @dev? False if it may be on others. */
static inline bool arpp_host_only_elsewhere(const struct arpp_host *host,
					    const struct arpp_host_addr *in,
					    const struct net_device *dev)
{
	const struct arpp_host_addr_dev *addr_dev = arpp_host_first(in);

	return addr_dev && addr_dev->dev != dev && !arpp_host_next(addr_dev) &&
	       !arpp_host_partial(host);
}

const struct arpp_host_addr_dev *arpp_host_addr_dev(const struct arpp_host *host,
						    const struct net_device *dev,
						    __be32 addr);
bool arpp_host_addr_on_dev(const struct arpp_host *host, const struct net_device *dev,
			   __be32 addr);
bool arpp_host_addr_on_dev_slowly(const struct net_device *dev, __be32 addr);
bool arpp_host_has_lladdr(const struct arpp_host *host,
			  const struct net_device *like, const u8 *lladdr);

struct arpp_host *arpp_host_alloc(struct net *net);
bool arpp_host_stale(const struct arpp_host *host);
void arpp_host_postpone(struct arpp_host *host);
void arpp_host_free_rcu(struct arpp_host *host);
bool arpp_host_add(struct arpp_host *host, const struct in_ifaddr *ifa);
void arpp_host_del(struct arpp_host *host, const struct in_ifaddr *ifa);
void arpp_host_sync(struct arpp_host *host, struct net_device *dev);
void arpp_host_forget(struct arpp_host *host, const struct net_device *dev);
struct arpp_host *arpp_host_get(struct arpp_host *host);
void arpp_host_put(struct arpp_host *host);
void arpp_host_walk(struct arpp_host *host,
		    bool (*each)(void *data, const struct arpp_host_addr *in),
		    void *data);
int arpp_host_init(void);
void arpp_host_clean(void);

#endif /* _ARPP_HOST_H */
