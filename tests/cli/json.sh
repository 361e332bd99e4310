#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Output as text and JSON: escaping, brackets and padding, whatever bytes a device name has.
# lab: host

. tests/cli/lib.sh
plan 9

scratch

cat >"$dir/emit.c" <<'END'
#include <string.h>
#include "base/print.h"

/* emit json|pretty|text|color STRING: a list of one object, and an empty list. */
int main(int argc, char **argv)
{
	struct printer out = { .file = stdout };

	if (argc != 3)
		return 2;
	out.json = !strcmp(argv[1], "json") || !strcmp(argv[1], "pretty");
	out.pretty = !strcmp(argv[1], "pretty");
	out.color = !strcmp(argv[1], "color");
	pr_open(&out, NULL, '[');
	pr_open(&out, NULL, '{');
	pr_str(&out, "dev", STYLE_NAME, 6, argv[2]);
	pr_open(&out, "fields", '{');
	pr_num(&out, "n", STYLE_PLAIN, -22, UINT64_MAX, NULL);
	pr_text(&out, " ");
	pr_num(&out, "word", STYLE_PLAIN, 0, 1, "device");
	pr_text(&out, " ");
	pr_bool(&out, "yes", STYLE_PLAIN, 0, true, "on");
	pr_close(&out, '}');
	pr_open(&out, "none", '{');
	pr_close(&out, '}');
	pr_text(&out, "\n");
	pr_close(&out, '}');
	pr_close(&out, ']');
	pr_open(&out, NULL, '[');
	pr_close(&out, ']');
	return pr_finish(&out);
}
END
compile "$dir/emit" "$dir/emit.c" tools/arpctl/base/print.c

emits() { is "$("$dir/emit" "$2" "$3")" "$4" "$1"; }	# DESC FORM STRING WANT

tail='"fields":{"n":18446744073709551615,"word":1,"yes":true},"none":{}}]'$'\n[]'
emits 'JSON in one line, empty lists as []' json eth0 '[{"dev":"eth0",'"$tail"
emits 'quotes and backslashes' json 'a"b\c' '[{"dev":"a\"b\\c",'"$tail"
emits 'control characters' json $'a\e\n\x7f' '[{"dev":"a\u001b\u000a\u007f",'"$tail"
emits 'UTF-8 stays' json $'\u00e9\u20ac\U1f600' $'[{"dev":"\u00e9\u20ac\U1f600",'"$tail"
emits 'invalid UTF-8 is replaced' \
	json $'a\xff\xc3(\xc0\xaf\xed\xa0\x80\xf5\xe2\x82' \
	'[{"dev":"a\ufffd\ufffd(\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd",'"$tail"
emits 'pretty JSON' pretty eth0 '[
    {
        "dev": "eth0",
        "fields": {
            "n": 18446744073709551615,
            "word": 1,
            "yes": true
        },
        "none": {}
    }
]
[]'
emits 'text' text eth0 'eth0    18446744073709551615 device on'
emits 'text escapes terminal control characters' text $'\e[m' '\033[m  18446744073709551615 device on'
emits 'colour does not change the columns' color eth0 \
	$'\e[36meth0\e[0m    18446744073709551615 device on'
