/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration of a netns, or one under construction.
 *
 * The netns's mutex covers the former; the latter belongs to its creator.
 */
#ifndef _ARPP_CONFIG_H
#define _ARPP_CONFIG_H

#include "policy/selector.h"
#include "policy/tables.h"

/**
 * struct arpp_config - selectors with their fields, rules and bindings
 * @selectors: with their fields, rules and bindings
 * @count: the number of entries of each enum arpp_table, over all selectors
 * @dynamic: the number of dynamic bindings among them
 */
struct arpp_config {
	struct arpp_selectors selectors;
	unsigned int count[ARPP_TABLES];
	unsigned int dynamic;
};

/* The number of rules. */
static inline unsigned int arpp_config_rules(const struct arpp_config *config)
{
	return config->count[ARPP_TABLE_TARGET] + config->count[ARPP_TABLE_SENDER];
}

void arpp_config_init(struct arpp_config *config);
int arpp_config_set(struct arpp_config *config,
		    const struct arpp_selector_key *key,
		    const struct arpp_fields *fields);
int arpp_config_insert(struct arpp_config *config,
		       const struct arpp_selector_key *key,
		       enum arpp_table table, const struct arpp_rule *rule);
int arpp_config_keep_dynamic(struct arpp_config *config,
			     const struct arpp_config *from, struct mutex *lock);
void arpp_config_share(struct arpp_config *config, struct mutex *lock);
void arpp_config_free(struct arpp_config *config);
void arpp_config_free_rcu(struct arpp_config *config);

#endif /* _ARPP_CONFIG_H */
