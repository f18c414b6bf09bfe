# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What policy tests share; sourced first. They look at the tree in
# $top_srcdir and at what was built in $top_builddir, and change nothing.

. "${top_srcdir:?run this with make check}/tests/support.sh"
cd "$top_srcdir" || framework_failure_ "cannot enter $top_srcdir"

found=0
# offence_ TEXT: one more thing that is wrong. verdict_ ends the test.
offence_() {
	found=$((found + 1))
	printf '%s\n' "$*"
}
verdict_() {
	[ "$found" -eq 0 ] || fail_ "$found: $1"
	exit 0
}

# files_ REGEX: the tree's own files whose path matches: what git knows, or,
# without git, what was unpacked.
files_() {
	if [ -e .git ] && command -v git >/dev/null 2>&1; then
		git -c safe.directory='*' -c core.quotePath=off ls-files
	else
		find . -path './_build*' -prune -o -path './build*' -prune -o \
			-type f -print | sed 's|^\./||' | sort
	fi | grep -E "$1"
}
