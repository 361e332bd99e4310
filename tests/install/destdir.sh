#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make install and make uninstall with DESTDIR, as packages use it. install.sh tests them
# without it.
# lab: host
# shellcheck source-path=SCRIPTDIR source=../cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=installed.inc
. "$(dirname "$0")/installed.inc"
plan 8

# This project's files below a directory.
ours() {	# DIR…
	find "$@" ! -type d 2>/dev/null | grep -E 'arp[-_]policy|arpctl' | sort
}

outside() { ours /usr/local /usr/share/man "/lib/modules/$KREL" /etc/modprobe.d; }
built() { stat -c '%Y %n' arp_policy.ko src/*.o src/*/*.o tools/arpctl/{,*/}*.o tools/arpctl/arpctl; }
make_it() { make --no-print-directory "$@"; }

KREL=$(make -s krel) || bail "no kernel headers"
files=$(installed "$KREL")

scratch
before=$(outside)
fresh=$(built)
output=$(make_it install DESTDIR="$dir" 2>&1)
is "$?" 0 "make install DESTDIR="
is "$(ours "$dir" | sed "s|^$dir||")" "$files" "make install DESTDIR= installs these files there"
unlike "$output" '(^|'$'\n'')( *CC |cc |gcc )' "make install DESTDIR= compiles nothing"
is "$(built)" "$fresh" "the built files are unchanged"
is "$(outside)" "$before" "elsewhere nothing has changed"
is "$(stat -c '%a %U %n' "$dir/usr/local/sbin/arpctl")" \
	"755 $(id -un) $dir/usr/local/sbin/arpctl" "the tool is executable"
run_ok "make uninstall DESTDIR=" make_it uninstall DESTDIR="$dir"
is "$(find "$dir" ! -type d)" "" "make uninstall DESTDIR= removes all of them"
