// SPDX-License-Identifier: GPL-2.0-only
/* Alternative names of devices, over rtnetlink. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/list.h"
#include "host/altname.h"
#include "wire/dump.h"
#include "wire/nl_msg.h"

#define READ_TRIES	10

static int add_altname(struct altnames *names, const char *name, const char *dev)
{
	struct altname *altname = LIST_ADD(names->list, names->n);

	if (!altname)
		return MNL_CB_ERROR;
	altname->name = strdup(name);
	snprintf(altname->dev, sizeof(altname->dev), "%s", dev);
	return altname->name ? MNL_CB_OK : MNL_CB_ERROR;
}

static int read_link(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[IFLA_MAX + 1], *attr;
	int more = MNL_CB_OK;

	nl_parse_after(msg, sizeof(struct ifinfomsg), tb, IFLA_MAX);
	if (!tb[IFLA_PROP_LIST])
		return MNL_CB_OK;
	mnl_attr_for_each_nested(attr, tb[IFLA_PROP_LIST])
		if (more == MNL_CB_OK &&
		    mnl_attr_get_type(attr) == IFLA_ALT_IFNAME)
			more = add_altname(data, nl_str(attr),
					   nl_str(tb[IFLA_IFNAME]));
	return more;
}

static int by_name(const void *a, const void *b)
{
	const struct altname *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int altnames_read(struct altnames *names)
{
	int tries, err = EINTR;

	for (tries = 0; tries < READ_TRIES && err == EINTR; tries++) {
		altnames_free(names);
		err = dump(NETLINK_ROUTE, RTM_GETLINK, AF_UNSPEC,
			   sizeof(struct ifinfomsg), read_link, names);
	}
	if (!err)
		LIST_SORT(names->list, names->n, by_name);
	return err;
}

void altnames_free(struct altnames *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->list[i].name);
	free(names->list);
	*names = (struct altnames){ 0 };
}

const char *altnames_find(const struct altnames *names, const char *name)
{
	struct altname key = { .name = (char *)name };
	const struct altname *found = NULL;

	if (names->n)
		found = bsearch(&key, names->list, names->n, sizeof(key), by_name);
	return found ? found->dev : NULL;
}
