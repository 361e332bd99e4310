// SPDX-License-Identifier: GPL-2.0-only
/*
 * A qemu plugin that counts the instructions of the bench module's runs.
 *
 * The bench module marks the begin and the end of a measurement with special no-ops.
 * The instructions in between are written to PREFIX.1, PREFIX.2 and so on, as lines
 * "ADDRESS COUNT". tests/bench/profile evaluates them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The part of qemu-plugin.h in use, because Debian does not package it; its version
 * 1 is that of qemu 4.2 to 8.2.
 */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
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

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

struct block {
	struct block *next;
	uint64_t count;
	unsigned int n;
	uint64_t at[];
};

static struct block *blocks;
static const char *prefix = "profile";
static unsigned int runs;

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
	char path[4096];
	struct block *b;
	unsigned int i;
	FILE *f;

	(void)cpu;
	(void)data;
	snprintf(path, sizeof(path), "%s.%u", prefix, ++runs);
	f = fopen(path, "w");
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
	static const char marks[2][8] = {
		"\x0f\x1f\x80" "arp1", "\x0f\x1f\x80" "arp2",
	};
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	struct block *b = calloc(1, sizeof(*b) + n * sizeof(*b->at));

	(void)id;
	b->n = n;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		b->at[i] = qemu_plugin_insn_vaddr(insn);
		if (qemu_plugin_insn_size(insn) != 7)
			continue;
		if (!memcmp(qemu_plugin_insn_data(insn), marks[0], 7))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, 0, NULL);
		if (!memcmp(qemu_plugin_insn_data(insn), marks[1], 7))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end, 0, NULL);
	}
	b->next = blocks;
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &b->count, 1);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc > 0 && !strncmp(argv[0], "out=", 4))
		prefix = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
