// SPDX-License-Identifier: GPL-2.0-only
/* Bindings: in words and on the wire. */

#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <string.h>

#include "base/args.h"
#include "base/print.h"
#include "base/selector.h"
#include "base/words.h"
#include "wire/bind.h"
#include "wire/nl.h"

int bind_parse(const struct args *args, struct entry *binding)
{
	const char *mac = args_get(args, "MAC");
	int status;

	*binding = (struct entry){
		.selector = args_option(args, "SELECTOR") ?: EVERYWHERE,
		.prefix.length = 32,
		.table = ENTRY_BINDING,
		.has_lladdr = mac,
	};
	status = args_address(args, args->argv[0], &binding->prefix.address);
	if (!status && mac)
		status = args_lladdr(args, mac, binding->lladdr);
	if (!status)
		status = args_selects(args, binding->selector);
	return status;
}

void bind_put(struct nlmsghdr *nlh, uint16_t attr, const struct entry *binding)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	/* This one is the default. */
	if (strcmp(binding->selector, EVERYWHERE) != 0)
		mnl_attr_put_strz(nlh, ARP_POLICY_BINDING_SELECTOR,
				  binding->selector);
	mnl_attr_put_u32(nlh, ARP_POLICY_BINDING_ADDRESS,
			 binding->prefix.address);
	if (binding->has_lladdr)
		mnl_attr_put(nlh, ARP_POLICY_BINDING_LLADDR, LLADDR_LEN,
			     binding->lladdr);
	mnl_attr_nest_end(nlh, nest);
}

int bind_change(struct nl *nl, uint8_t cmd, bool replace,
		const struct entry *binding)
{
	struct nlmsghdr *nlh = nl_request(nl, cmd, 0);

	bind_put(nlh, ARP_POLICY_A_BINDING, binding);
	if (replace)
		mnl_attr_put(nlh, ARP_POLICY_A_REPLACE, 0, NULL);
	return nl_call(nl, NULL);
}

void bind_read(struct entry *binding, const struct nlattr *nest)
{
	const struct nlattr *tb[ARP_POLICY_BINDING_MAX + 1];

	nl_parse_nest(nest, tb, ARP_POLICY_BINDING_MAX);
	*binding = (struct entry){
		.selector = nl_str(tb[ARP_POLICY_BINDING_SELECTOR]),
		.prefix = {
			(uint32_t)nl_uint(tb[ARP_POLICY_BINDING_ADDRESS]), 32
		},
		.table = ENTRY_BINDING,
	};
	binding->has_lladdr = nl_mac(tb[ARP_POLICY_BINDING_LLADDR],
				     binding->lladdr);
}

void bind_print(struct printer *out, const struct entry *binding, int width)
{
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];

	address_text(binding->prefix.address, address);
	lladdr_text(binding->lladdr, LLADDR_LEN, lladdr);
	pr_str(out, "address", STYLE_VALUE, width, address);
	pr_text(out, " lladdr ");
	pr_str(out, "lladdr", STYLE_VALUE, 0, lladdr);
	pr_text(out, " dev ");
	word_print(out, "selector", STYLE_NAME, binding->selector);
}

void bind_print_nest(struct printer *out, const struct nlattr *nest)
{
	struct entry binding;

	bind_read(&binding, nest);
	bind_print(out, &binding, 0);
}
