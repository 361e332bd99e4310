/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab of the oracle: a host in a network namespace of its own, and the wire
 * in another, at the far ends of its cables.
 *
 * The process is in the host's namespace while there is one.
 */
#ifndef HOST_H
#define HOST_H

#include "common.h"
#include "scenario.h"

/* Always answer: on a cable to the wire, and below each cable with macvlans. */
#define FENCE		"192.0.2.254"
#define LOW_FENCE	"192.0.2.253"

/* Makes the wire; once. */
void lab_open(void);
/* The socket that hears and sends on the wire. */
int lab_wire(void);
/* The fence's cable: its device on the wire. */
int lab_fence(void);

/* Builds the host; marks what the kernel refuses. */
void host_up(struct host *h);
void host_down(void);
/* Netlink in the host: routes, and the family arp_policy. */
struct netlink *host_netlink(void);
struct netlink *host_policy(void);
int policy_family(void);
/* Begins a command of the family in any socket. */
void begin_command(struct netlink *nl, int command);
/* Can frames of one device come back by another? */
bool host_segment(void);
/* A sysctl of the host's below net. */
void set_sysctl(const char *key, int value);
/* The device on the wire to which a cable leads, and back: NOBODY if none. */
int host_wire(int cable);
int host_cable(int wire);
/* Are there macvlans on this cable? They hear what is sent to all late. */
bool host_late(int cable);
/* Adds an address to the host, or deletes it; to be committed. */
void put_address(struct netlink *nl, const struct address *a, bool add);
/* A device's ifindex in the host, and back: NOBODY if none. */
int host_ifindex(int dev);
int host_device(int ifindex);

void set_sysctls(const struct host *h, int conf[ROWS][KEYS]);
/* @blunder: say something else, as a test of the test */
void set_policy(const struct host *h, struct config *c, bool blunder);
void clear_policy(void);
void print_policy(FILE *f, const struct host *h, struct config *c);

#endif /* HOST_H */
