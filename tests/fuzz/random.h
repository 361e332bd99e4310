/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reproducible pseudo-random numbers: splitmix64.
 *
 * Not thread-safe; one state per process.
 */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stddef.h>
#include <stdint.h>

static uint64_t random_state;

static inline uint64_t random_next(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* A number from 0 to n - 1. */
static inline uint32_t below(uint32_t n)
{
	return (uint32_t)((random_next() >> 32) * n >> 32);
}

/* True with probability 1/n. */
static inline int one_in(uint32_t n)
{
	return !below(n);
}

static inline void random_bytes(void *to, size_t len)
{
	uint8_t *at = to;

	while (len--)
		*at++ = (uint8_t)(random_next() >> 56);
}

#define PICK(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])

#endif /* FUZZ_RANDOM_H */
