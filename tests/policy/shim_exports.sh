# SPDX-License-Identifier: Apache-2.0
#
# The shim exports what hooks/interpose.def lists and nothing else: any other
# name would shadow a stranger's.
. "${top_srcdir:?}/tests/policy/tree.sh"

shim=$top_builddir/.libs/libpedigree-preload.so
map=$top_builddir/hooks/preload.map
[ -e "$shim" ] || framework_failure_ "$shim is not built"
needs_ nm

sed -n 's/^\t\([a-z_0-9]*\);$/\1/p' "$map" | sort >"$work/table"
[ -s "$work/table" ] || framework_failure_ "$map has no names"
nm -D --defined-only "$shim" | awk '{ sub(/@.*/, "", $3); print $3 }' |
	sort >"$work/exports"
diff "$work/table" "$work/exports" >"$work/diff" || {
	cat "$work/diff"
	offence_ "hooks/interpose.def (<) and the exports (>) differ"
}

# One anonymous node: with versions, the loader passes over hooks.
nm -D --defined-only "$shim" | grep '@' >"$work/versions" && {
	cat "$work/versions"
	offence_ "exports carry a version"
}
verdict_ "the shim exports other names than its table's"
