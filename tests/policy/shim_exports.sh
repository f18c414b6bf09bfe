# SPDX-License-Identifier: Apache-2.0
#
# The shim exports what hooks/interpose.def and hooks/late.def list and nothing
# else: any other name would shadow a stranger's.
. "${top_srcdir:?}/tests/policy/tree.sh"

shim=$top_builddir/.libs/libpedigree-preload.so
map=$top_builddir/hooks/preload.map
[ -e "$shim" ] || framework_failure_ "$shim is not built"
needs_ nm

sed -n 's/^\t\([a-z_0-9]*\);$/\1/p' "$map" >"$work/plain"
[ -s "$work/plain" ] || framework_failure_ "$map has no names"
sed -n -e 's/^[A-Z]*(\([A-Za-z_0-9]*\), [0-9]*, "\(.*\)")$/\1@\2/p' \
	-e 's/^NGHTTP2([a-z_0-9]*, \([a-z_0-9]*\), .*/\1/p' \
	hooks/late.def >"$work/late"
[ -s "$work/late" ] || framework_failure_ "hooks/late.def has no names"
sort "$work/plain" "$work/late" >"$work/table"
# The versions themselves are absolute symbols (A).
nm -D --defined-only "$shim" | awk '$2 != "A" { print $3 }' |
	sort >"$work/exports"
diff "$work/table" "$work/exports" >"$work/diff" || {
	cat "$work/diff"
	offence_ "hooks/interpose.def and late.def (<) and the exports (>) differ"
}

# With a version, the loader would pass over libc's functions; without one, or
# with a default one, programs would find TLS functions where no library is.
grep '@@' "$work/exports" && offence_ "exports carry a default version"
verdict_ "the shim exports other names than its table's"
