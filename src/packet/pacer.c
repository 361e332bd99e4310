// SPDX-License-Identifier: GPL-2.0-only
/*
 * Announcements that wait to be sent, at a limited rate.
 *
 * Process context, any lock may be held.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/arp_policy.h>

#include "packet/pacer.h"

/* Two of the largest changes fit in. */
#define PACER_QLEN	(2 * ARP_POLICY_NOTIFY_MAX)

/*
 * A batch every 50 ms. The end of a batch and the start of the next may be in the last and
 * the first moment of a jiffy: one more is added, so no second has more than the limit.
 */
#define PACER_BATCHES	20
#define PACER_BATCH	(ARP_POLICY_NOTIFY_PER_SECOND / PACER_BATCHES)
#define PACER_PERIOD	(DIV_ROUND_UP(HZ, PACER_BATCHES) + 1)

/* Entries that are dropped when their turn comes cost no frame, but time. */
#define PACER_TRIES	64

/**
 * struct arpp_pacer_entry - an address to announce on a device
 * @node: in @spare, @first or @second of the queue
 * @hash: in a bucket, unless it is announced once
 * @ifindex: the device; it may be gone by the time
 * @addr: the address
 * @due: when to announce it again, if in @second (64-bit jiffies)
 * @once: see arpp_pacer_add()
 * @again: it was announced the first time
 */
struct arpp_pacer_entry {
	struct list_head node;
	struct hlist_node hash;
	u32 ifindex;
	__be32 addr;
	u64 due;
	bool once;
	bool again;
};

static struct hlist_head *bucket_of(struct arpp_pacer *pacer, u32 ifindex, __be32 addr)
{
	return &pacer->bucket[hash_32((__force u32)addr ^ hash_32(ifindex, 32),
				      ilog2(ARPP_PACER_BUCKETS))];
}

static struct arpp_pacer_entry *find(struct arpp_pacer *pacer, u32 ifindex, __be32 addr)
{
	struct arpp_pacer_entry *e;

	hlist_for_each_entry(e, bucket_of(pacer, ifindex, addr), hash)
		if (e->ifindex == ifindex && e->addr == addr)
			return e;
	return NULL;
}

/* When is the next batch to be sent? Returns whether there is anything to send. */
static bool is_due(struct arpp_pacer *pacer, u64 *when)
{
	const struct arpp_pacer_entry *e;

	lockdep_assert_held(&pacer->lock);
	*when = pacer->next;
	if (!list_empty(&pacer->first))
		return true;
	e = list_first_entry_or_null(&pacer->second, struct arpp_pacer_entry, node);
	if (e)
		*when = max(*when, e->due);
	return e;
}

/* Let the work item run when the next batch is due. */
static void arm(struct arpp_pacer *pacer)
{
	u64 when, now = get_jiffies_64();

	if (!pacer->closed && is_due(pacer, &when))
		mod_delayed_work(pacer->wq, &pacer->work,
				 when > now ? when - now : 0);
}

/* The next entry that is due, or NULL. The first announcements precede the second ones. */
static struct arpp_pacer_entry *next_due(struct arpp_pacer *pacer)
{
	struct arpp_pacer_entry *e;
	u64 when;

	if (!is_due(pacer, &when) || time_before64(get_jiffies_64(), when))
		return NULL;
	e = list_first_entry_or_null(&pacer->first, struct arpp_pacer_entry, node);
	return e ?: list_first_entry(&pacer->second, struct arpp_pacer_entry, node);
}

/* Remove and return the next entry that is due, or NULL. */
static struct arpp_pacer_entry *take(struct arpp_pacer *pacer)
{
	struct arpp_pacer_entry *e;

	spin_lock(&pacer->lock);
	e = pacer->closed ? NULL : next_due(pacer);
	if (e) {
		list_del(&e->node);
		hlist_del_init(&e->hash);
	}
	spin_unlock(&pacer->lock);
	return e;
}

/* After an announcement: queue the entry for the second one, or release it. */
static void put_back(struct arpp_pacer *pacer, struct arpp_pacer_entry *e, bool sent)
{
	spin_lock(&pacer->lock);
	if (!sent || e->once || e->again || pacer->closed ||
	    find(pacer, e->ifindex, e->addr)) {
		list_add(&e->node, &pacer->spare);
	} else {
		e->again = true;
		e->due = get_jiffies_64() + ARP_POLICY_NOTIFY_INTERVAL * HZ + 1;
		list_add_tail(&e->node, &pacer->second);
		hlist_add_head(&e->hash, bucket_of(pacer, e->ifindex, e->addr));
	}
	spin_unlock(&pacer->lock);
}

static void pacer_work(struct work_struct *work)
{
	struct arpp_pacer *pacer = container_of(to_delayed_work(work),
						struct arpp_pacer, work);
	unsigned int count = 0, tries = PACER_TRIES;
	struct arpp_pacer_entry *e;
	bool sent;

	while (count < PACER_BATCH && tries-- && (e = take(pacer))) {
		sent = pacer->send(pacer, e->ifindex, e->addr, e->once);
		count += sent;
		put_back(pacer, e, sent);
	}
	spin_lock(&pacer->lock);
	if (count)
		pacer->next = get_jiffies_64() + PACER_PERIOD;
	arm(pacer);
	spin_unlock(&pacer->lock);
}

/**
 * arpp_pacer_init() - initialise an empty queue
 * @pacer: the queue
 * @wq: where its work item runs
 * @send: called when the turn of an announcement comes
 */
void arpp_pacer_init(struct arpp_pacer *pacer, struct workqueue_struct *wq,
		     bool (*send)(struct arpp_pacer *pacer, u32 ifindex, __be32 addr,
				  bool once))
{
	spin_lock_init(&pacer->lock);
	INIT_DELAYED_WORK(&pacer->work, pacer_work);
	INIT_LIST_HEAD(&pacer->spare);
	INIT_LIST_HEAD(&pacer->first);
	INIT_LIST_HEAD(&pacer->second);
	pacer->wq = wq;
	pacer->send = send;
}

/**
 * arpp_pacer_prepare() - allocate the entries of a queue
 * @pacer: the queue
 *
 * Its memory is accounted to the process, and lives as long as the netns.
 *
 * Context: process; the caller serialises calls.
 * Return: 0 or -ENOMEM.
 */
int arpp_pacer_prepare(struct arpp_pacer *pacer)
{
	struct arpp_pacer_entry *pool;
	unsigned int i;

	if (pacer->pool)
		return 0;
	pool = kvcalloc(PACER_QLEN, sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool)
		return -ENOMEM;
	spin_lock(&pacer->lock);
	pacer->pool = pool;
	for (i = 0; i < PACER_QLEN; i++)
		list_add_tail(&pool[i].node, &pacer->spare);
	spin_unlock(&pacer->lock);
	return 0;
}

/* Fill in a new entry and queue it. */
static bool add_new(struct arpp_pacer *pacer, u32 ifindex, __be32 addr, bool once)
{
	struct arpp_pacer_entry *e =
		list_first_entry_or_null(&pacer->spare, struct arpp_pacer_entry, node);

	if (!e)
		return false;
	e->ifindex = ifindex;
	e->addr = addr;
	e->once = once;
	e->again = false;
	list_move_tail(&e->node, &pacer->first);
	INIT_HLIST_NODE(&e->hash);
	if (!once)
		hlist_add_head(&e->hash, bucket_of(pacer, ifindex, addr));
	return true;
}

/**
 * arpp_pacer_add() - announce an address on a device
 * @pacer: the queue
 * @ifindex: the device
 * @addr: the address
 * @once: announce once, in addition to an announcement that waits already; otherwise
 *	announce twice, in place of one that waits
 *
 * Return: false if the queue is full.
 */
bool arpp_pacer_add(struct arpp_pacer *pacer, u32 ifindex, __be32 addr, bool once)
{
	struct arpp_pacer_entry *e;
	bool idle, added = true;

	spin_lock(&pacer->lock);
	idle = list_empty(&pacer->first);
	e = once ? NULL : find(pacer, ifindex, addr);
	if (pacer->closed)
		added = false;
	else if (!e)
		added = add_new(pacer, ifindex, addr, once);
	else if (e->again)
		list_move_tail(&e->node, &pacer->first);
	if (e)
		e->again = false;
	if (idle)
		arm(pacer);
	spin_unlock(&pacer->lock);
	return added;
}

/**
 * arpp_pacer_purge() - drop all announcements
 * @pacer: the queue
 */
void arpp_pacer_purge(struct arpp_pacer *pacer)
{
	int i;

	spin_lock(&pacer->lock);
	list_splice_init(&pacer->first, &pacer->spare);
	list_splice_init(&pacer->second, &pacer->spare);
	for (i = 0; i < ARPP_PACER_BUCKETS; i++)
		INIT_HLIST_HEAD(&pacer->bucket[i]);
	spin_unlock(&pacer->lock);
}

/**
 * arpp_pacer_clean() - close the queue, stop its work item and free the entries
 * @pacer: the queue
 *
 * Context: process, without a lock.
 */
void arpp_pacer_clean(struct arpp_pacer *pacer)
{
	spin_lock(&pacer->lock);
	pacer->closed = true;
	spin_unlock(&pacer->lock);
	cancel_delayed_work_sync(&pacer->work);
	kvfree(pacer->pool);
}
