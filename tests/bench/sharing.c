// SPDX-License-Identifier: GPL-2.0-only
/*
 * A qemu plugin that finds writes to cache lines that two CPUs share.
 *
 * The bench module marks the begin and the end of a window, and before the first one asks
 * for the kernel's memory accesses to be watched, which is slow: the machine boots without.
 * It stays so, because qemu 7.2 crashes when callbacks for memory are removed. A line is
 * 64 bytes of physical memory. It is shared if both CPUs accessed it in the window,
 * whatever they did. The writes to such lines are written to PREFIX.1, PREFIX.2 and so
 * on, as lines "INSTRUCTION LINE CPU WRITES ACCESSES", the last being the other CPU's.
 * tests/bench/sharing evaluates them.
 */
#include "plugin.h"

#define CPUS		2
#define LINE_SHIFT	6
#define SLOTS		(1u << 20)
#define KERNEL		(1ull << 63)

/* A line that a CPU accessed (.pc is 0), or an instruction that wrote to it. */
struct entry {
	uint64_t line;
	uint64_t pc;
	uint64_t count;
};

/* Each CPU has a table, so none is locked. */
static struct entry *tables[CPUS];
static unsigned int used[CPUS];

static qemu_plugin_id_t self;
static volatile bool watching;	/* instructions are translated with callbacks */
static volatile bool open;	/* within a window */

/* The entry of a key, or an empty one. */
static struct entry *find(unsigned int cpu, uint64_t line, uint64_t pc)
{
	uint64_t hash = (line * 0x9e3779b97f4a7c15 ^ pc) * 0xff51afd7ed558ccd;
	unsigned int slot = hash >> 44;
	struct entry *e;

	for (;; slot++) {
		e = &tables[cpu][slot % SLOTS];
		if (!e->count || (e->line == line && e->pc == pc))
			return e;
	}
}

static void count(unsigned int cpu, uint64_t line, uint64_t pc)
{
	struct entry *e = find(cpu, line, pc);

	if (!e->count) {
		/* More than a run takes, by far. */
		if (used[cpu]++ > SLOTS / 2)
			abort();
		e->line = line;
		e->pc = pc;
	}
	e->count++;
}

static void accessed(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t vaddr,
		     void *pc)
{
	uint64_t first, last, line;
	struct qemu_plugin_hwaddr *at;

	if (!open || cpu >= CPUS)
		return;
	at = qemu_plugin_get_hwaddr(info, vaddr);
	if (!at || qemu_plugin_hwaddr_is_io(at))
		return;
	first = qemu_plugin_hwaddr_phys_addr(at);
	last = first + (1u << qemu_plugin_mem_size_shift(info)) - 1;
	for (line = first >> LINE_SHIFT; line <= last >> LINE_SHIFT; line++) {
		count(cpu, line, 0);
		if (qemu_plugin_mem_is_store(info))
			count(cpu, line, (uintptr_t)pc);
	}
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);

static void again(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
}

/* Translate everything again, with callbacks for memory. */
static void watch(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (watching)
		return;
	watching = true;
	qemu_plugin_reset(self, again);
}

static void begin(unsigned int cpu, void *data)
{
	unsigned int i;

	(void)cpu;
	(void)data;
	if (!watching)
		return;
	for (i = 0; i < CPUS; i++) {
		memset(tables[i], 0, SLOTS * sizeof(**tables));
		used[i] = 0;
	}
	open = true;
}

static void put(FILE *f, unsigned int cpu)
{
	const struct entry *e, *other;
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		e = &tables[cpu][i];
		if (!e->count || !e->pc)
			continue;
		other = find(!cpu, e->line, 0);
		if (other->count)
			fprintf(f, "%016" PRIx64 " %" PRIx64 " %u %" PRIu64 " %" PRIu64 "\n",
				e->pc, e->line << LINE_SHIFT, cpu, e->count,
				other->count);
	}
}

static void end(unsigned int cpu, void *data)
{
	unsigned int i;
	FILE *f;

	(void)cpu;
	(void)data;
	if (!open)
		return;
	open = false;
	f = next_file();
	if (!f)
		abort();
	for (i = 0; i < CPUS; i++)
		put(f, i);
	fclose(f);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	uint64_t pc;

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		call_at_mark(insn, '1', begin);
		call_at_mark(insn, '2', end);
		call_at_mark(insn, '3', watch);
		pc = qemu_plugin_insn_vaddr(insn);
		if (watching && pc >= KERNEL)
			qemu_plugin_register_vcpu_mem_cb(insn, accessed, CB_NO_REGS,
							 MEM_READ_WRITE,
							 (void *)(uintptr_t)pc);
	}
}

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	unsigned int i;

	(void)info;
	self = id;
	take_prefix(argc, argv);
	for (i = 0; i < CPUS; i++) {
		tables[i] = calloc(SLOTS, sizeof(**tables));
		if (!tables[i])
			return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
