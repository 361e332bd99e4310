// SPDX-License-Identifier: GPL-2.0-only
/* Whole files, read at once. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arpctl.h"
#include "input.h"

#define CHUNK 65536

/* How much there is to read as far as one can tell, and a little more. */
static size_t guess(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return CHUNK;
	return (size_t)st.st_size + 2;
}

/* Return: 0 or an errno. */
static int read_all(int fd, char **data, size_t *len)
{
	size_t size = guess(fd);
	ssize_t got;
	char *more;

	*len = 0;
	*data = malloc(size);
	while (*data) {
		got = read(fd, *data + *len, size - *len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		*len += (size_t)got;
		(*data)[*len] = '\0';
		if (!got)
			return 0;
		if (size - *len > 1)
			continue;
		size *= 2;
		more = realloc(*data, size);
		if (!more)
			break;
		*data = more;
	}
	return ENOMEM;
}

int input_read(const struct ctx *ctx, const char *name, char **data,
	       size_t *len)
{
	bool standard = !strcmp(name, "-");
	int fd = STDIN_FILENO, err;

	*data = NULL;
	if (standard && ctx->stdin_taken)
		return usage_error("standard input is where the commands come from");
	if (!standard)
		fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failure("cannot open %s: %s", name, strerror(errno));
	err = read_all(fd, data, len);
	if (!standard)
		close(fd);
	if (!err)
		return STATUS_OK;
	free(*data);
	*data = NULL;
	return failure("cannot read %s: %s", name, strerror(err));
}
