/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU counters of one device: packets by direction and by reason.
 *
 * Updated with BH disabled. Reference-counted, because they outlive each struct
 * arpp_device of the device.
 */
#ifndef _ARPP_STATS_H
#define _ARPP_STATS_H

#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/u64_stats_sync.h>
#include <linux/arp_policy.h>

/* Indexes: a reason's is its number, from 1; the directions use 0 and MAX + 1. */
enum {
	ARPP_COUNT_IN = 0,
	ARPP_COUNT_OUT = ARP_POLICY_REASON_MAX + 1,
	ARPP_COUNTS
};

struct arpp_stats_cpu {
	u64_stats_t count[ARPP_COUNTS];
	struct u64_stats_sync sync;
};

/**
 * struct arpp_dhcp_meters - the limits of the DHCP messages that a port receives
 * @all: of all that are handed over, see arpp_rate_exceeded()
 * @reserved: of those that other ports cannot crowd out
 */
struct arpp_dhcp_meters {
	atomic64_t all;
	atomic64_t reserved;
};

/**
 * struct arpp_stats - counters of a device
 * @cpu: the per-CPU counters
 * @ref: one for each struct arpp_device that points here
 * @link: whether the device could send when its state last changed; under RTNL
 * @stp_state: BR_STATE_* if the device is a bridge port; BR_STATE_DISABLED if it is none
 *	or that is not known yet; read without a lock
 * @rising: an event is being handled for which the sysctl arp_notify announces the
 *	device's addresses
 * @delayed: the number of queued requests with a delayed answer
 * @meter: of the rate field, see arpp_rate_exceeded(); two of them, so that a
 *	changed rate starts with a full bucket while packets still use the old one
 * @dhcp: of an untrusted bridge port
 * @base: the values at the last reset; under the netns's mutex
 */
struct arpp_stats {
	struct arpp_stats_cpu __percpu *cpu;
	refcount_t ref;
	bool link;
	u8 stp_state;
	bool rising;
	atomic_t delayed;
	atomic64_t meter[2];
	struct arpp_dhcp_meters dhcp;
	u64 base[ARPP_COUNTS];
};

struct arpp_stats *arpp_stats_alloc(void);
struct arpp_stats *arpp_stats_get(struct arpp_stats *stats);
void arpp_stats_put(struct arpp_stats *stats);
void arpp_stats_read(const struct arpp_stats *stats, u64 *counts);
void arpp_stats_reset(struct arpp_stats *stats);

/**
 * arpp_stats_note() - count another reason for a packet that is counted elsewhere
 * @counts: the counters of the device
 * @reason: enum arp_policy_reason
 *
 * Context: as arpp_stats_count().
 */
static inline void arpp_stats_note(struct arpp_stats_cpu __percpu *counts,
				   unsigned int reason)
{
	struct arpp_stats_cpu *cpu = this_cpu_ptr(counts);

	u64_stats_update_begin(&cpu->sync);
	u64_stats_inc(&cpu->count[reason]);
	u64_stats_update_end(&cpu->sync);
}

/**
 * arpp_stats_add() - count several packets
 * @counts: the counters of the device
 * @direction: ARPP_COUNT_IN or ARPP_COUNT_OUT
 * @reason: enum arp_policy_reason
 * @n: their number
 *
 * Context: as arpp_stats_count().
 */
static inline void arpp_stats_add(struct arpp_stats_cpu __percpu *counts,
				  unsigned int direction, unsigned int reason,
				  unsigned int n)
{
	struct arpp_stats_cpu *cpu = this_cpu_ptr(counts);

	u64_stats_update_begin(&cpu->sync);
	u64_stats_add(&cpu->count[direction], n);
	u64_stats_add(&cpu->count[reason], n);
	u64_stats_update_end(&cpu->sync);
}

/**
 * arpp_stats_count() - count a packet
 * @counts: the counters of the device
 * @direction: ARPP_COUNT_IN or ARPP_COUNT_OUT
 * @reason: enum arp_policy_reason
 *
 * Context: BH disabled or softirq, so a CPU's counters have one writer.
 */
static inline void arpp_stats_count(struct arpp_stats_cpu __percpu *counts,
				    unsigned int direction, unsigned int reason)
{
	arpp_stats_add(counts, direction, reason, 1);
}

#endif /* _ARPP_STATS_H */
