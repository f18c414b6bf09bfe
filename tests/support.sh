# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What test scripts share; sourced first:  . "${top_srcdir:?}/tests/support.sh"
#
# Makes a folder for the test, $work, with $PEDIGREE_HOME in it, and goes
# there. It is removed when the test passes and kept when it fails.

set -u

fail_() { printf '%s\n' "FAIL: $*"; exit 1; }
skip_() { printf '%s\n' "SKIP: $*"; exit 77; }
framework_failure_() { printf '%s\n' "ERROR: $*"; exit 99; }

# needs_ TOOL…: skips the test where one is missing.
needs_() {
	for tool_ in "$@"; do
		command -v "$tool_" >/dev/null 2>&1 ||
			skip_ "$tool_ is not installed"
	done
}

: "${top_srcdir:?run this with make check}"
: "${top_builddir:?run this with make check}"

work=$(mktemp -d "${TMPDIR:-/tmp}/pedigree-test.XXXXXX") ||
	framework_failure_ "no temporary folder"
end_() {
	status_=$?
	cd / || :
	case $status_ in
	0 | 77) rm -rf "$work" ;;
	*) printf '%s\n' "kept: $work" ;;
	esac
	exit "$status_"
}
trap end_ EXIT

# The user's own settings are none of the test's business.
for name_ in $(env | sed -n 's/^\(PEDIGREE_[A-Z_]*\)=.*/\1/p'); do
	unset "$name_"
done
unset LD_PRELOAD PYTHONPATH
PEDIGREE_HOME=$work/home
XDG_CONFIG_HOME=$work/config
export PEDIGREE_HOME XDG_CONFIG_HOME
PATH=$top_builddir:$PATH

cd "$work" || framework_failure_ "cannot enter $work"
