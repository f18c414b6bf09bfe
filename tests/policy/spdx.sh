# SPDX-License-Identifier: Apache-2.0
#
# Every source says its licence in the first three lines.
. "${top_srcdir:?}/tests/policy/tree.sh"

files_ '\.(c|h|def|py|sh|R|awk|am|ac|mk|m4|java|bash|fish|[1-8])$' \
	>"$work/files"
files_ '(^|/)(setup|run|_pedigree|layers\.list)$' >>"$work/files"
[ -s "$work/files" ] || framework_failure_ "no files"
while read -r file; do
	case $file in
	# What autoreconf copies into an unpacked tarball.
	m4/l*.m4 | aclocal.m4) continue ;;
	esac
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
		offence_ "$file has no licence line"
done <"$work/files"
verdict_ "files without \"SPDX-License-Identifier: Apache-2.0\" on top"
