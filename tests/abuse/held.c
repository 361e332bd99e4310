// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures how long "ip link set lo up" has to wait while a command runs.
 *
 *   held CMD [ARG…]
 *
 * Sends that request every millisecond, from before the command until after it, and
 * prints the longest time in ns from when it was due until it was done: the time for
 * which RTNL or the CPU was not available.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void wait_until(int64_t due)
{
	struct timespec ts = { .tv_sec = due / 1000000000, .tv_nsec = due % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static void set_lo_up(struct mnl_socket *nl)
{
	char buf[8192];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *link;
	ssize_t n;

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	link = mnl_nlmsg_put_extra_header(nlh, sizeof(*link));
	link->ifi_index = 1;
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("RTM_NEWLINK");
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (n < 0 || mnl_cb_run(buf, (size_t)n, 0, 0, NULL, NULL) < 0)
		die("RTM_NEWLINK");
}

int main(int argc, char **argv)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_ROUTE);
	int64_t due, took, most = 0;
	int status, after = 3;
	pid_t pid;

	if (argc < 2)
		return 2;
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("netlink");
	set_lo_up(nl);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		execvp(argv[1], argv + 1);
		die(argv[1]);
	}
	while (after) {
		/* A few more after it has ended: it may have deferred work. */
		if (pid && waitpid(pid, &status, WNOHANG) == pid)
			pid = 0;
		after -= !pid;
		due = now() + 1000000;
		wait_until(due);
		set_lo_up(nl);
		took = now() - due;
		if (took > most)
			most = took;
	}
	printf("%lld\n", (long long)most);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
