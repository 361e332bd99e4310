// SPDX-License-Identifier: GPL-2.0-only
/* The host as far as ARP depends on it, over rtnetlink and from /proc/sys. */

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/print.h"
#include "host/host.h"
#include "wire/dump.h"
#include "wire/nl_msg.h"

#define READ_TRIES	10
/* Headers of older kernels do not have it. */
#define BRPORT_LOCKED	39
#define NUD_KNOWN	(NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | \
			 NUD_PERMANENT)

/* Copies a hardware address. Return: its length. */
static size_t copy_lladdr(uint8_t lladdr[HOST_LLADDR],
			  const struct nlattr *attr)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len > HOST_LLADDR)
		len = HOST_LLADDR;
	if (len)
		memcpy(lladdr, mnl_attr_get_payload(attr), len);
	return len;
}

static void read_bridge(struct host_link *link, const struct nlattr *nest)
{
	const struct nlattr *tb[IFLA_BR_MAX + 1];

	nl_parse_nest(nest, tb, IFLA_BR_MAX);
	link->call_arptables = nl_uint(tb[IFLA_BR_NF_CALL_ARPTABLES]);
	link->vlan_filtering = nl_uint(tb[IFLA_BR_VLAN_FILTERING]);
}

static void read_port(struct host_link *link, const struct nlattr *nest)
{
	const struct nlattr *tb[BRPORT_LOCKED + 1];

	nl_parse_nest(nest, tb, BRPORT_LOCKED);
	link->bridged = true;
	link->can_lock = tb[BRPORT_LOCKED];
	link->locked = nl_uint(tb[BRPORT_LOCKED]);
	link->neigh_suppress = nl_uint(tb[IFLA_BRPORT_NEIGH_SUPPRESS]);
}

static void read_kind(struct host_link *link, const struct nlattr *nest)
{
	const struct nlattr *info[IFLA_INFO_MAX + 1];
	const struct nlattr *vlan[IFLA_VLAN_MAX + 1];

	nl_parse_nest(nest, info, IFLA_INFO_MAX);
	snprintf(link->kind, sizeof(link->kind), "%s",
		 nl_str(info[IFLA_INFO_KIND]));
	if (!strcmp(link->kind, "bridge"))
		read_bridge(link, info[IFLA_INFO_DATA]);
	if (!strcmp(link->kind, "vlan")) {
		nl_parse_nest(info[IFLA_INFO_DATA], vlan, IFLA_VLAN_MAX);
		link->vlan = (uint16_t)nl_uint(vlan[IFLA_VLAN_ID]);
	}
	if (!strcmp(nl_str(info[IFLA_INFO_SLAVE_KIND]), "bridge"))
		read_port(link, info[IFLA_INFO_SLAVE_DATA]);
}

/* The sysctls come as an array that begins with number 1. */
static void read_conf(struct host_link *link, const struct nlattr *nest)
{
	const struct nlattr *family[AF_INET + 1];
	const struct nlattr *inet[IFLA_INET_MAX + 1];
	size_t len;

	nl_parse_nest(nest, family, AF_INET);
	link->ipv4 = family[AF_INET];
	nl_parse_nest(family[AF_INET], inet, IFLA_INET_MAX);
	if (!inet[IFLA_INET_CONF])
		return;
	len = mnl_attr_get_payload_len(inet[IFLA_INET_CONF]);
	if (len > sizeof(link->conf) - sizeof(link->conf[0]))
		len = sizeof(link->conf) - sizeof(link->conf[0]);
	memcpy(&link->conf[1], mnl_attr_get_payload(inet[IFLA_INET_CONF]), len);
}

static int read_link(const struct nlmsghdr *msg, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[IFLA_MAX + 1];
	struct host *host = data;
	struct host_link *link = LIST_ADD(host->links, host->n_links);

	if (!link)
		return MNL_CB_ERROR;
	nl_parse_after(msg, sizeof(*info), tb, IFLA_MAX);
	link->ifindex = (uint32_t)info->ifi_index;
	link->flags = info->ifi_flags;
	link->type = info->ifi_type;
	link->master = (uint32_t)nl_uint(tb[IFLA_MASTER]);
	snprintf(link->name, sizeof(link->name), "%s",
		 nl_str(tb[IFLA_IFNAME]));
	link->lladdr_len = copy_lladdr(link->lladdr, tb[IFLA_ADDRESS]);
	read_kind(link, tb[IFLA_LINKINFO]);
	read_conf(link, tb[IFLA_AF_SPEC]);
	link->offloaded = tb[IFLA_PHYS_SWITCH_ID];
	if (!tb[IFLA_LINK_NETNSID])
		link->lower = (uint32_t)nl_uint(tb[IFLA_LINK]);
	if (!strcmp(link->kind, "veth")) {
		link->peer = link->lower;
		link->lower = 0;
	}
	return MNL_CB_OK;
}

static int add_subnet(struct host *host, uint32_t ifindex, uint32_t address,
		      uint8_t length)
{
	const struct prefix prefix = prefix_masked((struct prefix){
		.address = address, .length = length });
	struct host_subnet *subnet;

	if (!length || length > 31)
		return MNL_CB_OK;
	subnet = LIST_ADD(host->subnets, host->n_subnets);
	if (!subnet)
		return MNL_CB_ERROR;
	subnet->ifindex = ifindex;
	subnet->prefix = prefix;
	return MNL_CB_OK;
}

static int add_peer(struct host *host, uint32_t ifindex, uint32_t address)
{
	struct host_peer *peer = LIST_ADD(host->peers, host->n_peers);

	if (!peer)
		return MNL_CB_ERROR;
	peer->ifindex = ifindex;
	peer->address = address;
	return MNL_CB_OK;
}

static int read_address(const struct nlmsghdr *msg, void *data)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[IFA_MAX + 1];
	struct host *host = data;
	struct host_address *address = LIST_ADD(host->addresses, host->n_addresses);

	if (!address)
		return MNL_CB_ERROR;
	nl_parse_after(msg, sizeof(*info), tb, IFA_MAX);
	address->ifindex = info->ifa_index;
	address->address = (uint32_t)nl_uint(tb[IFA_LOCAL]);
	address->length = info->ifa_prefixlen;
	address->scope = info->ifa_scope;
	/* Point-to-point: IFA_ADDRESS is the other side. */
	return add_subnet(host, address->ifindex,
			  (uint32_t)nl_uint(tb[IFA_ADDRESS]), address->length);
}

/* Keeps the device of the default route with the lowest metric. */
static void read_default(struct host *host, const struct nlattr *const *tb)
{
	uint32_t metric = (uint32_t)nl_uint(tb[RTA_PRIORITY]);

	if (!tb[RTA_OIF] || (host->default_dev && metric >= host->default_metric))
		return;
	host->default_dev = (uint32_t)nl_uint(tb[RTA_OIF]);
	host->default_metric = metric;
}

static int read_route(const struct nlmsghdr *msg, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[RTA_MAX + 1];
	struct host *host = data;

	if (info->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	nl_parse_after(msg, sizeof(*info), tb, RTA_MAX);
	if (!info->rtm_dst_len && info->rtm_table == RT_TABLE_MAIN)
		read_default(host, tb);
	if (info->rtm_scope != RT_SCOPE_LINK)
		return MNL_CB_OK;
	if (!tb[RTA_OIF] || !tb[RTA_DST])
		return MNL_CB_OK;
	if (info->rtm_dst_len == 32)
		return add_peer(host, (uint32_t)nl_uint(tb[RTA_OIF]),
				(uint32_t)nl_uint(tb[RTA_DST]));
	return add_subnet(host, (uint32_t)nl_uint(tb[RTA_OIF]),
			  (uint32_t)nl_uint(tb[RTA_DST]), info->rtm_dst_len);
}

static int read_neighbour(const struct nlmsghdr *msg, void *data)
{
	const struct ndmsg *info = mnl_nlmsg_get_payload(msg);
	struct host_neighbour *neighbour;
	const struct nlattr *tb[NDA_MAX + 1];
	struct host *host = data;

	/* These do not count against the limits. */
	if (info->ndm_state & NUD_PERMANENT ||
	    info->ndm_flags & NTF_EXT_LEARNED)
		host->kept++;
	nl_parse_after(msg, sizeof(*info), tb, NDA_MAX);
	if (!(info->ndm_state & NUD_KNOWN) || !tb[NDA_DST] || !tb[NDA_LLADDR])
		return MNL_CB_OK;
	neighbour = LIST_ADD(host->neighbours, host->n_neighbours);
	if (!neighbour)
		return MNL_CB_ERROR;
	neighbour->ifindex = (uint32_t)info->ndm_ifindex;
	neighbour->address = (uint32_t)nl_uint(tb[NDA_DST]);
	neighbour->lladdr_len = copy_lladdr(neighbour->lladdr, tb[NDA_LLADDR]);
	return MNL_CB_OK;
}

static int read_proxy(const struct nlmsghdr *msg, void *data)
{
	const struct ndmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[NDA_MAX + 1];
	struct host_peer *proxy;
	struct host *host = data;

	nl_parse_after(msg, sizeof(*info), tb, NDA_MAX);
	proxy = LIST_ADD(host->proxies, host->n_proxies);
	if (!proxy)
		return MNL_CB_ERROR;
	/* 0: of every device. */
	proxy->ifindex = (uint32_t)info->ndm_ifindex;
	proxy->address = (uint32_t)nl_uint(tb[NDA_DST]);
	return MNL_CB_OK;
}

/* The entries of "ip neigh add proxy". */
static int read_proxies(struct host *host)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct ndmsg *info;

	req->nlmsg_type = RTM_GETNEIGH;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info = mnl_nlmsg_put_extra_header(req, sizeof(*info));
	info->ndm_family = AF_INET;
	info->ndm_flags = NTF_PROXY;
	return netlink_ask(NETLINK_ROUTE, req, read_proxy, host);
}

static int read_limits(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[NDTA_MAX + 1];
	struct ndt_config config;
	struct host *host = data;

	nl_parse_after(msg, sizeof(struct ndtmsg), tb, NDTA_MAX);
	/* Only the message of the table has a configuration, not those of devices. */
	if (strcmp(nl_str(tb[NDTA_NAME]), "arp_cache") != 0 ||
	    !tb[NDTA_CONFIG] ||
	    mnl_attr_get_payload_len(tb[NDTA_CONFIG]) < sizeof(config))
		return MNL_CB_OK;
	memcpy(&config, mnl_attr_get_payload(tb[NDTA_CONFIG]), sizeof(config));
	host->entries = config.ndtc_entries;
	host->gc_thresh2 = (uint32_t)nl_uint(tb[NDTA_THRESH2]);
	host->gc_thresh3 = (uint32_t)nl_uint(tb[NDTA_THRESH3]);
	return MNL_CB_OK;
}

static int order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int address_order(uint32_t a, uint32_t b)
{
	return order(ntohl(a), ntohl(b));
}

static int by_ifindex(const void *a, const void *b)
{
	const struct host_link *x = a, *y = b;

	return order(x->ifindex, y->ifindex);
}

static int by_address(const void *a, const void *b)
{
	const struct host_address *x = a, *y = b;
	int cmp = address_order(x->address, y->address);

	return cmp ? cmp : order(x->ifindex, y->ifindex);
}

static int by_owner(const void *a, const void *b)
{
	const struct host_address *x = a, *y = b;
	int cmp = order(x->ifindex, y->ifindex);

	return cmp ? cmp : address_order(x->address, y->address);
}

static int prefix_order(struct prefix a, struct prefix b)
{
	int cmp = address_order(a.address, b.address);

	return cmp ? cmp : a.length - b.length;
}

static int subnet_by_dev(const void *a, const void *b)
{
	const struct host_subnet *x = a, *y = b;
	int cmp = order(x->ifindex, y->ifindex);

	return cmp ? cmp : prefix_order(x->prefix, y->prefix);
}

static int subnet_by_prefix(const void *a, const void *b)
{
	const struct host_subnet *x = a, *y = b;
	int cmp = prefix_order(x->prefix, y->prefix);

	return cmp ? cmp : order(x->ifindex, y->ifindex);
}

static int peer_by_dev(const void *a, const void *b)
{
	const struct host_peer *x = a, *y = b;
	int cmp = order(x->ifindex, y->ifindex);

	return cmp ? cmp : address_order(x->address, y->address);
}

static int neighbour_by_dev(const void *a, const void *b)
{
	const struct host_neighbour *x = a, *y = b;
	int cmp = order(x->ifindex, y->ifindex);

	return cmp ? cmp : address_order(x->address, y->address);
}

static void *copy(const void *list, size_t n, size_t size)
{
	void *copied = malloc(n * size + 1);

	if (copied && n)
		memcpy(copied, list, n * size);
	return copied;
}

/* A subnet can come from several addresses and routes. */
static void drop_equal_subnets(struct host *host)
{
	size_t i, n = 0;

	for (i = 0; i < host->n_subnets; i++)
		if (!n || subnet_by_dev(&host->subnets[n - 1],
					&host->subnets[i]) != 0)
			host->subnets[n++] = host->subnets[i];
	host->n_subnets = n;
}

static struct host_link *own_link(struct host *host, uint32_t ifindex)
{
	return (struct host_link *)host_link(host, ifindex);
}

/* Counts what the links have; each list is by ifindex. */
#define PLACE(host, list, n_list, first, count) do {			\
	struct host_link *to_ = NULL;					\
	size_t i_;							\
									\
	for (i_ = 0; i_ < (host)->n_list; i_++) {			\
		if (!to_ || to_->ifindex != (host)->list[i_].ifindex)	\
			to_ = own_link(host, (host)->list[i_].ifindex);	\
		if (!to_)						\
			continue;					\
		if (!to_->count++)					\
			to_->first = i_;				\
	}								\
} while (0)

/* Sorts the lists. Return: 0, or an errno. */
static int sort_all(struct host *host)
{
	size_t i;

	LIST_SORT(host->links, host->n_links, by_ifindex);
	LIST_SORT(host->addresses, host->n_addresses, by_address);
	LIST_SORT(host->subnets, host->n_subnets, subnet_by_dev);
	LIST_SORT(host->peers, host->n_peers, peer_by_dev);
	LIST_SORT(host->proxies, host->n_proxies, peer_by_dev);
	LIST_SORT(host->neighbours, host->n_neighbours, neighbour_by_dev);
	drop_equal_subnets(host);
	host->own = copy(host->addresses, host->n_addresses,
			 sizeof(*host->own));
	host->nets = copy(host->subnets, host->n_subnets, sizeof(*host->nets));
	if (!host->own || !host->nets)
		return ENOMEM;
	LIST_SORT(host->own, host->n_addresses, by_owner);
	LIST_SORT(host->nets, host->n_subnets, subnet_by_prefix);
	for (i = 0; i < host->n_subnets; i++)
		host->lengths |= 1U << host->nets[i].prefix.length;
	PLACE(host, own, n_addresses, own, n_own);
	PLACE(host, subnets, n_subnets, subnets, n_subnets);
	PLACE(host, peers, n_peers, peers, n_peers);
	PLACE(host, neighbours, n_neighbours, known, n_known);
	return 0;
}

/* Finds out which devices are ports, and which are in a VRF. */
static void place_links(struct host *host)
{
	const struct host_link *master;
	struct host_link *link;
	size_t i;

	for (i = 0; i < host->n_links; i++) {
		link = &host->links[i];
		master = host_link(host, link->master);
		if (!strcmp(link->kind, "vrf"))
			link->vrf = link->ifindex;
		else if (master && !strcmp(master->kind, "vrf"))
			link->vrf = master->ifindex;
		else
			link->port = link->master;
	}
}

bool host_sysctl(const char *path, uint32_t *value)
{
	char full[PATH_MAX];
	bool found;
	FILE *file;

	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	file = fopen(full, "re");
	if (!file)
		return false;
	found = fgets(full, sizeof(full), file);
	fclose(file);
	full[strcspn(full, "\n")] = '\0';
	return found && parse_u32(full, value);
}

static void read_all_conf(struct host *host)
{
	static const struct {
		const char *name;
		unsigned int conf;
	} names[] = {
		{ "accept_local", IPV4_DEVCONF_ACCEPT_LOCAL },
		{ "arp_announce", IPV4_DEVCONF_ARP_ANNOUNCE },
		{ "arp_filter", IPV4_DEVCONF_ARPFILTER },
		{ "arp_ignore", IPV4_DEVCONF_ARP_IGNORE },
		{ "arp_notify", IPV4_DEVCONF_ARP_NOTIFY },
		{ "drop_gratuitous_arp", IPV4_DEVCONF_DROP_GRATUITOUS_ARP },
		{ "forwarding", IPV4_DEVCONF_FORWARDING },
		{ "proxy_arp", IPV4_DEVCONF_PROXY_ARP },
		{ "proxy_arp_pvlan", IPV4_DEVCONF_PROXY_ARP_PVLAN },
		{ "rp_filter", IPV4_DEVCONF_RP_FILTER },
	};
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "net/ipv4/conf/all/%s",
			 names[i].name);
		host_sysctl(path, &host->all[names[i].conf]);
	}
}

static int read_all(struct host *host)
{
	static const struct {
		uint16_t type;
		uint8_t family;
		size_t header;
		mnl_cb_t each;
	} tables[] = {
		{ RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), read_link },
		{ RTM_GETADDR, AF_INET, sizeof(struct ifaddrmsg), read_address },
		{ RTM_GETROUTE, AF_INET, sizeof(struct rtmsg), read_route },
		{ RTM_GETNEIGH, AF_INET, sizeof(struct ndmsg), read_neighbour },
		{ RTM_GETNEIGHTBL, AF_INET, sizeof(struct ndtmsg), read_limits },
	};
	size_t i;
	int err;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		err = dump(NETLINK_ROUTE, tables[i].type, tables[i].family,
			   tables[i].header, tables[i].each, host);
		if (err)
			return err;
	}
	err = read_proxies(host);
	if (!err)
		err = sort_all(host);
	if (err)
		return err;
	read_all_conf(host);
	place_links(host);
	return 0;
}

/* The neighbour table's settings of a device. */
static int read_delay(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[NDTA_MAX + 1], *parms[NDTPA_MAX + 1];
	struct host_link *link;

	nl_parse_after(msg, sizeof(struct ndtmsg), tb, NDTA_MAX);
	nl_parse_nest(tb[NDTA_PARMS], parms, NDTPA_MAX);
	link = own_link(data, (uint32_t)nl_uint(parms[NDTPA_IFINDEX]));
	if (link && !strcmp(nl_str(tb[NDTA_NAME]), "arp_cache"))
		link->proxy_delay = (uint32_t)nl_uint(parms[NDTPA_PROXY_DELAY]);
	return MNL_CB_OK;
}

static int read_links(struct host *host)
{
	int err = dump(NETLINK_ROUTE, RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg),
		       read_link, host);

	if (err)
		return err;
	LIST_SORT(host->links, host->n_links, by_ifindex);
	read_all_conf(host);
	place_links(host);
	return dump(NETLINK_ROUTE, RTM_GETNEIGHTBL, AF_INET, sizeof(struct ndtmsg),
		    read_delay, host);
}

static int read_with(struct host *host, int (*read)(struct host *host))
{
	int tries, err = EINTR;

	for (tries = 0; tries < READ_TRIES && err == EINTR; tries++) {
		host_free(host);
		err = read(host);
	}
	if (!err)
		return STATUS_OK;
	return failure("cannot read the devices and addresses of this host: %s",
		       strerror(err));
}

int host_read(struct host *host)
{
	return read_with(host, read_all);
}

int host_read_links(struct host *host)
{
	return read_with(host, read_links);
}

void host_free(struct host *host)
{
	free(host->links);
	free(host->addresses);
	free(host->own);
	free(host->subnets);
	free(host->nets);
	free(host->peers);
	free(host->proxies);
	free(host->neighbours);
	*host = (struct host){ 0 };
}

const struct host_link *host_link(const struct host *host, uint32_t ifindex)
{
	const struct host_link key = { .ifindex = ifindex };

	if (!host->n_links)
		return NULL;
	return bsearch(&key, host->links, host->n_links, sizeof(key),
		       by_ifindex);
}

uint32_t host_conf(const struct host *host, const struct host_link *link,
		   unsigned int conf)
{
	return link->conf[conf] > host->all[conf] ? link->conf[conf] :
						    host->all[conf];
}

/* Programs read what macvtap receives; the host does not. */
static bool is_tap(const struct host_link *link)
{
	return !strcmp(link->kind, "macvtap") || !strcmp(link->kind, "ipvtap");
}

bool host_does_arp(const struct host_link *link)
{
	return !is_tap(link) && link->ipv4 && !link->port && link->flags & IFF_UP &&
	       !(link->flags & (IFF_NOARP | IFF_LOOPBACK | IFF_POINTOPOINT));
}

bool host_addr_on_dev(const struct host *host, const struct host_link *link,
		      uint32_t address)
{
	const struct host_address key = {
		.ifindex = link->ifindex, .address = address,
	};

	return host->n_addresses &&
	       bsearch(&key, host->addresses, host->n_addresses, sizeof(key),
		       by_address);
}

size_t host_from(const struct host *host, uint32_t address)
{
	const struct host_address key = { .address = address };

	return LIST_FROM(host->addresses, host->n_addresses, &key, by_address);
}

bool host_has(const struct host *host, uint32_t address)
{
	size_t i = host_from(host, address);

	return i < host->n_addresses && host->addresses[i].address == address;
}

void host_each_net(const struct host *host, uint32_t address,
		   bool (*each)(void *data, const struct host_subnet *subnet),
		   void *data)
{
	struct host_subnet key = { 0 };
	uint8_t length;
	size_t i;

	for (length = 31; length; length--) {
		if (!(host->lengths & 1U << length))
			continue;
		key.prefix = prefix_masked((struct prefix){ address, length });
		i = LIST_FROM(host->nets, host->n_subnets, &key, subnet_by_prefix);
		for (; i < host->n_subnets; i++) {
			if (prefix_order(host->nets[i].prefix, key.prefix) != 0)
				break;
			if (!each(data, &host->nets[i]))
				return;
		}
	}
}

bool host_reaches(const struct host *host, const struct host_link *link,
		  uint32_t address)
{
	struct host_subnet key = { .ifindex = link->ifindex };
	uint8_t length;

	if (!link->n_subnets)
		return false;
	for (length = 31; length; length--) {
		key.prefix = prefix_masked((struct prefix){ address, length });
		if (host->lengths & 1U << length &&
		    bsearch(&key, host->subnets + link->subnets, link->n_subnets,
			    sizeof(key), subnet_by_dev))
			return true;
	}
	return false;
}

bool host_has_proxy(const struct host *host, const struct host_link *link,
		    uint32_t address)
{
	const struct host_peer on = { link->ifindex, address }, any = { 0, address };

	return host->n_proxies &&
	       (bsearch(&on, host->proxies, host->n_proxies, sizeof(on), peer_by_dev) ||
		bsearch(&any, host->proxies, host->n_proxies, sizeof(any), peer_by_dev));
}
