// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of wrappings (src/packet/wrap.c), in user space: every sequence of up to
 * four tags and SNAP headers, cut off at every length, with the first tag in the
 * metadata or not; long chains; and random bytes.
 */
#include <stdio.h>

#include "packet/wrap.h"

#define LAYERS	4

enum layer { NONE, Q, AD, SNAP, TUNNEL, N_LAYERS };

static const unsigned char snap[] = { 0xaa, 0xaa, 3, 0, 0, 0 };
static const unsigned char tunnel[] = { 0xaa, 0xaa, 3, 0, 0, 0xf8 };
static unsigned int checks, failures;

struct frame {
	unsigned char bytes[ARPP_WRAP_LEN];
	unsigned int len;
	__be16 type;		/* of what follows the Ethernet header */
	unsigned int tags, snaps;
};

static void put(struct frame *f, const void *bytes, unsigned int len)
{
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void put16(struct frame *f, u16 value)
{
	const unsigned char bytes[] = { value >> 8, value & 0xff };

	put(f, bytes, 2);
}

/* The type that announces a layer; what the kernel sets for LLC behind the header. */
static u16 type_of(enum layer layer, bool first, u16 inner)
{
	switch (layer) {
	case Q:
		return ETH_P_8021Q;
	case AD:
		return ETH_P_8021AD;
	case SNAP:
	case TUNNEL:
		return first ? 4 : 36;
	default:
		return inner;
	}
}

static struct frame build(const enum layer *layers, u16 inner)
{
	struct frame f = { 0 };
	unsigned int i;

	f.type = htons(type_of(layers[0], true, inner));
	for (i = 0; layers[i]; i++) {
		if (layers[i] == Q || layers[i] == AD) {
			f.tags++;
			put16(&f, 0x2000 + i);
		} else {
			f.snaps++;
			put(&f, layers[i] == SNAP ? snap : tunnel, 6);
		}
		put16(&f, type_of(layers[i + 1], false, inner));
	}
	return f;
}

static void check(bool ok, const char *what, const struct frame *f, unsigned int len)
{
	checks++;
	if (ok)
		return;
	failures++;
	printf("%s: %u tags, %u SNAP, %u of %u bytes\n", what, f->tags, f->snaps, len,
	       f->len);
}

/* @meta: there is a tag in the metadata, too. @whole: the frame ends at @len. */
static void try(const struct frame *f, unsigned int len, bool meta, bool arp, bool whole)
{
	struct arpp_tag tag = { .proto = meta ? htons(ETH_P_8021AD) : 0, .tci = 7 };
	enum arpp_wrapping got, want = ARPP_WRAP_OTHER;
	/* Of exactly this length, so that a sanitizer notices what is read beyond. */
	unsigned char *bytes = malloc(len ? len : 1);

	memcpy(bytes, f->bytes, len);
	if (arp && len >= f->len)
		want = f->tags + meta > 1 || f->snaps ? ARPP_WRAP_NESTED : ARPP_WRAP_ARP;
	else if (!whole && len < f->len)
		want = ARPP_WRAP_NESTED;
	got = arpp_wrap_parse(&tag, f->type, bytes, len, whole);
	free(bytes);
	check(got == want, "wrapping", f, len);
	if (meta)
		check(tag.proto == htons(ETH_P_8021AD) && tag.tci == 7 && !tag.in_data,
		      "the tag in the metadata", f, len);
	else if (got == ARPP_WRAP_ARP)
		check(f->tags ? tag.in_data && tag.proto == f->type && tag.tci == 0x2000 :
				!tag.in_data && !tag.proto, "the tag", f, len);
}

static void all_sequences(void)
{
	unsigned int n, i, len, left;
	enum layer layers[LAYERS + 1];
	struct frame f;

	for (n = 0; n < N_LAYERS * N_LAYERS * N_LAYERS * N_LAYERS; n++) {
		memset(layers, 0, sizeof(layers));
		for (i = 0, left = n; i < LAYERS; i++, left /= N_LAYERS)
			layers[i] = left % N_LAYERS;
		for (i = 0; i < LAYERS && layers[i]; i++)
			;
		for (; i < LAYERS; i++)
			if (layers[i])
				break;
		if (i < LAYERS)
			continue;	/* a gap: the same as a shorter one */
		for (i = 0; i < 8; i++) {
			f = build(layers, i & 1 ? ETH_P_ARP : ETH_P_IP);
			for (len = 0; len <= f.len; len++)
				try(&f, len, i & 2, i & 1, i & 4);
		}
	}
}

/* A chain longer than what is examined cannot be distinguished from one with ARP in it. */
static void long_chain(void)
{
	struct frame f = { .type = htons(ETH_P_8021Q) };
	struct arpp_tag tag = { 0 };

	while (f.len + 4 <= ARPP_WRAP_LEN) {
		f.tags++;
		put16(&f, 0);
		put16(&f, ETH_P_8021Q);
	}
	check(arpp_wrap_parse(&tag, f.type, f.bytes, f.len, false) == ARPP_WRAP_NESTED,
	      "a long chain", &f, f.len);
	tag = (struct arpp_tag){ 0 };
	check(arpp_wrap_parse(&tag, f.type, f.bytes, f.len, true) == ARPP_WRAP_OTHER,
	      "a chain that ends", &f, f.len);
}

static void random_bytes(void)
{
	static const unsigned char likely[] = { 0, 8, 6, 0x81, 0x88, 0xa8, 0xaa, 3, 0xf8 };
	struct frame f = { 0 };
	struct arpp_tag tag;
	unsigned int n, i;
	unsigned char *bytes;

	srand(1);
	for (n = 0; n < 1000000; n++) {
		f.len = (unsigned int)rand() % (ARPP_WRAP_LEN + 1);
		bytes = malloc(f.len + 1);
		for (i = 0; i < f.len; i++)
			bytes[i] = likely[(unsigned int)rand() % sizeof(likely)];
		tag = (struct arpp_tag){ 0 };
		checks++;
		arpp_wrap_parse(&tag, htons(n & 1 ? ETH_P_8021Q : 4), bytes, f.len, n & 2);
		free(bytes);
	}
}

int main(void)
{
	all_sequences();
	long_chain();
	random_bytes();
	printf("%u checks, %u failed\n", checks, failures);
	return failures || !checks;
}
