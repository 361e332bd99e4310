// SPDX-License-Identifier: GPL-2.0-only
/* stats show --watch: counters and their rates, once a second until ^C. */

#include <errno.h>
#include <linux/arp_policy.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/list.h"
#include "cmd/stats_watch.h"
#include "command.h"
#include "wire/stats.h"

#define PERIOD	1000	/* ms */

/* On a terminal: hide the cursor, do not wrap lines, clear the screen. */
#define SCREEN_BEGIN	"\033[?25l\033[?7l\033[H\033[2J"
#define SCREEN_END	"\033[?7h\033[?25h"
#define HOME		"\033[H"
#define END_OF_LINE	"\033[K\n"
#define END_OF_SCREEN	"\033[J"

/* Counters, by ifindex; names are valid for the newest sample only. */
struct sample {
	struct stats *list;
	size_t n;
	uint64_t when;		/* in ms; 0: no sample yet */
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int by_ifindex(const void *a, const void *b)
{
	const struct stats *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/* Sorts the devices, so that they keep their places on the screen. */
static int take_sample(struct sample *sample, const struct nl_reply *reply)
{
	const struct nlmsghdr *msg;
	struct stats *stats;

	nl_for_each(msg, reply) {
		stats = LIST_ADD(sample->list, sample->n);
		if (!stats)
			return no_memory();
		stats_parse(msg, stats);
	}
	LIST_SORT(sample->list, sample->n, by_ifindex);
	sample->when = now_ms();
	return STATUS_OK;
}

/* A new device counts from zero. */
static const struct stats *find_before(const struct sample *before,
				       const struct stats *now)
{
	static const struct stats none;
	const struct stats *found = NULL;

	if (!before->when)
		return NULL;
	if (before->n)
		found = bsearch(now, before->list, before->n, sizeof(*now),
				by_ifindex);
	return found ? found : &none;
}

static void print_sample(struct printer *out, const struct sample *now,
			 const struct sample *before)
{
	time_t t = time(NULL);
	struct tm tm;
	char text[32];
	size_t i;

	localtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	pr_text(out, "%s\n", text);
	pr_open(out, NULL, '[');
	for (i = 0; i < now->n; i++)
		stats_print(out, &now->list[i],
			    find_before(before, &now->list[i]),
			    now->when - before->when);
	pr_close(out, ']');
	pr_text(out, "\n");
}

static unsigned int screen_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row < 2)
		return 0;
	return size.ws_row;
}

/* Overwrites the screen with as many lines as fit. */
static void redraw(FILE *file, const char *text)
{
	unsigned int rows = screen_rows(), row = 1;
	size_t len;

	fputs(HOME, file);
	for (; *text && (!rows || row < rows); text += len + 1, row++) {
		len = strcspn(text, "\n");
		fwrite(text, 1, len, file);
		fputs(END_OF_LINE, file);
		if (!text[len])
			break;
	}
	fputs(END_OF_SCREEN, file);
}

static int show(struct printer *out, const struct sample *now,
		const struct sample *before, bool screen)
{
	FILE *file = out->file;
	char *text = NULL;
	size_t size;

	if (!screen) {
		print_sample(out, now, before);
		return pr_finish(out);
	}
	out->file = open_memstream(&text, &size);
	if (out->file) {
		print_sample(out, now, before);
		pr_flush();
		fclose(out->file);
	}
	out->file = file;
	if (!text)
		return no_memory();
	redraw(file, text);
	free(text);
	return pr_finish(out);
}

/* Sleeps until this time, in ms. Return: false if a signal arrived. */
static bool wait_until(uint64_t when, const sigset_t *signals)
{
	struct timespec ts;
	uint64_t now;
	int signal;

	for (;;) {
		now = now_ms();
		if (now > when)
			now = when;
		ts.tv_sec = (time_t)((when - now) / 1000);
		ts.tv_nsec = (long)((when - now) % 1000) * 1000000;
		signal = sigtimedwait(signals, NULL, &ts);
		if (signal > 0)
			return false;
		if (errno != EINTR)
			return true;
	}
}

static int watch(struct ctx *ctx, const char *dev, bool screen,
		 const sigset_t *signals)
{
	struct sample before = { 0 }, now;
	uint64_t next = now_ms();
	struct nl_reply reply;
	bool begun = false;
	int status;

	do {
		now = (struct sample){ 0 };
		reply = (struct nl_reply){ 0 };
		status = nl_get(&ctx->nl, ARP_POLICY_CMD_STATS_GET,
				ARP_POLICY_A_IFNAME, dev, &reply);
		if (!status)
			status = take_sample(&now, &reply);
		if (!status && screen && !begun)
			fputs(SCREEN_BEGIN, ctx->out.file);
		begun |= !status;
		if (!status)
			status = show(&ctx->out, &now, &before, screen);
		nl_reply_free(&reply);
		free(before.list);
		before = now;
		next += PERIOD;
	} while (!status && wait_until(next, signals));
	free(before.list);
	if (screen && begun)
		fputs(SCREEN_END, ctx->out.file);
	return status;
}

int stats_watch(struct ctx *ctx, const char *dev)
{
	bool screen = isatty(STDOUT_FILENO) && !ctx->out.json;
	sigset_t signals, mask;
	int status;

	/* Blocked, so that the terminal is restored before the exit. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, &mask);

	ctx->out.pretty = false;	/* one list a line */
	ctx->nl.quiet = true;		/* the next sample follows soon */
	status = watch(ctx, dev, screen, &signals);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return status;
}
