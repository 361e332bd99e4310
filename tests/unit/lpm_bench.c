// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures src/policy/lpm.c in user space: bytes, instructions and ns, by table size.
 *
 *   tests/lib/kshim/headers build/kshim src/policy/lpm.[ch]
 *   cc -O2 -Itests/unit -Itests/lib/kshim -Ibuild/kshim -Isrc -o lpm_bench tests/unit/lpm_bench.c src/policy/lpm.c
 *   lpm_bench [PREFIXES …]
 *
 * Memory is allocated in the size classes of kmalloc(). Instructions are counted if perf
 * events are available; otherwise they can be counted with
 * "valgrind --tool=callgrind --toggle-collect=FUNCTION".
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(what)
#endif

#include "policy/lpm.h"
#include "lpm_random.h"

unsigned int kshim_readers;

/*
 * Like slab: pages of objects of one class, each class with a free list. In huge pages,
 * like the kernel's direct mapping.
 */
#define ARENA	(1UL << 30)
#define PAGE	4096UL
static char *arena;
static size_t arena_used, bytes;
static u16 page_class[ARENA / PAGE];
static void *free_list[64];

static void **free_list_of(size_t class)
{
	return &free_list[class == 96 ? 40 : class == 192 ? 41 :
			  __builtin_ctzl(class)];
}

void *kmalloc(size_t size, gfp_t gfp)
{
	size_t class = kshim_class(size), slab = class < PAGE ? PAGE : class, i;
	void **p, **list = free_list_of(class);

	(void)gfp;
	if (!*list) {
		page_class[arena_used / PAGE] = class;
		for (i = 0; i + class <= slab; i += class) {
			p = (void *)(arena + arena_used + i);
			*p = *list;
			*list = p;
		}
		arena_used += slab;
	}
	p = *list;
	*list = *p;
	bytes += class;
	return p;
}

void kfree(const void *p)
{
	size_t class = page_class[((const char *)p - arena) / PAGE];
	void **list = free_list_of(class);

	*(void **)p = *list;
	*list = (void *)p;
	bytes -= class;
}

void (kfree_rcu_mightsleep)(const void *p)
{
	kfree(p);
}

void synchronize_rcu(void) {}
void cond_synchronize_rcu(unsigned long state) { (void)state; }
unsigned long get_state_synchronize_rcu(void) { return 0; }
void mutex_lock(struct mutex *lock) { lock->held = true; }
void mutex_unlock(struct mutex *lock) { lock->held = false; }

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static double start;

static void begin(void)
{
	start = now();
	CALLGRIND_ZERO_STATS;
}

static void end(const char *what, unsigned int n)
{
	CALLGRIND_DUMP_STATS_AT(what);
	printf("  %-24s %8.1f ns\n", what, (now() - start) / n);
}

/* Not inlined, so that callgrind can tell the functions apart. */
noinline
static unsigned int lookups(const struct arpp_lpm *t, const u32 *addr,
			    unsigned int n)
{
	unsigned int hits = 0, i;

	for (i = 0; i < n; i++)
		hits += !!arpp_lpm_lookup(t, addr[i]);
	return hits;
}

/* Each lookup depends on the result of the previous one. */
noinline
static u32 lookups_in_turn(const struct arpp_lpm *t, const u32 *addr,
			   unsigned int n)
{
	unsigned int i;
	u32 last = 0;

	for (i = 0; i < n; i++) {
		last = !!arpp_lpm_lookup(t, addr[i] ^ last);
		__asm__ volatile("" : "+r"(last));
	}
	return last;
}

static u32 prefix_random(u8 *len)
{
	*len = 8 + rnd() % 25;
	return rnd();
}

static u32 prefix_hosts(u8 *len)
{
	*len = 32;
	return (10U << 24) | (rnd() & 0xfffff);
}

static void measure(const char *what, u32 (*prefix)(u8 *len), u64 value,
		    unsigned int size)
{
	unsigned int n = 1000000, i, tries, hits;
	struct arpp_lpm t = { 0 };
	struct arpp_lpm_node node;
	u32 *addr = malloc(n * sizeof(*addr));
	u64 found;

	printf("%u %s prefixes\n", size, what);
	begin();
	for (tries = 0; t.count < size; tries++) {
		node.prefix = prefix(&node.len);
		node.prefix &= (u32)(~0ULL << (32 - node.len));
		arpp_lpm_insert(&t, &node, value, GFP_KERNEL);
	}
	end("insert", tries);
	printf("  %-22s %8.1f bytes\n", "a prefix", (double)bytes / size);

	for (i = 0; i < n; i++)
		addr[i] = rnd();
	begin();
	hits = lookups(&t, addr, n);
	end("look up random", n);
	printf("  %-22s %8.1f %%\n", "hit rate", 100.0 * hits / n);
	begin();
	lookups_in_turn(&t, addr, n);
	end("dependent lookups", n);
	lpm_next(&t, 0, -1, &node);
	for (i = 0; i < n; i++) {
		addr[(u64)i * 7919 % n] = node.prefix;
		if (!lpm_next(&t, node.prefix, node.len, &node))
			lpm_next(&t, 0, -1, &node);
	}
	begin();
	hits = lookups(&t, addr, n);
	end("look up existing", n);
	begin();
	lookups_in_turn(&t, addr, n);
	end("dependent lookups", n);

	begin();
	for (i = 0, found = lpm_next(&t, 0, -1, &node); found; i++)
		found = lpm_next(&t, node.prefix, node.len, &node);
	end("next", i);
	begin();
	for (i = 0; i < n && t.count; i++) {
		if (!lpm_next(&t, rnd(), -1, &node))
			continue;
		arpp_lpm_remove(&t, node.prefix, node.len);
		if (t.count <= size / 2)
			break;
	}
	end("next and remove", i + 1);
	if (t.count)
		printf("  %-22s %8.1f bytes\n", "per prefix afterwards",
		       (double)bytes / t.count);
	arpp_lpm_clean(&t);
	if (bytes)
		printf("  LEAK: %zu bytes\n", bytes);
	free(addr);
}

int main(int argc, char **argv)
{
	static const unsigned int sizes[] = { 1, 1000, 100000, 1000000 };
	unsigned int i;

	arena = mmap(NULL, ARENA + (2UL << 20), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena == MAP_FAILED)
		return 1;
	arena = (char *)(((size_t)arena + (2UL << 20) - 1) & ~((2UL << 20) - 1));
	madvise(arena, ARENA, MADV_HUGEPAGE);
	if (argc > 1) {
		for (i = 1; i < (unsigned int)argc; i++)
			measure("random", prefix_random, 3, atoi(argv[i]));
		return 0;
	}
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		measure("random", prefix_random, 3, sizes[i]);
	measure("neighbouring host", prefix_hosts, 3, 1000000 / 2);
	measure("neighbouring, bound", prefix_hosts, ARPP_LPM_VALUES - 1, 1000000 / 2);
	return 0;
}
