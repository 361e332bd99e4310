/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Predicts what policy does with a frame on a bridge port, from the contract alone.
 *
 * Does not use the module's code or its decisions. Where the contract leaves the decision
 * to the kernel, or depends on what is not modelled, the answer is "unsure".
 */
#ifndef INVARIANT_PORT_MODEL_H
#define INVARIANT_PORT_MODEL_H

#include "model.h"

enum port_fate {
	PORT_PASSES,		/* to the bridge, as without policy */
	PORT_DROPS,
	PORT_REPLIES,		/* is answered out of the port, and not flooded */
	PORT_UNSURE,
};

struct port_verdict {
	enum port_fate fate;
	bool counted;		/* on the port */
	enum port_fate would;	/* .fate, but for audit mode */
	uint8_t mac[ETH_ALEN];	/* of an answer */
};

/* @all: the questions; @i: one that enters by a port */
struct port_verdict judge_port(const struct view *v, const struct question *all, int i);

#endif /* INVARIANT_PORT_MODEL_H */
