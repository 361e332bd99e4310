// SPDX-License-Identifier: GPL-2.0-only
/*
 * check: what its finders look at, and how they tell what they find.
 *
 * A finder is a function and a row of the table in check.c. It changes nothing.
 */
#ifndef ARPCTL_CHECK_H
#define ARPCTL_CHECK_H

#include "altname.h"
#include "check_policy.h"
#include "firewall.h"
#include "host.h"

enum severity {
	SEVERITY_ERROR,		/* something does not work */
	SEVERITY_WARNING,	/* ARP is answered, or not, as few would want */
	SEVERITY_NOTE,		/* without effect, or worth to know */
};

struct finding {
	const char *id;
	enum severity severity;
	char *dev;		/* device or selector, NULL: the whole host */
	char *what;
	char *cure;
};

struct check {
	struct host host;
	struct altnames altnames;
	struct check_policy policy;
	struct firewall firewall;
	struct finding *list;
	size_t n;
	const char *id;		/* of the finder that runs */
	bool failed;		/* there was no memory for a finding */
	/* Beginnings of cures that act where the check does. */
	char *arpctl;		/* "arpctl", "arpctl -n blue" */
	char *within;		/* "", "ip netns exec blue " */
};

/* Adds a finding; the next call tells its cure, one line for a shell. */
__attribute__((format(printf, 4, 5)))
void check_add(struct check *c, enum severity severity, const char *dev,
	       const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void check_cure(struct check *c, const char *fmt, ...);

/*
 * A text as one word for the shell, quoted if necessary. The buffer has
 * QUOTED(strlen(text)) bytes. Bytes that a terminal does not show are written as
 * escapes in $'...', so that the printed text is what the shell reads.
 */
#define QUOTED(len)	(4 * (len) + 4)
void shell_quote(const char *text, char *buf);

/* A device name as such a word. */
#define SHELL_WORD	(QUOTED(ARP_POLICY_SELECTOR_MAX) + 3)
const char *shell_word(const char *name, char buf[SHELL_WORD]);

/* A selector for an arpctl command, after "--" if it looks like an option. */
const char *selector_word(const char *selector, char buf[SHELL_WORD]);

/* The selector that matches only this device, as such a word. */
const char *dev_word(const char *dev, char buf[SHELL_WORD]);

/* The cure that sets one or two of net.ipv4.conf.DEV.*; the second may be NULL. */
void check_cure_conf(struct check *c, const char *dev, const char *name,
		     int value, const char *other, int other_value);

/* Does a device answer for an address that lives on another one? */
enum answers {
	ANSWERS_NOT,
	ANSWERS_AUDITED,	/* it does, as policy is not carried out there */
	ANSWERS,
};

/* As far as ignore, hidden and the rules decide, or else the sysctls. */
enum answers check_answers(const struct check *c, const struct host_link *link,
			   const struct host_address *address);

/* The cure where policy is not carried out: let it be. */
void check_cure_audit(struct check *c, const struct host_link *link);

/* check_own.c: addresses of this host */
void find_duplicate(struct check *c);
void find_flux(struct check *c);
void find_vip(struct check *c);
void find_veth_local(struct check *c);

/* check_proxy.c: answers in others' place */
void find_proxy_forwarding(struct check *c);
void find_proxy_onlink(struct check *c);

/* check_set.c: policy that does not do what it seems to */
void find_unmatched(struct check *c);
void find_no_arp(struct check *c);
void find_binding(struct check *c);

/* check_kernel.c: what the kernel has besides policy */
void find_lo_sysctl(struct check *c);
void find_neighbours(struct check *c);
void find_bridge_nf(struct check *c);
void find_firewall(struct check *c);

#endif /* ARPCTL_CHECK_H */
