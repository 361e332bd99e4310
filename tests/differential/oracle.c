// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares the module with the stock kernel: random hosts, configurations and
 * packets, each run twice, with sysctls and with the equivalent policy.
 *
 * One process on one CPU. A case is one question to one configured host; all
 * questions to the same host and configuration are asked together.
 */
#define _GNU_SOURCE
#define _GNU_SOURCE
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "host.h"
#include "ports.h"
#include "scenario.h"

static const char usage[] =
"usage: oracle [--seed S] [--cases N] [--from N] [--blunder | --stock] [-v]\n"
"       oracle --seed S --case N [-v]\n"
"Sends the same packets to a host configured by sysctls and by arp_policy, and\n"
"prints the differences. Needs root and the initial network namespace, whose sysctl\n"
"net.ipv4.route.error_cost is left at 0.\n"
"  --seed S	random seed (1)\n"
"  --cases N	number of cases (20000)\n"
"  --from N	first case (0)\n"
"  --case N	run only this case, with those asked together with it\n"
"  --most N	stop after N differences (20)\n"
"  --blunder	sometimes set a wrong policy, to test the test\n"
"  --stock	run without policy only, and print a digest of the results\n"
"  -v		print questions and results\n"
"Exit status: 0 no difference, 1 differences, 2 error.\n";

#define CONFIGS	10		/* per host */
#define PER_HOST	(CONFIGS * QUESTIONS)
#define MOST_SHRUNK	(drawing.blunder ? 1 : 3)

static int stock_only;
static struct drawing drawing = {
	.usage = usage, .own = { "stock", no_argument, &stock_only, 1 },
	.found_word = "mismatches", .configs = CONFIGS, .per_config = QUESTIONS,
	.cases = 20000, .most = 20, .seed = 1,
};

/* A host, one of its configurations, the questions and the results. */
struct trial {
	uint64_t first;			/* the first case */
	struct host host;
	struct config config;
	struct question question[QUESTIONS];
	struct outcome stock, module;
};

static struct {
	uint64_t replies, requests, neighbours;
	uint64_t digest;
	int64_t building, stock, module;	/* ms */
} total = { .digest = 0xcbf29ce484222325 };

/* FNV-1a */
static void digest(const void *data, size_t size)
{
	const uint8_t *at = data;

	while (size--)
		total.digest = (total.digest ^ *at++) * 0x100000001b3;
}

static void ask_stock(struct trial *t)
{
	set_sysctls(&t->host, t->config.stock);
	ask_all(&t->host, t->question, &t->stock);
}

static void ask_module(struct trial *t)
{
	set_sysctls(&t->host, t->config.decoy);
	set_policy(&t->host, &t->config, drawing.blunder);
	ask_all(&t->host, t->question, &t->module);
}

#include "shrink.h"

/* Run on a new host. */
static bool still_fails(struct trial *t)
{
	host_up(&t->host);
	ask_stock(t);
	ask_module(t);
	host_down();
	return !same_outcome(&t->stock, &t->module);
}

static void print_trial(const char *title, struct trial *t)
{
	int i;

	printf("%s, seed %" PRIu64 ", cases %" PRIu64 " to %" PRIu64 "\n", title,
	       drawing.seed, t->first, t->first + QUESTIONS - 1);
	printf("The host:\n");
	print_host(stdout, &t->host);
	printf("Configuration of the stock kernel:\n");
	print_sysctls(stdout, &t->host, t->config.stock);
	printf("Configuration with the module, beside these sysctls%s:\n",
	       t->config.restored ? ", by restore" : "");
	print_sysctls(stdout, &t->host, t->config.decoy);
	print_policy(stdout, &t->host, &t->config);
	printf("Asked:\n");
	for (i = 0; i < QUESTIONS; i++) {
		const struct question *q = &t->question[i];

		if (q->gone || !there(&t->host, q->dev))
			continue;
		printf("  %d: ", i);
		print_question(stdout, &t->host, q);
	}
}

static void print_outcomes(struct trial *t, bool all)
{
	printf("Of the stock kernel%s:\n", all ? "" : " alone");
	print_outcome(stdout, &t->host, &t->stock, all ? NULL : &t->module);
	printf("Of the module%s:\n", all ? "" : " alone");
	print_outcome(stdout, &t->host, &t->module, all ? NULL : &t->stock);
}

static void shrink_policy(struct trial *t)
{
	struct config *c = &t->config;
	int row, key;

	for (key = 0; key < KEYS; key++) {
		for (row = 0; row <= t->host.devices; row++) {
			if (c->managed & 1 << key)
				TRY(t, c->decoy[row][key], 0);
			if (!c->stock[row][key] || c->hide)
				continue;
			if (!(key < MANAGEABLE && c->managed & 1 << key))
				c->decoy[row][key] = 0;
			TRY(t, c->stock[row][key], 0);
		}
	}
	DROP_EACH(t, c->entry, c->entries);
	for (row = 0; row < t->host.ports; row++)
		for (key = 1; key < PORT_FIELDS; key++)
			TRY(t, c->port[row][key], -1);
	TRY(t, c->restored, false);
	TRY(t, c->strange, false);
	TRY(t, c->bystander, NO_BYSTANDER);
	TRY(t, c->form, EFFECTIVE);
	for (key = 0; key < MANAGEABLE; key++) {
		unsigned int field = key == PROXY_ARP ?
			1 << PROXY_ARP | 1 << PROXY_ARP_PVLAN : 1 << key;

		if (key == PROXY_ARP_PVLAN || !(c->managed & field) || c->hide)
			continue;
		c->managed &= ~field;
		for (row = 0; row < ROWS; row++)
			memcpy(&c->decoy[row][key], &c->stock[row][key],
			       (key == PROXY_ARP ? 2 : 1) * sizeof(int));
		attempt(t);
	}
}

static void found(struct trial *t)
{
	static struct trial small;

	drawing.found++;
	if (drawing.found > MOST_SHRUNK) {
		printf("MISMATCH, seed %" PRIu64 ", cases %" PRIu64 " to %" PRIu64 "\n",
		       drawing.seed, t->first, t->first + QUESTIONS - 1);
		fflush(stdout);
		return;
	}
	small = *t;
	if (still_fails(&small)) {
		shrink(&small);
		print_trial("MISMATCH, shrunk", &small);
		print_outcomes(&small, false);
	} else {
		print_trial("MISMATCH, not reproduced on a new host", t);
		print_outcomes(t, false);
	}
	fflush(stdout);
}

static void count(const struct trial *t)
{
	int replies = 0, requests = 0;

	count_frames(&t->stock, &replies, &requests);
	drawing.tried += QUESTIONS;
	total.replies += replies;
	total.requests += requests;
	total.neighbours += t->stock.neighbours;
	digest(t->stock.frame, t->stock.frames * sizeof(*t->stock.frame));
	digest(t->stock.neighbour,
	       t->stock.neighbours * sizeof(*t->stock.neighbour));
	digest(t->stock.learnt, t->stock.learnts * sizeof(*t->stock.learnt));
}

/* First the stock kernel, for all of the host's configurations, then policy. */
static void try_host(uint64_t number, int first, int last)
{
	static struct trial trials[CONFIGS];
	static struct host host;
	struct rng r = rng_of(drawing.seed, number, 0);
	int c;

	int64_t begun = now_ms(), built, asked, done;

	make_host(&host, &r);
	if (has_ports(number))
		make_ports(&host, &r);
	host_up(&host);
	built = now_ms();
	for (c = first; c <= last; c++) {
		struct trial *t = &trials[c];

		r = rng_of(drawing.seed, number, 1 + c);
		t->first = number * PER_HOST + c * QUESTIONS;
		t->host = host;
		make_config(&t->config, &host, &r, number * CONFIGS + c);
		make_questions(t->question, &host, &t->config, &r);
		if (host.ports) {
			make_port_questions(t->question, &host, &r);
			make_port_policy(&t->config, &host, t->question, &r);
		}
		ask_stock(t);
	}
	asked = now_ms();
	for (c = first; c <= last && !stock_only; c++)
		ask_module(&trials[c]);
	done = now_ms();
	host_down();
	total.stock += asked - built;
	total.module += done - asked;
	total.building += now_ms() - done + built - begun;
	for (c = first; c <= last; c++) {
		struct trial *t = &trials[c];

		count(t);
		if (drawing.verbose) {
			print_trial("Tried", t);
			print_outcomes(t, true);
		}
		if (!stock_only && !same_outcome(&t->stock, &t->module))
			found(t);
	}
}

int main(int argc, char **argv)
{
	read_options(&drawing, argc, argv);
	bind_to_cpu(sched_getcpu());
	lab_open();
	draw(&drawing, try_host);
	printf("time: %.1f s building hosts, %.1f s stock, %.1f s module\n",
	       total.building / 1000.0, total.stock / 1000.0,
	       total.module / 1000.0);
	printf("digest of the stock kernel: %016" PRIx64 "\n", total.digest);
	print_pace(&drawing);
	printf("%" PRIu64 " replies, %" PRIu64 " requests, %" PRIu64 " neighbours; "
	       "%" PRIu64 " mismatches\n",
	       total.replies, total.requests, total.neighbours, drawing.found);
	return drawing.found ? 1 : 0;
}
