// SPDX-License-Identifier: GPL-2.0-only
/* A transaction: many changes in one step, or none of them. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/words.h"
#include "wire/change.h"
#include "wire/nl.h"
#include "wire/nl_refusal.h"
#include "wire/transaction.h"

/* The most that one change takes in a message. */
#define ROOM (WORD_MAX + 512)

/* Whether the byte is in the attribute. */
static bool holds(const struct nlattr *attr, const char *byte)
{
	return byte >= (const char *)attr && byte < (const char *)attr + attr->nla_len;
}

/* The attribute of this type in the nest that holds the byte, or NULL. */
static const struct nlattr *find(const struct nlattr *nest, uint16_t type,
				 const char *byte)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type && holds(attr, byte))
			return attr;
	return NULL;
}

/* The field whose value is at this byte of a change; 0: none. */
static unsigned int field_at(const struct nlattr *op, const char *byte)
{
	const struct nlattr *dev = find(op, ARP_POLICY_OP_DEV_SET, byte);
	const struct nlattr *fields_nest, *attr;

	fields_nest = dev ? find(dev, ARP_POLICY_DEV_FIELDS, byte) : NULL;
	if (!fields_nest)
		return 0;
	mnl_attr_for_each_nested(attr, fields_nest)
		if (holds(attr, byte))
			return mnl_attr_get_type(attr);
	return 0;
}

static void enter(struct transaction *t, size_t change, unsigned int field)
{
	t->failed = change;
	if (t->quiet)
		return;
	t->where(t->data, change, field, &t->place);
	place_enter(&t->place);
	t->placed = true;
}

/* Keeps a refusal without printing it. */
static bool keep(void *data, const struct nlmsghdr *req,
		 const struct nl_refusal *refusal)
{
	struct transaction *t = data;

	t->err = refusal->err;
	nl_refusal_text(refusal, req, t->text);
	return false;
}

/* A message of changes was refused: it has them in order. */
static bool refused(void *data, const struct nlmsghdr *req,
		    const struct nl_refusal *refusal)
{
	const char *byte = (const char *)req + refusal->offset;
	struct transaction *t = data;
	const struct nlattr *op;
	size_t i = t->first;

	mnl_attr_for_each(op, req, GENL_HDRLEN) {
		if (holds(op, byte)) {
			enter(t, i, field_at(op, byte));
			break;
		}
		i++;
	}
	return t->quiet ? keep(t, req, refusal) : true;
}

static int call(struct transaction *t, struct nl_reply *reply,
		bool (*on_refusal)(void *data, const struct nlmsghdr *req,
				   const struct nl_refusal *refusal))
{
	struct nl *nl = t->nl;
	int status;

	nl->refused = on_refusal;
	nl->refused_data = t;
	status = nl_call(nl, reply);
	nl->refused = NULL;
	if (t->placed)
		place_leave(&t->place);
	t->placed = false;
	return status;
}

static int begin(struct transaction *t)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *req = nl_request_in(buf, ARP_POLICY_CMD_TRANSACTION_BEGIN);
	int status;

	if (t->begun)
		return STATUS_OK;
	t->failed = SIZE_MAX;
	mnl_attr_put_u32(req, ARP_POLICY_A_TRANSACTION, t->kind);
	if (t->generation)
		mnl_attr_put_u32(req, ARP_POLICY_A_GENERATION, *t->generation);
	t->nl->refused = t->quiet ? keep : NULL;
	t->nl->refused_data = t;
	status = nl_send(t->nl, req);
	t->nl->refused = NULL;
	t->begun = !status;
	return status;
}

static int flush(struct transaction *t)
{
	int status = begin(t);

	if (!status && t->first < t->n)
		status = call(t, NULL, refused);
	t->first = t->n;
	return status;
}

int transaction_add(struct transaction *t, const struct change *change)
{
	int status = STATUS_OK;

	if (t->first < t->n && nl_room(t->nl) < ROOM)
		status = flush(t);
	if (status)
		return status;
	if (t->first == t->n)
		nl_request(t->nl, ARP_POLICY_CMD_TRANSACTION_ADD, 0);
	change_put((struct nlmsghdr *)t->nl->tx, change);
	t->n++;
	return STATUS_OK;
}

/*
 * Asks which change made the kernel refuse the commit, and prints the reason unless the
 * caller does.
 */
static int report_refused(struct transaction *t)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1] = { NULL };
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;

	nl_request(t->nl, ARP_POLICY_CMD_TRANSACTION_GET, 0);
	if (!call(t, &reply, nl_ignore_refusal))
		nl_for_each(msg, &reply)
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
	if (tb[ARP_POLICY_A_FAILED])
		enter(t, nl_uint(tb[ARP_POLICY_A_FAILED]), 0);
	if (!t->quiet)
		failure("%s", t->text);
	if (t->placed)
		place_leave(&t->place);
	t->placed = false;
	nl_reply_free(&reply);
	return STATUS_FAILED;
}

static int commit(struct transaction *t)
{
	int status = flush(t);

	if (status)
		return status;
	nl_request(t->nl, ARP_POLICY_CMD_TRANSACTION_COMMIT, 0);
	status = call(t, NULL, keep);
	/* Without an errno, it could not be sent, and this was printed. */
	if (!status || !t->err)
		return status;
	if (t->conflict && (t->err == EEXIST || t->err == ENOENT)) {
		*t->conflict = true;
		return STATUS_FAILED;
	}
	return report_refused(t);
}

int transaction_end(struct transaction *t, int status)
{
	if (!status && (t->n || t->kind == ARP_POLICY_TRANSACTION_REPLACE))
		status = commit(t);
	if (status && t->begun) {
		/* The kernel may have dropped it when it refused it. */
		nl_request(t->nl, ARP_POLICY_CMD_TRANSACTION_ABORT, 0);
		(void)nl_call_or(t->nl, ENOENT);
	}
	return status;
}
