# SPDX-License-Identifier: GPL-2.0-only
# fish completion for arpctl. "arpctl complete" prints the possible words.

function __arpctl_complete
	set -l words (commandline -opc)
	command $words[1] complete $words[2..-1] (commandline -ct) 2>/dev/null
end

complete -c arpctl -f -a '(__arpctl_complete)'
