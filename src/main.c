// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module init and exit.
 *
 * Process context.
 */
#include <linux/module.h>
#include <linux/genetlink.h>
#include <linux/arp_policy.h>

#include "hook.h"
#include "netns.h"
#include "nl/family.h"
#include "param.h"
#include "selftest/selftest.h"

static struct arpp_netns_setup setup __ro_after_init = {
	.hooks = arpp_hooks,
	.bridge_hooks = arpp_bridge_hooks,
	.due = arpp_hook_due,
	.initial = arpp_param_apply,
};

static int __init arp_policy_init(void)
{
	int err = arpp_selftest_lpm() ?: arpp_selftest_glob() ?: arpp_selftest_reuse();

	if (err)
		return err;
	err = arpp_param_check(&setup);
	if (err)
		return err;
	err = arpp_netns_init(&setup);
	if (err)
		return err;
	/* Last: commands may arrive as soon as the family is registered. */
	err = arpp_family_init();
	if (err)
		arpp_netns_clean();
	return err;
}

static void __exit arp_policy_exit(void)
{
	arpp_family_clean();
	arpp_netns_clean();
}

module_init(arp_policy_init);
module_exit(arp_policy_exit);

MODULE_DESCRIPTION("ARP policy per network device");
MODULE_AUTHOR("The arp_policy authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(ARPP_VERSION);
MODULE_ALIAS_GENL_FAMILY(ARP_POLICY_FAMILY_NAME);
