/* SPDX-License-Identifier: GPL-2.0-only */
/* Check what a bridge with policed ports did with the frames of a burst. */
#ifndef INVARIANT_PORT_CHECK_H
#define INVARIANT_PORT_CHECK_H

#include "../differential/ask.h"
#include "port_model.h"

/* Does the question enter by a port? */
bool enters_by_port(const struct host *h, const struct question *q);
/* Is the frame an answer on another's behalf, made by suppress? To which question; or -1. */
int suppressed_for(const struct host *h, const struct frame *f);
/*
 * All checks of a burst, against the same burst without policy. Return: what is wrong, or
 * NULL; @which: with which question, or -1.
 */
const char *wrong_with_burst(const struct view *v, const struct question *all,
			     const struct outcome *stock, const struct outcome *module,
			     int *which);
/* What is wrong with one frame, while policy changes; NULL: nothing. */
const char *wrong_port_frame(const struct view *v, const struct question *all,
			     const struct frame *f);
/* What is wrong with what was learnt, in the FDB or as neighbours. */
const char *wrong_learnt(const struct view *v, const struct view *other,
			 const struct question *all, const struct outcome *o,
			 int *which);
/* How many copies of the question's frame left other ports. */
int count_copies(const struct host *h, const struct outcome *o, int i);
/* The MACs by which suppress answered it. Return: how many answers. */
int count_suppressed(const struct host *h, const struct outcome *o, int i,
		     uint8_t *mac);

#endif /* INVARIANT_PORT_CHECK_H */
