// SPDX-License-Identifier: GPL-2.0-only
/* check: finds what makes ARP misbehave on this host, and tells the cure. */

#include <errno.h>
#include <linux/arp_policy.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "arpctl.h"
#include "check.h"
#include "dump.h"

static const struct {
	const char *id;
	void (*find)(struct check *c);
} finders[] = {
	{ "duplicate", find_duplicate },
	{ "flux", find_flux },
	{ "vip", find_vip },
	{ "veth-local", find_veth_local },
	{ "proxy-forwarding", find_proxy_forwarding },
	{ "proxy-onlink", find_proxy_onlink },
	{ "unmatched", find_unmatched },
	{ "no-arp", find_no_arp },
	{ "binding", find_binding },
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

#define SEVERITY_WIDTH	7

void check_add(struct check *c, enum severity severity, const char *dev,
	       const char *fmt, ...)
{
	struct finding *finding = LIST_ADD(c->list, c->n);
	va_list ap;

	if (!finding) {
		c->failed = true;
		return;
	}
	finding->id = c->id;
	finding->severity = severity;
	finding->dev = dev ? strdup(dev) : NULL;
	va_start(ap, fmt);
	if (vasprintf(&finding->what, fmt, ap) < 0)
		finding->what = NULL;
	va_end(ap);
	c->failed |= (dev && !finding->dev) || !finding->what;
}

void check_cure(struct check *c, const char *fmt, ...)
{
	struct finding *finding;
	va_list ap;

	if (c->failed)
		return;
	finding = &c->list[c->n - 1];
	va_start(ap, fmt);
	if (vasprintf(&finding->cure, fmt, ap) < 0)
		finding->cure = NULL;
	va_end(ap);
	c->failed = !finding->cure;
}

static bool is_plain(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789%+,-./:=@_")];
}

void shell_quote(const char *text, char *buf)
{
	size_t n = 0;

	if (is_plain(text)) {
		memcpy(buf, text, strlen(text) + 1);
		return;
	}
	buf[n++] = '\'';
	for (; *text; text++) {
		/* No quote within quotes: they end, and begin again. */
		if (*text == '\'') {
			memcpy(buf + n, "'\\'", 3);
			n += 3;
		}
		buf[n++] = *text;
	}
	buf[n++] = '\'';
	buf[n] = '\0';
}

const char *shell_word(const char *name, char buf[SHELL_WORD])
{
	char shorter[ARP_POLICY_SELECTOR_MAX + 1];

	snprintf(shorter, sizeof(shorter), "%s", name);
	shell_quote(shorter, buf);
	return buf;
}

const char *sysctl_word(const char *name, char buf[SHELL_WORD])
{
	char path[ARP_POLICY_SELECTOR_MAX + 1], *s;

	/* As sysctl(8) has it, which takes dots for slashes and vice versa. */
	snprintf(path, sizeof(path), "%s", name);
	for (s = path; *s; s++)
		if (*s == '.')
			*s = '/';
	return shell_word(path, buf);
}

/* What cures begin with, so that they act in the namespace of the check. */
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
	return failure("%s", strerror(ENOMEM));
}

static int read_all(struct ctx *ctx, struct check *c)
{
	int status = begin_cures(c, ctx->netns);

	if (!status)
		status = netns_enter(ctx);
	if (!status)
		status = host_read(&c->host);
	if (!status)
		status = check_policy_read(ctx, &c->policy);
	if (!status)
		status = firewall_read(&c->firewall);
	return status;
}

static int widest(int width, const char *text)
{
	int len = text ? (int)strlen(text) : 0;

	return len > width ? len : width;
}

static void print_finding(struct printer *out, const struct finding *f,
			  int ids, int devs)
{
	pr_open(out, NULL, '{');
	pr_str(out, "id", STYLE_NAME, ids, f->id);
	pr_text(out, "  ");
	pr_str(out, "severity", STYLE_PLAIN, SEVERITY_WIDTH,
	       severities[f->severity]);
	pr_text(out, "  ");
	if (f->dev)
		pr_str(out, "dev", STYLE_NAME, devs, f->dev);
	else
		pr_opt(out, "dev", STYLE_NAME, "", NULL);
	if (!f->dev)
		pr_text(out, "%*s", devs, "");
	pr_text(out, "  ");
	pr_str(out, "what", STYLE_PLAIN, 0, f->what);
	pr_text(out, "\n%*s  cure:    ", ids, "");
	pr_str(out, "cure", STYLE_VALUE, 0, f->cure);
	pr_text(out, "\n");
	pr_close(out, '}');
}

/* The worst first, else in the order of the finders. */
static void print_findings(struct printer *out, const struct check *c)
{
	int ids = 0, devs = 0;
	unsigned int severity;
	size_t i;

	for (i = 0; i < c->n; i++) {
		ids = widest(ids, c->list[i].id);
		devs = widest(devs, c->list[i].dev);
	}
	pr_open(out, NULL, '[');
	for (severity = SEVERITY_ERROR; severity <= SEVERITY_NOTE; severity++)
		for (i = 0; i < c->n; i++)
			if (c->list[i].severity == severity)
				print_finding(out, &c->list[i], ids, devs);
	if (!c->n)
		pr_text(out, "nothing found\n");
	pr_close(out, ']');
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
	check_policy_free(&c->policy);
	firewall_free(&c->firewall);
}

static int check(struct ctx *ctx, int argc, char **argv)
{
	struct check c = { 0 };
	int status;
	size_t i;

	(void)argc;
	(void)argv;
	status = read_all(ctx, &c);
	for (i = 0; !status && i < N_FINDERS; i++) {
		c.id = finders[i].id;
		finders[i].find(&c);
		if (c.failed)
			status = failure("%s", strerror(ENOMEM));
	}
	if (!status) {
		print_findings(&ctx->out, &c);
		status = pr_finish(&ctx->out);
		/* Whatever was found, a script should hear of it. */
		if (c.n)
			status = STATUS_FAILED;
	}
	clean(&c);
	return status;
}

static const struct command commands[] = {
	{ "", "", "find what makes ARP misbehave on this host, and its cure",
	  check },
	{ 0 }
};

const struct object check_object = {
	"check", "what makes ARP misbehave here", commands
};
