/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lease files that are watched: each file's last readable state, and when it changes.
 *
 * A FILE need not exist yet, may be written in place, or be replaced by rename. Of a DIR,
 * every file that holds leases is one, also those that appear later. A file that is just
 * being written does not parse, or is empty for a moment; it keeps its last readable
 * state, and is read again.
 */
#ifndef ARPCTL_LEASE_SOURCES_H
#define ARPCTL_LEASE_SOURCES_H

#include <sys/stat.h>

#include "host/lease_files.h"

/**
 * struct source - a file
 * @path: its name
 * @real: of a FILE, what it is a symbolic link to; NULL if it does not exist
 * @from: the DIR that it is in, or NULL
 * @order: the number of the argument that it is or is in
 * @files: its last readable state, empty if there is none
 * @st: of the file that was read, to see whether it has changed
 * @due: when to read it, in ms of CLOCK_MONOTONIC; 0: not
 * @first: when the first change was noticed that was not read yet; 0: none
 * @failing: since when it cannot be read; 0: it can
 * @complaint: what was printed of that
 * @unread: the number of entries that are not understood, as printed
 * @held: it has been read once
 */
struct source {
	char *path;
	char *real;
	const char *from;
	size_t order;
	struct lease_files files;
	struct stat st;
	uint64_t due;
	uint64_t first;
	uint64_t failing;
	int complaint;
	size_t unread;
	bool held;
};

/* A directory of which inotify notifies. */
struct watched {
	int wd;
	char *path;
};

/**
 * struct sources - all files
 * @fd: inotify; readable when sources_work() has to look
 * @list: the files, in the order of the arguments, those of a DIR by name
 * @n: how many
 * @names: the arguments
 * @n_names: how many
 * @format: that the files must have, or LEASE_ANY
 * @watched: the directories
 * @n_watched: how many
 * @rearm: directories have come or gone
 * @unsorted: a file was added
 * @complained: a directory cannot be watched, which was printed
 * @look: when to look at all files without a notification, in ms of CLOCK_MONOTONIC
 */
struct sources {
	int fd;
	struct source **list;
	size_t n;

	/* The rest is private. */
	char **names;
	size_t n_names;
	enum lease_format format;
	struct watched *watched;
	size_t n_watched;
	bool rearm;
	bool unsorted;
	bool complained;
	uint64_t look;
};

/* Prints errors. The caller closes it also after a failure. */
int sources_open(struct sources *sources, enum lease_format format);
void sources_close(struct sources *sources);

/* Adds a FILE or DIR, which is read by sources_work(). */
int sources_add(struct sources *sources, const char *name);

/* All files are due. */
void sources_reread(struct sources *sources);

/* In how many ms something is due, -1: never; for poll(). */
int sources_timeout(const struct sources *sources);

/* Takes notifications and reads what is due. *changed: a file's state has changed. */
int sources_work(struct sources *sources, bool *changed);

#endif /* ARPCTL_LEASE_SOURCES_H */
