// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compare an skb that was reused for its answer with an skb from arp_create().
 *
 * Process context; the device is not registered, and no packet leaves.
 */
#include <linux/etherdevice.h>
#include <linux/printk.h>
#include <linux/skbuff.h>
#include <net/arp.h>

#include "compat.h"
#include "packet/act.h"
#include "selftest/selftest.h"

#define SENDER	htonl(0x0a000002)
#define TARGET	htonl(0x0a000001)

/*
 * A request as in arp_rcv(), with a value in every field that a driver, netfilter, tc,
 * XDP or a tunnel may have set.
 */
static struct sk_buff *make_request(struct net_device *dev, const u8 *sha)
{
	struct skb_shared_info *shinfo;
	struct sk_buff *skb;
	u16 network_header;

	skb = arp_create(ARPOP_REQUEST, ETH_P_ARP, TARGET, dev, SENDER, NULL,
			 sha, NULL);
	if (!skb)
		return NULL;
	skb_pull(skb, ETH_HLEN);
	network_header = skb->network_header;

	arpp_skb_fill_headers(skb, 0xff);
	skb->protocol = htons(ETH_P_ARP);
	skb->network_header = network_header;
	skb->mac_header = network_header - ETH_HLEN;

	skb->tstamp = 1;
	memset(skb->cb, 0xff, sizeof(skb->cb));
	skb->mac_len = ETH_HLEN;
	skb->hdr_len = 1;
	skb->peeked = 1;
	skb_set_queue_mapping(skb, 7);

	shinfo = skb_shinfo(skb);
	shinfo->meta_len = 8;
	shinfo->gso_segs = 1;
	shinfo->gso_type = SKB_GSO_DODGY;
	shinfo->tskey = 1;
	shinfo->hwtstamps.hwtstamp = 1;
	return skb;
}

/* These may differ: where the memory is and how it is freed. */
static void forget_memory(struct sk_buff *skb)
{
	skb->network_header = 0;
	skb->cloned = 0;
	skb->fclone = 0;
	skb->head_frag = 0;
	arpp_skb_forget_memory(skb);
}

/* The offset of the first byte that differs, or -1. */
static int first_difference(const void *a, const void *b, size_t len)
{
	const u8 *x = a, *y = b;
	size_t i;

	for (i = 0; i < len; i++)
		if (x[i] != y[i])
			return i;
	return -1;
}

static int compare(struct sk_buff *reused, struct sk_buff *fresh)
{
	int at;

	if (reused->len != fresh->len ||
	    skb_network_offset(reused) != skb_network_offset(fresh) ||
	    memcmp(reused->data, fresh->data, fresh->len)) {
		pr_err("arp_policy: selftest: a reused skb holds another answer\n");
		return -EINVAL;
	}
	at = first_difference(skb_shinfo(reused), skb_shinfo(fresh),
			      offsetof(struct skb_shared_info, dataref));
	if (at >= 0) {
		pr_err("arp_policy: selftest: a reused skb_shared_info differs at byte %d\n",
		       at);
		return -EINVAL;
	}
	forget_memory(reused);
	forget_memory(fresh);
	at = first_difference(reused, fresh, offsetof(struct sk_buff, tail));
	if (at >= 0) {
		pr_err("arp_policy: selftest: a reused sk_buff differs at byte %d\n",
		       at);
		return -EINVAL;
	}
	return 0;
}

/* Answer as on a device, or on a bridge port, which does not reuse an skb with extras. */
static bool answer(struct arpp_packet *p, const u8 *lladdr, bool port)
{
	const struct arpp_tag none = {};
	struct sk_buff *skb = p->skb;

	if (!port)
		return arpp_act_reuse_skb(p, lladdr);
	memset(skb_shinfo(skb), 0, offsetof(struct skb_shared_info, frag_list));
	return arpp_act_reply_port(p, arpp_lladdr_number(lladdr), &none) == skb;
}

static int reuse(struct net_device *dev, bool port)
{
	const u8 sha[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };
	/* At an odd address: a CPU with strict alignment cannot read 16 bits there. */
	const u8 lladdr[1 + ETH_ALEN] __aligned(2) = { 0, 2, 0, 0, 0, 0, 1 };
	struct sk_buff *skb = make_request(dev, sha), *reused, *fresh;
	struct arpp_packet p = {};
	int err = -EINVAL;
	bool reuses;

	fresh = arp_create(ARPOP_REPLY, ETH_P_ARP, SENDER, dev, TARGET, sha,
			   lladdr + 1, sha);
	if (!skb || !fresh) {
		err = -ENOMEM;
		goto free;
	}
	if (arpp_packet_parse(&p, skb, dev) != ARPP_PARSE_OK) {
		pr_err("arp_policy: selftest: a request was not understood\n");
		goto free;
	}
	reuses = answer(&p, lladdr + 1, port);
	skb = p.skb;
	if (!reuses) {
		pr_err("arp_policy: selftest: an skb was not reused\n");
		goto free;
	}
	/* Compare copies: the originals are needed to free the memory. */
	reused = kmemdup(skb, sizeof(*skb), GFP_KERNEL);
	err = -ENOMEM;
	if (reused) {
		struct sk_buff *copy = kmemdup(fresh, sizeof(*fresh), GFP_KERNEL);

		if (copy)
			err = compare(reused, copy);
		kfree(copy);
	}
	kfree(reused);
free:
	kfree_skb(skb);
	kfree_skb(fresh);
	return err;
}

/**
 * arpp_selftest_reuse() - check that a reused skb equals a new one
 *
 * Return: 0, or -errno after a message that says what differs.
 */
int arpp_selftest_reuse(void)
{
	struct net_device *dev = alloc_etherdev(0);
	int err;

	if (!dev)
		return -ENOMEM;
	eth_hw_addr_random(dev);
	err = reuse(dev, false) ?: reuse(dev, true);
	if (!err)
		pr_info("arp_policy: selftest: a reused skb is as a new one\n");
	free_netdev(dev);
	return err;
}
