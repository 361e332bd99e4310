// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the kernel's dynamic bindings of some selectors equal to a set that changes.
 *
 * The table has both sides. It is filled once by a dump, then kept up to date by our own
 * transactions and by the notifications of what others change. When in doubt it is
 * stale, and filled again: after a refusal (an entry is there or is not, against
 * expectation), after lost notifications, after others' transactions, whose
 * notifications do not say what they changed.
 */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/words.h"
#include "lease/bindings.h"
#include "lease/service.h"
#include "wire/change.h"
#include "wire/module.h"
#include "wire/netns.h"
#include "wire/nl.h"
#include "wire/nl_events.h"
#include "wire/transaction.h"

#define SECOND		1000ULL

/*
 * When to try again: the kernel has too many transactions; others have changed much; it
 * has no room, or refuses.
 */
#define BUSY_DELAY	50ULL
#define STALE_DELAY	SECOND
#define ROOM_DELAY	(5 * SECOND)

/* How many changes are printed one by one. */
#define PRINT_MAX	10

static uint64_t to_ms(const struct timespec *ts)
{
	return (uint64_t)ts->tv_sec * SECOND + (uint64_t)ts->tv_nsec / 1000000;
}

uint64_t bindings_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return to_ms(&ts);
}

/* A time_t of 32 bits ends in 2038: a timer for later is due then, and is set again. */
static struct timespec to_timespec(uint64_t ms)
{
	const uint64_t last = sizeof(time_t) > sizeof(int32_t) ? INT64_MAX : INT32_MAX;

	return (struct timespec){
		.tv_sec = (time_t)(ms / SECOND < last ? ms / SECOND : last),
		.tv_nsec = (long)(ms % SECOND) * 1000000,
	};
}

/* Sets the timer for the next expiry; a change of the clock makes it due, too. */
static void set_expiry(struct bindings *b)
{
	struct itimerspec when = { 0 };

	if (b->table.soonest != BINDING_FOREVER)
		when.it_value = to_timespec(b->table.soonest ?: 1);
	timerfd_settime(b->expiry, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			&when, NULL);
}

/* Tries again after this time at the latest. */
static void retry_in(struct bindings *b, uint64_t ms)
{
	const struct itimerspec when = { .it_value = to_timespec(ms) };
	struct itimerspec now = { 0 };
	uint64_t left;

	timerfd_gettime(b->retry, &now);
	left = to_ms(&now.it_value);
	if (!left || left > ms)
		timerfd_settime(b->retry, 0, &when, NULL);
}

/* The module */

static int open_events(struct bindings *b)
{
	b->events = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!b->events || mnl_socket_bind(b->events, 0, MNL_SOCKET_AUTOPID) < 0)
		return failure("cannot open a netlink socket: %s", strerror(errno));
	nl_make_room(b->events);
	/* The kernel notifies here when a family comes or goes; the group's id is fixed. */
	return nl_join_group(b->events, GENL_ID_CTRL);
}

/* Connects if the module is there; prints why if it is not. */
static int find_module(struct bindings *b)
{
	int status;

	nl_close(b->nl);
	status = nl_connected(b->nl);
	if (status) {
		nl_close(b->nl);
		warning("waiting for the module " MODULE " to be loaded");
		return STATUS_OK;
	}
	b->loaded = true;
	b->stale = true;
	/* Without the group nothing that others change would be noticed. */
	status = nl_join_group(b->events, b->nl->config);
	if (!status && b->unbound && b->nl->verdict)
		status = nl_join_group(b->events, b->nl->verdict);
	return status;
}

static void lose_module(struct bindings *b)
{
	if (!b->loaded)
		return;
	warning("the module " MODULE " was unloaded: waiting for it to be loaded again");
	nl_close(b->nl);
	b->loaded = false;
	table_reload(&b->table);
}

/* What others change */

static void see_entry(struct bindings *b, const struct nlattr *nest, bool gone)
{
	enum binding_present present = BINDING_ABSENT;
	struct entry entry;

	entry_read(&entry, nest);
	if (entry.table != ARP_POLICY_TABLE_BINDING ||
	    !owner_has(&b->owner, entry.selector))
		return;
	if (!gone)
		present = entry.dynamic ? BINDING_DYNAMIC : BINDING_STATIC;
	if (!table_present(&b->table, entry.prefix, entry.selector, present,
			   entry.has_lladdr ? entry.lladdr : NULL))
		b->stale = true;
}

static void see_flush(struct bindings *b, const struct nlattr *selector)
{
	if (!selector || owner_has(&b->owner, nl_str(selector)))
		b->stale = true;
}

static void see_verdict(struct bindings *b, const struct nlattr *const *tb)
{
	const struct nlattr *event[ARP_POLICY_EVENT_MAX + 1];
	uint8_t lladdr[LLADDR_LEN];

	if (!b->unbound || !tb[ARP_POLICY_A_EVENT])
		return;
	nl_parse_nest(tb[ARP_POLICY_A_EVENT], event, ARP_POLICY_EVENT_MAX);
	if (nl_uint(event[ARP_POLICY_EVENT_REASON]) == ARP_POLICY_REASON_UNBOUND &&
	    nl_mac(event[ARP_POLICY_EVENT_LLADDR], lladdr))
		b->unbound(b->data, (uint32_t)nl_uint(tb[ARP_POLICY_A_IFINDEX]),
			   (uint32_t)nl_uint(event[ARP_POLICY_EVENT_SENDER]), lladdr);
}

static void see_change(struct bindings *b, const struct nlmsghdr *msg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];

	if (msg->nlmsg_pid == b->nl->portid)
		return;
	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	switch (genl->cmd) {
	case ARP_POLICY_CMD_VERDICT_NTF:
		see_verdict(b, tb);
		break;
	case ARP_POLICY_CMD_ENTRY_ADD_NTF:
	case ARP_POLICY_CMD_ENTRY_DEL_NTF:
		if (tb[ARP_POLICY_A_ENTRY])
			see_entry(b, tb[ARP_POLICY_A_ENTRY],
				  genl->cmd == ARP_POLICY_CMD_ENTRY_DEL_NTF);
		break;
	case ARP_POLICY_CMD_FLUSH_NTF:
		see_flush(b, tb[ARP_POLICY_A_SELECTOR]);
		break;
	case ARP_POLICY_CMD_TRANSACTION_NTF:
		/* Two programs that each make many must not cause many dumps. */
		retry_in(b, STALE_DELAY);
		b->foreign = true;
		break;
	}
}

static int see_family(struct bindings *b, const struct nlmsghdr *msg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];

	nl_parse(msg, tb, CTRL_ATTR_MAX);
	if (strcmp(nl_str(tb[CTRL_ATTR_FAMILY_NAME]), ARP_POLICY_FAMILY_NAME) != 0)
		return STATUS_OK;
	if (genl->cmd == CTRL_CMD_DELFAMILY)
		lose_module(b);
	if (genl->cmd != CTRL_CMD_NEWFAMILY || b->loaded)
		return STATUS_OK;
	warning("the module " MODULE " is loaded");
	return find_module(b);
}

static int see(void *data, const struct nlmsghdr *msg)
{
	struct bindings *b = data;

	if (msg->nlmsg_type == GENL_ID_CTRL)
		return see_family(b, msg);
	if (b->loaded && msg->nlmsg_type == b->nl->family)
		see_change(b, msg);
	return STATUS_OK;
}

/* Notifications were lost: the module may have been unloaded or loaded meanwhile. */
static int look_for_module(struct bindings *b)
{
	if (!module_loaded()) {
		lose_module(b);
		return STATUS_OK;
	}
	b->loaded = false;
	table_reload(&b->table);
	return find_module(b);
}

static int see_events(struct bindings *b)
{
	bool lost = false;
	int status = nl_receive_each(b->events, &lost, see, b);

	b->stale |= lost;
	return lost && !status ? look_for_module(b) : status;
}

/* What the kernel has */

/* Keeps the errno of a refusal; whatever is read, its text says nothing more. */
static bool keep_errno(void *data, const struct nlmsghdr *req,
		       const struct nl_refusal *refusal)
{
	(void)req;
	*(int *)data = refusal->err;
	return false;
}

static int take_entry(struct bindings *b, const struct nlmsghdr *msg)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct entry entry;

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	entry_read(&entry, tb[ARP_POLICY_A_ENTRY]);
	if (!entry.dynamic && entry.prefix.length != 32)
		return STATUS_OK;
	if (table_present(&b->table, entry.prefix, entry.selector,
			  entry.dynamic ? BINDING_DYNAMIC : BINDING_STATIC,
			  entry.has_lladdr ? entry.lladdr : NULL))
		return STATUS_OK;
	return no_memory();
}

static int read_selector(struct bindings *b, const char *selector, int *err)
{
	const struct entry_filter filter = {
		.selector = selector, .tables = TABLES_BINDINGS,
	};
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	int status;

	b->nl->quiet = true;
	b->nl->refused = keep_errno;
	b->nl->refused_data = err;
	status = entry_dump(b->nl, &filter, &reply);
	b->nl->refused = NULL;
	nl_for_each(msg, &reply)
		if (!status)
			status = take_entry(b, msg);
	nl_reply_free(&reply);
	return status;
}

/* A binding that changes while this reads is notified, and seen after this. */
static int read_all(struct bindings *b, int *err)
{
	int status = STATUS_OK;
	size_t i;

	table_reload(&b->table);
	for (i = 0; !status && i < b->owner.n; i++)
		status = read_selector(b, b->owner.selectors[i], err);
	b->stale = status;
	return status;
}

/* What changes */

static void print_expiry(struct printer *out, uint64_t ms)
{
	time_t when = (time_t)(ms / SECOND);
	char text[32];
	struct tm tm;

	if (ms == BINDING_FOREVER || (uint64_t)when != ms / SECOND ||
	    !localtime_r(&when, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		return;
	pr_text(out, " until ");
	pr_num(out, "expiry", STYLE_PLAIN, 0, ms / SECOND, text);
}

static const char *why_gone(const struct binding *binding)
{
	if (binding->left)
		return "no longer leased";
	/* An earlier program's. */
	if (!binding->expiry)
		return "not leased";
	return binding->expiry <= bindings_now() ? "expired" : "released";
}

static void print_after(struct printer *out, const struct binding *binding,
			const char *was)
{
	if (!binding->wanted) {
		pr_text(out, ": ");
		pr_str(out, "why", STYLE_PLAIN, 0, why_gone(binding));
		return;
	}
	print_expiry(out, binding->expiry);
	if (was) {
		pr_text(out, ", was ");
		pr_str(out, "was", STYLE_PLAIN, 0, was);
	}
}

static void print_change(struct printer *out, const struct binding *binding)
{
	char prefix[PREFIX_TEXT], lladdr[LLADDR_TEXT], was[LLADDR_TEXT];
	bool moved = binding->present == BINDING_DYNAMIC && !binding->is_any;

	if (binding->prefix.length == 32)
		address_text(binding->prefix.address, prefix);
	else
		prefix_text(binding->prefix, prefix);
	lladdr_text(binding->lladdr, LLADDR_LEN, lladdr);
	lladdr_text(binding->there, LLADDR_LEN, was);
	pr_open(out, NULL, '{');
	pr_str(out, "event", STYLE_PLAIN, 0,
	       !binding->wanted ? "unbound" : moved ? "rebound" : "bound");
	pr_text(out, " ");
	pr_str(out, "address", STYLE_PLAIN, 0, prefix);
	pr_text(out, " lladdr ");
	pr_str(out, "lladdr", STYLE_PLAIN, 0,
	       binding->wanted ? lladdr : binding->is_any ? "any" : was);
	pr_text(out, " dev ");
	word_print(out, "selector", STYLE_PLAIN, binding->selector);
	print_after(out, binding, moved ? was : NULL);
	pr_text(out, "\n");
	pr_close(out, '}');
}

static int print_changes(struct bindings *b, size_t n)
{
	size_t i, bound = 0;

	for (i = 0; i < n; i++) {
		bound += b->table.changes[i]->wanted;
		if (n <= PRINT_MAX || b->out->json)
			print_change(b->out, b->table.changes[i]);
	}
	if (n > PRINT_MAX)
		pr_text(b->out, "bound %zu, unbound %zu\n", bound, n - bound);
	service_notify("STATUS=%zu bindings of %s", b->table.wanted,
		       b->owner.selectors[0]);
	return pr_finish(b->out);
}

static int add_change(struct transaction *t, const struct binding *binding)
{
	struct change change = {
		.op = binding->wanted ? ARP_POLICY_OP_ENTRY_REPLACE :
					ARP_POLICY_OP_ENTRY_DEL,
		.entry = {
			.selector = binding->selector,
			.prefix = binding->prefix,
			.table = ARP_POLICY_TABLE_BINDING,
			.has_lladdr = binding->wanted,
			.dynamic = true,
		},
	};

	memcpy(change.entry.lladdr, binding->lladdr, LLADDR_LEN);
	return transaction_add(t, &change);
}

/* A refusal that is repeated is printed once. */
static void complain(struct bindings *b, const char *text)
{
	if (!strcmp(b->complaint, text))
		return;
	snprintf(b->complaint, sizeof(b->complaint), "%s", text);
	warning("%s", text);
}

enum outcome {
	DONE,		/* or will be tried when a timer is due */
	AGAIN,		/* with what the kernel has now */
	FEWER,		/* with no more changes than *limit */
	BROKEN,		/* was printed */
};

/* No entry or no family: what was to be deleted, or the module, is gone. */
static enum outcome after_refusal(struct bindings *b, const struct transaction *t,
				  size_t *limit)
{
	switch (t->err) {
	case EEXIST:
	case ENOENT:
		b->stale = true;
		return AGAIN;
	case EBUSY:
		retry_in(b, BUSY_DELAY);
		return DONE;
	case EPERM:
		failure("%s", t->text);
		return BROKEN;
	case ENOSPC:
		complain(b, t->text);
		retry_in(b, ROOM_DELAY);
		if (!t->failed || t->failed == SIZE_MAX)
			return DONE;
		*limit = t->failed;
		return FEWER;
	default:
		complain(b, t->text);
		retry_in(b, ROOM_DELAY);
		return DONE;
	}
}

static enum outcome send_changes(struct bindings *b, size_t *limit)
{
	struct transaction t = {
		.nl = b->nl, .kind = ARP_POLICY_TRANSACTION_CHANGE, .quiet = true,
	};
	size_t n = table_changes(&b->table), i;
	int status = STATUS_OK;

	if (n > *limit)
		n = *limit;
	if (!n)
		return DONE;
	for (i = 0; !status && i < n; i++)
		status = add_change(&t, b->table.changes[i]);
	status = transaction_end(&t, status);
	if (status)
		return t.err ? after_refusal(b, &t, limit) : BROKEN;
	if (n == b->table.n_changes)
		b->complaint[0] = '\0';
	status = print_changes(b, n);
	table_done(&b->table, n);
	return status ? BROKEN : DONE;
}

static enum outcome after_refused_read(struct bindings *b, int err)
{
	if (err == ENOENT)
		return AGAIN;
	if (err == EPERM) {
		(void)nl_not_permitted();
		return BROKEN;
	}
	complain(b, strerror(err));
	retry_in(b, ROOM_DELAY);
	return DONE;
}

static enum outcome try_converge(struct bindings *b, size_t *limit)
{
	int err = 0;

	if (b->stale && read_all(b, &err))
		return err ? after_refused_read(b, err) : BROKEN;
	return send_changes(b, limit);
}

int bindings_converge(struct bindings *b)
{
	enum outcome outcome = AGAIN;
	size_t limit = SIZE_MAX;
	int tries, status = STATUS_OK;

	for (tries = 0; b->loaded && outcome >= AGAIN && tries < NL_TRIES; tries++) {
		outcome = try_converge(b, &limit);
		if (outcome == BROKEN)
			return STATUS_FAILED;
		/* The module may have gone and come meanwhile. */
		if (outcome == AGAIN)
			status = see_events(b);
		if (status)
			return status;
	}
	if (b->loaded && outcome >= AGAIN)
		retry_in(b, BUSY_DELAY);
	set_expiry(b);
	return STATUS_OK;
}

/* Whether the timer was due. */
static bool is_due(int fd, bool *cancelled)
{
	uint64_t times;
	bool due = read(fd, &times, sizeof(times)) == sizeof(times);

	if (!due && errno == ECANCELED && cancelled)
		*cancelled = true;
	return due;
}

int bindings_work(struct bindings *b)
{
	int status;

	(void)is_due(b->expiry, &b->clock_set);
	if (is_due(b->retry, NULL) && b->foreign) {
		b->foreign = false;
		b->stale = true;
	}
	status = see_events(b);
	table_expire(&b->table, bindings_now());
	return status ? status : bindings_converge(b);
}

int bindings_read(struct bindings *b)
{
	int err = 0;

	/* A refusal is printed when bindings_converge() reads again. */
	if (b->loaded && b->stale && read_all(b, &err) && !err)
		return STATUS_FAILED;
	return STATUS_OK;
}

void bindings_keep(struct bindings *b, bool keep)
{
	/* Those that were kept are in the list of changes no longer. */
	b->stale |= b->table.keep && !keep;
	b->table.keep = keep;
}

/* Selectors: those that have bindings, and those that the caller uses. */
struct pruner {
	struct table in_use;
	bool (*used)(void *data, const char *selector);
	void *data;
	bool failed;
};

static void note_selector(void *data, const struct binding *binding)
{
	static const uint8_t none[LLADDR_LEN];
	struct pruner *p = data;

	/* Not in use: the table drops it later. */
	if (!binding->wanted && binding->present == BINDING_ABSENT)
		return;
	if (!table_want(&p->in_use, 0, binding->selector, none, BINDING_FOREVER))
		p->failed = true;
}

static bool is_used(void *data, const char *selector)
{
	const struct pruner *p = data;

	return table_find(&p->in_use, 0, selector) || p->used(p->data, selector);
}

int bindings_prune(struct bindings *b, bool (*used)(void *data, const char *selector),
		   void *data)
{
	struct pruner p = { .used = used, .data = data };
	int status;

	table_init(&p.in_use);
	table_each(&b->table, note_selector, &p);
	status = p.failed ? no_memory() : owner_prune(&b->owner, is_used, &p);
	table_free(&p.in_use);
	return status;
}

/* The set */

/*
 * Claims another selector. *refused: another program has it. Its dynamic bindings are deleted
 * unless they are wanted.
 */
static int claim(struct bindings *b, const char *selector, bool *refused)
{
	int status;

	*refused = false;
	if (owner_has(&b->owner, selector))
		return STATUS_OK;
	status = owner_add(&b->owner, selector, refused);
	if (!status && !*refused)
		b->stale = true;
	return status;
}

int bindings_want(struct bindings *b, const char *selector, uint32_t address,
		  const uint8_t lladdr[LLADDR_LEN], uint64_t expiry)
{
	bool refused;
	int status = claim(b, selector, &refused);

	if (status)
		return status;
	if (refused) {
		warning("nothing is bound on \"%s\": another arpctl keeps its bindings",
			selector);
		return STATUS_OK;
	}
	if (expiry <= bindings_now()) {
		bindings_drop(b, selector, address);
		return STATUS_OK;
	}
	return table_want(&b->table, address, selector, lladdr, expiry) ?
	       STATUS_OK : no_memory();
}

void bindings_drop(struct bindings *b, const char *selector, uint32_t address)
{
	struct binding *binding = table_find(&b->table, address, selector);

	if (binding)
		table_drop(&b->table, binding);
}

static int add_fd(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return fd < 0 ? -1 : epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_timers(struct bindings *b)
{
	b->fd = epoll_create1(EPOLL_CLOEXEC);
	b->expiry = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	b->retry = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (b->fd < 0 || add_fd(b->fd, b->expiry) || add_fd(b->fd, b->retry) ||
	    add_fd(b->fd, mnl_socket_get_fd(b->events)))
		return failure("cannot create a timer: %s", strerror(errno));
	return STATUS_OK;
}

int bindings_open(struct bindings *b, struct nl *nl, struct printer *out,
		  const char *selector)
{
	int status;

	*b = (struct bindings){
		.fd = -1, .expiry = -1, .retry = -1, .nl = nl, .out = out,
		.owner.fd = -1, .unbound = b->unbound, .data = b->data,
	};
	table_init(&b->table);
	status = netns_enter(&nl->netns);
	if (!status)
		status = owner_open(&b->owner, selector);
	if (!status)
		status = open_events(b);
	if (!status)
		status = open_timers(b);
	return status ? status : find_module(b);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void bindings_close(struct bindings *b)
{
	close_fd(b->fd);
	close_fd(b->expiry);
	close_fd(b->retry);
	if (b->events)
		mnl_socket_close(b->events);
	owner_close(&b->owner);
	table_free(&b->table);
}
