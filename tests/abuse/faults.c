// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs jobs repeatedly and lets each allocation fail in turn (/proc/self/fail-nth).
 *
 *   faults commands [TEXT]	every command of the family, and device changes; only
 *				those with TEXT in their name
 *   faults netns [LAST]	creation of a netns; only its LAST allocations
 *   faults module FILE PARAMETERS
 *
 * The policy of the netns is dumped before and after each run. A job that fails must
 * return an error and change nothing; one that succeeds must be complete. Runs in a
 * netns of its own, with the devices eth0 and lo. Prints a line for each job: "ok" or
 * "not ok", its name and the reason.
 */
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/family.h"

#define TRIES_MAX	20000

/* The n-th allocation */

static int fail_fd = -1;

static void arm(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fail_fd, text, (size_t)len, 0) != len)
		die("/proc/self/fail-nth");
}

/* Return: the remaining countdown to the failure; 0: it occurred. */
static unsigned int disarm(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) <= 0)
		die("/proc/self/fail-nth");
	if (pwrite(fail_fd, "0", 1, 0) != 1)
		die("/proc/self/fail-nth");
	return (unsigned int)strtoul(text, NULL, 10);
}

static void open_fail_nth(void)
{
	if (fail_fd >= 0)
		close(fail_fd);
	fail_fd = open("/proc/self/fail-nth", O_RDWR);
	if (fail_fd < 0)
		die("/proc/self/fail-nth");
}

static void __attribute__((format(printf, 3, 4)))
report(bool good, const char *what, const char *format, ...)
{
	va_list args;

	printf("%s - %s\n# ", good ? "ok" : "not ok", what);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

/* Sockets: for the job, for dumps, for notifications. */

static struct mnl_socket *doer, *looker, *listener, *route;

static void reopen(struct mnl_socket **nl, int bus)
{
	if (*nl)
		mnl_socket_close(*nl);
	*nl = family_socket(bus);
}

static void drain(void)
{
	static char buf[FAMILY_MESSAGE_MAX];

	while (recv(mnl_socket_get_fd(listener), buf, sizeof(buf), MSG_DONTWAIT) > 0 ||
	       errno == ENOBUFS)
		;
}

/* The state of the netns: dumped messages, sorted */

#define MESSAGES_MAX	256

struct state {
	size_t n;
	uint32_t generation;
	char message[MESSAGES_MAX][1024];
};

static int by_content(const void *a, const void *b)
{
	return memcmp(a, b, 1024);
}

static char *one_more(struct state *s)
{
	if (s->n == MESSAGES_MAX)
		die("too many messages in a dump");
	return memset(s->message[s->n++], 0, sizeof(s->message[0]));
}

/* Does an attribute differ after the same commands? */
static bool varies(uint8_t cmd, uint16_t type)
{
	if (cmd == ARP_POLICY_CMD_INFO_GET)
		return type == ARP_POLICY_INFO_GENERATION || type == ARP_POLICY_INFO_RESTORED ||
		       type == ARP_POLICY_INFO_EVENTS_LOST;
	/* A re-created device has a new ifindex. */
	return type == ARP_POLICY_A_GENERATION || type == ARP_POLICY_A_IFINDEX;
}

static int keep_message(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct state *s = data;
	char *at = one_more(s), *end = at + sizeof(s->message[0]);

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (genl->cmd != ARP_POLICY_CMD_INFO_GET &&
		    mnl_attr_get_type(attr) == ARP_POLICY_A_GENERATION)
			s->generation = mnl_attr_get_u32(attr);
		if (varies(genl->cmd, mnl_attr_get_type(attr)))
			continue;
		if (at + attr->nla_len > end)
			die("a message in a dump is too long");
		at = mempcpy(at, attr, attr->nla_len);
	}
	return MNL_CB_OK;
}

static int keep_link(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	char *at = one_more(data);

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			memcpy(at, attr, attr->nla_len);
	return MNL_CB_OK;
}

static struct nlmsghdr *begin_route(char *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++family_seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	return nlh;
}

static void look(struct state *s)
{
	static const uint8_t dumps[] = {
		ARP_POLICY_CMD_DEV_GET, ARP_POLICY_CMD_ENTRY_GET,
		ARP_POLICY_CMD_EFFECTIVE_GET, ARP_POLICY_CMD_STATS_GET,
	};
	char buf[256];
	size_t i;

	s->n = 0;
	s->generation = 0;
	for (i = 0; i < sizeof(dumps); i++) {
		errno = family_ask(looker, family_begin(buf, family, dumps[i], NLM_F_DUMP),
				   keep_message, s);
		if (errno)
			die("dump");
	}
	errno = family_ask(route, begin_route(buf, RTM_GETLINK, NLM_F_DUMP), keep_link, s);
	if (errno)
		die("dump of devices");
	qsort(s->message, s->n, sizeof(s->message[0]), by_content);
}

static bool same(const struct state *a, const struct state *b)
{
	return a->n == b->n && !memcmp(a->message, b->message, a->n * sizeof(a->message[0]));
}

/* Building messages */

static char message[FAMILY_MESSAGE_MAX];
static struct nlmsghdr *m;

static void start(uint8_t cmd)
{
	m = family_begin(message, family, cmd, NLM_F_ACK);
}

static int send_by(struct mnl_socket *nl)
{
	return family_ask(nl, m, NULL, NULL);
}

static void put_fields(uint16_t type, int field, uint32_t value)
{
	struct nlattr *nest = mnl_attr_nest_start(m, type);

	mnl_attr_put_u32(m, (uint16_t)field, value);
	mnl_attr_nest_end(m, nest);
}

static int dev_set(struct mnl_socket *nl, const char *selector, int field, uint32_t value)
{
	start(ARP_POLICY_CMD_DEV_SET);
	mnl_attr_put_strz(m, ARP_POLICY_A_SELECTOR, selector);
	put_fields(ARP_POLICY_A_FIELDS, field, value);
	return send_by(nl);
}

/* Unset a field; 0: all of them. */
static int dev_unset(struct mnl_socket *nl, const char *selector, uint32_t field)
{
	start(field ? ARP_POLICY_CMD_DEV_SET : ARP_POLICY_CMD_DEV_DEL);
	mnl_attr_put_strz(m, ARP_POLICY_A_SELECTOR, selector);
	if (field)
		mnl_attr_put_u32(m, ARP_POLICY_A_UNSET, field);
	return send_by(nl);
}

static void put_rule(uint16_t type, const char *selector, uint32_t prefix, uint32_t len,
		     uint32_t action)
{
	struct nlattr *nest = family_put_entry(m, type, ARP_POLICY_TABLE_TARGET, selector,
					       prefix, len);

	mnl_attr_put_u32(m, ARP_POLICY_ENTRY_ACTION, action);
	mnl_attr_nest_end(m, nest);
}

static int rule(struct mnl_socket *nl, uint8_t cmd, const char *selector, uint32_t prefix,
		uint32_t len, uint32_t action, bool replace)
{
	start(cmd);
	put_rule(ARP_POLICY_A_ENTRY, selector, prefix, len, action);
	if (replace)
		mnl_attr_put(m, ARP_POLICY_A_REPLACE, 0, NULL);
	return send_by(nl);
}

static void put_binding(uint16_t type, const char *selector, uint32_t address, bool dynamic)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct nlattr *nest = family_put_entry(m, type, ARP_POLICY_TABLE_BINDING, selector,
					       address, 32);

	mnl_attr_put(m, ARP_POLICY_ENTRY_LLADDR, sizeof(mac), mac);
	if (dynamic)
		mnl_attr_put(m, ARP_POLICY_ENTRY_DYNAMIC, 0, NULL);
	mnl_attr_nest_end(m, nest);
}

static int binding(struct mnl_socket *nl, uint8_t cmd, const char *selector, uint32_t address,
		   bool dynamic)
{
	start(cmd);
	put_binding(ARP_POLICY_A_ENTRY, selector, address, dynamic);
	return send_by(nl);
}

static int plain(struct mnl_socket *nl, uint8_t cmd)
{
	start(cmd);
	return send_by(nl);
}

static void put_filter(const char *selector, uint32_t tables, bool dynamic)
{
	if (selector)
		mnl_attr_put_strz(m, ARP_POLICY_A_SELECTOR, selector);
	mnl_attr_put_u32(m, ARP_POLICY_A_TABLES, tables);
	if (dynamic)
		mnl_attr_put(m, ARP_POLICY_A_DYNAMIC, 0, NULL);
}

#define RULES		(1 << ARP_POLICY_TABLE_TARGET | 1 << ARP_POLICY_TABLE_SENDER)
#define BINDINGS	(1 << ARP_POLICY_TABLE_BINDING)

static int flush_of(struct mnl_socket *nl, const char *selector, uint32_t tables, bool dynamic)
{
	start(ARP_POLICY_CMD_FLUSH);
	put_filter(selector, tables, dynamic);
	return send_by(nl);
}

static int begin(struct mnl_socket *nl, uint32_t kind)
{
	m = family_begin_transaction(message, kind);
	return send_by(nl);
}

static void op_set(const char *selector, int field, uint32_t value)
{
	struct nlattr *op = mnl_attr_nest_start(m, ARP_POLICY_A_OP), *nest;

	nest = mnl_attr_nest_start(m, ARP_POLICY_OP_DEV_SET);
	mnl_attr_put_strz(m, ARP_POLICY_DEV_SELECTOR, selector);
	put_fields(ARP_POLICY_DEV_FIELDS, field, value);
	mnl_attr_nest_end(m, nest);
	mnl_attr_nest_end(m, op);
}

static void op_unset(const char *selector)
{
	struct nlattr *op = mnl_attr_nest_start(m, ARP_POLICY_A_OP), *nest;

	nest = mnl_attr_nest_start(m, ARP_POLICY_OP_DEV_DEL);
	mnl_attr_put_strz(m, ARP_POLICY_DEV_SELECTOR, selector);
	mnl_attr_nest_end(m, nest);
	mnl_attr_nest_end(m, op);
}

static void op_rule(uint16_t kind, const char *selector, uint32_t prefix, uint32_t len,
		    uint32_t action)
{
	struct nlattr *op = mnl_attr_nest_start(m, ARP_POLICY_A_OP);

	put_rule(kind, selector, prefix, len, action);
	mnl_attr_nest_end(m, op);
}

static void op_binding(uint16_t kind, const char *selector, uint32_t address, bool dynamic)
{
	struct nlattr *op = mnl_attr_nest_start(m, ARP_POLICY_A_OP);

	put_binding(kind, selector, address, dynamic);
	mnl_attr_nest_end(m, op);
}

/* A policy to replace another. */
static int replace_add(struct mnl_socket *nl)
{
	unsigned int i;

	start(ARP_POLICY_CMD_TRANSACTION_ADD);
	op_set("e*", ARP_POLICY_FIELD_IGNORE, 2);
	/* Less than a page: if more cannot be allocated, netlink prints a stack trace. */
	for (i = 0; i < 30; i++) {
		op_rule(ARP_POLICY_OP_ENTRY_ADD, i & 1 ? "eth0" : "all", 0x0a000000 | i << 16, 16,
			ARP_POLICY_ACTION_DROP);
		op_binding(ARP_POLICY_OP_ENTRY_ADD, "eth0", 0x0a000001 + i, false);
	}
	return send_by(nl);
}

/* Changes of base(): of each kind, and of selectors that come, stay and go. */
static int change_add(struct mnl_socket *nl)
{
	unsigned int i;

	start(ARP_POLICY_CMD_TRANSACTION_ADD);
	op_set("eth0", ARP_POLICY_FIELD_FILTER, 1);
	op_unset("cali*");
	op_rule(ARP_POLICY_OP_ENTRY_REPLACE, "eth0", 0x0a000000, 8, ARP_POLICY_ACTION_DROP);
	op_rule(ARP_POLICY_OP_ENTRY_DEL, "none0", 0x0a010000, 16, ARP_POLICY_ACTION_DROP);
	op_binding(ARP_POLICY_OP_ENTRY_DEL, "lo", 0x0a000006, false);
	op_binding(ARP_POLICY_OP_ENTRY_ADD, "eth0", 0x0a000007, true);
	for (i = 0; i < 40; i++)
		op_rule(ARP_POLICY_OP_ENTRY_ADD, i & 1 ? "eth0" : "e*", 0x0b000000 | i << 16, 16,
			ARP_POLICY_ACTION_DROP);
	return send_by(nl);
}

/* A change of one table of one selector. */
static int small_add(struct mnl_socket *nl)
{
	start(ARP_POLICY_CMD_TRANSACTION_ADD);
	op_binding(ARP_POLICY_OP_ENTRY_ADD, "eth0", 0x0a000007, false);
	op_binding(ARP_POLICY_OP_ENTRY_DEL, "eth0", 0x0a000005, false);
	return send_by(nl);
}

static int link_new(struct mnl_socket *nl, const char *kind, const char *name)
{
	struct nlattr *nest;

	m = begin_route(message, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	nest = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(m, nest);
	mnl_attr_put_strz(m, IFLA_IFNAME, name);
	return send_by(nl);
}

static int link_move(struct mnl_socket *nl, const char *name, int netns)
{
	m = begin_route(message, RTM_NEWLINK, NLM_F_ACK);
	mnl_attr_put_strz(m, IFLA_IFNAME, name);
	mnl_attr_put_u32(m, IFLA_NET_NS_FD, (uint32_t)netns);
	return send_by(nl);
}

static int link_up(const char *name)
{
	struct ifinfomsg *info;

	m = begin_route(message, RTM_NEWLINK, NLM_F_ACK);
	info = mnl_nlmsg_get_payload(m);
	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	mnl_attr_put_strz(m, IFLA_IFNAME, name);
	return send_by(route);
}

static int link_rename(const char *old, const char *new)
{
	struct ifinfomsg *info;

	m = begin_route(message, RTM_NEWLINK, NLM_F_ACK);
	info = mnl_nlmsg_get_payload(m);
	info->ifi_index = (int)if_nametoindex(old);
	mnl_attr_put_strz(m, IFLA_IFNAME, new);
	return send_by(route);
}

static void link_del(struct mnl_socket *nl, const char *name)
{
	m = begin_route(message, RTM_DELLINK, NLM_F_ACK);
	mnl_attr_put_strz(m, IFLA_IFNAME, name);
	send_by(nl);
}

/* Jobs: the state before, and the change */

static struct mnl_socket *away_route;	/* in another netns */
static int here;			/* this netns */
static struct state answers;		/* to a job that is a request */

static void must(int err)
{
	errno = err < 0 ? errno : err;
	if (errno)
		die("setup");
}

static void empty(void)
{
	must(plain(looker, ARP_POLICY_CMD_FLUSH));
	link_del(route, "cali0");
	link_del(route, "other0");
	link_del(away_route, "cali0");
}

static void base(void)
{
	empty();
	must(dev_set(looker, "eth0", ARP_POLICY_FIELD_IGNORE, 1));
	must(dev_set(looker, "cali*", ARP_POLICY_FIELD_ANNOUNCE, 2));
	must(rule(looker, ARP_POLICY_CMD_ENTRY_ADD, "eth0", 0x0a000000, 8,
		  ARP_POLICY_ACTION_HIDE, false));
	must(rule(looker, ARP_POLICY_CMD_ENTRY_ADD, "cali*", 0x0a010000, 16,
		  ARP_POLICY_ACTION_DROP, false));
	must(rule(looker, ARP_POLICY_CMD_ENTRY_ADD, "none0", 0x0a010000, 16,
		  ARP_POLICY_ACTION_DROP, false));
	must(binding(looker, ARP_POLICY_CMD_ENTRY_ADD, "eth0", 0x0a000005, false));
	must(binding(looker, ARP_POLICY_CMD_ENTRY_ADD, "lo", 0x0a000006, false));
	must(binding(looker, ARP_POLICY_CMD_ENTRY_ADD, "all", 0x0a000008, true));
}

static void one(void)
{
	empty();
	must(dev_set(looker, "eth0", ARP_POLICY_FIELD_IGNORE, 1));
}

/* The binding is the only entry with a glob that matches lo. */
static void one_of_a_glob(void)
{
	one();
	must(binding(looker, ARP_POLICY_CMD_ENTRY_ADD, "l*", 0x0a000006, false));
}

static void with_device(void)
{
	base();
	must(link_new(route, "dummy", "cali0"));
}

static void with_other(void)
{
	base();
	must(link_new(route, "dummy", "other0"));
}

static void with_bridge(void)
{
	base();
	must(link_new(route, "bridge", "other0"));
}

static void with_away(void)
{
	base();
	must(link_new(away_route, "dummy", "cali0"));
}

static void begun(void)
{
	base();
	must(begin(doer, ARP_POLICY_TRANSACTION_REPLACE));
}

static void begun_change(void)
{
	base();
	must(begin(doer, ARP_POLICY_TRANSACTION_CHANGE));
}

static void added(void)
{
	begun();
	must(replace_add(doer));
}

static void added_change(void)
{
	begun_change();
	must(change_add(doer));
}

static void added_small(void)
{
	begun_change();
	must(small_add(doer));
}

static void added_to_nothing(void)
{
	empty();
	must(begin(doer, ARP_POLICY_TRANSACTION_REPLACE));
	must(replace_add(doer));
}

static void added_change_to_nothing(void)
{
	empty();
	must(begin(doer, ARP_POLICY_TRANSACTION_CHANGE));
	start(ARP_POLICY_CMD_TRANSACTION_ADD);
	op_rule(ARP_POLICY_OP_ENTRY_ADD, "e*", 0x0b000000, 16, ARP_POLICY_ACTION_DROP);
	must(send_by(doer));
}

static void added_the_end(void)
{
	one();
	must(begin(doer, ARP_POLICY_TRANSACTION_CHANGE));
	start(ARP_POLICY_CMD_TRANSACTION_ADD);
	op_unset("eth0");
	must(send_by(doer));
}

static int set_field(void) { return dev_set(doer, "eth0", ARP_POLICY_FIELD_FILTER, 1); }
static int set_glob(void) { return dev_set(doer, "e*", ARP_POLICY_FIELD_FILTER, 1); }
static int set_all(void) { return dev_set(doer, "all", ARP_POLICY_FIELD_GARP, 1); }
static int set_hidden(void) { return dev_set(doer, "lo", ARP_POLICY_FIELD_HIDDEN, 1); }
static int set_absent(void) { return dev_set(doer, "none9", ARP_POLICY_FIELD_IGNORE, 1); }
static int set_source_rate(void) { return dev_set(doer, "eth0", ARP_POLICY_FIELD_SOURCE_RATE, 9); }
static int set_trust(void) { return dev_set(doer, "default", ARP_POLICY_FIELD_TRUST, 0); }
static int snoop(void) { return plain(doer, ARP_POLICY_CMD_SNOOP); }
static int unset_field(void) { return dev_unset(doer, "eth0", ARP_POLICY_FIELD_IGNORE); }
static int unset_glob(void) { return dev_unset(doer, "cali*", 0); }
static int flush(void) { return plain(doer, ARP_POLICY_CMD_FLUSH); }

static int rule_add(void)
{
	return rule(doer, ARP_POLICY_CMD_ENTRY_ADD, "eth0", 0x0a020000, 16,
		    ARP_POLICY_ACTION_PROXY, false);
}

static int rule_first(void)
{
	return rule(doer, ARP_POLICY_CMD_ENTRY_ADD, "e*", 0x0a020000, 16,
		    ARP_POLICY_ACTION_PROXY, false);
}

static int rule_replace(void)
{
	return rule(doer, ARP_POLICY_CMD_ENTRY_ADD, "eth0", 0x0a000000, 8,
		    ARP_POLICY_ACTION_DROP, true);
}

static int rule_del(void)
{
	return rule(doer, ARP_POLICY_CMD_ENTRY_DEL, "eth0", 0x0a000000, 8,
		    ARP_POLICY_ACTION_HIDE, false);
}

static int rule_del_last(void)
{
	return rule(doer, ARP_POLICY_CMD_ENTRY_DEL, "cali*", 0x0a010000, 16,
		    ARP_POLICY_ACTION_DROP, false);
}

static int bind_replace(void)
{
	start(ARP_POLICY_CMD_ENTRY_ADD);
	put_binding(ARP_POLICY_A_ENTRY, "all", 0x0a000008, false);
	mnl_attr_put(m, ARP_POLICY_A_REPLACE, 0, NULL);
	return send_by(doer);
}

static int bind_by(uint8_t cmd, const char *selector, uint32_t address)
{
	return binding(doer, cmd, selector, address, false);
}

static int rule_flush(void) { return flush_of(doer, NULL, RULES, false); }
static int rule_flush_one(void) { return flush_of(doer, "eth0", RULES, false); }
static int bind_add(void) { return bind_by(ARP_POLICY_CMD_ENTRY_ADD, "eth0", 0x0a000007); }
static int bind_first(void) { return bind_by(ARP_POLICY_CMD_ENTRY_ADD, "e*", 0x0a000007); }
static int bind_del(void) { return bind_by(ARP_POLICY_CMD_ENTRY_DEL, "eth0", 0x0a000005); }
static int bind_del_last(void) { return bind_by(ARP_POLICY_CMD_ENTRY_DEL, "lo", 0x0a000006); }
static int bind_del_globs(void) { return bind_by(ARP_POLICY_CMD_ENTRY_DEL, "l*", 0x0a000006); }
static int bind_dynamic(void)
{
	return binding(doer, ARP_POLICY_CMD_ENTRY_ADD, "eth0", 0x0a000007, true);
}

static int bind_flush_one(void) { return flush_of(doer, "lo", BINDINGS, false); }
static int bind_flush(void) { return flush_of(doer, NULL, BINDINGS, false); }
static int bind_flush_dynamic(void) { return flush_of(doer, NULL, BINDINGS, true); }
static int entry_flush(void) { return flush_of(doer, NULL, RULES | BINDINGS, false); }
static int begin_replace(void) { return begin(doer, ARP_POLICY_TRANSACTION_REPLACE); }
static int begin_change(void) { return begin(doer, ARP_POLICY_TRANSACTION_CHANGE); }
static int add_policy(void) { return replace_add(doer); }
static int add_changes(void) { return change_add(doer); }
static int commit(void) { return plain(doer, ARP_POLICY_CMD_TRANSACTION_COMMIT); }
static int transaction_abort(void) { return plain(doer, ARP_POLICY_CMD_TRANSACTION_ABORT); }
static int device_add(void) { return link_new(route, "dummy", "cali0"); }
static int rename_in(void) { return link_rename("other0", "cali0"); }
static int rename_out(void) { return link_rename("cali0", "other0"); }

static int announce(void)
{
	start(ARP_POLICY_CMD_ANNOUNCE);
	mnl_attr_put_strz(m, ARP_POLICY_A_IFNAME, "eth0");
	mnl_attr_put_u32(m, ARP_POLICY_A_ADDRESS, htonl(0x0a070001));
	mnl_attr_put(m, ARP_POLICY_A_FORCE, 0, NULL);
	return send_by(doer);
}

/* Sends the message, and keeps the reply. */
static int ask(void)
{
	return family_ask(doer, m, keep_message, &answers);
}

static int ask_for(uint8_t cmd, uint16_t flags)
{
	m = family_begin(message, family, cmd, flags);
	if (flags != NLM_F_DUMP && cmd == ARP_POLICY_CMD_DEV_GET)
		mnl_attr_put_strz(m, ARP_POLICY_A_SELECTOR, "eth0");
	else if (flags != NLM_F_DUMP && cmd != ARP_POLICY_CMD_INFO_GET &&
		 cmd != ARP_POLICY_CMD_TRANSACTION_GET)
		mnl_attr_put_strz(m, ARP_POLICY_A_IFNAME, "eth0");
	return ask();
}

static int set_replied(void)
{
	start(ARP_POLICY_CMD_DEV_SET);
	mnl_attr_put_strz(m, ARP_POLICY_A_SELECTOR, "eth0");
	put_fields(ARP_POLICY_A_FIELDS, ARP_POLICY_FIELD_FILTER, 1);
	return ask();
}

static int rule_replied(void)
{
	start(ARP_POLICY_CMD_ENTRY_ADD);
	put_rule(ARP_POLICY_A_ENTRY, "eth0", 0x0a020000, 16, ARP_POLICY_ACTION_PROXY);
	return ask();
}

static int flush_replied(void)
{
	start(ARP_POLICY_CMD_FLUSH);
	put_filter(NULL, RULES, false);
	return ask();
}

static int commit_replied(void)
{
	start(ARP_POLICY_CMD_TRANSACTION_COMMIT);
	return ask();
}

static int get_entry(void)
{
	start(ARP_POLICY_CMD_ENTRY_GET);
	mnl_attr_nest_end(m, family_put_entry(m, ARP_POLICY_A_ENTRY, ARP_POLICY_TABLE_TARGET,
					      "eth0", 0x0a000000, 8));
	return ask();
}

static int dump_some(void)
{
	m = family_begin(message, family, ARP_POLICY_CMD_ENTRY_GET, NLM_F_DUMP);
	put_filter("eth0", BINDINGS, false);
	return ask();
}

static int explain(void)
{
	struct nlattr *nest;

	start(ARP_POLICY_CMD_EXPLAIN);
	mnl_attr_put_strz(m, ARP_POLICY_A_IFNAME, "eth0");
	nest = mnl_attr_nest_start(m, ARP_POLICY_A_QUERY);
	mnl_attr_put_u32(m, ARP_POLICY_QUERY_KIND, ARP_POLICY_KIND_REQUEST);
	mnl_attr_put_u32(m, ARP_POLICY_QUERY_TARGET, htonl(0x0a070001));
	mnl_attr_put_u32(m, ARP_POLICY_QUERY_SENDER, htonl(0x0a070002));
	mnl_attr_nest_end(m, nest);
	return ask();
}

static int get_dev(void) { return ask_for(ARP_POLICY_CMD_DEV_GET, NLM_F_ACK); }
static int get_effective(void) { return ask_for(ARP_POLICY_CMD_EFFECTIVE_GET, NLM_F_ACK); }
static int get_stats(void) { return ask_for(ARP_POLICY_CMD_STATS_GET, NLM_F_ACK); }
static int dump_dev(void) { return ask_for(ARP_POLICY_CMD_DEV_GET, NLM_F_DUMP); }
static int dump_effective(void) { return ask_for(ARP_POLICY_CMD_EFFECTIVE_GET, NLM_F_DUMP); }
static int dump_stats(void) { return ask_for(ARP_POLICY_CMD_STATS_GET, NLM_F_DUMP); }
static int dump_entries(void) { return ask_for(ARP_POLICY_CMD_ENTRY_GET, NLM_F_DUMP); }
static int get_info(void) { return ask_for(ARP_POLICY_CMD_INFO_GET, NLM_F_ACK); }
static int get_transaction(void) { return ask_for(ARP_POLICY_CMD_TRANSACTION_GET, NLM_F_ACK); }
static int reset_stats(void) { return plain(doer, ARP_POLICY_CMD_STATS_RESET); }

/* No job creates a bridge: if one is refused, the kernel leaks its address's FDB entry. */
static const struct job {
	const char *name;
	void (*before)(void);
	int (*run)(void);
} jobs[] = {
	{ "dev set: the first policy", empty, set_field },
	{ "dev set: source-rate for the first time", one, set_source_rate },
	{ "dev set: a name", base, set_field },
	{ "dev set: a glob", base, set_glob },
	{ "dev set: all", base, set_all },
	{ "dev set: hidden", base, set_hidden },
	{ "dev set: a device that does not exist", base, set_absent },
	{ "dev set: trust, the hook of bridge ports", base, set_trust },
	{ "dev set: trust, with a bridge", with_bridge, set_trust },
	{ "dev unset: a field", base, unset_field },
	{ "dev unset: a glob", base, unset_glob },
	{ "dev unset: the last policy", one, unset_field },
	{ "rule add: the first policy", empty, rule_first },
	{ "rule add: a selector's first", base, rule_first },
	{ "rule add", base, rule_add },
	{ "rule replace", base, rule_replace },
	{ "rule del", base, rule_del },
	{ "rule del: a selector's last", base, rule_del_last },
	{ "rule flush", base, rule_flush },
	{ "rule flush: one selector's", base, rule_flush_one },
	{ "bind add: a selector's first", base, bind_first },
	{ "bind add", base, bind_add },
	{ "bind del", base, bind_del },
	{ "bind del: a selector's last", base, bind_del_last },
	{ "bind del: a glob's last", one_of_a_glob, bind_del_globs },
	{ "bind add: a dynamic one", base, bind_dynamic },
	{ "bind replace: a dynamic one by a static one", base, bind_replace },
	{ "bind flush", base, bind_flush },
	{ "bind flush: one selector's, its last", base, bind_flush_one },
	{ "bind flush: dynamic ones", base, bind_flush_dynamic },
	{ "flush: rules and bindings", base, entry_flush },
	{ "flush", base, flush },
	{ "transaction begin: replace", base, begin_replace },
	{ "transaction begin: change", base, begin_change },
	{ "transaction begin: again", begun, begin_change },
	{ "transaction add: to replace", begun, add_policy },
	{ "transaction add: to change", begun_change, add_changes },
	{ "transaction commit: replace", added, commit },
	{ "transaction commit: replace, the first policy", added_to_nothing, commit },
	{ "transaction commit: replace by nothing", begun, commit },
	{ "transaction commit: change", added_change, commit },
	{ "transaction commit: change one table", added_small, commit },
	{ "transaction commit: change, the first policy", added_change_to_nothing, commit },
	{ "transaction commit: change, the last policy", added_the_end, commit },
	{ "transaction commit: no change", begun_change, commit },
	{ "transaction abort: replace", added, transaction_abort },
	{ "transaction abort: change", added_change, transaction_abort },
	{ "reply: dev set", base, set_replied },
	{ "reply: rule add", base, rule_replied },
	{ "reply: rule flush", base, flush_replied },
	{ "reply: transaction commit", added_change, commit_replied },
	{ "announce", base, announce },
	{ "explain", base, explain },
	{ "get: fields", base, get_dev },
	{ "get: effective values", base, get_effective },
	{ "get: counters", base, get_stats },
	{ "dump: selectors", base, dump_dev },
	{ "dump: effective values", base, dump_effective },
	{ "dump: counters", base, dump_stats },
	{ "dump: entries", base, dump_entries },
	{ "dump: some entries", base, dump_some },
	{ "get: an entry", base, get_entry },
	{ "get: info", base, get_info },
	{ "get: a transaction", added_change, get_transaction },
	{ "stats reset", base, reset_stats },
	{ "a device appears", base, device_add },
	{ "snoop on a bridge", with_bridge, snoop },
	{ "a device is renamed into a pattern", with_other, rename_in },
	{ "a device is renamed out of a pattern", with_device, rename_out },
};

/*
 * Only the last allocations of a rename are tried; those of the module are among
 * them. If one of the kernel's own fails before, the new name may stay in sysfs and
 * cannot be used again.
 */
#define RENAME_LAST	10

/* The first allocation of a job to try, of COUNT. */
static unsigned int first_of(const struct job *j, unsigned int count)
{
	bool rename = j->run == rename_in || j->run == rename_out;

	return rename && count > RENAME_LAST ? count - RENAME_LAST : 1;
}

static void get_ready(const struct job *j)
{
	reopen(&doer, NETLINK_GENERIC);
	j->before();
	drain();
	answers.n = 0;
}

/* Return: what is wrong with the result of a job, or NULL. */
static const char *judge(int err, const struct state *before, const struct state *now,
			 const struct state *after, const struct state *want)
{
	if (err < 0)
		return same(now, before) || same(now, after) ? NULL : "it was done partly";
	if (err)
		return !same(now, before) ? "but the policy changed" :
		       now->generation != before->generation ? "but the generation changed" : NULL;
	if (!same(now, after))
		return "but it was not done";
	if (want->n && !same(&answers, want))
		return "but the answer is wrong";
	return NULL;
}

static void try_all(const struct job *j)
{
	static struct state before, before_this, after, now, want;
	unsigned int failed = 0, done = 0, lost = 0, count, n, left;
	const char *why;
	int err;

	/* The result without failures. */
	get_ready(j);
	look(&before);
	arm(TRIES_MAX);
	err = j->run();
	count = TRIES_MAX - disarm();
	must(err);
	look(&after);
	want = answers;

	for (n = first_of(j, count); n < TRIES_MAX; n++) {
		get_ready(j);
		look(&before_this);
		if (!same(&before_this, &before))
			break;
		arm(n);
		err = j->run();
		left = disarm();
		look(&now);
		why = judge(err, &before_this, &now, &after, &want);
		if (why) {
			report(false, j->name, "allocation %u failed, the command returned %s: %s", n,
			       err < 0 ? "no answer" : strerror(err), why);
			return;
		}
		if (left) {
			/* The allocation to fail was never reached: this was the last run. */
			report(!err && n > 1, j->name, "%u failed, %u succeeded nevertheless, for %u "
			       "the answer was lost", failed, done, lost);
			return;
		}
		failed += err > 0;
		lost += err < 0;
		done += !err;
	}
	report(false, j->name, "run %u starts from a different state", n);
}

static const struct job come = { "a device comes from another netns", with_away, NULL };

/*
 * The kernel cannot refuse to move the device at this point, and warns if its own
 * allocations fail, so only the last ones are tried; those of the module are among
 * them. A device that lost its policy on the way must not come up without it.
 */
static void try_come(void)
{
	static struct state after, now;
	unsigned int n, count = 0, i;
	int err;

	for (i = 0; i < 8; i++) {
		n = i ? count + 1 - i : TRIES_MAX;
		get_ready(&come);
		arm(n);
		err = link_move(away_route, "cali0", here);
		n = disarm();
		if (!i)
			count = TRIES_MAX - n;
		err = err > 0 ? err : link_up("cali0");
		look(&now);
		if (!i)
			after = now;
		if (err || !same(&now, &after)) {
			report(false, come.name, "allocation %u of %u failed: %s", count + 1 - i, count,
			       err ? strerror(err) : "it is up without its policy");
			return;
		}
	}
	report(true, come.name, "the last of %u allocations were tried", count);
}

static void commands(const char *text)
{
	size_t i;

	here = open("/proc/self/ns/net", O_RDONLY);
	if (here < 0 || unshare(CLONE_NEWNET))
		die("another netns");
	reopen(&away_route, NETLINK_ROUTE);
	if (setns(here, CLONE_NEWNET))
		die("this netns");
	reopen(&looker, NETLINK_GENERIC);
	reopen(&listener, NETLINK_GENERIC);
	reopen(&route, NETLINK_ROUTE);
	family_find();
	mnl_socket_setsockopt(listener, NETLINK_ADD_MEMBERSHIP, &family_groups[0],
			      sizeof(family_groups[0]));
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		if (strstr(jobs[i].name, text))
			try_all(&jobs[i]);
	if (strstr(come.name, text))
		try_come();
	empty();
}

/* Does a netns have the policy of the module parameters? */
static bool has_policy(void)
{
	static struct state s;
	char buf[256];

	reopen(&looker, NETLINK_GENERIC);
	family_find();
	s.n = 0;
	return !family_ask(looker, family_begin(buf, family, ARP_POLICY_CMD_DEV_GET, NLM_F_DUMP),
			   keep_message, &s) && s.n;
}

/* In a child process. Return: the remaining countdown; -1: wrong result. */
static long make_netns(unsigned int n, bool *failed)
{
	int said[2], status;
	long left = -1;
	pid_t child;

	if (pipe(said))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		int err;

		open_fail_nth();
		arm(n);
		err = unshare(CLONE_NEWNET);
		left = disarm();
		if (!err && !has_policy())
			left = -1;
		if (write(said[1], &left, sizeof(left)) < 0)
			_exit(2);
		_exit(err ? 1 : 0);
	}
	close(said[1]);
	if (read(said[0], &left, sizeof(left)) != sizeof(left))
		left = -1;
	close(said[0]);
	waitpid(child, &status, 0);
	*failed = !WIFEXITED(status) || WEXITSTATUS(status);
	return left;
}

static void netns(unsigned int last)
{
	unsigned int n, count, tries = 0, refused = 0;
	bool failed;
	long left;

	left = make_netns(TRIES_MAX, &failed);
	if (left < 0 || failed)
		die("a netns");
	count = TRIES_MAX - (unsigned int)left;
	for (n = last && last < count ? count - last : 1; n <= count + 20; n++) {
		left = make_netns(n, &failed);
		if (left < 0) {
			report(false, "netns", "allocation %u of %u failed, policy missing", n,
			       count);
			return;
		}
		if (left)
			break;
		tries++;
		refused += failed;
	}
	report(refused > 0, "a netns is created", "%u failed, %u were tried", refused, tries);
}

static bool loaded(void)
{
	struct stat st;

	return !stat("/sys/module/arp_policy", &st);
}

static bool load(int fd, const char *parameters)
{
	return !syscall(SYS_finit_module, fd, parameters, 0);
}

static bool unload(void)
{
	if (looker)
		mnl_socket_close(looker);
	looker = NULL;
	return !syscall(SYS_delete_module, "arp_policy", 0);
}

/*
 * Start shortly before the module's own code: the kernel's code before it, which
 * creates trace events, warns if an allocation fails. To find the place, load the
 * module with a parameter that it refuses at once.
 */
static void module(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	unsigned int n, first, left = 0, refused = 0, tries = 0;
	bool done;

	if (fd < 0)
		die(file);
	arm(TRIES_MAX);
	if (load(fd, "ignore=nonsense"))
		die("a load with an invalid parameter succeeded");
	first = TRIES_MAX - disarm() - 8;
	for (n = first; n < TRIES_MAX; n++) {
		arm(n);
		done = load(fd, parameters);
		left = disarm();
		if (!done && left)
			die("the module");
		if (!done && loaded()) {
			report(false, "module", "allocation %u failed, but the module is loaded", n);
			return;
		}
		if (done && (!has_policy() || !unload())) {
			report(false, "module", "allocation %u failed, module incomplete", n);
			return;
		}
		if (left)
			break;
		tries++;
		refused += !done;
	}
	report(refused > 0, "the module is loaded", "%u failed, %u were tried, from %u on", refused,
	       tries, first);
}

int main(int argc, char **argv)
{
	open_fail_nth();
	if ((argc == 2 || argc == 3) && !strcmp(argv[1], "commands"))
		commands(argc == 3 ? argv[2] : "");
	else if ((argc == 2 || argc == 3) && !strcmp(argv[1], "netns"))
		netns(argc == 3 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0);
	else if (argc == 4 && !strcmp(argv[1], "module"))
		module(argv[2], argv[3]);
	else
		return 2;
	return 0;
}
