// SPDX-License-Identifier: GPL-2.0-only
/* Writes the file of snooped leases in another process: no binding waits for the disk. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/print.h"
#include "lease/snoop_writer.h"

/* How long to wait for the disk, in s. systemd ends a service after 90. */
#define PATIENCE	20

static void __attribute__((noreturn))
write_and_exit(const struct snoop_writer *writer, const struct snoop_file *file,
	       const struct snoop *snoop)
{
	/* Without its parent it could replace what the next program writes. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	writer->release(writer->data);
	/* Not exit(): what is in the parent's buffers is the parent's to write. */
	_exit(snoop_file_write(file, snoop));
}

int snoop_writer_start(struct snoop_writer *writer, const struct snoop_file *file,
		       const struct snoop *snoop)
{
	pid_t pid = fork();

	if (!pid)
		write_and_exit(writer, file, snoop);
	if (pid < 0)
		return failure("cannot write %s: %s", file->name, strerror(errno));
	writer->pid = pid;
	return STATUS_OK;
}

bool snoop_writer_ended(struct snoop_writer *writer, int *status)
{
	int how = -1;

	if (!writer->pid || !waitpid(writer->pid, &how, WNOHANG))
		return false;
	writer->pid = 0;
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : STATUS_FAILED;
	return true;
}

static time_t seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

bool snoop_writer_wait(struct snoop_writer *writer, const struct snoop_file *file,
		       int *status)
{
	const struct timespec second = { .tv_sec = 1 };
	const time_t end = seconds() + PATIENCE;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	while (writer->pid && !snoop_writer_ended(writer, status)) {
		if (seconds() >= end) {
			kill(writer->pid, SIGKILL);
			writer->pid = 0;
			(void)failure("cannot write %s: it takes more than %d seconds",
				      file->name, PATIENCE);
			return false;
		}
		(void)sigtimedwait(&set, NULL, &second);
	}
	return true;
}
