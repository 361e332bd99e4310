// SPDX-License-Identifier: GPL-2.0-only
/*
 * Begins transactions on successive sockets with the same port id.
 *
 *   portids SECONDS HOGS
 *
 * The port id of a closed socket can be reused before the kernel notifies of the
 * close. Three processes begin a transaction on one port id, add to it, and close; others
 * keep transactions busy. Prints how many were begun, and how many of them no longer
 * existed when something was added. They replace and change the policy alternately.
 */
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

static int begin(struct mnl_socket *nl)
{
	static unsigned int n;

	return family_ask(nl, family_begin_transaction(buf, n++ & 1 ?
						       ARP_POLICY_TRANSACTION_CHANGE :
						       ARP_POLICY_TRANSACTION_REPLACE),
			  NULL, NULL);
}

static int add(struct mnl_socket *nl, unsigned int count)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct nlmsghdr *nlh = family_begin(buf, family, ARP_POLICY_CMD_TRANSACTION_ADD,
					    NLM_F_ACK);
	struct nlattr *op, *entry;
	unsigned int i;

	for (i = 0; i < count; i++) {
		op = mnl_attr_nest_start(nlh, ARP_POLICY_A_OP);
		entry = family_put_entry(nlh, ARP_POLICY_OP_ENTRY_ADD, ARP_POLICY_TABLE_BINDING,
					 NULL, 0x0a000000 | i, 32);
		mnl_attr_put(nlh, ARP_POLICY_ENTRY_LLADDR, sizeof(mac), mac);
		mnl_attr_nest_end(nlh, entry);
		mnl_attr_nest_end(nlh, op);
	}
	return family_ask(nl, nlh, NULL, NULL);
}

static void hog(void)
{
	struct mnl_socket *nl = family_socket(NETLINK_GENERIC);

	while (!stop) {
		begin(nl);
		add(nl, 1400);
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
		if (!stop && !begin(nl)) {
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
