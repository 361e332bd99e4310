/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who owns the dynamic bindings of a selector: one program at a time.
 *
 * A program that keeps dynamic bindings (bind watch, bind snoop) holds a lock on a file
 * in /run/arp-policy while it runs, one for each selector and network namespace. The file
 * has the other selectors that it binds at, which are the ports of a bridge. It stays
 * when the program ends: the next one finds in it what is its own.
 */
#ifndef ARPCTL_LEASE_OWNER_H
#define ARPCTL_LEASE_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define OWNER_DIR "/run/arp-policy"

/**
 * struct owner - the claim to the dynamic bindings of some selectors
 * @fd: the file, locked while the program runs; -1 in one that was only read
 * @running: a program holds it
 * @pid: which; of an earlier one if it is not running
 * @restart: the command for a shell that starts it again, NULL: not known
 * @selectors: all selectors; the first is the one that the file is about, the others are
 *	sorted
 * @n: how many
 */
struct owner {
	int fd;
	bool running;
	pid_t pid;
	char *restart;
	char **selectors;
	size_t n;
};

/*
 * Claims the selector in the network namespace that was entered; refuses if another
 * program has claimed it. Prints errors. The caller closes it also after a failure.
 */
int owner_open(struct owner *owner, const char *selector);
void owner_close(struct owner *owner);

/* Drops the other selectors for which keep() returns false. */
int owner_prune(struct owner *owner, bool (*keep)(void *data, const char *selector),
		void *data);

bool owner_has(const struct owner *owner, const char *selector);

/*
 * Adds a selector, which must not be another program's. *refused: another one has claimed
 * it.
 */
int owner_add(struct owner *owner, const char *selector, bool *refused);

/*
 * Whether a running program has claimed exactly this selector here, and which; 0: one may
 * have, but only its user or root can tell.
 */
bool owner_runs(const char *selector, pid_t *pid);

/*
 * Calls each with every claim in this network namespace, also those of programs that have
 * ended.
 */
int owner_each(int (*each)(void *data, const struct owner *owner), void *data);

#endif /* ARPCTL_LEASE_OWNER_H */
