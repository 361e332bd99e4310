#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The recipes in contrib for ifupdown, ifupdown2, systemd-networkd, cloud-init, netplan
# and NetworkManager, run by these programs in a new Debian and in new namespaces. A stub
# replaces arpctl and records which addresses exist when it is called. Needs the network.
# lab: alone
# lab: root
# lab: timeout 1800
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "${1-}" ] || exec tests/lib/as-root -t 1780 unshare --mount --propagation private \
	"$PWD/tests/soak/networks.sh" fetch
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh

# With this host's network. ifupdown2 replaces ifupdown, which is only unpacked.
if [ "$1" = fetch ]; then
	tests/vm/deps kernels >&2 || bail "packages are missing"
	dir=$(mktemp -d) || exit
	root=$dir/root
	tests/vm/root --sources bookworm >"$dir/sources"
	# shellcheck disable=SC2016 # for the shell in there
	mmdebstrap -q --variant=apt --aptopt='APT::Install-Recommends "false"' \
		--include=iproute2,iputils-ping,ifupdown2,network-manager,netplan.io,cloud-init,dbus,systemd \
		--customize-hook='chroot "$1" sh -c "cd /tmp && apt-get -q download ifupdown && dpkg -x ifupdown_*.deb /opt/ifupdown"' \
		bookworm "$root" "$dir/sources" >&2 || { rm -rf "$dir"; bail "mmdebstrap fails"; }
	exec unshare --net "$PWD/tests/soak/networks.sh" try "$dir"
fi

# Without any network.
dir=$2 root=$2/root
# shellcheck disable=SC2317 # by at_exit
clean() {
	umount -R -l "$root" 2>/dev/null || :
	rm -rf --one-file-system "$dir"
}
at_exit clean
ip link add name eth0 type veth peer name peer 2>/dev/null || plan skip "no veth devices here"
plan 15
mount --bind "$root" "$root"
mount -t tmpfs tmp "$root/tmp"
mount -t proc proc "$root/proc"
# If /sys is read-only, no program waits for udev.
mount -t sysfs -o ro sys "$root/sys"
mount -t tmpfs run "$root/run"
cat >"$root/usr/sbin/arpctl" <<'END'
#!/bin/sh
echo "$(ip -4 -br addr show dev lo | grep -c 192.168.1) $(ip -4 -br addr show dev eth0 | grep -c 192.168.1) $*" >>/run/did
[ "$1" != apply ] || cat >>/run/did
END
chmod 755 "$root/usr/sbin/arpctl"

in_root=(chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
inside() { "${in_root[@]}" "$@"; }
# The calls of arpctl, each with the number of addresses that lo and eth0 had then.
did() { paste -sd ';' "$root/run/did" 2>/dev/null; }
has() { ip -4 -br addr show dev "$1" | grep -qw "$2"; }	# DEV ADDRESS
again() {
	rm -f "$root/run/did"
	ip addr flush dev eth0
	ip link set eth0 down
	ip addr del 192.168.1.100/32 dev lo 2>/dev/null
	ip link set lo up
	ip link set peer up
}
# The block of a README whose first line begins with START.
block() {	# FILE START
	awk -v start="$2" '/^```/ { found = 0 } index($0, start) == 1 { found = 1 } found' "contrib/$1"
}

mkdir -p "$root"/run/{network,lock,dbus} "$root"/etc/network/if-{pre-up,up,down,post-down}.d
block ifupdown/README.md '# /etc/network/interfaces' >"$root/etc/network/interfaces"
for ifup in /opt/ifupdown/sbin/ifup /sbin/ifup; do
	case $ifup in /opt/*) name=ifupdown ;; *) name=ifupdown2 ;; esac
	again
	run_ok "$name: ifup -a" inside $ifup -a
	if has eth0 192.168.1.20/24 && has lo 192.168.1.100/32; then ok "$name: the addresses are there"
	else not_ok "$name: the addresses are there" "$(ip -br addr)"; fi
	like ";$(did)" ';0 . dev set lo hidden on' "$name: the VIP is hidden before it is added"
	like ";$(did)" ';. 0 dev set eth0 ignore device announce best notify change' "$name: eth0 has its policy before its address"
	inside ${ifup%up}down eth0
	like "$(did)" 'dev unset eth0$' "$name: ifdown unsets it"
	rm -rf "$root"/run/network/*
done

# netplan makes files for networkd, which sets the address.
again
mkdir -p "$root"/etc/netplan "$root"/run/systemd/netif/{links,leases,lldp}
chroot "$root" chown -R systemd-network: /run/systemd/netif
/usr/bin/python3 -c 'import sys, yaml
print(yaml.safe_load(open(sys.argv[1]))["write_files"][1]["content"])' contrib/cloud-init/user-data.yaml \
	>"$root/etc/netplan/90-vip.yaml"
chmod 600 "$root/etc/netplan/90-vip.yaml"
cp contrib/cloud-init/user-data.yaml "$root/tmp"
run_ok "cloud-init: the user data is valid" inside cloud-init schema -c /tmp/user-data.yaml
run_ok "netplan generate" inside netplan generate
networkd() {	# CONDITION…
	local pid status
	"${in_root[@]}" /lib/systemd/systemd-networkd >"$dir/log" 2>&1 &
	pid=$!
	poll 20 "$@"
	status=$?
	kill $pid && wait $pid
	return $status
} 2>/dev/null
networkd has lo 192.168.1.100/32
result $? "netplan and networkd: the VIP is on lo" "$(<"$dir/log")"
again
rm -rf "$root"/run/systemd/network "$root"/etc/netplan/*
block systemd-networkd/README.md '# /etc/systemd/network/10-lo.network' >"$root/etc/systemd/network/10-lo.network"
networkd has lo 192.168.1.100/32
result $? "networkd: the VIP is on lo" "$(<"$dir/log")"

# NetworkManager
again
manager=$root/etc/NetworkManager
mkdir -p "$root/etc/arp-policy.d" "$manager/dispatcher.d/pre-up.d"
install -m 755 contrib/network-manager/arp-policy "$manager/dispatcher.d/pre-up.d/arp-policy"
block network-manager/README.md '# /etc/arp-policy.d/' >"$root/etc/arp-policy.d/Office LAN"
rm -f "$root"/usr/lib/NetworkManager/conf.d/*
printf '[main]\nplugins=keyfile\n[device]\nmatch-device=interface-name:eth0\nmanaged=1\n' >"$manager/NetworkManager.conf"
cat >"$manager/system-connections/office.nmconnection" <<'END'
[connection]
id=Office LAN
type=ethernet
interface-name=eth0
[ipv4]
method=manual
address1=192.168.1.20/24
[ipv6]
method=disabled
END
chmod 600 "$manager/system-connections/office.nmconnection"
inside dbus-uuidgen --ensure
"${in_root[@]}" dbus-daemon --system --nofork --nopidfile >"$dir/bus" 2>&1 &
bus=$!
"${in_root[@]}" NetworkManager --no-daemon >"$dir/log" 2>&1 &
pid=$!
applied() { [ "$(did)" ]; }
poll 30 applied
like "$(did)" '^0 1 apply -;.*dev set eth0 ignore device announce best learn solicited;bind replace 192\.168\.1\.1 .* dev eth0$' \
	"NetworkManager: the connection's policy is applied to its device, after the address is added"
kill $pid $bus
wait $pid $bus 2>/dev/null
