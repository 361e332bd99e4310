/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Common code of the differential tests: netlink, frames, neighbours, printing.
 *
 * A struct netlink belongs to one thread. All functions but text_of() and mac_text() are
 * reentrant.
 */
#ifndef COMMON_H
#define COMMON_H

#include <getopt.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
int64_t now_ms(void);
/* Network byte order. */
uint32_t parse_ip(const char *text);
/* Enters a namespace of "ip netns". */
void enter_netns(const char *name);
/* Valid until the fourth call after this one. */
const char *text_of(uint32_t addr);
/* Valid until the eighth call after this one. */
const char *mac_text(const uint8_t *mac);

/*
 * A program that makes cases from a seed and runs them: its options and progress.
 * Several cases share a configuration, several configurations a host.
 */
struct drawing {
	const char *usage;
	struct option own;	/* an option that only this program has */
	const char *found_word;
	int configs, per_config;
	uint64_t cases, from, most;
	uint64_t seed;
	bool alone, blunder, verbose;
	uint64_t tried, found;
	int64_t begun;
};

/* Exits on a usage error, and after printing help. */
void read_options(struct drawing *d, int argc, char **argv);
/* @try_host: runs the configurations @first to @last of a host */
void draw(struct drawing *d,
	  void (*try_host)(uint64_t number, int first, int last));
/* Starts the last line: seed, number of cases, cases per second. */
void print_pace(const struct drawing *d);

/* Frames that one CPU queues to the backlog stay in order. */
void bind_to_cpu(int cpu);

struct arp {
	uint8_t dst[ETH_ALEN], src[ETH_ALEN];
	uint16_t type, hrd, pro;
	uint8_t hln, pln;
	uint16_t op;
	uint8_t sha[ETH_ALEN];
	uint32_t sip;
	uint8_t tha[ETH_ALEN];
	uint32_t tip;
} __attribute__((packed));

struct datagram {
	uint8_t dst[ETH_ALEN], src[ETH_ALEN];
	uint16_t type;
	uint8_t ip[20];
	uint16_t udp[4];
} __attribute__((packed));

extern const uint8_t everybody[ETH_ALEN];

/* An empty UDP datagram in a frame; the caller sets the MACs. */
struct datagram datagram_of(uint32_t source, uint32_t target);
/*
 * Sends an empty datagram from a socket; @source: or 0; @dev: or NULL. Return: 0 or an
 * errno; 1000 and the errno if the socket cannot be bound to @source.
 */
int send_datagram(uint32_t source, uint32_t target, const char *dev);

/*
 * Netlink: messages are collected and sent together, each with its own
 * acknowledgment.
 */
#define NL_MESSAGES	160

struct netlink {
	int fd;
	size_t len;
	int count;
	struct nlmsghdr *at;
	int errors[NL_MESSAGES];	/* 0 or an errno, of the last commit */
	char buf[65536];
};

void nl_open(struct netlink *nl, int protocol);
void nl_close(struct netlink *nl);
void nl_begin(struct netlink *nl, int type, int flags, const void *body,
	      size_t size);
void nl_put(struct netlink *nl, int type, const void *data, size_t len);
void nl_put_u8(struct netlink *nl, int type, uint8_t value);
void nl_put_u32(struct netlink *nl, int type, uint32_t value);
void nl_put_u64(struct netlink *nl, int type, uint64_t value);
void nl_put_text(struct netlink *nl, int type, const char *text);
size_t nl_nest(struct netlink *nl, int type);
void nl_end(struct netlink *nl, size_t nest);
/* Return: 0, or the first error. */
int nl_commit(struct netlink *nl);
/* The same for requests: @each gets the answers. */
int nl_commit_each(struct netlink *nl,
		   void (*each)(struct nlmsghdr *m, void *arg), void *arg);
void nl_dump(struct netlink *nl, int type, const void *body, size_t size,
	     void (*each)(struct nlmsghdr *m, void *arg), void *arg);

#define attr_data(a)	((const void *)((const char *)(a) + NLA_HDRLEN))

/*
 * The attributes by type, up to @max; the last one if a type is repeated; NULL if none.
 * @body: the size of the header that precedes them
 */
void read_message(const struct nlmsghdr *m, size_t body, const struct nlattr **attrs, int max);
void read_nest(const struct nlattr *nest, const struct nlattr **attrs, int max);
/* @a: may be NULL. Return: whether there is an attribute of this size; it is copied. */
bool get_attr(const struct nlattr *a, void *to, size_t size);

struct neighbour {
	uint32_t addr;
	int ifindex;
	uint16_t state;
	bool resolved;
	uint8_t mac[ETH_ALEN];
	unsigned int age;	/* clock ticks (USER_HZ) since the last update */
};

void read_neighbour(struct nlmsghdr *m, struct neighbour *n);
/* All entries of the namespace, sorted. Return: how many. */
int list_neighbours(struct netlink *nl, struct neighbour *list, int max);
void put_neighbour(struct netlink *nl, uint32_t addr, int ifindex,
		   const uint8_t *mac, uint16_t state);
void del_neighbour(struct netlink *nl, uint32_t addr, int ifindex);
const char *state_name(uint16_t state);
/* Return: the state, or 0 if the name is unknown. */
uint16_t state_of(const char *name);

#endif /* COMMON_H */
