#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages in fresh roots of several releases, booted with systemd: apt
# installs them, DKMS builds, the service restores at boot, and the LVS example works.
# lab: alone
# lab: root
# lab: timeout 3600
#
# ARP_POLICY_RELEASES names other releases. Roots are kept (about 1 GiB each); a run
# writes only to an overlay.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "${1-}" = in-namespace ] ||
	exec tests/lib/as-root -t 3580 unshare --mount --propagation private \
		"$PWD/tests/soak/packages.sh" in-namespace
# Do not use the tool of this tree.
ARPCTL=/bin/true
# shellcheck source-path=SCRIPTDIR source=../cli/lib.sh
. tests/cli/lib.sh

read -ra releases <<<"${ARP_POLICY_RELEASES:-bullseye bookworm trixie}"
plan $((22 * ${#releases[@]}))

version=$(<VERSION)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/arp_policy
scratch
work=$dir
unmount() { umount -R "$work"/* 2>/dev/null || :; }
at_exit unmount

flavour=$(tests/vm/deps -l root-kernel | sed 's/.*linux-headers-//')
emulator='' board='' cpu='' console=''
while IFS='=' read -r name value; do printf -v "$name" %s "$value"; done < <(tests/vm/emulator)

# Everything needed to build and boot, except the packages under test.
make_root() {	# RELEASE DIR
	local sequence=dh-dkms unit=systemd
	[ ! -e "$2/ready" ] || return 0
	case $1 in
	bullseye) sequence=dkms ;;
	bookworm) ;;
	*) unit=systemd-dev ;;
	esac
	rm -rf --one-file-system "$2"
	tests/vm/root --sources "$1" |
		INITRD=No mmdebstrap -q --variant=apt --aptopt='APT::Install-Recommends "false"' \
		--include="systemd-sysv,dbus,kmod,iproute2,iputils-arping,procps,dkms,debhelper,$sequence,$unit,dpkg-dev,libmnl-dev,pkg-config,build-essential,linux-image-$flavour,linux-headers-$flavour" \
		"$1" "$2" - && touch "$2/ready"
}

inside() {	# CMD…
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# Checks that CMD succeeds. Leaves its output in "said".
works() {	# DESC CMD…
	local desc=$1 status=0
	shift
	said=$("$@" 2>&1) || status=$?
	result $status "$desc" "$(tail -n 25 <<<"$said")"
	return $status
}

# An initramfs that starts the root's own init.
initramfs() {
	local dir=$work/initramfs verb file name
	rm -rf "$dir"
	mkdir -p "$dir"/{bin,modules,proc,sys,dev,new}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	modprobe -C /dev/null -d "$modules/" -S "$release" -a --show-depends \
		virtio_pci 9pnet_virtio 9p | while read -r verb file _; do
		[ "$verb" = insmod ] || continue
		name=${file##*/}
		name=${name%%.ko*}
		[ ! -e "$dir/modules/$name" ] || continue
		case $file in
		*.xz) xz -dc "$file" ;;
		*.zst) zstd -qdc "$file" ;;
		*) cat "$file" ;;
		esac >"$dir/modules/$name"
		echo "$name" >>"$dir/modules/order"
	done
	cat >"$dir/init" <<-'END'
		#!/bin/busybox sh
		b=/bin/busybox
		$b mount -t devtmpfs dev /dev
		while read -r module; do $b insmod "/modules/$module"; done </modules/order
		$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose root /new
		exec $b switch_root /new /sbin/init
	END
	chmod 755 "$dir/init"
	(cd "$dir" && find . | cpio -o -H newc --quiet -R 0:0) >"$work/initrd"
}

# Boots the root until it powers off. The service arp-policy-test writes TAP.
boot() {
	: >"$root/result"
	timeout -k 5 "${ARP_POLICY_BOOT_TIMEOUT:-580}" "$emulator" -nodefaults -no-user-config \
		-no-reboot -display none -M "$board" -cpu "$cpu" -accel tcg,thread=multi -smp 2 -m 1024 \
		-kernel "$image" -initrd "$work/initrd" \
		-append "console=$console panic=-1 mitigations=off net.ifnames=0 no_timer_check tsc=reliable audit=0 quiet $*" \
		-serial "file:$work/console" \
		-fsdev "local,id=root,path=$root,security_model=none,multidevs=remap" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root </dev/null >"$work/qemu" 2>&1
}

# Reports the results of a boot, which must be N.
results() {	# N
	local before=$count seen
	checks sed "s/^\(not \)\?ok - /&$suite: /" "$root/result"
	seen=$((count - before))
	[ $seen = "$1" ]
	result $? "$suite: all checks ran" "$seen of $1"$'\n'"$(tail -n 20 "$work/console" "$work/qemu")"
	if tests/lib/splats "$work/console" >"$work/splats"; then cat "$work/splats"; fi
	[ ! -s "$work/splats" ]
	result $? "$suite: the kernel logged no fault"
	[ $seen = "$1" ] || exit 1
}

policy='dev set eth0 ignore device announce best
dev set lo hidden on'

try() {
	root=$work/$suite
	mkdir -p "$root" "$work/rw"
	mount -t tmpfs rw "$work/rw"
	mkdir "$work/rw/upper" "$work/rw/work"
	mount -t overlay -o "lowerdir=$cache/pack-$suite,upperdir=$work/rw/upper,workdir=$work/rw/work" \
		root "$root"
	mount -t proc proc "$root/proc"
	mount --bind /dev "$root/dev"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"

	mkdir -p "$root/src/arp-policy"
	git ls-files -z | tar -c --null --no-recursion -T - | tar -x -C "$root/src/arp-policy"
	works "$suite: dpkg-buildpackage" inside sh -c 'cd /src/arp-policy && dpkg-buildpackage -us -uc -b' ||
		return
	works "$suite: apt installs the packages" inside sh -c \
		"apt-get -q -y --no-install-recommends install /src/arp-policy-dkms_*.deb /src/arpctl_*.deb"
	release=$(cd "$root/boot" && ls vmlinuz-* | sed 's/^vmlinuz-//' | sort -V | tail -n 1)
	[[ "$(inside dkms status arp-policy)" =~ ^arp-policy[,/]\ ?"$version, $release,".*:\ installed ]]
	result $? "$suite: DKMS has built the module for $release" "$(inside dkms status)$said"
	# Not the metapackage's newest version: the archive may have removed it.
	# shellcheck disable=SC2016
	works "$suite: headers of another kernel are installed as well" inside sh -c 'apt-get -q update &&
		apt-get -q -y --no-install-recommends install $(apt-cache depends linux-headers-rt-$1 |
			sed -n "s/.*Depends: //p")' sh "$flavour"
	[ "$(inside dkms status arp-policy | grep -c ": installed$")" = 2 ]
	result $? "$suite: DKMS has built the module for them" "$(inside dkms status)"$'\n'"$said"
	! said=$(inside dkms build "arp-policy/$version" -k "5.9.0-1-$flavour" \
		--kernelsourcedir "/usr/src/linux-headers-$release" 2>&1) &&
		[[ $said =~ BUILD_EXCLUSIVE ]]
	result $? "$suite: a kernel before 5.10 is skipped, with a message of DKMS" "$said"

	echo "$policy" >"$root/etc/arp-policy.conf"
	cp tests/soak/packages.guest "$root/root/guest"
	cat >"$root/etc/systemd/system/arp-policy-test.service" <<-'END'
		[Unit]
		After=arp-policy.service
		[Service]
		Type=oneshot
		ExecStart=/bin/bash /root/guest
		[Install]
		WantedBy=multi-user.target
	END
	inside systemctl -q enable arp-policy-test
	inside systemd-machine-id-setup >/dev/null 2>&1
	umount "$root/dev" "$root/proc"

	image='' modules=''
	while IFS='=' read -r name value; do
		case $name in
		image) image=$value ;;
		modules) modules=$value ;;
		esac
	done < <(tests/vm/kernel "$root")
	# The root has only one kernel.
	initramfs
	boot
	results 9
	boot arp_policy_test=again
	results 2
	umount -R "$root" "$work/rw"
}

for suite in "${releases[@]}"; do
	works "$suite: a root is created" make_root "$suite" "$cache/pack-$suite" || continue
	try
done
