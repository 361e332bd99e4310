// SPDX-License-Identifier: GPL-2.0-only
/* The fields that a selector can set: the one table for parsing, printing,
 * help and completion.
 */
#ifndef ARPCTL_FIELDS_H
#define ARPCTL_FIELDS_H

#include <linux/arp_policy.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct args;
struct printer;

/* The arguments of dev set and dev unset. */
#define FIELDS_ARGS "SELECTOR FIELD VALUE [FIELD VALUE ...]"
#define UNSET_ARGS "SELECTOR [FIELD ...]"

/* ignore never, as the sysctl arp_ignore; in messages ARP_POLICY_IGNORE_NEVER. */
#define IGNORE_NEVER 8

enum field_kind {
	FIELD_LEVEL,	/* one of its words, or that word's number */
	FIELD_SWITCH,	/* on, off */
	FIELD_WORD,	/* one of its words */
	FIELD_FLAGS,	/* its words, separated by commas, or the one for 0 */
	/* From here on numbers. */
	FIELD_MS,	/* one of its words, or else milliseconds */
	FIELD_PACKETS,	/* one of its words, or else packets */
	FIELD_RATE,	/* one of its words, or else packets a second */
};

struct field_word {
	const char *name;	/* NULL ends a list */
	uint32_t value;
};

struct field {
	const char *name;	/* NULL ends the table */
	const char *what;
	const struct field_word *words;
	enum field_kind kind;
	enum arp_policy_field attr;
};

extern const struct field fields[];

/* The fields that are set, or are to be set; by enum arp_policy_field. */
struct field_values {
	uint32_t set;			/* 1 << field */
	uint32_t value[ARP_POLICY_FIELD_MAX + 1];
};

bool field_is_set(const struct field_values *values, const struct field *field);
void field_set(struct field_values *values, const struct field *field,
	       uint32_t value);

const struct field *field_find(const char *name);
const struct field *field_by_attr(unsigned int attr);

/* Refuses words of dev set that are slips, before the grammar misreads them. */
int fields_check(const char *command, int argc, char **argv);

/*
 * From the arguments of dev set, and of dev unset, of which the first is the selector;
 * *unset is 0 if no field is named, else they are in it as 1 << field.
 */
int fields_parse(const struct args *args, struct field_values *values);
int fields_parse_unset(const struct args *args, uint32_t *unset);

/* Values into a message, as a nest of this type; and from a nest or NULL. */
void field_put_all(struct nlmsghdr *nlh, uint16_t attr,
		   const struct field_values *values);
void field_read_all(struct field_values *values, const struct nlattr *nest);

/* The fields to unset, each in an attribute of this type. */
void field_put_unset(struct nlmsghdr *nlh, uint16_t attr, uint32_t unset);

void field_print(struct printer *out, const struct field *field,
		 const char *key, int width, uint32_t value);

/*
 * Prints what is set: "NAME VALUE" each, in text with the lead before it. On a terminal,
 * lines are continued if indent is not 0: how wide the text before the fields is.
 */
void field_print_all(struct printer *out, const struct field_values *values,
		     const char *lead, int indent);

/* What is accepted, as "any (0), device (1)". */
void field_accepts(const struct field *field, char *buf, size_t size);

/* Calls each with every value that can be named in words. */
void field_each_word(const struct field *field,
		     void (*each)(void *data, const char *word), void *data);

#endif /* ARPCTL_FIELDS_H */
