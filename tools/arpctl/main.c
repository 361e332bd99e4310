// SPDX-License-Identifier: GPL-2.0-only
/* arpctl: sets and shows the ARP policy of the arp_policy kernel module. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "batch.h"
#include "command.h"
#include "complete.h"
#include "dispatch.h"
#include "help.h"
#include "options.h"

/* Runs the command after the options, or those in the file of -b. */
static int run(struct ctx *ctx, int argc, char **argv)
{
	if (ctx->help)
		return help(ctx, argc, argv);
	if (ctx->batch && argc)
		return usage_error("-b takes the commands from a file: unexpected word \"%s\"",
				   argv[0]);
	if (ctx->force && !ctx->batch)
		return usage_error("-f requires -b");
	if (ctx->batch)
		return batch_run(ctx, ctx->batch);
	if (argc)
		return dispatch(ctx, argc, argv);
	help_page(stderr);
	return STATUS_USAGE;
}

/*
 * If a standard stream is closed, the next file or socket that is opened gets its number,
 * and would receive the output. So opens /dev/null in its place: standard input for
 * writing, the others for reading, so that using them fails.
 */
static void fill_streams(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* The width of the terminal; 0 if the output does not go to one. */
static int terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

int main(int argc, char **argv)
{
	/* Not on the stack: it holds whole messages. */
	static struct ctx ctx;
	bool done = false;
	int status;

	fill_streams();
	ctx.out.file = stdout;
	ctx.out.columns = isatty(STDOUT_FILENO);
	ctx.out.width = terminal_width();
	if (argc > 1 && !strcmp(argv[1], "complete")) {
		status = complete(&ctx, argc - 2, argv + 2);
	} else {
		status = options_parse(&ctx, &argc, argv, &done);
		if (!status && !done)
			status = run(&ctx, argc - 1, argv + 1);
	}
	nl_close(&ctx.nl);
	pr_flush();
	return status ? status : pr_close_stdout();
}
