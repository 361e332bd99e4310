// SPDX-License-Identifier: GPL-2.0-only
/*
 * Token buckets: of a device, and of each source of packets.
 *
 * Lock-free; any context. A bucket is one number: the time at which it will be full
 * again (generic cell rate algorithm). A packet advances this time by the duration of
 * one token. It exceeds the rate if the time would then be further ahead than the
 * duration of a whole bucket. A time that is even further ahead, left from another rate,
 * is cut to that.
 */
#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "packet/rate.h"

/* 16,384 sources at 16 bytes are 256 KiB. */
#define SOURCE_BITS	12
#define SOURCE_SETS	BIT(SOURCE_BITS)
#define SOURCE_WAYS	4

/**
 * struct arpp_source - one source
 * @id: see arpp_source_id(); 0: unused
 * @meter: its bucket
 */
struct arpp_source {
	atomic64_t id;
	atomic64_t meter;
};

/**
 * struct arpp_sources - the sources of a netns
 * @key: secret and odd, so that an attacker cannot choose addresses that share a set
 * @id_key: for addresses that do not fit into an id
 * @set: the hash of a source selects its set. Whole pages, so that a set is a cache line,
 *	which no source of another set shares
 */
struct arpp_sources {
	u64 key;
	siphash_key_t id_key;
	struct arpp_source (*set)[SOURCE_WAYS];
};

/* See arpp_rate_exceeded(). */
static __always_inline bool exceeded(atomic64_t *meter, u32 rate, u32 burst,
				     u64 now, bool dry_run)
{
	u64 token = NSEC_PER_SEC / rate;
	u64 bucket = token * max(burst, 1U);
	s64 was = atomic64_read(meter);
	u64 full;

	do {
		full = max_t(u64, was, now) + token;
		if (full - now > bucket) {
			if (unlikely(full - now > bucket + token) && !dry_run)
				atomic64_cmpxchg(meter, was, now + bucket);
			return true;
		}
	} while (!dry_run && !atomic64_try_cmpxchg(meter, &was, full));
	return false;
}

/**
 * arpp_rate_exceeded() - take a token from a bucket
 * @meter: the bucket; 0 is a full one
 * @rate: tokens per second, at least 1
 * @burst: the size of the bucket in tokens
 * @now: the time in ns by any monotonic clock
 * @dry_run: take no token
 *
 * Return: true if the rate limit is exceeded, that is, no token was left.
 */
bool arpp_rate_exceeded(atomic64_t *meter, u32 rate, u32 burst, u64 now, bool dry_run)
{
	return exceeded(meter, rate, burst, now, dry_run);
}

/**
 * arpp_sources_alloc() - allocate an empty table of sources
 *
 * Return: the table, or NULL if out of memory.
 */
struct arpp_sources *arpp_sources_alloc(void)
{
	struct arpp_sources *sources = kzalloc(sizeof(*sources), GFP_KERNEL_ACCOUNT);

	/* A usual cache line. */
	BUILD_BUG_ON(sizeof(*sources->set) != 64);
	if (!sources)
		return NULL;
	sources->set = kvcalloc(SOURCE_SETS, sizeof(*sources->set), GFP_KERNEL_ACCOUNT);
	if (!sources->set) {
		kfree(sources);
		return NULL;
	}
	get_random_bytes(&sources->key, sizeof(sources->key));
	sources->key |= 1;
	get_random_bytes(&sources->id_key, sizeof(sources->id_key));
	return sources;
}

/**
 * arpp_sources_free() - free a table of sources
 * @sources: the table, which no reader can reach; or NULL
 */
void arpp_sources_free(struct arpp_sources *sources)
{
	if (!sources)
		return;
	kvfree(sources->set);
	kfree(sources);
}

/**
 * arpp_source_digest() - hash a source address that does not fit into an id
 * @sources: the table of sources
 * @lladdr: the address
 * @len: its length in bytes
 *
 * Return: a hash of the address with a secret key.
 */
u64 arpp_source_digest(const struct arpp_sources *sources, const u8 *lladdr,
		       unsigned int len)
{
	u64 id[5] = {};

	memcpy(&id[1], lladdr, min_t(unsigned int, len, sizeof(id) - 8));
	return siphash(id, sizeof(id), &sources->id_key);
}

/*
 * The set of a source: the top bits of its product with a secret number
 * (multiply-shift hashing). An attacker who finds out by trial which addresses share
 * a set can evict a source, which then starts with a full bucket. This gains nothing:
 * so does each new address.
 */
static struct arpp_source *place_of(struct arpp_sources *sources, s64 source_id)
{
	return sources->set[(u64)source_id * sources->key >> (64 - SOURCE_BITS)];
}

/* Add a source, and evict another one. */
static noinline bool take_place(struct arpp_source *set, s64 source_id, u32 rate,
				u64 now)
{
	struct arpp_source *victim = &set[0];
	s64 was;
	int i;

	for (i = 1; i < SOURCE_WAYS; i++)
		if (atomic64_read(&set[i].meter) < atomic64_read(&victim->meter))
			victim = &set[i];
	/* Another CPU may take the same place. */
	was = atomic64_read(&victim->id);
	if (atomic64_cmpxchg(&victim->id, was, source_id) != was)
		return false;
	atomic64_set(&victim->meter, now);
	return exceeded(&victim->meter, rate, rate, now, false);
}

/**
 * arpp_source_exceeded() - take a token from the bucket of a source
 * @sources: the table of sources
 * @source_id: the source, see arpp_source_id()
 * @rate: tokens per second, at least 1; also the size of the bucket
 * @now: as for arpp_rate_exceeded(); arpp_rate_tick() serves, because the bucket lasts a
 *	second
 * @dry_run: take no token
 *
 * An unknown source evicts the one with the fullest bucket, that is, an idle one. A
 * source that floods keeps its place. An evicted source starts again with a full
 * bucket, so a flood from spoofed addresses does not get other sources limited.
 *
 * Return: true if the rate limit is exceeded, that is, no token was left.
 */
bool arpp_source_exceeded(struct arpp_sources *sources, s64 source_id, u32 rate, u64 now,
			  bool dry_run)
{
	struct arpp_source *set = place_of(sources, source_id);
	int i;

	for (i = 0; i < SOURCE_WAYS; i++)
		if (atomic64_read(&set[i].id) == source_id)
			return exceeded(&set[i].meter, rate, rate, now, dry_run);
	return !dry_run && take_place(set, source_id, rate, now);
}
