// SPDX-License-Identifier: GPL-2.0-only
/* Creates and configures the oracle's hosts; see host.h. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/arp_policy.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "ports.h"

/* IFLA_BRPORT_LOCKED, which older headers lack; older kernels ignore it. */
#define BRPORT_LOCKED	39

/* IF_OPER_UP from linux/if.h, which conflicts with net/if.h. */
#define OPER_UP		6

static int base_ns, wire_ns, fence_ns;
static struct netlink wire_nl, fence_nl, host_nl, policy_nl;
static int wire_fd, fence_wire;
static int family;			/* id of arp_policy, or 0: not known yet */

/* Devices on the wire and at fences get ifindexes that were never used before. */
static int next_index = 1000;
static int wires[CABLES];		/* by cable; or NOBODY */
static bool late[CABLES];
static int segment;			/* a bridge on the wire, or 0 */
static int all_fd[KEYS];		/* of net.ipv4.conf.all in the host */
static int conf_now[ROWS][KEYS];

/* Namespaces */

static int this_ns(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("/proc/self/ns/net: %s", strerror(errno));
	return fd;
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
}

/* The files below /proc/sys/net are those of the opening process's netns. */
static int open_sysctl(const char *key)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", key);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static void write_sysctl(int fd, int value)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", value);

	if (pwrite(fd, text, len, 0) != len)
		die("sysctl: %s", strerror(errno));
}

void set_sysctl(const char *key, int value)
{
	int fd = open_sysctl(key);

	/* The kernel has no IPv6 */
	if (fd < 0)
		return;
	write_sysctl(fd, value);
	close(fd);
}

static void new_namespace(void)
{
	if (unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	set_sysctl("ipv6/conf/all/disable_ipv6", 1);
	set_sysctl("ipv6/conf/default/disable_ipv6", 1);
	set_sysctl("ipv4/conf/all/rp_filter", 0);
	set_sysctl("ipv4/conf/default/rp_filter", 0);
}

/* Links */

static void begin_link(struct netlink *nl, int type, int index, unsigned int on,
		       unsigned int off)
{
	struct ifinfomsg body = {
		.ifi_index = index, .ifi_flags = on, .ifi_change = on | off,
	};

	nl_begin(nl, type, type == RTM_NEWLINK ? NLM_F_CREATE | NLM_F_EXCL : 0,
		 &body, sizeof(body));
}

static void begin_device(struct netlink *nl, int index, const char *name,
			 const uint8_t *mac, unsigned int flags)
{
	begin_link(nl, RTM_NEWLINK, index, flags, 0);
	nl_put_text(nl, IFLA_IFNAME, name);
	if (mac)
		nl_put(nl, IFLA_ADDRESS, mac, ETH_ALEN);
}

static void put_kind(struct netlink *nl, const char *kind, size_t *info,
		     size_t *data)
{
	*info = nl_nest(nl, IFLA_LINKINFO);
	nl_put_text(nl, IFLA_INFO_KIND, kind);
	*data = nl_nest(nl, IFLA_INFO_DATA);
}

/* The other end of a veth, see raise_wire(). */
static void put_peer(struct netlink *nl, int index, int ns)
{
	struct ifinfomsg body = { .ifi_index = index };
	size_t info, data, peer;
	char name[IF_NAMESIZE];

	snprintf(name, sizeof(name), "w%d", index);
	put_kind(nl, "veth", &info, &data);
	peer = nl_nest(nl, VETH_INFO_PEER);
	/* The body has no attribute header */
	memcpy(nl->buf + nl->len, &body, sizeof(body));
	nl->len += sizeof(body);
	nl->at->nlmsg_len += sizeof(body);
	nl_put_text(nl, IFLA_IFNAME, name);
	nl_put_u32(nl, IFLA_NET_NS_FD, ns);
	nl_end(nl, peer);
	nl_end(nl, data);
	nl_end(nl, info);
}

static void begin_address(struct netlink *nl, int index, uint32_t local,
			  uint32_t peer, int len, int scope)
{
	struct ifaddrmsg body = {
		.ifa_family = AF_INET, .ifa_prefixlen = len,
		.ifa_scope = scope, .ifa_index = index,
	};

	nl_begin(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	nl_put(nl, IFA_LOCAL, &local, 4);
	nl_put(nl, IFA_ADDRESS, peer ? &peer : &local, 4);
}

/* The end of a cable on the wire does no ARP itself. */
static void raise_wire(int index)
{
	begin_link(&wire_nl, RTM_SETLINK, index, IFF_UP | IFF_NOARP, 0);
}

static void must(struct netlink *nl, const char *what)
{
	int error = nl_commit(nl);

	if (error)
		die("%s: %s", what, strerror(error));
}

/*
 * A device that is up carries frames only after the kernel has processed its carrier
 * change. Devices without a cable never become operational. A bridge does up to a second
 * later; on the wire it is enough to wait for its ports.
 */
static void count_waiting(struct nlmsghdr *m, void *arg)
{
	const struct ifinfomsg *body = NLMSG_DATA(m);
	const struct nlattr *attrs[IFLA_OPERSTATE + 1];
	const char *name;
	uint8_t state = 0;
	bool plugged;

	read_message(m, sizeof(*body), attrs, IFLA_OPERSTATE);
	get_attr(attrs[IFLA_OPERSTATE], &state, 1);
	name = attr_data(attrs[IFLA_IFNAME]);
	plugged = strcmp(name, "lo") && strncmp(name, "red", 3) && strncmp(name, "dum", 3) &&
		  strncmp(name, "seg", 3);
	if (body->ifi_flags & IFF_UP && plugged && state != OPER_UP)
		++*(int *)arg;
}

static void await_links(struct netlink *nl)
{
	struct ifinfomsg body = { 0 };
	int64_t deadline = now_ms() + 20000;
	struct timespec tick = { 0, 2000000 };

	for (;;) {
		int waiting = 0;

		nl_dump(nl, RTM_GETLINK, &body, sizeof(body), count_waiting,
			&waiting);
		if (!waiting)
			return;
		if (now_ms() > deadline)
			die("a device does not come up");
		nanosleep(&tick, NULL);
	}
}

/* The wire */

static void open_wire(void)
{
	/* ARP only, in any wrapping */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_ARP, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_VLAN, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_AD, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_802_2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
	};
	int on = 1, room = 16 << 20;

	wire_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (wire_fd < 0 ||
	    setsockopt(wire_fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(wire_fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(wire_fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(wire_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(wire_fd, (struct sockaddr *)&all, sizeof(all)))
		die("packet socket: %s", strerror(errno));
}

void lab_open(void)
{
	static const uint8_t mac[ETH_ALEN] = { 2, 0, 0, 0, 0xff, 0xff };
	int index = next_index++;

	read_release();
	base_ns = this_ns();
	/* Do not limit the rate of ICMP unreachable errors; in all namespaces. */
	set_sysctl("ipv4/route/error_cost", 0);
	new_namespace();
	wire_ns = this_ns();
	nl_open(&wire_nl, NETLINK_ROUTE);
	open_wire();
	new_namespace();
	set_sysctl("ipv4/conf/all/arp_ignore", 1);
	fence_ns = this_ns();
	nl_open(&fence_nl, NETLINK_ROUTE);
	fence_wire = next_index++;
	begin_device(&fence_nl, index, "fence", mac, IFF_UP);
	put_peer(&fence_nl, fence_wire, wire_ns);
	begin_address(&fence_nl, index, inet_addr(FENCE), 0, 32, 0);
	must(&fence_nl, "fence");
	raise_wire(fence_wire);
	must(&wire_nl, "fence");
	await_links(&fence_nl);
	await_links(&wire_nl);
	enter(base_ns);
}

int lab_wire(void)
{
	return wire_fd;
}

int lab_fence(void)
{
	return fence_wire;
}

/* The host */

struct netlink *host_netlink(void)
{
	return &host_nl;
}

struct netlink *host_policy(void)
{
	return &policy_nl;
}

bool host_segment(void)
{
	return segment;
}

int host_wire(int cable)
{
	return wires[cable];
}

int host_cable(int wire)
{
	int i;

	for (i = 0; i < CABLES; i++)
		if (wires[i] == wire)
			return i;
	return NOBODY;
}

bool host_late(int cable)
{
	return late[cable];
}

int host_ifindex(int dev)
{
	return dev ? 10 + dev : 1;
}

int host_device(int ifindex)
{
	return ifindex == 1 ? 0 : ifindex > 10 && ifindex < 10 + DEVICES ?
	       ifindex - 10 : NOBODY;
}

/* The first port of a bridge. */
static int port_index(int dev)
{
	return 30 + dev;
}

int host_port_ifindex(int port)
{
	return port ? 40 + port : port_index(PORTED);
}

int host_port(int ifindex)
{
	int i;

	for (i = 0; i < PORTS; i++)
		if (ifindex == host_port_ifindex(i))
			return i;
	return NOBODY;
}

/* A message about a bridge and its port. */
static void begin_bridge(int type, int index)
{
	begin_link(&host_nl, type, index, 0, 0);
	((struct ifinfomsg *)NLMSG_DATA(host_nl.at))->ifi_family = AF_BRIDGE;
}

static void put_vlans(uint16_t vids, uint16_t pvid, bool self)
{
	size_t nest = nl_nest(&host_nl, IFLA_AF_SPEC | NLA_F_NESTED);
	struct bridge_vlan_info info;

	if (self)
		nl_put(&host_nl, IFLA_BRIDGE_FLAGS, &(uint16_t){ BRIDGE_FLAGS_SELF }, 2);
	for (info.vid = 1; info.vid < 16; info.vid++) {
		if (!(vids & 1 << info.vid))
			continue;
		info.flags = info.vid == pvid ? BRIDGE_VLAN_INFO_PVID |
						BRIDGE_VLAN_INFO_UNTAGGED : 0;
		nl_put(&host_nl, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
	}
	nl_end(&host_nl, nest);
}

static void add_port(const struct host *h, int i)
{
	int cable = i ? DEVICES + i : PORTED;
	size_t nest;

	wires[cable] = next_index++;
	begin_device(&host_nl, host_port_ifindex(i), port_name(i), NULL, IFF_UP);
	nl_put_u32(&host_nl, IFLA_MASTER, host_ifindex(PORTED));
	put_peer(&host_nl, wires[cable], wire_ns);
	begin_bridge(RTM_SETLINK, host_port_ifindex(i));
	nest = nl_nest(&host_nl, IFLA_PROTINFO | NLA_F_NESTED);
	nl_put_u8(&host_nl, IFLA_BRPORT_ISOLATED, h->port[i].isolated);
	nl_put_u8(&host_nl, BRPORT_LOCKED, h->port[i].locked);
	nl_put_u8(&host_nl, IFLA_BRPORT_LEARNING, !h->port[i].deaf);
	nl_end(&host_nl, nest);
	if (h->port[i].vids)
		put_vlans(h->port[i].vids, h->port[i].pvid, false);
}

static void add_ports(const struct host *h)
{
	uint16_t vids = 1 << BRIDGE_PVID;
	int i;

	for (i = 0; i < h->devices; i++)
		if (h->device[i].kind == VLAN && is_on_bridge(h, i))
			vids |= 1 << h->device[i].vid;
	begin_bridge(RTM_SETLINK, host_ifindex(PORTED));
	put_vlans(vids, BRIDGE_PVID, true);
	for (i = 0; i < h->ports; i++)
		if (port_there(h, i))
			add_port(h, i);
}

void flush_fdb(void)
{
	size_t info, data;

	begin_link(&host_nl, RTM_NEWLINK, host_ifindex(PORTED), 0, 0);
	host_nl.at->nlmsg_flags &= ~(NLM_F_CREATE | NLM_F_EXCL);
	put_kind(&host_nl, "bridge", &info, &data);
	nl_put(&host_nl, IFLA_BR_FDB_FLUSH, NULL, 0);
	nl_end(&host_nl, data);
	nl_end(&host_nl, info);
	must(&host_nl, "flush");
}

static void add_device(const struct host *h, int i)
{
	const struct device *d = &h->device[i];
	unsigned int flags = IFF_UP | (d->noarp ? IFF_NOARP : 0);
	size_t info, data;
	char name[IF_NAMESIZE];

	begin_device(&host_nl, host_ifindex(i), d->name, d->mac, flags);
	if (d->lower != NOBODY)
		nl_put_u32(&host_nl, IFLA_LINK, host_ifindex(d->lower));
	switch (d->kind) {
	case VETH:
		wires[i] = next_index++;
		put_peer(&host_nl, wires[i], wire_ns);
		return;
	case BRIDGE:
		put_kind(&host_nl, "bridge", &info, &data);
		nl_put_u32(&host_nl, IFLA_BR_FORWARD_DELAY, 0);
		nl_put_u32(&host_nl, IFLA_BR_STP_STATE, 0);
		nl_put_u8(&host_nl, IFLA_BR_MCAST_SNOOPING, 0);
		if (!h->ports || i != PORTED)
			break;
		nl_put_u8(&host_nl, IFLA_BR_VLAN_FILTERING, h->filtering);
		nl_put(&host_nl, IFLA_BR_VLAN_PROTOCOL, &(uint16_t){ htons(h->proto) }, 2);
		nl_put(&host_nl, IFLA_BR_VLAN_DEFAULT_PVID, &(uint16_t){ 0 }, 2);
		break;
	case VLAN:
		put_kind(&host_nl, "vlan", &info, &data);
		nl_put(&host_nl, IFLA_VLAN_ID, &(uint16_t){ d->vid }, 2);
		if (d->proto)
			nl_put(&host_nl, IFLA_VLAN_PROTOCOL,
			       &(uint16_t){ htons(d->proto) }, 2);
		break;
	case MACVLAN:
		put_kind(&host_nl, "macvlan", &info, &data);
		nl_put_u32(&host_nl, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
		late[d->lower] = true;
		break;
	case VRF:
		put_kind(&host_nl, "vrf", &info, &data);
		nl_put_u32(&host_nl, IFLA_VRF_TABLE, d->table);
		break;
	default:
		put_kind(&host_nl, "dummy", &info, &data);
	}
	nl_end(&host_nl, data);
	nl_end(&host_nl, info);
	if (d->kind != BRIDGE)
		return;
	if (h->ports && i == PORTED) {
		add_ports(h);
		return;
	}
	wires[i] = next_index++;
	snprintf(name, sizeof(name), "port%d", i);
	begin_device(&host_nl, port_index(i), name, NULL, IFF_UP);
	nl_put_u32(&host_nl, IFLA_MASTER, host_ifindex(i));
	put_peer(&host_nl, wires[i], wire_ns);
}

/* The last macvlan of a cable, which receives each broadcast last. */
static void add_low_fence(int cable)
{
	int index = next_index++;
	size_t info, data;
	char name[IF_NAMESIZE];

	snprintf(name, sizeof(name), "low%d", index);
	begin_device(&host_nl, index, name, NULL, IFF_UP);
	nl_put_u32(&host_nl, IFLA_LINK, host_ifindex(cable));
	nl_put_u32(&host_nl, IFLA_NET_NS_FD, fence_ns);
	put_kind(&host_nl, "macvlan", &info, &data);
	nl_put_u32(&host_nl, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
	nl_end(&host_nl, data);
	nl_end(&host_nl, info);
	must(&host_nl, "low fence");
	begin_address(&fence_nl, index, inet_addr(LOW_FENCE), 0, 32, 0);
	must(&fence_nl, "low fence");
	await_links(&fence_nl);
}

/* Bridge the cables that share a segment. */
static void join_cables(const struct host *h)
{
	size_t info, data;
	char name[IF_NAMESIZE];
	int i;

	for (i = 1; i < h->devices; i++) {
		if (wires[i] == NOBODY || !h->device[i].shared)
			continue;
		if (!segment) {
			segment = next_index++;
			snprintf(name, sizeof(name), "seg%d", segment);
			begin_device(&wire_nl, segment, name, NULL,
				     IFF_UP | IFF_NOARP);
			put_kind(&wire_nl, "bridge", &info, &data);
			nl_put_u32(&wire_nl, IFLA_BR_FORWARD_DELAY, 0);
			nl_put_u32(&wire_nl, IFLA_BR_STP_STATE, 0);
			nl_put_u8(&wire_nl, IFLA_BR_MCAST_SNOOPING, 0);
			nl_end(&wire_nl, data);
			nl_end(&wire_nl, info);
		}
		begin_link(&wire_nl, RTM_SETLINK, wires[i], 0, 0);
		nl_put_u32(&wire_nl, IFLA_MASTER, segment);
	}
	must(&wire_nl, "segment");
}

static void add_devices(const struct host *h)
{
	int i;

	begin_link(&host_nl, RTM_SETLINK, 1, IFF_UP, 0);
	for (i = 1; i < h->devices; i++)
		if (there(h, i))
			add_device(h, i);
	for (i = 1; i < h->devices; i++) {
		int master = h->device[i].master;

		if (master == NOBODY || !there(h, i) || !there(h, master))
			continue;
		begin_link(&host_nl, RTM_SETLINK, host_ifindex(i), 0, 0);
		nl_put_u32(&host_nl, IFLA_MASTER, host_ifindex(master));
	}
	must(&host_nl, "devices");
	for (i = 1; i < CABLES; i++)
		if (wires[i] != NOBODY)
			raise_wire(wires[i]);
	must(&wire_nl, "cables");
	join_cables(h);
	for (i = 1; i < h->devices; i++)
		if (late[i])
			add_low_fence(i);
}

/* Results must not depend on time. */
static void put_times(int index, bool locks, int proxy_delay)
{
	struct ndtmsg body = { .ndtm_family = AF_INET };
	uint64_t never = 3600000;
	size_t parms;

	nl_begin(&host_nl, RTM_SETNEIGHTBL, 0, &body, sizeof(body));
	nl_put_text(&host_nl, NDTA_NAME, "arp_cache");
	parms = nl_nest(&host_nl, NDTA_PARMS);
	nl_put_u32(&host_nl, NDTPA_IFINDEX, index);
	nl_put_u64(&host_nl, NDTPA_RETRANS_TIME, never);
	nl_put_u64(&host_nl, NDTPA_BASE_REACHABLE_TIME, never);
	nl_put_u64(&host_nl, NDTPA_DELAY_PROBE_TIME, never);
	nl_put_u64(&host_nl, NDTPA_LOCKTIME, locks ? never : 0);
	nl_put_u64(&host_nl, NDTPA_PROXY_DELAY, proxy_delay);
	nl_end(&host_nl, parms);
}

void put_address(struct netlink *nl, const struct address *a, bool add)
{
	uint32_t broadcast = a->local;

	begin_address(nl, host_ifindex(a->dev), a->local, a->peer, a->len,
		      a->scope);
	if (!add) {
		nl->at->nlmsg_type = RTM_DELADDR;
		nl->at->nlmsg_flags &= ~(NLM_F_CREATE | NLM_F_EXCL);
	}
	if (!add || !a->broadcast || a->len > 30)
		return;
	broadcast = (a->peer ? a->peer : a->local) |
		    htonl(~UINT32_C(0) >> a->len);
	nl_put(nl, IFA_BROADCAST, &broadcast, 4);
}

static void put_route(const struct route *o)
{
	struct rtmsg body = {
		.rtm_family = AF_INET, .rtm_dst_len = o->len,
		.rtm_protocol = RTPROT_STATIC, .rtm_type = o->type,
		.rtm_table = o->table,
		.rtm_scope = o->type == RTN_LOCAL ? RT_SCOPE_HOST :
			     o->type == RTN_UNICAST && !o->via ? RT_SCOPE_LINK :
			     RT_SCOPE_UNIVERSE,
	};

	nl_begin(&host_nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &body,
		 sizeof(body));
	nl_put(&host_nl, RTA_DST, &o->dst, 4);
	if (o->via)
		nl_put(&host_nl, RTA_GATEWAY, &o->via, 4);
	if (o->dev != NOBODY)
		nl_put_u32(&host_nl, RTA_OIF, host_ifindex(o->dev));
	if (o->src)
		nl_put(&host_nl, RTA_PREFSRC, &o->src, 4);
}

static void put_rule(const struct host *h, const struct rule *u, int i)
{
	struct fib_rule_hdr body = {
		.family = AF_INET, .src_len = u->from_len, .dst_len = u->to_len,
		.table = OTHER_TABLE, .action = FR_ACT_TO_TBL,
	};

	nl_begin(&host_nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, &body,
		 sizeof(body));
	nl_put_u32(&host_nl, FRA_PRIORITY, 100 + i);
	if (u->from_len)
		nl_put(&host_nl, FRA_SRC, &u->from, 4);
	if (u->to_len)
		nl_put(&host_nl, FRA_DST, &u->to, 4);
	if (u->iif != NOBODY)
		nl_put_text(&host_nl, FRA_IIFNAME, h->device[u->iif].name);
}

static void put_proxy(const struct proxy *p)
{
	struct ndmsg body = {
		.ndm_family = AF_INET, .ndm_ifindex = host_ifindex(p->dev),
		.ndm_flags = NTF_PROXY,
	};

	nl_begin(&host_nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, &body,
		 sizeof(body));
	nl_put(&host_nl, NDA_DST, &p->addr, 4);
}

/* One message each; an item that the kernel refuses is removed from the host. */
static void add_the_rest(struct host *h)
{
	bool *refused[NL_MESSAGES];
	int n = 0, i;

	for (i = 0; i < h->addresses; i++) {
		if (h->address[i].gone || !there(h, h->address[i].dev))
			continue;
		put_address(&host_nl, &h->address[i], true);
		refused[n++] = &h->address[i].refused;
	}
	for (i = 0; i < h->routes; i++) {
		if (h->route[i].gone || !there(h, h->route[i].dev))
			continue;
		put_route(&h->route[i]);
		refused[n++] = &h->route[i].refused;
	}
	for (i = 0; i < h->rules; i++) {
		if (h->rule[i].gone || !there(h, h->rule[i].iif))
			continue;
		put_rule(h, &h->rule[i], i);
		refused[n++] = &h->rule[i].refused;
	}
	for (i = 0; i < h->proxies; i++) {
		if (h->proxy[i].gone || !there(h, h->proxy[i].dev))
			continue;
		put_proxy(&h->proxy[i]);
		refused[n++] = &h->proxy[i].refused;
	}
	nl_commit(&host_nl);
	for (i = 0; i < n; i++)
		*refused[i] = host_nl.errors[i];
}

void host_up(struct host *h)
{
	char key[64];
	int i;

	for (i = 0; i < CABLES; i++) {
		wires[i] = NOBODY;
		late[i] = false;
	}
	/* A value that no sysctl has */
	memset(conf_now, 0x7f, sizeof(conf_now));
	segment = 0;
	new_namespace();
	nl_open(&host_nl, NETLINK_ROUTE);
	nl_open(&policy_nl, NETLINK_GENERIC);
	/* Do not limit the rate of ICMP errors. */
	set_sysctl("ipv4/icmp_ratemask", 0);
	/* What the host sends may loop as well: see datagram_of(). */
	set_sysctl("ipv4/ip_default_ttl", 2);
	set_sysctl("ipv4/conf/all/send_redirects", 0);
	set_sysctl("ipv4/conf/default/send_redirects", 0);
	for (i = 0; i < KEYS; i++) {
		all_fd[i] = -1;
		if (!keys[i].all)
			continue;
		snprintf(key, sizeof(key), "ipv4/conf/all/%s", keys[i].name);
		all_fd[i] = open_sysctl(key);
		if (all_fd[i] < 0)
			die("no sysctl %s", key);
	}
	add_devices(h);
	add_the_rest(h);
	await_links(&host_nl);
	await_links(&wire_nl);
}

void host_down(void)
{
	int i;

	/* Delete the cables now; the kernel deletes the rest of the namespace later. */
	for (i = 1; i < CABLES; i++)
		if (wires[i] != NOBODY)
			begin_link(&wire_nl, RTM_DELLINK, wires[i], 0, 0);
	if (segment)
		begin_link(&wire_nl, RTM_DELLINK, segment, 0, 0);
	must(&wire_nl, "cables");
	for (i = 0; i < KEYS; i++)
		if (all_fd[i] >= 0)
			close(all_fd[i]);
	nl_close(&host_nl);
	nl_close(&policy_nl);
	enter(base_ns);
}

/* Sysctls; those of a device are set by netlink, which is faster. */

static void put_conf(int index, const int *want, const int *now)
{
	size_t spec, inet, conf;
	int key;

	begin_link(&host_nl, RTM_SETLINK, index, 0, 0);
	spec = nl_nest(&host_nl, IFLA_AF_SPEC);
	inet = nl_nest(&host_nl, AF_INET);
	conf = nl_nest(&host_nl, IFLA_INET_CONF);
	for (key = 0; key < KEYS; key++)
		if (keys[key].id && want[key] != now[key])
			nl_put_u32(&host_nl, keys[key].id, want[key]);
	nl_end(&host_nl, conf);
	nl_end(&host_nl, inet);
	nl_end(&host_nl, spec);
}

void set_sysctls(const struct host *h, int conf[ROWS][KEYS])
{
	int dev, key;

	for (key = 0; key < KEYS; key++)
		if (keys[key].all && conf_now[0][key] != conf[0][key])
			write_sysctl(all_fd[key], conf[0][key]);
	for (dev = 0; dev < h->devices; dev++) {
		int *want = conf[1 + dev], *now = conf_now[1 + dev];

		if (!there(h, dev) || !memcmp(want, now, sizeof(conf[0])))
			continue;
		put_conf(host_ifindex(dev), want, now);
		if (dev && want[PROXY_DELAY] != now[PROXY_DELAY])
			put_times(host_ifindex(dev), h->device[dev].locks,
				  want[PROXY_DELAY]);
	}
	must(&host_nl, "sysctls");
	memcpy(conf_now, conf, sizeof(conf_now));
}

/* Policy */

#define FIELDS	(ARP_POLICY_FIELD_MAX + 1)

/* The fields of a selector; -1: not set. */
struct policy {
	int count;
	struct {
		char selector[IF_NAMESIZE + 4];
		int field[FIELDS];
	} entry[DEVICES + PORTS + 4];
};

static int *add_entry(struct policy *p, const char *selector)
{
	int i;

	for (i = 0; i < FIELDS; i++)
		p->entry[p->count].field[i] = -1;
	strcpy(p->entry[p->count].selector, selector);
	return p->entry[p->count++].field;
}

static bool sets_anything(const int *field)
{
	int f;

	for (f = 1; f < FIELDS; f++)
		if (field[f] >= 0)
			return true;
	return false;
}

/* Values of sysctls as fields; undefined values become zero. */
static void add_fields(int *field, const struct config *c, const int *values)
{
	unsigned int m = c->managed;

	if (m & 1 << ARP_IGNORE)
		field[ARP_POLICY_FIELD_IGNORE] =
			values[ARP_IGNORE] <= 3 || values[ARP_IGNORE] == 8 ?
			values[ARP_IGNORE] : 0;
	if (m & 1 << ARP_ANNOUNCE)
		field[ARP_POLICY_FIELD_ANNOUNCE] =
			values[ARP_ANNOUNCE] <= 2 ? values[ARP_ANNOUNCE] : 0;
	if (m & 1 << ARP_FILTER)
		field[ARP_POLICY_FIELD_FILTER] = values[ARP_FILTER];
	if (m & 1 << PROXY_ARP)
		field[ARP_POLICY_FIELD_PROXY] =
			(values[PROXY_ARP] ? ARP_POLICY_PROXY_ROUTE : 0) |
			(values[PROXY_ARP_PVLAN] ? ARP_POLICY_PROXY_PVLAN : 0);
	if (m & 1 << DROP_GRATUITOUS_ARP)
		field[ARP_POLICY_FIELD_GARP] = values[DROP_GRATUITOUS_ARP];
	if (m & 1 << PROXY_DELAY)
		field[ARP_POLICY_FIELD_PROXY_DELAY] = values[PROXY_DELAY];
	if (c->hide) {
		field[ARP_POLICY_FIELD_IGNORE] = 0;
		field[ARP_POLICY_FIELD_HIDDEN] = 1;
	}
	switch (c->bystander) {
	case MODE_ENFORCE:
		field[ARP_POLICY_FIELD_MODE] = ARP_POLICY_MODE_ENFORCE;
		break;
	case LEARN_ANY:
		field[ARP_POLICY_FIELD_LEARN] = ARP_POLICY_LEARN_ANY;
		break;
	case DEFEND_OFF:
		field[ARP_POLICY_FIELD_DEFEND] = 0;
		break;
	case INSPECT_ENFORCE:
		field[ARP_POLICY_FIELD_INSPECT] = ARP_POLICY_INSPECT_ENFORCE;
		break;
	case HIGH_RATES:
		field[ARP_POLICY_FIELD_RATE] = ARP_POLICY_RATE_MAX;
		field[ARP_POLICY_FIELD_SOURCE_RATE] = ARP_POLICY_RATE_MAX;
		break;
	default:
		break;
	}
}

static void add_selector(struct policy *p, const struct config *c,
			 const char *selector, const int *values)
{
	int *field = add_entry(p, selector);

	add_fields(field, c, values);
	if (!sets_anything(field))
		p->count--;
}

/* Values for a selector that more specific ones override for every device. */
static void add_garbage(struct policy *p, const struct config *c,
			const char *selector)
{
	static const int values[KEYS] = {
		[ARP_IGNORE] = 8, [ARP_ANNOUNCE] = 1, [PROXY_ARP] = 1,
		[DROP_GRATUITOUS_ARP] = 1,
	};

	add_selector(p, c, selector, values);
}

static void add_port_policies(struct policy *p, const struct host *h,
			      const struct config *c)
{
	char selector[IF_NAMESIZE + 4];
	int i, *field;

	for (i = 0; i < h->ports; i++) {
		const char *name = port_name(i);

		strcpy(selector, name);
		if (c->form == GLOBS)
			sprintf(selector, "%.*s[%s]", (int)strlen(name) - 1, name,
				name + strlen(name) - 1);
		field = add_entry(p, selector);
		memcpy(field, c->port[i], sizeof(c->port[i]));
		if (!port_there(h, i) || !sets_anything(field))
			p->count--;
	}
}

static void make_policy(struct policy *p, const struct host *h,
			struct config *c)
{
	char selector[IF_NAMESIZE + 4];
	int values[KEYS], dev, key;

	p->count = 0;
	if (c->form == STRUCTURE) {
		add_selector(p, c, "all", c->stock[0]);
	} else if (c->strange) {
		add_garbage(p, c, "default");
		add_garbage(p, c, "*");
	}
	for (dev = 0; dev < h->devices; dev++) {
		const char *name = h->device[dev].name;

		if (!there(h, dev))
			continue;
		strcpy(selector, name);
		if (c->form == GLOBS)
			sprintf(selector, "%.*s[%s]", (int)strlen(name) - 1, name,
				name + strlen(name) - 1);
		for (key = 0; key < KEYS; key++)
			values[key] = c->form == STRUCTURE ?
				      c->stock[1 + dev][key] :
				      effective(c->stock, dev, key);
		add_selector(p, c, selector, values);
	}
	add_port_policies(p, h, c);
	if (c->bystander == HIDDEN_NOWHERE)
		add_entry(p, "nobody")[ARP_POLICY_FIELD_HIDDEN] = 1;
}

static void read_family(struct nlmsghdr *m, void *arg)
{
	const struct nlattr *attrs[CTRL_ATTR_FAMILY_NAME + 1];
	uint16_t id;

	(void)arg;
	read_message(m, GENL_HDRLEN, attrs, CTRL_ATTR_FAMILY_NAME);
	if (get_attr(attrs[CTRL_ATTR_FAMILY_ID], &id, sizeof(id)) &&
	    !strcmp(attr_data(attrs[CTRL_ATTR_FAMILY_NAME]), ARP_POLICY_FAMILY_NAME))
		family = id;
}

/* The family id, which is the same in all namespaces. */
int policy_family(void)
{
	if (!family)
		nl_dump(&policy_nl, GENL_ID_CTRL,
			&(struct genlmsghdr){ .cmd = CTRL_CMD_GETFAMILY },
			GENL_HDRLEN, read_family, NULL);
	if (!family)
		die("the module is not loaded");
	return family;
}

void begin_command(struct netlink *nl, int command)
{
	struct genlmsghdr body = { .cmd = command, .version = 1 };

	nl_begin(nl, policy_family(), 0, &body, sizeof(body));
}

void begin_transaction(struct netlink *nl, int kind)
{
	begin_command(nl, ARP_POLICY_CMD_TRANSACTION_BEGIN);
	nl_put_u32(nl, ARP_POLICY_A_TRANSACTION, kind);
}

/* In here, ignore has the values of arp_ignore. */
void put_fields(struct netlink *nl, int type, const int *field)
{
	size_t nest = nl_nest(nl, type | NLA_F_NESTED);
	int f;

	for (f = 1; f < FIELDS; f++)
		if (field[f] >= 0)
			nl_put_u32(nl, f, f == ARP_POLICY_FIELD_IGNORE && field[f] == 8 ?
				   ARP_POLICY_IGNORE_NEVER : (uint32_t)field[f]);
	nl_end(nl, nest);
}

void put_dev_op(struct netlink *nl, int kind, const char *selector, const int *field)
{
	size_t op = nl_nest(nl, ARP_POLICY_A_OP | NLA_F_NESTED);
	size_t dev = nl_nest(nl, kind | NLA_F_NESTED);

	nl_put_text(nl, ARP_POLICY_DEV_SELECTOR, selector);
	if (kind == ARP_POLICY_OP_DEV_SET)
		put_fields(nl, ARP_POLICY_DEV_FIELDS, field);
	nl_end(nl, dev);
	nl_end(nl, op);
}

static void put_entry(int type, const struct entry *e)
{
	size_t nest = nl_nest(&policy_nl, type | NLA_F_NESTED);

	nl_put_u32(&policy_nl, ARP_POLICY_ENTRY_TABLE, e->table);
	nl_put_text(&policy_nl, ARP_POLICY_ENTRY_SELECTOR, e->selector);
	nl_put(&policy_nl, ARP_POLICY_ENTRY_ADDRESS, &e->prefix, 4);
	nl_put_u32(&policy_nl, ARP_POLICY_ENTRY_LENGTH, e->len);
	if (e->table != ARP_POLICY_TABLE_BINDING)
		nl_put_u32(&policy_nl, ARP_POLICY_ENTRY_ACTION, e->action);
	else if (!e->has_mac)
		nl_put(&policy_nl, ARP_POLICY_ENTRY_ANY, NULL, 0);
	if (e->has_mac)
		nl_put(&policy_nl, ARP_POLICY_ENTRY_LLADDR, e->mac, ETH_ALEN);
	nl_end(&policy_nl, nest);
}

/* One by one, or as operations of a transaction. */
static void put_entries(const struct config *c)
{
	size_t op;
	int i;

	for (i = 0; i < c->entries; i++) {
		if (c->entry[i].gone)
			continue;
		if (!c->restored) {
			begin_command(&policy_nl, ARP_POLICY_CMD_ENTRY_ADD);
			put_entry(ARP_POLICY_A_ENTRY, &c->entry[i]);
			continue;
		}
		op = nl_nest(&policy_nl, ARP_POLICY_A_OP | NLA_F_NESTED);
		put_entry(ARP_POLICY_OP_ENTRY_ADD, &c->entry[i]);
		nl_end(&policy_nl, op);
	}
}

static void put_transaction(const struct policy *p, const struct config *c)
{
	int i;

	begin_transaction(&policy_nl, ARP_POLICY_TRANSACTION_REPLACE);
	begin_command(&policy_nl, ARP_POLICY_CMD_TRANSACTION_ADD);
	for (i = 0; i < p->count; i++)
		put_dev_op(&policy_nl, ARP_POLICY_OP_DEV_SET, p->entry[i].selector,
			   p->entry[i].field);
	put_entries(c);
	begin_command(&policy_nl, ARP_POLICY_CMD_TRANSACTION_COMMIT);
}

static void clear_policy(void)
{
	if (!family)
		return;
	begin_command(&policy_nl, ARP_POLICY_CMD_FLUSH);
	must(&policy_nl, "policy");
}

void set_policy(const struct host *h, struct config *c, bool blunder)
{
	struct policy p;
	int i;

	make_policy(&p, h, c);
	if (!p.count && !c->entries) {
		clear_policy();
		return;
	}
	for (i = 0; blunder && i < p.count; i++)
		if (p.entry[i].field[ARP_POLICY_FIELD_IGNORE] == 2)
			p.entry[i].field[ARP_POLICY_FIELD_IGNORE] = 1;
	if (c->restored) {
		put_transaction(&p, c);
	} else {
		begin_command(&policy_nl, ARP_POLICY_CMD_FLUSH);
		for (i = 0; i < p.count; i++) {
			begin_command(&policy_nl, ARP_POLICY_CMD_DEV_SET);
			nl_put_text(&policy_nl, ARP_POLICY_A_SELECTOR,
				    p.entry[i].selector);
			put_fields(&policy_nl, ARP_POLICY_A_FIELDS, p.entry[i].field);
		}
		put_entries(c);
	}
	must(&policy_nl, "policy");
}

static void print_checks(FILE *f, int value)
{
	static const char *const checks[] = { "src-mac", "dst-mac", "ip" };
	const char *comma = "";
	int i;

	for (i = 0; value >> i; i++) {
		if (!(value & 1 << i))
			continue;
		fprintf(f, "%s%s", comma, checks[i]);
		comma = ",";
	}
	if (!value)
		fputs("none", f);
}

static void print_field(FILE *f, int field, int value)
{
	static const char *const names[ARP_POLICY_FIELD_MAX + 1] = {
		NULL, "ignore", "announce", "filter", "hidden", "proxy", "proxy-delay",
		"garp", "learn", "inspect", "validate", "rate", "burst", "source-rate",
		"defend", "mode", "trust", "suppress", "notify",
	};
	static const char *const words[ARP_POLICY_FIELD_MAX + 1][4] = {
		[ARP_POLICY_FIELD_FILTER] = { "off", "on" },
		[ARP_POLICY_FIELD_HIDDEN] = { "off", "on" },
		[ARP_POLICY_FIELD_PROXY] = { "off", "route", "pvlan", "route,pvlan" },
		[ARP_POLICY_FIELD_GARP] = { "accept", "drop" },
		[ARP_POLICY_FIELD_LEARN] = { "any", "solicited", "none" },
		[ARP_POLICY_FIELD_INSPECT] = { "off", "audit", "enforce", "strict" },
		[ARP_POLICY_FIELD_DEFEND] = { "off", "on" },
		[ARP_POLICY_FIELD_MODE] = { "enforce", "audit" },
		[ARP_POLICY_FIELD_TRUST] = { "off", "on" },
		[ARP_POLICY_FIELD_SUPPRESS] = { "off", "bind", "neigh", "bind,neigh" },
	};

	fprintf(f, " %s ", names[field]);
	if (field == ARP_POLICY_FIELD_VALIDATE)
		print_checks(f, value);
	else if (words[field][0])
		fputs(words[field][value], f);
	else if (!value && field >= ARP_POLICY_FIELD_RATE &&
		 field <= ARP_POLICY_FIELD_SOURCE_RATE)
		fputs("off", f);
	else
		fprintf(f, "%d", value);
}

void print_fields(FILE *f, const char *selector, const int *field)
{
	int i;

	fprintf(f, "arpctl dev set '%s'", selector);
	for (i = 1; i < FIELDS; i++)
		if (field[i] >= 0)
			print_field(f, i, field[i]);
	fputc('\n', f);
}

void print_policy(FILE *f, const struct host *h, struct config *c)
{
	struct policy p;
	int i;

	make_policy(&p, h, c);
	for (i = 0; i < p.count; i++)
		print_fields(f, p.entry[i].selector, p.entry[i].field);
	print_entries(f, c);
}
