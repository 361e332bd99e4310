// SPDX-License-Identifier: GPL-2.0-only
/* explain: the verdict on a hypothetical packet, and the reason. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "base/parse.h"
#include "command.h"
#include "wire/entry.h"
#include "wire/fields.h"
#include "wire/reason.h"

/* The names that "ip route" uses. */
static const char *const route_types[__RTN_MAX] = {
	[RTN_UNICAST] = "unicast",
	[RTN_LOCAL] = "local",
	[RTN_BROADCAST] = "broadcast",
	[RTN_ANYCAST] = "anycast",
	[RTN_MULTICAST] = "multicast",
	[RTN_BLACKHOLE] = "blackhole",
	[RTN_UNREACHABLE] = "unreachable",
	[RTN_PROHIBIT] = "prohibit",
	[RTN_THROW] = "throw",
};

/* JSON has only the word; for a sysctl that is its name. */
static const struct block {
	const char *word;
	const char *what;
} blocks[ARP_POLICY_BLOCK_MAX + 1] = {
	[ARP_POLICY_BLOCK_REPLY] = { "reply", "replies are never answered" },
	[ARP_POLICY_BLOCK_DOWN] = {
		"down", "the device is down, or has no carrier" },
	[ARP_POLICY_BLOCK_NOARP] = { "noarp", "ARP is disabled on the device" },
	[ARP_POLICY_BLOCK_MASTER] = {
		"master", "the device is a port: received packets go to its master" },
	[ARP_POLICY_BLOCK_NO_IPV4] = {
		"no-ipv4", "IPv4 is not enabled on the device" },
	[ARP_POLICY_BLOCK_TARGET] = {
		"target", "the kernel does no ARP for such a target" },
	[ARP_POLICY_BLOCK_DROP_GRATUITOUS] = {
		"drop_gratuitous_arp", "sysctl drop_gratuitous_arp is on" },
	[ARP_POLICY_BLOCK_NOT_LOCAL] = {
		"not-local", "a probe for an address that is not local" },
	[ARP_POLICY_BLOCK_MARTIAN] = {
		"martian", "the sender's address is not a valid host address (martian)" },
	[ARP_POLICY_BLOCK_ACCEPT_LOCAL] = {
		"accept_local",
		"the sender's address is local, and sysctl accept_local is off" },
	[ARP_POLICY_BLOCK_RP_FILTER] = {
		"rp_filter",
		"sysctl rp_filter: the route back to the sender uses another device" },
	[ARP_POLICY_BLOCK_NO_ROUTE] = {
		"no-route", "there is no route to the target" },
	[ARP_POLICY_BLOCK_ARP_IGNORE] = {
		"arp_ignore", "sysctl arp_ignore does not allow an answer" },
	[ARP_POLICY_BLOCK_ARP_FILTER] = {
		"arp_filter",
		"sysctl arp_filter: the route back to the sender uses another device" },
	[ARP_POLICY_BLOCK_FORWARDING] = {
		"forwarding",
		"the target is not local, and sysctl forwarding is off" },
	[ARP_POLICY_BLOCK_PROXY_ARP] = {
		"proxy_arp",
		"the target is not local, and no proxy ARP is configured for it" },
	[ARP_POLICY_BLOCK_NEIGHBOUR] = {
		"neighbour",
		"the neighbour entry of the target is permanent or noarp" },
};

static const struct block *block_of(const struct nlattr *attr)
{
	static const struct block unknown = { "unknown", "unknown" };
	uint64_t block = nl_uint(attr);

	if (!attr)
		return NULL;
	if (block > ARP_POLICY_BLOCK_MAX || !blocks[block].word)
		return &unknown;
	return &blocks[block];
}

/* "unicast dev eth1", or NULL if unknown. */
static const char *route_text(const struct nlattr *const *x, char *buf,
			      size_t size)
{
	uint64_t type = nl_uint(x[ARP_POLICY_EXPLANATION_ROUTE]);
	const struct nlattr *ifindex = x[ARP_POLICY_EXPLANATION_ROUTE_IFINDEX];
	const char *name = type < __RTN_MAX ? route_types[type] : NULL;
	char dev[IF_NAMESIZE];

	if (!x[ARP_POLICY_EXPLANATION_ROUTE])
		return NULL;
	if (!name)
		name = "unknown";
	if (ifindex && if_indextoname((unsigned int)nl_uint(ifindex), dev))
		snprintf(buf, size, "%s dev %s", name, dev);
	else
		snprintf(buf, size, "%s", name);
	return buf;
}

static void print_kernel(struct printer *out, const struct nlattr *const *x)
{
	const struct block *block = block_of(x[ARP_POLICY_EXPLANATION_BLOCKED]);
	const struct nlattr *error = x[ARP_POLICY_EXPLANATION_ERROR];
	char buf[64];

	pr_open(out, "kernel", '{');
	pr_opt(out, "route", STYLE_PLAIN, "\n  route     ",
	       route_text(x, buf, sizeof(buf)));
	pr_opt(out, "error", STYLE_PLAIN, "\n  error     ",
	       error ? strerror((int)nl_uint(error)) : NULL);
	if (out->json)
		pr_opt(out, "blocked_by", STYLE_PLAIN, "",
		       block ? block->word : NULL);
	else if (block)
		pr_text(out, "\n  blocked   %s", block->what);
	pr_close(out, '}');
}

/*
 * Prints what decided: a rule, or a field with the selector that set it; of suppress, also
 * the binding.
 */
static void print_origin(struct printer *out, const struct nlattr *const *ev,
			 const struct nlattr *const *x)
{
	const struct nlattr *nest = ev[ARP_POLICY_EVENT_ENTRY];
	const struct nlattr *origin = x[ARP_POLICY_EXPLANATION_ORIGIN];
	const struct nlattr *attr = ev[ARP_POLICY_EVENT_FIELD];
	const struct field *field = NULL;
	struct entry entry;
	bool rule;

	if (attr)
		field = field_by_attr((unsigned int)nl_uint(attr));
	entry_read(&entry, nest);
	rule = nest && entry.table != ARP_POLICY_TABLE_BINDING;
	if (rule && !out->json) {
		entry_print_cause(out, nest, "\n  by        ");
		return;
	}
	pr_opt(out, "field", STYLE_VALUE, "\n  by        ",
	       field ? field->name : NULL);
	pr_opt(out, "selector", STYLE_NAME, " of ", rule ? entry.selector :
	       origin ? nl_str(origin) : NULL);
	entry_print_cause(out, nest, ", ");
}

static void print_end(struct printer *out, bool send,
		      const struct nlattr *const *ev,
		      const struct nlattr *const *x)
{
	const struct nlattr *lladdr = x[ARP_POLICY_EXPLANATION_LLADDR];
	bool answered = x[ARP_POLICY_EXPLANATION_ANSWERED];
	char mac[LLADDR_TEXT], sender[ADDRESS_TEXT];
	const char *from;

	from = nl_address(send ? x[ARP_POLICY_EXPLANATION_SENDER] :
				 ev[ARP_POLICY_EVENT_SENDER], sender);
	if (out->json) {
		pr_opt(out, "lladdr", STYLE_VALUE, "", nl_lladdr(lladdr, mac));
		pr_opt(out, "sender", STYLE_VALUE, "", from);
		pr_bool(out, "answered", STYLE_VALUE, 0, answered, "");
		return;
	}
	pr_text(out, send ? "\n  request   " : "\n  answer    ");
	if (!answered)
		pr_str(out, NULL, STYLE_VALUE, 0, "none");
	else if (send)
		pr_opt(out, NULL, STYLE_VALUE, "from ", from);
	else
		pr_opt(out, NULL, STYLE_VALUE, "is-at ", nl_lladdr(lladdr, mac));
}

/* Indexed by enum arp_policy_forward. */
static const char *const forwards[] = {
	[ARP_POLICY_FORWARD_HOST] = "host",
	[ARP_POLICY_FORWARD_FLOOD] = "flood",
	[ARP_POLICY_FORWARD_FORWARD] = "forward",
	[ARP_POLICY_FORWARD_DROP] = "drop",
};

/* On a bridge port: the VLAN, and what the bridge does with the packet. */
static void print_bridge(struct printer *out, const struct nlattr *const *ev,
			 const struct nlattr *const *x)
{
	const struct nlattr *bridge = ev[ARP_POLICY_EVENT_BRIDGE];
	const struct nlattr *vlan = ev[ARP_POLICY_EVENT_VLAN];
	const struct nlattr *port = x[ARP_POLICY_EXPLANATION_PORT];
	uint64_t forward = nl_uint(x[ARP_POLICY_EXPLANATION_FORWARD]);

	if (!bridge)
		return;
	if (vlan) {
		pr_text(out, "\n  vlan      ");
		pr_num(out, "vlan", STYLE_VALUE, 0, nl_uint(vlan), NULL);
	}
	pr_open(out, "bridge", '{');
	pr_opt(out, "dev", STYLE_NAME, "\n  bridge    ", nl_str(bridge));
	if (forward && forward < sizeof(forwards) / sizeof(forwards[0]))
		pr_opt(out, "action", STYLE_VALUE, " ", forwards[forward]);
	if (port)
		pr_opt(out, "port", STYLE_NAME, " to ", nl_str(port));
	pr_close(out, '}');
}

static void print_explanation(struct printer *out, const char *kind,
			      const struct nlattr *const *tb)
{
	const struct nlattr *x[ARP_POLICY_EXPLANATION_MAX + 1];
	const struct nlattr *ev[ARP_POLICY_EVENT_MAX + 1];
	const char *verdict, *reason;
	bool audit;

	nl_parse_nest(tb[ARP_POLICY_A_EVENT], ev, ARP_POLICY_EVENT_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_EXPLANATION], x,
		      ARP_POLICY_EXPLANATION_MAX);
	verdict = verdict_name((unsigned int)nl_uint(ev[ARP_POLICY_EVENT_VERDICT]));
	reason = reason_name((unsigned int)nl_uint(ev[ARP_POLICY_EVENT_REASON]));
	audit = ev[ARP_POLICY_EVENT_AUDIT];

	pr_text(out, "%s on ", kind);
	pr_str(out, "dev", STYLE_NAME, 0, nl_str(tb[ARP_POLICY_A_IFNAME]));
	pr_opt(out, "verdict", STYLE_VALUE, "\n  verdict   ",
	       verdict ? verdict : "unknown");
	pr_opt(out, "reason", STYLE_VALUE, ", ", reason ? reason : "unknown");
	pr_bool(out, "audit", STYLE_PLAIN, 0, audit,
		audit ? ", not applied: mode audit" : "");
	print_origin(out, ev, x);
	print_end(out, !strcmp(kind, "send"), ev, x);
	print_kernel(out, x);
	print_bridge(out, ev, x);
	pr_text(out, "\n");
}

/* The verdict, and on a bridge port what follows on the host's device. */
static void print_all(struct printer *out, const char *kind,
		      const struct nlmsghdr *msg)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	const struct nlattr *next[ARP_POLICY_A_MAX + 1];

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_NEXT], next, ARP_POLICY_A_MAX);
	pr_open(out, NULL, '{');
	print_explanation(out, kind, tb);
	if (tb[ARP_POLICY_A_NEXT]) {
		pr_open(out, "next", '{');
		pr_text(out, "then ");
		print_explanation(out, kind, next);
		pr_close(out, '}');
	}
	pr_close(out, '}');
}

/* The kind of packet is the command's name. */
static enum arp_policy_kind kind_of(const char *command)
{
	if (!strcmp(command, "send"))
		return ARP_POLICY_KIND_SEND;
	return strcmp(command, "reply") != 0 ? ARP_POLICY_KIND_REQUEST :
					       ARP_POLICY_KIND_REPLY;
}

static int explain(struct ctx *ctx)
{
	struct nlmsghdr *nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_EXPLAIN, 0);
	const struct args *args = ctx->args;
	const char *mac = args_get(args, "MAC");
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	uint8_t lladdr[LLADDR_MAX];
	uint32_t target, sender, vlan = 0;
	struct nlattr *nest;
	int status, len = 0;

	status = args_address(args, args_get(args, "TARGET"), &target);
	if (!status)
		status = args_address(args, args_get(args, "SENDER"), &sender);
	if (!status && mac)
		status = args_any_lladdr(args, mac, lladdr, &len);
	if (!status)
		status = args_number(args, "vlan", args_get(args, "N"), 1, &vlan);
	if (!status)
		status = nl_put_dev(&ctx->nl, args_get(args, "DEV"));
	if (status)
		return status;
	nest = mnl_attr_nest_start(nlh, ARP_POLICY_A_QUERY);
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_KIND, kind_of(args->command));
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_TARGET, target);
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_SENDER, sender);
	if (mac)
		mnl_attr_put(nlh, ARP_POLICY_QUERY_LLADDR, (size_t)len, lladdr);
	if (args_get(args, "unicast"))
		mnl_attr_put(nlh, ARP_POLICY_QUERY_UNICAST, 0, NULL);
	if (vlan)
		mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_VLAN, vlan);
	mnl_attr_nest_end(nlh, nest);

	status = nl_call(&ctx->nl, &reply);
	if (!status)
		nl_for_each(msg, &reply)
			print_all(&ctx->out, ctx->args->command, msg);
	nl_reply_free(&reply);
	return status;
}

#define RECEIVED_ARGS "TARGET from SENDER dev DEV [vlan N] [lladdr MAC] [unicast]"

static const struct command commands[] = {
	{ "request", RECEIVED_ARGS,
	  "the verdict on a received request, and whether it is answered",
	  explain },
	{ "reply", RECEIVED_ARGS, "the verdict on a received reply",
	  explain },
	{ "send", "TARGET from SENDER dev DEV",
	  "the request that an IP packet from SENDER causes",
	  explain },
	{ 0 }
};

const struct object explain_object = {
	"explain", "the verdict on a hypothetical packet, and the reason", commands
};
