# SPDX-License-Identifier: Apache-2.0
#
# No source file is longer than 800 lines: a file that needs a table of
# contents is two files.
. "${top_srcdir:?}/tests/policy/tree.sh"

files_ '\.(c|h|def|py|sh)$' >"$work/files"
[ -s "$work/files" ] || framework_failure_ "no files"
while read -r file; do
	lines=$(wc -l <"$file")
	[ "$lines" -le 800 ] || offence_ "$file has $lines lines"
done <"$work/files"
verdict_ "files above 800 lines; split them by what they do"
