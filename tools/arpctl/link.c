// SPDX-License-Identifier: GPL-2.0-only
/* Alternative names of devices, over rtnetlink. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arpctl.h"
#include "dump.h"
#include "link.h"
#include "list.h"
#include "netns.h"
#include "nl_msg.h"
#include "policy.h"
#include "print.h"

#define ALTNAME_MAX	127	/* the kernel's ALTIFNAMSIZ - 1 */
#define READ_TRIES	10

static int add_altname(struct altnames *names, const char *name, const char *dev)
{
	struct altname *altname = LIST_ADD(names->list, names->n);

	if (!altname)
		return MNL_CB_ERROR;
	altname->name = strdup(name);
	snprintf(altname->dev, sizeof(altname->dev), "%s", dev);
	return altname->name ? MNL_CB_OK : MNL_CB_ERROR;
}

static int read_link(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[IFLA_MAX + 1], *attr;
	int more = MNL_CB_OK;

	nl_parse_after(msg, sizeof(struct ifinfomsg), tb, IFLA_MAX);
	if (!tb[IFLA_PROP_LIST])
		return MNL_CB_OK;
	mnl_attr_for_each_nested(attr, tb[IFLA_PROP_LIST])
		if (more == MNL_CB_OK &&
		    mnl_attr_get_type(attr) == IFLA_ALT_IFNAME)
			more = add_altname(data, nl_str(attr),
					   nl_str(tb[IFLA_IFNAME]));
	return more;
}

static int by_name(const void *a, const void *b)
{
	const struct altname *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int altnames_read(struct altnames *names)
{
	int tries, err = EINTR;

	for (tries = 0; tries < READ_TRIES && err == EINTR; tries++) {
		altnames_free(names);
		err = dump(NETLINK_ROUTE, RTM_GETLINK, AF_UNSPEC,
			   sizeof(struct ifinfomsg), read_link, names);
	}
	if (!err)
		LIST_SORT(names->list, names->n, by_name);
	return err;
}

void altnames_free(struct altnames *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->list[i].name);
	free(names->list);
	*names = (struct altnames){ 0 };
}

const char *altnames_find(const struct altnames *names, const char *name)
{
	size_t low = 0, high = names->n, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(name, names->list[middle].name);
		if (!order)
			return names->list[middle].dev;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int read_index(const struct nlmsghdr *msg, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);

	*(uint32_t *)data = (uint32_t)info->ifi_index;
	return MNL_CB_STOP;
}

/* Asks for one device. Return: its index, or 0. */
static uint32_t ask(struct mnl_socket *sock, const char *name)
{
	char buf[32768] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	uint32_t index = 0;
	ssize_t got;

	req->nlmsg_type = RTM_GETLINK;
	req->nlmsg_flags = NLM_F_REQUEST;
	req->nlmsg_seq = 1;
	mnl_nlmsg_put_extra_header(req, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(req, strlen(name) < IF_NAMESIZE ? IFLA_IFNAME :
							    IFLA_ALT_IFNAME,
			  name);
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sock, req, req->nlmsg_len) < 0)
		return 0;
	got = mnl_socket_recvfrom(sock, buf, sizeof(buf));
	if (got > 0)
		(void)mnl_cb_run(buf, (size_t)got, 1,
				 mnl_socket_get_portid(sock), read_index,
				 &index);
	return index;
}

uint32_t link_index(const char *name)
{
	struct mnl_socket *sock;
	uint32_t index;

	if (!*name || strlen(name) > ALTNAME_MAX)
		return 0;
	sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!sock)
		return 0;
	index = ask(sock, name);
	mnl_socket_close(sock);
	return index;
}

/* Whether a selector may name one device: neither a glob nor a keyword. */
static bool is_name(const char *selector)
{
	return strcmp(selector, "all") != 0 &&
	       strcmp(selector, "default") != 0 &&
	       !strpbrk(selector, "*?[\\");
}

int link_check_selector(struct ctx *ctx, const char *selector)
{
	char dev[IF_NAMESIZE];
	uint32_t index;
	int status;

	/* Consecutive commands usually have the same selector. */
	if (!is_name(selector) || !strcmp(selector, ctx->checked))
		return STATUS_OK;
	status = netns_enter(&ctx->nl.netns);
	if (status)
		return status;
	index = link_index(selector);
	if (!index || !if_indextoname(index, dev) || !strcmp(dev, selector)) {
		snprintf(ctx->checked, sizeof(ctx->checked), "%s", selector);
		return STATUS_OK;
	}
	return failure("\"%s\" is an alternative name of \"%s\"; selectors match only the name: use \"%s\"",
		       selector, dev, dev);
}

/* Warns of a selector in this line; once each, as equal ones are adjacent. */
static void check_one(const struct altnames *names, struct place *place,
		      const char *selector, uint32_t line)
{
	const char *dev;

	dev = is_name(selector) ? altnames_find(names, selector) : NULL;
	if (!dev)
		return;
	place->line = line;
	place_enter(place);
	warning("\"%s\" is an alternative name of \"%s\", and selects nothing: selectors match only the name",
		selector, dev);
	place_leave(place);
}

int link_check_policy(struct ctx *ctx, const struct policy *policy,
		      const char *file)
{
	struct place place = { .file = file };
	const char *last = NULL;
	struct altnames names = { 0 };
	const struct entry *e;
	size_t i;
	int status;

	status = netns_enter(&ctx->nl.netns);
	if (status)
		return status;
	/* It is only needed for a warning. */
	(void)altnames_read(&names);
	for (i = 0; names.n && i < policy->n_devs; i++)
		check_one(&names, &place, policy->devs[i].selector,
			  policy_dev_line(&policy->devs[i]));
	for (i = 0; names.n && i < policy->n_entries; i++) {
		e = &policy->entries[i];
		if (e->selector != last)
			check_one(&names, &place, e->selector, e->line);
		last = e->selector;
	}
	altnames_free(&names);
	return STATUS_OK;
}
