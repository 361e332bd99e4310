// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of one device: allocate, sum, reset.
 *
 * Process context, except arpp_stats_put(), which may run in an RCU callback.
 */
#include <linux/slab.h>

#include "compat.h"
#include "policy/stats.h"

/**
 * arpp_stats_alloc() - allocate counters, all zero
 *
 * Return: the counters with one reference, or NULL.
 */
struct arpp_stats *arpp_stats_alloc(void)
{
	struct arpp_stats *stats;
	int cpu;

	stats = kzalloc(sizeof(*stats), GFP_KERNEL_ACCOUNT);
	if (!stats)
		return NULL;
	stats->cpu = alloc_percpu_gfp(struct arpp_stats_cpu,
				      GFP_KERNEL_ACCOUNT);
	if (!stats->cpu) {
		kfree(stats);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(stats->cpu, cpu)->sync);
	refcount_set(&stats->ref, 1);
	return stats;
}

/**
 * arpp_stats_get() - take one more reference
 * @stats: the counters
 *
 * Return: @stats.
 */
struct arpp_stats *arpp_stats_get(struct arpp_stats *stats)
{
	refcount_inc(&stats->ref);
	return stats;
}

/**
 * arpp_stats_put() - drop a reference; the last one frees
 * @stats: the counters, or NULL
 */
void arpp_stats_put(struct arpp_stats *stats)
{
	if (!stats || !refcount_dec_and_test(&stats->ref))
		return;
	free_percpu(stats->cpu);
	kfree(stats);
}

static void stats_sum(const struct arpp_stats *stats, u64 *counts)
{
	u64 seen[ARPP_COUNTS];
	unsigned int start;
	int cpu, i;

	memset(counts, 0, sizeof(seen));
	for_each_possible_cpu(cpu) {
		const struct arpp_stats_cpu *c = per_cpu_ptr(stats->cpu, cpu);

		do {
			start = u64_stats_fetch_begin(&c->sync);
			for (i = 0; i < ARPP_COUNTS; i++)
				seen[i] = u64_stats_read(&c->count[i]);
		} while (u64_stats_fetch_retry(&c->sync, start));
		for (i = 0; i < ARPP_COUNTS; i++)
			counts[i] += seen[i];
	}
}

/**
 * arpp_stats_read() - read the counters since the last reset
 * @stats: the counters
 * @counts: filled in, ARPP_COUNTS of them
 */
void arpp_stats_read(const struct arpp_stats *stats, u64 *counts)
{
	int i;

	stats_sum(stats, counts);
	for (i = 0; i < ARPP_COUNTS; i++)
		counts[i] -= stats->base[i];
}

/**
 * arpp_stats_reset() - reset the counters
 * @stats: the counters
 *
 * The per-CPU counters are not written, so no packet is missed.
 */
void arpp_stats_reset(struct arpp_stats *stats)
{
	stats_sum(stats, stats->base);
}
