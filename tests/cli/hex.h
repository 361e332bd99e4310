/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages that tests write in hexadecimal. */
#ifndef HEX_H
#define HEX_H

#include <stdint.h>
#include <stdio.h>

static inline size_t read_hex(const char *text, uint8_t *data, size_t size)
{
	unsigned int byte;
	size_t n;

	for (n = 0; n < size && sscanf(text, "%2x", &byte) == 1; n++, text += 2)
		data[n] = (uint8_t)byte;
	return n;
}

#endif /* HEX_H */
