// SPDX-License-Identifier: GPL-2.0-only
/*
 * A whole policy in memory: read from a file, the kernel or the sysctls, to be printed,
 * restored or compared.
 *
 * Selectors are stored once: equal selectors have equal pointers.
 */
#ifndef ARPCTL_POLICY_H
#define ARPCTL_POLICY_H

#include <linux/arp_policy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/change.h"

struct args;
struct nl;
struct place;
struct printer;

struct policy_dev {
	const char *selector;
	struct field_values values;
	uint32_t line[ARP_POLICY_FIELD_MAX + 1];	/* by field, from 1 */
};

/* A hash table of numbers, which are indices + 1 into an array. */
struct policy_index {
	uint32_t *slots;
	size_t size;			/* 0, or a power of two */
};

struct policy_name {
	char *text;
	uint32_t hash;
	uint32_t dev;			/* index of its policy_dev, from 1 */
	bool listed;			/* it has entries */
	uint32_t rules, bindings;	/* how many it has, after policy_index() */
};

struct policy {
	struct policy_name *names;
	size_t n_names;
	size_t last_name;		/* the last result */
	struct policy_index by_name;

	struct policy_dev *devs;
	size_t n_devs;

	struct entry *entries;		/* rules and bindings */
	size_t n_entries;
	struct policy_index by_key;	/* of these; empty while each came after the others */

	uint32_t generation;		/* of one from the kernel */
};

void policy_free(struct policy *policy);

/*
 * The fields of a selector; and the rule or binding with the same key as this one.
 * *there: it existed; otherwise it is added, with nothing set, or as a copy of this one.
 * Return: NULL, with a message, without memory.
 */
struct policy_dev *policy_dev(struct policy *policy, const char *selector,
			      bool *there);
struct entry *policy_entry(struct policy *policy, const struct entry *entry,
			   bool *there);

/* Sorts into the order of the kernel's listings; nothing may be added later. */
void policy_sort(struct policy *policy);

/*
 * Sorts entries by prefix, for policy_match(), and selectors by name, and counts what
 * each has; nothing may be added later.
 */
void policy_index(struct policy *policy);

/* The selector with this name, or NULL. */
const struct policy_name *policy_name(const struct policy *policy,
				      const char *name);

/* The order of tables and prefixes, without that of selectors. */
int policy_prefix_cmp(const struct entry *x, const struct entry *y);

/* match.c: the entry that decides on a device about all of a prefix, or NULL. */
const struct entry *policy_match(const struct policy *policy,
				 enum arp_policy_table table, const char *dev,
				 struct prefix prefix);

/* The line of a selector's fields; if there are several, the first. */
uint32_t policy_dev_line(const struct policy_dev *dev);

/* The order of policy_sort(), as strcmp(). */
int policy_dev_cmp(const void *a, const void *b);
int policy_entry_cmp(const void *a, const void *b);

/*
 * altnames.c: refuses a selector from the command line that is only an
 * alternative name; notes that one matches no device now, which may be a slip; warns
 * of those in a policy that was read from a file.
 */
int policy_check_selector(struct nl *nl, const char *selector);
void policy_note_selector(const char *selector);
int policy_check_altnames(struct nl *nl, const struct policy *policy,
			  const char *file);

/*
 * file.c: reads the lines of a file, "-" being standard input: a whole policy; or
 * changes, of which each is taken with its place before the next is read.
 */
int policy_read(struct policy *policy, const char *file);
int changes_read(const char *file,
		 int (*take)(void *data, const struct change *change,
			     struct place *place),
		 void *data);

/* The parts of a policy to read. */
struct policy_query {
	bool devs;
	bool no_dynamic;		/* leave out dynamic bindings */
	struct entry_filter entries;
};

/* What save prints, and diff compares. */
extern const struct policy_query policy_saved;

/*
 * kernel.c: read a consistent snapshot from the kernel; replace the kernel's whole
 * policy, if a generation is given only one of this generation. The result of
 * policy_list() may mix old and new; then it prints a warning. Dynamic bindings may be
 * of any moment while it is read.
 */
int policy_get(struct nl *nl, struct policy *policy,
	       const struct policy_query *query);
int policy_list(struct nl *nl, struct policy *policy,
		const struct policy_query *query);
int policy_put(struct nl *nl, const struct policy *policy, const char *file,
	       const uint32_t *generation);

/* Makes the one change that the arguments of a command name. */
int policy_change(struct nl *nl, const struct args *args,
		  enum arp_policy_op op);

/*
 * The first and last line of a file that save wrote. The last has the count of the
 * lines between. If it is missing or the count is wrong, the file was truncated.
 */
#define POLICY_BEGIN	"# arpctl save 1"
#define POLICY_END	"# arpctl end"

/* print.c: print what policy_read() reads; policy_save() adds these lines. */
void policy_save(struct printer *out, const struct policy *policy);
void policy_print(struct printer *out, const struct policy *policy);
void policy_print_dev(struct printer *out, const char *selector,
		      const struct field_values *values);
void policy_print_entry(struct printer *out, const struct entry *entry);

/* Prints all entries without their commands. */
void policy_print_entries(struct printer *out, const struct policy *policy);

#endif /* ARPCTL_POLICY_H */
