// SPDX-License-Identifier: GPL-2.0-only
/*
 * within NETNS CMD [ARG...]: runs a command in a network namespace, as nsenter does.
 *
 * It is static. nsenter loads libraries, which is slow in an emulated machine, and tests
 * start it thousands of times.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[4096];
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: within NETNS CMD [ARG...]\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		fprintf(stderr, "within: %s: %s\n", path, strerror(errno));
		return 1;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "within: %s: %s\n", argv[2], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
