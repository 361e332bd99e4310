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

struct args;
struct command;

struct ctx {
	const char *batch;	/* -b, or NULL */
	bool force;		/* -f */
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

#endif /* ARPCTL_H */
