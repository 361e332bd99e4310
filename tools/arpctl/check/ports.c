// SPDX-License-Identifier: GPL-2.0-only
/* check: bridge ports that policy does not cover, or not as intended. */

#include <errno.h>
#include <linux/arp_policy.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/selector.h"
#include "check/finding.h"
#include "host/fdb.h"
#include "host/l2filter.h"

/* The ports of one bridge. */
struct bridge {
	const struct host_link *bridge;
	const struct host_link **ports;
	size_t n;
};

static int by_master(const void *a, const void *b)
{
	const struct host_link *x = *(const struct host_link *const *)a;
	const struct host_link *y = *(const struct host_link *const *)b;

	if (x->master != y->master)
		return x->master < y->master ? -1 : 1;
	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/* Calls each for every bridge that has ports. */
static void each_bridge(struct check *c,
			void (*each)(struct check *c, const struct bridge *b))
{
	const struct host_link **ports;
	struct bridge b;
	size_t i, n = 0;

	ports = calloc(c->host.n_links + 1, sizeof(*ports));
	c->failed |= !ports;
	for (i = 0; i < c->host.n_links && ports; i++)
		if (c->host.links[i].bridged && c->host.links[i].master)
			ports[n++] = &c->host.links[i];
	LIST_SORT(ports, n, by_master);
	for (i = 0; i < n && !c->failed; i += b.n) {
		b.ports = ports + i;
		b.bridge = host_link(&c->host, ports[i]->master);
		for (b.n = 1; i + b.n < n; b.n++)
			if (ports[i + b.n]->master != ports[i]->master)
				break;
		if (b.bridge)
			each(c, &b);
	}
	free(ports);
}

/* Is it the port of a container or virtual machine? Not a veth to another bridge here. */
static bool is_edge(const struct check *c, const struct host_link *link)
{
	const struct host_link *peer;

	if (!strcmp(link->kind, "tun"))
		return true;
	peer = link->peer ? host_link(&c->host, link->peer) : NULL;
	return !strcmp(link->kind, "veth") && !(peer && peer->bridged);
}

/* Trust that is set for the port by its own name is intended. */
static bool is_decided(const struct check *c, const struct host_link *link)
{
	const struct effective *d = check_device(c, link->ifindex);
	char selector[DEV_SELECTOR];
	uint32_t trust;

	return effective_field(d, ARP_POLICY_FIELD_TRUST, &trust) && trust &&
	       !strcmp(d->origin[ARP_POLICY_FIELD_TRUST],
		       dev_selector(link->name, selector));
}

/* A text that grows: the cure for several devices. */
struct text {
	FILE *file;
	char *data;
	size_t len;
};

static bool text_open(struct check *c, struct text *t)
{
	t->file = open_memstream(&t->data, &t->len);
	c->failed |= !t->file;
	return t->file;
}

/* The next command, which follows the one before if that has succeeded. */
__attribute__((format(printf, 2, 3)))
static void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	if (ftell(t->file) > 0)
		fputs(" && ", t->file);
	va_start(ap, fmt);
	vfprintf(t->file, fmt, ap);
	va_end(ap);
}

static void cure_text(struct check *c, struct text *t)
{
	if (fclose(t->file))
		c->failed = true;
	else
		check_cure(c, "%s", t->data);
	free(t->data);
}

static void drop_text(struct text *t)
{
	fclose(t->file);
	free(t->data);
}

/* "tap0", "tap0 and 3 more" */
static void first_of(const char *name, size_t n, char *buf, size_t size)
{
	if (n > 1)
		snprintf(buf, size, "%s and %zu more", name, n - 1);
	else
		snprintf(buf, size, "%s", name);
}

static void find_trusted_of(struct check *c, const struct bridge *b)
{
	const struct host_link *off = NULL, *first = NULL;
	char ports[64], dev[SHELL_WORD];
	struct text cure;
	size_t i, n = 0;

	for (i = 0; i < b->n; i++)
		if (check_is_untrusted(c, b->ports[i])) {
			off = b->ports[i];
			break;
		}
	if (!off || !text_open(c, &cure))
		return;
	for (i = 0; i < b->n; i++) {
		if (!is_edge(c, b->ports[i]) || check_is_untrusted(c, b->ports[i]) ||
		    is_decided(c, b->ports[i]))
			continue;
		if (!n++)
			first = b->ports[i];
		text_add(&cure, "%s dev set %s trust off", c->arpctl,
			 dev_word(b->ports[i]->name, dev));
	}
	if (!n) {
		drop_text(&cure);
		return;
	}
	first_of(first->name, n, ports, sizeof(ports));
	check_add(c, SEVERITY_WARNING, b->bridge->name,
		  "%s can send any ARP to the other ports: its trust is not off, as that of %s is",
		  ports, off->name);
	cure_text(c, &cure);
}

void find_trusted_port(struct check *c)
{
	each_bridge(c, find_trusted_of);
}

/* The hardware addresses that may be behind each port: bound, or else learned. */
struct owners {
	struct fdb bound, learned;
};

/* The bindings that name one port. */
static bool read_bound(const struct check *c, struct fdb *bound)
{
	const struct host_link *link;
	struct fdb_entry *entry;
	size_t i;

	for (i = 0; i < c->n_bound; i++) {
		link = check_link(c, c->bound[i]->selector);
		if (!link || c->bound[i]->any || !link->bridged)
			continue;
		entry = LIST_ADD(bound->list, bound->n);
		if (!entry)
			return false;
		entry->ifindex = link->ifindex;
		memcpy(entry->lladdr, c->bound[i]->lladdr, LLADDR_LEN);
	}
	LIST_SORT(bound->list, bound->n, fdb_by_port);
	return true;
}

/* Static entries for what is behind the port. Return: how many. */
static size_t add_owners(const struct check *c, struct text *cure,
			 const struct fdb *fdb, const struct host_link *port)
{
	char lladdr[LLADDR_TEXT], dev[SHELL_WORD], vlan[16];
	const struct fdb_entry key = { .ifindex = port->ifindex };
	const struct fdb_entry *e, *last = NULL;
	size_t i, n = 0;

	shell_word(port->name, dev);
	for (i = LIST_FROM(fdb->list, fdb->n, &key, fdb_by_port); i < fdb->n; i++) {
		e = &fdb->list[i];
		if (e->ifindex != port->ifindex)
			break;
		if (last && last->vlan == e->vlan &&
		    !memcmp(last->lladdr, e->lladdr, LLADDR_LEN))
			continue;
		last = e;
		lladdr_text(e->lladdr, LLADDR_LEN, lladdr);
		snprintf(vlan, sizeof(vlan), " vlan %u", e->vlan);
		text_add(cure, "%sbridge fdb replace %s dev %s master static%s",
			 c->within, lladdr, dev, e->vlan ? vlan : "");
		n++;
	}
	return n;
}

static bool is_unlocked(const struct check *c, const struct host_link *port)
{
	return port->can_lock && !port->locked && check_is_untrusted(c, port) &&
	       is_edge(c, port) &&
	       !check_is_audited(c, port) &&
	       check_field_or(c, port, ARP_POLICY_FIELD_INSPECT,
			      ARP_POLICY_INSPECT_OFF) >= ARP_POLICY_INSPECT_ENFORCE;
}

static void report_unlocked(struct check *c, const struct host_link *port,
			    const struct owners *owners)
{
	char dev[SHELL_WORD];
	struct text cure;

	if (!text_open(c, &cure))
		return;
	/* Nothing was received there yet, so there is no MAC to make static. */
	if (!add_owners(c, &cure, &owners->bound, port) &&
	    !add_owners(c, &cure, &owners->learned, port)) {
		drop_text(&cure);
		return;
	}
	text_add(&cure, "%sbridge link set dev %s locked on", c->within,
		 shell_word(port->name, dev));
	check_add(c, SEVERITY_NOTE, port->name,
		  "its ARP is inspected, but an IP packet with a stolen source MAC still moves that MAC to this port: it is not locked");
	cure_text(c, &cure);
}

void find_unlocked(struct check *c)
{
	struct owners owners = { 0 };
	const struct host_link *port;
	bool read = false;
	size_t i;

	for (i = 0; i < c->host.n_links && !c->failed; i++) {
		port = &c->host.links[i];
		if (!port->bridged || !is_unlocked(c, port))
			continue;
		if (!read && (!read_bound(c, &owners.bound) ||
			      fdb_read(&owners.learned) == ENOMEM))
			c->failed = true;
		read = true;
		report_unlocked(c, port, &owners);
	}
	fdb_free(&owners.bound);
	fdb_free(&owners.learned);
}

static void find_suppressed_of(struct check *c, const struct bridge *b)
{
	const struct host_link *by = NULL, *port;
	char dev[SHELL_WORD];
	size_t i;

	for (i = 0; i < b->n; i++)
		if (check_field_or(c, b->ports[i], ARP_POLICY_FIELD_SUPPRESS, 0)) {
			by = b->ports[i];
			break;
		}
	for (i = 0; i < b->n && by; i++) {
		port = b->ports[i];
		if (!port->neigh_suppress)
			continue;
		check_add(c, SEVERITY_NOTE, port->name,
			  "neigh_suppress is set beside suppress of %s: the bridge answers as well, from neighbours that received ARP can change",
			  by->name);
		check_cure(c, "%sbridge link set dev %s neigh_suppress off",
			   c->within, shell_word(port->name, dev));
	}
}

void find_neigh_suppress(struct check *c)
{
	each_bridge(c, find_suppressed_of);
}

/* On a bridge with guests, a network card or tunnel leads to other hosts. */
static bool is_uplink(const struct host_link *link)
{
	static const char *const kinds[] = {
		"", "bond", "team", "vlan", "vxlan", "geneve", "gretap",
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(link->kind, kinds[i]))
			return true;
	return false;
}

static void find_uplinks_of(struct check *c, const struct bridge *b)
{
	const struct host_link *port;
	bool guests = false;
	size_t i;

	for (i = 0; i < b->n; i++)
		guests |= is_edge(c, b->ports[i]);
	for (i = 0; i < b->n && guests; i++) {
		port = b->ports[i];
		if (!is_uplink(port) ||
		    !check_field_or(c, port, ARP_POLICY_FIELD_SUPPRESS, 0))
			continue;
		check_add(c, SEVERITY_WARNING, port->name,
			  "suppress on an uplink: an answer with the owner's source MAC makes the switches beyond it move that MAC to this host");
		check_cure_field(c, port, ARP_POLICY_FIELD_SUPPRESS, "off");
	}
}

void find_uplink(struct check *c)
{
	each_bridge(c, find_uplinks_of);
}

/* Whether macvlans or macvtaps are stacked on the device. */
static bool has_macvlan(const struct host *host, const struct host_link *link)
{
	size_t i;

	for (i = 0; i < host->n_links; i++)
		if (host->links[i].lower == link->ifindex &&
		    (!strcmp(host->links[i].kind, "macvlan") ||
		     !strcmp(host->links[i].kind, "macvtap")))
			return true;
	return false;
}

/* The fields for ports that are set on the device's own name. */
static const char *port_fields(const struct check *c,
			       const struct host_link *link)
{
	char selector[DEV_SELECTOR];
	const struct policy_name *own;
	uint32_t set;

	own = policy_name(&c->policy, dev_selector(link->name, selector));
	set = own && own->dev ? c->policy.devs[own->dev - 1].values.set : 0;
	if (!(set & 1U << ARP_POLICY_FIELD_TRUST))
		return set & 1U << ARP_POLICY_FIELD_SUPPRESS ? "suppress" : NULL;
	return set & 1U << ARP_POLICY_FIELD_SUPPRESS ? "trust suppress" : "trust";
}

void find_unseen(struct check *c)
{
	const struct host_link *link;
	char dev[SHELL_WORD];
	const char *names;
	size_t i;

	for (i = 0; i < c->host.n_links; i++) {
		link = &c->host.links[i];
		names = port_fields(c, link);
		/* find_no_arp() reports ports of others than bridges. */
		if (!names || (link->port && !link->bridged) ||
		    (link->bridged &&
		     !(link->offloaded && check_is_untrusted(c, link))))
			continue;
		if (link->bridged)
			check_add(c, SEVERITY_WARNING, link->name,
				  "the switch may forward what it receives in hardware, where %s has no effect", names);
		else if (has_macvlan(&c->host, link))
			check_add(c, SEVERITY_NOTE, link->name,
				  "%s: no effect: what its macvlans send each other is not seen", names);
		else
			check_add(c, SEVERITY_NOTE, link->name,
				  "%s: no effect, because it is no port of a bridge", names);
		check_cure(c, "%s dev unset %s %s", c->arpctl,
			   dev_word(link->name, dev), names);
	}
}

/*
 * Whether the rules of other filters matter, because a guest of a bridge is not policed.
 */
static bool is_unpoliced(const struct check *c, const struct host_link *link)
{
	return link->bridged && is_edge(c, link) && !check_is_untrusted(c, link);
}

static bool any_unpoliced(const struct check *c)
{
	size_t i;

	for (i = 0; i < c->host.n_links; i++)
		if (is_unpoliced(c, &c->host.links[i]))
			return true;
	return false;
}

#define BLIND "%s drops ARP, but not behind a VLAN tag of ID 0, which hosts strip before they learn from it"

/* Hosts strip a tag of ID 0 without any configuration. */
static void report_blind_nft(struct check *c, const struct l2rule *r)
{
	char what[2 * L2_NAME + 64], chain[2 * L2_NAME + 16];
	char script[3 * sizeof(chain)], word[QUOTED(sizeof(script))];

	snprintf(what, sizeof(what), "nftables rule %s %s %s handle %llu",
		 r->family, r->table, r->chain, (unsigned long long)r->handle);
	check_add(c, SEVERITY_WARNING, NULL, BLIND, what);
	snprintf(chain, sizeof(chain), "insert rule %s %s %s", r->family,
		 r->table, r->chain);
	snprintf(script, sizeof(script),
		 "%s ether type 8021q vlan id 0 drop; %s ether type 8021ad vlan id 0 drop",
		 chain, chain);
	shell_quote(script, word);
	check_cure(c, "%snft %s", c->within, word);
}

/* ebtables sees every tag as one of 802.1Q. */
static void report_blind_ebtables(struct check *c, const struct l2rule *r)
{
	char what[2 * L2_NAME + 64], table[QUOTED(L2_NAME)], chain[QUOTED(L2_NAME)];

	snprintf(what, sizeof(what), "ebtables rule %llu of chain %s in table %s",
		 (unsigned long long)r->handle, r->chain, r->table);
	check_add(c, SEVERITY_WARNING, NULL, BLIND, what);
	shell_quote(r->table, table);
	shell_quote(r->chain, chain);
	check_cure(c, "%sebtables-legacy -t %s -I %s -p 802_1Q --vlan-id 0 -j DROP",
		   c->within, table, chain);
}

static void report_blind_tc(struct check *c, const struct l2rule *r)
{
	const struct host_link *link = host_link(&c->host, r->ifindex);
	char what[64], dev[SHELL_WORD];

	if (!link || !is_unpoliced(c, link))
		return;
	snprintf(what, sizeof(what), "tc filter ingress protocol arp pref %u",
		 r->pref);
	check_add(c, SEVERITY_WARNING, link->name, BLIND, what);
	shell_word(link->name, dev);
	/* Of equal pref, only one protocol is possible. */
	check_cure(c, "%stc filter add dev %s ingress pref 1 protocol 802.1Q flower vlan_id 0 action drop && %stc filter add dev %s ingress pref 2 protocol 802.1ad flower vlan_id 0 action drop",
		   c->within, dev, c->within, dev);
}

struct tc_reader {
	struct check *c;
	struct l2filter *filter;
};

static void read_tc_of(void *data, uint32_t ifindex)
{
	struct tc_reader *r = data;
	const struct host_link *link = host_link(&r->c->host, ifindex);

	if (link && link->bridged)
		(void)l2filter_read_tc(r->filter, ifindex);
}

void find_blind(struct check *c)
{
	struct l2filter filter = { 0 };
	struct tc_reader reader = { c, &filter };
	const struct l2rule *r;
	size_t i;

	if (!any_unpoliced(c))
		return;
	/* If permission is missing, firewall_read() has warned. */
	(void)l2filter_read_nft(&filter);
	(void)l2filter_read_ebtables(&filter);
	(void)l2filter_each_tc(read_tc_of, &reader);
	for (i = 0; i < filter.n; i++) {
		r = &filter.list[i];
		if (!l2filter_is_blind(&filter, r))
			continue;
		if (r->kind == L2_NFT)
			report_blind_nft(c, r);
		else if (r->kind == L2_EBTABLES)
			report_blind_ebtables(c, r);
		else
			report_blind_tc(c, r);
	}
	l2filter_free(&filter);
}
