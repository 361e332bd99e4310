// SPDX-License-Identifier: GPL-2.0-only
/*
 * Token buckets: of a device, and of each source of packets.
 *
 * Lock-free; any context. A bucket is one number, the time at which it would
 * be full again (the generic cell rate algorithm): a packet moves that time on
 * by the time that one token takes, and is too many when it would lie further
 * ahead than a whole bucket takes.
 */
#include <linux/if_ether.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "rate.h"

/* 16,384 sources at 16 bytes are 256 KiB. */
#define SOURCE_SETS	4096
#define SOURCE_WAYS	4

/**
 * struct arpp_source - what is known of one source
 * @who: its address and device; 0: nobody
 * @meter: its bucket
 */
struct arpp_source {
	atomic64_t who;
	atomic64_t meter;
};

/**
 * struct arpp_sources - the sources of a netns
 * @key: nobody who does not know it can choose addresses that meet in one set
 * @id_key: for addresses that are too long to stand in a source themselves
 * @set: where a source may be is given by its hash
 */
struct arpp_sources {
	hsiphash_key_t key;
	siphash_key_t id_key;
	struct arpp_source set[SOURCE_SETS][SOURCE_WAYS];
};

/**
 * arpp_rate_over() - is a packet one too many?
 * @meter: the bucket; 0 is a full one
 * @rate: tokens per second, more than 0
 * @burst: tokens that it holds
 * @now: ns of any steady clock
 * @ask: take no token
 *
 * Return: whether there was no token left.
 */
bool arpp_rate_over(atomic64_t *meter, u32 rate, u32 burst, u64 now, bool ask)
{
	u64 token = NSEC_PER_SEC / rate;
	u64 bucket = token * max(burst, 1U);
	s64 was = atomic64_read(meter);
	u64 full;

	do {
		full = max_t(u64, was, now) + token;
		if (full - now > bucket)
			return true;
	} while (!ask && !atomic64_try_cmpxchg(meter, &was, full));
	return false;
}

/**
 * arpp_sources_alloc() - make room for sources
 *
 * Return: none known, or NULL for want of memory.
 */
struct arpp_sources *arpp_sources_alloc(void)
{
	struct arpp_sources *sources;

	sources = kvzalloc(sizeof(*sources), GFP_KERNEL_ACCOUNT);
	if (sources) {
		get_random_bytes(&sources->key, sizeof(sources->key));
		get_random_bytes(&sources->id_key, sizeof(sources->id_key));
	}
	return sources;
}

/**
 * arpp_sources_free() - forget the sources
 * @sources: no reader may have them; or NULL
 */
void arpp_sources_free(struct arpp_sources *sources)
{
	kvfree(sources);
}

/*
 * Who it is, and where that may be. Of the device's index, the half that fits
 * beside an Ethernet address: in one set that is enough.
 */
static struct arpp_source *place_of(struct arpp_sources *sources,
				    const u8 *lladdr, unsigned int len,
				    int ifindex, s64 *who)
{
	u64 id[5] = {};
	u32 at;

	if (likely(len == ETH_ALEN)) {
		memcpy(id, lladdr, ETH_ALEN);
		id[0] = le64_to_cpu((__force __le64)id[0]);
	} else {
		memcpy(&id[1], lladdr,
		       min_t(unsigned int, len, sizeof(id) - 8));
		id[0] = siphash(id, sizeof(id), &sources->id_key);
	}
	at = hsiphash_3u32(id[0], id[0] >> 32, ifindex, &sources->key);
	*who = (s64)(id[0] ^ (u64)ifindex << 48) ?: 1;
	return sources->set[at % SOURCE_SETS];
}

/**
 * arpp_source_over() - is a packet one too many from its source?
 * @sources: those that are known
 * @lladdr: of the source
 * @len: bytes of it
 * @ifindex: of the device that it is seen on
 * @rate: tokens per second, more than 0, and as many in a bucket
 * @now: as for arpp_rate_over()
 * @ask: take no token
 *
 * A source that is not known takes the place of the one whose bucket is the
 * fullest: one that floods keeps its own, and one that was pushed out begins
 * again with a full bucket. So a flood of invented addresses harms nobody else.
 *
 * Return: whether there was no token left.
 */
bool arpp_source_over(struct arpp_sources *sources, const u8 *lladdr,
		      unsigned int len, int ifindex, u32 rate, u64 now,
		      bool ask)
{
	struct arpp_source *set, *victim = NULL;
	s64 who, was;
	int i;

	set = place_of(sources, lladdr, len, ifindex, &who);
	for (i = 0; i < SOURCE_WAYS; i++) {
		if (atomic64_read(&set[i].who) == who)
			return arpp_rate_over(&set[i].meter, rate, rate, now,
					      ask);
		if (!victim || atomic64_read(&set[i].meter) <
			       atomic64_read(&victim->meter))
			victim = &set[i];
	}
	if (ask)
		return false;
	/* Two that come at once may both think that they have the place. */
	was = atomic64_read(&victim->who);
	if (atomic64_cmpxchg(&victim->who, was, who) != was)
		return false;
	atomic64_set(&victim->meter, now);
	return arpp_rate_over(&victim->meter, rate, rate, now, false);
}
