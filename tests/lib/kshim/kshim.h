/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enough of the kernel's API to build parts of the module in user space: types,
 * memory, RCU and locks. With KSHIM_NET, net.h adds devices and packets.
 *
 * kshim.c has the allocator and RCU for tests. A benchmark has its own, and does not
 * define KSHIM_HOOKS. The script "headers" maps each kernel header that a source
 * includes to this one.
 */
#ifndef _KSHIM_H
#define _KSHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel-bits.h"

typedef u64 __be64;
typedef u64 __le64;
typedef u32 __be32;
typedef u32 __le32;
typedef u16 __be16;
typedef u16 __le16;
typedef unsigned int gfp_t;

#define __rcu
#define __percpu
#define __force
#ifndef __bitwise
#define __bitwise
#endif
#define GFP_KERNEL		1U
#define GFP_KERNEL_ACCOUNT	1U
#define __GFP_NOWARN		2U

#define fallthrough		__attribute__((fallthrough))
#define noinline		__attribute__((noinline))
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)
#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define cond_resched()		((void)0)
#define prefetch(p)		__builtin_prefetch(p)
#define L1_CACHE_BYTES		64

#define U32_MAX			UINT32_MAX
#define NSEC_PER_SEC		1000000000L
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(t, a, b)		min((t)(a), (t)(b))
#define max_t(t, a, b)		max((t)(a), (t)(b))
#define min3(a, b, c)		min(min(a, b), c)
#define min_not_zero(a, b)	(!(a) ? (b) : !(b) ? (a) : min(a, b))
#define clamp(x, lo, hi)	min((x) < (lo) ? (lo) : (x), hi)
#define rounddown(x, n)		((x) - (x) % (n))
#define roundup(x, n)		(((x) + (n) - 1) / (n) * (n))
#define struct_size(p, member, n) \
	(sizeof(*(p)) + (n) * sizeof((p)->member[0]))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define ilog2(x)		(31 - __builtin_clz(x))
#define WARN_ON_ONCE(x)		({ if (x) abort(); false; })

#define IS_ERR(p)		((unsigned long)(p) >= (unsigned long)-4095)
#define PTR_ERR(p)		((long)(p))
#define ERR_PTR(e)		((void *)(long)(e))

void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *p);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);

	return p ? memset(p, 0, size) : NULL;
}

static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kzalloc(n * size, gfp);
}

#define kvzalloc		kzalloc
#define kvcalloc(n, size, flags)	kzalloc((size_t)(n) * (size), flags)
#define kvfree			kfree

/* Memory to be freed after a grace period is kept until kshim_grace(). */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *rcu);
};

void call_rcu(struct rcu_head *rcu, void (*func)(struct rcu_head *rcu));
void kfree_rcu_mightsleep(const void *p);
void synchronize_rcu(void);
unsigned long get_state_synchronize_rcu(void);
void cond_synchronize_rcu(unsigned long state);
/* A macro in the kernel. */
#define kfree_rcu_mightsleep	kfree_rcu_mightsleep

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name)	struct mutex name
void mutex_lock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

/* kshim.c: memory held, counted as by kmalloc(); which allocation fails. */
extern size_t kshim_bytes, kshim_blocks;
extern unsigned int kshim_fail_in;	/* the N-th allocation fails */
extern bool kshim_fail_all;
extern unsigned long kshim_failed, kshim_synchronized, kshim_allocated;	/* counters */
void kshim_grace(void);

#ifdef KSHIM_HOOKS
/* Called when a slot is read or set, and before each of the writer's releases. */
void kshim_on_read(void);
void kshim_on_set(u64 value);
void kshim_on_publish(void);
void kshim_assert(bool ok, const char *what);
#else
static inline void kshim_on_read(void) {}
static inline void kshim_on_set(u64 value) { (void)value; }
static inline void kshim_on_publish(void) {}
#define kshim_assert(ok, what)	((void)(ok))
#endif

#define lockdep_is_held(l)	((l)->held)
#define lockdep_assert_held(l)	kshim_assert((l)->held, "lock held")

extern unsigned int kshim_readers;	/* nesting depth of RCU read sections */

#define rcu_read_lock_held()	(kshim_readers != 0)
#define RCU_LOCKDEP_WARN(c, what)	kshim_assert(!(c), what)

/* A writer publishes a slot with a release, and counts the update with another. */
#undef smp_mb
#undef smp_store_release
#define smp_mb() \
	(kshim_on_publish(), __atomic_thread_fence(__ATOMIC_SEQ_CST))
#define smp_store_release(p, v) \
	(kernel_bits_word(*(p)), kshim_on_publish(), \
	 __atomic_store_n(p, v, __ATOMIC_RELEASE))

typedef struct {
	s64 __aligned(8) counter;
} atomic64_t;

static inline s64 atomic64_read(const atomic64_t *v)
{
	kshim_on_read();
	return READ_ONCE(v->counter);
}

static inline void atomic64_set(atomic64_t *v, s64 value)
{
	kshim_on_set((u64)value);
	WRITE_ONCE(v->counter, value);
}

static inline bool atomic64_try_cmpxchg(atomic64_t *v, s64 *old, s64 value)
{
	return __atomic_compare_exchange_n(&v->counter, old, value, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline s64 atomic64_cmpxchg(atomic64_t *v, s64 old, s64 value)
{
	atomic64_try_cmpxchg(v, &old, value);
	return old;
}

/* As before Linux 5.17, where it is limited to word-sized types. */
#define atomic64_set_release(v, value) \
	(kshim_on_set(value), smp_store_release(&(v)->counter, (s64)(value)))

static inline void rcu_read_lock(void)
{
	kshim_readers++;
}

static inline void rcu_read_unlock(void)
{
	kshim_readers--;
}

#define rcu_access_pointer(p)	READ_ONCE(p)
#define rcu_dereference(p)	READ_ONCE(p)
#define rcu_dereference_raw(p)	READ_ONCE(p)
#define rcu_dereference_check(p, c)	((void)(c), READ_ONCE(p))
#define rcu_dereference_protected(p, c)	((void)(c), READ_ONCE(p))
#define RCU_INIT_POINTER(p, v)	WRITE_ONCE(p, v)
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)

/* The size that kmalloc() allocates for @size bytes. */
static inline size_t kshim_class(size_t size)
{
	size_t class = 8;

	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	while (class < size)
		class *= 2;
	return class;
}

#ifdef KSHIM_NET
#include "net.h"
#endif

#endif /* _KSHIM_H */
