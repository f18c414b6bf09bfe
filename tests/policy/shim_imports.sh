# SPDX-License-Identifier: Apache-2.0
#
# The shim imports what hooks/imports.allow lists, needs libc alone, and no
# newer one than the oldest it is promised to run with.
. "${top_srcdir:?}/tests/policy/tree.sh"

shim=$top_builddir/.libs/libpedigree-preload.so
newest=2.34	# where dlsym moved into libc
[ -e "$shim" ] || framework_failure_ "$shim is not built"
needs_ nm readelf

sed -n 's/^\([A-Za-z_][A-Za-z_0-9]*\).*/\1/p' hooks/imports.allow |
	sort >"$work/allowed"
nm -D --undefined-only "$shim" | awk '{ sub(/@.*/, "", $NF); print $NF }' |
	sort -u >"$work/imports"
comm -13 "$work/allowed" "$work/imports" >"$work/more"
while read -r name; do
	offence_ "$name is imported and not in hooks/imports.allow"
done <"$work/more"
[ "$(head -1 "$work/imports")" ] || framework_failure_ "no imports were found"

readelf -dW "$shim" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	grep -v '^libc\.so' >"$work/needed" &&
	offence_ "needs $(cat "$work/needed")"
readelf -dW "$shim" | grep -E 'TEXTREL|RPATH|RUNPATH' &&
	offence_ "carries what a shim must not"

readelf -VW "$shim" | grep -oE 'GLIBC_[0-9.]+' | sort -u |
	sed 's/GLIBC_//' >"$work/versions"
last=$( { cat "$work/versions"; echo "$newest"; } | sort -V | tail -1)
[ "$last" = "$newest" ] || offence_ "needs glibc $last; $newest is promised"
verdict_ "the shim depends on what it must not"
