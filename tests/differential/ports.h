/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hosts with a bridge of several ports: VLANs, policy on the ports, and frames in every
 * wrapping.
 */
#ifndef PORTS_H
#define PORTS_H

#include "scenario.h"

#define ETHERTYPE_AD	0x88a8		/* 802.1ad */
#define BRIDGE_PVID	1

/* Give the host a bridge with ports, in place of its first device. */
void make_ports(struct host *h, struct rng *r);
/* Which hosts have one. */
static inline bool has_ports(uint64_t number)
{
	return number % 5 == 2;
}

/* Does it exist? */
bool port_there(const struct host *h, int port);
/* Valid until the next call. */
const char *port_name(int port);
/* The port of a cable, or NOBODY. */
int port_of(const struct host *h, int cable);
/* Are frames received by the bridge for this device? */
bool is_on_bridge(const struct host *h, int dev);
/* Makes questions enter through ports, in every wrapping. */
void make_port_questions(struct question *q, const struct host *h, struct rng *r);
/*
 * Policy on the ports that accepts every frame unchanged. Changes the questions, and how
 * the policy is set, to make that possible.
 */
void make_port_policy(struct config *c, const struct host *h, struct question *q,
		      struct rng *r);

void print_ports(FILE *f, const struct host *h);
void print_wrapping(FILE *f, const struct host *h, const struct question *q);
void print_entries(FILE *f, const struct config *c);

#endif /* PORTS_H */
