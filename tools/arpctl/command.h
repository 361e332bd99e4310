// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command's context, and the rows of the table of commands.
 *
 * A new object is one file that defines a struct object, and one row of the table in
 * commands.c; dispatch, help, argument checks and completion follow from it. Commands
 * never call each other and never exit.
 */
#ifndef ARPCTL_COMMAND_H
#define ARPCTL_COMMAND_H

#include "base/args.h"
#include "base/print.h"
#include "wire/nl.h"

struct ctx {
	const char *netns;	/* -n, or NULL; nl.netns is NULL once it was entered */
	const char *batch;	/* -b, or NULL */
	bool force;		/* -f */
	bool help;		/* -h */
	bool literal;		/* of completion: after "--", no more options */
	const struct args *args;	/* the command's words */
	struct printer out;
	struct nl nl;
};

struct command {
	const char *name;	/* "" if the object itself is the command */
	const char *args;	/* usage, and the grammar that args.c reads */
	const char *what;	/* one line of help */
	int (*run)(struct ctx *ctx);
};

struct object {
	const char *name;
	const char *what;
	const struct command *commands;		/* ends with a row without run */
};

extern const struct object announce_object;
extern const struct object apply_object;
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

#endif /* ARPCTL_COMMAND_H */
