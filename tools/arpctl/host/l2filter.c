// SPDX-License-Identifier: GPL-2.0-only
/* Rules below IP that drop ARP by its Ethernet type, over netlink. */

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/list.h"
#include "host/l2filter.h"
#include "host/nft.h"
#include "wire/dump.h"
#include "wire/nl_msg.h"

#define READ_TRIES	10

/* Where the Ethernet type is in a frame. */
#define TYPE_OFFSET	12

/* What the expressions of a rule say about the Ethernet type. */
struct reading {
	bool typed;		/* the type was just loaded */
	bool arp, tagged;	/* it is compared with that */
	bool drops;		/* or jumps to where it may be dropped */
};

static void read_payload(struct reading *r, const struct nlattr *nest)
{
	const struct nlattr *tb[NFTA_PAYLOAD_LEN + 1];

	nl_parse_nest(nest, tb, NFTA_PAYLOAD_LEN);
	r->typed = nft_u32(tb[NFTA_PAYLOAD_BASE]) == NFT_PAYLOAD_LL_HEADER &&
		   nft_u32(tb[NFTA_PAYLOAD_OFFSET]) == TYPE_OFFSET &&
		   nft_u32(tb[NFTA_PAYLOAD_LEN]) == 2;
}

static void read_meta(struct reading *r, const struct nlattr *nest)
{
	const struct nlattr *tb[NFTA_META_KEY + 1];

	nl_parse_nest(nest, tb, NFTA_META_KEY);
	r->typed = nft_u32(tb[NFTA_META_KEY]) == NFT_META_PROTOCOL;
}

static void read_cmp(struct reading *r, const struct nlattr *nest)
{
	const struct nlattr *tb[NFTA_CMP_DATA + 1];
	const struct nlattr *data[NFTA_DATA_VALUE + 1];
	uint16_t type;

	nl_parse_nest(nest, tb, NFTA_CMP_DATA);
	nl_parse_nest(tb[NFTA_CMP_DATA], data, NFTA_DATA_VALUE);
	if (!r->typed || nft_u32(tb[NFTA_CMP_OP]) != NFT_CMP_EQ ||
	    !data[NFTA_DATA_VALUE] ||
	    mnl_attr_get_payload_len(data[NFTA_DATA_VALUE]) != sizeof(type))
		return;
	memcpy(&type, mnl_attr_get_payload(data[NFTA_DATA_VALUE]), sizeof(type));
	type = ntohs(type);
	r->arp |= type == ETH_P_ARP;
	r->tagged |= type == ETH_P_8021Q || type == ETH_P_8021AD;
	r->typed = false;
}

static void read_immediate(struct reading *r, const struct nlattr *nest)
{
	const struct nlattr *tb[NFTA_IMMEDIATE_DATA + 1];
	const struct nlattr *data[NFTA_DATA_VERDICT + 1];
	const struct nlattr *verdict[NFTA_VERDICT_CHAIN + 1];
	int code;

	nl_parse_nest(nest, tb, NFTA_IMMEDIATE_DATA);
	nl_parse_nest(tb[NFTA_IMMEDIATE_DATA], data, NFTA_DATA_VERDICT);
	if (!data[NFTA_DATA_VERDICT])
		return;
	nl_parse_nest(data[NFTA_DATA_VERDICT], verdict, NFTA_VERDICT_CHAIN);
	code = (int)nft_u32(verdict[NFTA_VERDICT_CODE]);
	r->drops |= code == NF_DROP || code == NFT_JUMP || code == NFT_GOTO;
}

static void read_expression(struct reading *r, const struct nlattr *nest)
{
	static const struct {
		const char *name;
		void (*read)(struct reading *r, const struct nlattr *nest);
	} readers[] = {
		{ "payload", read_payload },
		{ "meta", read_meta },
		{ "cmp", read_cmp },
		{ "immediate", read_immediate },
	};
	const struct nlattr *tb[NFTA_EXPR_DATA + 1];
	size_t i;

	nl_parse_nest(nest, tb, NFTA_EXPR_DATA);
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (tb[NFTA_EXPR_DATA] &&
		    !strcmp(nl_str(tb[NFTA_EXPR_NAME]), readers[i].name))
			readers[i].read(r, tb[NFTA_EXPR_DATA]);
}

static const char *family_name(uint8_t family)
{
	return family == NFPROTO_BRIDGE ? "bridge" : "netdev";
}

struct l2rule *l2filter_add(struct l2filter *filter, bool blind, enum l2kind kind,
			    const char *table, const char *chain)
{
	struct l2rule *rule = blind ? LIST_ADD(filter->list, filter->n) :
				      LIST_ADD(filter->others, filter->n_others);

	if (!rule)
		return NULL;
	rule->kind = kind;
	rule->family = "";
	snprintf(rule->table, sizeof(rule->table), "%s", table);
	snprintf(rule->chain, sizeof(rule->chain), "%s", chain);
	return rule;
}

static int read_rule(const struct nlmsghdr *msg, void *data)
{
	const struct nfgenmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[NFTA_RULE_MAX + 1], *attr;
	struct l2filter *filter = data;
	struct reading r = { 0 };
	struct l2rule *rule;
	uint64_t handle = 0;

	nl_parse_after(msg, sizeof(*info), tb, NFTA_RULE_MAX);
	if (!tb[NFTA_RULE_EXPRESSIONS])
		return MNL_CB_OK;
	mnl_attr_for_each_nested(attr, tb[NFTA_RULE_EXPRESSIONS])
		read_expression(&r, attr);
	if (!r.drops || !(r.arp || r.tagged))
		return MNL_CB_OK;
	rule = l2filter_add(filter, r.arp, L2_NFT, nl_str(tb[NFTA_RULE_TABLE]),
			    nl_str(tb[NFTA_RULE_CHAIN]));
	if (!rule)
		return MNL_CB_ERROR;
	rule->family = family_name(info->nfgen_family);
	handle = nl_uint(tb[NFTA_RULE_HANDLE]);
	rule->handle = be64toh(handle);
	return MNL_CB_OK;
}

/* A chain that drops by policy lets no tagged ARP through by mistake. */
static int read_chain(const struct nlmsghdr *msg, void *data)
{
	const struct nfgenmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1];
	struct l2filter *filter = data;
	struct l2rule *rule;

	nl_parse_after(msg, sizeof(*info), tb, NFTA_CHAIN_MAX);
	if (!tb[NFTA_CHAIN_HOOK] || !tb[NFTA_CHAIN_POLICY] ||
	    nft_u32(tb[NFTA_CHAIN_POLICY]) != NF_DROP)
		return MNL_CB_OK;
	rule = l2filter_add(filter, false, L2_NFT, nl_str(tb[NFTA_CHAIN_TABLE]),
			    nl_str(tb[NFTA_CHAIN_NAME]));
	if (!rule)
		return MNL_CB_ERROR;
	rule->family = family_name(info->nfgen_family);
	return MNL_CB_OK;
}

static int read_family(struct l2filter *filter, uint8_t family)
{
	int err = nft_dump(NFT_MSG_GETCHAIN, family, read_chain, filter);

	return err ? err : nft_dump(NFT_MSG_GETRULE, family, read_rule, filter);
}

int l2filter_read_nft(struct l2filter *filter)
{
	int tries, err = EINTR;

	if (!nft_may_be_asked())
		return 0;
	for (tries = 0; tries < READ_TRIES && err == EINTR; tries++) {
		filter->n = 0;
		filter->n_others = 0;
		err = read_family(filter, NFPROTO_BRIDGE);
		if (!err)
			err = read_family(filter, NFPROTO_NETDEV);
	}
	return err;
}

static int read_tc(const struct nlmsghdr *msg, void *data)
{
	const struct tcmsg *info = mnl_nlmsg_get_payload(msg);
	uint16_t type = ntohs((uint16_t)(info->tcm_info & 0xffff));
	struct l2filter *filter = data;
	struct l2rule *rule;

	if (type != ETH_P_ARP && type != ETH_P_8021Q && type != ETH_P_8021AD &&
	    type != ETH_P_ALL)
		return MNL_CB_OK;
	rule = l2filter_add(filter, type == ETH_P_ARP, L2_TC, "", "");
	if (!rule)
		return MNL_CB_ERROR;
	rule->ifindex = (uint32_t)info->tcm_ifindex;
	rule->pref = info->tcm_info >> 16;
	return MNL_CB_OK;
}

static int read_parent(struct l2filter *filter, uint32_t ifindex, uint32_t parent)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct tcmsg *info;

	req->nlmsg_type = RTM_GETTFILTER;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info = mnl_nlmsg_put_extra_header(req, sizeof(*info));
	info->tcm_ifindex = (int)ifindex;
	info->tcm_parent = parent;
	return netlink_ask(NETLINK_ROUTE, req, read_tc, filter);
}

/* Of the qdisc clsact or ingress, whichever there is. */
int l2filter_read_tc(struct l2filter *filter, uint32_t ifindex)
{
	return read_parent(filter, ifindex,
			   TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
}

struct visit {
	void (*each)(void *data, uint32_t ifindex);
	void *data;
};

static int read_qdisc(const struct nlmsghdr *msg, void *data)
{
	const struct tcmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[TCA_MAX + 1];
	struct visit *visit = data;

	nl_parse_after(msg, sizeof(*info), tb, TCA_MAX);
	if (!strcmp(nl_str(tb[TCA_KIND]), "clsact") ||
	    !strcmp(nl_str(tb[TCA_KIND]), "ingress"))
		visit->each(visit->data, (uint32_t)info->tcm_ifindex);
	return MNL_CB_OK;
}

int l2filter_each_tc(void (*each)(void *data, uint32_t ifindex), void *data)
{
	struct visit visit = { each, data };

	return dump(NETLINK_ROUTE, RTM_GETQDISC, AF_UNSPEC,
		    sizeof(struct tcmsg), read_qdisc, &visit);
}

bool l2filter_is_blind(const struct l2filter *filter, const struct l2rule *rule)
{
	const struct l2rule *other = filter->others;
	const struct l2rule *end = other + filter->n_others;

	for (; other < end; other++) {
		if (other->kind != rule->kind || other->ifindex != rule->ifindex ||
		    strcmp(other->table, rule->table) != 0 ||
		    strcmp(other->chain, rule->chain) != 0 ||
		    strcmp(other->family, rule->family) != 0)
			continue;
		/* Filters of tc are tried in this order. */
		if (rule->kind != L2_TC || other->pref <= rule->pref)
			return false;
	}
	return true;
}

void l2filter_free(struct l2filter *filter)
{
	free(filter->list);
	free(filter->others);
	*filter = (struct l2filter){ 0 };
}
