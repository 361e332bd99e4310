// SPDX-License-Identifier: GPL-2.0-only
/* check: whether a neighbour's request would be answered, and if not, why. */

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/selector.h"
#include "check/ask.h"
#include "host/route.h"
#include "wire/nl.h"
#include "wire/nl_refusal.h"

/* The maximum number of candidates that are tried. */
#define MOST_TRIED	4096

static uint32_t next_address(uint32_t address)
{
	return htonl(ntohl(address) + 1);
}

/* The network and the broadcast address of a subnet are not hosts. */
static bool is_host(struct prefix subnet, uint32_t address)
{
	uint32_t most, rest;

	/* Before the shift, which is undefined by 32. */
	if (subnet.length > 30)
		return true;
	most = UINT32_MAX >> subnet.length;
	rest = ntohl(address) & most;
	return rest && rest != most;
}

static bool fits(const struct check *c, struct prefix subnet, uint32_t target,
		 struct prefix after, uint32_t address)
{
	return prefix_has(subnet, address) && address != target &&
	       is_host(subnet, address) && !host_has(&c->host, address) &&
	       !(after.length && prefix_has(after, address));
}

static bool known_asker(const struct check *c, const struct host_link *link,
			struct prefix subnet, uint32_t target,
			struct prefix after, struct asker *asker)
{
	const struct host_neighbour *n = c->host.neighbours + link->known;
	size_t i;

	for (i = 0; i < link->n_known && i < MOST_TRIED; i++, n++)
		if (fits(c, subnet, target, after, n->address)) {
			asker->address = n->address;
			return true;
		}
	return false;
}

/* The lowest free address, or the first beyond a prefix. */
static bool free_asker(const struct check *c, struct prefix subnet,
		       uint32_t target, struct prefix after,
		       struct asker *asker)
{
	uint32_t address = subnet.address, last;
	int i;

	for (i = 0; i < MOST_TRIED && prefix_has(subnet, address); i++) {
		if (after.length && prefix_has(after, address)) {
			last = after.address |
			       htonl((uint32_t)((1ULL << (32 - after.length)) - 1));
			address = last;
		}
		if (fits(c, subnet, target, after, address)) {
			asker->address = address;
			return true;
		}
		if (address == UINT32_MAX)
			break;
		address = next_address(address);
	}
	return false;
}

/* A sender in this subnet that inspect allows. */
static bool bound_asker(const struct check *c, const struct host_link *link,
			struct prefix subnet, uint32_t target,
			struct prefix after, struct asker *asker)
{
	const struct entry key = { .prefix = subnet }, *first = &key, *e;
	size_t i = LIST_FROM(c->bound, c->n_bound, &first, check_bound_cmp);
	size_t end = i + MOST_TRIED;
	uint32_t address;

	for (; i < c->n_bound && i < end; i++) {
		e = c->bound[i];
		address = e->prefix.address;
		if (!prefix_has(subnet, address))
			break;
		if (e->prefix.length < 31)
			address = next_address(address);
		if (!fits(c, subnet, target, after, address) ||
		    !selector_matches(e->selector, link->name))
			continue;
		asker->address = address;
		asker->lladdr = e->any ? NULL : e->lladdr;
		return true;
	}
	return false;
}

bool check_asker(const struct check *c, const struct host_link *link,
		 struct prefix subnet, uint32_t target, struct prefix after,
		 struct asker *asker)
{
	uint32_t inspect = check_field_or(c, link, ARP_POLICY_FIELD_INSPECT,
					  ARP_POLICY_INSPECT_OFF);
	const struct entry *binding;

	asker->lladdr = NULL;
	if (inspect >= ARP_POLICY_INSPECT_ENFORCE &&
	    bound_asker(c, link, subnet, target, after, asker))
		return true;
	if (!known_asker(c, link, subnet, target, after, asker) &&
	    !free_asker(c, subnet, target, after, asker))
		return false;
	/* A shorter prefix may be bound, too. */
	binding = policy_match(&c->policy, ARP_POLICY_TABLE_BINDING, link->name,
			       (struct prefix){ asker->address, 32 });
	if (binding && !binding->any)
		asker->lladdr = binding->lladdr;
	return true;
}

bool check_is_bound(const struct check *c, const struct host_link *link)
{
	const struct policy_name *name;
	char selector[DEV_SELECTOR];
	size_t i;

	for (i = 0; i < c->n_binders; i++)
		if (selector_matches(c->binders[i], link->name))
			return true;
	name = policy_name(&c->policy, dev_selector(link->name, selector));
	return name && name->bindings;
}

/* As the kernel would decide without any policy. */
static uint32_t stock_ignore(const struct check *c, const struct host_link *link,
			     uint32_t target, uint32_t sender)
{
	size_t i = host_from(&c->host, target);
	const struct host_address *a;
	bool own = false, on_link = false;
	uint8_t scope = RT_SCOPE_NOWHERE;

	for (; i < c->host.n_addresses; i++) {
		a = &c->host.addresses[i];
		if (a->address != target)
			break;
		if (a->scope < scope)
			scope = a->scope;
		if (a->ifindex != link->ifindex)
			continue;
		own = true;
		on_link |= prefix_has(prefix_masked((struct prefix){
				a->address, a->length }), sender);
	}
	switch (host_conf(&c->host, link, IPV4_DEVCONF_ARP_IGNORE)) {
	case 1:
		return own ? 0 : ARP_POLICY_BLOCK_ARP_IGNORE;
	case 2:
		return own && on_link ? 0 : ARP_POLICY_BLOCK_ARP_IGNORE;
	case 3:
		return scope <= RT_SCOPE_LINK ? 0 : ARP_POLICY_BLOCK_ARP_IGNORE;
	case 8:
		return ARP_POLICY_BLOCK_ARP_IGNORE;
	default:
		return 0;
	}
}

static uint32_t stock_proxy(const struct check *c, const struct host_link *link,
			    uint32_t target, const struct route *route)
{
	if (!link->conf[IPV4_DEVCONF_FORWARDING])
		return ARP_POLICY_BLOCK_FORWARDING;
	if (route->type == RTN_UNICAST && route->ifindex != link->ifindex &&
	    (host_conf(&c->host, link, IPV4_DEVCONF_PROXY_ARP) ||
	     host_has_proxy(&c->host, link, target)))
		return 0;
	return ARP_POLICY_BLOCK_PROXY_ARP;
}

/* The errno says little: kernels differ, and use one for several causes. */
static uint32_t stock_refusal(const struct check *c, const struct host_link *link,
			      int err, uint32_t sender)
{
	if (host_has(&c->host, sender))
		return ARP_POLICY_BLOCK_ACCEPT_LOCAL;
	if (err == EHOSTUNREACH && !link->conf[IPV4_DEVCONF_FORWARDING])
		return ARP_POLICY_BLOCK_FORWARDING;
	return host_conf(&c->host, link, IPV4_DEVCONF_RP_FILTER) ?
	       ARP_POLICY_BLOCK_RP_FILTER : ARP_POLICY_BLOCK_NO_ROUTE;
}

static uint32_t stock_block(const struct check *c, const struct host_link *link,
			    uint32_t target, uint32_t sender)
{
	struct route route;
	uint32_t block;
	int err;

	if (link->flags & IFF_NOARP)
		return ARP_POLICY_BLOCK_NOARP;
	err = route_in(sender, target, link->ifindex, &route);
	if (err)
		return stock_refusal(c, link, err, sender);
	if (route.type != RTN_LOCAL)
		return stock_proxy(c, link, target, &route);
	block = stock_ignore(c, link, target, sender);
	if (block || !host_conf(&c->host, link, IPV4_DEVCONF_ARPFILTER))
		return block;
	err = route_out(target, sender, link->vrf, &route);
	return err || route.ifindex != link->ifindex ?
	       ARP_POLICY_BLOCK_ARP_FILTER : 0;
}

static void read_answer(struct answer *answer, const struct nlmsghdr *msg)
{
	const struct nlattr *x[ARP_POLICY_EXPLANATION_MAX + 1];
	const struct nlattr *ev[ARP_POLICY_EVENT_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_EVENT], ev, ARP_POLICY_EVENT_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_EXPLANATION], x,
		      ARP_POLICY_EXPLANATION_MAX);
	answer->answered = x[ARP_POLICY_EXPLANATION_ANSWERED];
	answer->reason = (uint32_t)nl_uint(ev[ARP_POLICY_EVENT_REASON]);
	answer->field = (uint32_t)nl_uint(ev[ARP_POLICY_EVENT_FIELD]);
	answer->block = (uint32_t)nl_uint(x[ARP_POLICY_EXPLANATION_BLOCKED]);
	answer->by_rule = ev[ARP_POLICY_EVENT_ENTRY];
	if (answer->by_rule)
		entry_read(&answer->rule, ev[ARP_POLICY_EVENT_ENTRY]);
	snprintf(answer->selector, sizeof(answer->selector), "%s",
		 answer->by_rule ? answer->rule.selector :
				   nl_str(x[ARP_POLICY_EXPLANATION_ORIGIN]));
	/* It points into the message, which will be freed. */
	answer->rule.selector = NULL;
}

static int explain(struct nl *nl, const struct host_link *link, uint32_t target,
		   const struct asker *asker, struct nl_reply *reply)
{
	struct nlmsghdr *nlh = nl_request(nl, ARP_POLICY_CMD_EXPLAIN, 0);
	struct nlattr *nest;
	int status;

	mnl_attr_put_u32(nlh, ARP_POLICY_A_IFINDEX, link->ifindex);
	nest = mnl_attr_nest_start(nlh, ARP_POLICY_A_QUERY);
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_KIND, ARP_POLICY_KIND_REQUEST);
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_TARGET, target);
	mnl_attr_put_u32(nlh, ARP_POLICY_QUERY_SENDER, asker->address);
	if (asker->lladdr && link->lladdr_len == LLADDR_LEN)
		mnl_attr_put(nlh, ARP_POLICY_QUERY_LLADDR, LLADDR_LEN,
			     asker->lladdr);
	mnl_attr_nest_end(nlh, nest);
	/* A device may have gone meanwhile; that is no failure of check. */
	nl->refused = nl_ignore_refusal;
	status = nl_call(nl, reply);
	nl->refused = NULL;
	return status;
}

bool check_ask(struct check *c, const struct host_link *link, uint32_t target,
	       const struct asker *asker, struct answer *answer)
{
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	bool known = false;

	memset(answer, 0, sizeof(*answer));
	if (!c->nl) {
		answer->block = stock_block(c, link, target, asker->address);
		answer->answered = !answer->block;
		return true;
	}
	if (!explain(c->nl, link, target, asker, &reply))
		nl_for_each(msg, &reply) {
			read_answer(answer, msg);
			known = true;
		}
	nl_reply_free(&reply);
	return known;
}
