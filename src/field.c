// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of fields: names, values in words, and which of two is stricter.
 *
 * Any context, no locks.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "field.h"

struct arpp_word {
	const char *word;
	u32 val;
};

static const struct arpp_word ignore_words[] = {
	{ "any", ARP_POLICY_IGNORE_ANY },
	{ "device", ARP_POLICY_IGNORE_DEVICE },
	{ "subnet", ARP_POLICY_IGNORE_SUBNET },
	{ "global", ARP_POLICY_IGNORE_GLOBAL },
	{ "never", ARP_POLICY_IGNORE_NEVER },
	{ "0", 0 }, { "1", 1 }, { "2", 2 }, { "3", 3 }, { "8", 8 },
	{}
};

static const struct arpp_word announce_words[] = {
	{ "any", ARP_POLICY_ANNOUNCE_ANY },
	{ "subnet", ARP_POLICY_ANNOUNCE_SUBNET },
	{ "best", ARP_POLICY_ANNOUNCE_BEST },
	{ "strict", ARP_POLICY_ANNOUNCE_STRICT },
	{ "0", 0 }, { "1", 1 }, { "2", 2 }, { "3", 3 },
	{}
};

static const struct arpp_word flag_words[] = {
	{ "off", 0 }, { "on", 1 }, { "0", 0 }, { "1", 1 },
	{}
};

static const struct arpp_word proxy_words[] = {
	{ "off", 0 },
	{ "route", ARP_POLICY_PROXY_ROUTE },
	{ "pvlan", ARP_POLICY_PROXY_PVLAN },
	{ "route,pvlan", ARP_POLICY_PROXY_ROUTE | ARP_POLICY_PROXY_PVLAN },
	{ "pvlan,route", ARP_POLICY_PROXY_ROUTE | ARP_POLICY_PROXY_PVLAN },
	{}
};

static const struct arpp_word mode_words[] = {
	{ "enforce", ARP_POLICY_MODE_ENFORCE },
	{ "audit", ARP_POLICY_MODE_AUDIT },
	{}
};

/* words: the values there are; without them, a number up to max. */
static const struct arpp_field_kind {
	const char *name;
	const char *values;
	const struct arpp_word *words;
	u32 max;
} kinds[] = {
	[ARP_POLICY_FIELD_IGNORE] = {
		"ignore", "ignore takes 0 1 2 3 8 or any device subnet global never",
		ignore_words },
	[ARP_POLICY_FIELD_ANNOUNCE] = {
		"announce", "announce takes 0 1 2 3 or any subnet best strict",
		announce_words },
	[ARP_POLICY_FIELD_FILTER] = {
		"filter", "filter takes on or off", flag_words },
	[ARP_POLICY_FIELD_HIDDEN] = {
		"hidden", "hidden takes on or off", flag_words },
	[ARP_POLICY_FIELD_PROXY] = {
		"proxy", "proxy takes off, route, pvlan or route,pvlan",
		proxy_words },
	[ARP_POLICY_FIELD_PROXY_DELAY] = {
		"proxy-delay", "proxy-delay takes milliseconds, 0 to 60000",
		NULL, ARP_POLICY_PROXY_DELAY_MAX },
	[ARP_POLICY_FIELD_MODE] = {
		"mode", "mode takes enforce or audit", mode_words },
};

/**
 * arpp_field_equal() - do two sets of fields say the same?
 * @a: one
 * @b: the other
 *
 * Return: true when the same fields are set to the same values.
 */
bool arpp_field_equal(const struct arpp_fields *a, const struct arpp_fields *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/**
 * arpp_field_stricter() - the stricter of two values of a field
 * @f: the field
 * @a: a valid value
 * @b: another
 *
 * Mirrors IN_DEV_MAXCONF() and IN_DEV_ORCONF(): the greater one, and for the
 * proxy flags either's. The longer proxy-delay is the stricter, audit is
 * stricter than enforce.
 *
 * Return: the value.
 */
u32 arpp_field_stricter(enum arp_policy_field f, u32 a, u32 b)
{
	return f == ARP_POLICY_FIELD_PROXY ? a | b : max(a, b);
}

/**
 * arpp_field_parse() - set a field from words
 * @fields: where to set it
 * @name: the field's name
 * @value: its value, by word or number
 *
 * Return: NULL when it was set, else what would be accepted.
 */
const char *arpp_field_parse(struct arpp_fields *fields, const char *name,
			     const char *value)
{
	const struct arpp_word *w;
	enum arp_policy_field f;
	u32 val;

	arpp_for_each_field(f)
		if (!strcmp(kinds[f].name, name))
			break;
	if (f > ARP_POLICY_FIELD_MAX)
		return "fields are ignore announce filter hidden proxy proxy-delay mode";
	if (!kinds[f].words) {
		if (kstrtou32(value, 10, &val) || val > kinds[f].max)
			return kinds[f].values;
		arpp_field_set(fields, f, val);
		return NULL;
	}
	for (w = kinds[f].words; w->word; w++) {
		if (strcmp(w->word, value))
			continue;
		arpp_field_set(fields, f, w->val);
		return NULL;
	}
	return kinds[f].values;
}
