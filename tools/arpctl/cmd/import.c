// SPDX-License-Identifier: GPL-2.0-only
/*
 * import: the policy that is equivalent to the sysctls of a network namespace.
 *
 * all is a floor for both. default is the initial value of a device's sysctls; in
 * policy it applies to devices without a value of their own.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/selector.h"
#include "command.h"
#include "host/sysctl.h"
#include "policy/policy.h"
#include "wire/netns.h"

/* proxy_delay is in units of 10 ms, independent of HZ. */
#define TICK 10

struct importer {
	struct confs confs;
	struct policy policy;
	char **notes;
	size_t n_notes;
	bool failed;
};

/* Adds a comment. */
__attribute__((format(printf, 2, 3)))
static void note(struct importer *im, const char *fmt, ...)
{
	char **text = LIST_ADD(im->notes, im->n_notes);
	va_list ap;

	va_start(ap, fmt);
	if (!text || vasprintf(text, fmt, ap) < 0) {
		im->n_notes -= text != NULL;
		im->failed = true;
	}
	va_end(ap);
}

static void set(struct importer *im, const struct conf *conf,
		const struct field *field, uint32_t value)
{
	struct policy_dev *dev;
	char selector[DEV_SELECTOR];
	bool there;

	dev = policy_dev(&im->policy, dev_selector(conf->name, selector),
			 &there);
	if (dev)
		field_set(&dev->values, field, value);
	else
		im->failed = true;
}

/* The valid levels; the kernel treats all others as 0. */
static uint32_t ignore_level(int value)
{
	return (value >= 1 && value <= 3) || value == 8 ? (uint32_t)value : 0;
}

static uint32_t announce_level(int value)
{
	return value == 1 || value == 2 ? (uint32_t)value : 0;
}

static int greater(const struct conf *a, const struct conf *b, enum sysctl s)
{
	return a->value[s] > b->value[s] ? a->value[s] : b->value[s];
}

static bool either(const struct conf *a, const struct conf *b, enum sysctl s)
{
	return a->value[s] || b->value[s];
}

static uint32_t ignore(const struct conf *all, const struct conf *conf)
{
	return ignore_level(greater(all, conf, SYSCTL_ARP_IGNORE));
}

static uint32_t announce(const struct conf *all, const struct conf *conf)
{
	return announce_level(greater(all, conf, SYSCTL_ARP_ANNOUNCE));
}

static uint32_t filter(const struct conf *all, const struct conf *conf)
{
	return either(all, conf, SYSCTL_ARP_FILTER);
}

static uint32_t garp(const struct conf *all, const struct conf *conf)
{
	return either(all, conf, SYSCTL_DROP_GRATUITOUS_ARP);
}

static uint32_t notify(const struct conf *all, const struct conf *conf)
{
	return greater(all, conf, SYSCTL_ARP_NOTIFY) > 0 ? ARP_POLICY_NOTIFY_UP :
							   ARP_POLICY_NOTIFY_OFF;
}

/* The kernel does not read proxy_arp_pvlan of all. */
static uint32_t proxy(const struct conf *all, const struct conf *conf)
{
	uint32_t value = 0;

	if (either(all, conf, SYSCTL_PROXY_ARP))
		value |= ARP_POLICY_PROXY_ROUTE;
	if (conf->value[SYSCTL_PROXY_ARP_PVLAN])
		value |= ARP_POLICY_PROXY_PVLAN;
	return value;
}

/* The value of a field for the sysctls of all and of the device. */
static const struct source {
	enum arp_policy_field field;
	enum sysctl sysctl;	/* that it is made of */
	uint32_t (*value)(const struct conf *all, const struct conf *conf);
	bool flags;
} sources[] = {
	{ ARP_POLICY_FIELD_IGNORE, SYSCTL_ARP_IGNORE, ignore, false },
	{ ARP_POLICY_FIELD_ANNOUNCE, SYSCTL_ARP_ANNOUNCE, announce, false },
	{ ARP_POLICY_FIELD_FILTER, SYSCTL_ARP_FILTER, filter, false },
	{ ARP_POLICY_FIELD_PROXY, SYSCTL_PROXY_ARP, proxy, true },
	{ ARP_POLICY_FIELD_GARP, SYSCTL_DROP_GRATUITOUS_ARP, garp, false },
	{ ARP_POLICY_FIELD_NOTIFY, SYSCTL_ARP_NOTIFY, notify, false },
};

#define N_SOURCES (sizeof(sources) / sizeof(sources[0]))

/* The effective value of a field with these values for all and for the device. */
static uint32_t join(const struct source *s, uint32_t all, uint32_t own)
{
	if (s->flags)
		return all | own;
	return all > own ? all : own;
}

/* The device's own value if it has the wanted effect; otherwise the wanted one. */
static uint32_t own_value(const struct source *s, uint32_t floor,
			  const struct conf *conf, uint32_t want)
{
	static const struct conf none;
	uint32_t own = s->value(&none, conf);

	return join(s, floor, own) == want ? own : want;
}

static bool is_device(const struct importer *im, const struct conf *conf)
{
	return conf != im->confs.all && conf != im->confs.def;
}

/*
 * The floor that all sets. There is none if the kernel goes below it: the greater of two
 * levels may be an invalid one, which counts as 0.
 */
static uint32_t take_floor(struct importer *im, const struct source *s,
			   const struct field *field)
{
	const struct conf *all = im->confs.all, *conf;
	struct conf alone = *all;
	uint32_t floor, value;
	size_t i;

	alone.value[SYSCTL_PROXY_ARP_PVLAN] = 0;
	floor = s->value(&alone, &alone);
	for (i = 0; i < im->confs.n; i++) {
		conf = &im->confs.list[i];
		value = s->value(all, conf);
		if (conf == all || join(s, floor, value) == value)
			continue;
		note(im, "all has %s=%d, but %s has %d, which the kernel treats as 0: set where it applies, not for all",
		     sysctl_name(s->sysctl), all->value[s->sysctl],
		     conf->name, conf->value[s->sysctl]);
		return 0;
	}
	if (floor)
		set(im, all, field, floor);
	return floor;
}

static void take_field(struct importer *im, const struct source *s)
{
	const struct conf *all = im->confs.all, *def = im->confs.def, *conf;
	const struct field *field = field_by_attr(s->field);
	uint32_t floor, base, want;
	size_t i;

	floor = take_floor(im, s, field);
	base = s->value(all, def);
	if (base != floor)
		set(im, def, field, own_value(s, floor, def, base));
	for (i = 0; i < im->confs.n; i++) {
		conf = &im->confs.list[i];
		want = s->value(all, conf);
		if (is_device(im, conf) && want != base)
			set(im, conf, field, own_value(s, floor, conf, want));
	}
}

/* Notes levels that are set and invalid. */
static void note_levels(struct importer *im, enum sysctl s,
			uint32_t (*level)(int value))
{
	const struct conf *conf;
	size_t i;

	for (i = 0; i < im->confs.n; i++) {
		conf = &im->confs.list[i];
		if (conf->value[s] && !level(conf->value[s]))
			note(im, "%s has %s=%d, an invalid level: the kernel treats it as 0",
			     conf->name, sysctl_name(s), conf->value[s]);
	}
}

static uint32_t delay_of(struct importer *im, const struct conf *conf)
{
	int ticks = conf->value[SYSCTL_PROXY_DELAY];

	if (ticks <= 0)
		return 0;
	if (ticks <= ARP_POLICY_PROXY_DELAY_MAX / TICK)
		return (uint32_t)ticks * TICK;
	note(im, "%s has proxy_delay=%d, more than proxy-delay allows: its maximum is used",
	     conf->name, ticks);
	return ARP_POLICY_PROXY_DELAY_MAX;
}

/* Only where something is proxied: the kernel's default is not 0. */
static void take_delays(struct importer *im)
{
	const struct field *field = field_by_attr(ARP_POLICY_FIELD_PROXY_DELAY);
	const struct conf *all = im->confs.all, *def = im->confs.def, *conf;
	uint32_t base = 0, want;
	size_t i;

	if (proxy(all, def))
		base = delay_of(im, def);
	if (base)
		set(im, def, field, base);
	for (i = 0; i < im->confs.n; i++) {
		conf = &im->confs.list[i];
		if (!is_device(im, conf) || !proxy(all, conf))
			continue;
		want = delay_of(im, conf);
		if (want != base)
			set(im, conf, field, want);
	}
}

/* Sysctls without a field in policy, with an explanation. */
static const struct {
	enum sysctl sysctl;
	const char *why;
} others[] = {
	{ SYSCTL_ARP_ACCEPT, "gratuitous ARP creates neighbour entries" },
	{ SYSCTL_ARP_EVICT_NOCARRIER, "whether losing the carrier removes neighbour entries" },
	{ SYSCTL_MEDIUM_ID, "proxy respects it" },
	{ SYSCTL_PROXY_QLEN, "policy queues at most 64 delayed answers" },
	{ SYSCTL_FORWARDING, "proxy requires it" },
	{ SYSCTL_RP_FILTER, "whether the route back to a sender is checked" },
	{ SYSCTL_ACCEPT_LOCAL, "whether a sender may have a local address" },
	{ SYSCTL_ROUTE_LOCALNET, "whether 127.0.0.0/8 is treated like other addresses" },
};

#define N_OTHERS (sizeof(others) / sizeof(others[0]))

/* One comment for all devices; those with the value of default are left out. */
static void note_other(struct importer *im, enum sysctl s, const char *why)
{
	int initial = sysctl_initial(s), value;
	char *list = NULL, *longer;
	const struct conf *conf;
	size_t i;

	for (i = 0; i < im->confs.n; i++) {
		conf = &im->confs.list[i];
		value = conf->value[s];
		if (value == initial || (is_device(im, conf) &&
					 value == im->confs.def->value[s]))
			continue;
		if (asprintf(&longer, "%s %s=%d", list ? list : "", conf->name,
			     value) < 0) {
			im->failed = true;
			break;
		}
		free(list);
		list = longer;
	}
	if (list)
		note(im, "%s stays in effect (%s): %s", sysctl_name(s), list + 1,
		     why);
	free(list);
}

static void take_all(struct importer *im)
{
	size_t i;

	note_levels(im, SYSCTL_ARP_IGNORE, ignore_level);
	note_levels(im, SYSCTL_ARP_ANNOUNCE, announce_level);
	if (im->confs.all->value[SYSCTL_PROXY_ARP_PVLAN])
		note(im, "all has proxy_arp_pvlan, which has no effect: the kernel reads it per device only");
	for (i = 0; i < N_SOURCES; i++)
		take_field(im, &sources[i]);
	take_delays(im);
	for (i = 0; i < N_OTHERS; i++)
		note_other(im, others[i].sysctl, others[i].why);
}

static void print(struct printer *out, const struct importer *im)
{
	size_t i;

	/* As for save, so that restore refuses truncated output. */
	pr_text(out, POLICY_BEGIN "\n");
	pr_open(out, NULL, '{');
	pr_text(out, "# ARP policy equivalent to the sysctls of this network namespace");
	pr_text(out, im->policy.n_devs ? ".\n" : ": none.\n");
	pr_open(out, "comments", '[');
	for (i = 0; i < im->n_notes; i++) {
		pr_text(out, "# ");
		pr_str(out, NULL, STYLE_FAINT, 0, im->notes[i]);
		pr_text(out, "\n");
	}
	pr_close(out, ']');
	policy_print(out, &im->policy);
	pr_close(out, '}');
	pr_text(out, POLICY_END " %zu\n", 1 + im->n_notes + im->policy.n_devs);
}

static void importer_free(struct importer *im)
{
	size_t i;

	for (i = 0; i < im->n_notes; i++)
		free(im->notes[i]);
	free(im->notes);
	policy_free(&im->policy);
	sysctl_free(&im->confs);
}

static int import_sysctl(struct ctx *ctx)
{
	struct importer im = { 0 };
	int status;

	status = netns_enter(&ctx->nl.netns);
	if (!status)
		status = sysctl_read(&im.confs);
	if (!status)
		take_all(&im);
	if (im.failed)
		status = no_memory();
	if (!status) {
		policy_sort(&im.policy);
		print(&ctx->out, &im);
	}
	importer_free(&im);
	return status;
}

static const struct command commands[] = {
	{ "sysctl", "", "print the policy that is equivalent to the sysctls, for restore",
	  import_sysctl },
	{ 0 }
};

const struct object import_object = {
	"import", "make a policy from other settings", commands
};
