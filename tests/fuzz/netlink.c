// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends valid, slightly broken and very broken netlink messages.
 *
 *   fuzz-netlink SEED COUNT
 *
 * Messages are built from tables that tables.py generates from
 * netlink/arp_policy.yaml; half of them are then corrupted.
 * Sockets are opened and closed with their transactions and dumps in progress.
 * Periodically, and at the end, the policy of the netns is checked: two dumps are
 * equal, sorted and free of duplicates; the dumped policy is accepted again, by a
 * transaction of each kind and by single commands, and dumps are equal again.
 */
#include <arpa/inet.h>
#include <stdbool.h>

#include "../lib/family.h"
#include "random.h"

enum kind { END, U32, BE32, FLAG, SELECTOR, IFNAME, IFINDEX, PREFIX, LENGTH, MAC, NEST };

struct attr_kind {
	enum kind kind;
	uint16_t type;
	uint32_t min, max;		/* accepted range of a number */
	const struct attr_kind *nest;
	uint8_t often;			/* present in N of 8 messages */
	uint8_t times;			/* maximum number of occurrences */
};

struct command_kind {
	const struct attr_kind *args;
	const struct attr_kind *dump;	/* of its dump, or NULL */
	uint8_t weight;			/* 0: not to be sent */
};

#include "fuzz-tables.h"

#define SOCKETS		20	/* more than the maximum number of transactions */
#define CHECK_EVERY	5000

static struct mnl_socket *sockets[SOCKETS];
static unsigned long long sent, accepted;

static void fail(const char *what)
{
	fprintf(stderr, "fuzz-netlink: after %llu messages: %s\n", sent, what);
	exit(1);
}

static struct mnl_socket *open_socket(void)
{
	return family_socket(NETLINK_GENERIC);
}

/* Building messages */

static const char *const selectors[] = {
	"all", "default", "eth0", "eth1", "dummy0", "lo", "eth*", "e*", "*", "d?mmy0",
	"[a-e]th0", "veth\\*", "nobody", "cali*", "x", "a-name-of-15-ch",
};

static const char *const odd_selectors[] = {
	"", "e[", "e\\", "a/b", ".", "..", "a b", "a-name-of-16-cha", "[!]",
	"*xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
};

static uint32_t random_address(void)
{
	static const uint32_t odd[] = { 0, 0xffffffff, 0x7f000001, 0xe0000001, 1 };

	if (one_in(12))
		return PICK(odd);
	/* Few, so that they coincide. */
	return 0x0a000000 | below(4) << 16 | below(4) << 8 | below(8);
}

/* Does it fit into the rest of the buffer? Checked before each attribute. */
static bool fits_buffer(const struct nlmsghdr *nlh, size_t len)
{
	return nlh->nlmsg_len + len + 64 < FAMILY_MESSAGE_MAX / 4;
}

static void put_all(struct nlmsghdr *nlh, const struct attr_kind *k);

/* A prefix, mostly without bits beyond the length that follows. */
static void put_prefix(struct nlmsghdr *nlh, const struct attr_kind *k)
{
	static const uint8_t lengths[] = { 0, 8, 16, 24, 24, 28, 30, 32, 32, 32 };
	static uint8_t length;

	if (k->kind == PREFIX) {
		length = PICK(lengths);
		mnl_attr_put_u32(nlh, k->type, htonl(one_in(20) ? random_address() : !length ? 0 :
				 random_address() & UINT32_MAX << (32 - length)));
	} else {
		mnl_attr_put_u32(nlh, k->type, length);
	}
}

/*
 * Is an attribute of an entry one of its table? Most of those that are not would be refused.
 */
static bool fits(const struct attr_kind *k, uint32_t table, bool has_lladdr)
{
	bool binding = table == ARP_POLICY_TABLE_BINDING;

	switch (k->type) {
	case ARP_POLICY_ENTRY_ACTION:
	case ARP_POLICY_ENTRY_ROUTED:
		return !binding;
	case ARP_POLICY_ENTRY_LLADDR:
		return binding ? !one_in(4) : one_in(8);
	case ARP_POLICY_ENTRY_ANY:
		return binding && !has_lladdr;
	case ARP_POLICY_ENTRY_DYNAMIC:
		return binding;
	default:
		return true;
	}
}

static void put_one(struct nlmsghdr *nlh, const struct attr_kind *k);

static void put_entry_attrs(struct nlmsghdr *nlh, const struct attr_kind *k)
{
	uint32_t table = below(ARP_POLICY_TABLE_BINDING + 1);
	bool has_lladdr = false;

	for (; k->kind != END; k++) {
		if (!(one_in(20) || fits(k, table, has_lladdr)) || below(8) >= k->often)
			continue;
		has_lladdr |= k->kind == MAC;
		if (k->type == ARP_POLICY_ENTRY_TABLE && !one_in(40))
			mnl_attr_put_u32(nlh, k->type, table);
		else
			put_one(nlh, k);
	}
}

/* Exactly one change. */
static void put_op(struct nlmsghdr *nlh, const struct attr_kind *k)
{
	unsigned int n = 0;
	struct nlattr *nest;

	while (k[n].kind != END)
		n++;
	k += below(n);
	/* A deletion takes the selector only. */
	if (k->type == ARP_POLICY_OP_DEV_DEL && !one_in(8)) {
		nest = mnl_attr_nest_start(nlh, k->type);
		put_one(nlh, k->nest);
		mnl_attr_nest_end(nlh, nest);
		return;
	}
	put_one(nlh, k);
	if (one_in(40))
		put_one(nlh, k);
}

static void put_one(struct nlmsghdr *nlh, const struct attr_kind *k)
{
	static const char *const devices[] = { "eth0", "eth1", "dummy0", "lo", "nobody" };
	const char *text;
	struct nlattr *nest;
	uint8_t mac[6] = { 2 };

	switch (k->kind) {
	case U32:
		mnl_attr_put_u32(nlh, k->type, one_in(20) ? (uint32_t)random_next() :
						one_in(2) ? below(4) :
						k->min + below(k->max - k->min + 1));
		break;
	case BE32:
		mnl_attr_put_u32(nlh, k->type, htonl(random_address()));
		break;
	case PREFIX:
	case LENGTH:
		put_prefix(nlh, k);
		break;
	case FLAG:
		mnl_attr_put(nlh, k->type, 0, NULL);
		break;
	case SELECTOR:
		text = one_in(30) ? PICK(odd_selectors) : PICK(selectors);
		mnl_attr_put_strz(nlh, k->type, text);
		break;
	case IFNAME:
		mnl_attr_put_strz(nlh, k->type, PICK(devices));
		break;
	case IFINDEX:
		mnl_attr_put_u32(nlh, k->type, one_in(20) ? (uint32_t)random_next() : 1 + below(6));
		break;
	case MAC:
		mac[5] = (uint8_t)below(8);
		if (one_in(20))
			random_bytes(mac, sizeof(mac));
		mnl_attr_put(nlh, k->type, one_in(40) ? below(33) % 7 : 6, mac);
		break;
	case NEST:
		nest = mnl_attr_nest_start(nlh, k->type);
		if (k->nest == entry_attrs_set)
			put_entry_attrs(nlh, k->nest);
		else if (k->nest == op_attrs_set)
			put_op(nlh, k->nest);
		else
			put_all(nlh, k->nest);
		mnl_attr_nest_end(nlh, nest);
		break;
	case END:
		break;
	}
}

static void put_all(struct nlmsghdr *nlh, const struct attr_kind *k)
{
	unsigned int n;

	for (; k->kind != END; k++) {
		for (n = k->times > 1 ? below(k->times + 1U) : 1; n; n--)
			if (below(8) < k->often && fits_buffer(nlh, 256))
				put_one(nlh, k);
	}
}

static uint8_t random_command(void)
{
	static unsigned int total;
	unsigned int cmd, at;

	if (!total)
		for (cmd = 0; cmd <= ARP_POLICY_CMD_MAX; cmd++)
			total += commands[cmd].weight;
	do {
		at = below(total);
		for (cmd = 0; at >= commands[cmd].weight; cmd++)
			at -= commands[cmd].weight;
		/* Commands that end transactions are rare, so that some become large. */
	} while (!commands[cmd].weight ||
		 (commands[cmd].args->kind == END && !one_in(16)));
	return (uint8_t)cmd;
}

static struct nlmsghdr *make(char *buf)
{
	static const uint16_t flags[] = { 0, NLM_F_ACK, NLM_F_ACK, NLM_F_ECHO | NLM_F_ACK };
	uint8_t cmd = random_command();
	struct nlmsghdr *nlh = family_begin(buf, family, cmd, PICK(flags));

	if (commands[cmd].dump && one_in(3)) {
		nlh->nlmsg_flags |= NLM_F_DUMP;
		put_all(nlh, one_in(8) ? commands[cmd].args : commands[cmd].dump);
		return nlh;
	}
	put_all(nlh, commands[cmd].args);
	return nlh;
}

/* Corrupting messages */

/* A random attribute of the message, at any depth. */
static struct nlattr *random_attr(const struct nlmsghdr *nlh)
{
	char *at = (char *)nlh + MNL_NLMSG_HDRLEN + GENL_HDRLEN;
	char *end = (char *)nlh + nlh->nlmsg_len;
	struct nlattr *attr, *found = NULL;
	unsigned int n = 0;

	while (at + (ptrdiff_t)sizeof(*attr) <= end) {
		attr = (struct nlattr *)at;
		if (attr->nla_len < sizeof(*attr) || at + attr->nla_len > end)
			break;
		if (one_in(++n))
			found = attr;
		at += attr->nla_type & NLA_F_NESTED ? (int)sizeof(*attr) :
						      MNL_ALIGN(attr->nla_len);
	}
	return found;
}

static void corrupt_attr(struct nlmsghdr *nlh)
{
	struct nlattr *attr = random_attr(nlh);

	if (!attr)
		return;
	switch (below(6)) {
	case 0:
		attr->nla_len = (uint16_t)random_next();
		break;
	case 1:
		attr->nla_len = (uint16_t)(attr->nla_len + below(9) - 4);
		break;
	case 2:
		attr->nla_type = (uint16_t)below(40);
		break;
	case 3:
		attr->nla_type ^= NLA_F_NESTED;
		break;
	case 4:
		attr->nla_type = (uint16_t)random_next();
		break;
	default:
		if (attr->nla_len > sizeof(*attr) &&
		    (char *)attr + attr->nla_len <= (char *)nlh + nlh->nlmsg_len)
			((uint8_t *)attr)[sizeof(*attr) + below(attr->nla_len - (uint32_t)sizeof(*attr))] =
				(uint8_t)random_next();
	}
}

static void corrupt(struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;
	uint32_t at;

	switch (below(10)) {
	case 0:		/* any byte after the netlink header */
		at = MNL_NLMSG_HDRLEN + below(nlh->nlmsg_len - MNL_NLMSG_HDRLEN);
		((uint8_t *)nlh)[at] = (uint8_t)random_next();
		break;
	case 1:		/* truncated */
		nlh->nlmsg_len -= below(nlh->nlmsg_len - MNL_NLMSG_HDRLEN);
		break;
	case 2:		/* another command, such as one that is only a notification */
		genl->cmd = (uint8_t)(one_in(8) ? below(256) : below(ARP_POLICY_CMD_MAX + 3));
		break;
	case 3:
		nlh->nlmsg_flags |= (uint16_t)(1U << below(16));
		break;
	case 4:		/* a duplicate attribute */
		attr = random_attr(nlh);
		if (attr && attr->nla_len >= sizeof(*attr) && fits_buffer(nlh, attr->nla_len) &&
		    (char *)attr + attr->nla_len <= (char *)nlh + nlh->nlmsg_len) {
			memcpy((char *)nlh + nlh->nlmsg_len, attr, attr->nla_len);
			nlh->nlmsg_len += (uint32_t)MNL_ALIGN(attr->nla_len);
		}
		break;
	case 5:
		genl->version = (uint8_t)below(4);
		genl->reserved = (uint16_t)one_in(2);
		break;
	default:
		corrupt_attr(nlh);
	}
}

/* Read answers, so that the receive buffers do not stay full */

static void drain(struct mnl_socket *nl)
{
	static char buf[FAMILY_MESSAGE_MAX];
	const struct nlmsghdr *nlh;
	ssize_t n;
	int len;

	while ((n = recv(mnl_socket_get_fd(nl), buf, sizeof(buf), MSG_DONTWAIT)) != 0) {
		if (n < 0) {
			/* Some answers were lost: read the rest. */
			if (errno == ENOBUFS)
				continue;
			return;
		}
		len = (int)n;
		for (nlh = (struct nlmsghdr *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			if (nlh->nlmsg_type == NLMSG_ERROR &&
			    !((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error)
				accepted++;
		if (len)
			fail("an answer is not a sequence of messages");
	}
}

static void send_some(void)
{
	static char buf[FAMILY_MESSAGE_MAX];
	struct mnl_socket **nl = &sockets[below(SOCKETS)];
	unsigned int n = one_in(8) ? 1 + below(6) : 1;
	struct nlmsghdr *nlh;
	size_t len = 0;

	while (n-- && len < FAMILY_MESSAGE_MAX / 2) {
		nlh = make(buf + len);
		if (one_in(2))
			corrupt(nlh);
		if (one_in(10))
			corrupt(nlh);
		if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN || nlh->nlmsg_len > FAMILY_MESSAGE_MAX / 2)
			nlh->nlmsg_len = MNL_NLMSG_HDRLEN;
		len += MNL_ALIGN(nlh->nlmsg_len);
		sent++;
	}
	/* If the receive buffer is full, the message is refused: read it first. */
	if (mnl_socket_sendto(*nl, buf, len) < 0 && errno != EAGAIN && errno != ENOBUFS &&
	    errno != EBUSY)
		die("send");
	if (!one_in(4))
		drain(*nl);
	if (one_in(50)) {
		mnl_socket_close(*nl);
		*nl = open_socket();
		if (one_in(4))
			mnl_socket_setsockopt(*nl, NETLINK_ADD_MEMBERSHIP, &family_groups[below(2)],
					      sizeof(family_groups[0]));
	}
}

/* The policy of the netns */

struct object {
	uint8_t cmd;		/* the command that adds it */
	size_t len;
	char data[512];		/* the attributes as received, without the generation */
};

struct policy {
	struct object *list;
	size_t n, size;
	uint32_t generation;
	bool interrupted;
};

struct dump {
	struct policy *h;
	uint8_t cmd;
};

static int read_object(const struct nlmsghdr *nlh, void *data)
{
	struct dump *d = data;
	struct policy *h = d->h;
	const struct nlattr *attr;
	struct object *o;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		h->interrupted = true;
	if (h->n == h->size) {
		h->size = h->size ? 2 * h->size : 64;
		h->list = realloc(h->list, h->size * sizeof(*h->list));
		if (!h->list)
			die("memory");
	}
	o = &h->list[h->n++];
	memset(o, 0, sizeof(*o));
	o->cmd = d->cmd;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == ARP_POLICY_A_GENERATION) {
			if (h->generation && h->generation != mnl_attr_get_u32(attr))
				fail("a dump without concurrent changes has two generations");
			h->generation = mnl_attr_get_u32(attr);
			continue;
		}
		if (o->len + MNL_ALIGN(attr->nla_len) > sizeof(o->data))
			fail("an object exceeds the maximum size");
		memcpy(o->data + o->len, attr, MNL_ALIGN(attr->nla_len));
		o->len += MNL_ALIGN(attr->nla_len);
	}
	return MNL_CB_OK;
}

static void dump_policy(struct mnl_socket *nl, struct policy *h)
{
	static const uint8_t dumps[][2] = {
		{ ARP_POLICY_CMD_DEV_GET, ARP_POLICY_CMD_DEV_SET },
		{ ARP_POLICY_CMD_ENTRY_GET, ARP_POLICY_CMD_ENTRY_ADD },
	};
	char buf[256];
	size_t i;

	*h = (struct policy){};
	for (i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		struct dump d = { h, dumps[i][1] };

		errno = family_ask(nl, family_begin(buf, family, dumps[i][0], NLM_F_DUMP),
				   read_object, &d);
		if (errno)
			die("dump");
	}
	if (h->interrupted)
		fail("a dump without concurrent changes is marked as interrupted");
}

static void same(const struct policy *a, const struct policy *b, const char *what)
{
	size_t i;

	if (a->n != b->n)
		fail(what);
	for (i = 0; i < a->n; i++)
		if (memcmp(&a->list[i], &b->list[i], sizeof(a->list[i])))
			fail(what);
}

static int by_content(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct object));
}

static void check_unique(const struct policy *h)
{
	struct object *sorted = malloc((h->n + 1) * sizeof(*sorted));
	size_t i;

	if (!sorted)
		die("memory");
	memcpy(sorted, h->list, h->n * sizeof(*sorted));
	qsort(sorted, h->n, sizeof(*sorted), by_content);
	for (i = 1; i < h->n; i++)
		if (!memcmp(&sorted[i - 1], &sorted[i], sizeof(*sorted)))
			fail("a dump has a duplicate object");
	free(sorted);
}

static bool is_dynamic(const struct object *o)
{
	const struct nlattr *attr;

	if (o->cmd != ARP_POLICY_CMD_ENTRY_ADD)
		return false;
	mnl_attr_for_each_nested(attr, (const struct nlattr *)o->data)
		if (mnl_attr_get_type(attr) == ARP_POLICY_ENTRY_DYNAMIC)
			return true;
	return false;
}

static void put_dev(struct nlmsghdr *nlh, const struct object *o)
{
	struct nlattr *dev = mnl_attr_nest_start(nlh, ARP_POLICY_OP_DEV_SET);
	const struct nlattr *attr;
	const char *at;

	for (at = o->data; at < o->data + o->len; at += MNL_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		mnl_attr_put(nlh, mnl_attr_get_type(attr) == ARP_POLICY_A_SELECTOR ?
			     ARP_POLICY_DEV_SELECTOR : ARP_POLICY_DEV_FIELDS | NLA_F_NESTED,
			     mnl_attr_get_payload_len(attr), mnl_attr_get_payload(attr));
	}
	mnl_attr_nest_end(nlh, dev);
}

static void put_object(struct nlmsghdr *nlh, const struct object *o)
{
	struct nlattr *op = mnl_attr_nest_start(nlh, ARP_POLICY_A_OP);
	const struct nlattr *attr = (const struct nlattr *)o->data;

	if (o->cmd == ARP_POLICY_CMD_DEV_SET)
		put_dev(nlh, o);
	else
		mnl_attr_put(nlh, ARP_POLICY_OP_ENTRY_ADD | NLA_F_NESTED,
			     mnl_attr_get_payload_len(attr), mnl_attr_get_payload(attr));
	mnl_attr_nest_end(nlh, op);
}

static void must(struct mnl_socket *nl, const struct nlmsghdr *nlh, const char *what)
{
	int err = family_ask(nl, nlh, NULL, NULL);

	if (err) {
		errno = err;
		die(what);
	}
}

static void flush(struct mnl_socket *nl)
{
	char buf[64];

	must(nl, family_begin(buf, family, ARP_POLICY_CMD_FLUSH, NLM_F_ACK), "flush");
}

/*
 * One transaction, of messages as large as possible. One that replaces the policy leaves
 * dynamic bindings; one that changes it starts after a flush.
 */
static void transact(struct mnl_socket *nl, const struct policy *h, uint32_t kind)
{
	static char buf[FAMILY_MESSAGE_MAX];
	struct nlmsghdr *nlh = NULL;
	size_t i;

	if (kind == ARP_POLICY_TRANSACTION_CHANGE)
		flush(nl);
	must(nl, family_begin_transaction(buf, kind), "transaction begin");
	for (i = 0; i < h->n; i++) {
		if (kind == ARP_POLICY_TRANSACTION_REPLACE && is_dynamic(&h->list[i]))
			continue;
		if (!nlh)
			nlh = family_begin(buf, family, ARP_POLICY_CMD_TRANSACTION_ADD, NLM_F_ACK);
		put_object(nlh, &h->list[i]);
		if (nlh->nlmsg_len < 30000)
			continue;
		must(nl, nlh, "add the dumped policy to a transaction");
		nlh = NULL;
	}
	if (nlh)
		must(nl, nlh, "add the dumped policy to a transaction");
	must(nl, family_begin(buf, family, ARP_POLICY_CMD_TRANSACTION_COMMIT, NLM_F_ACK),
	     "transaction commit");
}

/* One command per object. */
static void add_again(struct mnl_socket *nl, const struct policy *h)
{
	char buf[1024];
	struct nlmsghdr *nlh;
	size_t i;

	flush(nl);
	for (i = 0; i < h->n; i++) {
		nlh = family_begin(buf, family, h->list[i].cmd, NLM_F_ACK);
		memcpy((char *)nlh + nlh->nlmsg_len, h->list[i].data, h->list[i].len);
		nlh->nlmsg_len += (uint32_t)h->list[i].len;
		must(nl, nlh, "add the dumped policy");
	}
}

/* Return: the number of objects. */
static size_t check(bool thorough)
{
	struct mnl_socket *nl = open_socket();
	struct policy first, second;
	size_t n, i;

	/* Close sockets, so that a transaction of our own is possible. */
	for (i = 0; i < SOCKETS; i++) {
		mnl_socket_close(sockets[i]);
		sockets[i] = open_socket();
	}
	dump_policy(nl, &first);
	check_unique(&first);
	dump_policy(nl, &second);
	same(&first, &second, "two dumps without a change between them differ");
	if (first.generation != second.generation)
		fail("the generation changes without a change of policy");
	free(second.list);
	if (thorough) {
		transact(nl, &first, ARP_POLICY_TRANSACTION_REPLACE);
		dump_policy(nl, &second);
		same(&first, &second, "the dump differs after a transaction that replaces");
		free(second.list);
		transact(nl, &first, ARP_POLICY_TRANSACTION_CHANGE);
		dump_policy(nl, &second);
		same(&first, &second, "the dump differs after a transaction that changes");
		free(second.list);
		add_again(nl, &first);
		dump_policy(nl, &second);
		same(&first, &second, "the dump differs after adding the objects again");
		free(second.list);
	}
	n = first.n;
	free(first.list);
	mnl_socket_close(nl);
	return n;
}

int main(int argc, char **argv)
{
	unsigned long long count, next = CHECK_EVERY;
	unsigned long objects = 0, checks = 0;
	int i;

	if (argc != 3) {
		fprintf(stderr, "usage: fuzz-netlink SEED COUNT\n");
		return 2;
	}
	random_state = strtoull(argv[1], NULL, 0);
	count = strtoull(argv[2], NULL, 0);
	family_find();
	for (i = 0; i < SOCKETS; i++)
		sockets[i] = open_socket();

	while (sent < count) {
		send_some();
		if (sent < next)
			continue;
		objects += check(one_in(2));
		checks++;
		next += CHECK_EVERY;
	}
	objects += check(true);
	printf("sent %llu accepted %llu checks %lu objects %lu\n", sent, accepted, checks + 1,
	       objects);
	return 0;
}
