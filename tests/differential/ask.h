/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends questions to the host, and records all resulting frames and neighbours.
 */
#ifndef ASK_H
#define ASK_H

#include "common.h"
#include "host.h"
#include "scenario.h"

#define FRAMES		512
#define NEIGHBOURS	160
#define LEARNT		64

struct frame {
	int cable;		/* where it was received */
	int vid;		/* its VLAN ID, or 0 */
	uint32_t tag;		/* its tag: protocol and TCI, or 0 */
	int len;
	uint8_t bytes[64];
};

static inline const struct arp *arp_of(const struct frame *f)
{
	return (const void *)f->bytes;
}

struct known {
	uint32_t addr;
	int dev;
	uint16_t state;
	uint8_t mac[ETH_ALEN];
};

/* An entry of the FDB of a bridge with ports. */
struct learnt {
	uint8_t mac[ETH_ALEN];
	uint16_t vid;
	int port;
};

/* Sorted, so that equal outcomes are equal byte for byte. */
struct outcome {
	int frames, neighbours, learnts;
	struct frame frame[FRAMES];
	struct known neighbour[NEIGHBOURS];
	struct learnt learnt[LEARNT];
	int error[QUESTIONS];	/* of a SEND */
};

/* The neighbour table and the FDB are empty before and after. */
void ask_all(const struct host *h, const struct question *q, struct outcome *o);
/* Its two halves: send, record frames and the FDB; then record and delete neighbours. */
void ask_burst(const struct host *h, const struct question *q, struct outcome *o);
void forget_neighbours(struct outcome *o);
/* Records and flushes the FDB, if the host has a bridge with ports. */
void record_fdb(const struct host *h, struct outcome *o);

/* Sends one question, from any thread. Return: the error of a SEND. */
int ask_one(const struct host *h, const struct question *q, int i);
/* The MAC of the asker of question @i, and the reverse; -1: not an asker's MAC. */
void asker_mac(uint8_t *mac, int i);
int asker_of(const uint8_t *mac);
/* The MAC that its sender's neighbour entry has before. */
void known_mac(uint8_t *mac, const struct question *q, int i);
/* The question whose frame has this Ethernet source; or -1. */
int source_of(const uint8_t *mac);
/* Receives all frames caused by what this CPU has sent; @o as below. */
void listen_quiet(struct outcome *o);
/* If set, called for each frame that is not recorded. */
extern void (*on_frame)(const struct frame *f);
bool same_outcome(const struct outcome *a, const struct outcome *b);
/* Counts the replies to these questions, and the requests. */
void count_frames(const struct outcome *o, int *replies, int *requests);
/* @other: leave out what both have */
void print_outcome(FILE *f, const struct host *h, const struct outcome *o,
		   const struct outcome *other);

#endif /* ASK_H */
