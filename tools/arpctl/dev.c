// SPDX-License-Identifier: GPL-2.0-only
/* dev: the fields that are set on selectors, and what they make of a device. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <string.h>

#include "args.h"
#include "arpctl.h"
#include "dev.h"
#include "fields.h"
#include "policy.h"
#include "words.h"

/* Finds the field, which must not have been named before in this command. */
static int next_field(const struct args *args, const char *name, uint32_t *seen,
		      const struct field **field)
{
	int status = field_find_usage(args->title, name, field);

	if (status)
		return status;
	if (*seen & 1U << (*field)->attr)
		return usage_error("%s: %s is given twice", args->title, name);
	*seen |= 1U << (*field)->attr;
	return STATUS_OK;
}

int dev_parse(const struct args *args, struct field_values *values)
{
	const struct field *field;
	uint32_t seen = 0, value;
	int status, i;

	values->set = 0;
	status = word_fits(args->argv[0]);
	for (i = 1; !status && i + 1 < args->argc; i += 2) {
		status = next_field(args, args->argv[i], &seen, &field);
		if (!status)
			status = field_parse(args->title, field,
					     args->argv[i + 1], &value);
		if (!status)
			field_set(values, field, value);
	}
	return status;
}

static int dev_set(struct ctx *ctx, int argc, char **argv)
{
	struct field_values values;
	struct nlmsghdr *nlh;
	int status;

	(void)argc;
	status = dev_parse(ctx->args, &values);
	if (!status)
		status = policy_check_selector(&ctx->nl, argv[0]);
	if (status)
		return status;
	nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_DEV_SET, 0);
	mnl_attr_put_strz(nlh, ARP_POLICY_A_SELECTOR, argv[0]);
	field_put_all(nlh, ARP_POLICY_A_FIELDS, &values);
	return nl_call(&ctx->nl, NULL);
}

static int dev_unset(struct ctx *ctx, int argc, char **argv)
{
	struct nlmsghdr *nlh = nl_request(&ctx->nl, ARP_POLICY_CMD_DEV_UNSET, 0);
	const struct field *field;
	uint32_t mask = 0;
	int status, i;

	status = nl_put_str(&ctx->nl, ARP_POLICY_A_SELECTOR, argv[0]);
	for (i = 1; !status && i < argc; i++)
		status = next_field(ctx->args, argv[i], &mask, &field);
	if (status)
		return status;
	if (mask)
		mnl_attr_put_u32(nlh, ARP_POLICY_A_MASK, mask);
	return nl_call(&ctx->nl, NULL);
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
		field_print_all(out, &dev->values, "  ");
		pr_text(out, "\n");
		pr_close(out, '}');
	}
	pr_close(out, ']');
}

/* Shows one selector; the kernel refuses if nothing is set for it. */
static int get_one(struct ctx *ctx, struct policy *policy, const char *selector)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct policy_dev *dev;
	bool there;
	int status;

	status = nl_get(&ctx->nl, ARP_POLICY_CMD_DEV_GET, ARP_POLICY_A_SELECTOR,
			selector, &reply);
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

static int dev_show(struct ctx *ctx, int argc, char **argv)
{
	struct policy policy = { 0 };
	int status;

	status = argc ? get_one(ctx, &policy, argv[0]) :
			policy_list(&ctx->nl, &policy, POLICY_DEVS, NULL);
	if (!status)
		print_selectors(&ctx->out, &policy);
	policy_free(&policy);
	return status;
}

static void print_effective(struct printer *out, const struct nlmsghdr *msg)
{
	const struct nlattr *origins[ARP_POLICY_FIELD_MAX + 1];
	const struct nlattr *values[ARP_POLICY_FIELD_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	const struct field *f;
	bool any = false;

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_FIELDS], values, ARP_POLICY_FIELD_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_ORIGINS], origins, ARP_POLICY_FIELD_MAX);

	pr_open(out, NULL, '{');
	pr_num(out, "ifindex", STYLE_PLAIN, 0,
	       nl_uint(tb[ARP_POLICY_A_IFINDEX]), NULL);
	pr_text(out, ": ");
	pr_str(out, "dev", STYLE_NAME, 0, nl_str(tb[ARP_POLICY_A_IFNAME]));
	pr_open(out, "fields", '{');
	for (f = fields; f->name; f++) {
		if (!values[f->attr])
			continue;
		any = true;
		pr_text(out, "\n    %-11s ", f->name);
		pr_open(out, f->name, '{');
		field_print(out, f, "value", 11,
			    (uint32_t)nl_uint(values[f->attr]));
		pr_text(out, " from ");
		pr_str(out, "selector", STYLE_NAME, 0,
		       nl_str(origins[f->attr]));
		pr_close(out, '}');
	}
	pr_close(out, '}');
	pr_text(out, any ? "\n" : "  unmanaged\n");
	pr_close(out, '}');
}

static int dev_effective(struct ctx *ctx, int argc, char **argv)
{
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	int status;

	status = nl_get(&ctx->nl, ARP_POLICY_CMD_EFFECTIVE_GET, ARP_POLICY_A_IFNAME,
			argc ? argv[0] : NULL, &reply);
	if (!status) {
		pr_open(&ctx->out, NULL, '[');
		nl_for_each(msg, &reply)
			print_effective(&ctx->out, msg);
		pr_close(&ctx->out, ']');
	}
	nl_reply_free(&reply);
	return status;
}

static const struct command commands[] = {
	{ "set", "SELECTOR FIELD VALUE [FIELD VALUE ...]",
	  "set fields, leaving the selector's other fields as they are",
	  dev_set },
	{ "unset", "SELECTOR [FIELD ...]",
	  "unset these fields of a selector, or all that it sets", dev_unset },
	{ "show", "[SELECTOR]", "what is set, per selector", dev_show },
	{ "effective", "[DEV]",
	  "what applies, and which selector made it so", dev_effective },
	{ 0 }
};

const struct object dev_object = {
	"dev", "policy of devices", commands
};
