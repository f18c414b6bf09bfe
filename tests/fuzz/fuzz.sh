# SPDX-License-Identifier: Apache-2.0
#
# Builds the fuzz targets named in the arguments with clang and its
# sanitizers, in fuzz/, and runs each for FUZZ_SECONDS. What it finds
# interesting stays in fuzz/found/TARGET for the next time.
set -eu

: "${top_srcdir:?run this with make fuzz}" "${MAKE:=make}"
: "${CC:=clang-14}" "${FUZZ_SECONDS:=600}"
unset MAKEFLAGS MFLAGS MAKELEVEL || :

die() {
	printf '%s\n' "fuzz: $*" >&2
	exit 1
}

# In a folder of its own: the library is built with other flags here.
build() {
	mkdir -p fuzz/build
	printf 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n)%s\n' \
		'{ (void)d; (void)n; return 0; }' >fuzz/try.c
	"$CC" -fsanitize=fuzzer,address,undefined -o fuzz/try fuzz/try.c \
		2>fuzz/try.log || die "$CC has no libFuzzer (fuzz/try.log);" \
		"on Debian 12: apt-get install clang libclang-rt-dev," \
		"and elsewhere name a clang with FUZZ_CC=…"
	cd fuzz/build
	[ -e Makefile ] || "$top_srcdir/configure" -q --enable-fuzzing \
		CC="$CC" CFLAGS='-O2 -g' ||
		die "cannot configure in fuzz/build; see fuzz/build/config.log"
	programs=
	for target in "$@"; do
		programs="$programs tests/fuzz/fuzz_$target"
	done
	# A list of words.
	$MAKE -s $programs
	cd ../..
}

# found TARGET STATUS: what libFuzzer left when it stopped by itself.
found() {
	printf '\nfuzz: %s failed with status %s.\n' "$1" "$2"
	for input in fuzz/findings/"$1"-*; do
		[ -e "$input" ] || continue
		printf '  %s\n' "$PWD/$input"
	done
	cat <<END_OF_TEXT
Replay:    fuzz/build/tests/fuzz/fuzz_$1 FILE
Without clang, under a debugger:
           make tests/fuzz/replay_$1 && tests/fuzz/replay_$1 FILE
Make it smaller:
           fuzz/build/tests/fuzz/fuzz_$1 -minimize_crash=1 -runs=100000 FILE
Keep it, with a sentence that says what it is, once it is mended:
           tests/fuzz/replay_$1 --print SENTENCE FILE \\
               >>$top_srcdir/tests/fuzz/corpus/$1.txt
END_OF_TEXT
}

run() {
	seeds=fuzz/seeds/$1
	rm -rf "$seeds"
	mkdir -p "$seeds" "fuzz/found/$1" fuzz/findings
	top_srcdir=$top_srcdir "tests/fuzz/replay_$1" --split "$seeds"
	printf 'fuzz: %s, %s s\n' "$1" "$FUZZ_SECONDS"
	status=0
	UBSAN_OPTIONS=print_stacktrace=1 top_srcdir=$top_srcdir \
		"fuzz/build/tests/fuzz/fuzz_$1" \
		-max_total_time="$FUZZ_SECONDS" -timeout=20 \
		-rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
		-dict="$top_srcdir/tests/fuzz/corpus/$1.dict" \
		-artifact_prefix="fuzz/findings/$1-" \
		"fuzz/found/$1" "$seeds" >"fuzz/$1.log" 2>&1 || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 60 "fuzz/$1.log"
		found "$1" "$status"
		return 1
	fi
	grep '^#[0-9]*.*cov:' "fuzz/$1.log" | tail -n 1
	grep '^stat::\(number_of_exec\|average_exec\)' "fuzz/$1.log"
}

[ $# -gt 0 ] || die "no targets"
build "$@"
failed=
for target in "$@"; do
	run "$target" || failed="$failed $target"
done
[ -z "$failed" ] || die "findings in:$failed"
printf '%s\n' "fuzz: no finding in: $*"
