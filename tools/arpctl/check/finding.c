// SPDX-License-Identifier: GPL-2.0-only
/* check: findings, and cures that can be pasted into a shell. */

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/print.h"
#include "base/selector.h"
#include "check/finding.h"

int check_device_cmp(const void *a, const void *b)
{
	const struct effective *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

const struct effective *check_device(const struct check *c, uint32_t ifindex)
{
	const struct effective key = { .ifindex = ifindex };

	if (!c->n_devices)
		return NULL;
	return bsearch(&key, c->devices, c->n_devices, sizeof(key), check_device_cmp);
}

int check_bound_cmp(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;
	uint32_t p = ntohl(x->prefix.address), q = ntohl(y->prefix.address);

	return (p > q) - (p < q);
}

uint32_t check_field_or(const struct check *c, const struct host_link *link,
			enum arp_policy_field field, uint32_t other)
{
	effective_field(check_device(c, link->ifindex), field, &other);
	return other;
}

bool check_is_audited(const struct check *c, const struct host_link *link)
{
	return check_field_or(c, link, ARP_POLICY_FIELD_MODE,
			      ARP_POLICY_MODE_ENFORCE) == ARP_POLICY_MODE_AUDIT;
}

bool check_is_untrusted(const struct check *c, const struct host_link *link)
{
	return !check_field_or(c, link, ARP_POLICY_FIELD_TRUST, 1);
}

static int by_name(const void *a, const void *b)
{
	const struct host_link *x = *(const struct host_link *const *)a;
	const struct host_link *y = *(const struct host_link *const *)b;

	return strcmp(x->name, y->name);
}

bool check_sort_links(struct check *c)
{
	size_t i, n = c->host.n_links;

	c->by_name = calloc(n + 1, sizeof(*c->by_name));
	if (!c->by_name)
		return false;
	for (i = 0; i < n; i++)
		c->by_name[i] = &c->host.links[i];
	LIST_SORT(c->by_name, n, by_name);
	return true;
}

const struct host_link *check_link(const struct check *c, const char *name)
{
	const struct host_link **found, *want;
	struct host_link key;

	/* A selector may be longer than any name. */
	if (strlen(name) >= sizeof(key.name) || !c->host.n_links)
		return NULL;
	snprintf(key.name, sizeof(key.name), "%s", name);
	want = &key;
	found = bsearch(&want, c->by_name, c->host.n_links, sizeof(want), by_name);
	return found ? *found : NULL;
}

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
		/* A quote ends the quoted text, is escaped, and begins it again. */
		if (*text == '\'')
			buf += sprintf(buf, "'\\'");
		*buf++ = *text;
	}
	memcpy(buf, "'", 2);
}

/* Not all shells know $'...'; in the others, the result is no existing name. */
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

/* The form that sysctl(8) needs: slashes instead of dots. */
static void sysctl_name_of(const char *dev, char buf[IFNAMSIZ])
{
	char *s;

	snprintf(buf, IFNAMSIZ, "%s", dev);
	for (s = buf; *s; s++)
		if (*s == '.')
			*s = '/';
}

/* tee opens the file in the namespace; a redirection of the shell would not. */
static void proc_cure(const struct check *c, const char *dev, const char *name,
		      int value, char *buf, size_t size)
{
	char path[128], word[QUOTED(sizeof(path))];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", dev, name);
	shell_quote(path, word);
	snprintf(buf, size, "echo %d | %stee %s", value, c->within, word);
}

void check_conf_text(const struct check *c, const char *dev, const char *name,
		     int value, char buf[CONF_TEXT])
{
	char conf[IFNAMSIZ];

	if (!is_sysctl_name(dev)) {
		proc_cure(c, dev, name, value, buf, CONF_TEXT);
		return;
	}
	sysctl_name_of(dev, conf);
	snprintf(buf, CONF_TEXT, "%ssysctl -w net.ipv4.conf.%s.%s=%d", c->within,
		 conf, name, value);
}

void check_cure_conf(struct check *c, const char *dev, const char *name,
		     int value, const char *other, int other_value)
{
	char one[CONF_TEXT], two[CONF_TEXT] = "", conf[IFNAMSIZ];

	check_conf_text(c, dev, name, value, one);
	if (other && is_sysctl_name(dev)) {
		sysctl_name_of(dev, conf);
		snprintf(two, sizeof(two), " net.ipv4.conf.%s.%s=%d", conf,
			 other, other_value);
	} else if (other) {
		snprintf(two, sizeof(two), " && ");
		proc_cure(c, dev, other, other_value, two + 4, sizeof(two) - 4);
	}
	check_cure(c, "%s%s", one, two);
}

bool check_all_decides(const struct check *c, const struct host_link *link,
		       unsigned int conf)
{
	return c->host.all[conf] >= link->conf[conf];
}

void check_cure_field(struct check *c, const struct host_link *link,
		      enum arp_policy_field field, const char *value)
{
	const struct effective *d = check_device(c, link->ifindex);
	const struct field *f = field_by_attr(field);
	char word[SHELL_WORD];

	/* A device cannot opt out of what is set for all. */
	if (d && d->origin[field] && !strcmp(d->origin[field], "all"))
		check_cure(c, "%s dev set all %s %s", c->arpctl, f->name, value);
	else
		check_cure(c, "%s dev set %s %s %s", c->arpctl,
			   dev_word(link->name, word), f->name, value);
}
