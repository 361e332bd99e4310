/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends questions to the host, and records all resulting frames and neighbours.
 */
#ifndef ASK_H
#define ASK_H

#include "host.h"
#include "scenario.h"

#define FRAMES		256
#define NEIGHBOURS	160

struct frame {
	int cable;		/* where it was received */
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

/* Sorted, so that equal outcomes are equal byte for byte. */
struct outcome {
	int frames, neighbours;
	struct frame frame[FRAMES];
	struct known neighbour[NEIGHBOURS];
	int error[QUESTIONS];	/* of a SEND */
};

/* The neighbour table is empty before and after. */
void ask_all(const struct host *h, const struct question *q, struct outcome *o);
/* Its two halves: send and record frames; then record and delete neighbours. */
void ask_burst(const struct host *h, const struct question *q, struct outcome *o);
void forget_neighbours(struct outcome *o);

/* Sends one question, from any thread. Return: the error of a SEND. */
int ask_one(const struct host *h, const struct question *q, int i);
/* The MAC of the asker of question @i, and the reverse; -1: not an asker's MAC. */
void asker_mac(uint8_t *mac, int i);
int asker_of(const uint8_t *mac);
/* Receives all frames caused by what this CPU has sent; @o as below. */
void listen_quiet(struct outcome *o);
/* If set, called for each frame that is not recorded. */
extern void (*overhear)(const struct frame *f);
bool same_outcome(const struct outcome *a, const struct outcome *b);
/* Counts the replies to these questions, and the requests. */
void count_frames(const struct outcome *o, int *replies, int *requests);
/* @other: leave out what both have */
void print_outcome(FILE *f, const struct host *h, const struct outcome *o,
		   const struct outcome *other);

#endif /* ASK_H */
