// SPDX-License-Identifier: GPL-2.0-only
/* check: finds what makes ARP misbehave on this host, and suggests cures. */

#include <linux/arp_policy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/selector.h"
#include "check/finding.h"
#include "command.h"
#include "host/segment.h"
#include "wire/module.h"
#include "wire/netns.h"

static const struct {
	const char *id;
	void (*find)(struct check *c);
} finders[] = {
	{ "silence", find_silence },
	{ "strict", find_strict },
	{ "rate", find_rate },
	{ "duplicate", find_duplicate },
	{ "port-address", find_port_address },
	{ "flux", find_flux },
	{ "vip", find_vip },
	{ "veth-local", find_veth_local },
	{ "proxy-forwarding", find_proxy_forwarding },
	{ "proxy-onlink", find_proxy_onlink },
	{ "proxy-onlink", find_proxy_rogue },
	{ "proxy-missing", find_proxy_missing },
	{ "trusted-port", find_trusted_port },
	{ "uplink", find_uplink },
	{ "blind", find_blind },
	{ "unlocked", find_unlocked },
	{ "neigh-suppress", find_neigh_suppress },
	{ "unseen", find_unseen },
	/* It also finds spoofed, encapsulated, rate-limit and source-rate. */
	{ "conflict", find_counted },
	{ "events-lost", find_events_lost },
	{ "raw-arp", find_raw_arp },
	{ "unmatched", find_unmatched },
	{ "no-arp", find_no_arp },
	{ "binding", find_binding },
	{ "watcher", find_watcher },
	{ "lo-sysctl", find_lo_sysctl },
	{ "neighbours", find_neighbours },
	{ "bridge-nf", find_bridge_nf },
	{ "firewall", find_firewall },
};

#define N_FINDERS (sizeof(finders) / sizeof(finders[0]))

static const char *const severities[] = {
	[SEVERITY_ERROR] = "error",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_NOTE] = "note",
};

static const enum style severity_styles[] = {
	[SEVERITY_ERROR] = STYLE_ERROR,
	[SEVERITY_WARNING] = STYLE_WARN,
	[SEVERITY_NOTE] = STYLE_FAINT,
};

#define SEVERITY_WIDTH	7
#define CURE_LEAD	"  cure:    "

/* Makes the prefixes of cures, which let them act in the namespace of the check. */
static int begin_cures(struct check *c, const char *netns)
{
	char *word = NULL;
	int len = -1;

	if (netns)
		word = malloc(QUOTED(strlen(netns)));
	if (!netns) {
		c->arpctl = strdup("arpctl");
		c->within = strdup("");
	} else if (word) {
		shell_quote(netns, word);
		len = asprintf(&c->arpctl, "arpctl -n %s", word);
		if (len < 0)
			c->arpctl = NULL;
		len = asprintf(&c->within, strchr(netns, '/') ?
					   "nsenter --net=%s " :
					   "ip netns exec %s ", word);
		if (len < 0)
			c->within = NULL;
	}
	free(word);
	if (c->arpctl && c->within)
		return STATUS_OK;
	return no_memory();
}

/* Lists the bindings by address, and the selectors with bindings that are not names. */
static bool index_bindings(struct check *c)
{
	const struct policy *p = &c->policy;
	size_t i;

	c->bound = calloc(p->n_entries + 1, sizeof(*c->bound));
	c->binders = calloc(p->n_names + 1, sizeof(*c->binders));
	if (!c->bound || !c->binders)
		return false;
	for (i = 0; i < p->n_entries; i++)
		if (p->entries[i].table == ARP_POLICY_TABLE_BINDING)
			c->bound[c->n_bound++] = &p->entries[i];
	LIST_SORT(c->bound, c->n_bound, check_bound_cmp);
	for (i = 0; i < p->n_names; i++)
		if (p->names[i].bindings &&
		    selector_kind(p->names[i].text) != SELECTOR_NAME)
			c->binders[c->n_binders++] = p->names[i].text;
	return true;
}

/* Without the module there is no policy. Reading must not load it. */
static int read_policy(struct ctx *ctx, struct check *c)
{
	static const struct policy_query all = {
		.devs = true, .entries.tables = TABLES_ALL,
	};
	const struct nlmsghdr *msg;
	struct effective *device;
	int status;

	if (!module_loaded())
		return STATUS_OK;
	status = policy_get(&ctx->nl, &c->policy, &all);
	/* There are no events for effective policy: this may be slightly newer. */
	if (!status)
		status = nl_dump(&ctx->nl, ARP_POLICY_CMD_EFFECTIVE_GET, 0, NULL,
				 &c->reply);
	if (status)
		return status;
	nl_for_each(msg, &c->reply) {
		device = LIST_ADD(c->devices, c->n_devices);
		if (!device)
			return no_memory();
		effective_read(device, msg);
	}
	LIST_SORT(c->devices, c->n_devices, check_device_cmp);
	policy_index(&c->policy);
	if (!index_bindings(c))
		return no_memory();
	c->nl = &ctx->nl;
	return STATUS_OK;
}

static int read_all(struct ctx *ctx, struct check *c)
{
	int status = begin_cures(c, ctx->netns);

	if (!status)
		status = netns_enter(&ctx->nl.netns);
	if (!status)
		status = host_read(&c->host);
	if (!status && !(segments_find(&c->host) && check_sort_links(c)))
		status = no_memory();
	if (!status && altnames_read(&c->altnames))
		status = failure("cannot read the devices of this host");
	if (!status)
		status = read_policy(ctx, c);
	if (!status)
		status = firewall_read(&c->firewall);
	return status;
}

static int widest(int width, const char *text)
{
	int len = text ? print_safe(NULL, text) : 0;

	return len > width ? len : width;
}

static void print_finding(struct printer *out, const struct finding *f,
			  int ids, int devs)
{
	int indent = ids + (int)strlen(CURE_LEAD);

	pr_open(out, NULL, '{');
	pr_str(out, "id", STYLE_NAME, ids, f->id);
	pr_text(out, "  ");
	pr_str(out, "severity", severity_styles[f->severity], SEVERITY_WIDTH,
	       severities[f->severity]);
	pr_text(out, "  ");
	if (f->dev)
		pr_str(out, "dev", STYLE_NAME, devs, f->dev);
	else
		pr_opt(out, "dev", STYLE_NAME, "", NULL);
	if (!f->dev)
		pr_text(out, "%*s", devs, "");
	pr_text(out, "  ");
	pr_wrap(out, "what", STYLE_PLAIN, " ", ids + SEVERITY_WIDTH + devs + 6,
		indent, f->what);
	pr_text(out, "\n%*s" CURE_LEAD, ids, "");
	/* A shell reads on after &&, so that the lines can be pasted. */
	pr_wrap(out, "cure", STYLE_VALUE, " && ", indent, indent, f->cure);
	pr_text(out, "\n");
	pr_close(out, '}');
}

/*
 * Sorts by severity, then by finder, and cuts off what is below the threshold. Return:
 * how many are left.
 */
static size_t print_findings(struct printer *out, const struct check *c,
			     enum severity least)
{
	unsigned int severity;
	int ids = 0, devs = 0;
	size_t i, n = 0;

	for (i = 0; i < c->n; i++) {
		if (c->list[i].severity > least)
			continue;
		n++;
		ids = widest(ids, c->list[i].id);
		devs = widest(devs, c->list[i].dev);
	}
	pr_open(out, NULL, '[');
	for (severity = SEVERITY_ERROR; severity <= least; severity++)
		for (i = 0; i < c->n; i++)
			if (c->list[i].severity == severity)
				print_finding(out, &c->list[i], ids, devs);
	if (!n)
		pr_text(out, c->nl ? "nothing found\n" :
			"nothing found; the module is not loaded, so there is no policy\n");
	pr_close(out, ']');
	return n;
}

static void clean(struct check *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->list[i].dev);
		free(c->list[i].what);
		free(c->list[i].cure);
	}
	free(c->list);
	free(c->arpctl);
	free(c->within);
	host_free(&c->host);
	altnames_free(&c->altnames);
	policy_free(&c->policy);
	free(c->by_name);
	free(c->bound);
	free(c->binders);
	free(c->devices);
	nl_reply_free(&c->reply);
	firewall_free(&c->firewall);
}

/* The threshold: what is less severe is left out. */
static int parse_severity(const struct args *args, enum severity *least)
{
	const char *word = args_get(args, "LEVEL");
	unsigned int i;

	*least = SEVERITY_NOTE;
	if (!word)
		return STATUS_OK;
	for (i = SEVERITY_ERROR; i <= SEVERITY_NOTE; i++)
		if (!strcmp(word, severities[i])) {
			*least = i;
			return STATUS_OK;
		}
	return usage_error("check: invalid severity \"%s\", expected: note, warning, error",
			   word);
}

static int check(struct ctx *ctx)
{
	struct check c = { 0 };
	enum severity least;
	size_t i, shown;
	int status;

	status = parse_severity(ctx->args, &least);
	if (!status)
		status = read_all(ctx, &c);
	for (i = 0; !status && i < N_FINDERS; i++) {
		c.id = finders[i].id;
		finders[i].find(&c);
		if (c.failed)
			status = no_memory();
	}
	if (!status) {
		shown = print_findings(&ctx->out, &c, least);
		status = pr_finish(&ctx->out);
		/* For scripts, any finding is a failure. */
		if (shown)
			status = STATUS_FAILED;
	}
	clean(&c);
	return status;
}

static const struct command commands[] = {
	{ "", "[severity LEVEL]",
	  "find ARP problems on this host, and a cure for each", check },
	{ 0 }
};

const struct object check_object = {
	"check", "find ARP problems", commands
};
