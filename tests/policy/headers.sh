# SPDX-License-Identifier: Apache-2.0
#
# Every public header compiles alone, as C99 and as C++, with all warnings;
# every internal one compiles alone as the C it is written in.
. "${top_srcdir:?}/tests/policy/tree.sh"

warnings='-Wall -Wextra -pedantic -Werror -fsyntax-only'
cxx=${CXX:-g++}
needs_ "$cxx"

# compiles_ HEADER COMMAND…
compiles_() {
	header=$1
	shift
	printf '#include <%s>\n' "$header" >"$work/alone"
	"$@" "$work/alone" 2>"$work/errors" ||
		{ offence_ "$header: $*"; cat "$work/errors"; }
}

files_ '^include/.*\.h$' >"$work/public"
files_ '^(lib|cli|hooks)/.*\.h$' >"$work/internal"
[ -s "$work/public" ] && [ -s "$work/internal" ] ||
	framework_failure_ "no headers"

# $CC and $warnings are lists of words.
while read -r header; do
	compiles_ "${header#include/}" ${CC:-cc} -std=c99 $warnings -Iinclude \
		-x c
	compiles_ "${header#include/}" $cxx -std=c++98 $warnings -Iinclude \
		-x c++
done <"$work/public"
while read -r header; do
	compiles_ "$header" ${CC:-cc} -std=gnu11 -Wall -Wextra -Werror \
		-fsyntax-only -I"$top_builddir" -Iinclude -Ilib -I. \
		-include config.h -x c
done <"$work/internal"
verdict_ "headers that do not compile alone"
