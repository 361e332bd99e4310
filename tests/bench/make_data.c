// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generates the tables for the bench, the same on every run.
 *
 *   make_data rules N ACTION DIR	N prefixes of 8 to 32 bits in 11.0.0.0 to
 *					126.255.255.255, a policy in arpctl's words
 *   make_data bindings N DIR		N addresses in 10.0.0.0/8
 *   make_data nft N DIR		for a set of addresses, of ranges, of
 *					addresses with their lladdr
 *
 * NAME.targets or NAME.senders, next to NAME, has some of the addresses in the
 * table, in the format of the bench module.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKED		4096	/* targets, spread over the table */
#define ASKING		64	/* senders: there is room for all as neighbours */
#define SLOTS		(1U << 22)

static uint64_t seed = 1;

static uint32_t rnd(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed ^ seed >> 29) >> 32;
}

static uint64_t seen[SLOTS];

/* Return: whether it is new. */
static bool note(uint32_t prefix, unsigned int len)
{
	uint64_t key = (uint64_t)prefix << 8 | len | 1ULL << 63;
	uint32_t at = (key * 0x9e3779b97f4a7c15ULL) >> 42;

	for (; seen[at]; at = (at + 1) % SLOTS)
		if (seen[at] == key)
			return false;
	seen[at] = key;
	return true;
}

static FILE *create(const char *dir, const char *name, const char *suffix)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static void put(FILE *f, uint32_t addr)
{
	fprintf(f, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255,
		addr & 255);
}

static void put_line(FILE *f, uint32_t addr)
{
	put(f, addr);
	putc('\n', f);
}

/* The lladdr that the bench module uses for a sender. */
static void put_lladdr(FILE *f, uint32_t addr)
{
	fprintf(f, "02:00:%02x:%02x:%02x:%02x", addr >> 24, addr >> 16 & 255,
		addr >> 8 & 255, addr & 255);
}

static void rules(unsigned int n, const char *action, const char *dir)
{
	unsigned int every = n < ASKED ? 1 : n / ASKED, i = 0, asked = 0;
	char name[64];
	FILE *f, *g;

	snprintf(name, sizeof(name), "%s-%u", action, n);
	f = create(dir, name, "");
	g = create(dir, name, ".targets");
	while (i < n) {
		unsigned int len = 8 + rnd() % 25;
		uint32_t mask = 0xffffffffU << (32 - len), addr;

		addr = (11 + rnd() % 116) << 24 | (rnd() & 0xffffff);
		if (!note(addr & mask, len))
			continue;
		fprintf(f, "rule add %s ", action);
		put(f, addr & mask);
		fprintf(f, "/%u\n", len);
		if (i++ % every == 0 && asked++ < ASKED)
			put_line(g, addr);
	}
	fclose(f);
	fclose(g);
}

/* Spread over 10.0.0.0/8 without duplicates: the factor is odd. */
static uint32_t spread(unsigned int i)
{
	return 10U << 24 | ((i + 1) * 2654435761U & 0xffffff);
}

static void bindings(unsigned int n, const char *dir)
{
	unsigned int every = n < ASKING ? 1 : n / ASKING, i, asking = 0;
	char name[64];
	FILE *f, *g;

	snprintf(name, sizeof(name), "bind-%u", n);
	f = create(dir, name, "");
	g = create(dir, name, ".senders");
	for (i = 0; i < n; i++) {
		fputs("bind add ", f);
		put(f, spread(i));
		fputs(" lladdr ", f);
		put_lladdr(f, spread(i));
		putc('\n', f);
		if (i % every == 0 && asking++ < ASKING)
			put_line(g, spread(i));
	}
	fclose(f);
	fclose(g);
}

static void nft(unsigned int n, const char *dir)
{
	unsigned int every = n < ASKED ? 1 : n / ASKED, i, asked = 0;
	char hash[64], ranges[64], pairs[64];
	FILE *f, *g, *h;

	snprintf(hash, sizeof(hash), "nft-hash-%u", n);
	f = create(dir, hash, "");
	g = create(dir, hash, ".targets");
	for (i = 0; i < n; i++) {
		put(f, 11U << 24 | (spread(i) & 0xffffff));
		fputs(i + 1 < n ? ",\n" : "\n", f);
		if (i % every == 0 && asked++ < ASKED)
			put_line(g, 11U << 24 | (spread(i) & 0xffffff));
	}
	fclose(f);
	fclose(g);

	snprintf(ranges, sizeof(ranges), "nft-ranges-%u", n);
	f = create(dir, ranges, "");
	g = create(dir, ranges, ".targets");
	for (i = 0, asked = 0; i < n; i++) {
		uint32_t addr = (11U << 24) + i * 256;

		put(f, addr + 3);
		putc('-', f);
		put(f, addr + 100);
		fputs(i + 1 < n ? ",\n" : "\n", f);
		if (i % every == 0 && asked++ < ASKED)
			put_line(g, addr + 3 + rnd() % 98);
	}
	fclose(f);
	fclose(g);

	snprintf(pairs, sizeof(pairs), "nft-pairs-%u", n);
	h = create(dir, pairs, "");
	for (i = 0; i < n; i++) {
		put(h, spread(i));
		fputs(" . ", h);
		put_lladdr(h, spread(i));
		fputs(i + 1 < n ? ",\n" : "\n", h);
	}
	fclose(h);
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "rules"))
		rules(atoi(argv[2]), argv[3], argv[4]);
	else if (argc == 4 && !strcmp(argv[1], "bindings"))
		bindings(atoi(argv[2]), argv[3]);
	else if (argc == 4 && !strcmp(argv[1], "nft"))
		nft(atoi(argv[2]), argv[3]);
	else
		return 2;
	return 0;
}
