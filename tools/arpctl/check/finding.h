// SPDX-License-Identifier: GPL-2.0-only
/* check: what finders look at, and how they report what they find. */
#ifndef ARPCTL_CHECK_FINDING_H
#define ARPCTL_CHECK_FINDING_H

#include "host/altname.h"
#include "host/firewall.h"
#include "host/host.h"
#include "policy/policy.h"
#include "wire/effective.h"
#include "wire/nl_msg.h"

struct nl;

enum severity {
	SEVERITY_ERROR,		/* something does not work */
	SEVERITY_WARNING,	/* ARP probably behaves in an unwanted way */
	SEVERITY_NOTE,		/* without effect, or worth knowing */
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
	const struct host_link **by_name;	/* its links */
	struct altnames altnames;
	struct policy policy;
	struct nl *nl;			/* NULL: the module is not loaded */
	const struct entry **bound;	/* bindings by address */
	size_t n_bound;
	const char **binders;		/* all and globs, if they have bindings */
	size_t n_binders;
	struct effective *devices;	/* by ifindex */
	size_t n_devices;
	struct nl_reply reply;		/* what devices point into */
	struct firewall firewall;
	struct finding *list;
	size_t n;
	const char *id;		/* of the finder that runs */
	bool failed;		/* there was no memory for a finding */
	/* The prefixes of cures. */
	char *arpctl;		/* "arpctl", "arpctl -n blue" */
	char *within;		/* "", "ip netns exec blue " */
};

/* The effective policy of a device, NULL if there is none. */
const struct effective *check_device(const struct check *c, uint32_t ifindex);
int check_device_cmp(const void *a, const void *b);

/* The order of the bindings. */
int check_bound_cmp(const void *a, const void *b);

/* The effective value of a field on a device, or another one if it is not set. */
uint32_t check_field_or(const struct check *c, const struct host_link *link,
			enum arp_policy_field field, uint32_t other);

/* Whether the mode of the device is audit: what policy decides is only reported. */
bool check_is_audited(const struct check *c, const struct host_link *link);

/* Whether the module judges what a bridge receives on the device: trust is off. */
bool check_is_untrusted(const struct check *c, const struct host_link *link);

/* The device with this name, NULL if there is none; links are sorted once. */
const struct host_link *check_link(const struct check *c, const char *name);
bool check_sort_links(struct check *c);

/* Adds a finding; the next call adds its cure, one line for a shell. */
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

/* The same for one, as a text. */
#define CONF_TEXT	1024
void check_conf_text(const struct check *c, const char *dev, const char *name,
		     int value, char buf[CONF_TEXT]);

/* Whether a sysctl of all decides for a device, and not the device's own. */
bool check_all_decides(const struct check *c, const struct host_link *link,
		       unsigned int conf);

/* The cure that sets a field where its value comes from: on all, or on the device. */
void check_cure_field(struct check *c, const struct host_link *link,
		      enum arp_policy_field field, const char *value);

/* The finders: each is a row of the table in check.c, and changes nothing. */

/* own.c: addresses of this host */
void find_duplicate(struct check *c);
void find_flux(struct check *c);
void find_vip(struct check *c);
void find_veth_local(struct check *c);

/* silence.c: addresses that are not answered for where they should be */
void find_silence(struct check *c);
void find_strict(struct check *c);
void find_rate(struct check *c);
void find_port_address(struct check *c);

/* proxy.c: proxy ARP */
void find_proxy_forwarding(struct check *c);
void find_proxy_onlink(struct check *c);
void find_proxy_rogue(struct check *c);
void find_proxy_missing(struct check *c);

/* set.c: policy without the effect that it seems to have */
void find_unmatched(struct check *c);
void find_no_arp(struct check *c);
void find_binding(struct check *c);

/* ports.c: ports of bridges */
void find_trusted_port(struct check *c);
void find_unlocked(struct check *c);
void find_neigh_suppress(struct check *c);
void find_uplink(struct check *c);
void find_unseen(struct check *c);
void find_blind(struct check *c);

/* counted.c: counters, and ARP that is not seen */
void find_counted(struct check *c);
void find_events_lost(struct check *c);
void find_raw_arp(struct check *c);

/* watcher.c: bindings that nobody keeps */
void find_watcher(struct check *c);

/* kernel.c: settings other than policy */
void find_lo_sysctl(struct check *c);
void find_neighbours(struct check *c);
void find_bridge_nf(struct check *c);
void find_firewall(struct check *c);

#endif /* ARPCTL_CHECK_FINDING_H */
