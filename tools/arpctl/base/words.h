// SPDX-License-Identifier: GPL-2.0-only
/*
 * Splits lines of files into words, and prints words so that they read back equal.
 *
 * Blanks divide words. A word that begins with # makes the rest of the line a comment.
 * One that begins with a quote ends at the same quote, if a blank or the end of the line
 * follows. No other character has a special meaning.
 */
#ifndef ARPCTL_WORDS_H
#define ARPCTL_WORDS_H

#include <stdbool.h>

#include "base/print.h"

#define MAX_WORDS 128

/* The longest word that goes into a request; the kernel takes less. */
#define WORD_MAX 4096

/* Reads a text, and changes it. */
struct words {
	char *at;
	char *end;		/* where there must be room for a NUL */
	char *nul;		/* the next NUL before end, or end */
	bool tabs;		/* there are tabs; else looking for words is cheaper */
	unsigned long line;	/* of the last line that was read, from 1 */
	bool dash;		/* a word begins with - */
	int n;
	char *word[MAX_WORDS];
};

/* Continues with the next lines. All is zero before the first. */
void words_more(struct words *words, char *text, size_t len);

/*
 * Reads the words of the next line, which may be empty. Return: 1; 0 at the end of the
 * text; -1 with the error in the line.
 */
int words_next(struct words *words, const char **why);

/* Whether a word is not too long; otherwise a usage error. */
int word_fits(const char *word);

/* Prints a word so that it reads back equal; in JSON like pr_str(). */
void word_print(struct printer *out, const char *key, enum style style,
		const char *word);

#endif /* ARPCTL_WORDS_H */
