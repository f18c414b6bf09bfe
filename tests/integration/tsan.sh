#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Build the writer of the log with ThreadSanitizer, with fewer slots than
# threads, and let threads, signal handlers and forked children write at once.

. "${top_srcdir:?}/tests/support.sh"

flags='-std=gnu11 -O1 -g -fsanitize=thread -pthread'
hooks=$top_srcdir/hooks
# With one of several, a report is lost now and then; all are wanted.
TSAN_OPTIONS='halt_on_error=0 exitcode=66 die_after_fork=0'
export TSAN_OPTIONS

# The sanitizer's map of memory is no friend of much randomness.
plain() {
	if command -v setarch >/dev/null 2>&1 &&
		setarch -R true >/dev/null 2>&1; then
		setarch -R "$@"
	else
		"$@"
	fi
}

echo 'int main(void) { return 0; }' >none.c
# shellcheck disable=SC2086
$CC $flags -o none none.c >out 2>&1 && plain ./none >>out 2>&1 || {
	cat out
	skip_ 'no ThreadSanitizer here'
}

# shellcheck disable=SC2086
$CC $flags -DSLOTS=4u -I"$top_builddir" -I"$top_srcdir" \
	-I"$top_srcdir/lib" -I"$top_srcdir/include" -o hammer \
	"$top_srcdir/tests/integration/support/hammer.c" \
	"$hooks/log.c" "$hooks/log_make.c" "$hooks/log_map.c" \
	"$hooks/seen.c" || fail_ 'the hammer cannot be built'

mkdir run
plain ./hammer "$work/run" >out 2>&1 || {
	head -n 60 out
	fail_ 'the sanitizer, or the hammer, is not content'
}
cat out
