/* SPDX-License-Identifier: GPL-2.0-only */
/* What the plugins of qemu share. Each is one file, so all is static. */
#ifndef BENCH_PLUGIN_H
#define BENCH_PLUGIN_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The part of qemu-plugin.h in use, because Debian does not package it; its version
 * 1 is that of qemu 4.2 to 8.2.
 */
typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
enum { CB_NO_REGS = 0 };
enum { MEM_READ_WRITE = 3 };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
		void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op,
					      void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int cpu, qemu_plugin_meminfo_t info,
			   uint64_t vaddr, void *data),
		int flags, int rw, void *data);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
unsigned int qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info,
						  uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *addr);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *addr);
void qemu_plugin_reset(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t id));

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

/* Calls @cb when the no-op is executed that arp_bench and mark.c use as mark @number. */
static inline void call_at_mark(struct qemu_plugin_insn *insn, char number,
				void (*cb)(unsigned int cpu, void *data))
{
	const char mark[7] = { 0x0f, 0x1f, (char)0x80, 'a', 'r', 'p', number };

	if (qemu_plugin_insn_size(insn) == sizeof(mark) &&
	    !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark)))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, CB_NO_REGS, NULL);
}

static const char *prefix = "plugin";

/* The plugin's argument "out=PREFIX". */
static inline void take_prefix(int argc, char **argv)
{
	if (argc > 0 && !strncmp(argv[0], "out=", 4))
		prefix = strdup(argv[0] + 4);
}

/* Opens PREFIX.1, then PREFIX.2 and so on. Return: NULL if it cannot. */
static inline FILE *next_file(void)
{
	static unsigned int files;
	char path[4096];

	snprintf(path, sizeof(path), "%s.%u", prefix, ++files);
	return fopen(path, "w");
}

#endif /* BENCH_PLUGIN_H */
