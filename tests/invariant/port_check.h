/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks what a bridge with policy on its ports did with the frames of a burst. */
#ifndef INVARIANT_PORT_CHECK_H
#define INVARIANT_PORT_CHECK_H

#include "../differential/ask.h"
#include "port_model.h"

/* Does the question enter by a port? */
bool enters_by_port(const struct host *h, const struct question *q);
/*
 * Compares a burst with the same burst without policy. Return: what is wrong, or NULL;
 * @which: the question that it is about, or -1.
 */
const char *wrong_with_burst(const struct view *v, const struct question *all,
			     const struct outcome *stock, const struct outcome *module,
			     int *which);
/* What is wrong with a frame while policy changes; NULL: nothing. */
const char *wrong_port_frame(const struct view *v, const struct question *all,
			     const struct frame *f);
/* What is wrong with the FDB or the neighbour table; NULL: nothing. */
const char *wrong_learnt(const struct view *v, const struct view *other,
			 const struct question *all, const struct outcome *o,
			 int *which);
/* How many copies of the question's frame left other ports. */
int count_copies(const struct host *h, const struct outcome *o, int i);
/* @mac: the one that suppress answered with. Return: how many answers. */
int count_suppressed(const struct host *h, const struct outcome *o, int i,
		     uint8_t *mac);

#endif /* INVARIANT_PORT_CHECK_H */
