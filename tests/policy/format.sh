# SPDX-License-Identifier: Apache-2.0
#
# The tree is formatted as .clang-format says. Other versions of clang-format
# read it differently, so only Debian 12's is asked.
. "${top_srcdir:?}/tests/policy/tree.sh"

version=14
tool=
for candidate in clang-format-$version clang-format; do
	case $($candidate --version 2>/dev/null) in
	*"version $version."*) tool=$candidate && break ;;
	esac
done
[ -n "$tool" ] || skip_ "clang-format $version is not installed"

files_ '\.[ch]$' >"$work/files"
[ -s "$work/files" ] || framework_failure_ "no files"
while read -r file; do
	"$tool" --style=file "$file" >"$work/formatted" ||
		framework_failure_ "$tool failed on $file"
	diff -u --label "$file" --label "$file (formatted)" "$file" \
		"$work/formatted" || offence_ "$file is not formatted"
done <"$work/files"
verdict_ "files to format: $tool -i FILE"
