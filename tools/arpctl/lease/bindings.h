/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the kernel's dynamic bindings of a selector equal to a set that changes.
 *
 * For programs that run for long. Such a program claims a selector, says which address is
 * to be bound to which MAC until when, and converges. The engine reads what the kernel
 * has and sends the differences as one transaction. It watches for changes that others
 * make, for the module being unloaded and loaded, for expiries and for the clock being
 * set; all of these make its descriptor readable, and bindings_work() does what is due:
 *
 *	status = bindings_open(&b, &ctx->nl, &ctx->out, "br0");
 *	// bindings_want(), bindings_drop(): what is to be bound at the start
 *	status = bindings_converge(&b);
 *	for (;;) {
 *		poll(b.fd and the program's own descriptors);
 *		// bindings_want(), bindings_drop(): what has changed
 *		status = bindings_work(&b);	// converges, too
 *	}
 *	bindings_close(&b);			// the bindings stay
 *
 * Every dynamic binding of a claimed selector belongs to the claimer: one that is not
 * wanted is deleted. A static binding in the place of a wanted one stays. Without the
 * module, everything is kept in mind until it is loaded.
 */
#ifndef ARPCTL_LEASE_BINDINGS_H
#define ARPCTL_LEASE_BINDINGS_H

#include "base/print.h"
#include "lease/owner.h"
#include "lease/table.h"
#include "wire/nl_refusal.h"

struct mnl_socket;
struct nl;

/**
 * struct bindings - the dynamic bindings of a selector, and of others that go with it
 * @fd: readable when there is something to do for bindings_work()
 * @table: what is wanted and what there is
 * @clock_set: the clock was set since the caller cleared this: what has expired before
 *	may be valid again
 * @unbound: NULL, or called for each sender without a binding that the module reports, also
 *	in audit; may be set before bindings_open()
 * @data: its first argument
 * @nl: for requests
 * @out: where changes are printed
 * @owner: the claim to the selectors
 * @expiry: a timer for the next expiry
 * @retry: a timer for what could not be done
 * @events: what others change, and whether the module is there
 * @loaded: it is; others may read this
 * @stale: the table may not know what the kernel has
 * @foreign: others have made transactions, which make it stale when @retry is due
 * @complaint: the last refusal that was printed; "" after a success
 */
struct bindings {
	int fd;
	struct table table;
	bool clock_set;
	void (*unbound)(void *data, uint32_t ifindex, uint32_t address,
			const uint8_t lladdr[LLADDR_LEN]);
	void *data;

	/* The rest is private. */
	struct nl *nl;
	struct printer *out;
	struct owner owner;
	int expiry;
	int retry;
	struct mnl_socket *events;
	bool loaded;
	bool stale;
	bool foreign;
	char complaint[REFUSAL_TEXT];
};

/* The time in ms of CLOCK_REALTIME, as in struct binding. */
uint64_t bindings_now(void);

/**
 * bindings_open() - claim a selector in the network namespace of a connection
 * @b: the bindings
 * @nl: a connection that nothing else uses until bindings_close()
 * @out: where to print changes
 * @selector: the selector; must stay valid
 *
 * All of @b must be zero but for what bindings.h allows to be set.
 *
 * The module need not be loaded, and is loaded if the kernel can. What earlier programs
 * have bound stays until bindings_converge().
 *
 * Return: a status; a failure if another program has claimed the selector. The caller
 *	closes it also after a failure.
 */
int bindings_open(struct bindings *b, struct nl *nl, struct printer *out,
		  const char *selector);
void bindings_close(struct bindings *b);

/**
 * bindings_want() - want an address to be bound, or to be bound otherwise
 * @b: the bindings
 * @selector: the claimed selector or another one, such as a port of that bridge, which
 *	is claimed with it
 * @address: the address
 * @lladdr: the only MAC that may use it
 * @expiry: until when, in ms of CLOCK_REALTIME; BINDING_FOREVER
 *
 * Takes effect with bindings_converge().
 *
 * Return: a status. It is no failure if another program has claimed the other selector:
 *	then a warning is printed, and nothing is bound there.
 */
int bindings_want(struct bindings *b, const char *selector, uint32_t address,
		  const uint8_t lladdr[LLADDR_LEN], uint64_t expiry);

/* No longer wants an address to be bound, at once. It need not have been wanted. */
void bindings_drop(struct bindings *b, const char *selector, uint32_t address);

/*
 * Reads what the kernel has, before the first bindings_converge(), for callers that
 * derive from it what they want; see table_each().
 */
int bindings_read(struct bindings *b);

/*
 * Whether earlier programs' bindings stay although they are not wanted: as long as it is
 * not known what is wanted.
 */
void bindings_keep(struct bindings *b, bool keep);

/*
 * Gives up the other selectors that have no binding and for which used() returns false.
 */
int bindings_prune(struct bindings *b, bool (*used)(void *data, const char *selector),
		   void *data);

/*
 * Makes the kernel's bindings those that are wanted now. Return: STATUS_OK if it will
 * have to try again later; a failure only if that is pointless.
 */
int bindings_converge(struct bindings *b);

/* Does what is due, without waiting, and converges. */
int bindings_work(struct bindings *b);

#endif /* ARPCTL_LEASE_BINDINGS_H */
