// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lease files in JSON: of libvirt, of systemd-networkd's server, and CNI's results.
 */

#include "base/json.h"
#include "host/lease_reader.h"

/* The line of a place in the file that is not before the last one. */
static unsigned long line_at(struct reader *r, const char *s)
{
	for (; r->at < s; r->at++)
		r->line += *r->at == '\n';
	return r->line;
}

/* Reads the file. Return: whether it is JSON; it is not if it was cut off. */
static bool read_json(struct reader *r, struct json *value)
{
	const char *error = json_check(r->at, (size_t)(r->end - r->at), value);

	if (!error)
		return true;
	(void)line_at(r, error);
	if (error == r->end)
		return reader_fail(r, no_span, "the JSON text is cut off");
	return reader_fail(r, (struct span){ error, (size_t)(r->end - error) < 16 ?
					     (size_t)(r->end - error) : 16 },
			   "expected JSON");
}

static bool is_empty(const struct reader *r)
{
	const char *s = r->at;

	while (s < r->end && is_blank(*s))
		s++;
	return s == r->end;
}

static struct span span_of(const struct json *value)
{
	return (struct span){ value->s, value->len };
}

static bool expected(struct reader *r, const struct json *value, const char *what)
{
	if (value->kind == JSON_NONE)
		return reader_fail(r, no_span, "expected %s, there is none", what);
	return reader_fail(r, span_of(value), "expected %s", what);
}

/*
 * libvirt: a list of { "ip-address", "mac-address", "expiry-time" }. An IPv6 lease need
 * not have a MAC.
 */
static bool libvirt_lease(struct reader *r, const struct json *object)
{
	const struct json address = json_get(object, "ip-address");
	const struct json lladdr = json_get(object, "mac-address");
	const struct json expiry = json_get(object, "expiry-time");
	struct lease lease = {
		.live = true, .line = line_at(r, object->s), .expiry = LEASE_FOREVER,
	};
	bool skip;

	if (address.kind == JSON_NONE)
		return reader_foreign(r, "libvirt");
	if (address.kind != JSON_STRING ||
	    !lease_take_address(&lease, span_of(&address), &skip))
		return expected(r, &address, "an address");
	if (skip) {
		r->out->skipped++;
		return true;
	}
	if (lladdr.kind != JSON_STRING ||
	    !lease_take_lladdr(&lease, span_of(&lladdr)))
		return expected(r, &lladdr, "a hardware address");
	if (expiry.kind != JSON_NONE && !json_u64(&expiry, &lease.expiry))
		return expected(r, &expiry, "the time of expiry");
	if (!lease.expiry)
		lease.expiry = LEASE_FOREVER;
	lease.live &= lease.expiry > r->now;
	return reader_add(r, &lease);
}

bool lease_read_libvirt(struct reader *r)
{
	struct json list, object;
	const char *at = NULL;

	if (is_empty(r))
		return true;
	if (!read_json(r, &list))
		return false;
	if (list.kind != JSON_ARRAY)
		return reader_foreign(r, "libvirt");
	while (json_next(&list, &at, NULL, &object))
		if (!libvirt_lease(r, &object))
			return false;
	return true;
}

/* Bytes, as networkd writes addresses. Return: how many, -1 if it is anything else. */
static int take_bytes(const struct json *list, uint8_t *bytes, int max)
{
	const char *at = NULL;
	struct json value;
	uint64_t byte;
	int n = 0;

	if (list->kind != JSON_ARRAY)
		return -1;
	for (; json_next(list, &at, NULL, &value); n++) {
		if (n == max || !json_u64(&value, &byte) || byte > UINT8_MAX)
			return -1;
		bytes[n] = (uint8_t)byte;
	}
	return n;
}

/* An address of other hardware than Ethernet cannot be bound. */
static bool networkd_lladdr(const struct json *object, struct lease *lease)
{
	const struct json type = json_get(object, "HardwareAddressType");
	const struct json lladdr = json_get(object, "HardwareAddress");
	char text[LLADDR_TEXT];
	uint8_t bytes[LLADDR_MAX];
	uint64_t number = 1;
	int n = take_bytes(&lladdr, bytes, LLADDR_MAX);

	if (n < 0 || (type.kind != JSON_NONE && !json_u64(&type, &number)))
		return false;
	lladdr_text(bytes, (size_t)n, text);
	lease->live &= number == 1;
	return lease_take_lladdr(lease, (struct span){ text, strlen(text) });
}

/*
 * systemd-networkd: { "Leases": [ { "Address": [10, 0, 0, 1], "HardwareAddress": [2, ...],
 * "ExpirationRealtimeUSec" } ] }.
 */
static bool networkd_lease(struct reader *r, const struct json *object)
{
	const struct json address = json_get(object, "Address");
	const struct json lladdr = json_get(object, "HardwareAddress");
	const struct json expiry = json_get(object, "ExpirationRealtimeUSec");
	struct lease lease = {
		.live = true, .line = line_at(r, object->s), .expiry = LEASE_FOREVER,
	};

	if (take_bytes(&address, (uint8_t *)&lease.address, 4) != 4)
		return expected(r, &address, "an address of four bytes");
	if (!networkd_lladdr(object, &lease))
		return expected(r, &lladdr, "a hardware address");
	if (expiry.kind != JSON_NONE && !json_u64(&expiry, &lease.expiry))
		return expected(r, &expiry, "the time of expiry");
	if (lease.expiry != LEASE_FOREVER)
		lease.expiry /= 1000000;
	lease.live &= lease.expiry > r->now;
	return reader_add(r, &lease);
}

bool lease_read_networkd(struct reader *r)
{
	struct json file, list, object;
	const char *at = NULL;

	if (is_empty(r))
		return true;
	if (!read_json(r, &file))
		return false;
	list = json_get(&file, "Leases");
	/* Without a lease there is no list. */
	if (list.kind == JSON_NONE && json_get(&file, "BootID").kind != JSON_NONE)
		return true;
	if (list.kind != JSON_ARRAY)
		return reader_foreign(r, "systemd-networkd");
	while (json_next(&list, &at, NULL, &object))
		if (!networkd_lease(r, &object))
			return false;
	return true;
}

/* The interface with this number, from 0. */
static struct json cni_interface(const struct json *interfaces, uint64_t wanted)
{
	const struct json none = { .kind = JSON_NONE };
	const char *at = NULL;
	struct json value;
	uint64_t i;

	for (i = 0; json_next(interfaces, &at, NULL, &value); i++)
		if (i == wanted)
			return value;
	return none;
}

/* "10.1.0.5/24" without the length. */
static struct span cni_address(const struct json *address)
{
	const char *slash = memchr(address->s, '/', address->len);

	return (struct span){
		address->s, slash ? (size_t)(slash - address->s) : address->len
	};
}

/*
 * An address of a container, which refers to the interface that has it. It does not
 * expire: the file is removed with the container.
 */
static bool cni_ip(struct reader *r, const struct json *ip,
		   const struct json *interfaces)
{
	const struct json address = json_get(ip, "address");
	struct json index = json_get(ip, "interface"), interface, lladdr;
	struct lease lease = {
		.live = true, .line = line_at(r, ip->s), .expiry = LEASE_FOREVER,
	};
	uint64_t number;
	bool skip;

	if (address.kind != JSON_STRING ||
	    !lease_take_address(&lease, cni_address(&address), &skip))
		return expected(r, &address, "an address");
	if (skip || !json_u64(&index, &number)) {
		r->out->skipped++;
		return true;
	}
	interface = cni_interface(interfaces, number);
	lladdr = json_get(&interface, "mac");
	if (lladdr.kind != JSON_STRING ||
	    !lease_take_lladdr(&lease, span_of(&lladdr)))
		return expected(r, &lladdr, "a hardware address");
	/* Those without a sandbox are the host's own. */
	lease.live &= json_get(&interface, "sandbox").len != 0;
	return reader_add(r, &lease);
}

/* CNI: what libcni caches of a plugin's result, /var/lib/cni/results. */
bool lease_read_cni(struct reader *r)
{
	struct json file, result, interfaces, ips, ip;
	const char *at = NULL;

	if (is_empty(r))
		return true;
	if (!read_json(r, &file))
		return false;
	result = json_get(&file, "result");
	if (result.kind == JSON_NONE)
		result = file;
	ips = json_get(&result, "ips");
	interfaces = json_get(&result, "interfaces");
	if (json_get(&result, "cniVersion").kind == JSON_NONE)
		return reader_foreign(r, "CNI");
	while (json_next(&ips, &at, NULL, &ip))
		if (!cni_ip(r, &ip, &interfaces))
			return false;
	return true;
}

bool lease_begins_cni(const struct reader *r)
{
	struct json file, result;

	if (json_check(r->at, (size_t)(r->end - r->at), &file))
		return false;
	result = json_get(&file, "result");
	return json_get(result.kind == JSON_NONE ? &file : &result,
			"cniVersion").kind != JSON_NONE;
}
