// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the files of arpctl share: the context and the rows of the command table.
 *
 * A new object is one file that defines a struct object and one row of the
 * table in commands.c; dispatch, help, argument checks and completion follow
 * from it. Commands never call each other and never exit.
 */
#ifndef ARPCTL_H
#define ARPCTL_H

#include "nl.h"
#include "print.h"

/* Every function that returns int returns one of these, unless it says so. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,	/* refused by the kernel, or could not be done */
	STATUS_USAGE = 2,	/* what was typed makes no sense */
};

struct args;
struct command;

struct ctx {
	const char *netns;	/* -n, or NULL: stay here, or there already */
	const char *batch;	/* -b, or NULL */
	bool force;		/* -f */
	bool stdin_taken;	/* the commands come from there */
	char checked[16];	/* a selector that is not an alternative name */
	bool literal;		/* after "--": no more options, and no help */
	const struct command *command;
	const struct args *args;	/* its words */
	struct printer out;
	struct nl nl;
};

struct command {
	const char *name;	/* "" for what the object does by itself */
	const char *args;	/* usage, and the grammar that args.c reads */
	const char *what;	/* one line of help */
	int (*run)(struct ctx *ctx, int argc, char **argv);
};

struct object {
	const char *name;
	const char *what;
	const struct command *commands;		/* ends with a row without run */
};

extern const struct object announce_object;
extern const struct object bind_object;
extern const struct object check_object;
extern const struct object dev_object;
extern const struct object diff_object;
extern const struct object explain_object;
extern const struct object flush_object;
extern const struct object import_object;
extern const struct object monitor_object;
extern const struct object restore_object;
extern const struct object rule_object;
extern const struct object save_object;
extern const struct object stats_object;

/* netns.c: enters the one that -n names, unless that is done. */
int netns_enter(struct ctx *ctx);
void netns_list(void (*each)(void *data, const char *name), void *data);

#endif /* ARPCTL_H */
