// SPDX-License-Identifier: GPL-2.0-only
/* Commands from a file, one after the other on one socket. */

#include <string.h>

#include "base/input.h"
#include "base/words.h"
#include "batch.h"
#include "command.h"
#include "dispatch.h"

/* Return: the status of the first command that failed. */
static int run_lines(struct ctx *ctx, struct words *words, struct place *place)
{
	int status, first = STATUS_OK, got;
	const char *why;

	while ((!first || ctx->force) && (got = words_next(words, &why))) {
		place->line = words->line;
		status = STATUS_OK;
		if (got < 0)
			status = usage_error("%s", why);
		else if (words->n)
			status = dispatch(ctx, words->n, words->word);
		if (!first)
			first = status;
	}
	return first;
}

static int run_input(struct ctx *ctx, struct input *in, struct place *place)
{
	struct words words = { .line = 0 };
	int status, first = STATUS_OK;
	const char *why;
	char *text;
	size_t len;

	do {
		place_leave(place);
		status = input_lines(in, &text, &len, &why);
		place_enter(place);
		if (!status && why) {
			place->line = words.line + 1;
			status = usage_error("%s", why);
		}
		if (!status && len) {
			words_more(&words, text, len);
			status = run_lines(ctx, &words, place);
		}
		if (!first)
			first = status;
	} while (len && !why && (!first || ctx->force));
	return first;
}

int batch_run(struct ctx *ctx, const char *name)
{
	struct place place = { .file = name };
	struct input in;
	int status;

	status = input_open(name, &in);
	in.endless = true;
	if (!strcmp(name, "-"))
		input_take_stdin();
	if (!status) {
		place_enter(&place);
		status = run_input(ctx, &in, &place);
		place_leave(&place);
	}
	input_close(&in);
	return status;
}
