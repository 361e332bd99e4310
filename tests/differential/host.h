/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle's lab: a host in one network namespace, and the wire at the other ends
 * of its cables, in another.
 *
 * The process is in the host's namespace while it exists.
 */
#ifndef HOST_H
#define HOST_H

#include "common.h"
#include "scenario.h"

/* Fences always answer: one on its own cable, one below each cable with macvlans. */
#define FENCE		"192.0.2.254"
#define LOW_FENCE	"192.0.2.253"

/* Creates the wire; called once. */
void lab_open(void);
/* The packet socket on the wire. */
int lab_wire(void);
/* The ifindex of the fence's device on the wire. */
int lab_fence(void);

/* Creates the host; marks the items that the kernel refuses. */
void host_up(struct host *h);
void host_down(void);
/* Netlink sockets in the host: rtnetlink, and the family arp_policy. */
struct netlink *host_netlink(void);
struct netlink *host_policy(void);
int policy_family(void);
/* Begins a command of the family on any socket. */
void begin_command(struct netlink *nl, int command);
void begin_transaction(struct netlink *nl, int kind);
/* Sends the fields of a selector that are not -1; by an operation of a transaction. */
void put_fields(struct netlink *nl, int type, const int *field);
void put_dev_op(struct netlink *nl, int kind, const char *selector, const int *field);
/* Do devices share a segment, so that they receive each other's frames? */
bool host_segment(void);
/* Sets a sysctl of the host; @key below net. */
void set_sysctl(const char *key, int value);
/* The device on the wire at the end of a cable, and the reverse; NOBODY if none. */
int host_wire(int cable);
int host_cable(int wire);
/* Are there macvlans on this cable? They receive broadcasts late. */
bool host_late(int cable);
/* Adds or deletes an address of the host; the caller commits. */
void put_address(struct netlink *nl, const struct address *a, bool add);
/* The ifindex of a device in the host, and the reverse; NOBODY if none. */
int host_ifindex(int dev);
int host_device(int ifindex);
/* The same for the ports of the bridge PORTED. */
int host_port_ifindex(int port);
int host_port(int ifindex);
/* Flushes the FDB of that bridge. */
void flush_fdb(void);

void set_sysctls(const struct host *h, int conf[ROWS][KEYS]);
/* @blunder: set a wrong policy, to test the test */
void set_policy(const struct host *h, struct config *c, bool blunder);
/* Prints "arpctl dev set". */
void print_fields(FILE *f, const char *selector, const int *field);
void print_policy(FILE *f, const struct host *h, struct config *c);

#endif /* HOST_H */
