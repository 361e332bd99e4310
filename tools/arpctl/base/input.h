// SPDX-License-Identifier: GPL-2.0-only
/*
 * Input: whole files, and files line by line.
 *
 * Every input is bounded. A NUL is an error, since text contains none.
 */
#ifndef ARPCTL_INPUT_H
#define ARPCTL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * The longest input. Two full tables of 1,048,576 entries with the longest
 * selectors, and 65,536 selectors with every field, take 300 MB.
 */
#define INPUT_MAX	(512UL << 20)

/* The longest line. */
#define INPUT_LINE	(256UL << 10)

/* Commands are read from standard input: from now on, "-" is refused. */
void input_take_stdin(void);

/*
 * Reads all of a file; "-" is standard input. The caller frees data. A NUL that len
 * does not count follows it.
 */
int input_read(const char *name, char **data, size_t *len);

/* Which files input_try() reads. It does not wait for others, such as a FIFO. */
enum input_kind {
	INPUT_ANY,
	INPUT_REGULAR,		/* else EINVAL; a socket: ENXIO */
	INPUT_NOFOLLOW,		/* the same, and no symbolic link: ELOOP */
};

/*
 * As input_read(), for a file that may be missing or is being written. Prints nothing;
 * *st is set to that of the file that was read. Reading ends at a NUL. Return: 0 or an
 * errno.
 */
int input_try(const char *name, enum input_kind kind, char **data, size_t *len,
	      struct stat *st);

/* Prints such an errno. */
int input_complain(const char *name, int err);

/* A file that is read line by line, in constant memory. */
struct input {
	const char *name;
	int fd;
	bool endless;		/* only the lines are bounded, not the length */
	char *buf;
	size_t used;		/* the lines handed out last */
	size_t len;		/* all that is in buf */
	size_t total;		/* all that was read */
};

/* The caller closes it also after a failure. */
int input_open(const char *name, struct input *in);
void input_close(struct input *in);

/*
 * Returns the lines that have been read, at least one, each with its newline. The
 * caller may change them; they are valid until the next call. *len is 0 at the end
 * of the file. *why is NULL, or the error in the line after those returned before.
 */
int input_lines(struct input *in, char **text, size_t *len, const char **why);

#endif /* ARPCTL_INPUT_H */
