// SPDX-License-Identifier: GPL-2.0-only
/* The fields that a selector can set. */

#include <libmnl/libmnl.h>
#include <string.h>
#include <strings.h>

#include "base/args.h"
#include "base/near.h"
#include "base/parse.h"
#include "base/print.h"
#include "base/words.h"
#include "wire/fields.h"
#include "wire/nl_msg.h"

static const struct field_word ignore_words[] = {
	{ "any", ARP_POLICY_IGNORE_ANY },
	{ "device", ARP_POLICY_IGNORE_DEVICE },
	{ "subnet", ARP_POLICY_IGNORE_SUBNET },
	{ "global", ARP_POLICY_IGNORE_GLOBAL },
	{ "never", IGNORE_NEVER },
	{ 0 }
};

static const struct field_word announce_words[] = {
	{ "any", ARP_POLICY_ANNOUNCE_ANY },
	{ "subnet", ARP_POLICY_ANNOUNCE_SUBNET },
	{ "best", ARP_POLICY_ANNOUNCE_BEST },
	{ "strict", ARP_POLICY_ANNOUNCE_STRICT },
	{ 0 }
};

static const struct field_word switch_words[] = {
	{ "off", 0 },
	{ "on", 1 },
	{ 0 }
};

static const struct field_word proxy_words[] = {
	{ "off", 0 },
	{ "route", ARP_POLICY_PROXY_ROUTE },
	{ "pvlan", ARP_POLICY_PROXY_PVLAN },
	{ 0 }
};

static const struct field_word garp_words[] = {
	{ "accept", ARP_POLICY_GARP_ACCEPT },
	{ "drop", ARP_POLICY_GARP_DROP },
	{ 0 }
};

static const struct field_word learn_words[] = {
	{ "any", ARP_POLICY_LEARN_ANY },
	{ "solicited", ARP_POLICY_LEARN_SOLICITED },
	{ "none", ARP_POLICY_LEARN_NONE },
	{ 0 }
};

static const struct field_word inspect_words[] = {
	{ "off", ARP_POLICY_INSPECT_OFF },
	{ "audit", ARP_POLICY_INSPECT_AUDIT },
	{ "enforce", ARP_POLICY_INSPECT_ENFORCE },
	{ "strict", ARP_POLICY_INSPECT_STRICT },
	{ 0 }
};

static const struct field_word validate_words[] = {
	{ "none", 0 },
	{ "src-mac", ARP_POLICY_VALIDATE_SRC_MAC },
	{ "dst-mac", ARP_POLICY_VALIDATE_DST_MAC },
	{ "ip", ARP_POLICY_VALIDATE_IP },
	{ 0 }
};

static const struct field_word suppress_words[] = {
	{ "off", 0 },
	{ "bind", ARP_POLICY_SUPPRESS_BIND },
	{ "neigh", ARP_POLICY_SUPPRESS_NEIGH },
	{ "on", ARP_POLICY_SUPPRESS_BIND },	/* accepted, not printed */
	{ 0 }
};

static const struct field_word notify_words[] = {
	{ "off", ARP_POLICY_NOTIFY_OFF },
	{ "up", ARP_POLICY_NOTIFY_UP },
	{ "change", ARP_POLICY_NOTIFY_CHANGE },
	{ 0 }
};

static const struct field_word rate_words[] = {
	{ "off", 0 },
	{ 0 }
};

static const struct field_word mode_words[] = {
	{ "enforce", ARP_POLICY_MODE_ENFORCE },
	{ "audit", ARP_POLICY_MODE_AUDIT },
	{ 0 }
};

const struct field fields[] = {
	{ "ignore", "which own addresses are answered, as arp_ignore",
	  ignore_words, FIELD_LEVEL, ARP_POLICY_FIELD_IGNORE },
	{ "announce", "which own address a request names as its sender",
	  announce_words, FIELD_LEVEL, ARP_POLICY_FIELD_ANNOUNCE },
	{ "filter", "answer only where the route back leaves, as arp_filter",
	  switch_words, FIELD_SWITCH, ARP_POLICY_FIELD_FILTER },
	{ "hidden", "hide this device's addresses on all other devices",
	  switch_words, FIELD_SWITCH, ARP_POLICY_FIELD_HIDDEN },
	{ "proxy", "proxy ARP, as proxy_arp and proxy_arp_pvlan",
	  proxy_words, FIELD_FLAGS, ARP_POLICY_FIELD_PROXY },
	{ "proxy-delay", "longest random delay of proxied answers",
	  NULL, FIELD_MS, ARP_POLICY_FIELD_PROXY_DELAY },
	{ "garp", "accept or drop received gratuitous ARP",
	  garp_words, FIELD_WORD, ARP_POLICY_FIELD_GARP },
	{ "learn", "which replies may change the neighbour table",
	  learn_words, FIELD_WORD, ARP_POLICY_FIELD_LEARN },
	{ "inspect", "check senders against bindings; strict: all must have one",
	  inspect_words, FIELD_WORD, ARP_POLICY_FIELD_INSPECT },
	{ "validate", "check addresses, also against the Ethernet header",
	  validate_words, FIELD_FLAGS, ARP_POLICY_FIELD_VALIDATE },
	{ "rate", "limit of ARP packets received on the device",
	  rate_words, FIELD_RATE, ARP_POLICY_FIELD_RATE },
	{ "burst", "packets received at once; off: rate for one second",
	  rate_words, FIELD_PACKETS, ARP_POLICY_FIELD_BURST },
	{ "source-rate", "limit of ARP packets received from one MAC",
	  rate_words, FIELD_RATE, ARP_POLICY_FIELD_SOURCE_RATE },
	{ "defend", "defend own addresses against conflicts, RFC 5227",
	  switch_words, FIELD_SWITCH, ARP_POLICY_FIELD_DEFEND },
	{ "notify", "announce own addresses; up: as arp_notify, change: new ones too",
	  notify_words, FIELD_WORD, ARP_POLICY_FIELD_NOTIFY },
	{ "mode", "audit: count every verdict, change nothing",
	  mode_words, FIELD_WORD, ARP_POLICY_FIELD_MODE },
	{ "trust", "bridge ports; off: check what the bridge receives, on: do not",
	  switch_words, FIELD_SWITCH, ARP_POLICY_FIELD_TRUST },
	{ "suppress", "bridge ports: answer requests there, do not flood them",
	  suppress_words, FIELD_FLAGS, ARP_POLICY_FIELD_SUPPRESS },
	{ 0 }
};

/* The kinds that are numbers: their unit, and what may follow a number. */
static const struct {
	const char *name;
	const char *suffix;
	uint32_t min, max;
} units[] = {
	[FIELD_MS] = { "milliseconds", "ms", 0, ARP_POLICY_PROXY_DELAY_MAX },
	[FIELD_PACKETS] = { "packets", "", 1, ARP_POLICY_RATE_MAX },
	[FIELD_RATE] = { "packets/s", "/s", 1, ARP_POLICY_RATE_MAX },
};

/* What else people write for on and off, whatever the case. */
static const struct field_word other_switch_words[] = {
	{ "0", 0 }, { "no", 0 }, { "false", 0 }, { "off", 0 },
	{ "1", 1 }, { "yes", 1 }, { "true", 1 }, { "on", 1 },
	{ 0 }
};

const struct field *field_find(const char *name)
{
	const struct field *f;

	for (f = fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

const struct field *field_by_attr(unsigned int attr)
{
	const struct field *f;

	for (f = fields; f->name; f++)
		if (f->attr == attr)
			return f;
	return NULL;
}

static int unknown_field(const char *command, const char *name)
{
	const struct field *f;
	char list[256] = "";
	struct near near;

	near_init(&near, name);
	for (f = fields; f->name; f++) {
		near_try(&near, f->name);
		list_add(list, sizeof(list), f->name);
	}
	if (near.best)
		return usage_error("%s: unknown field \"%s\": did you mean \"%s\"?",
				   command, name, near.best);
	return usage_error("%s: unknown field \"%s\", the fields are: %s",
			   command, name, list);
}

static bool parse_word(const struct field_word *w, const char *text, size_t len,
		       uint32_t *value)
{
	for (; w && w->name; w++) {
		if (strlen(w->name) == len && !strncmp(w->name, text, len)) {
			*value = w->value;
			return true;
		}
	}
	return false;
}

static const char *word_of(const struct field *field, uint32_t value)
{
	const struct field_word *w;

	for (w = field->words; w && w->name; w++)
		if (w->value == value)
			return w->name;
	return NULL;
}

static bool parse_flags(const struct field_word *w, const char *text,
			uint32_t *value)
{
	uint32_t flag;
	size_t len;

	*value = 0;
	if (parse_word(w, text, strlen(text), &flag) && !flag)
		return true;
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (!parse_word(w, text, len, &flag) || !flag ||
		    (*value & flag))
			return false;
		*value |= flag;
		if (!text[len])
			return true;
	}
}

static bool parse_switch(const char *text, uint32_t *value)
{
	const struct field_word *w;

	for (w = other_switch_words; w->name; w++) {
		if (strcasecmp(w->name, text) != 0)
			continue;
		*value = w->value;
		return true;
	}
	return false;
}

/* A number in the field's range, with or without its unit. */
static bool parse_amount(const struct field *field, const char *text, uint32_t *value)
{
	const char *suffix = units[field->kind].suffix;
	size_t len = strlen(text), tail = strlen(suffix);
	uint64_t n;

	if (len > tail && !strcmp(text + len - tail, suffix))
		len -= tail;
	if (!parse_u64(text, len, &n) || n < units[field->kind].min ||
	    n > units[field->kind].max)
		return false;
	*value = (uint32_t)n;
	return true;
}

/* The word that a value that does not fit was probably meant to be, or NULL. */
static const char *near_value(const struct field *field, const char *text)
{
	const struct field_word *w;
	struct near near;
	uint32_t on;

	/* Of several flags, the first one is what the switch stands for. */
	if (field->kind == FIELD_FLAGS && parse_switch(text, &on))
		return field->words[on ? 1 : 0].name;
	near_init(&near, text);
	for (w = field->words; w && w->name; w++)
		near_try(&near, w->name);
	return near.best;
}

static int parse_value(const char *command, const struct field *field,
		       const char *text, uint32_t *value)
{
	char accepted[256];
	const char *near;
	bool ok = false;

	switch (field->kind) {
	case FIELD_LEVEL:
		ok = parse_word(field->words, text, strlen(text), value) ||
		     (parse_u32(text, value) && word_of(field, *value));
		break;
	case FIELD_SWITCH:
		ok = parse_switch(text, value);
		break;
	case FIELD_WORD:
		ok = parse_word(field->words, text, strlen(text), value);
		break;
	case FIELD_FLAGS:
		ok = parse_flags(field->words, text, value);
		break;
	case FIELD_MS:
	case FIELD_PACKETS:
	case FIELD_RATE:
		ok = parse_word(field->words, text, strlen(text), value) ||
		     parse_amount(field, text, value);
		break;
	}
	if (ok)
		return STATUS_OK;
	field_accepts(field, accepted, sizeof(accepted));
	near = near_value(field, text);
	return usage_error("%s: invalid %s \"%s\", expected: %s%s%s%s", command,
			   field->name, text, accepted, near ? ": did you mean \"" : "",
			   near ? near : "", near ? "\"?" : "");
}

bool field_is_set(const struct field_values *values, const struct field *field)
{
	return values->set & 1U << field->attr;
}

void field_set(struct field_values *values, const struct field *field,
	       uint32_t value)
{
	values->set |= 1U << field->attr;
	values->value[field->attr] = value;
}

/*
 * Finds the field with this name, which must not be among those in *seen, and adds
 * it there.
 */
static int field_next(const struct args *args, const char *name, uint32_t *seen,
		      const struct field **field)
{
	*field = field_find(name);
	if (!*field)
		return unknown_field(args->title, name);
	if (*seen & 1U << (*field)->attr)
		return usage_error("%s: %s is given twice", args->title, name);
	*seen |= 1U << (*field)->attr;
	return STATUS_OK;
}

static bool is_flag_of(const struct field *field, const char *word)
{
	uint32_t value;

	return field && field->kind == FIELD_FLAGS &&
	       parse_word(field->words, word, strlen(word), &value);
}

/* Reports the first word that is no field, or the last field, which has no value. */
static int value_missing(const char *command, int argc, char **argv)
{
	const struct field *f = NULL;
	char accepted[256];
	int i = 1;

	while (i < argc) {
		if (strchr(argv[i], '=')) {
			i++;
			continue;
		}
		f = field_find(argv[i]);
		if (!f)
			return unknown_field(command, argv[i]);
		i += 2;
	}
	if (i == argc)
		return STATUS_OK;
	field_accepts(f, accepted, sizeof(accepted));
	return usage_error("%s: VALUE is missing after \"%s\", expected: %s",
			   command, f->name, accepted);
}

int fields_check(const char *command, int argc, char **argv)
{
	const struct field *f = argc > 1 ? field_find(argv[1]) : NULL;
	int i, n = argc;

	for (i = 1; i < argc; i++)
		n += strchr(argv[i], '=') != NULL;
	/* A selector, and a value for each field: nothing is missing. */
	if (n < 2 || n % 2)
		return STATUS_OK;
	if (!strcmp(argv[0], "dev") && !f)
		return usage_error("%s: SELECTOR is missing, or leave out \"dev\" before \"%s\"",
				   command, argv[1]);
	if (field_find(argv[0]) && !f)
		return usage_error("%s: SELECTOR is missing before \"%s\"", command,
				   argv[0]);
	for (i = 3; i < argc; i++)
		if (is_flag_of(field_find(argv[i - 2]), argv[i - 1]) &&
		    is_flag_of(field_find(argv[i - 2]), argv[i]))
			return usage_error("%s: join the values of %s by commas: %s,%s",
					   command, argv[i - 2], argv[i - 1], argv[i]);
	return value_missing(command, argc, argv);
}

int fields_parse(const struct args *args, struct field_values *values)
{
	const struct field *field;
	uint32_t seen = 0, value = 0;
	int status, i;

	values->set = 0;
	status = word_fits(args->argv[0]);
	for (i = 1; !status && i + 1 < args->argc; i += 2) {
		status = field_next(args, args->argv[i], &seen, &field);
		if (!status)
			status = parse_value(args->title, field,
					     args->argv[i + 1], &value);
		if (!status)
			field_set(values, field, value);
	}
	return status;
}

int fields_parse_unset(const struct args *args, uint32_t *unset)
{
	const struct field *field;
	int status, i;

	*unset = 0;
	status = word_fits(args->argv[0]);
	for (i = 1; !status && i < args->argc; i++)
		status = field_next(args, args->argv[i], unset, &field);
	return status;
}

/* A value from messages, and for them: only one level has another number there. */
static uint32_t from_wire(const struct field *field, uint32_t value)
{
	return field->attr == ARP_POLICY_FIELD_IGNORE &&
	       value == ARP_POLICY_IGNORE_NEVER ? IGNORE_NEVER : value;
}

static uint32_t to_wire(const struct field *field, uint32_t value)
{
	return field->attr == ARP_POLICY_FIELD_IGNORE && value == IGNORE_NEVER ?
	       ARP_POLICY_IGNORE_NEVER : value;
}

void field_put_all(struct nlmsghdr *nlh, uint16_t attr,
		   const struct field_values *values)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	const struct field *f;

	for (f = fields; f->name; f++)
		if (field_is_set(values, f))
			mnl_attr_put_u32(nlh, (uint16_t)f->attr,
					 to_wire(f, values->value[f->attr]));
	mnl_attr_nest_end(nlh, nest);
}

void field_put_unset(struct nlmsghdr *nlh, uint16_t attr, uint32_t unset)
{
	const struct field *f;

	for (f = fields; f->name; f++)
		if (unset & 1U << f->attr)
			mnl_attr_put_u32(nlh, attr, f->attr);
}

void field_read_all(struct field_values *values, const struct nlattr *nest)
{
	const struct nlattr *tb[ARP_POLICY_FIELD_MAX + 1];
	const struct field *f;

	values->set = 0;
	nl_parse_nest(nest, tb, ARP_POLICY_FIELD_MAX);
	for (f = fields; f->name; f++)
		if (tb[f->attr])
			field_set(values, f,
				  from_wire(f, (uint32_t)nl_uint(tb[f->attr])));
}

static uint32_t all_flags(const struct field *field)
{
	const struct field_word *w;
	uint32_t all = 0;

	for (w = field->words; w && w->name; w++)
		all |= w->value;
	return all;
}

static void flags_text(const struct field *field, uint32_t value, char *buf,
		       size_t size)
{
	const struct field_word *w;
	size_t len = 0;

	snprintf(buf, size, "%s", value ? "" : word_of(field, 0));
	for (w = field->words; w->name; w++) {
		if (!(value & w->value) || len >= size)
			continue;
		len += (size_t)snprintf(buf + len, size - len, "%s%s",
					len ? "," : "", w->name);
		/* There may be another word for it. */
		value &= ~w->value;
	}
}

void field_print(struct printer *out, const struct field *field,
		 const char *key, int width, uint32_t value)
{
	const char *word;
	char text[64];

	switch (field->kind) {
	case FIELD_LEVEL:
	case FIELD_MS:
	case FIELD_PACKETS:
	case FIELD_RATE:
		pr_num(out, key, STYLE_VALUE, width, value,
		       word_of(field, value));
		break;
	case FIELD_SWITCH:
		pr_bool(out, key, STYLE_VALUE, width, value,
			value ? "on" : "off");
		break;
	case FIELD_WORD:
		word = word_of(field, value);
		pr_str(out, key, STYLE_VALUE, width, word ? word : "unknown");
		break;
	case FIELD_FLAGS:
		flags_text(field, value, text, sizeof(text));
		pr_str(out, key, STYLE_VALUE, width, text);
		break;
	}
}

/* How wide the text of a value is. */
static int value_width(const struct field *field, uint32_t value)
{
	const char *word = word_of(field, value);
	char text[64];

	if (field->kind == FIELD_FLAGS)
		flags_text(field, value, text, sizeof(text));
	else if (word)
		snprintf(text, sizeof(text), "%s", word);
	else
		snprintf(text, sizeof(text), "%u", value);
	return (int)strlen(text);
}

void field_print_all(struct printer *out, const struct field_values *values,
		     const char *lead, int indent)
{
	int limit = indent ? pr_width(out) : 0, at = indent, width;
	const struct field *f;

	pr_open(out, "fields", '{');
	for (f = fields; f->name; f++) {
		if (!field_is_set(values, f))
			continue;
		if (limit) {
			width = (int)(strlen(lead) + strlen(f->name)) + 1 +
				value_width(f, values->value[f->attr]);
			if (at > indent && at + width > limit) {
				pr_text(out, "\n%*s", indent, "");
				at = indent;
			}
			at += width;
		}
		pr_text(out, "%s%s ", lead, f->name);
		field_print(out, f, f->name, 0, values->value[f->attr]);
	}
	pr_close(out, '}');
}

struct accepts {
	const struct field *field;
	char *buf;
	size_t size;
};

static void accepts_add(void *data, const char *word)
{
	const struct accepts *a = data;
	char item[64];
	uint32_t value;

	if (a->field->kind == FIELD_LEVEL &&
	    parse_word(a->field->words, word, strlen(word), &value)) {
		snprintf(item, sizeof(item), "%s (%u)", word, value);
		word = item;
	}
	list_add(a->buf, a->size, word);
}

void field_accepts(const struct field *field, char *buf, size_t size)
{
	struct accepts a = { field, buf, size };
	char all[64], item[80];

	buf[0] = '\0';
	if (field->kind != FIELD_FLAGS) {
		field_each_word(field, accepts_add, &a);
		if (field->kind >= FIELD_MS) {
			snprintf(all, sizeof(all), "%u to %u %s", units[field->kind].min,
				 units[field->kind].max, units[field->kind].name);
			list_add(buf, size, all);
		}
		return;
	}
	list_add(buf, size, word_of(field, 0));
	flags_text(field, all_flags(field), all, sizeof(all));
	snprintf(item, sizeof(item), "or any of %s", all);
	list_add(buf, size, item);
}

void field_each_word(const struct field *field,
		     void (*each)(void *data, const char *word), void *data)
{
	uint32_t all = all_flags(field), value;
	const struct field_word *w;
	char text[64];

	if (field->kind != FIELD_FLAGS) {
		for (w = field->words; w && w->name; w++)
			each(data, w->name);
		return;
	}
	for (value = 0; value <= all; value++) {
		if (value & ~all)
			continue;
		flags_text(field, value, text, sizeof(text));
		each(data, text);
	}
}
