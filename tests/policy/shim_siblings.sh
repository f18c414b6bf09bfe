# SPDX-License-Identifier: Apache-2.0
#
# Every sibling that libc exports of an interposed function is interposed or
# in hooks/interpose.omit with its reason.
. "${top_srcdir:?}/tests/policy/tree.sh"

needs_ nm ldd
map=$top_builddir/hooks/preload.map
libc=$(ldd "$top_builddir/.libs/libpedigree-preload.so" |
	awk '$1 ~ /^libc\.so/ { print $3 }')
[ -e "$libc" ] || framework_failure_ "there is no libc at '$libc'"

sed -n 's/^\t\([a-z_0-9]*\);$/\1/p' "$map" | sort >"$work/table"
awk -F '\t' '/^#/ || !NF { next }
	NF != 2 || length($2) < 8 { print FILENAME ": no reason: " $0 > "/dev/stderr"; bad = 1 }
	{ print $1 }
	END { exit bad }' hooks/interpose.omit >"$work/omit" ||
	offence_ "hooks/interpose.omit has lines without a reason"
sort -c "$work/omit" 2>/dev/null || [ "$(LC_ALL=C sort "$work/omit")" = \
	"$(cat "$work/omit")" ] || offence_ "hooks/interpose.omit is not sorted"
sort "$work/omit" >"$work/omitted"
comm -12 "$work/table" "$work/omitted" | while read -r name; do
	echo "$name is interposed and in hooks/interpose.omit"
done >"$work/both"
[ -s "$work/both" ] && offence_ "$(cat "$work/both")"

nm -D --defined-only "$libc" | awk '{ sub(/@.*/, "", $3); print $3 }' |
	sort -u >"$work/libc"
[ "$(wc -l <"$work/libc")" -gt 1000 ] ||
	framework_failure_ "$libc exports next to nothing"

# A name without what only tells siblings apart.
stem() {
	sed -E 's/^(__libc_|_IO_|__)//; :again
		s/(_nocancel|_chk|_time64|_2|64|2)$//; t again
		s/at$//; s/64$//' "$1" | paste - "$1"
}
stem "$work/table" | awk '{ print $1 }' | sort -u >"$work/stems"
sort -u "$work/table" "$work/omitted" >"$work/known"
stem "$work/libc" | awk 'NR == FNR { known[$1]; next } $1 in known { print $2 }' \
	"$work/stems" - | sort -u >"$work/siblings"
[ -s "$work/siblings" ] || framework_failure_ "libc has no sibling at all"
comm -23 "$work/siblings" "$work/known" >"$work/forgotten"
while read -r name; do
	offence_ "$name is neither interposed nor in hooks/interpose.omit"
done <"$work/forgotten"
verdict_ "siblings of interposed functions were forgotten"
