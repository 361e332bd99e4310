// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters: the initial policy and the limits of a netns.
 *
 * Process context. Checked at load, applied to each new netns.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "netns.h"
#include "netns_change.h"
#include "param.h"

static char *ignore;
module_param(ignore, charp, 0444);
MODULE_PARM_DESC(ignore, "ignore of selector all in every netns: 0 1 2 3 8 or any device subnet global never");

static char *announce;
module_param(announce, charp, 0444);
MODULE_PARM_DESC(announce, "announce of selector all in every netns: 0 1 2 3 or any subnet best strict");

static char *proxy;
module_param(proxy, charp, 0444);
MODULE_PARM_DESC(proxy, "proxy of selector all in every netns: off, route, pvlan or route,pvlan");

static char *hidden;
module_param(hidden, charp, 0444);
MODULE_PARM_DESC(hidden, "hidden of selector all in every netns: on or off");

static char *policy;
module_param(policy, charp, 0444);
MODULE_PARM_DESC(policy, "policy of the initial netns: SELECTOR:FIELD=VALUE[,FIELD=VALUE...][;SELECTOR:...]");

static unsigned int max_rules = 1048576;
module_param(max_rules, uint, 0444);
MODULE_PARM_DESC(max_rules, "the most rules that one netns holds (1048576)");

static unsigned int max_bindings = 1048576;
module_param(max_bindings, uint, 0444);
MODULE_PARM_DESC(max_bindings, "the most bindings that one netns holds (1048576)");

/* Called for each selector that the parameters name, with the fields to set on it. */
typedef int (*use_fn)(struct arpp_netns *nn, struct arpp_netns_change *change);

static int apply(struct arpp_netns *nn, struct arpp_netns_change *change)
{
	int err = arpp_netns_change(nn, change);

	return err < 0 ? err : 0;
}

static int check(struct arpp_netns *nn, struct arpp_netns_change *change)
{
	return 0;
}

/* The four parameters for selector all. */
static int use_all(struct arpp_netns *nn, use_fn use)
{
	const struct {
		const char *name;
		const char *value;
	} params[] = {
		{ "ignore", ignore },
		{ "announce", announce },
		{ "proxy", proxy },
		{ "hidden", hidden },
	};
	struct arpp_netns_change change = {};
	const char *why;
	int i;

	if (arpp_selector_parse(&change.key, "all", &why))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(params); i++) {
		if (!params[i].value)
			continue;
		why = arpp_field_parse(&change.set, params[i].name,
				       params[i].value);
		if (why) {
			pr_err("%s=%s: %s\n", params[i].name, params[i].value,
			       why);
			return -EINVAL;
		}
	}
	return change.set.set ? use(nn, &change) : 0;
}

/* FIELD=VALUE[,FIELD=VALUE...]; a part without "=" belongs to the value before it. */
static int parse_fields(struct arpp_fields *fields, char *list)
{
	char *name, *value, *end, *eq;
	const char *why;

	for (name = list; name; name = end) {
		value = strchr(name, '=');
		if (!value) {
			pr_err("policy: \"%s\": FIELD=VALUE expected\n", name);
			return -EINVAL;
		}
		*value++ = '\0';
		end = NULL;
		eq = strchr(value, '=');
		if (eq) {
			*eq = '\0';
			end = strrchr(value, ',');
			*eq = '=';
		}
		if (eq && !end) {
			pr_err("policy: \"%s=%s\": comma expected between fields\n",
			       name, value);
			return -EINVAL;
		}
		if (end)
			*end++ = '\0';
		why = arpp_field_parse(fields, name, value);
		if (why) {
			pr_err("policy: %s=%s: %s\n", name, value, why);
			return -EINVAL;
		}
	}
	return 0;
}

/* SELECTOR:FIELDS[;SELECTOR:FIELDS...] */
static int use_policy(struct arpp_netns *nn, use_fn use)
{
	char *copy, *rest, *part, *fields;
	struct arpp_netns_change change;
	const char *why;
	int err = 0;

	if (!policy)
		return 0;
	copy = kstrdup(policy, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (!err && (part = strsep(&rest, ";")) != NULL) {
		if (!*part)
			continue;
		memset(&change, 0, sizeof(change));
		fields = strchr(part, ':');
		if (!fields) {
			pr_err("policy: \"%s\": SELECTOR:FIELD=VALUE expected\n",
			       part);
			err = -EINVAL;
			break;
		}
		*fields++ = '\0';
		err = arpp_selector_parse(&change.key, part, &why);
		if (err) {
			pr_err("policy: \"%s\": %s\n", part, why);
			break;
		}
		err = parse_fields(&change.set, fields);
		if (!err)
			err = use(nn, &change);
	}
	kfree(copy);
	return err;
}

/**
 * arpp_param_check() - validate all parameters
 * @setup: its limits are set
 *
 * Return: 0, -ENOMEM, or -EINVAL after a message that names the invalid one.
 */
int arpp_param_check(struct arpp_netns_setup *setup)
{
	int err = use_all(NULL, check);

	setup->max_rules = max_rules;
	setup->max_bindings = max_bindings;
	return err ? err : use_policy(NULL, check);
}

/**
 * arpp_param_apply() - set the initial policy of a new netns
 * @nn: the netns
 *
 * Return: 0 or -errno.
 */
int arpp_param_apply(struct arpp_netns *nn)
{
	int err = use_all(nn, apply);

	if (err || !net_eq(nn->net, &init_net))
		return err;
	return use_policy(nn, apply);
}
