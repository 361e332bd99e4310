// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocator, RCU and locks of kshim.h, for tests: everything is counted,
 * allocations fail on request, and memory freed by RCU is kept until kshim_grace().
 */
#include <stdio.h>

#include "kshim.h"

/* Precedes each block of kmalloc(); poisoned for AddressSanitizer. */
struct block {
	struct block *next;
	size_t size;
};

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)	((void)(at))
#define ASAN_UNPOISON_MEMORY_REGION(at, size)	((void)(at))
#endif

size_t kshim_bytes, kshim_blocks;
unsigned int kshim_fail_in;
bool kshim_fail_all;
unsigned int kshim_readers;
unsigned long kshim_failed, kshim_synchronized, kshim_allocated;

static unsigned long graces;
static struct block *later;
static struct rcu_head *callbacks;

void (kshim_assert)(bool ok, const char *what)
{
	if (ok)
		return;
	fflush(stdout);
	fprintf(stderr, "kshim: assertion failed: %s\n", what);
	abort();
}

void *kmalloc(size_t size, gfp_t gfp)
{
	struct block *b;

	(void)gfp;
	if (kshim_fail_all || (kshim_fail_in && !--kshim_fail_in)) {
		kshim_failed++;
		return NULL;
	}
	b = malloc(sizeof(*b) + size);
	if (!b)
		abort();
	b->size = size;
	kshim_allocated++;
	kshim_bytes += kshim_class(size);
	kshim_blocks++;
	ASAN_POISON_MEMORY_REGION(b, sizeof(*b));
	/* Do not return zeroed memory. */
	return memset(b + 1, 0xa5, size);
}

static struct block *block_of(const void *p)
{
	struct block *b = (struct block *)p - 1;

	ASAN_UNPOISON_MEMORY_REGION(b, sizeof(*b));
	return b;
}

static void block_free(struct block *b)
{
	memset(b + 1, 0x6b, b->size);
	free(b);
}

/* Memory that waits for a grace period is not counted as held. */
static void block_gone(const struct block *b)
{
	kshim_bytes -= kshim_class(b->size);
	kshim_blocks--;
}

void kfree(const void *p)
{
	struct block *b;

	if (!p)
		return;
	b = block_of(p);
	block_gone(b);
	block_free(b);
}

void (kfree_rcu_mightsleep)(const void *p)
{
	struct block *b = block_of(p);

	block_gone(b);
	b->next = later;
	later = b;
}

void call_rcu(struct rcu_head *rcu, void (*func)(struct rcu_head *rcu))
{
	rcu->func = func;
	rcu->next = callbacks;
	callbacks = rcu;
}

void kshim_grace(void)
{
	struct rcu_head *rcu;
	struct block *b;

	kshim_assert(!kshim_readers, "no reader during a grace period");
	graces++;
	while ((b = later)) {
		later = b->next;
		block_free(b);
	}
	while ((rcu = callbacks)) {
		callbacks = rcu->next;
		rcu->func(rcu);
	}
}

void synchronize_rcu(void)
{
	kshim_synchronized++;
	kshim_grace();
}

unsigned long get_state_synchronize_rcu(void)
{
	return graces;
}

void cond_synchronize_rcu(unsigned long state)
{
	if (state == graces)
		synchronize_rcu();
}

void mutex_lock(struct mutex *lock)
{
	kshim_assert(!lock->held, "lock not held");
	lock->held = true;
}

void mutex_unlock(struct mutex *lock)
{
	kshim_assert(lock->held, "lock held");
	lock->held = false;
}
