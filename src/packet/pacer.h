/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Announcements that wait to be sent, at a limited rate.
 *
 * A queue and one work item per netns; the queue's lock covers both. Whether an
 * announcement is sent is decided when its turn comes.
 */
#ifndef _ARPP_PACER_H
#define _ARPP_PACER_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define ARPP_PACER_BUCKETS	64

struct arpp_pacer_entry;

/**
 * struct arpp_pacer - the queue of a netns
 * @lock: covers everything below
 * @work: sends a batch
 * @wq: where @work runs
 * @send: called in process context; returns whether it has sent the announcement. @once:
 *	see arpp_pacer_add()
 * @pool: the entries, allocated by arpp_pacer_prepare()
 * @spare: entries that are free
 * @first: entries to be announced now, in order
 * @second: entries that were announced, in the order in which they are due again
 * @bucket: the entries in @first and @second that are announced twice, by device and
 *	address
 * @next: no batch is sent before this time (64-bit jiffies)
 * @closed: no more announcements are accepted
 */
struct arpp_pacer {
	spinlock_t lock;
	struct delayed_work work;
	struct workqueue_struct *wq;
	bool (*send)(struct arpp_pacer *pacer, u32 ifindex, __be32 addr, bool once);
	struct arpp_pacer_entry *pool;
	struct list_head spare;
	struct list_head first;
	struct list_head second;
	struct hlist_head bucket[ARPP_PACER_BUCKETS];
	u64 next;
	bool closed;
};

void arpp_pacer_init(struct arpp_pacer *pacer, struct workqueue_struct *wq,
		     bool (*send)(struct arpp_pacer *pacer, u32 ifindex, __be32 addr,
				  bool once));
int arpp_pacer_prepare(struct arpp_pacer *pacer);
bool arpp_pacer_add(struct arpp_pacer *pacer, u32 ifindex, __be32 addr, bool once);
void arpp_pacer_purge(struct arpp_pacer *pacer);
void arpp_pacer_clean(struct arpp_pacer *pacer);

#endif /* _ARPP_PACER_H */
