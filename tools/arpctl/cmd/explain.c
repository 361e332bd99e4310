// SPDX-License-Identifier: GPL-2.0-only
/* explain: the verdict on a hypothetical packet, and the reason. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "base/parse.h"
#include "command.h"
#include "host/host.h"
#include "wire/dump.h"
#include "wire/entry.h"
#include "wire/fields.h"
#include "wire/netns.h"
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

/* What makes the kernel a proxy: the word in JSON, and the text. */
static const struct block proxies[ARP_POLICY_PROXIED_MAX + 1] = {
	[ARP_POLICY_PROXIED_PROXY_ARP] = { "proxy_arp", "sysctl proxy_arp" },
	[ARP_POLICY_PROXIED_PROXY_ARP_PVLAN] = {
		"proxy_arp_pvlan", "sysctl proxy_arp_pvlan" },
	[ARP_POLICY_PROXIED_PNEIGH] = {
		"pneigh", "a proxy neighbour entry (ip neigh show proxy)" },
};

static const struct block *proxy_of(const struct nlattr *attr)
{
	uint64_t proxy = nl_uint(attr);

	return proxy && proxy <= ARP_POLICY_PROXIED_MAX ? &proxies[proxy] : NULL;
}

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
	const struct block *proxy = proxy_of(x[ARP_POLICY_EXPLANATION_PROXIED]);
	const struct nlattr *error = x[ARP_POLICY_EXPLANATION_ERROR];
	char buf[64];

	pr_open(out, "kernel", '{');
	pr_opt(out, "route", STYLE_PLAIN, "\n  route     ",
	       route_text(x, buf, sizeof(buf)));
	pr_opt(out, "error", STYLE_PLAIN, "\n  error     ",
	       error ? strerror((int)nl_uint(error)) : NULL);
	if (out->json) {
		pr_opt(out, "blocked_by", STYLE_PLAIN, "",
		       block ? block->word : NULL);
		pr_opt(out, "proxied_by", STYLE_PLAIN, "",
		       proxy ? proxy->word : NULL);
	} else if (block) {
		pr_text(out, "\n  blocked   %s", block->what);
	} else if (proxy) {
		pr_text(out, "\n  proxied   by the kernel: %s", proxy->what);
	}
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

/* A packet to explain, and which parts of it were not given. */
struct query {
	const char *kind;
	uint32_t target, sender, vlan;
	uint8_t lladdr[LLADDR_MAX];
	int len;			/* of lladdr, 0: the kernel chooses */
	uint32_t ifindex;		/* of the chosen device, else 0 */
	bool unicast, chose_sender, chose_lladdr;
};

/* Prints what was chosen, as the words that explain takes. */
static void print_chosen(struct printer *out, const struct query *q, const char *dev,
			 const struct nlattr *const *ev)
{
	const char *lead = "\n  chosen    ";
	char sender[ADDRESS_TEXT], mac[LLADDR_TEXT];
	const char *lladdr = nl_lladdr(ev[ARP_POLICY_EVENT_LLADDR], mac);

	pr_open(out, "chosen", '{');
	if (q->ifindex) {
		pr_text(out, "%sdev ", lead);
		pr_str(out, "dev", STYLE_NAME, 0, dev);
		lead = " ";
	}
	if (q->chose_sender) {
		address_text(q->sender, sender);
		pr_text(out, "%sfrom ", lead);
		pr_str(out, "from", STYLE_VALUE, 0, sender);
		lead = " ";
	}
	if (q->chose_lladdr && lladdr) {
		pr_text(out, "%slladdr ", lead);
		pr_str(out, "lladdr", STYLE_VALUE, 0, lladdr);
	}
	pr_close(out, '}');
}

/* query is NULL for what follows on the host's device. */
static void print_explanation(struct printer *out, const char *kind,
			      const struct query *query,
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
	if (query)
		print_chosen(out, query, nl_str(tb[ARP_POLICY_A_IFNAME]), ev);
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
static void print_all(struct printer *out, const struct query *q,
		      const struct nlmsghdr *msg)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	const struct nlattr *next[ARP_POLICY_A_MAX + 1];

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_NEXT], next, ARP_POLICY_A_MAX);
	pr_open(out, NULL, '{');
	print_explanation(out, q->kind, q, tb);
	if (tb[ARP_POLICY_A_NEXT]) {
		pr_open(out, "next", '{');
		pr_text(out, "then ");
		print_explanation(out, q->kind, NULL, next);
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

static int read_query(const struct args *args, struct query *q)
{
	const char *mac = args_get(args, "MAC");
	const char *sender = args_get(args, "SENDER");
	int status;

	*q = (struct query){
		.kind = args->command,
		.unicast = args_get(args, "unicast"),
		.chose_sender = !sender,
		.chose_lladdr = !mac && strcmp(args->command, "send") != 0,
	};
	status = args_address(args, args_get(args, "TARGET"), &q->target);
	if (!status && sender)
		status = args_address(args, sender, &q->sender);
	if (!status && mac)
		status = args_any_lladdr(args, mac, q->lladdr, &q->len);
	if (!status)
		status = args_number(args, "vlan", args_get(args, "N"), 1,
				     ARP_POLICY_VLAN_MAX, &q->vlan);
	return status;
}

static void put_query(struct nlmsghdr *nlh, const struct query *q)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARP_POLICY_A_QUERY);

	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_KIND, kind_of(q->kind));
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_TARGET, q->target);
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_SENDER, q->sender);
	if (q->len)
		mnl_attr_put(nlh, ARP_POLICY_QUERY_LLADDR, (size_t)q->len, q->lladdr);
	if (q->unicast)
		mnl_attr_put(nlh, ARP_POLICY_QUERY_UNICAST, 0, NULL);
	if (q->vlan)
		mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_VLAN, q->vlan);
	mnl_attr_nest_end(nlh, nest);
}

/* Asks the kernel; without dev, about the device with the query's ifindex. */
static int ask(struct ctx *ctx, const char *dev, const struct query *q,
	       struct nl_reply *reply)
{
	struct nlmsghdr *nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_EXPLAIN, 0);
	int status = STATUS_OK;

	if (dev)
		status = nl_put_dev(&ctx->nl, dev);
	else
		mnl_attr_put_u32(nlh, ARP_POLICY_A_IFINDEX, q->ifindex);
	if (status)
		return status;
	put_query(nlh, q);
	return nl_call(&ctx->nl, reply);
}

/*
 * Finds the VLAN of the frame; 0: none. On a bridge that filters VLANs, a frame without a
 * tag is in the VLAN of the port's PVID. Only the kernel knows it.
 */
static int find_vlan(struct ctx *ctx, const struct host *host,
		     const struct host_link *port, const struct query *q, uint32_t *vlan)
{
	const struct host_link *bridge = host_link(host, port->master);
	const struct nlattr *ev[ARP_POLICY_EVENT_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct query untagged = *q;
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	int status;

	*vlan = q->vlan;
	if (q->vlan || !port->bridged || !bridge || !bridge->vlan_filtering)
		return STATUS_OK;
	untagged.ifindex = port->ifindex;
	status = ask(ctx, NULL, &untagged, &reply);
	if (!status)
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			nl_parse_nest(tb[ARP_POLICY_A_EVENT], ev, ARP_POLICY_EVENT_MAX);
			*vlan = (uint32_t)nl_uint(ev[ARP_POLICY_EVENT_VLAN]);
		}
	nl_reply_free(&reply);
	return status;
}

static int choose_sender(struct ctx *ctx, const struct host *host,
			 const struct host_link *link, struct query *q)
{
	const struct host_link *segment = link;
	uint32_t vlan;
	int status;

	if (link->port) {
		status = find_vlan(ctx, host, link, q, &vlan);
		if (status)
			return status;
		segment = host_segment(host, link, vlan);
	}
	if (!host_choose_sender(host, segment, q->target, &q->sender))
		return failure("%s has no subnet and no neighbour to take a sender from: give \"from SENDER\"",
			       segment->name);
	return STATUS_OK;
}

/* Chooses the device, unless dev names it, and the sender, as far as not given. */
static int choose_on(struct ctx *ctx, const struct host *host, const char *dev,
		     struct query *q)
{
	const struct host_link *link;

	link = dev ? host_link(host, link_index(dev)) : host_choose_dev(host, q->target);
	if (!dev && !link)
		return failure("there is no route to the target, and no device has it in a subnet: give \"dev DEV\"");
	/* If there is no such device, the kernel says so. */
	if (!link)
		return STATUS_OK;
	if (!dev)
		q->ifindex = link->ifindex;
	return q->chose_sender ? choose_sender(ctx, host, link, q) : STATUS_OK;
}

static int choose(struct ctx *ctx, const char *dev, struct query *q)
{
	struct host host = { 0 };
	int status;

	if (dev && !q->chose_sender)
		return STATUS_OK;
	status = netns_enter(&ctx->nl.netns);
	if (!status)
		status = host_read(&host);
	if (!status)
		status = choose_on(ctx, &host, dev, q);
	host_free(&host);
	return status;
}

static int explain(struct ctx *ctx)
{
	const char *dev = args_get(ctx->args, "DEV");
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct query q;
	int status;

	status = read_query(ctx->args, &q);
	if (!status)
		status = choose(ctx, dev, &q);
	if (!status)
		status = ask(ctx, dev, &q, &reply);
	if (!status)
		nl_for_each(msg, &reply)
			print_all(&ctx->out, &q, msg);
	nl_reply_free(&reply);
	return status;
}

#define RECEIVED_ARGS \
	"TARGET [from SENDER] [dev DEV] [vlan N] [lladdr MAC] [unicast]"

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
