// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses the C library that ynl-gen-c generates from netlink/arp_policy.yaml.
 *
 *   policy
 *
 * In an empty policy: sets a field, adds an entry, gets and lists both, changes the policy in
 * a transaction, and prints what it gets and the notifications. Versions of the generator
 * differ in how they count strings, so functions set these here.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ynl.h>

#include "arp_policy-user.h"

static struct ynl_sock *ys;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, ys ? ys->err.msg : "");
	exit(1);
}

static void print_entry(const char *what, const struct arp_policy_entry_attrs *e)
{
	char address[INET_ADDRSTRLEN] = "";

	inet_ntop(AF_INET, &e->address, address, sizeof(address));
	printf("%s table %d %s/%u dev %s", what, e->table, address, e->length, e->selector);
	if (e->_present.action)
		printf(" action %d", e->action);
	puts(e->_present.any ? " any" : "");
}

static void info(void)
{
	struct arp_policy_info_get_rsp *rsp = arp_policy_info_get(ys);

	if (!rsp)
		die("info-get");
	printf("info: version %s, %u rules, %u bindings of %u\n", rsp->version, rsp->rules,
	       rsp->bindings, rsp->bindings_max);
	arp_policy_info_get_rsp_free(rsp);
}

static void set_and_list(void)
{
	struct arp_policy_dev_set_req *req = arp_policy_dev_set_req_alloc();
	struct arp_policy_dev_set_rsp *rsp;
	struct arp_policy_dev_get_list *list;

	arp_policy_dev_set_req_set_selector(req, "eth*");
	arp_policy_dev_set_req_set_fields_ignore(req, ARP_POLICY_IGNORE_NEVER);
	rsp = arp_policy_dev_set(ys, req);
	if (!rsp)
		die("dev-set");
	printf("set: %s ignore %d\n", rsp->selector, rsp->fields.ignore);
	arp_policy_dev_set_rsp_free(rsp);
	arp_policy_dev_set_req_free(req);
	list = arp_policy_dev_get_dump(ys);
	if (!list)
		die("dump of dev-get");
	ynl_dump_foreach(list, dev)
		printf("dev: %s ignore %d\n", dev->selector, dev->fields.ignore);
	arp_policy_dev_get_list_free(list);
}

static void add_and_get(void)
{
	struct arp_policy_entry_add_req *add = arp_policy_entry_add_req_alloc();
	struct arp_policy_entry_get_req *get = arp_policy_entry_get_req_alloc();
	struct arp_policy_entry_add_rsp *added;
	struct arp_policy_entry_get_rsp *rsp;

	arp_policy_entry_add_req_set_entry_table(add, ARP_POLICY_TABLE_TARGET);
	arp_policy_entry_add_req_set_entry_selector(add, "eth*");
	arp_policy_entry_add_req_set_entry_address(add, htonl(0x0a090900));
	arp_policy_entry_add_req_set_entry_length(add, 24);
	arp_policy_entry_add_req_set_entry_action(add, ARP_POLICY_ACTION_HIDE);
	added = arp_policy_entry_add(ys, add);
	if (!added)
		die("entry-add");
	print_entry("added:", &added->entry);
	arp_policy_entry_add_rsp_free(added);
	if (arp_policy_entry_add(ys, add))
		die("entry-add: accepted twice");
	printf("refused: %s\n", ys->err.msg);
	arp_policy_entry_add_req_free(add);

	arp_policy_entry_get_req_set_entry_table(get, ARP_POLICY_TABLE_TARGET);
	arp_policy_entry_get_req_set_entry_selector(get, "eth*");
	arp_policy_entry_get_req_set_entry_address(get, htonl(0x0a090900));
	arp_policy_entry_get_req_set_entry_length(get, 24);
	rsp = arp_policy_entry_get(ys, get);
	if (!rsp)
		die("entry-get");
	print_entry("get:", &rsp->entry);
	arp_policy_entry_get_rsp_free(rsp);
	arp_policy_entry_get_req_free(get);
}

/* Two bindings to any MAC, in one step. */
static void transact(void)
{
	struct arp_policy_transaction_begin_req *begin = arp_policy_transaction_begin_req_alloc();
	struct arp_policy_transaction_add_req *add = arp_policy_transaction_add_req_alloc();
	struct arp_policy_op_attrs *op = calloc(2, sizeof(*op));
	struct arp_policy_transaction_commit_rsp *committed;
	int i;

	arp_policy_transaction_begin_req_set_transaction(begin, ARP_POLICY_TRANSACTION_CHANGE);
	if (arp_policy_transaction_begin(ys, begin) || !op)
		die("transaction-begin");
	arp_policy_transaction_begin_req_free(begin);
	for (i = 0; i < 2; i++) {
		struct arp_policy_entry_attrs *e = &op[i].entry_add;

		op[i]._present.entry_add = 1;
		e->_present.table = e->_present.address = e->_present.any = 1;
		e->table = ARP_POLICY_TABLE_BINDING;
		e->address = htonl(0x0a000001 + i);
	}
	__arp_policy_transaction_add_req_set_op(add, op, 2);
	if (arp_policy_transaction_add(ys, add))
		die("transaction-add");
	arp_policy_transaction_add_req_free(add);
	committed = arp_policy_transaction_commit(ys);
	if (!committed)
		die("transaction-commit");
	printf("committed: %u ops\n", committed->ops);
	arp_policy_transaction_commit_rsp_free(committed);
}

static void list_bindings(void)
{
	struct arp_policy_entry_get_req_dump *req = arp_policy_entry_get_req_dump_alloc();
	struct arp_policy_entry_get_list *list;

	arp_policy_entry_get_req_dump_set_tables(req, 1 << ARP_POLICY_TABLE_BINDING);
	list = arp_policy_entry_get_dump(ys, req);
	if (!list)
		die("dump of entry-get");
	ynl_dump_foreach(list, each)
		print_entry("list:", &each->entry);
	arp_policy_entry_get_list_free(list);
	arp_policy_entry_get_req_dump_free(req);
}

static void notifications(void)
{
	struct ynl_ntf_base_type *ntf;

	if (ynl_ntf_check(ys))
		die("notifications");
	while ((ntf = ynl_ntf_dequeue(ys))) {
		printf("ntf: %s", arp_policy_op_str(ntf->cmd));
		if (ntf->cmd == ARP_POLICY_CMD_ENTRY_ADD_NTF)
			print_entry("", &((struct arp_policy_entry_get_ntf *)ntf)->obj.entry);
		else if (ntf->cmd == ARP_POLICY_CMD_TRANSACTION_NTF)
			printf(" ops %u\n", ((struct arp_policy_transaction_ntf *)ntf)->obj.ops);
		else
			printf(" %s\n", ((struct arp_policy_dev_get_ntf *)ntf)->obj.selector);
		ynl_ntf_free(ntf);
	}
}

int main(void)
{
	struct ynl_error err;

	ys = ynl_sock_create(&ynl_arp_policy_family, &err);
	if (!ys) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	if (ynl_subscribe(ys, ARP_POLICY_MCGRP_CONFIG))
		die("subscribe");
	set_and_list();
	add_and_get();
	transact();
	list_bindings();
	info();
	notifications();
	ynl_sock_destroy(ys);
	return 0;
}
