// SPDX-License-Identifier: GPL-2.0-only
/* Input: whole files, and files line by line. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"
#include "base/print.h"

#define CHUNK 65536

static bool stdin_taken;

void input_take_stdin(void)
{
	stdin_taken = true;
}

static int cannot_open(const char *name, int err)
{
	return failure("cannot open %s: %s", name, strerror(err));
}

static int open_file(const char *name, int *fd)
{
	*fd = STDIN_FILENO;
	if (strcmp(name, "-") != 0) {
		*fd = open(name, O_RDONLY | O_CLOEXEC);
		if (*fd < 0)
			return cannot_open(name, errno);
	} else if (stdin_taken) {
		*fd = -1;
		return usage_error("standard input is already read for the commands");
	}
	return STATUS_OK;
}

static void close_file(const char *name, int fd)
{
	if (fd >= 0 && strcmp(name, "-") != 0)
		close(fd);
}

static int cannot_read(const char *name, int err)
{
	if (err == EFBIG)
		return failure("cannot read %s: it is longer than %lu MiB",
			       name, INPUT_MAX >> 20);
	return failure("cannot read %s: %s", name, strerror(err));
}

static int has_nul(const char *name, const char *data, const char *nul)
{
	struct place place = { .file = name, .line = 1 };
	int status;

	for (; data < nul; data++)
		place.line += *data == '\n';
	place_enter(&place);
	status = usage_error("a NUL byte is not allowed in text");
	place_leave(&place);
	return status;
}

/* Size of the buffer: the file's size if known, and a little more; 0: too large. */
static size_t guess(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return CHUNK;
	if ((unsigned long long)st.st_size > INPUT_MAX)
		return 0;
	return (size_t)st.st_size + 2;
}

/* Reading ends after a NUL. Return: 0 or an errno. */
static int read_all(int fd, char **data, size_t *len)
{
	size_t size = guess(fd);
	ssize_t got;
	char *more;

	*len = 0;
	if (!size)
		return EFBIG;
	*data = malloc(size);
	while (*data) {
		got = read(fd, *data + *len, size - *len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		more = memchr(*data + *len, '\0', (size_t)got);
		*len += (size_t)got;
		(*data)[*len] = '\0';
		if (!got || more)
			return 0;
		if (*len > INPUT_MAX)
			return EFBIG;
		if (size - *len > 1)
			continue;
		size = size > INPUT_MAX / 2 ? INPUT_MAX + 2 : size * 2;
		more = realloc(*data, size);
		if (!more)
			break;
		*data = more;
	}
	return ENOMEM;
}

int input_read(const char *name, char **data, size_t *len)
{
	const char *nul;
	int fd, status;

	*data = NULL;
	status = open_file(name, &fd);
	if (status)
		return status;
	status = read_all(fd, data, len);
	close_file(name, fd);
	if (status) {
		status = cannot_read(name, status);
	} else {
		nul = memchr(*data, '\0', *len);
		if (!nul)
			return STATUS_OK;
		status = has_nul(name, *data, nul);
	}
	free(*data);
	*data = NULL;
	return status;
}

/* A file can be replaced until it is open, so check the open one. */
static int check_kind(int fd, enum input_kind kind, struct stat *st)
{
	if (fstat(fd, st))
		return errno;
	if (kind == INPUT_ANY || S_ISREG(st->st_mode))
		return 0;
	return S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
}

int input_try(const char *name, enum input_kind kind, char **data, size_t *len,
	      struct stat *st)
{
	static const int flags[] = {
		[INPUT_REGULAR] = O_NONBLOCK,
		[INPUT_NOFOLLOW] = O_NONBLOCK | O_NOFOLLOW,
	};
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags[kind]), err;

	*data = NULL;
	if (fd < 0)
		return errno;
	err = check_kind(fd, kind, st);
	if (!err)
		err = read_all(fd, data, len);
	close(fd);
	if (err) {
		free(*data);
		*data = NULL;
	}
	return err;
}

int input_complain(const char *name, int err)
{
	switch (err) {
	case EISDIR:
	case EFBIG:
	case EIO:
	case ENOMEM:
		return cannot_read(name, err);
	default:
		return cannot_open(name, err);
	}
}

int input_open(const char *name, struct input *in)
{
	int status;

	*in = (struct input){ .name = name, .fd = -1 };
	status = open_file(name, &in->fd);
	if (status)
		return status;
	in->buf = malloc(INPUT_LINE);
	return in->buf ? STATUS_OK : no_memory();
}

void input_close(struct input *in)
{
	close_file(in->name, in->fd);
	free(in->buf);
	in->buf = NULL;
	in->fd = -1;
}

/* Appends to what is in buf. Return: 0 or an errno. */
static int read_more(struct input *in, size_t *more)
{
	ssize_t got;

	do
		got = read(in->fd, in->buf + in->len, INPUT_LINE - in->len);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	*more = (size_t)got;
	in->len += *more;
	in->total += *more;
	return !in->endless && in->total > INPUT_MAX ? EFBIG : 0;
}

/* The end of the last full line in the new data; NULL if no line ends there. */
static char *last_line_end(const struct input *in, size_t more)
{
	char *end = memrchr(in->buf + in->len - more, '\n', more);

	return end ? end + 1 : NULL;
}

/* The error for a line whose end was not read. */
static const char *why_no_end(const struct input *in, size_t more)
{
	if (memchr(in->buf, '\0', in->len))
		return "a NUL byte is not allowed in text";
	if (in->len == INPUT_LINE)
		return "the line is too long for any command";
	if (!more && in->len)
		return "the last line does not end in a newline: the input is cut off";
	return NULL;
}

int input_lines(struct input *in, char **text, size_t *len, const char **why)
{
	size_t more = 1;
	char *end = NULL;
	int err;

	in->len -= in->used;
	memmove(in->buf, in->buf + in->used, in->len);
	in->used = 0;
	*len = 0;
	*why = NULL;
	while (!end && more && !*why) {
		err = read_more(in, &more);
		if (err)
			return cannot_read(in->name, err);
		end = last_line_end(in, more);
		if (!end)
			*why = why_no_end(in, more);
	}
	if (end)
		in->used = (size_t)(end - in->buf);
	*text = in->buf;
	*len = in->used;
	return STATUS_OK;
}
