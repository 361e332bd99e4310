// SPDX-License-Identifier: GPL-2.0-only
/*
 * A qemu plugin that counts the instructions of the bench module's runs.
 *
 * The bench module marks the begin and the end of a measurement with special no-ops.
 * The instructions in between are written to PREFIX.1, PREFIX.2 and so on, as lines
 * "ADDRESS COUNT". tests/bench/profile evaluates them.
 */
#include "plugin.h"

struct block {
	struct block *next;
	uint64_t count;
	unsigned int n;
	uint64_t at[];
};

static struct block *blocks;

static void begin(unsigned int cpu, void *data)
{
	struct block *b;

	(void)cpu;
	(void)data;
	for (b = blocks; b; b = b->next)
		b->count = 0;
}

static void end(unsigned int cpu, void *data)
{
	struct block *b;
	unsigned int i;
	FILE *f;

	(void)cpu;
	(void)data;
	f = next_file();
	if (!f)
		return;
	for (b = blocks; b; b = b->next)
		for (i = 0; b->count && i < b->n; i++)
			fprintf(f, "%016" PRIx64 " %" PRIu64 "\n", b->at[i],
				b->count);
	fclose(f);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	struct block *b = calloc(1, sizeof(*b) + n * sizeof(*b->at));

	(void)id;
	b->n = n;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		b->at[i] = qemu_plugin_insn_vaddr(insn);
		call_at_mark(insn, '1', begin);
		call_at_mark(insn, '2', end);
	}
	b->next = blocks;
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &b->count, 1);
}

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	take_prefix(argc, argv);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
