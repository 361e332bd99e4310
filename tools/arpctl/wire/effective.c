// SPDX-License-Identifier: GPL-2.0-only
/* Effective policy of a device, out of a message. */

#include "wire/effective.h"
#include "wire/nl_msg.h"

void effective_read(struct effective *effective, const struct nlmsghdr *msg)
{
	const struct nlattr *origins[ARP_POLICY_FIELD_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	unsigned int f;

	nl_parse(msg, tb, ARP_POLICY_A_MAX);
	nl_parse_nest(tb[ARP_POLICY_A_ORIGINS], origins, ARP_POLICY_FIELD_MAX);
	effective->ifindex = (uint32_t)nl_uint(tb[ARP_POLICY_A_IFINDEX]);
	effective->dev = nl_str(tb[ARP_POLICY_A_IFNAME]);
	field_read_all(&effective->values, tb[ARP_POLICY_A_FIELDS]);
	for (f = 0; f <= ARP_POLICY_FIELD_MAX; f++)
		effective->origin[f] = nl_str(origins[f]);
}

bool effective_field(const struct effective *effective,
		     enum arp_policy_field field, uint32_t *value)
{
	if (!effective || !(effective->values.set & 1U << field))
		return false;
	*value = effective->values.value[field];
	return true;
}
