// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind watch: dynamic bindings follow lease files for as long as it runs.
 *
 * A client is an address and the MAC that has leased it. It is bound on the selector, and
 * if that is a bridge, on the port where its MAC is first seen: by then the bridge has
 * learned it, since the client had to ask for the lease. Any frame with that MAC moves the
 * bridge's entry to another port, so the binding does not follow: it moves when the lease
 * has ended or the port is gone. A client that the bridge has not learned is bound where
 * the module reports it as a sender without a binding.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/list.h"
#include "base/selector.h"
#include "cmd/entries_leases.h"
#include "cmd/entries_watch.h"
#include "command.h"
#include "lease/bindings.h"
#include "lease/ports.h"
#include "lease/service.h"
#include "lease/sources.h"
#include "policy/policy.h"

/*
 * How long a lease that is no longer in its file is still bound, in ms: a server that
 * writes the file anew empties it first.
 */
#define GRACE 1000

/**
 * struct client - the lease of an address
 * @address: the address
 * @lladdr: the MAC that has leased it
 * @expiry: until when, in ms of CLOCK_REALTIME
 * @order: the number of its file
 * @port: the port on which it is bound, 0: none
 * @seen: the port that was reported, which it does not move to
 * @gone: when it left its file; until GRACE later its port is remembered; 0: it is there
 */
struct client {
	uint32_t address;
	uint8_t lladdr[LLADDR_LEN];
	uint64_t expiry;
	size_t order;
	uint32_t port;
	uint32_t seen;
	uint64_t gone;
};

struct watcher {
	const char *selector;
	struct bindings bindings;
	struct sources sources;
	struct ports ports;
	struct client *clients;		/* by address */
	size_t n;
	uint64_t *lladdrs;		/* of all clients, sorted, on a bridge */
	bool restored;			/* ports of clients of an earlier run */
	bool placed;			/* by see_unbound() */
	int signals;
};

/* Clients */

/* The order of leases in a file, for little is to be sorted then. */
static bool is_before(uint32_t a, uint32_t b)
{
	return ntohl(a) < ntohl(b);
}

static int by_address(const void *a, const void *b)
{
	const struct client *x = a, *y = b;

	if (x->address != y->address)
		return is_before(x->address, y->address) ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int add_client(struct client **list, size_t *n, const struct lease *lease,
		      size_t order)
{
	struct client *client = LIST_ADD(*list, *n);

	if (!client)
		return no_memory();
	client->address = lease->address;
	memcpy(client->lladdr, lease->lladdr, LLADDR_LEN);
	client->expiry = lease->expiry > BINDING_FOREVER / 1000 ?
			 BINDING_FOREVER : lease->expiry * 1000;
	client->order = order;
	return STATUS_OK;
}

/* All leases; of several for an address, the last file's. */
static int collect(const struct watcher *w, struct client **list, size_t *n)
{
	const struct leases *leases;
	size_t i, k, kept = 0;
	int status = STATUS_OK;

	for (i = 0; i < w->sources.n; i++) {
		leases = &w->sources.list[i]->files.leases;
		for (k = 0; !status && k < leases->n; k++)
			status = add_client(list, n, &leases->list[k], i);
	}
	LIST_SORT(*list, *n, by_address);
	for (i = 0; i < *n; i++)
		if (i + 1 == *n || (*list)[i].address != (*list)[i + 1].address)
			(*list)[kept++] = (*list)[i];
	*n = kept;
	return status;
}

/* Keeps a client that has left its file for a while. */
static int keep_client(struct client **list, size_t *n, const struct client *old)
{
	const uint64_t now = bindings_now();
	struct client *kept;

	if (old->gone && (now >= old->gone + GRACE || now < old->gone))
		return STATUS_OK;
	kept = LIST_ADD(*list, *n);
	if (!kept)
		return no_memory();
	*kept = *old;
	if (!kept->gone)
		kept->gone = now;
	return STATUS_OK;
}

/* Takes over the ports of clients that were there before; both are by address. */
static int take_over(const struct watcher *w, struct client **list, size_t *n)
{
	size_t fresh = *n, i, k = 0;
	int status = STATUS_OK;

	for (i = 0; !status && i < w->n; i++) {
		const struct client *old = &w->clients[i];

		while (k < fresh && is_before((*list)[k].address, old->address))
			k++;
		if (k == fresh || (*list)[k].address != old->address) {
			status = keep_client(list, n, old);
		} else if (!memcmp((*list)[k].lladdr, old->lladdr, LLADDR_LEN)) {
			(*list)[k].port = old->port;
			(*list)[k].seen = old->seen;
		}
	}
	if (*n > fresh)
		LIST_SORT(*list, *n, by_address);
	return status;
}

static int reload(struct watcher *w)
{
	struct client *list = NULL;
	size_t n = 0;
	int status = collect(w, &list, &n);

	if (!status)
		status = take_over(w, &list, &n);
	if (status) {
		free(list);
		return status;
	}
	free(w->clients);
	w->clients = list;
	w->n = n;
	return STATUS_OK;
}

/* Ports */

static struct client *find_client(const struct watcher *w, uint32_t address)
{
	const struct client key = { .address = address };
	size_t i = LIST_FROM(w->clients, w->n, &key, by_address);

	return i < w->n && w->clients[i].address == address ? &w->clients[i] : NULL;
}

/* What an earlier run has bound on a port stays there. */
static void restore_port(void *data, const struct binding *binding)
{
	struct watcher *w = data;
	const struct port *port = ports_selected(&w->ports, binding->selector);
	struct client *client;

	if (!port || binding->present != BINDING_DYNAMIC || binding->is_any ||
	    binding->prefix.length != 32)
		return;
	client = find_client(w, binding->prefix.address);
	if (client && !memcmp(client->lladdr, binding->there, LLADDR_LEN))
		client->port = port->ifindex;
}

static void warn_seen(const struct client *client, const struct port *bound,
		      const struct port *seen)
{
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];

	address_text(client->address, address);
	lladdr_text(client->lladdr, LLADDR_LEN, lladdr);
	warning("%s is seen on %s, but %s stays bound on %s until its lease ends",
		lladdr, seen->name, address, bound->name);
}

static void place(const struct watcher *w, struct client *client)
{
	const struct port *bound = ports_get(&w->ports, client->port), *seen;
	bool several;

	seen = ports_of(&w->ports, client->lladdr, &several);
	if (!bound) {
		client->port = seen ? seen->ifindex : 0;
		client->seen = 0;
	} else if (seen && seen != bound && client->seen != seen->ifindex) {
		client->seen = seen->ifindex;
		warn_seen(client, bound, seen);
	}
}

/*
 * The module has no binding for this sender on this port. Under strict it drops such a
 * frame before the bridge learns from it, so for a client that speaks only ARP this is
 * the only sign of where it is.
 */
static void see_unbound(void *data, uint32_t ifindex, uint32_t address,
			const uint8_t lladdr[LLADDR_LEN])
{
	struct watcher *w = data;
	struct client *client = find_client(w, address);

	if (!client || client->gone || !ports_get(&w->ports, ifindex) ||
	    ports_get(&w->ports, client->port) ||
	    memcmp(client->lladdr, lladdr, LLADDR_LEN) != 0)
		return;
	client->port = ifindex;
	w->placed = true;
}

/* Lists the MACs of which the watcher must know when the bridge learns them. */
static int set_wanted(struct watcher *w)
{
	uint64_t *list = calloc(w->n + 1, sizeof(*list));
	size_t i;

	if (!list)
		return no_memory();
	for (i = 0; i < w->n; i++)
		list[i] = ports_number(w->clients[i].lladdr);
	LIST_SORT(list, w->n, ports_by_number);
	free(w->lladdrs);
	w->lladdrs = list;
	w->ports.wanted = list;
	w->ports.n_wanted = w->n;
	return STATUS_OK;
}

static bool is_port(void *data, const char *selector)
{
	const struct watcher *w = data;

	return ports_selected(&w->ports, selector);
}

static int place_all(struct watcher *w)
{
	int status = STATUS_OK;
	size_t i;

	w->ports.changed = false;
	if (!w->restored)
		status = bindings_read(&w->bindings);
	if (!status && !w->restored)
		table_each(&w->bindings.table, restore_port, w);
	w->restored = true;
	for (i = 0; i < w->n; i++)
		place(w, &w->clients[i]);
	return status ? status : set_wanted(w);
}

/* The bindings */

static int want(struct watcher *w, const struct client *client)
{
	const struct port *port = ports_get(&w->ports, client->port);
	int status;

	if (client->gone)
		return STATUS_OK;
	status = bindings_want(&w->bindings, w->selector, client->address,
			       client->lladdr, client->expiry);
	if (status || !port)
		return status;
	return bindings_want(&w->bindings, port->selector, client->address,
			     client->lladdr, client->expiry);
}

/* Whether a file that was never read may have leases that are bound already. */
static bool is_unknown(const struct watcher *w)
{
	const struct source *source;
	size_t i;

	for (i = 0; i < w->sources.n; i++) {
		source = w->sources.list[i];
		if (!source->held && source->failing && source->complaint != ENOENT)
			return true;
	}
	return false;
}

static int want_all(struct watcher *w)
{
	int status = STATUS_OK;
	size_t i;

	table_begin(&w->bindings.table);
	for (i = 0; !status && i < w->n; i++)
		status = want(w, &w->clients[i]);
	if (!status)
		table_end(&w->bindings.table, bindings_now() + GRACE);
	return status;
}

/* After a change of leases, ports or both: sets all wanted bindings anew. */
static int update(struct watcher *w, bool leases)
{
	bool moved = w->ports.changed;
	int status = leases ? reload(w) : STATUS_OK;

	if (!status && (leases || moved))
		status = place_all(w);
	if (!status)
		status = want_all(w);
	if (!status && moved)
		status = bindings_prune(&w->bindings, is_port, w);
	bindings_keep(&w->bindings, is_unknown(w));
	return status;
}

/* Waits */

static void take_signal(struct watcher *w, bool *end)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		sources_reread(&w->sources);
	else
		*end = true;
}

static int wait(struct watcher *w)
{
	struct pollfd fds[] = {
		{ .fd = w->bindings.fd, .events = POLLIN },
		{ .fd = w->sources.fd, .events = POLLIN },
		{ .fd = w->ports.fd, .events = POLLIN },
		{ .fd = w->signals, .events = POLLIN },
	};

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), sources_timeout(&w->sources)) >= 0 ||
	    errno == EINTR)
		return STATUS_OK;
	return failure("cannot wait: %s", strerror(errno));
}

static int step(struct watcher *w, bool *end)
{
	bool changed = false;
	int status;

	take_signal(w, end);
	/* Expired leases may be valid again, and valid ones expired. */
	if (w->bindings.clock_set)
		sources_reread(&w->sources);
	w->bindings.clock_set = false;
	status = sources_work(&w->sources, &changed);
	if (!status)
		status = ports_work(&w->ports);
	if (!status && (changed || w->ports.changed))
		status = update(w, changed);
	if (!status)
		status = bindings_work(&w->bindings);
	if (status || !w->placed)
		return status;
	w->placed = false;
	status = want_all(w);
	return status ? status : bindings_converge(&w->bindings);
}

static int run(struct watcher *w)
{
	bool end = false;
	int status = step(w, &end);

	if (!status)
		service_notify("READY=1\nSTATUS=%zu bindings of %s",
			       w->bindings.table.wanted, w->selector);
	while (!status && !end) {
		status = wait(w);
		if (!status)
			status = step(w, &end);
	}
	service_notify("STOPPING=1");
	return status;
}

static int open_signals(struct watcher *w, sigset_t *before)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, before);
	w->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signals >= 0 ? STATUS_OK :
	       failure("cannot wait for signals: %s", strerror(errno));
}

static int add_source(void *data, const char *name)
{
	struct watcher *w = data;

	if (!strcmp(name, "-"))
		return usage_error("bind watch: standard input cannot be watched");
	return sources_add(&w->sources, name);
}

static int watch(struct ctx *ctx, struct watcher *w, enum lease_format format)
{
	sigset_t before;
	int status;

	status = open_signals(w, &before);
	if (!status)
		status = sources_open(&w->sources, format);
	if (!status)
		status = args_each(ctx->args, "FILE|DIR", add_source, w);
	if (!status)
		status = bindings_open(&w->bindings, &ctx->nl, &ctx->out, w->selector);
	if (!status)
		status = ports_open(&w->ports, w->selector);
	if (!status)
		status = run(w);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* The kernel would refuse it again and again. */
static int check_selector(struct ctx *ctx, const char *selector)
{
	const char *fault = selector_fault(selector);
	int status = policy_check_selector(&ctx->nl, selector);

	if (status || !fault)
		return status;
	return usage_error("bind watch: \"%s\" selects nothing: %s", selector, fault);
}

int bind_watch(struct ctx *ctx)
{
	/* Not on the stack: it holds the table of what the bridge has learned. */
	static struct watcher w;
	enum lease_format format;
	int status;

	w = (struct watcher){
		.selector = args_get(ctx->args, "SELECTOR") ?: EVERYWHERE,
		.signals = -1, .sources.fd = -1, .ports.fd = -1,
		.bindings = {
			.fd = -1, .expiry = -1, .retry = -1, .owner.fd = -1,
			.unbound = see_unbound, .data = &w,
		},
	};
	status = args_selects(ctx->args, w.selector);
	if (!status)
		status = entries_format(ctx->args, &format);
	if (!status)
		status = check_selector(ctx, w.selector);
	if (!status)
		status = watch(ctx, &w, format);
	bindings_close(&w.bindings);
	sources_close(&w.sources);
	ports_close(&w.ports);
	free(w.clients);
	free(w.lladdrs);
	if (w.signals >= 0)
		close(w.signals);
	return status;
}
