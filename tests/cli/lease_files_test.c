// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads Kea's lease files while its cleanup renames them: lease_files_test DIR TIMES
 *
 * One lease is always in one of the files. Prints how many reads missed it, and how many
 * gave up because files were renamed each time.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(int argc, char **argv)
{
	int times = argc == 3 ? atoi(argv[2]) : 0, i, missed = 0, gave_up = 0;
	struct lease_files files;
	pthread_t thread;

	if (!times || chdir(argv[1]))
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
