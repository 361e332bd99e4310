// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind snoop: bindings out of the DHCP messages that enter a bridge.
 *
 * lease/snoop.c says what a message means, lease/bindings.c carries it out. Here
 * are the connection to the kernel, the file of leases, and what is reported.
 */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/selector.h"
#include "cmd/entries_snoop.h"
#include "command.h"
#include "host/fdb.h"
#include "host/host.h"
#include "lease/bindings.h"
#include "lease/service.h"
#include "lease/snoop.h"
#include "lease/snoop_file.h"
#include "lease/snoop_writer.h"
#include "wire/dump.h"
#include "wire/module.h"
#include "wire/nl_events.h"

#define STATE_DIR	"/var/lib/arp-policy"
#define SECOND		1000ULL

/* How long to wait before the file is written again, and before a report is repeated. */
#define WRITE_DELAY	SECOND
#define REPORT_DELAY	(10U * SECOND)

/* How many different reports are remembered; while all are recent, others are lost. */
#define REPORTS		64

/* At least this many names of ports without a lease are kept. */
#define NAMES		64

/* The same kind about the same port, printed lately. */
struct report {
	enum snoop_result kind;
	char port[IF_NAMESIZE];
	uint64_t until;
	size_t more;
};

struct snooper {
	struct ctx *ctx;
	const char *bridge;
	struct snoop_file file;
	struct snoop_writer writer;
	struct bindings bindings;
	struct snoop snoop;
	/*
	 * The socket that asked the kernel to snoop; the kernel does so while it is open.
	 */
	struct nl nl;
	struct nl_events events;
	bool listens;
	int signals;
	size_t dropped;		/* leases since the last prune() */
	size_t pruned;		/* how many names that left */
	int64_t offset;		/* of CLOCK_REALTIME to CLOCK_BOOTTIME, in ms */
	bool unwritten;
	uint64_t written;	/* in ms of CLOCK_BOOTTIME */
	struct report reports[REPORTS];
};

static struct snoop_time now(void)
{
	struct snoop_time time = { .real = bindings_now() };
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	time.boot = (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec / 1000000;
	return time;
}

/* Reports */

/* Whether to print a report now; *more: how many were not since the last one. */
static bool may_report(struct snooper *s, enum snoop_result kind, const char *port,
		       size_t *more)
{
	const struct snoop_time time = now();
	struct report *r, *oldest = s->reports;

	*more = 0;
	for (r = s->reports; r < s->reports + REPORTS; r++) {
		if (r->kind == kind && !strcmp(r->port, port))
			break;
		if (r->until < oldest->until)
			oldest = r;
	}
	if (r == s->reports + REPORTS) {
		if (oldest->until > time.boot)
			return false;
		r = oldest;
		*r = (struct report){ .kind = kind };
		snprintf(r->port, sizeof(r->port), "%s", port);
	}
	if (r->until > time.boot) {
		r->more++;
		return false;
	}
	*more = r->more;
	r->more = 0;
	r->until = time.boot + REPORT_DELAY;
	return true;
}

/* The text after the port and the MAC. */
static const char *const complaints[SNOOP_RESULTS] = {
	[SNOOP_MALFORMED] = "a malformed message",
	[SNOOP_ROGUE] = "a DHCP server on a port without \"trust on\"",
	[SNOOP_FORGED] = "a client in the name of ",
	[SNOOP_CONTESTED] = "a client that asks on another port at the same time",
	[SNOOP_FOREIGN] = "a client whose lease is bound to another port",
	[SNOOP_TAKEN] = "a client that is to get an address which is bound",
	[SNOOP_FULL] = "no memory for a client",
};

static void add_words(char *buf, size_t size, const char *lead, const char *what)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", lead, what);
}

/* The message, and the lease that it is about, if any. */
static void describe(const struct snooper *s, enum snoop_result kind, char *buf,
		     size_t size)
{
	const struct snoop_lease *lease = &s->snoop.lease;
	const struct dhcp *dhcp = &s->snoop.dhcp;
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];

	if (kind == SNOOP_MALFORMED)
		return;
	add_words(buf, size, ": ", dhcp_type_name(dhcp->type));
	if (dhcp->yiaddr) {
		address_text(dhcp->yiaddr, address);
		add_words(buf, size, " of ", address);
	}
	if (!*lease->port)
		return;
	address_text(lease->address, address);
	lladdr_text(lease->lladdr, LLADDR_LEN, lladdr);
	add_words(buf, size, "; bound: ", address);
	add_words(buf, size, " to ", lladdr);
	add_words(buf, size, " on ", lease->port);
}

static void report(struct snooper *s, enum snoop_result kind,
		   const struct snoop_frame *frame)
{
	char text[512] = "", from[LLADDR_TEXT], name[LLADDR_TEXT] = "", count[48] = "";
	size_t more;

	if (!may_report(s, kind, frame->port, &more))
		return;
	if (more)
		snprintf(count, sizeof(count), " (and %zu more since the last)", more);
	lladdr_text(frame->lladdr, LLADDR_LEN, from);
	if (kind == SNOOP_FORGED)
		lladdr_text(s->snoop.dhcp.chaddr, LLADDR_LEN, name);
	describe(s, kind, text, sizeof(text));
	warning("%s: %s%s, from %s%s%s", frame->port, complaints[kind], name, from, text,
		count);
}

/* Leases and bindings */

static int want_on(struct snooper *s, const char *dev, const struct snoop_lease *lease)
{
	char selector[DEV_SELECTOR];

	return *dev ? bindings_want(&s->bindings, dev_selector(dev, selector),
				    lease->address, lease->lladdr, lease->expiry) :
		      STATUS_OK;
}

/* On the port for inspect, on the segment for suppress. */
static int want(struct snooper *s, const struct snoop_lease *lease)
{
	int status = want_on(s, lease->port, lease);

	return status ? status : want_on(s, lease->segment, lease);
}

static void drop_on(struct snooper *s, const char *dev, uint32_t address)
{
	char selector[DEV_SELECTOR];

	if (*dev)
		bindings_drop(&s->bindings, dev_selector(dev, selector), address);
}

/* Another VLAN's lease of the address on this port is bound in its place. */
static int drop(struct snooper *s, const struct snoop_lease *lease)
{
	const struct snoop_lease *other = snoop_find_other(&s->snoop, lease);

	s->dropped++;
	drop_on(s, lease->port, lease->address);
	drop_on(s, lease->segment, lease->address);
	return other ? want_on(s, other->port, other) : STATUS_OK;
}

static int bound(struct snooper *s)
{
	const struct snoop_lease *was = &s->snoop.was, *lease = &s->snoop.lease;
	int status = STATUS_OK;

	if (*was->port && (strcmp(was->port, lease->port) != 0 ||
			   strcmp(was->segment, lease->segment) != 0))
		status = drop(s, was);
	s->unwritten = true;
	return status ? status : want(s, lease);
}

static int take(struct snooper *s, const struct snoop_frame *frame, const void *message,
		size_t len)
{
	const struct snoop_time time = now();
	enum snoop_result result = snoop_take(&s->snoop, frame, message, len, &time);

	switch (result) {
	case SNOOP_NOTHING:
		return STATUS_OK;
	case SNOOP_BOUND:
		return bound(s);
	case SNOOP_UNBOUND:
		s->unwritten = true;
		return drop(s, &s->snoop.lease);
	default:
		report(s, result, frame);
		return STATUS_OK;
	}
}

struct wanted {
	struct snooper *s;
	int status;
};

static bool want_each(void *data, const struct snoop_lease *lease)
{
	struct wanted *wanted = data;

	wanted->status = want(wanted->s, lease);
	return !wanted->status;
}

static int want_all(struct snooper *s)
{
	struct wanted wanted = { s, STATUS_OK };

	(void)snoop_each(&s->snoop, want_each, &wanted);
	return wanted.status;
}

static void forget(void *data, const struct snoop_lease *lease)
{
	struct snooper *s = data;

	/* Without memory for another one, its next renewal binds it. */
	(void)drop(s, lease);
	s->unwritten = true;
}

static bool port_exists(void *data, const char *port)
{
	const struct snooper *s = data;

	return link_is_port(port, s->bridge);
}

/* The kernel's messages */

static bool read_name(char name[IF_NAMESIZE], const struct nlattr *attr)
{
	const char *text = nl_str(attr);

	if (strlen(text) >= IF_NAMESIZE)
		return false;
	snprintf(name, IF_NAMESIZE, "%s", text);
	return true;
}

static void lost_some(struct snooper *s, uint64_t n)
{
	size_t more;

	if (!may_report(s, SNOOP_FULL, "", &more))
		return;
	if (n)
		warning("%llu DHCP messages came faster than they are handed over, and were left out",
			(unsigned long long)n);
	else
		warning("DHCP messages came faster than they were read, and some are lost");
}

static int take_message(void *data, const struct nlmsghdr *msg)
{
	struct snooper *s = data;
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1], *d[ARP_POLICY_DHCP_MAX + 1];
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(msg);
	struct snoop_frame frame = { 0 };
	const struct nlattr *message;

	if (msg->nlmsg_type != s->nl.family || genl->cmd != ARP_POLICY_CMD_DHCP_NTF)
		return STATUS_OK;
	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_DHCP], d, ARP_POLICY_DHCP_MAX);
	if (d[ARP_POLICY_DHCP_LOST])
		lost_some(s, nl_uint(d[ARP_POLICY_DHCP_LOST]));
	message = d[ARP_POLICY_DHCP_MESSAGE];
	if (!message || strcmp(nl_str(d[ARP_POLICY_DHCP_BRIDGE]), s->bridge) != 0 ||
	    !read_name(frame.port, tb[ARP_POLICY_A_IFNAME]) ||
	    !read_name(frame.segment, d[ARP_POLICY_DHCP_SEGMENT]) ||
	    !nl_mac(d[ARP_POLICY_DHCP_LLADDR], frame.lladdr))
		return STATUS_OK;
	frame.vlan = (uint32_t)nl_uint(d[ARP_POLICY_DHCP_VLAN]);
	/* From a locked port, only what the bridge does not discard. */
	if (d[ARP_POLICY_DHCP_LOCKED] &&
	    !fdb_admits((uint32_t)nl_uint(d[ARP_POLICY_DHCP_BRIDGE_IFINDEX]),
			(uint32_t)nl_uint(tb[ARP_POLICY_A_IFINDEX]),
			(uint16_t)frame.vlan, frame.lladdr))
		return STATUS_OK;
	frame.trusted = d[ARP_POLICY_DHCP_TRUSTED];
	frame.to_client = d[ARP_POLICY_DHCP_CLIENT];
	return take(s, &frame, mnl_attr_get_payload(message),
		    mnl_attr_get_payload_len(message));
}

static int take_messages(struct snooper *s)
{
	bool lost = false;
	int status = STATUS_OK;

	snoop_look_again(&s->snoop);
	if (s->listens)
		status = nl_receive_each(s->events.sock, &lost, take_message, s);
	if (lost)
		lost_some(s, 0);
	return status;
}

static void stop_listening(struct snooper *s)
{
	if (s->events.sock)
		nl_events_close(&s->events);
	nl_close(&s->nl);
	s->listens = false;
}

static int start_listening(struct snooper *s)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1] = { NULL };
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	uint32_t group = 0;
	int status;

	status = nl_connect(&s->nl, &reply);
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, CTRL_ATTR_MAX);
		group = nl_group_id(tb[CTRL_ATTR_MCAST_GROUPS], ARP_POLICY_MCGRP_DHCP);
	}
	nl_reply_free(&reply);
	if (!status && !group)
		status = failure("this module cannot snoop DHCP: it is older than arpctl");
	/* First the group, so that nothing is missed. */
	if (!status)
		status = nl_events_open(&s->events, group);
	if (!status) {
		nl_request(&s->nl, ARP_POLICY_CMD_SNOOP, 0);
		status = nl_call(&s->nl, NULL);
	}
	s->listens = !status;
	return status;
}

/* The module may be unloaded, and loaded again, which gives it another number. */
static int follow_module(struct snooper *s)
{
	const struct bindings *b = &s->bindings;
	int status;

	if (s->listens && (!b->loaded || b->nl->family != s->nl.family))
		stop_listening(s);
	if (!b->loaded || s->listens)
		return STATUS_OK;
	status = start_listening(s);
	if (status)
		stop_listening(s);
	/* If it is being unloaded, it will be noticed when it is loaded again. */
	return module_loaded() ? status : STATUS_OK;
}

/* The file */

/* Closes what the process that writes must not keep open after this one has ended. */
static void release(void *data)
{
	struct snooper *s = data;

	stop_listening(s);
	bindings_close(&s->bindings);
}

/* A failure is printed each time; so the next try is later. */
static void note_written(struct snooper *s, int status)
{
	s->unwritten |= status != STATUS_OK;
	s->written = now().boot + (status ? 60 * SECOND : 0);
}

/* The leases may change while they are written. */
static void start_writing(struct snooper *s)
{
	int status;

	s->unwritten = false;
	status = snoop_writer_start(&s->writer, &s->file, &s->snoop);
	if (status)
		note_written(s, status);
}

/* At the end: waits for what is being written, then writes the latest leases. */
static void finish_writing(struct snooper *s)
{
	int status = STATUS_OK;

	if (!snoop_writer_wait(&s->writer, &s->file, &status) ||
	    (!status && !s->unwritten))
		return;
	start_writing(s);
	if (s->writer.pid)
		(void)snoop_writer_wait(&s->writer, &s->file, &status);
	else
		(void)snoop_file_write(&s->file, &s->snoop);
}

/* A network namespace that is given as a path is part of the name, and no directory. */
static char *state_name(const char *netns, const char *bridge)
{
	char *name, *at;

	if (!netns)
		return strdup(bridge);
	if (asprintf(&name, "%s:%s", netns, bridge) < 0)
		return NULL;
	for (at = name; *at; at++)
		if (*at == '/')
			*at = '%';
	return name;
}

static char *state_file(const struct ctx *ctx, const char *bridge)
{
	const char *given = args_option(ctx->args, "PATH"), *dir;
	char *file, *name;

	if (given)
		return strdup(given);
	/* Set by systemd. */
	dir = getenv("STATE_DIRECTORY");
	if (!dir || !*dir)
		dir = STATE_DIR;
	if (!strcmp(dir, STATE_DIR) && mkdir(dir, 0755) && errno != EEXIST)
		warning("cannot create %s: %s", dir, strerror(errno));
	name = state_name(ctx->netns, bridge);
	if (!name || asprintf(&file, "%s/%s.leases", dir, name) < 0)
		file = NULL;
	free(name);
	return file;
}

/* The program */

static int open_signals(struct snooper *s)
{
	sigset_t set;

	/* If it is ignored, the status of a child is lost. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? failure("cannot receive signals: %s", strerror(errno)) :
				STATUS_OK;
}

/* Return: whether this is the end. */
static bool take_signals(struct snooper *s)
{
	struct signalfd_siginfo info;
	bool end = false;
	int status;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		end |= info.ssi_signo != SIGCHLD;
	if (snoop_writer_ended(&s->writer, &status))
		note_written(s, status);
	return end;
}

/*
 * Notices that the clock was set, without waiting for the timer to report it: if it was set
 * forward, leases would expire first. Less than a second does not matter.
 */
static int see_clock(struct snooper *s, const struct snoop_time *time)
{
	const int64_t offset = (int64_t)(time->real - time->boot);
	const int64_t change = offset - s->offset;

	if (!s->bindings.clock_set && change < (int64_t)SECOND &&
	    change > -(int64_t)SECOND)
		return STATUS_OK;
	s->offset = offset;
	s->bindings.clock_set = false;
	snoop_set_clock(&s->snoop, time);
	s->unwritten = true;
	return want_all(s);
}

/* Only a lease uses the name of a port. */
static bool is_used(void *data, const char *selector)
{
	(void)data;
	(void)selector;
	return false;
}

/*
 * Gives up the names of ports without a lease: some systems never use a name twice, so they
 * would become ever more.
 */
static int prune(struct snooper *s)
{
	int status;

	if (s->bindings.stale || s->dropped < NAMES + s->pruned)
		return STATUS_OK;
	status = bindings_prune(&s->bindings, is_used, NULL);
	s->pruned = s->bindings.owner.n;
	s->dropped = 0;
	return status;
}

/* Takes changes of the clock and expired leases into account, then updates the kernel. */
static int settle(struct snooper *s)
{
	const struct snoop_time time = now();
	int status = see_clock(s, &time);

	snoop_expire(&s->snoop, &time, forget, s);
	if (!status)
		status = bindings_work(&s->bindings);
	/* bindings_work() may have noticed just now that the clock was set. */
	if (!status && s->bindings.clock_set)
		return settle(s);
	if (!status)
		status = prune(s);
	return status ? status : follow_module(s);
}

/* How long to wait, in ms: until the file is to be written, or without end (-1). */
static int wait_time(const struct snooper *s)
{
	uint64_t time = now().boot, due = s->written + WRITE_DELAY;

	if (!s->unwritten || s->writer.pid)
		return -1;
	return due > time ? (int)(due - time) : 0;
}

/* The clock comes first: it decides which leases are over. */
static int take_turn(struct snooper *s)
{
	const struct snoop_time time = now();
	int status = see_clock(s, &time);

	if (!status)
		status = take_messages(s);
	return status ? status : settle(s);
}

static int run(struct snooper *s)
{
	struct pollfd fds[3] = {
		{ .fd = s->bindings.fd, .events = POLLIN },
		{ .fd = s->signals, .events = POLLIN },
		{ .events = POLLIN },
	};
	int status = STATUS_OK;

	while (!status) {
		fds[2].fd = s->listens ? mnl_socket_get_fd(s->events.sock) : -1;
		if (poll(fds, 3, wait_time(s)) < 0 && errno != EINTR)
			return failure("cannot wait: %s", strerror(errno));
		if (fds[1].revents && take_signals(s))
			return STATUS_OK;
		status = take_turn(s);
		if (!status && !wait_time(s))
			start_writing(s);
	}
	return status;
}

/* The bridge may come later. A device that is no bridge is probably a port, named by mistake. */
static int check_bridge(const struct snooper *s)
{
	struct host host = { 0 };
	const struct host_link *link;
	int status;

	status = host_read_links(&host);
	link = status ? NULL : host_link(&host, link_index(s->bridge));
	if (!status && !link)
		warning("there is no \"%s\" yet: waiting for it", s->bridge);
	else if (!status && strcmp(link->kind, "bridge") != 0)
		status = failure("\"%s\" is not a bridge", s->bridge);
	host_free(&host);
	return status;
}

static int start(struct snooper *s)
{
	const struct snoop_time time = now();
	int status;

	s->offset = (int64_t)(time.real - time.boot);
	status = bindings_open(&s->bindings, &s->ctx->nl, &s->ctx->out, s->bridge);
	/* Before it deletes the dynamic bindings of others. */
	if (!status)
		status = check_bridge(s);
	if (!status)
		status = open_signals(s);
	if (!status)
		status = snoop_file_read(&s->file, &s->snoop, &time);
	if (!status)
		status = want_all(s);
	if (!status)
		status = bindings_converge(&s->bindings);
	if (!status)
		status = follow_module(s);
	if (!status)
		service_notify("READY=1");
	return status;
}

/* Its dynamic bindings are the snooper's: those of all or of a glob must not be. */
static bool is_name(const char *bridge)
{
	return !selector_fault(bridge) && selector_kind(bridge) == SELECTOR_NAME;
}

int bind_snoop(struct ctx *ctx)
{
	const char *bridge = args_get(ctx->args, "BRIDGE");
	struct snooper *s;
	int status;

	if (!is_name(bridge))
		return usage_error("bind snoop: \"%s\" is no name of a bridge", bridge);
	s = calloc(1, sizeof(*s));
	if (!s)
		return no_memory();
	s->ctx = ctx;
	s->bridge = bridge;
	s->signals = -1;
	s->writer.release = release;
	s->writer.data = s;
	s->file.name = state_file(ctx, s->bridge);
	s->file.guarded = !args_option(ctx->args, "PATH");
	if (s->file.name && snoop_init(&s->snoop)) {
		s->snoop.port_exists = port_exists;
		s->snoop.data = s;
		status = start(s);
		if (!status)
			status = run(s);
		finish_writing(s);
		stop_listening(s);
		bindings_close(&s->bindings);
	} else {
		status = no_memory();
	}
	if (s->signals >= 0)
		close(s->signals);
	snoop_free(&s->snoop);
	free(s->file.name);
	free(s);
	return status;
}
