// SPDX-License-Identifier: GPL-2.0-only
/*
 * lease_files_test DIR TIMES: reads Kea's lease files while its cleanup renames them.
 * One lease is always in one of the files. Prints how many reads missed it, and how many
 * gave up because files were renamed each time.
 *
 * lease_files_test DIR: changes a file step by step. For each step, prints whether
 * only appended data was read and how many leases there are, and "WRONG" if these are not
 * the leases of the whole file.
 *
 * lease_files_test DIR whole|more TIMES: appends TIMES leases to 10,000, and reads the file
 * after each, to count the instructions (valgrind --tool=callgrind, once and 101
 * times; docs/performance.md).
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/lease_files.h"

#define HEADER "address,hwaddr,valid_lifetime,expire\n"
#define LEASE "10.0.0.1,02:00:00:00:00:01,4294967295,1\n"

static atomic_bool over;

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	close(fd);
}

static void move(const char *from, const char *to)
{
	if (rename(from, to))
		exit(1);
	usleep((useconds_t)rand() % 300);
}

/* As Kea does, except that the lease is back in FILE at the end. */
static void *clean_up(void *unused)
{
	(void)unused;
	while (!over) {
		move("kea", "kea.1");
		write_file("kea", HEADER);
		usleep((useconds_t)rand() % 300);
		move("kea.1", "kea.completed");
		move("kea.completed", "kea.2");
		move("kea.2", "kea");
		usleep((useconds_t)rand() % 2000);
	}
	return NULL;
}

static void append_to(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_APPEND | O_CREAT, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	close(fd);
}

static struct lease_files held;

/* Whether the leases read so far are those of the whole file. */
static bool is_right(const char *name)
{
	struct lease_files whole;
	bool right = !lease_files_try(name, LEASE_ANY, &whole) &&
		     whole.leases.n == held.leases.n;
	size_t i;

	for (i = 0; right && i < whole.leases.n; i++)
		right = whole.leases.list[i].address == held.leases.list[i].address &&
			whole.leases.list[i].expiry == held.leases.list[i].expiry &&
			!memcmp(whole.leases.list[i].lladdr, held.leases.list[i].lladdr,
				LLADDR_LEN);
	lease_files_free(&whole);
	return right;
}

/* Reads the file as bind watch does. */
static void read_it(const char *name, const char *what)
{
	bool changed = false, more = lease_files_more(name, &held, &changed);
	struct lease_files whole;

	if (!more && lease_files_try(name, LEASE_ANY, &whole)) {
		lease_files_free(&whole);
		printf("%s: broken\n", what);
		return;
	}
	if (!more) {
		lease_files_free(&held);
		held = whole;
	}
	printf("%s: %s, %zu%s\n", what, !more ? "whole" : changed ? "more" : "nothing",
	       held.leases.n, is_right(name) ? "" : ", WRONG");
}

#define SECOND_LEASE "10.0.0.2,02:00:00:00:00:02,4294967295,1\n"
#define FREED "10.0.0.1,02:00:00:00:00:01,0,1\n"

static void steps_of_kea(void)
{
	write_file("kea", HEADER LEASE);
	read_it("kea", "the first time");
	read_it("kea", "unchanged");
	append_to("kea", SECOND_LEASE);
	read_it("kea", "a lease");
	append_to("kea", FREED "10.0.0.3,02:00:00:00:00:03,4294967295,1\n"
		  "10.0.0.3,02:00:00:00:00:33,4294967295,1\n");
	read_it("kea", "one freed, one twice");
	append_to("kea", "10.0.0.0,02:00:00:00:00:0f,42949");
	read_it("kea", "half a line");
	append_to("kea", "67295,1\n");
	read_it("kea", "the other half");
	append_to("kea", "address,hwaddr,expire\n10.0.0.4,02:00:00:00:00:04,9999999999\n");
	read_it("kea", "other columns");
	append_to("kea", "10.0.0.5,02:00:00:00:00:05,9999999999\n");
	read_it("kea", "a lease with these");
	write_file("kea", HEADER LEASE);
	read_it("kea", "truncated");
	write_file("kea", HEADER SECOND_LEASE);
	read_it("kea", "of the same size");
	write_file("kea", HEADER LEASE SECOND_LEASE);
	read_it("kea", "rewritten, longer");
	write_file("new", HEADER LEASE);
	move("new", "kea");
	read_it("kea", "replaced");
	move("kea", "kea.2");
	write_file("kea", HEADER);
	read_it("kea", "a cleanup");
	append_to("kea", SECOND_LEASE);
	read_it("kea", "a lease after it");
	write_file("new", HEADER FREED);
	move("new", "kea.2");
	append_to("kea", "10.0.0.3,02:00:00:00:00:03,4294967295,1\n");
	read_it("kea", "the file beside it is replaced");
}

#define ISC_LEASE(address, mac) \
	"lease " address " {\n  ends never;\n  hardware ethernet " mac ";\n}\n"

static void steps_of_others(void)
{
	write_file("isc", ISC_LEASE("10.0.0.1", "02:00:00:00:00:01"));
	read_it("isc", "ISC");
	append_to("isc", ISC_LEASE("10.0.0.2", "02:00:00:00:00:02"));
	read_it("isc", "ISC: a lease");
	append_to("isc", "lease 10.0.0.3 {\n");
	read_it("isc", "ISC: half of a lease");
	append_to("isc", "  hardware ethernet 02:00:00:00:00:03; ends never; }\n");
	read_it("isc", "ISC: the other half");
	append_to("isc", "host x { hardware ethernet 02:00:00:00:00:04; fixed-address 10.0.0.4; }\n");
	read_it("isc", "ISC: a host");
	append_to("isc", "host x { deleted; }\n");
	read_it("isc", "ISC: the host is deleted");
	write_file("dnsmasq", "0 02:00:00:00:00:01 10.0.0.1 * *\n");
	read_it("dnsmasq", "dnsmasq");
	append_to("dnsmasq", "0 02:00:00:00:00:02 10.0.0.2 * *\n");
	read_it("dnsmasq", "dnsmasq: a lease");
	write_file("ethers", "02:00:00:00:00:01 10.0.0.1\n");
	read_it("ethers", "ethers");
	append_to("ethers", "02:00:00:00:00:02 10.0.0.2\n");
	read_it("ethers", "ethers: a line");
	/* Opening it would wait for a writer. */
	if (mkfifo("fifo", 0600))
		exit(1);
	read_it("fifo", "FIFO");
}

static void count(bool more, int times)
{
	bool changed;
	FILE *file = fopen("kea", "w");
	int i;

	if (!file)
		exit(1);
	fputs("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n",
	      file);
	for (i = 0; i < 10000 + times; i++) {
		fprintf(file, "10.1.%d.%d,02:00:00:00:%02x:%02x,,7200,9999999999,1,0,0,host-%d,0,,0\n",
			i / 256, i % 256, i / 256, i % 256, i);
		if (i == 9999 && (fflush(file) || lease_files_try("kea", LEASE_ANY, &held)))
			exit(1);
		if (i < 10000)
			continue;
		if (fflush(file))
			exit(1);
		if (more && lease_files_more("kea", &held, &changed))
			continue;
		lease_files_free(&held);
		(void)lease_files_try("kea", LEASE_ANY, &held);
	}
	fclose(file);
	printf("%zu leases\n", held.leases.n);
}

int main(int argc, char **argv)
{
	int times = argc == 3 ? atoi(argv[2]) : 0, i, missed = 0, gave_up = 0;
	struct lease_files files;
	pthread_t thread;

	if (argc < 2 || chdir(argv[1]))
		return 2;
	if (argc == 4) {
		count(!strcmp(argv[2], "more"), atoi(argv[3]));
		lease_files_free(&held);
		return 0;
	}
	if (argc == 2) {
		steps_of_kea();
		steps_of_others();
		lease_files_free(&held);
		return 0;
	}
	if (!times)
		return 2;
	write_file("kea", HEADER LEASE);
	if (pthread_create(&thread, NULL, clean_up, NULL))
		return 1;
	for (i = 0; i < times; i++) {
		if (!lease_files_try("kea", LEASE_ANY, &files))
			missed += files.leases.n != 1;
		else if (files.moving)
			gave_up++;
		else
			lease_files_complain(&files);
		lease_files_free(&files);
	}
	over = true;
	pthread_join(thread, NULL);
	printf("missed %d, gave up %d\n", missed, gave_up);
	return 0;
}
