// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts restores on successive sockets with the same port id.
 *
 *   portids SECONDS HOGS
 *
 * The port id of a closed socket can be reused before the kernel notifies of the
 * close. Three processes begin a restore on one port id, add to it, and close; others
 * keep restores busy. Prints how many restores were begun, and how many of them no
 * longer existed when something was added.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/family.h"

#define PORTID	77777
#define USERS	3

static volatile sig_atomic_t stop;
static char buf[FAMILY_MESSAGE_MAX];

static void on_alarm(int sig)
{
	(void)sig;
	stop = 1;
}

static int plain(struct mnl_socket *nl, uint8_t cmd)
{
	return family_ask(nl, family_begin(buf, family, cmd, NLM_F_ACK), NULL, NULL);
}

static int add(struct mnl_socket *nl, unsigned int count)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct nlmsghdr *nlh = family_begin(buf, family, ARP_POLICY_CMD_RESTORE_ADD, NLM_F_ACK);
	struct nlattr *entries = mnl_attr_nest_start(nlh, ARP_POLICY_A_ENTRIES), *one;
	unsigned int i;

	for (i = 0; i < count; i++) {
		one = mnl_attr_nest_start(nlh, ARP_POLICY_ENTRY_BINDING);
		mnl_attr_put_u32(nlh, ARP_POLICY_BINDING_ADDRESS, htonl(0x0a000000 | i));
		mnl_attr_put(nlh, ARP_POLICY_BINDING_LLADDR, sizeof(mac), mac);
		mnl_attr_nest_end(nlh, one);
	}
	mnl_attr_nest_end(nlh, entries);
	return family_ask(nl, nlh, NULL, NULL);
}

static void hog(void)
{
	struct mnl_socket *nl = family_socket(NETLINK_GENERIC);

	while (!stop) {
		plain(nl, ARP_POLICY_CMD_RESTORE_BEGIN);
		add(nl, 2000);
	}
}

static struct mnl_socket *bound(void)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);

	if (!nl)
		die("socket");
	while (mnl_socket_bind(nl, 0, PORTID))
		if (stop)
			break;
	return nl;
}

static void use(long *count)
{
	struct mnl_socket *nl;
	int err;

	while (!stop) {
		nl = bound();
		if (!stop && !plain(nl, ARP_POLICY_CMD_RESTORE_BEGIN)) {
			err = add(nl, 1);
			if (err != EINTR && err != -1)
				__atomic_add_fetch(&count[0], 1, __ATOMIC_RELAXED);
			if (err == ENOENT)
				__atomic_add_fetch(&count[1], 1, __ATOMIC_RELAXED);
		}
		mnl_socket_close(nl);
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_alarm };
	long *count;
	int i, hogs;

	if (argc != 3)
		return 2;
	hogs = atoi(argv[2]);
	count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED)
		die("mmap");
	family_find();
	sigaction(SIGALRM, &act, NULL);
	for (i = 0; i < USERS + hogs; i++) {
		if (fork())
			continue;
		alarm((unsigned int)atoi(argv[1]));
		if (i < USERS)
			use(count);
		else
			hog();
		return 0;
	}
	while (wait(NULL) > 0)
		;
	printf("begun %ld gone %ld\n", count[0], count[1]);
	return 0;
}
