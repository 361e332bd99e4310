// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: the input becomes devices, a policy and a packet, which is decided.
 *
 * The decision of verdict.c must be consistent, and the same for the same packet.
 * Built with tests/lib/kshim for the kernel's headers.
 */
#include "kshim.h"

#include "packet/announce.h"
#include "packet/hidden.h"
#include "packet/packet.h"
#include "packet/rate.h"
#include "packet/verdict.h"
#include "policy/device.h"
#include "policy/host.h"
#include "policy/selector.h"
#include "policy/tables.h"

#define NEVER(what) do {						\
	if (what) {							\
		fprintf(stderr, "must never hold: %s\n", #what);	\
		abort();						\
	}								\
} while (0)

/* The rest of the input. */
static const u8 *input;
static size_t left;

static u8 next(void)
{
	if (!left)
		return 0;
	left--;
	return *input++;
}

static u32 next32(void)
{
	u32 n = next();

	n = n << 8 | next();
	n = n << 8 | next();
	return n << 8 | next();
}

/* Few addresses, so that they coincide; network byte order. */
static __be32 next_address(void)
{
	u8 n = next();

	if (n >= 0xf8)
		return htonl(next32());
	if (n >= 0xf0)
		return (__be32[]){ 0, 0xffffffff, htonl(0x7f000001), htonl(0xe0000001) }[n & 3];
	return htonl(0x0a000000 | (u32)(n >> 4) << 8 | (n & 15));
}

/* Devices */

static struct net net;
static struct in_device in_devs[SHIM_DEVICES];
static struct in_ifaddr addresses[SHIM_DEVICES][3];

static void make_devices(void)
{
	static const unsigned short types[] = {
		ARPHRD_ETHER, ARPHRD_ETHER, ARPHRD_ETHER, ARPHRD_IEEE802, ARPHRD_FDDI,
		ARPHRD_INFINIBAND, ARPHRD_IEEE1394, ARPHRD_AX25, ARPHRD_TUNNEL, ARPHRD_DLCI,
	};
	static const char *const names[] = { "eth0", "eth1", "lo" };
	u8 kind = next(), n;
	int i, j;

	memset(&net, 0, sizeof(net));
	net.custom_rules = kind == 0x7b;
	net.ipv4.fib_has_custom_local_routes = kind == 0x7a;
	for (i = 0; i < SHIM_DEVICES; i++) {
		struct net_device *dev = &net.dev[i];
		struct in_device *in_dev = &in_devs[i];

		strcpy(dev->name, names[i]);
		dev->ifindex = i + 1;
		dev->net = &net;
		dev->type = i ? ARPHRD_ETHER : types[kind % ARRAY_SIZE(types)];
		dev->addr_len = ETH_ALEN;
		if (dev->type == ARPHRD_INFINIBAND)
			dev->addr_len = 20;
		else if (dev->type == ARPHRD_TUNNEL)
			dev->addr_len = 4;
		else if (kind >= 0xe0)
			dev->addr_len = kind & 0x1f;
		memset(dev->dev_addr, 2 + i, sizeof(dev->dev_addr));
		dev->bond_slave = kind == 0x7f;
		dev->l3_slave = kind == 0x7e;
		dev->l3_master = i == 1 && kind == 0x7e;
		dev->flags = (i == 2 ? IFF_LOOPBACK : 0) | (kind == 0x7d ? IFF_POINTOPOINT : 0) |
			     (kind == 0x7c && i ? 0 : IFF_UP);

		*in_dev = (struct in_device){ .dev = dev };
		n = next();
		dev->in_dev = n == 0xff ? NULL : in_dev;
		in_dev->ignore = n & 15;
		in_dev->announce = n >> 4 & 3;
		in_dev->accept = n & 64;
		in_dev->accept_local = n & 128;
		n = next();
		in_dev->filter = n & 1;
		in_dev->proxy = n & 2;
		in_dev->pvlan = n & 4;
		in_dev->forward = n & 8;
		in_dev->localnet = n & 16;
		in_dev->log_martians = (n & 24) == 24;
		in_dev->drop_garp = n & 32;
		in_dev->rp_filter = (n & 40) == 40;
		in_dev->medium_id = (n >> 6) - 1;
		for (j = 0; j < (n >> 4 & 3) && j < 3; j++) {
			addresses[i][j] = (struct in_ifaddr){
				.next = in_dev->ifa_list,
				.ifa_local = next_address(),
				.ifa_mask = htonl(0xffffff00),
				.ifa_flags = j ? n & 1 : 0,
				.ifa_scope = n & 2 ? RT_SCOPE_UNIVERSE : RT_SCOPE_HOST,
			};
			addresses[i][j].ifa_address = addresses[i][j].ifa_local;
			in_dev->ifa_list = &addresses[i][j];
		}
	}
}

/* The host's addresses, in the simplest possible tables. */

static struct arpp_host host;
static u8 fine[BIT(ARPP_HOST_FINE_BITS)];
static struct arpp_host_addr recorded[SHIM_DEVICES * 3];
static struct arpp_host_addr_dev addr_devs[SHIM_DEVICES * 3];
static unsigned int n_recorded, n_addr_devs;

const struct arpp_host_addr *arpp_host_addr_known(const struct arpp_host *in, u32 domain,
						  __be32 addr)
{
	unsigned int i;

	NEVER(in != &host);
	for (i = 0; i < n_recorded; i++)
		if (recorded[i].node.key.id == ((u64)addr << 32 | domain))
			return &recorded[i];
	return NULL;
}

const struct arpp_host_addr_dev *arpp_host_addr_dev(const struct arpp_host *in,
						    const struct net_device *dev, __be32 addr)
{
	unsigned int i;

	NEVER(in != &host);
	for (i = 0; i < n_addr_devs; i++)
		if (addr_devs[i].dev == dev && arpp_host_addr_of(addr_devs[i].addr) == addr)
			return &addr_devs[i];
	return NULL;
}

bool arpp_host_addr_on_dev_slowly(const struct net_device *dev, __be32 addr)
{
	const struct in_ifaddr *ifa;

	if (dev->in_dev)
		in_dev_for_each_ifa_rcu(ifa, dev->in_dev)
			if (ifa->ifa_local == addr)
				return true;
	return false;
}

bool arpp_host_addr_on_dev(const struct arpp_host *in, const struct net_device *dev, __be32 addr)
{
	return (in->partial && arpp_host_addr_on_dev_slowly(dev, addr)) ||
	       arpp_host_addr_dev(in, dev, addr);
}

bool arpp_host_has_lladdr(const struct arpp_host *in, const struct net_device *like,
			  const u8 *lladdr)
{
	const struct net_device *dev;

	NEVER(in != &host);
	for_each_netdev_rcu(&net, dev)
		if (dev->addr_len == like->addr_len &&
		    !memcmp(dev->dev_addr, lladdr, dev->addr_len))
			return true;
	return false;
}

/* @partial: some of it may be missing. */
static void make_host(bool partial)
{
	struct arpp_host_addr *in;
	struct arpp_host_addr_dev *addr_dev;
	struct net_device *dev;
	struct in_ifaddr *ifa;
	u32 domain;

	memset(host.sieve, 0, sizeof(host.sieve));
	memset(fine, 0, sizeof(fine));
	host.fine = partial ? NULL : fine;
	host.domains = false;
	host.partial = partial;
	n_recorded = 0;
	n_addr_devs = 0;
	for_each_netdev_rcu(&net, dev) {
		if (!dev->in_dev)
			continue;
		domain = arpp_host_domain(dev);
		in_dev_for_each_ifa_rcu(ifa, dev->in_dev) {
			if ((partial && ifa->ifa_local & 1) ||
			    arpp_host_addr_dev(&host, dev, ifa->ifa_local))
				continue;
			host.domains |= domain;
			host.sieve[arpp_host_sieve_slot(ifa->ifa_local)] = 1;
			fine[arpp_host_fine_slot(ifa->ifa_local)] = 1;
			in = (struct arpp_host_addr *)
				arpp_host_addr_known(&host, domain, ifa->ifa_local);
			if (!in) {
				in = &recorded[n_recorded++];
				*in = (struct arpp_host_addr){
					.node.key.id = (u64)ifa->ifa_local << 32 | domain,
				};
			}
			addr_dev = &addr_devs[n_addr_devs++];
			*addr_dev = (struct arpp_host_addr_dev){ .dev = dev, .addr = in };
			hlist_add_head_rcu(&addr_dev->beside, &in->devs);
			in->count++;
		}
	}
}

/* A policy */

static u16 source_users;
static struct arpp_selectors selectors;
static struct mutex lock;

static bool next_key(struct arpp_selector_key *key)
{
	static const char *const names[] = {
		"all", "default", "eth0", "eth1", "lo", "eth*", "*", "?o", "[a-e]th0", "[!x]*",
		"e\\th0", "[]a-f]*",
	};
	char own[70];
	const char *why = NULL;
	u8 n = next(), i;

	if (n < 0xe0)
		return !arpp_selector_parse(key, names[n % ARRAY_SIZE(names)], &why);
	for (i = 0; i < (n & 31) + 1; i++)
		own[i] = (char)next();
	own[i] = '\0';
	if (!arpp_selector_parse(key, own, &why))
		return true;
	NEVER(!why || !*why);
	return false;
}

/* As accepted by the netlink policy and nl/read.c. */
static void next_fields(struct arpp_fields *fields)
{
	static const u32 max[ARP_POLICY_FIELD_MAX + 1] = {
		[ARP_POLICY_FIELD_IGNORE] = 4, [ARP_POLICY_FIELD_ANNOUNCE] = 3,
		[ARP_POLICY_FIELD_FILTER] = 1, [ARP_POLICY_FIELD_HIDDEN] = 1,
		[ARP_POLICY_FIELD_PROXY] = 3,
		[ARP_POLICY_FIELD_PROXY_DELAY] = ARP_POLICY_PROXY_DELAY_MAX,
		[ARP_POLICY_FIELD_GARP] = 1, [ARP_POLICY_FIELD_LEARN] = 2,
		[ARP_POLICY_FIELD_INSPECT] = 3, [ARP_POLICY_FIELD_VALIDATE] = 7,
		[ARP_POLICY_FIELD_RATE] = ARP_POLICY_RATE_MAX,
		[ARP_POLICY_FIELD_BURST] = ARP_POLICY_RATE_MAX,
		[ARP_POLICY_FIELD_SOURCE_RATE] = ARP_POLICY_RATE_MAX,
		[ARP_POLICY_FIELD_DEFEND] = 1, [ARP_POLICY_FIELD_MODE] = 1,
		[ARP_POLICY_FIELD_NOTIFY] = 2,
	};
	enum arp_policy_field f = 1 + next() % ARP_POLICY_FIELD_MAX;
	u32 val = max[f] > 255 ? next32() : next();

	arpp_field_set(fields, f, val % (max[f] + 1));
}

static void add_field(void)
{
	struct arpp_selector_key key;
	struct arpp_selector *sel;
	struct arpp_fields now;

	if (!next_key(&key))
		return;
	sel = arpp_selector_add(&selectors, &key);
	if (IS_ERR(sel))
		return;
	now = sel->fields;
	next_fields(&now);
	arpp_selector_set(&selectors, sel, &now);
}

static void add_rule(void)
{
	enum arpp_table table = next() % ARPP_TABLES;
	struct arpp_selector_key key;
	struct arpp_selector *sel;
	struct arpp_rule rule = {};
	u8 n;

	if (!next_key(&key) || key.kind == ARPP_SELECTOR_DEFAULT)
		return;
	sel = arpp_selector_add(&selectors, &key);
	if (IS_ERR(sel))
		return;
	if (!sel->tables && arpp_selector_takes_tables(&selectors, sel))
		arpp_selector_set_tables(&selectors, sel, arpp_tables_alloc(&key, &lock));
	if (!sel->tables)
		goto undo;
	n = next();
	rule.node.len = table == ARPP_TABLE_BINDING && n & 64 ? 32 : n % 33;
	rule.node.prefix = ntohl(next_address());
	if (rule.node.len < 32)
		rule.node.prefix &= ~(U32_MAX >> rule.node.len);
	n = next();
	rule.action = 1 + n % (table == ARPP_TABLE_SENDER ? 2 : 4);
	if (table == ARPP_TABLE_BINDING) {
		rule.action = 0;
		rule.has_lladdr = n & 24;
		rule.dynamic = n & 1;
	} else if (rule.action == ARP_POLICY_ACTION_PROXY) {
		rule.has_lladdr = n & 8;
		rule.routed = n & 16;
	}
	memset(rule.lladdr, n & 6, sizeof(rule.lladdr));
	if (!arpp_lpm_insert(sel->tables->lpm[table], &rule.node,
			     arpp_rule_value(&rule), GFP_KERNEL))
		return;
undo:
	if (sel->tables && !arpp_tables_count(sel->tables)) {
		arpp_tables_free(sel->tables);
		arpp_selector_set_tables(&selectors, sel, NULL);
	}
	arpp_selector_prune(&selectors, sel);
}

static void forget_policy(struct arpp_policy *policy)
{
	struct arpp_selector *sel;

	if (policy) {
		arpp_sources_free(policy->sources);
		arpp_policy_free_rcu(policy);
	}
	kshim_grace();
	arpp_for_each_selector(sel, &selectors)
		arpp_tables_free_rcu(sel->tables);
	arpp_selector_flush(&selectors);
	kshim_grace();
}

static struct arpp_policy *make_policy(void)
{
	struct arpp_selector *sel;
	struct arpp_policy *policy;
	int i, n = next() & 15;
	bool wanted = false;

	selectors = (struct arpp_selectors){ .root = RB_ROOT };
	while (n--)
		if (next() & 1)
			add_field();
		else
			add_rule();
	policy = arpp_policy_alloc(SHIM_DEVICES);
	if (!policy)
		return NULL;
	policy->host = &host;
	policy->any_hidden = selectors.hidden;
	/* Large: only allocated where a selector uses it. */
	arpp_for_each_selector(sel, &selectors)
		wanted |= arpp_field_is_set(&sel->fields, ARP_POLICY_FIELD_SOURCE_RATE);
	policy->sources = wanted ? arpp_sources_alloc() : NULL;
	policy->source_users = &source_users;
	/* Twice: into an empty table, and replacing the entries. */
	for (i = 0; i < 2 * SHIM_DEVICES; i++)
		if ((wanted && !policy->sources) ||
		    arpp_policy_add(policy, &net.dev[i % SHIM_DEVICES], &selectors, policy)) {
			forget_policy(policy);
			selectors = (struct arpp_selectors){ .root = RB_ROOT };
			return NULL;
		}
	return policy;
}

/* A packet: the rest of the input unchanged, or a well-formed packet. */

static u8 frame[4096];
static size_t frame_len;

static void put(const void *from, size_t len)
{
	memcpy(frame + frame_len, from, len);
	frame_len += len;
}

static void put_lladdr(size_t len)
{
	u8 n = next();

	memset(frame + frame_len, n < 0x80 ? n & 7 : n, len);
	frame_len += len;
}

static void put_address(void)
{
	__be32 addr = next_address();

	put(&addr, sizeof(addr));
}

static void make_frame(const struct net_device *dev, bool formed, size_t ether)
{
	u8 n;

	frame_len = 0;
	if (!formed) {
		put(input, min(left, sizeof(frame)));
		return;
	}
	n = next();
	if (ether) {
		put_lladdr(ETH_ALEN);
		put_lladdr(ETH_ALEN);
		put("\x08\x06", 2);
	}
	put((u8[]){ (u8)(dev->type >> 8), (u8)dev->type, 8, 0, dev->addr_len, 4, 0,
		    n & 1 ? 2 : 1 }, 8);
	put_lladdr(dev->addr_len);
	put_address();
	put_lladdr(dev->addr_len);
	put_address();
	if (n & 2)	/* gratuitous */
		memcpy(frame + frame_len - 4, frame + frame_len - 8 - dev->addr_len, 4);
	if (n & 4)	/* one that we sent */
		memcpy(frame + frame_len - 8 - 2 * dev->addr_len, dev->dev_addr, dev->addr_len);
	frame_len -= n & 0xf0 ? 0 : min(frame_len, n >> 3 & 1U);
}

static void make_skb(struct sk_buff *skb, bool out)
{
	u8 flags = next(), cut = next();
	size_t ether = flags & 1 ? 0 : ETH_HLEN, len;

	make_frame(&net.dev[0], flags & 32, ether);
	*skb = (struct sk_buff){ .mac_header = 0xffff, .protocol = htons(ETH_P_ARP) };
	len = frame_len;
	if (ether > len)
		ether = len;
	skb->pkt_type = flags >> 1 & 3;
	skb->network_header = (u16)ether;
	if (!(flags & 8))
		skb->mac_header = 0;
	/* Received, data starts after the Ethernet header; sent, at it. */
	skb->headlen = flags & 16 ? len : ether + (len - ether) * cut / 256;
	skb->head = malloc(skb->headlen + !skb->headlen);
	skb->restlen = len - skb->headlen;
	skb->rest = malloc(skb->restlen + !skb->restlen);
	if (!skb->head || !skb->rest)
		abort();
	memcpy(skb->head, frame, skb->headlen);
	memcpy(skb->rest, frame + skb->headlen, skb->restlen);
	skb->data = skb->head + (out ? 0 : ether);
	skb->headlen -= (size_t)(skb->data - skb->head);
}

static bool same(const struct arpp_verdict *a, const struct arpp_verdict *b)
{
	return a->action == b->action && a->reason == b->reason && a->noted == b->noted &&
	       a->field == b->field &&
	       a->by.rule == b->by.rule && a->delay == b->delay && a->sender == b->sender;
}

static void verdict_out(const struct arpp_policy *policy, const struct arpp_device *d,
			struct arpp_packet *p, struct arpp_verdict *v)
{
	arpp_verdict_out(policy, d, p, v);
}

/* A sent packet has no hidden sender, and no foreign one under strict. */
static void check_sender(const struct arpp_policy *policy, const struct arpp_device *d,
			 const struct arpp_packet *p, const struct arpp_verdict *v)
{
	__be32 sip = v->action == ARPP_REWRITE ? v->sender : p->sip;
	struct arpp_match by;

	if (!p->request || v->action == ARPP_DROP || p->maker == ARPP_MAKER_FORCED)
		return;
	/* The ARP monitor of bonding */
	if (p->maker == ARPP_MAKER_PROCESS && p->dev->bond_slave && p->sip != p->tip)
		return;
	NEVER(sip && arpp_announce_hidden(policy, d, sip, &by));
	NEVER(sip && arpp_announce_foreign(policy, d, sip));
	NEVER(v->action == ARPP_REWRITE && p->maker != ARPP_MAKER_NEIGH);
}

static void judge(const struct arpp_policy *policy, const struct arpp_device *d,
		  struct arpp_packet *p, bool out)
{
	void (*decide)(const struct arpp_policy *policy, const struct arpp_device *d,
		       struct arpp_packet *p, struct arpp_verdict *v) =
		out ? verdict_out : arpp_verdict_in;
	struct arpp_verdict v, again;

	/* As a dry run, which takes no tokens: the same result each time. */
	p->dry_run = true;
	p->maker = next() & 3;
	p->solicitation = (struct arpp_solicitation){ .found = true, .sip = p->tip };
	decide(policy, d, p, &v);
	decide(policy, d, p, &again);
	NEVER(!d->rate && !d->source_rate && !same(&v, &again));
	if (out)
		check_sender(policy, d, p, &v);

	p->dry_run = false;
	p->due = true;
	decide(policy, d, p, &v);
	NEVER(v.reason == ARP_POLICY_REASON_RATE_LIMIT ||
	      v.reason == ARP_POLICY_REASON_SOURCE_RATE);
	p->due = false;
	decide(policy, d, p, &v);
	if (out)
		check_sender(policy, d, p, &v);
	NEVER(v.reason < 1 || v.reason > ARP_POLICY_REASON_MAX);
	NEVER(v.noted > ARP_POLICY_REASON_MAX);
	NEVER(v.field > ARP_POLICY_FIELD_MAX);
	NEVER(v.field && !arpp_managed(d, v.field) && v.field != ARP_POLICY_FIELD_HIDDEN);
	NEVER(v.by.rule && v.field);
	NEVER(v.delay > ARP_POLICY_PROXY_DELAY_MAX);
	NEVER(v.noted && d->inspect != ARP_POLICY_INSPECT_AUDIT);
	switch (v.action) {
	case ARPP_ACCEPT:
		NEVER(v.reason != ARP_POLICY_REASON_PASS);
		break;
	case ARPP_REPLY_STOCK:
		NEVER(out || !p->request || v.by.rule);
		NEVER(v.reason != (v.field ? ARP_POLICY_REASON_ANSWERED :
					     ARP_POLICY_REASON_PASS));
		break;
	case ARPP_LEARN_STOCK:
		NEVER(out || v.by.rule || v.field);
		/* The kernel decides more about gratuitous replies. */
		NEVER(!p->request && p->sip == p->tip);
		NEVER(v.reason != ARP_POLICY_REASON_PASS);
		break;
	case ARPP_REPLY:
		NEVER(out || !p->request);
		NEVER(v.reason != ARP_POLICY_REASON_ANSWERED &&
		      v.reason != ARP_POLICY_REASON_PROXIED);
		/* Never for a probe, and never as a proxy for such a target. */
		NEVER(v.by.rule && (!p->sip || p->sip == p->tip ||
				    ipv4_is_multicast(p->tip) || ipv4_is_lbcast(p->tip) ||
				    ipv4_is_loopback(p->tip)));
		/* Nor for the host's own requests. */
		NEVER(v.by.rule && !p->dev->in_dev->accept_local &&
		      (arpp_ours(policy, p->dev, p->sip) ||
		       arpp_local_quickly(policy, p->dev, p->sip)));
		break;
	case ARPP_REWRITE:
		NEVER(!out || !p->request || v.sender == p->sip);
		NEVER(v.reason != ARP_POLICY_REASON_ANNOUNCE_REWRITTEN);
		if (arpp_packet_set_sender(p, v.sender)) {
			__be32 sip;

			memcpy(&sip, (u8 *)(arp_hdr(p->skb) + 1) + p->dev->addr_len, 4);
			NEVER(sip != v.sender || p->sip == v.sender);
		}
		break;
	case ARPP_DEFEND:
		NEVER(out || v.reason != ARP_POLICY_REASON_CONFLICT || !d->defend);
		break;
	case ARPP_DROP:
		/* Replaces a sysctl that drops it before ARP processing. */
		NEVER(v.reason == ARP_POLICY_REASON_PASS &&
		      (p->sip != p->tip || !arpp_managed(d, ARP_POLICY_FIELD_GARP)));
		NEVER(v.reason == ARP_POLICY_REASON_ANSWERED ||
		      v.reason == ARP_POLICY_REASON_PROXIED);
		break;
	case ARPP_DROP_ELSEWHERE:
		NEVER(out || v.reason != ARP_POLICY_REASON_FILTERED);
		break;
	case ARPP_DROP_LEARN:
		NEVER(out);
		break;
	}
}

/* Compare with the fields as read from the bytes without the module's code. */
static void compare(const struct arpp_packet *p, const u8 *arp, size_t len)
{
	size_t hln = p->dev->addr_len;

	NEVER(len < 8 + 2 * (hln + 4));
	NEVER(arp[2] != 8 || arp[3] || arp[4] != hln || arp[5] != 4 || arp[6]);
	NEVER(arp[7] != (p->request ? 1 : 2));
	NEVER(memcmp(p->sha, arp + 8, hln) || memcmp(&p->sip, arp + 8 + hln, 4));
	NEVER(memcmp(p->tha, arp + 12 + hln, hln) || memcmp(&p->tip, arp + 12 + 2 * hln, 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct arpp_device *d;
	struct arpp_policy *policy;
	struct arpp_packet p;
	struct sk_buff skb;
	u8 flags;
	bool out;

	input = data;
	left = size;
	flags = next();
	out = flags & 1;
	shim_seed = next();
	kshim_fail_in = flags & 2 ? flags >> 2 : 0;
	make_devices();
	make_host(shim_seed & 0x80);
	policy = make_policy();
	kshim_fail_in = flags & 128 ? 1 + (flags >> 2 & 3) : 0;
	make_skb(&skb, out);
	d = policy ? arpp_device_find(policy, &net.dev[0]) : NULL;
	if (d && arpp_packet_parse(&p, &skb, &net.dev[0]) == ARPP_PARSE_OK) {
		compare(&p, frame + skb.network_header, frame_len - skb.network_header);
		judge(policy, d, &p, out);
	}
	kshim_fail_in = 0;
	forget_policy(policy);
	free(skb.head);
	free(skb.rest);
	return 0;
}
