// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of fields: names, words for values, the stricter of two values.
 *
 * Any context, no locks.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "policy/field.h"

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
	{}
};

static const struct arpp_word garp_words[] = {
	{ "accept", ARP_POLICY_GARP_ACCEPT },
	{ "drop", ARP_POLICY_GARP_DROP },
	{}
};

static const struct arpp_word learn_words[] = {
	{ "any", ARP_POLICY_LEARN_ANY },
	{ "solicited", ARP_POLICY_LEARN_SOLICITED },
	{ "none", ARP_POLICY_LEARN_NONE },
	{}
};

static const struct arpp_word inspect_words[] = {
	{ "off", ARP_POLICY_INSPECT_OFF },
	{ "audit", ARP_POLICY_INSPECT_AUDIT },
	{ "enforce", ARP_POLICY_INSPECT_ENFORCE },
	{ "strict", ARP_POLICY_INSPECT_STRICT },
	{}
};

static const struct arpp_word validate_words[] = {
	{ "none", 0 },
	{ "src-mac", ARP_POLICY_VALIDATE_SRC_MAC },
	{ "dst-mac", ARP_POLICY_VALIDATE_DST_MAC },
	{ "ip", ARP_POLICY_VALIDATE_IP },
	{}
};

static const struct arpp_word suppress_words[] = {
	{ "off", 0 },
	{ "on", ARP_POLICY_SUPPRESS_BIND },
	{ "bind", ARP_POLICY_SUPPRESS_BIND },
	{ "neigh", ARP_POLICY_SUPPRESS_NEIGH },
	{}
};

static const struct arpp_word off_words[] = {
	{ "off", 0 },
	{}
};

static const struct arpp_word mode_words[] = {
	{ "enforce", ARP_POLICY_MODE_ENFORCE },
	{ "audit", ARP_POLICY_MODE_AUDIT },
	{}
};

static const struct arpp_word notify_words[] = {
	{ "off", ARP_POLICY_NOTIFY_OFF },
	{ "up", ARP_POLICY_NOTIFY_UP },
	{ "change", ARP_POLICY_NOTIFY_CHANGE },
	{}
};

/* How to find the stricter of two values. */
enum arpp_stricter {
	MORE,		/* the greater */
	EITHER,		/* flags: the union */
	LESS,		/* the smaller; 0 means no limit */
	LEAST,		/* the smaller */
};

/*
 * words: accepted words; for EITHER, several may be joined by commas.
 * max: numbers up to this one are accepted too.
 */
static const struct arpp_field_kind {
	const char *name;
	const char *values;
	const struct arpp_word *words;
	enum arpp_stricter stricter;
	u32 max;
} kinds[] = {
	/* Not a field: the message for an unknown name. */
	[0] = {
		NULL,
		"fields are ignore announce filter hidden proxy proxy-delay garp learn inspect validate rate burst source-rate defend notify mode trust suppress",
	},
	[ARP_POLICY_FIELD_IGNORE] = {
		"ignore",
		"ignore takes 0 1 2 3 8 or any device subnet global never",
		ignore_words },
	[ARP_POLICY_FIELD_ANNOUNCE] = {
		"announce",
		"announce takes 0 1 2 3 or any subnet best strict",
		announce_words },
	[ARP_POLICY_FIELD_FILTER] = {
		"filter", "filter takes on or off", flag_words },
	[ARP_POLICY_FIELD_HIDDEN] = {
		"hidden", "hidden takes on or off", flag_words },
	[ARP_POLICY_FIELD_PROXY] = {
		"proxy", "proxy takes off, route, pvlan or route,pvlan",
		proxy_words, EITHER },
	[ARP_POLICY_FIELD_PROXY_DELAY] = {
		"proxy-delay", "proxy-delay takes milliseconds, 0 to 60000",
		NULL, MORE, ARP_POLICY_PROXY_DELAY_MAX },
	[ARP_POLICY_FIELD_GARP] = {
		"garp", "garp takes accept or drop", garp_words },
	[ARP_POLICY_FIELD_LEARN] = {
		"learn", "learn takes any, solicited or none", learn_words },
	[ARP_POLICY_FIELD_INSPECT] = {
		"inspect", "inspect takes off, audit, enforce or strict",
		inspect_words },
	[ARP_POLICY_FIELD_VALIDATE] = {
		"validate", "validate takes none or any of src-mac,dst-mac,ip",
		validate_words, EITHER },
	[ARP_POLICY_FIELD_RATE] = {
		"rate", "rate takes packets per second, 1 to 1000000, or off",
		off_words, LESS, ARP_POLICY_RATE_MAX },
	[ARP_POLICY_FIELD_BURST] = {
		"burst", "burst takes packets, 1 to 1000000, or off",
		off_words, LESS, ARP_POLICY_RATE_MAX },
	[ARP_POLICY_FIELD_SOURCE_RATE] = {
		"source-rate",
		"source-rate takes packets per second, 1 to 1000000, or off",
		off_words, LESS, ARP_POLICY_RATE_MAX },
	[ARP_POLICY_FIELD_DEFEND] = {
		"defend", "defend takes on or off", flag_words },
	[ARP_POLICY_FIELD_MODE] = {
		"mode", "mode takes enforce or audit", mode_words },
	[ARP_POLICY_FIELD_TRUST] = {
		"trust", "trust takes on or off", flag_words, LEAST },
	[ARP_POLICY_FIELD_SUPPRESS] = {
		"suppress", "suppress takes off, bind, neigh or bind,neigh",
		suppress_words, EITHER },
	[ARP_POLICY_FIELD_NOTIFY] = {
		"notify", "notify takes off, up or change", notify_words },
};

/**
 * arpp_field_equal() - are two sets of fields equal?
 * @a: one
 * @b: the other
 *
 * Return: true if the same fields are set to the same values.
 */
bool arpp_field_equal(const struct arpp_fields *a, const struct arpp_fields *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/**
 * arpp_field_change() - set and unset fields
 * @fields: updated
 * @set: the fields to set; others are kept
 * @unset: mask of the fields to unset
 *
 * Return: 0, or -ENOENT if there are fields to unset and none of them is set.
 */
int arpp_field_change(struct arpp_fields *fields, const struct arpp_fields *set,
		      u32 unset)
{
	enum arp_policy_field f;

	if (unset && !(fields->set & unset))
		return -ENOENT;
	arpp_for_each_field(f) {
		if (unset & BIT(f))
			arpp_field_unset(fields, f);
		if (arpp_field_is_set(set, f))
			arpp_field_set(fields, f, set->val[f]);
	}
	return 0;
}

/**
 * arpp_field_stricter() - the stricter of two values of a field
 * @f: the field
 * @a: a valid value
 * @b: another
 *
 * Mirrors IN_DEV_MAXCONF() and IN_DEV_ORCONF(): the greater value, and the union of
 * flags. A longer proxy-delay, a lower rate, audit, trust off, and more of notify are
 * stricter.
 *
 * Return: the value.
 */
u32 arpp_field_stricter(enum arp_policy_field f, u32 a, u32 b)
{
	switch (kinds[f].stricter) {
	case EITHER:
		return a | b;
	case LESS:
		return min_not_zero(a, b);
	case LEAST:
		return min(a, b);
	default:
		return max(a, b);
	}
}

/**
 * arpp_field_unsupported() - can this kernel not carry out a field?
 * @f: the field
 *
 * Return: NULL if it can, else an error message.
 */
const char *arpp_field_unsupported(enum arp_policy_field f)
{
	if (!IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE) &&
	    ARPP_FIELDS_PORT & BIT(f))
		return "trust and suppress need a kernel with CONFIG_NETFILTER_FAMILY_BRIDGE";
	return NULL;
}

/* Parse one word of @len characters. */
static bool parse_word(const struct arpp_word *w, const char *text, size_t len,
		       u32 *val)
{
	for (; w && w->word; w++) {
		if (strlen(w->word) != len || strncmp(w->word, text, len))
			continue;
		*val = w->val;
		return true;
	}
	return false;
}

static bool parse_value(const struct arpp_field_kind *kind, const char *text,
			u32 *val)
{
	size_t len;
	u32 one;

	if (kind->stricter != EITHER)
		return parse_word(kind->words, text, strlen(text), val) ||
		       (kind->max && !kstrtou32(text, 10, val) &&
			*val <= kind->max);
	/* The word for no flags stands alone; each other word at most once. */
	if (parse_word(kind->words, text, strlen(text), val) && !*val)
		return true;
	for (*val = 0;; text += len + 1) {
		len = strcspn(text, ",");
		if (!parse_word(kind->words, text, len, &one) || !one ||
		    *val & one)
			return false;
		*val |= one;
		if (!text[len])
			return true;
	}
}

/**
 * arpp_field_parse() - set a field from text
 * @fields: updated
 * @name: the field's name
 * @value: its value, a word or a number
 *
 * Return: NULL if it was set, else an error message.
 */
const char *arpp_field_parse(struct arpp_fields *fields, const char *name,
			     const char *value)
{
	enum arp_policy_field f;
	u32 val;

	arpp_for_each_field(f)
		if (!strcmp(kinds[f].name, name))
			break;
	if (f > ARP_POLICY_FIELD_MAX)
		return kinds[0].values;
	if (!parse_value(&kinds[f], value, &val))
		return kinds[f].values;
	if (arpp_field_unsupported(f))
		return arpp_field_unsupported(f);
	arpp_field_set(fields, f, val);
	return NULL;
}
