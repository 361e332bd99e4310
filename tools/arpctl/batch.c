// SPDX-License-Identifier: GPL-2.0-only
/* Commands from a file, one after the other on one socket. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arpctl.h"
#include "batch.h"
#include "commands.h"
#include "words.h"

static int run_line(struct ctx *ctx, char *line, size_t len)
{
	struct words words;
	const char *why;

	words_init(&words, line, len);
	if (words_next(&words, &why) < 0)
		return usage_error("%s", why);
	return words.n ? command_run(ctx, words.n, words.word) : STATUS_OK;
}

static int run_lines(struct ctx *ctx, const char *name, FILE *file)
{
	struct place place = { .file = name };
	int status, first = STATUS_OK;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	place_enter(&place);
	while ((!first || ctx->force) &&
	       (len = getline(&line, &size, file)) >= 0) {
		place.line++;
		status = run_line(ctx, line, (size_t)len);
		if (!first)
			first = status;
	}
	place_leave(&place);
	free(line);
	return first;
}

int batch_run(struct ctx *ctx, const char *name)
{
	bool standard = !strcmp(name, "-");
	FILE *file = standard ? stdin : fopen(name, "re");
	int status;

	if (!file)
		return failure("cannot open %s: %s", name, strerror(errno));
	ctx->stdin_taken = standard;
	errno = 0;
	status = run_lines(ctx, name, file);
	if (ferror(file) && !status)
		status = failure("cannot read %s: %s", name, strerror(errno));
	if (!standard)
		fclose(file);
	return status;
}
