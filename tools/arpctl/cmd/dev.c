// SPDX-License-Identifier: GPL-2.0-only
/* dev: the fields of selectors, and the effective policy of devices. */

#include <errno.h>
#include <linux/arp_policy.h>

#include "cmd/dev_sysctls.h"
#include "command.h"
#include "policy/policy.h"
#include "wire/effective.h"
#include "wire/fields.h"
#include "wire/nl_refusal.h"

static int dev_set(struct ctx *ctx)
{
	return policy_change(&ctx->nl, ctx->args, ARP_POLICY_OP_DEV_SET);
}

static int dev_unset(struct ctx *ctx)
{
	return policy_change(&ctx->nl, ctx->args, ARP_POLICY_OP_DEV_DEL);
}

static void print_selectors(struct printer *out, const struct policy *policy)
{
	const struct policy_dev *dev;
	const struct policy_dev *end = policy->devs + policy->n_devs;
	int width = 0, len;

	for (dev = policy->devs; dev < end; dev++) {
		len = print_safe(NULL, dev->selector);
		width = len > width ? len : width;
	}
	pr_open(out, NULL, '[');
	for (dev = policy->devs; dev < end; dev++) {
		pr_open(out, NULL, '{');
		pr_str(out, "selector", STYLE_NAME, width, dev->selector);
		field_print_all(out, &dev->values, "  ", width);
		pr_text(out, "\n");
		pr_close(out, '}');
	}
	pr_close(out, ']');
}

/* A selector for which nothing is set is not an error. */
static bool is_error(void *data, const struct nlmsghdr *req,
		     const struct nl_refusal *refusal)
{
	bool *none = data;

	(void)req;
	*none = refusal->err == ENOENT;
	return !*none;
}

/* Shows one selector as a list, which is empty if nothing is set. */
static int get_one(struct ctx *ctx, struct policy *policy, const char *selector)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct policy_dev *dev;
	bool there, none = false;
	int status;

	ctx->nl.refused = is_error;
	ctx->nl.refused_data = &none;
	status = nl_get(&ctx->nl, ARP_POLICY_CMD_DEV_GET, ARP_POLICY_A_SELECTOR,
			selector, &reply);
	ctx->nl.refused = NULL;
	if (none)
		status = STATUS_OK;
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		dev = policy_dev(policy, nl_str(tb[ARP_POLICY_A_SELECTOR]),
				 &there);
		if (dev)
			field_read_all(&dev->values, tb[ARP_POLICY_A_FIELDS]);
		else
			status = STATUS_FAILED;
	}
	nl_reply_free(&reply);
	return status;
}

static int dev_show(struct ctx *ctx)
{
	static const struct policy_query devs = { .devs = true };
	const char *selector = args_first(ctx->args);
	struct policy policy = { 0 };
	int status;

	status = selector ? get_one(ctx, &policy, selector) :
			    policy_list(&ctx->nl, &policy, &devs);
	if (!status)
		print_selectors(&ctx->out, &policy);
	policy_free(&policy);
	return status;
}

static void print_fields(struct printer *out, const struct effective *effective)
{
	const struct field *f;

	pr_open(out, "fields", '{');
	for (f = fields; f->name; f++) {
		if (!field_is_set(&effective->values, f))
			continue;
		pr_text(out, "\n    %-11s ", f->name);
		pr_open(out, f->name, '{');
		field_print(out, f, "value", 11, effective->values.value[f->attr]);
		pr_text(out, " from ");
		pr_str(out, "selector", STYLE_NAME, 0,
		       effective->origin[f->attr]);
		pr_close(out, '}');
	}
	pr_close(out, '}');
}

/* What the kernel's own settings decide, where no selector sets the field. */
static void print_sysctls(struct printer *out, const struct effective *effective,
			  const struct host *host)
{
	const struct host_link *link = host_link(host, effective->ifindex);
	char source[SYSCTL_SOURCE];
	const struct field *f;
	uint32_t value;

	pr_open(out, "sysctls", '{');
	for (f = fields; f->name; f++) {
		if (field_is_set(&effective->values, f) ||
		    !dev_sysctl(host, link, f->attr, &value, source))
			continue;
		pr_paint(out, STYLE_FAINT);
		pr_text(out, "\n    %-11s ", f->name);
		pr_open(out, f->name, '{');
		field_print(out, f, "value", 11, value);
		pr_text(out, " from sysctl ");
		pr_str(out, "source", STYLE_PLAIN, 0, source);
		pr_close(out, '}');
		pr_paint(out, STYLE_PLAIN);
	}
	pr_close(out, '}');
}

static void print_effective(struct printer *out, const struct nlmsghdr *msg,
			    const struct host *host)
{
	struct effective effective;

	effective_read(&effective, msg);
	pr_open(out, NULL, '{');
	pr_num(out, "ifindex", STYLE_PLAIN, 0, effective.ifindex, NULL);
	pr_text(out, ": ");
	pr_str(out, "dev", STYLE_NAME, 0, effective.dev);
	pr_text(out, effective.values.set ? "" : "  unmanaged");
	print_fields(out, &effective);
	print_sysctls(out, &effective, host);
	pr_text(out, "\n");
	pr_close(out, '}');
}

static int dev_effective(struct ctx *ctx)
{
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct host host = { 0 };
	int status;

	status = nl_get(&ctx->nl, ARP_POLICY_CMD_EFFECTIVE_GET, ARP_POLICY_A_IFNAME,
			args_first(ctx->args), &reply);
	if (!status)
		status = host_read_links(&host);
	if (!status) {
		pr_open(&ctx->out, NULL, '[');
		nl_for_each(msg, &reply)
			print_effective(&ctx->out, msg, &host);
		pr_close(&ctx->out, ']');
	}
	host_free(&host);
	nl_reply_free(&reply);
	return status;
}

static const struct command commands[] = {
	{ "set", FIELDS_ARGS,
	  "set fields, leaving the selector's other fields as they are",
	  dev_set },
	{ "unset", UNSET_ARGS,
	  "unset these fields of a selector, or all that it sets", dev_unset },
	{ "show", "[SELECTOR]", "the fields that are set, by selector", dev_show },
	{ "effective", "[DEV]",
	  "what applies, and the selector or sysctl that it comes from",
	  dev_effective },
	{ 0 }
};

const struct object dev_object = {
	"dev", "policy of devices", commands
};
