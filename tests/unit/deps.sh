#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/vm/deps asks before a large download if it runs on a terminal. Stubs replace apt-get
# and sudo.
# lab: host
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
plan 13

scratch
export PATH=$dir/bin:$PATH
mkdir "$dir/bin"

# put PROGRAM: from standard input
put() { { echo '#!/bin/bash'; cat; } >"$dir/bin/$1" && chmod 755 "$dir/bin/$1"; }
put sudo <<<'exec "$@"'
put dpkg-query <<<':'
# Two packages of the size in $dir/bytes.
put apt-get <<END
case " \$* " in
*" --print-uris "*)
	for name in one two; do echo "'http://example.org/\$name.deb' \$name.deb \$(<$dir/bytes) SHA256:0"; done ;;
*) echo "\$*" >>$dir/called ;;
esac
END

called() { grep -c " $1 " "$dir/called"; }	# APT_COMMAND

# answers TEXT BYTES: runs deps on a terminal and types TEXT. Sets said and status.
answers() {
	echo "$2" >"$dir/bytes"
	: >"$dir/called"
	status=0
	said=$(script -qec 'tests/vm/deps dist' /dev/null <<<"$1" 2>&1) || status=$?
}

answers n 30000000
is "$status $(called install)" "1 0" "60 MB, on a terminal: the answer no installs nothing"
like "$said" 'This installs 2 packages, a download of 60 MB\. Continue\? \[Y/n\]' "the question names the size of the download"
like "$said" 'Nothing was installed\. Missing: .*reuse' "after no, the missing packages are listed"
answers y 30000000
is "$status $(called install)" "0 1" "60 MB, on a terminal: the answer yes installs them"
answers "" 30000000
is "$status $(called install)" "0 1" "60 MB, on a terminal: Enter installs them"
answers n 25000000
is "$status $(called install)" "0 1" "50 MB, on a terminal: installs them"
unlike "$said" 'Continue' "50 MB, on a terminal: no question"

echo 30000000 >"$dir/bytes"
: >"$dir/called"
said=$(tests/vm/deps dist 2>&1 </dev/null)
is "$? $(called install)" "0 1" "60 MB, no terminal: installs them"
unlike "$said" 'Continue' "60 MB, no terminal: no question"
like "$said" 'installing: .*reuse' "60 MB, no terminal: the packages are listed"

: >"$dir/called"
said=$(script -qec 'tests/vm/deps -n dist' /dev/null <<<n)
is "$? $(wc -l <"$dir/called")" "1 0" "-n installs nothing"
like "$said" 'missing: .*reuse' "-n lists the missing packages"

# On a new system neither gcc nor the index tells the compiler's version.
put gcc <<<'exit 1'
put apt-cache <<<"! grep -q update $dir/called || echo '  Depends: gcc-12'"
: >"$dir/called"
said=$(ARP_POLICY_ARCH=amd64 tests/vm/deps check 2>&1 </dev/null)
like "$said" 'installing: .* gcc-12-' "without gcc, cross compilers are chosen when the index is there"
