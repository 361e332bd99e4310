#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/vm/deps asks on a terminal before a large download, and never without one. Stubs
# stand in for apt-get and sudo.
# lab: host
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
plan 12

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

# answers TEXT BYTES: what deps prints on a terminal where TEXT is typed. Sets status.
answers() {
	echo "$2" >"$dir/bytes"
	: >"$dir/called"
	status=0
	said=$(script -qec 'tests/vm/deps dist' /dev/null <<<"$1" 2>&1) || status=$?
}

answers n 30000000
is "$status $(called install)" "1 0" "60 MB on a terminal, answered with no: nothing is installed"
like "$said" 'This installs 2 packages, a download of 60 MB\. Continue\? \[Y/n\]' "it says how much"
like "$said" 'Nothing was installed\. Missing: .*reuse' "and what is missing"
answers y 30000000
is "$status $(called install)" "0 1" "answered with yes: they are"
answers "" 30000000
is "$status $(called install)" "0 1" "and with Enter"
answers n 25000000
is "$status $(called install)" "0 1" "50 MB: they are, without a question"
unlike "$said" 'Continue' "none was asked"

echo 30000000 >"$dir/bytes"
: >"$dir/called"
said=$(tests/vm/deps dist 2>&1 </dev/null)
is "$? $(called install)" "0 1" "60 MB without a terminal: they are installed"
unlike "$said" 'Continue' "without a question"
like "$said" 'installing: .*reuse' "and the packages are named"

: >"$dir/called"
said=$(script -qec 'tests/vm/deps -n dist' /dev/null <<<n)
is "$? $(wc -l <"$dir/called")" "1 0" "-n installs nothing"
like "$said" 'missing: .*reuse' "and names what is missing"
