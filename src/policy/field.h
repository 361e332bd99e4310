/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of a selector: names, values and how to combine them.
 *
 * Plain values and constant tables; any context, no locks.
 */
#ifndef _ARPP_FIELD_H
#define _ARPP_FIELD_H

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/arp_policy.h>

/* The level of the sysctl arp_ignore that answers nothing. */
#define ARPP_SYSCTL_IGNORE_NEVER	8

/* Every field, as a mask. */
#define ARPP_FIELD_ALL	((u32)GENMASK(ARP_POLICY_FIELD_MAX, 1))

/* The fields of bridge ports, as a mask. */
#define ARPP_FIELDS_PORT \
	((u32)(BIT(ARP_POLICY_FIELD_TRUST) | BIT(ARP_POLICY_FIELD_SUPPRESS)))

/* The fields without effect on a bridge port: the host does not speak ARP on it. */
#define ARPP_FIELDS_NOT_PORT \
	((u32)(BIT(ARP_POLICY_FIELD_IGNORE) | BIT(ARP_POLICY_FIELD_ANNOUNCE) | \
	       BIT(ARP_POLICY_FIELD_FILTER) | BIT(ARP_POLICY_FIELD_HIDDEN) | \
	       BIT(ARP_POLICY_FIELD_PROXY) | BIT(ARP_POLICY_FIELD_PROXY_DELAY) | \
	       BIT(ARP_POLICY_FIELD_LEARN) | BIT(ARP_POLICY_FIELD_NOTIFY)))

#define arpp_for_each_field(f) \
	for ((f) = 1; (f) <= ARP_POLICY_FIELD_MAX; (f)++)

/**
 * struct arpp_fields - values of the fields that are set
 * @set: mask of BIT(enum arp_policy_field)
 * @val: values by enum arp_policy_field; those not in @set are 0
 */
struct arpp_fields {
	u32 set;
	u32 val[ARP_POLICY_FIELD_MAX + 1];
};

static inline bool arpp_field_is_set(const struct arpp_fields *fields,
				     enum arp_policy_field f)
{
	return fields->set & BIT(f);
}

static inline void arpp_field_set(struct arpp_fields *fields,
				  enum arp_policy_field f, u32 val)
{
	fields->set |= BIT(f);
	fields->val[f] = val;
}

static inline void arpp_field_unset(struct arpp_fields *fields,
				    enum arp_policy_field f)
{
	fields->set &= ~BIT(f);
	fields->val[f] = 0;
}

bool arpp_field_equal(const struct arpp_fields *a, const struct arpp_fields *b);
int arpp_field_change(struct arpp_fields *fields, const struct arpp_fields *set,
		      u32 unset);
u32 arpp_field_stricter(enum arp_policy_field f, u32 a, u32 b);
const char *arpp_field_unsupported(enum arp_policy_field f);
const char *arpp_field_parse(struct arpp_fields *fields, const char *name,
			     const char *value);

#endif /* _ARPP_FIELD_H */
