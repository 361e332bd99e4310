// SPDX-License-Identifier: GPL-2.0-only
/* monitor: events as they happen, until interrupted. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/genetlink.h>
#include <time.h>

#include "base/words.h"
#include "command.h"
#include "wire/entry.h"
#include "wire/fields.h"
#include "wire/nl_listen.h"
#include "wire/reason.h"

/* RFC 3339 with microseconds, local time and its offset; brief: the time of day. */
static void now(bool brief, char *buf, size_t size)
{
	struct timespec ts;
	struct tm tm;
	char day[32], zone[8];
	unsigned int us;

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	if (brief) {
		strftime(day, sizeof(day), "%H:%M:%S", &tm);
		snprintf(buf, size, "%s.%03u", day,
			 (unsigned int)(ts.tv_nsec / 1000000) % 1000);
		return;
	}
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	us = (unsigned int)(ts.tv_nsec / 1000) % 1000000;
	snprintf(buf, size, "%s.%06u%.3s:%.2s", day, us, zone, zone + 3);
}

static void begin(struct printer *out, const char *event)
{
	char time[64];

	now(out->columns && !out->json, time, sizeof(time));
	pr_open(out, NULL, '{');
	pr_str(out, "time", STYLE_FAINT, 0, time);
	pr_text(out, "  ");
	pr_str(out, "event", STYLE_PLAIN, 0, event);
}

static void print_dev(struct printer *out, const struct nlattr *const *tb)
{
	struct field_values values;

	field_read_all(&values, tb[ARP_POLICY_A_FIELDS]);
	pr_text(out, " ");
	pr_str(out, "selector", STYLE_NAME, 0,
	       nl_str(tb[ARP_POLICY_A_SELECTOR]));
	field_print_all(out, &values, "  ", 0);
	if (!tb[ARP_POLICY_A_FIELDS])
		pr_text(out, "  unset");
}

static void print_entry(struct printer *out, const struct nlattr *const *tb)
{
	pr_text(out, " ");
	entry_print_nest(out, tb[ARP_POLICY_A_ENTRY]);
}

static uint32_t tables_of(const struct nlattr *const *tb)
{
	return (uint32_t)nl_uint(tb[ARP_POLICY_A_TABLES]);
}

/* The selector whose entries were deleted; none: all. */
static void print_flushed(struct printer *out, const struct nlattr *const *tb)
{
	if (!tb[ARP_POLICY_A_SELECTOR]) {
		pr_opt(out, "selector", STYLE_NAME, "", NULL);
		return;
	}
	pr_text(out, " dev ");
	word_print(out, "selector", STYLE_NAME,
		   nl_str(tb[ARP_POLICY_A_SELECTOR]));
}

/* Other programs may delete only rules for targets, or for senders. */
static void print_rule_flush(struct printer *out, const struct nlattr *const *tb)
{
	static const char *const tables[] = {
		[1U << ARP_POLICY_TABLE_TARGET] = "target",
		[1U << ARP_POLICY_TABLE_SENDER] = "sender",
		[TABLES_RULES] = NULL,
	};

	pr_opt(out, "table", STYLE_PLAIN, " ", tables[tables_of(tb) & TABLES_RULES]);
	print_flushed(out, tb);
}

static void print_bind_flush(struct printer *out, const struct nlattr *const *tb)
{
	bool dynamic = tb[ARP_POLICY_A_DYNAMIC];

	pr_bool(out, "dynamic", STYLE_PLAIN, 0, dynamic,
		dynamic ? " dynamic" : "");
	print_flushed(out, tb);
}

static void print_changes(struct printer *out, const struct nlattr *const *tb)
{
	pr_text(out, " ");
	pr_num(out, "changes", STYLE_PLAIN, 0, nl_uint(tb[ARP_POLICY_A_OPS]),
	       NULL);
}

/* On bridge ports, other operations are reported too. */
static const char *op_text(const struct nlattr *const *tb, char *buf, size_t size)
{
	if (tb[ARP_POLICY_EVENT_REQUEST])
		return "request";
	if (!tb[ARP_POLICY_EVENT_OPCODE])
		return "reply";
	snprintf(buf, size, "op-%u", (unsigned int)nl_uint(tb[ARP_POLICY_EVENT_OPCODE]));
	return buf;
}

/* who-has TARGET from SENDER LLADDR, or SENDER is-at LLADDR to TARGET */
static void print_packet(struct printer *out, const struct nlattr *const *tb)
{
	char number[16];
	const char *op = op_text(tb, number, sizeof(number));
	char sender[ADDRESS_TEXT], target[ADDRESS_TEXT], mac[LLADDR_TEXT];
	const char *s = nl_address(tb[ARP_POLICY_EVENT_SENDER], sender);
	const char *t = nl_address(tb[ARP_POLICY_EVENT_TARGET], target);
	const char *m = nl_lladdr(tb[ARP_POLICY_EVENT_LLADDR], mac);

	/* Without a sender, the packet was too malformed. */
	if (out->json || !s) {
		pr_opt(out, "op", STYLE_PLAIN, " ", s ? op : NULL);
		pr_opt(out, "sender", STYLE_PLAIN, " ", s);
		pr_opt(out, "target", STYLE_PLAIN, " ", t);
		pr_opt(out, "lladdr", STYLE_PLAIN, " ", m);
	} else if (tb[ARP_POLICY_EVENT_REQUEST]) {
		pr_text(out, " %s who-has %s from %s %s", op, t ? t : "?", s,
			m ? m : "?");
	} else if (tb[ARP_POLICY_EVENT_OPCODE]) {
		pr_text(out, " %s target %s from %s %s", op, t ? t : "?", s,
			m ? m : "?");
	} else {
		pr_text(out, " %s %s is-at %s to %s", op, s, m ? m : "?",
			t ? t : "?");
	}
}

static const char *field_name(const struct nlattr *attr)
{
	const struct field *field;

	field = field_by_attr((unsigned int)nl_uint(attr));
	return field ? field->name : NULL;
}

static void print_verdict(struct printer *out, const struct nlattr *const *tb)
{
	const struct nlattr *ev[ARP_POLICY_EVENT_MAX + 1];
	const char *verdict, *reason;

	nl_parse_nest(tb[ARP_POLICY_A_EVENT], ev, ARP_POLICY_EVENT_MAX);
	verdict = verdict_name((unsigned int)nl_uint(ev[ARP_POLICY_EVENT_VERDICT]));
	reason = reason_name((unsigned int)nl_uint(ev[ARP_POLICY_EVENT_REASON]));

	pr_opt(out, "dev", STYLE_NAME, " ", nl_str(tb[ARP_POLICY_A_IFNAME]));
	if (out->json)
		pr_num(out, "ifindex", STYLE_PLAIN, 0,
		       nl_uint(tb[ARP_POLICY_A_IFINDEX]), NULL);
	if (ev[ARP_POLICY_EVENT_BRIDGE])
		pr_opt(out, "bridge", STYLE_NAME, " of ",
		       nl_str(ev[ARP_POLICY_EVENT_BRIDGE]));
	if (ev[ARP_POLICY_EVENT_VLAN]) {
		pr_text(out, " vlan ");
		pr_num(out, "vlan", STYLE_PLAIN, 0,
		       nl_uint(ev[ARP_POLICY_EVENT_VLAN]), NULL);
	}
	pr_opt(out, "direction", STYLE_PLAIN, " ",
	       ev[ARP_POLICY_EVENT_OUT] ? "out" : "in");
	print_packet(out, ev);
	pr_opt(out, "verdict", STYLE_VALUE, "  ", verdict ? verdict : "unknown");
	pr_opt(out, "reason", STYLE_VALUE, " ", reason ? reason : "unknown");
	pr_opt(out, "field", STYLE_PLAIN, "  field ",
	       field_name(ev[ARP_POLICY_EVENT_FIELD]));
	entry_print_cause(out, ev[ARP_POLICY_EVENT_ENTRY], "  ");
	pr_bool(out, "audit", STYLE_PLAIN, 0, ev[ARP_POLICY_EVENT_AUDIT],
		ev[ARP_POLICY_EVENT_AUDIT] ? "  audit" : "");
	if (out->json || ev[ARP_POLICY_EVENT_LOST]) {
		pr_text(out, "  lost ");
		pr_num(out, "lost", STYLE_PLAIN, 0,
		       nl_uint(ev[ARP_POLICY_EVENT_LOST]), NULL);
	}
}

static bool is_binding(const struct nlattr *const *tb)
{
	struct entry entry;

	entry_read(&entry, tb[ARP_POLICY_A_ENTRY]);
	return entry.table == ARP_POLICY_TABLE_BINDING;
}

static bool is_rule(const struct nlattr *const *tb)
{
	return !is_binding(tb);
}

static bool is_whole(const struct nlattr *const *tb)
{
	return !tb[ARP_POLICY_A_TABLES];
}

static bool has_rules(const struct nlattr *const *tb)
{
	return tables_of(tb) & TABLES_RULES;
}

static bool has_bindings(const struct nlattr *const *tb)
{
	return tables_of(tb) & TABLES_BINDINGS;
}

static bool is_change(const struct nlattr *const *tb)
{
	return nl_uint(tb[ARP_POLICY_A_TRANSACTION]) ==
	       ARP_POLICY_TRANSACTION_CHANGE;
}

static bool is_replacement(const struct nlattr *const *tb)
{
	return !is_change(tb);
}

/* A message may be several events: a flush of rules and of bindings. */
static const struct event {
	uint8_t cmd;
	bool (*is)(const struct nlattr *const *tb);	/* NULL: always */
	const char *name;
	void (*print)(struct printer *out, const struct nlattr *const *tb);
} events[] = {
	{ ARP_POLICY_CMD_DEV_NTF, NULL, "dev", print_dev },
	{ ARP_POLICY_CMD_ENTRY_ADD_NTF, is_rule, "rule", print_entry },
	{ ARP_POLICY_CMD_ENTRY_ADD_NTF, is_binding, "bind", print_entry },
	{ ARP_POLICY_CMD_ENTRY_DEL_NTF, is_rule, "rule-del", print_entry },
	{ ARP_POLICY_CMD_ENTRY_DEL_NTF, is_binding, "bind-del", print_entry },
	{ ARP_POLICY_CMD_FLUSH_NTF, is_whole, "flush", NULL },
	{ ARP_POLICY_CMD_FLUSH_NTF, has_rules, "rule-flush", print_rule_flush },
	{ ARP_POLICY_CMD_FLUSH_NTF, has_bindings, "bind-flush",
	  print_bind_flush },
	{ ARP_POLICY_CMD_TRANSACTION_NTF, is_change, "change", print_changes },
	{ ARP_POLICY_CMD_TRANSACTION_NTF, is_replacement, "restore",
	  print_changes },
	{ ARP_POLICY_CMD_VERDICT_NTF, NULL, "verdict", print_verdict },
	{ 0 }
};

static void end(struct printer *out)
{
	pr_text(out, "\n");
	pr_close(out, '}');
}

static int print_event(void *data, const struct nlmsghdr *msg)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	const struct genlmsghdr *genl;
	struct printer *out = data;
	const struct event *e;

	if (!msg) {
		begin(out, "lost");
		pr_text(out, "  events came faster than they were read");
		end(out);
		return pr_finish(out);
	}
	genl = mnl_nlmsg_get_payload(msg);
	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	for (e = events; e->cmd; e++) {
		if (e->cmd != genl->cmd || (e->is && !e->is(tb)))
			continue;
		begin(out, e->name);
		if (e->print)
			e->print(out, tb);
		if (out->json && tb[ARP_POLICY_A_GENERATION])
			pr_num(out, "generation", STYLE_PLAIN, 0,
			       nl_uint(tb[ARP_POLICY_A_GENERATION]), NULL);
		end(out);
	}
	return pr_finish(out);
}

static int monitor(struct ctx *ctx)
{
	static const char *const all[] = {
		ARP_POLICY_MCGRP_CONFIG, ARP_POLICY_MCGRP_VERDICT, NULL
	};
	/* The commands have the names of the groups. */
	const char *const one[] = { ctx->args->command, NULL };

	ctx->out.pretty = false;	/* one object a line */
	return nl_listen(&ctx->nl, *ctx->args->command ? one : all,
			 print_event, &ctx->out);
}

static const struct command commands[] = {
	{ ARP_POLICY_MCGRP_CONFIG, "", "changes of the policy", monitor },
	{ ARP_POLICY_MCGRP_VERDICT, "", "verdicts on packets, except on those that pass",
	  monitor },
	{ "", "", "all events", monitor },
	{ 0 }
};

const struct object monitor_object = {
	"monitor", "events as they happen, until interrupted", commands
};
