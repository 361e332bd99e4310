/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For cppcheck, which does not read the headers of the kernel and libmnl: macros
 * without which the sources are not valid C.
 */
#define __init
#define __exit
#define __net_init
#define __net_exit
#define __ro_after_init
#define __percpu
#define __rcu
#define __must_hold(lock)

#define for_each_possible_cpu(cpu) \
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
#define hlist_for_each_entry(at, head, member) \
	for (at = first(head); at; at = next(at))
#define hlist_for_each_entry_rcu(at, head, member, ...) \
	for (at = first(head); at; at = next(at))
#define hlist_for_each_entry_safe(at, n, head, member) \
	for (at = first(head); at && (n = next(at), 1); at = n)
#define list_for_each_entry(at, head, member) \
	for (at = first(head); at; at = next(at))
#define list_for_each_entry_safe(at, n, head, member) \
	for (at = first(head); at && (n = next(at), 1); at = n)
#define rbtree_postorder_for_each_entry_safe(at, n, root, member) \
	for (at = first(root); at && (n = next(at), 1); at = n)
#define for_each_netdev_dump(net, dev, ifindex) \
	for (dev = first(net); dev; dev = next(dev))
#define for_each_netdev_rcu(net, dev) \
	for (dev = first(net); dev; dev = next(dev))
#define for_each_netdev(net, dev) \
	for (dev = first(net); dev; dev = next(dev))
#define in_dev_for_each_ifa_rcu(ifa, in_dev) \
	for (ifa = first(in_dev); ifa; ifa = next(ifa))
#define nla_for_each_nested(attr, nest, rem) \
	for (attr = first(nest); ok(attr, rem); attr = next(attr))

#define mnl_attr_for_each(attr, message, offset) \
	for (attr = first(message); ok(attr); attr = next(attr))
#define mnl_attr_for_each_nested(attr, nest) \
	for (attr = first(nest); ok(attr); attr = next(attr))
