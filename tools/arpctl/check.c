// SPDX-License-Identifier: GPL-2.0-only
/* check: finds what makes ARP misbehave on this host, and tells the cure. */

#include <errno.h>
#include <linux/arp_policy.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "command.h"
#include "list.h"
#include "netns.h"
#include "selector.h"

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

/* Between single quotes, only the quote itself is special. */
static void quote_plainly(const char *text, char *buf)
{
	*buf++ = '\'';
	for (; *text; text++) {
		/* No quote within quotes: they end, and begin again. */
		if (*text == '\'')
			buf += sprintf(buf, "'\\'");
		*buf++ = *text;
	}
	memcpy(buf, "'", 2);
}

/* Not all shells know $'...'; in the others, the result names nothing that exists. */
static void quote_escaped(const char *text, char *buf)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len;

	buf += sprintf(buf, "$'");
	for (; *s; s += len) {
		len = safe_len(s);
		if (!len) {
			buf += sprintf(buf, "\\%03o", *s);
			len = 1;
		} else if (*s == '\'' || *s == '\\') {
			buf += sprintf(buf, "\\%c", *s);
		} else {
			memcpy(buf, s, len);
			buf += len;
		}
	}
	memcpy(buf, "'", 2);
}

void shell_quote(const char *text, char *buf)
{
	if (is_plain(text))
		memcpy(buf, text, strlen(text) + 1);
	else if (is_safe(text))
		quote_plainly(text, buf);
	else
		quote_escaped(text, buf);
}

const char *shell_word(const char *name, char buf[SHELL_WORD])
{
	char shorter[ARP_POLICY_SELECTOR_MAX + 1];

	snprintf(shorter, sizeof(shorter), "%s", name);
	shell_quote(shorter, buf);
	return buf;
}

const char *selector_word(const char *selector, char buf[SHELL_WORD])
{
	int n = 0;

	if (*selector == '-' || !strcmp(selector, "help"))
		n = sprintf(buf, "-- ");
	shell_word(selector, buf + n);
	return buf;
}

const char *dev_word(const char *dev, char buf[SHELL_WORD])
{
	char selector[DEV_SELECTOR];

	return selector_word(dev_selector(dev, selector), buf);
}

/* Whether sysctl(8) takes the device name literally. */
static bool is_sysctl_name(const char *dev)
{
	return is_plain(dev) && !strpbrk(dev, "%+,/=");
}

/* The form that sysctl(8) wants: with slashes for dots. */
static void sysctl_name_of(const char *dev, char buf[IFNAMSIZ])
{
	char *s;

	snprintf(buf, IFNAMSIZ, "%s", dev);
	for (s = buf; *s; s++)
		if (*s == '.')
			*s = '/';
}

/* tee writes the file of /proc/sys within the namespace; the shell would not. */
static void proc_cure(const struct check *c, const char *dev, const char *name,
		      int value, char *buf, size_t size)
{
	char path[128], word[QUOTED(sizeof(path))];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", dev, name);
	shell_quote(path, word);
	snprintf(buf, size, "echo %d | %stee %s", value, c->within, word);
}

void check_cure_conf(struct check *c, const char *dev, const char *name,
		     int value, const char *other, int other_value)
{
	char one[1024], two[1024] = "", conf[IFNAMSIZ];

	if (is_sysctl_name(dev)) {
		sysctl_name_of(dev, conf);
		if (other)
			snprintf(two, sizeof(two), " net.ipv4.conf.%s.%s=%d",
				 conf, other, other_value);
		check_cure(c, "%ssysctl -w net.ipv4.conf.%s.%s=%d%s", c->within,
			   conf, name, value, two);
		return;
	}
	proc_cure(c, dev, name, value, one, sizeof(one));
	if (other)
		proc_cure(c, dev, other, other_value, two, sizeof(two));
	check_cure(c, "%s%s%s", one, other ? " && " : "", two);
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
	int status = begin_cures(c, ctx->nl.netns);

	if (!status)
		status = netns_enter(&ctx->nl.netns);
	if (!status)
		status = host_read(&c->host);
	if (!status && altnames_read(&c->altnames))
		status = failure("cannot read the devices of this host");
	if (!status)
		status = check_policy_read(ctx, &c->policy);
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
	altnames_free(&c->altnames);
	check_policy_free(&c->policy);
	firewall_free(&c->firewall);
}

static int check(struct ctx *ctx)
{
	struct check c = { 0 };
	int status;
	size_t i;

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
