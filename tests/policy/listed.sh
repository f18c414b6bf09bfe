# SPDX-License-Identifier: Apache-2.0
#
# Every file is named in a local.mk or in Makefile.am: what is not is neither
# built, nor run, nor distributed.
. "${top_srcdir:?}/tests/policy/tree.sh"

[ -e .git ] || skip_ "not a git checkout: what was distributed was listed"

files_ '(^|/)(local\.mk|Makefile\.am)$' >"$work/makefiles"
while read -r makefile; do
	sed "s|%D%|$(dirname "$makefile")|g" "$makefile"
done <"$work/makefiles" | tr ' \t' '\n\n' | sed 's|^\./||' |
	sort -u >"$work/listed"

files_ . | grep -vE '(^|/)(\.gitignore|local\.mk|Makefile\.am)$|^configure\.ac$|^m4/' |
	sort | comm -23 - "$work/listed" >"$work/missing"
while read -r file; do
	offence_ "$file is in no local.mk"
done <"$work/missing"
verdict_ "files that the build does not know"
