# SPDX-License-Identifier: Apache-2.0
#
# Nothing is committed that a tool makes, and nothing names the machine that
# somebody worked on.
. "${top_srcdir:?}/tests/policy/tree.sh"

[ -e .git ] || skip_ "not a git checkout: nothing is committed here"
needs_ git

files_ . >"$work/files"
while read -r file; do
	case $file in
	configure | config.h.in | aclocal.m4 | *Makefile.in | build-aux/* | \
	build/* | build-*/* | autom4te.cache/* | m4/libtool.m4 | m4/lt*.m4 | \
	*.o | *.lo | *.la | *.so | *.pyc | *.log | *.trs | *.class | *~ | \
	*.orig | *.rej | *.swp)
		offence_ "$file is made by a tool" ;;
	esac
	[ ! -x "$file" ] || head -c 2 "$file" | grep -q '#!' ||
		offence_ "$file is executable and no script"
done <"$work/files"

# In brackets, or this file would name them itself.
here='/tmp/[w]/|/work/[m]ain|/work/[s]hared|/tmp/[h]ub'
git grep -nIE "$here" >"$work/hits"
while read -r hit; do
	offence_ "names a machine's path: $hit"
done <"$work/hits"
verdict_ "things that do not belong into the repository"
