// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generates ARP requests and measures the cost of receiving them.
 *
 * For the lab only. Frames are passed to netif_receive_skb() with softirqs off, in
 * the netns of the writing process. Files in debugfs:
 *
 *   targets  write: target addresses, separated by blanks, or "random": a different
 *            one for each packet, in 11.0.0.0 to 126.255.255.255
 *   senders  write: sender addresses, likewise; the lladdr is 02:00 and the address
 *   run      write "DEV PACKETS [GAP]": receive them, GAP us apart;
 *            read: "mean least most" cost of a packet
 *   pair     write "DEV PACKETS": each of two CPUs receives them, at the same time;
 *            read: the ticks that it took
 *   first    write "DEV": receive one; read: ns until an answer left, or -1
 *   hook     write "none", "accept" or "drop": a hook that only does that
 *   chase    write MIB: read a buffer of that size line by line, in random order, each
 *            read depending on the one before; read: the cost of a read
 *   watch    write anything: start to measure the notifiers registered since this
 *            module was loaded; read: "events mean most" of newly registered
 *            devices
 *
 * Costs are in units of the CPU's counter: instructions in a machine with --icount,
 * nanoseconds in user-mode Linux.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_bridge.h>
#include <linux/nsproxy.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timex.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#define ADDRESSES	8192
#define PACKETS		65536
#define WARM		256
#define ROUNDS		(IS_ENABLED(CONFIG_UML) ? 100 : 5)
#define TEXT		(ADDRESSES * 16)

/* What is received, or sent and received. */
static const char *const kinds[] = {
	"request",	/* for the targets, from the senders */
	"ipv4",		/* datagrams to the targets' MACs */
	"awaited",	/* a reply that the neighbour table waits for */
	"solicit",	/* a datagram of ours, the request that it needs, and the reply */
	"lan",		/* the traffic of a day on a LAN, see lan_for_us() */
};

enum kind { REQUEST, IPV4, AWAITED, SOLICIT, LAN };
static enum kind kind;

struct addresses {
	bool random;		/* made-up addresses; count is 1, a placeholder */
	unsigned int count;
	__be32 addr[ADDRESSES];
};

/* Protects all static data. */
static DEFINE_MUTEX(bench_lock);
static struct addresses targets, senders;
static struct rnd_state chance;
static u32 took[PACKETS];
static char result[80];

#ifdef CONFIG_UML
/*
 * User-mode Linux has no counter, but as a process of the host it can read the CPU's.
 * lfence: all previous instructions are complete.
 */
static u64 counter(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (u64)high << 32 | low;
}

static u64 counts_per_ms;
static u32 counts_to_read;	/* between two consecutive readings */

static void learn_counter(void)
{
	u64 start_ns, ns, start;
	unsigned int i;

	counts_to_read = U32_MAX;
	for (i = 0; i < 10000; i++) {
		start = counter();
		counts_to_read = min_t(u64, counts_to_read, counter() - start);
	}
	start_ns = ktime_get_ns();
	start = counter();
	do {
		ns = ktime_get_ns() - start_ns;
	} while (ns < 200 * NSEC_PER_MSEC);
	counts_per_ms = div64_u64((counter() - start) * NSEC_PER_MSEC, ns);
}

static u64 time_of(u64 counts)
{
	return div64_u64(counts * NSEC_PER_MSEC + counts_per_ms / 2, counts_per_ms);
}
#else
static const u32 counts_to_read;

static u64 counter(void)
{
	return get_cycles();
}

static void learn_counter(void)
{
}

static u64 time_of(u64 counts)
{
	return counts;
}
#endif

/* The MAC of a host: 02:00 and its address. */
static void lladdr_of(u8 *lladdr, __be32 addr)
{
	lladdr[0] = 2;
	lladdr[1] = 0;
	memcpy(lladdr + 2, &addr, sizeof(addr));
}

static struct sk_buff *frame(struct net_device *dev, __be32 sip, __be16 proto)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(dev, ETH_ZLEN);
	struct ethhdr *eth;

	if (!skb)
		return NULL;
	eth = skb_put_zero(skb, ETH_ZLEN);
	eth_broadcast_addr(eth->h_dest);
	lladdr_of(eth->h_source, sip);
	eth->h_proto = proto;
	return skb;
}

static struct sk_buff *arp(struct net_device *dev, __be16 op, __be32 sip, __be32 tip)
{
	struct sk_buff *skb = frame(dev, sip, htons(ETH_P_ARP));
	struct arphdr *arp;
	struct ethhdr *eth;
	u8 *at;

	if (!skb)
		return NULL;
	eth = (struct ethhdr *)skb->data;
	if (op == htons(ARPOP_REPLY))
		ether_addr_copy(eth->h_dest, dev->dev_addr);
	arp = (struct arphdr *)(eth + 1);
	arp->ar_hrd = htons(ARPHRD_ETHER);
	arp->ar_pro = htons(ETH_P_IP);
	arp->ar_hln = ETH_ALEN;
	arp->ar_pln = sizeof(sip);
	arp->ar_op = op;
	at = (u8 *)(arp + 1);
	memcpy(at, eth->h_source, ETH_ALEN);
	memcpy(at + ETH_ALEN, &sip, sizeof(sip));
	if (op == htons(ARPOP_REPLY))
		memcpy(at + ETH_ALEN + sizeof(sip), dev->dev_addr, ETH_ALEN);
	memcpy(at + 2 * ETH_ALEN + sizeof(sip), &tip, sizeof(tip));
	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}

/* A datagram that crosses a bridge. */
static struct sk_buff *ipv4(struct net_device *dev, __be32 sip, __be32 tip)
{
	struct sk_buff *skb = frame(dev, sip, htons(ETH_P_IP));
	struct ethhdr *eth;
	struct iphdr *ip;

	if (!skb)
		return NULL;
	eth = (struct ethhdr *)skb->data;
	lladdr_of(eth->h_dest, tip);
	ip = (struct iphdr *)(eth + 1);
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->tot_len = htons(ETH_ZLEN - ETH_HLEN);
	ip->saddr = sip;
	ip->daddr = tip;
	ip_send_check(ip);
	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}

/*
 * Of 100 frames on a LAN, 97 are requests for others, two are for us and one is a reply
 * that the neighbour table waits for. The first target is ours. The first half of the
 * senders are neighbours; the others never speak to us.
 */
static bool lan_for_us(unsigned int i)
{
	return i % 33 == 32 && i % 100 != 98;
}

static bool is_reply(unsigned int i)
{
	return kind == AWAITED || kind == SOLICIT || (kind == LAN && i % 100 == 99);
}

static __be32 sender_at(unsigned int i)
{
	unsigned int count = senders.count;

	if (kind != LAN)
		return senders.addr[i % count];
	/* 7 has no common factor with 500. */
	return senders.addr[i * 7 % (lan_for_us(i % 100) || is_reply(i) ? count / 2 : count)];
}

static __be32 target_at(unsigned int i)
{
	if (targets.random)
		return htonl(((11 + prandom_u32_state(&chance) % 116) << 24) |
			     (prandom_u32_state(&chance) & 0xffffff));
	if (kind != LAN)
		return targets.addr[i % targets.count];
	return targets.addr[lan_for_us(i % 100) || is_reply(i) ? 0 :
			    1 + i % (targets.count - 1)];
}

static struct sk_buff *frame_at(struct net_device *dev, unsigned int i)
{
	__be32 sip = sender_at(i), tip = target_at(i);

	if (kind == IPV4)
		return ipv4(dev, sip, tip);
	return arp(dev, is_reply(i) ? htons(ARPOP_REPLY) : htons(ARPOP_REQUEST), sip, tip);
}

/* A datagram of ours, without a route, as the neighbour code queues it. */
static struct sk_buff *datagram(struct net_device *dev, __be32 from)
{
	struct sk_buff *skb = alloc_skb(LL_MAX_HEADER + sizeof(struct iphdr), GFP_ATOMIC);
	struct iphdr *ip;

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->saddr = from;
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

/* An entry that is not resolved, whatever it was before. */
static struct neighbour *unresolved(struct net_device *dev, __be32 addr)
{
	struct neighbour *n = __neigh_lookup(&arp_tbl, &addr, dev, 1);

	if (n)
		neigh_update(n, NULL, NUD_FAILED,
			     NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_OVERRIDE, 0);
	return n;
}

/*
 * No-ops that tests/bench/profile.c and sharing.c recognise: their displacement is
 * "arp1" and so on.
 */
#define mark_begin()	asm volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"arp1\"")
#define mark_end()	asm volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"arp2\"")
#define mark_watch()	asm volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"arp3\"")

/* Receive one packet and measure it. */
static int receive(struct net_device *dev, unsigned int i, u32 *counts)
{
	struct sk_buff *skb = frame_at(dev, i), *sent = NULL;
	struct neighbour *n = NULL;
	u64 start, took_all;

	if (skb && is_reply(i))
		n = unresolved(dev, sender_at(i));
	if (n && kind == SOLICIT)
		sent = datagram(dev, target_at(i));
	if (!skb || (is_reply(i) && !n) || (kind == SOLICIT && !sent)) {
		kfree_skb(skb);
		if (n)
			neigh_release(n);
		return -ENOMEM;
	}
	if (n && !sent)
		neigh_event_send(n, NULL);
	start = counter();
	if (sent)
		neigh_event_send(n, sent);
	netif_receive_skb(skb);
	took_all = counter() - start;
	*counts = took_all > counts_to_read ? took_all - counts_to_read : 0;
	if (n)
		neigh_release(n);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * One packet in a thousand is interrupted: leave out the slowest. Not of a day on a LAN, of
 * which they are a part. No more than that: an allocator or a cache that is refilled or
 * emptied every 32 packets counts.
 */
static u32 mean_of(unsigned int n)
{
	unsigned int kept = kind == LAN ? n : n - n / 200, i;
	u64 sum = 0;

	sort(took, n, sizeof(*took), by_value, NULL);
	for (i = 0; i < kept; i++)
		sum += took[i];
	return div_u64(time_of(sum) + kept / 2, kept);
}

static int one_round(struct net_device *dev, unsigned int packets, unsigned int gap)
{
	unsigned int i, warm = gap ? 0 : WARM;
	int err = 0;

	for (i = 0; i < warm + packets && !err; i++) {
		if (i == warm)
			mark_begin();
		if (i % 64 == 0)
			cond_resched();
		if (gap)
			usleep_range(gap, gap);
		local_bh_disable();
		err = receive(dev, i, &took[i < warm ? 0 : i - warm]);
		local_bh_enable();
	}
	mark_end();
	return err;
}

/*
 * Whether the allocator changes slabs with every packet is a matter of luck, and
 * costs hundreds of instructions. So measure several rounds, each with more memory
 * allocated, and take the best.
 */
static int run(struct net_device *dev, unsigned int packets, unsigned int gap)
{
	unsigned int rounds = gap ? 1 : ROUNDS, i, j;
	struct sk_buff_head held;
	u32 mean, best = U32_MAX;
	struct sk_buff *skb;
	int err = 0;

	prandom_seed_state(&chance, 1);
	__skb_queue_head_init(&held);
	for (i = 0; i < rounds && !err; i++) {
		for (j = 0; i && j < 3; j++) {
			skb = frame_at(dev, 0);
			if (skb)
				__skb_queue_tail(&held, skb);
		}
		err = one_round(dev, packets, gap);
		mean = mean_of(packets);
		if (mean < best) {
			best = mean;
			snprintf(result, sizeof(result), "%u %llu %llu\n", mean,
				 time_of(took[0]),
				 time_of(took[packets - packets / 200 - 1]));
		}
	}
	__skb_queue_purge(&held);
	return err;
}

static struct net_device *device(const char *name)
{
	return dev_get_by_name(current->nsproxy->net_ns, name);
}

static int write_run(char *line)
{
	unsigned int packets, gap = 0;
	struct net_device *dev;
	char name[IFNAMSIZ];
	int err;

	if (sscanf(line, "%15s %u %u", name, &packets, &gap) < 2 || !packets ||
	    packets > PACKETS || !targets.count || !senders.count ||
	    (kind == LAN && (targets.count < 2 || senders.count < 2)))
		return -EINVAL;
	dev = device(name);
	if (!dev)
		return -ENODEV;
	err = run(dev, packets, gap);
	dev_put(dev);
	return err;
}

/* Two CPUs at the same time */

/* What one of them receives: every second packet, so that each can have its own senders. */
struct feed {
	struct work_struct work;
	struct net_device *dev;
	unsigned int cpu;
	unsigned int packets;
	int err;
};

static void feed(struct work_struct *work)
{
	struct feed *f = container_of(work, struct feed, work);
	unsigned int i;
	int err = 0;
	u32 counts;

	for (i = 0; i < f->packets && !err; i++) {
		if (i % 64 == 0)
			cond_resched();
		local_bh_disable();
		err = receive(f->dev, 2 * i + f->cpu, &counts);
		local_bh_enable();
	}
	f->err = err;
}

static int feed_both(struct net_device *dev, unsigned int packets)
{
	struct feed feeds[2] = {};
	unsigned int cpu;

	for (cpu = 0; cpu < ARRAY_SIZE(feeds); cpu++) {
		feeds[cpu].dev = dev;
		feeds[cpu].cpu = cpu;
		feeds[cpu].packets = packets;
		INIT_WORK_ONSTACK(&feeds[cpu].work, feed);
		schedule_work_on(cpu, &feeds[cpu].work);
	}
	for (cpu = 0; cpu < ARRAY_SIZE(feeds); cpu++) {
		flush_work(&feeds[cpu].work);
		destroy_work_on_stack(&feeds[cpu].work);
	}
	return feeds[0].err ?: feeds[1].err;
}

/* The first packets warm up: each CPU fills its caches of free memory. */
static int pair(struct net_device *dev, unsigned int packets)
{
	unsigned long start;
	int err;

	if (!cpu_online(0) || !cpu_online(1))
		return -ENODEV;
	mark_watch();
	err = feed_both(dev, WARM);
	start = jiffies;
	mark_begin();
	if (!err)
		err = feed_both(dev, packets);
	mark_end();
	snprintf(result, sizeof(result), "%lu\n", jiffies - start);
	return err;
}

static int write_pair(char *line)
{
	struct net_device *dev;
	unsigned int packets;
	char name[IFNAMSIZ];
	int err;

	if (sscanf(line, "%15s %u", name, &packets) != 2 || !targets.count ||
	    targets.random || !senders.count || kind == LAN)
		return -EINVAL;
	dev = device(name);
	if (!dev)
		return -ENODEV;
	err = pair(dev, packets);
	dev_put(dev);
	return err;
}

static int read_addresses(struct addresses *list, char *rest)
{
	char *one;

	list->count = 0;
	while ((one = strsep(&rest, " \n")) != NULL) {
		if (!*one)
			continue;
		if (list->count == ADDRESSES)
			return -E2BIG;
		if (!in4_pton(one, -1, (u8 *)&list->addr[list->count], -1, NULL))
			return -EINVAL;
		list->count++;
	}
	return 0;
}

static int write_targets(char *list)
{
	targets.random = !strcmp(list, "random");
	if (!targets.random)
		return read_addresses(&targets, list);
	targets.count = 1;
	return 0;
}

static int write_senders(char *list)
{
	return read_addresses(&senders, list);
}

/* Time to the first answer */

static DECLARE_COMPLETION(left);
static ktime_t left_at;

static int tap(struct sk_buff *skb, struct net_device *dev,
	       struct packet_type *type, struct net_device *orig)
{
	if (skb->pkt_type == PACKET_OUTGOING &&
	    skb->protocol == htons(ETH_P_ARP) && !completion_done(&left)) {
		left_at = ktime_get();
		complete(&left);
	}
	kfree_skb(skb);
	return 0;
}

static int first(struct net_device *dev)
{
	struct packet_type type = {
		.type = htons(ETH_P_ALL), .func = tap, .dev = dev,
	};
	struct sk_buff *skb = frame_at(dev, 0);
	ktime_t start;

	if (!skb)
		return -ENOMEM;
	reinit_completion(&left);
	dev_add_pack(&type);
	local_bh_disable();
	start = ktime_get();
	netif_receive_skb(skb);
	local_bh_enable();
	if (wait_for_completion_timeout(&left, 2 * HZ))
		snprintf(result, sizeof(result), "%lld\n",
			 ktime_to_ns(ktime_sub(left_at, start)));
	else
		strscpy(result, "-1\n", sizeof(result));
	dev_remove_pack(&type);
	return 0;
}

static int write_first(char *name)
{
	struct net_device *dev = device(name);
	int err;

	if (!dev)
		return -ENODEV;
	err = targets.count && senders.count ? first(dev) : -EINVAL;
	dev_put(dev);
	return err;
}

static int write_kind(char *name)
{
	int found = match_string(kinds, ARRAY_SIZE(kinds), name);

	if (found < 0)
		return found;
	kind = found;
	return 0;
}

/* The minimum cost of a hook */

static unsigned int accept(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static unsigned int drop(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	return NF_DROP;
}

static struct nf_hook_ops hook;

static struct net *hooked;

static void unhook(void)
{
	if (!hooked)
		return;
	nf_unregister_net_hook(hooked, &hook);
	put_net(hooked);
	hooked = NULL;
}

static int write_hook(char *what)
{
	bool bridge = str_has_prefix(what, "bridge-");
	int err;

	if (bridge)
		what += strlen("bridge-");
	unhook();
	if (!strcmp(what, "none"))
		return 0;
	if (strcmp(what, "accept") && strcmp(what, "drop"))
		return -EINVAL;
	hook.pf = bridge ? NFPROTO_BRIDGE : NFPROTO_ARP;
	hook.hooknum = bridge ? NF_BR_PRE_ROUTING : NF_ARP_IN;
	hook.hook = *what == 'a' ? accept : drop;
	hooked = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hook(hooked, &hook);
	if (err) {
		put_net(hooked);
		hooked = NULL;
	}
	return err;
}

/* Cost of a read from memory that is not cached */

#define CHASE_ORDER	10		/* the allocator's largest */
#define CHASE_BLOCK	((PAGE_SIZE << CHASE_ORDER) / L1_CACHE_BYTES)
#define CHASE_BLOCKS	64		/* 256 MiB */
#define CHASE_READS	1000000

struct chase {
	unsigned long block[CHASE_BLOCKS];
	u32 lines;
};

/* In memory that the kernel maps with large pages, like the allocator's. */
static u32 *chase_line(const struct chase *c, u32 i)
{
	return (u32 *)(c->block[i / CHASE_BLOCK] + i % CHASE_BLOCK * L1_CACHE_BYTES);
}

/* One cycle through all lines, in random order (Sattolo's algorithm). */
static void chase_ring(const struct chase *c)
{
	u32 i, other;

	prandom_seed_state(&chance, 1);
	for (i = 0; i < c->lines; i++)
		*chase_line(c, i) = i;
	for (i = c->lines - 1; i; i--) {
		other = prandom_u32_state(&chance) % i;
		swap(*chase_line(c, i), *chase_line(c, other));
		cond_resched();
	}
}

static void chase(const struct chase *c)
{
	u64 start, best = U64_MAX;
	u32 at = 0, i, round;

	for (round = 0; round < 5; round++) {
		start = counter();
		for (i = 0; i < CHASE_READS; i++)
			at = READ_ONCE(*chase_line(c, at));
		best = min(best, counter() - start);
		cond_resched();
	}
	snprintf(result, sizeof(result), "%llu\n",
		 div_u64(time_of(best) + CHASE_READS / 2, CHASE_READS));
}

static int write_chase(char *number)
{
	struct chase *c = kzalloc(sizeof(*c), GFP_KERNEL);
	unsigned int mib, blocks, i;
	int err = c ? kstrtouint(number, 10, &mib) : -ENOMEM;

	blocks = err ? 0 : DIV_ROUND_UP(mib << 20, PAGE_SIZE << CHASE_ORDER);
	if (!err && (!blocks || blocks > CHASE_BLOCKS))
		err = -EINVAL;
	for (i = 0; !err && i < blocks; i++) {
		c->block[i] = __get_free_pages(GFP_KERNEL, CHASE_ORDER);
		if (!c->block[i])
			err = -ENOMEM;
	}
	if (!err) {
		c->lines = (mib << 20) / L1_CACHE_BYTES;
		chase_ring(c);
		chase(c);
	}
	for (i = 0; c && i < CHASE_BLOCKS; i++)
		free_pages(c->block[i], CHASE_ORDER);
	kfree(c);
	return err;
}

/* Cost of the notifiers that are called between two of ours. Under RTNL. */

static u64 watch_start;
static u64 watch_sum;
static u32 watch_events, watch_most;
static bool watching;

static int watch_before(struct notifier_block *nb, unsigned long event,
			void *info)
{
	watch_start = counter();
	return NOTIFY_DONE;
}

static int watch_after(struct notifier_block *nb, unsigned long event,
		       void *info)
{
	u64 counts = counter() - watch_start;

	if (event != NETDEV_REGISTER)
		return NOTIFY_DONE;
	watch_events++;
	watch_sum += counts;
	watch_most = max_t(u32, watch_most, counts);
	return NOTIFY_DONE;
}

static struct notifier_block watch_first = { .notifier_call = watch_before };
static struct notifier_block watch_last = { .notifier_call = watch_after };

static int write_watch(char *anything)
{
	int err;

	if (watching)
		unregister_netdevice_notifier(&watch_last);
	err = register_netdevice_notifier(&watch_last);
	watching = !err;
	watch_sum = 0;
	watch_events = 0;
	watch_most = 0;
	return err;
}

static void read_watch(void)
{
	snprintf(result, sizeof(result), "%u %llu %llu\n", watch_events,
		 watch_events ? div_u64(time_of(watch_sum), watch_events) : 0,
		 time_of(watch_most));
}

/* The files. Both functions are called with bench_lock; @read sets "result". */

static struct bench_file {
	const char *name;
	int (*write)(char *text);
	void (*read)(void);
} files[] = {
	{ "targets", write_targets }, { "senders", write_senders },
	{ "kind", write_kind }, { "run", write_run }, { "pair", write_pair },
	{ "first", write_first }, { "hook", write_hook },
	{ "chase", write_chase }, { "watch", write_watch, read_watch },
};

static ssize_t write_file(struct file *file, const char __user *from, size_t len,
			  loff_t *at)
{
	const struct bench_file *f = file_inode(file)->i_private;
	char *text = len > TEXT ? ERR_PTR(-E2BIG) : memdup_user_nul(from, len);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&bench_lock);
	err = f->write(strim(text));
	mutex_unlock(&bench_lock);
	kfree(text);
	return err ? err : len;
}

static ssize_t read_file(struct file *file, char __user *to, size_t len, loff_t *at)
{
	const struct bench_file *f = file_inode(file)->i_private;
	ssize_t n;

	mutex_lock(&bench_lock);
	if (f->read)
		f->read();
	n = simple_read_from_buffer(to, len, at, result, strlen(result));
	mutex_unlock(&bench_lock);
	return n;
}

static const struct file_operations file_ops = {
	.write = write_file, .read = read_file,
};

static struct dentry *dir;

static int __init bench_init(void)
{
	int err = register_netdevice_notifier(&watch_first);
	unsigned int i;

	if (err)
		return err;
	learn_counter();
	dir = debugfs_create_dir("arp_bench", NULL);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		debugfs_create_file(files[i].name, 0600, dir, &files[i], &file_ops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
	if (watching)
		unregister_netdevice_notifier(&watch_last);
	unregister_netdevice_notifier(&watch_first);
	unhook();
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("Generates ARP requests and measures the cost of receiving them");
MODULE_LICENSE("GPL");
