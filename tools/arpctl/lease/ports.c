// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ports of a bridge, and on which of them it has learned a MAC.
 *
 * Anybody can send frames from many MACs, so the cost of a notification does not depend
 * on their number, nor on that of the leases.
 */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/print.h"
#include "lease/ports.h"
#include "wire/dump.h"
#include "wire/nl.h"
#include "wire/nl_events.h"

uint64_t ports_number(const uint8_t lladdr[LLADDR_LEN])
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < LLADDR_LEN; i++)
		number = number << 8 | lladdr[i];
	return number;
}

int ports_by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Devices */

struct device {
	uint32_t ifindex;
	uint32_t master;
	uint32_t link;		/* of a VLAN device, the device below */
	uint16_t vlan;
	bool is_bridge;
	const char *name;
};

static void read_kind(struct device *device, const struct nlattr *info)
{
	const struct nlattr *tb[IFLA_INFO_MAX + 1], *data[IFLA_VLAN_MAX + 1];

	nl_parse_nest(info, tb, IFLA_INFO_MAX);
	device->is_bridge = !strcmp(nl_str(tb[IFLA_INFO_KIND]), "bridge");
	if (strcmp(nl_str(tb[IFLA_INFO_KIND]), "vlan") != 0 || !tb[IFLA_INFO_DATA])
		return;
	nl_parse_nest(tb[IFLA_INFO_DATA], data, IFLA_VLAN_MAX);
	if (data[IFLA_VLAN_ID])
		device->vlan = mnl_attr_get_u16(data[IFLA_VLAN_ID]);
}

static struct device read_device(const struct nlmsghdr *msg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[IFLA_MAX + 1];
	struct device device = { .ifindex = (uint32_t)info->ifi_index };

	nl_parse_after(msg, sizeof(*info), tb, IFLA_MAX);
	device.master = (uint32_t)nl_uint(tb[IFLA_MASTER]);
	device.link = (uint32_t)nl_uint(tb[IFLA_LINK]);
	device.name = nl_str(tb[IFLA_IFNAME]);
	if (tb[IFLA_LINKINFO])
		read_kind(&device, tb[IFLA_LINKINFO]);
	return device;
}

static struct port *find_port(const struct ports *ports, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < ports->n; i++)
		if (ports->list[i].ifindex == ifindex)
			return &ports->list[i];
	return NULL;
}

const struct port *ports_get(const struct ports *ports, uint32_t ifindex)
{
	return ifindex ? find_port(ports, ifindex) : NULL;
}

const struct port *ports_selected(const struct ports *ports, const char *selector)
{
	size_t i;

	for (i = 0; i < ports->n; i++)
		if (!strcmp(ports->list[i].selector, selector))
			return &ports->list[i];
	return NULL;
}

static void remove_port(struct ports *ports, uint32_t ifindex)
{
	struct port *port = find_port(ports, ifindex);

	if (!port)
		return;
	*port = ports->list[--ports->n];
	ports->changed = true;
}

static int set_port(struct ports *ports, const struct device *device)
{
	struct port *port = find_port(ports, device->ifindex);

	if (port && !strcmp(port->name, device->name))
		return STATUS_OK;
	if (!port)
		port = LIST_ADD(ports->list, ports->n);
	if (!port)
		return no_memory();
	port->ifindex = device->ifindex;
	snprintf(port->name, sizeof(port->name), "%s", device->name);
	dev_selector(port->name, port->selector);
	ports->changed = true;
	return STATUS_OK;
}

/* Does the selector of the segment name this device? */
static bool is_dev(const struct ports *ports, const char *name)
{
	char selector[DEV_SELECTOR];

	return !strcmp(dev_selector(name, selector), ports->dev);
}

/* A dump: the first pass finds the device, and its bridge; the second the ports. */
struct finder {
	struct ports *ports;
	int status;
};

static int find_segment(const struct nlmsghdr *msg, void *data)
{
	const struct device device = read_device(msg);
	struct ports *ports = ((struct finder *)data)->ports;

	if (!is_dev(ports, device.name))
		return MNL_CB_OK;
	if (device.is_bridge)
		ports->bridge = device.ifindex;
	else if (device.vlan)
		ports->bridge = device.link;
	ports->vlan = device.vlan;
	return MNL_CB_OK;
}

static int find_ports(const struct nlmsghdr *msg, void *data)
{
	const struct device device = read_device(msg);
	struct finder *f = data;

	if (device.master == f->ports->bridge && !f->status)
		f->status = set_port(f->ports, &device);
	return MNL_CB_OK;
}

/* The FDB */

static struct learned **slot(struct ports *ports, const uint8_t lladdr[LLADDR_LEN])
{
	uint64_t hash = ports_number(lladdr) * 0x9e3779b97f4a7c15U;

	return &ports->slots[hash >> 32 & (PORTS_SLOTS - 1)];
}

static bool same_lladdr(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, LLADDR_LEN);
}

static void forget(struct ports *ports, const struct learned *what)
{
	struct learned **at = slot(ports, what->lladdr), *gone;

	for (; *at; at = &(*at)->next) {
		gone = *at;
		if (!same_lladdr(gone->lladdr, what->lladdr) ||
		    gone->vlan != what->vlan || gone->ifindex != what->ifindex)
			continue;
		*at = gone->next;
		free(gone);
		return;
	}
}

static bool is_wanted(const struct ports *ports, const uint8_t *lladdr)
{
	const uint64_t number = ports_number(lladdr);

	return ports->n_wanted && bsearch(&number, ports->wanted, ports->n_wanted,
					  sizeof(number), ports_by_number);
}

/* A MAC has one entry a VLAN: another port is the same one that has moved. */
static int learn(struct ports *ports, const struct learned *what)
{
	struct learned **at = slot(ports, what->lladdr), *found;

	for (found = *at; found; found = found->next)
		if (same_lladdr(found->lladdr, what->lladdr) &&
		    found->vlan == what->vlan)
			break;
	if (found && found->ifindex == what->ifindex)
		return STATUS_OK;
	if (is_wanted(ports, what->lladdr))
		ports->changed = true;
	if (found) {
		found->ifindex = what->ifindex;
		return STATUS_OK;
	}
	found = malloc(sizeof(*found));
	if (!found)
		return no_memory();
	*found = *what;
	found->next = *at;
	*at = found;
	return STATUS_OK;
}

static void forget_all(struct ports *ports)
{
	struct learned *l, *next;
	size_t i;

	for (i = 0; i < PORTS_SLOTS; i++) {
		for (l = ports->slots[i]; l; l = next) {
			next = l->next;
			free(l);
		}
		ports->slots[i] = NULL;
	}
}

/* Entries of the ports themselves, which are local, and of other bridges do not count. */
static bool read_learned(const struct ports *ports, const struct nlmsghdr *msg,
			 struct learned *learned)
{
	const struct ndmsg *neigh = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[NDA_MAX + 1];

	if (mnl_nlmsg_get_payload_len(msg) < sizeof(*neigh) ||
	    neigh->ndm_family != AF_BRIDGE || neigh->ndm_state & NUD_PERMANENT)
		return false;
	nl_parse_after(msg, sizeof(*neigh), tb, NDA_MAX);
	*learned = (struct learned){
		.ifindex = (uint32_t)neigh->ndm_ifindex,
		.vlan = tb[NDA_VLAN] ? mnl_attr_get_u16(tb[NDA_VLAN]) : 0,
	};
	return nl_uint(tb[NDA_MASTER]) == ports->bridge &&
	       nl_mac(tb[NDA_LLADDR], learned->lladdr);
}

const struct port *ports_of(const struct ports *ports, const uint8_t lladdr[LLADDR_LEN],
			    bool *several)
{
	const struct learned *l = *slot((struct ports *)ports, lladdr);
	const struct port *found = NULL, *port;

	*several = false;
	for (; l; l = l->next) {
		if (!same_lladdr(l->lladdr, lladdr) ||
		    (ports->vlan && l->vlan && l->vlan != ports->vlan))
			continue;
		port = ports_get(ports, l->ifindex);
		*several |= port && found && found != port;
		if (port)
			found = port;
	}
	return *several ? NULL : found;
}

static int find_learned(const struct nlmsghdr *msg, void *data)
{
	struct finder *f = data;
	struct learned learned;

	if (!f->status && read_learned(f->ports, msg, &learned))
		f->status = learn(f->ports, &learned);
	return MNL_CB_OK;
}

/* Everything */

static int dump_all(struct ports *ports)
{
	struct finder f = { .ports = ports };
	int err;

	ports->bridge = 0;
	ports->vlan = 0;
	ports->n = 0;
	forget_all(ports);
	err = dump(NETLINK_ROUTE, RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg),
		   find_segment, &f);
	if (!err && ports->bridge)
		err = dump(NETLINK_ROUTE, RTM_GETLINK, AF_UNSPEC,
			   sizeof(struct ifinfomsg), find_ports, &f);
	if (!err && ports->bridge)
		err = dump(NETLINK_ROUTE, RTM_GETNEIGH, AF_BRIDGE,
			   sizeof(struct ndmsg), find_learned, &f);
	if (err && err != EINTR)
		return failure("cannot read the ports of %s: %s", ports->dev,
			       strerror(err));
	ports->stale = err;
	ports->changed = true;
	return f.status;
}

/* The device of the segment, or the bridge, came, went, or has another name. */
static bool is_segment(const struct ports *ports, const struct device *device)
{
	return device->ifindex == ports->bridge || is_dev(ports, device->name);
}

static int see_link(struct ports *ports, const struct nlmsghdr *msg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	const struct device device = read_device(msg);

	/* A bridge also notifies of its ports, with less in the message. */
	if (info->ifi_family != AF_UNSPEC)
		return STATUS_OK;
	if (is_segment(ports, &device) &&
	    (!ports->bridge || msg->nlmsg_type == RTM_DELLINK ||
	     (!ports->vlan && !is_dev(ports, device.name))))
		ports->stale = true;
	if (!ports->bridge)
		return STATUS_OK;
	if (msg->nlmsg_type == RTM_NEWLINK && device.master == ports->bridge)
		return set_port(ports, &device);
	remove_port(ports, device.ifindex);
	return STATUS_OK;
}

static int see(void *data, const struct nlmsghdr *msg)
{
	struct ports *ports = data;
	struct learned learned;

	switch (msg->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return see_link(ports, msg);
	case RTM_NEWNEIGH:
		return ports->bridge && read_learned(ports, msg, &learned) ?
		       learn(ports, &learned) : STATUS_OK;
	case RTM_DELNEIGH:
		if (ports->bridge && read_learned(ports, msg, &learned))
			forget(ports, &learned);
		return STATUS_OK;
	default:
		return STATUS_OK;
	}
}

int ports_work(struct ports *ports)
{
	int status = nl_receive_each(ports->sock, &ports->stale, see, ports);

	return !status && ports->stale ? dump_all(ports) : status;
}

static int join(const struct ports *ports, int group)
{
	if (!mnl_socket_setsockopt(ports->sock, NETLINK_ADD_MEMBERSHIP, &group,
				   sizeof(group)))
		return STATUS_OK;
	return failure("cannot listen to changes of devices: %s", strerror(errno));
}

int ports_open(struct ports *ports, const char *dev)
{
	int status;

	*ports = (struct ports){ .fd = -1, .stale = true };
	/* A longer name is a glob or an alternative name, which has no ports. */
	if (strlen(dev) < sizeof(ports->dev))
		snprintf(ports->dev, sizeof(ports->dev), "%s", dev);
	ports->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!ports->sock || mnl_socket_bind(ports->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return failure("cannot open a netlink socket: %s", strerror(errno));
	ports->fd = mnl_socket_get_fd(ports->sock);
	nl_make_room(ports->sock);
	status = join(ports, RTNLGRP_LINK);
	if (!status)
		status = join(ports, RTNLGRP_NEIGH);
	return status ? status : ports_work(ports);
}

void ports_close(struct ports *ports)
{
	forget_all(ports);
	free(ports->list);
	ports->list = NULL;
	if (ports->sock)
		mnl_socket_close(ports->sock);
	ports->sock = NULL;
}
