/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts questions to the host, and takes down everything that comes of them.
 */
#ifndef ASK_H
#define ASK_H

#include "host.h"
#include "scenario.h"

#define FRAMES		256
#define NEIGHBOURS	160

struct frame {
	int cable;		/* where it was heard */
	int vid;		/* its VLAN tag, or 0 */
	int len;
	uint8_t bytes[64];
};

struct known {
	uint32_t addr;
	int dev;
	uint16_t state;
	uint8_t mac[ETH_ALEN];
};

/* In an order of its own, so that equal ones are equal byte for byte. */
struct outcome {
	int frames, neighbours;
	struct frame frame[FRAMES];
	struct known neighbour[NEIGHBOURS];
	int error[QUESTIONS];	/* of a SEND */
};

/* The neighbour table is empty before and afterwards. */
void ask_all(const struct host *h, const struct question *q, struct outcome *o);
/* The two halves: asks and takes down what is sent; then who became a neighbour. */
void ask_burst(const struct host *h, const struct question *q, struct outcome *o);
void forget_neighbours(struct outcome *o);

/* One question alone, in any thread. Return: the error of a SEND. */
int ask_one(const struct host *h, const struct question *q, int i);
/* The MAC of who asks question @i, and back: -1 if it is not one of those. */
void asker_mac(uint8_t *mac, int i);
int asker_of(const uint8_t *mac);
/* Hears all that came of what was sent on this processor; @o as below. */
void listen_quiet(struct outcome *o);
/* While set, sees each frame that is noted nowhere. */
extern void (*overhear)(const struct frame *f);
bool same_outcome(const struct outcome *a, const struct outcome *b);
/* How many replies to these questions, and requests, are in it. */
void count_frames(const struct outcome *o, int *replies, int *requests);
/* @other: leave out what is the same there */
void print_outcome(FILE *f, const struct host *h, const struct outcome *o,
		   const struct outcome *other);

#endif /* ASK_H */
