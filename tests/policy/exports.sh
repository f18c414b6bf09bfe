# SPDX-License-Identifier: Apache-2.0
#
# libpedigree.so exports what lib/libpedigree.map lists, every one of those is
# declared in a public header, and nothing else is.
. "${top_srcdir:?}/tests/policy/tree.sh"

library=$top_builddir/.libs/libpedigree.so
[ -e "$library" ] || framework_failure_ "$library is not built"
needs_ nm

sed -n 's/^\t\([a-z_]*\);$/\1/p' lib/libpedigree.map | sort >"$work/map"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
	sort >"$work/exports"
[ -s "$work/map" ] || framework_failure_ "lib/libpedigree.map has no names"
diff "$work/map" "$work/exports" >"$work/diff" ||
	{ cat "$work/diff"; offence_ "the map (<) and the exports (>) differ"; }

cat $(files_ '^include/.*\.h$') |
	grep -oE '\bpedigree_[a-z0-9_]+\(' | tr -d '(' | sort -u \
	>"$work/declared"
comm -23 "$work/map" "$work/declared" >"$work/undeclared"
while read -r name; do
	offence_ "$name is exported and in no public header"
done <"$work/undeclared"
verdict_ "lib/libpedigree.map, the library and the headers do not agree"
