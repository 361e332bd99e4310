// SPDX-License-Identifier: GPL-2.0-only
/*
 * Output: one call prints a value as text or as JSON, as requested.
 *
 * Device names and file names are arbitrary bytes. Text and messages escape what a
 * terminal would interpret, and JSON is valid UTF-8 for any name.
 */
#ifndef ARPCTL_PRINT_H
#define ARPCTL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Every function that returns int returns one of these, unless its comment says
 * otherwise.
 */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,	/* refused by the kernel, or could not be done */
	STATUS_USAGE = 2,	/* the command line or a file has an error */
};

enum style {
	STYLE_PLAIN,
	STYLE_NAME,	/* a device or selector */
	STYLE_VALUE,
	STYLE_FAINT,
	STYLE_ADD,	/* an added line, and a deleted one */
	STYLE_DEL,
	STYLE_WARN,
	STYLE_ERROR,
};

struct printer {
	FILE *file;
	bool json;
	bool pretty;
	bool color;
	bool columns;		/* align words in columns */
	int width;		/* of the terminal; 0: none, or not known */
	bool painted;		/* see pr_paint() */
	bool first;		/* the innermost brackets are still empty */
	unsigned int depth;
};

/* How wide a line of text may be: that of the terminal; 0: any. */
int pr_width(const struct printer *out);

/* JSON brackets: '[' or '{', with a key inside an object; text has none. */
void pr_open(struct printer *out, const char *key, char bracket);
void pr_close(struct printer *out, char bracket);

/* Text only: separators, labels, ends of lines. */
__attribute__((format(printf, 2, 3)))
void pr_text(struct printer *out, const char *fmt, ...);

/* The same for a word as it is. */
void pr_word(struct printer *out, const char *word);

/*
 * One value: "key":value in JSON (key NULL in a list), in text the value
 * alone, padded with blanks to width (on the left if width is negative).
 * A word replaces the number in text.
 */
void pr_str(struct printer *out, const char *key, enum style style, int width,
	    const char *value);
void pr_num(struct printer *out, const char *key, enum style style, int width,
	    uint64_t value, const char *word);
void pr_bool(struct printer *out, const char *key, enum style style, int width,
	     bool value, const char *word);

/*
 * A value that text wraps at the width of the terminal, only at gaps. A gap that is not a
 * blank stays at the end of its line. The first line begins in this column, the others
 * are indented.
 */
void pr_wrap(struct printer *out, const char *key, enum style style,
	     const char *gap, int column, int indent, const char *value);

/* A value for which text prints another word. */
void pr_sign(struct printer *out, const char *key, const char *value,
	     const char *word);

/* Text only: like pr_str(), but without escapes. */
void pr_raw(struct printer *out, enum style style, const char *value);

/* Sets the style of all text up to the next call with STYLE_PLAIN. */
void pr_paint(struct printer *out, enum style style);

/* A string that may be NULL: null in JSON; in text with lead, or nothing. */
void pr_opt(struct printer *out, const char *key, enum style style,
	    const char *lead, const char *value);

/*
 * Hands all output to stdio: before something else is written to its file, or the file
 * is closed.
 */
void pr_flush(void);

/* Flushes the output. Return: a failure if not all could be written. */
int pr_finish(struct printer *out);

/* Closes standard output; a write error may be reported only now. */
int pr_close_stdout(void);

/*
 * The length of the character at s if a terminal simply displays it. 0 for invalid
 * UTF-8, control characters (C0, DEL, C1), characters that change the direction of
 * text, and line separators.
 */
size_t safe_len(const unsigned char *s);

/* Whether a text consists of such characters only. */
bool is_safe(const char *text);

/* Prints a text, all other bytes as octal escapes; returns its width. */
int print_safe(FILE *file, const char *text);

/* Print "arpctl: " and a message on stderr. Return: the matching status. */
__attribute__((format(printf, 1, 2)))
int failure(const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
int usage_error(const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
void warning(const char *fmt, ...);
int no_memory(void);

/* A hint, printed only on a terminal. */
__attribute__((format(printf, 1, 2)))
void terminal_note(const char *fmt, ...);

/*
 * The line of a file that messages are about. Between place_enter() and place_leave()
 * they begin with "FILE:LINE: ", after that of the outer place.
 */
struct place {
	const char *file;
	unsigned long line;	/* from 1; 0: the file as a whole */
	const struct place *outer;
};

void place_enter(struct place *place);
void place_leave(struct place *place);

/* Whether messages are about a file and not about the command line. */
bool place_known(void);

/*
 * Shows progress on a terminal if the work takes long. total is 0 before it begins;
 * done equals total at its end.
 */
void progress(const char *what, size_t done, size_t total);

/* Appends name to the list in buf, after ", " unless it is the first. */
void list_add(char *buf, size_t size, const char *name);

#endif /* ARPCTL_PRINT_H */
