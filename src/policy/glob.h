/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shell globs: compiled once, then matched in constant time per character.
 *
 * Process context to compile; matching is pure and runs in any context.
 */
#ifndef _ARPP_GLOB_H
#define _ARPP_GLOB_H

#include <linux/types.h>

/**
 * struct arpp_glob - a compiled glob, see glob.c
 * @loop: the states that a star keeps for any character
 * @accept: the state in which all tokens have matched; 0: no name can match
 * @step: by character, the states whose token matches it
 */
struct arpp_glob {
	u16 loop;
	u16 accept;
	u16 step[256];
};

int arpp_glob_literals(const char *glob);
void arpp_glob_compile(struct arpp_glob *g, const char *glob);
bool arpp_glob_match(const struct arpp_glob *glob, const char *name);

#endif /* _ARPP_GLOB_H */
