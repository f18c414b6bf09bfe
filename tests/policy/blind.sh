# SPDX-License-Identifier: Apache-2.0
#
# doc/blind-spots.md has every kind of blind spot of blind.def, and no other.
. "${top_srcdir:?}/tests/policy/tree.sh"

sed -n 's/^BLIND([0-9]*, [A-Z_]*, "\([A-Za-z]*\)".*/\1/p' lib/evlog/blind.def \
	>"$work/defined"
sed -n 's/^| `\([A-Za-z]*\)` |.*/\1/p' doc/blind-spots.md >"$work/told"
[ -s "$work/defined" ] || framework_failure_ "blind.def has no kinds"
while read -r kind; do
	grep -qx "$kind" "$work/told" ||
		offence_ "doc/blind-spots.md does not tell of $kind"
done <"$work/defined"
while read -r kind; do
	grep -qx "$kind" "$work/defined" ||
		offence_ "doc/blind-spots.md tells of $kind, which is none"
done <"$work/told"
verdict_ "doc/blind-spots.md and lib/evlog/blind.def differ"
