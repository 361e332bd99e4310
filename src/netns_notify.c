// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carry out the field notify: gratuitous ARP when something changes.
 *
 * Process context. A work item finds out what is to be announced, in bounded steps and
 * without RTNL, and queues it; packet/pacer.c sends it.
 *
 * What the sysctl arp_notify announces, the kernel sends while it handles NETDEV_UP or
 * NETDEV_CHANGEADDR. Two notifiers mark this time, one before inetdev's and one after; the
 * hook then drops what the kernel sends (enum arpp_maker). With notify up or change, the
 * work item announces the same addresses.
 *
 * When the configuration changes, only addresses count that a device did not answer for
 * before. They are marked before the change (arpp_netns_notify_before()), in a bitmap
 * indexed by a hash: with thousands of them, a few others may be announced as well. After
 * the change the work item looks for addresses that are marked, and answered for now.
 * All other occasions name the device or the address.
 */
#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "netns_notify.h"
#include "packet/act.h"
#include "packet/notify.h"
#include "policy/host.h"

/* At most this many devices are considered for an address that is not on a device itself. */
#define NOTIFY_DEVICES	256
/* At most this many addresses of one device are visited, as in packet/announce.c. */
#define NOTIFY_ADDRS	4096
/*
 * At most this many times the work item asks for one occasion whether a device answers for
 * an address. Users choose how many addresses and devices there are, and do not pay for its
 * time.
 */
#define NOTIFY_PAIRS	65536
/* The maximum number of occasions that wait for the work item. */
#define NOTIFY_TODO	1024

#define WAS_BITS	19
/* kernel-doc of some kernels does not parse BIT() in DECLARE_BITMAP(). */
#define WAS_SIZE	BIT(WAS_BITS)

static struct workqueue_struct *notify_wq;

/**
 * struct arpp_notify_was - addresses that were not answered for before a change
 * @prefix: all are in this prefix
 * @mask: its mask
 * @bits: marked pairs of device and address, by was_bit()
 */
struct arpp_notify_was {
	u32 prefix;
	u32 mask;
	DECLARE_BITMAP(bits, WAS_SIZE);
};

/**
 * struct notify_devices - devices by their index
 * @n: their number
 * @ifindex: the devices
 */
struct notify_devices {
	unsigned int n;
	u32 ifindex[NOTIFY_DEVICES];
};

/**
 * struct notify_occasion - something that happened to a device or an address
 * @node: in struct arpp_notify.todo
 * @ifindex: the device
 * @addr: the address that was added to it; 0: the device itself
 * @stock: the sysctl arp_notify would announce the addresses
 * @up: it came up
 */
struct notify_occasion {
	struct list_head node;
	u32 ifindex;
	__be32 addr;
	bool stock;
	bool up;
};

/**
 * struct notify_run - what the work item does about one occasion
 * @nn: the netns
 * @devices: the devices to announce on; at first none
 * @left: the number of announcements that may still be made
 * @pairs: how many pairs of device and address may still be looked at
 * @was: only addresses that are marked here; or NULL
 * @on: only addresses that no device but this one has, if not 0
 */
struct notify_run {
	struct arpp_netns *nn;
	struct notify_devices devices;
	unsigned int left;
	unsigned int pairs;
	const struct arpp_notify_was *was;
	u32 on;
};

static unsigned long was_bit(u32 ifindex, __be32 addr)
{
	return hash_64((u64)ifindex << 32 | (__force u32)addr, WAS_BITS);
}

/* Mark the time in which the kernel sends what arp_notify allows. */
static void set_rising(struct arpp_netns *nn, const struct net_device *dev, bool rising)
{
	const struct arpp_policy *policy;
	const struct arpp_device *d;

	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	d = policy ? arpp_device_find(policy, dev) : NULL;
	if (d)
		WRITE_ONCE(d->stats->rising, rising);
	rcu_read_unlock();
}

/* The events for which the kernel asks the sysctl. */
static bool is_stock(unsigned long event)
{
	return event == NETDEV_UP || event == NETDEV_CHANGEADDR;
}

/**
 * arpp_netns_notify_early() - an event of a device begins
 * @nn: the netns
 * @dev: the device
 * @event: the event
 *
 * If another notifier stops the chain, arpp_netns_notify_device() is not called, and the
 * mark stays. Then the next event removes it: also NETDEV_NOTIFY_PEERS, for which the
 * kernel announces addresses whatever the sysctl is.
 *
 * Context: RTNL, before inetdev's notifier.
 */
void arpp_netns_notify_early(struct arpp_netns *nn, const struct net_device *dev,
			     unsigned long event)
{
	set_rising(nn, dev, is_stock(event));
}

static void count_suppressed(const struct arpp_device *d, unsigned int n)
{
	local_bh_disable();
	arpp_stats_add(d->counts, ARPP_COUNT_OUT, ARP_POLICY_REASON_ANNOUNCE_SUPPRESSED,
		       n);
	local_bh_enable();
}

/* Let the work item count something on each device with notify change. */
static void miss_everywhere(struct arpp_notify *notify)
{
	spin_lock(&notify->lock);
	if (!notify->closed) {
		notify->missed++;
		queue_work(notify_wq, &notify->work);
	}
	spin_unlock(&notify->lock);
}

/*
 * Merge an occasion into the last one that waits, if both are of the same device and
 * address. Not if arp_notify applies to both: the sysctl would announce the addresses
 * each time.
 */
static bool joins_last(struct arpp_notify *notify, const struct notify_occasion *o)
{
	struct notify_occasion *last;

	if (list_empty(&notify->todo))
		return false;
	last = list_last_entry(&notify->todo, struct notify_occasion, node);
	if (last->ifindex != o->ifindex || last->addr != o->addr ||
	    (last->stock && o->stock))
		return false;
	last->stock |= o->stock;
	last->up |= o->up;
	return true;
}

/*
 * An occasion is dropped: there is no memory, or too many wait. Its announcements are not
 * known, so it counts once on each device that would have made some. These may be many if
 * its device does not speak ARP: then the work item counts it.
 */
static void miss_occasion(struct arpp_netns *nn, const struct notify_occasion *o)
{
	const struct arpp_policy *policy;
	const struct arpp_device *d;
	const struct net_device *dev;

	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	dev = dev_get_by_index_rcu(nn->net, o->ifindex);
	d = policy && dev ? arpp_device_find(policy, dev) : NULL;
	if (dev && !arpp_notify_speaks(dev))
		miss_everywhere(&nn->notify);
	else if (d && (d->notify == ARP_POLICY_NOTIFY_CHANGE || (d->notify && o->stock)))
		count_suppressed(d, 1);
	rcu_read_unlock();
}

static void add_occasion(struct arpp_netns *nn, const struct notify_occasion *like)
{
	struct arpp_notify *notify = &nn->notify;
	struct notify_occasion *o = kmalloc(sizeof(*o), GFP_KERNEL_ACCOUNT);
	bool missed = false;

	if (o)
		*o = *like;
	spin_lock(&notify->lock);
	if (!notify->closed && !joins_last(notify, like)) {
		missed = !o || notify->n_todo >= NOTIFY_TODO;
		if (!missed) {
			notify->n_todo++;
			list_add_tail(&o->node, &notify->todo);
			queue_work(notify_wq, &notify->work);
			o = NULL;
		}
	}
	spin_unlock(&notify->lock);
	kfree(o);
	if (missed)
		miss_occasion(nn, like);
}

/*
 * Is something to be announced because of an event? Updates what is known about the
 * device's link.
 */
static bool is_occasion(const struct arpp_policy *policy, const struct net_device *dev,
			unsigned long event)
{
	const struct arpp_device *d = arpp_device_find(policy, dev);
	bool link = arpp_notify_link(dev), had_link;

	/* Its addresses are answered for on other devices. */
	if (!arpp_notify_speaks(dev) && event == NETDEV_UP && policy->n_notify)
		return true;
	if (!d)
		return false;
	had_link = d->stats->link;
	d->stats->link = link;
	if (!link || !d->notify)
		return false;
	return is_stock(event) || (!had_link && d->notify == ARP_POLICY_NOTIFY_CHANGE);
}

/**
 * arpp_netns_notify_device() - announce addresses because of an event of a device
 * @nn: the netns, with a policy
 * @dev: the device
 * @event: the event
 *
 * Context: RTNL, after inetdev's notifier.
 */
void arpp_netns_notify_device(struct arpp_netns *nn, const struct net_device *dev,
			      unsigned long event)
{
	const struct notify_occasion o = {
		.ifindex = dev->ifindex,
		.stock = is_stock(event),
		.up = event == NETDEV_UP,
	};
	const struct arpp_policy *policy;
	bool occasion;

	if (!o.stock && event != NETDEV_DOWN && event != NETDEV_CHANGE)
		return;
	if (o.stock)
		set_rising(nn, dev, false);
	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	occasion = policy && is_occasion(policy, dev, event);
	rcu_read_unlock();
	if (occasion)
		add_occasion(nn, &o);
}

/**
 * arpp_netns_notify_wanted() - is a change of the netns of interest to a device?
 * @nn: the netns
 *
 * Return: whether some device has notify change.
 */
bool arpp_netns_notify_wanted(struct arpp_netns *nn)
{
	const struct arpp_policy *policy;
	bool wanted;

	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	wanted = policy && READ_ONCE(policy->n_notify);
	rcu_read_unlock();
	return wanted;
}

/**
 * arpp_netns_notify_addr() - announce an address that was added to a device
 * @nn: the netns
 * @ifa: the address; announced only if .fresh names it, see struct arpp_notify
 *
 * Context: RTNL, after the address has become answerable.
 */
void arpp_netns_notify_addr(struct arpp_netns *nn, const struct in_ifaddr *ifa)
{
	const struct notify_occasion o = {
		.ifindex = ifa->ifa_dev->dev->ifindex,
		.addr = ifa->ifa_local,
	};

	if (nn->notify.fresh == ifa && arpp_netns_notify_wanted(nn))
		add_occasion(nn, &o);
	nn->notify.fresh = NULL;
}

/**
 * arpp_netns_notify_link() - note whether a device with a new policy could send
 * @policy: of the netns
 * @dev: the device
 *
 * Context: RTNL and nn->lock.
 */
void arpp_netns_notify_link(const struct arpp_policy *policy, const struct net_device *dev)
{
	const struct arpp_device *d = arpp_device_find(policy, dev);

	if (d)
		d->stats->link = arpp_notify_link(dev);
}

/* Which devices to find. */
enum notify_which {
	NOTIFY_PRESENT,		/* those that have notify change */
	NOTIFY_EVERY,		/* those that have a policy */
	NOTIFY_NEXT,		/* those that will have notify change */
};

static bool is_wanted(const struct arpp_policy *policy, const struct net_device *dev,
		      enum notify_which which, const struct arpp_selectors *next)
{
	const struct arpp_device *d = arpp_device_find(policy, dev);
	struct arpp_resolved r;

	if (!arpp_notify_speaks(dev))
		return false;
	if (which != NOTIFY_NEXT)
		return d && (which == NOTIFY_EVERY ||
			     d->notify == ARP_POLICY_NOTIFY_CHANGE);
	arpp_selector_resolve(next, dev->name, &r);
	return r.fields.val[ARP_POLICY_FIELD_NOTIFY] == ARP_POLICY_NOTIFY_CHANGE;
}

/*
 * Find devices, in the kernel's order: that of the policy's buckets is secret. @next: for
 * NOTIFY_NEXT.
 */
static void find_devices(struct arpp_netns *nn, struct notify_devices *devices,
			 enum notify_which which, const struct arpp_selectors *next)
{
	const struct arpp_policy *policy;
	const struct net_device *dev;
	unsigned long pos = 0;
	unsigned int most;

	do {
		rcu_read_lock();
		policy = rcu_dereference(nn->policy);
		most = !policy ? 0 : which == NOTIFY_PRESENT ?
		       min_t(unsigned int, READ_ONCE(policy->n_notify), NOTIFY_DEVICES) :
		       NOTIFY_DEVICES;
		dev = devices->n < most ? arpp_netdev_dump(nn->net, &pos) : NULL;
		if (dev && is_wanted(policy, dev, which, next))
			devices->ifindex[devices->n++] = dev->ifindex;
		rcu_read_unlock();
		cond_resched();
	} while (dev);
}

/**
 * struct notify_search - addresses to be marked before a change
 * @nn: the netns
 * @scope: what the change may affect
 * @devices: where an address is looked at
 * @was: the marks
 * @any: something is marked
 */
struct notify_search {
	struct arpp_netns *nn;
	const struct arpp_notify_scope *scope;
	struct notify_devices devices;
	struct arpp_notify_was *was;
	bool any;
};

/* Mark an address of an L3 domain on the devices that do not answer for it. */
static void mark(struct notify_search *search, const struct arpp_policy *policy,
		 u32 domain, __be32 addr)
{
	const struct notify_devices *devices = &search->devices;
	const struct net_device *dev;
	unsigned int i;
	bool silent;

	for (i = 0; i < devices->n; i++) {
		dev = dev_get_by_index_rcu(search->nn->net, devices->ifindex[i]);
		if (!dev || arpp_host_domain(dev) != domain)
			continue;
		silent = search->scope->hidden ?
			 arpp_notify_hides(policy, dev, addr) :
			 !arpp_notify_answers(policy, dev, addr);
		if (!silent)
			continue;
		__set_bit(was_bit(dev->ifindex, addr), search->was->bits);
		search->any = true;
	}
}

static bool mark_each(void *data, const struct arpp_host_addr *in)
{
	struct notify_search *search = data;
	const struct arpp_notify_was *was = search->was;
	__be32 addr = arpp_host_addr_of(in);
	const struct arpp_policy *policy = rcu_dereference(search->nn->policy);

	if (!policy || fatal_signal_pending(current))
		return false;
	if ((ntohl(addr) & was->mask) == was->prefix)
		mark(search, policy, arpp_host_domain_of(in), addr);
	return true;
}

/* The table of addresses, with a reference; or NULL. */
static struct arpp_host *get_host(struct arpp_netns *nn)
{
	const struct arpp_policy *policy;
	struct arpp_host *host;

	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	host = policy ? arpp_host_get(policy->host) : NULL;
	rcu_read_unlock();
	return host;
}

/* Mark the only address in the scope, in each L3 domain that has it. */
static void mark_one(struct notify_search *search)
{
	__be32 addr = htonl(search->was->prefix);
	const struct arpp_policy *policy;
	const struct net_device *dev;
	unsigned int i;
	u32 domain;

	rcu_read_lock();
	policy = rcu_dereference(search->nn->policy);
	for (i = 0; policy && i < search->devices.n; i++) {
		dev = dev_get_by_index_rcu(search->nn->net, search->devices.ifindex[i]);
		domain = dev ? arpp_host_domain(dev) : 0;
		if (dev && arpp_host_addr(policy->host, domain, addr))
			mark(search, policy, domain, addr);
	}
	rcu_read_unlock();
}

static void mark_all(struct notify_search *search)
{
	struct arpp_host *host = get_host(search->nn);

	if (!host)
		return;
	arpp_host_walk(host, mark_each, search);
	arpp_host_put(host);
}

/* Find the devices, then mark what they do not answer for. */
static void do_search(struct notify_search *search)
{
	const struct arpp_notify_scope *scope = search->scope;
	struct arpp_netns *nn = search->nn;

	find_devices(nn, &search->devices, scope->next ? NOTIFY_NEXT :
		     scope->every ? NOTIFY_EVERY : NOTIFY_PRESENT, scope->next);
	if (!search->devices.n)
		return;
	search->was = kvzalloc(sizeof(*search->was), GFP_KERNEL_ACCOUNT);
	if (!search->was)
		return;
	search->was->prefix = scope->prefix;
	search->was->mask = scope->len ? ~0U << (32 - scope->len) : 0;
	if (scope->len == 32)
		mark_one(search);
	else
		mark_all(search);
}

/**
 * arpp_netns_notify_before() - mark what is not answered for before a change
 * @nn: the netns
 * @scope: what the change may affect
 *
 * Does nothing if no device has notify change or may get it.
 *
 * Context: process, nn->command held, without another lock.
 * Return: for arpp_netns_notify_after(), or NULL if nothing is marked.
 */
struct arpp_notify_was *
arpp_netns_notify_before(struct arpp_netns *nn, const struct arpp_notify_scope *scope)
{
	struct arpp_notify_was *was = NULL;
	struct notify_search *search;

	/* Without a policy, nothing is hidden. */
	if (!rcu_access_pointer(nn->policy) ||
	    (!scope->next && !scope->every && !arpp_netns_notify_wanted(nn)))
		return NULL;
	search = kzalloc(sizeof(*search), GFP_KERNEL_ACCOUNT);
	if (!search)
		return NULL;
	search->nn = nn;
	search->scope = scope;
	do_search(search);
	if (search->any)
		was = search->was;
	else
		kvfree(search->was);
	kfree(search);
	return was;
}

/* Add marks to those that wait for the work item. */
static void merge(struct arpp_notify_was *to, const struct arpp_notify_was *was)
{
	if (to->prefix != was->prefix || to->mask != was->mask) {
		to->prefix = 0;
		to->mask = 0;
	}
	bitmap_or(to->bits, to->bits, was->bits, WAS_SIZE);
}

/**
 * arpp_netns_notify_after() - announce what is answered for after a change
 * @nn: the netns
 * @was: of arpp_netns_notify_before(); freed
 * @changed: the change was made
 *
 * Context: process.
 */
void arpp_netns_notify_after(struct arpp_netns *nn, struct arpp_notify_was *was,
			     bool changed)
{
	struct arpp_notify *notify = &nn->notify;

	if (!was)
		return;
	spin_lock(&notify->lock);
	if (changed && !notify->closed) {
		if (notify->was)
			merge(notify->was, was);
		else
			swap(notify->was, was);
		queue_work(notify_wq, &notify->work);
	}
	spin_unlock(&notify->lock);
	kvfree(was);
}

/* The work item */

/* Announce an address on a device; count it if there are too many. */
static void announce(struct notify_run *run, const struct arpp_device *d, __be32 addr,
		     bool once)
{
	if (run->left && arpp_pacer_add(&run->nn->notify.pacer, d->dev->ifindex, addr,
					once)) {
		run->left--;
		return;
	}
	count_suppressed(d, 1);
}

/* The policy of a device, or NULL. RCU read side. */
static const struct arpp_device *device_by_index(const struct arpp_netns *nn,
						 const struct arpp_policy *policy,
						 u32 ifindex)
{
	const struct net_device *dev = dev_get_by_index_rcu(nn->net, ifindex);

	return dev && policy ? arpp_device_find(policy, dev) : NULL;
}

/* Announce an address of an L3 domain on the devices that answer for it. */
static void spread(struct notify_run *run, const struct arpp_policy *policy, u32 domain,
		   __be32 addr)
{
	const struct arpp_device *d;
	unsigned int i;
	u32 ifindex;

	for (i = 0; i < run->devices.n; i++) {
		ifindex = run->devices.ifindex[i];
		if (run->was && !test_bit(was_bit(ifindex, addr), run->was->bits))
			continue;
		d = device_by_index(run->nn, policy, ifindex);
		if (!d || arpp_host_domain(d->dev) != domain || !run->pairs)
			continue;
		run->pairs--;
		if (arpp_notify_announces(policy, d, addr))
			announce(run, d, addr, false);
	}
}

/* Is an address to be looked at? */
static bool is_in_run(const struct notify_run *run, const struct arpp_policy *policy,
		      __be32 addr)
{
	const struct arpp_notify_was *was = run->was;
	const struct net_device *on;

	if (was && (ntohl(addr) & was->mask) != was->prefix)
		return false;
	if (!run->on)
		return true;
	on = dev_get_by_index_rcu(run->nn->net, run->on);
	return on && arpp_host_addr_dev(policy->host, on, addr) &&
	       !arpp_notify_held(policy, on, addr);
}

static bool spread_each(void *data, const struct arpp_host_addr *in)
{
	struct notify_run *run = data;
	const struct arpp_policy *policy = rcu_dereference(run->nn->policy);
	__be32 addr = arpp_host_addr_of(in);

	if (!policy || !run->pairs || READ_ONCE(run->nn->notify.closed))
		return false;
	if (is_in_run(run, policy, addr))
		spread(run, policy, arpp_host_domain_of(in), addr);
	return true;
}

static void spread_all(struct notify_run *run)
{
	struct arpp_host *host = run->devices.n ? get_host(run->nn) : NULL;

	if (!host)
		return;
	arpp_host_walk(host, spread_each, run);
	arpp_host_put(host);
}

/* Announce all addresses of a device on the device itself, as the sysctl arp_notify does. */
static void announce_own(struct notify_run *run, const struct arpp_device *d)
{
	const struct in_device *in_dev = __in_dev_get_rcu(d->dev);
	unsigned int left = NOTIFY_ADDRS;
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (!left--)
			break;
		announce(run, d, ifa->ifa_local, true);
	}
}

/* Announce on the devices with notify change. */
static void run_present(struct notify_run *run)
{
	find_devices(run->nn, &run->devices, NOTIFY_PRESENT, NULL);
}

/*
 * Announce on this device only. A search would miss it if more than NOTIFY_DEVICES match.
 */
static void run_only(struct notify_run *run, u32 ifindex)
{
	run->devices.n = 1;
	run->devices.ifindex[0] = ifindex;
}

/* A device came up, or its MAC changed. */
static void device_changed(struct notify_run *run, const struct notify_occasion *o)
{
	const struct arpp_policy *policy;
	const struct net_device *dev;
	const struct arpp_device *d;

	rcu_read_lock();
	policy = rcu_dereference(run->nn->policy);
	dev = dev_get_by_index_rcu(run->nn->net, o->ifindex);
	d = policy && dev ? arpp_device_find(policy, dev) : NULL;
	if (d && d->notify == ARP_POLICY_NOTIFY_UP && !d->audit && o->stock)
		announce_own(run, d);
	if (dev && !arpp_notify_speaks(dev) && o->up)
		run->on = o->ifindex;
	else if (d && d->notify == ARP_POLICY_NOTIFY_CHANGE)
		run_only(run, o->ifindex);
	rcu_read_unlock();
	if (run->on)
		run_present(run);
	spread_all(run);
}

/* An address was added to a device. */
static void address_added(struct notify_run *run, const struct notify_occasion *o)
{
	const struct arpp_policy *policy;
	const struct net_device *dev;
	bool speaks;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(run->nn->net, o->ifindex);
	speaks = dev && arpp_notify_speaks(dev);
	rcu_read_unlock();
	if (speaks)
		run_only(run, o->ifindex);
	else
		run_present(run);

	rcu_read_lock();
	policy = rcu_dereference(run->nn->policy);
	dev = dev_get_by_index_rcu(run->nn->net, o->ifindex);
	if (policy && dev && (speaks || !arpp_notify_held(policy, dev, o->addr)))
		spread(run, policy, arpp_host_domain(dev), o->addr);
	rcu_read_unlock();
}

static struct notify_occasion *next_occasion(struct arpp_notify *notify)
{
	struct notify_occasion *o;

	spin_lock(&notify->lock);
	o = list_first_entry_or_null(&notify->todo, struct notify_occasion, node);
	if (o) {
		list_del(&o->node);
		notify->n_todo--;
	}
	spin_unlock(&notify->lock);
	return o;
}

static struct arpp_notify_was *next_was(struct arpp_notify *notify)
{
	struct arpp_notify_was *was;

	spin_lock(&notify->lock);
	was = notify->was;
	notify->was = NULL;
	spin_unlock(&notify->lock);
	return was;
}

static void run_begin(struct notify_run *run, struct arpp_netns *nn)
{
	*run = (struct notify_run){
		.nn = nn,
		.left = ARP_POLICY_NOTIFY_MAX,
		.pairs = NOTIFY_PAIRS,
	};
}

static void run_occasion(struct notify_run *run, struct arpp_netns *nn,
			 const struct notify_occasion *o)
{
	run_begin(run, nn);
	if (o->addr)
		address_added(run, o);
	else
		device_changed(run, o);
}

/* Count what was missed on each device with notify change, which might announce it. */
static void count_missed(struct notify_run *run, struct arpp_netns *nn)
{
	struct arpp_notify *notify = &nn->notify;
	const struct arpp_policy *policy;
	const struct arpp_device *d;
	unsigned int i, n;

	spin_lock(&notify->lock);
	n = notify->missed;
	notify->missed = 0;
	spin_unlock(&notify->lock);
	if (!n)
		return;
	run_begin(run, nn);
	run_present(run);
	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	for (i = 0; i < run->devices.n; i++) {
		d = device_by_index(nn, policy, run->devices.ifindex[i]);
		if (d)
			count_suppressed(d, n);
	}
	rcu_read_unlock();
}

static void notify_work(struct work_struct *work)
{
	struct arpp_netns *nn = container_of(work, struct arpp_netns, notify.work);
	struct notify_run *run = kmalloc(sizeof(*run), GFP_KERNEL);
	struct arpp_notify_was *was = next_was(&nn->notify);
	struct notify_occasion *o;

	if (was && run) {
		run_begin(run, nn);
		run->was = was;
		run_present(run);
		spread_all(run);
	} else if (was) {
		miss_everywhere(&nn->notify);
	}
	kvfree(was);
	while ((o = next_occasion(&nn->notify))) {
		if (run)
			run_occasion(run, nn, o);
		else
			miss_occasion(nn, o);
		kfree(o);
		cond_resched();
	}
	if (run)
		count_missed(run, nn);
	kfree(run);
}

/* Send an announcement whose turn has come; see struct arpp_pacer. */
static bool notify_send(struct arpp_pacer *pacer, u32 ifindex, __be32 addr, bool once)
{
	struct arpp_netns *nn = container_of(pacer, struct arpp_netns, notify.pacer);
	const struct arpp_policy *policy;
	const struct arpp_device *d;
	bool sent = false;

	rcu_read_lock();
	policy = rcu_dereference(nn->policy);
	d = device_by_index(nn, policy, ifindex);
	if (d && (once ? arpp_notify_repeats(policy, d, addr) :
			 arpp_notify_announces(policy, d, addr)))
		sent = !arpp_act_announce(d->dev, addr, d->dev->dev_addr, false);
	rcu_read_unlock();
	return sent;
}

/* Free everything that waits for the work item. */
static void drop_all(struct arpp_notify *notify)
{
	struct notify_occasion *o;

	kvfree(next_was(notify));
	while ((o = next_occasion(notify)))
		kfree(o);
}

/**
 * arpp_netns_notify_purge() - drop all announcements: there is no policy any more
 * @nn: the netns
 *
 * Context: process.
 */
void arpp_netns_notify_purge(struct arpp_netns *nn)
{
	drop_all(&nn->notify);
	arpp_pacer_purge(&nn->notify.pacer);
}

/**
 * arpp_netns_notify_open() - initialise the state of a netns
 * @nn: the netns
 */
void arpp_netns_notify_open(struct arpp_netns *nn)
{
	struct arpp_notify *notify = &nn->notify;

	spin_lock_init(&notify->lock);
	INIT_LIST_HEAD(&notify->todo);
	INIT_WORK(&notify->work, notify_work);
	arpp_pacer_init(&notify->pacer, notify_wq, notify_send);
}

/**
 * arpp_netns_notify_close() - stop the work items of a netns and free what they have
 * @nn: the netns
 *
 * Context: process, without a lock.
 */
void arpp_netns_notify_close(struct arpp_netns *nn)
{
	struct arpp_notify *notify = &nn->notify;

	spin_lock(&notify->lock);
	WRITE_ONCE(notify->closed, true);
	spin_unlock(&notify->lock);
	cancel_work_sync(&notify->work);
	arpp_pacer_clean(&notify->pacer);
	drop_all(notify);
}

/**
 * arpp_netns_notify_init() - allocate the workqueue
 *
 * Return: 0 or -ENOMEM.
 */
int arpp_netns_notify_init(void)
{
	notify_wq = alloc_workqueue("arp_policy_notify", WQ_UNBOUND, 0);
	return notify_wq ? 0 : -ENOMEM;
}

/**
 * arpp_netns_notify_clean() - free the workqueue
 *
 * After arpp_netns_notify_close() of every netns.
 */
void arpp_netns_notify_clean(void)
{
	destroy_workqueue(notify_wq);
}
