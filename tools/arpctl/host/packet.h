// SPDX-License-Identifier: GPL-2.0-only
/* Programs with packet sockets: they read and send ARP past the kernel's own. */
#ifndef ARPCTL_PACKET_H
#define ARPCTL_PACKET_H

#include <stddef.h>
#include <stdint.h>

struct packet_socket {
	uint32_t ifindex;	/* 0: of every device */
	uint16_t type;		/* ETH_P_*; 0: it only sends */
	uint64_t inode;
	uint32_t pid;		/* 0: its program is not visible */
	char program[16];
};

struct packet_sockets {
	struct packet_socket *list;
	size_t n;
};

/*
 * Reads the packet sockets that may speak ARP. Return: an errno. The caller frees it also
 * after a failure.
 */
int packets_read(struct packet_sockets *sockets);
void packets_free(struct packet_sockets *sockets);

#endif /* ARPCTL_PACKET_H */
