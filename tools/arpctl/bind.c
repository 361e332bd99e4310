// SPDX-License-Identifier: GPL-2.0-only
/* bind: who may speak for which address, typed in or read from lease files. */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/arp_policy.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "args.h"
#include "arpctl.h"
#include "bind.h"
#include "lease.h"
#include "parse.h"

/* The selector where none is typed. */
#define EVERYWHERE "all"

static int change(struct ctx *ctx, uint8_t cmd, bool replace,
		  const char *selector, uint32_t address, const uint8_t *lladdr)
{
	struct nlmsghdr *nlh = nl_request(&ctx->nl, cmd, 0);
	struct nlattr *nest;
	int status;

	nest = mnl_attr_nest_start(nlh, ARP_POLICY_A_BINDING);
	status = nl_put_str(&ctx->nl, ARP_POLICY_BINDING_SELECTOR, selector);
	mnl_attr_put_u32(nlh, ARP_POLICY_BINDING_ADDRESS, address);
	if (lladdr)
		mnl_attr_put(nlh, ARP_POLICY_BINDING_LLADDR, LLADDR_LEN,
			     lladdr);
	mnl_attr_nest_end(nlh, nest);
	if (replace)
		mnl_attr_put(nlh, ARP_POLICY_A_REPLACE, 0, NULL);
	return status ? status : nl_call(ctx, NULL);
}

/* The selector that was typed, or else all of them. */
static int selector_of(struct ctx *ctx, int argc, char **argv,
		       const char **selector)
{
	*selector = args_get(ctx, argc, argv, "SELECTOR");
	if (!*selector)
		*selector = EVERYWHERE;
	return args_selects(ctx, "bind", *selector);
}

/* What the words of add, replace and del ask for. */
static int change_typed(struct ctx *ctx, uint8_t cmd, bool replace, int argc,
			char **argv)
{
	const char *mac = args_get(ctx, argc, argv, "MAC");
	uint8_t lladdr[LLADDR_LEN];
	const char *selector;
	uint32_t address;
	int status;

	status = args_address(ctx, "bind", argv[0], &address);
	if (!status && mac)
		status = args_lladdr(ctx, "bind", mac, lladdr);
	if (!status)
		status = selector_of(ctx, argc, argv, &selector);
	if (status)
		return status;
	return change(ctx, cmd, replace, selector, address, mac ? lladdr : NULL);
}

static int bind_add(struct ctx *ctx, int argc, char **argv)
{
	return change_typed(ctx, ARP_POLICY_CMD_BIND_ADD, false, argc, argv);
}

static int bind_replace(struct ctx *ctx, int argc, char **argv)
{
	return change_typed(ctx, ARP_POLICY_CMD_BIND_ADD, true, argc, argv);
}

static int bind_del(struct ctx *ctx, int argc, char **argv)
{
	return change_typed(ctx, ARP_POLICY_CMD_BIND_DEL, false, argc, argv);
}

void bind_print(struct printer *out, const struct nlattr *nest, int width)
{
	const struct nlattr *tb[ARP_POLICY_BINDING_MAX + 1];
	char address[ADDRESS_TEXT], lladdr[LLADDR_TEXT];

	nl_parse_nest(nest, tb, ARP_POLICY_BINDING_MAX);
	address_text((uint32_t)nl_uint(tb[ARP_POLICY_BINDING_ADDRESS]), address);
	pr_str(out, "address", STYLE_VALUE, width, address);
	pr_text(out, " lladdr ");
	pr_str(out, "lladdr", STYLE_VALUE, 0,
	       nl_lladdr(tb[ARP_POLICY_BINDING_LLADDR], lladdr) ?: "");
	pr_text(out, " dev ");
	pr_str(out, "selector", STYLE_NAME, 0,
	       nl_str(tb[ARP_POLICY_BINDING_SELECTOR]));
}

static int bind_show(struct ctx *ctx, int argc, char **argv)
{
	const char *selector = args_get(ctx, argc, argv, "SELECTOR");
	int status, width = ctx->out.columns ? ADDRESS_TEXT - 1 : 0;
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct printer *out = &ctx->out;
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;

	status = args_selects(ctx, "bind", selector);
	if (!status)
		status = nl_dump(ctx, ARP_POLICY_CMD_BIND_GET,
				 ARP_POLICY_A_SELECTOR, selector, &reply);
	if (!status) {
		pr_open(out, NULL, '[');
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			pr_open(out, NULL, '{');
			bind_print(out, tb[ARP_POLICY_A_BINDING], width);
			pr_text(out, "\n");
			pr_close(out, '}');
		}
		pr_close(out, ']');
	}
	nl_reply_free(&reply);
	return status;
}

static int bind_flush(struct ctx *ctx, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	nl_request(&ctx->nl, ARP_POLICY_CMD_BIND_FLUSH, 0);
	return nl_call(ctx, NULL);
}

/* A binding as it is before an import. */
struct earlier {
	uint32_t address;
	uint8_t lladdr[LLADDR_LEN];
};

/* The bindings of one selector, by address. */
struct bindings {
	struct earlier *list;
	size_t n;
};

static int by_address(const void *a, const void *b)
{
	const struct earlier *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static const struct earlier *find_earlier(const struct bindings *bindings,
					  uint32_t address)
{
	struct earlier key = { .address = address };

	if (!bindings->n)
		return NULL;
	return bsearch(&key, bindings->list, bindings->n, sizeof(key),
		       by_address);
}

static int read_bindings(struct ctx *ctx, const char *selector,
			 struct bindings *bindings)
{
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	const struct nlattr *nest[ARP_POLICY_BINDING_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	struct earlier *e;
	size_t n = 0;
	int status;

	status = nl_dump(ctx, ARP_POLICY_CMD_BIND_GET, ARP_POLICY_A_SELECTOR,
			 selector, &reply);
	if (status)
		goto free;
	nl_for_each(msg, &reply)
		n++;
	bindings->list = calloc(n ? n : 1, sizeof(*bindings->list));
	if (!bindings->list) {
		status = failure("%s", strerror(ENOMEM));
		goto free;
	}
	nl_for_each(msg, &reply) {
		nl_parse(msg, tb, ARP_POLICY_A_MAX);
		nl_parse_nest(tb[ARP_POLICY_A_BINDING], nest,
			      ARP_POLICY_BINDING_MAX);
		if (!nest[ARP_POLICY_BINDING_LLADDR] ||
		    mnl_attr_get_payload_len(nest[ARP_POLICY_BINDING_LLADDR]) !=
		    LLADDR_LEN)
			continue;
		e = &bindings->list[bindings->n++];
		e->address = (uint32_t)nl_uint(nest[ARP_POLICY_BINDING_ADDRESS]);
		memcpy(e->lladdr,
		       mnl_attr_get_payload(nest[ARP_POLICY_BINDING_LLADDR]),
		       LLADDR_LEN);
	}
	qsort(bindings->list, bindings->n, sizeof(*bindings->list), by_address);
free:
	nl_reply_free(&reply);
	return status;
}

static int put_lease(struct ctx *ctx, const char *selector,
		     const struct lease *lease)
{
	return change(ctx, ARP_POLICY_CMD_BIND_ADD, true, selector,
		      lease->address, lease->lladdr);
}

static int undo_lease(struct ctx *ctx, const char *selector,
		      const struct lease *lease, const struct earlier *earlier)
{
	if (!earlier)
		return change(ctx, ARP_POLICY_CMD_BIND_DEL, false, selector,
			      lease->address, NULL);
	return change(ctx, ARP_POLICY_CMD_BIND_ADD, true, selector,
		      lease->address, earlier->lladdr);
}

/* Binds all that is leased, or, if the kernel refuses one of them, nothing. */
static int bind_leases(struct ctx *ctx, const char *file, const char *selector,
		       const struct leases *leases)
{
	const struct lease *lease = leases->list;
	const struct lease *end = lease + leases->n;
	struct bindings bindings = { 0 };
	int status, undone = STATUS_OK;
	sigset_t interrupts, before;
	char address[ADDRESS_TEXT];

	status = read_bindings(ctx, selector, &bindings);
	if (status)
		goto free;

	/* Nobody's impatience makes it half an import. */
	sigemptyset(&interrupts);
	sigaddset(&interrupts, SIGINT);
	sigaddset(&interrupts, SIGTERM);
	sigaddset(&interrupts, SIGHUP);
	sigprocmask(SIG_BLOCK, &interrupts, &before);
	while (lease < end && !status) {
		status = put_lease(ctx, selector, lease);
		if (!status)
			lease++;
	}
	if (status) {
		address_text(lease->address, address);
		end = lease;
		while (lease > leases->list) {
			lease--;
			undone |= undo_lease(ctx, selector, lease,
					     find_earlier(&bindings, lease->address));
		}
		failure("%s:%lu: %s is refused, and %s", file, end->line,
			address, undone ?
			"what was imported before it could not all be undone" :
			"what was imported before it is undone: the bindings are as they were");
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
free:
	free(bindings.list);
	return status;
}

/* Reads all of a file, "-" being standard input; data is to be freed. */
static int read_file(const char *name, char **data, size_t *len)
{
	bool standard = !strcmp(name, "-");
	FILE *file = standard ? stdin : fopen(name, "re");
	size_t size = 0, got = 0;
	char *more = NULL;

	*data = NULL;
	*len = 0;
	if (!file)
		return failure("cannot open %s: %s", name, strerror(errno));
	do {
		if (*len == size) {
			size = size ? size * 2 : 65536;
			more = realloc(*data, size);
			if (!more)
				break;
			*data = more;
		}
		got = fread(*data + *len, 1, size - *len, file);
		*len += got;
	} while (got);
	if (!more || ferror(file)) {
		failure("cannot read %s: %s", name, strerror(errno));
		free(*data);
		*data = NULL;
	}
	if (!standard)
		fclose(file);
	return *data ? STATUS_OK : STATUS_FAILED;
}

static int read_leases(const char *file, struct leases *leases)
{
	char *data;
	size_t len;
	int status;

	status = read_file(file, &data, &len);
	if (status)
		return status;
	if (!leases_parse(leases, data, len, (uint64_t)time(NULL)))
		status = leases->line ?
			 input_error(file, leases->line, leases->message) :
			 failure("%s", leases->message);
	free(data);
	return status;
}

static int bind_import(struct ctx *ctx, int argc, char **argv)
{
	struct leases leases = { 0 };
	const char *selector;
	int status;

	status = selector_of(ctx, argc, argv, &selector);
	if (!status)
		status = read_leases(argv[0], &leases);
	if (!status)
		status = bind_leases(ctx, argv[0], selector, &leases);
	if (!status) {
		pr_open(&ctx->out, NULL, '{');
		pr_text(&ctx->out, "imported ");
		pr_num(&ctx->out, "imported", STYLE_VALUE, 0, leases.n, NULL);
		pr_text(&ctx->out, ", skipped ");
		pr_num(&ctx->out, "skipped", STYLE_VALUE, 0, leases.skipped,
		       NULL);
		pr_text(&ctx->out, "\n");
		pr_close(&ctx->out, '}');
	}
	leases_free(&leases);
	return status;
}

/* Those that are bound; to replace or delete, not to add once more. */
void bind_complete_address(struct ctx *ctx, int argc, char **argv)
{
	const struct nlattr *nest[ARP_POLICY_BINDING_MAX + 1];
	const struct nlattr *tb[ARP_POLICY_A_MAX + 1];
	struct nl_reply reply = { 0 };
	const struct nlmsghdr *msg;
	char address[ADDRESS_TEXT];

	if ((strcmp(ctx->command->name, "del") != 0 &&
	     strcmp(ctx->command->name, "replace") != 0) || !nl_ready())
		return;
	if (!nl_dump(ctx, ARP_POLICY_CMD_BIND_GET, 0, NULL, &reply)) {
		nl_for_each(msg, &reply) {
			nl_parse(msg, tb, ARP_POLICY_A_MAX);
			nl_parse_nest(tb[ARP_POLICY_A_BINDING], nest,
				      ARP_POLICY_BINDING_MAX);
			address_text((uint32_t)nl_uint(nest[ARP_POLICY_BINDING_ADDRESS]),
				     address);
			complete_word(argv[argc - 1], address);
		}
	}
	nl_reply_free(&reply);
}

#define BIND_ARGS "ADDRESS lladdr MAC [dev SELECTOR]"

static const struct command commands[] = {
	{ "add", BIND_ARGS, "let one MAC alone speak for an address", bind_add },
	{ "replace", BIND_ARGS,
	  "add a binding, in the place of one that is there", bind_replace },
	{ "del", "ADDRESS [lladdr MAC] [dev SELECTOR]", "delete a binding",
	  bind_del },
	{ "show", "[dev SELECTOR]", "the bindings, or those of a selector",
	  bind_show },
	{ "flush", "", "delete all bindings", bind_flush },
	{ "import", "FILE [dev SELECTOR]",
	  "bind what is leased: files of dnsmasq, ISC dhcpd and Kea",
	  bind_import },
	{ 0 }
};

const struct object bind_object = {
	"bind", "who may speak for which address", commands
};
