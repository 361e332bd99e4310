/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's integers and bit operations, for user-space builds of its code.
 *
 * Each takes and returns the kernel's own types: an unsigned long is a machine
 * word, so a program built with -m32 sees what a 32-bit kernel sees. A shim with
 * wider types would hide bugs.
 */
#ifndef TESTS_KERNEL_BITS_H
#define TESTS_KERNEL_BITS_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

typedef unsigned long long u64;
typedef long long s64;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint16_t u16;
typedef uint8_t u8;

#define BITS_PER_LONG		(8 * (int)sizeof(long))
#if __SIZEOF_LONG__ == 8
#define CONFIG_64BIT		1
#else
#define CONFIG_64BIT		0
#endif
#define IS_ENABLED(option)	(option)

#define __aligned(n)		__attribute__((aligned(n)))

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(h, l)		((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))

/* Undefined for 0, as in the kernel. */
static inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static inline unsigned long __fls(unsigned long word)
{
	return (unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(word));
}

static inline unsigned long __ffs64(u64 word)
{
	return (unsigned long)__builtin_ctzll(word);
}

static inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

static inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

static inline unsigned long hweight64(u64 word)
{
	return (unsigned long)__builtin_popcountll(word);
}

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n < 2 ? 1 : 1UL << (BITS_PER_LONG - __builtin_clzl(n - 1));
}

/* Byte order conversions used by the sources. */
#define cpu_to_be64(x)		htobe64(x)
#define cpu_to_le64(x)		htole64(x)
#define le64_to_cpu(x)		le64toh(x)
#define le32_to_cpu(x)		le32toh(x)
#define le16_to_cpu(x)		le16toh(x)

/* Memory order: for types of up to a word, as in the kernel. */
void __attribute__((error("more than a word"))) kernel_bits_no_word(void);
#define kernel_bits_word(x) \
	((void)(sizeof(x) > sizeof(long) ? kernel_bits_no_word() : (void)0))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define smp_load_acquire(p) \
	(kernel_bits_word(*(p)), __atomic_load_n(p, __ATOMIC_ACQUIRE))
#define smp_store_release(p, v) \
	(kernel_bits_word(*(p)), __atomic_store_n(p, v, __ATOMIC_RELEASE))
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif /* TESTS_KERNEL_BITS_H */
